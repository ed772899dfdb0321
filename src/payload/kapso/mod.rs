//! Kapso's deliveries: v2 events, batches, the lists of its REST API, and the
//! old v1.
//!
//! There is no envelope, and the name of the event stands in a header that a
//! file does not have; some bodies repeat it in `event` or `type`, and
//! otherwise the shape tells. A batch's items can come again one by one, which
//! is why keys never speak of the delivery.

mod contact;
mod conversation;
mod message;
mod workflow;

use super::items::{self, Items};
use super::json::Json;
use super::meta;
use super::node::{Node, Reason};
use super::{Format, wrapped};
use crate::domain::fact::Channel;
use crate::domain::identifier::PhoneKey;
use std::sync::Arc;

/// What an event says beside its own object.
#[derive(Debug, Clone, Copy, Default)]
struct Around<'v> {
    /// The event's name.
    event: Option<&'v str>,
    /// The business number of the batch around it.
    phone_number_id: Option<&'v str>,
    /// Something is around it, which may have wrapped a delivery of Meta's.
    wrapped: bool,
    /// Whose JSON something within it is taken for.
    format: Format,
}

/// Reads an object.
pub(super) fn read(node: &Node<'_, '_>, format: Format, items: &mut Items) {
    let around = Around {
        format,
        ..Around::default()
    };
    read_event(node, around, items);
}

fn read_event<'v>(node: &Node<'v, '_>, around: Around<'v>, items: &mut Items) {
    let wrapped = around.wrapped;
    // An own `type` may be that of a message instead.
    let named = [node.word("event"), node.word("type")];
    let event = named.into_iter().flatten().find(|name| name.contains('.'));
    let around = Around {
        event: event.or(around.event),
        phone_number_id: node.word("phone_number_id").or(around.phone_number_id),
        wrapped: true,
        format: around.format,
    };
    if wrapped && meta::is_meta(node) {
        meta::read(node, items);
    } else if let Some(inner) = node.get("data") {
        match inner.part().json() {
            Json::Object(_) => return read_event(&inner, around, items),
            Json::Text(_) if wrapped::any(node, around.format, items) => return,
            _ => {}
        }
        let before = items.len();
        items.every(&inner, |items, element| read_event(element, around, items));
        if items.len() == before {
            items.put(node, items::unrecognised("an empty list"));
        }
    } else if let Some(message) = node.get("message") {
        match message.an_object() {
            Ok(message) => message::read(node, &message, around, items),
            // The words of a log's line.
            Err(_) if wrapped::any(node, around.format, items) => {}
            Err(reason) => items.put(&message, Err(reason)),
        }
    } else if let Some(contact) = node.get("contact")
        && !contact::gives_way(node, &contact)
    {
        items.put(&contact, contact::read(node, &contact, around));
    } else if let Some(conversation) = node.get("conversation") {
        items.put(
            &conversation,
            conversation::read(node, &conversation, around),
        );
    } else if let Some(step) = node.get("execution_context")
        && step.has("context")
    {
        // What a step of a workflow is called with.
        items.put(&step, workflow::read(&step, around));
    } else if workflow::is(node, around) {
        items.put(node, workflow::read(node, around));
    } else if message::is(node) {
        message::read(node, node, around, items);
    } else if conversation::is(node, around) {
        items.put(node, conversation::read(node, node, around));
    } else if contact::is(node) {
        items.put(node, contact::read(node, node, around));
    } else if !wrapped::any(node, around.format, items) {
        items.put(node, items::unrecognised(shape(around)));
    }
}

/// Whether an object can be nothing but an event of Kapso's, wherever it lies.
pub(super) fn is_certain(node: &Node<'_, '_>) -> bool {
    let is_object = |key| {
        let part = node.get(key);
        part.is_some_and(|part| matches!(part.part().json(), Json::Object(_)))
    };
    let named = [node.word("event"), node.word("type")];
    let is_named = named
        .into_iter()
        .flatten()
        .any(|name| name.starts_with("whatsapp."));
    let is_event = is_object("message") || is_object("conversation") || is_object("contact");
    is_named && (is_event || node.has("data"))
        || is_object("message") && is_object("conversation")
        || is_object("contact") && is_object("previous")
}

fn shape(around: Around<'_>) -> String {
    match around.event {
        Some(event) => format!("event `{event}`"),
        None => "an object of no known shape".to_owned(),
    }
}

/// The business number of an event: its own, that of one of its `parts`, that
/// of the batch, or of v1's configuration.
fn channel(
    node: &Node<'_, '_>,
    parts: &[&Node<'_, '_>],
    around: Around<'_>,
) -> Result<Arc<Channel>, Reason> {
    let mut channel = Channel {
        phone_number_id: node.id("phone_number_id")?,
        ..Channel::default()
    };
    for part in parts {
        if channel.phone_number_id.is_none() {
            channel.phone_number_id = part.id("phone_number_id")?;
        }
        if channel.phone_number_id.is_none()
            && let Some(own) = part.object("kapso")?
        {
            channel.phone_number_id = own.id("phone_number_id")?;
        }
    }
    if let Some(config) = node.object("whatsapp_config")? {
        if channel.phone_number_id.is_none() {
            channel.phone_number_id = config.id("phone_number_id")?;
        }
        channel.waba = match config.id("business_account_id")? {
            Some(waba) => Some(waba),
            None => config.id("whatsapp_business_account_id")?,
        };
        let own = config.first_text(&["display_phone_number", "phone_number"])?;
        channel.display_phone = own.and_then(PhoneKey::parse);
    }
    if channel.phone_number_id.is_none() {
        channel.phone_number_id = around.phone_number_id.map(Into::into);
    }
    Ok(Arc::new(channel))
}
