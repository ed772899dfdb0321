//! What is refused, with its code and its exit code.

use super::traffic::*;
use super::{Store, num};
use serde_json::json;

const P: &str = "16315551181";
const X: &str = "US.1001";

fn conflict() -> Store {
    Store::with(&[
        message("m1", day(0), &json!({"phone": P, "name": "Ana"})),
        message("m2", day(1), &json!({"bsuid": X, "name": "Ana"})),
        message(
            "m3",
            day(2),
            &json!({"phone": P, "bsuid": X, "name": "Ana"}),
        ),
    ])
}

#[test]
fn kept_separate_through_a_third_contact() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": "16315550001"})),
        message("m2", day(0), &json!({"phone": "16315550002"})),
        message("m3", day(0), &json!({"phone": "16315550003"})),
    ]);
    let id = |n: u8| store.of(&format!("1631555000{n}"));
    let (a, b, c) = (id(1), id(2), id(3));
    let wall = store.decide(&store.ask(a, b), &["keep-separate"]);
    store.decide(&store.ask(b, c), &["merge"]);
    let no = store.no(&store.ask(a, c), &["merge"]);
    assert_eq!(
        (&no["refused"], &no["by_decision"]),
        (&json!("kept_separate"), &wall["decision"])
    );
    assert!(!no["detail"].as_str().unwrap().is_empty());
    assert_ne!(store.of("16315550001"), store.of("16315550003"));
}

#[test]
fn a_wall_inside_one_group_is_refused() {
    let store = conflict();
    let ask = store.ask(store.of(P), store.by(X));
    store.decide(&store.kind("phone_bsuid_conflict"), &["merge"]);
    let again = store.numbered(num(&ask["case"]));
    let no = store.no(&again, &["keep-separate"]);
    assert!(
        ["same_contact", "already_decided", "not_applicable"]
            .contains(&no["refused"].as_str().unwrap()),
        "{no}"
    );
}

#[test]
fn changed_when_the_version_seen_is_not_the_version_now() {
    let store = conflict();
    let seen = store.case();
    store.ingest(&[message("m4", day(4), &json!({"phone": P, "bsuid": X}))]);
    let version = seen["version"].to_string();
    let no = store.no(&seen, &["merge", "--expect-version", &version]);
    assert_eq!(no["refused"], "changed");
    let now = store.case()["version"].to_string();
    store.decide(&seen, &["merge", "--expect-version", &now]);
}

#[test]
fn already_decided_says_by_whom_and_when() {
    let store = conflict();
    let case = store.case();
    let number = case["case"].to_string();
    let said = store.one(&["--operator", "olga", "decide", &number, "merge"]);
    assert_eq!(said["applied"], json!(true));
    let no = store.no(&case, &["keep-separate"]);
    assert_eq!(no["refused"], "already_decided");
    assert_eq!(no["by_operator"], "olga");
    assert!(no["at"].as_str().unwrap().ends_with('Z'), "{no}");
}

#[test]
fn a_refusal_has_its_reason_and_a_hint_on_standard_error() {
    let store = conflict();
    let case = store.case()["case"].to_string();
    store.decide(&store.case(), &["merge"]);
    let ran = store.run(&["decide", &case, "merge"]);
    assert_eq!((ran.exit, ran.out.as_str()), (1, ""));
    assert!(!ran.err.is_empty());
}

