//! Edges and walls join the homes that a case names, not their stand-ins.

use super::traffic::*;
use super::{Store, num, sides, state};
use serde_json::json;

const P: &str = "16315551181";
const X: &str = "US.1001";
const Y: &str = "US.2002";
const Z: &str = "US.3003";
const OTHER: &str = "16315550009";

/// A conflict of a BSUID and a phone, and a third contact by its phone.
fn conflict() -> (Store, [u64; 3]) {
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P, "name": "Ana"})),
        message("m2", day(1), &json!({"bsuid": X, "name": "Ana"})),
        message(
            "m3",
            day(2),
            &json!({"phone": P, "bsuid": X, "name": "Ana"}),
        ),
        message("m4", day(2), &json!({"phone": OTHER})),
    ]);
    let ids = [store.by(X), store.of(P), store.of(OTHER)];
    (store, ids)
}

#[test]
fn contacts_of_a_case_are_homes_shown_by_their_canonical_contacts() {
    let (store, [a, b, c]) = conflict();
    store.decide(&store.ask(b, c), &["merge", "--survivor", &c.to_string()]);
    let case = store.kind("phone_bsuid_conflict");
    assert_eq!(sides(&case), [a, c]);
    assert_eq!(case["contacts"][1]["homes"], json!([b]));
}

#[test]
fn the_edge_of_a_merge_joins_the_homes() {
    let (store, [a, b, c]) = conflict();
    let first = store.decide(&store.ask(b, c), &["merge", "--survivor", &c.to_string()]);
    store.decide(&store.kind("phone_bsuid_conflict"), &["merge"]);
    assert_eq!(store.by(X), store.of(OTHER));
    store.undo(&first);
    assert_eq!(store.by(X), store.of(P));
    assert_eq!(store.of(OTHER), c);
    assert_eq!(store.contact(a)["members"], json!([a.min(b), a.max(b)]));
}

#[test]
fn the_wall_of_a_keep_separate_stands_between_the_homes() {
    let (store, [a, b, c]) = conflict();
    let first = store.decide(&store.ask(b, c), &["merge", "--survivor", &c.to_string()]);
    store.decide(&store.kind("phone_bsuid_conflict"), &["keep-separate"]);
    let ask = store.ask(a, c);
    assert_eq!(store.no(&ask, &["merge"])["refused"], "kept_separate");
    store.undo(&first);
    store.decide(&ask, &["merge"]);
    assert_eq!(store.by(X), store.of(OTHER));
    assert_eq!(
        store.no(&store.ask(a, b), &["merge"])["refused"],
        "kept_separate"
    );
}

#[test]
fn an_undo_of_a_wall_undone_is_refused_while_a_merge_joins_the_pair() {
    let (store, [a, b, _]) = conflict();
    let kept = store.decide(&store.kind("phone_bsuid_conflict"), &["keep-separate"]);
    let undo = store.undo(&kept);
    let ask = store.ask(a, b);
    let merged = store.decide(&ask, &["merge"]);
    let no = store.refused(&["undo", &undo["decision"].to_string()]);
    assert!(
        ["depends", "same_contact"].contains(&no["refused"].as_str().unwrap()),
        "{no}"
    );
    if no["refused"] == "depends" {
        assert_eq!(no["by_decisions"], json!([merged["decision"]]));
    }
}

#[test]
fn a_case_whose_identifier_is_no_longer_in_dispute_is_superseded() {
    let (store, [a, b, _]) = conflict();
    let phone = format!("phone:{P}");
    let ask = store.one(&[
        "ask",
        &a.to_string(),
        &b.to_string(),
        "--identifier",
        &phone,
    ]);
    let since = date(2);
    let answer = [
        "relink",
        "--identifier",
        &phone,
        "--to",
        &a.to_string(),
        "--since",
        &since,
    ];
    let said = store.decide(&ask, &answer);
    assert_eq!(store.kind("phone_bsuid_conflict")["state"], "superseded");
    assert_eq!(store.message("m3").1, a);
    store.undo(&said);
    assert_eq!(store.kind("phone_bsuid_conflict")["state"], "open");
    assert_eq!(store.of(P), b);
}

#[test]
fn a_recycled_number_does_not_slip_into_a_merged_person() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P})),
        message("m2", day(1), &json!({"bsuid": X})),
    ]);
    store.decide(&store.ask(store.of(P), store.by(X)), &["merge"]);
    store.ingest(&[message("m3", day(2), &json!({"bsuid": Y, "phone": P}))]);
    assert_ne!(store.by(Y), store.by(X));
    assert_eq!(store.of(P), store.by(X));
    assert_eq!(store.kind("phone_claimed")["state"], "open");
}

#[test]
fn asking_twice_about_the_same_two_is_one_case() {
    let (store, [a, b, _]) = conflict();
    let first = store.ask(a, b);
    assert_eq!(store.ask(b, a)["case"], first["case"]);
    assert_eq!(store.json(&["cases", "--kind", "manual"]).len(), 1);
    let (a, b) = (a.to_string(), b.to_string());
    let other = store.one(&["ask", &a, &b, "--identifier", &format!("phone:{P}")]);
    assert_ne!(other["case"], first["case"]);
}

