//! Writes a decision and its audit entry, in the caller's transaction.

use super::standing::facts;
use super::terms::{Decision, Terms};
use crate::domain::case::Action;
use crate::domain::ids::{BatchId, CaseId, DecisionId, EventId};
use crate::store::chain::{self, Link};
use crate::store::{By, Result, StoreError};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::LazyLock;

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

/// Terms with sorted keys: the entry's hash covers them as they stand there.
fn text(terms: &Terms) -> Result<String> {
    let sorted = serde_json::to_value(terms).map_err(|e| StoreError::Failed {
        doing: "writing a decision".into(),
        detail: e.to_string(),
    })?;
    Ok(sorted.to_string())
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
    names(db, decision)
}

/// Writes terms that came out while the decision was carried out.
pub(super) fn complete(db: &Connection, decision: &Decision) -> Result<()> {
    db.prepare_cached("UPDATE decision SET terms = ?2 WHERE id = ?1")?
        .execute(params![decision.id.0, text(&decision.terms)?])?;
    names(db, decision)
}

/// Writes whom a decision names.
fn names(db: &Connection, decision: &Decision) -> Result<()> {
    let mut insert = db.prepare_cached("INSERT OR IGNORE INTO decision_contact VALUES (?1, ?2)")?;
    for contact in decision.terms.named().collect::<BTreeSet<_>>() {
        insert.execute([contact.0, decision.id.0])?;
    }
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

/// Appends an entry to the chain. What it tells of a decision is read off the
/// decision's own row, so that the two cannot differ.
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
    let made: Option<(i64, String)> = match subject.decision {
        Some(id) => db
            .prepare_cached("SELECT after, terms FROM decision WHERE id = ?1")?
            .query_row([id.0], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()?,
        None => None,
    };
    let (event, terms) = made.unzip();
    let (at, before, after) = (by.at.to_string(), before.to_string(), after.to_string());
    let link = Link {
        format: chain::FORMAT,
        store: &store,
        entry: last + 1,
        at: &at,
        operator: &by.operator,
        host: Some(&HOST),
        program: Some(env!("CARGO_PKG_VERSION")),
        action: subject.action.as_str(),
        decision: subject.decision.map(|d| d.0),
        batch: subject.batch.map(|b| b.0),
        undoes: subject.undoes.map(|d| d.0),
        case: subject.case.map(|c| c.0),
        reason: by.reason.as_deref(),
        event,
        terms: terms.as_deref(),
        before: &before,
        after: &after,
        prev: &prev,
    };
    let hash = link.hash();
    insert(db, &link, &hash)?;
    db.prepare_cached("UPDATE meta SET value = ?1 WHERE key = 'audit_head'")?
        .execute([hash])?;
    Ok(())
}

/// Writes an entry's row.
pub(super) fn insert(db: &Connection, link: &Link<'_>, hash: &str) -> Result<()> {
    db.prepare_cached(
        r#"INSERT INTO audit (entry, at, operator, action, decision, batch, undoes, "case", reason, before, after,
                              prev, hash, format, store, host, program, event, terms)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)"#,
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
        hash,
        link.format,
        link.store,
        link.host,
        link.program,
        link.event,
        link.terms,
    ])?;
    Ok(())
}

/// The name of this machine; empty where it has none to tell.
static HOST: LazyLock<String> = LazyLock::new(|| {
    let told = std::fs::read_to_string("/proc/sys/kernel/hostname").or_else(|_| {
        let asked = std::process::Command::new("uname").arg("-n").output()?;
        Ok::<_, std::io::Error>(String::from_utf8_lossy(&asked.stdout).into_owned())
    });
    told.unwrap_or_default().trim().to_owned()
});

fn meta(db: &Connection, key: &str) -> Result<String> {
    Ok(db
        .prepare_cached("SELECT value FROM meta WHERE key = ?1")?
        .query_row([key], |r| r.get(0))?)
}
