//! Reading: every item in exactly one state, replays are no-ops.

use super::traffic::*;
use super::{Store, counts, num};
use serde_json::{Value, json};
use std::io::Write as _;

const P: &str = "16315551181";
const X: &str = "US.1001";
const Y: &str = "US.2002";

fn traffic() -> Vec<Value> {
    vec![
        message(
            "m1",
            day(0),
            &json!({"bsuid": X, "phone": P, "name": "Ana"}),
        ),
        status("o1", "delivered", day(1), &json!({"bsuid": X, "phone": P})),
        new_id("s1", day(5), X, Y),
        update(day(5), X, Y),
        kapso_message(
            "m2",
            day(6),
            &json!({"bsuid": Y, "phone": P, "name": "Ana"}),
        ),
        kapso_change("2026-04-06T00:00:00Z", Some(X), Y, Some(P)),
        card("m3", day(7), &json!({"bsuid": Y}), "contact_request", P),
    ]
}

fn report(store: &Store, args: &[&str], input: &[u8]) -> Value {
    let ran = store.pipe(&[&["ingest", "--json"], args].concat(), input);
    assert_eq!(ran.exit, 0, "{ran:?}");
    let report = ran.lines().pop().unwrap();
    counts(&report);
    report
}

#[test]
fn replaying_any_delivery_is_a_no_op() {
    let store = Store::new();
    let first = store.ingest(&traffic());
    assert_eq!(
        (num(&first["duplicate"]), num(&first["quarantined"])),
        (0, 0),
        "{first}"
    );
    let (seen, cases) = (store.seen(), store.cases());
    let again = store.ingest(&traffic());
    assert_eq!(
        (num(&again["applied"]), &again["duplicate"]),
        (0, &first["read"]),
        "{again}"
    );
    assert_eq!((store.seen(), store.cases()), (seen, cases));
}

/// The phone of a change turns out to be a number of the business: what the
/// change named means other rows then, and it is the same delivery all the same.
#[test]
fn a_change_stays_known_when_its_phone_turns_out_to_be_the_business_s() {
    let store = Store::new();
    let deliveries = [
        kapso_change("2026-04-06T00:00:00Z", Some(X), Y, Some(P)),
        kapso_change("2026-04-06T00:00:00Z", Some("US.3003"), Y, Some(P)),
        through(
            message("m1", day(7), &json!({"bsuid": "US.4004"})),
            "9",
            "9",
            P,
        ),
    ];
    let first = store.ingest(&deliveries);
    assert_eq!(num(&first["applied"]), 3, "{first}");
    for _ in 0..3 {
        let again = store.ingest(&deliveries);
        assert_eq!(num(&again["applied"]), 0, "{again}");
    }
}

#[test]
fn the_same_item_inside_another_delivery_is_a_duplicate() {
    let store = Store::new();
    let (one, two) = (
        message("m1", day(0), &json!({"bsuid": X})),
        message("m2", day(0), &json!({"bsuid": Y})),
    );
    store.ingest(std::slice::from_ref(&one));
    let report = store.ingest(&[together(&[one, two])]);
    assert_eq!(
        (num(&report["applied"]), num(&report["duplicate"])),
        (1, 1),
        "{report}"
    );
}

#[test]
fn the_same_message_with_more_identifiers_is_a_sighting() {
    let store = Store::with(&[message("m1", day(0), &json!({"bsuid": X}))]);
    store.ingest(&[message("m1", day(0), &json!({"bsuid": X, "phone": P}))]);
    assert_eq!(store.of(P), store.by(X));
    assert_eq!(
        store
            .json(&["export", "messages", "--format", "jsonl"])
            .len(),
        1
    );
}

