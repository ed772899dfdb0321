//! The rows of a question: its case, its sides, its evidence.

use super::Turnover;
use crate::domain::ids::{CaseId, ContactId};
use crate::resolve::cases::CaseKey;
use crate::resolve::homes::Ask;
use crate::store::Result;
use rusqlite::{Connection, OptionalExtension, params};

/// Opens a case or joins evidence to it; `None` where it is not asked and never was.
pub(in crate::store::sqlite) fn write_ask(
    db: &Connection,
    key: &CaseKey,
    ask: Option<&Ask>,
    turnover: &mut Turnover,
) -> Result<Option<CaseId>> {
    let known: Option<(i64, i64)> = db
        .prepare_cached(r#"SELECT id, (SELECT total(count) FROM evidence WHERE "case" = id) FROM cases WHERE key = ?1"#)?
        .query_row([key.text()], |r| Ok((r.get(0)?, to_count(r.get(1)?))))
        .optional()?;
    let Some(ask) = ask else {
        let Some((case, _)) = known else {
            return Ok(None);
        };
        db.prepare_cached("UPDATE cases SET asked = 0 WHERE id = ?1")?
            .execute([case])?;
        return Ok(Some(CaseId(case)));
    };
    let first = ask.evidence.first();
    let last = ask.evidence.iter().map(|e| e.last.0).max().unwrap_or(0);
    let total: i64 = ask.evidence.iter().map(|e| e.count).sum();
    let case = if let Some((case, before)) = known {
        let changed = before != total
            || homes_of(db, CaseId(case))? != ask.contacts
            || kind_of(db, case)? != ask.kind.as_str();
        db.prepare_cached(
            "UPDATE cases SET asked = 1, kind = ?2, last_event = ?3, version = version + ?4, first_event = ?5,
                              opened_at = coalesce(?6, opened_at) WHERE id = ?1",
        )?
        .execute(params![
            case,
            ask.kind.as_str(),
            last,
            changed,
            ask.arose().0,
            first.map(|e| e.at.0)
        ])?;
        case
    } else {
        turnover.opened += 1;
        let change = match key {
            CaseKey::Change(event) => Some(event.0),
            _ => None,
        };
        db.prepare_cached(
            "INSERT INTO cases (key, kind, state, version, asked, opened_at, first_event, last_event,
                                identifier, change, confidence, suggestion)
             VALUES (?1, ?2, 'open', 1, 1, ?3, ?4, ?5, ?6, ?7, 0, '{}')",
        )?
        .execute(params![
            key.text(),
            ask.kind.as_str(),
            first.map_or(0, |e| e.at.0),
            ask.arose().0,
            last,
            key.identifier().map(|id| id.0),
            change,
        ])?;
        db.last_insert_rowid()
    };
    write_sides(db, CaseId(case), &ask.contacts)?;
    db.prepare_cached(r#"DELETE FROM evidence WHERE "case" = ?1"#)?
        .execute([case])?;
    let mut insert = db.prepare_cached("INSERT INTO evidence VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for e in &ask.evidence {
        insert.execute(params![
            case,
            e.sighting.0,
            e.event.0,
            e.at.0,
            e.count,
            e.last.0
        ])?;
    }
    Ok(Some(CaseId(case)))
}

/// Replaces the contacts of a case.
pub(in crate::store::sqlite) fn write_sides(
    db: &Connection,
    case: CaseId,
    contacts: &[ContactId],
) -> Result<()> {
    db.prepare_cached(r#"DELETE FROM case_contact WHERE "case" = ?1"#)?
        .execute([case.0])?;
    let mut insert = db.prepare_cached("INSERT INTO case_contact VALUES (?1, ?2, ?3)")?;
    for (contact, ordinal) in contacts.iter().zip(0_i64..) {
        insert.execute([case.0, ordinal, contact.0])?;
    }
    Ok(())
}

/// The homes of a case, in order.
pub(in crate::store::sqlite) fn homes_of(db: &Connection, case: CaseId) -> Result<Vec<ContactId>> {
    let mut query = db
        .prepare_cached(r#"SELECT contact FROM case_contact WHERE "case" = ?1 ORDER BY ordinal"#)?;
    let found = query
        .query_map([case.0], |r| Ok(ContactId(r.get(0)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

fn kind_of(db: &Connection, case: i64) -> Result<String> {
    Ok(db
        .prepare_cached("SELECT kind FROM cases WHERE id = ?1")?
        .query_row([case], |r| r.get(0))?)
}

#[allow(clippy::cast_possible_truncation)]
fn to_count(total: f64) -> i64 {
    total as i64
}
