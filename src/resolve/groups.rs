//! Layer two: standing merges are edges between contacts; standing
//! keep-separates, relinks and rejects are walls. They move nothing: groups and
//! their canonical contacts are a fold over edges and walls.
//!
//! A wall is stronger than an edge, whichever came first: no group contains a
//! walled pair. No decision may bring the two against each other, but traffic
//! can: a later copy of a rejected change raises a wall between contacts that
//! were merged before. That merge then *idles*: it stands, has no effect while
//! the wall does, and its case is open again.

use super::entry::{Edge, Wall};
use crate::domain::ids::{ContactId, DecisionId};
use std::collections::{BTreeMap, BTreeSet};

/// An edge that joins nobody, since it would break a wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Idle {
    /// The edge.
    pub edge: Edge,
    /// The earliest wall that it would break.
    pub wall: Wall,
}

/// What edges and walls give.
#[derive(Debug, Default)]
pub struct Folded {
    /// Each contact's group; every contact given is in exactly one, also one
    /// without an edge.
    pub groups: Vec<Group>,
    /// The edges without effect, in order.
    pub idle: Vec<Idle>,
}

/// Contacts that are one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Stands for it: the survivor of the latest standing merge whose survivor
    /// is in the group, else the lowest id.
    pub canonical: ContactId,
    /// Lowest first.
    pub members: BTreeSet<ContactId>,
}

/// A group under way, and its number for as long as it is not swallowed.
#[derive(Default)]
struct Parts {
    of: BTreeMap<ContactId, usize>,
    members: Vec<Vec<ContactId>>,
}

impl Parts {
    fn of(&mut self, contact: ContactId) -> usize {
        let next = self.members.len();
        let part = *self.of.entry(contact).or_insert(next);
        if part == next {
            self.members.push(vec![contact]);
        }
        part
    }

    /// The smaller goes into the larger.
    fn join(&mut self, a: usize, b: usize) {
        let smaller = self.members[a].len() < self.members[b].len();
        let (from, to) = if smaller { (a, b) } else { (b, a) };
        for contact in std::mem::take(&mut self.members[from]) {
            self.of.insert(contact, to);
            self.members[to].push(contact);
        }
    }
}

/// Folds edges, given in the order in which the decisions were made, as far as
/// the walls let them: the earlier merge goes before the later one.
#[must_use]
pub fn fold(contacts: &BTreeSet<ContactId>, edges: &[Edge], walls: &[Wall]) -> Folded {
    let mut beside: BTreeMap<ContactId, Vec<Wall>> = BTreeMap::new();
    for wall in walls {
        beside.entry(wall.a).or_default().push(*wall);
        beside.entry(wall.b).or_default().push(*wall);
    }
    let mut parts = Parts::default();
    for contact in contacts {
        parts.of(*contact);
    }
    let mut idle: Vec<Idle> = Vec::new();
    for edge in edges {
        let (a, b) = (parts.of(edge.a), parts.of(edge.b));
        if a == b {
            continue;
        }
        let smaller = if parts.members[a].len() < parts.members[b].len() {
            a
        } else {
            b
        };
        let between = |wall: &&Wall| {
            let ends = [parts.of.get(&wall.a), parts.of.get(&wall.b)];
            ends.contains(&Some(&a)) && ends.contains(&Some(&b))
        };
        let walls = parts.members[smaller].iter();
        let walls = walls.filter_map(|m| beside.get(m)).flatten();
        match walls.filter(between).min() {
            Some(wall) => idle.push(Idle {
                edge: *edge,
                wall: *wall,
            }),
            None => parts.join(a, b),
        }
    }
    let mut survivors: BTreeMap<usize, ContactId> = BTreeMap::new();
    for edge in edges {
        // An edge without effect names nobody's survivor.
        if idle.iter().all(|idle| idle.edge != *edge)
            && let Some(part) = parts.of.get(&edge.survivor)
        {
            survivors.insert(*part, edge.survivor);
        }
    }
    let groups = parts.members.into_iter().enumerate();
    let groups = groups.filter_map(|(part, members)| {
        let members: BTreeSet<ContactId> = members.into_iter().collect();
        let lowest = members.first().copied()?;
        let canonical = survivors.get(&part).copied().unwrap_or(lowest);
        Some(Group { canonical, members })
    });
    let mut groups: Vec<Group> = groups.collect();
    groups.sort_by_key(|group| group.members.first().copied());
    Folded { groups, idle }
}

/// What a decision leaves impossible: of edges that had an effect before, and
/// would have none with it, the merges; if the merge is the decision itself,
/// what keeps the two sides apart.
#[must_use]
pub fn impossible(own: DecisionId, idle: &[Idle]) -> BTreeSet<DecisionId> {
    let in_the_way = |idle: &Idle| match idle.edge.decision {
        merge if merge == own => idle.wall.decision,
        merge => merge,
    };
    idle.iter().map(in_the_way).collect()
}