#[test]
fn an_unreadable_item_is_quarantined_and_the_rest_goes_on() {
    let store = Store::new();
    let good = |n: u8| {
        message(
            &format!("m{n}"),
            day(0),
            &json!({"bsuid": format!("US.{n}")}),
        )
    };
    let mut odd = good(2);
    odd["entry"][0]["changes"][0]["value"]["messages"][0]["from_user_id"] = json!({"a": 1});
    let input = format!("{}\n{}\n\nthis is no JSON\n{}\n", good(1), odd, good(3));
    let said = report(&store, &[], input.as_bytes());
    assert_eq!(
        (num(&said["read"]), num(&said["applied"])),
        (4, 2),
        "{said}"
    );
    assert_eq!(num(&said["quarantined"]), 2);
    let held = store.json(&["quarantine", "list"]);
    assert_eq!(held.len(), 2);
    for line in &held {
        assert!(line["id"].is_u64() && line["at"].is_string() && line["reason"].is_string());
        assert!(line["source"].is_string() && line.get("payload").is_some());
    }
    let id = held[0]["id"].to_string();
    assert_eq!(store.run(&["quarantine", "show", &id]).exit, 0);
}

#[test]
fn what_cannot_be_read_stays_in_quarantine_after_a_retry() {
    let store = Store::new();
    report(&store, &[], b"this is no JSON\n");
    assert_eq!(store.run(&["quarantine", "retry"]).exit, 0);
    assert_eq!(store.json(&["quarantine", "list"]).len(), 1);
}

#[test]
fn one_odd_item_does_not_spoil_its_delivery() {
    let store = Store::new();
    let mut odd = message("m2", day(0), &json!({"bsuid": Y}));
    odd["entry"][0]["changes"][0]["value"]["messages"][0]["id"] = json!([1, 2]);
    let said = store.ingest(&[together(&[
        message("m1", day(0), &json!({"bsuid": X})),
        odd,
    ])]);
    assert_eq!(
        (num(&said["applied"]), num(&said["quarantined"])),
        (1, 1),
        "{said}"
    );
    assert_ne!(store.by(X), 0);
}

