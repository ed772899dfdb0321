//! "Who holds an identifier at t?"

use super::{World, change, m, world};

/// Contact 1 left `b1` and `p1` on day 10, for `b2` and `p2`.
fn moved() -> World {
    let mut w = world();
    w.take(m("b1 p1").at(1));
    let c = w.take(change("b1 p1", "b2 p2").at(10));
    w.accept(c);
    w
}

#[test]
fn holds_from_since_until_before_until() {
    let w = moved();
    assert_eq!(w.links("p1"), ["1 former 1-10"]);
    assert_eq!(w.holder("p1", 1), Some(1));
    assert_eq!(w.holder("p1", 9), Some(1));
    assert_eq!(w.holder("p1", 10), None, "until is exclusive");
}

#[test]
fn before_the_first_link_the_first_one_holds_and_its_since_moves_back() {
    let mut w = world();
    w.take(m("b1 p1").at(10));
    assert_eq!(w.holder("b1", 3), Some(1));
    w.take(m("b1").at(5));
    w.take(m("p1").at(3));
    assert_eq!(w.links("b1"), ["1 active 5-"]);
    assert_eq!(w.links("p1"), ["1 active 3-"]);
    w.take(m("b1").at(20));
    assert_eq!(w.links("b1"), ["1 active 5-"], "a later time moves nothing");
}

#[test]
fn in_a_gap_between_two_links_of_a_phone_the_later_one_holds() {
    let mut w = moved();
    w.take(m("b3 p1").at(20));
    assert_eq!(w.links("p1"), ["1 former 1-10", "2 active 20-"]);
    assert_eq!(w.holder("p1", 15), Some(2));
    w.take(m("b4 p1").at(15));
    assert_eq!(w.asks(), ["identity_change 1", "phone_claimed 3,2 p1"]);
    assert_eq!(w.holder("p1", 9), Some(1), "not before the gap");
}

#[test]
fn after_a_phones_last_link_it_is_free() {
    let mut w = moved();
    let seen = w.take(m("b3 p1").at(11));
    assert_eq!(w.home(seen), Some(2));
    assert_eq!(w.links("p1"), ["1 former 1-10", "2 active 11-"]);
    assert_eq!(
        w.asks(),
        ["identity_change 1"],
        "nobody is asked about a free phone"
    );
}

#[test]
fn within_24_hours_a_free_phone_without_a_bsuid_is_its_last_holders() {
    let mut w = moved();
    let late = w.take(m("p1").at(10).hours(23));
    assert_eq!(w.home(late), Some(1));
    assert_eq!(w.links("p1"), ["1 former 1-10"], "it stays former");
    let later = w.take(m("p1").at(11));
    assert_eq!(w.home(later), Some(2), "24 hours are over");
    assert_eq!(w.links("p1"), ["1 former 1-10", "2 active 11-"]);
}

#[test]
fn within_24_hours_a_free_phone_with_an_unknown_bsuid_is_nobodys() {
    let mut w = moved();
    let seen = w.take(m("b3 p1").at(10).hours(1));
    assert_eq!(w.home(seen), Some(2));
    let late = w.take(m("p1").at(10).hours(2));
    assert_eq!(w.home(late), Some(2), "it is no free phone any more");
}

#[test]
fn after_a_bsuids_last_link_it_is_still_its_last_contacts() {
    let mut w = moved();
    let late = w.take(m("b1").at(90));
    assert_eq!(w.home(late), Some(1));
    assert_eq!(
        w.links("b1"),
        ["1 former 1-10"],
        "an ended link is never revived"
    );
}

#[test]
fn a_former_phone_with_a_bsuid_of_the_contact_that_left_it_stays_former() {
    let mut w = moved();
    w.take_all([m("b2 p1").at(12), m("b1 p1").at(13)]);
    assert_eq!(w.links("p1"), ["1 former 1-10"]);
    assert_eq!(w.asks(), ["identity_change 1"]);
    w.take(m("b3").at(14));
    w.take(m("b3 p1").at(15));
    assert_eq!(
        w.links("p1"),
        ["1 former 1-10", "2 active 15-"],
        "with that of another contact it is that contact's"
    );
}

#[test]
fn two_contacts_of_one_moment_do_not_overlap() {
    let mut w = world();
    w.take(m("b1 p1").at(10));
    w.relink_to_new("p1", 10);
    assert_eq!(w.links("p1"), ["2 active 10-"]);
    assert_eq!(w.holder("p1", 10), Some(2));
}
