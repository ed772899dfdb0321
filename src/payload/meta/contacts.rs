//! `contacts[]` of a value, and which of them a message belongs to.
//!
//! By BSUID, else by phone (else by its other form), else by a parent BSUID where the item names no
//! more, else by being the only one; never by position, as a delivery holds
//! contacts and messages in any order and number. A contact that cannot be read
//! stands in the way only of the items that are its own. A contact that no item
//! is of names somebody all the same, and is an item itself, but for the copy
//! of another's; but not beside an item that cannot be read, whose it may be.

use super::super::items::{self, Items, Outcome};
use super::super::key;
use super::super::node::{Node, Reason};
use super::super::person::{self, PLAIN, Phones};
use crate::domain::fact::{Channel, Seen, Surface, What};
use crate::domain::identifier::{Bsuid, PhoneField, PhoneKey, is_group_id};
use crate::domain::time::Timestamp;
use compact_str::CompactString;
use smallvec::SmallVec;
use std::cell::Cell;
use std::ops::Deref;
use std::sync::Arc;

/// The contacts of one value.
#[derive(Debug, Default)]
pub(super) struct Contacts {
    list: SmallVec<[Contact; 1]>,
    /// `contacts` is no array.
    fault: Option<Reason>,
}

#[derive(Debug)]
struct Contact {
    seen: Seen,
    /// The reply to a sending names its addressee by `input`.
    addressed: bool,
    /// The group that it stands for, to which a message was sent.
    group: Option<CompactString>,
    /// What of it cannot be read; `seen` has only the keys then.
    fault: Option<Reason>,
    /// Some item was its own.
    claimed: Cell<bool>,
}

impl Contacts {
    /// Reads `contacts[]` of a value, if there are any.
    pub(super) fn read(value: &Node<'_, '_>, channel: &Arc<Channel>) -> Self {
        match value.array("contacts") {
            Err(fault) => Self {
                list: SmallVec::new(),
                fault: Some(fault),
            },
            Ok(None) => Self::default(),
            Ok(Some(list)) => Self {
                list: list
                    .elements()
                    .map(|node| Contact::read(&node, channel))
                    .collect(),
                fault: None,
            },
        }
    }

    /// Whether this is the reply to a sending: its message is the business's.
    pub(super) fn are_addressed(&self) -> bool {
        self.list.iter().any(|contact| contact.addressed)
    }

    /// The group that the message of this reply was sent to.
    pub(super) fn group(&self) -> Option<&str> {
        self.list
            .iter()
            .find_map(|contact| contact.group.as_deref())
    }

    /// The person of an item whose own fields say `own`, with what the
    /// matching contact knows. `wa_id` is the person's phone; another one of
    /// the item is its second.
    pub(super) fn complete(&self, own: Seen) -> Result<Seen, Reason> {
        let lone = match &self.list[..] {
            [one] if !own.has_key() => Some(one),
            _ => None,
        };
        self.join(own, lone)
    }

    /// The same, but a contact is never taken for being the only one: for
    /// system messages, and for items of which one value holds several people.
    pub(super) fn complete_by_id(&self, own: Seen) -> Result<Seen, Reason> {
        self.join(own, None)
    }

