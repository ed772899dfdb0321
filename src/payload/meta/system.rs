//! System messages: the platform says that a person's identifiers changed.
//!
//! Only `system.*` is trusted, and `messages[].from` as the old phone of a
//! number change, if it differs from the new one. `system.body` is prose and
//! is never read for identifiers, nor is a message-level `from_user_id`: the
//! sources contradict each other on whether that is the old id or the new.

use super::super::items::{self, Outcome};
use super::super::key;
use super::super::node::{Node, Reason};
use super::super::person::{self, CURRENT, PREVIOUS, PREVIOUS_OF_NEW};
use crate::domain::fact::{ChangeClaim, ChangeType, Channel, Seen, Side, Surface, What};
use crate::domain::identifier::{Bsuid, PhoneKey};
use std::sync::Arc;

/// The words for a re-registration, old and new.
const REGISTERED_AGAIN: &[&str] = &["customer_identity_changed", "user_identity_changed"];

/// Reads one system message. `complete` adds the name and username that stand
/// beside the identifiers it is given.
pub(in super::super) fn read(
    node: &Node<'_, '_>,
    channel: &Arc<Channel>,
    complete: impl FnOnce(Seen) -> Result<Seen, Reason>,
) -> Outcome {
    let Some(system) = node.object("system")? else {
        return items::unrecognised("a system message without content");
    };
    let is_new = system.holds("new_user_id");
    let word = match system.text("type")? {
        Some(word) => word,
        None if is_new || system.holds("previous_user_id") => {
            ChangeType::UserChangedUserId.as_str()
        }
        None => return items::unrecognised("a system message without a type"),
    };
    let at = node.time(&["timestamp"])?;
    let key = match node.trimmed("id")? {
        Some(id) => key::change(id),
        None => key::content(Surface::System, node, &[]),
    };
    if REGISTERED_AGAIN.contains(&word) {
        // A re-registration: the person is the one we know, and was seen.
        let phone = person::phone(&system, &["wa_id"], channel, None)?;
        let own = Seen {
            phone: phone.or(person::phone(node, &["from"], channel, None)?),
            ..Seen::default()
        };
        let seen = complete(own)?;
        let what = if seen.has_key() {
            What::Sighting { founds: true }
        } else {
            What::Nothing
        };
        return items::applied(items::fact(Surface::System, channel, key, at, seen, what));
    }
    let Some(kind) = change_type(word) else {
        return items::unrecognised(format!("system message `{word}`"));
    };
    let current = person::read(&system, CURRENT, channel)?;
    if current == Seen::default() {
        return Err(system.wrong("names no current identifier"));
    }
    let previous = if is_new { PREVIOUS_OF_NEW } else { PREVIOUS };
    let previous = person::read(&system, previous, channel)?;
    let old = match &previous.phone {
        Some(named) => Some(named.clone()),
        None => old_phone(node, &system, kind, channel, current.bsuid.as_ref())?,
    };
    let claim = ChangeClaim {
        kind,
        previous: Side {
            phone: old.filter(|old| current.phone.as_ref() != Some(old)),
            ..side(&previous)
        },
        current: side(&current),
    };
    let seen = labels(complete(current).unwrap_or_default());
    let what = What::Change(claim);
    items::applied(items::fact(Surface::System, channel, key, at, seen, what))
}

/// The identifiers of one side of a change.
pub(in super::super) fn side(seen: &Seen) -> Side {
    Side {
        bsuid: seen.bsuid.clone(),
        parent: seen.parent.clone(),
        phone: seen.phone.clone(),
    }
}

/// The identifiers of a change stand in its claim, and nowhere else: as a
/// sighting they would say that somebody was seen.
pub(in super::super) fn labels(seen: Seen) -> Seen {
    Seen {
        username: seen.username,
        name: seen.name,
        ..Seen::default()
    }
}

fn change_type(word: &str) -> Option<ChangeType> {
    [
        ChangeType::UserChangedUserId,
        ChangeType::UserChangedNumber,
        ChangeType::CustomerChangedNumber,
    ]
    .into_iter()
    .find(|kind| kind.as_str() == word)
}

/// The phone that a change leaves behind: the sender's, but where API v11 and
/// older name the `customer`. A change of the BSUID alone names none.
fn old_phone(
    node: &Node<'_, '_>,
    system: &Node<'_, '_>,
    kind: ChangeType,
    channel: &Arc<Channel>,
    beside: Option<&Bsuid>,
) -> Result<Option<PhoneKey>, Reason> {
    let from = || person::phone(node, &["from"], channel, beside);
    let customer = || person::phone(system, &["customer"], channel, beside);
    match kind {
        ChangeType::UserChangedNumber => from()?.map_or_else(customer, |phone| Ok(Some(phone))),
        ChangeType::CustomerChangedNumber => customer()?.map_or_else(from, |phone| Ok(Some(phone))),
        _ => Ok(None),
    }
}
