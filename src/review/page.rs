//! What is shown of cases, contacts, decisions and messages: the rows and
//! pages that the store fills, and the command line prints as JSON to the
//! letter of its contract. Texts in here are raw: `domain::text` stands
//! between them and every surface.

use crate::domain::case::{Action, CaseKind, CaseState, Suggestion};
use crate::domain::fact::{ChangeType, Direction, Surface};
use crate::domain::identifier::Kind;
use crate::domain::ids::{
    BatchId, CaseId, ContactId, ConversationId, DecisionId, EntryId, EventId, ProposalId,
    QuarantineId, SightingId,
};
use crate::domain::link::LinkState;
use crate::domain::time::Timestamp;
use crate::review::four_eyes::Proposal;
use crate::review::refusal::Refusal;
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
    /// Sentences: which identifiers and conversations end where.
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
    /// A sentence for people.
    pub summary: String,
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

/// An item that could not be read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuarantineRow {
    /// Its number.
    pub id: QuarantineId,
    /// When it arrived.
    pub at: Timestamp,
    /// `file:line`.
    pub source: String,
    /// Why.
    pub reason: String,
    /// JSON pointer to the place within the delivery.
    pub pointer: String,
    /// The delivery: JSON where it is JSON, else text.
    pub payload: serde_json::Value,
    /// The delivery as it came, its fields in their order; bytes that are no
    /// UTF-8 are replaced.
    #[serde(skip)]
    pub text: String,
}

/// One check of `doctor`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Its name.
    pub check: String,
    /// Whether it held.
    pub ok: bool,
    /// What was found.
    pub detail: String,
}

impl std::ops::AddAssign for Counts {
    /// Adds the counts of what came next; the time is measured as a whole.
    fn add_assign(&mut self, more: Self) {
        self.read += more.read;
        self.applied += more.applied;
        self.duplicate += more.duplicate;
        self.quarantined += more.quarantined;
        self.unrecognised += more.unrecognised;
        self.messages += more.messages;
        self.statuses += more.statuses;
        self.changes += more.changes;
        self.contacts_created += more.contacts_created;
        self.cases_opened += more.cases_opened;
        self.cases_superseded += more.cases_superseded;
    }
}

/// What became of the items of an ingest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Items read: the sum of the next four.
    pub read: u64,
    /// Understood and taken in.
    pub applied: u64,
    /// Known already.
    pub duplicate: u64,
    /// Kept with a reason; cannot be read.
    pub quarantined: u64,
    /// Kept; of a surface that is not read.
    pub unrecognised: u64,
    /// New messages.
    pub messages: u64,
    /// New statuses.
    pub statuses: u64,
    /// New changes, copies not counted.
    pub changes: u64,
    /// Contacts founded.
    pub contacts_created: u64,
    /// Cases opened.
    pub cases_opened: u64,
    /// Cases that became moot.
    pub cases_superseded: u64,
    /// How long it took.
    pub elapsed_ms: u64,
}

/// What there is to do, and how it goes: for the overview.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    /// How many cases of each kind and state.
    pub cases: Vec<(CaseKind, CaseState, i64)>,
    /// The open case whose first evidence is the oldest, and the time of that.
    pub oldest_open: Option<(CaseId, Timestamp)>,
    /// Items that could not be read.
    pub quarantined: i64,
    /// Each day asked for, oldest first; the last is today.
    pub days: Vec<DayCounts>,
}

/// What came and what was answered on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCounts {
    /// Its begin, 00:00 UTC.
    pub day: Timestamp,
    /// Cases whose first evidence is of that day.
    pub arrived: i64,
    /// Answers given on that day, but for defer; undone ones are left out.
    pub decided: i64,
}

/// A business number that goes to another portfolio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NumberMove {
    /// Its phone number id.
    pub number: Option<String>,
    /// Its account.
    pub waba: Option<String>,
    /// The portfolio before.
    pub from: String,
    /// The portfolio after.
    pub to: String,
}

/// What a rescope did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rescoped {
    /// Whether it is written.
    pub applied: bool,
    /// Whether it was only tried.
    pub dry_run: bool,
    /// The business numbers that go to another portfolio.
    pub numbers: Vec<NumberMove>,
    /// How many events go with them.
    pub events: i64,
    /// How many BSUIDs.
    pub identifiers: i64,
    /// How many contacts there were.
    pub contacts_before: i64,
    /// How many there are now.
    pub contacts_after: i64,
    /// How many open cases there were.
    pub open_cases_before: i64,
    /// How many there are now.
    pub open_cases_after: i64,
    /// Decisions that were undone, since they would be impossible.
    pub undone: Vec<DecisionId>,
}
