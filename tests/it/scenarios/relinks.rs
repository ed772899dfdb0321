//! Relink: another holder from a time on.

use super::traffic::*;
use super::{Store, num, state};
use serde_json::json;

const P: &str = "16315551181";
const X: &str = "US.1001";
const Y: &str = "US.2002";

/// A phone of Ana's that Bruno comes with from day 5 on; it is used alone on
/// days 3 and 7.
fn claimed() -> Store {
    Store::with(&[
        message(
            "m0",
            day(0),
            &json!({"bsuid": X, "phone": P, "name": "Ana"}),
        ),
        message("m3", day(3), &json!({"phone": P, "name": "Ana"})),
        message(
            "m5",
            day(5),
            &json!({"bsuid": Y, "phone": P, "name": "Bruno"}),
        ),
        message("m7", day(7), &json!({"phone": P, "name": "Bruno"})),
    ])
}

#[test]
fn by_default_from_the_first_evidence_and_what_came_through_it_since_follows() {
    let store = claimed();
    let (ana, bruno) = (store.by(X), store.by(Y));
    assert_eq!(store.message("m7"), (ana, ana));
    let said = store.decide(
        &store.kind("phone_claimed"),
        &[
            "relink",
            "--identifier",
            &format!("phone:{P}"),
            "--to",
            &bruno.to_string(),
        ],
    );
    assert_eq!(said["action"], "relink");
    assert_eq!(store.of(P), bruno);
    assert_eq!((store.message("m3").1, store.message("m7").1), (ana, bruno));
    assert_eq!((store.message("m0").1, store.message("m5").1), (ana, bruno));
    let link = store.contact(bruno)["identifiers"]
        .as_array()
        .unwrap()
        .clone();
    let link = link.into_iter().find(|i| i["value"] == P).unwrap();
    assert_eq!(link["since"], json!(date(5)));
    assert_eq!(store.open().len(), 0);
}

#[test]
fn since_another_time_takes_the_messages_since_then() {
    let store = claimed();
    let (ana, bruno) = (store.by(X), store.by(Y));
    let phone = format!("phone:{P}");
    let to = bruno.to_string();
    let answer = [
        "relink",
        "--identifier",
        &phone,
        "--to",
        &to,
        "--since",
        &date(2),
    ];
    let said = store.decide(&store.kind("phone_claimed"), &answer);
    assert_eq!(
        (store.message("m3").1, store.message("m7").1),
        (bruno, bruno)
    );
    assert_eq!(store.message("m0").1, ana);
    store.undo(&said);
    assert_eq!((store.message("m3").1, store.message("m7").1), (ana, ana));
    assert_eq!(store.of(P), ana);
}

#[test]
fn it_walls_the_two_sides_off_and_the_wall_is_undone_with_it() {
    let store = claimed();
    let (ana, bruno) = (store.by(X), store.by(Y));
    let phone = format!("phone:{P}");
    let answer = ["relink", "--identifier", &phone, "--to", &bruno.to_string()];
    let said = store.decide(&store.kind("phone_claimed"), &answer);
    let ask = store.ask(ana, bruno);
    let no = store.no(&ask, &["merge"]);
    assert_eq!(
        (&no["refused"], &no["by_decision"]),
        (&json!("kept_separate"), &said["decision"])
    );
    store.undo(&said);
    store.decide(&ask, &["merge"]);
    assert_eq!(store.by(X), store.by(Y));
}

#[test]
fn a_relink_to_new_founds_a_contact_whose_id_stays_an_alias_after_the_undo() {
    let store = claimed();
    let (ana, bruno) = (store.by(X), store.by(Y));
    let phone = format!("phone:{P}");
    let answer = ["relink", "--identifier", &phone, "--to", "new"];
    let said = store.decide(&store.kind("phone_claimed"), &answer);
    let new = store.of(P);
    assert!(![ana, bruno, 0].contains(&new));
    // The phone is the new contact's when Bruno first comes with it.
    assert_eq!(
        (store.by(Y), num(&store.contact(bruno)["contact"])),
        (new, new)
    );
    assert_eq!(store.message("m7"), (new, new));
    assert_eq!(store.contact(new)["members"], json!([new]));
    let undo = store.undo(&said);
    assert_eq!(store.of(P), ana);
    assert_eq!(num(&store.contact(new)["contact"]), ana);
    let aliases = store.json(&["export", "aliases", "--format", "jsonl"]);
    assert!(
        aliases.contains(&json!({"contact": new, "canonical": ana})),
        "{aliases:?}"
    );
    store.undo(&undo);
    assert_eq!(store.of(P), new);
}

