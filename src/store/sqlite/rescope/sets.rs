//! BSUIDs and sightings under a new map: each gets a row of its portfolio, and
//! what names the old one names that.

use super::super::intern::seal;
use super::super::read::query::numbers;
use super::rows::list;
use crate::store::Result;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A BSUID row, a portfolio that it was seen in under the new map, and the
/// first event there.
struct Seen {
    id: i64,
    value: String,
    well_formed: bool,
    scope: i64,
    portfolio: i64,
}

/// Gives every BSUID whose portfolio differs a row of its new one.
pub(super) fn rename(db: &Connection) -> Result<i64> {
    let seen = list(
        db,
        "WITH told (identifier, portfolio, event) AS (
           SELECT s.bsuid, coalesce(m.portfolio, s.portfolio), e.id FROM event e
             JOIN sighting s ON s.id = e.sighting LEFT JOIN temp.moved m ON m.event = e.id WHERE s.bsuid > 0
           UNION ALL SELECT c.previous_bsuid, coalesce(m.portfolio, c.portfolio), c.event FROM claim c
             LEFT JOIN temp.moved m ON m.event = c.event WHERE c.previous_bsuid > 0
           UNION ALL SELECT c.current_bsuid, coalesce(m.portfolio, c.portfolio), c.event FROM claim c
             LEFT JOIN temp.moved m ON m.event = c.event WHERE c.current_bsuid > 0),
         target (identifier, portfolio, first) AS (
           SELECT identifier, portfolio, min(event) FROM told GROUP BY 1, 2),
         strays (value) AS (
           SELECT i.value FROM target t JOIN identifier i ON i.id = t.identifier WHERE i.scope <> t.portfolio)
         SELECT i.id, i.value, i.well_formed, i.scope, t.portfolio FROM target t JOIN identifier i ON i.id = t.identifier
         WHERE i.value IN (SELECT value FROM strays) ORDER BY t.first, i.id",
        |r| {
            Ok(Seen {
                id: r.get(0)?,
                value: r.get(1)?,
                well_formed: r.get(2)?,
                scope: r.get(3)?,
                portfolio: r.get(4)?,
            })
        },
    )?;
    // Each row goes where it was seen first; of two that meet, the earlier stays.
    let mut primary: BTreeMap<i64, i64> = BTreeMap::new();
    let mut keeper: HashMap<(&str, i64), i64> = HashMap::new();
    for s in &seen {
        if *primary.entry(s.id).or_insert(s.portfolio) == s.portfolio {
            keeper.entry((&s.value, s.portfolio)).or_insert(s.id);
        }
    }
    for value in seen
        .iter()
        .map(|s| s.value.as_str())
        .collect::<BTreeSet<_>>()
    {
        db.prepare_cached("UPDATE identifier SET scope = -id WHERE kind = 'bsuid' AND value = ?1")?
            .execute([value])?;
    }
    for ((_, portfolio), id) in &keeper {
        db.prepare_cached("UPDATE identifier SET scope = ?2 WHERE id = ?1")?
            .execute([id, portfolio])?;
    }
    let mut count = 0;
    for s in &seen {
        let key = (s.value.as_str(), s.portfolio);
        let new = if let Some(id) = keeper.get(&key) {
            *id
        } else {
            db.prepare_cached(
                "INSERT INTO identifier (kind, value, scope, well_formed) VALUES ('bsuid', ?1, ?2, ?3)",
            )?
            .execute(params![s.value, s.portfolio, s.well_formed])?;
            let id = db.last_insert_rowid();
            keeper.insert(key, id);
            id
        };
        count += i64::from(s.scope != s.portfolio);
        db.prepare_cached("INSERT INTO renamed VALUES (?1, ?2, ?3)")?
            .execute([s.id, s.portfolio, new])?;
    }
    // A contact is founded through the row of its event's portfolio, also one
    // that stands as an alias only: it may be founded again.
    db.execute_batch(
        "WITH founded (id, new) AS (
           SELECT k.id, r.new FROM contact k JOIN event e ON e.id = k.founder_event
             LEFT JOIN sighting s ON s.id = e.sighting LEFT JOIN claim c ON c.event = e.id
             LEFT JOIN temp.moved m ON m.event = e.id
             JOIN temp.renamed r ON r.old = k.chief AND r.portfolio = coalesce(m.portfolio, c.portfolio, s.portfolio))
         UPDATE contact SET chief = founded.new FROM founded WHERE founded.id = contact.id;",
    )?;
    // What stood for a row that is gone stands for the one that took its place.
    for (id, portfolio) in primary {
        let new: i64 = db
            .prepare_cached("SELECT new FROM renamed WHERE old = ?1 AND portfolio = ?2")?
            .query_row([id, portfolio], |r| r.get(0))?;
        if new != id {
            for (table, column) in [
                ("relink", "identifier"),
                ("contact", "chief"),
                ("cases", "identifier"),
            ] {
                let sql = format!("UPDATE {table} SET {column} = ?2 WHERE {column} = ?1");
                db.execute(&sql, [id, new])?;
            }
            db.execute(
                "UPDATE decision SET terms = json_set(terms, '$.identifier_id', ?2)
                 WHERE json_extract(terms, '$.identifier_id') = ?1",
                [id, new],
            )?;
        }
    }
    Ok(count)
}

