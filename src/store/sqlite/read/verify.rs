//! Whether the audit log is what was written: each entry's hash is made anew
//! from its content and the hash before it, each decision is held against its
//! entry, and the triggers that keep the log are looked for.
//!
//! A log whose last entries were cut off, with all that follows from them, is
//! whole in itself; only a head kept elsewhere shows that.

use super::objects;
use super::query::{first, rows};
use crate::domain::time::Timestamp;
use crate::store::sqlite::chain::Link;
use crate::store::{Result, StoreError, Verdict};
use rusqlite::{Connection, Row};
use std::collections::HashSet;

const OK: &str = "OK";
const TAMPERED: &str = "TAMPERED";
const CANNOT_TELL: &str = "CANNOT TELL";

/// Checks the log, against a head kept elsewhere if one is given.
pub(in crate::store::sqlite) fn verify(db: &Connection, head: Option<&str>) -> Result<Verdict> {
    match judge(db, head) {
        // What cannot be asked cannot be told; a locked or damaged file is no verdict.
        Err(StoreError::Failed { doing, detail }) => Ok(verdict(
            CANNOT_TELL,
            &Walk::default(),
            format!("{doing}: {detail}"),
        )),
        other => other,
    }
}

fn verdict(result: &'static str, walk: &Walk, detail: impl Into<String>) -> Verdict {
    Verdict {
        result,
        entries: walk.entries,
        head: walk.head.clone(),
        detail: detail.into(),
    }
}

fn judge(db: &Connection, head: Option<&str>) -> Result<Verdict> {
    let wanted = head.map(|head| head.trim().to_ascii_lowercase());
    let found = objects::of(db)?;
    for table in ["audit", "decision", "meta"] {
        if found.get(table).is_none_or(|object| object.kind != "table") {
            let detail = format!("the table {table} is missing");
            return Ok(verdict(CANNOT_TELL, &Walk::default(), detail));
        }
    }
    let Some(store) = meta(db, "store_id")? else {
        let detail = "the store's id, which every hash covers, is missing";
        return Ok(verdict(CANNOT_TELL, &Walk::default(), detail));
    };
    let walk = walk(db, &store, wanted.as_deref())?;
    let fault = match &walk.fault {
        Some(fault) => Some(fault.clone()),
        None => around(db, &walk)?,
    };
    if let Some(fault) = fault {
        return Ok(verdict(TAMPERED, &walk, fault));
    }
    let mut expected = objects::expected()?;
    expected.retain(|_, object| object.table == "audit");
    let mut guards = found;
    guards.retain(|_, object| object.table == "audit");
    if let Some(fault) = objects::faults(&guards, &expected).into_iter().next() {
        return Ok(verdict(TAMPERED, &walk, fault));
    }
    Ok(match wanted {
        None => verdict(
            OK,
            &walk,
            "the chain is whole; without a head kept elsewhere, a cut tail would not show",
        ),
        Some(head) if head.len() != 64 || !head.bytes().all(|b| b.is_ascii_hexdigit()) => verdict(
            CANNOT_TELL,
            &walk,
            "the head given is no hash: 64 hex digits are expected",
        ),
        Some(head) if head == walk.head => {
            verdict(OK, &walk, "the chain is whole and ends in the head given")
        }
        Some(_) => match walk.reached {
            Some(entry) => verdict(
                OK,
                &walk,
                format!(
                    "the chain is whole; the head given is that of entry {entry}, and nothing up to there was changed"
                ),
            ),
            None => verdict(
                TAMPERED,
                &walk,
                "the log does not reach the head given: entries were cut off or replaced",
            ),
        },
    })
}

fn meta(db: &Connection, key: &str) -> Result<Option<String>> {
    first(db, "SELECT value FROM meta WHERE key = ?1", [key], |r| {
        r.get(0)
    })
}

/// What a walk along the chain found.
#[derive(Debug, Default)]
struct Walk {
    entries: i64,
    head: String,
    /// The entry that has the hash asked for.
    reached: Option<i64>,
    /// The decisions that have an entry.
    decisions: HashSet<i64>,
    /// The first fault.
    fault: Option<String>,
}

/// An entry as it stands there, and the decision that it names.
struct Entry {
    at: String,
    operator: String,
    action: String,
    decision: Option<i64>,
    batch: Option<i64>,
    undoes: Option<i64>,
    case: Option<i64>,
    reason: Option<String>,
    before: String,
    after: String,
    prev: String,
    hash: String,
    recorded: Option<Recorded>,
}

/// What the decision's own row says.
#[derive(PartialEq)]
struct Recorded {
    at: Option<Timestamp>,
    operator: String,
    action: String,
    batch: Option<i64>,
    undoes: Option<i64>,
    case: Option<i64>,
    reason: Option<String>,
}

