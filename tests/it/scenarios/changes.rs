//! Each row of the table of changes.

use super::traffic::*;
use super::{Store, num, sides, state};
use serde_json::json;

const P: &str = "16315551181";
const Q: &str = "16315552222";
const X: &str = "US.1001";
const Y: &str = "US.2002";

#[test]
fn a_new_id_of_nobody_is_provisional_so_that_messages_already_reach_the_contact() {
    let store = Store::with(&[
        message(
            "m1",
            day(0),
            &json!({"bsuid": X, "phone": P, "name": "Ana"}),
        ),
        new_id("s1", day(5), X, Y),
        message("m2", day(6), &json!({"bsuid": Y, "name": "Ana"})),
    ]);
    let ana = store.by(X);
    let found = store.resolve(&["--bsuid", Y]);
    assert_eq!(
        (num(&found["contact"]), &found["provisional"]),
        (ana, &json!(true))
    );
    assert_eq!(store.message("m2"), (ana, ana));
    let case = store.case();
    assert_eq!(
        (&case["kind"], &case["state"]),
        (&json!("identity_change"), &json!("open"))
    );
    assert_eq!(sides(&case), [ana]);
    let change = &case["change"];
    assert_eq!(change["type"], "user_changed_user_id");
    assert_eq!(
        change["previous"],
        json!({"bsuid": X, "parent_bsuid": null, "phone": null})
    );
    assert_eq!(
        change["current"],
        json!({"bsuid": Y, "parent_bsuid": null, "phone": null})
    );
    assert_eq!(change["at"], json!(date(5)));
    assert_eq!(case["suggestion"]["action"], "accept");
    assert!(
        case["suggestion"]["confidence"].as_f64().unwrap() >= 0.95,
        "{case}"
    );
    assert_eq!(state(&store.contact(ana), Y), "provisional");
}

#[test]
fn accepted_provisional_becomes_active_and_the_previous_former() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        new_id("s1", day(5), X, Y),
    ]);
    let ana = store.by(X);
    let said = store.decide(&store.case(), &["accept", "--reason", "she wrote so"]);
    assert_eq!(
        (&said["action"], num(&said["canonical"])),
        (&json!("accept"), ana)
    );
    let page = store.contact(ana);
    assert_eq!(
        (state(&page, X), state(&page, Y)),
        ("former".into(), "active".into())
    );
    let old = page["identifiers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|i| i["value"] == X);
    assert_eq!(old.unwrap()["until"], json!(date(5)));
    assert_eq!((store.by(X), store.by(Y)), (ana, ana));
    assert_eq!(store.resolve(&["--bsuid", Y])["provisional"], json!(false));
    assert_eq!(store.case()["state"], "resolved");
}

#[test]
fn a_live_bsuid_becomes_former_even_if_the_change_does_not_name_it() {
    let fields = json!({"wa_id": Q, "user_id": Y});
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        system("s1", day(5), "user_changed_number", Some(P), &fields),
    ]);
    let case = store.case();
    assert_eq!(case["kind"], "identity_change");
    assert_eq!(case["change"]["previous"]["phone"], P);
    assert_eq!(case["change"]["current"]["phone"], Q);
    store.decide(&case, &["accept"]);
    let page = store.contact(store.by(Y));
    assert_eq!(state(&page, X), "former");
    assert_eq!(state(&page, P), "former");
    assert_eq!(
        (state(&page, Y), state(&page, Q)),
        ("active".into(), "active".into())
    );
}

#[test]
fn the_old_phone_is_from_only_if_it_differs_from_wa_id() {
    let fields = json!({"wa_id": Q, "user_id": Y});
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        system("s1", day(5), "user_changed_number", Some(Q), &fields),
    ]);
    let case = store.case();
    assert_eq!(case["kind"], "identity_change_orphan");
    assert_eq!(case["change"]["previous"]["phone"], json!(null));
}

#[test]
fn identifiers_are_never_read_out_of_the_body_or_a_message_level_user_id() {
    let mut change = system(
        "s1",
        day(5),
        "user_changed_user_id",
        None,
        &json!({"user_id": Y}),
    );
    let at = &mut change["entry"][0]["changes"][0]["value"]["messages"][0];
    at["system"]["body"] = json!(format!("User id changed from {X} to {Y}"));
    at["from_user_id"] = json!(X);
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        change,
    ]);
    let case = store.kind("identity_change_orphan");
    assert_eq!(case["change"]["previous"]["bsuid"], json!(null));
    assert_ne!(store.by(Y), store.by(X));
}

#[test]
fn a_number_changed_in_the_old_way_frees_the_old_phone() {
    let fields = json!({"wa_id": Q, "customer": P});
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P, "name": "Ana"})),
        system("s1", day(5), "customer_changed_number", Some(P), &fields),
    ]);
    let ana = store.of(Q);
    assert_ne!(ana, 0);
    let case = store.kind("identity_change");
    assert_eq!(case["change"]["type"], "customer_changed_number");
    store.decide(&case, &["accept"]);
    let free = store.resolve(&["--phone", P]);
    assert_eq!(free["contact"], json!(null));
    assert_eq!(free["former_contact"], json!(ana));
    assert_eq!(store.of(Q), ana);
}

#[test]
fn the_oldest_shape_names_the_new_number_in_new_wa_id() {
    let fields = json!({"new_wa_id": Q});
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P})),
        system("s1", day(5), "customer_changed_number", Some(P), &fields),
    ]);
    assert_eq!(
        store.kind("identity_change")["change"]["current"]["phone"],
        Q
    );
    assert_eq!(store.of(P), store.of(Q));
}

