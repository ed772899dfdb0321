//! One item has one key, however it comes; another item has another.

use super::super::{Format, read};
use super::{value, webhook};
use crate::domain::fact::{Item, Reading};

fn keys(json: &str) -> Vec<String> {
    let key = |item: Item| match item.reading {
        Reading::Fact(fact) => fact.key,
        other => panic!("{json}: {other:?}"),
    };
    read(json, Format::Auto).into_iter().map(key).collect()
}

#[test]
fn a_message_is_one_through_meta_and_kapso() {
    let meta = webhook(
        "messages",
        r#""messages":[{"id":"wamid.1","from":"49171","type":"text"}]"#,
    );
    let kapso =
        r#"{"message":{"id":"wamid.1","from":"49171","type":"text"},"phone_number_id":"N1"}"#;
    assert_eq!(keys(&meta), keys(kapso));
}

#[test]
fn a_status_is_one_through_meta_and_kapso() {
    let status = r#"{"id":"wamid.1","status":"read","recipient_id":"49171"}"#;
    let meta = webhook("messages", &format!(r#""statuses":[{status}]"#));
    let kapso = format!(
        r#"{{"message":{{"id":"wamid.1","to":"49171","kapso":{{"statuses":[{status}]}}}}}}"#
    );
    assert_eq!(keys(&meta)[0], keys(&kapso)[1]);
}

#[test]
fn content_is_one_in_any_order_of_keys_and_any_envelope() {
    let one = r#"{"value":"stop","wa_id":"49171","timestamp":1775986200,"x":{"a":[1,2.5,true,null],"b":"\u00e9"}}"#;
    let same = "{\"x\": {\"b\": \"é\", \"a\": [1, 2.5, true, null]}, \"timestamp\": 1775986200,\n \"wa_id\": \"49171\", \"value\": \"stop\"}";
    let other = one.replace("stop", "resume");
    let key = |element: &str, lists: &str| {
        keys(&webhook(
            "user_preferences",
            &format!(r#"{lists}"user_preferences":[{element}]"#),
        ))
    };
    assert_eq!(key(one, ""), key(same, ""));
    assert_eq!(
        key(one, ""),
        key(one, r#""contacts":[{"wa_id":"49171","user_id":"DE.A"}],"#)
    );
    assert_eq!(
        key(one, ""),
        keys(&value(&format!(r#""user_preferences":[{same}]"#)))
    );
    assert_ne!(key(one, ""), key(&other, ""));
}

#[test]
fn items_that_name_nobody_differ_by_their_person() {
    let key = |who: &str| {
        keys(&webhook(
            "user_preferences",
            &format!(
                r#""contacts":[{{"user_id":"{who}"}}],"user_preferences":[{{"value":"stop","timestamp":1}}]"#
            ),
        ))
    };
    assert_ne!(key("DE.A"), key("DE.B"));
}

#[test]
fn one_participant_differs_by_group_and_time() {
    let key = |group: &str, time: u32| {
        keys(&webhook(
            "group_participants_update",
            &format!(
                r#""groups":[{{"group_id":"{group}","type":"group_participants_add","timestamp":{time},"added_participants":[{{"wa_id":"49171"}}]}}]"#
            ),
        ))
    };
    assert_eq!(key("G1", 1), key("G1", 1));
    assert_ne!(key("G1", 1), key("G2", 1));
    assert_ne!(key("G1", 1), key("G1", 2));
}

#[test]
fn an_update_is_its_ids_number_and_time() {
    let key = |number: &str, ids: &str, time: &str| {
        keys(&format!(
            r#"{{"metadata":{{"phone_number_id":"{number}"}},"user_id_update":[{{"user_id":{ids},"detail":"of {number}","timestamp":{time}}}]}}"#
        ))
    };
    let ids = r#"{"previous":"DE.A1","current":"DE.A2"}"#;
    assert_eq!(
        key("N1", ids, "1775986200"),
        key("N1", ids, "\"1775986200\"")
    );
    assert_ne!(key("N1", ids, "1775986200"), key("N2", ids, "1775986200"));
    assert_ne!(key("N1", ids, "1775986200"), key("N1", ids, "1775986201"));
    assert_ne!(
        key("N1", ids, "1"),
        key("N1", r#"{"previous":"DE.A0","current":"DE.A2"}"#, "1")
    );
}

#[test]
fn an_identity_change_is_its_contact_and_previous() {
    let key = |old: &str| {
        keys(&format!(
            r#"{{"contact":{{"id":"k","wa_id":"49171","business_scoped_user_id":"DE.A2"}},"previous":{{"business_scoped_user_id":{old}}}}}"#
        ))
    };
    assert_eq!(key("\"DE.A1\""), key("\"DE.A1\""));
    assert_ne!(key("\"DE.A1\""), key("\"DE.A0\""));
    assert_ne!(key("\"DE.A1\""), key("null"));
}

#[test]
fn keys_are_spelled_out() {
    let hashed = keys(&webhook("calls", r#""calls":[{"id":"c","from":"49171"}]"#));
    let (family, hash) = hashed[0].rsplit_once('|').unwrap();
    assert_eq!(family, "h|call");
    assert!(hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()));
}
