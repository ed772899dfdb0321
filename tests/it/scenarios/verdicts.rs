//! Answers to changes, and what each leaves standing.

use super::traffic::*;
use super::{Store, num, state};
use serde_json::json;

const P: &str = "16315551181";
const Q: &str = "16315552222";
const X: &str = "US.1001";
const Y: &str = "US.2002";

fn changed() -> Store {
    Store::with(&[
        message(
            "m1",
            day(0),
            &json!({"bsuid": X, "phone": P, "name": "Ana"}),
        ),
        new_id("s1", day(5), X, Y),
        message("m2", day(6), &json!({"bsuid": Y, "name": "Ana"})),
    ])
}

fn collided() -> Store {
    Store::with(&[
        message(
            "m1",
            day(0),
            &json!({"bsuid": X, "phone": P, "name": "Ana"}),
        ),
        message("m2", day(6), &json!({"bsuid": Y, "name": "Ana"})),
        new_id("s1", day(5), X, Y),
    ])
}

#[test]
fn a_rejected_collision_walls_the_two_off() {
    let store = collided();
    let (ana, other) = (store.by(X), store.by(Y));
    let said = store.decide(&store.case(), &["reject"]);
    assert_eq!((store.by(X), store.by(Y)), (ana, other));
    assert_eq!(state(&store.contact(ana), X), "active");
    let no = store.no(&store.ask(ana, other), &["merge"]);
    assert_eq!(
        (&no["refused"], &no["by_decision"]),
        (&json!("kept_separate"), &said["decision"])
    );
    store.ingest(&[update(day(5), X, Y)]);
    assert_eq!(store.kind("identity_change_collision")["state"], "resolved");
}

#[test]
fn a_change_answered_by_a_relink_of_its_current_id() {
    let store = changed();
    let ana = store.by(X);
    let current = format!("bsuid:{Y}");
    let said = store.decide(
        &store.case(),
        &["relink", "--identifier", &current, "--to", "new"],
    );
    let other = store.by(Y);
    assert!(![0, ana].contains(&other));
    assert_eq!(store.message("m2"), (other, other));
    assert_eq!(state(&store.contact(other), Y), "active");
    assert_eq!(store.open().len(), 0);
    store.undo(&said);
    assert_eq!((store.by(Y), store.message("m2").1), (ana, ana));
}

#[test]
fn a_deferral_is_a_decision_that_can_be_undone() {
    let store = changed();
    let said = store.decide(&store.case(), &["defer", "--until", "2100-01-01T00:00:00Z"]);
    assert_eq!(store.open().len(), 0);
    store.undo(&said);
    assert_eq!(store.open().len(), 1);
}

#[test]
fn a_deferred_case_can_be_answered() {
    let store = changed();
    store.decide(&store.case(), &["defer", "--until", "2100-01-01T00:00:00Z"]);
    store.decide(&store.case(), &["accept"]);
    assert_eq!(store.case()["state"], "resolved");
}

#[test]
fn a_recycled_number_goes_back_when_the_accept_is_undone() {
    let store = Store::with(&[
        message(
            "m1",
            day(0),
            &json!({"bsuid": "US.77", "phone": P, "name": "Bruno"}),
        ),
        message("m2", day(1), &json!({"bsuid": X, "name": "Ana"})),
        new_id_with("s1", day(5), X, Y, P),
    ]);
    let before = store.seen();
    let said = store.decide(&store.case(), &["accept"]);
    assert_eq!(store.of(P), store.by(Y));
    store.undo(&said);
    assert_eq!((store.of(P), store.seen()), (store.by("US.77"), before));
}

#[test]
fn a_change_with_a_known_phone_only_as_current_is_an_orphan() {
    let bare = json!({"user_id": Y, "wa_id": P});
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        system("s1", day(5), "user_changed_user_id", None, &bare),
    ]);
    assert_eq!(store.case()["kind"], "identity_change_orphan");
    assert_eq!(store.of(P), store.by(X));
    assert_ne!(store.by(Y), store.by(X));
}

#[test]
fn kapsos_change_with_the_phone_of_somebody_without_a_bsuid_is_a_collision() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P})),
        message("m2", day(1), &json!({"bsuid": X})),
        kapso_change("2026-04-06T00:00:00Z", Some(X), Y, Some(P)),
    ]);
    assert_eq!(store.case()["kind"], "identity_change_collision");
    assert_eq!(
        store.case()["change"]["type"],
        "whatsapp.contact.identity_changed"
    );
    assert_eq!(store.by(Y), store.by(X));
    assert_ne!(store.of(P), store.by(X));
}

