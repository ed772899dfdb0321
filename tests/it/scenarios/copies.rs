//! Copies of one change, changes that contradict, and chains.

use super::traffic::*;
use super::{Store, num, state};
use serde_json::{Value, json};

const P: &str = "16315551181";
const X: &str = "US.1001";
const Y: &str = "US.2002";
const Z: &str = "US.3003";

#[test]
fn copies_by_several_surfaces_are_one_change() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        new_id("s1", day(5), X, Y),
    ]);
    let mut seen = store.case();
    let copies = [
        update(day(5) + 30, X, Y),
        kapso_change("2026-04-06T00:01:00Z", Some(X), Y, None),
        new_id("s2", day(5) + 90, X, Y),
    ];
    for copy in copies {
        let report = store.ingest(&[copy]);
        assert_eq!(
            (num(&report["applied"]), num(&report["cases_opened"])),
            (1, 0),
            "{report}"
        );
        let now = store.case();
        assert_eq!(now["case"], seen["case"]);
        assert!(num(&now["version"]) > num(&seen["version"]), "{now}");
        seen = now;
    }
    let case = store.numbered(num(&seen["case"]));
    let evidence = case["evidence"].as_array().unwrap();
    let counted: u64 = evidence
        .iter()
        .map(|e| e["count"].as_u64().unwrap_or(1))
        .sum();
    assert!(evidence.len() >= 4 || counted >= 4, "{case:#}");
    assert!(
        evidence
            .iter()
            .all(|e| e["surface"].is_string() && e["at"].is_string())
    );
}

/// The number stands in a webhook and not in a dump of its messages.
#[test]
fn a_message_without_its_business_number_is_the_one_with_it() {
    let named = message(
        "m1",
        day(0),
        &json!({"bsuid": X, "phone": P, "name": "Ana"}),
    );
    let bare = named["entry"][0]["changes"][0]["value"]["messages"][0].clone();
    assert_eq!(bare["id"], "m1");
    for [first, second] in [[&named, &bare], [&bare, &named]] {
        let store = Store::with(std::slice::from_ref(first));
        let seen = store.ingest(std::slice::from_ref(second));
        assert_eq!(num(&seen["messages"]), 0, "{seen}");
        for again in [&named, &bare] {
            let again = store.ingest(std::slice::from_ref(again));
            assert_eq!(
                (num(&again["applied"]), num(&again["duplicate"])),
                (0, 1),
                "{again}"
            );
        }
        assert_eq!(store.json(&["export", "messages"]).len(), 1);
    }
    // All of them within one batch.
    let store = Store::with(&[bare.clone(), named.clone(), bare, named.clone()]);
    assert_eq!(store.json(&["export", "messages"]).len(), 1);
    // What two numbers were sent is two messages.
    let report = store.ingest(&[through(named, "2", "8", "4930556")]);
    assert_eq!(num(&report["messages"]), 1, "{report}");
}

/// A store where the number 9 is of a portfolio; a message to that number, as a
/// webhook tells it and as a dump that does not name the number.
fn mapped() -> (Store, Value, Value) {
    let store = Store::new();
    store.config("[[portfolio]]\nname = \"eu\"\nphone_number_ids = [\"9\"]\n");
    let named = through(
        message("m1", day(0), &json!({"bsuid": X})),
        "2",
        "9",
        "4930555",
    );
    let bare = named["entry"][0]["changes"][0]["value"]["messages"][0].clone();
    (store, named, bare)
}

/// It came to the number's portfolio, whatever a dump without it would mean.
#[test]
fn a_message_without_its_business_number_is_of_that_number_s_portfolio() {
    let (store, named, bare) = mapped();
    store.ingest(&[named]);
    for _ in 0..2 {
        let again = store.ingest(std::slice::from_ref(&bare));
        assert_eq!(
            (num(&again["applied"]), num(&again["duplicate"])),
            (0, 1),
            "{again}"
        );
        assert_eq!(store.json(&["contacts"]).len(), 1);
    }
}

