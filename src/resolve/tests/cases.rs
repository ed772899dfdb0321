//! Groups, walls, and where a case stands.

use super::{ContactId, DecisionId, Edge, EventId, wall};
use crate::domain::case::{Action, CaseKind as K, CaseState};
use crate::domain::time::Timestamp;
use crate::resolve::cases::{CaseKey, Given, Standpoint, standing};
use crate::resolve::entry::Wall;
use crate::resolve::groups::{Idle, fold, impossible};
use proptest::prelude::*;
use rstest::rstest;
use std::collections::BTreeSet;

fn edge(decision: i64, a: i64, b: i64, survivor: i64) -> Edge {
    Edge {
        decision: DecisionId(decision),
        a: ContactId(a),
        b: ContactId(b),
        survivor: ContactId(survivor),
        after: EventId(0),
    }
}

fn set(ids: &[i64]) -> BTreeSet<ContactId> {
    ids.iter().copied().map(ContactId).collect()
}

/// The groups of more than one member, and of those given.
fn groups(given: &[i64], edges: &[Edge], walls: &[Wall]) -> Vec<BTreeSet<ContactId>> {
    let folded = fold(&set(given), edges, walls);
    folded.groups.into_iter().map(|g| g.members).collect()
}

fn canonical(group: &[i64], edges: &[Edge]) -> Option<ContactId> {
    let folded = fold(&set(group), edges, &[]);
    let found = folded.groups.iter().find(|g| g.members == set(group));
    found.map(|g| g.canonical)
}

#[test]
fn invariant_4_groups_are_what_the_edges_join() {
    let edges = [edge(1, 1, 2, 1), edge(2, 5, 2, 2), edge(3, 3, 4, 4)];
    assert_eq!(
        groups(&[1, 2, 3, 4, 5, 6], &edges, &[]),
        [set(&[1, 2, 5]), set(&[3, 4]), set(&[6])]
    );
    assert_eq!(
        groups(&[1, 2, 5], &edges[..1], &[]),
        [set(&[1, 2]), set(&[5])],
        "without the second merge its side stands alone"
    );
}

#[test]
fn invariant_4_canonical_is_the_survivor_of_the_latest_merge_in_the_group() {
    let edges = [edge(1, 1, 2, 2), edge(2, 5, 2, 5), edge(3, 3, 4, 4)];
    assert_eq!(canonical(&[1, 2, 5], &edges), Some(ContactId(5)));
    assert_eq!(canonical(&[1, 2], &edges[..1]), Some(ContactId(2)));
    assert_eq!(canonical(&[3, 4], &edges), Some(ContactId(4)));
    assert_eq!(
        canonical(&[6], &edges),
        Some(ContactId(6)),
        "else the lowest id"
    );
    let left = [edge(1, 1, 2, 2), edge(2, 2, 9, 7)];
    assert_eq!(
        canonical(&[1, 2, 9], &left),
        Some(ContactId(2)),
        "a survivor outside the group does not count"
    );
    assert_eq!(canonical(&[], &edges), None);
}

#[test]
fn invariant_4_a_wall_parts_what_merges_joined() {
    let edges = [edge(1, 1, 2, 1), edge(2, 5, 2, 5), edge(3, 5, 4, 4)];
    let walls = [wall(9, 1, 5), wall(8, 2, 5)];
    let folded = fold(&set(&[]), &edges, &walls);
    assert_eq!(
        groups(&[], &edges, &walls),
        [set(&[1, 2]), set(&[4, 5])],
        "the earlier merge and the one beside the wall have their effect"
    );
    let idle = Idle {
        edge: edges[1],
        wall: walls[1],
    };
    assert_eq!(folded.idle, [idle], "the earliest wall is named");
    assert_eq!(folded.groups[0].canonical, ContactId(1));
    let in_the_way = |own| impossible(DecisionId(own), &folded.idle);
    assert_eq!(in_the_way(8), BTreeSet::from([DecisionId(2)]), "the merge");
    assert_eq!(in_the_way(2), BTreeSet::from([DecisionId(8)]), "the wall");
    assert_eq!(in_the_way(7), BTreeSet::from([DecisionId(2)]));
    assert_eq!(
        groups(&[], &edges, &[wall(9, 4, 7)]),
        [set(&[1, 2, 4, 5])],
        "a wall to somebody else parts nobody"
    );
}

