//! How a command ends where the store, a file or the configuration is not what
//! it should be: the exit codes of the contract, and errors that say what to do.

use super::traffic::*;
use super::{Ran, Store};
use serde_json::{Value, json};
use std::path::Path;

fn small() -> Store {
    Store::with(&[
        message("m1", day(0), &json!({"phone": "16315551181"})),
        message("m2", day(1), &json!({"bsuid": "US.1001"})),
        message(
            "m3",
            day(2),
            &json!({"phone": "16315551181", "bsuid": "US.1001"}),
        ),
    ])
}

/// What went wrong, and what to do next: a hint of its own, or one within.
fn advises(ran: &Ran) {
    let advice = ["hint:", "`reunite ", "--store", "; "];
    assert!(ran.err.starts_with("error: "), "{ran:?}");
    assert!(
        advice.iter().any(|word| ran.err.contains(word)),
        "no advice: {ran:?}"
    );
}

/// All that read or write a store.
const COMMANDS: [&[&str]; 14] = [
    &["cases"],
    &["case", "1"],
    &["contacts"],
    &["contact", "1"],
    &["resolve", "--phone", "16315551181"],
    &["ask", "1", "2"],
    &["decide", "1", "merge"],
    &["decide", "1", "merge", "--dry-run"],
    &["approve"],
    &["undo", "1"],
    &["audit"],
    &["doctor"],
    &["stats"],
    &["export", "contacts"],
];

#[test]
fn what_is_no_store_is_exit_3_for_each_command() {
    let store = small();
    let place = |name: &str| store.dir.path().join(name);
    std::fs::write(
        place("notes"),
        "no database at all, but longer than a header",
    )
    .unwrap();
    std::fs::write(place("short"), "x").unwrap();
    std::fs::create_dir(place("folder")).unwrap();
    let other = rusqlite::Connection::open(place("other")).unwrap();
    other.execute_batch("CREATE TABLE t (a)").unwrap();
    drop(other);
    for name in ["notes", "short", "folder", "other"] {
        for args in COMMANDS.into_iter().chain([&["ingest"][..]]) {
            let ran = store.on(&place(name), args, b"");
            assert_eq!(
                (ran.exit, ran.out.as_str()),
                (3, ""),
                "{name} {args:?} {ran:?}"
            );
            advises(&ran);
        }
        assert_eq!(verified(&store, &place(name)).0, 3);
    }
    for args in COMMANDS {
        let ran = store.on(&place("nowhere/x.db"), args, b"");
        assert_eq!((ran.exit, ran.out.as_str()), (1, ""), "{args:?} {ran:?}");
        advises(&ran);
    }
    assert!(!place("nowhere").exists());
    assert_eq!(verified(&store, &place("nowhere/x.db")).0, 4);
}

/// One page of many: what needs it is exit 3, and `doctor` tells it from the rest.
#[test]
fn a_damaged_page_is_a_fault_that_doctor_finds() {
    let store = small();
    store.broken();
    let copy = store.dir.path().join("copy.db");
    assert_eq!(store.run(&["backup", copy.to_str().unwrap()]).exit, 0);
    let db = rusqlite::Connection::open(&copy).unwrap();
    let page: i64 = db
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'contact'",
            [],
            |r| r.get(0),
        )
        .unwrap();
    let size: i64 = db
        .pragma_query_value(None, "page_size", |r| r.get(0))
        .unwrap();
    drop(db);
    let [page, size] = [page, size].map(|n| usize::try_from(n).unwrap());
    let mut bytes = std::fs::read(&copy).unwrap();
    bytes[(page - 1) * size..page * size].fill(0x5a);
    std::fs::write(&copy, bytes).unwrap();
    for args in [
        &["contacts"][..],
        &["contact", "1"],
        &["decide", "1", "merge"],
    ] {
        let ran = store.on(&copy, args, b"");
        assert_eq!((ran.exit, ran.out.as_str()), (3, ""), "{args:?} {ran:?}");
        advises(&ran);
    }
    let ran = store.on(&copy, &["doctor", "--json"], b"");
    assert_eq!(ran.exit, 4, "{ran:?}");
    let found = &ran.lines()[0];
    assert_eq!(found["ok"], false);
    let file = &found["checks"][0];
    assert_eq!(
        (&file["check"], &file["ok"]),
        (&json!("file"), &json!(false))
    );
    let detail = file["detail"].as_str().unwrap();
    assert!(!detail.starts_with("the store"), "{detail}");
    // The log is on other pages, and whole.
    assert_eq!(store.on(&copy, &["audit", "verify"], b"").exit, 0);
}

