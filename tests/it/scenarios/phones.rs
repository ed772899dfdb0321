//! Phones: freed, recycled, attested.

use super::traffic::*;
use super::{Store, num, sides, state};
use serde_json::json;

const P: &str = "16315551181";
const Q: &str = "16315552222";
const X: &str = "US.1001";
const Y: &str = "US.2002";

/// Ana, without a BSUID, has left P for Q on day 5, and this is accepted.
fn moved() -> Store {
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P, "name": "Ana"})),
        system(
            "s1",
            day(5),
            "customer_changed_number",
            Some(P),
            &json!({"wa_id": Q}),
        ),
    ]);
    store.decide(&store.case(), &["accept"]);
    store
}

#[test]
fn within_a_day_a_free_phone_without_a_bsuid_is_its_last_holders() {
    let store = moved();
    store.ingest(&[message("m2", day(5) + 23 * 3600, &json!({"phone": P}))]);
    let ana = store.of(Q);
    assert_eq!(store.message("m2"), (ana, ana));
    assert_eq!(store.json(&["contacts"]).len(), 1);
}

#[test]
fn after_a_day_a_free_phone_founds_a_contact() {
    let store = moved();
    store.ingest(&[message(
        "m2",
        day(5) + 25 * 3600,
        &json!({"phone": P, "name": "Bruno"}),
    )]);
    let ana = store.of(Q);
    assert_ne!(store.of(P), ana);
    assert_ne!(store.of(P), 0);
    assert_eq!(store.json(&["contacts"]).len(), 2);
}

#[test]
fn a_free_phone_with_a_new_bsuid_is_of_a_new_contact() {
    let store = moved();
    store.ingest(&[message(
        "m2",
        day(5) + 3600,
        &json!({"phone": P, "bsuid": Y, "name": "Bruno"}),
    )]);
    assert_eq!(store.of(P), store.by(Y));
    assert_ne!(store.of(P), store.of(Q));
    assert_eq!(store.open().len(), 0);
}

#[test]
fn a_former_phone_that_comes_again_with_its_leavers_bsuid_stays_former() {
    let fields = json!({"wa_id": Q, "previous_user_id": X, "user_id": Y});
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        system("s1", day(5), "user_changed_number", Some(P), &fields),
    ]);
    store.decide(&store.case(), &["accept"]);
    store.ingest(&[message("m2", day(7), &json!({"bsuid": Y, "phone": P}))]);
    assert_eq!(state(&store.contact(store.by(Y)), P), "former");
    assert_eq!(store.resolve(&["--phone", P])["contact"], json!(null));
    assert_eq!(
        store.resolve(&["--phone", P])["former_contact"],
        json!(store.by(Y))
    );
}

#[test]
fn a_phone_freed_by_an_accept_goes_to_who_has_shown_it_since() {
    let fields = json!({"wa_id": Q, "previous_user_id": X, "user_id": Y});
    let store = Store::with(&[
        message(
            "m1",
            day(0),
            &json!({"bsuid": X, "phone": P, "name": "Ana"}),
        ),
        system("s1", day(5), "user_changed_number", Some(P), &fields),
        message(
            "m2",
            day(9),
            &json!({"bsuid": "US.77", "phone": P, "name": "Bruno"}),
        ),
    ]);
    store.decide(&store.kind("identity_change"), &["accept"]);
    let bruno = store.by("US.77");
    assert_ne!(bruno, store.by(Y));
    assert_eq!(store.of(P), bruno);
    let page = store.contact(bruno);
    let link = page["identifiers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|i| i["value"] == P);
    assert_eq!(link.unwrap()["since"], json!(date(9)));
    assert_eq!(store.open().len(), 0);
}

#[test]
fn from_phone_first_to_bsuid_first() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P, "name": "Ana Souza"})),
        message(
            "m2",
            day(44),
            &json!({"phone": P, "bsuid": X, "name": "Bruno Lima"}),
        ),
    ]);
    assert_eq!(store.by(X), store.of(P));
    assert_eq!(store.cases().len(), 0);
}

