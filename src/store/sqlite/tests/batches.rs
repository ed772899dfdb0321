//! Batches: what is planned, what is left out and why, what counts as applied,
//! and that one undo takes all of it out.

use super::{Fixture, NOW, by};
use crate::domain::case::{Action, Answer, CaseState};
use crate::domain::ids::{BatchId, CaseId, ContactId};
use crate::review::batch::{Chunk, Outcome, Plan, Scope, Tally};
use crate::review::refusal::Code;
use crate::store::{Store, Undo};

fn all() -> Scope {
    Scope::default()
}

fn plan(f: &Fixture, scope: &Scope) -> Plan {
    f.store.plan(scope, &by()).unwrap()
}

/// Applies a plan in as many chunks as it takes.
pub(super) fn apply(f: &mut Fixture, plan: &Plan) -> Chunk {
    let mut whole = f.store.apply(plan, 0, &by()).unwrap();
    while whole.outcomes.len() < plan.items.len() {
        let from = whole.outcomes.len();
        let more = f.store.apply(plan, from, &by()).unwrap();
        assert!(!more.outcomes.is_empty() && more.batch == whole.batch);
        whole.outcomes.extend(more.outcomes);
    }
    whole
}

fn tally(chunk: &Chunk) -> Tally {
    let mut tally = Tally::default();
    chunk.outcomes.iter().for_each(|outcome| tally.add(outcome));
    tally
}

fn code(outcome: &Outcome) -> Option<Code> {
    match outcome {
        Outcome::Refused(refusal) => Some(refusal.code),
        Outcome::Done(_) => None,
    }
}

/// `n` changes that are suggested to be accepted.
fn changes(n: usize) -> Fixture {
    let mut f = Fixture::new();
    for i in 0..n {
        let (old, new) = (format!("US.1{i}"), format!("US.2{i}"));
        f.message(Some(&old), None, Some("Ana"), 9);
        f.change((Some(&old), None), (Some(&new), None), 5);
    }
    f
}

/// A (US.1), and two phones of B in dispute between them.
fn two_questions() -> Fixture {
    let mut f = Fixture::new();
    f.message(None, Some("49151001"), Some("Ana"), 9);
    f.change((None, Some("49151001")), (None, Some("49151002")), 8);
    f.message(Some("US.1"), None, Some("Ana"), 7);
    f.message(Some("US.1"), Some("49151001"), Some("Ana"), 6);
    f.message(Some("US.1"), Some("49151002"), Some("Ana"), 5);
    f
}

#[test]
fn a_batch_is_decided_and_undone_as_one() {
    let mut f = changes(6);
    let before = f.state();
    let scope = Scope {
        limit: Some(4),
        ..all()
    };
    let plan = plan(&f, &scope);
    assert_eq!((plan.items.len(), plan.excluded.len()), (4, 0));
    assert_eq!(before, f.state(), "a plan writes nothing");
    let chunk = apply(&mut f, &plan);
    assert_eq!(
        tally(&chunk),
        Tally {
            applied: 4,
            ..Tally::default()
        }
    );
    assert_eq!(
        f.cases().iter().filter(|c| c.2 == CaseState::Open).count(),
        2
    );
    f.check();
    let undone = f.store.undo(Undo::Batch(chunk.batch), false, false, &by());
    assert_eq!(undone.unwrap().len(), 4);
    assert_eq!(before, f.state());
    f.check();
}

#[test]
fn what_the_batch_itself_made_moot_counts_as_applied() {
    let mut f = two_questions();
    let plan = plan(
        &f,
        &Scope {
            min_confidence: 0.5,
            ..all()
        },
    );
    let merges: Vec<_> = plan
        .items
        .iter()
        .filter(|i| i.suggestion.action == Action::Merge)
        .collect();
    assert_eq!(merges.len(), 2, "{plan:#?}");
    let chunk = apply(&mut f, &plan);
    assert_eq!(tally(&chunk).applied, plan.items.len(), "{chunk:#?}");
    let moot = chunk
        .outcomes
        .iter()
        .filter(|o| matches!(o, Outcome::Done(d) if d.decision.is_none()));
    assert_eq!(moot.count(), 1);
    f.check();
}

