//! One table for each of Meta's surfaces.

use super::{check, value, webhook};
use rstest::rstest;

const ANA: &str = r#""contacts":[{"profile":{"name":"Ana Lima","username":"@Ana.Lima"},"wa_id":"4917055501","user_id":"DE.A1","parent_user_id":"DE.ENT.P1"}]"#;

#[rstest]
#[case::text(
    r#""type":"text","text":{"body":"Guten Tag"}"#,
    r#"inbound text "Guten Tag""#
)]
#[case::caption(
    r#""type":"image","image":{"id":"i","caption":"the hall"}"#,
    r#"inbound image "the hall""#
)]
#[case::media_without_caption(
    r#""type":"audio","audio":{"id":"i","voice":true}"#,
    r#"inbound audio """#
)]
#[case::file_name(
    r#""type":"document","document":{"id":"i","filename":"offer.pdf"}"#,
    r#"inbound document "offer.pdf""#
)]
#[case::sticker(r#""type":"sticker","sticker":{"id":"i"}"#, r#"inbound sticker """#)]
#[case::place(
    r#""type":"location","location":{"latitude":52.5,"longitude":13.4,"name":"Ostkreuz","address":"Berlin"}"#,
    r#"inbound location "Ostkreuz, Berlin""#)]
#[case::coordinates(
    r#""type":"location","location":{"latitude":52.5,"longitude":"13.4"}"#,
    r#"inbound location "52.5, 13.4""#
)]
#[case::button(
    r#""type":"button","button":{"payload":"P","text":"Yes please"}"#,
    r#"inbound button "Yes please""#
)]
#[case::reply_button(
    r#""type":"interactive","interactive":{"type":"button_reply","button_reply":{"id":"b","title":"Book"}}"#,
    r#"inbound interactive "Book""#)]
#[case::list(
    r#""type":"interactive","interactive":{"type":"list_reply","list_reply":{"id":"b","title":"Monday","description":"9 to 5"}}"#,
    r#"inbound interactive "Monday""#)]
#[case::flow(
    r#""type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"name":"flow","body":"Sent","response_json":"{}"}}"#,
    r#"inbound interactive "Sent""#)]
#[case::reaction(
    r#""type":"reaction","reaction":{"message_id":"wamid.0","emoji":"👍"}"#,
    r#"inbound reaction "👍""#
)]
#[case::order(
    r#""type":"order","order":{"catalog_id":"c","product_items":[{},{}]}"#,
    r#"inbound order "2 products""#
)]
#[case::order_with_words(
    r#""type":"order","order":{"text":"as last time","product_items":[{}]}"#,
    r#"inbound order "as last time""#
)]
#[case::edit(
    r#""type":"edit","edit":{"original_message_id":"wamid.0","message":{"type":"text","text":{"body":"at nine"}}}"#,
    r#"inbound edit "at nine""#)]
#[case::revoke(
    r#""type":"revoke","revoke":{"original_message_id":"wamid.0"}"#,
    r#"inbound revoke "message deleted""#
)]
#[case::unsupported(
    r#""type":"unsupported","errors":[{"code":131051,"title":"Not supported"}]"#,
    r#"inbound unsupported "Not supported""#
)]
#[case::yet_to_come(
    r#""type":"hologram","hologram":{"title":"a wave"}"#,
    r#"inbound hologram "a wave""#
)]
#[case::untyped(r#""text":{"body":"old"}"#, r#"inbound text "old""#)]
#[case::a_quoted_author_is_no_sighting(
    r#""type":"text","text":{"body":"yes"},"context":{"from":"4930555","from_user_id":"DE.OTHER","id":"wamid.0"}"#,
    r#"inbound text "yes""#)]
fn a_message_and_what_is_read_of_it(#[case] body: &str, #[case] expected: &str) {
    let message = format!(
        r#"{ANA},"messages":[{{"from":"4917055501","from_user_id":"DE.A1","id":"wamid.1","timestamp":"1775986200",{body}}}]"#
    );
    let line = format!(
        r#"message {expected} | DE.A1 parent DE.ENT.P1 +4917055501 @ana.lima "Ana Lima" | 2026-04-12T09:30:00Z | m|N1|wamid.1"#
    );
    check(&webhook("messages", &message), &[&line]);
}

#[test]
fn cards_name_people_and_only_an_answered_request_attests() {
    let with = |origins: (&str, &str), phone: &str| {
        webhook(
            "messages",
            &format!(
                r#"{ANA},"messages":[{{"from_user_id":"DE.A1","id":"wamid.1",{}"timestamp":1775986200,"type":"contacts","contacts":[{{"name":{{"formatted_name":"Bo"}},{}"phones":[{{"phone":"{phone}","type":"CELL"}}]}},{{"phones":[{{"phone":"+49 2","wa_id":"4922"}}]}}]}}]"#,
                origins.0, origins.1
            ),
        )
    };
    let line = |attested: &str| {
        format!(
            r#"message inbound contacts "Bo, +49 2" | DE.A1 parent DE.ENT.P1 +4917055501{attested} @ana.lima "Ana Lima" | 2026-04-12T09:30:00Z | m|N1|wamid.1"#
        )
    };
    let own = " attested +4917055502";
    let asked = r#""origin":"contact_request","#;
    let other = r#""origin":"other","#;
    check(&with(("", asked), "+49 170 555 02"), &[&line(own)]);
    check(&with((asked, ""), "+49 170 555 02"), &[&line(own)]);
    check(&with(("", other), "+49 170 555 02"), &[&line("")]);
    check(&with(("", ""), "nonsense"), &[&line("")]);
    // The business's own number attests nothing.
    check(&with(("", asked), "+49 30 555"), &[&line("")]);
}

