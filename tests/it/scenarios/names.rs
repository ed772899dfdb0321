//! What a contact is called, and the two forms of a number.

use super::traffic::*;
use super::{Store, sides};
use serde_json::{Value, json};

const P: &str = "16315551181";
const X: &str = "US.1001";

/// An entry of the address book.
fn book(name: &str, phone: &str) -> Value {
    delivery(
        "smb_app_state_sync",
        json!({"state_sync": [{"type": "contact", "action": "add",
            "contact": {"full_name": name, "phone_number": phone}}]}),
    )
}

#[test]
fn the_shown_name_is_that_of_the_address_book_else_the_latest_profile_name() {
    let store = Store::new();
    let shown = |traffic: &[Value]| {
        store.ingest(traffic);
        let name = store.contact(1)["name"].clone();
        name.as_str().unwrap().to_owned()
    };
    // From the least to the most: each goes before what was known.
    assert_eq!(shown(&[message("m1", day(0), &json!({"bsuid": X}))]), X);
    let both = json!({"bsuid": X, "phone": P});
    assert_eq!(shown(&[message("m2", day(1), &both)]), P);
    let username = json!({"bsuid": X, "username": "@Ana.S"});
    assert_eq!(shown(&[message("m3", day(2), &username)]), "ana.s");
    let profile = |name: &str| json!({"bsuid": X, "name": name});
    assert_eq!(shown(&[message("m4", day(4), &profile("Ana"))]), "Ana");
    // One that arrives late was the person's before.
    assert_eq!(shown(&[message("m5", day(3), &profile("Anna"))]), "Ana");
    assert_eq!(shown(&[message("m6", day(5), &profile("Ana S"))]), "Ana S");
    assert_eq!(shown(&[book("Ana from the shop", P)]), "Ana from the shop");
    assert_eq!(
        shown(&[message("m7", day(6), &profile("Ana Souza"))]),
        "Ana from the shop"
    );
    // All of them lead to her.
    for query in ["Anna", "souza", "shop", "ana.s", P, X] {
        let found = store.json(&["contacts", query]);
        assert_eq!(found[0]["contact"], 1, "{query}");
    }
}

#[test]
fn the_two_forms_of_a_number_are_asked_about_in_three_countries() {
    for (one, other) in [
        ("5511987654321", "551187654321"),
        ("5215512345678", "525512345678"),
        ("5491123456789", "541123456789"),
    ] {
        for (first, second) in [(one, other), (other, one)] {
            let store = Store::with(&[
                message("m1", day(0), &json!({"phone": first})),
                message("m2", day(1), &json!({"phone": second})),
            ]);
            let case = store.kind("phone_variant");
            assert_eq!(
                (sides(&case), case["state"].clone()),
                (vec![1, 2], json!("open"))
            );
            // Never proof: they stay two until somebody says so.
            assert_ne!(store.of(first), store.of(second));
            store.decide(&case, &["merge"]);
            assert_eq!(store.of(first), store.of(second));
        }
    }
}

#[test]
fn a_landline_and_two_people_are_no_two_forms() {
    // Eight digits that begin with 3 never got a ninth.
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": "551133334444"})),
        message("m2", day(1), &json!({"phone": "5511933334444"})),
    ]);
    assert_eq!(store.cases(), [] as [Value; 0]);
    // Whatever the numbers, WhatsApp says that these are two.
    let store = Store::with(&[
        message(
            "m1",
            day(0),
            &json!({"phone": "5511987654321", "bsuid": "BR.1"}),
        ),
        message(
            "m2",
            day(1),
            &json!({"phone": "551187654321", "bsuid": "BR.2"}),
        ),
    ]);
    assert_eq!(store.cases(), [] as [Value; 0]);
}

#[test]
fn a_contact_beside_no_item_of_its_own_was_seen() {
    let mut both = message("m1", day(0), &json!({"phone": P, "name": "Ana"}));
    let contacts = &mut both["entry"][0]["changes"][0]["value"]["contacts"];
    let bo = json!({"user_id": "US.2002", "wa_id": "16315550000", "profile": {"name": "Bo", "username": "bo"}});
    contacts.as_array_mut().unwrap().push(bo);
    let store = Store::with(&[both.clone()]);
    assert_eq!(store.by("US.2002"), store.of("16315550000"));
    assert_ne!(store.by("US.2002"), store.of(P));
    assert_eq!(store.contact(store.by("US.2002"))["name"], "Bo");
    assert_eq!(store.contact(store.of(P))["name"], "Ana");
    assert_eq!(store.ingest(&[both])["duplicate"], 2);
}

#[test]
fn an_identifier_relinked_back_is_where_it_was() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": "US.1", "phone": P})),
        message(
            "m2",
            day(1),
            &json!({"bsuid": "US.2", "phone": "16315550000"}),
        ),
        message("m3", day(2), &json!({"phone": P})),
    ]);
    let phone = format!("phone:{P}");
    let relink = |contact: &str, to: &str| {
        let case = store.one(&["ask", contact, "--identifier", &phone]);
        store.decide(
            &case,
            &[
                "relink",
                "--identifier",
                &phone,
                "--to",
                to,
                "--since",
                &date(1),
            ],
        )
    };
    let there = relink("1", "2");
    assert_eq!((store.of(P), store.message("m3").0), (2, 2));
    // The first walls the two off from each other, and stands.
    let back = relink("2", "1");
    assert_eq!((store.of(P), store.message("m3").0), (1, 1));
    let wall = store.ask(1, 2);
    assert_eq!(store.no(&wall, &["merge"])["refused"], "kept_separate");
    store.undo(&back);
    assert_eq!(store.of(P), 2);
    store.undo(&there);
    assert_eq!((store.of(P), store.message("m3").0), (1, 1));
    store.decide(&wall, &["merge"]);
    assert_eq!(store.by("US.1"), store.by("US.2"));
}