#[test]
fn what_others_made_moot_is_left_out() {
    let mut f = two_questions();
    let plan = plan(
        &f,
        &Scope {
            min_confidence: 0.5,
            ..all()
        },
    );
    let first = plan
        .items
        .iter()
        .find(|i| i.suggestion.action == Action::Merge)
        .unwrap();
    f.decide(first.case.0, Answer::Merge { survivor: None })
        .unwrap();
    let chunk = apply(&mut f, &plan);
    let left: Vec<_> = chunk.outcomes.iter().filter_map(code).collect();
    assert!(left.contains(&Code::AlreadyDecided), "{chunk:#?}");
    assert_eq!(left.len(), plan.items.len(), "none is applied: {chunk:#?}");
}

#[test]
fn what_the_batch_itself_changes_is_no_drift() {
    let mut f = Fixture::new();
    f.message(None, Some("49151001"), Some("Ana"), 9);
    f.message(None, Some("49151002"), Some("Ana"), 9);
    f.message(Some("US.1"), None, Some("Ana"), 8);
    f.message(Some("US.1"), Some("49151001"), Some("Ana"), 7);
    f.message(Some("US.1"), Some("49151002"), Some("Ana"), 6);
    let mut plan = plan(
        &f,
        &Scope {
            min_confidence: 0.5,
            ..all()
        },
    );
    assert_eq!(plan.items.len(), 2);
    // The phone's contact stands for both: the other case has other sides then.
    let homes = f.cases()[usize::try_from(plan.items[0].case.0 - 1).unwrap()]
        .3
        .clone();
    plan.items[0].suggestion.survivor = Some(homes[1]);
    let version = |f: &Fixture, case| super::super::standing::facts(f.db(), case).unwrap().version;
    let chunk = apply(&mut f, &plan);
    assert!(
        version(&f, plan.items[1].case) > plan.items[1].version + 1,
        "it moved, and was answered"
    );
    assert_eq!(tally(&chunk).applied, 2, "{chunk:#?}");
    f.check();
}

#[test]
fn what_changed_since_or_was_decided_is_left_out() {
    let mut f = changes(3);
    let plan = plan(&f, &all());
    f.decide(1, Answer::Reject).unwrap();
    f.change((Some("US.11"), None), (Some("US.21"), None), 4);
    let chunk = apply(&mut f, &plan);
    let codes: Vec<_> = chunk.outcomes.iter().map(code).collect();
    assert_eq!(
        codes,
        [Some(Code::AlreadyDecided), Some(Code::Changed), None]
    );
    f.check();
}

/// US.1 and US.2 both came with the phone of a third contact.
fn rivals() -> Fixture {
    let mut f = Fixture::new();
    f.message(None, Some("49151001"), Some("Ana"), 9);
    f.message(Some("US.1"), None, Some("Ana"), 8);
    f.message(Some("US.2"), None, Some("Ana"), 8);
    f.message(Some("US.1"), Some("49151001"), Some("Ana"), 7);
    f.message(Some("US.2"), Some("49151001"), Some("Ana"), 6);
    f
}

#[test]
fn two_live_bsuids_never_come_into_one_group_by_the_items_together() {
    let f = rivals();
    let plan = plan(&f, &all());
    assert_eq!((plan.items.len(), plan.excluded.len()), (1, 1), "{plan:#?}");
    assert!(plan.excluded[0].why.detail.contains("two live BSUIDs"));
}

#[test]
fn nor_by_a_plan_that_was_made_before() {
    let mut f = rivals();
    let mut planned = plan(&f, &all());
    let other = planned.excluded[0].case;
    let mut item = planned.items[0].clone();
    item.case = other;
    item.suggestion.survivor = None;
    planned.items.push(item);
    let chunk = apply(&mut f, &planned);
    assert_eq!(
        (code(&chunk.outcomes[0]), code(&chunk.outcomes[1])),
        (None, Some(Code::NotApplicable))
    );
    let Outcome::Refused(refusal) = &chunk.outcomes[1] else {
        panic!()
    };
    assert!(refusal.detail.contains("two live BSUIDs"), "{refusal}");
}

