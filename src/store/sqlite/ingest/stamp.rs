//! Whether others have written to the store since, and what: an operator who
//! works on while much comes in claims a case with each look at it, which
//! changes nothing that an intake goes by, and decides now and then.

use crate::store::Result;
use rusqlite::{Connection, OptionalExtension};

/// How far a store has come, as an intake left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Intakes and rescopes so far: they add identifiers, keys and events.
    pub(super) intakes: i64,
    /// The last entry of the audit log: every decision and undo has one.
    entry: i64,
}

/// What of a writer's memory is still true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// All of it.
    All,
    /// Which rows there are, but not who holds what.
    Rows,
    /// Nothing.
    Nothing,
}

const INTAKES: &str = "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'intakes'";

impl Stamp {
    /// Reads it, inside of a transaction that writes.
    pub(super) fn read(db: &Connection) -> Result<Self> {
        let intakes = db.prepare_cached(INTAKES)?;
        let intakes = { intakes }.query_row([], |r| r.get(0)).optional()?;
        let entry = "SELECT coalesce(max(entry), 0) FROM audit";
        Ok(Self {
            intakes: intakes.unwrap_or(0),
            entry: db.prepare_cached(entry)?.query_row([], |r| r.get(0))?,
        })
    }

    /// What holds of a memory that was made at this stamp.
    pub(super) fn kept(&self, now: &Self) -> Kept {
        match (self.intakes == now.intakes, self.entry == now.entry) {
            (true, true) => Kept::All,
            (true, false) => Kept::Rows,
            (false, _) => Kept::Nothing,
        }
    }
}

/// Counts an intake or a rescope, in its own transaction; gives how many.
pub(in crate::store::sqlite) fn count_intake(db: &Connection) -> Result<i64> {
    let sql = "INSERT INTO meta VALUES ('intakes', '1')
               ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1
               RETURNING CAST(value AS INTEGER)";
    Ok(db.prepare_cached(sql)?.query_row([], |r| r.get(0))?)
}
