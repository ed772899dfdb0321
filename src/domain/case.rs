//! Questions for an operator, the answers there are, and what is suggested.

use super::fact::words;
use super::identifier::Named;
use super::ids::ContactId;
use super::time::Timestamp;
use serde::{Deserialize, Serialize};

words! {
    /// What is asked. When each is asked and which answers it has: the table
    /// "Cases and their answers" of the design, kept in [`CaseKind::answers`].
    CaseKind {
        /// A message of A's BSUID carries a phone that B holds.
        PhoneBsuidConflict = "phone_bsuid_conflict",
        /// An unknown BSUID came with a phone whose holder has a BSUID already.
        PhoneClaimed = "phone_claimed",
        /// A change waits for a word.
        IdentityChange = "identity_change",
        /// A change whose new ids already stand on another contact.
        IdentityChangeCollision = "identity_change_collision",
        /// A change whose previous ids nobody holds.
        IdentityChangeOrphan = "identity_change_orphan",
        /// A change that contradicts another, or whose ids lie on several contacts.
        IdentityChangeFork = "identity_change_fork",
        /// A contact attested a phone that another holds.
        SharedPhone = "shared_phone",
        /// Contacts of several portfolios share a parent BSUID.
        ParentBsuidMatch = "parent_bsuid_match",
        /// Two contacts hold the two forms of one number.
        PhoneVariant = "phone_variant",
        /// The identifiers of an imported row are held by several contacts.
        ImportDuplicate = "import_duplicate",
        /// An operator asks.
        Manual = "manual",
    }
}

words! {
    /// Where a case stands.
    CaseState {
        /// Waits for an answer.
        Open = "open",
        /// Waits until a time, or for new evidence.
        Deferred = "deferred",
        /// Answered.
        Resolved = "resolved",
        /// No longer a question: one group now, or nothing in dispute.
        Superseded = "superseded",
    }
}

words! {
    /// An answer, a suggestion's action, or the action of an audit entry.
    Action {
        /// The contacts are one person.
        Merge = "merge",
        /// An identifier belongs to another contact from a time on.
        Relink = "relink",
        /// The contacts are not one person.
        KeepSeparate = "keep_separate",
        /// The change happened.
        Accept = "accept",
        /// The change never happened.
        Reject = "reject",
        /// Later.
        Defer = "defer",
        /// Takes a decision out.
        Undo = "undo",
        /// Opens a case by hand.
        Ask = "ask",
        /// Moves what is stored to the portfolios of another map.
        Rescope = "rescope",
        /// Puts an answer before another operator.
        Propose = "propose",
        /// Takes a proposal back, or turns it down.
        Withdraw = "withdraw",
        /// Says which answers need another operator.
        Rule = "rule",
        /// Nothing is safe to suggest.
        None = "none",
    }
}

impl CaseKind {
    /// Whether the case is about a change.
    #[must_use]
    pub fn is_change(self) -> bool {
        use CaseKind as K;
        matches!(
            self,
            K::IdentityChange
                | K::IdentityChangeCollision
                | K::IdentityChangeOrphan
                | K::IdentityChangeFork
        )
    }

    /// The answers that this kind has, besides defer.
    #[must_use]
    pub fn answers(self) -> &'static [Action] {
        use Action as A;
        use CaseKind as K;
        match self {
            K::PhoneBsuidConflict
            | K::PhoneClaimed
            | K::SharedPhone
            | K::ImportDuplicate
            | K::Manual => &[A::Merge, A::Relink, A::KeepSeparate],
            K::ParentBsuidMatch | K::PhoneVariant => &[A::Merge, A::KeepSeparate],
            K::IdentityChange => &[A::Accept, A::Reject, A::Relink],
            K::IdentityChangeCollision => &[A::Merge, A::Relink, A::KeepSeparate, A::Reject],
            K::IdentityChangeOrphan => &[A::Relink, A::Reject],
            K::IdentityChangeFork => &[A::Accept, A::Reject, A::Merge, A::Relink],
        }
    }

    /// A few words for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        use CaseKind as K;
        match self {
            K::PhoneBsuidConflict => "Phone and BSUID disagree",
            K::PhoneClaimed => "Phone claimed by a new BSUID",
            K::IdentityChange => "Identity change",
            K::IdentityChangeCollision => "Change meets another contact",
            K::IdentityChangeOrphan => "Change of somebody unknown",
            K::IdentityChangeFork => "Contradicting changes",
            K::SharedPhone => "Attested phone is another's",
            K::ParentBsuidMatch => "Same parent BSUID",
            K::PhoneVariant => "Two forms of one number",
            K::ImportDuplicate => "Imported row matches several",
            K::Manual => "Asked by an operator",
        }
    }
}

