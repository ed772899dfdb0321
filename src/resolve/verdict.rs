//! What a standing accept or reject of a change does to the homes, beyond the
//! table of `changes`. Both are known from the start, so they are carried out
//! when the change is resolved; nothing is taken back here.
//!
//! Every step can be taken again (a later copy, a BSUID that joins) without
//! another effect.

use super::change::ChangeState;
use super::entry::{Founder, Founding, Ident};
use super::homes::Homes;
use super::timeline::{Link, Timeline};
use crate::domain::identifier::Kind;
use crate::domain::ids::{ContactId, DecisionId, EventId};
use crate::domain::link::LinkState;
use crate::domain::time::Timestamp;

impl ChangeState {
    /// The BSUID after it: named, or come with the phone that it names.
    pub(super) fn new_bsuid(&self) -> Option<Ident> {
        self.claim.current.bsuid.or(self.joined)
    }

    fn keeps(&self, id: Ident) -> bool {
        self.joined == Some(id) || self.claim.current.keys().any(|c| c == id)
    }

    /// Accepted, it ends this id of its contact: a previous id that it names,
    /// or a BSUID of its portfolio even if not named.
    fn ends(&self, id: Ident) -> bool {
        let named = self.claim.previous.keys().any(|p| p == id);
        let bsuid = id.kind == Kind::Bsuid && id.well_formed && id.scope() == self.claim.portfolio;
        let any_current = self.claim.current.keys().next().is_some();
        self.accepted.is_some() && !self.keeps(id) && (named || (bsuid && any_current))
    }
}

impl Homes {
    fn accepted_of(&self, contact: ContactId) -> impl Iterator<Item = &ChangeState> {
        let events = self.changes_of.get(&contact).into_iter().flatten();
        events
            .filter_map(|e| self.changes.get(e))
            .filter(|c| c.accepted.is_some())
    }

    /// Ends what is known only now to have begun before an accepted change of
    /// its contact that replaced it.
    pub(super) fn end_if_replaced(&mut self, contact: ContactId, ident: Ident) {
        let live = self.timelines.get(&ident.id).and_then(|line| line.live());
        let Some(link) = live.filter(|l| l.contact == contact) else {
            return;
        };
        let led = link.through().and_then(|c| self.changes.get(&c));
        let began = led.map_or(link.since, |c| c.claim.at.max(link.since));
        let replaced = self
            .accepted_of(contact)
            .filter(|c| c.claim.at > began && c.ends(ident))
            .map(|c| c.claim.at)
            .min();
        if let Some(at) = replaced.filter(|_| link.pinned().is_none()) {
            self.end_on(contact, ident, at);
            if ident.kind == Kind::Phone {
                self.free(ident, contact, at);
            }
        }
    }

    /// Whether a BSUID of the contact was replaced by a change that names no
    /// BSUID after it, and none has come since.
    pub(super) fn waits_for_bsuid(&self, contact: ContactId, ident: Ident) -> bool {
        !self.bsuids_of(contact, Some(ident.scope())).is_empty()
            && self
                .accepted_of(contact)
                .any(|c| c.claim.portfolio == ident.scope() && c.new_bsuid().is_none())
    }

    /// Whether a phone link is unconfirmed: an accepted change of its holder
    /// does not name it, and it was not seen with the BSUID after the change.
    #[must_use]
    pub fn is_unconfirmed(&self, timeline: &Timeline, link: &Link) -> bool {
        let seen = |id: Ident| timeline.seen_with().contains(&id.id);
        let unnamed = |c: &ChangeState| {
            let scope = Some(c.claim.portfolio);
            link.since <= c.claim.at
                && c.claim.current.phone != Some(timeline.ident)
                && !c.new_bsuid().is_some_and(seen)
                && !self
                    .live_bsuids(link.contact, scope, None)
                    .into_iter()
                    .any(seen)
        };
        timeline.ident.kind == Kind::Phone
            && link.state == LinkState::Active
            && self.accepted_of(link.contact).any(unnamed)
    }

    /// A phone was seen with another BSUID: it can count as confirmed now.
    pub(super) fn mark_confirmed(&mut self, phone: Ident) {
        let links = self.timelines.get(&phone.id).map(|line| &line.links);
        let mut holders = links.into_iter().flatten().map(|link| link.contact);
        if holders.any(|holder| self.accepted_of(holder).next().is_some()) {
            self.mark_link(phone);
        }
    }

    /// The phones of a contact count anew as confirmed or not.
    pub(super) fn mark_phones(&mut self, contact: ContactId) {
        if self.accepted_of(contact).next().is_none() {
            return;
        }
        let keys = self.contacts.get(&contact).map(|c| c.keys.clone());
        for id in keys.into_iter().flatten().filter(|i| i.kind == Kind::Phone) {
            self.mark_link(id);
        }
    }

