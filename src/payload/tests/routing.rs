//! Where several apps answer for one business: what one of them sees of another's,
//! and who answers whom from now on.

use super::{check, webhook};
use rstest::rstest;

/// What another app answers, copied one level down.
#[rstest]
#[case::message(
    r#""contacts":[{"wa_id":"49171","user_id":"DE.A","profile":{"name":"Ana"}},{"wa_id":"49172"}],"messages":[{"from_user_id":"DE.A","id":"1","type":"text","text":{"body":"hi"}}]"#,
    &[
        r#"message inbound text "hi" | DE.A +49171 "Ana" | - | m|N1|1"#,
        "message seen | +49172 | - | h|message",
    ]
)]
#[case::echo_as_it_was_sent(
    r#""message_echoes":[{"id":"2","timestamp":"1775986200","message":{"to":"49171","type":"text","text":{"body":"yes"}}}]"#,
    &[r#"message_echo outbound text "yes" | +49171 | 2026-04-12T09:30:00Z | m|N1|2"#]
)]
#[case::echo_to_a_bsuid(
    r#""contacts":[{"user_id":"DE.A","wa_id":"49171"}],"message_echoes":[{"id":"2","message":{"recipient":"DE.A","type":"template","template":{"name":"sale"}}}]"#,
    &[r#"message_echo outbound template "sale" | DE.A +49171 | - | m|N1|2"#]
)]
#[case::echo_to_a_group(
    r#""message_echoes":[{"id":"2","message":{"to":"G7","recipient_type":"group","type":"text","text":{"body":"all"}}}]"#,
    &[r#"message_echo outbound text "all" group G7 | - | - | m|N1|2"#]
)]
#[case::plain_echo(
    r#""message_echoes":[{"from":"4930555","to":"49171","id":"2","type":"text"}]"#,
    &[r#"message_echo outbound text "" | +49171 | - | m|N1|2"#]
)]
#[case::echo_to_nobody(
    r#""message_echoes":[{"id":"2","message":{"type":"text"}}]"#,
    &["QUARANTINED standby.message_echoes[0]: names no person: neither phone nor BSUID"]
)]
#[case::status(
    r#""statuses":[{"id":"3","status":"read","recipient_id":"49171","recipient_user_id":"DE.A"}]"#,
    &["status read of 3 | DE.A +49171 | - | s|3|read|"]
)]
#[case::empty("", &["UNRECOGNISED a value without items"])]
fn standby_is_read_as_what_it_copies(#[case] lists: &str, #[case] lines: &[&str]) {
    check(
        &webhook("standby", &format!(r#""standby":{{{lists}}}"#)),
        lines,
    );
}

#[test]
fn a_standby_of_another_type_costs_itself() {
    check(
        &webhook("standby", r#""standby":[]"#),
        &["QUARANTINED standby: expected an object, found an array"],
    );
}

#[rstest]
#[case::somebody(
    r#""sender":{"phone_number":"49171","user_id":"DE.A"},"#,
    "handover seen | DE.A +49171 | 2026-04-12T09:30:00Z | h|handover"
)]
#[case::nobody("", "handover nobody | - | 2026-04-12T09:30:00Z | h|handover")]
#[case::the_business(
    r#""sender":{"phone_number":"+49 30 555"},"#,
    "QUARANTINED sender: names no person: neither phone nor BSUID"
)]
fn a_handover_is_of_its_sender(#[case] sender: &str, #[case] line: &str) {
    let value = format!(
        r#"{{"messaging_product":"whatsapp",{sender}"recipient":{{"phone_number_id":"N1","display_phone_number":"4930555"}},"type":"control_passed","timestamp":"1775986200","control_passed":{{"new_owner_role":"escalation"}}}}"#
    );
    check(
        &format!(r#"{{"field":"messaging_handovers","value":{value}}}"#),
        &[line],
    );
}
