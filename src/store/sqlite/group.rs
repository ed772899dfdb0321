//! Groups and walls by their rows: who stands for a contact, who belongs to
//! it, and which walls would be broken.

use super::load::edge;
use super::sides::Sides;
use crate::domain::ids::{CaseId, ContactId, DecisionId, EventId};
use crate::resolve::entry::{Edge, Wall};
use crate::resolve::groups::{self, Folded, Group, Idle};
use crate::store::Result;
use rusqlite::{Connection, OptionalExtension, Row};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

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
        "SELECT id FROM contact WHERE id = ?1 UNION ALL SELECT id FROM contact WHERE canonical = ?1 AND canonical <> id",
    )?;
    let found = query
        .query_map([canonical.0], |r| Ok(ContactId(r.get(0)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

/// Whether any contact is dissolved: in most stores none is, and nobody need ask
/// whom one leads to.
pub(super) fn any_dissolved(db: &Connection) -> Result<bool> {
    let sql =
        "SELECT EXISTS (SELECT 1 FROM contact INDEXED BY contact_dissolved WHERE NOT present)";
    Ok(db.prepare_cached(sql)?.query_row([], |r| r.get(0))?)
}

/// The contact of an identifier's live link.
pub(super) fn live_holder(db: &Connection, identifier: i64) -> Result<Option<ContactId>> {
    let mut query =
        db.prepare_cached("SELECT contact FROM link WHERE identifier = ?1 AND state <> 'former'")?;
    Ok(query
        .query_row([identifier], |r| Ok(ContactId(r.get(0)?)))
        .optional()?)
}

/// A standing wall, with the last event that had arrived when it was raised.
type Raised = (Wall, EventId);
/// The standing walls around contacts.
pub(super) type Walls = BTreeMap<ContactId, Vec<Raised>>;

/// The edges and walls at a contact.
fn around(db: &Connection, contact: ContactId) -> Result<(Vec<Edge>, Vec<Raised>)> {
    let mut query = db.prepare_cached(
        "SELECT decision, a, b, survivor, after FROM edge WHERE a = ?1
         UNION ALL SELECT decision, a, b, survivor, after FROM edge WHERE b = ?1 AND a <> ?1
         UNION ALL SELECT decision, a, b, NULL, after FROM wall WHERE a = ?1
         UNION ALL SELECT decision, a, b, NULL, after FROM wall WHERE b = ?1 AND a <> ?1",
    )?;
    let (mut edges, mut walls) = (Vec::new(), Vec::new());
    let mut rows = query.query([contact.0])?;
    while let Some(r) = rows.next()? {
        match r.get::<_, Option<i64>>(3)? {
            Some(_) => edges.push(edge(r)?),
            None => walls.push((wall(r)?, EventId(r.get(4)?))),
        }
    }
    Ok((edges, walls))
}

/// A row of `wall`: decision, a, b.
fn wall(r: &Row<'_>) -> rusqlite::Result<Wall> {
    Ok(Wall {
        decision: DecisionId(r.get(0)?),
        a: ContactId(r.get(1)?),
        b: ContactId(r.get(2)?),
    })
}

fn walls_of(db: &Connection, contact: ContactId) -> Result<Vec<Raised>> {
    let mut query = db.prepare_cached(
        "SELECT decision, a, b, after FROM wall WHERE a = ?1
         UNION ALL SELECT decision, a, b, after FROM wall WHERE b = ?1 AND a <> ?1",
    )?;
    let found = query.query_map([contact.0], |r| Ok((wall(r)?, EventId(r.get(3)?))))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// The same, where they may have been read.
fn known_walls<'a>(
    db: &Connection,
    known: &'a Walls,
    contact: ContactId,
) -> Result<Cow<'a, [Raised]>> {
    Ok(match known.get(&contact) {
        Some(walls) => Cow::Borrowed(walls),
        None => Cow::Owned(walls_of(db, contact)?),
    })
}

/// The earliest standing wall between two of the groups of a case. No wall
/// stands inside of one, so that the largest need not be read.
pub(super) fn wall_between(db: &Connection, sides: &Sides) -> Result<Option<Wall>> {
    let groups = &sides.groups;
    let largest = groups.iter().max_by_key(|(_, members)| members.len());
    let mut first: Option<Wall> = None;
    let smaller = groups.iter().filter(|g| Some(*g) != largest);
    for contact in smaller.flat_map(|(_, members)| members) {
        let walls = known_walls(db, &sides.walls, *contact)?;
        let inside = walls.iter().map(|(wall, _)| *wall).filter(|wall| {
            let other = if wall.a == *contact { wall.b } else { wall.a };
            groups.iter().any(|(_, members)| members.contains(&other))
        });
        first = first
            .into_iter()
            .chain(inside)
            .min_by_key(|w| (w.decision, w.a, w.b));
    }
    Ok(first)
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
    sides: &Sides,
) -> Result<Option<(DecisionId, EventId)>> {
    let mut found: Option<(DecisionId, EventId)> = None;
    let mut later = sides.homes.as_slice();
    while let [a, others @ ..] = later {
        later = others;
        let walls = match others {
            [] => break,
            _ => known_walls(db, &sides.walls, *a)?,
        };
        for b in others {
            let between = |w: &&Raised| w.0.a == *b || w.0.b == *b;
            let latest = walls.iter().filter(between).max_by_key(|w| w.0.decision);
            found = match (latest, found) {
                (Some((wall, after)), None) => Some((wall.decision, *after)),
                (Some((wall, after)), Some((decision, first))) => {
                    Some((wall.decision.max(decision), first.min(*after)))
                }
                (None, _) if sides.leads_to(db, *a)? == sides.leads_to(db, *b)? => found,
                (None, _) => return Ok(None),
            };
        }
    }
    Ok(found)
}

/// What joins some contacts and what parts them: the standing merges that they
/// are connected by, also without effect, and the walls around all of those.
pub(super) struct Joint {
    contacts: BTreeSet<ContactId>,
    edges: Vec<Edge>,
    walls: Walls,
}

impl Joint {
    /// Reads what is stored.
    pub(super) fn read(db: &Connection, contacts: &BTreeSet<ContactId>) -> Result<Self> {
        let mut all: BTreeSet<ContactId> = contacts.clone();
        let mut edges: BTreeMap<(DecisionId, ContactId, ContactId), Edge> = BTreeMap::new();
        let mut walls = Walls::new();
        let mut todo: VecDeque<ContactId> = contacts.iter().copied().collect();
        while let Some(contact) = todo.pop_front() {
            let (beside, parting) = around(db, contact)?;
            walls.insert(contact, parting);
            for edge in beside {
                for other in [edge.a, edge.b] {
                    if all.insert(other) {
                        todo.push_back(other);
                    }
                }
                edges.insert((edge.decision, edge.a, edge.b), edge);
            }
        }
        Ok(Self {
            contacts: all,
            edges: edges.into_values().collect(),
            walls,
        })
    }

    /// The same with the walls of some decisions replaced, and the edges of one
    /// more, the latest.
    pub(super) fn with(
        mut self,
        replaced: &BTreeSet<DecisionId>,
        walls: impl Iterator<Item = Wall>,
        edges: impl Iterator<Item = Edge>,
    ) -> Self {
        for around in self.walls.values_mut() {
            around.retain(|(wall, _)| !replaced.contains(&wall.decision));
        }
        for wall in walls {
            let around = self.walls.entry(wall.a).or_default();
            around.push((wall, EventId(0)));
        }
        self.edges.extend(edges);
        self
    }

    /// The same without a decision that is taken out.
    pub(super) fn without(mut self, decision: DecisionId) -> Self {
        self.edges.retain(|edge| edge.decision != decision);
        for around in self.walls.values_mut() {
            around.retain(|(wall, _)| wall.decision != decision);
        }
        self
    }

    pub(super) fn fold(&self) -> Folded {
        let walls = self.walls.values().flatten().map(|(wall, _)| *wall);
        groups::fold(&self.contacts, &self.edges, &walls.collect::<Vec<_>>())
    }

    /// The groups as they will be; `own` is the decision that is carried out.
    pub(super) fn regroup(self, db: &Connection, own: DecisionId) -> Result<Regrouping> {
        let folded = self.fold();
        let losing = losing(db, own, &folded.idle)?;
        let mut turned = BTreeSet::new();
        for edge in &self.edges {
            let idled = written(db, edge.a)? != written(db, edge.b)?;
            if idled != folded.idle.iter().any(|idle| idle.edge == *edge) {
                turned.extend(case_of(db, edge.decision)?);
            }
        }
        Ok(Regrouping {
            groups: folded.groups,
            losing,
            turned,
            walls: self.walls,
        })
    }
}

/// Groups that are worked out and not yet written.
pub(super) struct Regrouping {
    groups: Vec<Group>,
    /// What stands around their members.
    pub(super) walls: Walls,
    /// Edges that lose their effect by this, or are new and have none.
    pub(super) losing: Vec<Idle>,
    /// The cases of merges that lose their effect, or get it back.
    turned: BTreeSet<CaseId>,
}

impl Regrouping {
    /// The group of a contact, if it is one of those worked out.
    pub(super) fn of(&self, contact: ContactId) -> Option<&Group> {
        let mut groups = self.groups.iter();
        groups.find(|group| group.members.contains(&contact))
    }

    /// Writes the canonical contacts; `known` are those written before, as far
    /// as they were read.
    pub(super) fn write(self, db: &Connection, known: &Sides) -> Result<Regrouped> {
        let mut done = Regrouped {
            losing: self.losing,
            turned: self.turned,
            ..Regrouped::default()
        };
        let mut update = db.prepare_cached(
            "UPDATE contact SET canonical = ?2 WHERE id = ?1 AND canonical <> ?2",
        )?;
        for group in self.groups {
            for member in group.members {
                if known.canonical_of(member) == Some(group.canonical) {
                    done.members.insert(member);
                    continue;
                }
                if update.execute([member.0, group.canonical.0])? > 0 {
                    done.moved.insert(member);
                }
                done.members.insert(member);
            }
        }
        Ok(done)
    }
}

/// Of edges without effect those that have one by the canonical contacts that
/// are written, and those of the decision `own` itself: it would stand for nothing.
pub(super) fn losing(db: &Connection, own: DecisionId, idle: &[Idle]) -> Result<Vec<Idle>> {
    let mut losing = Vec::new();
    for idle in idle {
        let edge = idle.edge;
        if edge.decision == own || written(db, edge.a)? == written(db, edge.b)? {
            losing.push(*idle);
        }
    }
    Ok(losing)
}

/// The canonical contact as it is written.
fn written(db: &Connection, contact: ContactId) -> Result<Option<i64>> {
    let mut query = db.prepare_cached("SELECT canonical FROM contact WHERE id = ?1")?;
    Ok(query.query_row([contact.0], |r| r.get(0)).optional()?)
}

/// What a regrouping did.
#[derive(Debug, Default)]
pub(super) struct Regrouped {
    /// All members of the groups that it looked at.
    pub(super) members: BTreeSet<ContactId>,
    /// Those that another contact stands for now.
    pub(super) moved: BTreeSet<ContactId>,
    /// Edges that lost their effect by this, or are new and have none.
    pub(super) losing: Vec<Idle>,
    /// The cases of merges that lost their effect, or got it back.
    pub(super) turned: BTreeSet<CaseId>,
}

/// Works the groups of these contacts out from edges and walls, and writes
/// their canonical contacts. `own` is the decision that is carried out.
pub(super) fn regroup(
    db: &Connection,
    own: DecisionId,
    contacts: &BTreeSet<ContactId>,
) -> Result<Regrouped> {
    let groups = Joint::read(db, contacts)?.regroup(db, own)?;
    groups.write(db, &Sides::default())
}

fn case_of(db: &Connection, decision: DecisionId) -> Result<Option<CaseId>> {
    let mut query = db.prepare_cached(r#"SELECT "case" FROM decision WHERE id = ?1"#)?;
    let case = query.query_row([decision.0], |r| r.get::<_, Option<i64>>(0));
    Ok(case.optional()?.flatten().map(CaseId))
}

/// Where a standing merge has no effect: the wall that its sides are parted by.
pub(super) fn idle(db: &Connection, merge: DecisionId) -> Result<Option<Wall>> {
    let sides = |r: &Row<'_>| Ok((ContactId(r.get(0)?), ContactId(r.get(1)?)));
    let mut query = db.prepare_cached(
        "SELECT e.a, e.b FROM edge e JOIN contact a ON a.id = e.a JOIN contact b ON b.id = e.b
         WHERE e.decision = ?1 AND a.canonical <> b.canonical ORDER BY e.a, e.b LIMIT 1",
    )?;
    let Some((a, b)) = query.query_row([merge.0], sides).optional()? else {
        return Ok(None);
    };
    let mut both = members(db, canonical_of(db, a)?)?;
    both.extend(members(db, canonical_of(db, b)?)?);
    wall_within(db, &both)
}
