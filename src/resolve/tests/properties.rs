//! Random logs with random decisions keep the invariants of the design.

use super::{
    Arrival, ContactId, Entry, EventId, Ident, IdentifierId, Made, World, change, day, ident, m,
    world,
};
use crate::domain::identifier::Kind;
use crate::domain::ids::DecisionId;
use crate::domain::link::LinkState;
use crate::domain::time::HOUR;
use crate::resolve::entry::Founder;
use crate::resolve::homes::Homes;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone)]
enum Step {
    In(Arrival),
    Accept(usize),
    Reject(usize),
    Relink(&'static str, Option<i64>, i64),
    Merge(i64, i64),
    Undo(usize),
}

const BSUIDS: [&str; 6] = ["b1", "b2", "b3", "b4", "y1", "u1"];
const PHONES: [&str; 4] = ["p1", "p2", "p3", "p4"];

/// Names of identifiers with another digit in front: strangers to the others.
fn moved(set: &'static [&'static str], aside: bool) -> impl Strategy<Value = String> {
    let with = move |name: &&str| {
        let (kind, number) = name.split_at(1);
        if aside {
            format!("{kind}9{number}")
        } else {
            (*name).to_owned()
        }
    };
    prop::sample::select(set).prop_map(move |name| with(&name))
}

/// A BSUID, a phone, or both, or neither.
fn ids(aside: bool) -> impl Strategy<Value = String> {
    let one = move |set| prop::option::weighted(0.7, moved(set, aside));
    (one(&BSUIDS), one(&PHONES)).prop_map(|(bsuid, phone)| {
        [bsuid, phone]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
    })
}

fn arrival(aside: bool) -> impl Strategy<Value = Arrival> {
    let message = (
        ids(aside),
        prop::option::of(0..3_usize),
        prop::option::weighted(0.1, moved(&PHONES, aside)),
        prop::option::weighted(0.1, moved(&PHONES, aside)),
        prop::bool::weighted(0.9),
    );
    let message = message.prop_map(|(ids, name, variant, attested, founds)| {
        let mut seen = m(&ids);
        if let Some(name) = name {
            seen = seen.named(["Ana Souza", "Ben Lee", "Ana Lima"][name]);
        }
        if let Some(phone) = variant {
            seen = seen.variant(&phone);
        }
        if let Some(phone) = attested {
            seen = seen.attested(&phone);
        }
        if founds { seen } else { seen.founds_nothing() }
    });
    // The BSUIDs of one change are of one portfolio.
    let one_portfolio = |(from, to): &(String, String)| from.contains('y') == to.contains('y');
    let change = (ids(aside), ids(aside))
        .prop_filter("portfolios", one_portfolio)
        .prop_map(|(from, to)| change(&from, &to));
    (prop_oneof![4 => message, 3 => change], 0..120_i64, 0..4_i64)
        .prop_map(|(arrival, days, hours)| arrival.at(days).hours(hours))
}

fn step() -> impl Strategy<Value = Step> {
    let keys: Vec<&str> = BSUIDS.into_iter().chain(PHONES).collect();
    let contact = 1..7_i64;
    prop_oneof![
        8 => arrival(false).prop_map(Step::In),
        1 => (0..9_usize).prop_map(Step::Accept),
        1 => (0..9_usize).prop_map(Step::Reject),
        1 => (prop::sample::select(keys), prop::option::of(contact.clone()), 0..120_i64)
            .prop_map(|(id, to, since)| Step::Relink(id, to, since)),
        1 => (contact.clone(), contact).prop_map(|(a, b)| Step::Merge(a, b)),
        1 => (0..9_usize).prop_map(Step::Undo),
    ]
}

fn random() -> World {
    World {
        unchecked: true,
        ..world()
    }
}

fn nth<T: Copy>(all: &[T], n: usize) -> Option<T> {
    (!all.is_empty()).then(|| all[n % all.len()])
}

