//! What must hold whatever came in and whatever was decided.

use super::{ContactId, Entry, Ident, Made, World, name_of};
use crate::domain::identifier::Kind;
use crate::domain::link::LinkState;
use crate::domain::time::Timestamp;
use crate::resolve::entry::{Founder, Name};
use crate::resolve::homes::{Contact, Dirty, Homes};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// At most one live link, and no two at one time; in order.
pub(super) fn invariant_1(w: &World) {
    for line in w.homes.timelines().values() {
        let live = line.links.iter().filter(|l| l.state.is_live()).count();
        assert!(live <= 1, "two live links: {:?}", line.links);
        for pair in line.links.windows(2) {
            assert!(
                pair[0].since <= pair[1].since,
                "not in order: {:?}",
                line.links
            );
            assert!(
                pair[0].until.is_some_and(|until| until <= pair[1].since),
                "two links at one time: {:?}",
                line.links
            );
        }
        for link in &line.links {
            assert!(link.until.is_none_or(|until| link.since <= until));
            assert_eq!(link.state.is_live(), link.until.is_none());
            assert!(w.homes.contacts().contains_key(&link.contact));
        }
    }
}

/// No contact is founded for an event whose BSUID has a link or whose phone is
/// held, except by rule 2's last resort, a relink to new, or a reject.
pub(super) fn invariant_3(before: &Homes, after: &Homes, entry: &Entry) {
    let founded: Vec<ContactId> = after
        .contacts()
        .iter()
        .filter(|(id, c)| {
            !before.contacts().contains_key(id)
                && c.founding.founder == Founder::Event(entry.event())
        })
        .map(|(id, _)| id)
        .collect();
    let Entry::Sight(s) = entry else {
        assert!(founded.is_empty(), "a change founds nobody by itself");
        return;
    };
    let Some(own) = founded.first() else { return };
    assert_eq!(founded.len(), 1);
    let held = |id: Option<Ident>| {
        let line = before.timelines().get(&id?.id)?;
        line.at(s.at).map(|i| line.links[i].contact)
    };
    assert!(s.founds);
    assert_eq!(held(s.bsuid), None, "its BSUID has a link");
    if let Some(holder) = held(s.phone) {
        let claimed = after.asks().values().any(|ask| {
            ask.contacts == [*own, holder] && ask.evidence.iter().any(|e| e.event == s.event)
        });
        assert!(claimed, "its phone is held, and nobody is asked");
    }
}

/// What is provisional waits for a change of its contact that has no answer,
/// and what is active for none.
pub(super) fn provisional_waits_for_a_change(w: &World) {
    let links = w.homes.timelines().values().flat_map(|line| &line.links);
    for link in links {
        let change = link.through().map(|c| &w.homes.changes()[&c]);
        let pending = change.is_some_and(|c| c.accepted.is_none());
        match link.state {
            LinkState::Provisional => assert!(pending, "{link:?}"),
            LinkState::Active => assert!(!pending, "{link:?}"),
            LinkState::Former => {}
        }
        if let Some(change) = change {
            assert_eq!(change.home, Some(link.contact), "{link:?}");
            assert!(change.rejected.is_none(), "{link:?}");
        }
    }
}

/// WhatsApp gives a person one BSUID per portfolio at a time: a contact has a
/// second one only while a change is pending, by a relink, or where it was seen
/// after the time of a change that led elsewhere.
pub(super) fn one_active_bsuid(w: &World) {
    if w.made.values().any(|made| matches!(made, Made::Relink(..))) {
        return;
    }
    let mut active = BTreeMap::new();
    for line in w.homes.timelines().values() {
        let counts = line.ident.well_formed && line.ident.kind == Kind::Bsuid;
        for link in line.links.iter().filter(|_| counts) {
            let own = (link.contact, line.ident.scope());
            // The current ids of a rejected change go together, whatever they are.
            let founder = w.homes.contacts()[&link.contact].founding.founder;
            if matches!(founder, Founder::Decision(_)) {
                continue;
            }
            let late = w.homes.changes().values().any(|c| {
                c.accepted.is_some() && c.home == Some(link.contact) && c.claim.at < link.since
            });
            if link.state == LinkState::Active && !late {
                let other = active.insert(own, line.ident);
                assert_eq!(other, None, "{:?} {link:?}", line.ident);
            }
        }
    }
}

pub(super) fn asks_name_contacts(w: &World) {
    for ask in w.homes.asks().values() {
        assert!(!ask.evidence.is_empty());
        let distinct: BTreeSet<_> = ask.contacts.iter().collect();
        assert_eq!(distinct.len(), ask.contacts.len());
        for contact in &ask.contacts {
            assert!(w.homes.contacts().contains_key(contact), "{ask:?}");
        }
    }
    for (_, a, b) in w.homes.reject_walls() {
        assert_ne!(a, b);
    }
}

/// Every sighting that may found a contact and has a key belongs to one.
pub(super) fn sightings_have_homes(w: &World) {
    for entry in &w.log {
        if let Entry::Sight(s) = entry
            && s.founds
            && s.bsuid.or(s.phone).is_some()
        {
            let home = w.home(s.event.0);
            assert!(home.is_some(), "event {} has no contact: {s:?}", s.event);
        }
    }
}

/// What is written of a contact, but for the time it was last seen.
fn written(c: &Contact) -> impl PartialEq {
    let raw = |name: &Option<(Timestamp, Arc<Name>)>| name.as_ref().map(|(_, n)| n.raw.clone());
    let usernames: Vec<_> = c.usernames.iter().map(|u| (u.ident, u.since)).collect();
    let shown = (raw(&c.book), raw(&c.profile));
    (usernames, c.parents.clone(), c.names.len(), shown)
}

/// What changes is said to be touched: the rest is not written.
pub(super) fn touched_is_told(before: &World, after: &World, touched: &Dirty) {
    let ids = before.homes.timelines().keys();
    for id in ids.chain(after.homes.timelines().keys()) {
        let one = BTreeSet::from([id]);
        let told = touched.links.contains(&id);
        let links = |w: &World| {
            let name = name_of(id);
            let line = w.homes.timelines().get(&id);
            let doubt: Vec<bool> = line
                .into_iter()
                .flat_map(|line| line.links.iter().map(|l| w.homes.is_unconfirmed(line, l)))
                .collect();
            (w.links(&name), doubt)
        };
        assert!(told || links(before) == links(after), "{one:?} is not told");
    }
    for (key, ask) in after.homes.asks() {
        let same = before.homes.asks().get(key) == Some(ask);
        assert!(same || touched.asks.contains(key), "{key:?} is not told");
    }
    for (id, contact) in after.homes.contacts().iter() {
        let known = before.homes.contacts().get(&id);
        let same = known.is_some_and(|old| written(old) == written(contact));
        assert!(
            same || touched.contacts.contains(&id),
            "contact {id} is not told"
        );
    }
    for (by, ..) in after
        .homes
        .reject_walls()
        .difference(before.homes.reject_walls())
    {
        let changes = touched.changes.iter().map(|c| &after.homes.changes()[c]);
        assert!(
            changes.filter_map(|c| c.rejected).any(|d| d == *by),
            "a wall is not told"
        );
    }
    for key in before.homes.asks().keys() {
        assert!(after.homes.asks().contains_key(key) || touched.asks.contains(key));
    }
}