/// The message arrives, and what its card attests and cannot be read is told.
#[test]
fn an_unreadable_phone_on_a_card_costs_itself() {
    let json = |phones: &str| {
        webhook(
            "messages",
            &format!(
                r#""messages":[{{"from":"49171","id":"wamid.1","type":"contacts","contacts":[{{"origin":"contact_request","name":{{"formatted_name":"Bo"}},"phones":{phones}}}]}}]"#
            ),
        )
    };
    let line = |attested: &str| {
        format!(r#"message inbound contacts "Bo" | +49171{attested} | - | m|N1|wamid.1"#)
    };
    let (nobody, own) = (line(""), line(" attested +49172"));
    check(
        &json(r#"[{"phone":"call me"}]"#),
        &[
            &nobody,
            r#"QUARANTINED messages[0].contacts[0].phones[0].phone: expected a phone, found "call me""#,
        ],
    );
    check(
        &json(r#"[7,{"phone":"49172"},{"phone":{}}]"#),
        &[
            &own,
            "QUARANTINED messages[0].contacts[0].phones[0]: expected an object, found a number",
            "QUARANTINED messages[0].contacts[0].phones[2].phone: expected a phone, found an object",
        ],
    );
    check(
        &json(r#""49172""#),
        &[
            &nobody,
            "QUARANTINED messages[0].contacts[0].phones: expected an array, found a string",
        ],
    );
    check(&json(r#"[{"phone":"any","wa_id":"49172"}]"#), &[&own]);
}

#[test]
fn a_group_message_keeps_its_group_and_its_sender() {
    check(
        &webhook(
            "messages",
            r#""contacts":[{"profile":{"name":"Bo"},"wa_id":"4917055502"}],"messages":[{"from":"4917055502","group_id":"G7","id":"wamid.2","timestamp":"1775986200","type":"text","text":{"body":"all here?"}}]"#,
        ),
        &[
            r#"message inbound text "all here?" group G7 | +4917055502 "Bo" | 2026-04-12T09:30:00Z | m|N1|wamid.2"#,
        ],
    );
}

#[test]
fn every_message_of_every_entry_and_change_is_read() {
    let change = |id: &str| {
        format!(
            r#"{{"field":"messages","value":{}}}"#,
            value(&format!(
                r#""messages":[{{"from":"49171","id":"{id}a","type":"text"}},{{"from":"49172","id":"{id}b","type":"text"}}],"statuses":[{{"id":"{id}","status":"sent","recipient_id":"49173"}}]"#
            ))
        )
    };
    let json = format!(
        r#"{{"entry":[{{"id":"W1","changes":[{},{}]}},{{"id":"W2","changes":[{}]}}]}}"#,
        change("x"),
        change("y"),
        change("z")
    );
    let items = super::super::read(&json, super::super::Format::Auto);
    let pointers: Vec<_> = items.iter().map(|item| item.pointer.as_str()).collect();
    assert_eq!(items.len(), 9);
    assert_eq!(pointers[0], "/entry/0/changes/0/value/messages/0");
    assert_eq!(pointers[8], "/entry/1/changes/0/value/statuses/0");
}

#[rstest]
#[case::phone_and_bsuid_joined_by_a_delivered_status(
    r#""contacts":[{"profile":{"name":"Ana","username":"ana"},"wa_id":"49171","user_id":"DE.A1"}],"statuses":[{"id":"wamid.9","status":"delivered","timestamp":"1775986200","recipient_id":"49171","recipient_user_id":"DE.A1","recipient_parent_user_id":"DE.ENT.P"}]"#,
    r#"status delivered of wamid.9 | DE.A1 parent DE.ENT.P +49171 @ana "Ana" | 2026-04-12T09:30:00Z | s|wamid.9|delivered|"#)]
#[case::earlier_spelling_of_the_parent(
    r#""statuses":[{"id":"wamid.9","status":"read","timestamp":"1775986200","recipient_user_id":"DE.A1","parent_recipient_user_id":"DE.ENT.P"}]"#,
    "status read of wamid.9 | DE.A1 parent DE.ENT.P | 2026-04-12T09:30:00Z | s|wamid.9|read|")]
#[case::failed_to_a_phone(
    r#""statuses":[{"id":"wamid.9","status":"failed","timestamp":"1775986200","recipient_id":"49171","errors":[{"code":1}]}]"#,
    "status failed of wamid.9 | +49171 | 2026-04-12T09:30:00Z | s|wamid.9|failed|")]
#[case::the_recipient_of_a_group_status_is_no_person(
    r#""statuses":[{"id":"wamid.9","status":"read","timestamp":"1775986200","recipient_type":"group","recipient_id":"G7","recipient_participant_id":"49171","recipient_participant_user_id":"DE.A1","recipient_participant_parent_user_id":"DE.ENT.P"}]"#,
    "status read of wamid.9 | DE.A1 parent DE.ENT.P +49171 | 2026-04-12T09:30:00Z | s|wamid.9|read|DE.A1")]