#[test]
fn inside_one_group_it_is_refused() {
    let store = claimed();
    store.ingest(&[message("m9", day(9), &json!({"bsuid": "US.9"}))]);
    let (ana, bruno) = (store.by(X), store.by(Y));
    store.decide(&store.ask(ana, bruno), &["merge"]);
    let other = store.ask(ana, store.by("US.9"));
    let phone = format!("phone:{P}");
    let no = store.no(
        &other,
        &["relink", "--identifier", &phone, "--to", &bruno.to_string()],
    );
    assert_eq!(no["refused"], "same_contact");
    let ask = ["ask", &ana.to_string(), &bruno.to_string()];
    assert_eq!(store.refused(&ask)["refused"], "same_contact");
}

#[test]
fn a_bsuid_can_be_relinked_too_and_its_messages_follow() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P, "name": "Ana"})),
        message("m2", day(1), &json!({"bsuid": X})),
        message("m3", day(2), &json!({"bsuid": X, "phone": P})),
    ]);
    let (by_phone, by_bsuid) = (store.of(P), store.by(X));
    let bsuid = format!("bsuid:{X}@default");
    let answer = [
        "relink",
        "--identifier",
        &bsuid,
        "--to",
        &by_phone.to_string(),
    ];
    store.decide(&store.case(), &answer);
    assert_eq!(store.by(X), by_phone);
    assert_eq!(store.message("m3"), (by_phone, by_phone));
    assert_eq!(store.message("m2"), (by_bsuid, by_bsuid));
    assert_eq!(store.open().len(), 0);
    assert_eq!(state(&store.contact(by_phone), X), "active");
}

#[test]
fn a_later_made_relink_says_otherwise() {
    let store = claimed();
    let (ana, bruno) = (store.by(X), store.by(Y));
    let phone = format!("phone:{P}");
    let to = |contact: u64| contact.to_string();
    let first = ["relink", "--identifier", &phone, "--to", &to(bruno)];
    store.decide(&store.kind("phone_claimed"), &first);
    let ask = store.ask(ana, bruno);
    let second = [
        "relink",
        "--identifier",
        &phone,
        "--to",
        &to(ana),
        "--since",
        &date(6),
    ];
    store.decide(&ask, &second);
    assert_eq!(store.of(P), ana);
    assert_eq!((store.message("m5").1, store.message("m7").1), (bruno, ana));
}

#[test]
fn a_relink_that_dissolves_the_contact_it_takes_from_stands_in_nobodys_way() {
    let store = Store::with(&[
        message("m1", day(0), &json!({"phone": P})),
        new_id("s1", day(5), X, Y),
        message("m2", day(9), &json!({"bsuid": Y})),
        message("m3", day(10), &json!({"bsuid": Y, "phone": P})),
    ]);
    let before = store.seen();
    let current = format!("bsuid:{Y}");
    let orphan = store.kind("identity_change_orphan");
    let relink = store.decide(
        &orphan,
        &["relink", "--identifier", &current, "--to", "new"],
    );
    let new = store.by(Y);
    let conflicts = store.json(&["cases", "--kind", "phone_bsuid_conflict"]);
    let merge = store.decide(&conflicts[0], &["merge"]);
    let no = store.refused(&["undo", &relink["decision"].to_string()]);
    assert_eq!(no["by_decisions"], json!([merge["decision"]]));
    let undo = store.undo(&merge);
    store.undo(&undo);
    let number = relink["decision"].to_string();
    let cascade = store.run(&["undo", &number, "--cascade"]);
    assert_eq!(cascade.exit, 0, "{cascade:?}");
    let mut after = store.seen();
    after.retain(|line| line["contact"] != json!(new));
    assert_eq!(after, before);
}
