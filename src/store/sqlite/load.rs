//! Reads a connected part of the log for a replay: the closure of some
//! identifiers over sightings, changes, standing relinks and merges. Not over
//! usernames and parent BSUIDs, which would join strangers.

mod reach;

use super::read::query::numbers;
use crate::domain::identifier::Kind;
use crate::domain::ids::{ContactId, DecisionId, EventId, IdentifierId, PortfolioId, SightingId};
use crate::domain::text;
use crate::domain::time::Timestamp;
use crate::resolve::entry::{
    Change, Edge, Entry, Founder, Founding, Ident, Ids, Name, Relink, Sight, Standing,
};
use crate::store::Result;
use reach::Closure;
use rusqlite::{Connection, OptionalExtension, Row};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// A part of the log that nothing else is connected with.
#[derive(Default)]
pub(super) struct Part {
    /// Its identifiers.
    pub(super) idents: BTreeSet<i64>,
    /// Its entries, in order of arrival.
    pub(super) entries: Vec<Entry>,
    /// Its standing decisions.
    pub(super) standing: Standing,
    /// The contacts that were ever founded in it.
    pub(super) known: Vec<(ContactId, Founding)>,
    /// The changes of it that are accepted, all copies.
    pub(super) accepted: Vec<Change>,
}

/// Reads parts; keeps what it has read of identifiers and names.
#[derive(Default)]
pub(super) struct Loader {
    idents: HashMap<i64, Ident>,
    names: HashMap<i64, Arc<Name>>,
}

/// An event that shows a set.
struct Showing {
    sighting: i64,
    event: EventId,
    at: Timestamp,
    name: Option<i64>,
    founds: bool,
    imported: bool,
}

fn showing(r: &Row<'_>) -> rusqlite::Result<Showing> {
    Ok(Showing {
        sighting: r.get(0)?,
        event: EventId(r.get(1)?),
        at: Timestamp(r.get(2)?),
        name: r.get(3)?,
        founds: r.get(4)?,
        imported: r.get(5)?,
    })
}

/// All rows of a query with one number as its parameter.
fn rows<T>(
    db: &Connection,
    sql: &str,
    id: i64,
    read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let mut query = db.prepare_cached(sql)?;
    let found = query
        .query_map([id], read)?
        .collect::<rusqlite::Result<Vec<T>>>()?;
    Ok(found)
}

impl Loader {
    /// The part that these identifiers are connected with.
    pub(super) fn part(
        &mut self,
        db: &Connection,
        seeds: impl IntoIterator<Item = i64>,
    ) -> Result<Part> {
        let reach = Closure::of(self, db, seeds)?;
        self.read(db, reach)
    }

    /// The whole log.
    pub(super) fn whole(&mut self, db: &Connection) -> Result<Part> {
        let all = rows(
            db,
            "SELECT id FROM identifier WHERE id > ?1 AND kind IN ('bsuid', 'phone')",
            0,
            |r| r.get(0),
        )?;
        self.part(db, all)
    }

    fn founding(&mut self, db: &Connection, contact: i64) -> Result<Option<Founding>> {
        let mut query = db.prepare_cached(
            "SELECT founder_event, founder_decision, chief, founded_at FROM contact WHERE id = ?1",
        )?;
        let found = query
            .query_row([contact], |r| {
                Ok((
                    r.get::<_, Option<i64>>(0)?,
                    r.get::<_, Option<i64>>(1)?,
                    r.get::<_, i64>(2)?,
                    r.get(3)?,
                ))
            })
            .optional()?;
        let Some((event, decision, chief, at)) = found else {
            return Ok(None);
        };
        let founder = match (event, decision) {
            (Some(event), _) => Founder::Event(EventId(event)),
            (None, decision) => Founder::Decision(DecisionId(decision.unwrap_or(0))),
        };
        let chief = self.ident(db, chief)?;
        Ok(chief.map(|chief| Founding {
            founder,
            chief,
            at: Timestamp(at),
        }))
    }

