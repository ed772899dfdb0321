//! `group_*_update`: only who joined and who left says anything of a person.
//!
//! Each participant is an item. One whom the business removed may be named
//! only by what it typed, a phone, a BSUID or a parent, and is nobody new: a
//! removal founds no contact. Everything else about groups is applied with nobody in
//! it.

use super::super::items::{self, Items, Outcome};
use super::super::person::{self, PLAIN};
use super::super::{key, node::Node};
use super::Scene;
use crate::domain::fact::{Seen, Surface, What};

/// Lists of participants, and whether one in it may found a contact.
const PARTICIPANTS: &[(&str, bool)] = &[
    ("added_participants", true),
    ("removed_participants", false),
    ("failed_participants", false),
];

/// Reads one element of `groups[]`.
pub(super) fn read(group: &Node<'_, '_>, scene: &Scene, items: &mut Items) {
    let before = items.len();
    for (list, founds) in PARTICIPANTS {
        if let Some(list) = group.get(list) {
            items.each(&list, |node| participant(node, group, *founds, scene));
        }
    }
    if items.len() > before {
        return;
    }
    // A request to join names its one person in the group itself.
    let outcome = if group.holds("wa_id") || group.holds("user_id") {
        participant(group, group, true, scene)
    } else {
        nobody(group, scene)
    };
    items.put(group, outcome);
}

/// Reads one participant of a group.
pub(super) fn participant(
    node: &Node<'_, '_>,
    group: &Node<'_, '_>,
    founds: bool,
    scene: &Scene,
) -> Outcome {
    let channel = scene.channel()?;
    let seen = scene
        .contacts
        .complete_by_id(person::read(node, PLAIN, channel)?)?;
    let seen = if founds || seen.parent.is_none() {
        person::known(seen, node)?
    } else {
        seen
    };
    let at = group.time(&["timestamp"])?;
    // One participant reads alike in every group and at every time.
    let more = [
        group.word("group_id").unwrap_or_default(),
        group.word("type").unwrap_or_default(),
        &group.figure("timestamp").unwrap_or_default(),
    ];
    let key = key::content(Surface::Group, node, &more);
    let what = What::Sighting { founds };
    items::applied(items::fact(Surface::Group, channel, key, at, seen, what))
}

fn nobody(group: &Node<'_, '_>, scene: &Scene) -> Outcome {
    let at = group.time(&["timestamp"])?;
    let key = key::content(Surface::Group, group, &[]);
    let channel = scene.channel()?;
    let seen = Seen::default();
    items::applied(items::fact(
        Surface::Group,
        channel,
        key,
        at,
        seen,
        What::Nothing,
    ))
}