#[test]
fn depends_names_what_stands_on_it_and_cascade_undoes_them_too() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        message("m2", day(5), &json!({"bsuid": "US.2", "phone": P})),
        message("m3", day(5), &json!({"phone": "16315550003"})),
    ]);
    let before = store.seen();
    let phone = format!("phone:{P}");
    let answer = ["relink", "--identifier", &phone, "--to", "new"];
    let relink = store.decide(&store.kind("phone_claimed"), &answer);
    let new = store.of(P);
    let ask = store.ask(new, store.of("16315550003"));
    let merge = store.decide(&ask, &["merge"]);
    let number = relink["decision"].to_string();
    let no = store.refused(&["undo", &number]);
    assert_eq!(no["refused"], "depends");
    assert_eq!(no["by_decisions"], json!([merge["decision"]]));
    assert_eq!(store.run(&["undo", &number, "--cascade"]).exit, 0);
    let mut after = store.seen();
    after.retain(|line| line["contact"] != json!(new));
    assert_eq!(after, before);
    assert_ne!(store.contact(new)["contact"], json!(new));
}

#[test]
fn a_reject_that_dissolves_a_contact_which_a_merge_names_is_refused() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        message("m2", day(6), &json!({"bsuid": "US.2"})),
        message("m3", day(6), &json!({"phone": "16315550003"})),
    ]);
    store.ingest(&[new_id("s1", day(5), X, "US.2")]);
    let collision = store.kind("identity_change_collision");
    let kept = store.decide(&collision, &["keep-separate"]);
    let ask = store.ask(store.by(X), store.by("US.2"));
    assert_eq!(store.no(&ask, &["merge"])["by_decision"], kept["decision"]);
    store.undo(&kept);
    store.decide(&ask, &["merge"]);
    let no = store.no(&collision, &["reject"]);
    assert!(
        [
            "depends",
            "kept_separate",
            "already_decided",
            "not_applicable",
            "same_contact"
        ]
        .contains(&no["refused"].as_str().unwrap()),
        "{no}"
    );
}

#[test]
fn another_answer_is_not_applicable() {
    let store = conflict();
    let case = store.case();
    for answer in ["accept", "reject"] {
        let no = store.no(&case, &[answer]);
        assert_eq!(no["refused"], "not_applicable", "{no}");
    }
    assert_eq!(store.case()["version"], case["version"]);
}

#[test]
fn read_only_refuses_a_decision_and_writes_nothing() {
    let store = conflict();
    let before = std::fs::read(store.path()).unwrap();
    let case = store.case()["case"].to_string();
    let no = store.refused(&["--read-only", "decide", &case, "merge"]);
    assert_eq!(no["refused"], "read_only");
    assert_eq!(store.run(&["--read-only", "undo", "1"]).exit, 1);
    assert_eq!(store.pipe(&["--read-only", "ingest"], b"{}").exit, 1);
    assert_eq!(store.run(&["--read-only", "cases"]).exit, 0);
    assert_eq!(std::fs::read(store.path()).unwrap(), before);
    assert_eq!(store.open().len(), 1);
}

#[test]
fn unknown_numbers_fail_with_one() {
    let store = conflict();
    for args in [
        &["case", "999"][..],
        &["contact", "999"],
        &["decide", "999", "merge"],
        &["undo", "999"],
        &["ask", "1", "999"],
        &["quarantine", "show", "999"],
    ] {
        let ran = store.run(args);
        assert_eq!(ran.exit, 1, "{args:?}: {ran:?}");
        assert!(!ran.err.is_empty(), "{args:?}");
    }
}

#[test]
fn wrong_usage_ends_with_two() {
    let store = conflict();
    let case = store.case()["case"].to_string();
    for args in [
        &["nonsense"][..],
        &["cases", "--state", "strange"],
        &["cases", "--kind", "strange"],
        &["cases", "--min-confidence", "2"],
        &["case", "seven"],
        &["resolve"],
        &["decide", &case],
        &["decide", &case, "marry"],
        &["decide", &case, "defer"],
        &["decide", &case, "defer", "--until", "soon"],
        &["decide", &case, "relink"],
        &[
            "decide",
            &case,
            "relink",
            "--identifier",
            "16315551181",
            "--to",
            "new",
        ],
        &[
            "decide",
            &case,
            "relink",
            "--identifier",
            "colour:red",
            "--to",
            "new",
        ],
        &["decide", &case, "merge", "--until", "2100-01-01T00:00:00Z"],
        &["undo"],
        &["export", "secrets"],
    ] {
        let ran = store.run(args);
        assert_eq!(ran.exit, 2, "{args:?}: {ran:?}");
        assert!(!ran.err.is_empty(), "{args:?}");
    }
}

