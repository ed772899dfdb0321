//! Deliveries in the shapes of Kapso, version 2: no envelope, a message with
//! its conversation, and the contact of an identity that changed.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::meta::{Business, Message, Said, Who, put};

/// One thread at Kapso, for as long as the person goes by one identifier.
#[derive(Debug, Clone)]
pub(super) struct Conversation {
    pub(super) id: String,
    /// Unix seconds.
    pub(super) since: i64,
    /// Messages so far.
    pub(super) count: u32,
}

/// A message in, or one out with what became of it.
pub(super) fn message(
    business: Business,
    who: &Who,
    thread: &Conversation,
    message: &Message,
    out: bool,
) -> Value {
    let mut json = message.json();
    let (phone, bsuid) = if out {
        ("to", "to_user_id")
    } else {
        ("from", "from_user_id")
    };
    put(&mut json, phone, who.phone.as_ref());
    put(&mut json, bsuid, who.bsuid.as_ref());
    let username = who.username.as_ref().map(|username| format!("@{username}"));
    put(&mut json, "username", username.as_ref());
    json.insert("kapso".into(), annotation(who, message, out));
    json!({
        "message": json,
        "conversation": conversation(business, who, thread, message),
        "is_new_conversation": thread.count == 0,
        "phone_number_id": business.phone_number_id,
    })
}

fn annotation(who: &Who, message: &Message, out: bool) -> Value {
    let mut kapso = json!({
        "direction": if out { "outbound" } else { "inbound" },
        "status": if out { "delivered" } else { "received" },
        "processing_status": if out { "completed" } else { "pending" },
        "origin": "cloud_api",
        "has_media": matches!(message.said, Said::Photo(_) | Said::Voice),
        "contact_name": who.name,
    });
    if out {
        let mut status = Map::new();
        status.insert("id".into(), json!(message.id));
        status.insert("status".into(), json!("delivered"));
        status.insert("timestamp".into(), json!((message.at + 2).to_string()));
        put(&mut status, "recipient_id", who.phone.as_ref());
        put(&mut status, "recipient_user_id", who.bsuid.as_ref());
        kapso["statuses"] = json!([status]);
    }
    kapso
}

fn conversation(business: Business, who: &Who, thread: &Conversation, message: &Message) -> Value {
    json!({
        "id": thread.id,
        "phone_number": who.phone.as_ref().map(|phone| format!("+{phone}")),
        "business_scoped_user_id": who.bsuid,
        "parent_business_scoped_user_id": null,
        "username": who.username.as_ref().map(|username| format!("@{username}")),
        "status": "active",
        "created_at": iso(thread.since),
        "last_active_at": iso(message.at),
        "phone_number_id": business.phone_number_id,
        "kapso": {
            "contact_name": who.name,
            "messages_count": thread.count + 1,
            "last_message_id": message.id,
        },
    })
}

/// `whatsapp.contact.identity_changed`: the contact as it is since `at`, and
/// what it was.
pub(super) fn identity_changed(
    business: Business,
    contact: &str,
    at: i64,
    old: &Who,
    new: &Who,
) -> Value {
    json!({
        "contact": {
            "id": contact,
            "wa_id": new.phone,
            "profile_name": new.name,
            "display_name": new.name,
            "business_scoped_user_id": new.bsuid,
            "parent_business_scoped_user_id": null,
            "username": new.username.as_ref().map(|username| format!("@{username}")),
            "updated_at": iso(at),
        },
        "previous": { "business_scoped_user_id": old.bsuid, "parent_business_scoped_user_id": null },
        "phone_number_id": business.phone_number_id,
    })
}

/// RFC 3339 in UTC.
pub(super) fn iso(at: i64) -> String {
    Timestamp::from_second(at).map_or_else(|_| String::new(), |time| time.to_string())
}
