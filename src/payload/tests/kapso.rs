//! One table for each of Kapso's shapes.

use super::check;
use rstest::rstest;

#[test]
fn a_received_message() {
    check(
        r#"{"message":{"id":"wamid.1","timestamp":"1775986200","type":"text","from":"49171","from_user_id":"DE.A","from_parent_user_id":"DE.ENT.P","username":"@Ana","text":{"body":"hello"},"kapso":{"direction":"inbound","status":"received","statuses":[]}},
            "conversation":{"id":"conv1","phone_number":"+49 171","business_scoped_user_id":"DE.A","username":"old","phone_number_id":"N1","kapso":{"contact_name":"Ana Lima"}},
            "is_new_conversation":true,"phone_number_id":"N1"}"#,
        &[
            r#"kapso_message inbound text "hello" thread conv1 | DE.A parent DE.ENT.P +49171 @ana "Ana Lima" | 2026-04-12T09:30:00Z | m|N1|wamid.1"#,
        ],
    );
}

#[test]
fn an_event_of_sending_repeats_the_message_and_its_statuses() {
    let event = |name: &str, statuses: &str| {
        format!(
            r#"{{"event":"whatsapp.message.{name}","data":{{"message":{{"id":"wamid.2","timestamp":"1775986200","type":"text","text":{{"body":"on my way"}},"kapso":{{"statuses":[{statuses}]}}}},"conversation":{{"id":"conv1","phone_number":"49171","business_scoped_user_id":"DE.A"}},"phone_number_id":"N1"}}}}"#
        )
    };
    let sent =
        r#"{"id":"wamid.2","status":"sent","timestamp":"1775986200","recipient_id":"49171"}"#;
    let failed = r#"{"status":"failed","timestamp":"2026-04-12T11:30:00.000000+02:00"}"#;
    let message = r#"kapso_message outbound text "on my way" thread conv1 | DE.A +49171 | 2026-04-12T09:30:00Z | m|N1|wamid.2"#;
    let status = |word: &str| {
        format!(
            "kapso_status {word} of wamid.2 | DE.A +49171 | 2026-04-12T09:30:00Z | s|wamid.2|{word}|"
        )
    };
    check(&event("sent", sent), &[message, &status("sent")]);
    check(
        &event("failed", &format!("{sent},{failed}")),
        &[message, &status("sent"), &status("failed")],
    );
}