    fn read(&mut self, db: &Connection, reach: Closure) -> Result<Part> {
        let mut part = Part {
            idents: reach.idents,
            ..Part::default()
        };
        part.known = reach
            .contacts
            .into_iter()
            .map(|(id, f)| (ContactId(id), f))
            .collect();
        let made_by: HashSet<Founder> = part.known.iter().map(|(_, f)| f.founder).collect();
        part.standing.merges = reach.edges.into_values().collect();
        for (decision, (ident, contact, since)) in reach.relinks {
            let Some(identifier) = self.ident(db, ident)? else {
                continue;
            };
            let decision = DecisionId(decision);
            let own = contact.is_none() || made_by.contains(&Founder::Decision(decision));
            let to = contact.map(ContactId).filter(|_| !own);
            part.standing.relinks.push(Relink {
                decision,
                identifier,
                to,
                since: Timestamp(since),
            });
        }
        self.sights(db, &reach.sightings, &mut part.entries)?;
        for event in reach.claims {
            let Some(change) = self.change(db, event)? else {
                continue;
            };
            let verdict = rows(
                db,
                "SELECT v.change, v.decision, v.accepted, c.event <= d.after
                 FROM claim c JOIN verdict v ON v.change = c.change JOIN decision d ON d.id = v.decision
                 WHERE c.event = ?1",
                event,
                |r| {
                    let (accepted, known): (bool, bool) = (r.get(2)?, r.get(3)?);
                    Ok((EventId(r.get(0)?), DecisionId(r.get(1)?), accepted, known))
                },
            )?;
            for (first, decision, accepted, known) in verdict {
                if accepted {
                    part.standing.accepted.insert(first, decision);
                    // Copies too: an id that only they name is led as well. One
                    // that came after the answer is no part of what was accepted:
                    // until it came, others could lead that id on.
                    part.accepted.extend(known.then(|| change.clone()));
                } else {
                    part.standing.rejected.insert(first, decision);
                }
            }
            part.entries.push(Entry::Change(change));
        }
        part.entries.sort_by_key(Entry::event);
        Ok(part)
    }

    /// What showed these sets, in no order: messages by the conversations that
    /// they came through, all else by the set.
    fn sights(
        &mut self,
        db: &Connection,
        sightings: &BTreeSet<i64>,
        to: &mut Vec<Entry>,
    ) -> Result<()> {
        let mut sets = HashMap::new();
        let mut through = BTreeSet::new();
        for sighting in sightings {
            let Some(set) = self.set(db, SightingId(*sighting))? else {
                continue;
            };
            through.extend(set.bsuid.or(set.phone).map(|i| i.id.0));
            let seen = rows(
                db,
                "SELECT n.sighting, e.id, e.seen_at, e.name, h.founds, h.surface = 'import'
                 FROM seen n CROSS JOIN event e ON e.id = n.event CROSS JOIN shape h ON h.id = e.shape
                 WHERE n.sighting = ?1 AND h.what <> 'change'",
                *sighting,
                showing,
            )?;
            sets.insert(*sighting, set);
            for shown in seen {
                to.extend(self.sight(db, &sets, &shown)?);
            }
        }
        for identifier in through {
            let messages = rows(
                db,
                "SELECT t.sighting, e.id, e.seen_at, e.name, h.founds, h.surface = 'import'
                 FROM conversation c CROSS JOIN timeline t ON t.conversation = c.id
                   CROSS JOIN event e ON e.id = t.event CROSS JOIN shape h ON h.id = e.shape
                 WHERE c.identifier = ?1",
                identifier,
                showing,
            )?;
            for shown in messages {
                to.extend(self.sight(db, &sets, &shown)?);
            }
        }
        Ok(())
    }

    fn sight(
        &mut self,
        db: &Connection,
        sets: &HashMap<i64, Sight>,
        shown: &Showing,
    ) -> Result<Option<Entry>> {
        let Some(set) = sets.get(&shown.sighting) else {
            return Ok(None);
        };
        let name = shown.name.map(|id| self.name(db, id)).transpose()?;
        Ok(Some(Entry::Sight(Sight {
            event: shown.event,
            at: shown.at,
            name,
            founds: shown.founds,
            imported: shown.imported,
            ..set.clone()
        })))
    }

