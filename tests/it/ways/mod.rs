//! The ways in, through the program: every form that a file can have, and
//! whatever stops it half-way. Nothing is lost, nothing is counted twice.

mod bent;
mod forms;
#[path = "../../../src/payload/tests/mutate.rs"]
mod mutate;
#[cfg(unix)]
mod stops;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder with a store and input files in it.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The program on this store.
    fn command(&self, args: &[&str]) -> Command {
        self.command_on("identity.db", args)
    }

    fn command_on(&self, store: &str, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reunite"));
        command
            .env_clear()
            .env("HOME", self.0.path())
            .env("USER", "ines")
            .arg("--store")
            .arg(self.0.path().join(store))
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// What `ingest --json` says of these files, which it reads to the end.
    fn ingest(&self, files: &[&Path]) -> Value {
        let mut args = vec!["ingest", "--json"];
        args.extend(files.iter().map(|file| file.to_str().unwrap()));
        let ran = self.run(&args);
        assert!(ran.status.success(), "{ran:?}");
        counts(&ran)
    }

    /// Everything that is exported of a store, and that it is sound.
    fn exports(&self, store: &str) -> Vec<String> {
        let sound = self
            .command_on(store, &["doctor", "--replay"])
            .output()
            .unwrap();
        assert!(sound.status.success(), "{sound:?}");
        let tables = ["contacts", "aliases", "messages", "decisions"];
        let export = |what: &&str| {
            let ran = self
                .command_on(store, &["export", what, "--format", "jsonl"])
                .output()
                .unwrap();
            assert!(ran.status.success(), "{ran:?}");
            String::from_utf8(ran.stdout).unwrap()
        };
        let mut all: Vec<String> = tables.iter().map(export).collect();
        let cases = self
            .command_on(store, &["cases", "--state", "all", "--json"])
            .output()
            .unwrap();
        // How often a case was seen to change depends on where batches end.
        let cases = cases.stdout.split(|byte| *byte == b'\n');
        let plain = cases.filter(|line| !line.is_empty()).map(|line| {
            let mut case: Value = serde_json::from_slice(line).unwrap();
            for moving in ["version", "cursor"] {
                case.as_object_mut().unwrap().remove(moving);
            }
            case.to_string() + "\n"
        });
        all.push(plain.collect());
        all
    }
}

/// The counts that a run printed, which add up.
fn counts(ran: &Output) -> Value {
    let said: Value = serde_json::from_slice(&ran.stdout).unwrap();
    let n = |field: &str| said[field].as_u64().unwrap();
    assert_eq!(
        n("read"),
        n("applied") + n("duplicate") + n("quarantined") + n("unrecognised"),
        "{said}"
    );
    said
}

/// A message of the `n`th person, as one line of JSON.
fn message(n: usize) -> String {
    serde_json::json!({"contacts": [{"wa_id": format!("49170{n:06}"), "user_id": format!("DE.{n}")}],
        "messages": [{"from": format!("49170{n:06}"), "from_user_id": format!("DE.{n}"), "id": format!("w{n}"),
            "timestamp": "1775986200", "type": "text", "text": {"body": "hello"}}]})
    .to_string()
}
