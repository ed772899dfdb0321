//! What is connected: the closure of some identifiers over sightings, changes,
//! standing relinks and merges. Only numbers are read here; the entries that
//! they stand for are read after it.

use super::{Loader, edge, rows};
use crate::resolve::entry::{Edge, Founding};
use crate::store::Result;
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};

/// The numbers of what is connected.
#[derive(Default)]
pub(super) struct Closure {
    pub(super) idents: BTreeSet<i64>,
    todo: Vec<i64>,
    pub(super) sightings: BTreeSet<i64>,
    pub(super) claims: BTreeSet<i64>,
    pub(super) contacts: BTreeMap<i64, Founding>,
    pub(super) edges: BTreeMap<(i64, i64, i64), Edge>,
    pub(super) relinks: BTreeMap<i64, (i64, Option<i64>, i64)>,
}

impl Closure {
    /// What these identifiers are connected with.
    pub(super) fn of(
        loader: &mut Loader,
        db: &Connection,
        seeds: impl IntoIterator<Item = i64>,
    ) -> Result<Self> {
        let mut reach = Self::default();
        for seed in seeds {
            reach.reach(seed);
        }
        while let Some(ident) = reach.todo.pop() {
            reach.visit(loader, db, ident)?;
        }
        Ok(reach)
    }

    fn reach(&mut self, ident: i64) {
        if ident > 0 && self.idents.insert(ident) {
            self.todo.push(ident);
        }
    }

    fn visit(&mut self, loader: &mut Loader, db: &Connection, ident: i64) -> Result<()> {
        for column in ["bsuid", "phone", "variant", "attested"] {
            let sql = format!(
                "SELECT id, bsuid, phone, variant, attested FROM sighting WHERE {column} = ?1 AND {column} > 0"
            );
            let found = rows(db, &sql, ident, |r| {
                Ok((
                    r.get::<_, i64>(0)?,
                    [r.get(1)?, r.get(2)?, r.get(3)?, r.get::<_, i64>(4)?],
                ))
            })?;
            for (sighting, keys) in found {
                self.sightings.insert(sighting);
                for key in keys {
                    self.reach(key);
                }
            }
        }
        for column in [
            "previous_bsuid",
            "previous_phone",
            "current_bsuid",
            "current_phone",
        ] {
            let sql = format!(
                "SELECT event, previous_bsuid, previous_phone, current_bsuid, current_phone
                 FROM claim WHERE {column} = ?1 AND {column} > 0"
            );
            let found = rows(db, &sql, ident, |r| {
                Ok((
                    r.get::<_, i64>(0)?,
                    [r.get(1)?, r.get(2)?, r.get(3)?, r.get::<_, i64>(4)?],
                ))
            })?;
            for (event, keys) in found {
                self.claims.insert(event);
                for key in keys {
                    self.reach(key);
                }
            }
        }
        for contact in rows(db, "SELECT id FROM contact WHERE chief = ?1", ident, |r| {
            r.get(0)
        })? {
            self.reach_contact(loader, db, contact)?;
        }
        let relinks = rows(
            db,
            "SELECT decision, contact, since FROM relink WHERE identifier = ?1",
            ident,
            |r| Ok((r.get(0)?, r.get::<_, Option<i64>>(1)?, r.get(2)?)),
        )?;
        for (decision, contact, since) in relinks {
            self.relinks.insert(decision, (ident, contact, since));
            if let Some(contact) = contact {
                self.reach_contact(loader, db, contact)?;
            }
        }
        Ok(())
    }

    fn reach_contact(&mut self, loader: &mut Loader, db: &Connection, first: i64) -> Result<()> {
        let mut todo = vec![first];
        while let Some(contact) = todo.pop() {
            if self.contacts.contains_key(&contact) {
                continue;
            }
            let Some(founding) = loader.founding(db, contact)? else {
                continue;
            };
            self.contacts.insert(contact, founding);
            self.reach(founding.chief.id.0);
            let edges = rows(
                db,
                "SELECT decision, a, b, survivor, after FROM edge WHERE a = ?1
                 UNION SELECT decision, a, b, survivor, after FROM edge WHERE b = ?1",
                contact,
                edge,
            )?;
            for edge in edges {
                self.edges
                    .insert((edge.decision.0, edge.a.0, edge.b.0), edge);
                todo.extend([edge.a.0, edge.b.0]);
            }
            for ident in rows(
                db,
                "SELECT identifier FROM relink WHERE contact = ?1",
                contact,
                |r| r.get(0),
            )? {
                self.reach(ident);
            }
        }
        Ok(())
    }
}
