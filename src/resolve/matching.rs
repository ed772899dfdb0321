//! The matching rules for a sighting (domain.md, "Homes: the matching rules"),
//! as of the event's own time.

use super::cases::CaseKey;
use super::entry::{Founder, Founding, Ident, Name, Sight};
use super::homes::Homes;
use super::timeline::{Shown, make_room};
use crate::domain::case::CaseKind;
use crate::domain::ids::{ContactId, EventId, IdentifierId, SightingId};
use crate::domain::link::LinkState;
use crate::domain::time::{DAY, Timestamp};

/// Silence after which a number may have been given to somebody else: carriers
/// recycle numbers after 45 days or more.
const RECYCLED_AFTER: i64 = 45 * DAY;

impl Homes {
    /// The contact of a sighting, with everything that it links and asks.
    /// `None` where it names nobody, or must not found a contact.
    pub(super) fn sight(&mut self, s: &Sight) -> Option<ContactId> {
        let home = match (s.bsuid, s.phone) {
            (Some(bsuid), _) => match self.held(bsuid, s.at) {
                Some((link, contact)) => {
                    self.refresh(bsuid, link, s.at);
                    if let Some(phone) = s.phone {
                        self.phone_beside(contact, bsuid, phone, s);
                    }
                    contact
                }
                None => self.unknown_bsuid(bsuid, s)?,
            },
            (None, Some(phone)) => self.phone_alone(phone, s)?,
            (None, None) => return None,
        };
        let key = s.bsuid.or(s.phone);
        let through = key.and_then(|key| self.provisional_through(key.id, s.at));
        self.other_phone(home, s.variant, CaseKind::PhoneVariant, through, s);
        self.other_phone(home, s.attested, CaseKind::SharedPhone, through, s);
        self.touch(home, s, through);
        // A relink may have placed it where nothing had shown it: what shows it
        // first is evidence of what its two forms ask.
        for phone in [s.phone, s.variant, s.attested].into_iter().flatten() {
            let live = self.timelines.get(&phone.id).and_then(|line| line.live());
            if live.is_some_and(|link| link.pinned().is_some()) {
                self.mark_link(phone);
            }
        }
        Some(home)
    }

    /// Moves `since` back where the event is older than the first link.
    fn refresh(&mut self, ident: Ident, place: usize, at: Timestamp) {
        if place == 0 {
            self.move_back(ident, place, at);
        }
    }

    /// The pending change through which an identifier is where it is.
    pub(super) fn provisional_through(&self, id: IdentifierId, at: Timestamp) -> Option<EventId> {
        let timeline = self.timelines.get(&id)?;
        let link = &timeline.links[timeline.at(at)?];
        link.through()
            .filter(|_| link.state == LinkState::Provisional)
    }

    /// Rule 1, second half: the BSUID is A's, a phone stands beside it.
    fn phone_beside(&mut self, a: ContactId, bsuid: Ident, phone: Ident, s: &Sight) {
        match self.held(phone, s.at) {
            None => {
                // A former phone that comes again with a BSUID of the contact
                // that left it stays former.
                let timeline = self.timelines.get(&phone.id);
                if timeline.and_then(|timeline| timeline.left_by(s.at)) != Some(a) {
                    let through = self.provisional_through(bsuid.id, s.at);
                    self.link(a, phone, s.at, through);
                }
            }
            Some((link, holder)) if holder == a => self.refresh(phone, link, s.at),
            Some((_, b)) => {
                let kind = if s.imported {
                    CaseKind::ImportDuplicate
                } else {
                    CaseKind::PhoneBsuidConflict
                };
                self.shown(phone, Some((bsuid.id, kind)), s);
                self.dispute(kind, vec![a, b], phone, seen(s));
            }
        }
        self.seen_with(phone, s);
    }

    /// Rules 2 and 3: nobody holds the BSUID.
    fn unknown_bsuid(&mut self, bsuid: Ident, s: &Sight) -> Option<ContactId> {
        let Some(phone) = s.phone else {
            return self.found_by(s);
        };
        let Some((link, b)) = self.held(phone, s.at) else {
            return self.found_by(s);
        };
        let has_bsuid = self.has_bsuid(b, bsuid, s);
        if !has_bsuid && !self.is_recycled(b, s) {
            self.refresh(phone, link, s.at);
            let through = self.provisional_through(phone.id, s.at);
            self.link(b, bsuid, s.at, through);
            self.seen_with(phone, s);
            return Some(b);
        }
        if has_bsuid && let Some(change) = self.change_to_phone(b, phone, s) {
            self.join_change(change, b, bsuid, s);
            self.seen_with(phone, s);
            return Some(b);
        }
        // Nobody can tell a recycled number from a missed change.
        if !s.founds {
            return None;
        }
        let a = self.found(founding(s, bsuid));
        self.link(a, bsuid, s.at, None);
        // A relink can name the contact that this event founds, and give it
        // the phone: then they are one already.
        if a != b {
            let kind = CaseKind::PhoneClaimed;
            self.shown(phone, Some((bsuid.id, kind)), s);
            self.dispute(kind, vec![a, b], phone, seen(s));
        }
        self.seen_with(phone, s);
        Some(a)
    }

