//! `message`: what a person or the business wrote, v2 and v1, and the statuses
//! that v2 carries along.
//!
//! `message.{sent,delivered,read,failed}` repeat the message under its one id,
//! and `kapso.statuses[]` repeat its statuses; each is an item with its own
//! key, so that each counts once. The conversation beside it is one thread
//! with one person: it completes the message and gives it its thread. v1 has
//! the content flat, and the platform's message id in `whatsapp_message_id`.

use super::super::items::{self, Items, Outcome};
use super::super::meta::{self, status, system};
use super::super::node::{Node, Reason};
use super::super::person::{self, FROM, Phones, TO};
use super::super::{body, key};
use super::{Around, channel, contact, conversation};
use crate::domain::fact::{Channel, Direction, Fact, Seen, Surface, What};
use crate::domain::identifier::PhoneKey;
use std::sync::Arc;

/// Types that may have no text: for these, Kapso's `content` describes the
/// file, and nobody wrote that.
const MEDIA: &[&str] = &[
    "image", "video", "audio", "voice", "document", "sticker", "location", "contacts", "reaction",
    "order",
];

/// Whether an element of a list is a message.
pub(super) fn is(node: &Node<'_, '_>) -> bool {
    (node.has("type") || node.has("message_type"))
        && (node.has("kapso") || node.has("direction") || node.has("from") || node.has("timestamp"))
}

/// Reads a message and the statuses that it carries. `event` is the object
/// around it, or the message itself.
pub(super) fn read(
    event: &Node<'_, '_>,
    message: &Node<'_, '_>,
    around: Around<'_>,
    items: &mut Items,
) {
    body::put(message, read_message(event, message, around), items);
    // What stands below an unreadable `kapso` was refused with the message.
    let Some(kapso) = message.get("kapso") else {
        return;
    };
    if let Some(statuses) = kapso.get("statuses") {
        items.each(&statuses, |node| read_status(event, message, node, around));
    }
}

fn read_status(
    event: &Node<'_, '_>,
    message: &Node<'_, '_>,
    node: &Node<'_, '_>,
    around: Around<'_>,
) -> Outcome {
    let thread = event.object("conversation")?;
    let channel = channel_of(event, message, thread.as_ref(), around)?;
    let beside = beside(event, thread.as_ref(), &channel)?;
    let complete = |own| Ok(person::join(own, &beside, Phones::OwnFirst));
    let id = message.trimmed("id")?;
    status::read_as(node, Surface::KapsoStatus, &channel, id, complete)
}

fn read_message(event: &Node<'_, '_>, message: &Node<'_, '_>, around: Around<'_>) -> Outcome {
    let thread = event.object("conversation")?;
    let channel = channel_of(event, message, thread.as_ref(), around)?;
    let kind = body::kind(message)?;
    if kind == "system" && message.has("system") {
        return system::read(message, &channel, Ok);
    }
    let direction = direction(message, thread.as_ref(), around)?;
    let fields = match direction {
        Direction::Inbound => FROM,
        Direction::Outbound => TO,
    };
    let mut own = person::read(message, fields, &channel)?;
    own.name = conversation::name(message)?;
    let v1 = person::phone(
        message,
        &["conversation_phone_number", "phone_number"],
        &channel,
        own.bsuid.as_ref(),
    )?;
    own.phone = own.phone.or(v1);
    if let Some(kapso) = message.object("kapso")?
        && own.phone.is_none()
    {
        own.phone = person::phone(&kapso, &["phone_number"], &channel, own.bsuid.as_ref())?;
    }
    let seen = person::join(
        own,
        &beside(event, thread.as_ref(), &channel)?,
        Phones::OwnFirst,
    );
    let words = flat_text(message, &kind)?;
    let mut fact = meta::message(
        message,
        Surface::KapsoMessage,
        &channel,
        seen,
        direction,
        kind,
        None,
    )?;
    fact.seen_on_arrival = is_of_history(message)?;
    items::applied(with_kapso(fact, message, thread.as_ref(), words)?)
}

