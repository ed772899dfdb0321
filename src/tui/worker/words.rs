//! What goes to the store's threads and what comes back: questions and their
//! answers, writes and what became of them. Only the words: who asks is
//! `update`, who answers is `desk`.

use crate::domain::case::{CaseKind, CaseState};
use crate::domain::ids::{CaseId, ContactId, EventId, ProposalId};
use crate::domain::time::Timestamp;
use crate::review::batch::{Chunk, Plan, Scope};
use crate::review::page::{
    AuditRow, CasePage, CaseRow, ContactHit, ContactPage, Done, MessageRow, Stats,
};
use crate::store::{AuditFilter, By, CaseFilter, Decide, StoreError, Verdict};
use crate::tui::model::{Waiting, What};
use crate::tui::seek::Find;
use std::sync::Arc;

/// Ties an answer to its question.
pub(crate) type Ticket = u64;

/// A question to the store.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Read {
    /// The first page of the queue.
    Cases(CaseFilter),
    /// All cases of a state, in the order of the queue.
    Order(Option<CaseState>),
    /// The cases that fit a filter, in an order.
    Find(Find),
    /// The lines of these cases.
    Rows(Vec<CaseId>),
    /// How many cases of each kind and state.
    Counts,
    /// One case, whole.
    Case(CaseId),
    /// The raw JSON behind a piece of evidence.
    Payload(EventId),
    /// Entries of the audit log.
    Audit(AuditFilter),
    /// Whether the audit log is whole.
    Verify,
    /// Contacts that fit a query.
    Contacts(String),
    /// One contact, whole.
    Contact(ContactId),
    /// Messages of a contact, older than these.
    Messages(ContactId, Option<(Timestamp, EventId)>),
    /// What there is to do, and how it goes.
    Stats,
    /// Open cases of changes: so many of each kind.
    Changes(usize),
    /// Answers that wait for another operator.
    Proposals,
    /// What a batch would do.
    Plan(Scope, By),
}

/// What a store said, or why it could not, in a sentence.
pub(crate) type Told<T> = Result<T, String>;

/// The answer to a [`Read`].
#[derive(Debug)]
pub(crate) enum Found {
    /// To [`Read::Cases`].
    Cases(Told<Vec<CaseRow>>),
    /// To [`Read::Order`] and [`Read::Find`].
    Order(Told<Vec<CaseId>>),
    /// To [`Read::Rows`].
    Rows(Told<Vec<CaseRow>>),
    /// To [`Read::Counts`], with the case of each proposal that waits.
    Counts(Told<(CaseCounts, Vec<CaseId>)>),
    /// To [`Read::Case`].
    Case(Told<Box<CasePage>>),
    /// To [`Read::Payload`].
    Payload(Told<String>),
    /// To [`Read::Audit`].
    Audit(Told<Vec<AuditRow>>),
    /// To [`Read::Verify`].
    Verify(Told<Verdict>),
    /// To [`Read::Contacts`].
    Contacts(Told<Vec<ContactHit>>),
    /// To [`Read::Contact`].
    Contact(Told<Box<ContactPage>>),
    /// To [`Read::Messages`].
    Messages(Told<Vec<MessageRow>>),
    /// To [`Read::Stats`], with how many proposals wait.
    Stats(Told<(Stats, usize)>),
    /// To [`Read::Changes`].
    Changes(Told<Vec<CaseRow>>),
    /// To [`Read::Proposals`].
    Proposals(Told<Vec<Waiting>>),
    /// To [`Read::Plan`].
    Plan(Told<Planned>),
}

/// What a batch would do.
#[derive(Debug)]
pub(crate) struct Planned {
    /// The plan.
    pub(crate) plan: Arc<Plan>,
    /// The lines of the cases that are named of it.
    pub(crate) named: Vec<CaseRow>,
    /// How many of its items another operator has to confirm.
    pub(crate) to_confirm: usize,
}

/// How many cases of each kind and state.
pub(crate) type CaseCounts = Vec<(CaseKind, CaseState, i64)>;

/// What is to be written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Write {
    /// One decision.
    Decide(Decide),
    /// Takes a decision out; `dry_run` only says what that would do.
    Undo {
        /// Which.
        what: What,
        /// Those that stand on it too.
        cascade: bool,
        /// Write nothing.
        dry_run: bool,
    },
    /// The next chunk of a batch, from this item on.
    Apply(Arc<Plan>, usize),
    /// Settles proposals, each for itself.
    Settle(Settle, Vec<ProposalId>),
    /// Tells others that a case is looked at, until then.
    Claim(CaseId, Timestamp),
    /// Tells them that it is no longer.
    Release(CaseId),
}

/// What becomes of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Settle {
    /// It stands, as a decision.
    Confirm,
    /// It is taken out.
    Withdraw,
}

/// What comes back from the threads.
#[derive(Debug)]
pub(crate) enum Reply {
    /// The answer to a question.
    Found(Ticket, Found),
    /// What became of a write.
    Written(Result<Vec<Done>, StoreError>),
    /// What became of a chunk of a batch.
    Applied(Result<Chunk, StoreError>),
    /// What became of each of some proposals: the decision, where one stands now.
    Settled(Vec<Result<Option<Done>, StoreError>>),
    /// A claim was made or ended, or could not be; nobody waits for it.
    Claimed,
    /// Somebody has written: what is shown may be old.
    Changed,
    /// A thread ended that should not have.
    Broken,
}

impl Read {
    /// Whether it is a search of everything, for the thread that does nothing
    /// else.
    pub(super) fn is_search(&self) -> bool {
        match self {
            Read::Find(_) => true,
            Read::Contacts(query) => !query.is_empty(),
            _ => false,
        }
    }
}
