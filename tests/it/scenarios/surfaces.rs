//! Other ways in, and what the hour of an event means.

use super::traffic::*;
use super::{Store, num, state};
use serde_json::{Value, json};

const P: &str = "16315551181";
const Q: &str = "16315552222";
const X: &str = "US.1001";
const Y: &str = "US.2002";

#[test]
fn every_surface_with_a_phone_and_a_bsuid_links_the_two() {
    let stamp = day(1).to_string();
    let surfaces: Vec<(&str, Value)> = vec![
        (
            "user_preferences",
            delivery(
                "user_preferences",
                json!({"contacts": [{"profile": {"name": "Ana"}, "wa_id": P, "user_id": X}],
                    "user_preferences": [{"wa_id": P, "user_id": X, "detail": "stop",
                        "category": "marketing_messages", "value": "stop", "timestamp": day(1)}]}),
            ),
        ),
        (
            "echo",
            delivery(
                "smb_message_echoes",
                json!({"message_echoes": [{"from": BUSINESS, "to": P, "to_user_id": X,
                    "id": "e1", "timestamp": stamp, "type": "text", "text": {"body": "hi"}}]}),
            ),
        ),
        (
            "state_sync",
            delivery(
                "smb_app_state_sync",
                json!({"state_sync": [{"type": "contact", "action": "add",
                    "contact": {"full_name": "Ana", "phone_number": P, "user_id": X},
                    "metadata": {"timestamp": stamp}}]}),
            ),
        ),
        (
            "group",
            delivery(
                "group_participants_update",
                json!({"groups": [{"type": "group_participants_add", "group_id": "g1",
                    "timestamp": stamp, "added_participants": [{"wa_id": P, "user_id": X}]}]}),
            ),
        ),
        (
            "call",
            delivery(
                "calls",
                json!({"calls": [{"id": "call1", "from": P, "from_user_id": X, "to": BUSINESS,
                    "event": "connect", "timestamp": stamp, "direction": "USER_INITIATED"}]}),
            ),
        ),
        (
            "history",
            delivery(
                "history",
                json!({"history": [{"metadata": {"phase": 0, "chunk_order": 1, "progress": 10},
                    "threads": [{"id": P, "context": {"wa_id": P, "user_id": X},
                        "messages": [{"from": P, "from_user_id": X, "id": "h1",
                            "timestamp": stamp, "type": "text", "text": {"body": "old"},
                            "history_context": {"status": "READ"}}]}]}]}),
            ),
        ),
        (
            "kapso",
            kapso_message(
                "k1",
                day(1),
                &json!({"phone": P, "bsuid": X, "name": "Ana"}),
            ),
        ),
        (
            "list",
            json!({"data": [{"id": "c1", "wa_id": P, "profile_name": "Ana",
                "business_scoped_user_id": X, "username": null}], "paging": {"cursors": {}}}),
        ),
    ];
    for (surface, traffic) in surfaces {
        let store = Store::new();
        let report = store.ingest(&[traffic]);
        assert_eq!(num(&report["quarantined"]), 0, "{surface}: {report}");
        assert_ne!(store.by(X), 0, "{surface}: {report}");
        assert_eq!(store.by(X), store.of(P), "{surface}");
        assert_eq!(store.of(BUSINESS), 0, "{surface}");
        assert_eq!(store.cases().len(), 0, "{surface}");
    }
}

#[test]
fn the_value_of_a_user_id_update_may_hold_the_ids_directly() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X})),
        delivery(
            "user_id_update",
            json!({"user_id": {"previous": X, "current": Y}, "timestamp": day(5).to_string()}),
        ),
    ]);
    assert_eq!(
        store.kind("identity_change")["change"]["type"],
        "user_id_update"
    );
    assert_eq!(store.by(Y), store.by(X));
}

#[test]
fn one_message_by_meta_and_by_kapso_counts_once() {
    let who = json!({"bsuid": X, "phone": P, "name": "Ana"});
    let store = Store::with(&[
        message("wamid.1", day(0), &who),
        kapso_message("wamid.1", day(0), &who),
    ]);
    assert_eq!(
        store
            .json(&["export", "messages", "--format", "jsonl"])
            .len(),
        1
    );
    let page = store.contact(store.by(X));
    let total: u64 = page["conversations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| num(&c["messages"]))
        .sum();
    assert_eq!(total, 1);
}

#[test]
fn a_time_in_milliseconds_is_mended_and_a_future_one_counts_as_arrival() {
    let mut milli = new_id("s1", day(5), X, Y);
    let at = &mut milli["entry"][0]["changes"][0]["value"]["messages"][0];
    at["timestamp"] = json!((day(5) * 1000).to_string());
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X})),
        milli,
        message("m2", day(99_999), &json!({"bsuid": "US.9"})),
    ]);
    assert_eq!(store.case()["change"]["at"], json!(date(5)));
    let since = store.contact(store.by("US.9"))["identifiers"][0]["since"].clone();
    let since: jiff::Timestamp = since.as_str().unwrap().parse().unwrap();
    let age = jiff::Timestamp::now().as_second() - since.as_second();
    assert!((0..3600).contains(&age), "{since}");
}

