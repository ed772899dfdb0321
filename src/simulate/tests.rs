//! A test may panic: that is how it fails.
#![allow(clippy::unwrap_used)]

use std::collections::{HashMap, HashSet};
use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;

use super::person::SLOTS;
use super::story::Story;
use super::*;
use crate::domain::text::words;

/// Writes `assets/demo.jsonl.zst`.
#[test]
#[ignore = "writes the asset anew"]
fn demo_write() {
    let asset = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo.jsonl.zst");
    std::fs::write(
        asset,
        zstd::encode_all(demo_plain().as_bytes(), 19).unwrap(),
    )
    .unwrap();
}

fn demo_plain() -> String {
    generate(&Plan::DEMO)
        .map(|delivery| delivery.line + "\n")
        .collect()
}

#[test]
fn the_bundled_traffic_is_what_the_generator_gives() {
    let bundled = zstd::decode_all(demo()).unwrap();
    assert!(
        bundled == demo_plain().into_bytes(),
        "write the asset anew, see `demo`"
    );
    assert!(bundled.len() <= 2_500_000, "{} bytes", bundled.len());
    let lines = bundled.split(|&byte| byte == b'\n').count();
    assert!((3_000..=4_500).contains(&lines), "{lines} lines");
}

#[test]
fn a_plan_gives_the_same_bytes_again_and_another_seed_others() {
    let lines = |seed| {
        generate(&Plan {
            people: 60,
            days: 90,
            seed,
        })
        .map(|delivery| delivery.line)
        .collect::<Vec<_>>()
    };
    assert_eq!(lines(1), lines(1));
    assert_ne!(lines(1), lines(2));
}

#[test]
fn deliveries_are_single_lines_of_json_in_order_of_arrival() {
    let mut before = 0;
    for delivery in generate(&Plan::DEMO) {
        assert!(!delivery.line.contains('\n'));
        assert!(
            serde_json::from_str::<Value>(&delivery.line)
                .unwrap()
                .is_object()
        );
        assert!(before <= delivery.at);
        before = delivery.at;
    }
}

/// A person's message or status found in a line: id, time, and the identifiers
/// that it names. Changes and failures name what is no more.
struct Found {
    id: String,
    is_message: bool,
    at: i64,
    identifiers: Vec<String>,
}

fn found(line: &str) -> Vec<Found> {
    let json: Value = serde_json::from_str(line).unwrap();
    let mut all = Vec::new();
    let mut find = |item: &Value, is_message: bool, fields: [(&str, &str); 2]| {
        if item["type"] == "system" || item["status"] == "failed" {
            return;
        }
        all.push(Found {
            id: item["id"].as_str().unwrap().to_owned(),
            is_message,
            at: item["timestamp"].as_str().unwrap().parse().unwrap(),
            identifiers: fields
                .iter()
                .filter_map(|(kind, field)| Some(format!("{kind}:{}", item[field].as_str()?)))
                .collect(),
        });
    };
    let items = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let value = &json["entry"][0]["changes"][0]["value"];
    for item in items(&value["messages"]) {
        find(&item, true, [("phone", "from"), ("bsuid", "from_user_id")]);
    }
    for item in items(&value["message_echoes"]) {
        find(&item, true, [("phone", "to"), ("bsuid", "to_user_id")]);
    }
    for item in items(&value["statuses"]) {
        find(
            &item,
            false,
            [("phone", "recipient_id"), ("bsuid", "recipient_user_id")],
        );
    }
    if let Some(message) = json.get("message") {
        let out = message["kapso"]["direction"] == "outbound";
        let fields = if out {
            ["to", "to_user_id"]
        } else {
            ["from", "from_user_id"]
        };
        find(message, true, [("phone", fields[0]), ("bsuid", fields[1])]);
    }
    all
}

/// The stretches of time in which someone held an identifier.
fn held(plan: &Plan) -> HashMap<String, Vec<(u32, String, String)>> {
    let mut held: HashMap<String, Vec<_>> = HashMap::new();
    for line in holdings(plan) {
        let json: Value = serde_json::from_str(&line).unwrap();
        let person = u32::try_from(json["person"].as_u64().unwrap()).unwrap();
        let until = json["until"].as_str().unwrap_or("9999").to_owned();
        let since = json["since"].as_str().unwrap().to_owned();
        assert!(since <= until, "{line}");
        held.entry(json["identifier"].as_str().unwrap().to_owned())
            .or_default()
            .push((person, since, until));
    }
    held
}

#[test]
fn the_truth_names_every_message_once() {
    let (mut told, mut seen) = (HashSet::new(), HashSet::new());
    for delivery in generate(&Plan::DEMO) {
        if let Some(line) = delivery.truth() {
            let json: Value = serde_json::from_str(&line).unwrap();
            assert_eq!(json["person"], delivery.person);
            assert!(told.insert(json["message"].as_str().unwrap().to_owned()));
        }
        let messages = found(&delivery.line)
            .into_iter()
            .filter(|found| found.is_message);
        seen.extend(messages.map(|found| found.id));
    }
    assert_eq!(told, seen);
}