#[test]
fn one_contact_can_be_split_by_asking_about_it_alone() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        message("m2", day(5), &json!({"phone": P})),
    ]);
    let ana = store.by(X).to_string();
    let phone = format!("phone:{P}");
    let ask = store.one(&["ask", &ana, "--identifier", &phone]);
    assert_eq!(ask["kind"], "manual");
    let since = date(3);
    store.decide(
        &ask,
        &[
            "relink",
            "--identifier",
            &phone,
            "--to",
            "new",
            "--since",
            &since,
        ],
    );
    assert_ne!(store.of(P), store.by(X));
    assert_eq!(store.message("m2").1, store.of(P));
    assert_eq!(store.message("m1").1, store.by(X));
}

#[test]
fn the_links_of_a_chain_can_be_accepted_in_any_order() {
    for order in [[Y, Z], [Z, Y]] {
        let store = Store::with(&[
            message("m1", day(0), &json!({"bsuid": X, "phone": P})),
            new_id("s1", day(5), X, Y),
            new_id("s2", day(6), Y, Z),
        ]);
        for bsuid in order {
            let case = store
                .open()
                .into_iter()
                .find(|c| c["change"]["current"]["bsuid"] == bsuid);
            store.decide(&case.unwrap(), &["accept"]);
        }
        let page = store.contact(store.by(X));
        assert_eq!(
            [X, Y, Z].map(|id| state(&page, id)),
            ["former", "former", "active"]
        );
        assert_eq!(store.by(Z), store.of(P));
    }
}

#[test]
fn an_orphan_can_be_rejected_and_its_current_id_lives_on() {
    let store = Store::with(&[
        new_id("s1", day(5), X, Y),
        message("m1", day(6), &json!({"bsuid": Y})),
    ]);
    let orphan = store.kind("identity_change_orphan");
    let holder = store.by(Y);
    store.decide(&orphan, &["reject"]);
    assert_eq!(store.by(Y), holder);
    store.ingest(&[message("m2", day(7), &json!({"bsuid": X}))]);
    assert_ne!(store.by(X), store.by(Y));
    assert_eq!(store.open().len(), 0);
}

#[test]
fn copies_without_a_bsuid_are_one_change_by_previous_ids_and_phone() {
    let moved = |id: &str| {
        let fields = json!({"wa_id": OTHER});
        system(id, day(5), "customer_changed_number", Some(P), &fields)
    };
    let store = Store::with(&[message("m1", day(0), &json!({"phone": P})), moved("s1")]);
    let version = num(&store.case()["version"]);
    store.ingest(&[moved("s2")]);
    assert!(num(&store.case()["version"]) > version);
    assert_eq!(store.of(OTHER), store.of(P));
}

#[test]
fn writers_wait_for_one_another() {
    let (store, _) = conflict();
    std::thread::scope(|scope| {
        for n in 0..4 {
            let store = &store;
            scope.spawn(move || {
                let line = message(
                    &format!("w{n}"),
                    day(3),
                    &json!({"bsuid": format!("US.5{n}")}),
                );
                store.ingest(&[line]);
            });
        }
    });
    assert!((0..4).all(|n| store.by(&format!("US.5{n}")) != 0));
    assert_eq!(
        store
            .json(&["export", "messages", "--format", "jsonl"])
            .len(),
        8
    );
}

#[test]
fn the_operator_is_named_by_flag_environment_or_login() {
    let (store, [a, b, c]) = conflict();
    store.decide(
        &store.ask(a, c),
        &["keep-separate", "--reason", "told us so"],
    );
    store.config("operator = \"ida\"\n");
    store.decide(&store.ask(b, c), &["keep-separate"]);
    let log = store.json(&["audit"]);
    let by: Vec<_> = log
        .iter()
        .filter(|e| e["action"] == "keep_separate")
        .collect();
    assert_eq!(
        (&by[0]["operator"], &by[1]["operator"]),
        (&json!("ines"), &json!("ida"))
    );
    assert_eq!(by[0]["reason"], "told us so");
}

#[test]
fn a_case_that_other_evidence_asks_says_that_its_sides_were_kept_apart() {
    let (store, _) = conflict();
    let first = store.case();
    store.decide(&first, &["keep-separate", "--reason", "father and son"]);
    let own = store.one(&["case", &first["case"].to_string()]);
    assert_eq!(
        own["kept_apart"],
        json!([]),
        "its own answer is told as such"
    );
    store.ingest(&[message("m5", day(3), &json!({"phone": P, "bsuid": X}))]);
    assert_eq!(store.open().len(), 0, "the same evidence never asks again");
    // A change that names both is evidence of another kind.
    let fields = json!({"wa_id": P, "previous_user_id": X});
    let change = system("s1", day(4), "user_changed_number", None, &fields);
    store.ingest(&[change]);
    let number = store.open()[0]["case"].to_string();
    let page = store.one(&["case", &number]);
    let apart = &page["kept_apart"][0];
    assert_eq!(
        (&apart["action"], &apart["reason"]),
        (&json!("keep_separate"), &json!("father and son"))
    );
    assert!(apart["operator"].is_string() && apart["at"].is_string());
    let told = store.run(&["case", &number]).out;
    assert!(
        told.contains("Kept apart before") && told.contains("father and son"),
        "{told}"
    );
}
