//! The log, the decisions that stand, and the questions to the state that
//! follows. Whatever a test takes in one by one must equal a replay of it.

use super::{Arrival, day, days, ident, name_of};
use crate::domain::case::CaseKind;
use crate::domain::ids::{ContactId, DecisionId, EventId, IdentifierId, SightingId};
use crate::domain::time::Timestamp;
use crate::resolve::cases::CaseKey;
use crate::resolve::entry::{Edge, Entry, Founding, Ident, Relink, Standing};
use crate::resolve::homes::Homes;
use std::collections::{BTreeMap, BTreeSet};

/// A decision, as far as homes ask.
#[derive(Debug, Clone, Copy)]
pub(super) enum Made {
    Accept(EventId),
    Reject(EventId),
    Relink(Ident, Option<ContactId>, Timestamp),
    Merge(ContactId, ContactId, EventId),
}

/// The log, the decisions that stand, and the state that they give.
#[derive(Default)]
pub(super) struct World {
    pub(super) log: Vec<Entry>,
    pub(super) made: BTreeMap<DecisionId, Made>,
    pub(super) known: BTreeMap<ContactId, Founding>,
    pub(super) decisions: i64,
    pub(super) homes: Homes,
    /// Not to compare with a replay after each entry: a long log is slow then.
    pub(super) unchecked: bool,
}

pub(super) fn world() -> World {
    let mut world = World::default();
    world.replay();
    world
}

impl World {
    /// Takes it in, and says its event. What it gives on top of the entries
    /// before must equal what a replay of the whole log gives.
    pub(super) fn take(&mut self, arrival: Arrival) -> i64 {
        let event = EventId(i64::try_from(self.log.len()).unwrap() + 1);
        let mut entry = arrival.entry;
        match &mut entry {
            Entry::Sight(s) => (s.event, s.sighting) = (event, SightingId(event.0)),
            Entry::Change(c) => (c.event, c.sighting) = (event, SightingId(event.0)),
        }
        self.log.push(entry.clone());
        self.homes.apply(&entry);
        self.learn();
        if !self.unchecked {
            let grown = self.state();
            self.replay();
            assert_eq!(grown, self.state(), "grown and replayed differ");
        }
        event.0
    }

    pub(super) fn take_all(&mut self, arrivals: impl IntoIterator<Item = Arrival>) {
        for arrival in arrivals {
            self.take(arrival);
        }
    }

    fn learn(&mut self) {
        let founded = self.homes.contacts().iter();
        self.known
            .extend(founded.map(|(id, contact)| (id, contact.founding)));
    }

    /// The homes of this log under these decisions, with the contacts known so far.
    pub(super) fn homes_of(&self, log: &[Entry]) -> Homes {
        let (mut standing, mut accepted) = (Standing::default(), Vec::new());
        for (decision, made) in &self.made {
            let decision = *decision;
            match *made {
                Made::Accept(event) => {
                    standing.accepted.insert(event, decision);
                    accepted.extend(self.log.iter().filter_map(|e| match e {
                        Entry::Change(c) if c.event == event => Some(c.clone()),
                        _ => None,
                    }));
                }
                Made::Reject(event) => {
                    standing.rejected.insert(event, decision);
                }
                Made::Relink(identifier, to, since) => standing.relinks.push(Relink {
                    decision,
                    identifier,
                    to,
                    since,
                }),
                Made::Merge(a, b, after) => standing.merges.push(Edge {
                    decision,
                    a,
                    b,
                    survivor: a,
                    after,
                }),
            }
        }
        let next = self.known.keys().last().map_or(1, |id| id.0 + 1);
        let known: Vec<_> = self.known.iter().map(|(id, f)| (*id, *f)).collect();
        let mut homes = Homes::new(Standing::default(), &[], next);
        homes.extend(standing, &known, accepted);
        homes.replay(log);
        homes
    }

    pub(super) fn replay(&mut self) {
        self.homes = self.homes_of(&self.log);
        self.learn();
    }

    pub(super) fn decide(&mut self, made: Made) -> DecisionId {
        self.decisions += 1;
        let decision = DecisionId(self.decisions);
        self.made.insert(decision, made);
        self.replay();
        decision
    }

    pub(super) fn accept(&mut self, event: i64) -> DecisionId {
        self.decide(Made::Accept(EventId(event)))
    }

    pub(super) fn reject(&mut self, event: i64) -> DecisionId {
        self.decide(Made::Reject(EventId(event)))
    }

    pub(super) fn relink(&mut self, id: &str, to: i64, since: i64) -> DecisionId {
        self.decide(Made::Relink(ident(id), Some(ContactId(to)), day(since)))
    }

    pub(super) fn relink_to_new(&mut self, id: &str, since: i64) -> DecisionId {
        self.decide(Made::Relink(ident(id), None, day(since)))
    }

    /// A merge made when all of the log so far had arrived.
    pub(super) fn merge(&mut self, a: i64, b: i64) -> DecisionId {
        let last = self.log.last().map_or(EventId(0), Entry::event);
        self.decide(Made::Merge(ContactId(a), ContactId(b), last))
    }

