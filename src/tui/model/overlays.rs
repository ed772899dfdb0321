//! What lies over a screen: what it asks or shows, and where one is in it.

use super::super::keymap::Scope;
use super::super::list::{List, Slot};
use super::super::worker::Settle;
use super::batch::{Batch, TYPED_ABOVE};
use super::deeds::What;
use crate::domain::case::Answer;
use crate::domain::identifier::Named;
use crate::domain::ids::{CaseId, ContactId, EventId, ProposalId};
use crate::review::page::{Done, EvidenceRow};
use crate::review::refusal::Refusal;
use tui_input::Input;

/// What lies over a screen.
pub(crate) enum Overlay {
    /// The actions that there are.
    Help(Help),
    /// A line that is typed.
    Prompt(Prompt),
    /// One of a few.
    Choice(Choice),
    /// What a case rests on.
    Evidence(Evidence),
    /// What an undo would do.
    Preview(Preview),
    /// A batch, before, during and after.
    Batch(Box<Batch>),
}

/// The actions that there are, filtered by what is typed.
pub(crate) struct Help {
    /// What is typed.
    pub(crate) input: Input,
    /// The scope that it was opened in.
    pub(crate) scope: Scope,
    /// Whether it shows what cannot be done here, too: as a palette.
    pub(crate) all: bool,
    /// The actions that could not be done when it was opened.
    pub(crate) idle: Vec<&'static str>,
    /// The cursor, by the action's id.
    pub(crate) list: List<&'static str>,
    /// The overlay that it lies on.
    pub(crate) under: Option<Box<Overlay>>,
}

/// A line that is typed.
pub(crate) struct Prompt {
    /// What for.
    pub(crate) asks: Asks,
    /// What is typed.
    pub(crate) input: Input,
    /// Why it could not be taken.
    pub(crate) complaint: Option<String>,
    /// The version of the case that it was opened on.
    pub(crate) version: Option<i64>,
    /// The overlay that it lies on.
    pub(crate) under: Option<Box<Overlay>>,
}

/// What a line is typed for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Asks {
    /// The filter of the queue.
    Filter,
    /// The filter of the log.
    Entries,
    /// A text to find in a payload.
    Find,
    /// The reason for the next decision.
    Reason,
    /// The contact that an identifier goes to.
    Target(Named),
    /// How many proposals are to be settled.
    Settle(Settle, Vec<ProposalId>),
}

/// One of a few.
pub(crate) struct Choice {
    /// What is asked.
    pub(crate) title: String,
    /// What there is to choose from.
    pub(crate) options: Vec<Offer>,
    /// The one under the cursor.
    pub(crate) cursor: usize,
    /// The version of the case that it was opened on.
    pub(crate) version: Option<i64>,
}

/// Something to choose.
pub(crate) struct Offer {
    /// What it says.
    pub(crate) label: String,
    /// What to know of it.
    pub(crate) note: String,
    /// What it does.
    pub(crate) pick: Pick,
}

/// What a choice does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Pick {
    /// Answers the case.
    Answer(Answer),
    /// Goes on to ask where this identifier goes.
    Relink(Named),
    /// Goes on to type a contact's number.
    OtherContact(Named),
    /// Opens a contact.
    Open(ContactId),
    /// Shows what this undo would do.
    Undo(What),
    /// Lets these proposals stand.
    Confirm(Vec<ProposalId>),
    /// Takes proposals out; the first time, it is asked whether to.
    Withdraw(Vec<ProposalId>, bool),
    /// Copies a text; what it is, for the toast.
    Copy(String, String),
    /// Copies the whole page.
    CopyPage,
    /// Ends the program when the decision is saved.
    QuitWhenSaved,
    /// Does nothing.
    Nothing,
}

/// What a case rests on.
pub(crate) struct Evidence {
    /// Pieces of it, oldest first.
    pub(crate) rows: Vec<EvidenceRow>,
    /// Values to be found in the payload.
    pub(crate) wanted: Vec<String>,
    /// The cursor.
    pub(crate) list: List<EventId>,
    /// The raw JSON of the one under the cursor.
    pub(crate) payload: Slot<String>,
    /// The first line drawn of it.
    pub(crate) scroll: usize,
    /// Whether it is shown as it came, on lines of its own, escaped.
    pub(crate) is_raw: bool,
    /// What is searched in it.
    pub(crate) sought: String,
}

impl Evidence {
    /// The ids shown, in order.
    pub(crate) fn ids(&self) -> Vec<EventId> {
        self.rows.iter().map(|row| row.event).collect()
    }
}

/// What an undo would do.
pub(crate) struct Preview {
    /// What is asked.
    pub(crate) title: String,
    /// What is to be taken back.
    pub(crate) what: What,
    /// The case, where it is about one.
    pub(crate) case: Option<CaseId>,
    /// Whether it takes an undo back.
    pub(crate) puts_back: bool,
    /// Whether what stands on it goes too.
    pub(crate) cascade: bool,
    /// What would happen; `None` while it is asked.
    pub(crate) outcome: Option<Result<Vec<Done>, Refusal>>,
    /// The first line drawn.
    pub(crate) scroll: usize,
    /// The number that is typed.
    pub(crate) input: Input,
}

impl Preview {
    /// How many decisions it would take back.
    pub(crate) fn len(&self) -> usize {
        match &self.outcome {
            Some(Ok(done)) => done.len(),
            _ => 0,
        }
    }

    /// Whether their number has to be typed.
    pub(crate) fn is_typed(&self) -> bool {
        self.len() > TYPED_ABOVE
    }
}
