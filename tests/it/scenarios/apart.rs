//! What was kept apart: which evidence asks again, and what the case says then.

use super::traffic::*;
use super::{Store, num};
use serde_json::{Value, json};

const P: &str = "16315551181";
const X: &str = "US.1001";
const Y: &str = "US.2002";

fn both(id: &str, n: i64, bsuid: &str) -> Value {
    message(id, day(n), &json!({"phone": P, "bsuid": bsuid}))
}

const APART: [&str; 5] = ["decide", "1", "keep-separate", "--reason", "two sisters"];

fn keep_apart(store: &Store) -> Value {
    store.one(&[&["--operator", "olga"], &APART[..]].concat())
}

/// A phone and a BSUID that came together once, of two contacts.
fn conflict() -> Store {
    Store::with(&[
        message("m1", day(0), &json!({"phone": P})),
        message("m2", day(1), &json!({"bsuid": X})),
        both("m3", 2, X),
    ])
}

/// An unknown BSUID that came with the phone of somebody who has one.
fn claim() -> Store {
    Store::with(&[both("m1", 0, X), both("m2", 2, Y)])
}

/// That the page of the only open case says by whom and why, in both forms.
fn says_so(store: &Store, decision: &Value) {
    let number = store.open()[0]["case"].to_string();
    let page = store.one(&["case", &number]);
    let apart = &page["kept_apart"][0];
    assert_eq!(apart["decision"], decision["decision"], "{page:#}");
    assert_eq!(
        (&apart["action"], &apart["operator"], &apart["reason"]),
        (
            &json!("keep_separate"),
            &json!("olga"),
            &json!("two sisters")
        )
    );
    let told = store.run(&["case", &number]).out;
    for words in ["Kept apart before", "keep_separate by olga", "two sisters"] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[test]
fn the_same_evidence_of_one_conflict_never_asks_again() {
    let store = conflict();
    let apart = keep_apart(&store);
    let labelled = json!({"phone": P, "bsuid": X, "username": "x", "name": "Zoe"});
    let deliveries = [
        both("m4", 3, X),
        message("m5", day(4), &labelled),
        status("m5", "delivered", day(5), &json!({"phone": P, "bsuid": X})),
    ];
    for again in deliveries {
        store.ingest(&[again]);
        assert_eq!(store.open(), [] as [Value; 0]);
    }
    // A change that names both is evidence of another kind.
    let fields = json!({"wa_id": P, "previous_user_id": X});
    store.ingest(&[system("s1", day(6), "user_changed_number", None, &fields)]);
    assert_eq!(store.open().len(), 1);
    says_so(&store, &apart);
    store.undo(&apart);
    assert_eq!(store.open().len(), 2);
}

/// The first message of an unknown BSUID asks as a claim, the next as a
/// conflict: the same evidence, answered once.
#[test]
fn the_same_evidence_of_one_claim_never_asks_again() {
    let store = claim();
    let apart = keep_apart(&store);
    for n in 3..6 {
        store.ingest(&[both(&format!("n{n}"), n, Y)]);
        assert_eq!(store.open(), [] as [Value; 0]);
    }
    let later = store.numbered(2);
    assert_eq!(later["state"], "superseded");
    let why = later["superseded_by"].as_str().unwrap();
    assert!(why.contains("kept apart by decision 1"), "{why}");
    let undo = store.undo(&apart);
    assert_eq!(store.open().len(), 2, "lifted by undo");
    store.undo(&undo);
    assert_eq!(store.open(), [] as [Value; 0]);
    let fields = json!({"wa_id": P, "previous_user_id": Y});
    store.ingest(&[system("s1", day(9), "user_changed_number", None, &fields)]);
    assert_eq!(store.open().len(), 1);
    says_so(&store, &apart);
}

/// Which decision it was, on whichever case.
#[test]
fn a_superseded_case_names_the_decision_that_did_it() {
    let says = |store: &Store, case: u64, decision: &Value, action: &str| {
        let page = store.numbered(case);
        assert_eq!(page["state"], "superseded", "{page:#}");
        let made = &page["superseded_by_decision"];
        assert_eq!(made["decision"], decision["decision"], "{page:#}");
        assert_eq!(
            (&made["action"], &made["operator"]),
            (&json!(action), &json!("ines"))
        );
        let why = page["superseded_by"].as_str().unwrap();
        let number = format!("by decision {}", decision["decision"]);
        assert!(why.ends_with(&number), "{why}");
        let told = store.run(&["case", &case.to_string()]).out;
        assert!(
            told.contains("Superseded by") && told.contains(&number),
            "{told}"
        );
    };
    let store = conflict();
    // By a way round, the second merge joins them; a third adds nothing.
    store.ingest(&[message("m4", day(3), &json!({"bsuid": Y}))]);
    let [a, b, c] = [store.of(P), store.by(X), store.by(Y)];
    store.decide(&store.ask(a, c), &["merge"]);
    let asked = store.ask(b, c);
    let merged = store.decide(&asked, &["merge"]);
    says(&store, 1, &merged, "merge");
    store.undo(&merged);
    let open = store.numbered(1);
    assert_eq!(
        (&open["state"], open.get("superseded_by_decision")),
        (&json!("open"), None)
    );
    let apart = store.decide(&asked, &["keep-separate"]);
    // Its own contacts are not those that were kept apart.
    assert_eq!(store.numbered(1)["state"], "open");
    store.undo(&apart);
    let asked = store.ask(a, b);
    let apart = store.decide(&asked, &["keep-separate"]);
    says(&store, 1, &apart, "keep_separate");
    store.undo(&apart);
    let moved = [
        "relink",
        "--identifier",
        &format!("phone:{P}"),
        "--to",
        &b.to_string(),
    ]
    .map(str::to_owned);
    let moved: Vec<&str> = moved.iter().map(String::as_str).collect();
    let moved = store.decide(&asked, &moved);
    says(&store, 1, &moved, "relink");
    assert_eq!(num(&moved["case"]), num(&asked["case"]));
}
