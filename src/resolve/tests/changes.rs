//! The rows of the table of changes, and which events are one change.

use super::{World, change, m, world};
use crate::domain::case::CaseKind as K;

/// Contact 1 holds `b1` and `p1`; contact 2 what is said.
fn two(of_second: &str) -> World {
    let mut w = world();
    w.take_all([m("b1 p1").at(1), m(of_second).at(2)]);
    w
}

#[test]
fn change_row_1_nobodys_current_id_is_linked_provisional() {
    let mut w = two("b9");
    let c = w.take(change("b1", "b2 p2").at(10));
    assert_eq!(w.links("b2"), ["1 provisional 10-"]);
    assert_eq!(w.links("p2"), ["1 provisional 10-"]);
    assert_eq!(w.links("b1"), ["1 active 1-"], "until it is accepted");
    assert_eq!(w.kind(c), Some(K::IdentityChange));
    let seen = w.take(m("b2").at(11));
    assert_eq!(w.home(seen), Some(1), "messages already reach A");
    assert_eq!(w.asks(), ["identity_change 1"]);
}

#[test]
fn change_row_1_first_seen_beside_a_provisional_one_is_provisional_too() {
    let mut w = two("b9");
    w.take_all([change("b1", "b2").at(10), m("b2 p3").at(11)]);
    w.take_all([
        m("b2").attested("p4").at(12),
        m("b2 p3").variant("p5").at(13),
    ]);
    for phone in ["p3", "p4", "p5"] {
        assert!(w.links(phone)[0].starts_with("1 provisional"), "{phone}");
    }
    w.take(m("b1 p6").at(14));
    assert_eq!(
        w.links("p6"),
        ["1 active 14-"],
        "beside an active one it is active"
    );
}

#[test]
fn change_row_2_already_live_on_a_is_evidence_only() {
    let mut w = two("b9");
    let c = w.take(change("p1", "b1").at(10));
    assert_eq!(w.kind(c), None);
    assert!(w.asks().is_empty());
    assert_eq!(w.links("b1"), ["1 active 1-"]);
}

#[test]
fn change_row_3_current_bsuid_on_another_contact_is_a_collision() {
    let mut w = two("b2");
    w.take(change("b1", "b2").at(10));
    assert_eq!(w.asks(), ["identity_change_collision 1,2"]);
    assert_eq!(w.links("b2"), ["2 active 2-"]);
}

#[test]
fn change_row_3_the_other_current_ids_go_by_their_own_rows() {
    let mut w = two("b2");
    w.take(change("b1", "b2 p2").at(10));
    assert_eq!(
        w.links("p2"),
        ["1 provisional 10-"],
        "nobody's: linked to A"
    );
    assert_eq!(w.asks(), ["identity_change_collision 1,2"]);
}

#[test]
fn change_row_3_the_phone_beside_its_own_bsuid_is_not_recycled() {
    let mut w = two("b2 p2");
    let c = w.take(change("b1", "b2 p2").at(10));
    w.accept(c);
    assert_eq!(w.links("p2"), ["2 active 2-"], "B is the same person");
}

#[test]
fn change_row_4_phone_of_a_contact_with_a_bsuid_is_a_recycled_number() {
    let mut w = two("b9 p2");
    let c = w.take(change("b1 p1", "b2 p2").at(10));
    assert_eq!(w.asks(), ["identity_change 1,2"]);
    assert_eq!(
        w.links("p2"),
        ["2 active 2-"],
        "stays with B until the answer"
    );
    w.accept(c);
    assert_eq!(
        w.links("p2"),
        ["2 former 2-10", "1 active 10-"],
        "from the change's time"
    );
    assert_eq!(w.asks(), ["identity_change 1,2"], "B is named still");
}

#[test]
fn change_row_4_phone_of_a_contact_without_a_bsuid_is_a_collision() {
    let mut w = two("p2");
    w.take(change("b1 p1", "b2 p2").at(10));
    assert_eq!(w.asks(), ["identity_change_collision 1,2"]);
    assert_eq!(w.links("p2"), ["2 active 2-"]);
    assert_eq!(w.links("b2"), ["1 provisional 10-"]);
}

#[test]
fn change_row_5_unknown_previous_ids_are_an_orphan() {
    let mut w = two("b9");
    let c = w.take(change("b7", "b8").at(10));
    assert_eq!(w.kind(c), Some(K::IdentityChangeOrphan));
    assert_eq!(w.links("b8"), Vec::<String>::new(), "it links nothing");
}

