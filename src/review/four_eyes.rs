//! Four eyes: which answers stand only when another operator confirms them,
//! and the proposals that wait for that. The rule lives in the store, so that
//! every program on it obeys the same one.

use crate::domain::case::{Action, CaseKind};
use crate::domain::fact::words;
use crate::domain::ids::{BatchId, CaseId, DecisionId, ProposalId};
use crate::domain::text;
use crate::domain::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Which answers need a second operator: those that any of its parts names.
/// Putting off never does, and neither does an undo, which only leads back to
/// what stood before.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// To cases of these kinds.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub kinds: Vec<CaseKind>,
    /// These actions.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub actions: Vec<Action>,
    /// All of a batch of more items than this.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub batch_above: Option<usize>,
    /// Where the suggestion is less sure than this, or is another answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub confidence_below: Option<f64>,
}

/// An answer, as far as the rule looks at it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Subject {
    /// The kind of the case.
    pub kind: CaseKind,
    /// What is answered.
    pub action: Action,
    /// How sure the suggestion is of this answer; 0 if it is another one.
    pub confidence: f64,
    /// How many items the batch has that it is part of.
    pub batch: Option<usize>,
}

impl Subject {
    /// An answer to a case, beside what is suggested there and how surely.
    #[must_use]
    pub fn of(kind: CaseKind, action: Action, suggested: Option<Action>, sure: f64) -> Self {
        let confidence = if suggested == Some(action) { sure } else { 0.0 };
        Self {
            kind,
            action,
            confidence,
            batch: None,
        }
    }
}

/// What is said behind an answer that waits.
pub const ONCE_CONFIRMED: &str = ", once another operator confirms it";

impl Rule {
    /// Whether an answer needs a second operator.
    #[must_use]
    pub fn needs_two(&self, subject: &Subject) -> bool {
        let many = self.batch_above.zip(subject.batch);
        subject.action != Action::Defer
            && (self.kinds.contains(&subject.kind)
                || self.actions.contains(&subject.action)
                || many.is_some_and(|(most, items)| items > most)
                || self
                    .confidence_below
                    .is_some_and(|least| subject.confidence < least))
    }

    /// Whether no answer can ever need two.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether two names are of one operator, as far as a second pair of eyes goes:
/// blanks, case, width, accents and what cannot be seen make no other person.
#[must_use]
pub fn is_same_operator(one: &str, other: &str) -> bool {
    let folded = |name: &str| {
        let folded = text::fold(name);
        folded.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    folded(one) == folded(other)
}

words! {
    /// Where a proposal stands.
    ProposalState {
        /// Waits for another operator.
        Waiting = "waiting",
        /// Another operator confirmed it: a decision stands for it.
        Confirmed = "confirmed",
        /// Waits, but for a case that has moved since: it cannot be confirmed any more.
        Outdated = "outdated",
        /// Taken back, or turned down.
        Withdrawn = "withdrawn",
    }
}

/// An answer that waits for another operator. It is frozen at the version of
/// its case, and refused as `changed` if the case moved.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proposal {
    /// Its number.
    pub proposal: ProposalId,
    /// The batch it is part of.
    pub batch: Option<BatchId>,
    /// The case that it answers.
    pub case: CaseId,
    /// The version of the case that was answered.
    pub version: i64,
    /// What is proposed.
    pub action: Action,
    /// By whom.
    pub operator: String,
    /// When.
    pub at: Timestamp,
    /// Why, in the operator's words.
    pub reason: Option<String>,
    /// Where it stands.
    pub state: ProposalState,
    /// Who confirmed it or took it out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Timestamp>,
    /// Confirmed: the decision that stands for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<DecisionId>,
    /// What it would do, in a sentence.
    pub summary: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_written_otherwise_is_no_other_operator() {
        let same = [
            "ana",
            "ana ",
            " Ana",
            "ANA",
            "ａｎａ",
            "a\u{200b}na",
            "ana\u{a0}",
        ];
        for name in same {
            assert!(is_same_operator("ana", name), "{name:?}");
        }
        assert!(is_same_operator("Ana Souza", "ana  souza"));
        for name in ["anna", "an a", "ines", ""] {
            assert!(!is_same_operator("ana", name), "{name:?}");
        }
    }

    #[test]
    fn each_part_of_the_rule_asks_for_two_and_putting_off_never_does() {
        let subject = Subject {
            kind: CaseKind::PhoneClaimed,
            action: Action::Relink,
            confidence: 0.8,
            batch: Some(51),
        };
        assert!(!Rule::default().needs_two(&subject));
        let rules = [
            Rule {
                kinds: vec![CaseKind::PhoneClaimed],
                ..Rule::default()
            },
            Rule {
                actions: vec![Action::Relink],
                ..Rule::default()
            },
            Rule {
                batch_above: Some(50),
                ..Rule::default()
            },
            Rule {
                confidence_below: Some(0.9),
                ..Rule::default()
            },
        ];
        let other = Subject {
            kind: CaseKind::SharedPhone,
            action: Action::Merge,
            confidence: 0.9,
            batch: Some(50),
        };
        for rule in rules {
            assert!(rule.needs_two(&subject) && !rule.is_empty(), "{rule:?}");
            assert!(!rule.needs_two(&other), "{rule:?}");
            assert!(!rule.needs_two(&Subject {
                action: Action::Defer,
                ..subject
            }));
        }
    }
}
