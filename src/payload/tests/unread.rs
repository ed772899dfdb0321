//! Fields that nobody reads are counted by their path, and only those.

use super::super::{Format, Unread, read_counting};
use super::mutate::fixtures;
use super::webhook;

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
