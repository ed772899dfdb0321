//! Whether the audit log is what was written: each entry's hash is made anew
//! from its content and the hash before it, each decision is held against its
//! entry, four eyes against what the log tells of them (`eyes`), and the triggers
//! that keep the log are looked for.
//!
//! A log whose last entries were cut off, with all that follows from them, is
//! whole in itself; only a head kept elsewhere shows that.

use super::eyes::Eyes;
use super::objects;
use super::query::{first, unreadable};
use crate::domain::time::Timestamp;
use crate::store::chain::{Chain, Link};
use crate::store::{Head, Result, StoreError, Verdict, verdict};
use rusqlite::{Connection, Row};
use serde_json::Value;

/// Checks the log, against a head kept elsewhere if one is given.
pub(in crate::store::sqlite) fn verify(db: &Connection, head: Option<&str>) -> Result<Verdict> {
    match judge(db, head) {
        // What cannot be asked cannot be told; a locked or damaged file is no verdict.
        Err(StoreError::Failed { doing, detail }) => {
            Ok(Verdict::cannot_tell(format!("{doing}: {detail}")))
        }
        other => other,
    }
}

/// The head of the log as it stands there, to be kept elsewhere, and the number
/// of entries and the hash in it.
pub(in crate::store::sqlite) fn head(db: &Connection) -> Result<(Option<String>, i64, String)> {
    let store = meta(db, "store_id")?.unwrap_or_default();
    let sql = "SELECT entry, hash FROM audit ORDER BY entry DESC LIMIT 1";
    let last = first(db, sql, [], |r| Ok((r.get(0)?, r.get::<_, String>(1)?)))?;
    Ok(match last {
        None => (None, 0, String::new()),
        Some((entries, hash)) => (Some(format!("{store}:{hash}")), entries, hash),
    })
}

fn judge(db: &Connection, head: Option<&str>) -> Result<Verdict> {
    let found = objects::of(db)?;
    for table in ["audit", "decision", "meta", "proposal"] {
        if found.get(table).is_none_or(|object| object.kind != "table") {
            return Ok(Verdict::cannot_tell(format!(
                "the table {table} is missing"
            )));
        }
    }
    let Some(store) = meta(db, "store_id")? else {
        let detail = "the store's id, which every hash covers, is missing";
        return Ok(Verdict::cannot_tell(detail));
    };
    let wanted = head.map(Head::parse);
    let head = wanted.clone().flatten();
    let mut walk = Walk::default();
    let fault = match walk.along(db, &store, head.as_ref())? {
        None => walk.around(db)?,
        found => found,
    };
    let mut chain = walk.chain;
    if let Some((entry, what)) = fault {
        return Ok(chain.tampered(entry, &what));
    }
    let guards = |objects: &mut objects::Objects| {
        objects.retain(|_, object| {
            ["audit", "decision"].contains(&object.table.as_str()) && object.kind != "index"
        });
    };
    let (mut found, mut expected) = (found, objects::expected()?);
    guards(&mut found);
    guards(&mut expected);
    if let Some(fault) = objects::faults(&found, &expected).into_iter().next() {
        return Ok(chain.tampered(None, &fault));
    }
    if wanted == Some(None) {
        let sound = chain.conclude(&store, None);
        return Ok(if sound.is_ok() {
            chain.cannot_tell(verdict::NO_HEAD)
        } else {
            sound
        });
    }
    Ok(chain.conclude(&store, head.as_ref()))
}

fn meta(db: &Connection, key: &str) -> Result<Option<String>> {
    first(db, "SELECT value FROM meta WHERE key = ?1", [key], |r| {
        r.get(0)
    })
}

/// The first entry that is not as it was written, if it is one, and what is
/// wrong.
pub(super) type Fault = (Option<i64>, String);

/// A decision as the log tells it, and as its row says.
struct Told {
    decision: i64,
    entry: i64,
    undoes: Option<i64>,
    /// By which undo it does not stand, after all entries so far.
    undone_by: Option<i64>,
    recorded: Option<i64>,
}

/// What a walk along the log of a store finds.
#[derive(Default)]
struct Walk {
    chain: Chain,
    /// In the order of their numbers, which is that of their entries.
    decisions: Vec<Told>,
    eyes: Eyes,
}

/// The columns of [`link`], and of the decision that an entry names: its
/// number, its time, whether it is told as its row says, the same of what
/// entries of the first format do not tell, its terms, and what undid it.
const ENTRIES: &str = r#"SELECT a.entry, a.at, a.operator, a.action, a.decision, a.batch, a.undoes, a."case", a.reason,
     a.before, a.after, a.prev, a.hash, a.format, a.store, a.host, a.program, a.event, a.terms,
     d.id, d.at,
     a.operator IS d.operator AND a.action IS d.action AND a.batch IS d.batch AND a.undoes IS d.undoes
       AND a."case" IS d."case" AND a.reason IS d.reason,
     a.event IS d.after AND typeof(d.after) = 'integer', iif(a.terms IS d.terms, NULL, ifnull(d.terms, '')), d.undone_by
   FROM audit a NOT INDEXED LEFT JOIN decision d ON d.id = a.decision ORDER BY a.entry"#;

