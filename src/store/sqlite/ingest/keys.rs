//! The keys of items against replays: 64 bits of a SHA-256 each, and the event
//! that came with it first.
//!
//! What a batch adds is written in the order of the keys, which are scattered
//! over the whole tree: so each page is touched once, not once a key. Most keys
//! are new, which a filter in memory tells without asking the store.

use crate::store::Result;
use rusqlite::{Connection, OptionalExtension};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::super::mark::Through;

/// Room for so many keys at the beginning.
const ROOM: usize = 1 << 17;

/// The keys that a writer knows.
#[derive(Default)]
pub(super) struct Keys {
    /// Which ones the store may hold, if they were read.
    stored: Option<Filter>,
    /// Those of this batch, with their event.
    new: HashMap<i64, i64, BuildHasherDefault<Through>>,
}

impl Keys {
    /// Reads all keys of the store; without it each is asked for.
    pub(super) fn learn(&mut self, db: &Connection) -> Result<()> {
        let count = "SELECT count(*) FROM event_key";
        let held: i64 = db.query_row(count, [], |r| r.get(0))?;
        let held = usize::try_from(held).unwrap_or(0);
        let mut filter = Filter::with_room(ROOM.max(held * 2));
        let mut query = db.prepare("SELECT key FROM event_key")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            filter.insert(row.get(0)?);
        }
        self.stored = Some(filter);
        Ok(())
    }

    /// The event that came with this key before; without one, the key now
    /// belongs to `event`.
    pub(super) fn claim(&mut self, db: &Connection, key: &str, event: i64) -> Result<Option<i64>> {
        let key = hash(key);
        let known = self.of(db, key)?;
        if known.is_none() {
            self.new.insert(key, event);
        }
        Ok(known)
    }

    /// The event that came with this key before.
    pub(super) fn find(&self, db: &Connection, key: &str) -> Result<Option<i64>> {
        self.of(db, hash(key))
    }

    fn of(&self, db: &Connection, key: i64) -> Result<Option<i64>> {
        if let Some(earlier) = self.new.get(&key) {
            return Ok(Some(*earlier));
        }
        if self.stored.as_ref().is_none_or(|all| all.may_hold(key)) {
            let mut query = db.prepare_cached("SELECT event FROM event_key WHERE key = ?1")?;
            return Ok(query.query_row([key], |r| r.get(0)).optional()?);
        }
        Ok(None)
    }

    /// Writes what the batch added.
    pub(super) fn write(&mut self, db: &Connection) -> Result<()> {
        let mut new: Vec<(i64, i64)> = self.new.drain().collect();
        new.sort_unstable();
        let mut insert = db.prepare_cached("INSERT INTO event_key VALUES (?1, ?2)")?;
        for (key, event) in new {
            insert.execute([key, event])?;
            if let Some(stored) = &mut self.stored {
                stored.insert(key);
            }
        }
        match &self.stored {
            Some(stored) if stored.is_full() => self.learn(db),
            _ => Ok(()),
        }
    }
}

/// The key of an item, shortened.
pub(in crate::store::sqlite) fn hash(key: &str) -> i64 {
    let digest = Sha256::digest(key.as_bytes());
    digest
        .iter()
        .take(8)
        .fold(0_i64, |value, byte| (value << 8) | i64::from(*byte))
}

/// A Bloom filter over keys that are hashes already, 3 bytes a key: one that was
/// put in is always found, another about once in fifty thousand times. All bits
/// of a key lie in one line of the processor's cache.
struct Filter {
    lines: Vec<[u64; 8]>,
    held: usize,
}

/// Keys that a line of 512 bits is meant for.
const KEYS_A_LINE: usize = 21;

impl Filter {
    fn with_room(keys: usize) -> Self {
        Self {
            lines: vec![[0; 8]; keys / KEYS_A_LINE + 1],
            held: 0,
        }
    }

    fn is_full(&self) -> bool {
        self.held > self.lines.len() * KEYS_A_LINE
    }

    /// The line of a key, and its bits there.
    #[allow(clippy::cast_possible_truncation)]
    fn place(&self, key: i64) -> (usize, [u64; 8]) {
        let key = key.cast_unsigned();
        let line = (u128::from(key) * self.lines.len() as u128) >> 64;
        // The low bits tell nothing of the line; the golden ratio mixes them.
        let mut rest = key.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut bits = [0; 8];
        for word in &mut bits {
            *word = 1 << (rest & 63);
            rest >>= 6;
        }
        (line as usize, bits)
    }

    fn insert(&mut self, key: i64) {
        let (line, bits) = self.place(key);
        for (word, bit) in self.lines[line].iter_mut().zip(bits) {
            *word |= bit;
        }
        self.held += 1;
    }

    fn may_hold(&self, key: i64) -> bool {
        let (line, bits) = self.place(key);
        let held = self.lines[line].iter().zip(bits);
        // No branch for each: which bit is missing tells nothing.
        held.fold(0, |missing, (word, bit)| missing | (!word & bit)) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::{Filter, hash};

    #[test]
    fn what_was_put_in_is_found_and_hardly_anything_else() {
        let mut filter = Filter::with_room(50_000);
        let key = |n: u32| hash(&format!("key {n}"));
        for n in 0..50_000 {
            assert!(!filter.is_full());
            filter.insert(key(n));
        }
        assert!((0..50_000).all(|n| filter.may_hold(key(n))));
        let false_hits = (50_000..250_000).filter(|n| filter.may_hold(key(*n)));
        assert!(false_hits.count() < 40);
        for n in 50_000..51_000 {
            filter.insert(key(n));
        }
        assert!(filter.is_full());
    }
}
