//! Many things by their row number, close together.
//!
//! Row numbers are counted up, so that an index of pages finds a thing without
//! a hash, and costs four bytes a row. The things lie one behind the other:
//! neither a pointer nor a header for each, since there are millions. A number
//! that is far out, as only an edited store has one, is found by a hash.

use super::ids::IdMap;
use std::fmt;
use std::hash::Hash;

/// Rows a page of the index.
const PAGE: usize = 512;
/// Things that are given room for at once.
const CHUNK: usize = 256;
/// Numbers from here on are far out.
const FAR: usize = 1 << 30;

/// The number of a row.
pub trait RowId: Copy + Eq + Hash {
    /// The number.
    fn row(self) -> i64;
}

/// Things by the number of their row. None is ever taken out.
pub struct IdTable<K, V> {
    /// The place of each row plus one; 0 where there is nothing.
    pages: Vec<Option<Box<[u32; PAGE]>>>,
    far: IdMap<K, u32>,
    chunks: Vec<Vec<(K, V)>>,
}

impl<K, V> Default for IdTable<K, V> {
    fn default() -> Self {
        Self {
            pages: Vec::new(),
            far: IdMap::default(),
            chunks: Vec::new(),
        }
    }
}

impl<K: RowId, V> IdTable<K, V> {
    fn near(id: K) -> Option<(usize, usize)> {
        let row = usize::try_from(id.row()).ok().filter(|row| *row < FAR)?;
        Some((row / PAGE, row % PAGE))
    }

    fn place(&self, id: K) -> Option<usize> {
        let place = match Self::near(id) {
            Some((page, slot)) => self.pages.get(page)?.as_ref()?[slot],
            None => *self.far.get(&id)?,
        };
        (place as usize).checked_sub(1)
    }

    /// The thing of a row.
    #[must_use]
    pub fn get(&self, id: &K) -> Option<&V> {
        let place = self.place(*id)?;
        let entry = self.chunks.get(place / CHUNK)?.get(place % CHUNK)?;
        Some(&entry.1)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, id: &K) -> Option<&mut V> {
        let place = self.place(*id)?;
        let entry = self.chunks.get_mut(place / CHUNK)?.get_mut(place % CHUNK)?;
        Some(&mut entry.1)
    }

    /// Whether the row has a thing.
    #[must_use]
    pub fn contains_key(&self, id: &K) -> bool {
        self.place(*id).is_some()
    }

    /// The thing of a row, made where there is none.
    pub fn get_or_insert_with(&mut self, id: K, make: impl FnOnce() -> V) -> &mut V {
        let place = match self.place(id) {
            Some(place) => place,
            None => self.push(id, make()),
        };
        &mut self.chunks[place / CHUNK][place % CHUNK].1
    }

    fn push(&mut self, id: K, thing: V) -> usize {
        let place = self.len();
        if place.is_multiple_of(CHUNK) {
            // Few are wanted of a small part of a log, and all of a long intake.
            let room = if place == 0 { 4 } else { CHUNK };
            self.chunks.push(Vec::with_capacity(room));
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.push((id, thing));
        }
        // Memory ends long before four billion of them.
        let number = u32::try_from(place + 1).unwrap_or(0);
        match Self::near(id) {
            Some((page, slot)) => {
                if self.pages.len() <= page {
                    self.pages.resize_with(page + 1, || None);
                }
                self.pages[page].get_or_insert_with(|| Box::new([0; PAGE]))[slot] = number;
            }
            None => {
                self.far.insert(id, number);
            }
        }
        place
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        let whole = self.chunks.len().saturating_sub(1) * CHUNK;
        whole + self.chunks.last().map_or(0, Vec::len)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// All of them, in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = (K, &V)> {
        self.chunks.iter().flatten().map(|(id, thing)| (*id, thing))
    }

    /// Their rows, in the same order.
    pub fn keys(&self) -> impl Iterator<Item = K> {
        self.iter().map(|(id, _)| id)
    }

    /// The things alone, in the same order.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.iter().map(|(_, thing)| thing)
    }
}

#[cfg(test)]
impl<K: RowId, V> std::ops::Index<&K> for IdTable<K, V> {
    type Output = V;

    fn index(&self, id: &K) -> &V {
        self.get(id).unwrap()
    }
}

impl<K: RowId + fmt::Debug, V: fmt::Debug> fmt::Debug for IdTable<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::ids::EventId;
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        /// It answers as a map does, also for numbers that no store gives.
        #[test]
        fn it_is_a_map(rows in prop::collection::vec(
            prop_oneof![0..3000_i64, any::<i64>(), Just((1 << 30) - 1), Just(1 << 30)], 0..900,
        )) {
            let (mut table, mut map) = (IdTable::default(), HashMap::new());
            for (turn, row) in rows.iter().enumerate() {
                let thing = *table.get_or_insert_with(EventId(*row), || turn);
                prop_assert_eq!(thing, *map.entry(*row).or_insert(turn));
                prop_assert_eq!(table.len(), map.len());
            }
            for row in rows.iter().flat_map(|row| [*row, row.wrapping_add(1)]) {
                let id = EventId(row);
                prop_assert_eq!(table.get(&id), map.get(&row));
                prop_assert_eq!(table.contains_key(&id), map.contains_key(&row));
            }
            if let Some(row) = rows.first() {
                *table.get_mut(&EventId(*row)).unwrap() = 5000;
                map.insert(*row, 5000);
            }
            let all: HashMap<i64, usize> = table.iter().map(|(id, thing)| (id.0, *thing)).collect();
            prop_assert_eq!(all, map);
        }
    }
}
