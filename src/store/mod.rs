//! Where everything is kept: the boundary, in words of the domain.
//!
//! No SQL and no type of a database passes through here, so that another
//! store can stand beside `sqlite` one day.

use crate::domain::case::{CaseKind, CaseState};
use crate::domain::fact::Item;
use crate::domain::identifier::Named;
use crate::domain::ids::{CaseId, ContactId, EventId, ProposalId, QuarantineId};
use crate::domain::text;
use crate::domain::time::Timestamp;
use crate::review::batch::{Chunk, Plan, Scope};
use crate::review::four_eyes::{Proposal, Rule};
use crate::review::page::{
    AuditRow, CasePage, CaseRow, Check, Claim, ContactHit, ContactPage, Counts, Done, MessageRow,
    QuarantineRow, Rescoped, Resolution, Stats,
};
use crate::review::search::CaseKey;
use std::io;
use std::path::Path;
use std::time::Duration;

mod ask;
mod chain;
mod error;
mod file;
mod log;
mod same;
mod sqlite;
mod verdict;

pub use ask::{
    Answers, Arrival, Arrivals, AuditFilter, By, CaseFilter, Copied, Decide, Diagnosis, Export,
    Held, Mode, PortfolioMap, Query, Read, Rescope, Source, Undo,
};
pub use error::{Result, StoreError};
pub use file::private;
pub use same::Same;
pub use verdict::{Head, Verdict};

