//! `user_preferences`: a person stopped, resumed or signed up for marketing.
//! What they prefer is not kept; that they were there is.

use super::super::items::{self, Outcome};
use super::super::person::{self, PLAIN};
use super::super::{key, node::Node};
use super::Scene;
use crate::domain::fact::{Surface, What};

/// Reads one preference.
pub(super) fn read(node: &Node<'_, '_>, scene: &Scene) -> Outcome {
    let channel = scene.channel()?;
    let own = person::read(node, PLAIN, channel)?;
    let seen = scene.contacts.complete(own.clone())?;
    let seen = person::known(seen, node)?;
    let key = key::content(Surface::UserPreferences, node, &[key::person(&own, &seen)]);
    let at = node.time(&["timestamp"])?;
    let what = What::Sighting { founds: true };
    items::applied(items::fact(
        Surface::UserPreferences,
        channel,
        key,
        at,
        seen,
        what,
    ))
}
