//! `calls`: who rang whom. A call is a sighting, not a message; its statuses
//! are read with all statuses.

use super::super::items::{self, Outcome};
use super::super::person::{self, FROM, TO};
use super::super::{key, node::Node};
use super::Scene;
use crate::domain::fact::{Channel, Surface, What};

/// Reads one call event.
pub(super) fn read(node: &Node<'_, '_>, scene: &Scene) -> Outcome {
    let channel = scene.channel()?;
    let fields = if is_by_business(node, channel) {
        TO
    } else {
        FROM
    };
    let own = person::read(node, fields, channel)?;
    let seen = scene.contacts.complete(own.clone())?;
    let seen = person::known(seen, node)?;
    let key = key::content(Surface::Call, node, &[key::person(&own, &seen)]);
    let at = node.time(&["timestamp"])?;
    let what = What::Sighting { founds: true };
    items::applied(items::fact(Surface::Call, channel, key, at, seen, what))
}

fn is_by_business(node: &Node<'_, '_>, channel: &Channel) -> bool {
    person::is_business(node, "from", channel)
        || match node.word("direction") {
            Some("BUSINESS_INITIATED") => true,
            Some("USER_INITIATED") => false,
            _ => node.holds("to_user_id"),
        }
}
