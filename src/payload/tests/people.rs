//! Which contact a message belongs to, and which of several values counts.

use super::{check, line, webhook};
use rstest::rstest;

/// The contacts and one message; the person that is read from them.
#[rstest]
#[case::by_bsuid_among_several(
    r#"[{"user_id":"DE.B","wa_id":"49172"},{"user_id":"DE.A","wa_id":"49171","profile":{"name":"Ana"}}]"#,
    r#""from_user_id":"DE.A""#, r#"DE.A +49171 "Ana""#)]
#[case::by_phone_among_several(
    r#"[{"wa_id":"49172","profile":{"name":"Bo"}},{"wa_id":"49171","profile":{"name":"Ana"}}]"#,
    r#""from":"49171""#,
    r#"+49171 "Ana""#
)]
#[case::bsuid_goes_before_phone(
    r#"[{"user_id":"DE.B","wa_id":"49171","profile":{"name":"Bo"}},{"user_id":"DE.A","wa_id":"49173","profile":{"name":"Ana"}}]"#,
    r#""from_user_id":"DE.A","from":"49171""#, r#"DE.A +49173 second +49171 "Ana""#)]
#[case::by_being_the_only_one(
    r#"[{"user_id":"DE.A","wa_id":"49171","profile":{"name":"Ana"}}]"#,
    r#""timestamp":"""#,
    r#"DE.A +49171 "Ana""#
)]
#[case::not_by_being_the_only_one_with_an_id_of_its_own(
    r#"[{"user_id":"DE.A","wa_id":"49171","profile":{"name":"Ana"}}]"#,
    r#""from":"49172""#,
    "+49172"
)]
#[case::not_by_phone_where_the_bsuids_differ(
    r#"[{"user_id":"DE.A","wa_id":"49171","profile":{"name":"Ana"}}]"#,
    r#""from":"49171","from_user_id":"DE.B""#,
    "DE.B +49171"
)]
#[case::wa_id_is_the_person_s_phone(
    r#"[{"user_id":"BR.A","wa_id":"551187654321"}]"#,
    r#""from":"5511987654321","from_user_id":"BR.A""#,
    "BR.A +551187654321 second +5511987654321"
)]
#[case::a_bsuid_in_every_phone_field(
    r#"[{"user_id":"DE.A","wa_id":"DE.A","profile":{"username":"ana"}}]"#,
    r#""from":"DE.A""#,
    "DE.A @ana"
)]
#[case::a_parent_in_a_phone_field(
    "[]",
    r#""from":"DE.ENT.P","from_user_id":"DE.A""#,
    "DE.A parent DE.ENT.P"
)]
#[case::absent_in_all_its_spellings(
    r#"[{"wa_id":"","user_id":"DE.A","parent_user_id":null,"profile":{"name":" ","username":"@"}}]"#,
    r#""from":null,"from_user_id":"DE.A","from_parent_user_id":"""#, "DE.A")]
#[case::the_business_number_is_no_person_s(
    r#"[{"wa_id":"4930555","user_id":"DE.A"}]"#,
    r#""from_user_id":"DE.A""#,
    "DE.A"
)]
#[case::a_bsuid_of_unknown_shape_is_kept("[]", r#""from_user_id":"user.ff00""#, "user.ff00")]
#[case::names_without_anybody_s_id(
    r#"[{"profile":{"name":"Ana"}}]"#,
    r#""from":"49171""#,
    "+49171"
)]
#[case::of_two_equal_keys_the_later_counts("[]", r#""from":"49171","from":"49172""#, "+49172")]
fn whose_message(#[case] contacts: &str, #[case] message: &str, #[case] expected: &str) {
    let lists = format!(
        r#""contacts":{contacts},"messages":[{{"id":"wamid.1","type":"text","text":{{"body":"x"}},{message}}}]"#
    );
    let line = format!(r#"message inbound text "x" | {expected} | - | m|N1|wamid.1"#);
    // Contacts that it does not belong to are items behind it.
    let lines = line::lines(&webhook("messages", &lists));
    assert_eq!(lines.first(), Some(&line), "{lists}");
}

/// Contacts beside two messages, and what is seen of those that are nobody's.
#[rstest]
#[case::none_is_left(r#"{"wa_id":"49171"},{"user_id":"DE.B"}"#, &[])]
#[case::one_is_left(
    r#"{"wa_id":"49171"},{"user_id":"DE.B"},{"user_id":"DE.C","wa_id":"49173","profile":{"name":"Cem","username":"cem"}}"#,
    &[r#"message seen | DE.C +49173 @cem "Cem" | 2026-04-12T09:30:00Z | h|message"#])]
#[case::one_is_there_twice(r#"{"wa_id":"49171"},{"user_id":"DE.B"},{"wa_id":"49171"}"#, &[])]
#[case::one_says_more_the_second_time(
    r#"{"wa_id":"49171"},{"user_id":"DE.B"},{"wa_id":"49171","user_id":"DE.A"}"#,
    &["message seen | DE.A +49171 | 2026-04-12T09:30:00Z | h|message"])]
