//! The rules for a change (domain.md, "Changes"): resolved through its previous
//! ids as of its own time, each current id looked up by itself.
//!
//! Accepts and rejects are known from the start, so a change that has an answer
//! is carried out when it is first resolved. An orphan is looked at again
//! whenever an identifier that it names as previous gets a link.

use super::cases::{CaseKey, Evidence};
use super::entry::{Change, Founder, Founding, Ident, Ids, Sight};
use super::homes::{Homes, Parent};
use super::timeline::COEXISTENCE;
use crate::domain::case::CaseKind;
use crate::domain::identifier::Kind;
use crate::domain::ids::{ContactId, DecisionId, EventId};
use crate::domain::time::Timestamp;

/// A change, its copies joined, and what became of it.
#[derive(Debug, Clone)]
pub struct ChangeState {
    /// What it claims: the first copy, with the ids that later copies add.
    pub claim: Change,
    /// All copies, in order of arrival.
    pub evidence: Vec<Evidence>,
    /// The question it asks; `None` where it told nothing new.
    pub kind: Option<CaseKind>,
    /// The contact of the previous ids, once that is known.
    pub home: Option<ContactId>,
    /// The homes that the evidence names, the previous side first.
    pub contacts: Vec<ContactId>,
    /// The standing accept (or merge of a collision).
    pub accepted: Option<DecisionId>,
    /// The standing reject.
    pub rejected: Option<DecisionId>,
    /// A BSUID that came with the phone it names, where it names no BSUID.
    pub joined: Option<Ident>,
    /// The previous links (identifier and period) that it led on from.
    led: Vec<(Ident, u32)>,
    /// Current ids that are settled already.
    settled: Vec<Ident>,
    collides: bool,
    links: bool,
    /// A phone of a contact with a BSUID of its own, to be taken over on accept.
    takes_over: Option<(Ident, ContactId)>,
}

impl ChangeState {
    fn new(claim: &Change) -> Self {
        let mut evidence = Vec::new();
        Evidence::join(&mut evidence, (claim.sighting, claim.event, claim.at));
        Self {
            claim: claim.clone(),
            evidence,
            kind: None,
            home: None,
            contacts: Vec::new(),
            accepted: None,
            rejected: None,
            joined: None,
            led: Vec::new(),
            settled: Vec::new(),
            collides: false,
            links: false,
            takes_over: None,
        }
    }
}

impl Homes {
    /// Takes a change in: a copy joins the change it repeats.
    pub(super) fn change(&mut self, claim: &Change) {
        let key = claim.current.keys().chain(claim.previous.keys()).next();
        let known = claim
            .current
            .keys()
            .chain(claim.previous.keys())
            .find_map(|id| {
                let of = |index: &std::collections::HashMap<_, Vec<EventId>>| {
                    index.get(&id.id).cloned().unwrap_or_default()
                };
                let candidates = of(&self.by_current)
                    .into_iter()
                    .chain(of(&self.by_previous));
                candidates
                    .filter(|e| self.changes.get(e).is_some_and(|c| c.claim.is_copy(claim)))
                    .min()
            });
        let first = match known {
            Some(first) => {
                self.join_copy(first, claim);
                first
            }
            None if key.is_none() => return,
            None => {
                let mut state = ChangeState::new(claim);
                state.accepted = self.standing.accepted.get(&claim.event).copied();
                state.rejected = self.standing.rejected.get(&claim.event).copied();
                self.changes.insert(claim.event, state);
                claim.event
            }
        };
        self.copies.insert(claim.event, first);
        for id in claim.previous.keys() {
            push_new(self.by_previous.entry(id.id).or_default(), first);
        }
        for id in claim.current.keys() {
            push_new(self.by_current.entry(id.id).or_default(), first);
        }
        self.settle(first);
    }

    fn join_copy(&mut self, first: EventId, copy: &Change) {
        let Some(known) = self.changes.get_mut(&first) else {
            return;
        };
        let add = |to: &mut Ids, from: &Ids| {
            to.bsuid = to.bsuid.or(from.bsuid);
            to.parent = to.parent.or(from.parent);
            to.phone = to.phone.or(from.phone);
        };
        add(&mut known.claim.previous, &copy.previous);
        add(&mut known.claim.current, &copy.current);
        Evidence::join(&mut known.evidence, (copy.sighting, copy.event, copy.at));
        self.mark_change(first);
    }

    /// Looks at orphans again whose previous ids have got a link since.
    pub(super) fn look_again(&mut self) {
        while let Some(ident) = self.appeared.pop_front() {
            for change in self.by_previous.get(&ident).cloned().unwrap_or_default() {
                if self.changes.get(&change).is_some_and(|c| c.home.is_none()) {
                    self.settle(change);
                }
            }
        }
    }