/// The exit code of `audit verify` on what is there to be read by nobody.
fn verified(store: &Store, path: &Path) -> (i32, Value) {
    let ran = store.on(path, &["audit", "verify", "--json"], b"");
    let said = ran.lines();
    assert_eq!(said.len(), 1, "{ran:?}");
    assert_eq!(said[0]["result"], "CANNOT TELL");
    advises(&ran);
    let human = store.on(path, &["audit", "verify"], b"");
    assert_eq!(human.out, "CANNOT TELL\n");
    (ran.exit, said[0].clone())
}

#[test]
fn a_newer_store_and_a_damaged_one_are_exit_3() {
    let store = small();
    store.broken();
    let newer = store.dir.path().join("newer.db");
    let damaged = store.dir.path().join("damaged.db");
    for copy in [&newer, &damaged] {
        let copied = store.run(&["backup", copy.to_str().unwrap()]);
        assert_eq!(copied.exit, 0, "{copied:?}");
    }
    let db = rusqlite::Connection::open(&newer).unwrap();
    db.execute_batch("PRAGMA user_version = 999").unwrap();
    drop(db);
    let bytes = std::fs::read(&damaged).unwrap();
    std::fs::write(&damaged, &bytes[..bytes.len() / 3]).unwrap();
    for path in [&newer, &damaged] {
        for args in COMMANDS {
            let ran = store.on(path, args, b"");
            assert_eq!((ran.exit, ran.out.as_str()), (3, ""), "{args:?} {ran:?}");
            advises(&ran);
        }
        assert_eq!(verified(&store, path).0, 3);
    }
}

#[test]
fn a_dry_run_writes_nothing_and_so_is_allowed_read_only() {
    let store = small();
    store.config("[review.four_eyes]\nactions = [\"keep_separate\"]\n");
    store.decide(&store.case(), &["defer", "--until", "2100-01-01"]);
    let before = (store.json(&["audit"]), store.cases());
    let list = store.dir.path().join("list.csv");
    std::fs::write(&list, "name,phone\nAna,+16315551181\n").unwrap();
    for args in [
        &["decide", "1", "merge", "--dry-run"][..],
        &["undo", "1", "--dry-run"],
        &["approve", "--dry-run"],
        &["rescope", "--dry-run"],
        &["import", list.to_str().unwrap(), "--dry-run"],
    ] {
        for read_only in [&["--read-only"][..], &[]] {
            let ran = store.run(&[args, read_only, &["--json"]].concat());
            assert_eq!(ran.exit, 0, "{args:?} {ran:?}");
            assert_eq!(ran.lines().pop().unwrap()["dry_run"], true, "{ran:?}");
        }
    }
    assert_eq!((store.json(&["audit"]), store.cases()), before);
    for args in [
        &["decide", "1", "merge"][..],
        &["undo", "1"],
        &["approve"],
        &["rescope"],
        &["ingest"],
        &["ask", "1", "2"],
        &["quarantine", "retry"],
        &["import", list.to_str().unwrap()],
    ] {
        let said = store.refused(&[args, &["--read-only"]].concat());
        assert_eq!(said["refused"], "read_only");
    }
}

