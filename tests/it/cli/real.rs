//! The binary on a real store, made of the bundled traffic.

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

struct Real {
    dir: tempfile::TempDir,
    store: PathBuf,
}

impl Real {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = reunite::cli::demo::demo_store(dir.path()).unwrap();
        Self { dir, store }
    }

    fn on(&self, store: &Path, args: &[&str]) -> Output {
        let mut command = Command::cargo_bin("reunite").unwrap();
        command
            .env_clear()
            .env("HOME", self.dir.path())
            .env("REUNITE_STORE", store);
        command.args(args).output().unwrap()
    }

    fn run(&self, args: &[&str]) -> Output {
        self.on(&self.store, args)
    }

    fn json(&self, args: &[&str]) -> Vec<Value> {
        let output = self.run(&[args, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(0), "{args:?} {output:?}");
        let lines = String::from_utf8(output.stdout).unwrap();
        lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

#[test]
fn every_reading_command_works_in_both_forms() {
    let real = Real::new();
    for args in [
        &["cases"][..],
        &["cases", "--state", "all", "--limit", "3"],
        &["case", "1"],
        &["contacts"],
        &["contacts", "ana"],
        &["contact", "1"],
        &["resolve", "--phone", "+1 631 555 1181"],
        &["audit"],
        &["audit", "verify"],
        &["quarantine", "list"],
        &["stats"],
        &["doctor"],
        &["config", "show"],
        &["config", "check"],
        &["export", "contacts"],
        &["export", "aliases"],
        &["export", "messages"],
        &["export", "decisions"],
    ] {
        real.json(args);
        let output = real.run(args);
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert!(output.stderr.is_empty(), "{args:?}");
        let shown = String::from_utf8(output.stdout).unwrap();
        assert!(!shown.contains('\u{1b}'), "{args:?}");
    }
    let some = real.json(&["cases", "--limit", "2"]);
    let after = some[0]["cursor"].as_str().unwrap();
    assert_eq!(
        real.json(&["cases", "--limit", "1", "--after", after])[0]["case"],
        some[1]["case"]
    );
}

#[test]
fn a_decision_and_its_undo() {
    let real = Real::new();
    let cases = real.json(&["cases", "--kind", "phone_bsuid_conflict"]);
    let case = cases[0]["case"].to_string();
    let dry = real.json(&["decide", &case, "merge", "--dry-run"]);
    assert_eq!(
        (&dry[0]["applied"], &dry[0]["dry_run"]),
        (&false.into(), &true.into())
    );
    let done = real.json(&[
        "decide",
        &case,
        "merge",
        "--reason",
        "same orders",
        "--operator",
        "ana",
    ]);
    assert_eq!(
        (&done[0]["applied"], &done[0]["decision"]),
        (&true.into(), &1.into())
    );
    let again = real.run(&["decide", &case, "keep-separate", "--json"]);
    assert_eq!(again.status.code(), Some(1));
    let refused: Value = serde_json::from_slice(&again.stdout).unwrap();
    assert_eq!(
        (&refused["refused"], &refused["by_operator"]),
        (&"already_decided".into(), &"ana".into())
    );
    assert_eq!(real.json(&["undo", "1"])[0]["undoes"], 1);
    let log = real.json(&["audit"]);
    assert_eq!((log.len(), &log[0]["reason"]), (2, &"same orders".into()));
    assert_eq!(real.json(&["audit", "--operator", "ana"]).len(), 1);
    assert_eq!(real.json(&["audit", "verify"])[0]["result"], "OK");
    let read_only = real.run(&["undo", "2", "--read-only"]);
    assert_eq!(read_only.status.code(), Some(1));
}

#[test]
fn what_is_no_store_is_exit_3_and_what_is_not_there_exit_1() {
    let real = Real::new();
    let foreign = real.dir.path().join("notes.txt");
    fs::write(&foreign, "these are notes, and no database at all").unwrap();
    assert_eq!(real.on(&foreign, &["cases"]).status.code(), Some(3));
    let missing = real.dir.path().join("missing.db");
    for args in [&["cases"][..], &["decide", "1", "merge"], &[]] {
        let output = real.on(&missing, args);
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(
            String::from_utf8(output.stderr)
                .unwrap()
                .contains("reunite ingest")
        );
    }
    assert!(!missing.exists());
    assert_eq!(real.run(&["case", "99999"]).status.code(), Some(1));
    assert_eq!(real.run(&["contact", "99999"]).status.code(), Some(1));
}

#[test]
fn a_reader_that_has_enough_is_no_failure() {
    let real = Real::new();
    for args in [
        &["cases", "--json"][..],
        &["export", "messages"],
        &["contacts"],
    ] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_reunite"))
            .env_clear()
            .env("HOME", real.dir.path())
            .env("REUNITE_STORE", &real.store)
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            (output.status.code(), output.stderr.len()),
            (Some(0), 0),
            "{args:?}"
        );
    }
}
