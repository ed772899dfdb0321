//! Merge, keep separate, defer: what each does and does not do.

use super::traffic::*;
use super::{Store, num, sides};
use serde_json::json;

const P: &str = "16315551181";
const X: &str = "US.1001";

/// A phone and a BSUID that came apart first, together later.
fn conflict() -> Store {
    Store::with(&[
        message("m1", day(0), &json!({"phone": P, "name": "Ana Souza"})),
        message("m2", day(1), &json!({"bsuid": X, "name": "Ana Souza"})),
        message(
            "m3",
            day(2),
            &json!({"phone": P, "bsuid": X, "name": "Ana Souza"}),
        ),
    ])
}

#[test]
fn a_merge_is_an_edge_nothing_moves() {
    let store = conflict();
    let (phone, bsuid) = (store.of(P), store.by(X));
    let said = store.decide(&store.case(), &["merge", "--survivor", &bsuid.to_string()]);
    assert_eq!(
        (&said["action"], num(&said["canonical"])),
        (&json!("merge"), bsuid)
    );
    assert_eq!(said["batch"], json!(null));
    assert_eq!((store.of(P), store.by(X)), (bsuid, bsuid));
    assert_eq!(store.message("m1"), (bsuid, phone));
    assert_eq!(store.message("m2"), (bsuid, bsuid));
    let page = store.contact(phone);
    assert_eq!(num(&page["contact"]), bsuid);
    assert_eq!(page["members"], json!([phone.min(bsuid), phone.max(bsuid)]));
    let held = page["identifiers"].as_array().unwrap();
    let held = held.iter().find(|i| i["value"] == P).unwrap();
    assert_eq!(
        (num(&held["member"]), &held["state"]),
        (phone, &json!("active"))
    );
    let aliases = store.json(&["export", "aliases", "--format", "jsonl"]);
    assert!(
        aliases.contains(&json!({"contact": phone, "canonical": bsuid})),
        "{aliases:?}"
    );
    assert_eq!(
        store.resolve(&["--bsuid", X, "--phone", P])["conflict"],
        json!(null)
    );
    assert_eq!(store.case()["state"], "resolved");
}

#[test]
fn the_canonical_contact_is_the_survivor_of_the_latest_standing_merge() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": "US.1"})),
        message("m2", day(0), &json!({"phone": "16315550002"})),
        message("m3", day(0), &json!({"phone": "16315550003"})),
    ]);
    let (a, b, c) = (
        store.by("US.1"),
        store.of("16315550002"),
        store.of("16315550003"),
    );
    store.decide(&store.ask(a, b), &["merge", "--survivor", &b.to_string()]);
    assert_eq!(store.by("US.1"), b);
    let last = store.decide(&store.ask(b, c), &["merge", "--survivor", &c.to_string()]);
    assert_eq!([store.by("US.1"), store.of("16315550002")], [c, c]);
    store.undo(&last);
    assert_eq!([store.by("US.1"), store.of("16315550003")], [b, c]);
}

#[test]
fn conversations_keep_the_identifier_that_they_came_through() {
    let store = conflict();
    store.decide(&store.case(), &["merge"]);
    let page = store.contact(store.by(X));
    let all = page["conversations"].as_array().unwrap();
    let mut through: Vec<_> = all
        .iter()
        .map(|c| c["through"]["value"].as_str().unwrap())
        .collect();
    through.sort_unstable();
    assert_eq!(through, [P, X]);
    assert_eq!(all.iter().map(|c| num(&c["messages"])).sum::<u64>(), 3);
    assert!(
        all.iter()
            .all(|c| c["business_number"].is_string() && c["last_at"].is_string())
    );
}

#[test]
fn keep_separate_is_a_wall_and_the_same_evidence_never_asks_again() {
    let store = conflict();
    let (phone, bsuid) = (store.of(P), store.by(X));
    let case = store.case();
    store.decide(&case, &["keep-separate", "--reason", "two sisters"]);
    assert_eq!((store.of(P), store.by(X)), (phone, bsuid));
    store.ingest(&[message(
        "m4",
        day(3),
        &json!({"phone": P, "bsuid": X, "name": "Ana Souza"}),
    )]);
    assert_eq!(store.open().len(), 0);
    assert_eq!(store.case()["state"], "resolved");
    let no = store.no(&store.ask(phone, bsuid), &["merge"]);
    assert_eq!(no["refused"], "kept_separate");
}

