//! For the systems downstream.

use super::traffic::*;
use super::{Store, num};
use serde_json::json;

const P: &str = "16315551181";
const X: &str = "US.1001";

fn merged() -> (Store, u64, u64) {
    let store = Store::with(&[
        message(
            "m1",
            day(0),
            &json!({"phone": P, "name": "Ana, \"Nina\" Souza"}),
        ),
        message("m2", day(1), &json!({"bsuid": X})),
    ]);
    let (phone, bsuid) = (store.of(P), store.by(X));
    store.decide(
        &store.ask(phone, bsuid),
        &["merge", "--survivor", &phone.to_string()],
    );
    (store, phone, bsuid)
}

#[test]
fn exported_contacts_are_pages_without_conversations() {
    let (store, phone, _) = merged();
    let all = store.json(&["export", "contacts", "--format", "jsonl"]);
    assert_eq!(all.len(), 1);
    let page = store.contact(phone);
    for (key, value) in page.as_object().unwrap() {
        if key == "conversations" {
            assert!(all[0].get(key).is_none());
        } else {
            assert_eq!(&all[0][key], value, "{key}");
        }
    }
}

#[test]
fn old_ids_lead_to_the_canonical_one() {
    let (store, phone, bsuid) = merged();
    let all = store.json(&["export", "aliases", "--format", "jsonl"]);
    let of = |id: u64| {
        all.iter()
            .find(|a| num(&a["contact"]) == id)
            .map(|a| num(&a["canonical"]))
    };
    assert_eq!(of(bsuid), Some(phone));
    assert!(of(phone).is_none_or(|to| to == phone));
}

#[test]
fn messages_name_the_canonical_contact_and_the_member() {
    let (store, phone, bsuid) = merged();
    assert_eq!(
        (store.message("m1"), store.message("m2")),
        ((phone, phone), (phone, bsuid))
    );
}

#[test]
fn a_csv_has_a_header_and_quotes() {
    let (store, ..) = merged();
    for what in ["contacts", "aliases", "messages", "decisions"] {
        let ran = store.run(&["export", what, "--format", "csv"]);
        assert_eq!(ran.exit, 0, "{ran:?}");
        assert!(ran.out.lines().count() >= 2, "{what}: {ran:?}");
    }
    let ran = store.run(&["export", "contacts", "--format", "csv"]);
    assert!(ran.out.contains("\"Ana, \"\"Nina\"\" Souza\""), "{ran:?}");
}

#[test]
fn what_an_export_cannot_do_is_refused() {
    let (store, ..) = merged();
    for what in ["contacts", "aliases", "messages"] {
        let ran = store.run(&["export", what, "--since", "1"]);
        assert_eq!((ran.exit, &*ran.out), (2, ""), "{ran:?}");
        assert!(ran.err.contains("--since"), "{ran:?}");
    }
    let since = |n| store.json(&["export", "decisions", "--since", n]).len();
    assert_eq!((since("2"), since("3")), (1, 0));
}

#[test]
fn imported_contacts_are_found_and_a_row_of_several_is_asked() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P})),
        message("m2", day(0), &json!({"bsuid": X})),
    ]);
    let (phone, bsuid) = (store.of(P), store.by(X));
    let file = store.dir.path().join("people.csv");
    let text = format!("name,phone,bsuid\nAna Souza,{P},{X}\nBruno Lima,+1 631 555 3333,\n");
    std::fs::write(&file, text).unwrap();
    let file = file.to_str().unwrap();
    assert_eq!(store.run(&["import", file, "--dry-run"]).exit, 0);
    assert_eq!((store.of("16315553333"), store.cases().len()), (0, 0));
    let ran = store.run(&["import", file]);
    assert_eq!(ran.exit, 0, "{ran:?}");
    assert_eq!(store.contact(store.of("16315553333"))["name"], "Bruno Lima");
    assert_eq!((store.of(P), store.by(X)), (phone, bsuid));
    let case = store.case();
    assert_eq!(case["kind"], "import_duplicate");
    store.decide(&case, &["merge"]);
    assert_eq!(store.of(P), store.by(X));
    assert_eq!(store.run(&["import", file]).exit, 0);
    assert_eq!(store.cases().len(), 1);
}

#[test]
fn simulated_traffic_reads_clean_and_replays() {
    let store = Store::new();
    let traffic = store.dir.path().join("traffic.jsonl");
    let truth = store.dir.path().join("truth.jsonl");
    let (traffic, truth) = (traffic.to_str().unwrap(), truth.to_str().unwrap());
    let args = [
        "simulate", "--people", "12", "--days", "20", "--seed", "7", "--out", traffic, "--truth",
        truth,
    ];
    assert_eq!(store.run(&args).exit, 0);
    let report = store.one(&["ingest", traffic]);
    super::counts(&report);
    assert_eq!(num(&report["quarantined"]), 0, "{report}");
    let lines = std::fs::read_to_string(truth).unwrap();
    assert!(lines.lines().all(|line| line.contains("\"person\"")));
}