#[case::nobody_is_named(r#"{"wa_id":"49171"},{"user_id":"DE.B"},{"profile":{"name":"Cem"}}"#, &[])]
#[case::one_cannot_be_read(
    r#"{"wa_id":"49171"},{"user_id":"DE.B"},{"user_id":"DE.C","profile":7}"#,
    &["QUARANTINED contacts[2].profile: expected an object, found a number"])]
fn a_contact_that_no_item_is_of_was_seen(#[case] contacts: &str, #[case] seen: &[&str]) {
    let time = r#""timestamp":"1775986200""#;
    let lists = format!(
        r#""contacts":[{contacts}],"messages":[{{"id":"1","from":"49171","type":"text",{time}}}],"statuses":[{{"id":"2","status":"read","recipient_user_id":"DE.B",{time}}}]"#
    );
    let lines = line::lines(&webhook("messages", &lists));
    assert_eq!(lines[2..], *seen, "{contacts}");
}

#[test]
fn contacts_without_anything_beside_them_were_seen() {
    let anas = r#""contacts":[{"wa_id":"49171","user_id":"DE.A","profile":{"name":"Ana"}}]"#;
    check(
        &webhook("messages", anas),
        &[r#"message seen | DE.A +49171 "Ana" | - | h|message"#],
    );
    // Whose item that is, a later reading may tell.
    let unreadable = format!(r#"{anas},"messages":[{{"id":"1","from":"<PHONE>","type":"text"}}]"#);
    check(
        &webhook("messages", &unreadable),
        &[r#"QUARANTINED messages[0].from: expected a phone, found "<PHONE>""#],
    );
}

/// Whose they are, before or after, is what the change's case asks.
#[test]
fn contacts_beside_a_change_are_left_to_it() {
    let contacts = r#""contacts":[{"wa_id":"49171","user_id":"DE.C"}]"#;
    let update = r#""user_id_update":[{"user_id":{"previous":"DE.A","current":"DE.B"}}]"#;
    check(
        &webhook("user_id_update", &format!("{contacts},{update}")),
        &["user_id_update user_id_update: DE.A -> DE.B | - | - | u"],
    );
}

#[test]
fn nobody_is_found_by_position() {
    check(
        &webhook(
            "messages",
            r#""contacts":[{"wa_id":"49171","user_id":"DE.A"},{"wa_id":"49172","user_id":"DE.B"}],"messages":[{"id":"1","from":"49172","type":"text"},{"id":"2","from":"49171","type":"text"},{"id":"3","type":"text"}]"#,
        ),
        &[
            r#"message inbound text "" | DE.B +49172 | - | m|N1|1"#,
            r#"message inbound text "" | DE.A +49171 | - | m|N1|2"#,
            "QUARANTINED messages[2]: names no person: neither phone nor BSUID",
        ],
    );
}

#[test]
fn a_system_message_never_belongs_to_the_only_contact() {
    check(
        &webhook(
            "messages",
            r#""contacts":[{"wa_id":"49171","profile":{"name":"Ana"}}],"messages":[{"id":"1","type":"system","system":{"type":"user_changed_user_id","user_id":"DE.A2"}},{"id":"2","type":"system","system":{"type":"customer_identity_changed"}}]"#,
        ),
        &[
            "system user_changed_user_id: - -> DE.A2 | - | - | c|1",
            "system nobody | - | - | c|2",
        ],
    );
}

#[test]
fn a_message_from_the_business_s_number_is_outbound() {
    check(
        &webhook(
            "messages",
            r#""messages":[{"id":"1","from":"+4930555","to":"49171","type":"text"}]"#,
        ),
        &[r#"message outbound text "" | +49171 | - | m|N1|1"#],
    );
}

#[test]
fn a_message_without_an_id_is_a_sighting() {
    check(
        &webhook(
            "messages",
            r#""messages":[{"from":"49171","type":"text","text":{"body":"x"}}]"#,
        ),
        &["message seen | +49171 | - | h|message"],
    );
}