#[case::a_group_status_for_nobody(
    r#""statuses":[{"id":"wamid.9","status":"sent","timestamp":"1775986200","recipient_type":"group","recipient_id":"4930999"}]"#,
    "status sent of wamid.9 | - | 2026-04-12T09:30:00Z | s|wamid.9|sent|")]
#[case::a_word_yet_to_come(
    r#""statuses":[{"id":"wamid.9","status":"Warped","recipient_id":"49171"}]"#,
    "status warped of wamid.9 | +49171 | - | s|wamid.9|warped|"
)]
#[case::the_only_contact_names_the_recipient(
    r#""contacts":[{"wa_id":"49171","user_id":"DE.A1"}],"statuses":[{"id":"wamid.9","status":"sent","timestamp":"1775986200"}]"#,
    "status sent of wamid.9 | DE.A1 +49171 | 2026-04-12T09:30:00Z | s|wamid.9|sent|")]
#[case::sent_to_a_parent(
    r#""statuses":[{"id":"wamid.9","status":"sent","timestamp":"1775986200","recipient_user_id":"DE.ENT.P","recipient_parent_user_id":"DE.ENT.P"}]"#,
    "status sent of wamid.9 | parent DE.ENT.P | 2026-04-12T09:30:00Z | s|wamid.9|sent|")]
#[case::sent_to_a_parent_whose_contact_is_among_several(
    r#""contacts":[{"profile":{"name":"Bo"}},{"user_id":"DE.A1","parent_user_id":"DE.ENT.P","profile":{"username":"ana"}}],"statuses":[{"id":"wamid.9","status":"delivered","timestamp":"1775986200","recipient_user_id":"DE.ENT.P"}]"#,
    "status delivered of wamid.9 | DE.A1 parent DE.ENT.P @ana | 2026-04-12T09:30:00Z | s|wamid.9|delivered|")]
#[case::a_participant_named_by_a_parent(
    r#""statuses":[{"id":"wamid.9","status":"read","timestamp":"1775986200","recipient_type":"group","recipient_id":"G7","recipient_participant_user_id":"DE.ENT.P"}]"#,
    "status read of wamid.9 | parent DE.ENT.P | 2026-04-12T09:30:00Z | s|wamid.9|read|DE.ENT.P")]
fn statuses(#[case] lists: &str, #[case] expected: &str) {
    check(&webhook("messages", lists), &[expected]);
}

#[rstest]
#[case::bsuid_with_structured_previous(
    r#""id":"wamid.s","timestamp":"1786000000","system":{"type":"user_changed_user_id","body":"Ana changed from DE.X to DE.Y","user_id":"DE.A2","parent_user_id":"DE.ENT.P2","previous_user_id":"DE.A1","previous_parent_user_id":"DE.ENT.P1"}"#,
    "system user_changed_user_id: DE.A1 parent DE.ENT.P1 -> DE.A2 parent DE.ENT.P2 | - | 2026-08-06T07:06:40Z | c|wamid.s")]
#[case::bsuid_with_previous_only_in_prose(
    r#""from":"49171","from_user_id":"DE.A1","id":"wamid.s","system":{"type":"user_changed_user_id","body":"Ana changed from DE.A1 to DE.A2","user_id":"DE.A2"}"#,
    "system user_changed_user_id: - -> DE.A2 | - | - | c|wamid.s")]
#[case::number_with_everything(
    r#""from":"49171","id":"wamid.s","system":{"type":"user_changed_number","wa_id":"49172","user_id":"DE.A2","previous_user_id":"DE.A1"}"#,
    "system user_changed_number: DE.A1 +49171 -> DE.A2 +49172 | - | - | c|wamid.s")]
#[case::the_sender_is_the_new_number(
    r#""from":"49172","id":"wamid.s","system":{"type":"user_changed_number","wa_id":"49172","body":"changed from 49171 to 49172"}"#,
    "system user_changed_number: - -> +49172 | - | - | c|wamid.s")]
#[case::number_without_a_phone(
    r#""id":"wamid.s","system":{"type":"user_changed_number","user_id":"DE.A2","previous_user_id":"DE.A1","wa_id":""}"#,
    "system user_changed_number: DE.A1 -> DE.A2 | - | - | c|wamid.s")]
#[case::a_bsuid_in_the_phone_field(
    r#""id":"wamid.s","system":{"type":"user_changed_number","previous_user_id":"DE.A1","wa_id":"DE.A2"}"#,
    "system user_changed_number: DE.A1 -> DE.A2 | - | - | c|wamid.s")]
