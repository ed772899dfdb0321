//! Layer two: standing merges are edges between contacts, standing
//! keep-separates are walls. They move nothing; a group's canonical contact is
//! a fold over its edges.

use super::entry::{Edge, Wall};
use crate::domain::ids::ContactId;
use std::collections::{BTreeMap, BTreeSet};

/// Contacts joined by edges: each contact's group, lowest member first. Every
/// contact given is in exactly one group, also one without an edge.
#[must_use]
pub fn parts(contacts: &BTreeSet<ContactId>, edges: &[Edge]) -> Vec<BTreeSet<ContactId>> {
    let mut beside: BTreeMap<ContactId, Vec<ContactId>> = BTreeMap::new();
    for edge in edges {
        beside.entry(edge.a).or_default().push(edge.b);
        beside.entry(edge.b).or_default().push(edge.a);
    }
    let mut left: BTreeSet<ContactId> = contacts
        .iter()
        .copied()
        .chain(beside.keys().copied())
        .collect();
    let mut groups = Vec::new();
    while let Some(first) = left.pop_first() {
        let mut group = BTreeSet::from([first]);
        let mut todo = vec![first];
        while let Some(contact) = todo.pop() {
            for other in beside.get(&contact).into_iter().flatten() {
                if group.insert(*other) {
                    left.remove(other);
                    todo.push(*other);
                }
            }
        }
        groups.push(group);
    }
    groups
}

/// The contact that stands for a group: the survivor of the latest standing
/// merge whose survivor is in the group, else the lowest id. `edges` are in the
/// order in which they were made.
#[must_use]
pub fn canonical(group: &BTreeSet<ContactId>, edges: &[Edge]) -> Option<ContactId> {
    edges
        .iter()
        .rev()
        .find(|e| group.contains(&e.survivor))
        .map(|e| e.survivor)
        .or_else(|| group.first().copied())
}

/// A wall between two members of one group, or that would stand inside if
/// these contacts were one.
#[must_use]
pub fn wall_inside(group: &BTreeSet<ContactId>, walls: &[Wall]) -> Option<Wall> {
    walls
        .iter()
        .find(|w| group.contains(&w.a) && group.contains(&w.b))
        .copied()
}
