//! Questions across parts of the log: a shared parent BSUID, and the two forms
//! of a number, under decisions and their undo.

use super::MERGE;
use super::{Fixture, NOW, by};
use crate::domain::case::{Answer, CaseKind, CaseState, Target};
use crate::domain::fact::{Seen, Side};
use crate::domain::identifier::{Bsuid, Kind, Named, ParentBsuid, PhoneKey};
use crate::domain::ids::{CaseId, ContactId};
use crate::domain::time::DAY;
use crate::store::{Store, StoreError};

const LONG: &str = "5511987654321";
const SHORT: &str = "551187654321";
const PARENT: &str = "US.ENT.7";

fn bears(f: &mut Fixture, waba: Option<&str>, bsuid: &str, days: i64) {
    let seen = Seen {
        bsuid: Bsuid::parse(bsuid),
        parent: ParentBsuid::parse(PARENT),
        name: Some("Ana Souza".into()),
        ..Seen::default()
    };
    f.seen(seen, waba, days);
}

fn ids(ids: &[i64]) -> Vec<ContactId> {
    ids.iter().copied().map(ContactId).collect()
}

/// Number, state, contacts.
fn rounds(f: &Fixture, kind: CaseKind) -> Vec<(i64, CaseState, Vec<i64>)> {
    f.check();
    let of_kind = f.cases().into_iter().filter(|c| c.1 == kind);
    of_kind
        .map(|(id, _, state, contacts)| (id, state, contacts.iter().map(|c| c.0).collect()))
        .collect()
}

fn parents(f: &Fixture) -> Vec<(i64, CaseState, Vec<i64>)> {
    rounds(f, CaseKind::ParentBsuidMatch)
}

fn version(f: &Fixture, case: i64) -> i64 {
    super::super::standing::facts(f.db(), CaseId(case))
        .unwrap()
        .version
}

/// Contacts 1 (default) and 2 (eu) with one parent: case 1.
fn two_portfolios() -> Fixture {
    let mut f = Fixture::new();
    bears(&mut f, None, "US.1", 30);
    bears(&mut f, Some("eu"), "US.2", 20);
    assert_eq!(parents(&f), [(1, CaseState::Open, vec![1, 2])]);
    f
}

#[test]
fn a_parent_asks_nothing_within_a_portfolio() {
    let mut f = Fixture::new();
    bears(&mut f, None, "US.1", 30);
    bears(&mut f, None, "US.2", 20);
    assert_eq!(parents(&f), []);
    bears(&mut f, Some("eu"), "US.3", 10);
    assert_eq!(parents(&f), [(1, CaseState::Open, vec![1, 2, 3])]);
}

#[test]
fn one_case_grows_with_each_contact_and_rises_in_version_by_nothing_else() {
    let mut f = two_portfolios();
    let before = version(&f, 1);
    bears(&mut f, None, "US.1", 15);
    bears(&mut f, Some("eu"), "US.2", 14);
    assert_eq!(version(&f, 1), before, "more of the same is no evidence");
    bears(&mut f, Some("br"), "US.3", 10);
    assert_eq!(parents(&f), [(1, CaseState::Open, vec![1, 2, 3])]);
    assert_eq!(version(&f, 1), before + 1);
}

#[test]
fn a_new_contact_brings_a_deferred_case_back_and_more_of_the_same_does_not() {
    let mut f = two_portfolios();
    let until = NOW.plus(DAY);
    f.decide(1, Answer::Defer { until }).unwrap();
    bears(&mut f, None, "US.1", 15);
    assert_eq!(parents(&f), [(1, CaseState::Deferred, vec![1, 2])]);
    bears(&mut f, Some("br"), "US.3", 10);
    assert_eq!(parents(&f), [(1, CaseState::Open, vec![1, 2, 3])]);
}

