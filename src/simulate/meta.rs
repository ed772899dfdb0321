//! Deliveries in the shapes of Meta's Cloud API.
//!
//! Built as JSON values from what a scene says; which of them come, and in what
//! order, is decided in `scene`. Messages of Kapso hold the same bodies.

use serde_json::{Map, Value, json};

use super::life::Notice;

/// The account of the shop. All ids are made up.
const WABA: &str = "540100000000011";

/// One of the shop's two numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Business {
    pub(super) phone_number_id: &'static str,
    pub(super) number: &'static str,
}

/// The number that most customers write to (of the range that Ofcom keeps for
/// fiction, as the other).
pub(super) const MAIN: Business = Business {
    phone_number_id: "540100000000021",
    number: "442079460321",
};
/// The number that is connected through Kapso as well.
pub(super) const SECOND: Business = Business {
    phone_number_id: "540100000000022",
    number: "441632960147",
};

/// A person as a delivery shows them.
#[derive(Debug, Clone, Default)]
pub(super) struct Who {
    pub(super) name: String,
    pub(super) phone: Option<String>,
    pub(super) bsuid: Option<String>,
    pub(super) username: Option<String>,
}

/// What a message says.
#[derive(Debug, Clone)]
pub(super) enum Said {
    Text(String),
    Photo(String),
    Voice,
    /// An emoji on the message of this id.
    Like(&'static str, String),
    /// A contact card with a number; `requested` when it answers a request and
    /// so is the sender's own.
    Card {
        name: String,
        phone: String,
        requested: bool,
    },
}

/// A message in or out.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) id: String,
    /// Unix seconds.
    pub(super) at: i64,
    pub(super) said: Said,
}

impl Message {
    /// The message without those who write it.
    pub(super) fn json(&self) -> Map<String, Value> {
        let (kind, body) = match &self.said {
            Said::Text(text) => ("text", json!({ "body": text })),
            Said::Photo(caption) => (
                "image",
                json!({ "id": digits(&self.id), "mime_type": "image/jpeg", "caption": caption }),
            ),
            Said::Voice => (
                "audio",
                json!({ "id": digits(&self.id), "mime_type": "audio/ogg; codecs=opus", "voice": true }),
            ),
            Said::Like(emoji, on) => ("reaction", json!({ "message_id": on, "emoji": emoji })),
            Said::Card {
                name,
                phone,
                requested,
            } => ("contacts", card(name, phone, *requested)),
        };
        let mut message = Map::new();
        message.insert("id".into(), json!(self.id));
        message.insert("timestamp".into(), json!(self.at.to_string()));
        message.insert("type".into(), json!(kind));
        message.insert(kind.into(), body);
        message
    }
}

fn card(name: &str, phone: &str, requested: bool) -> Value {
    let origin = if requested {
        "contact_request"
    } else {
        "other"
    };
    let mut card = json!({
        "origin": origin,
        "phones": [{ "phone": format!("+{phone}"), "wa_id": phone, "type": "CELL" }],
        "vcard": format!("BEGIN:VCARD\nVERSION:3.0\nTEL;TYPE=CELL:+{phone}\nEND:VCARD"),
    });
    if !requested {
        card["name"] = json!({ "formatted_name": name, "first_name": name });
    }
    json!([card])
}

/// A media id made of a message id.
fn digits(id: &str) -> String {
    let last = id.bytes().rev().take(16);
    last.map(|byte| char::from(b'0' + byte % 10)).collect()
}

/// Puts what is known, and leaves out what is not.
pub(super) fn put(map: &mut Map<String, Value>, key: &str, value: Option<&String>) {
    if let Some(value) = value {
        map.insert(key.to_owned(), json!(value));
    }
}

/// A message from a customer.
pub(super) fn incoming(business: Business, who: &Who, message: &Message) -> Value {
    let mut json = message.json();
    put(&mut json, "from", who.phone.as_ref());
    put(&mut json, "from_user_id", who.bsuid.as_ref());
    envelope(
        business,
        "messages",
        json!({ "contacts": contacts(who), "messages": [json] }),
    )
}

