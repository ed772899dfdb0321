//! The matching rules for a sighting (domain.md, "Homes: the matching rules"),
//! as of the event's own time.

use super::cases::CaseKey;
use super::entry::{Founder, Founding, Ident, Name, Sight};
use super::homes::{Homes, Parent, Shown as UsernameShown};
use super::timeline::Shown;
use crate::domain::case::CaseKind;
use crate::domain::ids::{ContactId, EventId};
use crate::domain::link::LinkState;
use crate::domain::time::{DAY, Timestamp};
use std::sync::Arc;

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
                    let through = self.refresh(bsuid, link, s.at);
                    if let Some(phone) = s.phone {
                        self.phone_beside(contact, phone, through, s);
                    }
                    contact
                }
                None => self.unknown_bsuid(bsuid, s)?,
            },
            (None, Some(phone)) => self.phone_alone(phone, s)?,
            (None, None) => return None,
        };
        let through = s.bsuid.and_then(|b| self.provisional_through(b, s.at));
        self.other_phone(home, s.variant, CaseKind::PhoneVariant, through, s);
        self.other_phone(home, s.attested, CaseKind::SharedPhone, through, s);
        self.touch(home, s, through);
        Some(home)
    }

    /// Moves `since` back where the event is older than the first link; says
    /// through which pending change the link stands.
    fn refresh(&mut self, ident: Ident, link: usize, at: Timestamp) -> Option<EventId> {
        let line = self.timelines.get(&ident.id)?;
        if link == 0 && line.links[0].since > at {
            self.timeline(ident).links[0].since = at;
            self.appeared.push_back(ident.id);
        }
        let found = &self.timelines.get(&ident.id)?.links[link];
        found
            .through
            .filter(|_| found.state == LinkState::Provisional)
    }

    fn provisional_through(&self, ident: Ident, at: Timestamp) -> Option<EventId> {
        let line = self.timelines.get(&ident.id)?;
        let link = &line.links[line.at(at)?];
        link.through
            .filter(|_| link.state == LinkState::Provisional)
    }

    /// Rule 1, second half: the BSUID is A's, a phone stands beside it.
    fn phone_beside(&mut self, a: ContactId, phone: Ident, through: Option<EventId>, s: &Sight) {
        match self.held(phone, s.at) {
            None => {
                // A former phone that comes again with a BSUID of the contact
                // that left it stays former.
                let left_by = self
                    .timelines
                    .get(&phone.id)
                    .and_then(|line| line.left_by(s.at));
                if left_by != Some(a) {
                    self.link(a, phone, s.at, through);
                }
                self.seen_with(phone, s);
            }
            Some((link, holder)) if holder == a => {
                self.refresh(phone, link, s.at);
                self.seen_with(phone, s);
            }
            Some((_, b)) => {
                self.shown(phone, s);
                self.dispute(CaseKind::PhoneBsuidConflict, vec![a, b], phone, s);
            }
        }
    }

    /// Rules 2 and 3: nobody holds the BSUID.
    fn unknown_bsuid(&mut self, bsuid: Ident, s: &Sight) -> Option<ContactId> {
        let Some(phone) = s.phone else {
            return self.found_by(s);
        };
        let Some((link, b)) = self.held(phone, s.at) else {
            return self.found_by(s);
        };
        let through = {
            let held = &self.timelines.get(&phone.id)?.links[link];
            held.through
                .filter(|_| held.state == LinkState::Provisional)
        };
        let has_bsuid = self.group_at(b, s.event).into_iter().any(|member| {
            !self
                .live_bsuids(member, Some(s.portfolio), Some(s.at))
                .is_empty()
        });
        if !has_bsuid && !self.is_recycled(b, s) {
            self.refresh(phone, link, s.at);
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
        self.shown(phone, s);
        self.dispute(CaseKind::PhoneClaimed, vec![a, b], phone, s);
        Some(a)
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
        let holder = self
            .timelines
            .get(&phone.id)
            .and_then(|line| line.without_bsuid(s.at));
        let Some(contact) = holder else {
            return self.found_by(s);
        };
        if let Some((link, held_by)) = self.held(phone, s.at)
            && held_by == contact
        {
            self.refresh(phone, link, s.at);
        }
        self.shown(phone, s);
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
            if s.bsuid.is_some() {
                self.seen_with(phone, s);
            } else {
                self.shown(phone, s);
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
            None => self.link(home, phone, s.at, through),
            Some((link, holder)) if holder == home => {
                self.refresh(phone, link, s.at);
            }
            Some((_, other)) => self.dispute(kind, vec![home, other], phone, s),
        }
    }

    pub(super) fn dispute(
        &mut self,
        kind: CaseKind,
        contacts: Vec<ContactId>,
        phone: Ident,
        s: &Sight,
    ) {
        let key = CaseKey::dispute(kind, &contacts, phone.id);
        self.ask(key, kind, contacts, (s.sighting, s.event, s.at));
    }

    fn shown(&mut self, phone: Ident, s: &Sight) {
        let shown = Shown {
            at: s.at,
            event: s.event,
            bsuid: s.bsuid.map(|b| b.id),
        };
        if let Some(line) = self.timelines.get_mut(&phone.id) {
            line.shown.push(shown);
        }
    }

    fn seen_with(&mut self, phone: Ident, s: &Sight) {
        if let (Some(line), Some(bsuid)) = (self.timelines.get(&phone.id), s.bsuid)
            && !line.seen_with.contains(&bsuid.id)
        {
            self.timeline(phone).seen_with.push(bsuid.id);
        }
    }

    /// Names, usernames, parents and the last time: labels, never keys.
    fn touch(&mut self, home: ContactId, s: &Sight, through: Option<EventId>) {
        let Some(known) = self.contacts.get_mut(&home) else {
            return;
        };
        let mut new = false;
        known.last_seen = known.last_seen.max(Some(s.at));
        if known.noted.is_none_or(|noted| s.at.0 - noted.0 >= DAY) {
            known.noted = Some(s.at);
            new = true;
        }
        if let Some(name) = &s.name {
            let slot = if name.book {
                &mut known.book
            } else {
                &mut known.profile
            };
            if slot.as_ref().is_none_or(|(at, _)| *at <= s.at) {
                new |= slot.as_ref().is_none_or(|(_, old)| old.raw != name.raw);
                *slot = Some((s.at, Arc::clone(name)));
            }
            if !known.names.iter().any(|n| n.raw == name.raw) {
                known.names.push(Arc::clone(name));
            }
        }
        if let Some(username) = s.username {
            new |= show_username(&mut known.usernames, username, s.at);
        }
        if let Some(parent) = s.parent {
            match known.parents.iter_mut().find(|p| p.ident == parent) {
                Some(old) => {
                    new |= s.at < old.since;
                    old.since = old.since.min(s.at);
                }
                None => {
                    known.parents.push(Parent {
                        ident: parent,
                        since: s.at,
                        until: None,
                        through,
                    });
                    new = true;
                }
            }
        }
        if new {
            self.mark_contact(home);
        }
    }
}

