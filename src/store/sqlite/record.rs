//! Writes a decision and its audit entry, in the caller's transaction.

use super::four_eyes;
use super::group;
use super::terms::{Decision, Terms};
use crate::domain::case::Action;
use crate::domain::ids::{BatchId, CaseId, DecisionId, EventId};
use crate::review::four_eyes::Rule;
use crate::store::chain::{self, Link};
use crate::store::{By, Result, StoreError};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
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

/// Terms as JSON: the entry's hash covers them as they stand there.
fn text(terms: &Terms) -> Result<String> {
    serde_json::to_string(terms).map_err(|e| StoreError::Failed {
        doing: "writing a decision".into(),
        detail: e.to_string(),
    })
}

/// Writes a decision's row; its terms may be completed by [`complete`]. Gives
/// the terms as they were written.
pub(super) fn write(db: &Connection, decision: &Decision, by: &By) -> Result<String> {
    let terms = text(&decision.terms)?;
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
        terms,
        decision.undoes.map(|d| d.0),
    ])?;
    names(db, decision)?;
    Ok(terms)
}

/// Writes terms that came out while the decision was carried out.
pub(super) fn complete(db: &Connection, decision: &Decision) -> Result<String> {
    let terms = text(&decision.terms)?;
    db.prepare_cached("UPDATE decision SET terms = ?2 WHERE id = ?1")?
        .execute(params![decision.id.0, terms])?;
    names(db, decision)?;
    Ok(terms)
}

/// Writes whom a decision names.
fn names(db: &Connection, decision: &Decision) -> Result<()> {
    let named: BTreeSet<i64> = decision.terms.named().map(|contact| contact.0).collect();
    let named: Vec<i64> = named.into_iter().collect();
    // Most decisions name two: a statement costs more than a row.
    for some in named.chunks(2) {
        let sql = "INSERT OR IGNORE INTO decision_contact VALUES (?2, ?1), (?3, ?1)";
        let (first, last) = (some.first(), some.last());
        db.prepare_cached(sql)?
            .execute(params![decision.id.0, first, last])?;
    }
    Ok(())
}

/// What an audit entry is about.
pub(super) struct Subject<'a> {
    pub(super) action: Action,
    /// The decision, if it is one, and its terms as they were written.
    pub(super) made: Option<(&'a Decision, &'a str)>,
    pub(super) batch: Option<BatchId>,
    pub(super) case: Option<CaseId>,
}

/// The end of the log, and what else a transaction need not ask twice. While one
/// is in use, nothing else writes decisions or entries in the transaction.
#[derive(Debug, Clone)]
pub(super) struct Ledger {
    store: String,
    /// The last entry, and its hash.
    entry: i64,
    head: String,
    decision: i64,
    /// The last event that has arrived.
    pub(super) last_event: EventId,
    /// The rule of four eyes.
    pub(super) rule: Option<Rule>,
    /// Somebody claims a case.
    pub(super) claims: bool,
    /// A contact is dissolved, and leads to another.
    pub(super) dissolved: bool,
    /// Other cases than the one answered may have been worked out anew.
    pub(super) restated: bool,
}

impl Ledger {
    /// Reads where the log ends.
    pub(super) fn open(db: &Connection) -> Result<Self> {
        let last: Option<(i64, String)> = db
            .prepare_cached("SELECT entry, hash FROM audit ORDER BY entry DESC LIMIT 1")?
            .query_row([], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()?;
        let (entry, head) = last.unwrap_or_default();
        Ok(Self {
            store: meta(db, "store_id")?,
            entry,
            head,
            decision: next_decision(db)?.0,
            last_event: last_event(db)?,
            rule: four_eyes::rule(db)?,
            claims: db
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM looking)")?
                .query_row([], |r| r.get(0))?,
            dissolved: group::any_dissolved(db)?,
            restated: false,
        })
    }

    /// The number of a new decision.
    pub(super) fn next(&mut self) -> DecisionId {
        let next = self.decision;
        self.decision += 1;
        DecisionId(next)
    }

    /// Writes so that a refusal leaves nothing behind. Whatever is changed in it
    /// is copied first: what cannot be refused any more goes without.
    pub(super) fn attempt<T>(
        &mut self,
        db: &Connection,
        write: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let before = self.clone();
        savepoint(db, "SAVEPOINT attempt")?;
        let written = write(self);
        if written.is_err() {
            savepoint(db, "ROLLBACK TO attempt")?;
            *self = before;
        }
        savepoint(db, "RELEASE attempt")?;
        written
    }

    /// Appends an entry to the chain; the head is written by [`Ledger::close`].
    /// What it tells of a decision is what stands in the decision's own row.
    pub(super) fn append(
        &mut self,
        db: &Connection,
        subject: &Subject<'_>,
        by: &By,
        before: &impl Serialize,
        after: &impl Serialize,
    ) -> Result<()> {
        let json = |e: serde_json::Error| StoreError::Failed {
            doing: "writing the log".into(),
            detail: e.to_string(),
        };
        let before = serde_json::to_string(before).map_err(json)?;
        let after = serde_json::to_string(after).map_err(json)?;
        let at = by.at.to_string();
        let (made, terms) = subject.made.unzip();
        let link = Link {
            format: chain::FORMAT,
            store: &self.store,
            entry: self.entry + 1,
            at: &at,
            operator: &by.operator,
            host: Some(&HOST),
            program: Some(env!("CARGO_PKG_VERSION")),
            action: subject.action.as_str(),
            decision: made.map(|made| made.id.0),
            batch: subject.batch.map(|b| b.0),
            undoes: made.and_then(|made| made.undoes).map(|d| d.0),
            case: subject.case.map(|c| c.0),
            reason: by.reason.as_deref(),
            event: made.map(|made| made.after.0),
            terms,
            before: &before,
            after: &after,
            prev: &self.head,
        };
        let hash = link.hash();
        insert(db, &link, &hash)?;
        self.entry += 1;
        self.head = hash;
        Ok(())
    }

    /// Writes the head: before the transaction ends.
    pub(super) fn close(self, db: &Connection) -> Result<()> {
        db.prepare_cached("UPDATE meta SET value = ?1 WHERE key = 'audit_head'")?
            .execute([self.head])?;
        Ok(())
    }
}

/// A word about a savepoint, prepared once.
pub(super) fn savepoint(db: &Connection, word: &str) -> Result<()> {
    db.prepare_cached(word)?.execute([])?;
    Ok(())
}

/// Appends one entry, of a transaction that appends no other.
pub(super) fn append(
    db: &Connection,
    subject: &Subject<'_>,
    by: &By,
    before: &impl Serialize,
    after: &impl Serialize,
) -> Result<()> {
    let mut ledger = Ledger::open(db)?;
    ledger.append(db, subject, by, before, after)?;
    ledger.close(db)
}

/// Writes an entry's row. OR FAIL, as for [`super::standing`]'s cases: with ABORT
/// the trigger that guards the log would have the log's pages copied first.
pub(super) fn insert(db: &Connection, link: &Link<'_>, hash: &str) -> Result<()> {
    db.prepare_cached(
        r#"INSERT OR FAIL INTO audit (entry, at, operator, action, decision, batch, undoes, "case", reason, before, after,
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
