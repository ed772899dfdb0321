//! The queue: what was read of it, and which of that is shown.

use super::super::filter::{Filter, Haystack};
use super::super::list::{List, Slot};
use super::super::marks::Marks;
use super::super::show::number;
use crate::domain::case::{CaseKind, CaseState};
use crate::domain::ids::CaseId;
use crate::review::page::CaseRow;
use serde::{Deserialize, Serialize};

/// The queue.
#[derive(Default)]
pub(crate) struct Queue {
    /// What was read so far, in the store's order.
    pub(crate) rows: Vec<Listed>,
    /// The rows shown, by their place in `rows`, filtered and sorted.
    pub(crate) shown: Vec<usize>,
    /// The cursor.
    pub(crate) list: List<CaseId>,
    /// Which states are shown.
    pub(crate) tab: Tab,
    /// In which order.
    pub(crate) sort: Sort,
    /// Which of them.
    pub(crate) filter: Filter,
    /// Where the cursor stood before a filter hid its case; it returns there
    /// when the case does, unless it was moved since.
    pub(crate) origin: Option<CaseId>,
    /// Whether anything was read, and what is asked for.
    pub(crate) page: Slot<()>,
    /// While the queue is read anew, page by page: what came so far. It takes
    /// the place of `rows` as a whole, so that nothing jumps meanwhile.
    pub(crate) incoming: Option<Vec<Listed>>,
    /// Whether it has to be read anew once more.
    pub(crate) is_stale: bool,
    /// Whether the store holds more than was read.
    pub(crate) more: bool,
    /// What is marked for a batch.
    pub(crate) marks: Marks,
    /// Cases of each kind and state.
    pub(crate) counts: Slot<Vec<(CaseKind, CaseState, i64)>>,
}

/// A line of the queue and what of it is searched.
pub(crate) struct Listed {
    /// The line.
    pub(crate) row: CaseRow,
    /// Its words.
    pub(crate) hay: Haystack,
}

/// Which states the queue shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tab {
    /// What waits for an answer.
    #[default]
    Open,
    /// What waits for its time.
    Deferred,
    /// What was answered.
    Resolved,
    /// Everything.
    All,
}

impl Tab {
    /// In the order in which they stand on screen.
    pub(crate) const ALL: [Tab; 4] = [Tab::Open, Tab::Deferred, Tab::Resolved, Tab::All];

    /// The state that it shows.
    pub(crate) fn state(self) -> Option<CaseState> {
        match self {
            Tab::Open => Some(CaseState::Open),
            Tab::Deferred => Some(CaseState::Deferred),
            Tab::Resolved => Some(CaseState::Resolved),
            Tab::All => None,
        }
    }

    /// Its label.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Tab::Open => "Open",
            Tab::Deferred => "Deferred",
            Tab::Resolved => "Resolved",
            Tab::All => "All",
        }
    }
}

/// The order of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sort {
    /// The surest suggestion first: the store's own order.
    #[default]
    Confidence,
    /// The oldest first.
    Oldest,
    /// The newest first.
    Newest,
    /// By kind, then the surest.
    Kind,
}

impl Sort {
    /// The one after it.
    pub(crate) fn next(self) -> Self {
        match self {
            Sort::Confidence => Sort::Oldest,
            Sort::Oldest => Sort::Newest,
            Sort::Newest => Sort::Kind,
            Sort::Kind => Sort::Confidence,
        }
    }

    /// In words.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Sort::Confidence => "surest first",
            Sort::Oldest => "oldest first",
            Sort::Newest => "newest first",
            Sort::Kind => "by kind",
        }
    }
}

impl Queue {
    /// The ids shown, in order.
    pub(crate) fn ids(&self) -> Vec<CaseId> {
        self.visible().map(|row| row.case).collect()
    }

    /// The rows shown, in order.
    pub(crate) fn visible(&self) -> impl ExactSizeIterator<Item = &CaseRow> {
        self.shown.iter().map(|&at| &self.rows[at].row)
    }

    /// The row under the cursor.
    pub(crate) fn under_cursor(&self) -> Option<&CaseRow> {
        let cursor = self.list.cursor?;
        self.visible().find(|row| row.case == cursor)
    }

    /// Takes note that a case was answered, before the store is asked again.
    pub(crate) fn note(&mut self, case: CaseId, state: CaseState) {
        let Some(at) = self.rows.iter().position(|listed| listed.row.case == case) else {
            return;
        };
        if self.tab.state().is_none_or(|shown| shown == state) {
            self.rows[at].row.state = state;
            return;
        }
        self.rows.remove(at);
        self.shown.retain(|&n| n != at);
        for n in &mut self.shown {
            *n -= usize::from(*n > at);
        }
    }

    /// How many cases fit, also those not read yet where the store counts them.
    pub(crate) fn whole(&self) -> usize {
        let counted = self.total(self.tab).and_then(|n| usize::try_from(n).ok());
        match counted {
            Some(n) if self.more && self.filter.is_empty() => n,
            _ => self.shown.len(),
        }
    }

    /// How many cases there are to walk through: those shown, or where more are
    /// still to be read, what the store counts.
    pub(crate) fn extent(&self) -> String {
        let shown = number(i64::try_from(self.shown.len()).unwrap_or(i64::MAX));
        match self.total(self.tab) {
            _ if !self.more => shown,
            Some(total) if self.filter.is_empty() => number(total),
            _ => format!("{shown}+"),
        }
    }

    /// How many cases of a state there are, as the store counts.
    pub(crate) fn total(&self, tab: Tab) -> Option<i64> {
        let counts = self.counts.value.as_ref()?;
        Some(
            counts
                .iter()
                .filter(|(_, state, _)| tab.state().is_none_or(|wanted| wanted == *state))
                .map(|(_, _, n)| n)
                .sum(),
        )
    }
}
