//! Changes that lead to what somebody else already holds.

use super::traffic::*;
use super::{Store, num, sides, state};
use serde_json::json;

const P: &str = "16315551181";
const X: &str = "US.1001";
const Y: &str = "US.2002";

#[test]
fn a_current_bsuid_on_another_contact_is_a_collision_of_the_two() {
    let store = Store::with(&[
        message(
            "m1",
            day(0),
            &json!({"bsuid": X, "phone": P, "name": "Ana"}),
        ),
        message("m2", day(6), &json!({"bsuid": Y, "name": "Ana"})),
        new_id("s1", day(5), X, Y),
    ]);
    let (ana, other) = (store.by(X), store.by(Y));
    assert_ne!(ana, other);
    let case = store.case();
    assert_eq!(case["kind"], "identity_change_collision");
    assert_eq!(sides(&case), [ana, other]);
    assert_eq!(case["suggestion"]["action"], "merge");
    assert_eq!(store.no(&case, &["accept"])["refused"], "not_applicable");

    let before = store.seen();
    let merged = store.decide(&case, &["merge"]);
    let page = store.contact(ana);
    assert_eq!(page["members"], json!([ana.min(other), ana.max(other)]));
    assert_eq!(
        (state(&page, X), state(&page, Y)),
        ("former".into(), "active".into())
    );
    store.undo(&merged);
    assert_eq!(store.seen(), before);
    assert_eq!(state(&store.contact(ana), X), "active");
}

#[test]
fn a_recycled_number_stays_until_the_answer_and_accept_takes_it_over() {
    let store = Store::with(&[
        message(
            "m1",
            day(0),
            &json!({"bsuid": "US.77", "phone": P, "name": "Bruno"}),
        ),
        message("m2", day(1), &json!({"bsuid": X, "name": "Ana"})),
        new_id_with("s1", day(5), X, Y, P),
    ]);
    let (bruno, ana) = (store.by("US.77"), store.by(X));
    let case = store.case();
    assert_eq!(case["kind"], "identity_change");
    assert_eq!((store.of(P), store.by(Y)), (bruno, ana));
    store.decide(&case, &["accept"]);
    assert_eq!(store.of(P), ana);
    let old = store.contact(bruno);
    assert_eq!(state(&old, P), "former");
    let link = old["identifiers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|i| i["value"] == P)
        .unwrap();
    assert_eq!(link["until"], json!(date(5)));
}

#[test]
fn a_phone_of_somebody_without_a_bsuid_is_a_collision_and_weaker() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P, "name": "Bruno"})),
        message("m2", day(1), &json!({"bsuid": X, "name": "Ana"})),
        new_id_with("s1", day(5), X, Y, P),
    ]);
    let case = store.case();
    assert_eq!(case["kind"], "identity_change_collision");
    assert_eq!(sides(&case), [store.by(X), store.of(P)]);
    assert!(
        case["suggestion"]["confidence"].as_f64().unwrap() < 0.95,
        "{case}"
    );
    assert_eq!(store.by(Y), store.by(X));
    store.decide(&case, &["merge"]);
    assert_eq!((store.by(Y), store.by(X)), (store.of(P), store.of(P)));
}

#[test]
fn a_collision_kept_separate_never_joins_by_a_later_merge() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X})),
        message("m2", day(1), &json!({"bsuid": Y})),
        new_id("s1", day(5), X, Y),
    ]);
    let kept = store.decide(&store.case(), &["keep-separate"]);
    assert_eq!(store.open().len(), 0);
    let ask = store.ask(store.by(X), store.by(Y));
    let no = store.no(&ask, &["merge"]);
    assert_eq!(
        (&no["refused"], &no["by_decision"]),
        (&json!("kept_separate"), &kept["decision"])
    );
}

#[test]
fn a_new_bsuid_with_the_phone_of_a_contact_with_a_bsuid_is_phone_claimed() {
    let store = Store::with(&[
        message(
            "m1",
            day(0),
            &json!({"bsuid": X, "phone": P, "name": "Ana"}),
        ),
        message(
            "m2",
            day(5),
            &json!({"bsuid": Y, "phone": P, "name": "Bruno"}),
        ),
    ]);
    let (ana, bruno) = (store.by(X), store.by(Y));
    assert_ne!(ana, bruno);
    assert_eq!(store.of(P), ana);
    let case = store.case();
    assert_eq!(case["kind"], "phone_claimed");
    assert_eq!(sides(&case), [bruno, ana]);
    assert_ne!(case["suggestion"]["action"], "merge");
    if case["suggestion"]["action"] == "relink" {
        assert_eq!(
            case["suggestion"]["identifier"],
            json!(format!("phone:{P}"))
        );
        assert_eq!(case["suggestion"]["to"], json!(bruno));
        assert!(case["suggestion"]["since"].is_string());
    }
    let phone = format!("phone:{P}");
    store.decide(
        &case,
        &["relink", "--identifier", &phone, "--to", &bruno.to_string()],
    );
    assert_eq!(store.of(P), bruno);
    assert_eq!(state(&store.contact(ana), P), "former");
}

#[test]
fn a_change_that_names_the_phone_and_no_bsuid_takes_the_bsuid_that_comes_with_it() {
    let q = "16315552222";
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        system(
            "s1",
            day(5),
            "user_changed_number",
            Some(P),
            &json!({"wa_id": q}),
        ),
        message("m2", day(6), &json!({"bsuid": Y, "phone": q})),
    ]);
    assert_eq!((store.by(Y), store.of(q)), (store.by(X), store.by(X)));
    assert_eq!(store.resolve(&["--bsuid", Y])["provisional"], json!(true));
    let case = store.case();
    store.decide(&case, &["accept"]);
    let page = store.contact(store.by(X));
    assert_eq!(
        (state(&page, X), state(&page, Y)),
        ("former".into(), "active".into())
    );
}

#[test]
fn phones_that_the_change_does_not_name_are_unconfirmed_until_seen_again() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        new_id("s1", day(5), X, Y),
    ]);
    store.decide(&store.case(), &["accept"]);
    let found = store.resolve(&["--phone", P]);
    assert_eq!(
        (num(&found["contact"]), &found["unconfirmed"]),
        (store.by(Y), &json!(true))
    );
    store.ingest(&[message("m2", day(6), &json!({"bsuid": Y, "phone": P}))]);
    assert_ne!(store.resolve(&["--phone", P])["unconfirmed"], json!(true));
    assert_eq!(store.open().len(), 0);
}
