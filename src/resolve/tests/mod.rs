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
mod invariants;
mod matching;
mod properties;
mod reject;
mod relink;
mod suggest;
mod timeline;
mod world;

use super::entry::{Change, Edge, Entry, Ident, Ids, Name, Sight, Wall};
use crate::domain::case::CaseKind;
use crate::domain::fact::ChangeType;
use crate::domain::identifier::Kind;
use crate::domain::ids::{ContactId, DecisionId, EventId, IdentifierId, PortfolioId, SightingId};
use crate::domain::text;
use crate::domain::time::{DAY, HOUR, Timestamp};
use std::sync::Arc;
use world::{Made, World, named, world};

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
    Ident::new(IdentifierId(id), kind, PortfolioId(scope), well_formed)
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

fn days(at: Timestamp) -> String {
    let (day, rest) = (at.0.div_euclid(DAY), at.0.rem_euclid(DAY));
    match rest / HOUR {
        0 => day.to_string(),
        hours => format!("{day}+{hours}h"),
    }
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

    /// A row of an imported file.
    pub(super) fn imported(self) -> Self {
        self.sight(|s| s.imported = true)
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
        portfolio: bsuid.map_or(PortfolioId(1), |b| b.scope()),
        bsuid,
        phone: pick(ids, Kind::Phone),
        variant: None,
        attested: None,
        parent: pick(ids, Kind::ParentBsuid),
        username: pick(ids, Kind::Username),
        name: None,
        founds: true,
        imported: false,
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
        portfolio: scope.map_or(PortfolioId(1), |b| b.scope()),
        kind: ChangeType::UserChangedUserId,
        previous,
        current,
        username: None,
        name: None,
    };
    let entry = Entry::Change(change);
    Arrival { entry }
}

/// A wall between two contacts.
pub(super) fn wall(decision: i64, a: i64, b: i64) -> Wall {
    Wall {
        decision: DecisionId(decision),
        a: ContactId(a),
        b: ContactId(b),
    }
}