    /// Accepted: the previous ids named, and A's live BSUID of this portfolio
    /// even if not named, become former, dated by the change.
    pub(super) fn carry_out_accept(&mut self, first: EventId, a: ContactId) {
        let Some(state) = self.changes.get(&first) else {
            return;
        };
        let claim = state.claim.clone();
        if let Some((phone, _)) = state.takes_over {
            self.take_over(first, phone, a, claim.at);
        }
        let ends = |homes: &Self, id: Ident| homes.changes.get(&first).is_some_and(|c| c.ends(id));
        for id in claim.previous.keys() {
            if ends(self, id) {
                self.end_at(a, id, claim.at);
            }
        }
        for old in self.live_bsuids(a, Some(claim.portfolio), None) {
            if ends(self, old) && self.began_before(old, first, claim.at) {
                self.end_on(a, old, claim.at);
            }
        }
        if let Some(contact) = self.contacts.get_mut(&a) {
            for parent in &mut contact.parents {
                if Some(parent.ident) == claim.previous.parent
                    && Some(parent.ident) != claim.current.parent
                {
                    parent.until = Some(claim.at);
                }
            }
            self.mark_contact(a);
        }
        if let Some(phone) = claim.previous.phone.filter(|id| ends(self, *id)) {
            self.free(phone, a, claim.at);
        }
        self.mark_phones(a);
    }

    /// A BSUID that lived before the change. One that another change led to in
    /// the same moment or later is a later step of the chain, and stays.
    fn began_before(&self, id: Ident, but: EventId, at: Timestamp) -> bool {
        let live = self.timelines.get(&id.id).and_then(|line| line.live());
        live.is_some_and(|link| {
            let led = link.through().filter(|c| *c != but);
            let led = led.and_then(|c| self.changes.get(&c));
            link.since <= at && led.is_none_or(|c| c.claim.at < at)
        })
    }

    /// Ends the link that `a` held until `at`, not another period of it.
    fn end_at(&mut self, a: ContactId, id: Ident, at: Timestamp) {
        let timeline = self.timeline(id);
        if let Some(link) = timeline.just_before(at, false)
            && timeline.links[link].contact == a
        {
            timeline.links[link].end(at);
        }
    }

    /// A recycled number: the change's contact holds it from the change on.
    fn take_over(&mut self, first: EventId, phone: Ident, a: ContactId, at: Timestamp) {
        let timeline = self.timeline(phone);
        if let Some(link) = timeline.at(at) {
            if timeline.links[link].contact == a {
                return;
            }
            timeline.links[link].end(at);
        }
        self.link(a, phone, at, Some(first));
    }

    /// A freed phone goes to the contact that has shown it since, from that
    /// sighting on; one that came without a BSUID is somebody new. Who showed it
    /// later still stands against the new holder.
    fn free(&mut self, phone: Ident, left_by: ContactId, at: Timestamp) {
        let shown = self
            .timelines
            .get(&phone.id)
            .map(|timeline| timeline.shown().to_vec());
        let mut shown = shown.unwrap_or_default();
        shown.retain(|s| s.at >= at);
        shown.sort_by_key(|s| (s.at, s.event));
        let mut given = false;
        for show in shown {
            let timeline = self.timelines.get(&phone.id);
            let holder = timeline.and_then(|timeline| {
                let link = match show.with {
                    Some(_) => timeline.at(show.at),
                    None => timeline.without_bsuid(show.at),
                };
                link.map(|i| timeline.links[i].contact)
            });
            let shower = match show.with {
                Some((bsuid, _)) => {
                    let contact = self.home(Some(bsuid), None, show.at);
                    contact.filter(|c| *c != left_by)
                }
                None if holder.is_none() && show.founds => Some(self.found(Founding {
                    founder: Founder::Event(show.event),
                    chief: phone,
                    at: show.at,
                })),
                None => None,
            };
            let Some(shower) = shower else { continue };
            match (holder, show.with) {
                (None, with) => {
                    let through = with.and_then(|(b, _)| self.provisional_through(b, show.at));
                    self.link(shower, phone, show.at, through);
                    given = true;
                }
                (Some(other), Some((_, asked))) if given && other != shower => {
                    let seen = (show.sighting, show.event, show.at);
                    self.dispute(asked, vec![shower, other], phone, seen);
                }
                _ => {}
            }
        }
    }

    /// Rejected: the contact of a current id that nobody else holds. A new
    /// phone goes with its BSUID, where another contact holds that.
    pub(super) fn own_contact(
        &mut self,
        first: EventId,
        a: ContactId,
        id: Ident,
        decision: DecisionId,
    ) -> Option<ContactId> {
        let claim = self.changes.get(&first)?.claim.clone();
        let bsuid = claim.current.bsuid.filter(|b| *b != id);
        let with = bsuid.and_then(|b| self.held(b, claim.at)).map(|(_, c)| c);
        Some(with.filter(|c| *c != a).unwrap_or_else(|| {
            self.found(Founding {
                founder: Founder::Decision(decision),
                chief: id,
                at: claim.at,
            })
        }))
    }

    /// Rejected: whoever holds a current id is not the change's contact.
    pub(super) fn wall_off(&mut self, decision: DecisionId, a: ContactId, b: ContactId) {
        if a != b && self.reject_walls.insert((decision, a, b)) {
            self.mark_asks_between(a, b);
        }
    }
}