/// A message without a direction, and a conversation beside it.
#[rstest]
#[case::receiver_only(r#""to":"49171""#, "{}", "outbound", "+49171")]
#[case::sender_by_the_words_of_a_contact(
    r#""from":"49171","business_scoped_user_id":"DE.A","parent_business_scoped_user_id":"DE.ENT.P","username":"@Ana""#,
    "{}",
    "inbound",
    "DE.A parent DE.ENT.P +49171 @ana"
)]
#[case::receiver_by_the_words_of_a_contact(
    r#""to":"49171","business_scoped_user_id":"DE.A""#,
    "{}",
    "outbound",
    "DE.A +49171"
)]
#[case::receiver_by_bsuid(
    r#""to_user_id":"DE.A","to_parent_user_id":"DE.ENT.P""#,
    "{}",
    "outbound",
    "DE.A parent DE.ENT.P"
)]
#[case::sender_only(r#""from_user_id":"DE.A""#, "{}", "inbound", "DE.A")]
#[case::by_the_conversation(
    r#""kapso":{"direction":"outbound"}"#,
    r#"{"id":"c","phone_number":null,"business_scoped_user_id":"DE.A"}"#,
    "outbound",
    "DE.A"
)]
#[case::to_whose_conversation_it_is(
    r#""from":"4930555","to":"49171""#,
    r#"{"phone_number":"+49 171"}"#,
    "outbound",
    "+49171"
)]
#[case::to_the_other_form_of_its_number(
    r#""from":"4930555","to":"5511987654321""#,
    r#"{"phone_number":"+55 11 8765-4321"}"#,
    "outbound",
    "+5511987654321 second +551187654321"
)]
#[case::from_whose_conversation_it_is(
    r#""from":"49171","to":"4930555""#,
    r#"{"phone_number":"+49 171"}"#,
    "inbound",
    "+49171"
)]
#[case::a_conversation_of_another_bsuid_adds_nothing(
    r#""from_user_id":"DE.B""#,
    r#"{"phone_number":"49171","business_scoped_user_id":"DE.A"}"#,
    "inbound",
    "DE.B"
)]
#[case::another_phone_is_second_and_brings_no_bsuid(
    r#""from":"49172""#,
    r#"{"phone_number":"49171","business_scoped_user_id":"DE.A"}"#,
    "inbound",
    "+49172 second +49171"
)]
#[case::a_bsuid_in_the_phone_field(
    r#""from":"DE.A""#,
    r#"{"phone_number":"DE.A"}"#,
    "inbound",
    "DE.A"
)]
fn whose_message(
    #[case] message: &str,
    #[case] conversation: &str,
    #[case] direction: &str,
    #[case] person: &str,
) {
    let json = format!(
        r#"{{"message":{{"id":"wamid.1","type":"text",{message}}},"conversation":{conversation},"phone_number_id":"N1"}}"#
    );
    let thread = if conversation.contains("\"id\"") {
        " thread c"
    } else {
        ""
    };
    let line =
        format!(r#"kapso_message {direction} text ""{thread} | {person} | - | m|N1|wamid.1"#);
    check(&json, &[&line]);
}

#[test]
fn what_is_read_of_a_message() {
    let json = |message: &str| {
        format!(r#"{{"message":{{"id":"w","from":"49171",{message}}},"phone_number_id":"N1"}}"#)
    };
    let line = |read: &str| format!("kapso_message inbound {read} | +49171 | - | m|N1|w");
    check(
        &json(r#""type":"image","image":{"id":"i"},"kapso":{"content":"Image attached (a.jpg)"}"#),
        &[&line(r#"image """#)],
    );
    check(
        &json(
            r#""type":"image","image":{"caption":"mine"},"kapso":{"content":"mine Image attached"}"#,
        ),
        &[&line(r#"image "mine""#)],
    );
    check(
        &json(r#""type":"poll","kapso":{"content":"Tea or coffee?"}"#),
        &[&line(r#"poll "Tea or coffee?""#)],
    );
}

#[rstest]
#[case::fragment(
    r#"{"conversation":{"phone_number":"49171","business_scoped_user_id":"DE.A","parent_business_scoped_user_id":"DE.ENT.P","username":"@ana"}}"#,
    "kapso_conversation seen | DE.A parent DE.ENT.P +49171 @ana | - | h|kapso_conversation")]
#[case::fragment_without_phone(
    r#"{"conversation":{"phone_number":null,"business_scoped_user_id":"DE.A","parent_business_scoped_user_id":null}}"#,
    "kapso_conversation seen | DE.A | - | h|kapso_conversation")]
#[case::message_fragment(
    r#"{"message":{"from":"49171","from_user_id":"DE.A","username":"@ana"}}"#,
    "kapso_message seen | DE.A +49171 @ana | - | h|kapso_message"
)]
#[case::event(
    r#"{"conversation":{"id":"c","phone_number":"+49171","status":"ended","updated_at":"2026-04-12T09:30:00Z","kapso":{"contact_name":"Ana"}},"phone_number_id":"N1"}"#,
    r#"kapso_conversation seen | +49171 "Ana" | 2026-04-12T09:30:00Z | h|kapso_conversation"#)]
#[case::of_nobody(
    r#"{"conversation":{"id":"c","phone_number":null}}"#,
    "QUARANTINED conversation: names no person: neither phone nor BSUID"
)]
fn conversations(#[case] json: &str, #[case] expected: &str) {
    check(json, &[expected]);
}

#[rstest]
#[case::a_label_of_the_conversation(
    r#"{"profile_name":"Ana","username":"@ana"}"#,
    r#"kapso_conversation seen | DE.A +49171 @ana "Ana" | - | h|kapso_conversation"#
)]
#[case::empty(
    "{}",
    "kapso_conversation seen | DE.A +49171 | - | h|kapso_conversation"
)]
#[case::that_names_somebody(
    r#"{"id":"k","wa_id":"49171","profile_name":"Ana"}"#,
    r#"kapso_contact seen | DE.A +49171 "Ana" | - | h|kapso_contact"#
)]
#[case::that_names_somebody_else(
    r#"{"id":"k","wa_id":"49172","business_scoped_user_id":"DE.B"}"#,
    "kapso_contact seen | DE.B +49172 | - | h|kapso_contact"
)]
fn a_contact_beside_a_conversation(#[case] contact: &str, #[case] expected: &str) {
    let json = format!(
        r#"{{"contact":{contact},"conversation":{{"id":"c","phone_number":"+49 171","business_scoped_user_id":"DE.A"}},"phone_number_id":"N1"}}"#
    );
    check(&json, &[expected]);
}