#[case::v11(
    r#""from":"49179","id":"wamid.s","system":{"type":"customer_changed_number","customer":"49171","new_wa_id":"49172","wa_id":"49171"}"#,
    "system customer_changed_number: +49171 -> +49172 | - | - | c|wamid.s")]
#[case::v11_without_customer(
    r#""from":"49171","id":"wamid.s","system":{"type":"customer_changed_number","customer":"","wa_id":"49172"}"#,
    "system customer_changed_number: +49171 -> +49172 | - | - | c|wamid.s")]
#[case::the_business_number_is_nobodys_old_phone(
    r#""from":"4930555","id":"wamid.s","system":{"type":"user_changed_number","wa_id":"49172"}"#,
    "system user_changed_number: - -> +49172 | - | - | c|wamid.s"
)]
#[case::registered_again(
    r#""from":"49171","from_user_id":"DE.A9","id":"wamid.s","identity":{"hash":"x"},"system":{"type":"customer_identity_changed"}"#,
    "system seen | +49171 | - | c|wamid.s")]
#[case::registered_again_by_nobody(
    r#""id":"wamid.s","system":{"type":"customer_identity_changed"}"#,
    "system nobody | - | - | c|wamid.s"
)]
#[case::number_with_the_previous_one_named(
    r#""from":"49179","id":"wamid.s","system":{"type":"user_changed_number","previous_wa_id":"+49 171","wa_id":"49172"}"#,
    "system user_changed_number: +49171 -> +49172 | - | - | c|wamid.s")]
#[case::registered_again_by_its_newer_word(
    r#""from":"49171","id":"wamid.s","system":{"type":"user_identity_changed"}"#,
    "system seen | +49171 | - | c|wamid.s"
)]
#[case::without_new_ids(
    r#""from":"49171","id":"wamid.s","system":{"type":"user_changed_number","body":"changed to 49172"}"#,
    "QUARANTINED messages[0].system: names no current identifier")]
#[case::of_a_type_yet_to_come(
    r#""from":"49171","id":"wamid.s","system":{"type":"user_moved_to_mars"}"#,
    "UNRECOGNISED system message `user_moved_to_mars`"
)]
fn system_messages(#[case] message: &str, #[case] expected: &str) {
    let lists = format!(r#""messages":[{{"type":"system",{message}}}]"#);
    check(&webhook("messages", &lists), &[expected]);
}

#[test]
fn changes_come_before_messages() {
    check(
        &webhook(
            "messages",
            r#""contacts":[{"user_id":"DE.A2","profile":{"name":"Ana"}}],"messages":[{"from_user_id":"DE.A2","id":"wamid.1","type":"text","text":{"body":"new here"}},{"from_user_id":"DE.A2","id":"wamid.2","type":"text","text":{"body":"again"}},{"id":"wamid.s","type":"system","system":{"type":"user_changed_user_id","user_id":"DE.A2","previous_user_id":"DE.A1"}}]"#,
        ),
        &[
            r#"system user_changed_user_id: DE.A1 -> DE.A2 | "Ana" | - | c|wamid.s"#,
            r#"message inbound text "new here" | DE.A2 "Ana" | - | m|N1|wamid.1"#,
            r#"message inbound text "again" | DE.A2 "Ana" | - | m|N1|wamid.2"#,
        ],
    );
}

#[rstest]
#[case::in_a_list(
    r#""contacts":[{"profile":{"name":"Ana"},"wa_id":"49172"}],"user_id_update":[{"wa_id":"49172","detail":"…","user_id":{"previous":"DE.A1","current":"DE.A2"},"parent_user_id":{"previous":"DE.ENT.P1","current":"DE.ENT.P2"},"timestamp":"1775986200"}]"#,
    r#"user_id_update user_id_update: DE.A1 parent DE.ENT.P1 -> DE.A2 parent DE.ENT.P2 +49172 | "Ana" | 2026-04-12T09:30:00Z | u"#)]
#[case::directly(
    r#""user_id":{"previous":null,"current":"DE.A2"},"timestamp":1775986200"#,
    "user_id_update user_id_update: - -> DE.A2 | - | 2026-04-12T09:30:00Z | u"
)]
#[case::without_a_current_id(
    r#""user_id_update":[{"wa_id":"49172","user_id":{"previous":"DE.A1","current":""}}]"#,
    "QUARANTINED user_id_update[0]: names no current identifier"
)]
fn user_id_updates(#[case] lists: &str, #[case] expected: &str) {
    check(&webhook("user_id_update", lists), &[expected]);
}

#[rstest]
#[case::own_ids(
    r#""contacts":[{"profile":{"name":"Bo"}}],"user_preferences":[{"wa_id":"49171","user_id":"DE.A1","value":"stop","timestamp":1775986200}]"#,
    "user_preferences seen | DE.A1 +49171 | 2026-04-12T09:30:00Z | h|user_preferences")]