#[test]
fn a_rejected_change_whose_copy_comes_again_stays_rejected() {
    let store = changed();
    store.decide(&store.case(), &["reject"]);
    let (ana, other) = (store.by(X), store.by(Y));
    store.ingest(&[
        update(day(5), X, Y),
        message("m3", day(8), &json!({"bsuid": Y})),
    ]);
    assert_eq!(
        (store.by(X), store.by(Y), store.message("m3").1),
        (ana, other, other)
    );
    assert_eq!(store.open().len(), 0);
}

#[test]
fn an_identifier_first_seen_beside_a_provisional_one_is_provisional_through_the_same() {
    let store = changed();
    store.ingest(&[message("m3", day(7), &json!({"bsuid": Y, "phone": Q}))]);
    assert_eq!(state(&store.contact(store.by(X)), Q), "provisional");
    assert_eq!(store.resolve(&["--phone", Q])["provisional"], json!(true));
    store.decide(&store.case(), &["accept"]);
    assert_eq!(state(&store.contact(store.by(X)), Q), "active");
}

#[test]
fn a_status_with_both_identities_of_two_contacts_is_asked() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P})),
        message("m2", day(0), &json!({"bsuid": X})),
        status("o1", "read", day(1), &json!({"phone": P, "bsuid": X})),
    ]);
    assert_eq!(store.case()["kind"], "phone_bsuid_conflict");
    assert_eq!(super::sides(&store.case()), [store.by(X), store.of(P)]);
}

#[test]
fn an_unknown_bsuid_beside_a_known_phone_resolves_by_the_phone() {
    let store = changed();
    let found = store.resolve(&["--bsuid", "US.404", "--phone", P]);
    assert_eq!(
        (num(&found["contact"]), &found["matched_by"]),
        (store.by(X), &json!("phone"))
    );
    let found = store.resolve(&["--bsuid", "US.404", "--username", "nobody"]);
    assert_eq!(found, json!({"contact": null}));
}

#[test]
fn a_member_leads_to_its_group_in_searches_and_filters() {
    let store = collided();
    store.ingest(&[message("m3", day(7), &json!({"phone": Q}))]);
    let (ana, third) = (store.by(X), store.of(Q));
    store.decide(
        &store.ask(ana, third),
        &["merge", "--survivor", &ana.to_string()],
    );
    let third = third.to_string();
    assert_eq!(store.json(&["cases", "--contact", &third]).len(), 1);
    let found = store.json(&["contacts", &third]);
    assert_eq!(num(&found[0]["contact"]), ana);
    assert_eq!(store.json(&["contacts"]).len(), 2);
}

#[test]
fn decisions_are_exported_from_a_number_on() {
    let store = changed();
    let said = store.decide(&store.case(), &["accept"]);
    store.undo(&said);
    let all = store.json(&["export", "decisions", "--format", "jsonl"]);
    assert_eq!(all.len(), 2);
    let last = all[1]["entry"].to_string();
    let since = store.json(&["export", "decisions", "--format", "jsonl", "--since", &last]);
    assert_eq!(since, all[1..]);
}

#[test]
fn a_head_that_never_was_does_not_verify() {
    let store = changed();
    store.decide(&store.case(), &["accept"]);
    let ran = store.run(&["audit", "verify", "--json", "--head", &"0".repeat(64)]);
    assert_eq!(ran.exit, 4, "{ran:?}");
    assert!(["TAMPERED", "CANNOT TELL"].contains(&ran.lines()[0]["result"].as_str().unwrap()));
}

#[test]
fn an_array_with_an_odd_element_is_read_around_it() {
    let store = Store::new();
    let text = json!([
        message("m1", day(0), &json!({"bsuid": X})),
        "nonsense",
        17,
        message("m2", day(0), &json!({"bsuid": Y})),
    ]);
    let ran = store.pipe(&["ingest", "--json"], text.to_string().as_bytes());
    assert_eq!(ran.exit, 0, "{ran:?}");
    super::counts(&ran.lines()[0]);
    assert_eq!(
        (
            num(&ran.lines()[0]["applied"]),
            num(&ran.lines()[0]["quarantined"])
        ),
        (2, 2)
    );
}

#[test]
fn an_outbound_message_by_kapso_is_of_the_person_it_went_to() {
    let sent = json!({"message": {"id": "k1", "timestamp": day(1).to_string(), "type": "text",
            "text": {"body": "hi"}, "from": BUSINESS, "to": P, "to_user_id": X,
            "kapso": {"direction": "outbound", "status": "delivered", "statuses": [
                {"id": "k1", "status": "sent", "timestamp": day(1).to_string(),
                 "recipient_id": P}]}},
        "conversation": {"id": "conv-1", "phone_number": P, "business_scoped_user_id": X},
        "is_new_conversation": true, "phone_number_id": "7001"});
    let store = Store::with(&[sent]);
    assert_eq!(store.by(X), store.of(P));
    assert_ne!(store.by(X), 0);
    assert_eq!(store.of(BUSINESS), 0);
    assert_eq!(store.json(&["contacts"]).len(), 1);
}