#[test]
fn a_bsuid_of_two_portfolios_without_one_named_is_ambiguous() {
    let store = Store::new();
    store.config(
        "[[portfolio]]\nname = \"eu\"\nwabas = [\"9002\"]\n\n\
         [[portfolio]]\nname = \"br\"\nwabas = [\"9003\"]\n",
    );
    let who = json!({"bsuid": X});
    store.ingest(&[
        through(message("m1", day(0), &who), "9002", "7002", "15550783882"),
        through(message("m2", day(0), &who), "9003", "7003", "15550783883"),
        through(
            message("m3", day(0), &json!({"bsuid": "US.2"})),
            "9003",
            "7003",
            "15550783883",
        ),
    ]);
    assert_eq!(store.run(&["resolve", "--bsuid", X]).exit, 2);
    let eu = num(&store.resolve(&["--bsuid", X, "--portfolio", "eu"])["contact"]);
    let br = num(&store.resolve(&["--bsuid", X, "--portfolio", "br"])["contact"]);
    assert_ne!(eu, br);
    assert_eq!(
        num(&store.resolve(&["--bsuid", &format!("{X}@br")])["contact"]),
        br
    );
    assert_ne!(store.by("US.2"), 0);
    let ask = store.ask(eu, br)["case"].to_string();
    let bare = format!("bsuid:{X}");
    let ran = store.run(&[
        "decide",
        &ask,
        "relink",
        "--identifier",
        &bare,
        "--to",
        "new",
    ]);
    assert_eq!(ran.exit, 2, "{ran:?}");
    let named = format!("bsuid:{X}@eu");
    let ran = store.run(&[
        "decide",
        &ask,
        "relink",
        "--identifier",
        &named,
        "--to",
        "new",
    ]);
    assert_eq!(ran.exit, 0, "{ran:?}");
}

#[test]
fn ingest_refuses_when_the_configuration_would_move_traffic_already_stored() {
    let store = Store::with(&[message("m1", day(0), &json!({"bsuid": X}))]);
    store.config("[[portfolio]]\nname = \"eu\"\nwabas = [\"9001\"]\n");
    let line = message("m2", day(1), &json!({"bsuid": X})).to_string();
    let ran = store.pipe(&["ingest"], line.as_bytes());
    assert_eq!(ran.exit, 3, "{ran:?}");
    assert_eq!(
        store
            .json(&["export", "messages", "--format", "jsonl"])
            .len(),
        1
    );
}

#[test]
fn rescope_replays_the_store_under_the_new_map() {
    let store = Store::with(&[message("m1", day(0), &json!({"bsuid": X}))]);
    store.config("[[portfolio]]\nname = \"eu\"\nwabas = [\"9001\"]\n");
    assert_eq!(store.run(&["rescope"]).exit, 0);
    store.ingest(&[message("m2", day(1), &json!({"bsuid": X}))]);
    let found = store.resolve(&["--bsuid", X, "--portfolio", "eu"]);
    assert_eq!(store.message("m1").0, num(&found["contact"]));
    assert_eq!(store.message("m2").0, num(&found["contact"]));
}