#[test]
fn change_row_5_previous_ids_not_given_are_an_orphan() {
    let mut w = two("b9");
    let c = w.take(change("", "b1").at(10));
    assert_eq!(w.kind(c), Some(K::IdentityChangeOrphan));
    assert_eq!(
        w.asks(),
        ["identity_change_orphan 1"],
        "it names who holds the current id"
    );
}

#[test]
fn change_row_5_an_orphan_is_explained_by_a_link() {
    let mut w = world();
    let c = w.take(change("b1", "b2").at(10));
    w.take(m("b1").at(1));
    assert_eq!(w.kind(c), Some(K::IdentityChange), "one case, another kind");
    assert_eq!(w.links("b2"), ["1 provisional 10-"]);
    assert_eq!(w.asks(), ["identity_change 1"]);
}

#[test]
fn change_row_5_an_orphan_explained_after_the_first_message_is_a_collision() {
    let mut w = world();
    let c = w.take(change("b1", "b2").at(10));
    w.take(m("b2").at(11));
    assert_eq!(
        w.asks(),
        ["identity_change_orphan 1"],
        "the sides follow the links"
    );
    w.take(m("b1").at(1));
    assert_eq!(w.kind(c), Some(K::IdentityChangeCollision));
    assert_eq!(w.asks(), ["identity_change_collision 2,1"]);
}

#[test]
fn change_row_6_previous_ids_on_several_contacts_are_a_fork() {
    let mut w = two("b2 p2");
    let c = w.take(change("b1 p2", "b3").at(10));
    assert_eq!(w.kind(c), Some(K::IdentityChangeFork));
    assert_eq!(w.asks(), ["identity_change_fork 1,2"]);
    assert!(w.links("b3").is_empty(), "it links nothing by itself");
}

#[test]
fn change_row_6_a_previous_link_led_elsewhere_is_a_fork_of_the_later_change() {
    let mut w = two("b9");
    let first = w.take(change("b1", "b2").at(10));
    let second = w.take(change("b1", "b3").at(20));
    assert_eq!(w.kind(first), Some(K::IdentityChange));
    assert_eq!(w.kind(second), Some(K::IdentityChangeFork));
    assert!(w.links("b3").is_empty());
    w.take(m("b3").at(21));
    assert_eq!(w.asks(), ["identity_change 1", "identity_change_fork 1,3"]);
}

#[test]
fn change_row_6_another_period_of_the_identifier_is_no_fork() {
    let mut w = world();
    w.take(m("b1 p1").at(1));
    let first = w.take(change("b1 p1", "b2 p2").at(10));
    w.accept(first);
    w.take(m("b3 p1").at(20));
    let second = w.take(change("b3 p1", "b4 p3").at(30));
    assert_eq!(w.kind(second), Some(K::IdentityChange));
    assert_eq!(w.links("b4"), ["2 provisional 30-"]);
}

#[test]
fn change_row_6_other_ids_of_the_same_contact_are_no_fork() {
    let mut w = two("b9");
    w.take(change("b1", "b2").at(10));
    let second = w.take(change("p1", "p2").at(20));
    assert_eq!(w.kind(second), Some(K::IdentityChange));
}

#[test]
fn change_row_6_a_previous_id_that_only_a_copy_names_is_led_too() {
    let mut w = two("b9");
    w.take_all([change("b1", "b2").at(10), change("p1", "b2").at(10)]);
    let second = w.take(change("p1", "b3").at(20));
    assert_eq!(w.kind(second), Some(K::IdentityChangeFork));
}

#[test]
fn change_row_6_a_rejected_change_led_nowhere() {
    let mut w = two("b9");
    let first = w.take(change("b1", "b2").at(10));
    w.reject(first);
    let second = w.take(change("b1", "b3").at(20));
    assert_eq!(w.kind(second), Some(K::IdentityChange));
}

#[test]
fn change_row_6_each_portfolio_tells_of_a_number_change_by_itself() {
    let mut w = world();
    w.take_all([m("b1 p1").at(1), m("y1 p1").at(2)]);
    let first = w.take(change("b1 p1", "b2 p2").at(10));
    let second = w.take(change("y1 p1", "y2 p2").at(10).hours(1));
    assert_eq!(w.kind(second), Some(K::IdentityChange));
    w.accept(first);
    assert_eq!(w.links("y2"), ["1 provisional 10+1h-"]);
    w.take(m("b5 p1").at(12));
    let late = w.take(change("p1", "y2").at(10).hours(1));
    assert_eq!(w.homes.change_of(super::EventId(late)).unwrap().0, second);
}