#[test]
fn before_the_first_link_the_first_one_whose_since_moves_back() {
    let store = Store::with(&[
        message("m1", day(5), &json!({"bsuid": X, "phone": P})),
        message("m2", day(1), &json!({"phone": P})),
    ]);
    let page = store.contact(store.by(X));
    let link = page["identifiers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|i| i["value"] == P);
    assert_eq!(link.unwrap()["since"], json!(date(1)));
    assert_eq!(store.message("m2").0, store.by(X));
}

/// Ana left P for Q on day 5; Bruno comes with P from day 9 on.
fn handed_on() -> Store {
    let fields = json!({"wa_id": Q, "previous_user_id": X, "user_id": Y});
    let store = Store::with(&[
        message(
            "m1",
            day(0),
            &json!({"bsuid": X, "phone": P, "name": "Ana"}),
        ),
        system("s1", day(5), "user_changed_number", Some(P), &fields),
    ]);
    store.decide(&store.case(), &["accept"]);
    store.ingest(&[message(
        "m2",
        day(9),
        &json!({"bsuid": "US.77", "phone": P, "name": "Bo"}),
    )]);
    store
}

#[test]
fn late_traffic_belongs_to_who_held_the_phone_as_of_its_own_time() {
    let store = handed_on();
    let (ana, bruno) = (store.by(Y), store.by("US.77"));
    assert_eq!(store.of(P), bruno);
    store.ingest(&[
        message("l3", day(3), &json!({"phone": P})),
        message("l7", day(7), &json!({"phone": P})),
        message("l10", day(10), &json!({"phone": P})),
    ]);
    assert_eq!(store.message("l3").0, ana);
    assert_eq!(store.message("l7").0, bruno);
    assert_eq!(store.message("l10").0, bruno);
    assert_eq!(store.open().len(), 0);
}

#[test]
fn after_a_bsuids_last_link_ended_still_its_last_contact() {
    let store = handed_on();
    store.ingest(&[message("l8", day(8), &json!({"bsuid": X}))]);
    assert_eq!(store.message("l8").0, store.by(Y));
    assert_eq!(state(&store.contact(store.by(Y)), X), "former");
    assert_eq!(store.open().len(), 0);
}

#[test]
fn a_phone_that_is_no_variant_of_wa_id_is_no_identifier_of_this_person() {
    let mut both = message("m1", day(0), &json!({"phone": Q, "bsuid": X}));
    both["entry"][0]["changes"][0]["value"]["contacts"][0]["wa_id"] = json!(P);
    let store = Store::with(&[both]);
    assert_eq!(store.of(P), store.by(X));
    assert_eq!(store.of(Q), 0);
}

#[test]
fn a_quoted_author_is_no_sighting() {
    let mut quoting = message("m1", day(0), &json!({"bsuid": X}));
    quoting["entry"][0]["changes"][0]["value"]["messages"][0]["context"] =
        json!({"from": P, "from_user_id": Y, "id": "m0"});
    let store = Store::with(&[quoting]);
    assert_eq!((store.by(Y), store.of(P)), (0, 0));
    assert_ne!(store.by(X), 0);
}

#[test]
fn a_change_of_one_portfolio_leaves_the_same_bsuid_of_another_alone() {
    let store = Store::new();
    store.config("[[portfolio]]\nname = \"eu\"\nwabas = [\"9002\"]\n");
    let eu = |traffic| through(traffic, "9002", "7002", "15550783882");
    store.ingest(&[
        message("m1", day(0), &json!({"bsuid": X})),
        eu(message("m2", day(0), &json!({"bsuid": X}))),
        eu(new_id("s1", day(5), X, Y)),
    ]);
    let found = |bsuid: &str| num(&store.resolve(&["--bsuid", bsuid])["contact"]);
    let (ours, theirs) = (found(&format!("{X}@default")), found(&format!("{X}@eu")));
    assert_ne!(ours, theirs);
    assert_eq!(found(Y), theirs);
    store.decide(&store.case(), &["accept"]);
    assert_eq!(state(&store.contact(ours), X), "active");
    assert_eq!(state(&store.contact(theirs), X), "former");
}

#[test]
fn names_from_outside_bring_no_control_characters_to_a_terminal() {
    let name = "Ana\u{1b}[2J\u{202e}\u{7}\nSouza";
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "name": name})),
        new_id("s1", day(5), X, Y),
    ]);
    let id = store.by(X).to_string();
    for args in [
        &["contacts"][..],
        &["contact", &id],
        &["cases"],
        &["case", "1"],
    ] {
        let ran = store.run(args);
        assert_eq!(ran.exit, 0, "{ran:?}");
        assert!(
            !ran.out.contains(['\u{1b}', '\u{202e}', '\u{7}']),
            "{args:?}: {}",
            ran.out
        );
    }
}