    fn join(&self, own: Seen, lone: Option<&Contact>) -> Result<Seen, Reason> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        let Some(contact) = self.matching(&own).or(lone) else {
            // The contact of this item may be one that hides its keys.
            let mut hidden = self.list.iter().filter(|contact| !contact.seen.has_key());
            let fault = hidden.find_map(|contact| contact.fault.as_ref());
            return fault.map_or(Ok(own), |fault| Err(fault.clone()));
        };
        contact.claimed.set(true);
        match &contact.fault {
            Some(fault) => Err(fault.clone()),
            None => Ok(person::join(own, &contact.seen, Phones::BesideFirst)),
        }
    }

    /// Adds those that name somebody whom no item was of, seen at the time of
    /// what stands beside them.
    pub(super) fn unclaimed(
        &self,
        value: &Node<'_, '_>,
        channel: &Arc<Channel>,
        at: &impl Deref<Target = Option<Timestamp>>,
        items: &mut Items,
    ) {
        let Some(list) = value.get("contacts") else {
            return;
        };
        for (node, contact) in list.elements().zip(&self.list) {
            if contact.claimed.get() || !contact.seen.has_key() || self.is_copy(contact) {
                continue;
            }
            let outcome = match &contact.fault {
                Some(fault) => Err(fault.clone()),
                None => sighting(&node, contact.seen.clone(), channel, **at),
            };
            items.put(&node, outcome);
        }
    }

    /// Whether it says again what the contact of some item says: some
    /// deliveries have a contact for each message, be it of one person.
    fn is_copy(&self, contact: &Contact) -> bool {
        let mut claimed = self.list.iter().filter(|other| other.claimed.get());
        contact.fault.is_none() && claimed.any(|other| other.seen == contact.seen)
    }

    fn matching(&self, own: &Seen) -> Option<&Contact> {
        let by_bsuid = own.bsuid.as_ref().and_then(|bsuid| {
            let same = |contact: &&Contact| contact.seen.bsuid.as_ref() == Some(bsuid);
            self.list.iter().find(same)
        });
        let by_phone = || {
            let phone = own.phone.as_ref()?;
            // A contact of another BSUID is another person's, whatever its phone.
            let same = |contact: &&Contact| {
                contact.seen.phone.as_ref() == Some(phone)
                    && (own.bsuid.is_none() || contact.seen.bsuid.is_none())
            };
            self.list.iter().find(same)
        };
        let by_other_form = || {
            let same = |contact: &&Contact| {
                person::are_forms_of_one(own, &contact.seen)
                    && (own.bsuid.is_none() || contact.seen.bsuid.is_none())
            };
            self.list.iter().find(same)
        };
        let by_parent = || {
            let parent = own.parent.as_ref().filter(|_| !own.has_key())?;
            let same = |contact: &&Contact| contact.seen.parent.as_ref() == Some(parent);
            self.list.iter().find(same)
        };
        by_bsuid
            .or_else(by_phone)
            .or_else(by_other_form)
            .or_else(by_parent)
    }
}

/// Somebody was seen: all that a contact by itself says.
fn sighting(
    node: &Node<'_, '_>,
    seen: Seen,
    channel: &Arc<Channel>,
    at: Option<Timestamp>,
) -> Outcome {
    let moment = at.map(|at| at.0.to_string()).unwrap_or_default();
    let key = key::content(Surface::Message, node, &[&moment]);
    let what = What::Sighting { founds: true };
    items::applied(items::fact(Surface::Message, channel, key, at, seen, what))
}

/// What a contact of the list can hold, or one who asks to join a group, and
/// nothing else does.
const OF_A_CONTACT: &[&str] = &[
    "country_code",
    "creation_timestamp",
    "identity_key_hash",
    "input",
    "join_request_id",
    "parent_user_id",
    "profile",
    "user_id",
    "username",
    "wa_id",
];

/// Whether an object is one contact, cut out of the list.
pub(super) fn is_one(node: &Node<'_, '_>) -> bool {
    let mut fields = node.part().fields();
    (node.word("wa_id").is_some() || node.word("user_id").is_some())
        && fields.all(|(key, _)| OF_A_CONTACT.contains(&key))
}

/// Reads a contact that was cut out of its list.
pub(super) fn alone(node: &Node<'_, '_>) -> Outcome {
    let channel = Arc::default();
    let seen = person::known(contact(node, &channel)?, node)?;
    sighting(node, seen, &channel, node.time(&["creation_timestamp"])?)
}

impl Contact {
    fn read(node: &Node<'_, '_>, channel: &Arc<Channel>) -> Self {
        let addressed = node.holds("input");
        let group = node.word("input").filter(|id| addressed && is_group_id(id));
        let group = group.map(|id| id.trim().into());
        match contact(node, channel) {
            Ok(seen) => Self {
                seen,
                addressed,
                group,
                fault: None,
                claimed: Cell::default(),
            },
            Err(fault) => Self {
                seen: Seen {
                    bsuid: node.word("user_id").and_then(Bsuid::parse),
                    phone: node.word("wa_id").and_then(PhoneKey::parse),
                    ..Seen::default()
                },
                addressed,
                group,
                fault: Some(fault),
                claimed: Cell::default(),
            },
        }
    }
}

fn contact(node: &Node<'_, '_>, channel: &Arc<Channel>) -> Result<Seen, Reason> {
    let node = node.an_object()?;
    let mut seen = person::read(&node, PLAIN, channel)?;
    if let PhoneField::Phone(dialled) =
        person::phone_field_beside(&node, "input", seen.bsuid.as_ref())?
        && seen.phone.as_ref() != Some(&dialled)
    {
        seen.second_phone = Some(dialled);
    }
    if let Some(profile) = node.object("profile")? {
        seen.name = profile.text("name")?.map(Into::into);
        if let Some(username) = person::username(&profile)? {
            seen.username = Some(username);
        }
    }
    Ok(seen)
}