    /// Works a change out as far as its ids allow; again after each copy.
    fn settle(&mut self, first: EventId) {
        let Some(state) = self.changes.get(&first) else {
            return;
        };
        let claim = state.claim.clone();
        let (accepted, rejected) = (state.accepted, state.rejected);
        let mut before: Vec<ContactId> = Vec::new();
        let mut led = Vec::new();
        for id in claim.previous.keys() {
            if let Some((link, contact)) = self.held(id, claim.at) {
                push_new(&mut before, contact);
                led.extend(
                    self.timelines
                        .get(&id.id)
                        .map(|line| (id, line.links[link].serial)),
                );
            }
        }
        let home = state.home.or(before.first().copied());
        let fork = before.len() > 1 || self.is_led_elsewhere(&claim, &led);
        let Some(a) = home else {
            return self.conclude(first, CaseKind::IdentityChangeOrphan, &[]);
        };
        if let Some(decision) = rejected {
            let met = self.carry_out_reject(first, &claim, a, decision);
            let kind = match (fork, met) {
                (true, _) => CaseKind::IdentityChangeFork,
                (false, true) => CaseKind::IdentityChangeCollision,
                (false, false) => CaseKind::IdentityChange,
            };
            return self.conclude(first, kind, &before);
        }
        if fork && accepted.is_none() {
            return self.conclude(first, CaseKind::IdentityChangeFork, &before);
        }
        self.set_home(first, a);
        if let Some(state) = self.changes.get_mut(&first) {
            state.led = led;
        }
        for id in claim.current.keys() {
            self.settle_current(first, &claim, a, id);
        }
        if let Some(parent) = claim.current.parent {
            self.settle_parent(first, &claim, a, parent);
        }
        if accepted.is_some() {
            self.carry_out_accept(first, &claim, a);
        }
        let Some(state) = self.changes.get(&first) else {
            return;
        };
        let kind = match (state.collides, state.links || state.takes_over.is_some()) {
            (true, _) => Some(CaseKind::IdentityChangeCollision),
            (false, true) => Some(CaseKind::IdentityChange),
            // Already live on A: evidence, and nothing to ask.
            (false, false) => state.kind.filter(|k| *k != CaseKind::IdentityChangeOrphan),
        };
        match kind {
            Some(kind) => self.conclude(first, kind, &[a]),
            None => {
                if let Some(state) = self.changes.get_mut(&first) {
                    state.kind = None;
                    state.contacts = vec![a];
                }
                self.drop_ask(CaseKey::Change(first));
                self.mark_change(first);
            }
        }
    }

    /// Another change that nobody rejected led the same link to other ids, or
    /// is accepted and will.
    fn is_led_elsewhere(&self, claim: &Change, led: &[(Ident, u32)]) -> bool {
        let elsewhere = |other: &Change| {
            other.event != claim.event
                && other.portfolio == claim.portfolio
                && other.current.contradicts(&claim.current)
        };
        let by_state = led.iter().any(|step| {
            let others = self.by_previous.get(&step.0.id).into_iter().flatten();
            others
                .filter_map(|e| self.changes.get(e))
                .any(|o| o.rejected.is_none() && o.led.contains(step) && elsewhere(&o.claim))
        });
        by_state
            || self
                .accepted_ahead
                .iter()
                .filter(|o| elsewhere(o))
                .any(|o| {
                    led.iter().any(|(id, serial)| {
                        let line = self.timelines.get(&id.id);
                        let link =
                            line.and_then(|line| line.at(o.at).map(|i| line.links[i].serial));
                        o.previous.keys().any(|p| p == *id) && link == Some(*serial)
                    })
                })
    }

    /// One current id, by the table of the design.
    fn settle_current(&mut self, first: EventId, claim: &Change, a: ContactId, id: Ident) {
        if self
            .changes
            .get(&first)
            .is_some_and(|c| c.settled.contains(&id))
        {
            return;
        }
        let held = self.held(id, claim.at);
        let live = held.is_some_and(|(link, _)| {
            self.timelines.get(&id.id).is_some_and(|line| {
                let link = &line.links[link];
                link.state.is_live() || link.covers(claim.at)
            })
        });
        match held {
            Some((link, contact)) if contact == a && (live || id.kind == Kind::Phone) => {
                let line = self.timeline(id);
                line.links[link].since = line.links[link].since.min(claim.at);
            }
            Some((_, b)) if b != a => {
                // B is the same person under its new BSUID, or its number was recycled.
                let with_bsuid = claim
                    .current
                    .bsuid
                    .and_then(|c| self.held(c, claim.at))
                    .is_some_and(|(_, c)| c == b);
                let recycled = id.kind == Kind::Phone
                    && !with_bsuid
                    && !self.live_bsuids(b, None, None).is_empty();
                if let Some(state) = self.changes.get_mut(&first) {
                    if recycled {
                        state.takes_over = Some((id, b));
                    } else {
                        state.collides = true;
                    }
                }
            }
            _ => {
                self.link(a, id, claim.at, Some(first));
                if let Some(state) = self.changes.get_mut(&first) {
                    state.links = true;
                }
            }
        }
        if let Some(state) = self.changes.get_mut(&first) {
            state.settled.push(id);
        }
    }

