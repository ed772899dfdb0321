//! `reunite export`: tables for the systems downstream, as JSON lines or CSV.
//! A row leaves as soon as the store hands it out; no table is held in memory.

use super::session::Session;
use crate::domain::text;
use crate::error::{Exit, Failure};
use crate::store::{Export, StoreError};
use anyhow::Context as _;
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::io::Write as _;

/// Write canonical contacts, aliases, messages or decisions, for other systems
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  reunite export aliases                        old contact id to canonical id
  reunite export messages --format csv > messages.csv
  reunite export decisions --since 41           what was decided since entry 41")]
pub(super) struct Args {
    /// What
    #[arg(value_enum)]
    what: What,
    /// How
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
    /// Only of decisions: from this entry of the log on
    #[arg(long, value_name = "N")]
    since: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    Contacts,
    Aliases,
    Messages,
    Decisions,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Csv,
    Jsonl,
}

impl What {
    fn export(self) -> Export {
        match self {
            What::Contacts => Export::Contacts,
            What::Aliases => Export::Aliases,
            What::Messages => Export::Messages,
            What::Decisions => Export::Decisions,
        }
    }

    /// The order of its fields in JSON, as other commands print them.
    fn fields(self) -> &'static [&'static str] {
        match self {
            What::Contacts => &[
                "contact",
                "members",
                "name",
                "identifiers",
                "usernames",
                "decisions",
                "open_cases",
            ],
            _ => self.columns(),
        }
    }

    /// The columns of its CSV. A kind of identifier is a column of its own,
    /// with the live ones, since a spreadsheet can do nothing with nested rows.
    fn columns(self) -> &'static [&'static str] {
        match self {
            What::Contacts => &[
                "contact",
                "name",
                "members",
                "bsuid",
                "parent_bsuid",
                "phone",
                "username",
                "open_cases",
                "portfolio",
            ],
            What::Aliases => &["contact", "canonical"],
            What::Messages => &["message", "contact", "member"],
            What::Decisions => &[
                "entry", "at", "operator", "action", "decision", "batch", "undoes", "case",
                "reason", "before", "after", "prev", "hash",
            ],
        }
    }
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let csv = args.format == Format::Csv;
    if args.since.is_some() && args.what != What::Decisions {
        let what = "--since counts entries of the log, and only decisions are such entries";
        let hint = "leave it out: the others are exported whole; \
                    or `reunite export decisions --since N`";
        return Err(Failure::usage(what, hint).into());
    }
    let store = session.reading()?;
    let columns = args.what.columns();
    if csv {
        write_line(session, &columns.join(","))?;
    }
    // A row that cannot be written stops the store with an error of its own
    // kind; the true one waits here.
    let mut unwritten = None;
    let told = store.export(args.what.export(), &mut |row| {
        if args.what == What::Decisions && is_before(&row, args.since) {
            return Ok(());
        }
        let written = if csv {
            let cells = columns.iter().map(|column| text::csv(&cell(&row, column)));
            write_line(session, &cells.collect::<Vec<_>>().join(","))
        } else {
            session.json_line(&InOrder(args.what.fields(), &row))
        };
        written.map_err(|error| {
            unwritten = Some(error);
            StoreError::Failed {
                doing: "writing a row".into(),
                detail: "the output is closed".into(),
            }
        })
    });
    if let Some(error) = unwritten {
        return Err(error.context("writing the export"));
    }
    told.context("exporting")?;
    Ok(Exit::Done)
}

/// An object with these fields first.
struct InOrder<'a>(&'a [&'a str], &'a Value);

impl Serialize for InOrder<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let InOrder(first, Value::Object(row)) = self else {
            return self.1.serialize(to);
        };
        let named = first.iter().filter_map(|key| Some((*key, row.get(*key)?)));
        let rest = row.iter().map(|(key, value)| (key.as_str(), value));
        to.collect_map(named.chain(rest.filter(|(key, _)| !first.contains(key))))
    }
}

/// Past [`Session::line`]: the cells are safe already, and blanks at the end
/// of a line are part of the last one.
fn write_line(session: &mut Session<'_, '_>, line: &str) -> anyhow::Result<()> {
    writeln!(session.world.out, "{line}")?;
    Ok(())
}

fn is_before(row: &Value, since: Option<i64>) -> bool {
    let entry = row.get("entry").or_else(|| row.get("decision"));
    match (since, entry.and_then(Value::as_i64)) {
        (Some(since), Some(entry)) => entry < since,
        _ => false,
    }
}

/// The text of one cell.
fn cell(row: &Value, column: &str) -> String {
    match row.get(column) {
        Some(Value::Array(list)) if list.iter().all(|one| !one.is_object()) => join(list.iter()),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) => String::new(),
        Some(other) => other.to_string(),
        None => live(row, column),
    }
}

/// The live identifiers of a kind; for `portfolio` those of the BSUIDs, in
/// their order, so that an import of the row knows whose they are.
fn live(row: &Value, column: &str) -> String {
    let (kind, told) = match column {
        "portfolio" => ("bsuid", "portfolio"),
        kind => (kind, "value"),
    };
    let rows = row.get("identifiers").and_then(Value::as_array);
    let fits = |one: &&Value| {
        let is = |key, word| one.get(key).and_then(Value::as_str) == Some(word);
        is("kind", kind) && !is("state", "former")
    };
    join(
        rows.into_iter()
            .flatten()
            .filter(fits)
            .filter_map(|one| one.get(told)),
    )
}

fn join<'a>(values: impl Iterator<Item = &'a Value>) -> String {
    let words = values.map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn nested_rows_become_cells() {
        let row = json!({"contact": 3, "members": [3, 9], "name": "Ana", "identifiers": [
            {"kind": "phone", "value": "1", "state": "active"},
            {"kind": "phone", "value": "2", "state": "former"},
            {"kind": "phone", "value": "3", "state": "provisional"},
            {"kind": "bsuid", "value": "US.1", "portfolio": "eu", "state": "active"},
            {"kind": "bsuid", "value": "US.2", "portfolio": "us", "state": "former"},
            {"kind": "bsuid", "value": "US.3", "portfolio": "asia", "state": "active"}]});
        assert_eq!(cell(&row, "contact"), "3");
        assert_eq!(cell(&row, "members"), "3 9");
        assert_eq!(cell(&row, "name"), "Ana");
        assert_eq!(cell(&row, "phone"), "1 3");
        assert_eq!(cell(&row, "username"), "");
        assert_eq!(cell(&row, "bsuid"), "US.1 US.3");
        assert_eq!(cell(&row, "portfolio"), "eu asia");
    }

    #[test]
    fn fields_come_in_the_order_of_the_other_commands() {
        let row = json!({"contact": 3, "extra": 1, "member": 9, "message": "wamid.1"});
        let told = serde_json::to_string(&InOrder(What::Messages.fields(), &row)).unwrap();
        assert_eq!(
            told,
            r#"{"message":"wamid.1","contact":3,"member":9,"extra":1}"#
        );
    }

    #[test]
    fn decisions_since_an_entry() {
        assert!(is_before(&json!({"entry": 4}), Some(5)));
        assert!(!is_before(&json!({"entry": 5}), Some(5)));
        assert!(!is_before(&json!({"entry": 4}), None));
    }
}