#[case::by_the_only_contact(
    r#""contacts":[{"profile":{"username":"ana"},"user_id":"DE.A1"}],"user_preferences":[{"value":"signup","timestamp":1775986200}]"#,
    "user_preferences seen | DE.A1 @ana | 2026-04-12T09:30:00Z | h|user_preferences")]
#[case::of_nobody(
    r#""user_preferences":[{"value":"stop"}]"#,
    "QUARANTINED user_preferences[0]: names no person: neither phone nor BSUID"
)]
fn user_preferences(#[case] lists: &str, #[case] expected: &str) {
    check(&webhook("user_preferences", lists), &[expected]);
}

#[test]
fn history_is_dated_by_arrival_and_knows_its_directions() {
    check(
        &webhook(
            "history",
            r#""history":[{"metadata":{"phase":0},"threads":[
                {"id":"49171","messages":[
                    {"from":"4930555","id":"h1","timestamp":"1775986200","type":"text","text":{"body":"hello"},"history_context":{"status":"READ"}},
                    {"from":"49171","id":"h2","timestamp":"1775986200","type":"media_placeholder"}]},
                {"context":{"user_id":"DE.B","wa_id":"49172","username":"bo"},"messages":[
                    {"from_user_id":"DE.B","from":"491720","to":"4930555","id":"h3","timestamp":"1775986200","type":"text","text":{"body":"hi"}},
                    {"from":"4930555","to_user_id":"DE.B","id":"h4","type":"text"},
                    {"from":"4930555","from_user_id":"DE.B","to":"49172","id":"h6","type":"text"}]},
                {"id":"49173","context":{"user_id":"DE.C"},"messages":[]},
                {"messages":[{"from":"4930555","id":"h5","type":"text"}]}]},
                {"errors":[{"code":2593109,"title":"declined"}]}]"#,
        ),
        &[
            r#"history outbound text "hello" | +49171 | 2026-04-12T09:30:00Z (seen on arrival) | m|N1|h1"#,
            r#"history inbound media_placeholder "" | +49171 | 2026-04-12T09:30:00Z (seen on arrival) | m|N1|h2"#,
            r#"history inbound text "hi" | DE.B +49172 second +491720 @bo | 2026-04-12T09:30:00Z (seen on arrival) | m|N1|h3"#,
            r#"history outbound text "" | DE.B +49172 @bo | - (seen on arrival) | m|N1|h4"#,
            r#"history outbound text "" | DE.B +49172 @bo | - (seen on arrival) | m|N1|h6"#,
            "history seen | DE.C +49173 | - (seen on arrival) | h|history",
            "QUARANTINED history[0].threads[3].messages[0]: names no person: neither phone nor BSUID",
            "history nobody | - | - | h|history",
        ],
    );
}

#[test]
fn the_files_of_a_history_come_beside_it() {
    check(
        &webhook(
            "history",
            r#""contacts":[{"wa_id":"49171","user_id":"DE.A"}],"messages":[{"from":"49171","from_user_id":"DE.A","id":"h1","timestamp":"1775986200","type":"image","image":{"caption":"the hall"}}],"message_echoes":[{"from":"4930555","to":"49171","to_user_id":"DE.A","id":"h2","timestamp":"1775986200","type":"video","video":{}}]"#,
        ),
        &[
            r#"message inbound image "the hall" | DE.A +49171 | 2026-04-12T09:30:00Z (seen on arrival) | m|N1|h1"#,
            r#"message_echo outbound video "" | DE.A +49171 | 2026-04-12T09:30:00Z (seen on arrival) | m|N1|h2"#,
        ],
    );
}

#[test]
fn an_edit_under_the_id_of_its_message_is_not_that_message_again() {
    check(
        &webhook(
            "messages",
            r#""messages":[{"from":"49171","id":"w1","type":"text","text":{"body":"at eight"}},{"from":"49171","id":"w1","type":"edit","edit":{"original_message_id":"w1","message":{"type":"text","text":{"body":"at nine"}}}},{"from":"49171","id":"w1","type":"revoke","revoke":{"original_message_id":"w1"}}]"#,
        ),
        &[
            r#"message inbound text "at eight" | +49171 | - | m|N1|w1"#,
            r#"message inbound edit "at nine" | +49171 | - | h|message"#,
            r#"message inbound revoke "message deleted" | +49171 | - | h|message"#,
        ],
    );
}

#[rstest]
#[case::to_a_phone(
    r#""from":"4930555","to":"49171","type":"text","text":{"body":"sent from the app"}"#,
    r#"message_echo outbound text "sent from the app" | +49171 | - | m|N1|e1"#
)]
#[case::to_a_bsuid(
    r#""from":"4930555","to_user_id":"DE.A1","to_parent_user_id":"DE.ENT.P","type":"revoke","revoke":{}"#,
    r#"message_echo outbound revoke "message deleted" | DE.A1 parent DE.ENT.P | - | m|N1|e1"#)]
