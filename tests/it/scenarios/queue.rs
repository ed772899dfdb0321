//! The queue, one case, one contact, searching.

use super::traffic::*;
use super::{Store, num};
use serde_json::json;

const P: &str = "16315551181";

/// A conflict, a claimed phone, and three changes.
fn busy() -> Store {
    let mut all = vec![
        message("a1", day(0), &json!({"phone": P, "name": "Ana Souza"})),
        message("a2", day(1), &json!({"bsuid": "US.1", "name": "Ana Souza"})),
        message(
            "a3",
            day(2),
            &json!({"phone": P, "bsuid": "US.1", "name": "Ana Souza"}),
        ),
        message(
            "b1",
            day(0),
            &json!({"phone": "16315552222", "bsuid": "US.2", "name": "Zoé"}),
        ),
        message(
            "b2",
            day(3),
            &json!({"phone": "16315552222", "bsuid": "US.3", "name": "Bo"}),
        ),
    ];
    for n in 4..7 {
        let (old, new) = (format!("US.{n}"), format!("US.{n}0"));
        all.push(message(&format!("c{n}"), day(0), &json!({"bsuid": old})));
        all.push(new_id(&format!("s{n}"), day(5), &old, &new));
    }
    Store::with(&all)
}

#[test]
fn the_queue_can_be_narrowed() {
    let store = busy();
    assert_eq!(store.open().len(), 5);
    assert_eq!(store.json(&["cases", "--kind", "identity_change"]).len(), 3);
    let sure = store.json(&["cases", "--min-confidence", "0.95"]);
    assert!(sure.len() >= 3 && sure.len() < 5, "{sure:#?}");
    assert!(
        sure.iter()
            .all(|c| c["suggestion"]["confidence"].as_f64().unwrap() >= 0.95)
    );
    let ana = store.by("US.1").to_string();
    let of = store.json(&["cases", "--contact", &ana]);
    assert_eq!(
        (of.len(), &of[0]["kind"]),
        (1, &json!("phone_bsuid_conflict"))
    );
    store.decide(&of[0], &["keep-separate"]);
    assert_eq!(store.json(&["cases", "--state", "resolved"]).len(), 1);
    assert_eq!(store.json(&["cases", "--state", "all"]).len(), 5);
    assert_eq!(store.json(&["cases", "--state", "open"]).len(), 4);
    assert_eq!(store.json(&["cases", "--state", "superseded"]).len(), 0);
}

#[test]
fn the_queue_is_read_in_pages_best_first() {
    let store = busy();
    let all = store.open();
    let mut paged = Vec::new();
    let mut args = vec!["cases".to_owned(), "--limit".to_owned(), "2".to_owned()];
    for _ in 0..9 {
        let page = store.json(&args.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        let cursor = last["cursor"].as_str().unwrap().to_owned();
        args.truncate(3);
        args.extend(["--after".to_owned(), cursor]);
        paged.extend(page);
    }
    let ids =
        |cases: &[serde_json::Value]| cases.iter().map(|c| num(&c["case"])).collect::<Vec<_>>();
    assert_eq!(ids(&paged), ids(&all));
    assert!(
        all[0]["suggestion"]["confidence"].as_f64() >= all[4]["suggestion"]["confidence"].as_f64()
    );
}

#[test]
fn one_case_has_evidence_decisions_and_outcomes() {
    let store = busy();
    let case = store.kind("phone_bsuid_conflict");
    let full = store.numbered(num(&case["case"]));
    for (key, value) in case.as_object().unwrap() {
        if key != "cursor" {
            assert_eq!(&full[key], value, "{key}");
        }
    }
    let evidence = full["evidence"].as_array().unwrap();
    assert!(!evidence.is_empty());
    for line in evidence {
        assert!(
            line["sighting"].is_u64() && line["event"].is_u64(),
            "{line}"
        );
        assert!(line["at"].is_string() && line["surface"].is_string() && line["count"].is_u64());
        assert!(line["identifiers"].is_array());
    }
    assert_eq!(full["decisions"], json!([]));
    assert!(full["outcomes"].as_array().unwrap().len() >= 3, "{full:#}");
    store.decide(&case, &["keep-separate"]);
    let full = store.numbered(num(&case["case"]));
    assert_eq!(full["decisions"].as_array().unwrap().len(), 1);
}

#[test]
fn a_merged_member_answers_with_its_canonical_contacts_page() {
    let store = busy();
    let case = store.kind("phone_bsuid_conflict");
    let (bsuid, phone) = (store.by("US.1"), store.of(P));
    store.decide(&case, &["merge", "--survivor", &bsuid.to_string()]);
    let page = store.contact(phone);
    assert_eq!(page, store.contact(bsuid));
    assert_eq!(
        (num(&page["contact"]), &page["name"]),
        (bsuid, &json!("Ana Souza"))
    );
    for id in page["identifiers"].as_array().unwrap() {
        for field in [
            "kind",
            "value",
            "portfolio",
            "state",
            "since",
            "until",
            "member",
        ] {
            assert!(id.get(field).is_some(), "{field} is missing in {id}");
        }
    }
    assert_eq!(page["decisions"].as_array().unwrap().len(), 1);
    assert_eq!(page["open_cases"], json!([]));
    let claimed = store.contact(store.by("US.2"));
    assert_eq!(claimed["open_cases"].as_array().unwrap().len(), 1);
}

#[test]
fn contacts_are_found_by_name_in_any_order_without_accents() {
    let store = Store::with(&[
        message(
            "m1",
            day(0),
            &json!({"bsuid": "US.1001", "phone": P, "name": "José da Conceição",
            "username": "ze.conceicao"}),
        ),
        message(
            "m2",
            day(0),
            &json!({"bsuid": "US.2002", "name": "Maria Lima"}),
        ),
    ]);
    let jose = store.by("US.1001");
    let id = jose.to_string();
    for query in [
        "conceicao jose",
        "JOSÉ",
        "Jose da",
        "@ze.conceicao",
        "ze.conceicao",
        P,
        "+1 631 555 1181",
        "US.1001",
        &id,
    ] {
        let found = store.json(&["contacts", query]);
        assert!(!found.is_empty(), "{query}");
        assert_eq!(num(&found[0]["contact"]), jose, "{query}: {found:#?}");
        assert!(
            found[0]["score"].is_number() && found[0]["identifiers"].is_array(),
            "{query}"
        );
        assert_eq!(found[0]["name"], "José da Conceição");
    }
    assert_eq!(store.json(&["contacts", "nobodyatall"]).len(), 0);
    assert_eq!(store.json(&["contacts", "--limit", "1"]).len(), 1);
}

#[test]
fn statistics_count_cases_by_kind_and_state() {
    let store = busy();
    let text = store.run(&["stats", "--json"]);
    assert_eq!(text.exit, 0, "{text:?}");
    assert!(text.out.contains("identity_change"), "{text:?}");
}

#[test]
fn a_username_is_a_hint_and_never_says_more_than_it_knows() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": "US.1", "username": "ana"})),
        message("m2", day(1), &json!({"bsuid": "US.2", "username": "ana"})),
    ]);
    let ran = store.run(&["resolve", "--username", "ana", "--json"]);
    assert!([0, 2].contains(&ran.exit), "{ran:?}");
    if ran.exit == 0 {
        let found = ran.lines().remove(0);
        assert!(
            found["contact"] == json!(null) || num(&found["contact"]) == store.by("US.2"),
            "{found}"
        );
    }
}

