//! What a store is asked, and what is handed over to it.

use crate::domain::case::{Answer, CaseKind, CaseState};
use crate::domain::fact::Item;
use crate::domain::identifier::Named;
use crate::domain::ids::{BatchId, CaseId, ContactId, DecisionId};
use crate::domain::time::Timestamp;
use crate::review::page::Check;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// How a store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Must exist; decisions are refused.
    ReadOnly,
    /// Must exist.
    ReadWrite,
    /// Must exist, to be written to by what is taken back again: where the file
    /// cannot be written, a copy of it that is kept in memory.
    Rehearse,
    /// Is made if it is not there.
    Create,
}

/// Who acts, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// The operator.
    pub operator: String,
    /// Now.
    pub at: Timestamp,
    /// Why, in the operator's words.
    pub reason: Option<String>,
}

/// An answer to be taken as a decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Decide {
    /// Which case.
    pub case: CaseId,
    /// What is answered.
    pub answer: Answer,
    /// Refused as `changed` if the case has another version.
    pub expect_version: Option<i64>,
    /// Plan and check, write nothing.
    pub dry_run: bool,
}

/// What is to be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undo {
    /// One decision (or an undo: then it is redone).
    Decision(DecisionId),
    /// All of a batch.
    Batch(BatchId),
}

/// The answers of one operator within a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answers {
    /// Whose.
    pub operator: String,
    /// From then on.
    pub since: Timestamp,
    /// Before then; `None`: up to now.
    pub until: Option<Timestamp>,
}

/// Which cases, in the order of the queue: highest confidence first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CaseFilter {
    /// `None` is all.
    pub state: Option<CaseState>,
    /// Of one kind.
    pub kind: Option<CaseKind>,
    /// Suggestion at least this sure.
    pub min_confidence: Option<f64>,
    /// That concern this contact's group.
    pub contact: Option<ContactId>,
    /// At most.
    pub limit: Option<usize>,
    /// After this [`crate::review::page::CaseRow::cursor`].
    pub after: Option<String>,
}

/// The question of `resolve`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// A BSUID.
    pub bsuid: Option<Named>,
    /// A phone.
    pub phone: Option<Named>,
    /// A username.
    pub username: Option<Named>,
    /// The portfolio of the BSUID.
    pub portfolio: Option<String>,
}

/// Which entries of the audit log, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// From this entry on.
    pub since: Option<i64>,
    /// By this operator.
    pub operator: Option<String>,
    /// That concern this contact.
    pub contact: Option<ContactId>,
    /// Of this batch.
    pub batch: Option<BatchId>,
    /// At most, the newest.
    pub limit: Option<usize>,
}

/// A copy that was made.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Copied {
    /// Its length.
    pub bytes: u64,
    /// Entries of its audit log.
    pub entries: i64,
    /// The hash of the last of them, hex.
    pub head: String,
    /// What to keep elsewhere, for a later check: `STORE:HASH`.
    pub keep: Option<String>,
}

/// Which table goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export {
    /// Canonical contacts.
    Contacts,
    /// Contact id → canonical id.
    Aliases,
    /// Message id → canonical contact and member.
    Messages,
    /// Decisions, oldest first.
    Decisions,
}

/// One delivery and what was read in it.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The JSON as it came; bytes where it is no UTF-8.
    pub text: std::result::Result<String, Vec<u8>>,
    /// Where it came from.
    pub source: Source,
    /// What it holds, changes first.
    pub items: Vec<Item>,
    /// How it was read, in the reader's own words, so that what goes into
    /// quarantine can be read again in the same way.
    pub manner: Arc<str>,
}

/// Where a delivery came from, written `file:line`; spelled out only where
/// somebody is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file's name, or all of it where there is no line.
    pub name: Arc<str>,
    /// The line on which the delivery begins, from 1.
    pub line: Option<u64>,
}

impl From<&str> for Source {
    fn from(name: &str) -> Self {
        let name = name.into();
        Self { name, line: None }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.line.map_or(Ok(()), |line| write!(f, ":{line}"))
    }
}

/// Deliveries on their way in, handed over part by part: so that a transaction
/// can take more than memory should hold.
pub trait Arrivals {
    /// The next part; none where the transaction is to end.
    fn next(&mut self) -> Option<&[Arrival]>;
}

/// A batch in one part.
impl Arrivals for Option<&[Arrival]> {
    fn next(&mut self) -> Option<&[Arrival]> {
        self.take()
    }
}

/// A delivery that stands in quarantine.
#[derive(Debug, Clone)]
pub struct Held {
    /// As it came; bytes where it is no UTF-8.
    pub text: std::result::Result<String, Vec<u8>>,
    /// How it was read then: [`Arrival::manner`].
    pub manner: Arc<str>,
}

/// Which portfolio traffic belongs to: WABA first, then phone number id, then
/// the one named for input that names no number, else `default`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PortfolioMap {
    /// Portfolio by WABA id.
    pub wabas: BTreeMap<String, String>,
    /// Portfolio by phone number id.
    pub phone_number_ids: BTreeMap<String, String>,
    /// For input that names no number.
    pub unnamed: Option<String>,
}

/// Reads a delivery to its items.
pub type Read<'a> = &'a dyn Fn(&str) -> Vec<Item>;

/// What is stored is to move to the portfolios of another map.
pub struct Rescope<'a> {
    /// The map.
    pub map: &'a PortfolioMap,
    /// Reads a delivery again, as it was read when it came.
    pub read: Read<'a>,
    /// Undo the standing decisions that would be impossible.
    pub cascade: bool,
    /// Say what would change, write nothing.
    pub dry_run: bool,
}

/// What `doctor` found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Diagnosis {
    /// Whether every check held.
    pub ok: bool,
    /// The schema of the store.
    pub schema: i64,
    /// The checks.
    pub checks: Vec<Check>,
}
