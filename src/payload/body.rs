//! What a person would read of a message, by its type.
//!
//! Only the sentence, caption, title or name; media without one is empty, and
//! its type is shown instead. Nothing in here identifies anybody, save for
//! the card with which a sender attests a phone of their own.

use super::items::{Items, Outcome};
use super::node::{Node, Reason};
use super::person;
use crate::domain::fact::Channel;
use crate::domain::identifier::PhoneKey;
use compact_str::CompactString;

/// Types that are told from the field that holds their content, where `type`
/// is missing.
const TOLD_BY_FIELD: &[&str] = &[
    "text",
    "image",
    "audio",
    "video",
    "document",
    "sticker",
    "location",
    "contacts",
    "interactive",
    "button",
    "reaction",
    "order",
    "system",
];

/// The message's type, by the platform's word; `unknown` if nothing tells it.
pub(super) fn kind(node: &Node<'_, '_>) -> Result<CompactString, Reason> {
    let word = node.first_text(&["type", "message_type"])?.or_else(|| {
        let told = TOLD_BY_FIELD.iter().find(|field| node.has(field));
        told.copied()
    });
    Ok(word.unwrap_or("unknown").into())
}

/// What a person reads of a message of that type; empty where there is
/// nothing to read.
pub(super) fn text(node: &Node<'_, '_>, kind: &str) -> Result<String, Reason> {
    if kind == "revoke" {
        return Ok("message deleted".to_owned());
    }
    if kind == "contacts" {
        return cards(node);
    }
    let Some(part) = node.get(kind) else {
        return error_title(node);
    };
    let words = match kind {
        "text" | "system" => part.an_object()?.text("body")?,
        "image" | "video" | "audio" | "voice" | "document" | "sticker" => {
            part.an_object()?.first_text(&["caption", "filename"])?
        }
        "button" => part.an_object()?.first_text(&["text", "payload"])?,
        "reaction" => part.an_object()?.text("emoji")?,
        "template" => part.an_object()?.text("name")?,
        "interactive" => return interactive(&part.an_object()?),
        "location" => return location(&part.an_object()?),
        "order" => return order(&part.an_object()?),
        "edit" => return edited(&part.an_object()?),
        // A type yet to come: what it calls its text, if it has any.
        _ => ["body", "text", "caption", "title", "name"]
            .iter()
            .find_map(|key| part.word(key)),
    };
    match words {
        Some(words) => Ok(words.to_owned()),
        None => error_title(node),
    }
}

/// `unsupported` and failed messages say in `errors` why there is no content.
fn error_title(node: &Node<'_, '_>) -> Result<String, Reason> {
    let Some(errors) = node.array("errors")? else {
        return Ok(String::new());
    };
    let mut titles = errors
        .elements()
        .filter_map(|error| error.word("title").or_else(|| error.word("message")));
    Ok(titles.next().unwrap_or_default().to_owned())
}

/// What somebody chose, and where its words stand.
const REPLIES: [(&str, &[&str]); 4] = [
    ("button_reply", &["title"]),
    ("list_reply", &["title"]),
    ("nfm_reply", &["body", "name"]),
    ("call_permission_reply", &["response"]),
];

fn interactive(part: &Node<'_, '_>) -> Result<String, Reason> {
    for (key, words) in REPLIES {
        if let Some(reply) = part.object(key)?
            && let Some(words) = reply.first_text(words)?
        {
            return Ok(words.to_owned());
        }
    }
    // What a business sends has a body instead.
    let body = part.object("body")?;
    let words = body.map(|body| body.text("text").map(|text| text.map(str::to_owned)));
    Ok(words.transpose()?.flatten().unwrap_or_default())
}

fn location(part: &Node<'_, '_>) -> Result<String, Reason> {
    let named: Vec<&str> = [part.text("name")?, part.text("address")?]
        .into_iter()
        .flatten()
        .collect();
    if !named.is_empty() {
        return Ok(named.join(", "));
    }
    match (part.figure("latitude"), part.figure("longitude")) {
        (Some(latitude), Some(longitude)) => Ok(format!("{latitude}, {longitude}")),
        _ => Ok(String::new()),
    }
}

fn order(part: &Node<'_, '_>) -> Result<String, Reason> {
    if let Some(words) = part.text("text")? {
        return Ok(words.to_owned());
    }
    let products = part.array("product_items")?;
    Ok(match products.map_or(0, |list| list.elements().count()) {
        0 => String::new(),
        1 => "1 product".to_owned(),
        many => format!("{many} products"),
    })
}

fn edited(part: &Node<'_, '_>) -> Result<String, Reason> {
    match part.object("message")? {
        Some(message) => text(&message, &kind(&message)?),
        None => Ok(String::new()),
    }
}

/// The names on the cards, or a phone where a card has no name.
fn cards(node: &Node<'_, '_>) -> Result<String, Reason> {
    let Some(cards) = node.array("contacts")? else {
        return Ok(String::new());
    };
    let mut names = Vec::new();
    for card in cards.elements() {
        let card = card.an_object()?;
        let name = match card.object("name")? {
            Some(name) => name.first_text(&["formatted_name", "first_name"])?,
            None => None,
        };
        match name {
            Some(name) => names.push(name.to_owned()),
            None => names.extend(first_phone(&card)?),
        }
    }
    Ok(names.join(", "))
}

fn first_phone(card: &Node<'_, '_>) -> Result<Option<String>, Reason> {
    let Some(phones) = card.array("phones")? else {
        return Ok(None);
    };
    let mut written = phones
        .elements()
        .filter_map(|phone| phone.word("phone").or_else(|| phone.word("wa_id")));
    Ok(written.next().map(str::to_owned))
}

/// The phone that the sender of a `contacts` message attests as their own, by
/// answering a request for it (`origin` `contact_request`, on the message or
/// on the card). Any other card may be anyone's number and is no evidence.
pub(super) fn attested(node: &Node<'_, '_>, channel: &Channel) -> Option<PhoneKey> {
    let mut own = None;
    for_each_asked(node, |phone, _| {
        if own.is_none() {
            own = person::phone(phone, CARD_PHONE, channel, None)
                .ok()
                .flatten();
        }
    });
    own
}

/// Adds a message, and beside it as an item each what its card attests and
/// cannot be read: the message arrives all the same.
pub(super) fn put(node: &Node<'_, '_>, message: Outcome, items: &mut Items) {
    let is_read = message.is_ok();
    items.put(node, message);
    if is_read && node.word("type") == Some("contacts") {
        for_each_asked(node, |phone, fault| {
            let read = || person::phone(phone, CARD_PHONE, &Channel::default(), None).err();
            if let Some(reason) = fault.or_else(read) {
                items.put(phone, Err(reason));
            }
        });
    }
}

/// Goes through the phones of the cards that answer a request, each with why
/// there can be none in it.
fn for_each_asked(node: &Node<'_, '_>, mut each: impl FnMut(&Node<'_, '_>, Option<Reason>)) {
    let all = node.word("origin") == Some(REQUESTED);
    let Some(cards) = node.get("contacts") else {
        return;
    };
    for card in cards.elements() {
        if !all && card.word("origin") != Some(REQUESTED) {
            continue;
        }
        let Some(phones) = card.get("phones") else {
            continue;
        };
        match phones.an_array() {
            Ok(phones) => phones
                .elements()
                .for_each(|phone| each(&phone, phone.an_object().err())),
            Err(reason) => each(&phones, Some(reason)),
        }
    }
}

const REQUESTED: &str = "contact_request";
/// Where a card has a phone.
const CARD_PHONE: &[&str] = &["wa_id", "phone"];
