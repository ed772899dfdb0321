//! What cannot be read costs its own item, and the reason names the field.

use super::super::{Format, read};
use super::line::lines;
use super::{check, webhook};
use rstest::rstest;

#[rstest]
#[case("", "no JSON: EOF while parsing a value at line 1 column 0")]
#[case("not json", "no JSON: expected ident at line 1 column 2")]
#[case(r#"{"a":1"#, "no JSON: EOF while parsing an object at line 1 column 6")]
#[case("7", "expected an object, found a number")]
#[case(r#""text""#, "expected an object, found a string")]
#[case("[]", "expected an object, found an array")]
fn what_is_no_delivery(#[case] json: &str, #[case] reason: &str) {
    let items = read(json, Format::Auto);
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].pointer, "");
    check(json, &[&format!("QUARANTINED {reason}")]);
}

#[test]
fn too_deep_is_no_delivery() {
    let json = format!(r#"{{"entry":{}1{}}}"#, "[".repeat(5000), "]".repeat(5000));
    assert!(lines(&json)[0].starts_with("QUARANTINED no JSON: recursion limit exceeded"));
}

/// A broken first message, and what is said of it; the second is read.
#[rstest]
#[case(
    r#"{"id":"1","from":{}}"#,
    "messages[0].from: expected a phone, found an object"
)]
#[case(
    r#"{"id":"1","from":49171}"#,
    "messages[0].from: expected a phone, found a number"
)]
#[case(
    r#"{"id":"1","from":"bla"}"#,
    r#"messages[0].from: expected a phone, found "bla""#
)]
#[case(
    r#"{"id":"1","from_user_id":["DE.A"]}"#,
    "messages[0].from_user_id: expected a string, found an array"
)]
#[case(
    r#"{"id":7,"from":"49171"}"#,
    "messages[0].id: expected a string, found a number"
)]
#[case(
    r#"{"id":"1","from":"49171","timestamp":[]}"#,
    "messages[0].timestamp: expected a time, found an array"
)]
#[case(
    r#"{"id":"1","from":"49171","type":"text","text":"hi"}"#,
    "messages[0].text: expected an object, found a string"
)]
#[case(
    r#"{"id":"1","from":"49171","type":"text","text":{"body":7}}"#,
    "messages[0].text.body: expected a string, found a number"
)]
#[case(
    r#"{"id":"1","type":"system","system":[]}"#,
    "messages[0].system: expected an object, found an array"
)]
#[case(
    r#"{"id":"1","type":"system","system":{"type":"user_changed_user_id","user_id":1}}"#,
    "messages[0].system.user_id: expected a string, found a number"
)]
#[case("7", "messages[0]: expected an object, found a number")]
#[case("null", "messages[0]: expected an object, found null")]
fn one_item_only(#[case] broken: &str, #[case] reason: &str) {
    check(
        &webhook(
            "messages",
            &format!(r#""messages":[{broken},{{"id":"2","from":"49172","type":"text"}}]"#),
        ),
        &[
            &format!("QUARANTINED {reason}"),
            r#"message inbound text "" | +49172 | - | m|N1|2"#,
        ],
    );
}

/// Half an emoji, and numbers beyond all bounds, beside a second message.
#[rstest]
#[case::half_a_pair(
    r#""from":"49171","type":"text","text":{"body":"bye \ud83d"},"timestamp":"1775986200""#,
    "message inbound text \"bye \u{fffd}\" | +49171 | 2026-04-12T09:30:00Z | m|N1|1"
)]
#[case::a_time_beyond(
    r#""from":"49171","type":"text","timestamp":1e400,"mood":-1E+999"#,
    r#"message inbound text "" | +49171 | - | m|N1|1"#
)]
#[case::a_phone_beyond(
    r#""from":1e400"#,
    r#"QUARANTINED messages[0].from: expected a phone, found "1e400""#
)]
fn what_no_value_can_hold_costs_itself(#[case] message: &str, #[case] expected: &str) {
    check(
        &webhook(
            "messages",
            &format!(
                r#""messages":[{{"id":"1",{message}}},{{"id":"2","from":"49172","type":"text"}}]"#
            ),
        ),
        &[expected, r#"message inbound text "" | +49172 | - | m|N1|2"#],
    );
}

#[test]
fn a_broken_contact_stands_in_the_way_of_its_own_messages() {
    let json = |contact: &str| {
        webhook(
            "messages",
            &format!(
                r#""contacts":[{contact},{{"wa_id":"49172","profile":{{"name":"Bo"}}}}],"messages":[{{"id":"1","from":"49171","type":"text"}},{{"id":"2","from":"49172","type":"text"}}]"#
            ),
        )
    };
    let bo = r#"message inbound text "" | +49172 "Bo" | - | m|N1|2"#;
    check(
        &json(r#"{"wa_id":"49171","profile":"Ana"}"#),
        &[
            "QUARANTINED contacts[0].profile: expected an object, found a string",
            bo,
        ],
    );
    check(
        &json(r#"{"wa_id":{}}"#),
        &[
            "QUARANTINED contacts[0].wa_id: expected a phone, found an object",
            bo,
        ],
    );
    check(
        &json(r#"{"wa_id":"49179","user_id":{}}"#),
        &[
            r#"message inbound text "" | +49171 | - | m|N1|1"#,
            bo,
            "QUARANTINED contacts[0].user_id: expected a string, found an object",
        ],
    );
}

#[test]
fn a_broken_container_is_one_item() {
    check(
        &webhook(
            "messages",
            r#""messages":{},"statuses":[{"id":"1","status":"sent","recipient_id":"49171"}]"#,
        ),
        &[
            "QUARANTINED messages: expected an array, found an object",
            "status sent of 1 | +49171 | - | s|1|sent|",
        ],
    );
    check(
        &webhook(
            "messages",
            r#""contacts":"x","messages":[{"id":"1","from":"49171"}]"#,
        ),
        &["QUARANTINED contacts: expected an array, found a string"],
    );
    check(
        r#"{"entry":[{"id":"W1","changes":[7]},"x"]}"#,
        &[
            "QUARANTINED entry[0].changes[0]: expected an object, found a number",
            "QUARANTINED entry[1]: expected an object, found a string",
        ],
    );
    check(
        r#"{"field":"messages","value":[]}"#,
        &["QUARANTINED value: expected an object, found an array"],
    );
    check(
        r#"{"metadata":[],"messages":[{"id":"1","from":"49171"}]}"#,
        &["QUARANTINED metadata: expected an object, found an array"],
    );
    check(
        r#"{"message":[],"conversation":{}}"#,
        &["QUARANTINED message: expected an object, found an array"],
    );
}

#[rstest]
#[case("\"soon\"")]
#[case("\"\"")]
#[case("null")]
#[case("-5")]
#[case("99999999999999999999")]
fn an_unreadable_time_is_the_time_of_arrival(#[case] time: &str) {
    check(
        &webhook(
            "messages",
            &format!(
                r#""messages":[{{"id":"1","from":"49171","type":"text","timestamp":{time}}}]"#
            ),
        ),
        &[r#"message inbound text "" | +49171 | - | m|N1|1"#],
    );
}

#[test]
fn a_format_is_taken_at_its_word() {
    let meta = webhook("messages", r#""messages":[{"id":"1","from":"49171"}]"#);
    let kapso = r#"{"message":{"id":"1","from":"49171"}}"#;
    let unrecognised = |json: &str, format| {
        let items = read(json, format);
        super::line::line(&items[0]).starts_with("UNRECOGNISED")
    };
    assert!(unrecognised(&meta, Format::Kapso) && !unrecognised(&meta, Format::Meta));
    assert!(unrecognised(kapso, Format::Meta) && !unrecognised(kapso, Format::Kapso));
}

#[test]
fn a_pointer_leads_to_the_item() {
    let items = read(
        r#"{"entry":[{"changes":[{"field":"messages","value":{"messages":[{"id":"1"}]}}]}]}"#,
        Format::Auto,
    );
    assert_eq!(items[0].pointer, "/entry/0/changes/0/value/messages/0");
}
