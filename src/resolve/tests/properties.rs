//! Random logs with random decisions keep the invariants of the design.

use super::invariants::{
    asks_name_contacts, invariant_1, invariant_3, one_active_bsuid, provisional_waits_for_a_change,
    sightings_have_homes, touched_is_told,
};
use super::{
    Arrival, ContactId, Entry, EventId, IdentifierId, Made, World, change, day, ident, m, world,
};
use crate::domain::ids::DecisionId;
use crate::domain::time::HOUR;
use crate::resolve::entry::Founder;
use crate::resolve::homes::Homes;
use proptest::prelude::*;
use std::collections::BTreeSet;

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
            let through = l.through().map(place);
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
