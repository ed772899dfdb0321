//! `reunite rescope`: moves what is stored to the portfolios of the
//! configuration as it is now.

use super::session::{Look, Session};
use super::words;
use crate::error::Exit;
use crate::payload::{self, Format};
use crate::review::page::Rescoped;
use crate::store::Rescope;
use anyhow::Context as _;

/// Move what is stored to the portfolios of the configuration, and replay it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Contacts keep their ids, and standing decisions go on standing. If one of them
would be impossible under the new map, nothing is moved and it is named; undo
it first, or use --cascade. Rescoping back gives the former state.

Examples:
  reunite rescope --dry-run
  reunite rescope --reason \"number 7003 belongs to eu\"")]
pub(super) struct Args {
    /// Undo the decisions that would be impossible
    #[arg(long)]
    cascade: bool,
    /// Why, for the log
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Say what would happen, write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let map = session.config.map();
    let mut store = session.rescoping(args.dry_run)?;
    let by = session.by(args.reason.as_deref());
    let ask = Rescope {
        map: &map,
        read: &|text| payload::read(text, Format::Auto),
        cascade: args.cascade,
        dry_run: args.dry_run,
    };
    let done = store
        .rescope(&ask, &by)
        .context("moving the store to the portfolios of the configuration")?;
    if session.json {
        session.json_line(&done)?;
    } else {
        print(&done, session)?;
    }
    Ok(Exit::Done)
}

fn print(done: &Rescoped, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    for moved in &done.numbers {
        let number = moved.number.as_deref().or(moved.waba.as_deref());
        // The WABA, where it is named, says more than the number.
        let alone = match moved.waba {
            None => ", where it stands without its WABA",
            Some(_) => "",
        };
        session.line(format!(
            "business number {}{alone}: {} → {}",
            words::shown(number.unwrap_or_default()),
            words::shown(&moved.from),
            words::shown(&moved.to)
        ))?;
    }
    if done.numbers.is_empty() && done.events == 0 {
        session.line("Every business number is in the portfolio of the configuration already.")?;
    }
    let count = |n: i64, one| words::count(u64::try_from(n).unwrap_or(0), one);
    session.line(format!(
        "{}, {} in another portfolio",
        count(done.events, "event"),
        count(done.identifiers, "BSUID")
    ))?;
    session.line(format!(
        "Contacts: {} before, {} after. Open cases: {} before, {} after.",
        done.contacts_before, done.contacts_after, done.open_cases_before, done.open_cases_after
    ))?;
    if !done.undone.is_empty() {
        session.line(format!("Undone: decision {}", words::ids(&done.undone)))?;
    }
    if done.dry_run {
        session.look(Look::Dim, "Nothing was written.")?;
    }
    Ok(())
}
