//! A wall that traffic raises between contacts which a standing merge joins:
//! the wall is stronger, the merge idles, and its case says so.

use super::super::group::Joint;
use super::MERGE;
use super::{Fixture, by};
use crate::domain::case::{Action, Answer, CaseState};
use crate::domain::ids::{CaseId, ContactId, DecisionId, EventId};
use crate::resolve::entry::Edge;
use crate::review::page::CasePage;
use crate::review::refusal::Code;
use crate::store::{Store, StoreError, Undo};
use std::collections::BTreeSet;

fn page(f: &Fixture, case: i64) -> CasePage {
    f.store.case(CaseId(case)).unwrap()
}

fn refused(f: &mut Fixture, case: i64, answer: Answer) -> (Code, Option<DecisionId>) {
    match f.decide(case, answer) {
        Err(StoreError::Refused(refusal)) => (refusal.code, refusal.by_decision),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

fn canonical(f: &Fixture) -> [i64; 3] {
    [1, 2, 3].map(|id| f.store.contact(ContactId(id)).unwrap().contact.0)
}

fn well(f: &Fixture) {
    let diagnosis = f.store.doctor(true).unwrap();
    assert!(diagnosis.ok, "{diagnosis:?}");
}

/// Contact 1 is said to have become US.3, which is rejected (decision 1): contact
/// 3, walled off. Contact 2 has the phone that a copy of the change names.
fn rejected() -> Fixture {
    let mut f = Fixture::new();
    f.message(Some("US.1"), None, Some("Ana Souza"), 30);
    f.message(None, Some("491511"), Some("Ana"), 29);
    f.change((Some("US.1"), None), (Some("US.3"), None), 20);
    f.decide(1, Answer::Reject).unwrap();
    let both = [ContactId(1), ContactId(2)];
    assert_eq!(f.store.ask(&both, None, &by()).unwrap().case, CaseId(2));
    f
}

fn copy(f: &mut Fixture) {
    f.change((Some("US.1"), None), (Some("US.3"), Some("491511")), 20);
}

/// Contacts 1 and 2 are merged (decision 2), then the copy comes.
fn merged_then_walled() -> Fixture {
    let mut f = rejected();
    f.decide(2, MERGE).unwrap();
    assert_eq!(canonical(&f), [1, 1, 3]);
    copy(&mut f);
    f
}

#[test]
fn a_wall_that_comes_later_parts_what_was_merged() {
    let f = merged_then_walled();
    assert_eq!(canonical(&f), [1, 2, 3]);
    well(&f);
    let page = page(&f, 2);
    assert_eq!(page.row.state, CaseState::Open);
    assert_eq!(page.row.suggestion.action, Action::None);
    let reason = &page.row.suggestion.reasons[0];
    assert_eq!(
        (reason.code.as_str(), reason.text.as_str()),
        (
            "merge_without_effect",
            "decision 2 merged them, but since then decision 1 keeps contacts 1 and 2 apart; undo one of the two"
        )
    );
    assert_eq!(page.kept_apart[0].decision, DecisionId(1));
}

/// The groups that a decision would leave are folded from what stands around
/// its contacts: the walls also where no edge does.
#[test]
fn walls_are_read_where_no_edge_stands() {
    let f = rejected();
    let count = |table: &str| -> i64 {
        let sql = format!("SELECT count(*) FROM {table}");
        f.db().query_row(&sql, [], |r| r.get(0)).unwrap()
    };
    assert_eq!((count("edge"), count("wall")), (0, 1));
    for (a, b, walled) in [(1, 3, true), (3, 1, true), (1, 2, false)] {
        let [a, b] = [a, b].map(ContactId);
        let joint = Joint::read(f.db(), &[a, b].into()).unwrap();
        let edge = Edge {
            decision: DecisionId(9),
            a,
            b,
            survivor: a,
            after: EventId(0),
        };
        let with = joint.with(&BTreeSet::new(), std::iter::empty(), std::iter::once(edge));
        let folded = with.fold();
        assert_eq!(folded.idle.len(), usize::from(walled), "{a} and {b}");
        assert_eq!(folded.groups.len(), 1 + usize::from(walled));
    }
}

#[test]
fn either_order_gives_the_same_groups() {
    let late = merged_then_walled();
    let mut f = rejected();
    copy(&mut f);
    assert_eq!(
        refused(&mut f, 2, MERGE),
        (Code::KeptSeparate, Some(DecisionId(1)))
    );
    assert_eq!(canonical(&f), canonical(&late));
}

#[test]
fn an_idle_merge_has_its_effect_again_without_the_wall() {
    let mut f = merged_then_walled();
    assert_eq!(
        refused(&mut f, 2, Answer::KeepSeparate),
        (Code::AlreadyDecided, Some(DecisionId(2)))
    );
    let foreseen = page(&f, 2).outcomes.into_iter().map(|o| o.refusal);
    for refusal in foreseen {
        assert_eq!(refusal.unwrap().code, Code::AlreadyDecided);
    }
    f.undo(DecisionId(1)).unwrap();
    assert_eq!(canonical(&f)[..2], [1, 1]);
    assert_eq!(page(&f, 2).row.state, CaseState::Resolved);
    well(&f);
    // Put back, it would part what is one group now.
    let Err(StoreError::Refused(refusal)) = f.undo(DecisionId(3)) else {
        panic!("the reject came back");
    };
    assert_eq!(refusal.by_decisions, [DecisionId(2)]);
    f.undo(DecisionId(2)).unwrap();
    f.undo(DecisionId(3)).unwrap();
    assert_eq!(canonical(&f), [1, 2, 3]);
    well(&f);
}

#[test]
fn an_idle_merge_can_be_undone_and_not_redone() {
    let mut f = merged_then_walled();
    f.undo(DecisionId(2)).unwrap();
    assert_eq!(page(&f, 2).row.state, CaseState::Open);
    assert_eq!(
        refused(&mut f, 2, MERGE),
        (Code::KeptSeparate, Some(DecisionId(1)))
    );
    let redo = f
        .store
        .undo(Undo::Decision(DecisionId(3)), false, false, &by());
    let Err(StoreError::Refused(refusal)) = redo else {
        panic!("{redo:?}");
    };
    assert_eq!(
        (refusal.code, refusal.by_decisions),
        (Code::Depends, vec![DecisionId(1)])
    );
    well(&f);
}

#[test]
fn a_new_decision_does_not_wake_an_idle_merge_into_a_wall() {
    let mut f = merged_then_walled();
    f.message(Some("US.9"), None, Some("Eva"), 10);
    let case = f.store.ask(&[ContactId(2), ContactId(4)], None, &by());
    let case = case.unwrap().case.0;
    f.decide(case, MERGE).unwrap();
    assert_eq!(canonical(&f), [1, 2, 3]);
    // A wall of its own keeps what the idle merge would join.
    let apart = f.store.ask(&[ContactId(1), ContactId(4)], None, &by());
    let apart = apart.unwrap().case.0;
    f.decide(apart, Answer::KeepSeparate).unwrap();
    well(&f);
    // Without the reject the earlier merge would have its effect again, and the
    // later one would stand in the wall.
    let Err(StoreError::Refused(refusal)) = f.undo(DecisionId(1)) else {
        panic!("the reject was undone");
    };
    assert_eq!(refusal.by_decisions, [DecisionId(3)]);
    well(&f);
}
