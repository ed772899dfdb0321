//! A case as it is shown: its line in the queue, and all of it.

use super::{ContactPage, DecisionRow, IdentifierRef, IdentifierRow};
use crate::domain::case::{Action, CaseKind, CaseState, Suggestion};
use crate::domain::fact::{ChangeType, Surface};
use crate::domain::ids::{CaseId, ContactId, ConversationId, EventId, SightingId};
use crate::domain::time::Timestamp;
use crate::review::four_eyes::Proposal;
use crate::review::refusal::Refusal;
use serde::Serialize;

/// The ids of one side of a change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SidePage {
    /// BSUID.
    pub bsuid: Option<String>,
    /// Parent BSUID.
    pub parent_bsuid: Option<String>,
    /// Phone.
    pub phone: Option<String>,
}

/// A change, as a case shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangePage {
    /// Which event told of it first.
    #[serde(rename = "type")]
    pub kind: ChangeType,
    /// The ids before.
    pub previous: SidePage,
    /// The ids after.
    pub current: SidePage,
    /// When.
    pub at: Timestamp,
}

/// One of the contacts that a case is about, as its canonical contact.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseSide {
    /// The canonical contact.
    pub contact: ContactId,
    /// Its shown name, raw.
    pub name: String,
    /// The members that the evidence names.
    pub homes: Vec<ContactId>,
    /// The group's identifiers: live ones first.
    pub identifiers: Vec<IdentifierRow>,
}

/// One line of the queue.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CaseRow {
    /// Its number.
    pub case: CaseId,
    /// What is asked.
    pub kind: CaseKind,
    /// Where it stands.
    pub state: CaseState,
    /// Rises with new evidence, a change of sides, an answer.
    pub version: i64,
    /// The event time of the first evidence.
    pub opened_at: Timestamp,
    /// The contacts: the BSUID side, or of a change the previous side, first.
    pub contacts: Vec<CaseSide>,
    /// What is in dispute.
    pub identifiers: Vec<IdentifierRef>,
    /// What the program would answer.
    pub suggestion: Suggestion,
    /// The change, where it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<ChangePage>,
    /// While deferred: until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deferred_until: Option<Timestamp>,
    /// Why it is no longer a question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<String>,
    /// Where the next page of this order begins.
    pub cursor: String,
}

/// A piece of evidence: identifiers that came together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EvidenceRow {
    /// The set of identifiers that came together.
    pub sighting: Option<SightingId>,
    /// The event that first told it to this case.
    pub event: EventId,
    /// The time of that event.
    pub at: Timestamp,
    /// Where it came from.
    pub surface: Surface,
    /// What came together.
    pub identifiers: Vec<IdentifierRef>,
    /// How often.
    pub count: i64,
    /// The name it came with, raw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Where the next reply in a conversation goes, now and after an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Route {
    /// The conversation.
    pub conversation: ConversationId,
    /// The contact it is shown under after the answer; `None` for one that the
    /// answer founds.
    pub contact: Option<ContactId>,
    /// The identifier through which the next reply goes.
    pub through: IdentifierRef,
    /// What to mind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}

/// What one answer to a case would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// The answer.
    pub action: Action,
    /// Sentences: which identifiers and conversations end where; none of an
    /// answer that would be refused.
    pub effects: Vec<String>,
    /// Where replies go after it: each conversation once.
    pub routes: Vec<Route>,
    /// What to mind beside the routes: who would be left without an address.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// Why it would be refused now.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

impl Outcome {
    /// An answer that would be refused: it would do nothing.
    #[must_use]
    pub fn refused(action: Action, refusal: Refusal) -> Self {
        Self {
            action,
            effects: Vec::new(),
            routes: Vec::new(),
            warnings: Vec::new(),
            refusal: Some(refusal),
        }
    }
}

/// Who has said that they look at a case, and until when that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Claim {
    /// Who.
    pub operator: String,
    /// It ends by itself then.
    pub until: Timestamp,
}

/// One case, whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CasePage {
    /// Its line in the queue.
    #[serde(flatten)]
    pub row: CaseRow,
    /// What it rests on, oldest first.
    pub evidence: Vec<EvidenceRow>,
    /// What was answered, oldest first, undone ones too.
    pub decisions: Vec<DecisionRow>,
    /// Standing decisions on other cases that keep its sides apart, oldest
    /// first: this case asks in spite of them, by evidence of another kind.
    pub kept_apart: Vec<DecisionRow>,
    /// Superseded by a decision on another case: that one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub superseded_by_decision: Option<DecisionRow>,
    /// What each answer would do.
    pub outcomes: Vec<Outcome>,
    /// Where replies go now: each conversation of its contacts once.
    pub routes: Vec<Route>,
    /// Who looks at it just now; keeps nobody from answering.
    pub claim: Option<Claim>,
    /// Answers that wait for another operator, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proposals: Vec<Proposal>,
    /// Each side's page, in the order of `row.contacts`; for the screen.
    #[serde(skip)]
    pub sides: Vec<ContactPage>,
}