/// Before the number is known its portfolio is not: but the same again is a
/// duplicate in any order.
#[test]
fn copies_in_two_portfolios_are_known_again() {
    let (store, named, bare) = mapped();
    store.ingest(&[bare.clone(), named.clone()]);
    assert_eq!(store.json(&["export", "messages"]).len(), 1);
    let again = store.ingest(&[named.clone(), bare.clone(), named, bare]);
    assert_eq!(
        (num(&again["applied"]), num(&again["duplicate"])),
        (0, 4),
        "{again}"
    );
}

#[test]
fn a_later_copy_is_evidence_on_its_answered_case_and_opens_nothing() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        new_id("s1", day(5), X, Y),
    ]);
    store.decide(&store.case(), &["accept"]);
    let answered = store.case();
    store.ingest(&[update(day(5) + 30, X, Y)]);
    let now = store.case();
    assert_eq!(now["state"], "resolved");
    assert!(num(&now["version"]) > num(&answered["version"]));
}

#[test]
fn an_id_that_only_a_copy_names_can_explain_an_orphan() {
    let bare = json!({"user_id": Y});
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        system("s1", day(5), "user_changed_user_id", None, &bare),
    ]);
    assert_eq!(store.case()["kind"], "identity_change_orphan");
    store.ingest(&[update(day(5), X, Y)]);
    assert_eq!(store.case()["kind"], "identity_change");
    assert_eq!(store.by(Y), store.by(X));
    assert_eq!(store.case()["change"]["previous"]["bsuid"], X);
}

#[test]
fn a_copy_that_contradicts_is_a_change_of_its_own() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        new_id("s1", day(5), X, Y),
        new_id("s2", day(6), Y, Z),
        new_id("s3", day(6), X, Z),
    ]);
    assert_eq!(store.cases().len(), 3);
    assert_eq!((store.by(Y), store.by(Z)), (store.by(X), store.by(X)));
}

/// The chain X→Y→Z, and a message under each of its ends.
fn pieces() -> [Value; 4] {
    [
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        new_id("s1", day(5), X, Y),
        new_id("s2", day(6), Y, Z),
        message("m2", day(7), &json!({"bsuid": Z})),
    ]
}

fn check_chain(store: &Store, order: &str) {
    assert_eq!(store.json(&["contacts"]).len(), 1, "{order}");
    let person = store.of(P);
    assert_eq!([X, Y, Z].map(|id| store.by(id)), [person; 3], "{order}");
    assert_eq!(store.message("m2").0, person, "{order}");
    let kinds: Vec<_> = store.open().iter().map(|c| c["kind"].clone()).collect();
    assert_eq!(kinds, ["identity_change", "identity_change"], "{order}");
    for bsuid in [Y, Z] {
        let case = store
            .open()
            .into_iter()
            .find(|c| c["change"]["current"]["bsuid"] == bsuid);
        store.decide(&case.unwrap(), &["accept"]);
    }
    let page = store.contact(person);
    assert_eq!(
        [X, Y, Z].map(|id| state(&page, id)),
        ["former", "former", "active"],
        "{order}"
    );
}

#[test]
fn a_chain_is_one_person_in_whichever_order_its_changes_come_before_the_last_message() {
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let all = pieces();
        let store = Store::new();
        for i in order {
            store.ingest(&[all[i].clone()]);
        }
        store.ingest(&all[3..]);
        check_chain(&store, &format!("{order:?}"));
    }
}

#[test]
fn within_one_delivery_changes_come_before_messages() {
    for order in [[3, 2, 1], [1, 2, 3], [2, 3, 1]] {
        let all = pieces();
        let store = Store::with(&all[..1]);
        store.ingest(&[together(&order.map(|i| all[i].clone()))]);
        check_chain(&store, &format!("{order:?} at once"));
    }
}

#[test]
fn a_chain_whose_last_message_comes_first_is_a_collision_that_a_merge_heals() {
    let [first, xy, yz, last] = pieces();
    let store = Store::with(&[first, last, yz, xy]);
    let (person, other) = (store.by(X), store.by(Z));
    assert_ne!(person, other);
    let collision = store.kind("identity_change_collision");
    assert_eq!(super::sides(&collision), [person, other]);
    store.decide(&store.kind("identity_change"), &["accept"]);
    store.decide(&collision, &["merge"]);
    assert_eq!([X, Y, Z].map(|id| store.by(id)), [store.of(P); 3]);
    assert_eq!(store.open().len(), 0);
}