    fn settle_parent(&mut self, first: EventId, claim: &Change, a: ContactId, parent: Ident) {
        if let Some(contact) = self.contacts.get_mut(&a)
            && !contact.parents.iter().any(|p| p.ident == parent)
        {
            contact.parents.push(Parent {
                ident: parent,
                since: claim.at,
                until: None,
                through: Some(first),
            });
            self.mark_contact(a);
        }
    }

    /// Accepted: the previous ids named, and A's live BSUID of this portfolio
    /// even if not named, become former, dated by the change.
    fn carry_out_accept(&mut self, first: EventId, claim: &Change, a: ContactId) {
        let Some(state) = self.changes.get(&first) else {
            return;
        };
        let joined = state.joined;
        if let Some((phone, _)) = state.takes_over {
            self.take_over(first, phone, a, claim.at);
        }
        let keeps = |id: Ident| claim.current.keys().any(|c| c == id) || Some(id) == joined;
        for id in claim.previous.keys().filter(|id| !keeps(*id)) {
            if self
                .held(id, claim.at)
                .is_some_and(|(_, holder)| holder == a)
            {
                self.end_at(a, id, claim.at);
            }
        }
        if claim.current.bsuid.or(joined).is_some() {
            for old in self.live_bsuids(a, Some(claim.portfolio), None) {
                let began = self
                    .timelines
                    .get(&old.id)
                    .and_then(|line| line.live())
                    .map(|l| l.since);
                if !keeps(old)
                    && began.is_some_and(|since| since <= claim.at)
                    && !self.is_led_to(old, first)
                {
                    self.end_on(a, old, claim.at);
                }
            }
        }
        if let Some(contact) = self.contacts.get_mut(&a) {
            for parent in &mut contact.parents {
                if Some(parent.ident) == claim.previous.parent
                    && Some(parent.ident) != claim.current.parent
                {
                    parent.until = Some(claim.at);
                }
                if parent.through == Some(first) {
                    parent.through = None;
                }
            }
            self.mark_contact(a);
        }
        if let Some(phone) = claim.previous.phone.filter(|id| !keeps(*id)) {
            self.free(phone, a, claim);
        }
    }

    /// Whether a BSUID came to its contact by another change: a chain's later
    /// step is not ended by an earlier one that arrives after it.
    fn is_led_to(&self, id: Ident, but: EventId) -> bool {
        let through = self
            .timelines
            .get(&id.id)
            .and_then(|line| line.live())
            .and_then(|l| l.through);
        through.is_some_and(|c| {
            let at = |e: EventId| self.changes.get(&e).map(|c| c.claim.at);
            c != but && at(c) >= at(but)
        })
    }

    /// Ends the link that `a` held at `at`, not another period of it.
    fn end_at(&mut self, a: ContactId, id: Ident, at: Timestamp) {
        let line = self.timeline(id);
        if let Some(link) = line.at(at)
            && line.links[link].contact == a
        {
            line.links[link].end(at);
        }
    }

    /// A recycled number: the change's contact holds it from the change on.
    fn take_over(&mut self, first: EventId, phone: Ident, a: ContactId, at: Timestamp) {
        let line = self.timeline(phone);
        if let Some(link) = line.at(at)
            && line.links[link].contact != a
        {
            line.links[link].end(at);
            self.link(a, phone, at, Some(first));
        }
    }

