//! What goes into a replay: the log in order of arrival, and the decisions
//! that stand. Identifiers are row numbers here, so that nothing is copied.

use crate::domain::fact::ChangeType;
use crate::domain::identifier::Kind;
use crate::domain::ids::{ContactId, DecisionId, EventId, IdentifierId, PortfolioId, SightingId};
use crate::domain::time::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;

/// An identifier, as far as the rules ask: which, what kind, and whether a
/// BSUID is well formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ident {
    /// Its row.
    pub id: IdentifierId,
    /// Its kind.
    pub kind: Kind,
    /// A BSUID of the known shape; true for every other kind.
    pub well_formed: bool,
    /// Half of a row number: there are millions of these.
    scope: u32,
}

impl Ident {
    /// An identifier; `scope` is the portfolio of a BSUID, and zero for the
    /// other kinds.
    #[must_use]
    pub fn new(id: IdentifierId, kind: Kind, scope: PortfolioId, well_formed: bool) -> Self {
        Self {
            id,
            kind,
            well_formed,
            // No store has four billion portfolios.
            scope: u32::try_from(scope.0).unwrap_or(u32::MAX),
        }
    }

    /// The portfolio of a BSUID; zero for the other kinds.
    #[must_use]
    pub fn scope(&self) -> PortfolioId {
        PortfolioId(self.scope.into())
    }

    /// Of two forms of a number, the one by which a question about them is known.
    #[must_use]
    pub fn max_row(self, other: Self) -> Self {
        if self.id < other.id { other } else { self }
    }
}

/// A name as it was seen.
#[derive(Debug, PartialEq, Eq)]
pub struct Name {
    /// As it came.
    pub raw: String,
    /// Folded words.
    pub words: Vec<String>,
    /// From the business's address book.
    pub book: bool,
}

/// Identifiers that came together in one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// The event.
    pub event: EventId,
    /// The set.
    pub sighting: SightingId,
    /// The time it counts from.
    pub at: Timestamp,
    /// The scope of the BSUID.
    pub portfolio: PortfolioId,
    /// The BSUID.
    pub bsuid: Option<Ident>,
    /// The phone.
    pub phone: Option<Ident>,
    /// The phone's variant, where the item gave both forms.
    pub variant: Option<Ident>,
    /// A phone attested by a contact request.
    pub attested: Option<Ident>,
    /// The parent BSUID.
    pub parent: Option<Ident>,
    /// The username.
    pub username: Option<Ident>,
    /// The name.
    pub name: Option<Arc<Name>>,
    /// Whether a contact may be founded for it.
    pub founds: bool,
    /// It is a row of an imported file, not traffic.
    pub imported: bool,
}

/// One side of a change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ids {
    /// BSUID.
    pub bsuid: Option<Ident>,
    /// Parent BSUID.
    pub parent: Option<Ident>,
    /// Phone.
    pub phone: Option<Ident>,
}

impl Ids {
    /// BSUID and phone: the ids by which a contact is found.
    pub fn keys(&self) -> impl Iterator<Item = Ident> {
        [self.bsuid, self.phone].into_iter().flatten()
    }

    /// All three.
    pub fn all(&self) -> impl Iterator<Item = Ident> {
        [self.bsuid, self.parent, self.phone].into_iter().flatten()
    }

    /// Both name an id of one kind, and not the same.
    #[must_use]
    pub fn contradicts(&self, other: &Self) -> bool {
        let differ =
            |a: Option<Ident>, b: Option<Ident>| matches!((a, b), (Some(a), Some(b)) if a != b);
        differ(self.bsuid, other.bsuid)
            || differ(self.parent, other.parent)
            || differ(self.phone, other.phone)
    }
}

/// An event that says that identifiers were replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The event.
    pub event: EventId,
    /// Its current ids as a set.
    pub sighting: SightingId,
    /// When the ids were replaced.
    pub at: Timestamp,
    /// The scope of the BSUIDs.
    pub portfolio: PortfolioId,
    /// Which of the five events.
    pub kind: ChangeType,
    /// The ids before.
    pub previous: Ids,
    /// The ids after.
    pub current: Ids,
    /// The username told beside them.
    pub username: Option<Ident>,
    /// The name told beside them.
    pub name: Option<Arc<Name>>,
}

impl Change {
    /// Whether `other` is a copy of this change: of one portfolio, the same
    /// current BSUID (where one lacks it: the same current phone and previous
    /// ids), and no contradiction in what both name (domain.md, "Changes").
    #[must_use]
    pub fn is_copy(&self, other: &Self) -> bool {
        let (a, b) = (self, other);
        let same_current = if let (Some(x), Some(y)) = (a.current.bsuid, b.current.bsuid) {
            x == y
        } else {
            let mut before = a.previous.all();
            let shares = before.any(|id| b.previous.all().any(|other| id == other));
            let none = a.previous.all().chain(b.previous.all()).next().is_none();
            a.current.phone == b.current.phone
                && (a.current.phone.is_some() || a.current.parent == b.current.parent)
                && (shares || none)
        };
        a.portfolio == b.portfolio
            && same_current
            && !a.previous.contradicts(&b.previous)
            && !a.current.contradicts(&b.current)
    }
}

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A person was seen.
    Sight(Sight),
    /// Identifiers were replaced.
    Change(Change),
}

impl Entry {
    /// Its event.
    #[must_use]
    pub fn event(&self) -> EventId {
        match self {
            Entry::Sight(s) => s.event,
            Entry::Change(c) => c.event,
        }
    }

    /// The identifiers by which contacts are found: those that connect.
    #[must_use]
    pub fn keys(&self) -> Vec<Ident> {
        match self {
            Entry::Sight(s) => [s.bsuid, s.phone, s.variant, s.attested]
                .into_iter()
                .flatten()
                .collect(),
            Entry::Change(c) => c.previous.keys().chain(c.current.keys()).collect(),
        }
    }
}

/// The log entry that founded a contact; by it a replay recognises the contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Founder {
    /// Traffic.
    Event(EventId),
    /// A relink to new, or a reject.
    Decision(DecisionId),
}

/// What is known of a contact before a replay: its number never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Founding {
    /// By what.
    pub founder: Founder,
    /// Through which identifier: a dissolved contact's number leads to
    /// whoever holds this one at `at`.
    pub chief: Ident,
    /// The time of the founding entry.
    pub at: Timestamp,
}

/// A standing relink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Relink {
    /// The decision.
    pub decision: DecisionId,
    /// What moved.
    pub identifier: Ident,
    /// To whom; `None` founds a contact.
    pub to: Option<ContactId>,
    /// From when on.
    pub since: Timestamp,
}

/// A standing merge between two contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The decision.
    pub decision: DecisionId,
    /// One side.
    pub a: ContactId,
    /// The other.
    pub b: ContactId,
    /// The contact that it makes canonical.
    pub survivor: ContactId,
    /// The last event that had arrived when it was made.
    pub after: EventId,
}

/// Two contacts that are not one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wall {
    /// The decision.
    pub decision: DecisionId,
    /// One side.
    pub a: ContactId,
    /// The other.
    pub b: ContactId,
}

/// The decisions that stand, as far as homes ask: accepts, rejects and relinks
/// count from the start, merges from their place in the log.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// Accepted changes, by the first event of the change.
    pub accepted: HashMap<EventId, DecisionId>,
    /// Rejected changes.
    pub rejected: HashMap<EventId, DecisionId>,
    /// Relinks, in the order in which they were made.
    pub relinks: Vec<Relink>,
    /// Merges, in the order in which they were made.
    pub merges: Vec<Edge>,
}