#[test]
fn two_signs_of_a_recycled_number_found_a_contact_of_its_own() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P, "name": "Ana Souza"})),
        message(
            "m2",
            day(45),
            &json!({"phone": P, "bsuid": X, "name": "Bruno Lima"}),
        ),
    ]);
    assert_ne!(store.by(X), store.of(P));
    assert_ne!(store.by(X), 0);
    let case = store.case();
    assert_eq!(case["kind"], "phone_claimed");
    assert_eq!(sides(&case), [store.by(X), store.of(P)]);
    assert_ne!(case["suggestion"]["action"], "merge");
}

#[test]
fn a_name_that_shares_a_folded_word_is_no_sign_of_a_recycled_number() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P, "name": "ÁNA Souza"})),
        message(
            "m2",
            day(60),
            &json!({"phone": P, "bsuid": X, "name": "Bruno ana"}),
        ),
        message("m3", day(0), &json!({"phone": Q, "name": "Ana Souza"})),
        message("m4", day(60), &json!({"phone": Q, "bsuid": Y})),
    ]);
    assert_eq!((store.by(X), store.by(Y)), (store.of(P), store.of(Q)));
    assert_eq!(store.cases().len(), 0);
}

#[test]
fn a_known_bsuid_brings_a_phone_of_nobody_and_may_hold_several() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        message("m2", day(1), &json!({"bsuid": X, "phone": Q})),
    ]);
    assert_eq!((store.of(P), store.of(Q)), (store.by(X), store.by(X)));
    assert_eq!(store.cases().len(), 0);
}

#[test]
fn an_attested_card_with_the_phone_of_another_is_shared_phone() {
    let ana = json!({"bsuid": X, "name": "Ana"});
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P, "name": "Ana"})),
        card("m2", day(1), &ana, "contact_request", P),
    ]);
    let case = store.case();
    assert_eq!(case["kind"], "shared_phone");
    assert_eq!(sides(&case), [store.by(X), store.of(P)]);
    assert_eq!(case["suggestion"]["action"], "merge");
    assert_ne!(store.by(X), store.of(P));
    store.decide(&case, &["merge"]);
    assert_eq!(store.by(X), store.of(P));
}

#[test]
fn an_attested_card_with_a_phone_of_nobody_is_simply_linked() {
    let ana = json!({"bsuid": X, "name": "Ana"});
    let store = Store::with(&[card("m2", day(1), &ana, "contact_request", P)]);
    assert_eq!((store.of(P), store.cases().len()), (store.by(X), 0));
    assert_ne!(store.of(P), 0);
}

#[test]
fn any_other_card_is_no_evidence() {
    let ana = json!({"bsuid": X, "name": "Ana"});
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": Q})),
        card("m2", day(1), &ana, "other", P),
        card("m3", day(1), &ana, "other", Q),
    ]);
    assert_eq!((store.of(P), store.cases().len()), (0, 0));
}

#[test]
fn the_dialled_form_of_the_persons_number_is_linked_too_when_nobody_holds_it() {
    let mut both = message("m1", day(0), &json!({"phone": "5511987654321", "bsuid": X}));
    let value = &mut both["entry"][0]["changes"][0]["value"];
    value["contacts"][0]["wa_id"] = json!("551187654321");
    let store = Store::with(&[both]);
    assert_eq!(store.of("551187654321"), store.by(X));
    assert_eq!(store.of("5511987654321"), store.by(X));
    assert_eq!(store.cases().len(), 0);
}

#[test]
fn resolve_says_who_differs_even_without_a_case() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        message("m2", day(0), &json!({"bsuid": Y, "phone": Q})),
    ]);
    let found = store.resolve(&["--bsuid", X, "--phone", Q]);
    assert_eq!(num(&found["contact"]), store.by(X));
    assert_eq!(
        found["conflict"],
        json!({"case": null, "phone_contact": store.by(Y)})
    );
}