#[case::withdrawn_by_the_customer(
    r#""from":"49171","from_user_id":"DE.A1","to":"+49 30 555","type":"revoke","revoke":{}"#,
    r#"message_echo inbound revoke "message deleted" | DE.A1 +49171 | - | m|N1|e1"#
)]
#[case::to_a_group(
    r#""from":"4930555","to":"G7","recipient_type":"group","type":"text","text":{"body":"all"}"#,
    r#"message_echo outbound text "all" group G7 | - | - | m|N1|e1"#
)]
#[case::to_nobody(
    r#""from":"4930555","type":"text""#,
    "QUARANTINED message_echoes[0]: names no person: neither phone nor BSUID"
)]
fn echoes(#[case] message: &str, #[case] expected: &str) {
    let lists = format!(r#""message_echoes":[{{"id":"e1",{message}}}]"#);
    check(&webhook("smb_message_echoes", &lists), &[expected]);
    check(&webhook("messages", &lists), &[expected]);
}

#[test]
fn the_address_book() {
    check(
        &webhook(
            "smb_app_state_sync",
            r#""state_sync":[
                {"type":"contact","action":"add","contact":{"full_name":"Ana from the shop","first_name":"Ana","phone_number":"+49 171","user_id":"DE.A1","username":"ana"},"metadata":{"timestamp":"1775986200"}},
                {"type":"contact","action":"remove","contact":{"full_name":"Bo","phone_number":"49172"},"metadata":{"timestamp":1775986200}},
                {"type":"label","action":"add"}]"#,
        ),
        &[
            r#"state_sync seen | DE.A1 +49171 @ana book "Ana from the shop" | 2026-04-12T09:30:00Z (seen on arrival) | h|state_sync"#,
            "state_sync seen, founds nobody | +49172 | 2026-04-12T09:30:00Z (seen on arrival) | h|state_sync",
            "UNRECOGNISED state sync of type `label`",
        ],
    );
}

#[test]
fn groups() {
    check(
        &webhook(
            "group_participants_update",
            r#""groups":[
                {"group_id":"G7","type":"group_participants_add","timestamp":"1775986200","added_participants":[{"wa_id":"49171"},{"user_id":"DE.B","parent_user_id":"DE.ENT.P","username":"bo"}]},
                {"group_id":"G7","type":"group_participants_remove","timestamp":1775986200,"removed_participants":[{"input":"+49 171"},{"input":"DE.B"},{"input":"DE.ENT.P"},{"wa_id":"49173","user_id":"DE.C"}]},
                {"group_id":"G7","type":"group_join_request_created","join_request_id":"j","wa_id":"49174"}]"#,
        ),
        &[
            "group seen | +49171 | 2026-04-12T09:30:00Z | h|group",
            "group seen | DE.B parent DE.ENT.P @bo | 2026-04-12T09:30:00Z | h|group",
            "group seen, founds nobody | +49171 | 2026-04-12T09:30:00Z | h|group",
            "group seen, founds nobody | DE.B | 2026-04-12T09:30:00Z | h|group",
            "group seen, founds nobody | parent DE.ENT.P | 2026-04-12T09:30:00Z | h|group",
            "group seen, founds nobody | DE.C +49173 | 2026-04-12T09:30:00Z | h|group",
            "group seen | +49174 | - | h|group",
        ],
    );
    for field in [
        "group_lifecycle_update",
        "group_settings_update",
        "group_status_update",
    ] {
        check(
            &webhook(
                field,
                r#""groups":[{"group_id":"G7","type":"x","timestamp":"1775986200"}]"#,
            ),
            &["group nobody | - | 2026-04-12T09:30:00Z | h|group"],
        );
    }
}

#[rstest]
#[case::by_the_person(
    r#""from":"49171","from_user_id":"DE.A1","from_parent_user_id":"DE.ENT.P","to":"4930555","direction":"USER_INITIATED""#,
    "call seen | DE.A1 parent DE.ENT.P +49171 | 2026-04-12T09:30:00Z | h|call")]
#[case::by_the_business(
    r#""from":"4930555","to":"49171","to_user_id":"DE.A1","direction":"BUSINESS_INITIATED""#,
    "call seen | DE.A1 +49171 | 2026-04-12T09:30:00Z | h|call"
)]
#[case::by_whose_number_it_is(
    r#""from":"4930555","to":"49171""#,
    "call seen | +49171 | 2026-04-12T09:30:00Z | h|call"
)]
fn calls(#[case] call: &str, #[case] expected: &str) {
    let lists = format!(
        r#""calls":[{{"id":"wacid.1","event":"connect","timestamp":"1775986200",{call}}}]"#
    );
    check(&webhook("calls", &lists), &[expected]);
}

#[test]
fn a_call_has_statuses_too() {
    check(
        &webhook(
            "calls",
            r#""statuses":[{"id":"wacid.1","type":"call","status":"RINGING","timestamp":"1775986200","recipient_id":"49171"}]"#,
        ),
        &["call ringing of wacid.1 | +49171 | 2026-04-12T09:30:00Z | s|wacid.1|ringing|"],
    );
}

