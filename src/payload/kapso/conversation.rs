//! `conversation`: the thread of one person with one business number. Its
//! events, fragments and list elements are sightings; beside a message it is
//! what else is known of the message's person.

use super::super::items::{self, Outcome};
use super::super::node::{Node, Reason};
use super::super::person::{self, KAPSO, Phones};
use super::super::{items::applied, key};
use super::{Around, channel, contact};
use crate::domain::fact::{Channel, Seen, Surface, What};
use compact_str::CompactString;

/// Whether an object is a conversation, by the event's name or, in a list, by itself.
pub(super) fn is(node: &Node<'_, '_>, around: Around<'_>) -> bool {
    let named = around.event;
    let is_named = named.is_some_and(|event| event.starts_with("whatsapp.conversation."));
    (node.has("phone_number") || node.has("business_scoped_user_id"))
        && (is_named || node.has("last_active_at") || node.has("status"))
}

/// Reads a conversation event, fragment or list element.
pub(super) fn read(
    node: &Node<'_, '_>,
    conversation: &Node<'_, '_>,
    around: Around<'_>,
) -> Outcome {
    let conversation = conversation.an_object()?;
    let channel = channel(node, &[&conversation], around)?;
    let mut seen = person::known(whose(&conversation, &channel)?, &conversation)?;
    if let Some(contact) = node.object("contact")? {
        // It names nobody, or it would be the item.
        seen = person::join(seen, &contact::whose(&contact, &channel)?, Phones::OwnFirst);
    }
    let at = conversation.time(&["updated_at", "last_active_at", "created_at"])?;
    let surface = Surface::KapsoConversation;
    let key = key::content(surface, &conversation, &[]);
    let what = What::Sighting { founds: true };
    applied(items::fact(surface, &channel, key, at, seen, what))
}

/// The person of a conversation.
pub(super) fn whose(conversation: &Node<'_, '_>, channel: &Channel) -> Result<Seen, Reason> {
    let mut seen = person::read(conversation, KAPSO, channel)?;
    seen.name = name(conversation)?;
    match conversation.object("contact")? {
        Some(contact) => {
            let beside = contact::whose(&contact, channel)?;
            Ok(person::join(seen, &beside, Phones::OwnFirst))
        }
        None => Ok(seen),
    }
}

/// `contact_name` stands in the object itself or in its `kapso` part.
pub(super) fn name(node: &Node<'_, '_>) -> Result<Option<CompactString>, Reason> {
    let inner = match node.object("kapso")? {
        Some(kapso) => kapso.text("contact_name")?,
        None => None,
    };
    let name = match inner {
        Some(name) => Some(name),
        None => node.text("contact_name")?,
    };
    Ok(name.map(Into::into))
}