fn text<'r>(r: &'r Row<'_>, column: usize) -> rusqlite::Result<&'r str> {
    let text = r.get_ref(column)?.as_str();
    text.map_err(|e| unreadable(column, e.to_string()))
}

fn maybe<'r>(r: &'r Row<'_>, column: usize) -> rusqlite::Result<Option<&'r str>> {
    let text = r.get_ref(column)?.as_str_or_null();
    text.map_err(|e| unreadable(column, e.to_string()))
}

/// An entry as it stands there, and its hash.
pub(in crate::store::sqlite) fn link<'r>(
    r: &'r Row<'_>,
    store: &'r str,
) -> rusqlite::Result<(Link<'r>, &'r str)> {
    let format = r.get(13)?;
    let later = [maybe(r, 14)?, maybe(r, 15)?, maybe(r, 16)?, maybe(r, 18)?];
    let event: Option<i64> = r.get(17)?;
    let store = match (format, later[0]) {
        (1, None) if later == [None; 4] && event.is_none() => store,
        // The first format has none of these.
        (1, _) => return Err(unreadable(14, "more than format 1 tells".into())),
        (_, Some(own)) => own,
        (_, None) => return Err(unreadable(14, "no store".into())),
    };
    let link = Link {
        entry: r.get(0)?,
        at: text(r, 1)?,
        operator: text(r, 2)?,
        action: text(r, 3)?,
        decision: r.get(4)?,
        batch: r.get(5)?,
        undoes: r.get(6)?,
        case: r.get(7)?,
        reason: maybe(r, 8)?,
        before: text(r, 9)?,
        after: text(r, 10)?,
        prev: text(r, 11)?,
        format,
        store,
        host: later[1],
        program: later[2],
        event,
        terms: later[3],
    };
    Ok((link, text(r, 12)?))
}

/// Whether an entry tells its decision as the decision's own row does.
fn agrees(r: &Row<'_>, link: &Link<'_>) -> rusqlite::Result<bool> {
    let own = Timestamp::parse(link.at) == Some(Timestamp(r.get(20)?)) && r.get::<_, bool>(21)?;
    // Entries of the first format do not tell these.
    let exactly = || -> rusqlite::Result<bool> {
        let terms = match maybe(r, 23)? {
            None => link.terms.is_some(),
            Some(row) => same_terms(link.terms, row),
        };
        Ok(r.get::<_, bool>(22)? && terms)
    };
    Ok(own && (link.format == 1 || exactly()?))
}

/// The terms told are those of the row, but for the number of an identifier's
/// row, which is another one after a rescope.
fn same_terms(told: Option<&str>, row: &str) -> bool {
    let bare = |text: &str| {
        let mut terms: Value = serde_json::from_str(text).ok()?;
        terms.as_object_mut()?.remove(IDENTIFIER);
        Some(terms)
    };
    told.is_some_and(|told| told == row || (bare(told).is_some() && bare(told) == bare(row)))
}

/// The number of an identifier's row, in the terms of a relink.
const IDENTIFIER: &str = "identifier_id";

/// A relink whose number leads to another identifier than the one it names.
fn misled(db: &Connection) -> Result<Option<String>> {
    let sql = "SELECT d.id FROM decision d NOT INDEXED
               LEFT JOIN identifier i ON i.id = json_extract(d.terms, '$.identifier_id')
               WHERE d.action = 'relink' AND json_extract(d.terms, '$.identifier') IS NOT NULL
                 AND (i.id IS NULL
                   OR substr(json_extract(d.terms, '$.identifier') || '@', 1, length(i.kind || i.value) + 2)
                      <> i.kind || ':' || i.value || '@')
               ORDER BY d.id LIMIT 1";
    let found = first(db, sql, [], |r| r.get::<_, i64>(0))?;
    Ok(found.map(|id| format!("decision {id} leads to another identifier than it names")))
}

