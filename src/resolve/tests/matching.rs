//! The matching rules for a sighting.

use super::{change, m, world};
use rstest::rstest;

#[test]
fn rule_1_bsuid_of_a_the_event_is_as_and_a_free_phone_is_linked() {
    let mut w = world();
    w.take_all([m("b1").at(1), m("b1 p1").at(2), m("b1 p2").at(3)]);
    assert_eq!(w.links("p1"), ["1 active 2-"]);
    assert_eq!(w.links("p2"), ["1 active 3-"], "a contact may hold several");
    assert_eq!(w.contacts().len(), 1);
    assert!(w.asks().is_empty());
}

#[test]
fn rule_1_phone_of_another_contact_stays_and_is_asked() {
    let mut w = world();
    w.take_all([m("b1 p1").at(1), m("b2 p2").at(2)]);
    let seen = w.take(m("b1 p2").at(3));
    assert_eq!(w.home(seen), Some(1), "the BSUID side");
    assert_eq!(w.links("p2"), ["2 active 2-"], "never a moved identifier");
    assert_eq!(w.asks(), ["phone_bsuid_conflict 1,2 p2"]);
    assert_eq!(w.contacts().len(), 2, "never a third contact");
}

#[test]
fn a_row_whose_identifiers_two_contacts_hold_is_asked_as_an_import() {
    let mut w = world();
    w.take_all([m("b1").at(1), m("p2").at(2)]);
    let row = w.take(m("b1 p2").imported().at(3));
    assert_eq!(w.home(row), Some(1), "the BSUID side");
    assert_eq!(w.links("p2"), ["2 active 2-"], "never a moved identifier");
    assert_eq!(w.asks(), ["import_duplicate 1,2 p2"]);
    w.take(m("b1 p2").at(4));
    assert_eq!(
        w.asks(),
        ["import_duplicate 1,2 p2", "phone_bsuid_conflict 1,2 p2"],
        "traffic is evidence of another kind, and asks for itself"
    );
}

#[test]
fn an_import_is_a_sign_of_life_for_the_rule_of_recycled_numbers() {
    let contacts = |imported: i64| {
        let mut w = world();
        w.take(m("p1").named("Ana").at(1));
        w.take(m("p1").named("Ana").imported().at(imported));
        w.take(m("b1 p1").named("Zed").at(60));
        w.contacts().len()
    };
    assert_eq!(contacts(16), 1, "imported 44 days before");
    assert_eq!(contacts(15), 2, "imported 45 days before");
}

#[test]
fn rule_1_the_same_evidence_joins_one_question() {
    let mut w = world();
    w.take_all([m("b1 p1"), m("b2 p2"), m("b1 p2").at(3), m("b1 p2").at(4)]);
    let ask = w.homes.asks().values().next().unwrap();
    assert_eq!(w.homes.asks().len(), 1);
    assert_eq!(ask.evidence.len(), 2);
    w.take(m("b2 p1").at(5));
    assert_eq!(
        w.asks(),
        ["phone_bsuid_conflict 1,2 p2", "phone_bsuid_conflict 2,1 p1"],
        "another identifier is another question"
    );
}

#[test]
fn rule_1_own_phone_is_refreshed_and_asks_nothing() {
    let mut w = world();
    w.take_all([m("b1 p1").at(5), m("b1 p1").at(2)]);
    assert_eq!(w.links("p1"), ["1 active 2-"]);
    assert!(w.asks().is_empty());
}

#[test]
fn absence_is_evidence_of_nothing() {
    let mut w = world();
    w.take_all([m("b1 p1 @ana").at(1), m("b1").at(2), m("p1").at(3)]);
    assert_eq!(w.links("p1"), ["1 active 1-"]);
    assert_eq!(w.contacts().len(), 1);
}

#[test]
fn rule_2_from_phone_first_to_bsuid_first() {
    let mut w = world();
    w.take(m("p1").at(1));
    let seen = w.take(m("b1 p1").at(2));
    assert_eq!(w.home(seen), Some(1));
    assert_eq!(w.links("b1"), ["1 active 2-"]);
    assert!(w.asks().is_empty());
}

#[test]
fn rule_2_a_bsuid_of_another_portfolio_does_not_count() {
    let mut w = world();
    w.take_all([m("b1 p1").at(1), m("y1 p1").at(2)]);
    assert_eq!(w.links("y1"), ["1 active 2-"]);
    assert_eq!(w.contacts().len(), 1);
}

#[test]
fn rule_2_last_resort_founds_a_contact_and_asks_phone_claimed() {
    let mut w = world();
    w.take(m("b1 p1").at(1));
    let seen = w.take(m("b2 p1").at(2));
    assert_eq!(w.home(seen), Some(2));
    assert_eq!(w.links("p1"), ["1 active 1-"], "the phone stays with B");
    assert_eq!(w.asks(), ["phone_claimed 2,1 p1"]);
    w.take(m("b2 p1").at(3));
    assert_eq!(
        w.asks(),
        ["phone_bsuid_conflict 2,1 p1", "phone_claimed 2,1 p1"],
        "from now on rule 1 speaks"
    );
}

