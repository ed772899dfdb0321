//! The store as a whole: what an ingest took in and what it could not read,
//! how much there is to do, what a check or a change of portfolios found.

use crate::domain::case::{CaseKind, CaseState};
use crate::domain::ids::{CaseId, DecisionId, QuarantineId};
use crate::domain::time::Timestamp;
use serde::Serialize;

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
    /// Of the duplicates those that cannot be read any more than before: they
    /// wait in quarantine already.
    pub still_quarantined: u64,
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

impl std::ops::AddAssign for Counts {
    /// Adds the counts of what came next; the time is measured as a whole.
    fn add_assign(&mut self, more: Self) {
        self.read += more.read;
        self.applied += more.applied;
        self.duplicate += more.duplicate;
        self.quarantined += more.quarantined;
        self.unrecognised += more.unrecognised;
        self.still_quarantined += more.still_quarantined;
        self.messages += more.messages;
        self.statuses += more.statuses;
        self.changes += more.changes;
        self.contacts_created += more.contacts_created;
        self.cases_opened += more.cases_opened;
        self.cases_superseded += more.cases_superseded;
    }
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