    /// A freed phone goes to the contact that has shown it since, from that
    /// sighting on.
    fn free(&mut self, phone: Ident, left_by: ContactId, claim: &Change) {
        let Some(line) = self.timelines.get(&phone.id) else {
            return;
        };
        if line.live().is_some() {
            return;
        }
        let mut shown: Vec<_> = line
            .shown
            .iter()
            .filter(|s| s.at >= claim.at)
            .copied()
            .collect();
        shown.sort_by_key(|s| (s.at, s.event));
        for show in shown {
            let contact = match show.bsuid {
                Some(bsuid) => self
                    .timelines
                    .get(&bsuid)
                    .and_then(|l| l.at(show.at).map(|i| l.links[i].contact)),
                None if show.at.0 - claim.at.0 >= COEXISTENCE => {
                    let founder = Founder::Event(show.event);
                    Some(self.found(Founding {
                        founder,
                        chief: phone,
                        at: show.at,
                    }))
                }
                None => None,
            };
            if let Some(contact) = contact.filter(|c| *c != left_by) {
                return self.link(contact, phone, show.at, None);
            }
        }
    }

    /// Rejected: the current ids that nobody else holds are a contact of their
    /// own, and walled off from A. Says whether another contact held one of them.
    fn carry_out_reject(
        &mut self,
        first: EventId,
        claim: &Change,
        a: ContactId,
        decision: DecisionId,
    ) -> bool {
        let unheld = |homes: &Self, id: Ident| {
            homes.held(id, claim.at).is_none_or(|(l, c)| {
                c == a
                    && homes
                        .timelines
                        .get(&id.id)
                        .is_some_and(|line| !line.links[l].covers(claim.at))
            })
        };
        let free: Vec<Ident> = claim
            .current
            .keys()
            .filter(|id| unheld(self, *id))
            .collect();
        let mut others: Vec<ContactId> = Vec::new();
        for id in claim.current.keys().filter(|id| !free.contains(id)) {
            if let Some((_, b)) = self.held(id, claim.at).filter(|(_, b)| *b != a) {
                push_new(&mut others, b);
            }
        }
        let met = !others.is_empty();
        if let Some(chief) = free.first() {
            let founder = Founder::Decision(decision);
            // With its BSUID on another contact, a new phone goes there.
            let own = match others.first() {
                Some(b) if chief.kind == Kind::Phone => *b,
                _ => self.found(Founding {
                    founder,
                    chief: *chief,
                    at: claim.at,
                }),
            };
            for id in &free {
                self.link(own, *id, claim.at, None);
            }
            push_new(&mut others, own);
        }
        for b in others {
            self.reject_walls.insert((decision, a, b));
        }
        self.set_home(first, a);
        met
    }

    fn set_home(&mut self, first: EventId, a: ContactId) {
        if let Some(state) = self.changes.get_mut(&first) {
            state.home = Some(a);
            push_new(self.changes_of.entry(a).or_default(), first);
        }
    }

    /// Sets the kind and the contacts that the evidence names.
    fn conclude(&mut self, first: EventId, kind: CaseKind, before: &[ContactId]) {
        let Some(state) = self.changes.get(&first) else {
            return;
        };
        let (claim, evidence) = (state.claim.clone(), state.evidence.clone());
        let mut contacts = before.to_vec();
        for id in claim.current.keys() {
            if let Some((_, holder)) = self.held(id, claim.at) {
                push_new(&mut contacts, holder);
            }
        }
        if let Some(state) = self.changes.get_mut(&first) {
            state.kind = Some(kind);
            state.contacts.clone_from(&contacts);
        }
        let key = CaseKey::Change(first);
        self.replace_ask(key, kind, contacts, evidence);
        self.mark_change(first);
    }

    /// A pending or accepted change of B that names this phone as current, and
    /// no current BSUID: an unknown BSUID that comes with the phone is part of it.
    pub(super) fn change_to_phone(&self, b: ContactId, phone: Ident, s: &Sight) -> Option<EventId> {
        let changes = self.by_current.get(&phone.id)?.iter();
        changes.copied().find(|e| {
            self.changes.get(e).is_some_and(|c| {
                c.home == Some(b)
                    && c.rejected.is_none()
                    && c.claim.portfolio == s.portfolio
                    && c.claim.current.phone == Some(phone)
                    && c.claim.current.bsuid.is_none()
                    && c.joined.is_none()
                    && c.claim.at <= s.at
            })
        })
    }

    pub(super) fn join_change(&mut self, change: EventId, b: ContactId, bsuid: Ident, s: &Sight) {
        let Some(state) = self.changes.get_mut(&change) else {
            return;
        };
        state.joined = Some(bsuid);
        let claim = state.claim.clone();
        let accepted = state.accepted.is_some();
        Evidence::join(&mut state.evidence, (s.sighting, s.event, s.at));
        self.link(b, bsuid, s.at, Some(change));
        if accepted {
            self.carry_out_accept(change, &claim, b);
        }
        if let Some(kind) = self.changes.get(&change).and_then(|c| c.kind) {
            self.conclude(change, kind, &[b]);
        }
    }
}

fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
