//! What an accept does, and which phones it leaves in doubt.

use super::{World, change, m, world};
use crate::domain::case::CaseKind as K;

/// Contact 1 with `b1` and `p1` since day 1, and what is said.
fn one(more: &[super::Arrival]) -> World {
    let mut w = world();
    w.take(m("b1 p1").at(1));
    w.take_all(more.iter().cloned());
    w
}

#[test]
fn accept_provisional_becomes_active_and_previous_former_dated_by_the_change() {
    let mut w = one(&[]);
    let c = w.take(change("b1 p1", "b2 p2").at(10));
    w.take(m("b2 p3").at(12));
    w.accept(c);
    assert_eq!(w.links("b1"), ["1 former 1-10"]);
    assert_eq!(w.links("p1"), ["1 former 1-10"]);
    assert_eq!(w.links("b2"), ["1 active 10-"]);
    assert_eq!(w.links("p2"), ["1 active 10-"]);
    assert_eq!(w.links("p3"), ["1 active 12-"]);
}

#[test]
fn accept_ends_the_live_bsuid_even_if_not_named() {
    let mut w = one(&[]);
    let c = w.take(change("p1", "b2 p2").at(10));
    w.accept(c);
    assert_eq!(w.links("b1"), ["1 former 1-10"]);
    let mut w = one(&[]);
    let phones_only = w.take(change("p1", "p2").at(10));
    w.accept(phones_only);
    assert_eq!(w.links("b1"), ["1 former 1-10"]);
}

#[test]
fn accept_leaves_the_bsuid_of_another_portfolio() {
    let mut w = one(&[m("y1 p1").at(2)]);
    let c = w.take(change("b1 p1", "b2 p2").at(10));
    w.accept(c);
    assert_eq!(w.links("y1"), ["1 active 2-"]);
}

#[test]
fn accept_leaves_what_the_change_keeps() {
    let mut w = one(&[]);
    let c = w.take(change("b1 p1", "b2 p1").at(10));
    w.accept(c);
    assert_eq!(w.links("p1"), ["1 active 1-"]);
    assert_eq!(w.links("b1"), ["1 former 1-10"]);
}

#[test]
fn accept_ends_only_what_the_contact_holds() {
    let mut w = one(&[m("b9 p2").at(2)]);
    let c = w.take(change("b1 p2", "b2").at(10));
    assert_eq!(w.kind(c), Some(K::IdentityChangeFork));
    w.accept(c);
    assert_eq!(w.links("b1"), ["1 former 1-10"]);
    assert_eq!(w.links("p2"), ["2 active 2-"], "another contact's");
    assert_eq!(w.links("b2"), ["1 active 10-"]);
}

#[test]
fn accept_of_a_merged_collision_ends_the_previous_ids() {
    let mut w = one(&[m("b2").at(11)]);
    let c = w.take(change("b1 p1", "b2 p2").at(10));
    assert_eq!(w.kind(c), Some(K::IdentityChangeCollision));
    w.accept(c);
    assert_eq!(w.kind(c), Some(K::IdentityChangeCollision));
    assert_eq!(w.links("b1"), ["1 former 1-10"]);
    assert_eq!(w.links("b2"), ["2 active 11-"], "a merge moves nothing");
}

#[test]
fn accept_sends_a_freed_phone_to_the_contact_that_has_shown_it_since() {
    let mut w = one(&[m("b5 p1").at(8), m("b6 p1").at(20), m("b7 p1").at(15)]);
    let c = w.take(change("b1 p1", "b2 p2").at(10));
    assert_eq!(w.links("p1"), ["1 active 1-"]);
    w.accept(c);
    assert_eq!(
        w.links("p1"),
        ["1 former 1-10", "4 active 15-"],
        "from that sighting on"
    );
    assert!(
        w.asks().contains(&"phone_claimed 3,4 p1".to_owned()),
        "who showed it later stands against the new holder: {:?}",
        w.asks()
    );
}

#[test]
fn accept_sends_a_freed_phone_without_a_bsuid_to_somebody_new() {
    let mut w = one(&[m("p1").at(10).hours(3), m("p1").at(20).named("Ben")]);
    let c = w.take(change("b1 p1", "b2 p2").at(10));
    assert_eq!((w.home(2), w.home(3)), (Some(1), Some(1)));
    w.accept(c);
    assert_eq!(w.home(2), Some(1), "within 24 hours");
    assert_eq!(w.home(3), Some(2));
    assert_eq!(w.links("p1"), ["1 former 1-10", "2 active 20-"]);
}

#[test]
fn accept_founds_nobody_for_a_freed_phone_on_a_failed_status() {
    let mut w = one(&[m("p1").founds_nothing().at(20)]);
    let c = w.take(change("b1 p1", "b2 p2").at(10));
    w.accept(c);
    assert_eq!(w.contacts().len(), 1);
    assert_eq!(w.links("p1"), ["1 former 1-10"]);
}

#[test]
fn accept_leaves_a_phone_with_who_was_founded_by_it_later() {
    let mut w = world();
    let founded = w.take(m("p1").at(50));
    let c = w.take(change("p1", "b2").at(10));
    w.accept(c);
    assert_eq!(w.home(founded), Some(1), "every sighting has a contact");
    assert_eq!(w.links("p1"), ["1 former 10-10", "1 active 50-"]);
}

