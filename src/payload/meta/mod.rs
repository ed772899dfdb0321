//! Meta's deliveries: the envelope, and from each `value` to its surfaces.
//!
//! The envelope may be whole, or cut off at any level: an entry, a change, a
//! value, the bare contacts and messages of a log, or one message. Which
//! surface a list belongs to is told from its key, as one `field` can carry
//! the list of another; a `field` that is not known at all is not read.

mod call;
mod contacts;
mod echo;
mod group;
mod handover;
mod history;
mod message;
mod preference;
mod state_sync;
pub(super) mod status;
pub(super) mod system;
mod update;

use super::body;
use super::items::{self, Items, Outcome};
use super::key;
use super::node::{Node, Reason};
use super::{Format, wrapped};
use crate::domain::fact::{Channel, Seen, Surface, What};
use crate::domain::identifier::PhoneKey;
use crate::domain::time::Timestamp;
use contacts::Contacts;
use std::cell::LazyCell;
use std::sync::Arc;

pub(super) use message::fact as message;

/// What all items of one `value` share. An error is the reason for which none
/// of them can be read: without its business number an item has no portfolio.
pub(super) struct Scene {
    channel: Result<Arc<Channel>, Reason>,
    contacts: Contacts,
}

impl Scene {
    fn channel(&self) -> Result<&Arc<Channel>, Reason> {
        self.channel.as_ref().map_err(Clone::clone)
    }
}

type One = fn(&Node<'_, '_>, &Scene) -> Outcome;
type Many = fn(&Node<'_, '_>, &Scene, &mut Items);

/// Lists of which each element is one item.
const ONE: &[(&str, One)] = &[
    ("messages", message::read),
    ("statuses", status::read),
    ("message_echoes", echo::read),
    ("user_id_update", update::read),
    ("user_preferences", preference::read),
    ("state_sync", state_sync::read),
    ("calls", call::read),
];

/// Lists of which each element can hold several items.
const MANY: &[(&str, Many)] = &[("history", history::read), ("groups", group::read)];

/// The webhook fields that are read.
const FIELDS: &[&str] = &[
    "messages",
    "message_echoes",
    "smb_message_echoes",
    "user_id_update",
    "user_preferences",
    "history",
    "smb_app_state_sync",
    "calls",
    "group_lifecycle_update",
    "group_participants_update",
    "group_settings_update",
    "group_status_update",
    "standby",
    "messaging_handovers",
];

/// Where a value names the business's number.
const METADATA: &str = "metadata";

/// The business's own username: applied, nobody in it.
const BUSINESS_USERNAME: &[&str] = &["business_username_updates", "business_username_update"];

/// Whether an object is of Meta's making, as far as its keys tell.
pub(super) fn is_meta(node: &Node<'_, '_>) -> bool {
    is_enveloped(node)
        || is_value(node)
        || is_message(node)
        || is_status(node)
        || update::is_direct(node)
        || contacts::is_one(node)
}

fn is_enveloped(node: &Node<'_, '_>) -> bool {
    node.has("entry") || node.has("changes") || (node.has("field") && node.has("value"))
}

fn is_value(node: &Node<'_, '_>) -> bool {
    let mut lists = ONE
        .iter()
        .map(|list| list.0)
        .chain(MANY.iter().map(|list| list.0));
    !node.has("conversation")
        && (node.has("messaging_product") || node.has("contacts") || lists.any(|key| node.has(key)))
}

fn is_message(node: &Node<'_, '_>) -> bool {
    node.word("id").is_some()
        && node.word("type").is_some()
        && !node.has("kapso")
        && ["from", "from_user_id", "system"]
            .iter()
            .any(|key| node.has(key))
}

fn is_status(node: &Node<'_, '_>) -> bool {
    node.word("id").is_some()
        && node.word("status").is_some()
        && (node.has("recipient_id") || node.has("recipient_user_id"))
}

/// Whether an object can be nothing but a delivery of Meta's, or a part of one,
/// wherever it lies.
pub(super) fn is_certain(node: &Node<'_, '_>) -> bool {
    let is_value = |value: &Node<'_, '_>| {
        value.word("messaging_product") == Some("whatsapp") && is_value(value)
    };
    let entry = node.get("entry");
    entry.is_some_and(|list| list.elements().any(|entry| entry.has("changes")))
        || node.word("field").is_some() && node.get("value").is_some_and(|value| is_value(&value))
        || node.has("metadata") && is_value(node)
}

/// Reads an object, at whatever level the envelope was cut off.
pub(super) fn read(node: &Node<'_, '_>, items: &mut Items) {
    if let Some(entries) = node.get("entry") {
        let before = items.len();
        items.every(&entries, |items, entry| read_entry(entry, items));
        if items.len() == before {
            items.put(node, items::unrecognised("an envelope without entries"));
        }
    } else if node.has("changes") {
        read_entry(node, items);
    } else if node.has("field") && node.has("value") {
        read_change(node, None, items);
    } else if is_value(node) {
        read_value(node, None, None, items);
    } else if is_status(node) && !node.has("type") {
        let scene = scene(node, channel(node, METADATA, None));
        items.put(node, status::read(node, &scene));
    } else if is_message(node) {
        let scene = scene(node, channel(node, METADATA, None));
        body::put(node, message::read(node, &scene), items);
    } else if update::is_direct(node) {
        read_value(node, None, None, items);
    } else if contacts::is_one(node) {
        items.put(node, contacts::alone(node));
    } else if !wrapped::any(node, Format::Meta, items) {
        items.put(node, items::unrecognised("an object of no known shape"));
    }
}

