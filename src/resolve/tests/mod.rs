//! A small world to write the rules of the design down in: identifiers by
//! name, a log of what came in, decisions that stand, and questions to the
//! state that follows.
//!
//! The first letter of a name is its kind: `b1` is a BSUID of portfolio 1, `y1`
//! one of portfolio 2, `u1` one of unknown shape, `p1` a phone, `e1` a parent
//! BSUID, `@ana` a username. Times are days. Contacts are numbered from 1 in
//! the order in which they are founded.

mod accept;
mod cases;
mod chains;
mod changes;
mod matching;
mod properties;
mod reject;
mod relink;
mod suggest;
mod timeline;

use super::entry::{
    Change, Edge, Entry, Founding, Ident, Ids, Name, Relink, Sight, Standing, Wall,
};
use super::homes::Homes;
use crate::domain::case::CaseKind;
use crate::domain::fact::ChangeType;
use crate::domain::identifier::Kind;
use crate::domain::ids::{ContactId, DecisionId, EventId, IdentifierId, PortfolioId, SightingId};
use crate::domain::text;
use crate::domain::time::{DAY, HOUR, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// An identifier by its name; the number is made of the name, so that it is
/// the same in every world.
pub(super) fn ident(name: &str) -> Ident {
    let (kind, scope, well_formed) = match name.as_bytes()[0] {
        b'b' => (Kind::Bsuid, 1, true),
        b'y' => (Kind::Bsuid, 2, true),
        b'u' => (Kind::Bsuid, 1, false),
        b'p' => (Kind::Phone, 0, true),
        b'e' => (Kind::ParentBsuid, 0, true),
        b'@' => (Kind::Username, 0, true),
        other => panic!("no kind of identifier begins with {}", char::from(other)),
    };
    let id = name
        .bytes()
        .fold(0, |number, byte| number * 256 + i64::from(byte));
    Ident {
        id: IdentifierId(id),
        kind,
        scope: PortfolioId(scope),
        well_formed,
    }
}

fn name_of(id: IdentifierId) -> String {
    let bytes = id.0.to_be_bytes();
    String::from_utf8_lossy(&bytes)
        .trim_start_matches('\0')
        .to_owned()
}

fn day(day: i64) -> Timestamp {
    Timestamp(day * DAY)
}

/// Something that comes in.
#[derive(Clone)]
pub(super) struct Arrival {
    entry: Entry,
}

impl std::fmt::Debug for Arrival {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = |ids: Vec<Ident>| {
            let names: Vec<_> = ids.iter().map(|i| name_of(i.id)).collect();
            names.join(" ")
        };
        match &self.entry {
            Entry::Sight(s) => {
                let name = s.name.as_ref().map_or("", |n| n.raw.as_str());
                let ids = list(self.entry.keys());
                write!(f, "m({ids}) {name} at {} {}", days(s.at), s.founds)
            }
            Entry::Change(c) => {
                let (from, to) = (c.previous.keys().collect(), c.current.keys().collect());
                write!(
                    f,
                    "change({} -> {}) at {}",
                    list(from),
                    list(to),
                    days(c.at)
                )
            }
        }
    }
}

impl Arrival {
    fn time(&mut self) -> &mut Timestamp {
        match &mut self.entry {
            Entry::Sight(s) => &mut s.at,
            Entry::Change(c) => &mut c.at,
        }
    }

    pub(super) fn at(mut self, days: i64) -> Self {
        *self.time() = day(days);
        self
    }

    pub(super) fn hours(mut self, hours: i64) -> Self {
        let at = self.time();
        *at = at.plus(hours * HOUR);
        self
    }

    fn sight(mut self, set: impl FnOnce(&mut Sight)) -> Self {
        if let Entry::Sight(sight) = &mut self.entry {
            set(sight);
        }
        self
    }

    pub(super) fn named(self, raw: &str) -> Self {
        let words = text::words(raw);
        let raw = raw.to_owned();
        let name = Arc::new(Name {
            raw,
            words,
            book: false,
        });
        self.sight(|s| s.name = Some(name))
    }

    /// A status `failed`, a removal from a group: it founds no contact.
    pub(super) fn founds_nothing(self) -> Self {
        self.sight(|s| s.founds = false)
    }

    /// The second form of the phone.
    pub(super) fn variant(self, phone: &str) -> Self {
        self.sight(|s| s.variant = Some(ident(phone)))
    }

    /// A phone that a contact request attests.
    pub(super) fn attested(self, phone: &str) -> Self {
        self.sight(|s| s.attested = Some(ident(phone)))
    }
}

fn pick(ids: &str, kind: Kind) -> Option<Ident> {
    let mut all = ids.split_whitespace().map(ident);
    all.find(|i| i.kind == kind)
}

/// A message with these identifiers.
pub(super) fn m(ids: &str) -> Arrival {
    let bsuid = pick(ids, Kind::Bsuid);
    let sight = Sight {
        event: EventId(0),
        sighting: SightingId(0),
        at: day(1),
        portfolio: bsuid.map_or(PortfolioId(1), |b| b.scope),
        bsuid,
        phone: pick(ids, Kind::Phone),
        variant: None,
        attested: None,
        parent: pick(ids, Kind::ParentBsuid),
        username: pick(ids, Kind::Username),
        name: None,
        founds: true,
    };
    let entry = Entry::Sight(sight);
    Arrival { entry }
}

/// A change from these identifiers to those.
pub(super) fn change(from: &str, to: &str) -> Arrival {
    let side = |ids: &str| Ids {
        bsuid: pick(ids, Kind::Bsuid),
        parent: pick(ids, Kind::ParentBsuid),
        phone: pick(ids, Kind::Phone),
    };
    let (previous, current) = (side(from), side(to));
    let scope = previous.bsuid.or(current.bsuid);
    let change = Change {
        event: EventId(0),
        sighting: SightingId(0),
        at: day(1),
        portfolio: scope.map_or(PortfolioId(1), |b| b.scope),
        kind: ChangeType::UserChangedUserId,
        previous,
        current,
    };
    let entry = Entry::Change(change);
    Arrival { entry }
}

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
    known: BTreeMap<ContactId, Founding>,
    decisions: i64,
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
            .extend(founded.map(|(id, contact)| (*id, contact.founding)));
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
        use super::cases::CaseKey;
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
                mine.insert(*id);
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

fn days(at: Timestamp) -> String {
    let (day, rest) = (at.0.div_euclid(DAY), at.0.rem_euclid(DAY));
    match rest / HOUR {
        0 => day.to_string(),
        hours => format!("{day}+{hours}h"),
    }
}

fn named(entry: &Entry) -> Vec<IdentifierId> {
    entry.keys().iter().map(|i| i.id).collect()
}

/// A wall between two contacts.
pub(super) fn wall(decision: i64, a: i64, b: i64) -> Wall {
    Wall {
        decision: DecisionId(decision),
        a: ContactId(a),
        b: ContactId(b),
    }
}