#[test]
fn accept_takes_over_a_recycled_number_from_the_changes_time() {
    let mut w = one(&[m("b9 p2").at(2)]);
    let c = w.take(change("b1 p1", "b2 p2").at(10));
    let after = w.take(m("p2").at(30));
    assert_eq!(w.home(after), Some(2));
    w.accept(c);
    assert_eq!(w.links("p2"), ["2 former 2-10", "1 active 10-"]);
    assert_eq!(w.home(after), Some(1));
    w.take(m("b9 p2").at(31));
    assert!(w.asks().contains(&"phone_bsuid_conflict 2,1 p2".to_owned()));
}

#[test]
fn accept_of_a_fork_known_from_the_start_displaces_the_earlier_change() {
    let mut w = one(&[change("b1", "b2").at(10), m("b2").at(11)]);
    let fork = w.take(change("b1", "b3").at(20));
    assert_eq!(w.home(3), Some(1));
    let decision = w.accept(fork);
    assert_eq!(
        w.kind(2),
        Some(K::IdentityChangeFork),
        "now this one is the other word"
    );
    assert_eq!(w.links("b3"), ["1 active 20-"]);
    assert_eq!(w.links("b1"), ["1 former 1-20"]);
    assert_eq!(
        w.home(3),
        Some(2),
        "its messages are a contact of their own"
    );
    w.undo(decision);
    assert_eq!(w.home(3), Some(1));
    assert_eq!(w.kind(fork), Some(K::IdentityChangeFork));
}

#[test]
fn accept_of_the_earlier_leaves_the_fork_a_fork() {
    let mut w = one(&[change("b1", "b2").at(10)]);
    let fork = w.take(change("b1", "b3").at(20));
    w.accept(2);
    assert_eq!(w.kind(fork), Some(K::IdentityChangeFork));
    assert!(w.links("b3").is_empty());
}

#[test]
fn accept_ends_what_is_linked_late() {
    let mut w = one(&[]);
    let c = w.take(change("b1 p1 e1", "b2 p2").at(10));
    w.accept(c);
    w.take(m("p1").at(0));
    assert_eq!(w.links("p1"), ["1 former 0-10"]);
    let mut w = world();
    w.take(m("b1").at(1));
    let c = w.take(change("b1 p1", "b2").at(10));
    w.accept(c);
    w.take(m("b1 p1").at(5));
    assert_eq!(w.links("p1"), ["1 former 5-10"], "it was left on day 10");
}

#[test]
fn accept_replaces_the_parent() {
    let mut w = one(&[m("b1 e1").at(2)]);
    let c = w.take(change("b1 e1", "b2 e2").at(10));
    let parents = |w: &World| {
        let parents = &w.homes.contacts()[&super::ContactId(1)].parents;
        parents
            .iter()
            .map(|p| {
                (
                    super::name_of(p.ident.id),
                    p.until.is_some(),
                    p.through.is_some(),
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(
        parents(&w),
        [("e1".into(), false, false), ("e2".into(), false, true)]
    );
    w.accept(c);
    assert_eq!(
        parents(&w),
        [("e1".into(), true, false), ("e2".into(), false, false)]
    );
}

#[test]
fn a_phone_that_the_change_does_not_name_is_unconfirmed_until_seen_with_the_new_bsuid() {
    let mut w = one(&[m("b1 p3").at(2), m("b1 p4").at(2)]);
    let c = w.take(change("b1 p1", "b2 p2").at(10));
    assert!(
        !w.unconfirmed("p3"),
        "while it is pending nothing has changed"
    );
    w.accept(c);
    assert!(w.unconfirmed("p3"));
    assert!(!w.unconfirmed("p2"), "the change names it");
    w.take(m("b1 p3").at(11));
    assert!(w.unconfirmed("p3"), "the old BSUID says nothing");
    w.take(m("b2 p3").at(12));
    assert!(!w.unconfirmed("p3"));
    assert!(w.unconfirmed("p4"));
    w.take(m("b2 p5").at(13));
    assert!(!w.unconfirmed("p5"), "linked since");
}

#[test]
fn unconfirmed_after_a_change_that_names_phones_only() {
    let mut w = one(&[m("b1 p3").at(2)]);
    let c = w.take(change("p1", "p2").at(10));
    w.accept(c);
    assert!(w.unconfirmed("p3"));
    w.take(m("b2 p2").at(11));
    assert!(w.unconfirmed("p3"));
    w.take(m("b2 p3").at(12));
    assert!(!w.unconfirmed("p3"));
}

#[test]
fn unconfirmed_after_a_merged_collision() {
    let mut w = one(&[m("b2").at(11)]);
    let c = w.take(change("b1", "b2").at(10));
    w.accept(c);
    w.merge(1, 2);
    assert!(w.unconfirmed("p1"));
    w.take(m("b2 p1").at(12));
    assert!(!w.unconfirmed("p1"), "the new BSUID is on the other member");
}

#[test]
fn accept_marks_the_phones_it_leaves_in_doubt_for_writing() {
    let mut w = world();
    let orphan = w.take(change("b1", "b2").at(10));
    w.accept(orphan);
    w.take(m("p3").at(1));
    w.homes.take_dirty();
    w.take(m("b1 p3").at(2));
    // `take` ends in a replay: ask the entry alone.
    let mut grown = w.homes_of(&w.log[..2]);
    grown.take_dirty();
    grown.apply(&w.log[2]);
    assert!(grown.take_dirty().links.contains(&super::ident("p3").id));
    assert!(w.unconfirmed("p3"));
}
