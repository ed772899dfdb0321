//! An error anywhere within a decision's transaction leaves the store as it
//! was: it is put before every few steps of the database's own machine, and so
//! before each statement, on the way from the first to the last.
//!
//! The full number: `cargo test --lib --release faults -- --ignored --nocapture`.

use super::{Fixture, NOW, by};
use crate::domain::case::{Answer, Target};
use crate::domain::identifier::{Kind, Named};
use crate::domain::ids::{CaseId, ContactId, DecisionId};
use crate::domain::time::DAY;
use crate::store::{Decide, Store, StoreError, Undo};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Every row of every table, by table.
fn tables(f: &Fixture) -> BTreeMap<String, String> {
    let db = f.db();
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let mut query = db.prepare(tables).unwrap();
    let tables: Vec<String> = query
        .query_map([], |r| r.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut all = BTreeMap::new();
    for table in tables {
        let mut told = String::new();
        let mut query = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let width = query.column_count();
        let mut rows = query.query([]).unwrap();
        while let Some(r) = rows.next().unwrap() {
            for column in 0..width {
                let _ = write!(told, "{:?}|", r.get_ref(column).unwrap());
            }
            told.push('\n');
        }
        all.insert(table, told);
    }
    all
}

type Made = fn() -> Fixture;
type Act = fn(&mut Fixture) -> Result<(), StoreError>;

fn decide(f: &mut Fixture, answer: Answer) -> Result<(), StoreError> {
    let ask = Decide {
        case: CaseId(1),
        answer,
        expect_version: None,
        dry_run: false,
    };
    f.store.decide(&ask, &by()).map(|_| ())
}

fn conflict() -> Fixture {
    let mut f = Fixture::new();
    f.message(Some("US.1"), None, Some("Ana Souza"), 30);
    f.message(None, Some("491511"), Some("Ana"), 20);
    f.message(Some("US.1"), Some("491511"), Some("Ana Souza"), 10);
    f
}

fn pending() -> Fixture {
    let mut f = Fixture::new();
    f.message(Some("US.1"), Some("491511"), Some("Ana"), 30);
    f.change((Some("US.1"), None), (Some("US.2"), Some("491512")), 10);
    f
}

fn merged() -> Fixture {
    let mut f = conflict();
    decide(&mut f, Answer::Merge { survivor: None }).unwrap();
    f
}

fn accepted() -> Fixture {
    let mut f = pending();
    decide(&mut f, Answer::Accept).unwrap();
    f
}

fn relink(to: Target) -> Answer {
    Answer::Relink {
        identifier: Named::of(Kind::Phone, "491511").unwrap(),
        to,
        since: None,
    }
}

/// Each kind of decision, and the store that it is made on.
const ACTS: &[(&str, Made, Act)] = &[
    ("merge", conflict, |f| {
        decide(f, Answer::Merge { survivor: None })
    }),
    ("relink", conflict, |f| {
        decide(f, relink(Target::Contact(ContactId(1))))
    }),
    ("relink to new", conflict, |f| {
        decide(f, relink(Target::New))
    }),
    ("keep separate", conflict, |f| {
        decide(f, Answer::KeepSeparate)
    }),
    ("accept", pending, |f| decide(f, Answer::Accept)),
    ("reject", pending, |f| decide(f, Answer::Reject)),
    ("defer", conflict, |f| {
        decide(
            f,
            Answer::Defer {
                until: NOW.plus(DAY),
            },
        )
    }),
    ("ask", conflict, |f| {
        let both = [ContactId(1), ContactId(2)];
        // What is read after the commit is no part of it.
        super::super::ask::ask(&mut f.store.db, &both, None, &by()).map(|_| ())
    }),
    ("undo", merged, |f| {
        let first = Undo::Decision(DecisionId(1));
        f.store.undo(first, false, false, &by()).map(|_| ())
    }),
    ("undo of an accept", accepted, |f| {
        let first = Undo::Decision(DecisionId(1));
        f.store.undo(first, true, false, &by()).map(|_| ())
    }),
];

/// Fails each kind of decision at every `stride`th step; how often.
fn faults(stride: i64) -> usize {
    let mut points = 0;
    for (what, store, act) in ACTS {
        // How many steps it takes.
        let mut whole = store();
        let steps = Arc::new(AtomicI64::new(0));
        let count = Arc::clone(&steps);
        let counting = move || {
            count.fetch_add(1, Ordering::Relaxed);
            false
        };
        whole.store.db.progress_handler(1, Some(counting)).unwrap();
        // What comes after the commit is no part of the transaction.
        let within = Arc::new(AtomicI64::new(0));
        let (last, now) = (Arc::clone(&within), Arc::clone(&steps));
        let committing = move || {
            last.store(now.load(Ordering::Relaxed), Ordering::Relaxed);
            false
        };
        whole.store.db.commit_hook(Some(committing)).unwrap();
        act(&mut whole).unwrap();
        let steps = within.load(Ordering::Relaxed);
        assert!(steps > 0, "{what} commits nothing");
        let mut f = store();
        let mut before = tables(&f);
        for at in (1..=steps).step_by(usize::try_from(stride).unwrap()) {
            let left = AtomicI64::new(at);
            let failing = move || left.fetch_sub(1, Ordering::Relaxed) == 1;
            f.store.db.progress_handler(1, Some(failing)).unwrap();
            let committed = Arc::new(std::sync::atomic::AtomicBool::new(false));
            let tell = Arc::clone(&committed);
            let committing = move || {
                tell.store(true, Ordering::Relaxed);
                false
            };
            f.store.db.commit_hook(Some(committing)).unwrap();
            let ended = act(&mut f);
            f.store
                .db
                .progress_handler(1, None::<fn() -> bool>)
                .unwrap();
            f.store.db.commit_hook(None::<fn() -> bool>).unwrap();
            // With statements prepared already it takes fewer steps, and an
            // error after the commit is no part of the transaction.
            if ended.is_ok() || committed.load(Ordering::Relaxed) {
                f = store();
                // Another store, with an id of its own.
                before = tables(&f);
                continue;
            }
            assert!(f.db().is_autocommit(), "{what}, step {at}");
            assert!(tables(&f) == before, "{what}, step {at} of {steps}");
            points += 1;
        }
        act(&mut f).unwrap();
        assert!(f.store.doctor(true).unwrap().ok, "{what}");
    }
    points
}

/// A dry run of many looks beside the store: whatever is written to is copied.
#[test]
fn what_decisions_write_to_is_copied_beside_the_store() {
    let mut written = BTreeSet::new();
    for (what, store, act) in ACTS {
        let mut f = store();
        let before = tables(&f);
        act(&mut f).unwrap();
        for (table, rows) in tables(&f) {
            if before.get(&table) != Some(&rows) {
                let is_copied = super::super::aside::WRITTEN.contains(&table.as_str());
                assert!(is_copied, "{what} writes to {table}");
                written.insert(table);
            }
        }
    }
    assert!(written.contains("edge") && written.contains("relink"));
}

#[test]
fn an_error_within_a_decision_leaves_the_store_as_it_was() {
    assert!(faults(211) > 50);
}

#[test]
#[ignore = "takes minutes"]
fn an_error_at_each_of_many_points_leaves_the_store_as_it_was() {
    println!("{} points, the state unchanged at each", faults(5));
}