/// Takes a step, if it can be taken now.
fn take(w: &mut World, step: Step) {
    let changes: Vec<EventId> = w.homes.changes().keys().copied().collect();
    let open = |w: &World, change: EventId| {
        let c = &w.homes.changes()[&change];
        c.kind.is_some() && c.accepted.is_none() && c.rejected.is_none()
    };
    match step {
        Step::In(arrival) => {
            w.take(arrival);
        }
        Step::Accept(n) => {
            if let Some(c) = nth(&changes, n).filter(|c| open(w, *c)) {
                w.accept(c.0);
            }
        }
        Step::Reject(n) => {
            if let Some(c) = nth(&changes, n).filter(|c| open(w, *c)) {
                w.reject(c.0);
            }
        }
        Step::Relink(id, to, since) => {
            let to = to.filter(|to| w.contacts().contains(to));
            w.decide(Made::Relink(ident(id), to.map(ContactId), day(since)));
        }
        Step::Merge(a, b) => {
            if a != b && w.contacts().contains(&a) && w.contacts().contains(&b) {
                w.merge(a, b);
            }
        }
        Step::Undo(n) => {
            let made: Vec<DecisionId> = w.made.keys().copied().collect();
            if let Some(decision) = nth(&made, n) {
                w.undo(decision);
            }
        }
    }
}

