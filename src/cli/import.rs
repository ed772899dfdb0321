//! `reunite import`: contacts from a CSV file, after a rehearsal for whoever
//! wants to see first what it would do.

use super::ingest::{Said, bar, conclude, show, stop_on_signals, tally};
use super::session::{Look, Session};
use super::table::Table;
use super::words;
use crate::domain::text;
use crate::error::{Exit, Failure};
use crate::ingest::import::{self, Column, Faults, Field, Mapping, Sheet, Unmapped, Unreadable};
use crate::ingest::{self, Ending, Input, Intake};
use crate::payload::Format;
use crate::review::page::Counts;
use crate::store::Store;
use anyhow::Context as _;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Take contacts in from a CSV file with a header
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  reunite import contacts.csv --dry-run
  reunite import contacts.csv --map 'Cell no.=mobile' --map 'Office=ignore'
  reunite import contacts.csv --map 'Phone=phone+55'     phones without a country are Brazil's
  zcat export.csv.gz | reunite import -

Columns are recognised by their names, as CRMs and address books export them:
name, first name, last name, phone, mobile, whatsapp, country code, bsuid,
user_id, parent_bsuid, username, portfolio. Separated by commas, semicolons or tabs;
plain, .gz or .zst. The same file again changes nothing.")]
pub(super) struct Args {
    /// The file; - is standard input
    file: PathBuf,
    /// What a column holds: COLUMN=FIELD, of phones without their country code
    /// COLUMN=FIELD+CODE; repeatable
    #[arg(long, value_name = "COLUMN=FIELD")]
    map: Vec<Mapping>,
    /// Say what it would do, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Exit 1 if anything was quarantined
    #[arg(long)]
    strict: bool,
    /// The portfolio of rows that name none
    #[arg(long, value_name = "NAME")]
    portfolio: Option<String>,
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let input = if args.file == Path::new("-") {
        Input::stdin()
    } else {
        Input::file(args.file.clone())
    };
    let opening = || format!("opening {}", args.file.display());
    let total = input.bytes().with_context(opening)?;
    let sheet = Sheet::open(input).map_err(|error| unreadable(&args.file, error))?;
    let columns = import::columns(sheet.header(), &args.map).map_err(|error| unmapped(&error))?;
    let mut map = session.config.map();
    map.unnamed.clone_from(&args.portfolio);
    let clock = session.world.now;
    let intake = Intake {
        format: Format::Auto,
        map: &map,
        clock: &clock,
        stop: stop_on_signals()?,
        unread: std::sync::Arc::default(),
    };
    let separator = sheet.separator();
    let shown = columns.clone();
    let bar = bar(total, session.world.err.terminal);
    let mut open = Some((sheet, columns));
    let mut ended = None;
    let mut act = |store: &mut dyn Store| {
        if let Some((sheet, columns)) = open.take() {
            let watch = &mut |now: &ingest::Progress| show(&bar, now);
            ended = Some(ingest::import(sheet, columns, &intake, store, watch));
        }
    };
    if args.dry_run {
        let place = tempfile::tempdir().context("making a place for a dry run")?;
        let mut store = session.rehearsing(place.path())?;
        store.rehearse(&mut act)?;
    } else {
        act(&mut *session.taking_in()?);
    }
    bar.finish_and_clear();
    let Some((counts, ending, faults)) = ended else {
        return Ok(Exit::Done);
    };
    let report = Report {
        name: args.file.display().to_string(),
        separator,
        columns: shown,
        counts,
        faults,
    };
    if args.dry_run {
        if let Ending::Failed(error) = ending {
            return Err(error.context("a dry run; nothing was written"));
        }
        report.dry(session)?;
        let ending = match ending {
            Ending::Stopped => Err(Failure::failed("interrupted", "nothing was written").into()),
            _ => Ok(Exit::Done),
        };
        return ending;
    }
    let said = Said {
        counts,
        unknown_fields: None,
    };
    conclude(args.strict, &said, ending, session, |counts, session| {
        report.done(counts, session)
    })
}

fn unreadable(file: &Path, error: Unreadable) -> anyhow::Error {
    let name = file.display();
    let hint = match error {
        // By itself, so that it is known what helps.
        Unreadable::Io(error) => {
            return anyhow::Error::new(error).context(format!("reading {name}"));
        }
        Unreadable::Utf16 => "save it as \"CSV UTF-8\", or: iconv -f UTF-16 -t UTF-8 IN > OUT",
        Unreadable::Encoding { .. } => {
            "save it as \"CSV UTF-8\", or: iconv -f WINDOWS-1252 -t UTF-8 IN > OUT"
        }
        Unreadable::Spreadsheet => "export the sheet as \"CSV UTF-8\"",
        Unreadable::Empty | Unreadable::NoHeader { .. } => {
            "the first line names the columns: name,phone,bsuid"
        }
    };
    Failure::failed(format!("{name} cannot be imported: {error}"), hint).into()
}

