use super::*;
use crate::store::sqlite::read::audit::list;
use crate::store::sqlite::read::verify::verify;
use crate::store::{AuditFilter, Verdict};

/// Three decisions and a question: 4 entries.
fn logged() -> World {
    let world = World::new();
    world.decide(40, "keep_separate", Some(7), r#"{"contacts":[3,9]}"#);
    world.decide(41, "undo", Some(7), r#"{"undoes":40,"contacts":[3,9]}"#);
    world.case(8, "manual", &[12, 9], None, 0.1);
    world.entry("ask", None, None, Some(8), None);
    world.decide(42, "merge", Some(8), r#"{"survivor":12,"contacts":[12,9]}"#);
    world
}

fn check(world: &World) -> Verdict {
    verify(world.db(), None).unwrap()
}

/// Tampers past the triggers, as somebody with the file in hand would.
fn tamper(world: &World, sql: &str) -> Verdict {
    let triggers: Vec<String> = world
        .db()
        .prepare("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |r| r.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    world.sql("DROP TRIGGER audit_keeps; DROP TRIGGER audit_stays");
    world.sql(sql);
    for sql in triggers {
        world.sql(&sql);
    }
    check(world)
}

fn tampered(verdict: &Verdict, words: &str) {
    assert_eq!(verdict.result, "TAMPERED", "{verdict:?}");
    assert!(verdict.detail.contains(words), "{verdict:?}");
}

#[test]
fn a_whole_log() {
    let world = World::empty();
    let verdict = check(&world);
    assert_eq!(
        (verdict.result, verdict.entries, verdict.head.as_str()),
        ("OK", 0, "")
    );
    let world = logged();
    let verdict = check(&world);
    assert_eq!((verdict.result, verdict.entries), ("OK", 4));
    assert!(verdict.detail.contains("a cut tail would not show"));
    let json = serde_json::to_value(&verdict).unwrap();
    assert_eq!(json["head"].as_str().unwrap().len(), 64);
}

#[test]
fn a_head_kept_elsewhere() {
    let world = logged();
    let rows = list(world.db(), &AuditFilter::default()).unwrap();
    let of = |head: &str| verify(world.db(), Some(head)).unwrap();
    assert_eq!(of(&rows[3].hash).result, "OK");
    assert_eq!(of(&rows[3].hash.to_uppercase()).result, "OK");
    let older = of(&rows[1].hash);
    assert_eq!(older.result, "OK");
    assert!(older.detail.contains("entry 2"), "{older:?}");
    tampered(&of(&"0".repeat(64)), "does not reach the head given");
    for head in ["", "abc", &"x".repeat(64)] {
        assert_eq!(of(head).result, "CANNOT TELL", "{head}");
    }
}

#[test]
fn a_cut_tail_shows_against_the_head() {
    let world = logged();
    let head = check(&world).head;
    let verdict = tamper(
        &world,
        "DELETE FROM audit WHERE entry = 4; DELETE FROM decision WHERE id = 42;
         UPDATE meta SET value = (SELECT hash FROM audit WHERE entry = 3) WHERE key = 'audit_head'",
    );
    assert_eq!(verdict.result, "OK");
    tampered(&verify(world.db(), Some(&head)).unwrap(), "does not reach");
}

#[test]
fn every_altered_column_is_found() {
    for column in [
        "at", "operator", "action", "decision", "batch", "undoes", "\"case\"", "reason", "before",
        "after",
    ] {
        let world = logged();
        let value = if matches!(column, "decision" | "batch" | "undoes" | "\"case\"") {
            "777"
        } else {
            "'x'"
        };
        let verdict = tamper(
            &world,
            &format!("UPDATE audit SET {column} = {value} WHERE entry = 2"),
        );
        tampered(&verdict, "entry 2 does not have the hash of its content");
    }
    let world = logged();
    tampered(
        &tamper(&world, "UPDATE audit SET prev = 'x' WHERE entry = 3"),
        "entry 3 does not follow",
    );
    let world = logged();
    tampered(
        &tamper(&world, "UPDATE audit SET hash = 'x' WHERE entry = 3"),
        "entry 3 does not have",
    );
    let world = logged();
    tampered(
        &tamper(&world, "UPDATE audit SET operator = x'00' WHERE entry = 3"),
        "entry 3 holds",
    );
    let world = logged();
    tampered(
        &tamper(&world, "DELETE FROM audit WHERE entry = 2"),
        "entry 3 stands where entry 2 should",
    );
}

#[test]
fn decisions_and_entries_belong_together() {
    let world = logged();
    tampered(
        &tamper(&world, "UPDATE decision SET operator = 'eve' WHERE id = 40"),
        "entry 1 tells of decision 40 otherwise",
    );
    let world = logged();
    tampered(
        &tamper(&world, "UPDATE decision SET action = 'merge' WHERE id = 40"),
        "entry 1 tells",
    );
    let world = logged();
    tampered(
        &tamper(&world, "UPDATE decision SET \"case\" = 9 WHERE id = 42"),
        "entry 4 tells",
    );
    let world = logged();
    tampered(
        &tamper(&world, "DELETE FROM decision WHERE id = 42"),
        "records decision 42, which is gone",
    );
    let world = logged();
    let verdict = tamper(
        &world,
        "INSERT INTO decision VALUES (43, NULL, 'merge', 7, 'eve', 0, NULL, 0, '{}', NULL, NULL)",
    );
    tampered(&verdict, "decision 43 has no entry");
    let world = logged();
    world.entry("merge", Some(42), None, Some(8), Some("why"));
    tampered(&check(&world), "entry 5 records decision 42 a second time");
    let world = logged();
    world.entry("merge", None, None, Some(8), None);
    tampered(&check(&world), "entry 5 names no decision");
}

#[test]
fn the_head_and_the_triggers() {
    let world = logged();
    tampered(
        &tamper(
            &world,
            "UPDATE meta SET value = '' WHERE key = 'audit_head'",
        ),
        "head",
    );
    let world = logged();
    world.sql("DROP TRIGGER audit_keeps");
    tampered(&check(&world), "the trigger audit_keeps is missing");
    world.sql("CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit BEGIN SELECT 1; END");
    tampered(&check(&world), "the trigger audit_keeps was altered");
    let world = logged();
    world.sql("CREATE TRIGGER eve AFTER INSERT ON audit BEGIN SELECT 1; END");
    tampered(&check(&world), "the trigger eve does not belong here");
}

#[test]
fn what_is_missing_cannot_be_told() {
    let world = logged();
    world.sql("DROP TABLE audit");
    assert_eq!(check(&world).result, "CANNOT TELL");
    let world = logged();
    world.sql("DELETE FROM meta WHERE key = 'store_id'");
    assert_eq!(check(&world).result, "CANNOT TELL");
    let world = logged();
    world.sql("DROP TRIGGER audit_keeps; ALTER TABLE audit DROP COLUMN reason");
    assert_eq!(check(&world).result, "CANNOT TELL");
}

#[test]
fn entries_are_as_the_contract_says() {
    let world = logged();
    let rows = list(world.db(), &AuditFilter::default()).unwrap();
    let json = serde_json::to_value(&rows[1]).unwrap();
    assert_eq!(
        json,
        serde_json::json!({
            "entry": 2, "at": "2026-05-02T09:30:00Z", "operator": "ines", "action": "undo", "decision": 41,
            "batch": null, "undoes": 40, "case": 7, "reason": "why", "before": {}, "after": {"x": 1},
            "prev": rows[0].hash, "hash": rows[1].hash
        })
    );
}

#[test]
fn filters() {
    let world = logged();
    let entries = |filter: AuditFilter| {
        let rows = list(world.db(), &filter).unwrap();
        rows.into_iter().map(|row| row.entry.0).collect::<Vec<_>>()
    };
    let all = AuditFilter::default;
    assert_eq!(entries(all()), [1, 2, 3, 4]);
    assert_eq!(
        entries(AuditFilter {
            since: Some(3),
            ..all()
        }),
        [3, 4]
    );
    assert_eq!(
        entries(AuditFilter {
            limit: Some(2),
            ..all()
        }),
        [3, 4],
        "the newest, oldest first"
    );
    assert_eq!(
        entries(AuditFilter {
            operator: Some("eve".into()),
            ..all()
        }),
        [0_i64; 0]
    );
    assert_eq!(
        entries(AuditFilter {
            contact: Some(ContactId(3)),
            ..all()
        }),
        [1, 2]
    );
    assert_eq!(
        entries(AuditFilter {
            contact: Some(ContactId(12)),
            ..all()
        }),
        [3, 4],
        "the question too"
    );
    assert_eq!(
        entries(AuditFilter {
            contact: Some(ContactId(9)),
            limit: Some(3),
            ..all()
        }),
        [2, 3, 4]
    );
    let stranger = AuditFilter {
        contact: Some(ContactId(99)),
        ..all()
    };
    assert!(unknown(list(world.db(), &stranger)).contains("99"));
}
