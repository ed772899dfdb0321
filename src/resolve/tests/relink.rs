//! Relinks, and contacts whose numbers are for ever.

use super::{World, change, m, world};

/// Contact 1 with `b1` and `p1`, contact 2 with `b2` and `p2`.
fn two() -> World {
    let mut w = world();
    w.take_all([m("b1 p1").at(1), m("b2 p2").at(2)]);
    w
}

#[test]
fn relink_counts_from_its_time_also_for_what_came_before_it_was_made() {
    let mut w = two();
    w.take_all([m("p1").at(5), m("p1").at(15)]);
    w.relink("p1", 2, 10);
    assert_eq!(w.links("p1"), ["1 former 1-10", "2 active 10-"]);
    assert_eq!((w.home(3), w.home(4)), (Some(1), Some(2)));
}

#[test]
fn relink_a_message_follows_its_bsuid_if_it_has_one() {
    let mut w = two();
    let seen = w.take(m("b1 p1").at(15));
    w.relink("p1", 2, 10);
    assert_eq!(w.home(seen), Some(1));
    assert_eq!(w.asks(), ["phone_bsuid_conflict 1,2 p1"]);
    w.relink("b1", 2, 12);
    assert_eq!(w.home(seen), Some(2));
    assert_eq!(w.home(1), Some(1), "not what came before its time");
}

#[test]
fn relink_says_nothing_of_the_time_before() {
    let mut w = world();
    w.take(m("b1").at(1));
    w.take(m("p1").at(20));
    w.relink("p1", 1, 20);
    assert_eq!(w.links("p1"), ["1 active 20-"]);
    let before = w.take(m("p1").at(5));
    assert_eq!(w.home(before), Some(3), "nobody held it then: somebody new");
    assert_eq!(w.links("p1"), ["3 former 5-20", "1 active 20-"]);
}

#[test]
fn relink_made_later_says_otherwise_from_its_time_on() {
    let mut w = two();
    w.take(m("b3").at(3));
    w.relink("p1", 2, 10);
    let second = w.relink("p1", 3, 20);
    assert_eq!(
        w.links("p1"),
        ["1 former 1-10", "2 former 10-20", "3 active 20-"]
    );
    w.undo(second);
    w.relink("p1", 3, 5);
    assert_eq!(
        w.links("p1"),
        ["1 former 1-5", "3 active 5-"],
        "made later, though of an earlier time"
    );
}

#[test]
fn relink_is_ended_by_a_change() {
    let mut w = two();
    w.relink("p1", 2, 10);
    let c = w.take(change("p1", "p5").at(20));
    w.accept(c);
    assert_eq!(w.links("p1"), ["1 former 1-10", "2 former 10-20"]);
    assert_eq!(w.links("p5"), ["2 active 20-"]);
}

#[test]
fn relink_is_ended_by_a_change_that_takes_the_phone_over() {
    let mut w = two();
    w.relink("p1", 2, 10);
    w.take(m("b3").at(3));
    let c = w.take(change("b3", "b4 p1").at(20));
    w.accept(c);
    assert_eq!(
        w.links("p1"),
        ["1 former 1-10", "2 former 10-20", "3 active 20-"]
    );
}

#[test]
fn relink_is_not_ended_by_a_change_before_it() {
    let mut w = two();
    let c = w.take(change("b1 p1", "b3 p3").at(5));
    w.relink("p1", 2, 10);
    w.accept(c);
    assert_eq!(w.links("p1"), ["1 former 1-5", "2 active 10-"]);
    assert_eq!(w.holder("p1", 7), None, "free until then");
}

#[test]
fn relink_to_a_contact_whose_founding_event_is_linked_elsewhere_now() {
    let mut w = world();
    w.take_all([m("b1 p1").at(1), m("p2").at(5)]);
    assert_eq!(w.holder("p2", 5), Some(2));
    let away = w.relink("p2", 1, 5);
    assert_eq!(w.contacts(), [1].into(), "nothing founds contact 2 now");
    w.relink("p1", 2, 10);
    assert_eq!(w.contacts(), [1, 2].into(), "a standing relink names it");
    assert_eq!(w.holder("p1", 10), Some(2));
    w.undo(away);
    assert_eq!(
        w.holder("p2", 5),
        Some(2),
        "and it is the same contact still"
    );
}

#[test]
fn relink_to_new_founds_a_contact_that_keeps_its_number() {
    let mut w = two();
    let relink = w.relink_to_new("p1", 10);
    assert_eq!(w.holder("p1", 10), Some(3));
    w.undo(relink);
    assert_eq!(w.contacts(), [1, 2].into());
    w.take(m("b7").at(9));
    assert_eq!(w.holder("b7", 9), Some(4));
    w.made.insert(
        relink,
        super::Made::Relink(super::ident("p1"), None, super::day(10)),
    );
    w.replay();
    assert_eq!(w.holder("p1", 10), Some(3));
}

#[test]
fn relink_of_a_claimed_phone_joins_what_it_founded() {
    let mut w = world();
    w.take_all([m("b1 p1").at(1), m("b2 p1").at(10)]);
    assert_eq!(w.asks(), ["phone_claimed 2,1 p1"]);
    w.relink("p1", 2, 10);
    assert_eq!(w.links("b2"), ["2 active 10-"]);
    assert_eq!(w.links("p1"), ["1 former 1-10", "2 active 10-"]);
    assert!(w.asks().is_empty());
}

#[test]
fn relink_of_a_current_id_explains_nothing_but_moves_it() {
    let mut w = two();
    let orphan = w.take(change("b7", "b8").at(10));
    w.relink("b8", 2, 10);
    assert_eq!(w.holder("b8", 10), Some(2));
    assert_eq!(w.asks(), ["identity_change_orphan 2"]);
    assert_eq!(w.kind(orphan), Some(super::CaseKind::IdentityChangeOrphan));
}

#[test]
fn relink_of_a_previous_id_at_the_changes_time_unties_a_fork() {
    let mut w = two();
    let c = w.take(change("b1 p2", "b3").at(10));
    assert_eq!(w.kind(c), Some(super::CaseKind::IdentityChangeFork));
    w.relink("p2", 1, 10);
    assert_eq!(w.kind(c), Some(super::CaseKind::IdentityChange));
    assert_eq!(w.links("b3"), ["1 provisional 10-"]);
}

#[test]
fn a_number_is_given_once_whatever_is_decided_and_undone() {
    let mut w = two();
    let before = w.state();
    let made = [
        w.relink_to_new("b2", 0),
        w.relink_to_new("p1", 0),
        w.relink("p2", 1, 0),
    ];
    assert_eq!(w.contacts(), [1, 3, 4].into());
    for decision in [made[1], made[0], made[2]] {
        w.undo(decision);
    }
    assert_eq!(w.state(), before);
}
