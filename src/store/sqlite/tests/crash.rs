//! A process that is killed while it decides: what it had acknowledged is
//! there, and nothing is there by half.
//!
//! The full number: `cargo test --lib --release crash -- --ignored --nocapture
//! a_thousand`.

use super::dice::Dice;
use super::{NOW, by};
use crate::domain::case::{Answer, CaseState, Target};
use crate::domain::identifier::{Kind, Named};
use crate::domain::ids::{CaseId, ContactId, DecisionId};
use crate::domain::time::DAY;
use crate::store::sqlite::Sqlite;
use crate::store::{CaseFilter, Decide, Mode, Store, StoreError, Undo};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const STORE: &str = "REUNITE_TEST_CRASH_STORE";
const SEED: &str = "REUNITE_TEST_CRASH_SEED";

fn open(path: &Path) -> Sqlite {
    Sqlite::open(path, Mode::ReadWrite, Duration::from_secs(5)).unwrap()
}

fn answer(kind: usize, dice: &mut Dice) -> Answer {
    match kind {
        0 => Answer::Merge { survivor: None },
        1 => Answer::Relink {
            identifier: Named::of(Kind::Phone, &format!("4915100{}", dice.below(5))).unwrap(),
            to: if dice.below(2) == 0 {
                Target::New
            } else {
                Target::Contact(ContactId(1 + dice.number(5)))
            },
            since: None,
        },
        2 => Answer::KeepSeparate,
        3 => Answer::Accept,
        4 => Answer::Reject,
        _ => Answer::Defer {
            until: NOW.plus(DAY),
        },
    }
}

/// The process that is killed: decides and undoes until then, and says each
/// decision when it is made. Not a test by itself.
#[test]
#[ignore = "started by the others"]
fn worker() {
    let Some(path) = std::env::var_os(STORE) else {
        return;
    };
    let seed: u64 = std::env::var(SEED).unwrap().parse().unwrap();
    let mut dice = Dice::new(seed);
    let mut store = open(Path::new(&path));
    let mut made: Vec<DecisionId> = Vec::new();
    println!("ready");
    loop {
        let done = if made.is_empty() || dice.below(3) > 0 {
            let open = CaseFilter {
                state: Some(CaseState::Open),
                ..CaseFilter::default()
            };
            let cases = store.cases(&open).unwrap();
            let case = if cases.is_empty() {
                CaseId(1)
            } else {
                dice.pick(&cases).case
            };
            // Each kind as often as the others, over the runs.
            let kind = if dice.below(2) == 0 {
                usize::try_from(seed).unwrap() % 6
            } else {
                dice.below(6)
            };
            let ask = Decide {
                case,
                answer: answer(kind, &mut dice),
                expect_version: None,
                dry_run: false,
            };
            store.decide(&ask, &by()).map(|done| vec![done])
        } else {
            let which = Undo::Decision(*dice.pick(&made));
            store.undo(which, dice.below(2) == 0, false, &by())
        };
        match done {
            Ok(all) => {
                for done in all.iter().filter_map(|done| done.decision) {
                    println!("made {done}");
                    made.push(done);
                }
            }
            Err(StoreError::Refused(_) | StoreError::Unknown(_)) => {}
            Err(other) => panic!("{other}"),
        }
    }
}

/// Kills a worker that often; how many decisions were acknowledged before.
fn kills(times: u64) -> (usize, usize) {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().join("base.db");
    // Cases of all kinds, none answered.
    let mut dice = Dice::new(1);
    let mut cases = 0;
    while cases < 6 {
        let mut f = super::Fixture::new();
        for n in 0..5_u8 {
            let (bsuid, phone) = (format!("US.{n}00"), format!("4915100{n}"));
            f.message(Some(&bsuid), None, Some("Ana"), 90 - i64::from(n));
            f.message(None, Some(&phone), Some("Ana"), 80 - i64::from(n));
            f.message(Some(&bsuid), Some(&phone), None, 70 - i64::from(n));
            let to = format!("US.{n}01");
            f.change((Some(&bsuid), None), (Some(&to), None), 60 - i64::from(n));
        }
        cases = f.cases().len();
        f.store.backup(&base, &mut |_, _| {}).unwrap();
    }
    let (mut acknowledged, mut unspoken) = (0, 0);
    for seed in 0..times {
        let path = folder.path().join(format!("{seed}.db"));
        std::fs::copy(&base, &path).unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "store::sqlite::tests::crash::worker"])
            .args(["--ignored", "--nocapture"])
            .env(STORE, &path)
            .env(SEED, seed.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("ready") {
            line.clear();
            assert!(
                said.read_line(&mut line).unwrap() > 0,
                "the worker has ended"
            );
        }
        // At a random moment, before or after some of its decisions.
        let mut heard = String::new();
        for _ in 0..dice.below(6) {
            said.read_line(&mut heard).unwrap();
        }
        let until = Instant::now() + Duration::from_micros(dice.below(5_000) as u64);
        while Instant::now() < until {
            std::hint::spin_loop();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        said.read_to_string(&mut heard).unwrap();
        let store = open(&path);
        let found = store.verify(None).unwrap();
        assert!(found.is_ok(), "seed {seed}: {found:?}");
        let sound = store.doctor(true).unwrap();
        assert!(sound.ok, "seed {seed}: {sound:?}");
        // A line that the kill cut short says nothing.
        let whole = heard.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let made: Vec<i64> = whole
            .lines()
            .filter_map(|line| line.strip_prefix("made ")?.parse().ok())
            .collect();
        let last = found.entries;
        for id in &made {
            let kept: i64 = store
                .db
                .query_row(
                    "SELECT count(*) FROM audit WHERE decision = ?1",
                    [id],
                    |r| r.get(0),
                )
                .unwrap();
            assert_eq!(kept, 1, "seed {seed}: decision {id} is lost");
        }
        acknowledged += made.len();
        unspoken += usize::try_from(last).unwrap() - made.len();
        drop(store);
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{end}", path.display()));
        }
    }
    (acknowledged, unspoken)
}

#[test]
fn a_killed_process_loses_no_acknowledged_decision() {
    let (acknowledged, _) = kills(12);
    assert!(acknowledged > 0);
}

#[test]
#[ignore = "takes minutes"]
fn a_thousand_kills_lose_no_acknowledged_decision() {
    let (acknowledged, unspoken) = kills(1_000);
    println!(
        "1000 kills: {acknowledged} acknowledged decisions, none lost, none by half; {unspoken} made and not yet told"
    );
}
