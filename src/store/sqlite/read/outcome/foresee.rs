//! The homes as they would be with one more decision: the same replay as the
//! decision's own, with nothing written. So what a page foresees of an accept,
//! a reject or a relink is what the decision does.

use super::super::holder::timeline;
use super::super::query::{first, rows};
use super::super::route::Whose;
use crate::domain::ids::{ContactId, DecisionId, EventId, IdentifierId};
use crate::domain::time::Timestamp;
use crate::resolve::entry::{Edge, Entry, Relink, Wall};
use crate::resolve::groups::impossible;
use crate::resolve::homes::Homes;
use crate::resolve::timeline::Timeline;
use crate::review::refusal::{Code, Refusal};
use crate::store::Result;
use crate::store::sqlite::group::{Joint, losing};
use crate::store::sqlite::ingest::next_contact;
use crate::store::sqlite::load::{Loader, Part};
use crate::store::sqlite::record::next_decision;
use crate::store::sqlite::terms::{Terms, seeds};
use rusqlite::Connection;
use std::collections::BTreeSet;

/// The decision that is added.
#[derive(Debug, Clone, Copy)]
pub(super) enum Added {
    /// Of the change whose first event this is.
    Accept(EventId),
    /// Of the change whose first event this is.
    Reject(EventId),
    /// `None` founds a contact.
    Relink {
        identifier: IdentifierId,
        to: Option<ContactId>,
        since: Timestamp,
    },
}

/// What follows from a decision.
pub(in crate::store::sqlite::read) struct Foreseen<'a> {
    homes: Homes,
    part: &'a Part,
    /// The number that the decision would have.
    own: DecisionId,
}

/// What an answer to a case can move: all that its terms are connected with.
pub(super) fn part(db: &Connection, terms: &Terms) -> Result<Part> {
    Loader::default().part(db, seeds(db, terms)?)
}

/// All that tell of a change: an id that only one of them names is led as well.
fn copies(db: &Connection, change: EventId) -> Result<BTreeSet<EventId>> {
    let sql = "SELECT event FROM claim WHERE change = ?1";
    let found = rows(db, sql, [change.0], |r| r.get(0).map(EventId))?;
    Ok(found.into_iter().collect())
}

/// Replays a part with one more decision.
pub(super) fn foresee<'a>(db: &Connection, part: &'a Part, added: Added) -> Result<Foreseen<'a>> {
    let own = next_decision(db)?;
    let (mut standing, mut accepted) = (part.standing.clone(), part.accepted.clone());
    match added {
        Added::Accept(change) => {
            standing.rejected.remove(&change);
            standing.accepted.insert(change, own);
            let copies = copies(db, change)?;
            accepted.extend(part.entries.iter().filter_map(|entry| match entry {
                Entry::Change(claim) if copies.contains(&claim.event) => Some(claim.clone()),
                _ => None,
            }));
        }
        Added::Reject(change) => {
            standing.accepted.remove(&change);
            let copies = copies(db, change)?;
            accepted.retain(|claim| !copies.contains(&claim.event));
            standing.rejected.insert(change, own);
        }
        Added::Relink {
            identifier,
            to,
            since,
        } => {
            let line = timeline(db, identifier)?;
            standing.relinks.extend(line.map(|line| Relink {
                decision: own,
                identifier: line.ident,
                to,
                since,
            }));
        }
    }
    let mut homes = Homes::default();
    homes.reserve_contacts(next_contact(db)?);
    homes.extend(standing, &part.known, accepted);
    homes.replay(&part.entries);
    Ok(Foreseen { homes, part, own })
}