    pub(super) fn undo(&mut self, decision: DecisionId) {
        self.made.remove(&decision);
        self.replay();
    }

    /// Who holds it at the beginning of that day.
    pub(super) fn holder(&self, id: &str, at: i64) -> Option<i64> {
        let id = ident(id);
        let line = self.homes.timelines().get(&id.id)?;
        line.at(day(at)).map(|i| line.links[i].contact.0)
    }

    /// The contact that an event's sighting belongs to.
    pub(super) fn home(&self, event: i64) -> Option<i64> {
        let entry = self.log.iter().find(|e| e.event().0 == event)?;
        let (bsuid, phone, at) = match entry {
            Entry::Sight(s) => (s.bsuid, s.phone, s.at),
            Entry::Change(c) => (c.current.bsuid, c.current.phone, c.at),
        };
        let home = self
            .homes
            .home(bsuid.map(|i| i.id), phone.map(|i| i.id), at);
        home.map(|id| id.0)
    }

    /// Its links, each as `contact state since-until`.
    pub(super) fn links(&self, id: &str) -> Vec<String> {
        let line = self.homes.timelines().get(&ident(id).id);
        let links = line.into_iter().flat_map(|line| &line.links);
        links
            .map(|l| {
                let until = l.until.map(days).unwrap_or_default();
                format!("{} {} {}-{until}", l.contact, l.state, days(l.since))
            })
            .collect()
    }

    /// Everything that is asked, each as `kind contacts` and, of a dispute, its identifier.
    pub(super) fn asks(&self) -> Vec<String> {
        let asks = self.homes.asks().iter();
        let mut asks: Vec<String> = asks
            .map(|(key, ask)| {
                let contacts: Vec<_> = ask.contacts.iter().map(ToString::to_string).collect();
                let about = match key {
                    CaseKey::Dispute { identifier, .. } => format!(" {}", name_of(*identifier)),
                    _ => String::new(),
                };
                format!("{} {}{about}", ask.kind, contacts.join(","))
            })
            .collect();
        asks.sort();
        asks
    }

    /// The kind of a change's question.
    pub(super) fn kind(&self, event: i64) -> Option<CaseKind> {
        let change = self.homes.change_of(EventId(event))?;
        self.homes.changes()[&change].kind
    }

    pub(super) fn contacts(&self) -> BTreeSet<i64> {
        self.homes.contacts().keys().map(|id| id.0).collect()
    }

    pub(super) fn walls(&self) -> Vec<(i64, i64)> {
        let walls = self.homes.reject_walls().iter();
        walls.map(|(_, a, b)| (a.0, b.0)).collect()
    }

    /// Whether a phone counts as unconfirmed now.
    pub(super) fn unconfirmed(&self, phone: &str) -> bool {
        let line = &self.homes.timelines()[&ident(phone).id];
        let live = line.live().unwrap();
        self.homes.is_unconfirmed(line, live)
    }

    /// All that follows from the log, as text: to compare two states with.
    pub(super) fn state(&self) -> String {
        let all: BTreeSet<IdentifierId> = self.log.iter().flat_map(named).collect();
        self.part(&all)
    }

    /// The same, for what concerns these identifiers.
    pub(super) fn part(&self, ids: &BTreeSet<IdentifierId>) -> String {
        let mut lines = Vec::new();
        for id in ids {
            let name = name_of(*id);
            let line = self.homes.timelines().get(id);
            let doubts: Vec<bool> = line
                .into_iter()
                .flat_map(|line| {
                    line.links
                        .iter()
                        .map(|l| self.homes.is_unconfirmed(line, l))
                })
                .collect();
            lines.push(format!("{name} {:?} {doubts:?}", self.links(&name)));
        }
        let mut mine: BTreeSet<ContactId> = BTreeSet::new();
        for entry in &self.log {
            if named(entry).iter().any(|id| ids.contains(id)) {
                let event = entry.event();
                lines.push(format!("home of {event} {:?}", self.home(event.0)));
                if let Some(first) = self.homes.change_of(event) {
                    let c = &self.homes.changes()[&first];
                    lines.push(format!(
                        "change {event} {first} {:?} {:?} {:?}",
                        c.kind, c.home, c.contacts
                    ));
                }
            }
        }
        for (id, contact) in self.homes.contacts().iter().collect::<BTreeMap<_, _>>() {
            if ids.contains(&contact.founding.chief.id) {
                mine.insert(id);
                let keys: Vec<_> = contact.keys.iter().map(|k| name_of(k.id)).collect();
                let labels = (&contact.usernames, &contact.parents, contact.last_seen);
                lines.push(format!(
                    "contact {id} {:?} {keys:?} {labels:?}",
                    contact.founding
                ));
            }
        }
        for (key, ask) in self.homes.asks() {
            if ask.contacts.iter().any(|c| mine.contains(c)) {
                lines.push(format!("{key:?} {ask:?}"));
            }
        }
        for wall in self.homes.reject_walls() {
            if mine.contains(&wall.1) {
                lines.push(format!("{wall:?}"));
            }
        }
        lines.join("\n")
    }
}

pub(super) fn named(entry: &Entry) -> Vec<IdentifierId> {
    entry.keys().iter().map(|i| i.id).collect()
}