/// A backup that is kept where nothing can be written, or a store of somebody
/// else's. Root may write everywhere: there, this tries nothing.
#[cfg(unix)]
#[test]
fn a_store_that_cannot_be_written_is_read_and_refuses_decisions() {
    use std::os::unix::fs::PermissionsExt as _;
    let store = small();
    let allow = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let folder = store.dir.path().join("a place?#%41");
    std::fs::create_dir(&folder).unwrap();
    let copy = folder.join("store.db");
    store.run(&["backup", copy.to_str().unwrap()]);
    let run = |args: &[&str]| store.on(&copy, args, b"");
    let cases = run(&["cases", "--json"]).out;
    assert!(cases.contains("phone_bsuid_conflict"), "{cases}");
    let list = store.dir.path().join("list.csv");
    std::fs::write(&list, "name,phone\nAna,+16315551181\n").unwrap();
    let dry = |run: &dyn Fn(&[&str]) -> Ran| {
        let list = list.to_str().unwrap();
        [
            &["decide", "1", "merge", "--dry-run", "--json"][..],
            &["rescope", "--dry-run", "--json"],
            &["import", list, "--dry-run", "--json"],
        ]
        .map(|args| {
            let ran = run(args);
            assert_eq!(ran.exit, 0, "{args:?} {ran:?}");
            let mut said = ran.lines().pop().unwrap();
            said.as_object_mut().unwrap().remove("elapsed_ms");
            said
        })
    };
    let told = dry(&run);
    allow(&copy, 0o444);
    let is_root = std::fs::OpenOptions::new().append(true).open(&copy).is_ok();
    if !is_root {
        for (file, place) in [(0o444, 0o755), (0o444, 0o555), (0o644, 0o555)] {
            allow(&folder, 0o755);
            for beside in ["store.db-wal", "store.db-shm"] {
                let _ = std::fs::remove_file(folder.join(beside));
            }
            allow(&copy, file);
            allow(&folder, place);
            let read = run(&["cases", "--json"]);
            assert_eq!((read.exit, &read.out), (0, &cases), "{place:o} {read:?}");
            assert_eq!(run(&["doctor", "--replay"]).exit, 0);
            assert_eq!(dry(&run), told, "{file:o} {place:o}");
            for args in [&["decide", "1", "merge"][..], &["undo", "1"], &["ingest"]] {
                let ran = run(&[args, &["--json"]].concat());
                assert_eq!(ran.exit, 1, "{ran:?}");
                assert_eq!(ran.lines()[0]["refused"], "read_only", "{ran:?}");
                advises(&ran);
            }
        }
    }
    allow(&folder, 0o755);
}

/// A rule of the configuration goes into the log when somebody decides, and
/// not when somebody only asks what would be.
#[test]
fn a_dry_run_adopts_no_rule_and_tells_what_it_would_ask() {
    let store = small();
    store.config("[review.four_eyes]\nactions = [\"keep_separate\"]\n");
    for args in [
        &["decide", "1", "merge", "--dry-run"][..],
        &["rescope", "--dry-run"],
    ] {
        store.one(args);
        assert_eq!(store.json(&["audit"]), [] as [Value; 0], "{args:?}");
    }
    store.config("[review.four_eyes]\nactions = [\"merge\"]\n");
    let told = |args: &[&str]| {
        let said = store.json(args);
        assert_eq!(said[0]["applied"], false, "{said:?}");
        assert!(said[0].get("decision").is_none_or(Value::is_null));
        said
    };
    let waits = "once another operator confirms it";
    // Before the rule is taken over, and after.
    for _ in 0..2 {
        let said = &told(&["decide", "1", "merge", "--dry-run"])[0];
        assert_eq!(said["proposes"], true, "{said}");
        assert!(said["summary"].as_str().unwrap().ends_with(waits));
        let said = &told(&["decide", "1", "keep-separate", "--dry-run"])[0];
        assert_eq!(said.get("proposes"), None, "{said}");
        let said = told(&["approve", "--min-confidence", "0", "--dry-run"]);
        assert_eq!(
            (&said[0]["proposes"], &said[1]["proposed"]),
            (&json!(true), &json!(1))
        );
        let human = store.run(&["approve", "--min-confidence", "0", "--dry-run"]);
        assert!(human.out.contains("confirm 1 of them."), "{human:?}");
        store.one(&["proposals", "rule", "--adopt"]);
    }
    store.run(&["--operator", " ana ", "decide", "1", "merge"]);
    let waiting = store.one(&["proposals"]);
    assert_eq!(waiting["operator"], "ana");
    for name in ["ana", "ana ", "ANA"] {
        let said = store.refused(&["--operator", name, "proposals", "confirm", "1"]);
        assert_eq!(said["refused"], "same_operator");
    }
    store.one(&["--operator", "olga", "proposals", "confirm", "1"]);
}

