//! Scenarios: traffic in, questions out, answers, and what a store says then.
//!
//! Each runs the program as an operator would, on a store of its own, and is
//! named by the sentence that it holds. When it ends, the store must equal its
//! own replay and its log must verify.

mod traffic;

mod answers;
mod apart;
mod audit;
mod changes;
mod collisions;
mod contention;
mod copies;
mod ends;
mod exports;
mod groups;
mod import;
mod intake;
mod names;
mod phones;
mod queue;
mod refusals;
mod relinks;
mod seeds;
mod surfaces;
mod undo;
mod undo_many;
mod verdicts;

use serde_json::{Value, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;

/// How a run ended and what it said.
#[derive(Debug)]
struct Ran {
    exit: i32,
    out: String,
    err: String,
}

impl Ran {
    fn lines(&self) -> Vec<Value> {
        let lines = self.out.lines();
        lines
            .map(|line| serde_json::from_str(line).expect(line))
            .collect()
    }
}

/// A store in a place of its own.
struct Store {
    dir: TempDir,
    sound: AtomicBool,
}

impl Store {
    fn new() -> Store {
        let dir = tempfile::tempdir().unwrap();
        Store {
            dir,
            sound: AtomicBool::new(true),
        }
    }

    /// A new store that has read these deliveries, one after the other.
    fn with(deliveries: &[Value]) -> Store {
        let store = Store::new();
        store.ingest(deliveries);
        store
    }

    fn path(&self) -> PathBuf {
        self.dir.path().join("identity.db")
    }

    fn config(&self, text: &str) {
        std::fs::write(self.dir.path().join("config.toml"), text).unwrap();
    }

    /// The store was broken on purpose: no check at the end.
    fn broken(&self) {
        self.sound.store(false, Ordering::Relaxed);
    }

    fn pipe(&self, args: &[&str], input: &[u8]) -> Ran {
        self.on(&self.path(), args, input)
    }

    /// The same on the store at `path`.
    fn on(&self, path: &Path, args: &[&str], input: &[u8]) -> Ran {
        let dir = self.dir.path();
        let config = dir.join("config.toml");
        let mut command = Command::new(env!("CARGO_BIN_EXE_reunite"));
        command
            .env_clear()
            .env("HOME", dir)
            .env("USER", "ines")
            .env("LOGNAME", "ines");
        command
            .env("XDG_DATA_HOME", dir)
            .env("XDG_CONFIG_HOME", dir.join("xdg"));
        command.arg("--store").arg(path);
        if config.exists() {
            command.arg("--config").arg(config);
        }
        command.args(args).stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Who refuses at once has ended without reading it.
        match child.stdin.take().unwrap().write_all(input) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => panic!("{error}"),
            _ => {}
        }
        let done = child.wait_with_output().unwrap();
        Ran {
            exit: done.status.code().unwrap(),
            out: String::from_utf8(done.stdout).unwrap(),
            err: String::from_utf8(done.stderr).unwrap(),
        }
    }

    fn run(&self, args: &[&str]) -> Ran {
        self.pipe(args, b"")
    }

    /// What a command that succeeds prints as JSON lines.
    fn json(&self, args: &[&str]) -> Vec<Value> {
        let ran = self.run(&[args, &["--json"]].concat());
        assert_eq!(ran.exit, 0, "{args:?}: {ran:?}");
        ran.lines()
    }

    /// The same, where there is one line.
    fn one(&self, args: &[&str]) -> Value {
        let mut lines = self.json(args);
        assert_eq!(lines.len(), 1, "{args:?}: {lines:#?}");
        lines.remove(0)
    }

    /// The object of a refusal.
    fn refused(&self, args: &[&str]) -> Value {
        let ran = self.run(&[args, &["--json"]].concat());
        assert_eq!(ran.exit, 1, "{args:?}: {ran:?}");
        let said = ran.lines().remove(0);
        assert_eq!(said["applied"], json!(false), "{said}");
        said
    }

    /// Reads deliveries, one JSON line each.
    fn ingest(&self, deliveries: &[Value]) -> Value {
        let lines: String = deliveries
            .iter()
            .flat_map(|d| [d.to_string(), "\n".into()])
            .collect();
        let ran = self.pipe(&["ingest", "--json"], lines.as_bytes());
        assert_eq!(ran.exit, 0, "{ran:?}");
        let report = ran.lines().pop().unwrap();
        counts(&report);
        report
    }

    fn resolve(&self, args: &[&str]) -> Value {
        self.one(&[&["resolve"], args].concat())
    }

    /// The canonical contact of a BSUID; 0 for none.
    fn by(&self, bsuid: &str) -> u64 {
        self.resolve(&["--bsuid", bsuid])["contact"]
            .as_u64()
            .unwrap_or(0)
    }

    /// The canonical contact of a phone; 0 for none.
    fn of(&self, phone: &str) -> u64 {
        self.resolve(&["--phone", phone])["contact"]
            .as_u64()
            .unwrap_or(0)
    }

    /// Every case that there is.
    fn cases(&self) -> Vec<Value> {
        self.json(&["cases", "--state", "all"])
    }

    /// The cases that wait.
    fn open(&self) -> Vec<Value> {
        self.json(&["cases"])
    }

    /// The only case that there is.
    fn case(&self) -> Value {
        let mut cases = self.cases();
        assert_eq!(cases.len(), 1, "{cases:#?}");
        cases.remove(0)
    }

    fn kind(&self, kind: &str) -> Value {
        let mut cases = self.json(&["cases", "--state", "all", "--kind", kind]);
        assert_eq!(cases.len(), 1, "{kind}: {cases:#?}");
        cases.remove(0)
    }

    fn numbered(&self, case: u64) -> Value {
        self.one(&["case", &case.to_string()])
    }

    fn contact(&self, id: u64) -> Value {
        self.one(&["contact", &id.to_string()])
    }

    fn decide(&self, case: &Value, answer: &[&str]) -> Value {
        let case = case["case"].to_string();
        let said = self.one(&[&["decide", &case], answer].concat());
        assert_eq!(said["applied"], json!(true), "{said}");
        said
    }

    fn no(&self, case: &Value, answer: &[&str]) -> Value {
        let case = case["case"].to_string();
        self.refused(&[&["decide", &case], answer].concat())
    }

    fn undo(&self, decision: &Value) -> Value {
        let said = self.one(&["undo", &decision["decision"].to_string()]);
        assert_eq!(said["applied"], json!(true), "{said}");
        said
    }

    /// Asks about two contacts.
    fn ask(&self, one: u64, other: u64) -> Value {
        self.one(&["ask", &one.to_string(), &other.to_string()])
    }

    /// Everything that an application sees, to compare two states.
    fn seen(&self) -> Vec<Value> {
        let mut seen = Vec::new();
        for what in ["contacts", "aliases", "messages"] {
            for mut line in self.json(&["export", what, "--format", "jsonl"]) {
                let fields = line.as_object_mut().unwrap();
                fields.remove("decisions");
                fields.remove("open_cases");
                seen.push(line);
            }
        }
        seen
    }

    /// Canonical contact and member of a message.
    fn message(&self, id: &str) -> (u64, u64) {
        let all = self.json(&["export", "messages", "--format", "jsonl"]);
        let found = all.iter().find(|line| line["message"] == json!(id));
        let found = found.unwrap_or_else(|| panic!("no message {id} in {all:#?}"));
        (num(&found["contact"]), num(&found["member"]))
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if std::thread::panicking() || !self.sound.load(Ordering::Relaxed) || !self.path().exists()
        {
            return;
        }
        let ran = self.run(&["doctor", "--replay", "--json"]);
        assert_eq!(ran.exit, 0, "{ran:?}");
        assert_eq!(ran.lines()[0]["ok"], json!(true), "{ran:?}");
        let ran = self.run(&["audit", "verify", "--json"]);
        assert_eq!((ran.exit, &ran.lines()[0]["result"]), (0, &json!("OK")));
    }
}

fn num(value: &Value) -> u64 {
    value
        .as_u64()
        .unwrap_or_else(|| panic!("no number: {value}"))
}

/// The canonical contacts of a case, in their order.
fn sides(case: &Value) -> Vec<u64> {
    let sides = case["contacts"].as_array().unwrap();
    sides.iter().map(|side| num(&side["contact"])).collect()
}

/// The states of one identifier on a contact's page.
fn state(page: &Value, value: &str) -> String {
    let all = page["identifiers"].as_array().unwrap();
    let found = all.iter().filter(|i| i["value"] == json!(value));
    let states: Vec<_> = found.map(|i| i["state"].as_str().unwrap()).collect();
    states.join(",")
}

/// `read = applied + duplicate + quarantined + unrecognised`.
fn counts(report: &Value) {
    let parts = ["applied", "duplicate", "quarantined", "unrecognised"];
    let sum: u64 = parts.iter().map(|part| num(&report[part])).sum();
    assert_eq!(num(&report["read"]), sum, "{report}");
}
