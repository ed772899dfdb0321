//! The log: a chain that verifies.

use super::traffic::*;
use super::{Store, num};
use serde_json::{Value, json};

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

/// Whom a reject founds stands in no answer; it concerns them all the same.
#[test]
fn a_reject_concerns_the_contact_that_it_founded() {
    let person = json!({"bsuid": X, "phone": P, "name": "Ana"});
    let change = [
        message("m1", day(0), &person),
        new_id("s1", day(5), X, "US.2"),
    ];
    let store = Store::with(&change);
    let rejected = store.decide(&store.case(), &["reject"]);
    let undone = store.undo(&rejected);
    let again = store.undo(&undone);
    let other = store.one(&["resolve", "--bsuid", "US.2"])["contact"].to_string();
    assert_ne!(
        other,
        store.one(&["resolve", "--bsuid", X])["contact"].to_string()
    );
    let all = [&rejected, &undone, &again].map(|d| d["decision"].clone());
    let numbers =
        |rows: &[Value]| -> Vec<Value> { rows.iter().map(|row| row["decision"].clone()).collect() };
    let page = store.one(&["contact", &other]);
    assert_eq!(numbers(page["decisions"].as_array().unwrap()), all);
    assert_eq!(numbers(&store.json(&["audit", "--contact", &other])), all);
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

/// By the hash alone or with its store, in the store and in an exported log;
/// also where one of the logs is empty.
#[test]
fn a_head_of_another_store_cannot_be_told() {
    let (store, other, empty) = (decided(), decided(), Store::new());
    empty.ingest(&[]);
    let file = store.dir.path().join("log.jsonl");
    let file = file.to_str().unwrap();
    store.one(&["audit", "export", file]);
    let told = other.one(&["audit", "verify"]);
    for head in [&told["head"], &told["keep"]] {
        let head = head.as_str().unwrap();
        for (store, args) in [
            (&store, &["audit", "verify", "--head", head][..]),
            (&store, &["audit", "verify", file, "--head", head]),
            (&empty, &["audit", "verify", "--head", head]),
        ] {
            let ran = store.run(&[args, &["--json"]].concat());
            assert_eq!(ran.exit, 4, "{ran:?}");
            assert_eq!(ran.lines()[0]["result"], "CANNOT TELL", "{ran:?}");
        }
        let ran = other.run(&["audit", "verify", "--head", head]);
        assert_eq!(ran.exit, 0, "{ran:?}");
    }
    // The same store's, which its log does not reach, is no such head.
    let own = store.one(&["audit", "verify"])["head"].clone();
    let own = own.as_str().unwrap();
    let gone = format!("{}{}", &own[..8], &told["head"].as_str().unwrap()[8..]);
    let ran = store.run(&["audit", "verify", "--head", &gone, "--json"]);
    assert_eq!(ran.lines()[0]["result"], "TAMPERED", "{ran:?}");
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
fn doctor_finds_a_message_that_says_what_nobody_wrote() {
    let store = decided();
    store.broken();
    let db = rusqlite::Connection::open(store.path()).unwrap();
    let edit = "UPDATE event SET body = 'I agree' WHERE id = (SELECT min(id) FROM event WHERE body IS NOT NULL)";
    assert_eq!(db.execute(edit, []).unwrap(), 1);
    drop(db);
    let ran = store.run(&["doctor", "--replay"]);
    assert_eq!(ran.exit, 4, "{ran:?}");
    assert!(
        ran.out
            .contains("reads differently now than it is stored: its text"),
        "{ran:?}"
    );
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

#[test]
fn an_exported_log_is_checked_without_the_store() {
    let store = decided();
    let file = store.dir.path().join("log.jsonl");
    let path = file.to_str().unwrap();
    let made = store.one(&["audit", "export", path]);
    let head = store.one(&["audit", "verify"]);
    assert_eq!(
        (&made["head"], &made["keep"]),
        (&head["head"], &head["keep"])
    );
    private(&file);
    // Nothing is written over.
    assert_eq!(store.run(&["audit", "export", path]).exit, 1);
    store.broken();
    std::fs::remove_file(store.path()).unwrap();
    let keep = made["keep"].as_str().unwrap();
    let said = store.one(&["audit", "verify", path, "--head", keep]);
    assert_eq!((&said["result"], num(&said["entries"])), (&json!("OK"), 3));
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("olga", "eve")).unwrap();
    let ran = store.run(&["audit", "verify", path, "--json"]);
    assert_eq!((ran.exit, &ran.lines()[0]["first_bad"]), (4, &json!(3)));
}

#[cfg(unix)]
fn private(file: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[cfg(not(unix))]
fn private(_: &std::path::Path) {}

#[test]
fn a_log_that_is_not_there_to_be_read_cannot_be_told() {
    let cannot = |exit: i32, store: &Store, args: &[&str]| {
        let ran = store.run(&[args, &["--json"]].concat());
        assert_eq!(ran.exit, exit, "{args:?} {ran:?}");
        assert_eq!(ran.lines()[0]["result"], "CANNOT TELL", "{ran:?}");
    };
    let store = decided();
    store.broken();
    let notes = store.dir.path().join("notes.txt");
    std::fs::write(&notes, "no log, and no database").unwrap();
    for (file, exit) in [("notes.txt", 4), ("missing.jsonl", 4), (".", 4)] {
        let path = store.dir.path().join(file);
        cannot(exit, &store, &["audit", "verify", path.to_str().unwrap()]);
    }
    let other = decided();
    let keep = other.one(&["audit", "verify"])["keep"].clone();
    cannot(
        4,
        &store,
        &["audit", "verify", "--head", keep.as_str().unwrap()],
    );
    let db = rusqlite::Connection::open(store.path()).unwrap();
    db.execute_batch("DROP TABLE audit").unwrap();
    drop(db);
    cannot(4, &store, &["audit", "verify"]);
    std::fs::copy(&notes, store.path()).unwrap();
    cannot(3, &store, &["audit", "verify"]);
    std::fs::remove_file(store.path()).unwrap();
    cannot(4, &store, &["audit", "verify"]);
}

/// The copy passes every check, whatever was being written meanwhile.
#[test]
fn a_backup_is_taken_while_others_ingest_and_decide() {
    use std::sync::atomic::{AtomicBool, Ordering};
    let store = decided();
    let copied = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut written = 0;
            for n in 0..200 {
                if copied.load(Ordering::Relaxed) {
                    break;
                }
                let phone = format!("4915100{n:04}");
                store.ingest(&[message(&format!("w{n}"), day(5), &json!({"phone": phone}))]);
                let ask = store.ask(store.of(&phone), store.of(P));
                store.decide(&ask, &["keep-separate"]);
                written += 1;
            }
            written
        });
        for n in 0..4 {
            let copy = store.dir.path().join(format!("copy{n}.db"));
            let path = copy.to_str().unwrap();
            let made = store.one(&["backup", path]);
            private(&copy);
            let keep = made["keep"].as_str().unwrap();
            for check in [
                &["doctor", "--replay"][..],
                &["audit", "verify", "--head", keep],
            ] {
                let ran = store.on(&copy, &[check, &["--json"]].concat(), b"");
                assert_eq!(ran.exit, 0, "{ran:?}");
            }
            let again = store.run(&["backup", path]);
            assert!(
                again.exit == 1 && again.err.contains("exists already"),
                "{again:?}"
            );
        }
        copied.store(true, Ordering::Relaxed);
        assert!(writer.join().unwrap() > 0);
    });
    let left = std::fs::read_dir(store.dir.path()).unwrap();
    let left = left.filter(|file| {
        let name = file.as_ref().unwrap().file_name();
        name.to_string_lossy().starts_with(".reunite-")
    });
    assert_eq!(left.count(), 0);
}