#[test]
fn rule_2_a_bsuid_of_a_contact_merged_before_counts() {
    let mut w = world();
    w.take_all([m("p1").at(1), m("b2").at(2)]);
    w.merge(1, 2);
    w.take(m("b3 p1").at(3));
    assert_eq!(w.asks(), ["phone_claimed 3,1 p1"]);
}

#[test]
fn rule_2_a_bsuid_of_a_contact_merged_after_does_not_count() {
    let mut w = world();
    w.take_all([m("p1").at(1), m("b2").at(2), m("b3 p1").at(3)]);
    w.merge(1, 2);
    assert_eq!(w.links("b3"), ["1 active 3-"]);
    assert!(w.asks().is_empty());
}

#[rstest]
#[case::silent_and_other_name(46, "Ben Lee", true)]
#[case::on_the_day(45, "Ben Lee", true)]
#[case::not_long_enough(44, "Ben Lee", false)]
#[case::shares_a_word(90, "ana lima", false)]
fn rule_2_two_signs_of_a_recycled_number(
    #[case] days: i64,
    #[case] name: &str,
    #[case] recycled: bool,
) {
    let mut w = world();
    w.take(m("p1").at(1).named("Ana Souza"));
    w.take(m("b1 p1").at(1 + days).named(name));
    let asked = ["phone_claimed 2,1 p1".to_owned()];
    assert_eq!(w.asks() == asked, recycled);
    assert_eq!(w.contacts().len(), 1 + usize::from(recycled));
}

#[test]
fn rule_2_recycled_needs_both_names() {
    let mut w = world();
    w.take_all([m("p1").at(1).named("Ana"), m("b1 p1").at(100)]);
    w.take_all([m("p2").at(1), m("b2 p2").at(100).named("Ben")]);
    assert_eq!(w.contacts().len(), 2);
    assert!(w.asks().is_empty());
}

#[test]
fn rule_2_recycled_is_judged_by_any_name_and_the_last_time() {
    let mut w = world();
    w.take_all([m("p1").at(1).named("Ana"), m("p1").at(2).named("Rosa")]);
    w.take(m("b1 p1").at(100).named("ana"));
    assert_eq!(w.links("b1"), ["1 active 100-"]);
    w.take_all([m("p2").at(1).named("Ana"), m("p2").at(80)]);
    w.take(m("b2 p2").at(100).named("Ben"));
    assert_eq!(w.links("b2"), ["2 active 100-"], "seen 20 days before");
}

#[test]
fn rule_2_a_change_that_names_the_phone_takes_the_bsuid_in() {
    let mut w = world();
    w.take(m("b1 p1").at(1));
    let c = w.take(change("p1", "p2").at(5));
    w.take(m("b2 p2").at(6));
    assert_eq!(
        w.links("b2"),
        ["1 provisional 6-"],
        "as part of that change"
    );
    assert_eq!(w.asks(), ["identity_change 1"]);
    w.accept(c);
    assert_eq!(w.links("b2"), ["1 active 6-"]);
    assert_eq!(w.links("b1"), ["1 former 1-5"]);
    assert_eq!(w.contacts().len(), 1);
}

#[test]
fn rule_2_only_one_bsuid_joins_a_change() {
    let mut w = world();
    w.take_all([m("b1 p1").at(1), change("p1", "p2").at(5)]);
    w.take_all([m("b2 p2").at(6), m("b3 p2").at(7)]);
    assert_eq!(w.asks(), ["identity_change 1", "phone_claimed 2,1 p2"]);
}

#[test]
fn rule_2_a_change_that_names_a_bsuid_takes_no_other_in() {
    let mut w = world();
    w.take_all([m("b1 p1").at(1), change("p1", "b2 p2").at(5)]);
    w.take(m("b3 p2").at(6));
    assert_eq!(w.asks(), ["identity_change 1", "phone_claimed 2,1 p2"]);
}

#[test]
fn rule_2_accepted_without_a_bsuid_another_phone_is_still_asked() {
    let mut w = world();
    w.take_all([m("b1 p1").at(1), m("b1 p3").at(2)]);
    let c = w.take(change("p1", "p2").at(5));
    w.accept(c);
    assert_eq!(w.links("b1"), ["1 former 1-5"]);
    w.take(m("b9 p3").at(6));
    assert_eq!(w.asks(), ["identity_change 1", "phone_claimed 2,1 p3"]);
    w.take(m("b2 p2").at(7));
    assert_eq!(w.links("b2"), ["1 active 7-"]);
}

#[test]
fn rule_2_provisional_like_the_phone_it_came_with() {
    let mut w = world();
    w.take_all([m("p1").at(1), change("p1", "p2").at(5), m("b1 p2").at(6)]);
    assert_eq!(w.links("p2"), ["1 provisional 5-"]);
    assert_eq!(w.links("b1"), ["1 provisional 6-"]);
    w.accept(2);
    assert_eq!(w.links("b1"), ["1 active 6-"]);
}

