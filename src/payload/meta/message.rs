//! `messages[]`: what a person wrote, and system messages among it.
//!
//! The quoted author in `context` is no sighting. A message without an id
//! cannot be kept as a message, but who it came from was seen.

use super::super::items::{self, Outcome};
use super::super::node::{Node, Reason};
use super::super::person::{self, FROM, TO};
use super::super::{body, key};
use super::{Scene, system};
use crate::domain::fact::{Channel, Direction, Fact, Message, Seen, Surface, What};
use crate::domain::identifier::is_group_id;
use compact_str::CompactString;
use std::sync::Arc;

/// Reads one message.
pub(super) fn read(node: &Node<'_, '_>, scene: &Scene) -> Outcome {
    let channel = scene.channel()?;
    let kind = body::kind(node)?;
    if kind == "system" {
        let complete = |own| scene.contacts.complete_by_id(own);
        return system::read(node, channel, complete);
    }
    let direction = if is_outbound(node, channel) || scene.contacts.are_addressed() {
        Direction::Outbound
    } else {
        Direction::Inbound
    };
    let seen = whose(node, direction, scene)?;
    let group = scene.contacts.group();
    items::applied(fact(
        node,
        Surface::Message,
        channel,
        seen,
        direction,
        kind,
        group,
    )?)
}

/// Whether a message is the business's: from its number, but not by somebody whose
/// BSUID it has and to nobody; or in the words with which one is sent.
fn is_outbound(node: &Node<'_, '_>, channel: &Channel) -> bool {
    let is_to =
        node.holds("to") && !person::is_business(node, "to", channel) || node.holds("to_user_id");
    let is_by_somebody = node.holds("from_user_id");
    if person::is_business(node, "from", channel) {
        return is_to || !is_by_somebody;
    }
    let kind = node.word("recipient_type");
    is_to && !is_by_somebody && kind.is_some_and(|kind| kind.eq_ignore_ascii_case("individual"))
}

/// Who a message is from or to. What the business writes to a group is to
/// nobody in particular.
pub(super) fn whose(
    node: &Node<'_, '_>,
    direction: Direction,
    scene: &Scene,
) -> Result<Seen, Reason> {
    let fields = match direction {
        Direction::Outbound if group(node)?.or(scene.contacts.group()).is_some() => {
            return Ok(Seen::default());
        }
        Direction::Outbound => TO,
        Direction::Inbound => FROM,
    };
    let own = person::read(node, fields, scene.channel()?)?;
    scene.contacts.complete(own)
}

/// The message that an edit or a revoke is about.
fn original<'v>(node: &Node<'v, '_>, kind: &str) -> Result<Option<&'v str>, Reason> {
    match kind {
        "edit" | "revoke" => match node.object(kind)? {
            Some(part) => part.trimmed("original_message_id"),
            None => Ok(None),
        },
        _ => Ok(None),
    }
}

/// The group that a message belongs to.
pub(super) fn group<'v>(node: &Node<'v, '_>) -> Result<Option<&'v str>, Reason> {
    if let Some(group) = node.trimmed("group_id")? {
        return Ok(Some(group));
    }
    match node.text("recipient_type")? {
        Some(word) if word.eq_ignore_ascii_case("group") => node.trimmed("to"),
        _ => Ok(node.word("to").map(str::trim).filter(|to| is_group_id(to))),
    }
}

/// The fact that a message is, once its person and direction are known. What
/// the business wrote to a group needs no person; every other message does.
/// `beside` is the group that is named beside the message.
pub(in super::super) fn fact(
    node: &Node<'_, '_>,
    surface: Surface,
    channel: &Arc<Channel>,
    mut seen: Seen,
    direction: Direction,
    kind: CompactString,
    beside: Option<&str>,
) -> Result<Fact, Reason> {
    let group = group(node)?.or(beside).map(str::to_owned);
    if kind == "contacts" && direction == Direction::Inbound {
        seen.attested = body::attested(node, channel);
    }
    if direction == Direction::Inbound || group.is_none() {
        seen = person::known(seen, node)?;
    }
    let at = node.time(&["timestamp"])?;
    let text = body::text(node, &kind)?;
    // Kapso's older words for it may stand alone.
    let id = node.first_text(&["id", "whatsapp_message_id"])?;
    let Some(id) = id.map(str::trim) else {
        let key = key::content(surface, node, &[key::person(&Seen::default(), &seen)]);
        let what = What::Sighting { founds: true };
        return Ok(items::fact(surface, channel, key, at, seen, what));
    };
    let message = Message {
        id: id.to_owned(),
        direction,
        kind,
        text,
        thread: None,
        group,
    };
    let key = match original(node, &message.kind)? {
        // What becomes of a message under its own id is not that message again.
        Some(original) if original == id => key::content(surface, node, &[]),
        _ => key::message(channel, id),
    };
    Ok(items::fact(
        surface,
        channel,
        key,
        at,
        seen,
        What::Message(message),
    ))
}
