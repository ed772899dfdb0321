//! One identifier's links over time, and who holds it at a moment.
//!
//! The five sentences "Who holds an identifier at t?" of the design are
//! [`Timeline::at`]; nothing else in the program answers that question.

use super::entry::Ident;
use crate::domain::case::CaseKind;
use crate::domain::identifier::Kind;
use crate::domain::ids::{ContactId, DecisionId, EventId, IdentifierId, SightingId};
use crate::domain::link::LinkState;
use crate::domain::time::{DAY, Timestamp};
use smallvec::SmallVec;

/// How long a freed phone without a BSUID still belongs to its last holder:
/// messages under way at the change arrive late.
pub const COEXISTENCE: i64 = DAY;

/// A link: this contact, from then to then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Tells apart what happened to one identifier in one moment; unique within a replay.
    pub serial: u32,
    /// Whose.
    pub contact: ContactId,
    /// From (inclusive).
    pub since: Timestamp,
    /// Until (exclusive).
    pub until: Option<Timestamp>,
    /// Its state.
    pub state: LinkState,
    /// What made it.
    pub origin: Origin,
}

/// What made a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A sighting alone.
    Sighting,
    /// The change through which it was first seen.
    Change(EventId),
    /// The relink that placed it here.
    Relink(DecisionId),
}

impl Link {
    /// The change through which it was first seen.
    #[must_use]
    pub fn through(&self) -> Option<EventId> {
        match self.origin {
            Origin::Change(change) => Some(change),
            _ => None,
        }
    }

    /// The relink that placed it here.
    #[must_use]
    pub fn pinned(&self) -> Option<DecisionId> {
        match self.origin {
            Origin::Relink(decision) => Some(decision),
            _ => None,
        }
    }

    /// Whether it holds at `at`.
    #[must_use]
    pub fn covers(&self, at: Timestamp) -> bool {
        self.since <= at && self.until.is_none_or(|until| at < until)
    }

    /// Ends it; where it began later, it held no longer than that moment.
    pub fn end(&mut self, at: Timestamp) {
        self.since = self.since.min(at);
        if self.until.is_none_or(|until| until > at) {
            self.until = Some(at);
        }
        self.state = LinkState::Former;
    }
}

/// A phone that came without a BSUID, or with that of somebody who does not
/// hold it: looked at again when the phone becomes free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// When.
    pub at: Timestamp,
    /// By which event.
    pub event: EventId,
    /// With which set.
    pub sighting: SightingId,
    /// With which BSUID, and what was asked for it.
    pub with: Option<(IdentifierId, CaseKind)>,
    /// Whether a contact may be founded for it.
    pub founds: bool,
}

/// The links of one identifier, by time. There are millions, and most have one
/// link, which lies in here.
#[derive(Debug, Clone)]
pub struct Timeline {
    /// Which.
    pub ident: Ident,
    /// Ordered by `since`, then by `serial`.
    pub links: SmallVec<[Link; 1]>,
    /// For a phone: with whom it was seen.
    traces: Option<Box<Traces>>,
}

/// With whom a phone was seen. Half of the identifiers have none.
#[derive(Debug, Clone, Default)]
pub(super) struct Traces {
    /// See [`Shown`].
    pub(super) shown: Vec<Shown>,
    /// The BSUIDs it was seen with.
    pub(super) seen_with: SmallVec<[IdentifierId; 2]>,
}

impl Timeline {
    /// Nobody's yet.
    #[must_use]
    pub fn new(ident: Ident) -> Self {
        Self {
            ident,
            links: SmallVec::new(),
            traces: None,
        }
    }

    /// For a phone: see [`Shown`].
    #[must_use]
    pub fn shown(&self) -> &[Shown] {
        self.traces.as_ref().map_or(&[], |traces| &traces.shown)
    }

    /// For a phone: the BSUIDs it was seen with.
    #[must_use]
    pub fn seen_with(&self) -> &[IdentifierId] {
        self.traces.as_ref().map_or(&[], |traces| &traces.seen_with)
    }

