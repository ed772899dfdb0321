//! Which cases of a list are marked for a batch.
//!
//! Marks are ids, so that they stay on their cases whatever the list does. All
//! that fit the filter can be marked before all of them were read; then what is
//! not marked is remembered instead.

use crate::domain::ids::CaseId;
use std::collections::BTreeSet;

/// Marks of a list.
#[derive(Debug, Default, Clone)]
pub(crate) struct Marks {
    /// The marked ones; with `is_all`, those that are not.
    ids: BTreeSet<CaseId>,
    /// Whether all that fit are marked, also those not read yet.
    is_all: bool,
    /// Where a range begins that is being drawn up to the cursor.
    anchor: Option<CaseId>,
}

impl Marks {
    /// Whether a case is marked, but for the range being drawn.
    pub(crate) fn has(&self, case: CaseId) -> bool {
        self.ids.contains(&case) != self.is_all
    }

    /// Whether none is, and no range is being drawn.
    pub(crate) fn is_empty(&self) -> bool {
        !self.is_all && self.ids.is_empty() && self.anchor.is_none()
    }

    /// Whether all that fit are marked but for a few.
    pub(crate) fn is_all(&self) -> bool {
        self.is_all
    }

    /// Whether not one of all that fit was taken out again.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_all && self.ids.is_empty()
    }

    /// Whether a range is being drawn.
    pub(crate) fn is_drawing(&self) -> bool {
        self.anchor.is_some()
    }

    /// Marks a case, or takes its mark away.
    pub(crate) fn toggle(&mut self, case: CaseId) {
        if !self.ids.remove(&case) {
            self.ids.insert(case);
        }
    }

    /// Begins a range at the cursor, or ends it there.
    pub(crate) fn range(&mut self, list: &[CaseId], cursor: CaseId) {
        if self.anchor.is_none() {
            self.anchor = Some(cursor);
            return;
        }
        for case in self.drawn(list, Some(cursor)).to_vec() {
            if !self.has(case) {
                self.toggle(case);
            }
        }
        self.anchor = None;
    }

    /// The range being drawn, from where it began to the cursor.
    pub(crate) fn drawn<'a>(&self, list: &'a [CaseId], cursor: Option<CaseId>) -> &'a [CaseId] {
        let place = |id: Option<CaseId>| list.iter().position(|&other| Some(other) == id);
        match (place(self.anchor), place(cursor)) {
            (Some(a), Some(b)) => &list[a.min(b)..=a.max(b)],
            _ => &[],
        }
    }

    /// Marks all that fit; none, if all are marked.
    pub(crate) fn all(&mut self) {
        let was_whole = self.is_whole();
        self.clear();
        self.is_all = !was_whole;
    }

    /// Takes all marks away.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The range being drawn is given up; false if there is none.
    pub(crate) fn give_up_range(&mut self) -> bool {
        self.anchor.take().is_some()
    }

    /// The marked ones of a list, in its order, with the range being drawn.
    pub(crate) fn of(&self, list: &[CaseId], cursor: Option<CaseId>) -> Vec<CaseId> {
        let drawn = self.drawn(list, cursor);
        let is_in = |id: &CaseId| self.has(*id) || drawn.contains(id);
        list.iter().copied().filter(is_in).collect()
    }

    /// How many are marked, where `whole` fit and the list holds what was read.
    pub(crate) fn count(&self, whole: usize, list: &[CaseId], cursor: Option<CaseId>) -> usize {
        let unread = if self.is_all {
            whole.saturating_sub(list.len())
        } else {
            0
        };
        self.of(list, cursor).len() + unread
    }

    /// Forgets those that are no longer asked.
    pub(crate) fn forget(&mut self, gone: &[CaseId]) {
        if !self.is_all {
            self.ids.retain(|id| !gone.contains(id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(of: &[i64]) -> Vec<CaseId> {
        of.iter().copied().map(CaseId).collect()
    }

    #[test]
    fn one_a_range_and_all_but_one() {
        let list = ids(&[5, 3, 9, 7]);
        let at = |n: i64| Some(CaseId(n));
        let mut marks = Marks::default();
        marks.toggle(CaseId(7));
        marks.range(&list, CaseId(9));
        assert_eq!(marks.drawn(&list, at(5)), ids(&[5, 3, 9]));
        assert_eq!(marks.of(&list, at(5)), list);
        assert_eq!(marks.count(4, &list, at(5)), 4);
        assert!(marks.clone().give_up_range());
        marks.range(&list, CaseId(3));
        assert_eq!(marks.of(&list, at(5)), ids(&[3, 9, 7]));
        marks.all();
        marks.toggle(CaseId(9));
        assert!(marks.is_all() && !marks.is_whole());
        assert_eq!(marks.of(&list, None), ids(&[5, 3, 7]));
        assert_eq!(marks.count(100, &list, None), 99, "those not read too");
        marks.all();
        assert!(marks.is_whole());
        marks.all();
        assert!(marks.is_empty());
    }
}
