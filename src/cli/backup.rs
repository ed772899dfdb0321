//! `reunite backup`: a copy of the store while others work on it.

use super::session::{Look, Session};
use crate::error::Exit;
use anyhow::Context as _;
use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::path::PathBuf;
use std::time::Duration;

/// Copy the store to a new file, while others read and write it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The copy is a store: `reunite --store FILE doctor --replay` checks it, and to
restore it, stop what writes and put it in the store's place.")]
pub(super) struct Args {
    /// The copy; a file that exists is not written over
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let store = session.reading()?;
    let bar = bar(session.world.err.terminal);
    let copied = store.backup(&args.file, &mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let copied = copied.context("backing the store up")?;
    if session.json {
        session.json_line(&copied)?;
        return Ok(Exit::Done);
    }
    let size = HumanBytes(copied.bytes);
    session.look(
        Look::Good,
        format!("The store is copied to {}: {size}.", args.file.display()),
    )?;
    if let Some(head) = copied.keep {
        session.look(
            Look::Dim,
            format!("Head of its log, to keep elsewhere: {head}"),
        )?;
    }
    Ok(Exit::Done)
}

/// Shown on a terminal, once the copy takes a while.
fn bar(terminal: bool) -> ProgressBar {
    if !terminal {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {percent}%") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}
