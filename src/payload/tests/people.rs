//! Which contact a message belongs to, and which of several values counts.

use super::{check, webhook};
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
    check(&webhook("messages", &lists), &[&line]);
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
