//! `reunite config`: what the configuration says once it is read, and
//! whether it can be read at all.

use super::session::{Look, Session, read_config};
use crate::error::Exit;
use anyhow::Context as _;
use serde::Serialize;

/// Show or check the configuration
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Print the configuration in force, defaults included
    Show,
    /// Read the file and say whether it is in order
    Check,
}

impl Args {
    /// Whether the command reads the file itself.
    pub(super) fn is_check(&self) -> bool {
        matches!(self.command, What::Check)
    }
}

#[derive(Serialize)]
struct Checked {
    ok: bool,
    path: String,
    exists: bool,
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    match args.command {
        What::Show => show(session)?,
        What::Check => check(session)?,
    }
    Ok(Exit::Done)
}

fn show(session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    session.config.operator = Some(session.operator());
    if session.json {
        let config = session.config.clone();
        return session.json_line(&config);
    }
    let path = session.config_path.display().to_string();
    let file = if session.config_path.exists() {
        path
    } else {
        format!("{path} (no file there: defaults)")
    };
    session.look(Look::Dim, format!("# {file}"))?;
    let text = toml::to_string(&session.config).context("writing the configuration")?;
    for line in text.lines() {
        session.verbatim(Look::Plain, line)?;
    }
    Ok(())
}

fn check(session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    read_config(&session.config_path, session.config_by_name)?;
    let checked = Checked {
        ok: true,
        path: session.config_path.display().to_string(),
        exists: session.config_path.exists(),
    };
    if session.json {
        return session.json_line(&checked);
    }
    if checked.exists {
        session.look(Look::Good, format!("{} is in order.", checked.path))
    } else {
        session.line(format!("There is no {}; the defaults hold.", checked.path))
    }
}
