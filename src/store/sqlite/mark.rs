//! What is interned is kept by a mark of 96 bits instead of by its text: a
//! third of the memory, and no copy. The hash is keyed with the randomness of
//! this process (SipHash of 128 bits), so that nobody can make two texts with
//! one mark, and by chance none meet: with ten million texts, one chance in 10^15.

use siphasher::sip128::{Hasher128, SipHasher13};
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};

/// The mark of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark([u32; 3]);

impl Hash for Mark {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [a, b, _] = self.0;
        state.write_u64(u64::from(a) << 32 | u64::from(b));
    }
}

/// Things by their mark.
pub(super) type ByMark<V> = HashMap<Mark, V, BuildHasherDefault<Through>>;

/// Row numbers by their mark, in half the space while they are below four
/// billion.
#[derive(Default)]
pub(super) struct Rows {
    near: ByMark<u32>,
    far: ByMark<i64>,
}

impl Rows {
    /// The row of a mark.
    pub(super) fn get(&self, mark: Mark) -> Option<i64> {
        let near = self.near.get(&mark).map(|row| i64::from(*row));
        near.or_else(|| self.far.get(&mark).copied())
    }

    /// Remembers the row of a mark.
    pub(super) fn insert(&mut self, mark: Mark, row: i64) {
        match u32::try_from(row) {
            Ok(row) => drop(self.near.insert(mark, row)),
            Err(_) => drop(self.far.insert(mark, row)),
        }
    }

    /// How many are known.
    pub(super) fn len(&self) -> usize {
        self.near.len() + self.far.len()
    }
}

/// Makes marks; two makers make different ones.
pub(super) struct Marks(SipHasher13);

impl Default for Marks {
    fn default() -> Self {
        let random = || RandomState::new().hash_one(());
        Self(SipHasher13::new_with_keys(random(), random()))
    }
}

impl Marks {
    /// The mark of `what`.
    // Bits of the hash are left out, by intent.
    #[allow(clippy::cast_possible_truncation)]
    pub(super) fn of(&self, what: &impl Hash) -> Mark {
        let mut hasher = self.0;
        what.hash(&mut hasher);
        let hash = hasher.finish128();
        Mark([hash.h1 as u32, (hash.h1 >> 32) as u32, hash.h2 as u32])
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
