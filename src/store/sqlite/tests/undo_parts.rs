//! An undo of many decisions in several transactions: all or none all the
//! same, and one undo takes it back.

use super::super::undo::{Many, foresee, in_parts, part};
use super::MERGE;
use super::dice::Dice;
use super::{Fixture, by};
use crate::domain::case::{Answer, Target};
use crate::domain::identifier::{Kind, Named};
use crate::domain::ids::{ContactId, DecisionId};
use crate::review::page::Done;
use crate::review::refusal::Code;
use crate::store::{By, Result, Store, StoreError, Undo};
use rusqlite::Connection;
use std::time::Duration;

/// Three pairs of contacts: 1 and 2, 3 and 4, 5 and 6; cases 1 to 3 ask of each.
fn pairs() -> Fixture {
    let mut f = Fixture::new();
    for (n, bsuid) in ["US.1", "US.2", "US.3"].into_iter().enumerate() {
        let phone = format!("4915110{n}");
        f.message(Some(bsuid), None, Some("Ana Souza"), 30);
        f.message(None, Some(&phone), Some("Ana Souza"), 29);
        f.message(Some(bsuid), Some(&phone), Some("Ana Souza"), 28);
    }
    f
}

fn ids(ids: &[i64]) -> Vec<DecisionId> {
    ids.iter().copied().map(DecisionId).collect()
}

/// Undoes these, each in a transaction of its own.
fn undo(f: &mut Fixture, these: &[i64]) -> Result<Vec<Done>> {
    let targets = |_: &Connection| Ok(ids(these));
    let many = Many {
        targets: &targets,
        what: "undo of a test".into(),
        cascade: false,
        by: &by(),
        hold: Duration::ZERO,
        least: 1,
    };
    in_parts(&mut f.store.db, &many)
}

fn unfinished(f: &Fixture) -> i64 {
    let sql = "SELECT count(*) FROM batch WHERE NOT finished";
    f.db().query_row(sql, [], |r| r.get(0)).unwrap()
}

fn well(f: &Fixture) {
    let diagnosis = f.store.doctor(true).unwrap();
    assert!(diagnosis.ok, "{diagnosis:?}");
}

#[test]
fn one_undo_takes_all_parts_back() {
    let mut f = pairs();
    let before = f.state();
    for case in 1..=3 {
        f.decide(case, MERGE).unwrap();
    }
    let merged = f.state();
    let done = undo(&mut f, &[1, 2, 3]).unwrap();
    let undone: Vec<_> = done.iter().filter_map(|done| done.undoes).collect();
    assert_eq!(undone, ids(&[3, 2, 1]), "the latest first");
    assert_eq!((f.state(), unfinished(&f)), (before, 0));
    let batch = done[0].batch.unwrap();
    assert!(done.iter().all(|done| done.batch == Some(batch)));
    f.store
        .undo(Undo::Batch(batch), false, false, &by())
        .unwrap();
    assert_eq!(f.state(), merged);
    well(&f);
}