#[test]
fn a_question_that_grows_with_the_undo_of_its_answer_stands_by_all_of_its_contacts() {
    let mut f = two_portfolios();
    let first = f.decide(1, Answer::KeepSeparate).unwrap();
    f.store.ask(&ids(&[1, 2]), None, &by()).unwrap();
    f.decide(2, Answer::KeepSeparate).unwrap();
    bears(&mut f, Some("br"), "US.3", 10);
    // The second answer still parts 1 and 2; nobody has said a word about 3.
    f.undo(first).unwrap();
    assert_eq!(parents(&f)[0], (1, CaseState::Open, vec![1, 2, 3]));
}

#[test]
fn after_an_answer_only_another_contact_asks_again() {
    for answer in [MERGE, Answer::KeepSeparate] {
        let mut f = two_portfolios();
        let first = f.decide(1, answer).unwrap();
        bears(&mut f, Some("eu"), "US.2", 15);
        assert_eq!(parents(&f), [(1, CaseState::Resolved, vec![1, 2])]);
        bears(&mut f, Some("br"), "US.3", 10);
        let (resolved, open) = (
            (1, CaseState::Resolved, vec![1, 2]),
            (2, CaseState::Open, vec![1, 2, 3]),
        );
        assert_eq!(parents(&f), [resolved.clone(), open.clone()]);
        let asked = f.state();
        let second = f.decide(2, Answer::KeepSeparate).unwrap();
        f.undo(second).unwrap();
        assert_eq!(f.state(), asked);
        // The first question asks about all of them then; there are no two.
        f.undo(first).unwrap();
        let all = (1, CaseState::Open, vec![1, 2, 3]);
        let none = |round: i64| (round, CaseState::Superseded, vec![1, 2, 3]);
        assert_eq!(parents(&f), [all, none(2)]);
        let put_back = f.undo(crate::domain::ids::DecisionId(first.0 + 3));
        put_back.unwrap();
        assert_eq!(f.state(), asked);
    }
}

#[test]
fn a_part_of_them_already_merged_is_one_side_that_the_others_are_kept_from() {
    let mut f = two_portfolios();
    f.decide(1, MERGE).unwrap();
    bears(&mut f, Some("br"), "US.3", 10);
    f.decide(2, Answer::KeepSeparate).unwrap();
    assert_eq!(parents(&f)[1], (2, CaseState::Resolved, vec![1, 2, 3]));
    let manual = {
        let store: &mut dyn crate::store::Store = &mut f.store;
        store.ask(&ids(&[2, 3]), None, &by()).unwrap().case
    };
    let refused = f.decide(manual.0, MERGE);
    assert!(
        matches!(refused, Err(StoreError::Refused(_))),
        "{refused:?}"
    );
}

#[test]
fn contacts_that_are_one_group_ask_nothing_until_they_are_parted() {
    let mut f = Fixture::new();
    bears(&mut f, None, "US.1", 30);
    let seen = Seen {
        bsuid: Bsuid::parse("US.2"),
        ..Seen::default()
    };
    f.seen(seen, Some("eu"), 25);
    let manual = {
        let store: &mut dyn crate::store::Store = &mut f.store;
        store.ask(&ids(&[1, 2]), None, &by()).unwrap().case
    };
    let merge = f.decide(manual.0, MERGE).unwrap();
    bears(&mut f, Some("eu"), "US.2", 20);
    assert_eq!(parents(&f)[0].1, CaseState::Superseded);
    f.undo(merge).unwrap();
    assert_eq!(parents(&f), [(2, CaseState::Open, vec![1, 2])]);
}