#[test]
fn a_bsuid_that_came_since_is_seen_though_the_case_did_not_move() {
    let mut f = Fixture::new();
    f.message(None, Some("49151001"), Some("Ana"), 9);
    f.message(None, Some("49151009"), Some("Ana"), 9);
    f.message(Some("US.1"), None, Some("Ana"), 8);
    f.message(Some("US.1"), Some("49151001"), Some("Ana"), 7);
    let planned = plan(&f, &all());
    assert_eq!(planned.items.len(), 1);
    // The phone's contact turns out to have a BSUID of its own, by way of a merge.
    f.message(Some("US.3"), Some("49151009"), Some("Ana"), 6);
    let (one, other) = (
        f.holder(crate::domain::identifier::Kind::Phone, "49151001")
            .unwrap(),
        f.holder(crate::domain::identifier::Kind::Bsuid, "US.3")
            .unwrap(),
    );
    let asked = f.store.ask(&[one, other], None, &by()).unwrap().case;
    f.decide(
        asked.0,
        Answer::Merge {
            survivor: Some(one),
        },
    )
    .unwrap();
    let chunk = apply(&mut f, &planned);
    let Outcome::Refused(refusal) = &chunk.outcomes[0] else {
        panic!("{chunk:#?}")
    };
    assert!(
        matches!(refusal.code, Code::NotApplicable | Code::Changed),
        "{refusal}"
    );
    assert_eq!(f.store.plan(&all(), &by()).unwrap().items.len(), 0);
}

#[test]
fn a_stopped_batch_goes_on_under_the_same_number() {
    let mut f = changes(3);
    let planned = plan(&f, &all());
    let mut first = planned.clone();
    first.items.truncate(1);
    let begun = f.store.apply(&first, 0, &by()).unwrap();
    // As a process leaves it that was stopped after its first item.
    f.db().execute("UPDATE batch SET finished = 0", []).unwrap();
    let rest = apply(&mut f, &planned);
    assert_eq!(rest.batch, begun.batch);
    assert_eq!(tally(&rest).applied, 3);
    let decision = |outcome: &Outcome| match outcome {
        Outcome::Done(done) => done.decision,
        Outcome::Refused(_) => None,
    };
    assert_eq!(
        decision(&rest.outcomes[0]),
        decision(&begun.outcomes[0]),
        "not decided twice"
    );
    // Come to its end, it is a plan like any other that was decided since.
    let again = apply(&mut f, &planned);
    assert_eq!(tally(&again).left_out, 3);
    let undone = f
        .store
        .undo(Undo::Batch(begun.batch), false, false, &by())
        .unwrap();
    assert_eq!(undone.len(), 3);
}

#[test]
fn without_a_file_the_same_command_goes_on_with_what_was_stopped() {
    let mut f = changes(3);
    let scope = Scope {
        limit: Some(2),
        ..all()
    };
    let mut first = plan(&f, &scope);
    first.items.truncate(1);
    let begun = f.store.apply(&first, 0, &by()).unwrap();
    f.db().execute("UPDATE batch SET finished = 0", []).unwrap();
    let rest = plan(&f, &scope);
    assert_eq!(
        (rest.header.continues, rest.items.len()),
        (Some(begun.batch), 1),
        "the limit counts both"
    );
    assert_eq!(apply(&mut f, &rest).batch, begun.batch);
    assert_eq!(plan(&f, &scope).header.continues, None);
    let other = plan(&f, &all());
    assert_eq!(apply(&mut f, &other).batch, BatchId(begun.batch.0 + 1));
}

#[test]
fn a_plan_of_another_store_is_refused() {
    let planned = plan(&changes(1), &all());
    let mut f = changes(1);
    let refused = f.store.apply(&planned, 0, &by()).unwrap_err();
    assert!(refused.to_string().contains("another store"), "{refused}");
    assert_eq!(f.cases()[0].2, CaseState::Open);
}

