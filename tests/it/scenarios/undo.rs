//! Undo: singly, in any order, and of an undo.

use super::traffic::*;
use super::{Store, num, state};
use serde_json::json;

const P: &str = "16315551181";
const X: &str = "US.1001";
const Y: &str = "US.2002";

fn people(n: u8) -> Store {
    let all: Vec<_> = (1..=n)
        .map(|n| {
            message(
                &format!("m{n}"),
                day(0),
                &json!({"phone": format!("1631555000{n}")}),
            )
        })
        .collect();
    Store::with(&all)
}

fn id(store: &Store, n: u8) -> u64 {
    store.of(&format!("1631555000{n}"))
}

#[test]
fn an_undo_takes_a_decision_out_and_its_case_is_open_again() {
    let store = people(2);
    let before = store.seen();
    let ask = store.ask(id(&store, 1), id(&store, 2));
    let merged = store.decide(&ask, &["merge"]);
    assert_ne!(store.seen(), before);
    let said = store.undo(&merged);
    assert_eq!(said["action"], "undo");
    assert_ne!(said["decision"], merged["decision"]);
    assert_eq!(store.seen(), before);
    assert_eq!(store.numbered(num(&ask["case"]))["state"], "open");
}

#[test]
fn in_any_order() {
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let store = people(4);
        let ids: Vec<u64> = (1..=4).map(|n| id(&store, n)).collect();
        let before = store.seen();
        let merges: Vec<_> = (0..3)
            .map(|i| {
                let ask = store.ask(ids[i], ids[i + 1]);
                store.decide(&ask, &["merge", "--survivor", &ids[i + 1].to_string()])
            })
            .collect();
        assert_eq!(id(&store, 1), ids[3]);
        for i in order {
            store.undo(&merges[i]);
        }
        assert_eq!(store.seen(), before, "{order:?}");
    }
}

#[test]
fn undoing_the_undo_puts_it_back_in_its_old_place() {
    let store = people(3);
    let (a, b, c) = (id(&store, 1), id(&store, 2), id(&store, 3));
    let first = store.decide(&store.ask(a, b), &["merge", "--survivor", &a.to_string()]);
    store.decide(&store.ask(b, c), &["merge", "--survivor", &c.to_string()]);
    let merged = store.seen();
    assert_eq!(id(&store, 1), c);
    let undo = store.undo(&first);
    assert_eq!((id(&store, 1), id(&store, 2)), (a, c));
    let redo = store.undo(&undo);
    assert_eq!((store.seen(), id(&store, 1)), (merged, c));
    store.undo(&redo);
    assert_eq!((id(&store, 1), id(&store, 2)), (a, c));
}

#[test]
fn what_is_undone_is_not_undone_twice() {
    let store = people(2);
    let ask = store.ask(id(&store, 1), id(&store, 2));
    let merged = store.decide(&ask, &["merge"]);
    store.undo(&merged);
    let no = store.refused(&["undo", &merged["decision"].to_string()]);
    assert!(no["refused"].is_string(), "{no}");
}

#[test]
fn a_redo_that_a_wall_forbids_is_refused() {
    let store = people(2);
    let (a, b) = (id(&store, 1), id(&store, 2));
    let ask = store.ask(a, b);
    let merged = store.decide(&ask, &["merge"]);
    let undo = store.undo(&merged);
    store.decide(&ask, &["keep-separate"]);
    let no = store.refused(&["undo", &undo["decision"].to_string()]);
    assert!(no["refused"].is_string(), "{no}");
    assert_ne!(id(&store, 1), id(&store, 2));
}

#[test]
fn a_dry_run_writes_nothing() {
    let store = people(2);
    let ask = store.ask(id(&store, 1), id(&store, 2));
    let case = ask["case"].to_string();
    let before = (store.seen(), store.json(&["audit"]), store.cases());
    let said = store.one(&["decide", &case, "merge", "--dry-run"]);
    assert_eq!(
        (&said["applied"], &said["dry_run"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(
        (store.seen(), store.json(&["audit"]), store.cases()),
        before
    );
    let merged = store.decide(&ask, &["merge"]);
    let before = (store.seen(), store.json(&["audit"]), store.cases());
    let number = merged["decision"].to_string();
    let said = store.one(&["undo", &number, "--dry-run"]);
    assert_eq!(
        (&said["applied"], &said["dry_run"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(
        (store.seen(), store.json(&["audit"]), store.cases()),
        before
    );
}

#[test]
fn an_undone_accept_leaves_the_change_pending_and_traffic_where_its_identifiers_say() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        new_id("s1", day(5), X, Y),
    ]);
    let accepted = store.decide(&store.case(), &["accept"]);
    store.ingest(&[message("m2", day(7), &json!({"bsuid": Y}))]);
    store.undo(&accepted);
    let ana = store.by(X);
    assert_eq!(store.case()["state"], "open");
    let page = store.contact(ana);
    assert_eq!(
        (state(&page, X), state(&page, Y)),
        ("active".into(), "provisional".into())
    );
    assert_eq!(store.message("m2"), (ana, ana));
    let rejected = store.decide(&store.case(), &["reject"]);
    let other = store.by(Y);
    assert_ne!(other, ana);
    assert_eq!(store.message("m2"), (other, other));
    store.undo(&rejected);
    assert_eq!(store.by(Y), ana);
    assert_eq!(num(&store.contact(other)["contact"]), ana);
}

#[test]
fn a_rejects_contact_has_its_id_for_ever() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        new_id("s1", day(5), X, Y),
        message("m2", day(6), &json!({"bsuid": Y})),
    ]);
    let rejected = store.decide(&store.case(), &["reject"]);
    let other = store.by(Y);
    let undo = store.undo(&rejected);
    store.ingest(&[message("m3", day(7), &json!({"bsuid": "US.9"}))]);
    assert_ne!(store.by("US.9"), other);
    store.undo(&undo);
    assert_eq!(store.by(Y), other);
    assert_eq!(store.message("m2"), (other, other));
}

#[test]
fn a_decision_counts_also_for_events_that_arrived_before_it_was_made() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        new_id_with("s1", day(5), X, Y, "16315552222"),
        message("m2", day(6), &json!({"bsuid": "US.9", "phone": P})),
    ]);
    let before = store.seen();
    let accepted = store.decide(&store.kind("identity_change"), &["accept"]);
    store.undo(&accepted);
    assert_eq!(store.seen(), before);
}
