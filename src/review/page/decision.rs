//! A decision as it is shown: in the history of a case or contact, as it was
//! just taken, what it changes, and as an entry of the log.

use crate::domain::case::{Action, CaseState};
use crate::domain::ids::{BatchId, CaseId, ContactId, DecisionId, EntryId, EventId, ProposalId};
use crate::domain::time::Timestamp;
use serde::Serialize;

/// A decision in the history of a case or contact.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DecisionRow {
    /// Its number.
    pub decision: DecisionId,
    /// The batch it was part of.
    pub batch: Option<BatchId>,
    /// What was answered.
    pub action: Action,
    /// To which case; an undo's is that of what it takes out.
    pub case: Option<CaseId>,
    /// Who.
    pub operator: String,
    /// When.
    pub at: Timestamp,
    /// Why, in the operator's words.
    pub reason: Option<String>,
    /// Whether it stands.
    pub stands: bool,
    /// An undo: the decision that it takes out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undoes: Option<DecisionId>,
    /// The decision that took it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone_by: Option<DecisionId>,
    /// What it did, in a sentence.
    pub summary: String,
}

/// A decision that was taken (or, with `dry_run`, would be).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Done {
    /// Its number; `None` for a dry run.
    pub decision: Option<DecisionId>,
    /// The batch it is part of.
    pub batch: Option<BatchId>,
    /// What was done.
    pub action: Action,
    /// The case.
    pub case: Option<CaseId>,
    /// The canonical contact afterwards.
    pub canonical: Option<ContactId>,
    /// Whether it was written.
    pub applied: bool,
    /// Set for a dry run.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// An undo: what it took out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undoes: Option<DecisionId>,
    /// A dry run of an undo: what it would change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Difference>,
    /// Not decided, but put before another operator: the proposal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proposed: Option<ProposalId>,
    /// A dry run: it would only be put before another operator.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub proposes: bool,
    /// A sentence for people.
    pub summary: String,
}

impl Done {
    /// An answer of which nothing is written yet.
    #[must_use]
    pub fn not_yet(action: Action, case: Option<CaseId>, summary: String) -> Self {
        Self {
            decision: None,
            batch: None,
            action,
            case,
            canonical: None,
            applied: false,
            dry_run: false,
            undoes: None,
            changes: Vec::new(),
            proposed: None,
            proposes: false,
            summary,
        }
    }
}

/// What a write changes, as it is shown before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Difference {
    /// Where a case stands; `None` where it is not there.
    Case {
        /// Which.
        case: CaseId,
        /// Now.
        before: Option<CaseState>,
        /// Then.
        after: Option<CaseState>,
    },
    /// As what a contact is shown; `None` where nothing founds it.
    Contact {
        /// Which.
        contact: ContactId,
        /// Now.
        before: Option<Shown>,
        /// Then.
        after: Option<Shown>,
    },
    /// Who holds an identifier, oldest first.
    Identifier {
        /// `KIND:VALUE`, a BSUID with its portfolio.
        identifier: String,
        /// Now.
        before: Vec<Holding>,
        /// Then.
        after: Vec<Holding>,
    },
}

/// As what a contact is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Its canonical contact.
    pub canonical: ContactId,
    /// Its own name, raw.
    pub name: String,
}

/// That a contact holds or held an identifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holding {
    /// Who.
    pub contact: ContactId,
    /// `active`, `former` or `provisional`.
    pub state: String,
    /// From when on.
    pub since: Timestamp,
    /// Until when.
    pub until: Option<Timestamp>,
}

/// An entry of the audit log.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AuditRow {
    /// Its place in the chain, from 1.
    pub entry: EntryId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub operator: String,
    /// What.
    pub action: Action,
    /// The decision it records.
    pub decision: Option<DecisionId>,
    /// The batch.
    pub batch: Option<BatchId>,
    /// An undo: the decision it takes out.
    pub undoes: Option<DecisionId>,
    /// The case.
    pub case: Option<CaseId>,
    /// Why, in the operator's words.
    pub reason: Option<String>,
    /// Rows before.
    pub before: serde_json::Value,
    /// Rows after.
    pub after: serde_json::Value,
    /// Hash of the entry before, hex.
    pub prev: String,
    /// Hash of this entry, hex.
    pub hash: String,
    /// Where it was written, and what else its hash covers.
    #[serde(flatten)]
    pub origin: Box<Origin>,
}

/// What the first entries of older stores do not tell: there, all but the
/// format is `None`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Origin {
    /// What the hash is made of: see `store`'s audit chain.
    pub format: i64,
    /// The store's id, hex.
    pub store: Option<String>,
    /// The machine's name.
    pub host: Option<String>,
    /// The program's version.
    pub program: Option<String>,
    /// The last event that the decision knew.
    pub event: Option<EventId>,
    /// What exactly was decided.
    pub terms: Option<serde_json::Value>,
}
