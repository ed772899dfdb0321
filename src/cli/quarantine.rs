//! `reunite quarantine`: what could not be read, and why. Nothing is thrown
//! away; the payload is kept as it came.

use super::session::{Look, Session};
use super::table::Table;
use super::words;
use crate::domain::ids::QuarantineId;
use crate::error::{Exit, Failure};
use crate::review::page::QuarantineRow;
use anyhow::Context as _;

/// Show what could not be read, and why
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
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let store = session.reading()?;
    let only = match args.command {
        What::List => None,
        What::Show { id } => Some(id),
    };
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
    let payload = match &row.payload {
        serde_json::Value::String(text) => text.clone(),
        json => serde_json::to_string_pretty(json)?,
    };
    for line in payload.lines() {
        session.verbatim(Look::Plain, line)?;
    }
    Ok(())
}