/// A cut emoji costs itself: the messages around it arrive, and what is kept is
/// what came, byte for byte.
#[test]
fn half_an_emoji_costs_nothing_else() {
    let store = Store::new();
    let fine = message(
        "m1",
        day(0),
        &json!({"bsuid": X, "phone": P, "name": "Ana"}),
    );
    let broken = json!({"id": 7, "from": P});
    let mut both = fine.clone();
    let messages = &mut both["entry"][0]["changes"][0]["value"]["messages"];
    messages.as_array_mut().unwrap().push(broken);
    let line = both.to_string().replace("\"Ana\"", r#""Ana \ud83d""#);
    let said = report(&store, &[], format!("{line}\n").as_bytes());
    assert_eq!(
        (
            num(&said["messages"]),
            num(&said["quarantined"]),
            num(&said["read"])
        ),
        (1, 1, 2),
        "{said}"
    );
    assert_eq!(store.one(&["contacts"])["name"], "Ana \u{fffd}");
    assert_eq!(store.one(&["quarantine", "list"])["payload"], json!(line));
}

#[test]
fn strict_ends_with_one_when_anything_was_quarantined() {
    let store = Store::new();
    assert_eq!(store.pipe(&["ingest", "--strict"], b"nonsense\n").exit, 1);
    // Known as it is, it cannot be read any more than before.
    let again = store.pipe(&["ingest", "--strict", "--json"], b"nonsense\n");
    assert_eq!(again.exit, 1, "{again:?}");
    assert!(
        again.err.contains("1 item in quarantine since before"),
        "{again:?}"
    );
    let report = again.lines().remove(0);
    assert_eq!(
        (num(&report["duplicate"]), num(&report["still_quarantined"])),
        (1, 1)
    );
    let fine = message("m1", day(0), &json!({"bsuid": X})).to_string();
    assert_eq!(store.pipe(&["ingest", "--strict"], fine.as_bytes()).exit, 0);
}

#[test]
fn an_unknown_field_is_kept_and_counted_as_unrecognised() {
    let store = Store::new();
    let report = store.ingest(&[delivery("moon_phase", json!({"phase": "full"}))]);
    assert_eq!(
        (num(&report["read"]), num(&report["unrecognised"])),
        (1, 1),
        "{report}"
    );
}

#[test]
fn arrays_lines_and_packed_files_are_read_alike() {
    let all = traffic();
    let lines: String = all
        .iter()
        .flat_map(|d| [d.to_string(), "\n".into()])
        .collect();
    let store = Store::with(&all);
    let seen = store.seen();

    let array = Store::new();
    let text = serde_json::to_string_pretty(&json!(all)).unwrap();
    report(&array, &[], text.as_bytes());
    assert_eq!(array.seen(), seen);

    let packed = Store::new();
    let file = packed.dir.path().join("traffic.jsonl.gz");
    let out = std::fs::File::create(&file).unwrap();
    let mut gz = flate2::write::GzEncoder::new(out, flate2::Compression::default());
    gz.write_all(lines.as_bytes()).unwrap();
    gz.finish().unwrap();
    report(&packed, &[file.to_str().unwrap()], b"");
    assert_eq!(packed.seen(), seen);

    let packed = Store::new();
    let file = packed.dir.path().join("traffic.jsonl.zst");
    std::fs::write(&file, zstd::encode_all(lines.as_bytes(), 0).unwrap()).unwrap();
    report(&packed, &[file.to_str().unwrap()], b"");
    assert_eq!(packed.seen(), seen);

    let single = Store::new();
    let file = single.dir.path().join("one.json");
    let text = serde_json::to_string_pretty(&all[0]).unwrap();
    std::fs::write(&file, text).unwrap();
    assert_eq!(
        num(&report(&single, &[file.to_str().unwrap()], b"")["messages"]),
        1
    );
}

#[test]
fn input_without_the_envelope_is_accepted() {
    let one = |n: u8| {
        message(
            &format!("m{n}"),
            day(0),
            &json!({"bsuid": format!("US.{n}")}),
        )
    };
    let change = one(1)["entry"][0]["changes"][0].clone();
    let value = one(2)["entry"][0]["changes"][0]["value"].clone();
    let mut bare = one(3)["entry"][0]["changes"][0]["value"].clone();
    bare.as_object_mut().unwrap().remove("metadata");
    bare.as_object_mut().unwrap().remove("messaging_product");
    let store = Store::new();
    let report = store.ingest(&[change, value, bare]);
    assert_eq!(num(&report["applied"]), 3, "{report}");
    assert!((1..=3).all(|n| store.by(&format!("US.{n}")) != 0));
}

#[test]
fn messages_are_matched_to_contacts_never_by_position() {
    let mut both = message("m1", day(0), &json!({"bsuid": X, "name": "Ana"}));
    let other = message("m2", day(0), &json!({"bsuid": Y, "name": "Bruno"}));
    let from = other["entry"][0]["changes"][0]["value"].clone();
    let value = &mut both["entry"][0]["changes"][0]["value"];
    value["contacts"]
        .as_array_mut()
        .unwrap()
        .insert(0, from["contacts"][0].clone());
    value["messages"]
        .as_array_mut()
        .unwrap()
        .push(from["messages"][0].clone());
    let store = Store::with(&[both]);
    assert_eq!(store.contact(store.by(X))["name"], "Ana");
    assert_eq!(store.contact(store.by(Y))["name"], "Bruno");
}

#[test]
fn a_group_status_names_the_person_as_participant() {
    let status = json!({"id": "o1", "status": "read", "timestamp": day(1).to_string(),
        "recipient_type": "group", "recipient_id": "16315559999",
        "recipient_participant_id": P, "recipient_participant_user_id": X});
    let store = Store::with(&[delivery("messages", json!({"statuses": [status]}))]);
    assert_eq!(store.by(X), store.of(P));
    assert_eq!(store.of("16315559999"), 0);
}

#[test]
fn the_statuses_of_what_was_sent_to_a_parent_found_nobody() {
    let parent = "US.ENT.9009";
    let status = |state: &str| json!([{"id": "o1", "status": state, "timestamp": day(1).to_string(), "recipient_user_id": parent}]);
    let ana = json!([{"user_id": X, "parent_user_id": parent, "profile": {"username": "ana"}}]);
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "phone": P})),
        delivery("messages", json!({"statuses": status("sent")})),
        delivery(
            "messages",
            json!({"contacts": ana, "statuses": status("delivered")}),
        ),
    ]);
    assert_eq!(store.by(parent), 0);
    assert_eq!(store.contact(store.by(X))["usernames"][0]["value"], "ana");
}

