//! `smb_message_echoes` and `message_echoes`: what the business wrote in its
//! own app, seen from the other side.
//!
//! The person is the receiver. When the receiver is the business (a customer
//! withdrew or edited a message), the person is the sender after all.

use super::super::items::{self, Outcome};
use super::super::{body, node::Node, person};
use super::{Scene, message};
use crate::domain::fact::{Direction, Surface};

/// Reads one echo.
pub(super) fn read(node: &Node<'_, '_>, scene: &Scene) -> Outcome {
    let channel = scene.channel()?;
    let kind = body::kind(node)?;
    let inbound = person::is_business(node, "to", channel)
        || !node.has("to") && !node.has("to_user_id") && node.has("from_user_id");
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
