//! `smb_app_state_sync`: the address book of the business's app.
//!
//! The name in it is the one the business chose, and goes before any other.
//! Identity is told as of the sync: dated by arrival. A removal founds no
//! contact, and takes no name back: it says nothing of what the person is called.

use super::super::items::{self, Outcome};
use super::super::person::{self, PLAIN};
use super::super::{key, node::Node};
use super::Scene;
use crate::domain::fact::{Fact, Surface, What};

/// Reads one entry of the address book.
pub(super) fn read(node: &Node<'_, '_>, scene: &Scene) -> Outcome {
    let channel = scene.channel()?;
    let Some(contact) = node.object("contact")? else {
        let kind = node.word("type").unwrap_or("unknown");
        return items::unrecognised(format!("state sync of type `{kind}`"));
    };
    let founds = node.text("action")? != Some("remove");
    let mut seen = person::known(person::read(&contact, PLAIN, channel)?, &contact)?;
    if founds {
        let name = contact.first_text(&["full_name", "first_name"])?;
        seen.book_name = name.map(Into::into);
    }
    let at = match node.object("metadata")? {
        Some(metadata) => metadata.time(&["timestamp"])?,
        None => node.time(&["timestamp"])?,
    };
    let key = key::content(Surface::StateSync, node, &[]);
    let what = What::Sighting { founds };
    items::applied(Fact {
        seen_on_arrival: true,
        ..items::fact(Surface::StateSync, channel, key, at, seen, what)
    })
}
