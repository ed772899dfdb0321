//! Some languages write every field of a type, what it does not hold as `""`,
//! `{}` or `[]`: none of it is there.

use super::{check, webhook};
use rstest::rstest;

/// What stands beside a message in its value and says nothing.
#[rstest]
#[case::update(r#""user_id":{"previous":"","current":""},"parent_user_id":{"current":" "}"#)]
#[case::handover(
    r#""sender":{"phone_number":"","user_id":""},"recipient":{"phone_number_id":"","display_phone_number":""}"#
)]
#[case::handover_of_nothing(r#""sender":{},"recipient":{}"#)]
#[case::standby(r#""standby":{}"#)]
#[case::lists(r#""user_id_update":[],"groups":null,"participants":[],"history":[]"#)]
fn a_value(#[case] blank: &str) {
    let lists = format!(
        r#""contacts":[{{"wa_id":"49171","profile":{{"name":"Ana"}}}},{{"wa_id":"49172"}}],"messages":[{{"from":"49171","id":"1","type":"text","text":{{"body":"hi"}}}}],{blank}"#
    );
    check(
        &webhook("messages", &lists),
        &[
            r#"message inbound text "hi" | +49171 "Ana" | - | m|N1|1"#,
            "message seen | +49172 | - | h|message",
        ],
    );
}

/// One item, and the fields of it that say nothing.
#[rstest]
#[case::contact(
    r#""contacts":[{"wa_id":"49171","user_id":"","input":""}],"messages":[{"from":"49171","id":"1","type":"text"}]"#,
    r#"message inbound text "" | +49171 | - | m|N1|1"#
)]
#[case::status(
    r#""statuses":[{"id":"1","status":"read","recipient_id":"49171","recipient_participant_id":"","recipient_participant_user_id":""}]"#,
    "status read of 1 | +49171 | - | s|1|read|"
)]
#[case::echo(
    r#""message_echoes":[{"id":"1","from":"","from_user_id":"DE.A","to":"","to_user_id":"","type":"revoke"}]"#,
    r#"message_echo inbound revoke "message deleted" | DE.A | - | m|N1|1"#
)]
#[case::call(
    r#""calls":[{"id":"1","from":"49171","to":"4930555","to_user_id":"","direction":""}]"#,
    "call seen | +49171 | - | h|call"
)]
#[case::reply(
    r#""messages":[{"from":"49171","id":"1","type":"interactive","interactive":{"type":"list_reply","button_reply":{"id":"","title":""},"list_reply":{"id":"a","title":"Monday"}}}]"#,
    r#"message inbound interactive "Monday" | +49171 | - | m|N1|1"#
)]
#[case::flow(
    r#""messages":[{"from":"49171","id":"1","type":"interactive","interactive":{"type":"nfm_reply","list_reply":{},"nfm_reply":{"body":"Sent"},"call_permission_reply":{"response":""}}}]"#,
    r#"message inbound interactive "Sent" | +49171 | - | m|N1|1"#
)]
#[case::permission(
    r#""messages":[{"from":"49171","id":"1","type":"interactive","interactive":{"nfm_reply":{"body":""},"call_permission_reply":{"response":"accept"}}}]"#,
    r#"message inbound interactive "accept" | +49171 | - | m|N1|1"#
)]
#[case::history(
    r#""history":[{"threads":[{"id":"49171","context":{"wa_id":""},"messages":[{"from":"","from_user_id":"","to":"49171","id":"1","type":"text"}]}]}]"#,
    r#"history outbound text "" | +49171 | - (seen on arrival) | m|N1|1"#
)]
#[case::group(
    r#""groups":[{"group_id":"G7","type":"group_create","wa_id":"","user_id":" "}]"#,
    "group nobody | - | - | h|group"
)]
fn an_item(#[case] lists: &str, #[case] line: &str) {
    check(&webhook("messages", lists), &[line]);
}
