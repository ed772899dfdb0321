//! Why a decision was not taken: stable codes for scripts, a sentence for people.

use crate::domain::fact::words;
use crate::domain::ids::DecisionId;
use crate::domain::time::Timestamp;
use serde::Serialize;

words! {
    /// The code of a refusal.
    Code {
        /// A wall stands between the contacts.
        KeptSeparate = "kept_separate",
        /// The version seen is not the version now.
        Changed = "changed",
        /// Somebody has answered.
        AlreadyDecided = "already_decided",
        /// Both sides are one group.
        SameContact = "same_contact",
        /// Other standing decisions would become impossible.
        Depends = "depends",
        /// The case has no such answer.
        NotApplicable = "not_applicable",
        /// Another operator has said that they look at the case; only a claim is
        /// refused for this, never an answer.
        Claimed = "claimed",
        /// A proposal is confirmed by another operator than its own.
        SameOperator = "same_operator",
        /// The store was opened read-only.
        ReadOnly = "read_only",
    }
}

/// A refusal: nothing was written.
#[derive(Debug, Clone, PartialEq, Serialize, thiserror::Error)]
#[error("{detail}")]
pub struct Refusal {
    /// The code.
    #[serde(rename = "refused")]
    pub code: Code,
    /// What stands against it and what can be done, in a sentence.
    pub detail: String,
    /// The decision that stands against it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_decision: Option<DecisionId>,
    /// `depends`: the decisions that stand on it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub by_decisions: Vec<DecisionId>,
    /// `already_decided`: who.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_operator: Option<String>,
    /// All operators who did, the latest first, where several can have.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub by_operators: Box<[String]>,
    /// `already_decided`: when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

impl Refusal {
    /// A refusal with nothing but its sentence.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            by_decision: None,
            by_decisions: Vec::new(),
            by_operator: None,
            by_operators: Box::default(),
            at: None,
        }
    }
}
