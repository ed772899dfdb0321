//! Webhook deliveries, built afresh.

use serde_json::{Map, Value, json};

/// The business number that everything comes through, unless [`through`] another.
pub(super) const BUSINESS: &str = "15550783881";

/// Midnight of a day, counted from 1 April 2026.
pub(super) fn day(n: i64) -> i64 {
    1_775_001_600 + n * 86_400
}

/// A day's midnight, written out; the first 30 days only.
pub(super) fn date(n: i64) -> String {
    format!("2026-04-{:02}T00:00:00Z", n + 1)
}

/// One change in Meta's envelope.
pub(super) fn delivery(field: &str, mut value: Value) -> Value {
    value["messaging_product"] = json!("whatsapp");
    value["metadata"] = json!({"display_phone_number": BUSINESS, "phone_number_id": "7001"});
    json!({"object": "whatsapp_business_account",
        "entry": [{"id": "9001", "changes": [{"field": field, "value": value}]}]})
}

/// The same delivery by another business number.
pub(super) fn through(mut delivery: Value, waba: &str, id: &str, number: &str) -> Value {
    delivery["entry"][0]["id"] = json!(waba);
    delivery["entry"][0]["changes"][0]["value"]["metadata"] =
        json!({"display_phone_number": number, "phone_number_id": id});
    delivery
}

/// Several deliveries as one.
pub(super) fn together(deliveries: &[Value]) -> Value {
    let entries = deliveries
        .iter()
        .flat_map(|d| d["entry"].as_array().unwrap().clone());
    json!({"object": "whatsapp_business_account", "entry": entries.collect::<Vec<_>>()})
}

/// Copies what is there under other names.
fn put(into: &mut Map<String, Value>, who: &Value, names: &[(&str, &str)]) {
    for (from, to) in names {
        if let Some(value) = who.get(from) {
            into.insert((*to).to_owned(), value.clone());
        }
    }
}

fn named(value: Value, who: &Value, names: &[(&str, &str)]) -> Value {
    let Value::Object(mut map) = value else {
        panic!()
    };
    put(&mut map, who, names);
    Value::Object(map)
}

const CONTACT: [(&str, &str); 3] = [
    ("phone", "wa_id"),
    ("bsuid", "user_id"),
    ("parent", "parent_user_id"),
];

fn card_of(who: &Value) -> Value {
    let profile = named(
        json!({}),
        who,
        &[("name", "name"), ("username", "username")],
    );
    named(json!({"profile": profile}), who, &CONTACT)
}

const SENDER: [(&str, &str); 3] = [
    ("phone", "from"),
    ("bsuid", "from_user_id"),
    ("parent", "from_parent_user_id"),
];

/// A text. `who` may have `phone`, `bsuid`, `parent`, `username`, `name`.
pub(super) fn message(id: &str, at: i64, who: &Value) -> Value {
    let text = json!({"id": id, "timestamp": at.to_string(), "type": "text", "text": {"body": id}});
    let text = named(text, who, &SENDER);
    delivery(
        "messages",
        json!({"contacts": [card_of(who)], "messages": [text]}),
    )
}

/// A status of a message that we sent.
pub(super) fn status(id: &str, state: &str, at: i64, who: &Value) -> Value {
    let status = json!({"id": id, "status": state, "timestamp": at.to_string()});
    let status = named(
        status,
        who,
        &[("phone", "recipient_id"), ("bsuid", "recipient_user_id")],
    );
    if state == "failed" {
        return delivery("messages", json!({"statuses": [status]}));
    }
    delivery(
        "messages",
        json!({"contacts": [card_of(who)], "statuses": [status]}),
    )
}

/// A system message with these fields in `system` and this `from`.
pub(super) fn system(id: &str, at: i64, kind: &str, from: Option<&str>, fields: &Value) -> Value {
    let mut system = fields.clone();
    system["type"] = json!(kind);
    system["body"] = json!("Somebody changed something");
    let mut message =
        json!({"id": id, "timestamp": at.to_string(), "type": "system", "system": system});
    if let Some(from) = from {
        message["from"] = json!(from);
    }
    delivery("messages", json!({"messages": [message]}))
}

/// `user_changed_user_id` from one BSUID to another.
pub(super) fn new_id(id: &str, at: i64, old: &str, new: &str) -> Value {
    let fields = json!({"previous_user_id": old, "user_id": new});
    system(id, at, "user_changed_user_id", None, &fields)
}

/// The same, which names the phone too.
pub(super) fn new_id_with(id: &str, at: i64, old: &str, new: &str, phone: &str) -> Value {
    let fields = json!({"previous_user_id": old, "user_id": new, "wa_id": phone});
    system(id, at, "user_changed_user_id", None, &fields)
}

/// `user_id_update` beside its contact.
pub(super) fn update(at: i64, old: &str, new: &str) -> Value {
    let update = json!({"detail": "User id changed", "timestamp": at.to_string(),
        "user_id": {"previous": old, "current": new}});
    delivery(
        "user_id_update",
        json!({"contacts": [{"user_id": new}], "user_id_update": [update]}),
    )
}

/// Kapso's `whatsapp.contact.identity_changed`.
pub(super) fn kapso_change(at: &str, old: Option<&str>, new: &str, phone: Option<&str>) -> Value {
    json!({"event": "whatsapp.contact.identity_changed", "phone_number_id": "7001",
        "contact": {"id": "c-1", "wa_id": phone, "profile_name": null, "display_name": null,
            "business_scoped_user_id": new, "parent_business_scoped_user_id": null,
            "username": null, "updated_at": at},
        "previous": {"business_scoped_user_id": old, "parent_business_scoped_user_id": null}})
}

/// Kapso's `whatsapp.message.received`.
pub(super) fn kapso_message(id: &str, at: i64, who: &Value) -> Value {
    let message = json!({"id": id, "timestamp": at.to_string(), "type": "text",
        "text": {"body": id}, "kapso": {"direction": "inbound", "status": "received",
            "contact_name": who["name"]}});
    let message = named(message, who, &SENDER);
    let conversation = json!({"id": "conv-1", "phone_number": null, "status": "active",
        "kapso": {"contact_name": who["name"]}});
    let names = [
        ("phone", "phone_number"),
        ("bsuid", "business_scoped_user_id"),
        ("username", "username"),
    ];
    json!({"message": message, "conversation": named(conversation, who, &names),
        "is_new_conversation": false, "phone_number_id": "7001"})
}

/// A contact card that `who` sent.
pub(super) fn card(id: &str, at: i64, who: &Value, origin: &str, phone: &str) -> Value {
    let card = json!({"origin": origin, "name": {"formatted_name": "Ana"},
        "phones": [{"phone": phone, "wa_id": phone, "type": "CELL"}]});
    let message = json!({"id": id, "timestamp": at.to_string(), "type": "contacts",
        "contacts": [card]});
    let message = named(message, who, &SENDER);
    delivery(
        "messages",
        json!({"contacts": [card_of(who)], "messages": [message]}),
    )
}
