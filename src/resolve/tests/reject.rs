//! What a reject does: the change never happened.

use super::{World, change, m, world};
use crate::domain::case::CaseKind as K;

fn one() -> World {
    let mut w = world();
    w.take(m("b1 p1").at(1));
    w
}

#[test]
fn reject_the_current_ids_are_a_contact_of_their_own_and_walled_off() {
    let mut w = one();
    let c = w.take(change("b1 p1", "b2 p2").at(10));
    let seen = w.take(m("b2").at(12));
    w.reject(c);
    assert_eq!(w.links("b2"), ["2 active 10-"]);
    assert_eq!(w.links("p2"), ["2 active 10-"]);
    assert_eq!(w.links("b1"), ["1 active 1-"]);
    assert_eq!(w.links("p1"), ["1 active 1-"]);
    assert_eq!(w.home(seen), Some(2), "their messages too");
    assert_eq!(w.walls(), [(1, 2)]);
    assert_eq!(w.kind(c), Some(K::IdentityChange));
}

#[test]
fn reject_what_was_first_seen_beside_them_goes_with_them() {
    let mut w = one();
    let c = w.take(change("b1", "b2").at(10));
    w.take(m("b2 p3").at(12));
    w.reject(c);
    assert_eq!(w.links("p3"), ["2 active 12-"]);
    assert_eq!(w.links("p1"), ["1 active 1-"], "not what was A's before");
}

#[test]
fn reject_what_later_changes_led_on_goes_with_them() {
    let mut w = one();
    let c = w.take(change("b1", "b2").at(10));
    let next = w.take(change("b2", "b3").at(20));
    let seen = w.take(m("b3").at(21));
    w.reject(c);
    assert_eq!(w.links("b3"), ["2 provisional 20-"]);
    assert_eq!(w.home(seen), Some(2));
    assert_eq!(w.kind(next), Some(K::IdentityChange));
}

#[test]
fn reject_of_a_collision_walls_the_two_off_and_moves_nothing() {
    let mut w = one();
    w.take(m("b2").at(2));
    let c = w.take(change("b1", "b2 p2").at(10));
    w.reject(c);
    assert_eq!(w.kind(c), Some(K::IdentityChangeCollision));
    assert_eq!(w.links("b2"), ["2 active 2-"]);
    assert_eq!(
        w.links("p2"),
        ["2 active 10-"],
        "a new phone goes with its BSUID"
    );
    assert_eq!(w.walls(), [(1, 2)]);
    assert_eq!(w.contacts().len(), 2);
}

#[test]
fn reject_leaves_the_phone_of_a_recycled_number_where_it_is() {
    let mut w = one();
    w.take(m("b9 p2").at(2));
    let c = w.take(change("b1 p1", "b2 p2").at(10));
    w.reject(c);
    assert_eq!(w.links("p2"), ["2 active 2-"]);
    assert_eq!(w.links("b2"), ["3 active 10-"]);
    assert_eq!(w.walls(), [(1, 2), (1, 3)]);
}

#[test]
fn reject_leaves_what_lives_on_the_contact_by_other_evidence() {
    let mut w = world();
    w.take_all([m("p1").at(1), m("b1 p1").at(20)]);
    let c = w.take(change("p1", "b1 p2").at(10));
    w.reject(c);
    assert_eq!(w.holder("b1", 30), Some(1));
    assert_eq!(w.links("p2"), ["2 active 10-"]);
}

#[test]
fn reject_of_an_orphan_waits_until_it_is_explained() {
    let mut w = world();
    let c = w.take(change("b1", "b2").at(10));
    w.reject(c);
    let seen = w.take(m("b2").at(11));
    assert_eq!(w.contacts().len(), 1);
    assert!(w.walls().is_empty());
    w.take(m("b1").at(1));
    assert_eq!(w.home(seen), Some(1));
    assert_eq!(w.walls(), [(2, 1)]);
}

#[test]
fn reject_raises_its_wall_for_questions_between_the_two() {
    let mut w = world();
    w.take_all([change("p4", "b1").at(10), m("p3").at(1).named("Ana")]);
    w.take(m("b1 p3").at(99).named("Ben"));
    w.reject(1);
    assert_eq!(w.asks().len(), 2);
    let mut grown = w.homes_of(&w.log);
    grown.take_dirty();
    let explains = change("p3", "p4").at(2);
    let event = w.take(explains);
    grown.apply(&w.log[usize::try_from(event).unwrap() - 1]);
    assert_eq!(w.walls().len(), 1);
    assert_eq!(
        grown.take_dirty().asks.len(),
        3,
        "the claimed phone's stands elsewhere now"
    );
}

#[test]
fn reject_of_a_fork_leaves_the_earlier_change() {
    let mut w = one();
    let first = w.take(change("b1", "b2").at(10));
    let fork = w.take(change("b1", "b3").at(20));
    w.reject(fork);
    assert_eq!(w.links("b2"), ["1 provisional 10-"]);
    assert_eq!(w.links("b3"), ["2 active 20-"]);
    assert_eq!(
        (w.kind(first), w.kind(fork)),
        (Some(K::IdentityChange), Some(K::IdentityChangeFork))
    );
    assert_eq!(w.walls(), [(1, 2)]);
}

#[test]
fn reject_takes_a_joined_bsuid_along() {
    let mut w = one();
    let c = w.take(change("p1", "p2").at(10));
    w.take(m("b2 p2").at(11));
    w.reject(c);
    assert_eq!(w.links("p2"), ["2 active 10-"]);
    assert_eq!(w.links("b2"), ["2 active 11-"]);
    assert_eq!(w.links("b1"), ["1 active 1-"]);
}

#[test]
fn the_number_that_a_reject_gave_is_for_ever() {
    let mut w = one();
    let c = w.take(change("b1", "b2").at(10));
    let reject = w.reject(c);
    assert_eq!(w.holder("b2", 10), Some(2));
    w.undo(reject);
    assert_eq!(w.holder("b2", 10), Some(1));
    w.take(m("b5").at(20));
    assert_eq!(w.holder("b5", 20), Some(3), "2 is not used again");
    w.made
        .insert(reject, super::Made::Reject(super::EventId(c)));
    w.replay();
    assert_eq!(w.holder("b2", 10), Some(2), "put back, it is itself again");
}