/// A store, open. Reads see one consistent state each; a write is one durable
/// transaction, or nothing.
///
/// Every method fails with [`StoreError::Locked`] after the wait, and with
/// [`StoreError::Damaged`] or [`StoreError::Failed`] where the file gives out.
pub trait Store: Send {
    /// A page of the queue.
    fn cases(&self, filter: &CaseFilter) -> Result<Vec<CaseRow>>;
    /// How many cases of each kind and state.
    fn case_counts(&self) -> Result<Vec<(CaseKind, CaseState, i64)>>;
    /// Cases by kind and state, the oldest open one, and what arrived and was
    /// decided on each of the last `days` days, today among them.
    fn stats(&self, days: u32) -> Result<Stats>;
    /// One case, whole; [`StoreError::Unknown`] if there is none.
    fn case(&self, case: CaseId) -> Result<CasePage>;
    /// Contacts that fit a query, best first; all of them, lowest id first, for
    /// an empty one.
    fn contacts(&self, query: &str, limit: Option<usize>) -> Result<Vec<ContactHit>>;
    /// The page of the canonical contact of `contact`.
    fn contact(&self, contact: ContactId) -> Result<ContactPage>;
    /// Messages of a group, newest first, older than `before`.
    fn messages(
        &self,
        contact: ContactId,
        before: Option<(Timestamp, EventId)>,
        limit: usize,
    ) -> Result<Vec<MessageRow>>;
    /// The raw JSON of the delivery that brought an event.
    fn payload(&self, event: EventId) -> Result<String>;
    /// Which canonical contact is this?
    fn resolve(&self, query: &Query) -> Result<Resolution>;
    /// Opens a case of kind `manual`.
    fn ask(
        &mut self,
        contacts: &[ContactId],
        identifier: Option<&Named>,
        by: &By,
    ) -> Result<CaseRow>;
    /// Takes one decision; [`StoreError::Refused`] with the reason if not.
    fn decide(&mut self, decide: &Decide, by: &By) -> Result<Done>;
    /// Takes decisions out (or, of an undo, puts them back); all or none. Where
    /// there can be several, the undos are a batch of their own, and the undo
    /// of that puts all of them back. A dry run tells what would change.
    fn undo(&mut self, what: Undo, cascade: bool, dry_run: bool, by: &By) -> Result<Vec<Done>>;
    /// What a batch would do now: the suggestions for the open cases of a scope,
    /// best first, but for those to wait, those that are not safe, and merges
    /// that would put two live BSUIDs of one portfolio into one group.
    fn plan(&self, scope: &Scope, by: &By) -> Result<Plan>;
    /// Carries out the next items of a plan, from item number `from` on, as one
    /// durable transaction that holds other writers up for less than 100 ms.
    /// Call it until all items have an outcome; between two calls is a clean
    /// point to stop at. Applied again, from 0, a plan that was stopped goes on
    /// under the same batch; what it has decided by then is told as done.
    ///
    /// Refused as a whole if the plan was made on another store.
    fn apply(&mut self, plan: &Plan, from: usize, by: &By) -> Result<Chunk>;
    /// Says to others that an operator looks at a case, until a time; anew if
    /// it is theirs. Refused as `claimed` while another's holds. Keeps nobody
    /// from answering, and ends with the answer.
    fn claim(&mut self, case: CaseId, until: Timestamp, by: &By) -> Result<Claim>;
    /// Ends an operator's own claim; whether there was one.
    fn release(&mut self, case: CaseId, by: &By) -> Result<bool>;
    /// The answers that need a second operator, if there is such a rule.
    fn four_eyes(&self) -> Result<Option<Rule>>;
    /// Keeps a rule in the store, for everybody from now on; logged. An empty
    /// one lifts it.
    fn rule(&mut self, rule: &Rule, by: &By) -> Result<()>;
    /// Answers that wait for another operator, oldest first; `all`: settled ones too.
    fn proposals(&self, all: bool) -> Result<Vec<Proposal>>;
    /// Lets a proposal of another operator stand: a decision.
    fn confirm(&mut self, proposal: ProposalId, by: &By) -> Result<Done>;
    /// Takes an own proposal back, or turns another's down.
    fn withdraw(&mut self, proposal: ProposalId, by: &By) -> Result<Proposal>;
    /// Takes the answers of one operator out that stand and were given within a
    /// time; all or none, as one batch.
    fn undo_answers(
        &mut self,
        whose: &Answers,
        cascade: bool,
        dry_run: bool,
        by: &By,
    ) -> Result<Vec<Done>>;
    /// The audit log, oldest first.
    fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>>;
    /// Checks the chain of the audit log, against a head kept elsewhere if
    /// given: see [`Head`].
    fn verify(&self, head: Option<&str>) -> Result<Verdict>;
    /// Writes the audit log, one entry a line, oldest first, and a line that
    /// names the head, to be checked with [`verify_log`].
    fn export_log(&self, to: &mut dyn std::io::Write) -> Result<Copied>;
    /// Makes a consistent copy while others read and write. `step` is told the
    /// pages copied and those there are. Refused where the file exists.
    fn backup(&self, to: &Path, step: &mut dyn FnMut(u64, u64)) -> Result<Copied>;
    /// What could not be read: one, or all.
    fn quarantine(&self, id: Option<QuarantineId>) -> Result<Vec<QuarantineRow>>;
    /// Checks the file and the invariants; with `replay`, against a replay of the log.
    fn doctor(&self, replay: bool) -> Result<Diagnosis>;
    /// Reads the raw JSON of all deliveries again, and checks that every event is
    /// what its delivery says. `readers` are the ways in which one may have been
    /// read, the usual one first.
    fn reread(&self, readers: &[Read<'_>]) -> Result<Vec<Check>> {
        let _ = readers;
        Ok(Vec::new())
    }
    /// Hands out a table, one JSON object a row, without holding it in memory.
    fn export(
        &self,
        what: Export,
        row: &mut dyn FnMut(serde_json::Value) -> Result<()>,
    ) -> Result<()>;
    /// Takes deliveries in, until no more are handed over: one durable transaction.
    fn take_in(
        &mut self,
        arrivals: &mut dyn Arrivals,
        map: &PortfolioMap,
        arrived: Timestamp,
    ) -> Result<Counts>;
    /// Takes a batch in: one durable transaction.
    fn ingest(
        &mut self,
        batch: &[Arrival],
        map: &PortfolioMap,
        arrived: Timestamp,
    ) -> Result<Counts> {
        self.take_in(&mut Some(batch), map, arrived)
    }
    /// The cases of a state in the order of the queue.
    fn case_order(&self, state: Option<CaseState>) -> Result<Vec<CaseId>> {
        let keys = self.case_keys(state)?;
        Ok(keys.into_iter().map(|key| key.case).collect())
    }
    /// What the cases of a state are filtered and ordered by, in the order of
    /// the queue.
    fn case_keys(&self, state: Option<CaseState>) -> Result<Vec<CaseKey>> {
        let rows = self.cases(&CaseFilter {
            state,
            ..CaseFilter::default()
        })?;
        Ok(rows.iter().map(CaseKey::of).collect())
    }
    /// These cases, in this order; those that are gone are left out.
    fn case_rows(&self, ids: &[CaseId]) -> Result<Vec<CaseRow>> {
        let rows = self.cases(&CaseFilter::default())?;
        let row = |id: &CaseId| rows.iter().find(|row| row.case == *id).cloned();
        Ok(ids.iter().filter_map(row).collect())
    }
    /// Hands out the folded texts by which each canonical contact is searched,
    /// separated by blanks.
    fn contact_keys(&self, each: &mut dyn FnMut(ContactId, &str)) -> Result<()> {
        for hit in self.contacts("", None)? {
            let values = hit.identifiers.iter().map(|id| id.value.as_str());
            let texts: Vec<&str> = std::iter::once(hit.name.as_str()).chain(values).collect();
            each(hit.contact, &text::fold(&texts.join(" ")));
        }
        Ok(())
    }
    /// These contacts with their scores, in this order; those that are gone are
    /// left out.
    fn contact_hits(&self, scores: &[(ContactId, i64)]) -> Result<Vec<ContactHit>> {
        let hits = self.contacts("", None)?;
        let hit = |&(contact, score): &(ContactId, i64)| {
            let hit = hits.iter().find(|hit| hit.contact == contact)?;
            Some(ContactHit {
                score,
                ..hit.clone()
            })
        };
        Ok(scores.iter().filter_map(hit).collect())
    }
    /// Moves what is stored to the portfolios of another map, and replays it;
    /// [`StoreError::Refused`] where a standing decision would be impossible.
    fn rescope(&mut self, ask: &Rescope<'_>, by: &By) -> Result<Rescoped>;
    /// Reads what is in quarantine again, one item or all, by `again`: what each
    /// delivery holds now. What can be read is taken in as if it had come then
    /// (it counts from its first arrival), and leaves quarantine in the same
    /// transaction; the rest stays under its number, with the reason of now.
    /// [`StoreError::Unknown`] if there is no such item.
    fn retry(
        &mut self,
        only: Option<QuarantineId>,
        again: &dyn Fn(&Held) -> Vec<Item>,
        map: &PortfolioMap,
    ) -> Result<Counts>;
    /// Lets `act` ingest into this store, and takes back whatever it wrote: for
    /// everybody else it never happened. Other writers wait meanwhile.
    fn rehearse(&mut self, act: &mut dyn FnMut(&mut dyn Store)) -> Result<()>;
    /// Keeps little of what is read in memory from now on: for one who asks
    /// about a screenful at a time, for hours.
    fn keep_little(&self) -> Result<()> {
        Ok(())
    }
    /// Whether it was filled under older rules than today's: what these ask
    /// besides comes with a [`Store::rescope`].
    fn is_outdated(&self) -> Result<bool> {
        Ok(false)
    }
    /// A number that differs whenever another process has written.
    fn revision(&self) -> Result<i64>;
}

/// Opens the store at `path`; waits up to `wait` for other writers, at each write.
pub fn open(path: &Path, mode: Mode, wait: Duration) -> Result<Box<dyn Store>> {
    sqlite::Sqlite::open(path, mode, wait).map(|store| Box::new(store) as Box<dyn Store>)
}

/// Checks an exported audit log without its store, against a head kept
/// elsewhere if given.
///
/// # Errors
/// [`StoreError::File`] where the file cannot be read.
pub fn verify_log(path: &Path, head: Option<&str>) -> Result<Verdict> {
    let wanted = head.map(Head::parse);
    if wanted == Some(None) {
        return Ok(Verdict::cannot_tell(verdict::NO_HEAD));
    }
    std::fs::File::open(path)
        .and_then(|file| log::verify(io::BufReader::new(file), wanted.flatten().as_ref()))
        .map_err(|e| StoreError::file(format!("reading {}", path.display()), &e))
}
