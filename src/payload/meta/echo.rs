//! `smb_message_echoes` and `message_echoes`: what the business wrote in its
//! own app, seen from the other side.
//!
//! The person is the receiver. When the receiver is the business (a customer
//! withdrew or edited a message), the person is the sender after all. An echo of
//! `standby` has the words that it was sent with in `message`.

use super::super::items::{self, Outcome};
use super::super::person::{self, SENT};
use super::super::{body, node::Node};
use super::{Scene, message};
use crate::domain::fact::{Direction, Seen, Surface, What};

/// Reads one echo.
pub(super) fn read(node: &Node<'_, '_>, scene: &Scene) -> Outcome {
    if let Some(sent) = node.object("message")? {
        return read_sent(node, &sent, scene);
    }
    let channel = scene.channel()?;
    let kind = body::kind(node)?;
    let inbound = person::is_business(node, "to", channel)
        || !node.holds("to") && !node.holds("to_user_id") && node.holds("from_user_id");
    let direction = if inbound {
        Direction::Inbound
    } else {
        Direction::Outbound
    };
    let seen = message::whose(node, direction, scene)?;
    let surface = Surface::MessageEcho;
    let group = scene.contacts.group();
    items::applied(message::fact(
        node, surface, channel, seen, direction, kind, group,
    )?)
}

/// Reads an echo with the message as the business sent it.
fn read_sent(node: &Node<'_, '_>, sent: &Node<'_, '_>, scene: &Scene) -> Outcome {
    let channel = scene.channel()?;
    let kind = body::kind(sent)?;
    let text = body::text(sent, &kind)?;
    let group = message::group(sent)?.or(scene.contacts.group());
    let seen = match group {
        Some(_) => Seen::default(),
        None => scene
            .contacts
            .complete(person::read(sent, SENT, channel)?)?,
    };
    let (surface, direction) = (Surface::MessageEcho, Direction::Outbound);
    let mut fact = message::fact(node, surface, channel, seen, direction, kind, group)?;
    if let What::Message(message) = &mut fact.what {
        message.text = text;
    }
    items::applied(fact)
}
