//! A batch on its way: previewed, carried out chunk by chunk, told case by case.

use super::super::list::Slot;
use crate::domain::ids::{BatchId, CaseId};
use crate::domain::time::Timestamp;
use crate::review::batch::{self, Item, Outcome, Plan, Scope, Tally};
use crate::review::page::CaseRow;
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
    /// Names of the contacts of the cases that are named; raw.
    pub(crate) names: Vec<(CaseId, Vec<String>)>,
    /// What it would do.
    pub(crate) plan: Slot<Arc<Plan>>,
    /// How many of it another operator has to confirm.
    pub(crate) to_confirm: usize,
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

/// Cases named of those that are least sure, and of a sample.
pub(crate) const FEW: usize = 5;

/// The items of a plan that are least sure.
pub(crate) fn least_sure(plan: &Plan) -> Vec<&Item> {
    let mut least: Vec<&Item> = plan.items.iter().collect();
    least.sort_by(|a, b| a.suggestion.confidence.total_cmp(&b.suggestion.confidence));
    least.truncate(FEW);
    least
}

/// A few more items of a plan by chance; none of a plan that is told nearly whole.
pub(crate) fn sample(plan: &Plan) -> Vec<&Item> {
    if plan.items.len() <= 2 * FEW {
        return Vec::new();
    }
    let least: Vec<CaseId> = least_sure(plan).iter().map(|item| item.case).collect();
    // So many that enough are left without those named already.
    let drawn = batch::draw(plan.items.len(), 2 * FEW, batch::seed_of(&plan.header));
    let drawn = drawn.into_iter().filter_map(|at| plan.items.get(at));
    let other = drawn.filter(|item| !least.contains(&item.case));
    other.take(FEW).collect()
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
    pub(crate) fn new(scope: Scope, marked: usize) -> Self {
        Self {
            scope,
            marked,
            names: Vec::new(),
            plan: Slot::default(),
            to_confirm: 0,
            stage: Stage::Preview,
            is_apply: false,
            input: Input::default(),
            outcomes: Vec::new(),
            number: None,
            error: None,
            scroll: 0,
        }
    }

    /// Takes note of what the contacts of cases are called.
    pub(crate) fn name(&mut self, rows: &[CaseRow]) {
        let of = |row: &CaseRow| {
            let sides = row.contacts.iter();
            (row.case, sides.map(|side| side.name.clone()).collect())
        };
        self.names = rows.iter().map(of).collect();
    }

    /// How many it would answer.
    pub(crate) fn len(&self) -> usize {
        self.plan.value.as_ref().map_or(0, |plan| plan.items.len())
    }

    /// Whether nothing of it would stand before another operator confirms it.
    pub(crate) fn is_proposing(&self) -> bool {
        self.to_confirm > 0 && self.to_confirm == self.len()
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
