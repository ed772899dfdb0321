use super::*;
use crate::review::page::AuditRow;
use crate::store::sqlite::read::audit::list;
use crate::store::sqlite::read::verify::verify;
use crate::store::{AuditFilter, Verdict};
use sha2::Digest as _;

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
    let triggers: Vec<(String, String)> = world
        .db()
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
        .unwrap()
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for (name, _) in &triggers {
        world.sql(&format!("DROP TRIGGER {name}"));
    }
    world.sql(sql);
    for (_, sql) in triggers {
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
    let gone = format!("{}{}", &rows[3].hash[..8], "0".repeat(56));
    tampered(&of(&gone), "does not reach the head given");
    let foreign = of(&"0".repeat(64));
    assert_eq!(foreign.result, "CANNOT TELL");
    assert!(foreign.detail.contains("another store"), "{foreign:?}");
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
        "after", "format", "host", "program", "event", "terms",
    ] {
        let world = logged();
        let value = if matches!(
            column,
            "decision" | "batch" | "undoes" | "\"case\"" | "event"
        ) {
            "777"
        } else if column == "terms" {
            "'{}'"
        } else if column == "format" {
            "1"
        } else {
            "'x'"
        };
        let verdict = tamper(
            &world,
            &format!("UPDATE audit SET {column} = {value} WHERE entry = 2"),
        );
        let what = match column {
            "before" | "after" => "entry 2 holds something that is no JSON",
            "format" => "entry 2 holds something",
            _ => "entry 2 does not have the hash of its content",
        };
        tampered(&verdict, what);
        assert_eq!(verdict.first_bad, Some(2));
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
    for (set, entry) in [
        ("terms = '{}' WHERE id = 42", 4),
        ("after = 9 WHERE id = 42", 4),
        ("batch = 9 WHERE id = 42", 4),
        ("undone_by = 41 WHERE id = 42", 4),
        ("undone_by = NULL WHERE id = 40", 1),
        ("undone_by = 42 WHERE id = 40", 1),
        ("undone_by = 42 WHERE id = 41", 2),
    ] {
        let verdict = tamper(&logged(), &format!("UPDATE decision SET {set}"));
        tampered(&verdict, &format!("entry {entry}"));
        assert_eq!(verdict.first_bad, Some(entry), "{set}");
    }
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

/// What does not follow is refused.
#[test]
fn only_the_next_entry_is_let_in() {
    let world = logged();
    let copied = "entry, at, operator, action, decision, batch, undoes, \"case\", reason, before, after, prev, hash";
    for next in ["2", "9", "NULL"] {
        let again = format!(
            "INSERT INTO audit ({copied}) SELECT {next}, {} FROM audit ORDER BY entry DESC LIMIT 2",
            copied.split_once(", ").unwrap().1
        );
        let refused = world.db().execute_batch(&again).unwrap_err();
        assert!(refused.to_string().contains("only grows"), "{refused}");
    }
    assert!(check(&world).is_ok());
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
    let mut json = serde_json::to_value(&rows[1]).unwrap();
    // The hash is that of the printed object without it, as other tools sort it.
    let hash = json.as_object_mut().unwrap().remove("hash").unwrap();
    let sum = sha2::Sha224::digest(json.to_string().as_bytes());
    let sum = crate::store::chain::hex(&sum);
    let store = json["store"].as_str().unwrap();
    assert_eq!(hash, format!("{}{sum}", &store[..8]));
    json["hash"] = hash;
    assert_eq!(
        json,
        serde_json::json!({
            "entry": 2, "at": "2026-05-02T09:30:00Z", "operator": "ines", "action": "undo", "decision": 41,
            "batch": null, "undoes": 40, "case": 7, "reason": "why", "before": {}, "after": {"x": 1}, "event": 0, "format": 3, "host": "desk", "program": "0.1.0",
            "store": rows[0].origin.store, "terms": {"undoes": 40, "contacts": [3, 9]},
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

#[test]
fn a_head_of_another_store_cannot_be_told() {
    let world = logged();
    let keep = check(&world).keep.unwrap();
    assert_eq!(verify(world.db(), Some(&keep)).unwrap().result, "OK");
    let other = logged();
    let verdict = verify(other.db(), Some(&keep)).unwrap();
    assert_eq!(verdict.result, "CANNOT TELL");
    assert!(verdict.detail.contains("another store"));
}

#[test]
fn the_log_grows_at_its_end_alone() {
    let world = logged();
    let row = |entry: i64, prev: &str| {
        let sql = "INSERT INTO audit (entry, at, operator, action, before, after, prev, hash)
                   VALUES (?1, '', 'eve', 'ask', '', '', ?2, '')";
        world.db().execute(sql, params![entry, prev])
    };
    let head = check(&world).head;
    assert!(row(7, &head).is_err());
    assert!(row(2, &head).is_err());
    assert!(row(5, "").is_err());
    let replace =
        "INSERT OR REPLACE INTO audit (entry, at, operator, action, before, after, prev, hash)
                   VALUES (2, '', 'eve', 'ask', '', '', '', '')";
    assert!(world.db().execute(replace, []).is_err());
    for sql in [
        "UPDATE audit SET operator = 'eve'",
        "DELETE FROM audit",
        "DELETE FROM decision",
        "UPDATE decision SET operator = 'eve'",
        "UPDATE decision SET terms = '{}'",
    ] {
        assert!(world.db().execute(sql, []).is_err(), "{sql}");
    }
    assert_eq!(check(&world).result, "OK");
    assert!(row(5, &head).is_ok());
}

/// An exported log is checked without the store; each damage to it shows.
#[test]
fn an_exported_log() {
    use crate::store::log::verify as offline;
    let world = logged();
    let mut bytes = Vec::new();
    let copied = crate::store::sqlite::read::audit::export(world.db(), &mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let (lines, verdict) = (text.lines().collect::<Vec<_>>(), check(&world));
    assert_eq!((lines.len(), copied.entries), (5, 4));
    assert_eq!((&copied.head, &copied.keep), (&verdict.head, &verdict.keep));
    let says = |lines: &[&str], head: Option<&str>| {
        let head = head.map(|head| crate::store::Head::parse(head).unwrap());
        offline(lines.join("\n").as_bytes(), head.as_ref()).unwrap()
    };
    let whole = says(&lines, None);
    assert_eq!((whole.result, &whole.keep), ("OK", &verdict.keep));
    assert!(whole.detail.contains("a cut tail would not show"));
    assert_eq!(says(&lines, verdict.keep.as_deref()).result, "OK");
    let other = logged();
    let stranger = check(&other);
    assert_eq!(says(&lines, stranger.keep.as_deref()).result, "CANNOT TELL");
    assert_eq!(says(&lines, Some(&stranger.head)).result, "CANNOT TELL");
    tampered(&says(&lines[..4], None), "the end was cut off");
    tampered(&says(&lines[..3], None), "the end was cut off");
    tampered(&says(&lines[1..], None), "stands where entry 1 should");
    let swapped = [lines[0], lines[2], lines[1], lines[3], lines[4]];
    assert_eq!(says(&swapped, None).first_bad, Some(2));
    let dropped = [lines[0], lines[2], lines[3], lines[4]];
    assert_eq!(says(&dropped, None).first_bad, Some(2));
    tampered(&says(&[&lines[..], &lines[..1]].concat(), None), "follows");
    let edited = lines[2].replace("ines", "eve");
    let edited = [lines[0], lines[1], &edited, lines[3], lines[4]];
    assert_eq!(says(&edited, None).first_bad, Some(3));
    let more = lines[1].replace("{\"action\"", "{\"x\":1,\"action\"");
    tampered(&says(&[lines[0], &more], None), "line 2 is no entry");
    // Cut, and the last line made to fit: only a head kept elsewhere shows it.
    let two: AuditRow = list(world.db(), &AuditFilter::default()).unwrap().remove(1);
    let forged = crate::store::log::last_line(2, &two.hash, &two.origin.store.unwrap());
    let cut = [lines[0], lines[1], &forged];
    assert_eq!(says(&cut, None).result, "OK");
    tampered(&says(&cut, Some(&verdict.head)), "does not reach");
    for strange in [&[][..], &["these are notes"], &["{}"]] {
        assert_eq!(says(strange, None).result, "CANNOT TELL", "{strange:?}");
    }
}

/// A store of before the second format: its entries verify, and new ones follow.
#[test]
fn entries_of_the_first_format_still_verify() {
    let world = World::empty();
    let store: String = world
        .db()
        .query_row("SELECT value FROM meta WHERE key = 'store_id'", [], |r| {
            r.get(0)
        })
        .unwrap();
    let link = Link {
        format: 1,
        store: &store,
        entry: 1,
        at: "2026-05-02T09:30:00Z",
        operator: "ines",
        host: None,
        program: None,
        action: "ask",
        decision: None,
        batch: None,
        undoes: None,
        case: Some(8),
        reason: Some("q"),
        event: None,
        terms: None,
        before: "null",
        after: "{}",
        prev: "",
    };
    // As programs of before made it.
    let array = serde_json::json!([
        store, 1, link.at, "ines", "ask", null, null, null, 8, "q", "null", "{}", ""
    ]);
    let hash = crate::store::chain::hex(&sha2::Sha256::digest(array.to_string().as_bytes()));
    world.run(
        "INSERT INTO audit (entry, at, operator, action, \"case\", reason, before, after, prev, hash)
         VALUES (1, ?1, 'ines', 'ask', 8, 'q', 'null', '{}', '', ?2)",
        params![link.at, hash],
    );
    world.run(
        "UPDATE meta SET value = ?1 WHERE key = 'audit_head'",
        [&hash],
    );
    assert_eq!(check(&world).result, "OK");
    world.entry("ask", None, None, Some(8), None);
    let verdict = check(&world);
    assert_eq!((verdict.result, verdict.entries), ("OK", 2));
    for (set, words) in [
        ("operator = 'eve' WHERE entry = 1", "entry 1 does not have"),
        ("host = 'eve' WHERE entry = 1", "entry 1 holds"),
        (
            "store = (SELECT value FROM meta WHERE key = 'store_id') WHERE entry = 1",
            "entry 1 holds",
        ),
        ("event = 1 WHERE entry = 1", "entry 1 holds"),
        ("store = NULL WHERE entry = 2", "entry 2 holds"),
    ] {
        world.sql("SAVEPOINT one");
        tampered(&tamper(&world, &format!("UPDATE audit SET {set}")), words);
        world.sql("ROLLBACK TO one; RELEASE one");
    }
}
