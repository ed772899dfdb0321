//! The rules for a change (domain.md, "Changes"): resolved through its previous
//! ids as of its own time, each current id looked up by itself.
//!
//! Accepts and rejects are known from the start, so a change that has an answer
//! is carried out when it is first resolved (`verdict`). An orphan is looked at
//! again whenever an identifier that it names as previous gets a link.

use super::cases::{CaseKey, Evidence};
use super::change::{ChangeState, Labels};
use super::contact::show_parent;
use super::entry::{Change, Ident, Ids, Sight};
use super::homes::Homes;
use crate::domain::case::CaseKind;
use crate::domain::identifier::Kind;
use crate::domain::ids::{ContactId, EventId};

impl Homes {
    /// Takes a change in: a copy joins the change it repeats.
    pub(super) fn change(&mut self, claim: &Change) {
        let keys: Vec<Ident> = claim.current.keys().chain(claim.previous.keys()).collect();
        if keys.is_empty() {
            return;
        }
        let known = keys
            .iter()
            .flat_map(|id| [self.by_current.get(&id.id), self.by_previous.get(&id.id)])
            .flatten()
            .flatten()
            .filter(|e| self.changes.get(e).is_some_and(|c| c.is_copied_by(claim)))
            .min()
            .copied();
        let first = known.unwrap_or(claim.event);
        if known.is_some() {
            self.join_copy(first, claim);
        } else {
            let mut state = ChangeState::new(claim);
            state.accepted = self.standing.accepted.get(&claim.event).copied();
            state.rejected = self.standing.rejected.get(&claim.event).copied();
            self.changes.insert(first, state);
        }
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
        known.labels.extend(Labels::of(copy));
        Evidence::join(&mut known.evidence, (copy.sighting, copy.event, copy.at));
        self.mark_change(first);
    }

    /// Looks again at what waits for the identifiers that have got a link: a
    /// change without a contact for its previous ids, and the sides of a
    /// question whose current ids are somebody's now.
    pub(super) fn look_again(&mut self) {
        while let Some(ident) = self.appeared.pop_front() {
            for change in self.by_previous.get(&ident).cloned().unwrap_or_default() {
                if self.changes.get(&change).is_some_and(|c| c.home.is_none()) {
                    self.settle(change);
                }
            }
            for change in self.by_current.get(&ident).cloned().unwrap_or_default() {
                self.label_holder(change);
                if self.sides(change).is_some_and(|(now, old)| now != old) {
                    self.conclude(change);
                }
            }
        }
    }

    /// Works a change out as far as its ids allow; again after each copy.
    fn settle(&mut self, first: EventId) {
        let Some(a) = self.find_home(first) else {
            self.label_holder(first);
            return self.conclude(first);
        };
        let Some(state) = self.changes.get(&first) else {
            return;
        };
        let (claim, accepted) = (state.claim.clone(), state.accepted.is_some());
        let rejected = state.rejected.is_some();
        for id in claim.current.keys() {
            self.settle_current(first, &claim, a, id);
        }
        if let Some(parent) = claim.current.parent.filter(|_| !rejected)
            && let Some(contact) = self.contacts.get_mut(&a)
        {
            let through = Some(first).filter(|_| !accepted);
            if show_parent(&mut contact.parents, parent, (first, claim.at), through) {
                self.mark_contact(a);
                self.mark_parents(a);
            }
        }
        if accepted {
            self.carry_out_accept(first, a);
        }
        self.label_holder(first);
        if let Some(state) = self.changes.get_mut(&first) {
            state.kind = state.question();
        }
        self.conclude(first);
    }

    /// Gives the names and usernames that its copies tell to whoever holds the
    /// current ids: that is who they were told of, whatever becomes of the
    /// question.
    fn label_holder(&mut self, first: EventId) {
        let Some(state) = self.changes.get(&first).filter(|c| !c.labels.is_empty()) else {
            return;
        };
        let at = state.claim.at;
        let current: Vec<Ident> = state.claim.current.keys().collect();
        let holder = current.iter().find_map(|id| Some(self.held(*id, at)?.1));
        let Some(holder) = holder else {
            return;
        };
        let Some(state) = self.changes.get_mut(&first) else {
            return;
        };
        let labels = std::mem::take(&mut state.labels);
        let Some(contact) = self.contacts.get_mut(&holder) else {
            return;
        };
        let mut new = false;
        for told in labels {
            new |= contact.label(told.name.as_ref(), told.username, told.at);
        }
        if new {
            self.mark_contact(holder);
        }
    }

    /// The contact of the previous ids; none for an orphan, and for a fork that
    /// has no answer. Once it is known it stays, and a copy only adds what the
    /// change led on from.
    fn find_home(&mut self, first: EventId) -> Option<ContactId> {
        let state = self.changes.get(&first)?;
        let claim = state.claim.clone();
        let mut before: Vec<ContactId> = Vec::new();
        let mut led = state.led.clone();
        for id in claim.previous.keys() {
            if state.led.iter().any(|(known, _)| *known == id) {
                continue;
            }
            if let Some((contact, serial)) = self.led_from(&claim, id)
                && state.home.is_none_or(|a| a == contact)
            {
                push_new(&mut before, contact);
                led.push((id, serial));
            }
        }
        let known = state.home;
        let forks = before.len() > 1 || self.is_led_elsewhere(&claim, &led);
        let state = self.changes.get_mut(&first)?;
        if known.is_some() {
            state.led = led;
            return known;
        }
        let home = before.first().copied();
        let answered = state.accepted.is_some() || state.rejected.is_some();
        state.before = before;
        state.forks = forks;
        match home {
            None => state.kind = Some(CaseKind::IdentityChangeOrphan),
            Some(_) if forks && !answered => state.kind = Some(CaseKind::IdentityChangeFork),
            Some(a) => {
                state.home = home;
                state.led = led;
                push_new(self.changes_of.entry(a).or_default(), first);
                return home;
            }
        }
        None
    }

