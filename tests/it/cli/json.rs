//! JSON lines, with the field names of the contract.

use crate::fake::Fake;
use reunite::domain::ids::DecisionId;
use reunite::error::Exit;
use reunite::review::refusal::{Code, Refusal};
use reunite::store::Verdict;
use serde_json::{Value, json};

/// That `found` has at least what `wanted` has.
fn includes(found: &Value, wanted: &Value, at: &str) {
    match (found, wanted) {
        (Value::Object(found), Value::Object(wanted)) => {
            for (key, wanted) in wanted {
                let found = found.get(key);
                let found = found.unwrap_or_else(|| panic!("{at}/{key} is missing"));
                includes(found, wanted, &format!("{at}/{key}"));
            }
        }
        (Value::Array(found), Value::Array(wanted)) => {
            assert!(found.len() >= wanted.len(), "{at}");
            for (i, (found, wanted)) in found.iter().zip(wanted).enumerate() {
                includes(found, wanted, &format!("{at}/{i}"));
            }
        }
        _ => assert_eq!(found, wanted, "{at}"),
    }
}

fn check(args: &[&str], wanted: &Value) {
    let ran = Fake::new().run(&[args, &["--json"]].concat());
    assert_eq!((ran.exit, ran.err.as_str()), (Exit::Done, ""), "{args:?}");
    let first = ran.out.lines().next().unwrap();
    includes(&serde_json::from_str(first).unwrap(), wanted, "");
}

#[test]
fn cases() {
    check(
        &["cases"],
        &json!({"case": 1, "kind": "phone_bsuid_conflict", "state": "open", "version": 1,
            "opened_at": "2026-11-21T12:00:00Z",
            "contacts": [{"contact": 3, "name": "Ana Souza", "homes": [3], "identifiers": [
                {"kind": "bsuid", "value": "US.13491208655302741918", "portfolio": "default",
                 "state": "active"}]}, {"contact": 9}],
            "identifiers": [{"kind": "phone", "value": "16315551181"}],
            "suggestion": {"action": "merge", "survivor": 3, "confidence": 0.98,
                "reasons": [{"code": "same_name", "weight": 3.1,
                             "text": "Both are called Ana Souza."}]},
            "cursor": "c1"}),
    );
}

#[test]
fn json_has_no_limit_and_is_read_in_pages() {
    let many = Fake::new().with(|inside| inside.cases = 2500);
    let ran = many.run(&["cases", "--json"]);
    assert_eq!(ran.out.lines().count(), 2500);
    assert_eq!(
        many.asked(),
        [
            "cases None Some(1000)",
            "cases Some(\"c1000\") Some(1000)",
            "cases Some(\"c2000\") Some(1000)",
        ]
    );
    assert_eq!(
        many.run(&["cases", "--json", "--limit", "1001"])
            .out
            .lines()
            .count(),
        1001
    );
    let rest = many.run(&["cases", "--json", "--after", "c2498"]);
    assert_eq!(rest.out.lines().count(), 2);
    many.run(&["contacts", "x", "--json"]);
    assert_eq!(many.asked().last().unwrap(), "contacts \"x\" None");
}

#[test]
fn one_case() {
    check(
        &["case", "7"],
        &json!({"case": 7, "change": {"type": "user_changed_user_id",
                "previous": {"bsuid": "US.1", "parent_bsuid": null, "phone": null},
                "current": {"bsuid": null}, "at": "2026-11-17T12:00:00Z"},
            "evidence": [{"sighting": 8, "event": 80, "at": "2026-11-15T12:00:00Z",
                "surface": "message", "identifiers": [{"kind": "bsuid"}], "count": 4}],
            "decisions": [{"decision": 12, "stands": false}],
            "outcomes": [{"action": "merge"}, {"action": "keep_separate", "refused": "depends"}]}),
    );
}

#[test]
fn contacts_and_resolve() {
    check(
        &["contacts", "ana"],
        &json!({"contact": 1, "name": "Ana 1", "identifiers": [{"kind": "bsuid"}], "score": 99}),
    );
    check(
        &["contact", "9"],
        &json!({"contact": 3, "members": [3, 9], "name": "Ana Souza",
            "identifiers": [{"kind": "bsuid", "value": "US.13491208655302741918",
                "portfolio": "default", "state": "active", "since": "2026-05-06T12:00:00Z",
                "until": null, "member": 3}],
            "usernames": [{"value": "ana.souza", "since": "2026-05-06T12:00:00Z",
                "until": "2026-10-03T12:00:00Z"}],
            "conversations": [{"conversation": 5, "member": 9,
                "through": {"kind": "phone", "value": "16315551181"},
                "business_number": "15550001111", "messages": 12,
                "last_at": "2026-11-19T12:00:00Z"}],
            "decisions": [{}], "open_cases": [7]}),
    );
    check(
        &["resolve", "--bsuid", "US.1"],
        &json!({"contact": 3, "matched_by": "bsuid", "provisional": false, "conflict": null}),
    );
    check(
        &["resolve", "--bsuid", "US.1", "--phone", "1631555"],
        &json!({"contact": 3, "conflict": {"case": 7, "phone_contact": 9}}),
    );
    check(
        &["resolve", "--phone", "1631555"],
        &json!({"contact": null, "former_contact": 3}),
    );
    check(&["resolve", "--username", "x"], &json!({"contact": null}));
}

