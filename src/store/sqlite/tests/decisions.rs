//! What each answer does, what refuses it, and how it comes apart again: the
//! sentences of the design under "Decisions" and "Undo", one by one; those
//! about changes are in `verdicts`.

use super::MERGE;
use super::{Fixture, NOW, by};
use crate::domain::case::{Action, Answer, CaseKind, CaseState, Target};
use crate::domain::identifier::{Kind, Named};
use crate::domain::ids::{CaseId, ContactId, DecisionId};
use crate::domain::time::DAY;
use crate::review::refusal::{Code, Refusal};
use crate::store::{Decide, Store, StoreError};

fn phone(key: &str) -> Named {
    Named::of(Kind::Phone, key).unwrap()
}

pub(super) fn refusal<T: std::fmt::Debug>(result: Result<T, StoreError>) -> Refusal {
    match result {
        Err(StoreError::Refused(refusal)) => *refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// A has a BSUID (contact 1), B a phone (contact 2); one message joins them: case 1.
fn conflict() -> Fixture {
    let mut f = Fixture::new();
    f.message(Some("US.1"), None, Some("Ana Souza"), 30);
    f.message(None, Some("491511"), Some("Ana"), 20);
    f.message(Some("US.1"), Some("491511"), Some("Ana Souza"), 10);
    assert_eq!(
        f.cases(),
        [(
            1,
            CaseKind::PhoneBsuidConflict,
            CaseState::Open,
            vec![ContactId(1), ContactId(2)]
        )]
    );
    f
}

pub(super) fn canonical(f: &Fixture, contact: i64) -> i64 {
    super::super::group::canonical_of(f.db(), ContactId(contact))
        .unwrap()
        .0
}

fn state(f: &Fixture, case: i64) -> CaseState {
    f.cases().into_iter().find(|c| c.0 == case).unwrap().2
}

#[test]
fn a_merge_moves_nothing_and_its_undo_leaves_no_trace() {
    let mut f = conflict();
    let before = f.state();
    let merge = f.decide(1, MERGE).unwrap();
    assert_eq!(f.holder(Kind::Phone, "491511"), Some(ContactId(2)));
    assert_eq!((canonical(&f, 1), canonical(&f, 2)), (1, 1));
    assert_eq!(state(&f, 1), CaseState::Resolved);
    f.check();
    f.undo(merge).unwrap();
    assert_eq!(f.state(), before);
    f.check();
}

#[test]
fn the_survivor_asked_for_stands_for_the_group() {
    let mut f = conflict();
    f.decide(
        1,
        Answer::Merge {
            survivor: Some(ContactId(2)),
        },
    )
    .unwrap();
    assert_eq!((canonical(&f, 1), canonical(&f, 2)), (2, 2));
    let mut g = conflict();
    let stranger = refusal(g.decide(
        1,
        Answer::Merge {
            survivor: Some(ContactId(9)),
        },
    ));
    assert_eq!(stranger.code, Code::NotApplicable);
}

#[test]
fn a_relink_counts_from_its_time_and_walls_the_sides_off() {
    let mut f = conflict();
    let before = f.state();
    let answer = Answer::Relink {
        identifier: phone("491511"),
        to: Target::Contact(ContactId(1)),
        since: None,
    };
    let relink = f.decide(1, answer).unwrap();
    assert_eq!(f.holder(Kind::Phone, "491511"), Some(ContactId(1)));
    f.check();
    let parted = f.store.ask(&[ContactId(1), ContactId(2)], None, &by());
    let manual = f.cases().last().unwrap().0;
    assert!(parted.is_ok() || manual == 2);
    let refused = refusal(f.decide(manual, MERGE));
    assert_eq!(
        (refused.code, refused.by_decision),
        (Code::KeptSeparate, Some(relink))
    );
    f.undo(relink).unwrap();
    assert_eq!(f.state().lines().next(), before.lines().next());
    assert_eq!(f.holder(Kind::Phone, "491511"), Some(ContactId(2)));
    assert_eq!(state(&f, 1), CaseState::Open);
    f.check();
}

#[test]
fn a_relink_to_new_founds_a_contact_whose_number_is_for_ever() {
    let mut f = conflict();
    let answer = Answer::Relink {
        identifier: phone("491511"),
        to: Target::New,
        since: None,
    };
    let relink = f.decide(1, answer).unwrap();
    assert_eq!(f.holder(Kind::Phone, "491511"), Some(ContactId(3)));
    f.undo(relink).unwrap();
    assert_eq!(f.holder(Kind::Phone, "491511"), Some(ContactId(2)));
    assert_eq!(
        canonical(&f, 3),
        2,
        "the number goes on resolving, as an alias"
    );
    f.message(Some("US.9"), Some("491519"), None, 1);
    assert_eq!(
        f.holder(Kind::Bsuid, "US.9"),
        Some(ContactId(4)),
        "and is not used again"
    );
    let undo = DecisionId(relink.0 + 1);
    f.undo(undo).unwrap();
    assert_eq!(
        f.holder(Kind::Phone, "491511"),
        Some(ContactId(3)),
        "the redo gives the same number"
    );
    f.check();
}

#[test]
fn keep_separate_refuses_a_merge_directly_and_through_a_third() {
    let mut f = conflict();
    let wall = f.decide(1, Answer::KeepSeparate).unwrap();
    f.message(None, Some("491513"), None, 9);
    assert_eq!(refusal(f.decide(1, MERGE)).code, Code::AlreadyDecided);
    f.store
        .ask(&[ContactId(1), ContactId(3)], None, &by())
        .unwrap();
    f.store
        .ask(&[ContactId(2), ContactId(3)], None, &by())
        .unwrap();
    f.decide(2, MERGE).unwrap();
    let refused = refusal(f.decide(3, MERGE));
    assert_eq!(
        (refused.code, refused.by_decision),
        (Code::KeptSeparate, Some(wall))
    );
    assert_eq!(
        state(&f, 3),
        CaseState::Open,
        "a case brought across a wall stays open"
    );
    f.undo(wall).unwrap();
    f.decide(3, MERGE).unwrap();
    let redo = refusal(f.undo(DecisionId(wall.0 + 2)));
    assert_eq!(
        redo.code,
        Code::Depends,
        "the wall cannot come back while its sides are one"
    );
    f.check();
}

#[test]
fn a_second_answer_is_refused_with_who_and_when() {
    let mut f = conflict();
    f.decide(1, MERGE).unwrap();
    let refused = refusal(f.decide(1, Answer::KeepSeparate));
    assert_eq!(
        (refused.code, refused.by_operator.as_deref(), refused.at),
        (Code::AlreadyDecided, Some("ines"), Some(NOW))
    );
}

#[test]
fn another_version_is_refused() {
    let mut f = conflict();
    let ask = |version| Decide {
        case: CaseId(1),
        answer: MERGE,
        expect_version: Some(version),
        dry_run: false,
    };
    f.message(Some("US.1"), Some("491511"), None, 5);
    assert_eq!(refusal(f.store.decide(&ask(1), &by())).code, Code::Changed);
    f.store.decide(&ask(2), &by()).unwrap();
}

#[test]
fn an_answer_that_the_kind_has_not_is_refused() {
    let mut f = conflict();
    assert_eq!(
        refusal(f.decide(1, Answer::Accept)).code,
        Code::NotApplicable
    );
    let label = Answer::Relink {
        identifier: Named::of(Kind::Username, "ana").unwrap(),
        to: Target::New,
        since: None,
    };
    assert_eq!(refusal(f.decide(1, label)).code, Code::NotApplicable);
}

#[test]
fn a_dry_run_writes_nothing() {
    let mut f = conflict();
    let before = f.state();
    let ask = Decide {
        case: CaseId(1),
        answer: MERGE,
        expect_version: None,
        dry_run: true,
    };
    let done = f.store.decide(&ask, &by()).unwrap();
    assert!(!done.applied && done.dry_run && done.decision.is_none());
    assert_eq!((done.canonical, f.state()), (Some(ContactId(1)), before));
    assert!(
        f.db()
            .query_row("SELECT 1 FROM audit", [], |_| Ok(()))
            .is_err()
    );
}

#[test]
fn no_case_is_put_off_until_a_time_that_has_passed() {
    let mut f = conflict();
    for until in [NOW, NOW.plus(-1)] {
        let refused = f.decide(1, Answer::Defer { until }).unwrap_err();
        assert!(refused.to_string().contains("has passed"), "{refused}");
    }
    let relink = |since| Answer::Relink {
        identifier: Named::of(Kind::Phone, "491511").unwrap(),
        to: Target::New,
        since: Some(since),
    };
    let refused = f.decide(1, relink(NOW.plus(2 * DAY))).unwrap_err();
    assert!(refused.to_string().contains("has not come"), "{refused}");
    assert_eq!(state(&f, 1), CaseState::Open);
    // Evidence may be dated so, and a suggestion with it.
    f.decide(1, relink(NOW.plus(1000))).unwrap();
}

#[test]
fn a_deferred_case_returns_with_new_evidence() {
    let mut f = conflict();
    f.decide(
        1,
        Answer::Defer {
            until: NOW.plus(DAY),
        },
    )
    .unwrap();
    assert_eq!(state(&f, 1), CaseState::Deferred);
    f.message(Some("US.1"), Some("491511"), None, 5);
    assert_eq!(state(&f, 1), CaseState::Open);
    f.check();
}

#[test]
fn traffic_that_came_since_a_merge_falls_where_its_identifiers_say() {
    let mut f = conflict();
    let merge = f.decide(1, MERGE).unwrap();
    // B has no BSUID, but the contact merged with it has: a claim, no adoption.
    f.message(Some("US.7"), Some("491511"), Some("Ana"), 1);
    assert_eq!(f.holder(Kind::Bsuid, "US.7"), Some(ContactId(3)));
    f.undo(merge).unwrap();
    assert_eq!(
        f.holder(Kind::Bsuid, "US.7"),
        Some(ContactId(2)),
        "without the merge the phone's contact adopts it"
    );
    f.check();
}

#[test]
fn every_decision_has_its_entry_and_the_chain_holds() {
    let mut f = conflict();
    let merge = f.decide(1, MERGE).unwrap();
    f.undo(merge).unwrap();
    let (entries, decisions): (i64, i64) = f
        .db()
        .query_row(
            "SELECT (SELECT count(*) FROM audit), (SELECT count(*) FROM decision)",
            [],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )
        .unwrap();
    assert_eq!((entries, decisions), (2, 2));
    let actions: String = f
        .db()
        .query_row("SELECT group_concat(action) FROM audit", [], |r| r.get(0))
        .unwrap();
    assert_eq!(actions, format!("{},{}", Action::Merge, Action::Undo));
    assert!(
        f.db()
            .execute("UPDATE audit SET operator = 'x'", [])
            .is_err()
    );
    assert!(f.db().execute("DELETE FROM audit", []).is_err());
}

#[test]
fn what_came_under_a_merge_falls_back_in_place_with_it() {
    let mut f = Fixture::new();
    f.message(None, Some("49151001"), Some("Ana"), 9);
    f.message(Some("US.1"), None, Some("Ana"), 8);
    f.message(Some("US.1"), Some("49151001"), Some("Ana"), 7);
    let merge = f.decide(1, Answer::Merge { survivor: None }).unwrap();
    // The group has a BSUID: rule 2 gives the new one a contact of its own.
    f.message(Some("US.2"), Some("49151001"), Some("Ana"), 6);
    let under = f.holder(Kind::Bsuid, "US.2");
    let before = f.state();
    f.undo(merge).unwrap();
    f.check();
    assert_ne!(
        f.holder(Kind::Bsuid, "US.2"),
        under,
        "without the merge it is the phone's"
    );
    let undo = DecisionId(merge.0 + 1);
    f.undo(undo).unwrap();
    f.check();
    assert_eq!(before, f.state());
}

/// Two contacts of whom each has got a part of its own, founded by a relink; a
/// question (case 3) about those parts, 3 and 4; then both relinks are undone:
/// 3 leads to 1, and 4 to 2.
fn dissolved() -> Fixture {
    let mut f = Fixture::new();
    let mut relinks = Vec::new();
    for (bsuid, key) in [("US.1", "491511"), ("US.2", "491512")] {
        f.message(Some(bsuid), Some(key), None, 30);
    }
    for key in ["491511", "491512"] {
        let both = [ContactId(1), ContactId(2)];
        let asked = f.store.ask(&both, Some(&phone(key)), &by()).unwrap();
        let answer = Answer::Relink {
            identifier: phone(key),
            to: Target::New,
            since: None,
        };
        relinks.push(f.decide(asked.case.0, answer).unwrap());
    }
    f.store
        .ask(&[ContactId(3), ContactId(4)], None, &by())
        .unwrap();
    for relink in relinks {
        f.undo(relink).unwrap();
    }
    assert_eq!((canonical(&f, 3), canonical(&f, 4)), (1, 2));
    assert_eq!(state(&f, 3), CaseState::Open);
    f.check();
    f
}

#[test]
fn a_question_about_dissolved_contacts_follows_those_that_they_lead_to() {
    let mut f = dissolved();
    let both = [ContactId(1), ContactId(2)];
    let case = f.store.ask(&both, None, &by()).unwrap().case.0;
    let before = f.state();
    let merge = f.decide(case, MERGE).unwrap();
    assert_eq!(state(&f, 3), CaseState::Superseded);
    f.check();
    f.undo(merge).unwrap();
    assert_eq!(f.state(), before);
    f.check();
}

#[test]
fn what_is_suggested_about_dissolved_contacts_follows_what_these_show_later() {
    let mut f = dissolved();
    f.message(Some("US.1"), None, Some("Ana Souza"), 2);
    f.message(Some("US.2"), None, Some("Ben Lee"), 1);
    f.check();
    let page = f.store.case(CaseId(3)).unwrap();
    let mut reasons = page.row.suggestion.reasons.iter();
    assert!(reasons.any(|reason| reason.code == "names_differ"));
}