#[rstest]
#[case::errors(
    "messages",
    r#""errors":[{"code":130429,"title":"Rate limit hit"}]"#,
    "message nobody | - | - | h|message"
)]
#[case::empty_lists(
    "messages",
    r#""messages":[],"statuses":[]"#,
    "message nobody | - | - | h|message"
)]
#[case::business_username(
    "business_username_updates",
    r#""username":"shop","status":"approved""#,
    "business_username nobody | - | - | h|business_username"
)]
#[case::another_field(
    "account_update",
    r#""event":"VERIFIED_ACCOUNT""#,
    "UNRECOGNISED webhook field `account_update`"
)]
#[case::nothing_known(
    "messages",
    r#""novelties":[{}]"#,
    "UNRECOGNISED a value without items"
)]
fn without_anybody(#[case] field: &str, #[case] lists: &str, #[case] expected: &str) {
    check(&webhook(field, lists), &[expected]);
}

#[test]
fn the_reply_to_a_sending_is_the_business_s_message() {
    check(
        r#"{"messaging_product":"whatsapp","contacts":[{"input":"+49 171-0","wa_id":"49171","user_id":"DE.A1"}],"messages":[{"id":"wamid.o"}]}"#,
        &[r#"message outbound unknown "" | DE.A1 +49171 second +491710 | - | m||wamid.o"#],
    );
}

/// By whatever name a group stands where a person could: it is nobody.
#[rstest]
#[case::the_reply_to_a_sending(
    r#"{"messaging_product":"whatsapp","contacts":[{"input":"G","wa_id":"G"}],"messages":[{"id":"w"}]}"#,
    r#"message outbound unknown "" group G | - | - | m||w"#
)]
#[case::an_echo(
    r#"{"metadata":{"display_phone_number":"4930555"},"message_echoes":[{"from":"4930555","to":" G","id":"w","type":"text"}]}"#,
    r#"message_echo outbound text "" group G | - | - | m||w"#
)]
#[case::a_status(
    r#"{"statuses":[{"id":"w","status":"sent","recipient_id":"G"}]}"#,
    "status sent of w | - | - | s|w|sent|"
)]
#[case::a_thread(
    r#"{"metadata":{"display_phone_number":"4930555"},"history":[{"threads":[{"id":"G","messages":[{"from":"4930555","id":"w","type":"text"}]}]}]}"#,
    r#"history outbound text "" group G | - | - (seen on arrival) | m||w"#
)]
#[case::a_participant(
    r#"{"groups":[{"group_id":"G","added_participants":[{"wa_id":"G"}]}]}"#,
    "QUARANTINED groups[0].added_participants[0]: names no person: neither phone nor BSUID"
)]
fn a_group_is_nobody(#[case] json: &str, #[case] expected: &str) {
    for group in [
        "120363404694233820",
        "Y2FwaV9ncm91cDox",
        "120363404694233820@g.us",
    ] {
        check(&json.replace('G', group), &[&expected.replace('G', group)]);
    }
}

