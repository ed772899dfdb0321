//! Groups, walls, and where a case stands.

use super::{ContactId, DecisionId, Edge, EventId, wall};
use crate::domain::case::{Action, CaseKind as K, CaseState};
use crate::domain::time::Timestamp;
use crate::resolve::cases::{CaseKey, Given, Standpoint, standing};
use crate::resolve::groups::{canonical, parts, wall_inside};
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

#[test]
fn invariant_4_groups_are_what_the_edges_join() {
    let edges = [edge(1, 1, 2, 1), edge(2, 5, 2, 2), edge(3, 3, 4, 4)];
    let groups = parts(&set(&[1, 2, 3, 4, 5, 6]), &edges);
    assert_eq!(groups, [set(&[1, 2, 5]), set(&[3, 4]), set(&[6])]);
    assert_eq!(
        parts(&set(&[1, 2, 5]), &edges[..1]),
        [set(&[1, 2]), set(&[5])],
        "without the second merge its side stands alone"
    );
}

#[test]
fn invariant_4_canonical_is_the_survivor_of_the_latest_merge_in_the_group() {
    let edges = [edge(1, 1, 2, 2), edge(2, 5, 2, 5), edge(3, 3, 4, 4)];
    assert_eq!(canonical(&set(&[1, 2, 5]), &edges), Some(ContactId(5)));
    assert_eq!(canonical(&set(&[1, 2]), &edges[..1]), Some(ContactId(2)));
    assert_eq!(canonical(&set(&[3, 4]), &edges), Some(ContactId(4)));
    assert_eq!(
        canonical(&set(&[7, 6]), &edges),
        Some(ContactId(6)),
        "else the lowest id"
    );
    let left = [edge(1, 1, 2, 2), edge(2, 2, 9, 7)];
    assert_eq!(
        canonical(&set(&[1, 2, 9]), &left),
        Some(ContactId(2)),
        "a survivor outside the group does not count"
    );
    assert_eq!(canonical(&set(&[]), &edges), None);
}

#[test]
fn invariant_4_a_wall_is_seen_inside_a_whole_group() {
    let walls = [wall(9, 1, 5)];
    assert_eq!(wall_inside(&set(&[1, 2, 5]), &walls), Some(walls[0]));
    assert_eq!(wall_inside(&set(&[1, 2]), &walls), None);
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