#[rstest]
#[case::a_change(
    r#"{"business_scoped_user_id":"DE.A1","parent_business_scoped_user_id":"DE.ENT.P1"}"#,
    r#"kapso_identity whatsapp.contact.identity_changed: DE.A1 parent DE.ENT.P1 -> DE.A2 parent DE.ENT.P2 +49171 | @ana "Ana" | 2026-04-12T09:30:00Z | h|kapso_identity"#)]
#[case::a_parent_changed(
    r#"{"business_scoped_user_id":null,"parent_business_scoped_user_id":"DE.ENT.P1"}"#,
    r#"kapso_identity whatsapp.contact.identity_changed: parent DE.ENT.P1 -> DE.A2 parent DE.ENT.P2 +49171 | @ana "Ana" | 2026-04-12T09:30:00Z | h|kapso_identity"#)]
#[case::no_previous_id_is_no_change(
    r#"{"business_scoped_user_id":null,"parent_business_scoped_user_id":null}"#,
    r#"kapso_identity seen | DE.A2 parent DE.ENT.P2 +49171 @ana "Ana" | 2026-04-12T09:30:00Z | h|kapso_identity"#)]
fn identity_changed(#[case] previous: &str, #[case] expected: &str) {
    let json = format!(
        r#"{{"contact":{{"id":"k1","wa_id":"49171","profile_name":"Ana","display_name":"Ana L.","business_scoped_user_id":"DE.A2","parent_business_scoped_user_id":"DE.ENT.P2","username":"@ana","updated_at":"2026-04-12T09:30:00.000000Z"}},"previous":{previous},"phone_number_id":"N1"}}"#
    );
    check(&json, &[expected]);
}

#[test]
fn a_batch_is_its_items() {
    let one = |id: &str, number: &str| {
        format!(
            r#"{{"message":{{"id":"{id}","type":"text","text":{{"body":"x"}}}},"conversation":{{"phone_number":"49171"}}{number}}}"#
        )
    };
    check(
        &format!(
            r#"{{"type":"whatsapp.message.received","batch":true,"phone_number_id":"N1","data":[{},{},7],"batch_info":{{"size":2}}}}"#,
            one("w1", ""),
            one("w2", r#","phone_number_id":"N2""#)
        ),
        &[
            r#"kapso_message inbound text "x" | +49171 | - | m|N1|w1"#,
            r#"kapso_message inbound text "x" | +49171 | - | m|N2|w2"#,
            "QUARANTINED data[2]: expected an object, found a number",
        ],
    );
}

#[test]
fn lists_of_the_rest_api() {
    check(
        r#"{"data":[
            {"id":"k1","wa_id":"49171","profile_name":"Ana","customer_id":null,"business_scoped_user_id":"DE.A","username":"ana","updated_at":"2026-04-12T09:30:00Z"},
            {"id":"c1","phone_number":"+49 172","phone_number_id":"N1","status":"active","last_active_at":"2026-04-12T09:30:00Z","business_scoped_user_id":"DE.B"},
            {"id":"w1","type":"text","timestamp":"1775986200","from":"49173","text":{"body":"x"},"kapso":{"direction":"inbound","phone_number_id":"N1","whatsapp_conversation_id":"c2"}},
            {"id":"k2","wa_id":null,"profile_name":"Nobody"}],
            "paging":{"next":null}}"#,
        &[
            r#"kapso_contact seen | DE.A +49171 @ana "Ana" | 2026-04-12T09:30:00Z | h|kapso_contact"#,
            "kapso_conversation seen | DE.B +49172 | 2026-04-12T09:30:00Z | h|kapso_conversation",
            r#"kapso_message inbound text "x" thread c2 | +49173 | 2026-04-12T09:30:00Z | m|N1|w1"#,
            "UNRECOGNISED an object of no known shape",
        ],
    );
    check(
        r#"{"data":{"id":"k1","wa_id":"49171","profile_name":"Ana"}}"#,
        &[r#"kapso_contact seen | +49171 "Ana" | - | h|kapso_contact"#],
    );
    check(
        r#"{"data":[],"paging":{}}"#,
        &["UNRECOGNISED an empty list"],
    );
}

