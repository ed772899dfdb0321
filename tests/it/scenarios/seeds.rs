//! The first cases: what founds a contact, and what never does.

use super::traffic::*;
use super::{Store, num, sides, state};
use serde_json::json;

const P: &str = "16315551181";
const X: &str = "US.1001";

#[test]
fn a_phone_and_a_bsuid_in_one_message_are_one_contact() {
    let store = Store::new();
    let report = store.ingest(&[message("m1", day(0), &json!({"phone": P, "bsuid": X}))]);
    assert_eq!(
        (num(&report["contacts_created"]), num(&report["messages"])),
        (1, 1)
    );
    let both = store.resolve(&["--bsuid", X, "--phone", P]);
    assert_eq!(both["matched_by"], "bsuid");
    assert_eq!(
        (&both["provisional"], &both["conflict"]),
        (&json!(false), &json!(null))
    );
    assert_eq!(
        (store.by(X), store.of(P)),
        (num(&both["contact"]), num(&both["contact"]))
    );
    assert_eq!(store.cases().len(), 0);
}

#[test]
fn a_bsuid_alone_founds_a_contact() {
    let store = Store::with(&[message("m1", day(0), &json!({"bsuid": X}))]);
    assert_ne!(store.by(X), 0);
    assert_eq!(store.resolve(&["--phone", P])["contact"], json!(null));
    assert_eq!(store.cases().len(), 0);
}

#[test]
fn a_username_and_a_bsuid_without_a_phone_are_one_contact() {
    let who = json!({"bsuid": X, "username": "@Ana.Souza", "name": "Ana"});
    let store = Store::with(&[message("m1", day(0), &who)]);
    let found = store.resolve(&["--username", "@ANA.souza"]);
    assert_eq!(found["matched_by"], "username");
    assert_eq!(num(&found["contact"]), store.by(X));
    assert_eq!(
        store.contact(store.by(X))["usernames"][0]["value"],
        "ana.souza"
    );
}

#[test]
fn a_delivered_status_links_a_bsuid_to_the_phone_that_it_was_sent_to() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P})),
        status(
            "out1",
            "delivered",
            day(1),
            &json!({"phone": P, "bsuid": X}),
        ),
    ]);
    assert_eq!(store.by(X), store.of(P));
    assert_ne!(store.by(X), 0);
    assert_eq!(store.cases().len(), 0);
    assert_eq!(store.json(&["contacts"]).len(), 1);
}

#[test]
fn a_failed_status_founds_nothing() {
    let store = Store::new();
    let report = store.ingest(&[status("out1", "failed", day(1), &json!({"phone": P}))]);
    assert_eq!((num(&report["statuses"]), num(&report["applied"])), (1, 1));
    assert_eq!(num(&report["contacts_created"]), 0);
    assert_eq!(store.resolve(&["--phone", P]), json!({"contact": null}));
    store.ingest(&[status("out2", "sent", day(1), &json!({"phone": P}))]);
    assert_ne!(store.of(P), 0);
}

#[test]
fn never_a_third_contact_never_a_silent_merge_never_a_moved_identifier() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P, "name": "Ana Souza"})),
        message("m2", day(1), &json!({"bsuid": X, "name": "Ana Souza"})),
    ]);
    let (by_phone, by_bsuid) = (store.of(P), store.by(X));
    assert_ne!(by_phone, by_bsuid);
    let report = store.ingest(&[message("m3", day(2), &json!({"phone": P, "bsuid": X}))]);
    assert_eq!(
        (
            num(&report["contacts_created"]),
            num(&report["cases_opened"])
        ),
        (0, 1)
    );
    assert_eq!((store.of(P), store.by(X)), (by_phone, by_bsuid));

    let case = store.case();
    assert_eq!(case["kind"], "phone_bsuid_conflict");
    assert_eq!(
        (&case["state"], &case["version"]),
        (&json!("open"), &json!(1))
    );
    assert_eq!(case["opened_at"], json!(date(2)));
    assert_eq!(sides(&case), [by_bsuid, by_phone]);
    assert_eq!(case["contacts"][0]["homes"], json!([by_bsuid]));
    assert_eq!(case["contacts"][0]["identifiers"][0]["value"], X);
    assert_eq!(
        case["contacts"][0]["identifiers"][0]["portfolio"],
        "default"
    );
    assert_eq!(case["contacts"][1]["name"], "Ana Souza");
    assert_eq!(case["identifiers"][0]["value"], P);
    assert_eq!(case["suggestion"]["action"], "merge");
    assert!([by_bsuid, by_phone].contains(&num(&case["suggestion"]["survivor"])));
    let reasons = case["suggestion"]["reasons"].as_array().unwrap();
    assert!(!reasons.is_empty() && reasons.iter().all(|r| r["text"].is_string()));

    let both = store.resolve(&["--bsuid", X, "--phone", P]);
    assert_eq!(num(&both["contact"]), by_bsuid);
    assert_eq!(
        both["conflict"],
        json!({"case": case["case"], "phone_contact": by_phone})
    );
    let phone = store.resolve(&["--phone", P]);
    assert_eq!(phone["conflict"]["case"], case["case"]);
    assert_eq!(store.message("m3"), (by_bsuid, by_bsuid));
}

