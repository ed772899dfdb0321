//! `contact`: `whatsapp.contact.identity_changed`, and the contacts of REST
//! lists.
//!
//! The new ids are in `contact`, its `wa_id` being the phone now, the old ones
//! in `previous`. With every previous id null nothing was replaced: then it is
//! a sighting, as a contact of a list is.

use super::super::items::{self, Outcome};
use super::super::key;
use super::super::meta::system::{labels, side};
use super::super::node::{Node, Reason};
use super::super::person::{self, KAPSO, Phones};
use super::{Around, channel, conversation};
use crate::domain::fact::{ChangeClaim, ChangeType, Channel, Seen, Side, Surface, What};

/// Whether an element of a list is a contact.
pub(super) fn is(node: &Node<'_, '_>) -> bool {
    (node.has("wa_id") || node.has("business_scoped_user_id"))
        && ["id", "profile_name", "display_name", "customer_id"]
            .iter()
            .any(|key| node.has(key))
}

/// Whether a contact names nobody and a conversation stands beside it, of which
/// it is no more than the label.
pub(super) fn gives_way(node: &Node<'_, '_>, contact: &Node<'_, '_>) -> bool {
    let whose = contact
        .an_object()
        .and_then(|contact| whose(&contact, &Channel::default()));
    node.has("conversation") && !node.has("previous") && whose.is_ok_and(|seen| !seen.has_key())
}

/// Reads an identity change, or a contact without one.
pub(super) fn read(node: &Node<'_, '_>, contact: &Node<'_, '_>, around: Around<'_>) -> Outcome {
    let contact = contact.an_object()?;
    let thread = node.object("conversation")?;
    let channel = match &thread {
        Some(thread) => channel(node, &[&contact, thread], around)?,
        None => channel(node, &[&contact], around)?,
    };
    let seen = person::known(whose(&contact, &channel)?, &contact)?;
    // A marketing preference is told of a contact, and has its own time.
    let preference = node.object("marketing_preference")?;
    let at = match &preference {
        Some(preference) => preference.time(&["occurred_at"])?,
        None => None,
    };
    let at = match at {
        Some(at) => Some(at),
        None => contact.time(&["updated_at"])?,
    };
    let previous = node.object("previous")?;
    let told = around.event == Some(ChangeType::IdentityChanged.as_str());
    let surface = if told || previous.is_some() {
        Surface::KapsoIdentity
    } else {
        Surface::KapsoContact
    };
    let before = match &previous {
        Some(previous) => side(&person::read(previous, KAPSO, &channel)?),
        None => Side::default(),
    };
    if before == Side::default() {
        let more = preference.map_or_else(String::new, |told| canonical(&told));
        let key = key::content(surface, &contact, &[&more]);
        let what = What::Sighting { founds: true };
        let seen = match thread {
            Some(thread) => {
                let beside = conversation::whose(&thread, &channel)?;
                person::join(seen, &beside, Phones::OwnFirst)
            }
            None => seen,
        };
        return items::applied(items::fact(surface, &channel, key, at, seen, what));
    }
    let old = previous.map_or_else(String::new, |previous| canonical(&previous));
    let key = key::content(surface, &contact, &[&old]);
    let claim = ChangeClaim {
        kind: ChangeType::IdentityChanged,
        previous: before,
        current: side(&seen),
    };
    let what = What::Change(claim);
    items::applied(items::fact(surface, &channel, key, at, labels(seen), what))
}

fn canonical(node: &Node<'_, '_>) -> String {
    let mut bytes = Vec::new();
    node.part().canonical(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The person of a contact.
pub(super) fn whose(contact: &Node<'_, '_>, channel: &Channel) -> Result<Seen, Reason> {
    let mut seen = person::read(contact, KAPSO, channel)?;
    let name = contact.first_text(&["profile_name", "display_name", "name"])?;
    seen.name = name.map(Into::into);
    Ok(seen)
}