#[test]
fn other_evidence_asks_again() {
    let store = conflict();
    store.decide(&store.case(), &["keep-separate"]);
    let q = "16315552222";
    store.ingest(&[
        message("m5", day(5), &json!({"phone": q})),
        message("m6", day(6), &json!({"phone": q, "bsuid": X})),
    ]);
    let open = store.open();
    assert_eq!(open.len(), 1);
    assert_eq!(open[0]["identifiers"][0]["value"], q);
}

#[test]
fn new_evidence_joins_the_case_and_raises_its_version() {
    let store = conflict();
    let first = store.case();
    store.ingest(&[message("m4", day(4), &json!({"phone": P, "bsuid": X}))]);
    let now = store.case();
    assert_eq!(now["case"], first["case"]);
    assert!(num(&now["version"]) > num(&first["version"]));
    assert_eq!(now["opened_at"], first["opened_at"]);
}

#[test]
fn a_deferred_case_returns_with_new_evidence() {
    let store = conflict();
    let case = store.case();
    let said = store.decide(&case, &["defer", "--until", "2100-01-01T00:00:00Z"]);
    assert_eq!(said["action"], "defer");
    assert_eq!(store.open().len(), 0);
    let waiting = store.json(&["cases", "--state", "deferred"]);
    assert_eq!(
        (waiting.len(), &waiting[0]["state"]),
        (1, &json!("deferred"))
    );
    store.ingest(&[message("m4", day(4), &json!({"phone": P, "bsuid": X}))]);
    assert_eq!(store.open().len(), 1);
    assert_eq!(store.json(&["cases", "--state", "deferred"]).len(), 0);
}

#[test]
fn a_deferred_case_returns_at_its_time() {
    let store = conflict();
    let until = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(3);
    let until = until.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    store.decide(&store.case(), &["defer", "--until", &until]);
    std::thread::sleep(std::time::Duration::from_secs(4));
    assert_eq!(store.open().len(), 1);
}

#[test]
fn a_case_that_a_merge_elsewhere_made_moot_closes_as_superseded() {
    let store = conflict();
    let case = store.case();
    let merged = store.decide(&store.ask(store.of(P), store.by(X)), &["merge"]);
    let now = store.numbered(num(&case["case"]));
    assert_eq!(now["state"], "superseded");
    assert!(
        store
            .run(&["case", &case["case"].to_string()])
            .out
            .contains("superseded")
    );
    store.undo(&merged);
    assert_eq!(store.numbered(num(&case["case"]))["state"], "open");
}

#[test]
fn a_conflict_within_one_group_is_not_asked() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P})),
        message("m2", day(1), &json!({"bsuid": X})),
    ]);
    store.decide(&store.ask(store.of(P), store.by(X)), &["merge"]);
    store.ingest(&[message("m3", day(2), &json!({"phone": P, "bsuid": X}))]);
    assert_eq!(store.open().len(), 0);
}

#[test]
fn a_case_that_a_merge_brings_across_a_wall_stays_open_and_its_merge_is_refused() {
    let store = conflict();
    store.ingest(&[message("m8", day(3), &json!({"phone": "16315550009"}))]);
    let (a, b, c) = (store.by(X), store.of(P), store.of("16315550009"));
    let wall = store.decide(&store.ask(a, c), &["keep-separate"]);
    store.decide(&store.ask(b, c), &["merge"]);
    let case = store.kind("phone_bsuid_conflict");
    assert_eq!(case["state"], "open");
    let no = store.no(&case, &["merge"]);
    assert_eq!(
        (&no["refused"], &no["by_decision"]),
        (&json!("kept_separate"), &wall["decision"])
    );
}

#[test]
fn an_asked_case_is_manual_and_is_printed() {
    let store = conflict();
    let (a, b) = (store.of(P), store.by(X));
    let phone = format!("phone:{P}");
    let asked = store.one(&[
        "ask",
        &a.to_string(),
        &b.to_string(),
        "--identifier",
        &phone,
    ]);
    assert_eq!(
        (&asked["kind"], &asked["state"]),
        (&json!("manual"), &json!("open"))
    );
    assert_eq!(asked["identifiers"][0]["value"], P);
    let mut both = sides(&asked);
    both.sort_unstable();
    assert_eq!(both, [a.min(b), a.max(b)]);
    assert_eq!(store.kind("manual")["case"], asked["case"]);
}

#[test]
fn two_live_bsuids_of_one_portfolio_are_never_suggested_to_merge() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "name": "Ana"})),
        message(
            "m2",
            day(0),
            &json!({"bsuid": "US.2", "phone": P, "name": "Ana"}),
        ),
        message(
            "m3",
            day(1),
            &json!({"bsuid": X, "phone": P, "name": "Ana"}),
        ),
    ]);
    let case = store.case();
    assert_eq!(case["kind"], "phone_bsuid_conflict");
    let suggested = &case["suggestion"];
    let confidence = suggested["confidence"].as_f64().unwrap();
    assert!(
        suggested["action"] != "merge" || confidence < 0.5,
        "{suggested}"
    );
}

