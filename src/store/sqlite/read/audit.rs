//! The audit log as rows, oldest first. Whether it can be trusted is asked in
//! `verify`.

use super::decision::CONCERNING;
use super::group::Group;
use super::query::{each as each_of, first, rows, unreadable, word};
use super::verify;
use crate::domain::case::Action;
use crate::domain::ids::{BatchId, CaseId, ContactId, DecisionId, EntryId, EventId};
use crate::domain::time::Timestamp;
use crate::review::page::{AuditRow, Origin};
use crate::store::log::last_line;
use crate::store::{AuditFilter, Copied, Result, StoreError};
use rusqlite::{Connection, Row, params};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// The columns that [`entry`] and [`verify::link`] read.
const COLUMNS: &str = r#"entry, at, operator, action, decision, batch, undoes, "case", reason,
  before, after, prev, hash, format, store, host, program, event, terms"#;

/// The log, oldest first; with a limit, its newest entries.
pub(in crate::store::sqlite) fn list(
    db: &Connection,
    filter: &AuditFilter,
) -> Result<Vec<AuditRow>> {
    let batch = filter.batch.map(|batch| batch.0);
    let since = filter.since.unwrap_or(0);
    let limit = filter.limit.unwrap_or(usize::MAX);
    let mut found = match filter.contact {
        None => {
            let sql = format!(
                "SELECT {COLUMNS} FROM audit WHERE entry >= ?1 AND (?2 IS NULL OR operator = ?2)
                   AND (?3 IS NULL OR batch = ?3) ORDER BY entry DESC LIMIT ?4"
            );
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            rows(
                db,
                &sql,
                params![since, filter.operator, batch, limit],
                |r| Ok(told(r)),
            )?
        }
        Some(contact) => {
            let ids = Group::of(db, contact)?.ids(db)?;
            let sql = format!(
                "SELECT {COLUMNS} FROM audit WHERE entry = ?1 AND (?2 IS NULL OR operator = ?2)
                   AND (?3 IS NULL OR batch = ?3)"
            );
            let mut found = Vec::new();
            for of in concerning(db, &ids)?.range(since..).rev() {
                if found.len() == limit {
                    break;
                }
                found.extend(first(db, &sql, params![of, filter.operator, batch], |r| {
                    Ok(told(r))
                })?);
            }
            found
        }
    };
    found.reverse();
    found.into_iter().collect()
}

/// The entries that concern one of these contacts: their decision does, or
/// they opened a case about one.
fn concerning(db: &Connection, ids: &[ContactId]) -> Result<BTreeSet<i64>> {
    let decided = &format!(
        "{CONCERNING} SELECT a.entry FROM concerning n CROSS JOIN audit a ON a.decision = n.decision
         WHERE a.decision IS NOT NULL"
    );
    let asked = r#"SELECT a.entry FROM case_contact c CROSS JOIN audit a ON a."case" = c."case"
                   WHERE c.contact = ?1 AND a.decision IS NULL"#;
    let mut found = BTreeSet::new();
    for sql in [decided, asked] {
        found.extend(each_of(db, sql, ids, |r| r.get::<_, i64>(0))?);
    }
    Ok(found)
}

/// Writes the log, one entry a line, as it stands there.
pub(in crate::store::sqlite) fn export(db: &Connection, to: &mut dyn Write) -> Result<Copied> {
    let failed = |e: io::Error| StoreError::file("writing the log", &e);
    let store: String = first(
        db,
        "SELECT value FROM meta WHERE key = 'store_id'",
        [],
        |r| r.get(0),
    )?
    .unwrap_or_default();
    let mut query = db.prepare(&format!("SELECT {COLUMNS} FROM audit ORDER BY entry"))?;
    let mut rows = query.query([])?;
    let (mut line, mut bytes) = (Vec::new(), 0);
    while let Some(r) = rows.next()? {
        let (link, hash) = verify::link(r, &store).map_err(|e| unwritten(r, &e))?;
        line.clear();
        link.line(hash, &mut line);
        bytes += line.len();
        to.write_all(&line).map_err(failed)?;
    }
    let (keep, entries, head) = verify::head(db)?;
    let last = last_line(entries, &head, &store);
    to.write_all(last.as_bytes()).map_err(failed)?;
    to.flush().map_err(failed)?;
    Ok(Copied {
        bytes: u64::try_from(bytes + last.len()).unwrap_or(u64::MAX),
        entries,
        head,
        keep,
    })
}

/// That an entry cannot be told as it stands there, and why.
fn unwritten(r: &Row<'_>, error: &rusqlite::Error) -> StoreError {
    use rusqlite::Error::{FromSqlConversionFailure, InvalidColumnType};
    let entry: i64 = r.get(0).unwrap_or_default();
    let column = |at: &usize| r.as_ref().column_name(*at).unwrap_or("row").to_owned();
    let what = match error {
        FromSqlConversionFailure(at, _, why) => format!("its {} cannot be read: {why}", column(at)),
        InvalidColumnType(at, _, found) => format!("its {} cannot be {found}", column(at)),
        other => other.to_string(),
    };
    StoreError::Failed {
        doing: format!("reading entry {entry} of the log"),
        detail: format!(
            "{what}; it was not written so: `reunite audit verify` says what else was altered, and a backup has the log as it was"
        ),
    }
}

/// An entry, or which one cannot be read.
fn told(r: &Row<'_>) -> Result<AuditRow> {
    entry(r).map_err(|e| unwritten(r, &e))
}

/// Hands out the entries of decisions, oldest first.
pub(super) fn each(db: &Connection, row: &mut dyn FnMut(AuditRow) -> Result<()>) -> Result<()> {
    let sql = format!("SELECT {COLUMNS} FROM audit WHERE decision IS NOT NULL ORDER BY entry");
    let mut query = db.prepare_cached(&sql)?;
    let mut rows = query.query([])?;
    while let Some(r) = rows.next()? {
        row(told(r)?)?;
    }
    Ok(())
}

fn entry(r: &Row<'_>) -> rusqlite::Result<AuditRow> {
    let at: String = r.get(1)?;
    Ok(AuditRow {
        entry: EntryId(r.get(0)?),
        at: Timestamp::parse(&at).ok_or_else(|| unreadable(1, format!("'{at}' is no time")))?,
        operator: r.get(2)?,
        action: word(r, 3, Action::parse)?,
        decision: r.get::<_, Option<i64>>(4)?.map(DecisionId),
        batch: r.get::<_, Option<i64>>(5)?.map(BatchId),
        undoes: r.get::<_, Option<i64>>(6)?.map(DecisionId),
        case: r.get::<_, Option<i64>>(7)?.map(CaseId),
        reason: r.get(8)?,
        before: state(r, 9)?,
        after: state(r, 10)?,
        prev: r.get(11)?,
        hash: r.get(12)?,
        origin: Box::new(Origin {
            format: r.get(13)?,
            store: r.get(14)?,
            host: r.get(15)?,
            program: r.get(16)?,
            event: r.get::<_, Option<i64>>(17)?.map(EventId),
            terms: r
                .get::<_, Option<String>>(18)?
                .map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text))),
        }),
    })
}

/// Rows before or after: JSON, or what stands there in its place.
fn state(r: &Row<'_>, column: usize) -> rusqlite::Result<Value> {
    let text: String = r.get(column)?;
    Ok(serde_json::from_str(&text).unwrap_or(Value::String(text)))
}
