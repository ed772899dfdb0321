//! The log: a chain that verifies.

use super::traffic::*;
use super::{Store, num};
use serde_json::json;

const P: &str = "16315551181";
const X: &str = "US.1001";

/// A store with three entries: a merge, its undo, and a keep-separate.
fn decided() -> Store {
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P, "name": "Ana"})),
        message("m2", day(1), &json!({"bsuid": X, "name": "Ana"})),
        message(
            "m3",
            day(2),
            &json!({"phone": P, "bsuid": X, "name": "Ana"}),
        ),
    ]);
    let merged = store.decide(&store.case(), &["merge", "--reason", "same name"]);
    store.undo(&merged);
    let case = store.case()["case"].to_string();
    store.one(&["--operator", "olga", "decide", &case, "keep-separate"]);
    store
}

#[test]
fn oldest_first_with_the_fields_of_the_contract() {
    let store = decided();
    let log = store.json(&["audit"]);
    let actions: Vec<_> = log.iter().map(|e| e["action"].as_str().unwrap()).collect();
    let decisions: Vec<_> = actions.into_iter().filter(|a| *a != "ask").collect();
    assert_eq!(decisions, ["merge", "undo", "keep_separate"]);
    for entry in &log {
        for field in [
            "entry", "at", "operator", "action", "decision", "batch", "undoes", "case", "reason",
            "before", "after", "prev", "hash",
        ] {
            assert!(entry.get(field).is_some(), "{field} is missing in {entry}");
        }
    }
    assert_eq!(log[0]["reason"], "same name");
    assert_eq!(log[1]["undoes"], log[0]["decision"]);
    assert_eq!(
        (&log[0]["operator"], &log[2]["operator"]),
        (&json!("ines"), &json!("olga"))
    );
    for pair in log.windows(2) {
        assert_eq!(pair[1]["prev"], pair[0]["hash"]);
        assert!(num(&pair[1]["entry"]) > num(&pair[0]["entry"]));
    }
    let hash = log[2]["hash"].as_str().unwrap();
    assert!(hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()));
}

#[test]
fn filters_of_the_log() {
    let store = decided();
    let by = store.json(&["audit", "--operator", "olga"]);
    assert_eq!((by.len(), &by[0]["action"]), (1, &json!("keep_separate")));
    assert_eq!(
        store
            .json(&["audit", "--contact", &store.by(X).to_string()])
            .len(),
        3
    );
    let all = store.json(&["audit"]);
    let since = store.json(&["audit", "--since", &all[1]["entry"].to_string()]);
    assert!(
        since.len() < all.len() && !since.contains(&all[0]),
        "{since:#?}"
    );
}

#[test]
fn verify_says_ok_with_the_number_of_entries_and_the_head() {
    let store = decided();
    let log = store.json(&["audit"]);
    let said = store.one(&["audit", "verify"]);
    assert_eq!(said["result"], "OK");
    assert_eq!((num(&said["entries"]), &said["head"]), (3, &log[2]["hash"]));
    let head = said["head"].as_str().unwrap();
    assert_eq!(
        store.one(&["audit", "verify", "--head", head])["result"],
        "OK"
    );
    assert!(store.run(&["audit", "verify"]).out.contains("OK"));
}

#[test]
fn a_head_noted_earlier_still_verifies_after_more_entries() {
    let store = decided();
    let head = store.one(&["audit", "verify"])["head"]
        .as_str()
        .unwrap()
        .to_owned();
    let ask = store.ask(store.of(P), store.by(X));
    store.decide(&ask, &["keep-separate"]);
    assert_eq!(
        store.one(&["audit", "verify", "--head", &head])["result"],
        "OK"
    );
}

/// Alters the log behind the program's back.
fn alter(store: &Store, sql: &str) {
    store.broken();
    let db = rusqlite::Connection::open(store.path()).unwrap();
    let query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'";
    let names: Vec<String> = {
        let mut found = db.prepare(query).unwrap();
        let names = found.query_map([], |row| row.get(0)).unwrap();
        names.collect::<Result<_, _>>().unwrap()
    };
    for name in names {
        db.execute_batch(&format!("DROP TRIGGER \"{name}\""))
            .unwrap();
    }
    assert!(db.execute(sql, []).unwrap() > 0, "{sql}");
}

