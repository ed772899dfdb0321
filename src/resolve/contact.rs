//! What is known of a contact beside its links: names, usernames, parent
//! BSUIDs and when it was last seen. Labels and hints: they choose and found
//! nothing, so no rule of `matching` asks them, but for the names of a number
//! that looks recycled.

use super::entry::{Founding, Ident, Name, Sight};
use super::homes::Homes;
use super::timeline::make_room;
use crate::domain::ids::{ContactId, EventId};
use crate::domain::time::Timestamp;
use smallvec::SmallVec;
use std::sync::Arc;

/// A username as one contact showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Which.
    pub ident: Ident,
    /// First seen in this stretch.
    pub since: Timestamp,
    /// Last seen in this stretch.
    pub last: Timestamp,
}

/// What is known of a contact.
#[derive(Debug, Clone)]
pub struct Contact {
    /// What founded it.
    pub founding: Founding,
    /// BSUIDs and phones that it holds or held, in order.
    pub keys: SmallVec<[Ident; 2]>,
    /// The time of the last sighting.
    pub last_seen: Option<Timestamp>,
    /// Every name it was seen with.
    pub names: SmallVec<[Arc<Name>; 2]>,
    /// The latest profile name.
    pub profile: Option<(Timestamp, Arc<Name>)>,
    /// The latest address-book name.
    pub book: Option<(Timestamp, Arc<Name>)>,
    /// Username history by time.
    pub usernames: Vec<Shown>,
    /// Parent BSUIDs: from, until, state, and the change they came through.
    pub parents: Vec<Parent>,
}

/// A parent BSUID on a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parent {
    /// Which.
    pub ident: Ident,
    /// First seen.
    pub since: Timestamp,
    /// Replaced by a change.
    pub until: Option<Timestamp>,
    /// The change through which it was first seen, while that is pending.
    pub through: Option<EventId>,
    /// The event that showed it first on this contact, in order of arrival.
    pub event: EventId,
}

impl Contact {
    /// Before anything is known of it.
    pub(super) fn new(founding: Founding) -> Self {
        Self {
            founding,
            keys: SmallVec::new(),
            last_seen: None,
            names: SmallVec::new(),
            profile: None,
            book: None,
            usernames: Vec::new(),
            parents: Vec::new(),
        }
    }
}

impl Homes {
    /// Takes the labels of a sighting in.
    pub(super) fn touch(&mut self, home: ContactId, s: &Sight, through: Option<EventId>) {
        let Some(known) = self.contacts.get_mut(&home) else {
            return;
        };
        known.last_seen = known.last_seen.max(Some(s.at));
        let new = known.label(s.name.as_ref(), s.username, s.at);
        let new_parent = s.parent.is_some_and(|parent| {
            show_parent(&mut known.parents, parent, (s.event, s.at), through)
        });
        if new || new_parent {
            self.mark_contact(home);
        }
        if new_parent {
            self.mark_parents(home);
        }
    }
}

impl Contact {
    /// Takes a name and a username in, as they were shown at a time; says whether
    /// that told anything.
    pub(super) fn label(
        &mut self,
        name: Option<&Arc<Name>>,
        username: Option<Ident>,
        at: Timestamp,
    ) -> bool {
        let mut new = false;
        if let Some(name) = name {
            let slot = if name.book {
                &mut self.book
            } else {
                &mut self.profile
            };
            if slot.as_ref().is_none_or(|(then, _)| *then <= at) {
                new |= slot.as_ref().is_none_or(|(_, old)| !same_name(old, name));
                *slot = Some((at, Arc::clone(name)));
            }
            if !self.names.iter().any(|n| same_name(n, name)) {
                self.names.push(Arc::clone(name));
                new = true;
            }
        }
        if let Some(username) = username {
            new |= show_username(&mut self.usernames, username, at);
        }
        new
    }
}

/// Most are one and the same in memory.
fn same_name(a: &Arc<Name>, b: &Arc<Name>) -> bool {
    Arc::ptr_eq(a, b) || a.raw == b.raw
}

/// Puts a parent BSUID to those of a contact; says whether that told anything.
pub(super) fn show_parent(
    parents: &mut Vec<Parent>,
    ident: Ident,
    (event, at): (EventId, Timestamp),
    through: Option<EventId>,
) -> bool {
    if let Some(known) = parents.iter_mut().find(|p| p.ident == ident) {
        let earlier = at < known.since;
        known.since = known.since.min(at);
        return earlier;
    }
    parents.push(Parent {
        ident,
        since: at,
        until: None,
        through,
        event,
    });
    true
}

/// Puts a username into a contact's history: stretches of one name each. One
/// seen inside another's stretch parts it in two.
fn show_username(history: &mut Vec<Shown>, ident: Ident, at: Timestamp) -> bool {
    let place = history.iter().rposition(|u| u.since <= at);
    let mut rest = None;
    if let Some(now) = place.and_then(|i| history.get_mut(i)) {
        if now.ident == ident {
            now.last = now.last.max(at);
            return false;
        }
        if now.last > at {
            rest = Some(Shown {
                since: at.plus(1),
                ..now.clone()
            });
        }
    }
    let next = place.map_or(0, |i| i + 1);
    if rest.is_none()
        && let Some(later) = history.get_mut(next)
        && later.ident == ident
    {
        later.since = at;
        return true;
    }
    let shown = Shown {
        ident,
        since: at,
        last: at,
    };
    make_room(history);
    history.splice(next..next, std::iter::once(shown).chain(rest));
    true
}
