//! `reunite audit`: the log of decisions, the check of its chain, and the log
//! as a file that is checked without the store.

use super::session::{Look, Session};
use super::table::Table;
use super::words;
use crate::domain::ids::ContactId;
use crate::error::{self, Exit, Failure};
use crate::review::page::AuditRow;
use crate::store::{self, AuditFilter, StoreError, Verdict};
use anyhow::Context as _;
use std::fs::OpenOptions;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

/// Entries that people get when they do not say from which on.
const LATEST: usize = 50;

/// What helps where there is nothing to verify.
const NOTHING_THERE: &str =
    "give a store with --store, or a file that `reunite audit export` has written";

/// Show the log of decisions, oldest first, or verify its chain
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  reunite audit                       the latest entries
  reunite audit --since 1 --json      all of it
  reunite audit verify --head 5f1c…   against a head that was kept elsewhere
  reunite audit export log.jsonl      the log as a file, and its head
  reunite audit verify log.jsonl      that file, without the store")]
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
        /// An exported log instead of the store's
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        /// The hash of the last entry, or STORE:HASH, as it was kept elsewhere;
        /// one of another store is CANNOT TELL
        #[arg(long, value_name = "HASH")]
        head: Option<String>,
    },
    /// Write the log to a new file, one entry a line, the head last
    Export {
        /// The file; - for standard output
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    match &args.command {
        Some(Check::Verify { file, head }) => verify(file.as_deref(), head.as_deref(), session),
        Some(Check::Export { file }) => export(file, session),
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

fn verify(
    file: Option<&Path>,
    head: Option<&str>,
    session: &mut Session<'_, '_>,
) -> anyhow::Result<Exit> {
    let found = match file {
        Some(file) => store::verify_log(file, head).map_err(anyhow::Error::new),
        None => session.reading().and_then(|log| Ok(log.verify(head)?)),
    };
    match found {
        Ok(verdict) => tell(&verdict, session),
        // What is not there to be read cannot be told about; why not is an error
        // as everywhere.
        Err(error) => {
            let verdict = Verdict::cannot_tell(format!("{error:#}"));
            if session.json {
                session.json_line(&verdict)?;
            } else {
                session.look(Look::Bad, verdict.result)?;
            }
            let error = error.context("verifying the log");
            Err(match error::exit(&error) {
                // A verification that could not tell.
                Exit::Failed => Failure {
                    what: format!("{error:#}"),
                    hint: error::hint(&error).unwrap_or_else(|| NOTHING_THERE.into()),
                    exit: Exit::Fault,
                }
                .into(),
                _ => error,
            })
        }
    }
}

fn tell(verdict: &Verdict, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let ok = verdict.is_ok();
    if session.json {
        session.json_line(verdict)?;
    } else {
        let look = if ok { Look::Good } else { Look::Bad };
        session.look(look, verdict.result)?;
        session.line(&verdict.detail)?;
        session.line(format!("Entries: {}", verdict.entries))?;
        session.line(format!("Head: {}", verdict.head))?;
        keep(verdict.keep.as_deref(), session)?;
    }
    Ok(if ok { Exit::Done } else { Exit::Fault })
}

/// What to write down.
fn keep(head: Option<&str>, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    match head {
        Some(head) => session.look(Look::Dim, format!("Keep elsewhere: {head}")),
        None => Ok(()),
    }
}

fn export(file: &Path, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let log = session.reading()?;
    if file == Path::new("-") {
        log.export_log(&mut session.world.out)
            .context("exporting the log")?;
        return Ok(Exit::Done);
    }
    let copied = store::private(file, |temporary| {
        let failed = |e| StoreError::file(format!("writing {}", temporary.display()), &e);
        let to = OpenOptions::new().write(true).open(temporary);
        log.export_log(&mut BufWriter::new(to.map_err(failed)?))
    });
    let copied = copied.context("exporting the log")?;
    if session.json {
        session.json_line(&copied)?;
    } else {
        let entries = words::counted(copied.entries.unsigned_abs(), "entry", "entries");
        session.look(
            Look::Good,
            format!("The log is in {}: {entries}.", file.display()),
        )?;
        keep(copied.keep.as_deref(), session)?;
    }
    Ok(Exit::Done)
}