/// A message that the shop wrote on its own telephone (coexistence).
pub(super) fn echo(business: Business, who: &Who, message: &Message) -> Value {
    let mut json = message.json();
    json.insert("from".into(), json!(business.number));
    put(&mut json, "to", who.phone.as_ref());
    put(&mut json, "to_user_id", who.bsuid.as_ref());
    envelope(
        business,
        "smb_message_echoes",
        json!({ "contacts": contacts(who), "message_echoes": [json] }),
    )
}

/// What became of a message of the shop: statuses with their times.
pub(super) fn statuses(business: Business, who: &Who, id: &str, told: &[(&str, i64)]) -> Value {
    let failed = told.iter().any(|&(status, _)| status == "failed");
    let statuses: Vec<Value> = told
        .iter()
        .map(|&(status, at)| {
            let mut json = Map::new();
            json.insert("id".into(), json!(id));
            json.insert("status".into(), json!(status));
            json.insert("timestamp".into(), json!(at.to_string()));
            put(&mut json, "recipient_id", who.phone.as_ref());
            if failed {
                json.insert("errors".into(), json!([{ "code": 131_026, "title": "Message undeliverable" }]));
            } else {
                put(&mut json, "recipient_user_id", who.bsuid.as_ref());
                json.insert(
                    "pricing".into(),
                    json!({ "billable": false, "pricing_model": "PMP", "category": "service", "type": "free_customer_service" }),
                );
            }
            json.into()
        })
        .collect();
    let value = if failed {
        json!({ "statuses": statuses })
    } else {
        json!({ "contacts": contacts(who), "statuses": statuses })
    };
    envelope(business, "messages", value)
}

/// A notice that identifiers changed, told at `at`; `id` is that of the system
/// message.
pub(super) fn change(
    business: Business,
    notice: Notice,
    id: &str,
    at: i64,
    old: &Who,
    new: &Who,
) -> Value {
    let at = at.to_string();
    if notice == Notice::UserIdUpdate {
        let update = json!({
            "wa_id": new.phone,
            "detail": "The user changed their phone number.",
            "user_id": { "previous": old.bsuid, "current": new.bsuid },
            "timestamp": at,
        });
        return envelope(
            business,
            "user_id_update",
            json!({ "user_id_update": [update] }),
        );
    }
    let mut message = Map::new();
    let mut system = Map::new();
    match notice {
        Notice::CustomerChangedNumber => {
            put(&mut message, "from", old.phone.as_ref());
            put(&mut system, "customer", old.phone.as_ref());
            put(&mut system, "new_wa_id", new.phone.as_ref());
            system.insert("type".into(), json!("customer_changed_number"));
        }
        Notice::UserChangedNumber => {
            put(&mut message, "from", old.phone.as_ref());
            system.insert("type".into(), json!("user_changed_number"));
        }
        _ => {
            system.insert("type".into(), json!("user_changed_user_id"));
        }
    }
    if notice != Notice::CustomerChangedNumber {
        put(&mut system, "wa_id", new.phone.as_ref());
        put(&mut system, "user_id", new.bsuid.as_ref());
        put(&mut system, "previous_user_id", old.bsuid.as_ref());
    }
    system.insert(
        "body".into(),
        json!(format!("{} has new contact details", new.name)),
    );
    message.insert("id".into(), json!(id));
    message.insert("timestamp".into(), json!(at));
    message.insert("type".into(), json!("system"));
    message.insert("system".into(), system.into());
    envelope(business, "messages", json!({ "messages": [message] }))
}

fn contacts(who: &Who) -> Value {
    let mut profile = Map::new();
    profile.insert("name".into(), json!(who.name));
    put(&mut profile, "username", who.username.as_ref());
    let mut contact = Map::new();
    contact.insert("profile".into(), profile.into());
    put(&mut contact, "wa_id", who.phone.as_ref());
    put(&mut contact, "user_id", who.bsuid.as_ref());
    json!([contact])
}

fn envelope(business: Business, field: &str, mut value: Value) -> Value {
    value["messaging_product"] = json!("whatsapp");
    value["metadata"] = json!({
        "display_phone_number": business.number,
        "phone_number_id": business.phone_number_id,
    });
    json!({
        "object": "whatsapp_business_account",
        "entry": [{ "id": WABA, "changes": [{ "field": field, "value": value }] }],
    })
}