/// What came since of names, BSUIDs and messages counts for what is suggested,
/// and whoever has seen another suggestion has seen another version.
#[test]
fn a_suggestion_is_the_same_whether_traffic_came_at_once_or_piece_by_piece() {
    let (ana, bo) = (
        json!({"phone": P, "name": "Ana Souza"}),
        json!({"bsuid": "US.1", "name": "Ana Souza"}),
    );
    let both = json!({"phone": P, "bsuid": "US.1", "name": "Ana Souza"});
    let conflict = |then: serde_json::Value| {
        vec![
            message("m1", day(0), &ana),
            message("m2", day(1), &bo),
            message("m3", day(2), &both),
            message("m4", day(3), &then),
        ]
    };
    let claimed = |at: i64, then: serde_json::Value| {
        vec![
            message("m1", day(0), &both),
            message(
                "m2",
                day(80),
                &json!({"phone": P, "bsuid": "US.2", "name": "Bo"}),
            ),
            message("m3", day(at), &then),
        ]
    };
    let nameless = vec![
        message("m1", day(0), &json!({"phone": P})),
        message("m2", day(1), &json!({"bsuid": "US.1"})),
        message("m3", day(2), &json!({"phone": P, "bsuid": "US.1"})),
        message("m4", day(3), &json!({"bsuid": "US.1", "name": "Ana Souza"})),
        message("m5", day(4), &json!({"phone": P, "name": "Bo"})),
    ];
    let suggestion = |store: &Store| store.open()[0]["suggestion"].clone();
    for (traffic, moves) in [
        // The phone's contact gets a BSUID of its own: no merge any more.
        (
            conflict(json!({"phone": P, "bsuid": "US.2", "name": "Ana Souza"})),
            true,
        ),
        (nameless, true),
        (claimed(81, json!({"bsuid": "US.1", "name": "Bo"})), true),
        (claimed(81, both.clone()), false),
        (claimed(81, ana.clone()), false),
        (claimed(78, bo.clone()), false),
    ] {
        let at_once = Store::with(&traffic);
        let store = Store::new();
        let mut seen = Vec::new();
        for delivery in &traffic {
            store.ingest(std::slice::from_ref(delivery));
            seen.extend(store.open().into_iter().next());
        }
        assert_eq!(suggestion(&store), suggestion(&at_once), "{traffic:?}");
        let (first, last) = (&seen[0], &seen[seen.len() - 1]);
        assert_eq!(first["suggestion"] != last["suggestion"], moves);
        assert_eq!(first["version"] != last["version"], moves);
    }
}
