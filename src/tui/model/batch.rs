//! A batch on its way: previewed, carried out chunk by chunk, told case by case.

use super::super::list::Slot;
use crate::domain::ids::{BatchId, CaseId};
use crate::domain::time::Timestamp;
use crate::review::batch::{Outcome, Plan, Scope, Tally};
use std::sync::Arc;
use tui_input::Input;

/// Above so many, the number is typed before they are answered, or taken back.
pub(crate) const TYPED_ABOVE: usize = 50;

/// A batch of suggestions.
pub(crate) struct Batch {
    /// What was marked.
    pub(crate) scope: Scope,
    /// How many were.
    pub(crate) marked: usize,
    /// Names of the contacts of marked cases, as far as they were read; raw.
    pub(crate) names: Vec<(CaseId, Vec<String>)>,
    /// What it would do.
    pub(crate) plan: Slot<Arc<Plan>>,
    /// How far it is.
    pub(crate) stage: Stage,
    /// Whether Apply has the focus; else Cancel.
    pub(crate) is_apply: bool,
    /// The number that is typed.
    pub(crate) input: Input,
    /// What became of the first items.
    pub(crate) outcomes: Vec<Outcome>,
    /// Its number, when something was decided.
    pub(crate) number: Option<BatchId>,
    /// What went wrong.
    pub(crate) error: Option<String>,
    /// The first line drawn.
    pub(crate) scroll: usize,
}

/// How far a batch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Looked at.
    Preview,
    /// Being carried out.
    Running {
        /// Since when.
        since: Timestamp,
        /// Whether it stops at the next clean point.
        is_stopping: bool,
    },
    /// Ended, done or not, after so many milliseconds.
    Ended(i64),
}

impl Batch {
    /// Of what is marked, nothing planned yet.
    pub(crate) fn new(scope: Scope, marked: usize, names: Vec<(CaseId, Vec<String>)>) -> Self {
        Self {
            scope,
            marked,
            names,
            plan: Slot::default(),
            stage: Stage::Preview,
            is_apply: false,
            input: Input::default(),
            outcomes: Vec::new(),
            number: None,
            error: None,
            scroll: 0,
        }
    }

    /// How many it would answer.
    pub(crate) fn len(&self) -> usize {
        self.plan.value.as_ref().map_or(0, |plan| plan.items.len())
    }

    /// Whether the number has to be typed.
    pub(crate) fn is_typed(&self) -> bool {
        self.stage == Stage::Preview && self.len() > TYPED_ABOVE
    }

    /// What became of those that came to an end.
    pub(crate) fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        self.outcomes.iter().for_each(|outcome| tally.add(outcome));
        tally
    }
}
