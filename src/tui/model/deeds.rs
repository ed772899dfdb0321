//! Decisions under way and done: what the toast tells, undo and redo walk.

use super::super::worker::Settle;
use crate::domain::case::Answer;
use crate::domain::ids::{CaseId, ContactId, ProposalId};
use crate::domain::time::Timestamp;
use crate::review::page::Done;
use crate::store::{Answers, Undo};

/// What a decision did, to be told by name; raw, so that it can be masked when
/// it is told.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Deed {
    /// The answer.
    pub(crate) answer: Answer,
    /// Name and number of the case's contacts.
    pub(crate) contacts: Vec<(String, ContactId)>,
}

/// A write under way.
#[derive(Debug)]
pub(crate) struct Writing {
    /// What for.
    pub(crate) purpose: Purpose,
    /// Since when.
    pub(crate) since: Timestamp,
}

/// What a write is for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Purpose {
    /// A decision on a case, and the case to go on to.
    Decide {
        /// The case.
        case: CaseId,
        /// The next.
        next: Option<CaseId>,
        /// What it does.
        deed: Deed,
    },
    /// An undo.
    Undo(Made),
    /// An undo of an undo.
    Redo(Made),
    /// To settle proposals.
    Settle(Box<Settling>),
    /// To see what an undo would do.
    Preview,
    /// A chunk of a batch.
    Batch,
}

/// Proposals on their way to be settled, a few at a time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settling {
    /// What becomes of them.
    pub(crate) how: Settle,
    /// Those to come, the next last.
    pub(crate) rest: Vec<ProposalId>,
    /// The operator's reason.
    pub(crate) reason: Option<String>,
    /// The case to go on to.
    pub(crate) next: Option<CaseId>,
    /// How many are settled.
    pub(crate) count: usize,
    /// The decisions that stand now.
    pub(crate) done: Vec<Done>,
    /// Why others were refused.
    pub(crate) refused: Vec<String>,
}

/// What is taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// One decision, or a batch.
    Undo(Undo),
    /// What an operator answered in a time.
    Answers(Answers),
}

impl From<Undo> for What {
    fn from(undo: Undo) -> Self {
        What::Undo(undo)
    }
}

/// A decision that was made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Made {
    /// What takes it back: its number, its batch's, or whose answers of when.
    pub(crate) what: What,
    /// Its case.
    pub(crate) case: Option<CaseId>,
    /// What it did, if it was made in this session.
    pub(crate) deed: Option<Deed>,
    /// Undone: the case that was in sight then, which a redo goes back to.
    pub(crate) left: Option<CaseId>,
}

/// The decisions of this session.
#[derive(Debug, Default)]
pub(crate) struct Trail {
    /// That stand, oldest first.
    pub(crate) done: Vec<Made>,
    /// That were undone, with what undoes the undo, oldest first.
    pub(crate) undone: Vec<(Made, Undo)>,
}
