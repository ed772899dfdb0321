//! `statuses[]`: what became of a message that the business sent.
//!
//! A delivered or read status of a message sent to a phone is often the first
//! sign that this phone and this BSUID are one person. In a group, the
//! recipient is the group and the person is the participant. A `failed`
//! status reached nobody; that it founds no contact is the resolver's rule.

use super::super::items::{self, Outcome};
use super::super::key;
use super::super::node::{Node, Reason};
use super::super::person::{self, PARTICIPANT, Phones, RECIPIENT};
use super::Scene;
use crate::domain::fact::{Channel, Seen, Surface, What};
use compact_str::CompactString;
use std::sync::Arc;

/// Reads one status, of a message or of a call.
pub(super) fn read(node: &Node<'_, '_>, scene: &Scene) -> Outcome {
    let surface = match node.word("type") {
        Some("call") => Surface::Call,
        _ => Surface::Status,
    };
    let complete = |own| scene.contacts.complete(own);
    read_as(node, surface, scene.channel()?, None, complete)
}

/// Reads one status of any source. `message` is the message's id where the
/// status itself has none; `complete` adds what stands beside it.
pub(in super::super) fn read_as(
    node: &Node<'_, '_>,
    surface: Surface,
    channel: &Arc<Channel>,
    message: Option<&str>,
    complete: impl FnOnce(Seen) -> Result<Seen, Reason>,
) -> Outcome {
    let in_group = is_of_group(node);
    let fields = if in_group { PARTICIPANT } else { RECIPIENT };
    let mut own = person::read(node, fields, channel)?;
    // The on-premises API told it of the message.
    if !in_group
        && !own.has_key()
        && let Some(Ok(part)) = node.get("message").map(Node::an_object)
    {
        own = person::join(
            own,
            &person::read(&part, fields, channel)?,
            Phones::OwnFirst,
        );
    }
    let at = node.time(&["timestamp"])?;
    let status = node
        .text("status")?
        .map(|word| CompactString::from(word.to_lowercase()));
    let participant = in_group.then(|| own.clone());
    let seen = complete(own)?;
    let id = node.trimmed("id")?.or(message);
    let (Some(id), Some(status)) = (id, status) else {
        return Err(node.wrong("names no message or no status"));
    };
    let key = key::status(
        id,
        &status,
        key::person(&Seen::default(), &participant.unwrap_or_default()),
    );
    let what = What::Status {
        id: id.to_owned(),
        status,
    };
    items::applied(items::fact(surface, channel, key, at, seen, what))
}

fn is_of_group(node: &Node<'_, '_>) -> bool {
    node.word("recipient_type")
        .is_some_and(|word| word.eq_ignore_ascii_case("group"))
        || node.holds("recipient_participant_id")
        || node.holds("recipient_participant_user_id")
}