    /// A set of identifiers, as a sight by no event yet.
    fn set(&mut self, db: &Connection, sighting: SightingId) -> Result<Option<Sight>> {
        let found = rows(
            db,
            "SELECT portfolio, bsuid, phone, variant, attested, parent, username FROM sighting WHERE id = ?1",
            sighting.0,
            |r| Ok((PortfolioId(r.get(0)?), numbers::<6>(r, 1)?)),
        )?;
        let Some((portfolio, ids)) = found.into_iter().next() else {
            return Ok(None);
        };
        let mut idents = [None; 6];
        for (slot, id) in idents.iter_mut().zip(ids) {
            *slot = self.ident(db, id)?;
        }
        let [bsuid, phone, variant, attested, parent, username] = idents;
        Ok(Some(Sight {
            event: EventId(0),
            sighting,
            at: Timestamp(0),
            portfolio,
            bsuid,
            phone,
            variant,
            attested,
            parent,
            username,
            name: None,
            founds: false,
            imported: false,
        }))
    }

    fn change(&mut self, db: &Connection, event: i64) -> Result<Option<Change>> {
        let found = rows(
            db,
            "SELECT c.kind, c.portfolio, c.at, c.sighting, c.previous_bsuid, c.previous_parent, c.previous_phone,
                    c.current_bsuid, c.current_parent, c.current_phone, s.username, e.name
             FROM claim c JOIN sighting s ON s.id = c.sighting JOIN event e ON e.id = c.event
             WHERE c.event = ?1",
            event,
            |r| {
                let ids: [i64; 6] = numbers(r, 4)?;
                let labels: (i64, Option<i64>) = (r.get(10)?, r.get(11)?);
                let kind: String = r.get(0)?;
                Ok((kind, r.get(1)?, r.get(2)?, r.get(3)?, ids, labels))
            },
        )?;
        let Some((kind, portfolio, at, sighting, ids, labels)) = found.into_iter().next() else {
            return Ok(None);
        };
        let username = self.ident(db, labels.0)?;
        let name = labels.1.map(|id| self.name(db, id)).transpose()?;
        let mut idents = [None; 6];
        for (slot, id) in idents.iter_mut().zip(ids) {
            *slot = self.ident(db, id)?;
        }
        let [pb, pp, pn, cb, cp, cn] = idents;
        Ok(
            crate::domain::fact::ChangeType::parse(&kind).map(|kind| Change {
                event: EventId(event),
                sighting: SightingId(sighting),
                at: Timestamp(at),
                portfolio: PortfolioId(portfolio),
                kind,
                previous: Ids {
                    bsuid: pb,
                    parent: pp,
                    phone: pn,
                },
                current: Ids {
                    bsuid: cb,
                    parent: cp,
                    phone: cn,
                },
                username,
                name,
            }),
        )
    }

    /// An identifier by its row; 0 is none.
    pub(super) fn ident(&mut self, db: &Connection, id: i64) -> Result<Option<Ident>> {
        if id == 0 {
            return Ok(None);
        }
        if let Some(known) = self.idents.get(&id) {
            return Ok(Some(*known));
        }
        let found = rows(
            db,
            "SELECT kind, scope, well_formed FROM identifier WHERE id = ?1",
            id,
            |r| Ok((r.get::<_, String>(0)?, r.get(1)?, r.get(2)?)),
        )?;
        let ident = found
            .into_iter()
            .next()
            .and_then(|(kind, scope, well_formed)| {
                let kind = Kind::parse(&kind)?;
                let scope = PortfolioId(scope);
                Some(Ident::new(IdentifierId(id), kind, scope, well_formed))
            });
        self.idents.extend(ident.map(|i| (id, i)));
        Ok(ident)
    }

    fn name(&mut self, db: &Connection, id: i64) -> Result<Arc<Name>> {
        if let Some(known) = self.names.get(&id) {
            return Ok(Arc::clone(known));
        }
        let (raw, book): (String, bool) = db
            .prepare_cached("SELECT raw, book FROM name WHERE id = ?1")?
            .query_row([id], |r| Ok((r.get(0)?, r.get(1)?)))?;
        let name = Arc::new(named(raw, book));
        self.names.insert(id, Arc::clone(&name));
        Ok(name)
    }
}

/// A name with its folded words.
pub(super) fn named(raw: String, book: bool) -> Name {
    let words = text::words(&raw);
    Name { raw, words, book }
}

/// A row of `edge`: decision, a, b, survivor, after.
pub(super) fn edge(r: &Row<'_>) -> rusqlite::Result<Edge> {
    Ok(Edge {
        decision: DecisionId(r.get(0)?),
        a: ContactId(r.get(1)?),
        b: ContactId(r.get(2)?),
        survivor: ContactId(r.get(3)?),
        after: EventId(r.get(4)?),
    })
}
