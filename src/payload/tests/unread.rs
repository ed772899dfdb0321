//! Fields that nobody reads are counted by their path, and only those.

use super::super::{Format, Unread, read_counting};
use super::mutate::fixtures;
use super::webhook;
use serde_json::{Value, json};

fn unread(deliveries: &[String]) -> Vec<(String, u64)> {
    let mut unread = Unread::default();
    for json in deliveries {
        let _ = read_counting(json, Format::Auto, Some(&mut unread));
    }
    let fields = unread.fields().into_iter();
    fields.map(|field| (field.field, field.count)).collect()
}

#[test]
fn what_is_new_is_named_from_the_value_on() {
    let message = |more: &str| {
        webhook(
            "messages",
            &format!(
                r#""contacts":[{{"profile":{{"name":"A","pronouns":"she"}},"user_id":"DE.A"}}],"messages":[{{"from_user_id":"DE.A","id":"1","type":"text","text":{{"body":"x"}}{more}}}]"#
            ),
        )
    };
    let mood = message(r#","mood":{"colour":"blue"}"#);
    assert_eq!(
        unread(&[message(""), mood.clone(), mood]),
        [
            ("contacts[].profile.pronouns".to_owned(), 3),
            ("messages[].mood".to_owned(), 2),
        ]
    );
}

#[test]
fn kapsos_are_named_from_the_root_on() {
    let json = r#"{"message":{"id":"1","from":"49171","type":"text","kapso":{"mood":1}},"weather":"fine","phone_number_id":"N1"}"#;
    assert_eq!(
        unread(&[json.to_owned()]),
        [
            ("message.kapso.mood".to_owned(), 1),
            ("weather".to_owned(), 1)
        ]
    );
}

#[test]
fn what_is_known_or_counted_otherwise_is_no_unknown_field() {
    let known: Vec<String> = fixtures().iter().map(ToString::to_string).collect();
    assert_eq!(unread(&known), []);
    // Unrecognised and quarantined items are counted as such.
    let other = webhook(
        "account_update",
        r#""event_kind":"VERIFIED","ban":{"state":1}"#,
    );
    let broken = webhook(
        "messages",
        r#""messages":[{"id":7,"from":"49171","mood":1}]"#,
    );
    assert_eq!(unread(&[other, broken, "no JSON".to_owned()]), []);
}

/// A known field may hold what it cannot, and hide others.
#[test]
fn a_known_field_of_another_type_is_no_unknown_field() {
    for fixture in fixtures() {
        for (place, is_plain) in places(&fixture, "") {
            let mut others = vec![json!(7), json!(true), json!("x"), json!([]), json!([7])];
            others.push(if is_plain { json!({"x": 1}) } else { json!({}) });
            for other in others {
                let mut bent = fixture.clone();
                *bent.pointer_mut(&place).unwrap() = other;
                let bent = bent.to_string();
                assert_eq!(unread(std::slice::from_ref(&bent)), [], "{place}: {bent}");
            }
        }
    }
}

/// The fields of a tree, and whether each holds neither fields nor elements.
fn places(tree: &Value, at: &str) -> Vec<(String, bool)> {
    let below: Vec<(String, &Value, bool)> = match tree {
        Value::Object(map) => {
            let fields = map.iter();
            fields
                .map(|(key, value)| (key.clone(), value, true))
                .collect()
        }
        Value::Array(list) => {
            let elements = list.iter().enumerate();
            elements
                .map(|(n, value)| (n.to_string(), value, false))
                .collect()
        }
        _ => Vec::new(),
    };
    let mut all = Vec::new();
    for (step, value, is_field) in below {
        let place = format!("{at}/{step}");
        all.extend(is_field.then(|| (place.clone(), !value.is_object() && !value.is_array())));
        all.extend(places(value, &place));
    }
    all
}

#[test]
fn paths_are_bounded() {
    let all: Vec<String> = (0..2_000)
        .map(|n| {
            format!(
                r#"{{"messages":[{{"id":"1","from":"49171","{n}{}":1}}]}}"#,
                "x".repeat(500)
            )
        })
        .collect();
    let fields = unread(&all);
    assert_eq!(fields.len(), 501);
    assert!(fields.iter().all(|(name, _)| name.len() < 100));
    assert_eq!(fields.iter().map(|(_, count)| count).sum::<u64>(), 2_000);
    assert_eq!(fields.last().unwrap().0, "");
}