    /// Whether B, or a contact already merged with B when the event arrived,
    /// has a live BSUID in this portfolio: now, or at the event's time. One that
    /// a change replaced by an unknown BSUID counts until that has come.
    fn has_bsuid(&self, b: ContactId, bsuid: Ident, s: &Sight) -> bool {
        let scope = Some(bsuid.scope());
        self.group_at(b, s.event).into_iter().any(|member| {
            !self.live_bsuids(member, scope, Some(s.at)).is_empty()
                || self.waits_for_bsuid(member, bsuid)
        })
    }

    /// Two signs of a recycled number: a long silence, and a name that shares
    /// no word with any name the holder was seen with.
    fn is_recycled(&self, b: ContactId, s: &Sight) -> bool {
        let Some(known) = self.contacts.get(&b) else {
            return false;
        };
        let Some(name) = s.name.as_ref().filter(|n| !n.words.is_empty()) else {
            return false;
        };
        let silent = known
            .last_seen
            .is_some_and(|last| s.at.0 - last.0 >= RECYCLED_AFTER);
        let mut names = known
            .names
            .iter()
            .filter(|n| !n.words.is_empty())
            .peekable();
        silent && names.peek().is_some() && !names.any(|n| shares_word(n, name))
    }

    /// Rule 2 and 3 without a BSUID.
    fn phone_alone(&mut self, phone: Ident, s: &Sight) -> Option<ContactId> {
        let timeline = self.timelines.get(&phone.id);
        let holder = timeline.and_then(|timeline| {
            let link = timeline.without_bsuid(s.at)?;
            Some((link, timeline.links[link].contact))
        });
        let Some((link, contact)) = holder else {
            return self.found_by(s);
        };
        self.refresh(phone, link, s.at);
        self.shown(phone, None, s);
        Some(contact)
    }

    /// Rule 3: nobody holds anything.
    fn found_by(&mut self, s: &Sight) -> Option<ContactId> {
        let chief = s.bsuid.or(s.phone).filter(|_| s.founds)?;
        let contact = self.found(founding(s, chief));
        if let Some(bsuid) = s.bsuid {
            self.link(contact, bsuid, s.at, None);
        }
        if let Some(phone) = s.phone {
            self.link(contact, phone, s.at, None);
            match s.bsuid {
                Some(_) => self.seen_with(phone, s),
                None => self.shown(phone, None, s),
            }
        }
        Some(contact)
    }

    /// A phone that stands on the item beside the person's own: attested by a
    /// contact request, or the other form of the number.
    fn other_phone(
        &mut self,
        home: ContactId,
        phone: Option<Ident>,
        kind: CaseKind,
        through: Option<EventId>,
        s: &Sight,
    ) {
        let Some(phone) = phone.filter(|p| Some(*p) != s.phone) else {
            return;
        };
        match self.held(phone, s.at) {
            None => {
                // The other form is linked too only where the first one is.
                let first = s.phone.and_then(|first| self.held(first, s.at));
                if kind == CaseKind::SharedPhone || first.is_some_and(|(_, c)| c == home) {
                    self.link(home, phone, s.at, through);
                }
            }
            Some((link, holder)) if holder == home => self.refresh(phone, link, s.at),
            Some((_, other)) if kind == CaseKind::PhoneVariant && self.are_two(home, other) => {}
            Some((_, other)) => {
                // One question about the two forms, whichever came beside the other.
                let first = s.phone.filter(|_| kind == CaseKind::PhoneVariant);
                let about = first.map_or(phone, |first| first.max_row(phone));
                self.dispute(kind, vec![home, other], about, seen(s));
            }
        }
    }

    /// Two contacts with live BSUIDs of one portfolio are two people.
    fn are_two(&self, a: ContactId, b: ContactId) -> bool {
        let of_b = self.live_bsuids(b, None, None);
        let of_a = self.live_bsuids(a, None, None);
        of_a.iter()
            .any(|x| of_b.iter().any(|y| x.scope() == y.scope()))
    }

    pub(super) fn dispute(
        &mut self,
        kind: CaseKind,
        contacts: Vec<ContactId>,
        phone: Ident,
        seen: (SightingId, EventId, Timestamp),
    ) {
        let key = CaseKey::dispute(kind, &contacts, phone.id);
        self.ask(key, kind, contacts, seen);
    }

    fn shown(&mut self, phone: Ident, with: Option<(IdentifierId, CaseKind)>, s: &Sight) {
        if let Some(timeline) = self.timelines.get_mut(&phone.id) {
            let shown = &mut timeline.traces().shown;
            make_room(shown);
            shown.push(Shown {
                at: s.at,
                event: s.event,
                sighting: s.sighting,
                with,
                founds: s.founds,
            });
        }
    }

    fn seen_with(&mut self, phone: Ident, s: &Sight) {
        let (Some(line), Some(bsuid)) = (self.timelines.get_mut(&phone.id), s.bsuid) else {
            return;
        };
        if line.seen_with().contains(&bsuid.id) {
            return;
        }
        line.traces().seen_with.push(bsuid.id);
        self.mark_confirmed(phone);
    }
}

fn founding(s: &Sight, chief: Ident) -> Founding {
    Founding {
        founder: Founder::Event(s.event),
        chief,
        at: s.at,
    }
}

fn seen(s: &Sight) -> (SightingId, EventId, Timestamp) {
    (s.sighting, s.event, s.at)
}

fn shares_word(a: &Name, b: &Name) -> bool {
    a.words.iter().any(|word| b.words.contains(word))
}
