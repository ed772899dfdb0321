//! A contact as it is shown, what it holds and what it wrote; and what an
//! application is told that asks for one.

use super::DecisionRow;
use crate::domain::fact::Direction;
use crate::domain::identifier::Kind;
use crate::domain::ids::{CaseId, ContactId, ConversationId, EventId};
use crate::domain::link::LinkState;
use crate::domain::time::Timestamp;
use serde::Serialize;

/// An identifier on a contact, with the time it was held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IdentifierRow {
    /// Its kind.
    pub kind: Kind,
    /// Its compared form.
    pub value: String,
    /// The portfolio of a BSUID, or a parent's; `None` for phones and usernames.
    pub portfolio: Option<String>,
    /// The state of the link.
    pub state: LinkState,
    /// Holding from.
    pub since: Option<Timestamp>,
    /// Holding until; `None` while it lasts.
    pub until: Option<Timestamp>,
    /// The member of the group that holds it.
    pub member: ContactId,
    /// A phone not seen since its holder's BSUID changed: writing to it may
    /// reach a stranger.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unconfirmed: bool,
}

/// An identifier by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct IdentifierRef {
    /// Its kind.
    pub kind: Kind,
    /// Its compared form.
    pub value: String,
}

/// A username and when it was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UsernameSpan {
    /// Compared form.
    pub value: String,
    /// First seen.
    pub since: Timestamp,
    /// Replaced by another.
    pub until: Option<Timestamp>,
}

/// A thread of messages.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConversationRow {
    /// Its number.
    pub conversation: ConversationId,
    /// The member it belongs to.
    pub member: ContactId,
    /// The identifier its messages came through.
    pub through: IdentifierRef,
    /// The number of the business, digits, or its phone number id.
    pub business_number: Option<String>,
    /// How many messages.
    pub messages: i64,
    /// The time of the last.
    pub last_at: Option<Timestamp>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MessageRow {
    /// The event that brought it.
    pub event: EventId,
    /// The platform's id.
    pub message: String,
    /// The thread.
    pub conversation: ConversationId,
    /// The member it belongs to.
    pub member: ContactId,
    /// When.
    pub at: Timestamp,
    /// Which way.
    pub direction: Direction,
    /// Its type.
    pub kind: String,
    /// What a person reads of it, raw.
    pub text: String,
}

/// One canonical contact, whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContactPage {
    /// The canonical contact.
    pub contact: ContactId,
    /// All members, lowest first.
    pub members: Vec<ContactId>,
    /// The shown name, raw.
    pub name: String,
    /// Identifiers of all members: live ones first, then by kind and time.
    pub identifiers: Vec<IdentifierRow>,
    /// Username history, oldest first.
    pub usernames: Vec<UsernameSpan>,
    /// Threads of all members, last first.
    pub conversations: Vec<ConversationRow>,
    /// Decisions that name a member, oldest first.
    pub decisions: Vec<DecisionRow>,
    /// Open cases that concern it.
    pub open_cases: Vec<CaseId>,
    /// Last messages of all threads, oldest first; for the screen.
    #[serde(skip)]
    pub messages: Vec<MessageRow>,
}

/// A line of a search.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ContactHit {
    /// The canonical contact.
    pub contact: ContactId,
    /// The shown name, raw.
    pub name: String,
    /// Its identifiers.
    pub identifiers: Vec<IdentifierRow>,
    /// How well it fits; higher is better.
    pub score: i64,
}

/// What an application asks: which canonical contact is this?
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Resolution {
    /// The canonical contact, if any.
    pub contact: Option<ContactId>,
    /// By which identifier it was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matched_by: Option<Kind>,
    /// Through a change that nobody has accepted yet.
    pub provisional: bool,
    /// Phone and BSUID differ, or the one given is in dispute.
    pub conflict: Option<Conflict>,
    /// A free phone's last holder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former_contact: Option<ContactId>,
    /// The phone was not seen since its holder's BSUID changed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unconfirmed: bool,
}

/// The dispute beside a [`Resolution`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The case that asks, if there is one.
    pub case: Option<CaseId>,
    /// The canonical contact that holds the phone.
    pub phone_contact: Option<ContactId>,
}
