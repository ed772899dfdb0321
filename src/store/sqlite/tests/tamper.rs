//! Tamperings of the log, all of which the kept head shows, and stores that
//! nobody touched, which are never accused.
//!
//! The full numbers: `cargo test --lib --release tamper -- --ignored --nocapture`.

use super::Fixture;
use super::dice::Dice;
use super::random::run;
use crate::store::chain::{FORMAT, Link};
use crate::store::sqlite::read::verify::{link, verify};
use crate::store::sqlite::record;
use crate::store::{Mode, Store};
use rusqlite::{Connection, params};
use std::time::{Duration, Instant};

const AUDIT: &[&str] = &[
    "entry", "at", "operator", "action", "decision", "batch", "undoes", "\"case\"", "reason",
    "before", "after", "prev", "hash", "format", "store", "host", "program", "event", "terms",
];
const DECISION: &[&str] = &[
    "id",
    "batch",
    "action",
    "\"case\"",
    "operator",
    "at",
    "reason",
    "after",
    "terms",
    "undoes",
    "undone_by",
];

/// Everything that the log is, to see whether a tampering did something.
fn dump(db: &Connection) -> Vec<String> {
    let mut all = Vec::new();
    for sql in [
        "SELECT * FROM audit ORDER BY entry",
        "SELECT * FROM decision ORDER BY id",
        "SELECT * FROM meta WHERE key IN ('store_id', 'audit_head')",
    ] {
        let mut query = db.prepare(sql).unwrap();
        let width = query.column_count();
        let rows = query.query_map([], |r| {
            let cells = (0..width).map(|i| Ok(format!("{:?}", r.get_ref(i)?)));
            cells.collect::<rusqlite::Result<Vec<_>>>()
        });
        all.extend(rows.unwrap().map(|row| row.unwrap().join("|")));
    }
    all
}

fn triggers(db: &Connection) -> Vec<(String, String)> {
    let sql = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'";
    let mut query = db.prepare(sql).unwrap();
    let found = query.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
    found.map(Result::unwrap).collect()
}

fn one(db: &Connection, sql: &str) -> i64 {
    db.query_row(sql, [], |r| r.get(0)).unwrap()
}

/// A random value, as SQL.
fn value(dice: &mut Dice) -> String {
    match dice.below(8) {
        0 => "NULL".into(),
        1 => format!("x'{:02x}'", dice.below(256)),
        2 => "''".into(),
        3 => "'ines'".into(),
        4 => "'{}'".into(),
        5 => format!("'{}'", "0".repeat(64)),
        _ => dice.number(60).to_string(),
    }
}

/// Makes the chain whole again, as somebody who knows the code would.
pub(super) fn rechain(db: &Connection) {
    let store: String = db
        .query_row("SELECT value FROM meta WHERE key = 'store_id'", [], |r| {
            r.get(0)
        })
        .unwrap();
    let count = one(db, "SELECT count(*) FROM audit");
    let mut prev = String::new();
    for entry in 1..=count {
        let sql = r#"SELECT entry, at, operator, action, decision, batch, undoes, "case", reason, before, after, prev,
                     hash, format, store, host, program, event, terms FROM audit WHERE entry = ?1"#;
        let hash = db
            .query_row(sql, [entry], |r| {
                let (link, _) = link(r, &store)?;
                Ok(Link {
                    prev: &prev,
                    ..link
                }
                .hash())
            })
            .unwrap();
        db.execute(
            "UPDATE audit SET prev = ?2, hash = ?3 WHERE entry = ?1",
            params![entry, prev, hash],
        )
        .unwrap();
        prev = hash;
    }
    db.execute(
        "UPDATE meta SET value = ?1 WHERE key = 'audit_head'",
        [prev],
    )
    .unwrap();
}

/// Cuts the last entries off, with all that followed from them.
fn cut(db: &Connection, from: i64) {
    db.execute_batch(&format!(
        "UPDATE decision SET undone_by = NULL WHERE undone_by IN (SELECT decision FROM audit WHERE entry >= {from});
         DELETE FROM decision WHERE id IN (SELECT decision FROM audit WHERE entry >= {from});
         DELETE FROM audit WHERE entry >= {from};
         UPDATE meta SET value = coalesce((SELECT hash FROM audit ORDER BY entry DESC LIMIT 1), '')
           WHERE key = 'audit_head'"
    ))
    .unwrap();
}

