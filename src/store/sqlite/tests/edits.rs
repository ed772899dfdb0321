//! Silent edits, which SQLite's own check lets pass: `doctor --replay` reports
//! each of them.
//!
//! The full number: `cargo test --lib --release edits -- --ignored --nocapture`.

use super::Fixture;
use super::dice::Dice;
use crate::store::Store;
use rusqlite::types::Value;
use std::collections::BTreeMap;

/// The derived columns, and those of sightings; `rowid` alone drops the row.
/// Left out is what no replay can give: a case's version counts its past.
const COLUMNS: &[(&str, &str)] = &[
    (
        "link",
        "since until contact state through pinned unconfirmed identifier DROP",
    ),
    (
        "contact",
        "canonical name words founder_event chief founded_at present",
    ),
    ("label", "identifier since until state event DROP"),
    (
        "cases",
        "state kind key asked opened_at first_event last_event identifier change until superseded_by \
         confidence suggestion",
    ),
    ("case_contact", "contact DROP"),
    ("evidence", "sighting event at count last DROP"),
    ("edge", "a b survivor after decision DROP"),
    ("wall", "a b after decision DROP"),
    ("relink", "identifier contact since DROP"),
    ("verdict", "change decision accepted DROP"),
    ("claim", "change"),
    ("decision_contact", "contact decision DROP"),
    ("timeline", "at event sighting DROP"),
    ("seen", "at event DROP"),
    (
        "sighting",
        "portfolio bsuid phone variant attested parent username DROP",
    ),
];

/// Rows that are there in their own right, or whose edit says nothing.
fn which(table: &str, column: &str) -> &'static str {
    match table {
        // Through which id a decision founded, and when, only its own time knew.
        "contact" if matches!(column, "chief" | "founded_at") => {
            "present AND founder_event IS NOT NULL"
        }
        "contact" => "present",
        "cases" if matches!(column, "confidence" | "suggestion") => "state IN ('open', 'deferred')",
        "cases" => "asked AND kind <> 'manual'",
        "case_contact" | "evidence" => {
            r#""case" IN (SELECT id FROM cases WHERE asked AND kind <> 'manual')"#
        }
        // A sighting that no event shows is nobody's.
        "sighting" => "id IN (SELECT sighting FROM event)",
        _ => "1",
    }
}

fn primary(f: &Fixture, table: &str) -> String {
    let sql =
        "SELECT group_concat('\"' || name || '\"', ', ') FROM pragma_table_info(?1) WHERE pk > 0";
    f.db().query_row(sql, [table], |r| r.get(0)).unwrap()
}

/// Another value for a column.
fn other(dice: &mut Dice, column: &str, now: &Value) -> Value {
    match (column, now) {
        ("state", Value::Text(now)) => {
            let states = [
                "active",
                "former",
                "provisional",
                "open",
                "resolved",
                "deferred",
            ];
            let others: Vec<_> = states.into_iter().filter(|s| s != now).collect();
            Value::Text((*dice.pick(&others)).into())
        }
        ("kind", Value::Text(now)) if now == "phone_claimed" => Value::Text("shared_phone".into()),
        ("kind", _) => Value::Text("phone_claimed".into()),
        ("present" | "asked" | "accepted" | "unconfirmed", Value::Integer(now)) => {
            Value::Integer(1 - now)
        }
        (_, Value::Integer(now)) => Value::Integer(now + 1 + dice.number(5)),
        (_, Value::Text(now)) => Value::Text(format!("{now}x")),
        ("superseded_by", Value::Null) => Value::Text("x".into()),
        _ => Value::Integer(1 + dice.number(5)),
    }
}

/// Edits one value, or drops one row, in a savepoint; whether there was one.
fn edit(f: &Fixture, dice: &mut Dice, table: &str, column: &str) -> Option<String> {
    let key = primary(f, table);
    let keys = format!(
        "SELECT {key} FROM {table} WHERE {} ORDER BY {key}",
        which(table, column)
    );
    let mut query = f.db().prepare(&keys).unwrap();
    let width = query.column_count();
    let rows: Vec<Vec<i64>> = query
        .query_map([], |r| (0..width).map(|i| r.get(i)).collect())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    if rows.is_empty() {
        return None;
    }
    let row = dice.pick(&rows);
    let names = key
        .split(", ")
        .zip(row)
        .map(|(name, id)| format!("{name} = {id}"));
    let place = names.collect::<Vec<_>>().join(" AND ");
    let sql = if column == "DROP" {
        format!("DELETE FROM {table} WHERE {place}")
    } else {
        let now = format!("SELECT {column} FROM {table} WHERE {place}");
        let now: Value = f.db().query_row(&now, [], |r| r.get(0)).unwrap();
        let set = match other(dice, column, &now) {
            Value::Text(text) => format!("'{text}'"),
            Value::Integer(number) => number.to_string(),
            other => panic!("{other:?}"),
        };
        format!("UPDATE {table} SET {column} = {set} WHERE {place}")
    };
    f.db().execute(&sql, []).ok().map(|_| sql)
}

