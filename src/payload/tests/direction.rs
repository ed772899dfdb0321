//! Who wrote, where the number of the business is not told or stands in the
//! wrong place.

use super::{check, webhook};
use rstest::rstest;

/// A message of a value whose business is +49 30 555.
#[rstest]
#[case::as_it_was_sent_from_a_number_of_no_metadata(
    r#""from":"4930556","to":"49171","recipient_type":"individual""#,
    r#"outbound text "" | +49171"#
)]
#[case::as_it_was_sent_without_a_sender(
    r#""to":"49171","recipient_type":"Individual""#,
    r#"outbound text "" | +49171"#
)]
#[case::to_the_business(
    r#""from":"49171","to":"+49 30 555","recipient_type":"individual""#,
    r#"inbound text "" | +49171"#
)]
#[case::by_a_person_of_ones_own_id(
    r#""from":"49171","from_user_id":"DE.A","to":"4930556","recipient_type":"individual""#,
    r#"inbound text "" | DE.A +49171"#
)]
#[case::from_the_business_with_the_id_of_a_person(
    r#""from":"4930555","from_user_id":"DE.A""#,
    r#"inbound text "" | DE.A"#
)]
#[case::from_the_business_to_somebody(
    r#""from":"4930555","from_user_id":"DE.A","to":"49171""#,
    r#"outbound text "" | +49171"#
)]
#[case::from_the_business_to_somebody_s_id(
    r#""from":"4930555","from_user_id":"DE.Z","to_user_id":"DE.A""#,
    r#"outbound text "" | DE.A"#
)]
fn a_message(#[case] fields: &str, #[case] line: &str) {
    let lists = format!(r#""messages":[{{"id":"1","type":"text",{fields}}}]"#);
    check(
        &webhook("messages", &lists),
        &[&format!("message {line} | - | m|N1|1")],
    );
}

/// A message of a history that does not tell the number of the business, only
/// the number's id, in a thread of that beginning.
#[rstest]
#[case::from_nobody_known("", r#""from":"49171""#, r#"inbound text "" | +49171"#)]
#[case::to_somebody("", r#""from":"4930555","to":"49171""#, r#"outbound text "" | +49171"#)]
#[case::to_somebody_s_id(
    "",
    r#""from":"4930555","to_user_id":"DE.A","to_parent_user_id":"DE.ENT.P""#,
    r#"outbound text "" | DE.A parent DE.ENT.P"#
)]
#[case::from_the_number_by_its_id(
    "",
    r#""from":"900","to":"49171""#,
    r#"outbound text "" | +49171"#
)]
#[case::to_the_number_by_its_id("", r#""from":"49171","to":"900""#, r#"inbound text "" | +49171"#)]
#[case::in_a_thread_by_the_id(
    r#""id":"49171","#,
    r#""from":"900""#,
    r#"outbound text "" | +49171"#
)]
#[case::in_a_thread(
    r#""id":"49171","#,
    r#""from":"4930555","to":"49171""#,
    r#"outbound text "" | +49171"#
)]
#[case::in_their_own_thread(
    r#""id":"49171","#,
    r#""from":"49171","to":"4930555""#,
    r#"inbound text "" | +49171"#
)]
fn a_message_of_a_history(#[case] thread: &str, #[case] fields: &str, #[case] line: &str) {
    let json = format!(
        r#"{{"metadata":{{"phone_number_id":"900"}},"history":[{{"threads":[{{{thread}"messages":[{{"id":"1","type":"text",{fields}}}]}}]}}]}}"#
    );
    check(
        &json,
        &[&format!("history {line} | - (seen on arrival) | m|900|1")],
    );
}

/// Outbound with its number known, but in a thread of nobody.
#[test]
fn a_message_of_nobody_s_thread_is_to_its_receiver() {
    check(
        &webhook(
            "history",
            r#""history":[{"threads":[{"messages":[{"id":"1","type":"text","from":"4930555","to":"49171","to_user_id":"DE.A"}]}]}]"#,
        ),
        &[r#"history outbound text "" | DE.A +49171 | - (seen on arrival) | m|N1|1"#],
    );
}

/// Whatever its word for the direction: the business rings nobody but a customer.
#[test]
fn a_call_from_the_number_of_the_business_is_its_own() {
    check(
        &webhook(
            "calls",
            r#""calls":[{"id":"1","from":"4930555","to":"49171","direction":"USER_INITIATED"}]"#,
        ),
        &["call seen | +49171 | - | h|call"],
    );
}