#[test]
fn a_reject_takes_the_parent_that_came_with_the_change_off_its_contact() {
    let mut f = Fixture::new();
    f.message(Some("US.1"), None, None, 30);
    bears(&mut f, Some("eu"), "US.2", 20);
    let side = |bsuid, parent| Side {
        bsuid: Bsuid::parse(bsuid),
        parent,
        phone: None,
    };
    f.changed(
        side("US.1", None),
        side("US.3", ParentBsuid::parse(PARENT)),
        Seen::default(),
        None,
        10,
    );
    assert_eq!(parents(&f), [(2, CaseState::Open, vec![2, 1])]);
    let before = f.state();
    let reject = f.decide(1, Answer::Reject).unwrap();
    assert_eq!(parents(&f)[0].1, CaseState::Superseded);
    f.undo(reject).unwrap();
    assert_eq!(parents(&f), [(2, CaseState::Open, vec![2, 1])]);
    assert_eq!(f.state(), before);
}

fn forms(f: &Fixture) -> Vec<(i64, CaseState, Vec<i64>)> {
    rounds(f, CaseKind::PhoneVariant)
}

#[test]
fn two_contacts_with_the_two_forms_of_a_number_are_asked_in_either_order() {
    for (first, second) in [(LONG, SHORT), (SHORT, LONG)] {
        let mut f = Fixture::new();
        f.message(None, Some(first), Some("Ana Souza"), 30);
        f.message(None, Some(second), Some("Ana Souza"), 20);
        assert_eq!(forms(&f), [(1, CaseState::Open, vec![1, 2])]);
        let before = f.state();
        let apart = f.decide(1, Answer::KeepSeparate).unwrap();
        f.message(None, Some(first), Some("Ana Souza"), 10);
        assert_eq!(forms(&f)[0].1, CaseState::Resolved);
        f.undo(apart).unwrap();
        assert_eq!(f.state(), before);
    }
}

#[test]
fn two_people_by_their_bsuids_are_not_asked_about() {
    let mut f = Fixture::new();
    f.message(Some("US.1"), Some(LONG), None, 30);
    f.message(None, Some(SHORT), None, 20);
    assert_eq!(forms(&f), [(1, CaseState::Open, vec![1, 2])]);
    f.message(Some("US.2"), Some(SHORT), None, 10);
    assert_eq!(forms(&f)[0].1, CaseState::Superseded);
    let seen = Seen {
        bsuid: Bsuid::parse("US.9"),
        phone: PhoneKey::parse("525512345678"),
        ..Seen::default()
    };
    f.seen(seen, Some("eu"), 9);
    f.message(Some("US.8"), Some("5215512345678"), None, 8);
    assert_eq!(
        forms(&f)[1],
        (2, CaseState::Open, vec![3, 4]),
        "BSUIDs of two portfolios are no two people"
    );
}

#[test]
fn a_form_that_goes_to_the_other_contact_asks_no_more_and_again_after_the_undo() {
    let mut f = Fixture::new();
    f.message(Some("US.1"), Some(LONG), None, 30);
    f.message(None, Some(SHORT), None, 20);
    let manual = {
        let store: &mut dyn crate::store::Store = &mut f.store;
        store.ask(&ids(&[1, 2]), None, &by()).unwrap().case
    };
    let before = f.state();
    let relink = Answer::Relink {
        identifier: Named::of(Kind::Phone, SHORT).unwrap(),
        to: Target::Contact(ContactId(1)),
        since: None,
    };
    let relink = f.decide(manual.0, relink).unwrap();
    assert_eq!(forms(&f)[0].1, CaseState::Superseded);
    f.undo(relink).unwrap();
    assert_eq!(forms(&f), [(1, CaseState::Open, vec![1, 2])]);
    assert_eq!(f.state(), before);
}

#[test]
fn an_item_with_both_forms_is_evidence_of_the_same_case() {
    let mut f = Fixture::new();
    f.message(None, Some(LONG), None, 30);
    f.message(None, Some(SHORT), None, 20);
    let before = version(&f, 1);
    let seen = Seen {
        phone: PhoneKey::parse(SHORT),
        second_phone: PhoneKey::parse(LONG),
        ..Seen::default()
    };
    f.seen(seen, None, 10);
    assert_eq!(forms(&f), [(1, CaseState::Open, vec![1, 2])]);
    assert_eq!(version(&f, 1), before + 1);
    let evidence: i64 = f
        .db()
        .query_row("SELECT count(*) FROM evidence", [], |r| r.get(0))
        .unwrap();
    assert_eq!(evidence, 3);
}