#[test]
fn rule_2_without_a_bsuid_the_event_is_the_holders() {
    let mut w = world();
    w.take(m("b1 p1").at(1));
    let seen = w.take(m("p1").at(2));
    assert_eq!(w.home(seen), Some(1));
}

#[test]
fn rule_3_nobody_holds_anything_a_new_contact() {
    let mut w = world();
    w.take_all([m("b1"), m("p1"), m("b2 p2")]);
    assert_eq!(w.contacts().len(), 3);
}

#[test]
fn rule_3_what_founds_nothing() {
    let mut w = world();
    w.take_all([
        m("b1").founds_nothing(),
        m("p1").founds_nothing(),
        m("b2 p2").founds_nothing(),
    ]);
    assert!(w.contacts().is_empty());
    w.take(m("b1 p1").at(2));
    w.take_all([
        m("b1 p3").founds_nothing().at(3),
        m("b9 p1").founds_nothing().at(3),
    ]);
    assert_eq!(
        w.links("p3"),
        ["1 active 3-"],
        "it is evidence all the same"
    );
    assert_eq!(w.home(6), None);
    assert_eq!(w.contacts().len(), 1);
}

#[test]
fn parents_and_usernames_choose_and_found_nothing() {
    let mut w = world();
    w.take_all([m("e1 @ana"), m("b1 e1 @ana"), m("b2 e1 @ana")]);
    assert_eq!(w.contacts().len(), 2);
    let parents = |n: i64| w.homes.contacts()[&super::ContactId(n)].parents.len();
    assert_eq!((parents(1), parents(2)), (1, 1), "several may have one");
}

#[test]
fn usernames_have_a_history() {
    let mut w = world();
    w.take_all([m("b1 @ana").at(1), m("b1 @rosa").at(5), m("b1 @ana").at(3)]);
    w.take(m("b1 @eva").at(2));
    let history = &w.homes.contacts()[&super::ContactId(1)].usernames;
    let names: Vec<_> = history.iter().map(|u| super::name_of(u.ident.id)).collect();
    assert_eq!(names, ["@ana", "@eva", "@ana", "@rosa"]);
}

#[test]
fn unknown_shape_is_matched_verbatim() {
    let mut w = world();
    w.take_all([m("u1 p1").at(1), m("u1").at(2)]);
    assert_eq!(w.links("u1"), ["1 active 1-"]);
    assert_eq!(w.contacts().len(), 1);
}

#[test]
fn unknown_shape_is_no_live_bsuid_and_former_when_a_well_formed_one_joins() {
    let mut w = world();
    w.take_all([m("u1 p1").at(1), m("b1 p1").at(5)]);
    assert_eq!(w.links("b1"), ["1 active 5-"]);
    assert_eq!(w.links("u1"), ["1 former 1-5"]);
    assert!(w.asks().is_empty());
    w.take(m("u1").at(9));
    assert_eq!(w.contacts().len(), 1, "and it is still its contact's");
}

#[test]
fn unknown_shape_of_another_portfolio_stays() {
    let mut w = world();
    w.take_all([m("u1 p1").at(1), m("y1 p1").at(5)]);
    assert_eq!(w.links("u1"), ["1 active 1-"]);
}

#[test]
fn the_variant_of_the_phone_is_linked_too_when_nobody_holds_it() {
    let mut w = world();
    w.take(m("b1 p1").variant("p2").at(1));
    assert_eq!(w.links("p2"), ["1 active 1-"]);
    w.take_all([m("b3 p3").at(1), m("b4 p3").variant("p4").at(2)]);
    assert_eq!(
        w.holder("p4", 2),
        None,
        "not where the phone itself is another's"
    );
}

#[test]
fn the_variant_that_another_holds_is_asked() {
    let mut w = world();
    w.take_all([m("p2").at(1), m("b1 p1").variant("p2").at(2)]);
    assert_eq!(w.asks(), ["phone_variant 2,1 p2"]);
    assert_eq!(w.links("p2"), ["1 active 1-"]);
}

#[test]
fn two_live_bsuids_of_one_portfolio_ask_no_phone_variant() {
    let mut w = world();
    w.take_all([m("b2 p2").at(1), m("b1 p1").variant("p2").at(2)]);
    assert!(w.asks().is_empty());
    w.take(m("y1 p5").variant("p2").at(3));
    assert_eq!(
        w.asks(),
        ["phone_variant 3,1 p5"],
        "of two portfolios they do"
    );
}

#[test]
fn an_attested_phone_that_nobody_holds_is_linked() {
    let mut w = world();
    w.take_all([m("b1").at(1), m("b1").attested("p1").at(2)]);
    assert_eq!(w.links("p1"), ["1 active 2-"]);
    assert!(w.asks().is_empty());
}

#[test]
fn an_attested_phone_of_another_contact_is_a_shared_phone() {
    let mut w = world();
    w.take_all([m("p1").at(1), m("b1").attested("p1").at(2)]);
    assert_eq!(w.asks(), ["shared_phone 2,1 p1"]);
    assert_eq!(w.links("p1"), ["1 active 1-"]);
}