impl Walk {
    /// Goes along the log up to the first fault.
    fn along(
        &mut self,
        db: &Connection,
        store: &str,
        head: Option<&Head>,
    ) -> Result<Option<Fault>> {
        let wanted = head.map(|head| head.hash.as_str());
        let mut query = db.prepare(ENTRIES)?;
        let mut rows = query.query([])?;
        while let Some(r) = rows.next()? {
            let entry: i64 = r.get(0)?;
            let fault = match link(r, store) {
                Err(_) => Some("holds something that was not written so".to_owned()),
                Ok((link, _)) if link.store != store => Some("is of another store".to_owned()),
                Ok((link, hash)) => match self.chain.follow(&link, hash, wanted) {
                    None => self.decision(r, &link).unwrap_or_else(|_| {
                        Some("names a decision that holds something that was not written so".into())
                    }),
                    fault => fault,
                },
            };
            if let Some(fault) = fault {
                return Ok(Some((Some(entry), format!("entry {entry} {fault}"))));
            }
        }
        Ok(None)
    }

    /// What is wrong between an entry and its decision.
    fn decision(&mut self, r: &Row<'_>, link: &Link<'_>) -> rusqlite::Result<Option<String>> {
        let Some(id) = link.decision else {
            let without = ["ask", "propose", "withdraw", "rule", "rescope"];
            return Ok(if without.contains(&link.action) {
                self.eyes.follow(link)
            } else {
                Some("names no decision".into())
            });
        };
        if r.get::<_, Option<i64>>(19)?.is_none() {
            return Ok(Some(format!("records decision {id}, which is gone")));
        }
        if !agrees(r, link)? {
            return Ok(Some(format!(
                "tells of decision {id} otherwise than its row"
            )));
        }
        if self.told(id).is_some() {
            return Ok(Some(format!("records decision {id} a second time")));
        }
        if self.decisions.last().is_some_and(|last| last.decision > id) {
            return Ok(Some(format!("records decision {id} after later ones")));
        }
        self.decisions.push(Told {
            decision: id,
            entry: link.entry,
            undoes: link.undoes,
            undone_by: None,
            recorded: r.get(24)?,
        });
        self.undo(id, link.undoes);
        // Entries of the first format do not tell them; the row does.
        let terms = match link.terms {
            None => maybe(r, 23)?,
            told => told,
        };
        Ok(self.eyes.decision(link, terms))
    }

    /// A decision that has been told, by its number.
    fn told(&self, id: i64) -> Option<usize> {
        // Most are the next.
        if self.decisions.last().is_none_or(|last| last.decision < id) {
            return None;
        }
        self.decisions
            .binary_search_by_key(&id, |told| told.decision)
            .ok()
    }

    /// An undo takes out what it undoes, and with it, or again, the decision
    /// that the chain of undos began with.
    fn undo(&mut self, id: i64, undoes: Option<i64>) {
        let mut standing = false;
        let mut next = undoes;
        let mut first = true;
        while let Some(place) = next.and_then(|of| self.told(of)) {
            let told = &mut self.decisions[place];
            let origin = told.undoes.is_none();
            if first || origin {
                told.undone_by = (first || !standing).then_some(id);
            }
            // A log that leads back to itself was not written so, and ends here.
            next = told.undoes.filter(|of| Some(*of) < next);
            standing = !standing;
            first = false;
        }
    }

    /// Faults that no single entry shows.
    fn around(&self, db: &Connection) -> Result<Option<Fault>> {
        let kept = meta(db, "audit_head")?;
        if kept.as_deref() != Some(self.chain.head.as_str()) {
            let what = format!(
                "the last entry, {}, is not the one that the store keeps as its head",
                self.chain.entries
            );
            return Ok(Some((None, what)));
        }
        let mut faults = Vec::new();
        let otherwise = self
            .decisions
            .iter()
            .find(|told| told.recorded != told.undone_by);
        if let Some(told) = otherwise {
            let id = told.decision;
            let stands = if told.undone_by.is_none() {
                "stands"
            } else {
                "was undone"
            };
            let what = format!(
                "entry {}: by the log decision {id} {stands}, and its row says otherwise",
                told.entry
            );
            faults.push((told.entry, what));
        }
        let eyes = self.eyes.fault(db)?;
        let (eyes, unplaced) = match eyes {
            Some((Some(entry), what)) => (Some((entry, what)), None),
            other => (None, other),
        };
        faults.extend(eyes);
        if let Some((entry, what)) = faults.into_iter().min() {
            return Ok(Some((Some(entry), what)));
        }
        let mut query = db.prepare("SELECT id FROM decision NOT INDEXED ORDER BY id")?;
        let mut rows = query.query([])?;
        let mut told = self.decisions.iter();
        while let Some(r) = rows.next()? {
            let id: i64 = r.get(0)?;
            // Each that was told has its row: both go up together.
            if told.next().is_none_or(|told| told.decision != id) {
                return Ok(Some((None, format!("decision {id} has no entry"))));
            }
        }
        let misled = misled(db)?.map(|what| (None, what));
        Ok(misled.or(unplaced))
    }
}
