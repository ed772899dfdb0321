//! Groups and walls by their rows: who stands for a contact, who belongs to
//! it, and which walls would be broken.

use super::load::edge;
use crate::domain::ids::{CaseId, ContactId, DecisionId, EventId};
use crate::resolve::entry::{Edge, Wall};
use crate::resolve::groups;
use crate::store::Result;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeSet, VecDeque};

/// The canonical contact that an id leads to; the id itself if it was never given.
pub(super) fn canonical_of(db: &Connection, contact: ContactId) -> Result<ContactId> {
    Ok(super::read::group::canonical(db, contact)?.unwrap_or(contact))
}

/// The canonical contact of the first that a case names.
pub(super) fn canonical_of_case(db: &Connection, case: CaseId) -> Result<Option<ContactId>> {
    let homes = super::write::homes_of(db, case)?;
    homes
        .first()
        .map(|home| canonical_of(db, *home))
        .transpose()
}

/// The members of the group that this canonical contact stands for.
pub(super) fn members(db: &Connection, canonical: ContactId) -> Result<BTreeSet<ContactId>> {
    let mut query = db.prepare_cached(
        "SELECT id FROM contact WHERE id = ?1 UNION SELECT id FROM contact WHERE canonical = ?1 AND canonical <> id",
    )?;
    let found = query
        .query_map([canonical.0], |r| Ok(ContactId(r.get(0)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

/// The contact of an identifier's live link.
pub(super) fn live_holder(db: &Connection, identifier: i64) -> Result<Option<ContactId>> {
    let mut query =
        db.prepare_cached("SELECT contact FROM link WHERE identifier = ?1 AND state <> 'former'")?;
    Ok(query
        .query_row([identifier], |r| Ok(ContactId(r.get(0)?)))
        .optional()?)
}

fn edges_of(db: &Connection, contact: ContactId) -> Result<Vec<Edge>> {
    let mut query = db.prepare_cached(
        "SELECT decision, a, b, survivor, after FROM edge WHERE a = ?1
         UNION SELECT decision, a, b, survivor, after FROM edge WHERE b = ?1",
    )?;
    let found = query
        .query_map([contact.0], edge)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

fn walls_of(db: &Connection, contact: ContactId) -> Result<Vec<(Wall, EventId)>> {
    let mut query = db.prepare_cached(
        "SELECT decision, a, b, after FROM wall WHERE a = ?1
         UNION SELECT decision, a, b, after FROM wall WHERE b = ?1 ORDER BY decision",
    )?;
    let found = query.query_map([contact.0], |r| {
        let wall = Wall {
            decision: DecisionId(r.get(0)?),
            a: ContactId(r.get(1)?),
            b: ContactId(r.get(2)?),
        };
        Ok((wall, EventId(r.get(3)?)))
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// A standing wall between two of these contacts.
pub(super) fn wall_within(db: &Connection, contacts: &BTreeSet<ContactId>) -> Result<Option<Wall>> {
    let mut first: Option<Wall> = None;
    for contact in contacts {
        let walls = walls_of(db, *contact)?.into_iter().map(|(wall, _)| wall);
        let inside = walls.filter(|w| contacts.contains(&w.a) && contacts.contains(&w.b));
        first = first
            .into_iter()
            .chain(inside)
            .min_by_key(|w| (w.decision, w.a, w.b));
    }
    Ok(first)
}

/// The standing walls between a case's own contacts, where they part each from
/// each that is not in its group: the latest decision, and the last event that
/// had arrived when the first of them was raised.
pub(super) fn walls_between(
    db: &Connection,
    homes: &[ContactId],
) -> Result<Option<(DecisionId, EventId)>> {
    let mut found: Option<(DecisionId, EventId)> = None;
    for (i, a) in homes.iter().enumerate() {
        let walls = walls_of(db, *a)?;
        for b in homes.iter().skip(i + 1) {
            let between = |w: &&(Wall, EventId)| w.0.a == *b || w.0.b == *b;
            let latest = walls.iter().filter(between).max_by_key(|w| w.0.decision);
            found = match (latest, found) {
                (Some((wall, after)), None) => Some((wall.decision, *after)),
                (Some((wall, after)), Some((decision, first))) => {
                    Some((wall.decision.max(decision), first.min(*after)))
                }
                (None, _) if canonical_of(db, *a)? == canonical_of(db, *b)? => found,
                (None, _) => return Ok(None),
            };
        }
    }
    Ok(found)
}

/// Works the groups of these contacts out from the edges and writes their
/// canonical contacts. Returns each group as it is now.
pub(super) fn regroup(
    db: &Connection,
    contacts: &BTreeSet<ContactId>,
) -> Result<Vec<BTreeSet<ContactId>>> {
    let mut all: BTreeSet<ContactId> = contacts.clone();
    let mut edges: Vec<Edge> = Vec::new();
    let mut todo: VecDeque<ContactId> = contacts.iter().copied().collect();
    while let Some(contact) = todo.pop_front() {
        for edge in edges_of(db, contact)? {
            for other in [edge.a, edge.b] {
                if all.insert(other) {
                    todo.push_back(other);
                }
            }
            if !edges.contains(&edge) {
                edges.push(edge);
            }
        }
    }
    edges.sort_by_key(|e| e.decision);
    let parts = groups::parts(&all, &edges);
    let mut update =
        db.prepare_cached("UPDATE contact SET canonical = ?2 WHERE id = ?1 AND canonical <> ?2")?;
    for part in &parts {
        let canonical = groups::canonical(part, &edges);
        for member in part {
            update.execute(params![member.0, canonical.map(|c| c.0)])?;
        }
    }
    Ok(parts)
}

/// The standing merges on the way from one contact to another, if they are one group.
pub(super) fn path(db: &Connection, from: ContactId, to: ContactId) -> Result<Vec<DecisionId>> {
    let mut came: Vec<(ContactId, usize, DecisionId)> = vec![(from, 0, DecisionId(0))];
    let mut next = 0;
    while let Some((contact, _, _)) = came.get(next).copied() {
        if contact == to {
            let mut steps = Vec::new();
            let mut at = next;
            while at != 0 {
                steps.push(came[at].2);
                at = came[at].1;
            }
            steps.sort_unstable();
            steps.dedup();
            return Ok(steps);
        }
        for edge in edges_of(db, contact)? {
            for other in [edge.a, edge.b] {
                if came.iter().all(|(known, _, _)| *known != other) {
                    came.push((other, next, edge.decision));
                }
            }
        }
        next += 1;
    }
    Ok(Vec::new())
}