/// An answer names no time that contradicts it.
#[test]
fn nothing_is_put_off_until_a_time_that_has_passed() {
    let store = small();
    for args in [
        &["defer", "--until", "2020-01-01"][..],
        &["defer", "--until", "2020-01-01", "--dry-run"],
        &[
            "relink",
            "--identifier",
            "phone:16315551181",
            "--to",
            "2",
            "--since",
            "2100-01-01",
        ],
    ] {
        let ran = store.run(&[&["decide", "1"], args].concat());
        assert_eq!((ran.exit, ran.out.as_str()), (2, ""), "{args:?} {ran:?}");
        advises(&ran);
    }
    assert_eq!(store.json(&["audit"]), [] as [Value; 0]);
}

#[test]
fn what_is_not_there_cannot_be_verified() {
    let store = small();
    let folder = store.dir.path().to_str().unwrap();
    for file in ["/nowhere/at/all", folder] {
        let args = ["audit", "verify", file];
        let ran = store.run(&args);
        assert_eq!((ran.exit, ran.out.as_str()), (4, "CANNOT TELL\n"));
        assert!(ran.err.contains("\nhint: "), "{ran:?}");
        let ran = store.run(&[&args[..], &["--json"]].concat());
        assert_eq!(
            (ran.exit, &ran.lines()[0]["result"]),
            (4, &json!("CANNOT TELL"))
        );
    }
}

/// Which entry, what is wrong with it, and what helps.
#[test]
fn a_damaged_log_is_not_exported_and_says_where_it_is_damaged() {
    let store = small();
    store.broken();
    let merged = store.decide(&store.case(), &["merge"]);
    store.undo(&merged);
    let db = rusqlite::Connection::open(store.path()).unwrap();
    db.execute_batch("DROP TRIGGER audit_keeps; UPDATE audit SET operator = x'ff' WHERE entry = 2")
        .unwrap();
    drop(db);
    let file = store.dir.path().join("log.jsonl");
    for args in [
        &["audit", "export", file.to_str().unwrap()][..],
        &["audit"],
        &["audit", "--json"],
    ] {
        let ran = store.run(args);
        assert_eq!(ran.exit, 1, "{ran:?}");
        for words in ["entry 2", "operator", "`reunite audit verify`", "backup"] {
            assert!(ran.err.contains(words), "{words}: {ran:?}");
        }
    }
    assert!(!file.exists());
    assert_eq!(store.run(&["audit", "verify"]).exit, 4);
}

#[test]
fn keys_of_the_configuration_are_wrong_on_a_line() {
    let store = small();
    for (text, line) in [
        ("[keys.queue]\n\"ctrl-d\" = \"no-such-action\"\n", 2),
        ("\n[keys.nowhere]\n\"j\" = \"down\"\n", 2),
        ("[keys.queue]\n\"j\" = \"down\"\n\"no key\" = \"down\"\n", 3),
        ("frob = 1\n", 1),
        ("[ui]\nmouse = false\nfrob = 1\n", 3),
    ] {
        store.config(text);
        for args in [&["cases"][..], &["config", "check"], &["config", "show"]] {
            let ran = store.run(args);
            assert_eq!((ran.exit, ran.out.as_str()), (1, ""), "{text} {ran:?}");
            assert!(
                ran.err.contains(&format!("config.toml:{line}: ")),
                "{ran:?}"
            );
            advises(&ran);
        }
    }
    store.config("");
}

