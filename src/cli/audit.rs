//! `reunite audit`: the log of decisions, and the check of its chain.

use super::session::{Look, Session};
use super::table::Table;
use super::words;
use crate::domain::ids::ContactId;
use crate::error::Exit;
use crate::review::page::AuditRow;
use crate::store::AuditFilter;
use anyhow::Context as _;

/// Entries that people get when they do not say from which on.
const LATEST: usize = 50;

/// Show the log of decisions, oldest first, or verify its chain
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  reunite audit                       the latest entries
  reunite audit --since 1 --json      all of it
  reunite audit verify --head 5f1c…   against a head that was kept elsewhere")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Check>,
    /// From this entry on [default: the latest 50; with --json, all]
    #[arg(long, value_name = "N")]
    since: Option<i64>,
    /// By this operator
    // The id of the global option, which stands back here.
    #[arg(long, value_name = "O")]
    operator: Option<String>,
    /// That concern this contact
    #[arg(long, value_name = "ID")]
    contact: Option<ContactId>,
}

#[derive(Debug, clap::Subcommand)]
enum Check {
    /// Check the chain of the log: OK, TAMPERED or CANNOT TELL (exit 4 unless OK)
    Verify {
        /// The hash of the last entry, as it was kept elsewhere
        #[arg(long, value_name = "HASH")]
        head: Option<String>,
    },
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    match &args.command {
        Some(Check::Verify { head }) => verify(head.as_deref(), session),
        None => list(args, session),
    }
}

fn list(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let store = session.reading()?;
    let latest = !session.json && args.since.is_none();
    let filter = AuditFilter {
        since: args.since,
        operator: args.operator.clone(),
        contact: args.contact,
        limit: latest.then_some(LATEST + 1),
        ..AuditFilter::default()
    };
    let mut rows = store.audit(&filter).context("reading the log")?;
    if session.json {
        for row in &rows {
            session.json_line(row)?;
        }
        return Ok(Exit::Done);
    }
    let earlier = latest && rows.len() > LATEST;
    if earlier {
        rows.remove(0);
    }
    if rows.is_empty() {
        session.line("No such entry.")?;
        return Ok(Exit::Done);
    }
    if earlier {
        session.look(Look::Dim, "Only the latest; all of them: add --since 1.")?;
    }
    session.table(&table(&rows))?;
    Ok(Exit::Done)
}

fn table(rows: &[AuditRow]) -> Table {
    let mut table = Table::default()
        .right("ENTRY")
        .left("AT")
        .cut("OPERATOR", 8)
        .left("ACTION")
        .right("CASE")
        .right("DECISION")
        .cut("REASON", 8);
    for row in rows {
        let action = match row.undoes {
            Some(id) => format!("{} {id}", row.action),
            None => row.action.to_string(),
        };
        table.row([
            row.entry.to_string(),
            row.at.to_string(),
            words::shown(&row.operator),
            action,
            row.case.map(|id| id.to_string()).unwrap_or_default(),
            row.decision.map(|id| id.to_string()).unwrap_or_default(),
            row.reason.clone().unwrap_or_default(),
        ]);
    }
    table
}

fn verify(head: Option<&str>, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let store = session.reading()?;
    let verdict = store.verify(head).context("verifying the log")?;
    let ok = verdict.result == "OK";
    if session.json {
        session.json_line(&verdict)?;
    } else {
        let look = if ok { Look::Good } else { Look::Bad };
        session.look(look, verdict.result)?;
        session.line(&verdict.detail)?;
        session.line(format!("Entries: {}", verdict.entries))?;
        session.line(format!("Head: {}", verdict.head))?;
    }
    Ok(if ok { Exit::Done } else { Exit::Fault })
}