fn entry(r: &Row<'_>) -> rusqlite::Result<Entry> {
    let recorded = match r.get::<_, Option<i64>>(13)? {
        None => None,
        Some(_) => Some(Recorded {
            at: Some(Timestamp(r.get(14)?)),
            operator: r.get(15)?,
            action: r.get(16)?,
            batch: r.get(17)?,
            undoes: r.get(18)?,
            case: r.get(19)?,
            reason: r.get(20)?,
        }),
    };
    Ok(Entry {
        at: r.get(1)?,
        operator: r.get(2)?,
        action: r.get(3)?,
        decision: r.get(4)?,
        batch: r.get(5)?,
        undoes: r.get(6)?,
        case: r.get(7)?,
        reason: r.get(8)?,
        before: r.get(9)?,
        after: r.get(10)?,
        prev: r.get(11)?,
        hash: r.get(12)?,
        recorded,
    })
}

/// Goes along the chain up to the first fault.
fn walk(db: &Connection, store: &str, wanted: Option<&str>) -> Result<Walk> {
    let mut query = db.prepare_cached(
        r#"SELECT a.entry, a.at, a.operator, a.action, a.decision, a.batch, a.undoes, a."case", a.reason,
             a.before, a.after, a.prev, a.hash,
             d.id, d.at, d.operator, d.action, d.batch, d.undoes, d."case", d.reason
           FROM audit a LEFT JOIN decision d ON d.id = a.decision ORDER BY a.entry"#,
    )?;
    let mut rows = query.query([])?;
    let mut walk = Walk::default();
    while let Some(r) = rows.next()? {
        let id: i64 = r.get(0)?;
        let fault = match entry(r) {
            Err(_) => Some("holds something that was not written so".to_owned()),
            Ok(entry) => {
                let fault = flaw(&entry, id, store, &mut walk);
                walk.head = entry.hash;
                fault
            }
        };
        walk.entries += 1;
        if let Some(fault) = fault {
            walk.fault = Some(format!("entry {id} {fault}"));
            return Ok(walk);
        }
        if wanted == Some(walk.head.as_str()) {
            walk.reached = Some(id);
        }
    }
    Ok(walk)
}

/// What is wrong with an entry, after those before it.
fn flaw(entry: &Entry, id: i64, store: &str, walk: &mut Walk) -> Option<String> {
    let place = walk.entries + 1;
    if id != place {
        return Some(format!("stands where entry {place} should"));
    }
    if entry.prev != walk.head {
        return Some("does not follow the entry before it".into());
    }
    let link = Link {
        store,
        entry: id,
        at: &entry.at,
        operator: &entry.operator,
        action: &entry.action,
        decision: entry.decision,
        batch: entry.batch,
        undoes: entry.undoes,
        case: entry.case,
        reason: entry.reason.as_deref(),
        before: &entry.before,
        after: &entry.after,
        prev: &entry.prev,
    };
    if link.hash() != entry.hash {
        return Some("does not have the hash of its content".into());
    }
    match (entry.decision, &entry.recorded) {
        (None, _)
            if ["ask", "propose", "withdraw", "rule", "rescope"]
                .contains(&entry.action.as_str()) =>
        {
            None
        }
        (None, _) => Some("names no decision".into()),
        (Some(decision), None) => Some(format!("records decision {decision}, which is gone")),
        (Some(decision), Some(_)) if !walk.decisions.insert(decision) => {
            Some(format!("records decision {decision} a second time"))
        }
        (Some(decision), Some(recorded)) => {
            let told = Recorded {
                at: Timestamp::parse(&entry.at),
                operator: entry.operator.clone(),
                action: entry.action.clone(),
                batch: entry.batch,
                undoes: entry.undoes,
                case: entry.case,
                reason: entry.reason.clone(),
            };
            (told != *recorded)
                .then(|| format!("tells of decision {decision} otherwise than its row"))
        }
    }
}

/// Faults that no single entry shows.
fn around(db: &Connection, walk: &Walk) -> Result<Option<String>> {
    let kept = meta(db, "audit_head")?;
    if kept.as_deref() != Some(walk.head.as_str()) {
        return Ok(Some(format!(
            "the last entry, {}, is not the one that the store keeps as its head",
            walk.entries
        )));
    }
    let decisions = rows(db, "SELECT id FROM decision ORDER BY id", [], |r| {
        r.get::<_, i64>(0)
    })?;
    let alone = decisions
        .into_iter()
        .find(|id| !walk.decisions.contains(id));
    Ok(alone.map(|id| format!("decision {id} has no entry")))
}