/// Puts Kapso's own into a message that was read as Meta's.
fn with_kapso(
    mut fact: Fact,
    message: &Node<'_, '_>,
    thread: Option<&Node<'_, '_>>,
    words: Option<String>,
) -> Result<Fact, Reason> {
    if fact.at.is_none() {
        fact.at = message.time(&["created_at"])?;
    }
    let What::Message(read) = &mut fact.what else {
        return Ok(fact);
    };
    if read.text.is_empty() {
        read.text = words.unwrap_or_default();
    }
    let id = thread
        .map(|thread| thread.trimmed("id"))
        .transpose()?
        .flatten();
    let id = match id {
        Some(id) => Some(id),
        None => listed_thread(message)?,
    };
    read.thread = id.map(str::to_owned);
    if let Some(id) = message.trimmed("whatsapp_message_id")? {
        id.clone_into(&mut read.id);
    }
    if fact.key.starts_with("m|") {
        fact.key = key::message(&fact.channel, &read.id);
    }
    Ok(fact)
}

/// The thread of a message in a list, which has no conversation beside it.
fn listed_thread<'v>(message: &Node<'v, '_>) -> Result<Option<&'v str>, Reason> {
    match message.object("kapso")? {
        Some(kapso) => kapso.trimmed("whatsapp_conversation_id"),
        None => Ok(None),
    }
}

/// Whether Kapso took the message over from the conversations that a business
/// brought along: who holds an identifier is told as of that sync then.
fn is_of_history(message: &Node<'_, '_>) -> Result<bool, Reason> {
    match message.object("kapso")? {
        Some(kapso) => Ok(kapso.text("origin")? == Some("history_sync")),
        None => Ok(false),
    }
}

fn channel_of(
    event: &Node<'_, '_>,
    message: &Node<'_, '_>,
    thread: Option<&Node<'_, '_>>,
    around: Around<'_>,
) -> Result<Arc<Channel>, Reason> {
    match thread {
        Some(thread) => channel(event, &[message, thread], around),
        None => channel(event, &[message], around),
    }
}

/// What else is known of the message's person: its thread, and the contact
/// that some bodies repeat.
fn beside(
    event: &Node<'_, '_>,
    thread: Option<&Node<'_, '_>>,
    channel: &Arc<Channel>,
) -> Result<Seen, Reason> {
    let seen = match thread {
        Some(thread) => conversation::whose(thread, channel)?,
        None => Seen::default(),
    };
    match event.object("contact")? {
        Some(contact) => Ok(person::join(
            seen,
            &contact::whose(&contact, channel)?,
            Phones::OwnFirst,
        )),
        None => Ok(seen),
    }
}

/// `kapso.direction`, else v1's `direction`, else the event's name, else which
/// of sender and receiver is named; of both, whose thread it is.
fn direction(
    message: &Node<'_, '_>,
    thread: Option<&Node<'_, '_>>,
    around: Around<'_>,
) -> Result<Direction, Reason> {
    let inner = match message.object("kapso")? {
        Some(kapso) => kapso.text("direction")?,
        None => None,
    };
    let word = match inner {
        Some(word) => Some(word),
        None => message.text("direction")?,
    };
    if let Some(direction) = word.and_then(Direction::parse) {
        return Ok(direction);
    }
    let has = |keys: [&str; 2]| keys.iter().any(|key| message.word(key).is_some());
    let by_event = around
        .event
        .and_then(|event| event.strip_prefix("whatsapp.message."))
        .map(|happened| happened != "received");
    let of_thread = |key| {
        let phone = |node: &Node<'_, '_>, key| node.word(key).and_then(PhoneKey::parse);
        let person = thread.and_then(|thread| phone(thread, "phone_number"));
        let phones = phone(message, key).zip(person);
        phones.is_some_and(|(phone, person)| phone.is_form_of(&person))
    };
    let is_sent = by_event.unwrap_or_else(|| {
        let is_to = of_thread("to") && !of_thread("from");
        has(["to", "to_user_id"]) && (!has(["from", "from_user_id"]) || is_to)
    });
    Ok(if is_sent {
        Direction::Outbound
    } else {
        Direction::Inbound
    })
}

/// Kapso's own words for a message: v1's `content`, v2's `kapso.content`, or
/// the caption of v1's media.
fn flat_text(message: &Node<'_, '_>, kind: &str) -> Result<Option<String>, Reason> {
    let kapso = message.object("kapso")?;
    for part in [kapso.as_ref(), Some(message)].into_iter().flatten() {
        let words = if MEDIA.contains(&kind) {
            match part.object("message_type_data")? {
                Some(data) => data.text("caption")?,
                None => None,
            }
        } else {
            part.text("content")?
        };
        if words.is_some() {
            return Ok(words.map(str::to_owned));
        }
    }
    Ok(None)
}