#[test]
fn what_shows_a_relinked_form_first_is_evidence() {
    let mut f = Fixture::new();
    f.message(None, Some(LONG), None, 30);
    f.message(None, Some(SHORT), None, 20);
    let manual = f.store.ask(&ids(&[1, 2]), None, &by()).unwrap().case;
    let relink = Answer::Relink {
        identifier: Named::of(Kind::Phone, LONG).unwrap(),
        to: Target::New,
        since: Some(NOW.plus(-10 * DAY)),
    };
    f.decide(manual.0, relink).unwrap();
    let sides = |f: &Fixture| rounds(f, CaseKind::PhoneVariant).pop().unwrap().2;
    assert_eq!(sides(&f), [3, 2], "nothing has shown it there");
    f.message(None, Some(LONG), None, 5);
    assert_eq!(sides(&f), [2, 3], "who was seen first comes first");
}

#[test]
fn a_change_that_links_nothing_shows_a_form_all_the_same() {
    let mut f = Fixture::new();
    f.message(None, Some(SHORT), None, 0);
    f.change((None, Some(LONG)), (None, Some(SHORT)), 11);
    let relink = Answer::Relink {
        identifier: Named::of(Kind::Phone, LONG).unwrap(),
        to: Target::New,
        since: None,
    };
    let orphan = f.cases()[0].0;
    f.decide(orphan, relink).unwrap();
    assert_eq!(rounds(&f, CaseKind::PhoneVariant).len(), 1);
    // An orphan: whose it was before is not told.
    f.change((None, None), (None, Some(LONG)), 0);
    f.check();
}

#[test]
fn an_answered_question_that_nothing_shows_any_more_keeps_its_time() {
    let mut f = Fixture::new();
    bears(&mut f, None, "US.1", 30);
    let current = Side {
        bsuid: Bsuid::parse("US.3"),
        parent: ParentBsuid::parse(PARENT),
        ..Side::default()
    };
    let previous = Side {
        phone: PhoneKey::parse("491514"),
        ..Side::default()
    };
    f.changed(previous, current, Seen::default(), Some("eu"), 25);
    f.message(None, Some("491514"), None, 40);
    let shared = parents(&f);
    assert_eq!(shared.len(), 1, "{shared:?}");
    f.decide(shared[0].0, Answer::KeepSeparate).unwrap();
    let change = f.cases().into_iter().find(|c| c.1.is_change()).unwrap().0;
    f.decide(change, Answer::Reject).unwrap();
    assert_eq!(parents(&f)[0].1, CaseState::Resolved);
}

/// A copy of a change that tells an earlier time names the phone first: it is
/// evidence of the two forms, before any message comes by that phone.
#[test]
fn the_copy_of_a_change_that_named_a_form_is_evidence() {
    let mut f = Fixture::new();
    f.message(Some("US.7"), None, None, 0);
    f.change((None, None), (Some("US.7"), None), 2);
    f.change((Some("US.7"), None), (Some("US.7"), Some(SHORT)), 3);
    f.message(None, Some(LONG), None, 0);
    let named = "SELECT event FROM evidence JOIN cases ON id = \"case\" WHERE kind = 'phone_variant' ORDER BY 1";
    let events = |f: &Fixture| -> Vec<i64> {
        let mut query = f.db().prepare(named).unwrap();
        let found = query.query_map([], |r| r.get(0)).unwrap();
        found.map(Result::unwrap).collect()
    };
    assert_eq!(events(&f), [3, 4]);
    f.message(None, Some(SHORT), None, 0);
    assert_eq!(events(&f), [3, 4], "the first one is the evidence");
    f.check();
}