/// The WABA of a number says more than the number; a dump of messages names the
/// number alone.
#[test]
fn a_number_that_moves_only_where_it_stands_without_its_waba_is_refused_and_told() {
    let store = Store::new();
    let eu = "[[portfolio]]\nname = \"eu\"\nwabas = [\"2\"]\n";
    store.config(&format!("{eu}phone_number_ids = [\"9\"]\n"));
    let whole = |id, bsuid| {
        let delivery = message(id, day(0), &json!({"bsuid": bsuid}));
        through(delivery, "2", "9", "4930555")
    };
    let bare = |id, bsuid| whole(id, bsuid)["entry"][0]["changes"][0]["value"].clone();
    store.ingest(&[whole("m1", "US.1"), bare("m2", "US.2")]);
    store.config(&format!(
        "{eu}[[portfolio]]\nname = \"us\"\nphone_number_ids = [\"9\"]\n"
    ));
    for delivery in [whole("m3", "US.3"), bare("m3", "US.3")] {
        let ran = store.pipe(&["ingest"], delivery.to_string().as_bytes());
        assert_eq!(ran.exit, 3, "{ran:?}");
        assert!(ran.err.contains("reunite rescope"), "{ran:?}");
    }
    let words = store.run(&["rescope", "--dry-run"]).out;
    assert!(
        words.starts_with("business number 9, where it stands without its WABA: eu → us\n"),
        "{words}"
    );
    let said = store.one(&["rescope"]);
    assert_eq!(
        (&said["numbers"], &said["events"]),
        (
            &json!([{"number": "9", "waba": null, "from": "eu", "to": "us"}]),
            &json!(1)
        )
    );
    let entry = store.json(&["audit"]).remove(0);
    assert_eq!(entry["before"]["portfolios"], json!({"9": "eu"}));
    assert_eq!(entry["after"]["portfolios"], json!({"9": ["eu", "us"]}));
    let of = |bsuid, portfolio| store.resolve(&["--bsuid", bsuid, "--portfolio", portfolio]);
    assert!(of("US.1", "eu")["contact"].is_u64());
    assert!(of("US.2", "us")["contact"].is_u64());
    store.ingest(&[whole("m3", "US.3"), bare("m4", "US.4")]);
    assert!(of("US.4", "us")["contact"].is_u64());
    let words = store.run(&["rescope", "--dry-run"]).out;
    assert!(words.starts_with("Every business number is in"), "{words}");
}

#[test]
fn a_configuration_with_unknown_keys_names_file_and_line() {
    let store = Store::new();
    store.config("operator = \"ines\"\ncolour = \"red\"\n");
    let ran = store.run(&["config", "check"]);
    assert_ne!(ran.exit, 0);
    assert!(
        ran.err.contains("config.toml") && ran.err.contains('2'),
        "{ran:?}"
    );
}

#[test]
fn a_foreign_newer_or_damaged_store_ends_with_three() {
    let store = Store::new();
    store.broken();
    std::fs::write(
        store.path(),
        "Dear diary, this is no store of anybody's.\n".repeat(40),
    )
    .unwrap();
    assert_eq!(store.run(&["cases"]).exit, 3);

    let store = Store::new();
    store.broken();
    let foreign = rusqlite::Connection::open(store.path()).unwrap();
    foreign
        .execute_batch("CREATE TABLE diary (day TEXT); PRAGMA user_version = 3")
        .unwrap();
    drop(foreign);
    let ran = store.pipe(&["ingest"], b"{}");
    assert_eq!(ran.exit, 3, "{ran:?}");

    let store = conflict();
    store.broken();
    let newer = rusqlite::Connection::open(store.path()).unwrap();
    newer.execute_batch("PRAGMA user_version = 9999").unwrap();
    drop(newer);
    let ran = store.run(&["cases"]);
    assert_eq!(ran.exit, 3, "{ran:?}");

    let store = conflict();
    store.broken();
    let mut bytes = std::fs::read(store.path()).unwrap();
    for byte in bytes.iter_mut().skip(4096).step_by(3) {
        *byte = 0xA5;
    }
    std::fs::write(store.path(), bytes).unwrap();
    let ran = store.run(&["cases"]);
    assert_eq!(ran.exit, 3, "{ran:?}");
    assert!(!ran.err.contains("panicked"), "{ran:?}");
}