/// A redo whose decision was undone again by another way: nothing would come of
/// undoing it, and that is said.
#[test]
fn an_undo_that_changes_nothing_is_refused_and_says_why() {
    let mut f = pairs();
    f.decide(1, MERGE).unwrap();
    for id in [1, 2, 1] {
        f.undo(DecisionId(id)).unwrap();
    }
    // 2 took 1 out, 3 put it back, 4 took it out again.
    let before = f.state();
    for dry_run in [true, false] {
        let what = Undo::Decision(DecisionId(3));
        match f.store.undo(what, false, dry_run, &by()) {
            Err(StoreError::Refused(refusal)) => {
                assert_eq!(refusal.code, Code::NotApplicable);
                assert_eq!(refusal.by_decision, Some(DecisionId(4)));
                assert!(refusal.detail.contains("`reunite undo 4`"), "{refusal}");
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(f.state(), before);
    // Of several, the rest goes.
    f.decide(2, MERGE).unwrap();
    let done = undo(&mut f, &[3, 5]).unwrap();
    let undone: Vec<_> = done.iter().filter_map(|done| done.undoes).collect();
    assert_eq!(undone, ids(&[5]));
    f.undo(DecisionId(4)).unwrap();
    f.undo(DecisionId(3)).unwrap();
    assert_eq!(f.state(), before);
    well(&f);
}

#[test]
fn a_batch_that_several_have_undone_names_them_all() {
    let mut f = pairs();
    for case in 1..=3 {
        f.decide(case, MERGE).unwrap();
    }
    let batch = undo(&mut f, &[1, 2, 3]).unwrap()[0].batch.unwrap();
    let undone = |f: &mut Fixture, id: i64, operator: &str| {
        let by = By {
            operator: operator.into(),
            ..by()
        };
        let what = Undo::Decision(DecisionId(id));
        f.store.undo(what, false, false, &by).unwrap();
    };
    for (id, operator) in [(4, "ben"), (5, "cleo"), (6, "ana")] {
        undone(&mut f, id, operator);
    }
    match f.store.undo(Undo::Batch(batch), false, false, &by()) {
        Err(StoreError::Refused(refusal)) => {
            assert_eq!(*refusal.by_operators, ["ana", "cleo", "ben"]);
            assert_eq!(refusal.by_operator.as_deref(), Some("ana"));
            for words in [
                "by ana and 2 more, last at",
                "`reunite undo 9`, `reunite undo 8`",
            ] {
                assert!(refusal.detail.contains(words), "{refusal}");
            }
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_refusal_puts_back_what_other_parts_have_undone() {
    let mut f = pairs();
    let relink = Answer::Relink {
        identifier: Named::of(Kind::Phone, "49151100").unwrap(),
        to: Target::New,
        since: None,
    };
    f.decide(1, relink).unwrap();
    f.decide(2, MERGE).unwrap();
    // Somebody else's merge stands on the contact that the relink founded.
    let about = [ContactId(7), ContactId(5)];
    let case = f.store.ask(&about, None, &by()).unwrap().case;
    f.decide(case.0, MERGE).unwrap();
    let before = f.state();
    match undo(&mut f, &[1, 2]) {
        Err(StoreError::Refused(refusal)) => {
            assert_eq!(refusal.code, Code::Depends);
            assert_eq!(refusal.by_decisions, ids(&[3]));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!((f.state(), unfinished(&f)), (before, 0));
    well(&f);
}

#[test]
fn a_stopped_undo_goes_on_in_the_same_batch() {
    let mut f = pairs();
    let before = f.state();
    for case in 1..=3 {
        f.decide(case, MERGE).unwrap();
    }
    let merged = f.state();
    let standing = |db: &Connection| {
        let sql =
            "SELECT id FROM decision WHERE undone_by IS NULL AND action = 'merge' ORDER BY id";
        let mut query = db.prepare(sql)?;
        let found = query.query_map([], |r| Ok(DecisionId(r.get(0)?)))?;
        Ok(found.collect::<rusqlite::Result<Vec<_>>>()?)
    };
    let by = by();
    let many = Many {
        targets: &standing,
        what: "undo of a test".into(),
        cascade: false,
        by: &by,
        hold: Duration::ZERO,
        least: 1,
    };
    let (first, rest) = part(&mut f.store.db, &many, None).unwrap();
    assert!(first.len() == 1 && rest.is_some());
    assert_eq!(unfinished(&f), 1);
    // Here the program is killed, and asked for the same again.
    let others = in_parts(&mut f.store.db, &many).unwrap();
    assert_eq!((others.len(), unfinished(&f)), (2, 0));
    assert_eq!(f.state(), before);
    assert_eq!(others[0].batch, first[0].batch);
    let batch = first[0].batch.unwrap();
    f.store.undo(Undo::Batch(batch), false, false, &by).unwrap();
    assert_eq!(f.state(), merged);
    well(&f);
}

#[test]
fn what_another_operator_undoes_meanwhile_is_no_fault() {
    let mut f = pairs();
    for case in 1..=3 {
        f.decide(case, MERGE).unwrap();
    }
    let targets = |_: &Connection| Ok(ids(&[1, 2, 3]));
    let by = by();
    let many = Many {
        targets: &targets,
        what: "undo of a test".into(),
        cascade: false,
        by: &by,
        hold: Duration::ZERO,
        least: 1,
    };
    let (_, mut rest) = part(&mut f.store.db, &many, None).unwrap();
    f.undo(DecisionId(2)).unwrap();
    while rest.is_some() {
        (_, rest) = part(&mut f.store.db, &many, rest).unwrap();
    }
    let sql = "SELECT count(*) FROM decision WHERE action = 'undo'";
    let undos: i64 = f.db().query_row(sql, [], |r| r.get(0)).unwrap();
    assert_eq!(undos, 3);
    well(&f);
}

#[test]
fn what_many_undos_would_do_is_seen_while_another_writes() {
    let mut seen = 0;
    for seed in 0..30 {
        let mut f = Dice::new(seed).store(4);
        let (before, path) = (f.state(), f.store.path.clone());
        let standing = |db: &Connection| {
            let sql =
                "SELECT id FROM decision WHERE undone_by IS NULL AND action <> 'undo' ORDER BY id";
            let mut query = db.prepare(sql)?;
            let ids = query.query_map([], |r| r.get(0).map(DecisionId))?;
            Ok(ids.collect::<rusqlite::Result<Vec<_>>>()?)
        };
        let mut told = |few| {
            let done = foresee(&mut f.store.db, &standing, true, few, &by());
            format!("{done:?}")
        };
        let in_place = told(usize::MAX);
        let other = Connection::open(path).unwrap();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        assert_eq!(told(0), in_place, "seed {seed}");
        assert_eq!(f.state(), before);
        seen += in_place.matches("undoes: Some").count();
    }
    assert!(seen > 50, "only {seen} undos were looked at");
}