#[rstest]
#[case::with_a_person(
    r#"{"event":"workflow.execution.handoff","occurred_at":"2026-04-12T09:30:00Z","workflow_execution_id":"x","context":{"phone_number":"49171","whatsapp_business_scoped_user_id":"DE.A","whatsapp_parent_business_scoped_user_id":"DE.ENT.P","whatsapp_username":"@ana","contact":{"wa_id":"49171","profile_name":"Ana"}}}"#,
    r#"kapso_workflow seen | DE.A parent DE.ENT.P +49171 @ana "Ana" | 2026-04-12T09:30:00Z | h|kapso_workflow"#)]
#[case::without(
    r#"{"event":"workflow.execution.failed","occurred_at":"2026-04-12T09:30:00Z","error":{}}"#,
    "kapso_workflow nobody | - | 2026-04-12T09:30:00Z | h|kapso_workflow"
)]
#[case::by_shape(
    r#"{"context":{"whatsapp_business_scoped_user_id":"DE.A"}}"#,
    "kapso_workflow seen | DE.A | - | h|kapso_workflow"
)]
fn workflows(#[case] json: &str, #[case] expected: &str) {
    check(json, &[expected]);
}

#[test]
fn the_old_v1() {
    let json = |direction: &str, message: &str| {
        format!(
            r#"{{"message":{{"id":"internal-1","whatsapp_message_id":"wamid.1","direction":"{direction}","created_at":"2026-04-12T09:30:00Z",{message}}},"conversation":{{"id":"c1","phone_number":"+49 171","contact_name":"Ana"}},"whatsapp_config":{{"id":"cfg","phone_number_id":"N1","display_phone_number":"+49 30 555","business_account_id":"W1"}},"is_new_conversation":false}}"#
        )
    };
    let line = |read: &str| {
        format!(
            r#"kapso_message {read} thread c1 | +49171 "Ana" | 2026-04-12T09:30:00Z | m|N1|wamid.1"#
        )
    };
    check(
        &json("inbound", r#""message_type":"text","content":"hello""#),
        &[&line(r#"inbound text "hello""#)],
    );
    check(
        &json(
            "outbound",
            r#""message_type":"image","content":"Image attached","message_type_data":{"caption":"the hall"}"#,
        ),
        &[&line(r#"outbound image "the hall""#)],
    );
    check(
        r#"{"message":{"id":"1","message_type":"text","content":"x","direction":"inbound","conversation_phone_number":"49171","contact_name":"Ana"},"conversation":{"id":"c1"}}"#,
        &[r#"kapso_message inbound text "x" thread c1 | +49171 "Ana" | - | m||1"#],
    );
}

#[rstest]
#[case::named(
    r#"{"event":"whatsapp.phone_number.created","phone_number_id":"N1","customer":{}}"#,
    "UNRECOGNISED event `whatsapp.phone_number.created`"
)]
#[case::unnamed(
    r#"{"phone_number_id":"N1","project":{}}"#,
    "UNRECOGNISED an object of no known shape"
)]
#[case::empty("{}", "UNRECOGNISED an object of no known shape")]
fn what_is_not_read(#[case] json: &str, #[case] expected: &str) {
    check(json, &[expected]);
}

#[test]
fn a_system_message_is_a_change_here_too() {
    check(
        r#"{"message":{"id":"wamid.s","type":"system","from":"49171","system":{"type":"user_changed_number","wa_id":"49172"}},"phone_number_id":"N1"}"#,
        &["system user_changed_number: +49171 -> +49172 | - | - | c|wamid.s"],
    );
}

#[test]
fn a_marketing_preference_is_a_sighting_at_its_own_time() {
    let json = |status: &str, at: &str| {
        format!(
            r#"{{"contact":{{"id":"k1","wa_id":"49171","profile_name":"Ana","business_scoped_user_id":"DE.A","updated_at":"2026-01-01T00:00:00Z"}},"marketing_preference":{{"status":"{status}","occurred_at":"{at}","sequence":1}},"phone_number_id":"N1"}}"#
        )
    };
    let line = r#"kapso_contact seen | DE.A +49171 "Ana" | 2026-04-12T09:30:00Z | h|kapso_contact"#;
    let (stopped, resumed) = (
        json("stopped", "2026-04-12T09:30:00Z"),
        json("resumed", "2026-04-12T09:30:00Z"),
    );
    check(&stopped, &[line]);
    check(&resumed, &[line]);
    let key = |json: &str| match super::super::read(json, super::super::Format::Auto)
        .swap_remove(0)
        .reading
    {
        crate::domain::fact::Reading::Fact(fact) => fact.key,
        other => panic!("{other:?}"),
    };
    assert_ne!(key(&stopped), key(&resumed));
}

#[test]
fn a_message_of_the_brought_along_history_is_seen_on_arrival() {
    check(
        r#"{"message":{"id":"w1","timestamp":"1775986200","type":"text","from":"49171","text":{"body":"old"},"kapso":{"direction":"inbound","origin":"history_sync"}},"phone_number_id":"N1"}"#,
        &[
            r#"kapso_message inbound text "old" | +49171 | 2026-04-12T09:30:00Z (seen on arrival) | m|N1|w1"#,
        ],
    );
}

#[test]
fn a_contact_beside_a_message_is_its_person() {
    check(
        r#"{"message":{"id":"w1","type":"text","from":"49171","kapso":{"direction":"inbound"}},"contact":{"id":"k1","wa_id":"49171","profile_name":"Ana","business_scoped_user_id":"DE.A","username":"ana"},"phone_number_id":"N1"}"#,
        &[r#"kapso_message inbound text "" | DE.A +49171 @ana "Ana" | - | m|N1|w1"#],
    );
}

#[test]
fn metas_deliveries_inside_a_wrapper_are_metas() {
    check(
        r#"{"event":"smb_app_state_sync","data":{"metadata":{"phone_number_id":"N1"},"state_sync":[{"type":"contact","action":"add","contact":{"full_name":"Ana","phone_number":"49171"}}]}}"#,
        &["state_sync seen | +49171 book \"Ana\" | - (seen on arrival) | h|state_sync"],
    );
    check(
        r#"{"data":[{"entry":[{"id":"W1","changes":[{"field":"messages","value":{"messages":[{"from":"49171","id":"w1","type":"text"}]}}]}]}]}"#,
        &[r#"message inbound text "" | +49171 | - | m||w1"#],
    );
}

/// Where else a person of a message may stand.
#[rstest]
#[case::contact_of_the_conversation(
    r#"{"message":{"id":"1","type":"text","kapso":{"direction":"inbound"}},"conversation":{"id":"c","contact":{"wa_id":"49171","business_scoped_user_id":"DE.A","profile_name":"Ana"}}}"#,
    r#"kapso_message inbound text "" thread c | DE.A +49171 "Ana" | - | m||1"#
)]
#[case::field_of_a_list(
    r#"{"data":[{"id":"1","type":"text","timestamp":"1775986200","kapso":{"direction":"outbound","phone_number":"+49 171","contact_name":"Ana"}}]}"#,
    r#"kapso_message outbound text "" | +49171 "Ana" | 2026-04-12T09:30:00Z | m||1"#
)]
#[case::field_of_a_list_beside_its_own(
    r#"{"data":[{"id":"1","type":"text","timestamp":"1775986200","from":"49171","kapso":{"direction":"inbound","phone_number":"49172"}}]}"#,
    r#"kapso_message inbound text "" | +49171 | 2026-04-12T09:30:00Z | m||1"#
)]
#[case::only_the_platforms_id(
    r#"{"message":{"phone_number":"+49 171","whatsapp_message_id":"wamid.1","content":"hi","type":"text","kapso":{"direction":"inbound"}},"phone_number_id":"N1"}"#,
    r#"kapso_message inbound text "hi" | +49171 | - | m|N1|wamid.1"#
)]
#[case::step_of_a_workflow(
    r#"{"execution_context":{"vars":{},"system":{},"context":{"phone_number":"+49 171","contact":{"wa_id":"49171","profile_name":"Ana"}}},"available_edges":[]}"#,
    r#"kapso_workflow seen | +49171 "Ana" | - | h|kapso_workflow"#
)]
fn a_person_stands_elsewhere_too(#[case] json: &str, #[case] line: &str) {
    check(json, &[line]);
}
