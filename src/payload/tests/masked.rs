//! Phones that somebody made unreadable before they passed a delivery on, as
//! what is shown in public is. A BSUID beside one is still the person.

use super::{check, webhook};
use rstest::rstest;

const MASKED: [&str; 3] = ["4917*****01", "XXXXXXXXX", "[redacted]"];

#[rstest]
#[case::message(
    r#""messages":[{"from":"M","from_user_id":"DE.A1","from_parent_user_id":"DE.ENT.P","id":"1","type":"text"}]"#,
    r#"message inbound text "" | DE.A1 parent DE.ENT.P | - | m|N1|1"#
)]
#[case::contact(
    r#""contacts":[{"wa_id":"M","user_id":"DE.A1","profile":{"name":"Ana"}}],"messages":[{"from":"M","from_user_id":"DE.A1","id":"1","type":"text"}]"#,
    r#"message inbound text "" | DE.A1 "Ana" | - | m|N1|1"#
)]
#[case::reply_to_a_sending(
    r#""contacts":[{"input":"M","wa_id":"M","user_id":"DE.A1"}],"messages":[{"id":"1"}]"#,
    r#"message outbound unknown "" | DE.A1 | - | m|N1|1"#
)]
#[case::status(
    r#""statuses":[{"id":"1","status":"read","recipient_id":"M","recipient_user_id":"DE.A1"}]"#,
    "status read of 1 | DE.A1 | - | s|1|read|"
)]
#[case::echo(
    r#""message_echoes":[{"from":"M","to":"M","to_user_id":"DE.A1","id":"1","type":"text"}]"#,
    r#"message_echo outbound text "" | DE.A1 | - | m|N1|1"#
)]
#[case::address_book(
    r#""state_sync":[{"type":"contact","contact":{"phone_number":"M","user_id":"DE.A1"}}]"#,
    "state_sync seen | DE.A1 | - (seen on arrival) | h|state_sync"
)]
#[case::update(
    r#""user_id_update":[{"wa_id":"M","user_id":{"previous":"DE.A1","current":"DE.A2"}}]"#,
    "user_id_update user_id_update: DE.A1 -> DE.A2 | - | - | u"
)]
#[case::change_of_the_bsuid(
    r#""messages":[{"from":"M","id":"1","type":"system","system":{"type":"user_changed_user_id","wa_id":"M","previous_user_id":"DE.A1","user_id":"DE.A2"}}]"#,
    "system user_changed_user_id: DE.A1 -> DE.A2 | - | - | c|1"
)]
#[case::change_of_the_number(
    r#""messages":[{"from":"M","id":"1","type":"system","system":{"type":"user_changed_number","wa_id":"49172","user_id":"DE.A2"}}]"#,
    "system user_changed_number: - -> DE.A2 +49172 | - | - | c|1"
)]
#[case::change_to_a_masked_number(
    r#""messages":[{"from":"49171","id":"1","type":"system","system":{"type":"user_changed_number","wa_id":"M","customer":"M","user_id":"DE.A2"}}]"#,
    "system user_changed_number: +49171 -> DE.A2 | - | - | c|1"
)]
fn beside_a_bsuid_it_costs_itself(#[case] lists: &str, #[case] line: &str) {
    for masked in MASKED {
        check(
            &webhook("messages", &lists.replace(r#""M""#, &format!("{masked:?}"))),
            &[line],
        );
    }
}

#[test]
fn of_kapso_too() {
    for masked in MASKED {
        check(
            &format!(
                r#"{{"message":{{"id":"1","type":"text","from":"{masked}","from_user_id":"DE.A1","phone_number":"{masked}","kapso":{{"phone_number":"{masked}"}}}},"conversation":{{"phone_number":"{masked}","business_scoped_user_id":"DE.A1"}},"phone_number_id":"N1"}}"#
            ),
            &[r#"kapso_message inbound text "" | DE.A1 | - | m|N1|1"#],
        );
    }
}

/// Nobody is known by a placeholder, and another type is never a phone.
#[rstest]
#[case::without_a_bsuid(
    r#""from":"4917*****01""#,
    r#"from: expected a phone, found "4917*****01""#
)]
#[case::beside_a_placeholder(
    r#""from":"<PHONE>","from_user_id":"<BSUID>""#,
    r#"from: expected a phone, found "<PHONE>""#
)]
#[case::of_another_type(
    r#""from":4917055501,"from_user_id":"DE.A1""#,
    "from: expected a phone, found a number"
)]
fn otherwise_the_item_waits(#[case] fields: &str, #[case] reason: &str) {
    check(
        &webhook(
            "messages",
            &format!(r#""messages":[{{{fields},"id":"1","type":"text"}}]"#),
        ),
        &[&format!("QUARANTINED messages[0].{reason}")],
    );
}
