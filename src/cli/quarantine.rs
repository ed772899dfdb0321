//! `reunite quarantine`: what could not be read, why, and where in it; and
//! reading it again. Nothing is thrown away; the payload is kept as it came.

use super::ingest::tally;
use super::layout::layout;
use super::session::{Look, Session};
use super::table::Table;
use super::words;
use crate::domain::ids::QuarantineId;
use crate::error::{Exit, Failure};
use crate::ingest;
use crate::review::page::QuarantineRow;
use anyhow::Context as _;

/// Show what could not be read, and why; or try again
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// List the items
    List,
    /// Show one item with its payload
    Show {
        /// Its number
        id: QuarantineId,
    },
    /// Read all items again, or one: what can be read now is taken in
    #[command(after_help = "\
An item is read in the way in which it was read before (the same --format, the
same columns of a CSV file) and counts from its first arrival. What still cannot
be read stays, with the reason of now.")]
    Retry {
        /// Its number; none is all of them
        id: Option<QuarantineId>,
    },
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let only = match args.command {
        What::List => None,
        What::Show { id } => Some(id),
        What::Retry { id } => return retry(id, session),
    };
    let store = session.reading()?;
    let rows = store.quarantine(only).context("reading the quarantine")?;
    if session.json {
        for row in &rows {
            session.json_line(row)?;
        }
    }
    match (only, rows.first()) {
        (Some(id), None) => {
            let what = format!("there is no quarantined item {id}");
            return Err(Failure::failed(what, "`reunite quarantine list` lists them").into());
        }
        _ if session.json => {}
        (Some(_), Some(row)) => show(row, session)?,
        (None, None) => session.line("Nothing is in quarantine.")?,
        (None, Some(_)) => session.table(&table(&rows))?,
    }
    Ok(Exit::Done)
}

fn retry(only: Option<QuarantineId>, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let map = session.config.map();
    let mut store = session.deciding()?;
    let counts = ingest::retry(&mut *store, only, &map).context("reading the quarantine again")?;
    if session.json {
        session.json_line(&counts)?;
    } else if counts.read == 0 {
        session.line("Nothing is in quarantine.")?;
    } else {
        tally(&counts, session)?;
    }
    Ok(Exit::Done)
}

fn table(rows: &[QuarantineRow]) -> Table {
    let mut table = Table::default()
        .right("ID")
        .left("AT")
        .cut("SOURCE", 14)
        .cut("REASON", 20);
    for row in rows {
        table.row([
            row.id.to_string(),
            row.at.to_string(),
            words::shown(&row.source),
            words::shown(&row.reason),
        ]);
    }
    table
}

fn show(row: &QuarantineRow, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    session.look(
        Look::Strong,
        format!("Item {}: {}", row.id, words::shown(&row.reason)),
    )?;
    session.line(format!("From {} at {}", words::shown(&row.source), row.at))?;
    if !row.pointer.is_empty() {
        session.line(format!("In the payload at {}", words::shown(&row.pointer)))?;
    }
    session.line("")?;
    let laid = layout(&row.text, &row.pointer, &row.reason);
    for (number, line) in laid.lines.iter().enumerate() {
        let Some((_, column)) = laid.mark.filter(|(marked, _)| *marked == number) else {
            session.verbatim(Look::Plain, &format!("  {line}"))?;
            continue;
        };
        session.verbatim(Look::Strong, &format!("▶ {line}"))?;
        let below = " ".repeat(column + 2);
        session.verbatim(
            Look::Bad,
            &format!("{below}^ {}", words::shown(&row.reason)),
        )?;
    }
    Ok(())
}
