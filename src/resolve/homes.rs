//! Layer one: which contact holds which identifier, and when.
//!
//! [`Homes`] is the state that the log and the standing decisions give, grown
//! entry by entry in order of arrival. An ingest keeps one and grows it; a
//! decision or an undo replays the connected part of the log into a new one.
//! The rules for a sighting are in `matching`, those for a change in `changes`.

pub use super::asks::Ask;
use super::cases::CaseKey;
use super::change::ChangeState;
pub use super::contact::{Contact, Parent, Shown};
use super::entry::{Change, Edge, Entry, Founder, Founding, Ident, Standing};
use super::timeline::{Link, Origin, Timeline};
use crate::domain::identifier::Kind;
use crate::domain::ids::{ContactId, DecisionId, EventId, IdMap, IdSet, IdentifierId, PortfolioId};
use crate::domain::link::LinkState;
use crate::domain::table::IdTable;
use crate::domain::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The state of layer one, for the part of the log that went in.
#[derive(Debug, Default)]
pub struct Homes {
    pub(super) timelines: IdTable<IdentifierId, Timeline>,
    pub(super) contacts: IdTable<ContactId, Contact>,
    pub(super) changes: BTreeMap<EventId, ChangeState>,
    /// Changes by each key they name as previous, and by current key.
    pub(super) by_previous: IdMap<IdentifierId, Vec<EventId>>,
    pub(super) by_current: IdMap<IdentifierId, Vec<EventId>>,
    /// Changes by the contact of their previous ids.
    pub(super) changes_of: IdMap<ContactId, Vec<EventId>>,
    /// The change that each change event is a copy of.
    pub(super) copies: IdMap<EventId, EventId>,
    pub(super) asks: BTreeMap<CaseKey, Ask>,
    /// Walls that rejects raise; those of relinks and keep-separates are fixed in the decision.
    pub(super) reject_walls: BTreeSet<(DecisionId, ContactId, ContactId)>,
    pub(super) standing: Standing,
    /// Accepted changes as they will arrive, by each key they name as previous:
    /// a fork that displaces an earlier change is known before the earlier one
    /// is read.
    pub(super) accepted_ahead: IdMap<IdentifierId, Vec<Change>>,
    merged_with: IdMap<ContactId, Vec<Edge>>,
    /// The contacts that events and decisions founded; there are millions of the
    /// first, so that the two are not one map.
    founded: IdMap<EventId, ContactId>,
    founded_by: IdMap<DecisionId, ContactId>,
    next_contact: i64,
    next_serial: u32,
    /// Identifiers that got a link, whose orphans are to be looked at again.
    pub(super) appeared: VecDeque<IdentifierId>,
    pub(super) dirty: Dirty,
}

/// What an entry touched, to be written.
#[derive(Debug, Default)]
pub struct Dirty {
    /// Identifiers whose links changed.
    pub links: IdSet<IdentifierId>,
    /// Contacts whose name, usernames or parents changed.
    pub contacts: IdSet<ContactId>,
    /// Questions whose evidence or sides changed.
    pub asks: BTreeSet<CaseKey>,
    /// Changes whose kind, sides or copies changed.
    pub changes: BTreeSet<EventId>,
    /// Parent BSUIDs that a contact has got, or whose contacts have got a BSUID.
    pub parents: BTreeSet<IdentifierId>,
}

impl Homes {
    /// Before the first entry. `known` are the contacts that earlier replays
    /// founded; `next` is the number that the next new contact gets.
    #[must_use]
    pub fn new(standing: Standing, known: &[(ContactId, Founding)], next: i64) -> Self {
        let mut homes = Self {
            next_contact: next,
            ..Self::default()
        };
        homes.extend(standing, known, Vec::new());
        homes
    }

    /// Adds decisions and contacts of another part of the log, before its
    /// entries go in. The part must not be connected with what is in already.
    pub fn extend(
        &mut self,
        standing: Standing,
        known: &[(ContactId, Founding)],
        accepted: Vec<Change>,
    ) {
        for (id, founding) in known {
            match founding.founder {
                Founder::Event(event) => self.founded.insert(event, *id),
                Founder::Decision(decision) => self.founded_by.insert(decision, *id),
            };
        }
        self.standing.accepted.extend(standing.accepted);
        self.standing.rejected.extend(standing.rejected);
        for change in accepted {
            for id in change.previous.keys() {
                let ahead = self.accepted_ahead.entry(id.id).or_default();
                ahead.push(change.clone());
            }
        }
        for edge in &standing.merges {
            self.merged_with.entry(edge.a).or_default().push(*edge);
            self.merged_with.entry(edge.b).or_default().push(*edge);
        }
        self.standing.merges.extend(standing.merges);
        for relink in &standing.relinks {
            let founding = Founding {
                founder: Founder::Decision(relink.decision),
                chief: relink.identifier,
                at: relink.since,
            };
            let contact = match relink.to {
                Some(id) => {
                    let founding = known
                        .iter()
                        .find(|(known, _)| *known == id)
                        .map_or(founding, |(_, f)| *f);
                    self.ensure(id, founding);
                    id
                }
                None => self.found(founding),
            };
            let link = self.link_of(
                contact,
                relink.since,
                LinkState::Active,
                Origin::Relink(relink.decision),
            );
            self.timeline(relink.identifier).pin(link);
            self.note(contact, relink.identifier);
        }
        self.standing.relinks.extend(standing.relinks);
    }