#[test]
fn a_removal_founds_no_contact_and_an_address_book_name_is_shown() {
    let sync = |action: &str, bsuid: &str, name: &str| {
        json!({"type": "contact", "action": action, "metadata": {"timestamp": day(1).to_string()},
            "contact": {"full_name": name, "first_name": name, "user_id": bsuid}})
    };
    let syncs = json!([sync("add", X, "Ana Souza"), sync("remove", Y, "Bruno")]);
    let store = Store::with(&[
        message("m1", day(0), &json!({"bsuid": X, "name": "~ana~"})),
        delivery("smb_app_state_sync", json!({"state_sync": syncs})),
    ]);
    assert_eq!(store.by(Y), 0);
    assert_eq!(store.contact(store.by(X))["name"], "Ana Souza");
}

#[test]
fn kapsos_statuses_repeat_a_message_that_counts_once() {
    let received = kapso_message("m1", day(0), &json!({"bsuid": X, "phone": P}));
    let mut batch = json!({"type": "whatsapp.message.received", "batch": true});
    batch["data"] = json!([received]);
    let store = Store::with(&[received]);
    let report = store.ingest(&[batch]);
    assert_eq!(
        (num(&report["applied"]), num(&report["duplicate"])),
        (0, 1),
        "{report}"
    );
    let page = store.contact(store.by(X));
    assert_eq!(page["conversations"].as_array().unwrap().len(), 1);
    assert_eq!(num(&page["conversations"][0]["messages"]), 1);
}

/// Or each of its lines would wait in quarantine for ever.
#[test]
fn a_csv_is_no_traffic_and_a_folder_without_any_says_so() {
    let store = Store::new();
    let folder = store.dir.path().join("in");
    std::fs::create_dir(&folder).unwrap();
    for name in ["people.csv", "people.TSV.gz"] {
        let file = folder.join(name);
        std::fs::write(&file, "name,phone\n").unwrap();
        let ran = store.run(&["ingest", file.to_str().unwrap()]);
        assert_eq!(ran.exit, 2, "{ran:?}");
        assert!(ran.err.contains("reunite import"), "{ran:?}");
        std::fs::remove_file(file).unwrap();
    }
    assert!(!store.path().exists());
    let ran = store.run(&["ingest", folder.to_str().unwrap()]);
    assert_eq!(ran.exit, 0, "{ran:?}");
    assert!(ran.err.contains("jsonl"), "{ran:?}");
}

#[test]
fn a_packed_file_that_is_torn_says_what_to_do() {
    let store = Store::new();
    let file = store.dir.path().join("day.jsonl.gz");
    // A header of gzip, and then the end or what is no packed data.
    let header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    for (rest, hint) in [(&[][..], "cut off"), (&[7, 7, 7], "damaged")] {
        std::fs::write(&file, [&header, rest].concat()).unwrap();
        for command in ["ingest", "import"] {
            let ran = store.run(&[command, file.to_str().unwrap()]);
            assert_eq!(ran.exit, 1, "{ran:?}");
            assert!(ran.err.contains(hint), "{command}: {ran:?}");
        }
    }
}
