//! The queue: which cases, in which order, and what was read of them.
//!
//! The order holds every case that is shown, by number alone; lines are read
//! only around what is in sight. So a filter and an order are those of the
//! whole queue, and the cursor goes anywhere in it at once.

use super::super::filter::Filter;
use super::super::list::{List, Slot};
use super::super::marks::Marks;
use super::super::show::number;
use crate::domain::case::{CaseKind, CaseState};
use crate::domain::ids::CaseId;
use crate::domain::time::Timestamp;
use crate::review::page::CaseRow;
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// The queue.
#[derive(Default)]
pub(crate) struct Queue {
    /// The cases shown, in order; at first only as far as they were read.
    pub(crate) order: Vec<CaseId>,
    /// How much of the queue that is.
    pub(crate) extent: Extent,
    /// Lines that were asked for at first.
    pub(crate) first: usize,
    /// The lines that were read.
    pub(crate) rows: HashMap<CaseId, CaseRow>,
    /// Whether the lines may be old: those in sight are read again.
    pub(crate) may_be_old: bool,
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
    /// Whether anything was read, and whether the order is asked for.
    pub(crate) page: Slot<()>,
    /// The lines that are asked for.
    pub(crate) lines: Slot<()>,
    /// Whether this session has written since the order was asked for: an answer
    /// from before that is asked for again.
    pub(crate) has_written: bool,
    /// When this session last wrote many answers, until the order came that knows
    /// of them: what came and went is its own doing then.
    pub(crate) wrote_many: Option<Timestamp>,
    /// Whether the order has to be asked for once more.
    pub(crate) is_stale: bool,
    /// Cases for which an answer waits for another operator.
    pub(crate) proposed: HashSet<CaseId>,
    /// What is marked for a batch.
    pub(crate) marks: Marks,
    /// Cases of each kind and state.
    pub(crate) counts: Slot<Vec<(CaseKind, CaseState, i64)>>,
}

/// How much of the queue an order holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Extent {
    /// Its beginning.
    #[default]
    Page,
    /// All of it.
    Whole,
    /// That of another question: the state, the filter or the order was changed
    /// since. It is no measure of what is new.
    Other,
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
    pub(crate) fn ids(&self) -> &[CaseId] {
        &self.order
    }

    /// The row under the cursor, once it was read.
    pub(crate) fn under_cursor(&self) -> Option<&CaseRow> {
        let cursor = self.list.current(&self.order)?;
        self.rows.get(&cursor)
    }

    /// Takes note that a case was answered, before the store is asked again.
    pub(crate) fn note(&mut self, case: CaseId, state: CaseState) {
        if self.tab.state().is_none_or(|shown| shown == state) {
            if let Some(row) = self.rows.get_mut(&case) {
                row.state = state;
            }
            return;
        }
        self.rows.remove(&case);
        let old = self.order.clone();
        self.order.retain(|&id| id != case);
        self.list.hold(&old, &self.order);
    }

    /// How many cases fit, also those not read yet where the store counts them.
    pub(crate) fn whole(&self) -> usize {
        let counted = self.total(self.tab).and_then(|n| usize::try_from(n).ok());
        match counted {
            Some(n) if !self.is_settled() && self.filter.is_empty() => n,
            _ => self.order.len(),
        }
    }

    /// How many cases there are to walk through; while not all were read, what
    /// the store counts.
    pub(crate) fn extent(&self) -> String {
        let shown = number(i64::try_from(self.order.len()).unwrap_or(i64::MAX));
        match self.total(self.tab) {
            _ if self.is_settled() => shown,
            Some(total) if self.filter.is_empty() => number(total),
            _ => format!("{shown}+"),
        }
    }

    /// Whether the order is whole, and that of the filter as it is now.
    pub(crate) fn is_settled(&self) -> bool {
        self.extent == Extent::Whole
    }

    /// How many cases fit the filter, of how many: `12 of 1,000`.
    pub(crate) fn share(&self) -> String {
        let fit = number(i64::try_from(self.order.len()).unwrap_or(i64::MAX));
        match self.total(self.tab) {
            Some(total) => format!("{fit} of {}", number(total)),
            None => fit,
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
