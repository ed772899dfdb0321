//! The audit log as rows, oldest first. Whether it can be trusted is asked in
//! `verify`.

use super::decision::names;
use super::group::Group;
use super::query::{first, json, list as json_list, rows, unreadable, word};
use crate::domain::case::Action;
use crate::domain::ids::{BatchId, CaseId, ContactId, DecisionId, EntryId};
use crate::domain::time::Timestamp;
use crate::review::page::AuditRow;
use crate::store::sqlite::terms::Terms;
use crate::store::{AuditFilter, Result};
use rusqlite::{Connection, Row, params};
use serde_json::Value;

pub(in crate::store::sqlite) use super::verify::verify;

/// The columns that [`entry`] reads.
const COLUMNS: &str = r#"entry, at, operator, action, decision, batch, undoes, "case", reason,
  before, after, prev, hash"#;

/// The log, oldest first; with a limit, its newest entries.
pub(in crate::store::sqlite) fn list(
    db: &Connection,
    filter: &AuditFilter,
) -> Result<Vec<AuditRow>> {
    let concerned = match filter.contact {
        Some(contact) => Some(Group::of(db, contact)?.ids(db)?),
        None => None,
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM audit WHERE entry >= ?1 AND (?2 IS NULL OR operator = ?2)
           AND (?3 IS NULL OR batch = ?3) ORDER BY entry DESC"
    );
    let limit = filter.limit.unwrap_or(usize::MAX);
    let mut query = db.prepare_cached(&sql)?;
    let batch = filter.batch.map(|batch| batch.0);
    let mut rows = query.query(params![filter.since.unwrap_or(0), filter.operator, batch])?;
    let mut found = Vec::new();
    while found.len() < limit
        && let Some(r) = rows.next()?
    {
        let concerns = match &concerned {
            Some(ids) => concerns(db, r, ids)?,
            None => true,
        };
        if concerns {
            found.push(entry(r)?);
        }
    }
    found.reverse();
    Ok(found)
}

/// Hands out the entries of decisions, oldest first.
pub(super) fn each(db: &Connection, row: &mut dyn FnMut(AuditRow) -> Result<()>) -> Result<()> {
    let sql = format!("SELECT {COLUMNS} FROM audit WHERE decision IS NOT NULL ORDER BY entry");
    let mut query = db.prepare_cached(&sql)?;
    let mut rows = query.query([])?;
    while let Some(r) = rows.next()? {
        row(entry(r)?)?;
    }
    Ok(())
}

/// Whether an entry concerns one of these contacts: its decision names one, or
/// it opened a case about one.
fn concerns(db: &Connection, r: &Row<'_>, ids: &[ContactId]) -> Result<bool> {
    if let Some(decision) = r.get::<_, Option<i64>>(4)? {
        let sql = "SELECT terms FROM decision WHERE id = ?1";
        let terms: Option<Terms> = first(db, sql, [decision], |r| json(r, 0))?;
        return Ok(terms.is_some_and(|terms| names(&terms, ids)));
    }
    let sql = r#"SELECT 1 FROM case_contact WHERE "case" = ?1
                 AND contact IN (SELECT value FROM json_each(?2))"#;
    let case: Option<i64> = r.get(7)?;
    Ok(!rows(db, sql, params![case, json_list(ids)], |_| Ok(()))?.is_empty())
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
    })
}

/// Rows before or after: JSON, or what stands there in its place.
fn state(r: &Row<'_>, column: usize) -> rusqlite::Result<Value> {
    let text: String = r.get(column)?;
    Ok(serde_json::from_str(&text).unwrap_or(Value::String(text)))
}