/// Tampers once; what was done. Some attempts change nothing.
fn tamper(db: &Connection, dice: &mut Dice) -> String {
    let last = one(db, "SELECT count(*) FROM audit");
    let entry = 1 + dice.number(usize::try_from(last).unwrap());
    let decision =
        1 + dice.number(usize::try_from(one(db, "SELECT max(id) FROM decision")).unwrap());
    let batch = |sql: &str| {
        // What the table itself refuses is no tampering.
        let _ = db.execute_batch(sql);
        sql.to_owned()
    };
    match dice.below(12) {
        0..3 => {
            let (column, value) = (dice.pick(AUDIT), value(dice));
            batch(&format!(
                "UPDATE audit SET {column} = {value} WHERE entry = {entry}"
            ))
        }
        3..5 => {
            let (column, value) = (dice.pick(DECISION), value(dice));
            batch(&format!(
                "UPDATE decision SET {column} = {value} WHERE id = {decision}"
            ))
        }
        5 => batch(&format!("DELETE FROM audit WHERE entry = {entry}")),
        6 => batch(&format!("DELETE FROM decision WHERE id = {decision}")),
        7 => {
            let to = last + 1 + dice.number(2);
            batch(&format!(
                r#"INSERT INTO audit SELECT {to}, at, operator, action, decision, batch, undoes, "case", reason, before,
                     after, (SELECT hash FROM audit ORDER BY entry DESC LIMIT 1), hash, format, store, host, program,
                     event, terms FROM audit WHERE entry = {entry}"#
            ))
        }
        8 => {
            let other = 1 + dice.number(usize::try_from(last).unwrap());
            batch(&format!(
                "UPDATE audit SET entry = -1 WHERE entry = {entry};
                 UPDATE audit SET entry = {entry} WHERE entry = {other};
                 UPDATE audit SET entry = {other} WHERE entry = -1"
            ))
        }
        9 => {
            cut(db, entry);
            format!("cut from {entry}")
        }
        10 => {
            let value = if dice.below(2) == 0 { "eve" } else { "x" };
            db.execute_batch(&format!(
                "UPDATE audit SET operator = '{value}' WHERE entry = {entry};
                 UPDATE decision SET operator = '{value}' WHERE id = (SELECT decision FROM audit WHERE entry = {entry})"
            ))
            .unwrap();
            rechain(db);
            format!("re-chained from {entry}")
        }
        _ => {
            let key = dice.pick(&["store_id", "audit_head"]);
            batch(&format!("UPDATE meta SET value = 'x' WHERE key = '{key}'"))
        }
    }
}

/// A store with a long log, and its head.
fn logged(dice: &mut Dice, least: i64) -> (Fixture, String) {
    let mut f = Fixture::new();
    while one(f.db(), "SELECT count(*) FROM audit") < least {
        let steps = dice.steps();
        run(&mut f, &steps);
    }
    let head = verify(f.db(), None).unwrap();
    assert!(head.is_ok(), "{head:?}");
    (f, head.keep.unwrap())
}

/// Tampers that often; all of it is found.
fn tamperings(times: usize) -> (usize, usize) {
    let mut dice = Dice::new(42);
    let (mut f, mut head) = logged(&mut dice, 30);
    let (mut made, mut alone) = (0, 0);
    while made < times {
        if made % 500 == 499 {
            (f, head) = logged(&mut dice, 30);
        }
        let db = f.db();
        let before = dump(db);
        db.execute_batch("SAVEPOINT tamper").unwrap();
        let kept = triggers(db);
        for (name, _) in &kept {
            db.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
        }
        let what = tamper(db, &mut dice);
        for (_, sql) in &kept {
            db.execute_batch(sql).unwrap();
        }
        if dump(db) != before {
            made += 1;
            let verdict = verify(db, Some(&head)).unwrap();
            assert!(!verdict.is_ok(), "{what}: {verdict:?}");
            alone += usize::from(!verify(db, None).unwrap().is_ok());
        }
        db.execute_batch("ROLLBACK TO tamper; RELEASE tamper")
            .unwrap();
        assert!(made % 100 > 0 || verify(db, Some(&head)).unwrap().is_ok());
    }
    (made, alone)
}

/// Stores of random decisions and undos; none is accused.
fn clean(stores: u64) -> i64 {
    let mut entries = 0;
    for seed in 0..stores {
        let f = Dice::new(seed).store(1);
        let verdict = verify(f.db(), None).unwrap();
        assert!(verdict.is_ok(), "seed {seed}: {verdict:?}");
        if let Some(head) = &verdict.keep {
            assert!(verify(f.db(), Some(head)).unwrap().is_ok());
        }
        entries += verdict.entries;
    }
    entries
}

#[test]
fn tamperings_are_found_with_a_kept_head() {
    let (made, alone) = tamperings(300);
    // Cut and re-chained logs are whole in themselves.
    assert!(alone < made);
}

