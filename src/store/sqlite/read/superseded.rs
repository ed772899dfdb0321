//! The decision by which a case is no question any more, where one is. Worked
//! out when it is asked: which of several merges joins two contacts changes as
//! they come and go, and the case stands the same meanwhile.

use super::cases::Loaded;
use super::decision;
use super::query::rows;
use crate::domain::case::CaseState;
use crate::domain::ids::{CaseId, ContactId};
use crate::review::page::DecisionRow;
use crate::store::Result;
use crate::store::sqlite::group;
use crate::store::sqlite::sides::Sides;
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

/// Finds it.
pub(super) fn by(db: &Connection, case: CaseId, loaded: &Loaded) -> Result<Option<DecisionRow>> {
    if loaded.row.state != CaseState::Superseded {
        return Ok(None);
    }
    let sides = Sides::of(db, case)?;
    let found = if sides.homes.len() > 1 && sides.groups.len() == 1 {
        joined(db, &sides)?
    } else if let Some((wall, _)) = group::walls_between(db, &sides)? {
        Some(wall.0)
    } else {
        relinked(db, case, loaded)?
    };
    match found {
        Some(id) => decision::numbered(db, id),
        None => Ok(None),
    }
}

/// The merge with which, of those that stand, the homes became one group.
fn joined(db: &Connection, sides: &Sides) -> Result<Option<i64>> {
    let members: Vec<ContactId> = sides.members().into_iter().collect();
    let sql = "SELECT decision, a, b FROM edge WHERE a IN (SELECT value FROM json_each(?1))
               AND b IN (SELECT value FROM json_each(?1)) ORDER BY decision";
    let edges = rows(db, sql, [super::query::list(&members)], |r| {
        Ok((r.get(0)?, ContactId(r.get(1)?), ContactId(r.get(2)?)))
    })?;
    let mut into: BTreeMap<ContactId, ContactId> = BTreeMap::new();
    let root = |into: &BTreeMap<ContactId, ContactId>, mut contact: ContactId| {
        while let Some(next) = into.get(&contact) {
            contact = *next;
        }
        contact
    };
    for (decision, a, b) in edges {
        let (a, b) = (root(&into, a), root(&into, b));
        if a != b {
            into.insert(a, b);
        }
        let mut homes = sides.homes.iter().map(|home| root(&into, *home));
        let first = homes.next();
        if homes.all(|home| Some(home) == first) {
            return Ok(Some(decision));
        }
    }
    Ok(None)
}

/// The latest relink that was made since the question arose and stands, of the
/// identifier in dispute or of what came with it.
fn relinked(db: &Connection, case: CaseId, loaded: &Loaded) -> Result<Option<i64>> {
    let sql = r#"SELECT max(r.decision) FROM relink r JOIN decision d ON d.id = r.decision
                 WHERE d.after >= (SELECT first_event FROM cases WHERE id = ?1) AND (r.identifier = ?2 OR r.identifier IN
                   (SELECT s.bsuid FROM evidence e JOIN sighting s ON s.id = e.sighting WHERE e."case" = ?1
                    UNION SELECT s.phone FROM evidence e JOIN sighting s ON s.id = e.sighting WHERE e."case" = ?1))"#;
    let identifier = loaded.identifier.map(|id| id.0);
    Ok(db
        .prepare_cached(sql)?
        .query_row(params![case.0, identifier], |r| r.get(0))?)
}
