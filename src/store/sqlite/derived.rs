//! What is kept beside the log, held against what it is made of: the rows of
//! standing decisions, the places of events, sums and blocks. For `doctor --replay`; links,
//! contacts and questions are compared in `replay`.

use super::intern::seal;
use super::schema::read_since;
use super::terms::{Terms, decision, pairs};
use crate::domain::case::Action;
use crate::domain::ids::{ContactId, DecisionId};
use crate::resolve::homes::Homes;
use crate::store::{Result, StoreError};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};

/// Rows of numbers.
type Rows = BTreeSet<Vec<Option<i64>>>;

fn stored(db: &Connection, sql: &str) -> Result<Rows> {
    let mut query = db.prepare(sql)?;
    let columns = query.column_count();
    let rows = query.query_map([], |r| {
        (0..columns)
            .map(|column| r.get(column))
            .collect::<rusqlite::Result<Vec<Option<i64>>>>()
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// The rows by which decisions are found, against the decisions.
pub(super) fn decisions(db: &Connection, homes: &Homes) -> Result<Vec<String>> {
    let mut expected: BTreeMap<&str, Rows> = BTreeMap::new();
    let mut after: BTreeMap<DecisionId, i64> = BTreeMap::new();
    let mut query = db.prepare("SELECT id FROM decision ORDER BY id")?;
    for id in query.query_map([], |r| Ok(DecisionId(r.get(0)?)))? {
        let id = id?;
        let made = decision(db, id)?;
        after.insert(id, made.after.0);
        let named = expected.entry("decision_contact").or_default();
        named.extend(
            made.terms
                .named()
                .map(|contact| vec![Some(contact.0), Some(id.0)]),
        );
        if made.undone_by.is_none() && made.action != Action::Undo {
            for (table, row) in standing(id, made.action, &made.terms, made.after.0) {
                expected.entry(table).or_default().insert(row);
            }
        }
    }
    for (by, a, b) in homes.reject_walls() {
        let walls = expected.entry("wall").or_default();
        walls.insert(wall(*by, *a, *b, after.get(by).copied().unwrap_or(0)));
    }
    let mut faults = Vec::new();
    for (table, columns) in [
        ("edge", "decision, a, b, survivor, after"),
        ("wall", "decision, a, b, after"),
        ("relink", "decision, identifier, contact, since"),
        ("verdict", "change, decision, accepted"),
        ("decision_contact", "contact, decision"),
    ] {
        let kept = stored(db, &format!("SELECT {columns} FROM {table}"))?;
        let expected = expected.remove(table).unwrap_or_default();
        faults.extend(kept.symmetric_difference(&expected).map(|row| {
            let side = if kept.contains(row) {
                "stored"
            } else {
                "missing"
            };
            format!("the row {row:?} of {table} is {side} against the decisions")
        }));
    }
    Ok(faults)
}

fn wall(decision: DecisionId, a: ContactId, b: ContactId, after: i64) -> Vec<Option<i64>> {
    vec![
        Some(decision.0),
        Some(a.0.min(b.0)),
        Some(a.0.max(b.0)),
        Some(after),
    ]
}

/// The rows of one standing decision.
fn standing(
    id: DecisionId,
    action: Action,
    terms: &Terms,
    after: i64,
) -> Vec<(&'static str, Vec<Option<i64>>)> {
    let mut rows = Vec::new();
    let number = |contact: Option<ContactId>| contact.map(|contact| contact.0);
    match action {
        Action::Merge => {
            let first = terms.contacts.first().copied();
            rows.extend(terms.contacts.iter().skip(1).map(|other| {
                let survivor = terms.survivor.or(first);
                let row = [
                    Some(id.0),
                    number(first),
                    Some(other.0),
                    number(survivor),
                    Some(after),
                ];
                ("edge", row.to_vec())
            }));
        }
        Action::KeepSeparate => {
            let apart = if terms.apart.is_empty() {
                pairs(&terms.contacts)
            } else {
                terms.apart.clone()
            };
            rows.extend(apart.iter().map(|(a, b)| ("wall", wall(id, *a, *b, after))));
        }
        Action::Relink => {
            let since = terms.since.map_or(0, |since| since.0);
            let row = [
                Some(id.0),
                terms.identifier_id,
                number(terms.contact),
                Some(since),
            ];
            rows.push(("relink", row.to_vec()));
            if let (Some(from), Some(to)) = (terms.from, terms.contact) {
                rows.push(("wall", wall(id, from, to, after)));
            }
        }
        _ => {}
    }
    let accepted = terms.accepts.map(|change| (change, 1));
    if let Some((change, yes)) = accepted.or(terms.rejects.map(|change| (change, 0))) {
        rows.push(("verdict", vec![Some(change.0), Some(id.0), Some(yes)]));
    }
    rows
}

/// What founded contacts, against the events: a replay takes that of a contact
/// which a relink names as it is stored.
pub(super) fn founders(db: &Connection) -> Result<Vec<String>> {
    let mut query = db.prepare(
        "SELECT c.id FROM contact c LEFT JOIN event e ON e.id = c.founder_event
         LEFT JOIN sighting s ON s.id = e.sighting LEFT JOIN shape k ON k.id = e.shape
         WHERE c.founder_event IS NOT NULL AND (e.id IS NULL
           OR k.what <> 'change' AND (c.founded_at <> e.seen_at OR c.chief <> iif(s.bsuid > 0, s.bsuid, s.phone)))
         ORDER BY c.id",
    )?;
    let faults = query.query_map([], |r| {
        let id: i64 = r.get(0)?;
        Ok(format!(
            "contact {id} is founded by what its event does not show"
        ))
    })?;
    Ok(faults.collect::<rusqlite::Result<_>>()?)
}

/// The tables by which events are found, against the events.
pub(super) fn places(db: &Connection) -> Result<Vec<String>> {
    let timeline = (
        "SELECT conversation, at, event, sighting FROM timeline",
        "SELECT conversation, at, id AS event, coalesce(sighting, 0) FROM event WHERE conversation IS NOT NULL",
    );
    let seen = (
        "SELECT sighting, at, event, 0 FROM seen",
        "SELECT e.sighting, e.seen_at, e.id AS event, 0 FROM event e LEFT JOIN conversation c ON c.id = e.conversation
         WHERE e.sighting IS NOT NULL AND (c.id IS NULL OR c.thread LIKE 'group:%')",
    );
    let mut faults = Vec::new();
    for (table, (kept, made)) in [("timeline", timeline), ("seen", seen)] {
        for (one, other, what) in [(kept, made, "of no such event"), (made, kept, "missing")] {
            let sql =
                format!("SELECT count(*), min(event) FROM (SELECT * FROM ({one}) EXCEPT {other})");
            let (rows, event): (i64, Option<i64>) =
                db.query_row(&sql, [], |r| Ok((r.get(0)?, r.get(1)?)))?;
            if let Some(event) = event {
                faults.push(format!(
                    "{rows} rows of {table} are {what}, the first for event {event}"
                ));
            }
        }
    }
    Ok(faults)
}

/// Sightings, against the sum that was taken when they were written.
pub(super) fn sightings(db: &Connection) -> Result<Vec<String>> {
    // Those of before were taken none.
    let all = read_since(db)? <= 1;
    let mut query = db.prepare(
        "SELECT id, seal, portfolio, bsuid, phone, variant, attested, parent, username FROM sighting
         WHERE ?1 OR seal IS NOT NULL ORDER BY id",
    )?;
    let mut rows = query.query([all])?;
    let mut faults = Vec::new();
    while let Some(r) = rows.next()? {
        let id: i64 = r.get(0)?;
        let Some(kept) = r.get::<_, Option<i64>>(1)? else {
            faults.push(format!("sighting {id} has lost its sum"));
            continue;
        };
        let mut set = [0; 6];
        for (slot, column) in set.iter_mut().zip(3..) {
            *slot = r.get(column)?;
        }
        if seal(r.get(2)?, set) != kept {
            faults.push(format!("sighting {id} is not as it was written"));
        }
    }
    let lost = "SELECT count(*) FROM event WHERE sighting IS NOT NULL AND sighting NOT IN (SELECT id FROM sighting)";
    let lost: i64 = db.query_row(lost, [], |r| r.get(0))?;
    if lost > 0 {
        faults.push(format!("{lost} events have lost their sighting"));
    }
    Ok(faults)
}

/// Blocks of raw JSON, against their checksums and the events that lie in them.
pub(super) fn payloads(db: &Connection) -> Result<Vec<String>> {
    let mut ends: BTreeMap<i64, i64> = BTreeMap::new();
    let mut query =
        db.prepare("SELECT payload, max(start + length) FROM event GROUP BY payload")?;
    for row in query.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))? {
        let (block, end) = row?;
        ends.insert(block, end);
    }
    let mut faults = Vec::new();
    let mut query = db.prepare("SELECT id, bytes FROM payload ORDER BY id")?;
    let mut rows = query.query([])?;
    while let Some(r) = rows.next()? {
        let id: i64 = r.get(0)?;
        let bytes = r.get_ref(1)?.as_blob().map_err(|e| StoreError::Failed {
            doing: format!("reading block {id}"),
            detail: e.to_string(),
        })?;
        let mut plain = Counted(0);
        match zstd::stream::copy_decode(bytes, &mut plain) {
            Err(e) => faults.push(format!(
                "block {id} of the raw JSON cannot be unpacked: {e}"
            )),
            Ok(()) if plain.0 < ends.get(&id).copied().unwrap_or(0) => {
                faults.push(format!(
                    "block {id} of the raw JSON is too short for its events"
                ));
            }
            Ok(()) => {}
        }
    }
    Ok(faults)
}

/// Counts what is written, and keeps nothing.
struct Counted(i64);

impl std::io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += i64::try_from(bytes.len()).unwrap_or(0);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