#[test]
fn a_change_to_what_is_already_live_on_the_contact_is_evidence_only() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        message("m2", day(1), &json!({"bsuid": X, "phone": Q})),
        system(
            "s1",
            day(5),
            "customer_changed_number",
            Some(P),
            &json!({"wa_id": Q}),
        ),
    ]);
    assert_eq!(store.open().len(), 0);
    assert_eq!((store.of(P), store.of(Q)), (store.by(X), store.by(X)));
}

#[test]
fn a_user_id_update_and_a_kapso_change_say_the_same_in_their_own_way() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X})),
        message("m2", day(0), &json!({"bsuid": "US.77", "phone": P})),
        update(day(5), X, Y),
        kapso_change("2026-04-06T00:00:00Z", Some("US.77"), "US.78", Some(P)),
    ]);
    let mut types: Vec<_> = store
        .open()
        .iter()
        .map(|c| c["change"]["type"].clone())
        .collect();
    types.sort_by_key(ToString::to_string);
    assert_eq!(
        types,
        [
            json!("user_id_update"),
            json!("whatsapp.contact.identity_changed")
        ]
    );
    assert_eq!((store.by(Y), store.by("US.78")), (store.by(X), store.of(P)));
}

#[test]
fn without_any_previous_id_kapsos_change_is_a_sighting_and_no_change() {
    let store = Store::new();
    let report = store.ingest(&[kapso_change("2026-04-06T00:00:00Z", None, Y, Some(P))]);
    assert_eq!(num(&report["changes"]), 0);
    assert_eq!(store.cases().len(), 0);
    assert_eq!(store.by(Y), store.of(P));
    assert_ne!(store.by(Y), 0);
}

#[test]
fn rejected_the_change_never_happened() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        new_id("s1", day(5), X, Y),
        message("m2", day(6), &json!({"bsuid": Y, "phone": Q})),
        new_id("s2", day(7), Y, "US.3003"),
        message("m3", day(8), &json!({"bsuid": "US.3003"})),
    ]);
    let ana = store.by(X);
    assert_eq!((store.by("US.3003"), store.of(Q)), (ana, ana));
    let first = store
        .open()
        .into_iter()
        .find(|c| c["change"]["current"]["bsuid"] == Y);
    let said = store.decide(&first.unwrap(), &["reject"]);
    let other = store.by(Y);
    assert_ne!(other, ana);
    assert_eq!((store.of(Q), store.by("US.3003")), (other, other));
    assert_eq!((store.by(X), store.of(P)), (ana, ana));
    assert_eq!(
        (store.message("m2").0, store.message("m3").0),
        (other, other)
    );
    let case = store.ask(ana, other);
    let no = store.no(&case, &["merge"]);
    assert_eq!(
        (&no["refused"], &no["by_decision"]),
        (&json!("kept_separate"), &said["decision"])
    );
}

#[test]
fn an_orphan_is_explained_by_a_link_that_appears_later_and_stays_one_case() {
    let store = Store::with(&[new_id("s1", day(5), X, Y)]);
    let orphan = store.case();
    assert_eq!(orphan["kind"], "identity_change_orphan");
    store.ingest(&[message("m1", day(6), &json!({"bsuid": X, "phone": P}))]);
    let now = store.case();
    assert_eq!(
        (&now["case"], &now["kind"]),
        (&orphan["case"], &json!("identity_change"))
    );
    assert_eq!(store.by(Y), store.by(X));
    assert!(num(&now["version"]) > num(&orphan["version"]));
}

#[test]
fn an_orphan_is_answered_by_a_relink_of_a_current_id() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P, "name": "Ana"})),
        new_id("s1", day(5), X, Y),
        message("m2", day(6), &json!({"bsuid": Y, "name": "Ana"})),
    ]);
    let (ana, case) = (store.of(P), store.kind("identity_change_orphan"));
    let no = store.no(&case, &["merge"]);
    assert_eq!(no["refused"], "not_applicable");
    let current = format!("bsuid:{Y}");
    store.decide(
        &case,
        &["relink", "--identifier", &current, "--to", &ana.to_string()],
    );
    assert_eq!(store.by(Y), ana);
    assert_eq!(store.message("m2"), (ana, ana));
}

#[test]
fn a_previous_link_already_led_elsewhere_is_a_fork_that_links_nothing() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        new_id("s1", day(5), X, Y),
        new_id("s2", day(6), X, "US.3003"),
    ]);
    assert_eq!(store.cases().len(), 2);
    let fork = store.kind("identity_change_fork");
    assert_eq!(store.by("US.3003"), 0);
    assert_eq!(store.by(Y), store.by(X));
    let earlier = store.kind("identity_change");
    let accepted = store.decide(&earlier, &["accept"]);
    let no = store.no(&fork, &["accept"]);
    assert!(
        no["refused"].is_string() && no["detail"].is_string(),
        "{no}"
    );
    store.undo(&accepted);
    store.decide(&fork, &["accept"]);
    assert_eq!(store.by("US.3003"), store.by(X));
}

#[test]
fn previous_ids_on_several_contacts_are_a_fork() {
    let fields = json!({"wa_id": Q, "previous_user_id": X, "user_id": Y});
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X})),
        message("m2", day(0), &json!({"bsuid": "US.77", "phone": P})),
        system("s1", day(5), "user_changed_number", Some(P), &fields),
    ]);
    let case = store.case();
    assert_eq!(case["kind"], "identity_change_fork");
    assert_eq!((store.by(Y), store.of(Q)), (0, 0));
}