#[test]
fn an_older_copy_is_found_with_a_kept_head() {
    let mut dice = Dice::new(3);
    let (mut f, _) = logged(&mut dice, 5);
    let folder = tempfile::tempdir().unwrap();
    let older = folder.path().join("older.db");
    f.store.backup(&older, &mut |_, _| {}).unwrap();
    let head = loop {
        let before = one(f.db(), "SELECT count(*) FROM audit");
        let steps = dice.steps();
        run(&mut f, &steps);
        if one(f.db(), "SELECT count(*) FROM audit") > before {
            break f.store.verify(None).unwrap().keep.unwrap();
        }
    };
    let wait = Duration::from_secs(1);
    let older = crate::store::open(&older, Mode::ReadOnly, wait).unwrap();
    assert!(older.verify(None).unwrap().is_ok());
    assert_eq!(older.verify(Some(&head)).unwrap().result, "TAMPERED");
}

#[test]
fn clean_stores_are_never_accused() {
    assert!(clean(60) > 0);
}

#[test]
#[ignore = "takes minutes"]
fn ten_thousand_tamperings_and_a_thousand_clean_stores() {
    let (made, alone) = tamperings(10_000);
    println!("{made} tamperings, all found with the head; {alone} also without");
    let entries = clean(1_000);
    println!("1000 clean stores with {entries} entries, no false alarm");
}

/// A log of a million entries as decisions write them, verified: prints how
/// long it takes. `--release`, and `--nocapture` to see it.
#[test]
#[ignore = "a measurement"]
fn a_million_entries() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identity.db");
    let store = super::Sqlite::open(&path, Mode::Create, Duration::from_secs(1)).unwrap();
    let db = &store.db;
    db.pragma_update(None, "synchronous", "off").unwrap();
    let id: String = db
        .query_row("SELECT value FROM meta WHERE key = 'store_id'", [], |r| {
            r.get(0)
        })
        .unwrap();
    let tx = db.unchecked_transaction().unwrap();
    let mut prev = String::new();
    let picture = |n: i64, canonical: i64, state: &str| {
        let contact = |id: i64, link: &str| {
            format!(
                r#"{{"canonical":{canonical},"contact":{id},"links":[["{link}{id}","active",1775986200000,null]],"present":true}}"#
            )
        };
        format!(
            r#"{{"case":{{"case":{n},"kind":"phone_bsuid_conflict","state":"{state}","version":1}},"contacts":[{},{}]}}"#,
            contact(2 * n, "bsuid:US.13491208655"),
            contact(2 * n + 1, "phone:4915100")
        )
    };
    for n in 1..=1_000_000_i64 {
        let terms = format!(
            r#"{{"contacts":[{},{}],"survivor":{}}}"#,
            2 * n,
            2 * n + 1,
            2 * n
        );
        let at = super::NOW.plus(n);
        tx.prepare_cached("INSERT INTO decision VALUES (?1, NULL, 'merge', ?1, 'ines', ?2, NULL, ?1, ?3, NULL, NULL)")
            .unwrap()
            .execute(params![n, at.0, terms])
            .unwrap();
        let (at, before, after) = (
            at.to_string(),
            picture(n, 2 * n + 1, "open"),
            picture(n, 2 * n, "resolved"),
        );
        let link = Link {
            format: FORMAT,
            store: &id,
            entry: n,
            at: &at,
            operator: "ines",
            host: Some("desk"),
            program: Some("0.1.0"),
            action: "merge",
            decision: Some(n),
            batch: None,
            undoes: None,
            case: Some(n),
            reason: None,
            event: Some(n),
            terms: Some(&terms),
            before: &before,
            after: &after,
            prev: &prev,
        };
        let hash = link.hash();
        record::insert(&tx, &link, &hash).unwrap();
        prev = hash;
    }
    tx.execute(
        "UPDATE meta SET value = ?1 WHERE key = 'audit_head'",
        [&prev],
    )
    .unwrap();
    tx.commit().unwrap();
    let size = path.metadata().unwrap().len() / 1_000_000;
    let mut times: Vec<f64> = (0..5)
        .map(|_| {
            let begin = Instant::now();
            let verdict = store.verify(Some(&prev)).unwrap();
            assert!(
                verdict.is_ok() && verdict.entries == 1_000_000,
                "{verdict:?}"
            );
            begin.elapsed().as_secs_f64()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!(
        "1,000,000 entries, {size} MB: median {:.2} s of {times:.2?}",
        times[2]
    );
    let file = folder.path().join("log.jsonl");
    let mut to = std::io::BufWriter::new(std::fs::File::create(&file).unwrap());
    store.export_log(&mut to).unwrap();
    drop(to);
    let begin = Instant::now();
    assert!(
        crate::store::verify_log(&file, Some(&prev))
            .unwrap()
            .is_ok()
    );
    println!("the exported file: {:.2} s", begin.elapsed().as_secs_f64());
}
