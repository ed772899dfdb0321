//! Writes a decision and its audit entry, in the caller's transaction.

use super::chain::Link;
use super::standing::facts;
use super::terms::{Decision, Terms};
use crate::domain::case::Action;
use crate::domain::ids::{BatchId, CaseId, DecisionId, EventId};
use crate::store::{By, Result, StoreError};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

/// The number of the next decision.
pub(super) fn next_decision(db: &Connection) -> Result<DecisionId> {
    Ok(DecisionId(
        db.prepare_cached("SELECT coalesce(max(id), 0) + 1 FROM decision")?
            .query_row([], |r| r.get(0))?,
    ))
}

/// The last event that has arrived.
pub(super) fn last_event(db: &Connection) -> Result<EventId> {
    Ok(EventId(
        db.prepare_cached("SELECT coalesce(max(id), 0) FROM event")?
            .query_row([], |r| r.get(0))?,
    ))
}

fn text(terms: &Terms) -> Result<String> {
    serde_json::to_string(terms).map_err(|e| StoreError::Failed {
        doing: "writing a decision".into(),
        detail: e.to_string(),
    })
}

/// Writes a decision's row; its terms may be completed by [`complete`].
pub(super) fn write(db: &Connection, decision: &Decision, by: &By) -> Result<()> {
    db.prepare_cached(
        r#"INSERT INTO decision (id, batch, action, "case", operator, at, reason, after, terms, undoes)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"#,
    )?
    .execute(params![
        decision.id.0,
        decision.batch.map(|b| b.0),
        decision.action.as_str(),
        decision.case.map(|c| c.0),
        by.operator,
        by.at.0,
        by.reason,
        decision.after.0,
        text(&decision.terms)?,
        decision.undoes.map(|d| d.0),
    ])?;
    Ok(())
}

/// Writes terms that came out while the decision was carried out.
pub(super) fn complete(db: &Connection, decision: &Decision) -> Result<()> {
    db.prepare_cached("UPDATE decision SET terms = ?2 WHERE id = ?1")?
        .execute(params![decision.id.0, text(&decision.terms)?])?;
    Ok(())
}

/// What the log keeps of the rows: the case, and each contact with its links.
pub(super) fn picture(db: &Connection, case: Option<CaseId>, terms: &Terms) -> Result<Value> {
    let mut contacts = Vec::new();
    for id in terms.contacts.iter().chain(&terms.contact) {
        let canonical: Option<(i64, bool)> = db
            .prepare_cached("SELECT canonical, present FROM contact WHERE id = ?1")?
            .query_row([id.0], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()?;
        let mut query = db.prepare_cached(
            "SELECT i.kind || ':' || i.value, l.state, l.since, l.until FROM link l
             JOIN identifier i ON i.id = l.identifier WHERE l.contact = ?1 ORDER BY l.identifier, l.ordinal",
        )?;
        let links = query.query_map([id.0], |r| {
            Ok(json!([
                r.get::<_, String>(0)?,
                r.get::<_, String>(1)?,
                r.get::<_, i64>(2)?,
                r.get::<_, Option<i64>>(3)?
            ]))
        })?;
        let links = links.collect::<rusqlite::Result<Vec<_>>>()?;
        let present = canonical.is_some_and(|(_, present)| present);
        contacts.push(json!({"contact": id, "canonical": canonical.map(|(c, _)| c), "present": present, "links": links}));
    }
    let case = match case {
        Some(case) => {
            let facts = facts(db, case)?;
            json!({"case": case, "kind": facts.kind, "state": facts.state, "version": facts.version})
        }
        None => Value::Null,
    };
    Ok(json!({"case": case, "contacts": contacts}))
}

/// What an audit entry is about.
pub(super) struct Subject {
    pub(super) action: Action,
    pub(super) decision: Option<DecisionId>,
    pub(super) batch: Option<BatchId>,
    pub(super) undoes: Option<DecisionId>,
    pub(super) case: Option<CaseId>,
}

/// Appends an entry to the chain.
pub(super) fn append(
    db: &Connection,
    subject: &Subject,
    by: &By,
    before: &Value,
    after: &Value,
) -> Result<()> {
    let store: String = meta(db, "store_id")?;
    let last: Option<(i64, String)> = db
        .prepare_cached("SELECT entry, hash FROM audit ORDER BY entry DESC LIMIT 1")?
        .query_row([], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()?;
    let (last, prev) = last.unwrap_or_default();
    let (at, before, after) = (by.at.to_string(), before.to_string(), after.to_string());
    let link = Link {
        store: &store,
        entry: last + 1,
        at: &at,
        operator: &by.operator,
        action: subject.action.as_str(),
        decision: subject.decision.map(|d| d.0),
        batch: subject.batch.map(|b| b.0),
        undoes: subject.undoes.map(|d| d.0),
        case: subject.case.map(|c| c.0),
        reason: by.reason.as_deref(),
        before: &before,
        after: &after,
        prev: &prev,
    };
    let hash = link.hash();
    db.prepare_cached(
        "INSERT INTO audit VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
    )?
    .execute(params![
        link.entry,
        link.at,
        link.operator,
        link.action,
        link.decision,
        link.batch,
        link.undoes,
        link.case,
        link.reason,
        link.before,
        link.after,
        link.prev,
        hash
    ])?;
    db.prepare_cached("UPDATE meta SET value = ?1 WHERE key = 'audit_head'")?
        .execute([hash])?;
    Ok(())
}

fn meta(db: &Connection, key: &str) -> Result<String> {
    Ok(db
        .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([key], |r| r.get(0))?)
}