/// Why a suggestion is what it is: one reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// A stable code.
    pub code: String,
    /// Log-odds that it adds; negative speaks against.
    pub weight: f64,
    /// A sentence for people.
    pub text: String,
}

/// What the program would answer, how sure it is, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Suggestion {
    /// One of the answers, or `none`.
    pub action: Action,
    /// Merge: the contact whose number the group keeps.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub survivor: Option<ContactId>,
    /// Relink: the identifier, as `KIND:VALUE`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub identifier: Option<String>,
    /// Relink: a contact id, or `"new"`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub to: Option<Target>,
    /// Relink: from when on.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub since: Option<Timestamp>,
    /// From 0 to 1.
    pub confidence: f64,
    /// The reasons, strongest first.
    pub reasons: Vec<Reason>,
}

/// Where a relinked identifier goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// To a contact that exists.
    Contact(ContactId),
    /// To a contact that the decision founds.
    New,
}

impl Serialize for Target {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Target::Contact(id) => id.serialize(to),
            Target::New => to.serialize_str("new"),
        }
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(from)? {
            serde_json::Value::String(word) if word == "new" => Ok(Target::New),
            value => serde_json::from_value(value)
                .map(Target::Contact)
                .map_err(serde::de::Error::custom),
        }
    }
}

impl std::str::FromStr for Target {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "new" {
            return Ok(Target::New);
        }
        text.parse()
            .map(Target::Contact)
            .map_err(|_| format!("'{text}' is neither a contact id nor 'new'"))
    }
}

/// An operator's answer to a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// One person; `survivor` names the canonical contact.
    Merge {
        /// Default: the suggestion's, else the first listed.
        survivor: Option<ContactId>,
    },
    /// The identifier belongs to `to` from `since` on.
    Relink {
        /// Which identifier.
        identifier: Named,
        /// Whose it is.
        to: Target,
        /// Default: the time of the case's first evidence.
        since: Option<Timestamp>,
    },
    /// Not one person.
    KeepSeparate,
    /// The change happened.
    Accept,
    /// The change never happened.
    Reject,
    /// Ask again then.
    Defer {
        /// When.
        until: Timestamp,
    },
}

impl Answer {
    /// The action of this answer.
    #[must_use]
    pub fn action(&self) -> Action {
        match self {
            Answer::Merge { .. } => Action::Merge,
            Answer::Relink { .. } => Action::Relink,
            Answer::KeepSeparate => Action::KeepSeparate,
            Answer::Accept => Action::Accept,
            Answer::Reject => Action::Reject,
            Answer::Defer { .. } => Action::Defer,
        }
    }

    /// What is wrong with the time that it names, seen from `now`: nothing is
    /// put off until a time that has passed, or held from a time that has not
    /// come.
    #[must_use]
    pub fn untimely(&self, now: Timestamp) -> Option<String> {
        match self {
            Answer::Defer { until } if *until <= now => Some(format!(
                "{until} has passed: a case is put off until a later time"
            )),
            Answer::Relink {
                since: Some(since), ..
            } if *since > now => Some(format!(
                "{since} has not come: an identifier is relinked from an earlier time on"
            )),
            _ => None,
        }
    }
}