#[test]
fn a_value_of_another_shape_is_kept_and_former_when_a_well_formed_one_joins() {
    let old = format!("user.{}", "0a".repeat(32));
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": old, "phone": P})),
        message("m2", day(1), &json!({"bsuid": X, "phone": P})),
    ]);
    assert_eq!(store.by(&old), store.by(X));
    assert_eq!(store.cases().len(), 0);
    let page = store.contact(store.by(X));
    assert_eq!(
        (state(&page, &old), state(&page, X)),
        ("former".into(), "active".into())
    );
}

/// Kapso's change, with what it tells of the person beside the ids.
fn named_change(at: &str, old: &str, new: &str, name: &str, username: &str) -> Value {
    let mut change = kapso_change(at, Some(old), new, None);
    change["contact"]["profile_name"] = json!(name);
    change["contact"]["username"] = json!(username);
    change
}

#[test]
fn names_beside_a_change_are_those_of_its_contact() {
    let store = Store::with(&[
        message(
            "m1",
            day(0),
            &json!({"bsuid": X, "phone": P, "name": "Ana", "username": "ana"}),
        ),
        new_id("s1", day(5), X, Y),
        named_change("2026-04-06T00:01:00Z", X, Y, "Ana Souza", "@Ana.Souza"),
    ]);
    let contact = store.by(X);
    let page = store.contact(contact);
    assert_eq!(page["name"], "Ana Souza");
    let names: Vec<_> = page["usernames"].as_array().unwrap().iter().collect();
    let values: Vec<_> = names.iter().map(|u| u["value"].as_str().unwrap()).collect();
    assert_eq!(values, ["ana", "ana.souza"]);
    assert_eq!(names[0]["until"], names[1]["since"]);
    assert_eq!(
        store.resolve(&["--username", "ana.souza"])["contact"],
        contact
    );
    // Earlier names go on leading to them.
    assert_eq!(store.json(&["contacts", "Souza"])[0]["contact"], contact);
    // Whatever is answered, they are those of whoever holds the new ids.
    let rejected = store.decide(&store.case(), &["reject"]);
    assert_ne!(store.by(Y), contact);
    assert_eq!(store.contact(store.by(Y))["name"], "Ana Souza");
    assert_eq!(store.contact(contact)["name"], "Ana");
    store.undo(&rejected);
    assert_eq!(store.contact(contact)["name"], "Ana Souza");
    store.decide(&store.case(), &["accept"]);
    assert_eq!(store.contact(contact)["name"], "Ana Souza");
}

#[test]
fn names_beside_an_orphan_wait_until_somebody_holds_its_ids() {
    let store = Store::with(&[named_change(
        "2026-04-06T00:01:00Z",
        X,
        Y,
        "Ana Souza",
        "ana",
    )]);
    assert_eq!(store.case()["kind"], "identity_change_orphan");
    assert_eq!(
        store.resolve(&["--username", "ana"])["contact"],
        Value::Null
    );
    store.ingest(&[message("m1", day(0), &json!({"bsuid": X}))]);
    let contact = store.by(X);
    assert_eq!(
        (store.by(Y), store.case()["kind"].clone()),
        (contact, json!("identity_change"))
    );
    assert_eq!(store.contact(contact)["name"], "Ana Souza");
    assert_eq!(store.resolve(&["--username", "ana"])["contact"], contact);
}

#[test]
fn names_beside_an_update_of_meta_s_reach_the_contact_too() {
    let mut update = update(day(5), X, Y);
    update["entry"][0]["changes"][0]["value"]["contacts"] =
        json!([{"user_id": Y, "profile": {"name": "Ana Souza", "username": "ana"}}]);
    let store = Store::with(&[message("m1", day(0), &json!({"bsuid": X})), update]);
    let page = store.contact(store.by(X));
    assert_eq!(
        (&page["name"], &page["usernames"][0]["value"]),
        (&json!("Ana Souza"), &json!("ana"))
    );
}
