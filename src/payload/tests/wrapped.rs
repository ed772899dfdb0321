//! Deliveries inside of something else.

use super::{check, webhook};
use crate::payload::{Format, read};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rstest::rstest;

const LINE: &str = r#"message inbound text "" | +49171 | - | m|N1|1"#;

fn delivery() -> String {
    webhook(
        "messages",
        r#""messages":[{"from":"49171","id":"1","type":"text"}]"#,
    )
}

/// `around` with `JSON` for the delivery and `TEXT` for it as a string.
fn put_into(around: &str) -> String {
    let text = serde_json::to_string(&delivery()).unwrap();
    around.replace("TEXT", &text).replace("JSON", &delivery())
}

#[rstest]
#[case::body_of_a_request(r#"{"headers":{"x":"y"},"body":JSON}"#)]
#[case::text_of_its_body(
    r#"{"httpMethod":"POST","headers":{},"body":TEXT,"isBase64Encoded":false}"#
)]
#[case::text("TEXT")]
#[case::row_of_a_table(r#"{"id":7,"received_at":"2026-04-12","payload":TEXT}"#)]
#[case::line_of_a_log(r#"{"level":"info","message":"webhook","payload":JSON}"#)]
#[case::words_and_payload(r#"{"message":"webhook","raw_body":TEXT}"#)]
#[case::queue(r#"{"Records":[{"messageId":"q","receiptHandle":"r","body":TEXT}]}"#)]
#[case::archive(r#"{"log":{"entries":[{"request":{"postData":{"text":TEXT}}}]}}"#)]
#[case::automation(r#"[{"json":{"headers":{},"body":JSON}}]"#)]
#[case::text_within_a_text(r#"{"payload":"{\"event\":{\"raw\":JSON}}"}"#)]
fn a_delivery_is_found_in_what_is_around_it(#[case] around: &str) {
    let around = if around.contains(r#"raw\":JSON"#) {
        let text = serde_json::to_string(&format!(r#"{{"event":{{"raw":{}}}}}"#, delivery()));
        format!(r#"{{"payload":{}}}"#, text.unwrap())
    } else {
        put_into(around)
    };
    check(&around, &[LINE]);
}

#[test]
fn a_body_may_be_coded() {
    let coded = STANDARD.encode(delivery());
    let request =
        |flag: &str| format!(r#"{{"headers":{{}},"body":"{coded}","isBase64Encoded":{flag}}}"#);
    check(&request("true"), &[LINE]);
    let not_read = "QUARANTINED body: expected an object, found a string";
    check(&request("false"), &[not_read]);
    check(
        r#"{"headers":{},"body":"{no","isBase64Encoded":true}"#,
        &[not_read],
    );
}

/// The parts of Meta's and the events of Kapso's that can be nothing else.
#[rstest]
#[case::value(
    r#"{"messaging_product":"whatsapp","metadata":{"phone_number_id":"N1"},"messages":[{"from":"49171","id":"1","type":"text"}]}"#,
    LINE
)]
#[case::change(
    r#"{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"phone_number_id":"N1"},"messages":[{"from":"49171","id":"1","type":"text"}]}}"#,
    LINE
)]
#[case::kapso_message(
    r#"{"message":{"id":"1","type":"text","from":"49171"},"conversation":{"id":"c"},"phone_number_id":"N1"}"#,
    r#"kapso_message inbound text "" thread c | +49171 | - | m|N1|1"#
)]
#[case::kapso_event(
    r#"{"event":"whatsapp.message.received","data":{"message":{"id":"1","type":"text","from":"49171"},"phone_number_id":"N1"}}"#,
    r#"kapso_message inbound text "" | +49171 | - | m|N1|1"#
)]
#[case::kapso_change(
    r#"{"contact":{"business_scoped_user_id":"DE.B"},"previous":{"business_scoped_user_id":"DE.A"}}"#,
    "kapso_identity whatsapp.contact.identity_changed: DE.A -> DE.B | - | - | h|kapso_identity"
)]
fn parts_are_found_too(#[case] part: &str, #[case] line: &str) {
    check(&format!(r#"{{"level":"info","payload":{part}}}"#), &[line]);
    let text = serde_json::to_string(part).unwrap();
    check(&format!(r#"{{"rows":[[{{"raw":{text}}}]]}}"#), &[line]);
}

#[rstest]
#[case::nothing_certain(r#"{"a":{"message":{"id":"1","from":"49171"}}}"#, "UNRECOGNISED")]
#[case::message_of_a_person(r#"{"user":{"id":"1","type":"x","from":"49171"}}"#, "UNRECOGNISED")]
#[case::no_json(r#"{"a":"{","b":"[1","c":"{\"d\":1}"}"#, "UNRECOGNISED")]
#[case::words_alone(
    r#"{"event":"whatsapp.x","message":"hello","data":"y"}"#,
    "QUARANTINED"
)]
fn what_may_be_something_else_is_left(#[case] json: &str, #[case] becomes: &str) {
    let line = super::line::lines(json).remove(0);
    assert!(line.starts_with(becomes), "{line}");
}

/// Whoever writes a message can make it read like a delivery, in a shape that
/// is not known.
#[rstest]
#[case::text_of_a_message(r#"{"waId":"49172","text":TEXT}"#)]
#[case::body_of_a_message(r#"{"messageId":"1","from":"49172","body":TEXT}"#)]
#[case::body_of_a_text(r#"{"type":"inbound","inbound":{"from":"49172","text":{"body":TEXT}}}"#)]
#[case::words_and_data(r#"{"message":TEXT,"data":TEXT,"caption":TEXT}"#)]
#[case::name(r#"{"sender":{"name":TEXT},"payload":{"text":TEXT}}"#)]
#[case::form(r#"{"event":"whatsapp.flow.answered","response_json":TEXT}"#)]
#[case::messages(r#"{"messages_of_today":[TEXT,[TEXT]]}"#)]
#[case::within_what_was_sent(r#"{"raw":"{\"from\":\"49172\",\"text\":WITHIN}"}"#)]
fn what_a_customer_may_have_written_is_not_opened(#[case] around: &str) {
    let text = serde_json::to_string(&delivery()).unwrap();
    let within = serde_json::to_string(&text).unwrap();
    let json = put_into(&around.replace("WITHIN", &within[1..within.len() - 1]));
    let parsed: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(parsed.to_string().contains("phone_number_id"), "{json}");
    let lines = super::line::lines(&json);
    let is_kept = |line: &str| line.starts_with("UNRECOGNISED") || line.starts_with("QUARANTINED");
    assert!(lines.iter().all(|line| is_kept(line)), "{lines:?}");
}

#[test]
fn each_delivery_within_is_read_and_each_item_has_a_place() {
    let other = webhook(
        "messages",
        r#""messages":[{"from":"49172","id":"2","type":"text"}]"#,
    );
    let json = format!(
        r#"{{"rows":[{},{{"raw":{}}}]}}"#,
        delivery(),
        serde_json::to_string(&other).unwrap()
    );
    let items = read(&json, Format::Auto);
    let places: Vec<_> = items.iter().map(|item| item.pointer.as_str()).collect();
    let place = "/entry/0/changes/0/value/messages/0";
    assert_eq!(
        places,
        [format!("/rows/0{place}"), format!("/rows/1/raw{place}")]
    );
}

/// Whose JSON it is taken for holds within, too.
#[test]
fn a_format_holds_for_what_is_within() {
    let kapso = r#"{"message":{"id":"1","from":"49171"},"conversation":{"id":"c"}}"#;
    for (within, fits, fails) in [
        (delivery().as_str(), Format::Meta, Format::Kapso),
        (kapso, Format::Kapso, Format::Meta),
    ] {
        let json = format!(r#"{{"payload":{within}}}"#);
        let line = |format| super::line::line(&read(&json, format)[0]);
        assert!(!line(fits).starts_with("UNRECOGNISED"), "{json}");
        assert!(line(fails).starts_with("UNRECOGNISED"), "{json}");
    }
}

#[test]
fn what_is_nested_without_end_ends() {
    let deep = format!("{}{}{}", r#"{"a":"#.repeat(60), delivery(), "}".repeat(60));
    assert!(super::line::lines(&deep)[0].starts_with("UNRECOGNISED"));
    let mut text = delivery();
    for _ in 0..12 {
        text = format!(r#"{{"a":{}}}"#, serde_json::to_string(&text).unwrap());
    }
    assert!(super::line::lines(&text)[0].starts_with("UNRECOGNISED"));
}