/// `from` has one of the two forms of a number and `wa_id` the other.
#[rstest]
#[case("5511987654321", "551187654321")]
#[case("551187654321", "5511987654321")]
#[case("5215512345678", "525512345678")]
#[case("541123456789", "5491123456789")]
fn the_two_forms_of_a_number_are_one_person(#[case] from: &str, #[case] wa_id: &str) {
    let lists = format!(
        r#""contacts":[{{"wa_id":"49171"}},{{"wa_id":"{wa_id}","profile":{{"name":"Ana"}}}}],"messages":[{{"from":"{from}","id":"1","type":"text"}},{{"from":"49171","id":"2","type":"text"}}]"#
    );
    check(
        &webhook("messages", &lists),
        &[
            &format!(r#"message inbound text "" | +{wa_id} second +{from} "Ana" | - | m|N1|1"#),
            r#"message inbound text "" | +49171 | - | m|N1|2"#,
        ],
    );
}

/// Meta shows the number of a business in one form and sends the other.
#[test]
fn the_other_form_of_the_business_s_number_is_the_business() {
    let scene = r#""metadata":{"display_phone_number":"+55 11 98765-4321","phone_number_id":"N1"}"#;
    check(
        &format!(
            r#"{{{scene},"message_echoes":[{{"from":"551187654321","to":"49171","id":"1","type":"text"}},{{"from":"49171","to":"551187654321","id":"2","type":"revoke"}}]}}"#
        ),
        &[
            r#"message_echo outbound text "" | +49171 | - | m|N1|1"#,
            r#"message_echo inbound revoke "message deleted" | +49171 | - | m|N1|2"#,
        ],
    );
    check(
        r#"{"history":[{"threads":[{"id":"551187654321","messages":[{"from":"5511987654321","id":"1","type":"text"}]}]}]}"#,
        &[
            r#"history inbound text "" | +551187654321 second +5511987654321 | - (seen on arrival) | m||1"#,
        ],
    );
}

#[test]
fn two_numbers_that_are_no_forms_of_one_are_two() {
    check(
        &webhook(
            "messages",
            r#""contacts":[{"wa_id":"551137654321"}],"messages":[{"from":"5511937654321","id":"1","type":"text"}]"#,
        ),
        &[
            r#"message inbound text "" | +5511937654321 | - | m|N1|1"#,
            "message seen | +551137654321 | - | h|message",
        ],
    );
}

#[test]
fn one_contact_and_one_update_may_come_alone() {
    check(
        r#"{"profile":{"name":"Ana"},"wa_id":"49171","user_id":"DE.A"}"#,
        &[r#"message seen | DE.A +49171 "Ana" | - | h|message"#],
    );
    check(
        r#"{"user_id":"DE.A"}"#,
        &["message seen | DE.A | - | h|message"],
    );
    check(
        r#"{"wa_id":"49171","user_id":{"previous":"DE.A","current":"DE.B"},"timestamp":"1775986200"}"#,
        &["user_id_update user_id_update: DE.A -> DE.B +49171 | - | 2026-04-12T09:30:00Z | u"],
    );
    check(
        r#"{"user_id":"DE.A","email":"x"}"#,
        &["UNRECOGNISED an object of no known shape"],
    );
}

#[test]
fn blanks_around_an_id_are_none_of_it() {
    check(
        &webhook(
            "messages",
            r#""messages":[{"from":"49171","id":" wamid.1\n","type":"text"},{"from":"49171","id":"wamid.2","type":"revoke","revoke":{"original_message_id":"wamid.2 "}},{"id":"\twamid.s","type":"system","system":{"type":"user_changed_user_id","user_id":"DE.A"}}],"statuses":[{"id":"wamid.3 ","status":"sent","recipient_id":"49171"}]"#,
        ),
        &[
            "system user_changed_user_id: - -> DE.A | - | - | c|wamid.s",
            r#"message inbound text "" | +49171 | - | m|N1|wamid.1"#,
            r#"message inbound revoke "message deleted" | +49171 | - | h|message"#,
            "status sent of wamid.3 | +49171 | - | s|wamid.3|sent|",
        ],
    );
}

#[test]
fn the_envelope_may_be_cut_off_at_any_level() {
    let lists =
        r#""messages":[{"from":"49171","id":"wamid.1","type":"text","text":{"body":"hi"}}]"#;
    let line = r#"message inbound text "hi" | +49171 | - | m|N1|wamid.1"#;
    let bare = r#"message inbound text "hi" | +49171 | - | m||wamid.1"#;
    let value = value(lists);
    let change = format!(r#"{{"field":"messages","value":{value}}}"#);
    let entry = format!(r#"{{"id":"W1","changes":[{change}]}}"#);
    check(&webhook("messages", lists), &[line]);
    check(&entry, &[line]);
    check(&change, &[line]);
    check(&value, &[line]);
    check(&format!("{{{lists}}}"), &[bare]);
    check(
        r#"{"from":"49171","id":"wamid.1","type":"text","text":{"body":"hi"}}"#,
        &[bare],
    );
    check(
        r#"{"id":"wamid.1","status":"read","timestamp":"1775986200","recipient_id":"49171"}"#,
        &["status read of wamid.1 | +49171 | 2026-04-12T09:30:00Z | s|wamid.1|read|"],
    );
    check(&format!("[{value},{change}]"), &[line, line]);
}

/// Some repeat an id of their own making where the phone used to be.
#[test]
fn an_id_of_unknown_shape_may_stand_in_the_phones_place_too() {
    let of = |from: &str| {
        webhook(
            "messages",
            &format!(
                r#""messages":[{{"from":"{from}","from_user_id":"user-1a","id":"1","type":"text"}}]"#
            ),
        )
    };
    check(
        &of(" user-1a"),
        &[r#"message inbound text "" | user-1a | - | m|N1|1"#],
    );
    check(
        &of("user-1b"),
        &[r#"QUARANTINED messages[0].from: expected a phone, found "user-1b""#],
    );
    check(
        &webhook(
            "messages",
            r#""messages":[{"from":"49171","from_user_id":"49171","id":"1","type":"text"}]"#,
        ),
        &[r#"message inbound text "" | 49171 +49171 | - | m|N1|1"#],
    );
}

/// What the API tells of groups when it is asked.
#[test]
fn members_and_those_who_ask_to_join_were_seen() {
    check(
        r#"{"data":[{"join_request_id":"j","creation_timestamp":"1775986200","wa_id":"49171","user_id":"DE.A","username":"@ana"},{"join_request_id":"k","user_id":"DE.B"}],"paging":{}}"#,
        &[
            "message seen | DE.A +49171 @ana | 2026-04-12T09:30:00Z | h|message",
            "message seen | DE.B | - | h|message",
        ],
    );
    check(
        r#"{"messaging_product":"whatsapp","id":"G7","subject":"x","participants":[{"wa_id":"49171"},{"user_id":"DE.B"}]}"#,
        &[
            "group seen | +49171 | - | h|group",
            "group seen | DE.B | - | h|group",
        ],
    );
    check(
        r#"{"participants":[{"name":"x"}]}"#,
        &["UNRECOGNISED an object of no known shape"],
    );
}