#[test]
fn a_phone_left_within_24_hours_still_leads_to_who_left_it() {
    let mut w = world();
    w.take_all([m("b1 p1").at(1), m("y1 p1").at(2)]);
    let first = w.take(change("p1", "b2 p2").at(10));
    w.accept(first);
    let second = change("p1", "y2 p2").at(10).hours(2);
    let second = w.take(second);
    assert_eq!(w.kind(second), Some(K::IdentityChange));
    let third = w.take(change("p1", "y3 p3").at(12));
    assert_eq!(
        w.kind(third),
        Some(K::IdentityChangeOrphan),
        "after that it is free"
    );
}

#[test]
fn copies_of_the_same_current_bsuid_are_one_change() {
    let mut w = two("b9");
    let first = w.take(change("b1", "b2").at(10));
    w.take(change("b1", "b2 p2").at(11));
    w.take(change("p1", "b2").at(12));
    assert_eq!(w.asks(), ["identity_change 1"]);
    assert_eq!(w.homes.changes().len(), 1);
    let change = &w.homes.changes()[&super::EventId(first)];
    assert_eq!(change.evidence.len(), 3);
    assert_eq!(
        w.links("p2"),
        ["1 provisional 10-"],
        "an id that only a copy names is added"
    );
}

#[test]
fn copies_without_a_current_bsuid_share_previous_ids_and_phone() {
    let mut w = two("b9");
    w.take_all([change("p1", "p2").at(10), change("b1 p1", "p2").at(11)]);
    assert_eq!(w.homes.changes().len(), 1);
    w.take(change("p1", "b2 p2").at(12));
    assert_eq!(w.homes.changes().len(), 1, "where one names the BSUID too");
    w.take(change("p1", "p3").at(13));
    assert_eq!(
        w.homes.changes().len(),
        2,
        "another phone is another change"
    );
}

#[test]
fn a_copy_that_contradicts_is_a_change_of_its_own() {
    let mut w = two("b9");
    w.take_all([change("b1", "b2").at(10), change("b2", "b3").at(20)]);
    let short = w.take(change("b1", "b3").at(20));
    assert_eq!(w.kind(short), Some(K::IdentityChangeFork));
    assert_eq!(w.homes.changes().len(), 3);
}

#[test]
fn changes_of_two_portfolios_are_no_copies() {
    let mut w = world();
    w.take_all([m("b1 p1"), m("y1 p1").at(2)]);
    w.take_all([
        change("b1 p1", "b2 p2").at(10),
        change("y1 p1", "y2 p2").at(10),
    ]);
    assert_eq!(w.homes.changes().len(), 2);
}

#[test]
fn an_id_that_only_a_copy_names_explains_an_orphan() {
    let mut w = two("b9");
    let c = w.take(change("", "b2").at(10));
    assert_eq!(w.kind(c), Some(K::IdentityChangeOrphan));
    w.take(change("b1", "b2").at(10));
    assert_eq!(w.kind(c), Some(K::IdentityChange));
}

#[test]
fn a_copy_after_the_answer_opens_nothing() {
    for accept in [true, false] {
        let mut w = two("b9 p2");
        let c = w.take(change("b1 p1", "b2 p2").at(10));
        let _ = if accept { w.accept(c) } else { w.reject(c) };
        let (asks, links) = (
            w.asks(),
            [w.links("b1"), w.links("p1"), w.links("b2"), w.links("p2")],
        );
        w.take_all([change("b1 p1", "b2 p2").at(10), change("p1", "b2").at(10)]);
        assert_eq!(w.asks(), asks);
        assert_eq!(
            [w.links("b1"), w.links("p1"), w.links("b2"), w.links("p2")],
            links
        );
    }
}

#[test]
fn a_copy_of_an_accepted_change_is_no_fork_when_the_phone_went_on() {
    let mut w = two("b9");
    let c = w.take(change("b1 p1", "b2 p2").at(10));
    w.accept(c);
    w.take_all([m("b5 p1").at(12), change("p1", "b2 p2").at(10)]);
    assert_eq!(w.asks(), ["identity_change 1"]);
    assert_eq!(w.links("p1"), ["1 former 1-10", "3 active 12-"]);
}
