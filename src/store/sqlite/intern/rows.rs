//! The rows of what was new, written at the end of a batch.

use super::Interner;
use crate::store::Result;
use rusqlite::{Connection, params};

impl Interner {
    /// Writes the rows of what was new.
    pub(in crate::store::sqlite) fn write(&mut self, db: &Connection) -> Result<()> {
        self.new_idents
            .sort_unstable_by(|a, b| (a.kind, &a.value, a.scope).cmp(&(b.kind, &b.value, b.scope)));
        let mut insert = db.prepare_cached(
            "INSERT INTO identifier (id, kind, value, scope, well_formed) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for i in self.new_idents.drain(..) {
            insert.execute(params![i.id, i.kind, i.value, i.scope, i.well_formed])?;
        }
        self.new_sets
            .sort_unstable_by_key(|([portfolio, bsuid, phone, ..], id)| {
                (*bsuid, *phone, *portfolio, *id)
            });
        let mut insert = db.prepare_cached(
            "INSERT INTO sighting (id, portfolio, bsuid, phone, variant, attested, parent, username, seal)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        )?;
        for ([portfolio, bsuid, phone, variant, attested, parent, username], id) in
            self.new_sets.drain(..)
        {
            let sum = seal(
                portfolio,
                [bsuid, phone, variant, attested, parent, username],
            );
            insert.execute([
                id, portfolio, bsuid, phone, variant, attested, parent, username, sum,
            ])?;
        }
        let mut insert =
            db.prepare_cached("INSERT INTO name (id, raw, book) VALUES (?1, ?2, ?3)")?;
        for (id, name) in self.new_names.drain(..) {
            insert.execute(params![id, name.raw, name.book])?;
        }
        self.new_conversations.sort_unstable();
        let mut insert = db.prepare_cached(
            "INSERT INTO conversation (id, identifier, channel, thread) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for (identifier, channel, thread, id) in self.new_conversations.drain(..) {
            insert.execute(params![id, identifier, channel, thread])?;
        }
        Ok(())
    }
}

/// A sum over the columns of a sighting, so that `doctor` sees a silent edit:
/// a replay takes the sightings as they stand. FNV-1a, 64 bits.
pub(in crate::store::sqlite) fn seal(portfolio: i64, row: [i64; 6]) -> i64 {
    let columns = std::iter::once(portfolio).chain(row);
    let sum = columns
        .flat_map(i64::to_le_bytes)
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
            (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    sum.cast_signed()
}