    /// The contact and the link that a previous id is on, as of the change's time.
    fn led_from(&self, claim: &Change, id: Ident) -> Option<(ContactId, u32)> {
        let timeline = self.timelines.get(&id.id)?;
        let link = timeline.just_before(claim.at, claim.previous.bsuid.is_none())?;
        let link = timeline.links.get(link)?;
        Some((link.contact, link.serial))
    }

    /// Another change that nobody rejected led the same link to other ids, or
    /// is accepted and will.
    fn is_led_elsewhere(&self, claim: &Change, led: &[(Ident, u32)]) -> bool {
        let elsewhere = |other: &Change| {
            other.event != claim.event
                && other.portfolio == claim.portfolio
                && other.current.contradicts(&claim.current)
        };
        let arrived = led.iter().any(|step| {
            let others = self.by_previous.get(&step.0.id).into_iter().flatten();
            others
                .filter_map(|e| self.changes.get(e))
                .any(|o| o.rejected.is_none() && o.led.contains(step) && elsewhere(&o.claim))
        });
        let ahead = |(id, serial): &(Ident, u32)| {
            let others = self.accepted_ahead.get(&id.id).into_iter().flatten();
            let same = |o: &Change| self.led_from(o, *id).is_some_and(|(_, s)| s == *serial);
            others.filter(|o| elsewhere(o)).any(same)
        };
        arrived || led.iter().any(ahead)
    }

    /// One current id, by the table of the design. Rejected, what nobody else
    /// holds is a contact of its own, and walled off.
    fn settle_current(&mut self, first: EventId, claim: &Change, a: ContactId, id: Ident) {
        let Some(state) = self.changes.get_mut(&first) else {
            return;
        };
        if state.settled.contains(&id) {
            return;
        }
        state.settled.push(id);
        let rejected = state.rejected;
        let held = self.held(id, claim.at);
        let alive = held.is_some_and(|(link, _)| {
            let timeline = self.timelines.get(&id.id);
            timeline
                .and_then(|timeline| timeline.links.get(link))
                .is_some_and(|link| link.state.is_live() || link.covers(claim.at))
        });
        let other = match held {
            Some((_, b)) if b != a => {
                let recycled = id.kind == Kind::Phone && self.is_recycled_by(claim, b);
                if let Some(state) = self.changes.get_mut(&first) {
                    if recycled {
                        state.takes_over = Some((id, b));
                    } else {
                        state.collides = true;
                    }
                }
                Some(b)
            }
            Some((link, _)) if alive || id.kind == Kind::Phone || rejected.is_some() => {
                self.move_back(id, link, claim.at);
                None
            }
            _ => {
                let to = match rejected {
                    Some(decision) => self.own_contact(first, a, id, decision),
                    None => Some(a),
                };
                let through = Some(first).filter(|_| rejected.is_none());
                if let Some(to) = to {
                    self.link(to, id, claim.at, through);
                }
                if let Some(state) = self.changes.get_mut(&first) {
                    state.links = true;
                }
                to
            }
        };
        if let Some((decision, b)) = rejected.zip(other) {
            self.wall_off(decision, a, b);
        }
    }

    /// The holder of a current phone has a BSUID of its own: the number was
    /// recycled. Not where that is the change's own new BSUID.
    fn is_recycled_by(&self, claim: &Change, b: ContactId) -> bool {
        let new = claim.current.bsuid.and_then(|id| self.held(id, claim.at));
        new.is_none_or(|(_, holder)| holder != b) && !self.live_bsuids(b, None, None).is_empty()
    }

    /// The homes that the evidence names: now, and as they were concluded last.
    fn sides(&self, first: EventId) -> Option<(Vec<ContactId>, &[ContactId])> {
        let state = self.changes.get(&first)?;
        let mut now = state.before.clone();
        for id in state.claim.current.keys() {
            if let Some((_, holder)) = self.held(id, state.claim.at) {
                push_new(&mut now, holder);
            }
        }
        if let Some((_, holder)) = state.takes_over {
            push_new(&mut now, holder);
        }
        Some((now, &state.contacts))
    }

    /// Asks, or takes the question back where there is none.
    fn conclude(&mut self, first: EventId) {
        let Some((contacts, _)) = self.sides(first) else {
            return;
        };
        let Some(state) = self.changes.get_mut(&first) else {
            return;
        };
        state.contacts.clone_from(&contacts);
        let key = CaseKey::Change(first);
        if let Some(kind) = state.kind {
            let evidence = state.evidence.clone();
            self.replace_ask(key, kind, contacts, evidence);
        } else {
            self.drop_ask(key);
        }
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
                    && c.new_bsuid().is_none()
                    && c.claim.at <= s.at
            })
        })
    }

    pub(super) fn join_change(&mut self, change: EventId, b: ContactId, bsuid: Ident, s: &Sight) {
        let Some(state) = self.changes.get_mut(&change) else {
            return;
        };
        state.joined = Some(bsuid);
        let accepted = state.accepted.is_some();
        Evidence::join(&mut state.evidence, (s.sighting, s.event, s.at));
        self.link(b, bsuid, s.at, Some(change));
        if accepted {
            self.carry_out_accept(change, b);
        }
        self.conclude(change);
    }
}

pub(super) fn push_new<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}
