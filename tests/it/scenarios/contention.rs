//! Many operators on one store, each a process of its own: one of them decides
//! a case, the others learn who did, and nobody waits for long.
//!
//! The whole of it, with the longest wait printed:
//! `cargo test --release --test it -- --ignored --nocapture sixteen_operators`

use super::traffic::*;
use super::{Store, json, num};
use reunite::domain::case::Answer;
use reunite::domain::ids::CaseId;
use reunite::domain::time::Timestamp;
use reunite::review::refusal::Code;
use reunite::store::{self, By, Decide, Mode, StoreError};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A store with `n` changes that wait for a word.
fn changes(n: usize) -> Store {
    let mut all = Vec::new();
    for i in 0..n {
        let (old, new) = (format!("US.1{i}"), format!("US.2{i}"));
        all.push(message(&format!("m{i}"), day(0), &json!({"bsuid": old})));
        all.push(new_id(&format!("s{i}"), day(5), &old, &new));
    }
    Store::with(&all)
}

/// One operator's process: it tries every case, and says how many it won and
/// how long the longest answer took, in microseconds.
#[test]
#[ignore = "a part of the others: one operator's process"]
fn one_operator() {
    let Ok(path) = std::env::var("CONTENDED_STORE") else {
        return;
    };
    let cases: i64 = std::env::var("CONTENDED_CASES").unwrap().parse().unwrap();
    let mut store = store::open(path.as_ref(), Mode::ReadWrite, Duration::from_mins(1)).unwrap();
    let by = By {
        operator: format!("operator {}", std::process::id()),
        at: Timestamp(1_780_000_000_000),
        reason: None,
    };
    let (mut won, mut longest) = (0, Duration::ZERO);
    for case in 1..=cases {
        let decide = Decide {
            case: CaseId(case),
            answer: Answer::Accept,
            expect_version: None,
            dry_run: false,
        };
        let began = Instant::now();
        match store.decide(&decide, &by) {
            Ok(_) => won += 1,
            Err(StoreError::Refused(refusal)) => {
                assert_eq!(refusal.code, Code::AlreadyDecided);
                assert!(
                    refusal
                        .by_operator
                        .is_some_and(|who| who.starts_with("operator "))
                );
            }
            Err(other) => panic!("{other}"),
        }
        longest = longest.max(began.elapsed());
    }
    println!("\nWON {won} LONGEST {}", longest.as_micros());
}

/// Lets `operators` processes loose on `cases`; the longest that any answer took.
fn contend(operators: usize, cases: usize) -> Duration {
    let store = changes(cases);
    let name = "scenarios::contention::one_operator";
    let run = || {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", name, "--ignored", "--nocapture"]);
        child.env("CONTENDED_STORE", store.path());
        child.env("CONTENDED_CASES", cases.to_string());
        child.stdout(Stdio::piped()).spawn().unwrap()
    };
    let all: Vec<_> = (0..operators).map(|_| run()).collect();
    let (mut won, mut longest) = (0, 0);
    for child in all {
        let done = child.wait_with_output().unwrap();
        let out = String::from_utf8(done.stdout).unwrap();
        assert!(done.status.success(), "{out}");
        let line = out.lines().find(|line| line.starts_with("WON ")).unwrap();
        let words: Vec<u64> = line.split(' ').filter_map(|w| w.parse().ok()).collect();
        won += words[0];
        longest = longest.max(words[1]);
    }
    assert_eq!(won, cases as u64, "each case has one winner");
    let decided = store.json(&["cases", "--state", "resolved"]);
    assert_eq!(decided.len(), cases);
    let log = store.json(&["audit"]);
    assert_eq!(log.len(), cases, "and one entry");
    Duration::from_micros(longest)
}

#[test]
fn of_several_operators_on_one_case_one_wins_and_the_others_learn_who() {
    contend(4, 25);
}

#[test]
#[ignore = "takes its time: 16 processes on 500 cases"]
fn sixteen_operators_on_five_hundred_cases() {
    let longest = contend(16, 500);
    println!("the longest of 8000 answers took {longest:?}");
}

#[test]
fn a_batch_and_an_operator_beside_it_have_one_winner_a_case() {
    let store = changes(30);
    let plan = store.dir.path().join("plan.jsonl");
    let plan = plan.to_str().unwrap();
    store.json(&["approve", "--dry-run", "--plan", plan]);
    store.decide(&store.numbered(7), &["reject"]);
    let lines = store.json(&["approve", "--plan", plan]);
    let last = lines.last().unwrap();
    assert_eq!((num(&last["applied"]), num(&last["left_out"])), (29, 1));
    let left = lines.iter().find(|line| line["case"] == json!(7)).unwrap();
    assert_eq!(left["refused"], "already_decided");
    assert_eq!(left["by_operator"], "ines");
    assert!(left["at"].is_string(), "{left}");
}