#[test]
fn two_live_bsuids_of_one_portfolio_are_never_merged_in_a_batch() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "name": "Ana"})),
        message(
            "m2",
            day(0),
            &json!({"bsuid": "US.2", "phone": P, "name": "Ana"}),
        ),
        message(
            "m3",
            day(1),
            &json!({"bsuid": X, "phone": P, "name": "Ana"}),
        ),
    ]);
    store.json(&["approve", "--min-confidence", "0"]);
    assert_ne!(store.by(X), store.by("US.2"));
}

#[test]
fn a_batch_is_a_group_of_decisions_with_one_undo() {
    let mut all = Vec::new();
    for n in 0..5 {
        let (old, new) = (format!("US.10{n}"), format!("US.20{n}"));
        all.push(message(&format!("m{n}"), day(0), &json!({"bsuid": old})));
        all.push(new_id(&format!("s{n}"), day(5), &old, &new));
    }
    let store = Store::with(&all);
    let before = store.seen();
    let dry = store.json(&["approve", "--kind", "identity_change", "--dry-run"]);
    assert!(
        dry.iter()
            .all(|line| line["applied"] != json!(true) || line["batch"].is_null())
    );
    assert_eq!((store.open().len(), store.seen()), (5, before.clone()));
    let lines = store.json(&["approve", "--kind", "identity_change", "--limit", "4"]);
    let last = lines.last().unwrap();
    assert_eq!(
        (lines.len(), num(&last["applied"]), num(&last["left_out"])),
        (5, 4, 0)
    );
    assert!(
        lines[..4]
            .iter()
            .all(|line| line["action"] == "accept" && line["applied"] == true)
    );
    assert!(lines[..4].iter().all(|line| line["batch"] == last["batch"]));
    assert_eq!(store.open().len(), 1);
    let batch = last["batch"].to_string();
    assert_eq!(store.run(&["undo", "--batch", &batch]).exit, 0);
    assert_eq!((store.open().len(), store.seen()), (5, before));
}

#[test]
fn a_dry_run_of_a_batch_names_the_contact_that_the_batch_then_names() {
    let both = |bsuid, name| json!({"phone": "16315552222", "bsuid": bsuid, "name": name});
    let store = conflict();
    store.ingest(&[
        message("m4", day(0), &json!({"bsuid": "US.4"})),
        new_id("s1", day(5), "US.4", "US.40"),
        message("m5", day(0), &both("US.5", "Bo")),
        message("m6", day(80), &both("US.6", "Zoé")),
    ]);
    let told = |lines: Vec<serde_json::Value>| -> Vec<_> {
        let cases = lines.into_iter().filter(|line| line["case"].is_u64());
        cases
            .map(|line| (line["action"].to_string(), num(&line["canonical"])))
            .collect()
    };
    let all = ["approve", "--min-confidence", "0"];
    let dry = told(store.json(&[&all[..], &["--dry-run"]].concat()));
    let mut actions: Vec<_> = dry.iter().map(|(action, _)| action.as_str()).collect();
    actions.sort_unstable();
    assert_eq!(actions, ["\"accept\"", "\"merge\"", "\"relink\""]);
    assert_eq!(dry, told(store.json(&all)));
}

#[test]
fn a_plan_applies_exactly_that_and_leaves_out_what_changed_since() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": "US.101"})),
        message("m2", day(0), &json!({"bsuid": "US.102"})),
        new_id("s1", day(5), "US.101", "US.201"),
        new_id("s2", day(5), "US.102", "US.202"),
    ]);
    let plan = store.dir.path().join("plan.json");
    let plan = plan.to_str().unwrap();
    store.json(&["approve", "--dry-run", "--plan", plan]);
    assert_eq!(store.open().len(), 2);
    store.ingest(&[update(day(5), "US.102", "US.202")]);
    let lines = store.json(&["approve", "--plan", plan]);
    let last = lines.last().unwrap();
    assert_eq!(
        (num(&last["applied"]), num(&last["left_out"])),
        (1, 1),
        "{lines:#?}"
    );
    assert!(
        lines.iter().any(|line| line["refused"] == "changed"),
        "{lines:#?}"
    );
    assert_eq!(
        store.resolve(&["--bsuid", "US.201"])["provisional"],
        json!(false)
    );
    assert_eq!(
        store.resolve(&["--bsuid", "US.202"])["provisional"],
        json!(true)
    );
}