proptest! {
    /// Whatever was merged and kept apart: no group has a walled pair, every
    /// edge with an effect joins, and what idles could not join.
    #[test]
    fn invariant_4_holds_for_any_edges_and_walls(
        joined in prop::collection::vec((1_i64..9, 1_i64..9), 0..14),
        apart in prop::collection::vec((1_i64..9, 1_i64..9), 0..6),
    ) {
        let edges: Vec<Edge> = joined.iter().zip(1..).filter(|((a, b), _)| a != b)
            .map(|((a, b), n)| edge(n, *a, *b, *a)).collect();
        let walls: Vec<Wall> = apart.iter().zip(90..).filter(|((a, b), _)| a != b)
            .map(|((a, b), n)| wall(n, *a, *b)).collect();
        let folded = fold(&set(&[1, 2, 3, 4, 5, 6, 7, 8]), &edges, &walls);
        let group = |c: ContactId| folded.groups.iter().find(|g| g.members.contains(&c)).unwrap();
        for wall in &walls {
            prop_assert!(group(wall.a) != group(wall.b), "{wall:?}");
        }
        for edge in &edges {
            let idle = folded.idle.iter().find(|idle| idle.edge == *edge);
            prop_assert_eq!(group(edge.a) == group(edge.b), idle.is_none());
            let (a, b) = (group(edge.a), group(edge.b));
            let parts = |w: &Wall| {
                let across = |x: ContactId, y: ContactId| a.members.contains(&x) && b.members.contains(&y);
                across(w.a, w.b) || across(w.b, w.a)
            };
            prop_assert!(idle.is_none_or(|idle| walls.contains(&idle.wall) && parts(&idle.wall)));
        }
        let mut backwards: Vec<Wall> = walls.clone();
        backwards.reverse();
        let again = fold(&set(&[]), &edges, &backwards);
        prop_assert_eq!(again.idle, folded.idle, "in whatever order the walls came");
    }
}

fn open() -> Standpoint {
    Standpoint {
        asked: true,
        in_dispute: true,
        first: 5,
        last: 9,
        ..Standpoint::default()
    }
}

fn given(action: Action, after: i64) -> Given {
    Given {
        decision: DecisionId(1),
        action,
        after: EventId(after),
        until: (action == Action::Defer).then_some(Timestamp(77)),
    }
}

#[test]
fn a_question_is_open_until_it_is_answered() {
    assert_eq!(standing(K::PhoneClaimed, &open()).state, CaseState::Open);
    let mut at = open();
    at.given = vec![given(Action::Merge, 9)];
    assert_eq!(standing(K::PhoneClaimed, &at).state, CaseState::Resolved);
    at.asked = false;
    assert_eq!(
        standing(K::PhoneClaimed, &at).state,
        CaseState::Resolved,
        "an answer stands"
    );
}

#[test]
fn the_same_evidence_never_asks_again_after_an_answer() {
    let mut at = open();
    at.given = vec![given(Action::KeepSeparate, 7)];
    assert!(at.last > 7);
    assert_eq!(standing(K::PhoneClaimed, &at).state, CaseState::Resolved);
}

#[rstest]
#[case::no_longer_asked(|at: &mut Standpoint| at.asked = false)]
#[case::no_longer_in_dispute(|at: &mut Standpoint| at.in_dispute = false)]
#[case::one_group(|at: &mut Standpoint| at.one_group = true)]
#[case::kept_apart(|at: &mut Standpoint| at.wall = Some((DecisionId(3), EventId(9))))]
fn a_moot_case_is_superseded_and_says_by_what(#[case] moot: fn(&mut Standpoint)) {
    let mut at = open();
    moot(&mut at);
    let stands = standing(K::PhoneBsuidConflict, &at);
    assert_eq!(stands.state, CaseState::Superseded);
    assert!(!stands.by.unwrap().is_empty());
}

#[test]
fn evidence_that_came_after_a_wall_asks() {
    let mut at = open();
    at.wall = Some((DecisionId(3), EventId(4)));
    assert_eq!(standing(K::PhoneBsuidConflict, &at).state, CaseState::Open);
}

#[rstest]
#[case(K::IdentityChange, CaseState::Open)]
#[case(K::IdentityChangeOrphan, CaseState::Open)]
#[case(K::IdentityChangeFork, CaseState::Open)]
#[case(K::IdentityChangeCollision, CaseState::Superseded)]
fn of_changes_only_a_collision_is_moot_in_one_group(#[case] kind: K, #[case] state: CaseState) {
    let mut at = open();
    at.one_group = true;
    assert_eq!(standing(kind, &at).state, state);
    at.one_group = false;
    at.wall = Some((DecisionId(3), EventId(9)));
    assert_eq!(
        standing(kind, &at).state,
        CaseState::Open,
        "a wall answers no change"
    );
}

#[test]
fn a_deferred_case_returns_with_new_evidence() {
    let mut at = open();
    at.given = vec![given(Action::Defer, 9)];
    let stands = standing(K::Manual, &at);
    assert_eq!(
        (stands.state, stands.until),
        (CaseState::Deferred, Some(Timestamp(77)))
    );
    at.last = 10;
    assert_eq!(standing(K::Manual, &at).state, CaseState::Open);
    at.given.push(given(Action::Defer, 10));
    assert_eq!(
        standing(K::Manual, &at).state,
        CaseState::Deferred,
        "deferred anew"
    );
}

#[test]
fn one_question_per_kind_contacts_and_identifier() {
    let p = super::ident("p1").id;
    let key = |kind, ids: &[i64]| {
        let contacts: Vec<_> = ids.iter().copied().map(ContactId).collect();
        CaseKey::dispute(kind, &contacts, p)
    };
    assert_eq!(key(K::PhoneClaimed, &[1, 2]), key(K::PhoneClaimed, &[2, 1]));
    assert_ne!(key(K::PhoneClaimed, &[1, 2]), key(K::SharedPhone, &[1, 2]));
    assert_ne!(key(K::PhoneClaimed, &[1, 2]), key(K::PhoneClaimed, &[1, 3]));
    assert_ne!(
        key(K::PhoneClaimed, &[1, 2]).text(),
        key(K::PhoneClaimed, &[12]).text()
    );
}
