//! Other words for an identifier, as older versions of the API, partners and
//! those who pass its deliveries on write them.

use super::{check, webhook};
use rstest::rstest;

#[rstest]
#[case::in_the_message_of_the_status(
    r#""statuses":[{"id":"1","status":"sent","message":{"recipient_id":"49171"}}]"#,
    "status sent of 1 | +49171 | - | s|1|sent|"
)]
#[case::not_beside_one_of_its_own(
    r#""statuses":[{"id":"1","status":"sent","recipient_id":"49171","message":{"recipient_id":"49172"}}]"#,
    "status sent of 1 | +49171 | - | s|1|sent|"
)]
#[case::no_object(
    r#""statuses":[{"id":"1","status":"sent","message":"hi"}]"#,
    "status sent of 1 | - | - | s|1|sent|"
)]
#[case::not_in_a_group(
    r#""statuses":[{"id":"1","status":"sent","recipient_type":"group","message":{"recipient_id":"49171"}}]"#,
    "status sent of 1 | - | - | s|1|sent|"
)]
#[case::status_by_the_words_of_kapso(
    r#""statuses":[{"id":"1","status":"sent","business_scoped_user_id":"DE.A","parent_business_scoped_user_id":"DE.ENT.P","username":"@Ana"}]"#,
    "status sent of 1 | DE.A parent DE.ENT.P @ana | - | s|1|sent|"
)]
#[case::contact_by_the_words_of_kapso(
    r#""contacts":[{"wa_id":"49171","business_scoped_user_id":"DE.A","parent_business_scoped_user_id":"DE.ENT.P"}],"messages":[{"from":"49171","id":"1","type":"text"}]"#,
    r#"message inbound text "" | DE.A parent DE.ENT.P +49171 | - | m|N1|1"#
)]
#[case::sender_by_a_shorter_word(
    r#""messages":[{"from":"49171","from_bsuid":"DE.A","id":"1","type":"text"}]"#,
    r#"message inbound text "" | DE.A +49171 | - | m|N1|1"#
)]
#[case::sender_by_the_word_of_a_contact(
    r#""messages":[{"wa_id":"49171","id":"1","type":"text"}]"#,
    r#"message inbound text "" | +49171 | - | m|N1|1"#
)]
#[case::a_bsuid_of_unknown_shape_in_the_phones_place(
    r#""messages":[{"from":"DE.NEW.1-a_b","id":"1","type":"text"}]"#,
    r#"message inbound text "" | DE.NEW.1-a_b | - | m|N1|1"#
)]
#[case::but_no_placeholder(
    r#""messages":[{"from":"DE.<BSUID>","id":"1","type":"text"}]"#,
    r#"QUARANTINED messages[0].from: expected a phone, found "DE.<BSUID>""#
)]
#[case::nor_half_a_parent(
    r#""messages":[{"from":"DE.ENT.","id":"1","type":"text"}]"#,
    r#"QUARANTINED messages[0].from: expected a phone, found "DE.ENT.""#
)]
fn a_person(#[case] lists: &str, #[case] line: &str) {
    check(&webhook("messages", lists), &[line]);
}

/// `system` of a message from +49 171.
#[rstest]
#[case::new_phone_beside_the_old_one(
    r#""type":"user_changed_number","wa_id":"49171","new_wa_id":"49172","user_id":"DE.A""#,
    "user_changed_number: +49171 -> DE.A +49172"
)]
#[case::new_bsuid_beside_the_old_one(
    r#""type":"user_changed_user_id","user_id":"DE.A","new_user_id":"DE.B","parent_user_id":"DE.ENT.P""#,
    "user_changed_user_id: DE.A -> DE.B parent DE.ENT.P"
)]
#[case::of_three_the_two_that_say_what_they_are(
    r#""type":"user_changed_user_id","user_id":"DE.C","previous_user_id":"DE.A","new_user_id":"DE.B""#,
    "user_changed_user_id: DE.A -> DE.B"
)]
#[case::old_bsuid_by_another_word(
    r#""type":"user_changed_user_id","user_id":"DE.B","old_user_id":"DE.A""#,
    "user_changed_user_id: DE.A -> DE.B"
)]
#[case::of_no_type_with_a_new_bsuid(
    r#""body":"changed","user_id":"DE.A","new_user_id":"DE.B""#,
    "user_changed_user_id: DE.A -> DE.B"
)]
#[case::of_no_type_with_an_old_bsuid(
    r#""type":"","user_id":"DE.B","previous_user_id":"DE.A""#,
    "user_changed_user_id: DE.A -> DE.B"
)]
#[case::by_the_words_of_kapso(
    r#""type":"user_changed_user_id","business_scoped_user_id":"DE.B","parent_business_scoped_user_id":"DE.ENT.Q""#,
    "user_changed_user_id: - -> DE.B parent DE.ENT.Q"
)]
fn a_change(#[case] system: &str, #[case] line: &str) {
    let lists = format!(
        r#""messages":[{{"from":"49171","id":"1","type":"system","system":{{{system}}}}}]"#
    );
    check(
        &webhook("messages", &lists),
        &[&format!("system {line} | - | - | c|1")],
    );
}

#[test]
fn a_system_message_without_a_type_and_of_one_bsuid_is_no_change() {
    check(
        &webhook(
            "messages",
            r#""messages":[{"from":"49171","id":"1","type":"system","system":{"user_id":"DE.A"}}]"#,
        ),
        &["UNRECOGNISED a system message without a type"],
    );
}

/// A conversation that its event's name makes one.
#[rstest]
#[case::phone(r#""phone_number":"+49 171""#, "+49171")]
#[case::bsuid(r#""business_scoped_user_id":"DE.A""#, "DE.A")]
fn a_conversation(#[case] person: &str, #[case] line: &str) {
    let json = |event: &str| {
        format!(
            r#"{{"event":"{event}","data":{{"id":"c1",{person},"created_at":"2026-04-12T09:30:00Z"}}}}"#
        )
    };
    check(
        &json("whatsapp.conversation.created"),
        &[&format!(
            "kapso_conversation seen | {line} | 2026-04-12T09:30:00Z | h|kapso_conversation"
        )],
    );
    check(
        r#"{"event":"whatsapp.conversation.created","data":{"id":"c1"}}"#,
        &["UNRECOGNISED event `whatsapp.conversation.created`"],
    );
}