fn founding(s: &Sight, chief: Ident) -> Founding {
    Founding {
        founder: Founder::Event(s.event),
        chief,
        at: s.at,
    }
}

fn shares_word(a: &Name, b: &Name) -> bool {
    a.words.iter().any(|word| b.words.contains(word))
}

/// Puts a username into a contact's history: stretches of one name each. One
/// seen inside another's stretch parts it in two.
fn show_username(history: &mut Vec<UsernameShown>, ident: Ident, at: Timestamp) -> bool {
    let place = history.iter().rposition(|u| u.since <= at);
    if let Some(now) = place.and_then(|i| history.get_mut(i))
        && now.ident == ident
    {
        now.last = now.last.max(at);
        return false;
    }
    let next = place.map_or(0, |i| i + 1);
    if let Some(later) = history.get_mut(next)
        && later.ident == ident
    {
        later.since = at;
        return true;
    }
    let rest = place
        .and_then(|i| history.get(i))
        .filter(|now| now.last > at)
        .map(|now| {
            let after = Timestamp(at.0 + 1);
            UsernameShown {
                ident: now.ident,
                since: after,
                last: now.last,
            }
        });
    history.insert(
        next,
        UsernameShown {
            ident,
            since: at,
            last: at,
        },
    );
    if let Some(rest) = rest {
        history.insert(next + 1, rest);
    }
    true
}