#[test]
fn an_altered_entry_is_tampered() {
    for sql in [
        "UPDATE audit SET operator = 'mallory' WHERE rowid = 1",
        "UPDATE audit SET reason = 'other' WHERE rowid = 1",
        "UPDATE audit SET hash = replace(hash, 'a', 'b') WHERE rowid = 2",
        "UPDATE audit SET prev = replace(prev, 'a', 'b') WHERE rowid = 3",
        "DELETE FROM audit WHERE rowid = 2",
        "DELETE FROM audit WHERE rowid = 1",
    ] {
        let store = decided();
        alter(&store, sql);
        let ran = store.run(&["audit", "verify", "--json"]);
        assert_eq!(ran.exit, 4, "{sql}: {ran:?}");
        assert_eq!(ran.lines()[0]["result"], "TAMPERED", "{sql}");
        assert!(
            store.run(&["audit", "verify"]).out.contains("TAMPERED"),
            "{sql}"
        );
    }
}

#[test]
fn a_cut_tail_shows_with_the_head_that_was_noted() {
    let store = decided();
    let head = store.one(&["audit", "verify"])["head"]
        .as_str()
        .unwrap()
        .to_owned();
    alter(
        &store,
        "DELETE FROM audit WHERE rowid = (SELECT max(rowid) FROM audit)",
    );
    let ran = store.run(&["audit", "verify", "--json", "--head", &head]);
    assert_eq!(ran.exit, 4, "{ran:?}");
    assert_ne!(ran.lines()[0]["result"], "OK");
}

#[test]
fn the_exported_log_is_a_file() {
    let store = decided();
    let file = store.dir.path().join("log.jsonl");
    assert_eq!(
        store.run(&["audit", "export", file.to_str().unwrap()]).exit,
        0
    );
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.lines().count() >= 3 && text.contains("same name"));
}

#[test]
fn exported_decisions_are_oldest_first() {
    let store = decided();
    let all = store.json(&["export", "decisions", "--format", "jsonl"]);
    let actions: Vec<_> = all.iter().map(|d| d["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["merge", "undo", "keep_separate"]);
}

#[test]
fn doctor_lists_its_checks() {
    let store = decided();
    let said = store.one(&["doctor", "--replay"]);
    assert_eq!(said["ok"], json!(true));
    assert!(said["schema"].is_u64());
    let checks = said["checks"].as_array().unwrap();
    assert!(
        checks.len() > 3
            && checks
                .iter()
                .all(|c| c["ok"] == true && c["check"].is_string())
    );
}

#[test]
fn doctor_finds_a_link_that_the_events_do_not_give() {
    let store = decided();
    store.broken();
    let db = rusqlite::Connection::open(store.path()).unwrap();
    let tables: i64 = db
        .query_row(
            "SELECT count(*) FROM sqlite_master WHERE name = 'link'",
            [],
            |r| r.get(0),
        )
        .unwrap();
    if tables == 0 {
        return;
    }
    db.execute("DELETE FROM link", []).unwrap();
    drop(db);
    let ran = store.run(&["doctor", "--replay", "--json"]);
    assert_eq!(ran.exit, 4, "{ran:?}");
    assert_eq!(ran.lines()[0]["ok"], json!(false));
}

#[test]
fn a_backup_is_a_consistent_copy() {
    let store = decided();
    let copy = store.dir.path().join("copy.db");
    assert_eq!(store.run(&["backup", copy.to_str().unwrap()]).exit, 0);
    let (seen, log) = (store.seen(), store.json(&["audit"]));
    std::fs::rename(copy, store.path()).unwrap();
    assert_eq!((store.seen(), store.json(&["audit"])), (seen, log));
}
