//! What is interned is kept by a mark of 128 bits instead of by its text: half
//! the memory, and no copy. The hash is keyed with the randomness of this
//! process (SipHash, twice), so that nobody can make two texts with one mark,
//! and by chance none meet: with ten million texts, one chance in 10^24.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};

/// The mark of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark(u64, u64);

impl Hash for Mark {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.1);
    }
}

/// Things by their mark.
pub(super) type ByMark<V> = HashMap<Mark, V, BuildHasherDefault<Through>>;

/// Makes marks; two makers make different ones.
#[derive(Default)]
pub(super) struct Marks(RandomState, RandomState);

impl Marks {
    /// The mark of `what`.
    pub(super) fn of(&self, what: &impl Hash) -> Mark {
        Mark(self.0.hash_one(what), self.1.hash_one(what))
    }
}

/// Hands 64 bits on that are a hash already.
#[derive(Default)]
pub(super) struct Through(u64);

impl Hasher for Through {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write_i64(&mut self, hash: i64) {
        self.0 = hash.cast_unsigned();
    }
}