#[test]
fn people_are_seen_only_under_what_they_hold() {
    for plan in [
        Plan::DEMO,
        Plan {
            people: 400,
            days: 120,
            seed: 3,
        },
    ] {
        let held = held(&plan);
        for delivery in generate(&plan) {
            for found in found(&delivery.line) {
                assert!(!found.identifiers.is_empty());
                let at = kapso::iso(found.at);
                for identifier in &found.identifiers {
                    assert!(
                        held[identifier]
                            .iter()
                            .any(|(person, since, until)| *person == delivery.person
                                && *since <= at
                                && at < *until),
                        "{identifier} at {at}: {}",
                        delivery.line
                    );
                }
            }
        }
    }
}

#[test]
fn nobody_holds_what_another_holds() {
    for (identifier, mut stretches) in held(&Plan {
        people: 2000,
        ..Plan::DEMO
    }) {
        stretches.sort_by(|a, b| a.1.cmp(&b.1));
        for pair in stretches.windows(2) {
            assert!(pair[0].2 <= pair[1].1, "{identifier}: {pair:?}");
        }
    }
}

#[test]
fn identifiers_have_their_shapes_and_are_unique() {
    for count in [333, 5000] {
        let people = People { count, seed: 11 };
        let mut seen =
            HashSet::from([meta::MAIN.number.to_owned(), meta::SECOND.number.to_owned()]);
        for slot in 0..count * SLOTS {
            let (phone, bsuid) = (people.phone(slot), people.bsuid(slot));
            assert!(
                (11..=13).contains(&phone.len()) && phone.bytes().all(|byte| byte.is_ascii_digit()),
                "{phone}"
            );
            let (country, digits) = bsuid.split_once('.').unwrap();
            assert!(
                country.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit()),
                "{bsuid}"
            );
            assert!(seen.insert(phone) && seen.insert(bsuid), "slot {slot}");
        }
        for n in 0..count {
            let username = people.username(n);
            assert!(
                username
                    .bytes()
                    .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_')),
                "{username}"
            );
            assert!(seen.insert(username));
        }
    }
}

#[test]
fn numbers_of_small_plans_are_kept_for_fiction() {
    let people = Plan::DEMO.people();
    for slot in 0..people.count * SLOTS {
        let phone = people.phone(slot);
        match &phone[..2] {
            "44" => assert!(phone.starts_with("447700900"), "{phone}"),
            "12" | "13" | "14" | "15" | "16" | "17" | "18" | "19" => {
                assert!(phone[4..].starts_with("55501"), "{phone}");
            }
            _ => {}
        }
    }
}

#[test]
fn who_takes_over_a_number_has_another_name() {
    let people = People {
        count: 5000,
        seed: 5,
    };
    for n in (0..people.count).filter(|&n| story::of(n) == Story::RecycledTaker) {
        let (before, after) = (words(&people.name(n - 1)), words(&people.name(n)));
        assert!(
            before.iter().all(|word| !after.contains(word)),
            "{before:?} {after:?}"
        );
    }
}

#[test]
fn the_demo_lives_every_story_six_times() {
    let mut times: HashMap<String, u32> = HashMap::new();
    for n in 0..Plan::DEMO.people {
        *times.entry(format!("{:?}", story::of(n))).or_default() += 1;
    }
    assert_eq!(times.len(), 21);
    assert!(times.values().all(|&times| times >= 6), "{times:?}");
}

#[test]
fn surfaces_come_in_their_shares() {
    let mut shares: HashMap<&str, f64> = HashMap::new();
    let lines: Vec<_> = generate(&Plan {
        people: 1500,
        ..Plan::DEMO
    })
    .map(|delivery| delivery.line)
    .collect();
    for line in &lines {
        let surface = if !line.contains("whatsapp_business_account") {
            "kapso"
        } else if line.contains("\"statuses\":[") {
            "status"
        } else if line.contains("\"type\":\"system\"") || line.contains("user_id_update") {
            "change"
        } else {
            "message"
        };
        *shares.entry(surface).or_default() += 100.0;
    }
    let total = f64::from(u32::try_from(lines.len()).unwrap());
    for (surface, share) in [
        ("message", 75.0),
        ("status", 15.0),
        ("kapso", 8.0),
        ("change", 2.0),
    ] {
        let is = shares[surface] / total;
        assert!((is - share).abs() < share * 0.15, "{surface}: {is:.1} %");
    }
}

#[test]
fn the_demo_speaks_of_every_change_and_in_every_language() {
    let all = demo_plain();
    for said in [
        "user_changed_user_id",
        "user_changed_number",
        "customer_changed_number",
        "user_id_update",
        "\"previous\":{",
        "contact_request",
        "\"failed\"",
        "smb_message_echoes",
        "Bom dia",
        "invoice",
        "Bestellung",
        "Доброго",
        "شكراً",
        "\\u001b[31m",
        "\u{202E}",
        "=HYPERLINK",
    ] {
        assert!(all.contains(said), "{said}");
    }
}

#[test]
fn a_scene_is_small() {
    assert!(size_of::<Scene>() <= 80, "{} bytes", size_of::<Scene>());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_plan_can_be_played(people in 0u32..60, days in 0u32..400, seed: u64) {
        let plan = Plan { people, days, seed };
        let mut before = 0;
        for delivery in generate(&plan) {
            prop_assert!(delivery.person < people);
            prop_assert!(before <= delivery.at);
            before = delivery.at;
        }
        prop_assert!(holdings(&plan).count() >= usize::try_from(people).unwrap());
    }
}