fn unmapped(error: &Unmapped) -> anyhow::Error {
    match error {
        Unmapped::NoColumn { .. } => {
            Failure::usage(error.to_string(), "write the name as the header has it").into()
        }
        Unmapped::NoKey(_) => {
            let hint = "say which it is, for example --map 'COLUMN=phone' or --map 'COLUMN=bsuid'; \
                        the first line has to be the header";
            Failure::failed(error.to_string(), hint).into()
        }
    }
}

/// What became of a file, or would.
struct Report {
    name: String,
    separator: String,
    columns: Vec<Column>,
    counts: Counts,
    faults: Faults,
}

impl Report {
    fn dry(&self, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
        #[derive(Serialize)]
        struct Rehearsal<'a> {
            #[serde(flatten)]
            counts: &'a Counts,
            contacts_joined: u64,
            dry_run: bool,
            columns: &'a [Column],
            faults: Vec<serde_json::Value>,
        }
        let counts = &self.counts;
        let joined = counts.applied.saturating_sub(counts.contacts_created);
        if session.json {
            let faults = self.faults.all();
            let faults = faults.map(|(reason, rows, first)| {
                serde_json::json!({"reason": reason, "rows": rows, "first": first})
            });
            return session.json_line(&Rehearsal {
                counts,
                contacts_joined: joined,
                dry_run: true,
                columns: &self.columns,
                faults: faults.collect(),
            });
        }
        self.columns(session)?;
        let mut table = Table::default().left("ROWS").right("").left("WOULD");
        let rows = [
            ("applied", counts.applied, ""),
            ("", counts.contacts_created, "create a contact"),
            ("", joined, "join a contact that is there"),
            (
                "duplicate",
                counts.duplicate,
                "change nothing: known already",
            ),
            ("quarantined", counts.quarantined, "wait in quarantine"),
        ];
        for (what, count, would) in rows {
            let what = if what.is_empty() { " " } else { what };
            let would = if would.is_empty() { " " } else { would };
            table.row([what.into(), count.to_string(), would.into()]);
        }
        session.table(&table)?;
        session.line(format!(
            "{} read; {} would be opened",
            words::count(counts.read, "row"),
            words::count(counts.cases_opened, "case")
        ))?;
        self.faults(session)?;
        session.look(Look::Dim, "A dry run: nothing was written.")
    }

    fn done(&self, counts: &Counts, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
        self.columns(session)?;
        tally(counts, session)?;
        self.faults(session)
    }

    fn columns(&self, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
        session.line(format!(
            "{}: {}, separated by {}",
            words::shown(&self.name),
            words::count(self.columns.len() as u64, "column"),
            self.separator
        ))?;
        let mut table = Table::default().cut("COLUMN", 12).left("TAKEN AS");
        let taken = self.columns.iter().filter(|c| c.field != Field::Ignore);
        for column in taken {
            let mut field = column.field.to_string();
            if let Some(code) = &column.country_code {
                field = format!("{field}, +{code} where none is written");
            }
            table.row([words::shown(&column.column), field]);
        }
        session.table(&table)?;
        let ignored = self.columns.iter().filter(|c| c.field == Field::Ignore);
        let ignored: Vec<_> = ignored.map(|c| text::cell(&c.column, 30)).collect();
        if !ignored.is_empty() {
            session.line(format!("Ignored: {}", ignored.join(", ")))?;
        }
        session.line("")
    }

    fn faults(&self, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
        let mut all = self.faults.all().peekable();
        if all.peek().is_none() {
            return Ok(());
        }
        session.line("")?;
        session.look(Look::Strong, "Cannot be read:")?;
        for (reason, rows, first) in all {
            let more = if rows > first.len() as u64 {
                ", …"
            } else {
                ""
            };
            let (rows, first) = (words::count(rows, "row"), first.join(", "));
            session.line(format!(
                "  {rows}: {}: {}{more}",
                words::shown(reason),
                words::shown(&first)
            ))?;
        }
        let hint = "--map COLUMN=FIELD says what a column holds; COLUMN=ignore passes it over;\n\
                    COLUMN=phone+CODE is one of phones without their country code.";
        for line in hint.lines() {
            session.look(Look::Dim, line)?;
        }
        Ok(())
    }
}