#[test]
fn what_the_file_system_does_not_let_is_told_with_advice() {
    let store = small();
    let nowhere = "/nowhere/at/all";
    for args in [
        &["ingest", nowhere][..],
        &["import", nowhere],
        &["approve", "--plan", nowhere],
        &["approve", "--dry-run", "--plan", nowhere],
        &["backup", nowhere],
        &["audit", "export", nowhere],
        &["--log", nowhere, "cases"],
        &["--config", nowhere, "cases"],
        &[
            "ingest",
            store.dir.path().join("identity.db/x").to_str().unwrap(),
        ],
    ] {
        let ran = store.run(args);
        assert_eq!(ran.exit, 1, "{args:?} {ran:?}");
        assert!(ran.err.contains("\nhint: "), "{args:?} {ran:?}");
        assert!(!ran.err.contains("doctor"), "{args:?} {ran:?}");
    }
}

#[test]
fn the_log_goes_into_a_closed_pipe_without_a_word() {
    let store = small();
    store.decide(&store.case(), &["merge"]);
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_reunite"))
        .env_remove("REUNITE_CONFIG")
        .env_remove("XDG_CONFIG_HOME")
        .arg("--store")
        .arg(store.path())
        .args(["audit", "export", "-"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let done = child.wait_with_output().unwrap();
    assert_eq!((done.status.code(), done.stderr.len()), (Some(0), 0));
}

/// What older rules did not ask comes with a replay, and that is said.
#[test]
fn a_store_of_older_rules_says_how_to_bring_it_along() {
    let store = small();
    let db = rusqlite::Connection::open(store.path()).unwrap();
    // As an older program left it: without the number of its rules, and with
    // something that today's would not say.
    db.execute_batch("DELETE FROM meta WHERE key = 'rules'; UPDATE contact SET name = 'old'")
        .unwrap();
    drop(db);
    let tells = |args: &[&str]| {
        let ran = store.run(args);
        assert_eq!(ran.exit, 0, "{ran:?}");
        ran.err.contains("`reunite rescope`")
    };
    for args in [
        &["cases", "--json"][..],
        &["decide", "1", "merge"],
        &["ingest"],
    ] {
        assert!(tells(args), "{args:?}");
    }
    assert!(!tells(&["rescope", "--dry-run"]));
    assert!(tells(&["cases"]));
    assert!(!tells(&["rescope"]));
    assert!(!tells(&["cases"]));
    assert_ne!(store.contact(1)["name"], "old");
}

#[test]
fn identifiers_may_carry_their_kind() {
    let store = small();
    for (option, value) in [("--bsuid", "bsuid:US.1001"), ("--bsuid", "US.1001")] {
        assert_eq!(store.resolve(&[option, value])["contact"], 2);
    }
    for value in ["phone:+1 631 555 1181", "16315551181"] {
        assert_eq!(store.resolve(&["--phone", value])["contact"], 1);
    }
}

#[test]
fn a_wrong_number_and_a_wrong_cursor_are_told_in_words() {
    let store = small();
    let ran = store.run(&["case", "seven"]);
    assert_eq!(ran.exit, 2);
    assert!(ran.err.contains("not a number: write 7 or #7"), "{ran:?}");
    let ran = store.run(&["cases", "--after", "x"]);
    assert_eq!(ran.exit, 2);
    assert!(ran.err.contains("is no cursor") && !ran.err.contains("portfolio"));
}

/// The whole page, so that nobody has to look it up.
#[test]
fn ask_prints_the_case_that_it_opens() {
    let store = small();
    let ran = store.run(&["ask", "1", "2"]);
    for part in [
        "Case 2: ",
        "Contact 1 ",
        "Contact 2 ",
        "What each answer would do",
    ] {
        assert!(ran.out.contains(part), "{part}: {ran:?}");
    }
}