/// At most one live link, and no two at one time; in order.
fn invariant_1(w: &World) {
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
fn invariant_3(before: &Homes, after: &Homes, entry: &Entry) {
    let founded: Vec<ContactId> = after
        .contacts()
        .iter()
        .filter(|(id, c)| {
            !before.contacts().contains_key(id)
                && c.founding.founder == Founder::Event(entry.event())
        })
        .map(|(id, _)| *id)
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
fn provisional_waits_for_a_change(w: &World) {
    let links = w.homes.timelines().values().flat_map(|line| &line.links);
    for link in links {
        let change = link.through.map(|c| &w.homes.changes()[&c]);
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
fn one_active_bsuid(w: &World) {
    if w.made.values().any(|made| matches!(made, Made::Relink(..))) {
        return;
    }
    let mut active = BTreeMap::new();
    for line in w.homes.timelines().values() {
        let counts = line.ident.well_formed && line.ident.kind == Kind::Bsuid;
        for link in line.links.iter().filter(|_| counts) {
            let own = (link.contact, line.ident.scope);
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

fn asks_name_contacts(w: &World) {
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
fn sightings_have_homes(w: &World) {
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

/// Two identical worlds, the log of the second taken in by two parts.
fn in_two_parts(w: &World) {
    let middle = w.log.len() / 2;
    let mut parts = w.homes_of(&w.log[..middle]);
    for entry in &w.log[middle..] {
        parts.apply(entry);
    }
    assert_eq!(text(w, parts), w.state(), "in two parts");
}

fn text(w: &World, homes: Homes) -> String {
    let other = World {
        log: w.log.clone(),
        homes,
        ..World::default()
    };
    other.state()
}

/// What changes is said to be touched: the rest is not written.
fn touched_is_told(before: &World, after: &World, touched: &crate::resolve::homes::Dirty) {
    let ids = before.homes.timelines().keys();
    for id in ids.chain(after.homes.timelines().keys()) {
        let one = BTreeSet::from([*id]);
        let told = touched.links.contains(id);
        let links = |w: &World| {
            let name = super::name_of(*id);
            let line = w.homes.timelines().get(id);
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
    for key in before.homes.asks().keys() {
        assert!(after.homes.asks().contains_key(key) || touched.asks.contains(key));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_log_under_any_decisions_keeps_the_invariants(steps in prop::collection::vec(step(), 1..22)) {
        let mut w = random();
        for step in steps {
            let before = w.homes_of(&w.log);
            let length = w.log.len();
            take(&mut w, step);
            if w.log.len() > length {
                invariant_3(&before, &w.homes, &w.log[length]);
            }
        }
        invariant_1(&w);
        provisional_waits_for_a_change(&w);
        one_active_bsuid(&w);
        asks_name_contacts(&w);
        sightings_have_homes(&w);
        let grown = w.state();
        w.replay();
        prop_assert_eq!(&w.state(), &grown, "grown since the last decision, and replayed");
        in_two_parts(&w);
        w.replay();
        prop_assert_eq!(&w.state(), &grown, "the same input twice, the same contacts");
    }

    #[test]
    fn a_decision_taken_out_again_leaves_no_trace(
        steps in prop::collection::vec(step(), 1..16),
        last in step(),
    ) {
        let mut w = random();
        for step in steps {
            take(&mut w, step);
        }
        let (before, made) = (w.state(), w.made.len());
        if matches!(last, Step::In(_) | Step::Undo(_)) {
            return Ok(());
        }
        take(&mut w, last);
        if w.made.len() > made {
            let decision = *w.made.keys().last().unwrap();
            w.undo(decision);
        }
        prop_assert_eq!(w.state(), before);
    }

    #[test]
    fn an_entry_tells_all_that_it_touched(steps in prop::collection::vec(step(), 1..16), last in arrival(false)) {
        let mut w = random();
        for step in steps {
            take(&mut w, step);
        }
        let mut grown = w.homes_of(&w.log);
        grown.take_dirty();
        let before = World { homes: w.homes_of(&w.log), ..World::default() };
        w.take(last);
        grown.apply(&w.log[w.log.len() - 1]);
        let touched = grown.take_dirty();
        touched_is_told(&before, &w, &touched);
    }

    #[test]
    fn what_is_not_connected_does_not_matter(
        steps in prop::collection::vec(step(), 1..12),
        strangers in prop::collection::vec((0..12_usize, arrival(true)), 1..8),
    ) {
        let (mut alone, mut among) = (random(), random());
        let mut events = Vec::new();
        for (i, step) in steps.into_iter().enumerate() {
            for (_, stranger) in strangers.iter().filter(|(place, _)| *place == i) {
                among.take(stranger.clone());
            }
            if let Step::In(arrival) = step {
                let (a, b) = (alone.take(arrival.clone()), among.take(arrival));
                events.push((a, b));
            } else if let (Step::Accept(n), false) = (&step, events.is_empty()) {
                let (a, b) = events[n % events.len()];
                if alone.homes.change_of(EventId(a)) == Some(EventId(a)) {
                    alone.accept(a);
                    among.accept(b);
                }
            } else if let (Step::Reject(n), false) = (&step, events.is_empty()) {
                let (a, b) = events[n % events.len()];
                if alone.homes.change_of(EventId(a)) == Some(EventId(a)) {
                    alone.reject(a);
                    among.reject(b);
                }
            } else if let Step::Relink(id, None, since) = step {
                alone.relink_to_new(id, since);
                among.relink_to_new(id, since);
            }
        }
        prop_assert_eq!(shape(&alone), shape(&among));
    }
}

/// The state of the connected part, without the numbers that depend on what
/// else there is: contacts by what they were founded for.
fn shape(w: &World) -> Vec<String> {
    let mine: BTreeSet<IdentifierId> = BSUIDS.iter().chain(&PHONES).map(|n| ident(n).id).collect();
    let place = |event: EventId| {
        let own = |e: &&Entry| super::named(e).iter().any(|id| mine.contains(id));
        let before = w.log.iter().filter(own).filter(|e| e.event() < event);
        before.count()
    };
    let who = |id: ContactId| match w.homes.contacts()[&id].founding.founder {
        Founder::Event(event) => format!("event {}", place(event)),
        Founder::Decision(decision) => format!("decision {decision}"),
    };
    let mut lines = Vec::new();
    for id in &mine {
        for l in w
            .homes
            .timelines()
            .get(id)
            .into_iter()
            .flat_map(|t| &t.links)
        {
            let through = l.through.map(place);
            let times = (l.since.0 / HOUR, l.until.map(|t| t.0 / HOUR));
            lines.push(format!(
                "{id} {} {} {times:?} {through:?}",
                who(l.contact),
                l.state
            ));
        }
    }
    for ask in w.homes.asks().values() {
        let evidence: Vec<_> = ask
            .evidence
            .iter()
            .map(|e| (place(e.event), e.count))
            .collect();
        let known = |e: &crate::resolve::cases::Evidence| {
            let entry = w.log.iter().find(|entry| entry.event() == e.event);
            entry.is_some_and(|entry| super::named(entry).iter().any(|id| mine.contains(id)))
        };
        if ask.evidence.iter().any(known) {
            let contacts: Vec<_> = ask.contacts.iter().map(|c| who(*c)).collect();
            lines.push(format!("{} {contacts:?} {evidence:?}", ask.kind));
        }
    }
    lines.sort();
    lines
}