#[test]
fn decisions() {
    check(
        &["decide", "7", "merge"],
        &json!({"decision": 41, "batch": null, "action": "merge", "case": 7, "canonical": 3,
            "applied": true}),
    );
    check(
        &["decide", "7", "keep-separate", "--dry-run"],
        &json!({"decision": null, "action": "keep_separate", "applied": false, "dry_run": true}),
    );
    check(
        &["undo", "12"],
        &json!({"action": "undo", "undoes": 12, "applied": true}),
    );
    check(
        &["ask", "3", "9"],
        &json!({"case": 12, "kind": "manual", "cursor": "c12"}),
    );
}

#[test]
fn refusals_are_json_on_stdout_and_words_on_stderr() {
    let mut refusal = Refusal::new(Code::KeptSeparate, "3 and 9 were kept apart.");
    refusal.by_decision = Some(DecisionId(12));
    let store = Fake::new().with(|inside| inside.refuse = Some(refusal));
    let ran = store.run(&["decide", "7", "merge", "--json"]);
    assert_eq!(ran.exit, Exit::Failed);
    assert_eq!(
        ran.json(),
        json!({"applied": false, "refused": "kept_separate",
            "detail": "3 and 9 were kept apart.", "by_decision": 12})
    );
    assert_eq!(
        ran.err,
        "error: deciding case 7: 3 and 9 were kept apart.\n\
         hint: if they are one person after all: `reunite undo 12`, then answer again\n"
    );
    let ran = store.run(&["decide", "7", "merge"]);
    assert_eq!((ran.exit, ran.out.as_str()), (Exit::Failed, ""));
    assert!(ran.err.contains("kept apart"));
    assert_eq!(store.run(&["undo", "--batch", "5"]).exit, Exit::Failed);
}

#[test]
fn read_only_refuses_whatever_writes() {
    for args in [
        &["decide", "7", "merge"][..],
        &["undo", "41"],
        &["ask", "3"],
        &["ingest"],
    ] {
        let store = Fake::new();
        let ran = store.run(&[args, &["--read-only", "--json"]].concat());
        assert_eq!(ran.exit, Exit::Failed, "{args:?}");
        assert_eq!(ran.json()["refused"], "read_only");
        assert_eq!(ran.json()["applied"], false);
        assert!(store.asked().is_empty());
    }
    assert_eq!(Fake::new().run(&["cases", "--read-only"]).exit, Exit::Done);
}

#[test]
fn audit_quarantine_doctor_stats() {
    check(
        &["audit"],
        &json!({"entry": 1, "at": "2026-08-15T12:00:00Z", "operator": "ines", "action": "merge",
            "decision": 1, "batch": null, "undoes": null, "case": 7,
            "reason": "same order history", "before": {"canonical": 9},
            "after": {"canonical": 3}, "prev": "00", "hash": "ff"}),
    );
    check(
        &["audit", "verify"],
        &json!({"result": "OK", "entries": 2, "head": "ff"}),
    );
    check(
        &["quarantine", "list"],
        &json!({"id": 1, "at": "2026-11-21T12:00:00Z", "source": "day.jsonl:17",
            "reason": "messages[0].timestamp is no time",
            "payload": {"entry": [{"id": "1"}]}}),
    );
    check(&["quarantine", "show", "1"], &json!({"id": 1}));
    check(
        &["doctor"],
        &json!({"ok": true, "schema": 1, "store": "/fake/identity.db",
            "checks": [{"check": "file", "ok": true, "detail": "integrity_check says ok"}]}),
    );
    check(
        &["stats"],
        &json!({"kind": "phone_bsuid_conflict", "state": "open", "cases": 3}),
    );
    check(
        &["config", "show"],
        &json!({"operator": "ines", "portfolio": [],
        "review": {"batch_confidence": 0.95}, "keys": {}}),
    );
}

#[test]
fn a_fault_is_exit_4() {
    for result in ["TAMPERED", "CANNOT TELL"] {
        let store = Fake::new().with(|inside| {
            inside.verdict = Some(Verdict {
                result,
                entries: 2,
                head: "ff".into(),
                detail: "entry 2 does not follow from entry 1".into(),
                ..Verdict::default()
            });
        });
        let ran = store.run(&["audit", "verify", "--json", "--head", "ee"]);
        assert_eq!(
            (ran.exit, ran.json()["result"].as_str()),
            (Exit::Fault, Some(result))
        );
        assert!(store.run(&["audit", "verify"]).out.starts_with(result));
        assert_eq!(store.asked()[0], "verify Some(\"ee\")");
    }
    let unsound = Fake::new().with(|inside| inside.unsound = true);
    let ran = unsound.run(&["doctor", "--json"]);
    assert_eq!(
        (ran.exit, ran.json()["ok"].as_bool()),
        (Exit::Fault, Some(false))
    );
    assert!(unsound.run(&["doctor"]).out.contains("FAULT  links"));
}

#[test]
fn exports() {
    let out = |args: &[&str]| Fake::new().run(args).out;
    assert_eq!(
        out(&["export", "aliases"]),
        "{\"contact\":9,\"canonical\":3}\n{\"contact\":11,\"canonical\":3}\n"
    );
    assert_eq!(
        out(&["export", "aliases", "--format", "csv"]),
        "contact,canonical\n9,3\n11,3\n"
    );
    assert_eq!(
        out(&["export", "messages", "--format", "csv", "--json"]),
        "message,contact,member\nwamid.1,3,9\n"
    );
    assert_eq!(
        out(&["export", "contacts", "--format", "csv"])
            .lines()
            .nth(1)
            .unwrap(),
        "3,Ana Souza,3 9,US.13491208655302741918,,16315551182,,7,default"
    );
    assert_eq!(out(&["export", "decisions"]).lines().count(), 2);
    assert_eq!(
        out(&["export", "decisions", "--since", "2"])
            .lines()
            .count(),
        1
    );
}