#[test]
fn named_cases_that_cannot_be_taken_are_told() {
    let mut f = changes(2);
    f.decide(1, Answer::Accept).unwrap();
    let scope = Scope {
        ids: vec![CaseId(1), CaseId(2)],
        min_confidence: 0.999,
        ..all()
    };
    let planned = plan(&f, &scope);
    let left: Vec<_> = planned
        .excluded
        .iter()
        .map(|e| (e.case.0, e.why.code))
        .collect();
    assert_eq!(planned.items.len(), 0);
    assert!(
        left.contains(&(1, Code::AlreadyDecided)) && left.contains(&(2, Code::NotApplicable)),
        "{left:?}"
    );
    let mut why = planned.excluded.iter().map(|e| e.why.detail.as_str());
    assert!(why.any(|why| why == "its suggestion is less sure than 99.9%"));
    assert!(
        f.store
            .plan(
                &Scope {
                    ids: vec![CaseId(77)],
                    ..all()
                },
                &by()
            )
            .is_err()
    );
}

#[test]
fn a_hand_made_item_that_names_nobody_is_left_out() {
    let mut f = rivals();
    let mut planned = plan(&f, &all());
    planned.items[0].suggestion.survivor = Some(ContactId(99));
    let chunk = apply(&mut f, &planned);
    assert_eq!(code(&chunk.outcomes[0]), Some(Code::NotApplicable));
    f.check();
}

#[test]
fn a_case_that_a_plan_names_twice_is_decided_and_counted_once() {
    let mut f = changes(2);
    let mut planned = plan(&f, &all());
    planned.items.extend(planned.items.clone());
    // Also where it is stopped between the two, and begun anew.
    let first = f.store.apply(&planned, 0, &by()).unwrap();
    assert!(!first.outcomes.is_empty());
    for _ in 0..2 {
        let chunk = apply(&mut f, &planned);
        let codes: Vec<_> = chunk.outcomes.iter().map(code).collect();
        let twice = Some(Code::NotApplicable);
        assert_eq!(codes[2..], [twice, twice]);
        let detail = match &chunk.outcomes[2] {
            Outcome::Refused(refusal) => refusal.detail.clone(),
            Outcome::Done(done) => panic!("{done:?}"),
        };
        assert!(detail.contains("names case"), "{detail}");
        let told = tally(&chunk);
        assert_eq!(
            (told.left_out, told.all()),
            (2 + codes[..2].iter().flatten().count(), 4)
        );
    }
    f.check();
}

#[test]
fn a_hand_made_item_of_a_case_that_nobody_asked_leaves_the_others_to_be_done() {
    let mut f = changes(3);
    let mut planned = plan(&f, &all());
    planned.items[1].case = CaseId(99);
    let chunk = apply(&mut f, &planned);
    let codes: Vec<_> = chunk.outcomes.iter().map(code).collect();
    assert_eq!(codes, [None, Some(Code::NotApplicable), None]);
    f.check();
}

#[test]
fn a_claim_is_seen_ends_by_itself_and_keeps_nobody_from_answering() {
    let mut f = changes(1);
    let now = super::super::now();
    let at = |operator: &str, at| crate::store::By {
        operator: operator.into(),
        at,
        reason: None,
    };
    let soon = now.plus(60_000);
    f.store.claim(CaseId(1), soon, &at("ana", now)).unwrap();
    assert_eq!(
        f.store.case(CaseId(1)).unwrap().claim.unwrap().operator,
        "ana"
    );
    let refused = f.store.claim(CaseId(1), soon, &at("ben", now)).unwrap_err();
    assert!(
        refused.to_string().contains("ana looks at case 1"),
        "{refused}"
    );
    assert!(!f.store.release(CaseId(1), &at("ben", now)).unwrap());
    f.store
        .claim(CaseId(1), soon.plus(60_000), &at("ben", soon))
        .unwrap();
    assert_eq!(
        f.store.case(CaseId(1)).unwrap().claim.unwrap().operator,
        "ben"
    );
    f.decide(1, Answer::Accept).unwrap();
    assert_eq!(f.store.case(CaseId(1)).unwrap().claim, None);
    assert!(NOW < now, "the fixture's clock is behind");
}
