//! A cursor in a list, and an answer that is waited for.
//!
//! [`List`] knows the id under the cursor and never a place, so that a list
//! that changes under it cannot move it onto another thing. [`Slot`] knows the
//! ticket of the newest question, so that older answers are dropped.

use super::worker::{Ticket, Told};
use crate::domain::time::Timestamp;
use std::collections::HashSet;
use std::hash::Hash;

/// The cursor of a list and the first row that is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List<Id> {
    /// The thing under the cursor.
    pub(crate) cursor: Option<Id>,
    /// The first row drawn.
    pub(crate) top: usize,
}

impl<Id> Default for List<Id> {
    fn default() -> Self {
        Self {
            cursor: None,
            top: 0,
        }
    }
}

impl<Id: Copy + Eq + Hash> List<Id> {
    /// Where the cursor stands now.
    pub(crate) fn place(&self, ids: &[Id]) -> Option<usize> {
        let cursor = self.cursor?;
        ids.iter().position(|&id| id == cursor)
    }

    /// The thing under the cursor, if the list holds it now.
    pub(crate) fn current(&self, ids: &[Id]) -> Option<Id> {
        self.place(ids).map(|at| ids[at])
    }

    /// Moves the cursor by so many rows, as far as there are any.
    pub(crate) fn step(&mut self, ids: &[Id], by: isize) {
        let Some(last) = ids.len().checked_sub(1) else {
            return;
        };
        let to = match self.place(ids) {
            Some(at) => at.saturating_add_signed(by).min(last),
            None => 0,
        };
        self.cursor = ids.get(to).copied();
    }

    /// After a change of the list: stays on its thing; where that is gone, goes
    /// to the next of those that followed it, else to one before. An empty list
    /// (a filter that nothing fits) leaves it, for when the thing comes back.
    pub(crate) fn hold(&mut self, old: &[Id], new: &[Id]) {
        if new.is_empty() || self.place(new).is_some() {
            return;
        }
        let at = self.place(old).unwrap_or(0);
        let (before, after) = old.split_at(at.min(old.len()));
        // A list may hold a hundred thousand.
        let known: HashSet<&Id> = new.iter().collect();
        self.cursor = after
            .iter()
            .chain(before.iter().rev())
            .find(|id| known.contains(id))
            .or(new.first())
            .copied();
    }

    /// Scrolls so that the cursor is among `height` rows.
    pub(crate) fn keep_in_view(&mut self, ids: &[Id], height: usize) {
        let at = self.place(ids).unwrap_or(0);
        let height = height.max(1);
        self.top = self
            .top
            .min(at)
            .max((at + 1).saturating_sub(height))
            .min(ids.len().saturating_sub(height));
    }
}

/// What stands in a list under an id of its own.
pub(crate) trait Row {
    /// The id.
    type Id: Copy + Eq + Hash;

    /// Which it is.
    fn id(&self) -> Self::Id;
}

/// A list that is read as a whole, and the cursor in it.
pub(crate) struct Listed<R: Row> {
    /// What was read.
    pub(crate) rows: Slot<Vec<R>>,
    /// The cursor.
    pub(crate) list: List<R::Id>,
}

impl<R: Row> Default for Listed<R> {
    fn default() -> Self {
        Self {
            rows: Slot::default(),
            list: List::default(),
        }
    }
}

impl<R: Row> Listed<R> {
    /// What is shown, in order.
    pub(crate) fn shown(&self) -> &[R] {
        self.rows.value.as_deref().unwrap_or_default()
    }

    /// The ids of that.
    pub(crate) fn ids(&self) -> Vec<R::Id> {
        self.shown().iter().map(Row::id).collect()
    }

    /// What is under the cursor, if the list holds it now.
    pub(crate) fn under_cursor(&self) -> Option<&R> {
        let cursor = self.list.cursor?;
        self.shown().iter().find(|row| row.id() == cursor)
    }

    /// Takes an answer in, unless a newer one is waited for; the cursor stays on
    /// its row.
    pub(crate) fn fill(&mut self, ticket: Ticket, told: Told<Vec<R>>) -> bool {
        let old = self.ids();
        let is_news = self.rows.fill(ticket, told);
        self.list.hold(&old, &self.ids());
        is_news
    }
}

