//! Everything that the store holds, read into memory: for an intake of which
//! each item would otherwise ask for several rows.

use super::super::load::named;
use super::{Interner, Thing};
use crate::domain::identifier::Kind;
use crate::store::Result;
use rusqlite::Connection;
use std::sync::Arc;

impl Interner {
    /// Reads all that the store holds.
    pub(in crate::store::sqlite) fn learn(&mut self, db: &Connection) -> Result<()> {
        let mut query = db.prepare("SELECT id, kind, value, scope FROM identifier")?;
        let mut rows = query.query([])?;
        while let Some(r) = rows.next()? {
            let (kind, value, scope): (String, String, i64) = (r.get(1)?, r.get(2)?, r.get(3)?);
            if let Some(kind) = Kind::parse(&kind) {
                let mark = self.marks.of(&Thing::Ident(kind, &value, scope));
                let id = r.get(0)?;
                self.rows.insert(mark, id);
                self.pair(kind, &value, id);
            }
        }
        let mut query = db.prepare(
            "SELECT id, portfolio, bsuid, phone, variant, attested, parent, username FROM sighting",
        )?;
        let mut rows = query.query([])?;
        while let Some(r) = rows.next()? {
            let mut row = [0_i64; 7];
            for (slot, column) in row.iter_mut().zip(1..) {
                *slot = r.get(column)?;
            }
            self.rows
                .insert(self.marks.of(&Thing::Set(&row)), r.get(0)?);
        }
        let mut query = db.prepare("SELECT id, raw, book FROM name")?;
        let mut rows = query.query([])?;
        while let Some(r) = rows.next()? {
            let (raw, book): (String, bool) = (r.get(1)?, r.get(2)?);
            let mark = self.marks.of(&(raw.as_str(), book));
            let entry = (r.get(0)?, Arc::new(named(raw, book)));
            self.names.entry(mark).or_insert(entry);
        }
        let mut query = db.prepare("SELECT id, identifier, channel, thread FROM conversation")?;
        let mut rows = query.query([])?;
        while let Some(r) = rows.next()? {
            let (through, channel, thread): (i64, i64, String) = (r.get(1)?, r.get(2)?, r.get(3)?);
            let mark = self
                .marks
                .of(&Thing::Conversation(through, channel, &thread));
            self.rows.insert(mark, r.get(0)?);
        }
        self.complete = true;
        Ok(())
    }
}
