//! Accepting and rejecting changes, and what rests on it.

use super::decisions::{canonical, refusal};
use super::{Fixture, MERGE, by};
use crate::domain::case::{Answer, CaseKind, CaseState};
use crate::domain::identifier::Kind;
use crate::domain::ids::{ContactId, DecisionId};
use crate::review::refusal::Code;
use crate::store::{Store, Undo};

/// A change from US.1 to US.2 on contact 1: case 1.
fn pending() -> Fixture {
    let mut f = Fixture::new();
    f.message(Some("US.1"), Some("491511"), Some("Ana"), 30);
    f.change((Some("US.1"), None), (Some("US.2"), Some("491512")), 10);
    assert_eq!(
        f.cases(),
        [(
            1,
            CaseKind::IdentityChange,
            CaseState::Open,
            vec![ContactId(1)]
        )]
    );
    f
}

fn link_state(f: &Fixture, value: &str) -> Vec<String> {
    let mut query = f
        .db()
        .prepare("SELECT l.contact || ' ' || l.state FROM link l JOIN identifier i ON i.id = l.identifier WHERE i.value = ?1 ORDER BY l.ordinal")
        .unwrap();
    query
        .query_map([value], |r| r.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

#[test]
fn a_pending_change_links_provisionally_and_an_accept_makes_it_active() {
    let mut f = pending();
    assert_eq!(link_state(&f, "US.2"), ["1 provisional"]);
    let before = f.state();
    let accept = f.decide(1, Answer::Accept).unwrap();
    assert_eq!(
        (link_state(&f, "US.1"), link_state(&f, "US.2")),
        (vec!["1 former".into()], vec!["1 active".into()])
    );
    f.check();
    f.undo(accept).unwrap();
    assert_eq!(f.state(), before);
    f.check();
}

#[test]
fn a_reject_gives_the_current_ids_and_their_messages_a_contact_of_their_own() {
    let mut f = pending();
    f.message(Some("US.2"), Some("491513"), None, 5);
    assert_eq!(
        link_state(&f, "491513"),
        ["1 provisional"],
        "first seen beside a provisional one"
    );
    let reject = f.decide(1, Answer::Reject).unwrap();
    let own = f.holder(Kind::Bsuid, "US.2").unwrap();
    assert_ne!(own, ContactId(1));
    assert_eq!(
        (
            f.holder(Kind::Phone, "491512"),
            f.holder(Kind::Phone, "491513")
        ),
        (Some(own), Some(own))
    );
    f.store.ask(&[ContactId(1), own], None, &by()).unwrap();
    assert_eq!(
        refusal(f.decide(2, MERGE)).by_decision,
        Some(reject),
        "walled off"
    );
    f.check();
    f.undo(reject).unwrap();
    assert_eq!(f.holder(Kind::Bsuid, "US.2"), Some(ContactId(1)));
    assert_eq!(canonical(&f, own.0), 1);
    f.check();
}

#[test]
fn an_undo_that_a_later_merge_stands_on_is_refused_and_cascades() {
    let mut f = pending();
    let reject = f.decide(1, Answer::Reject).unwrap();
    let own = f.holder(Kind::Bsuid, "US.2").unwrap();
    f.message(None, Some("491519"), None, 3);
    let third = f.holder(Kind::Phone, "491519").unwrap();
    f.store.ask(&[own, third], None, &by()).unwrap();
    let merge = f.decide(2, MERGE).unwrap();
    let refused = refusal(f.undo(reject));
    assert_eq!(
        (refused.code, refused.by_decisions),
        (Code::Depends, vec![merge])
    );
    let done = f
        .store
        .undo(Undo::Decision(reject), true, false, &by())
        .unwrap();
    assert_eq!(
        done.iter().map(|d| d.undoes).collect::<Vec<_>>(),
        [Some(merge), Some(reject)]
    );
    f.check();
}

#[test]
fn merging_a_collision_accepts_its_change_and_both_are_undone_together() {
    let mut f = Fixture::new();
    f.message(Some("US.1"), Some("491511"), Some("Ana"), 30);
    f.message(Some("US.2"), None, Some("Ana"), 9);
    f.change((Some("US.1"), None), (Some("US.2"), None), 10);
    assert_eq!(f.cases()[0].1, CaseKind::IdentityChangeCollision);
    let before = f.state();
    let merge = f.decide(1, MERGE).unwrap();
    assert_eq!(
        (link_state(&f, "US.1"), canonical(&f, 2)),
        (vec!["1 former".into()], 1)
    );
    f.check();
    f.undo(merge).unwrap();
    assert_eq!(f.state(), before);
}

#[test]
fn a_fork_is_not_accepted_while_the_earlier_change_is() {
    let mut f = pending();
    f.change((Some("US.1"), None), (Some("US.3"), None), 8);
    assert_eq!(f.cases()[1].1, CaseKind::IdentityChangeFork);
    let earlier = f.decide(1, Answer::Accept).unwrap();
    let refused = refusal(f.decide(2, Answer::Accept));
    assert_eq!(
        (refused.code, refused.by_decisions),
        (Code::Depends, vec![earlier])
    );
    f.undo(earlier).unwrap();
    f.decide(2, Answer::Accept).unwrap();
    assert_eq!(link_state(&f, "US.3"), ["1 active"]);
    assert_eq!(
        f.cases()[0].1,
        CaseKind::IdentityChangeFork,
        "the earlier is now the one that contradicts"
    );
    f.check();
}

#[test]
fn a_copy_that_comes_after_the_accept_takes_no_id_from_a_change_before_it() {
    let mut f = Fixture::new();
    f.message(Some("US.1"), Some("491511"), Some("Ana"), 9);
    f.message(Some("US.3"), None, Some("Ben"), 8);
    f.change((Some("US.1"), None), (Some("US.2"), None), 5);
    f.decide(1, Answer::Accept).unwrap();
    // Another change leads the phone on, and collides.
    f.change((None, Some("491511")), (Some("US.3"), None), 4);
    assert_eq!(f.cases()[1].1, CaseKind::IdentityChangeCollision);
    // Only now a copy of the first says that it led from that phone, too.
    f.change((Some("US.1"), Some("491511")), (Some("US.2"), None), 5);
    f.check();
    let (before, kinds) = (f.state(), f.cases());
    let accept = DecisionId(1);
    f.undo(accept).unwrap();
    f.check();
    f.undo(DecisionId(2)).unwrap();
    f.check();
    assert_eq!((before, kinds), (f.state(), f.cases()));
}