#[test]
fn a_payload_without_a_phone_never_clears_a_stored_phone() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P, "bsuid": X})),
        message("m2", day(1), &json!({"bsuid": X, "phone": null})),
        message("m3", day(2), &json!({"bsuid": X, "phone": ""})),
        message("m4", day(3), &json!({"bsuid": X, "phone": "  "})),
    ]);
    assert_eq!(store.of(P), store.by(X));
    assert_eq!(state(&store.contact(store.by(X)), P), "active");
}

#[test]
fn three_ways_to_write_a_phone_are_one_key() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": "+1 631 555 1181"})),
        message("m2", day(1), &json!({"phone": "+16315551181"})),
        message("m3", day(2), &json!({"phone": P, "bsuid": X})),
    ]);
    assert_eq!(store.json(&["contacts"]).len(), 1);
    assert_eq!(store.of("+1 (631) 555-1181"), store.by(X));
}

#[test]
fn something_of_bsuid_shape_in_wa_id_is_a_bsuid_never_a_phone() {
    let store = Store::with(&[message("m1", day(0), &json!({"phone": X}))]);
    assert_ne!(store.by(X), 0);
    assert_eq!(store.of("1001"), 0);
}

#[test]
fn bsuids_are_compared_byte_for_byte() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": "US.13491208655302741918"})),
        message("m2", day(0), &json!({"bsuid": "US.13491208655302741919"})),
        message("m3", day(0), &json!({"bsuid": "US.aB"})),
        message("m4", day(0), &json!({"bsuid": "US.Ab"})),
    ]);
    assert_eq!(store.json(&["contacts"]).len(), 4);
    assert_eq!(store.by("US.AB"), 0);
}

#[test]
fn a_username_change_leaves_the_bsuid_alone_and_leaves_a_history() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "username": "ana.one"})),
        message("m2", day(5), &json!({"bsuid": X, "username": "ana.two"})),
        message(
            "m3",
            day(9),
            &json!({"bsuid": "US.2", "username": "ana.one"}),
        ),
    ]);
    let page = store.contact(store.by(X));
    let names: Vec<_> = page["usernames"].as_array().unwrap().iter().collect();
    assert_eq!(
        (&names[0]["value"], &names[1]["value"]),
        (&json!("ana.one"), &json!("ana.two"))
    );
    assert_eq!(
        (&names[0]["since"], &names[0]["until"]),
        (&json!(date(0)), &json!(date(5)))
    );
    assert_eq!(names[1]["until"], json!(null));
    assert_ne!(store.by("US.2"), store.by(X));
    assert_eq!(store.cases().len(), 0);
}

#[test]
fn the_business_number_is_never_a_persons() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": BUSINESS})),
        message(
            "m2",
            day(1),
            &json!({"bsuid": "US.2", "phone": format!("+{BUSINESS}")}),
        ),
    ]);
    assert_eq!(
        store.resolve(&["--phone", BUSINESS])["contact"],
        json!(null)
    );
    assert_eq!(store.cases().len(), 0);
}

#[test]
fn a_parent_bsuid_chooses_and_founds_nothing_within_a_portfolio() {
    let parent = "US.ENT.11815799212886844830";
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "parent": parent})),
        message("m2", day(1), &json!({"bsuid": "US.2", "parent": parent})),
    ]);
    assert_ne!(store.by(X), store.by("US.2"));
    assert_eq!(store.cases().len(), 0);
}

#[test]
fn contacts_of_several_portfolios_with_one_parent_are_one_case() {
    let parent = "US.ENT.11815799212886844830";
    let store = Store::new();
    store.config(
        "[[portfolio]]\nname = \"eu\"\nwabas = [\"9002\"]\n\n\
         [[portfolio]]\nname = \"br\"\nphone_number_ids = [\"7003\"]\n",
    );
    let who = |bsuid: &str| json!({"bsuid": bsuid, "parent": parent, "name": "Ana Souza"});
    store.ingest(&[
        message("m1", day(0), &who(X)),
        through(
            message("m2", day(1), &who("US.2")),
            "9002",
            "7002",
            "15550783882",
        ),
        through(
            message("m3", day(2), &who("US.3")),
            "9003",
            "7003",
            "15550783883",
        ),
    ]);
    let case = store.case();
    assert_eq!(case["kind"], "parent_bsuid_match");
    assert_eq!(case["contacts"].as_array().unwrap().len(), 3);
    store.decide(&case, &["merge"]);
    assert_eq!(
        (store.by(X), store.by(X)),
        (store.by("US.2"), store.by("US.3"))
    );
    assert_eq!(store.open().len(), 0);
}

#[test]
fn the_two_forms_of_a_brazilian_number_are_a_candidate_never_proof() {
    let store = Store::with(&[
        message(
            "m1",
            day(0),
            &json!({"phone": "5511987654321", "name": "Ana Souza"}),
        ),
        message(
            "m2",
            day(1),
            &json!({"phone": "551187654321", "name": "Ana Souza"}),
        ),
    ]);
    assert_ne!(store.of("5511987654321"), store.of("551187654321"));
    let case = store.case();
    assert_eq!(case["kind"], "phone_variant");
    let said = store.no(
        &case,
        &[
            "relink",
            "--identifier",
            "phone:551187654321",
            "--to",
            "new",
        ],
    );
    assert_eq!(said["refused"], "not_applicable");
    store.decide(&case, &["keep-separate"]);
    assert_eq!(store.open().len(), 0);
}