    /// Takes the next entry of the log in.
    pub fn apply(&mut self, entry: &Entry) {
        match entry {
            Entry::Sight(sight) => {
                self.sight(sight);
            }
            Entry::Change(change) => self.change(change),
        }
        self.look_again();
    }

    /// Takes a whole log in.
    pub fn replay<'a>(&mut self, entries: impl IntoIterator<Item = &'a Entry>) {
        for entry in entries {
            self.apply(entry);
        }
    }

    /// What was touched since the last call.
    pub fn take_dirty(&mut self) -> Dirty {
        std::mem::take(&mut self.dirty)
    }

    /// As [`Homes::extend`], for a part that is written already.
    pub fn extend_written(
        &mut self,
        standing: Standing,
        known: &[(ContactId, Founding)],
        accepted: Vec<Change>,
    ) {
        let before = self.take_dirty();
        self.extend(standing, known, accepted);
        self.dirty = before;
    }

    /// Takes a part of the log in that is written already: nothing of it counts as touched.
    pub fn replay_written<'a>(&mut self, entries: impl IntoIterator<Item = &'a Entry>) {
        let before = self.take_dirty();
        self.replay(entries);
        self.dirty = before;
    }

    /// All timelines.
    #[must_use]
    pub fn timelines(&self) -> &IdTable<IdentifierId, Timeline> {
        &self.timelines
    }

    /// All contacts that exist.
    #[must_use]
    pub fn contacts(&self) -> &IdTable<ContactId, Contact> {
        &self.contacts
    }

    /// All changes, by their first event.
    #[must_use]
    pub fn changes(&self) -> &BTreeMap<EventId, ChangeState> {
        &self.changes
    }

    /// The change that a change event is a copy of: the first event of it.
    #[must_use]
    pub fn change_of(&self, event: EventId) -> Option<EventId> {
        self.copies.get(&event).copied()
    }

    /// All questions.
    #[must_use]
    pub fn asks(&self) -> &BTreeMap<CaseKey, Ask> {
        &self.asks
    }

    /// Walls raised by standing rejects.
    #[must_use]
    pub fn reject_walls(&self) -> &BTreeSet<(DecisionId, ContactId, ContactId)> {
        &self.reject_walls
    }

    /// The number that the next founded contact gets.
    #[must_use]
    pub fn next_contact(&self) -> i64 {
        self.next_contact
    }

    /// Raises the next number, where contacts were founded elsewhere meanwhile.
    pub fn reserve_contacts(&mut self, next: i64) {
        self.next_contact = self.next_contact.max(next);
    }

    /// The contact of a sighting: by its BSUID if it has one, else its phone.
    #[must_use]
    pub fn home(
        &self,
        bsuid: Option<IdentifierId>,
        phone: Option<IdentifierId>,
        at: Timestamp,
    ) -> Option<ContactId> {
        if let Some(bsuid) = bsuid {
            let line = self.timelines.get(&bsuid)?;
            return line.at(at).map(|i| line.links[i].contact);
        }
        let line = self.timelines.get(&phone?)?;
        line.without_bsuid(at).map(|i| line.links[i].contact)
    }

    pub(super) fn timeline(&mut self, ident: Ident) -> &mut Timeline {
        self.dirty.links.insert(ident.id);
        self.timelines
            .get_or_insert_with(ident.id, || Timeline::new(ident))
    }

    pub(super) fn held(&self, ident: Ident, at: Timestamp) -> Option<(usize, ContactId)> {
        let line = self.timelines.get(&ident.id)?;
        line.at(at).map(|i| (i, line.links[i].contact))
    }

    pub(super) fn link_of(
        &mut self,
        contact: ContactId,
        since: Timestamp,
        state: LinkState,
        origin: Origin,
    ) -> Link {
        self.next_serial += 1;
        Link {
            serial: self.next_serial,
            contact,
            since,
            until: None,
            state,
            origin,
        }
    }

    /// Links an identifier; through a pending change it is provisional. A BSUID
    /// of unknown shape becomes former when a well-formed one joins, and what is
    /// linked late to a contact whose ids were replaced since is former at once.
    pub(super) fn link(
        &mut self,
        contact: ContactId,
        ident: Ident,
        since: Timestamp,
        through: Option<EventId>,
    ) {
        let pending = through
            .and_then(|c| self.changes.get(&c))
            .is_some_and(|c| c.accepted.is_none());
        let state = if pending {
            LinkState::Provisional
        } else {
            LinkState::Active
        };
        let origin = through.map_or(Origin::Sighting, Origin::Change);
        let link = self.link_of(contact, since, state, origin);
        self.timeline(ident).insert(link);
        self.note(contact, ident);
        self.appeared.push_back(ident.id);
        self.end_if_replaced(contact, ident);
        if ident.kind == Kind::Bsuid && ident.well_formed {
            for old in self.bsuids_of(contact, Some(ident.scope())) {
                if !old.well_formed && self.is_live_on(contact, old, None) {
                    self.end_on(contact, old, since);
                }
            }
            self.mark_phones(contact);
        }
    }

    /// Moves `since` back where an event is older than the link.
    pub(super) fn move_back(&mut self, ident: Ident, place: usize, at: Timestamp) {
        let links = self.timelines.get(&ident.id).map(|line| &line.links);
        let link = links.and_then(|links| links.get(place));
        let Some(contact) = link.filter(|l| l.since > at).map(|l| l.contact) else {
            return;
        };
        self.timeline(ident).links[place].since = at;
        self.appeared.push_back(ident.id);
        self.end_if_replaced(contact, ident);
    }

    fn note(&mut self, contact: ContactId, ident: Ident) {
        if let Some(known) = self.contacts.get_mut(&contact) {
            let place = known.keys.binary_search(&ident);
            if let Err(place) = place {
                known.keys.insert(place, ident);
            }
            if place.is_err() && ident.kind == Kind::Bsuid {
                self.mark_parents(contact);
            }
        }
    }

    /// Ends the contact's live link of an identifier.
    pub(super) fn end_on(&mut self, contact: ContactId, ident: Ident, at: Timestamp) {
        let line = self.timeline(ident);
        let of_contact = |l: &&mut Link| l.contact == contact && l.state.is_live();
        if let Some(link) = line.links.iter_mut().rev().find(of_contact) {
            link.end(at.max(link.since));
        }
        if ident.kind == Kind::Bsuid {
            self.mark_phones(contact);
        }
    }

    pub(super) fn bsuids_of(&self, contact: ContactId, scope: Option<PortfolioId>) -> Vec<Ident> {
        let keys = self
            .contacts
            .get(&contact)
            .into_iter()
            .flat_map(|c| &c.keys);
        keys.filter(|i| i.kind == Kind::Bsuid && scope.is_none_or(|s| s == i.scope()))
            .copied()
            .collect()
    }

    fn is_live_on(&self, contact: ContactId, ident: Ident, at: Option<Timestamp>) -> bool {
        self.timelines.get(&ident.id).is_some_and(|line| {
            let held = |l: &Link| l.state.is_live() || at.is_some_and(|at| l.covers(at));
            line.links.iter().any(|l| l.contact == contact && held(l))
        })
    }

    /// The contact's well-formed BSUIDs that live now, or held at `at`.
    pub(super) fn live_bsuids(
        &self,
        contact: ContactId,
        scope: Option<PortfolioId>,
        at: Option<Timestamp>,
    ) -> Vec<Ident> {
        let mut live = self.bsuids_of(contact, scope);
        live.retain(|i| i.well_formed && self.is_live_on(contact, *i, at));
        live
    }

    /// The contact and those already merged with it when `event` arrived.
    pub(super) fn group_at(&self, contact: ContactId, event: EventId) -> Vec<ContactId> {
        let mut group = vec![contact];
        let mut next = 0;
        while let Some(member) = group.get(next).copied() {
            next += 1;
            for edge in self
                .merged_with
                .get(&member)
                .into_iter()
                .flatten()
                .filter(|e| e.after < event)
            {
                for other in [edge.a, edge.b] {
                    if !group.contains(&other) {
                        group.push(other);
                    }
                }
            }
        }
        group
    }

    /// The contact that this log entry founds: the same number in every replay.
    pub(super) fn found(&mut self, founding: Founding) -> ContactId {
        let next = || {
            let id = ContactId(self.next_contact);
            self.next_contact += 1;
            id
        };
        let id = *match founding.founder {
            Founder::Event(event) => self.founded.entry(event).or_insert_with(next),
            Founder::Decision(decision) => self.founded_by.entry(decision).or_insert_with(next),
        };
        self.ensure(id, founding);
        id
    }

    fn ensure(&mut self, id: ContactId, founding: Founding) {
        self.dirty.contacts.insert(id);
        self.contacts
            .get_or_insert_with(id, || Contact::new(founding));
    }

    pub(super) fn mark_change(&mut self, change: EventId) {
        self.dirty.changes.insert(change);
    }

    pub(super) fn mark_link(&mut self, ident: Ident) {
        self.dirty.links.insert(ident.id);
    }

    /// Who shares the parent BSUIDs of this contact is to be looked at again.
    pub(super) fn mark_parents(&mut self, contact: ContactId) {
        let known = self.contacts.get(&contact);
        let parents = known.into_iter().flat_map(|c| &c.parents);
        self.dirty.parents.extend(parents.map(|p| p.ident.id));
    }

    pub(super) fn mark_contact(&mut self, contact: ContactId) {
        self.dirty.contacts.insert(contact);
    }
}
