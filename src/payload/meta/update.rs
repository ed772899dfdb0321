//! `user_id_update`: the webhook of March to August 2026 that told a new
//! BSUID, still forwarded by others.
//!
//! Its list stands in the value, or the value is itself one update. It has no
//! message id. `wa_id` is the phone *now*: a current identifier.

use super::super::items::{self, Outcome};
use super::super::key;
use super::super::node::{Node, Reason};
use super::super::person;
use super::Scene;
use super::system::labels;
use crate::domain::fact::{ChangeClaim, ChangeType, Seen, Side, Surface, What};
use crate::domain::identifier::{Bsuid, ParentBsuid};

/// Whether a value is itself an update, without the list.
pub(super) fn is_direct(value: &Node<'_, '_>) -> bool {
    ["user_id", "parent_user_id"].iter().any(|field| {
        let pair = value.get(field);
        pair.is_some_and(|pair| pair.holds("current") || pair.holds("previous"))
    })
}

/// Reads one update.
pub(super) fn read(node: &Node<'_, '_>, scene: &Scene) -> Outcome {
    let channel = scene.channel()?;
    let (previous_bsuid, bsuid) = pair(node, "user_id")?;
    let (previous_parent, parent) = pair(node, "parent_user_id")?;
    let own = bsuid.and_then(Bsuid::parse);
    let phone = person::phone(node, &["wa_id"], channel, own.as_ref())?;
    let at = node.time(&["timestamp"])?;
    if bsuid.is_none() && parent.is_none() {
        return Err(node.wrong("names no current identifier"));
    }
    let key = key::user_id_update([
        channel.phone_number_id.as_deref().unwrap_or_default(),
        previous_bsuid.or(previous_parent).unwrap_or_default(),
        bsuid.or(parent).unwrap_or_default(),
        &node.figure("timestamp").unwrap_or_default(),
    ]);
    let claim = ChangeClaim {
        kind: ChangeType::UserIdUpdate,
        previous: Side {
            bsuid: previous_bsuid.and_then(Bsuid::parse),
            parent: previous_parent.and_then(ParentBsuid::parse),
            phone: None,
        },
        current: Side {
            bsuid: own,
            parent: parent.and_then(ParentBsuid::parse),
            phone,
        },
    };
    let current = Seen {
        bsuid: claim.current.bsuid.clone(),
        phone: claim.current.phone.clone(),
        ..Seen::default()
    };
    let seen = labels(scene.contacts.complete_by_id(current).unwrap_or_default());
    let what = What::Change(claim);
    items::applied(items::fact(
        Surface::UserIdUpdate,
        channel,
        key,
        at,
        seen,
        what,
    ))
}

/// Previous and current of a pair.
fn pair<'v>(
    node: &Node<'v, '_>,
    field: &str,
) -> Result<(Option<&'v str>, Option<&'v str>), Reason> {
    match node.object(field)? {
        Some(pair) => Ok((pair.text("previous")?, pair.text("current")?)),
        None => Ok((None, None)),
    }
}
