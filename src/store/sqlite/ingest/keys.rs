//! The keys of items against replays: 64 bits of a SHA-256 each, and the event
//! that came with it first.
//!
//! What a batch adds is written in the order of the keys, which are scattered
//! over the whole tree: so each page is touched once, not once a key.

use crate::store::Result;
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasherDefault;

use super::super::mark::Through;

/// The keys that a writer knows.
#[derive(Default)]
pub(super) struct Keys {
    /// All that the store holds, if they were read.
    stored: Option<HashSet<i64, BuildHasherDefault<Through>>>,
    /// Those of this batch, with their event.
    new: HashMap<i64, i64, BuildHasherDefault<Through>>,
}

impl Keys {
    /// Reads all keys of the store; without it each is asked for.
    pub(super) fn learn(&mut self, db: &Connection) -> Result<()> {
        let mut query = db.prepare("SELECT key FROM event_key")?;
        let all = query.query_map([], |r| r.get(0))?;
        self.stored = Some(all.collect::<rusqlite::Result<_>>()?);
        Ok(())
    }

    /// The event that came with this key before; without one, the key now
    /// belongs to `event`.
    pub(super) fn claim(&mut self, db: &Connection, key: &str, event: i64) -> Result<Option<i64>> {
        let key = hash(key);
        if let Some(earlier) = self.new.get(&key) {
            return Ok(Some(*earlier));
        }
        if self.stored.as_ref().is_none_or(|all| all.contains(&key)) {
            let mut query = db.prepare_cached("SELECT event FROM event_key WHERE key = ?1")?;
            let known = query.query_row([key], |r| r.get(0)).optional()?;
            if known.is_some() {
                return Ok(known);
            }
        }
        self.new.insert(key, event);
        Ok(None)
    }

    /// Writes what the batch added.
    pub(super) fn write(&mut self, db: &Connection) -> Result<()> {
        let mut new: Vec<(i64, i64)> = self.new.drain().collect();
        new.sort_unstable();
        if let Some(stored) = &mut self.stored {
            stored.extend(new.iter().map(|(key, _)| key));
        }
        let mut insert = db.prepare_cached("INSERT INTO event_key VALUES (?1, ?2)")?;
        for (key, event) in new {
            insert.execute([key, event])?;
        }
        Ok(())
    }
}

/// The key of an item, shortened.
fn hash(key: &str) -> i64 {
    let digest = Sha256::digest(key.as_bytes());
    digest
        .iter()
        .take(8)
        .fold(0_i64, |value, byte| (value << 8) | i64::from(*byte))
}