/// Gives each event and each change the set of identifiers of its portfolio,
/// and takes out what nothing names any more.
pub(super) fn resight(db: &Connection) -> Result<()> {
    let sets = list(
        db,
        "SELECT DISTINCT s.id, coalesce(r.new, 0), coalesce(m.portfolio, s.portfolio), s.phone, s.variant, s.attested, s.parent,
           s.username FROM event e JOIN sighting s ON s.id = e.sighting
           LEFT JOIN temp.moved m ON m.event = e.id
           LEFT JOIN temp.renamed r ON r.old = s.bsuid AND r.portfolio = coalesce(m.portfolio, s.portfolio)
         WHERE m.event IS NOT NULL OR r.new <> s.bsuid",
        |r| {
            Ok((r.get::<_, i64>(0)?, numbers(r, 1)?))
        },
    )?;
    for (old, set) in sets {
        let known: Option<i64> = db
            .prepare_cached(
                "SELECT id FROM sighting WHERE bsuid = ?1 AND portfolio = ?2 AND phone = ?3 AND variant = ?4
                 AND attested = ?5 AND parent = ?6 AND username = ?7",
            )?
            .query_row(set, |r| r.get(0))
            .optional()?;
        let new = if let Some(id) = known {
            id
        } else {
            db.prepare_cached(
                "INSERT INTO sighting (bsuid, portfolio, phone, variant, attested, parent, username, seal)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?
            .execute(sealed(set))?;
            db.last_insert_rowid()
        };
        db.prepare_cached(
            "INSERT INTO resighted SELECT e.id, ?3 FROM event e JOIN sighting s ON s.id = e.sighting
             LEFT JOIN temp.moved m ON m.event = e.id
             WHERE e.sighting = ?1 AND coalesce(m.portfolio, s.portfolio) = ?2",
        )?
        .execute([old, set[1], new])?;
    }
    db.execute_batch(
        "UPDATE event SET sighting = (SELECT sighting FROM temp.resighted r WHERE r.event = event.id)
           WHERE id IN (SELECT event FROM temp.resighted);
         UPDATE claim SET portfolio = (SELECT portfolio FROM temp.moved m WHERE m.event = claim.event)
           WHERE event IN (SELECT event FROM temp.moved);
         UPDATE claim SET
           sighting = (SELECT sighting FROM event e WHERE e.id = claim.event),
           previous_bsuid = coalesce((SELECT new FROM temp.renamed r
             WHERE r.old = claim.previous_bsuid AND r.portfolio = claim.portfolio), previous_bsuid),
           current_bsuid = coalesce((SELECT new FROM temp.renamed r
             WHERE r.old = claim.current_bsuid AND r.portfolio = claim.portfolio), current_bsuid);
         DELETE FROM sighting WHERE id NOT IN (SELECT sighting FROM event WHERE sighting IS NOT NULL);
         DELETE FROM identifier WHERE kind = 'bsuid' AND scope < 0;",
    )?;
    Ok(())
}

/// The columns of a sighting and the sum over them.
fn sealed(set: [i64; 7]) -> [i64; 8] {
    let [bsuid, portfolio, phone, variant, attested, parent, username] = set;
    let seal = seal(
        portfolio,
        [bsuid, phone, variant, attested, parent, username],
    );
    [
        bsuid, portfolio, phone, variant, attested, parent, username, seal,
    ]
}
