//! Undo of several at once: a batch of undos, put back by one redo; what an
//! undo would change, told before.

use super::traffic::*;
use super::{Store, num};
use serde_json::{Value, json};

/// A store with `n` questions of two contacts each.
fn questions(n: u64) -> (Store, Vec<Value>) {
    let mut all = Vec::new();
    for i in 0..n {
        let (phone, bsuid) = (format!("4915100{i:03}"), format!("US.20{i}"));
        let both = json!({"phone": phone, "bsuid": bsuid});
        all.push(message(&format!("a{i}"), day(0), &json!({"phone": phone})));
        all.push(message(&format!("b{i}"), day(1), &json!({"bsuid": bsuid})));
        all.push(message(&format!("c{i}"), day(2), &both));
    }
    let store = Store::with(&all);
    let cases = store.cases();
    assert_eq!(cases.len() as u64, n);
    (store, cases)
}

fn states(store: &Store) -> Vec<String> {
    let cases = store.cases();
    let mut all: Vec<(u64, String)> = cases
        .iter()
        .map(|case| (num(&case["case"]), case["state"].as_str().unwrap().into()))
        .collect();
    all.sort_unstable();
    all.into_iter().map(|(_, state)| state).collect()
}

#[test]
fn what_one_operator_answered_in_a_time_is_one_batch_with_one_redo() {
    let (store, cases) = questions(4);
    let decide = |operator: &str, case: &Value, answer: &str| {
        let case = case["case"].to_string();
        store.one(&["--operator", operator, "decide", &case, answer])
    };
    decide("ana", &cases[0], "merge");
    decide("olga", &cases[1], "merge");
    decide("ana", &cases[2], "keep-separate");
    decide("ana", &cases[3], "merge");
    let seen = store.seen();
    let none = store.run(&["undo", "--by", "eve", "--since", "1h"]);
    assert_eq!(none.exit, 1, "{none:?}");
    let long_ago = ["undo", "--by", "ana", "--since", "2d", "--until", "1d"];
    assert_eq!(store.run(&long_ago).exit, 1);
    let dry = store.json(&["undo", "--by", "ana", "--since", "1h", "--dry-run"]);
    assert!(
        dry.iter()
            .all(|one| one["dry_run"] == true && one["applied"] == false)
    );
    let undone = store.json(&["undo", "--by", "ana", "--since", "1h"]);
    // The latest first, and olga's stays.
    let which: Vec<u64> = undone.iter().map(|one| num(&one["undoes"])).collect();
    assert_eq!(which, [4, 3, 1]);
    assert_eq!(
        dry.iter()
            .map(|one| num(&one["undoes"]))
            .collect::<Vec<_>>(),
        which
    );
    let batch = undone[0]["batch"].to_string();
    assert!(undone.iter().all(|one| one["batch"] == undone[0]["batch"]));
    let answered = |store: &Store| states(store).iter().filter(|s| *s == "resolved").count();
    assert_eq!(answered(&store), 1);
    let again = store.json(&["undo", "--batch", &batch]);
    assert_eq!(again.len(), 3);
    assert_eq!((answered(&store), store.seen()), (4, seen));
    let log = store.json(&["audit"]);
    assert_eq!(log.len(), 4 + 3 + 3);
    assert_eq!(log[5]["batch"].to_string(), batch);
}

#[test]
fn a_batch_that_is_undone_says_by_whom_and_what_puts_it_back() {
    let (store, cases) = questions(2);
    for case in &cases {
        let case = case["case"].to_string();
        store.one(&["--operator", "ana", "decide", &case, "merge"]);
    }
    let undo = ["--operator", "olga", "undo", "--by", "ana", "--since", "1h"];
    let undone = store.json(&undo)[0]["batch"].to_string();
    let back = store.json(&["--operator", "eve", "undo", "--batch", &undone]);
    let seen = store.seen();
    let said = store.refused(&["undo", "--batch", &undone]);
    assert_eq!(said["refused"], "not_applicable");
    assert_eq!(said["by_operator"], "eve");
    assert_eq!(said["by_decision"], back[1]["decision"]);
    let how = format!("`reunite undo --batch {}`", back[0]["batch"]);
    let detail = said["detail"].as_str().unwrap();
    assert!(detail.contains(&how), "{detail}");
    assert_eq!(store.seen(), seen);
    let none = store.run(&["undo", "--batch", "99"]);
    assert_eq!(none.exit, 1, "{none:?}");
}

#[test]
fn a_cascade_is_one_batch() {
    let (store, cases) = questions(1);
    let merged = store.decide(&cases[0], &["merge"]);
    let undone = store.json(&["undo", &merged["decision"].to_string(), "--cascade"]);
    assert_eq!(undone.len(), 1);
    assert!(undone[0]["batch"].is_u64());
    let single = store.one(&["undo", &undone[0]["decision"].to_string()]);
    assert_eq!(single["batch"], json!(null));
    assert_eq!(states(&store), ["resolved"]);
}

#[test]
fn a_dry_run_tells_what_would_change_and_writes_nothing() {
    let (store, cases) = questions(1);
    let case = cases[0]["case"].clone();
    let merged = store.decide(&cases[0], &["merge"]);
    let id = merged["decision"].to_string();
    let (seen, log) = (store.seen(), store.json(&["audit"]));
    let said = store.one(&["undo", &id, "--dry-run"]);
    let changes = said["changes"].as_array().unwrap();
    assert!(
        changes.contains(&json!({"case": case, "before": "resolved", "after": "open"})),
        "{changes:#?}"
    );
    let contact = changes.iter().find(|change| change["contact"].is_u64());
    let contact = contact.unwrap();
    assert_eq!(contact["after"]["canonical"], contact["contact"]);
    assert_ne!(contact["before"]["canonical"], contact["contact"]);
    assert_eq!((store.seen(), store.json(&["audit"])), (seen, log));
    let told = store.run(&["undo", &id, "--dry-run"]).out;
    assert!(told.contains("resolved, then open"), "{told}");
    assert!(told.contains("then by itself"), "{told}");
    store.undo(&merged);
    // A relink moves an identifier.
    let holder = num(&cases[0]["contacts"][0]["contact"]).to_string();
    let relink = [
        "relink",
        "--identifier",
        "phone:4915100000",
        "--to",
        &holder,
    ];
    let moved = store.decide(&cases[0], &relink);
    let said = store.one(&["undo", &moved["decision"].to_string(), "--dry-run"]);
    let moves = said["changes"].as_array().unwrap();
    let phone = moves
        .iter()
        .find(|change| change["identifier"] == "phone:4915100000");
    assert_ne!(phone.unwrap()["before"], phone.unwrap()["after"]);
}