impl Foreseen<'_> {
    /// The identifiers that the decision can move.
    pub(super) fn identifiers(&self) -> impl Iterator<Item = IdentifierId> {
        self.part.idents.iter().copied().map(IdentifierId)
    }

    /// The links of an identifier then; `None` if the decision cannot move it.
    pub(in crate::store::sqlite::read) fn line(&self, id: IdentifierId) -> Option<&Timeline> {
        self.homes.timelines().get(&id)
    }

    /// Whether the live link of a phone is unconfirmed then.
    pub(in crate::store::sqlite::read) fn is_unconfirmed(&self, line: &Timeline) -> bool {
        let unconfirmed = |link| self.homes.is_unconfirmed(line, link);
        line.live().is_some_and(unconfirmed)
    }

    /// Whether a contact exists then.
    pub(super) fn has(&self, contact: ContactId) -> bool {
        self.homes.contacts().contains_key(&contact)
    }

    /// Whether a contact holds an identifier then.
    pub(super) fn holds_any(&self, contact: ContactId) -> bool {
        let mut live = self
            .homes
            .timelines()
            .values()
            .filter_map(|line| line.live());
        live.any(|link| link.contact == contact)
    }

    /// The pairs that the decision itself keeps apart.
    pub(super) fn walls(&self) -> impl Iterator<Item = (ContactId, ContactId)> {
        let own = self.own;
        let walls = self.homes.reject_walls().iter();
        walls
            .filter(move |(by, _, _)| *by == own)
            .map(|(_, a, b)| (*a, *b))
    }

    /// The standing decisions that would become impossible; `merged` are the
    /// contacts that the decision also merges.
    pub(super) fn depends(&self, db: &Connection, merged: &[ContactId]) -> Result<Option<Refusal>> {
        let mut by: BTreeSet<DecisionId> = BTreeSet::new();
        let exists = |contact: &ContactId| self.homes.contacts().contains_key(contact);
        // The walls of rejects follow from the homes, and are raised anew.
        let rejects: Vec<DecisionId> = self.part.standing.rejected.values().copied().collect();
        let gone = self.part.known.iter().map(|(id, _)| id);
        for contact in gone.filter(|id| !exists(id)) {
            let sql = "SELECT decision FROM edge WHERE a = ?1 UNION SELECT decision FROM edge WHERE b = ?1
                       UNION SELECT decision FROM wall WHERE a = ?1 UNION SELECT decision FROM wall WHERE b = ?1
                       UNION SELECT decision FROM relink WHERE contact = ?1";
            let named = rows(db, sql, [contact.0], |r| r.get(0).map(DecisionId))?;
            by.extend(named.into_iter().filter(|id| !rejects.contains(id)));
        }
        for (change, decision) in &self.part.standing.accepted {
            let change = self.homes.changes().get(change);
            if change.is_some_and(|change| change.home.is_none()) {
                by.insert(*decision);
            }
        }
        let known = self.part.known.iter().map(|(id, _)| *id);
        let known = known.chain(merged.iter().copied()).collect();
        let first = merged.first().copied();
        let others = merged.iter().skip(1).zip(first.into_iter().cycle());
        let edges = others.map(|(b, a)| Edge {
            decision: self.own,
            a,
            b: *b,
            survivor: a,
            after: EventId(0),
        });
        let walls = self
            .homes
            .reject_walls()
            .iter()
            .map(|(decision, a, b)| Wall {
                decision: *decision,
                a: *a.min(b),
                b: *a.max(b),
            });
        let replaced = rejects.iter().copied().collect();
        let joint = Joint::read(db, &known)?.with(&replaced, walls, edges);
        let losing = losing(db, self.own, &joint.fold().idle)?;
        by.extend(impossible(self.own, &losing));
        let by: Vec<DecisionId> = by.into_iter().collect();
        Ok((!by.is_empty()).then(|| depends(by)))
    }
}

/// The canonical contact of one that exists then. A number that was never given
/// is a contact that the decision founds.
pub(in crate::store::sqlite::read) fn whose(db: &Connection, contact: ContactId) -> Result<Whose> {
    let sql = "SELECT CASE WHEN present THEN canonical ELSE id END FROM contact WHERE id = ?1";
    let known = first(db, sql, [contact.0], |r| r.get(0).map(ContactId))?;
    Ok(known.map_or(Whose::New, Whose::Of))
}

/// The refusal for standing decisions that would become impossible.
pub(super) fn depends(by: Vec<DecisionId>) -> Refusal {
    let detail = format!(
        "standing decision {} would become impossible; undo it first",
        super::together(&by)
    );
    Refusal {
        by_decisions: by,
        ..Refusal::new(Code::Depends, detail)
    }
}