/// Makes edits in some stores; how many of each table.
fn edits(stores: usize) -> BTreeMap<&'static str, usize> {
    let mut made = BTreeMap::new();
    for seed in 0..stores {
        let mut dice = Dice::new(seed as u64);
        let f = dice.store(4);
        assert!(
            f.store.doctor(true).unwrap().ok,
            "{:?}",
            f.store.doctor(true)
        );
        for (table, columns) in COLUMNS {
            for column in columns.split(' ') {
                f.db().execute_batch("SAVEPOINT edit").unwrap();
                if let Some(sql) = edit(&f, &mut dice, table, column) {
                    let found = super::super::read::doctor::check(f.db()).unwrap();
                    assert!(found.iter().any(|c| c.check == "file" && c.ok), "{sql}");
                    let replayed = super::super::replay::checks(f.db());
                    // What cannot even be replayed is an error, and no silence.
                    let told = replayed.map_or(true, |checks| checks.iter().any(|c| !c.ok));
                    assert!(told || found.iter().any(|c| !c.ok), "seed {seed}: {sql}");
                    *made.entry(*table).or_default() += 1;
                }
                f.db()
                    .execute_batch("ROLLBACK TO edit; RELEASE edit")
                    .unwrap();
            }
        }
        *made.entry("payload").or_default() += blocks(&f, &mut dice);
    }
    made
}

/// Changes a byte of each block of raw JSON.
fn blocks(f: &Fixture, dice: &mut Dice) -> usize {
    let mut query = f.db().prepare("SELECT id, bytes FROM payload").unwrap();
    let all: Vec<(i64, Vec<u8>)> = query
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut made = 0;
    for (id, bytes) in all.into_iter().take(20) {
        let mut edited = bytes.clone();
        let place = dice.below(edited.len());
        edited[place] ^= 1 << dice.below(8);
        let plain = |bytes: &[u8]| zstd::stream::decode_all(bytes).ok();
        // A bit that a reader does not look at changes nothing.
        if plain(&edited) == plain(&bytes) {
            continue;
        }
        let set = |bytes: &[u8]| {
            let sql = "UPDATE payload SET bytes = ?2 WHERE id = ?1";
            f.db().execute(sql, rusqlite::params![id, bytes]).unwrap();
        };
        set(&edited);
        let faults = super::super::derived::payloads(f.db()).unwrap();
        assert_eq!(faults.len(), 1, "block {id}, byte {place}");
        set(&bytes);
        made += 1;
    }
    made
}

/// Stores of random traffic, decisions and undos are well by their own check.
#[test]
#[ignore = "takes minutes; SEEDS=5000 for more"]
fn many_random_stores_are_well() {
    let seeds = std::env::var("SEEDS").ok().and_then(|n| n.parse().ok());
    let mut idle = 0;
    for seed in 0..seeds.unwrap_or(2000) {
        let f = Dice::new(seed).store(4);
        let diagnosis = f.store.doctor(true).unwrap();
        assert!(diagnosis.ok, "seed {seed}: {diagnosis:?}");
        let groups = diagnosis
            .checks
            .iter()
            .find(|c| c.check == "groups")
            .unwrap();
        idle += usize::from(groups.detail.contains("no effect"));
    }
    println!("a merge idles in {idle} of them");
}

#[test]
fn each_silent_edit_is_reported() {
    let made = edits(6);
    assert_eq!(made.len(), COLUMNS.len() + 1, "{made:?}");
}

#[test]
#[ignore = "takes minutes"]
fn each_silent_edit_of_many_is_reported() {
    let made = edits(300);
    println!("{} edits: {made:?}", made.values().sum::<usize>());
}