/// A list on a screen, whatever is in it.
pub(crate) trait Walk {
    /// Moves the cursor by so many rows, as far as there are any.
    fn step(&mut self, by: isize);

    /// Puts the cursor on the n-th row of those drawn; false if there is none.
    fn select(&mut self, n: usize) -> bool;

    /// Scrolls so that the cursor is among `height` rows.
    fn keep_in_view(&mut self, height: usize);
}

impl<R: Row> Walk for Listed<R> {
    fn step(&mut self, by: isize) {
        self.list.step(&self.ids(), by);
    }

    fn select(&mut self, n: usize) -> bool {
        let hit = self.shown().get(self.list.top + n).map(Row::id);
        self.list.cursor = hit.or(self.list.cursor);
        hit.is_some()
    }

    fn keep_in_view(&mut self, height: usize) {
        self.list.keep_in_view(&self.ids(), height);
    }
}

/// Something that was asked for, and the last that was told of it.
#[derive(Debug)]
pub(crate) struct Slot<T> {
    /// What was told last; stays while it is asked for again.
    pub(crate) value: Option<T>,
    /// Why nothing could be told.
    pub(crate) error: Option<String>,
    asked: Option<(Ticket, Timestamp)>,
}

impl<T> Default for Slot<T> {
    fn default() -> Self {
        Self {
            value: None,
            error: None,
            asked: None,
        }
    }
}

impl<T> Slot<T> {
    /// Notes that it was asked for.
    pub(crate) fn ask(&mut self, ticket: Ticket, now: Timestamp) {
        self.asked = Some((ticket, now));
    }

    /// Since when an answer is waited for.
    pub(crate) fn asked_at(&self) -> Option<Timestamp> {
        self.asked.map(|(_, at)| at)
    }

    /// Whether this ticket is the one waited for; then nothing is any more.
    pub(crate) fn arrives(&mut self, ticket: Ticket) -> bool {
        let is_it = self.asked.is_some_and(|(asked, _)| asked == ticket);
        if is_it {
            self.asked = None;
        }
        is_it
    }

    /// Takes an answer in, unless a newer one is waited for.
    pub(crate) fn fill(&mut self, ticket: Ticket, told: Told<T>) -> bool {
        if !self.arrives(ticket) {
            return false;
        }
        match told {
            Ok(value) => {
                self.value = Some(value);
                self.error = None;
            }
            Err(error) => self.error = Some(error),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_stays_on_its_id() {
        let mut list = List {
            cursor: Some(3),
            top: 0,
        };
        list.hold(&[1, 2, 3, 4], &[9, 8, 3, 1]);
        assert_eq!(list.cursor, Some(3));
        list.hold(&[9, 8, 3, 1], &[9, 8, 1]);
        assert_eq!(list.cursor, Some(1), "the one that followed");
        list.hold(&[9, 8, 1], &[9, 8]);
        assert_eq!(list.cursor, Some(8), "else one before");
        list.hold(&[9, 8], &[5]);
        assert_eq!(list.cursor, Some(5));
        list.hold(&[5], &[]);
        assert_eq!((list.cursor, list.current(&[])), (Some(5), None));
    }

    #[test]
    fn steps_stop_at_both_ends() {
        let ids = [1, 2, 3];
        let mut list = List::default();
        list.step(&ids, 1);
        assert_eq!(list.cursor, Some(1));
        list.step(&ids, isize::MAX);
        assert_eq!(list.cursor, Some(3));
        list.step(&ids, isize::MIN);
        assert_eq!(list.cursor, Some(1));
        list.step(&[], 1);
        list.keep_in_view(&[], 0);
    }

    #[test]
    fn an_older_answer_is_dropped() {
        let mut slot = Slot::default();
        slot.ask(1, Timestamp(0));
        slot.ask(2, Timestamp(0));
        assert!(!slot.fill(1, Ok("old")));
        assert!(slot.fill(2, Ok("new")));
        assert!(!slot.fill(2, Ok("again")));
        assert_eq!(slot.value, Some("new"));
    }
}