fn read_entry(entry: &Node<'_, '_>, items: &mut Items) {
    let waba = match entry.id("id") {
        Ok(waba) => waba,
        Err(reason) => return items.put(entry, Err(reason)),
    };
    let Some(changes) = entry.get("changes") else {
        return items.put(entry, items::unrecognised("an entry without changes"));
    };
    let before = items.len();
    items.every(&changes, |items, change| {
        read_change(change, waba.as_deref(), items);
    });
    if items.len() == before {
        items.put(entry, items::unrecognised("an entry without changes"));
    }
}

fn read_change(change: &Node<'_, '_>, waba: Option<&str>, items: &mut Items) {
    let field = match change.text("field") {
        Ok(field) => field,
        Err(reason) => return items.put(change, Err(reason)),
    };
    match change.object("value") {
        Err(reason) => items.put(change, Err(reason)),
        Ok(None) => items.put(change, items::unrecognised("a change without a value")),
        Ok(Some(value)) => read_value(&value, field, waba, items),
    }
}

fn read_value(value: &Node<'_, '_>, field: Option<&str>, waba: Option<&str>, items: &mut Items) {
    let nobody = |surface| {
        let channel = channel(value, METADATA, waba)?;
        let key = key::content(surface, value, &[]);
        items::applied(items::fact(
            surface,
            &channel,
            key,
            None,
            Seen::default(),
            What::Nothing,
        ))
    };
    if let Some(field) = field {
        if BUSINESS_USERNAME.contains(&field) {
            return items.put(value, nobody(Surface::BusinessUsername));
        }
        if !FIELDS.contains(&field) {
            return items.put(
                value,
                items::unrecognised(format!("webhook field `{field}`")),
            );
        }
    }
    if field == Some("messaging_handovers") || handover::is(value) {
        return items.put(value, handover::read(value, waba));
    }
    let channel = channel(value, METADATA, waba);
    // What another app answers is copied with its lists one level down.
    let value = match value.object("standby") {
        Ok(standby) => &standby.filter(is_value).unwrap_or(*value),
        Err(reason) => return items.put(value, Err(reason)),
    };
    let before = items.len();
    let scene = scene(value, channel);
    let mut any_list = false;
    for (name, read) in ONE {
        if let Some(list) = value.get(name) {
            any_list = true;
            items.every(&list, |items, element| {
                body::put(element, read(element, &scene), items);
            });
        }
    }
    for (name, read) in MANY {
        if let Some(list) = value.get(name) {
            any_list = true;
            items.every(&list, |items, element| read(element, &scene, items));
        }
    }
    if update::is_direct(value) {
        items.put(value, update::read(value, &scene));
    }
    if let Some(list) = value.get("participants")
        && value.has("messaging_product")
    {
        // A group, as the API tells of it.
        any_list = true;
        items.each(&list, |node| group::participant(node, value, true, &scene));
    }
    if let Ok(channel) = &scene.channel
        && items.all_read(before)
        && !tells_of_change(value)
    {
        let at = LazyCell::new(|| first_time(value));
        scene.contacts.unclaimed(value, channel, &at, items);
    }
    if items.len() > before {
        if field == Some("history") {
            // The files of a history come beside it, as messages.
            items.seen_on_arrival(before);
        }
        return;
    }
    items.put(
        value,
        if any_list || value.has("errors") {
            nobody(Surface::Message)
        } else {
            items::unrecognised("a value without items")
        },
    );
}

/// Whether a change is told in a value: contacts beside it are the person before
/// it or after it, and which is what the change's case asks.
fn tells_of_change(value: &Node<'_, '_>) -> bool {
    let messages = value.get("messages");
    let is_system = |message: Node<'_, '_>| message.word("type") == Some("system");
    let updates = value.get("user_id_update");
    updates.is_some_and(|list| list.elements().next().is_some())
        || update::is_direct(value)
        || messages.is_some_and(|list| list.elements().any(is_system))
}

/// The earliest time that an element of a list tells.
fn first_time(value: &Node<'_, '_>) -> Option<Timestamp> {
    let times = ONE.iter().filter_map(|(name, _)| {
        let list = value.get(name)?;
        let times = list.elements().filter_map(|element| {
            let time = element.time(&["timestamp"]);
            time.ok().flatten()
        });
        times.min()
    });
    times.min()
}

fn scene(value: &Node<'_, '_>, channel: Result<Arc<Channel>, Reason>) -> Scene {
    let contacts = match &channel {
        Ok(channel) => Contacts::read(value, channel),
        Err(_) => Contacts::default(),
    };
    Scene { channel, contacts }
}

/// The business of a value: its account, and its number in the object `key`.
fn channel(value: &Node<'_, '_>, key: &str, waba: Option<&str>) -> Result<Arc<Channel>, Reason> {
    let mut channel = Channel {
        waba: waba.map(Into::into),
        ..Channel::default()
    };
    if let Some(business) = value.object(key)? {
        channel.phone_number_id = business.id("phone_number_id")?;
        channel.display_phone = business
            .text("display_phone_number")?
            .and_then(PhoneKey::parse);
    }
    Ok(Arc::new(channel))
}