    pub(super) fn traces(&mut self) -> &mut Traces {
        self.traces.get_or_insert_default()
    }

    /// The link that holds at `at`, as an index: since ≤ at < until; before
    /// the first link, the first one; in a gap of a phone, the later one; after
    /// a phone's last link, none; after (or between) a BSUID's, the last one.
    /// A relink counts from its time on only, never before.
    #[must_use]
    pub fn at(&self, at: Timestamp) -> Option<usize> {
        if let Some(covering) = self.links.iter().rposition(|l| l.covers(at)) {
            return Some(covering);
        }
        let later = self.links.iter().position(|l| l.since > at);
        let unpinned = |i: &usize| self.links[*i].pinned().is_none();
        if later == Some(0) {
            return later.filter(unpinned);
        }
        if self.ident.kind == Kind::Phone {
            later.filter(unpinned)
        } else {
            later.unwrap_or(self.links.len()).checked_sub(1)
        }
    }

    /// The link that holds at `at` when the event shows no BSUID: as [`Timeline::at`],
    /// but within the coexistence window a freed phone is its last holder's.
    #[must_use]
    pub fn without_bsuid(&self, at: Timestamp) -> Option<usize> {
        let covering = self.links.iter().rposition(|l| l.covers(at));
        covering
            .or_else(|| self.coexisting(at))
            .or_else(|| self.at(at))
    }

    fn coexisting(&self, at: Timestamp) -> Option<usize> {
        let ended = self
            .links
            .iter()
            .rposition(|l| l.until.is_some_and(|until| until <= at))?;
        let until = self.links[ended].until?;
        (self.ident.kind == Kind::Phone && at < until.plus(COEXISTENCE)).then_some(ended)
    }

    /// The link that a change at `at` leads on from: the one that held until
    /// then, also where this or another portfolio's change has ended it at that
    /// moment. `alone` where the change names no BSUID before.
    #[must_use]
    pub fn just_before(&self, at: Timestamp, alone: bool) -> Option<usize> {
        let began = |l: &Link| l.since < at || (l.since == at && l.pinned().is_some());
        self.links
            .iter()
            .rposition(|l| began(l) && l.until.is_none_or(|until| at <= until))
            .or_else(|| {
                if alone {
                    self.without_bsuid(at)
                } else {
                    self.at(at)
                }
            })
    }

    /// The contact that held it last before `at`, if that has ended.
    #[must_use]
    pub fn left_by(&self, at: Timestamp) -> Option<ContactId> {
        self.links
            .iter()
            .rev()
            .find(|l| l.until.is_some_and(|until| until <= at))
            .map(|l| l.contact)
    }

    /// The live link.
    #[must_use]
    pub fn live(&self) -> Option<&Link> {
        self.links.iter().find(|l| l.state.is_live())
    }

    /// Adds a link in its place; it ends where the next one begins, and one
    /// that it falls into ends where it begins.
    pub fn insert(&mut self, mut link: Link) {
        let place = self
            .links
            .iter()
            .position(|l| l.since > link.since)
            .unwrap_or(self.links.len());
        if let Some(next) = self.links.get(place) {
            link.end_before(next.since);
        }
        if let Some(before) = place.checked_sub(1).and_then(|i| self.links.get_mut(i)) {
            before.end_before(link.since);
        }
        self.links.insert(place, link);
    }

    /// Places a relink: from `since` on the identifier is the contact's, whatever stood there.
    pub fn pin(&mut self, link: Link) {
        self.links.retain(|l| l.since < link.since);
        if let Some(before) = self.links.last_mut() {
            before.end_before(link.since);
        }
        self.links.push(link);
    }
}

impl Link {
    fn end_before(&mut self, at: Timestamp) {
        if self.until.is_none_or(|until| until > at) {
            self.until = Some(at);
            self.state = LinkState::Former;
        }
    }
}

/// Makes room for one more: for just one while there are few, since there are
/// millions of these lists and most hold one or two things.
pub(super) fn make_room<T>(list: &mut Vec<T>) {
    if list.len() == list.capacity() && list.len() < 4 {
        list.reserve_exact(1);
    }
}
