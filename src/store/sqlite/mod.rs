//! The store in one SQLite file: the only SQL of the program.
//!
//! One connection, WAL, `synchronous=FULL`; other processes read and write at
//! the same time. Reads run in one deferred transaction each, so that a page
//! shows one state; a write is one `BEGIN IMMEDIATE` transaction.

mod across;
mod answer;
mod apply;
mod aside;
mod ask;
mod backup;
mod batch;
mod claim;
mod decide;
mod derived;
mod difference;
mod error;
mod four_eyes;
mod group;
mod ingest;
mod intern;
mod load;
mod mark;
mod number;
mod open;
mod picture;
mod question;
mod read;
mod record;
mod relink;
mod replay;
mod reread;
mod rescope;
mod retry;
mod schema;
mod sides;
mod standing;
mod still;
mod terms;
mod turn;
mod undo;
mod wal;
mod write;

pub(super) use open::{FileId, file_id};

use super::*;
use crate::review::refusal::{Code, Refusal};
use error::Doing as _;
use rusqlite::Connection;
use std::cell::RefCell;
use std::path::PathBuf;

/// An open SQLite store.
pub(super) struct Sqlite {
    db: Connection,
    path: PathBuf,
    mode: Mode,
    /// Which file was opened: what the path leads to may be another by now.
    file: Option<open::FileId>,
    /// How long to wait for other writers, at each write.
    wait: Duration,
    /// Set where the file is taken for one that does not change.
    still: RefCell<Option<still::Still>>,
    /// What an ingest keeps between its batches.
    session: Option<ingest::Session>,
}

impl Sqlite {
    /// Runs `f` on one consistent state.
    fn read<T>(&self, f: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        turn::at_most(self.wait);
        self.current(|db, _| f(&*db.unchecked_transaction()?))
            .map_err(|e| e.at(&self.path))
    }

    /// Runs `f` on the connection to read by, which it tells how often the store
    /// was opened anew.
    fn current<T>(&self, f: impl FnOnce(&Connection, i64) -> Result<T>) -> Result<T> {
        // Not while a read is under way that asks once more.
        if let Ok(mut still) = self.still.try_borrow_mut()
            && let Some(still) = &mut *still
        {
            still.follow(&self.db, &self.path, self.wait)?;
        }
        let still = self.still.borrow();
        let db = still.as_ref().and_then(still::Still::newer);
        let times = still.as_ref().map_or(0, still::Still::times);
        f(db.unwrap_or(&self.db), times)
    }

    /// Runs `f` on the connection, to write; refused on a store opened to read.
    fn write<T>(&mut self, f: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
        if self.mode == Mode::ReadOnly {
            let detail = "the store was opened read-only; leave --read-only out to decide";
            return Err(apply::refused(Refusal::new(Code::ReadOnly, detail)));
        }
        if open::file_id(&self.path) != self.file {
            // SQLite would write on, into a file without a name.
            return Err(StoreError::Gone(self.path.clone()));
        }
        // What an ingest keeps would not know of it.
        self.session = None;
        turn::at_most(self.wait);
        f(&mut self.db).map_err(|e| e.at(&self.path))
    }
}

/// The moment of a read: what is deferred until then is open again.
fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}

impl Store for Sqlite {
    fn cases(&self, filter: &CaseFilter) -> Result<Vec<CaseRow>> {
        self.read(|db| read::cases::list(db, filter, now()))
    }

    fn keep_little(&self) -> Result<()> {
        // Pages come from the system's own memory as fast.
        self.current(|db, _| Ok(db.pragma_update(None, "cache_size", -2_000)?))
    }

    fn case_order(&self, state: Option<CaseState>) -> Result<Vec<CaseId>> {
        self.read(|db| read::keys::order(db, state, now()))
    }

    fn case_keys(&self, state: Option<CaseState>) -> Result<Vec<CaseKey>> {
        self.read(|db| read::keys::case_keys(db, state, now()))
    }

    fn case_rows(&self, ids: &[CaseId]) -> Result<Vec<CaseRow>> {
        self.read(|db| read::keys::case_rows(db, ids, now()))
    }

    fn contact_keys(&self, each: &mut dyn FnMut(ContactId, &str)) -> Result<()> {
        self.read(|db| read::keys::contacts(db, each))
    }

    fn contact_hits(&self, scores: &[(ContactId, i64)]) -> Result<Vec<ContactHit>> {
        self.read(|db| read::keys::hits(db, scores))
    }

    fn case_counts(&self) -> Result<Vec<(CaseKind, CaseState, i64)>> {
        self.read(|db| read::cases::counts(db, now()))
    }

    fn stats(&self, days: u32) -> Result<Stats> {
        self.read(|db| read::stats::stats(db, days, now()))
    }

    fn case(&self, case: CaseId) -> Result<CasePage> {
        self.read(|db| read::case::page(db, case, now()))
    }

    fn contacts(&self, query: &str, limit: Option<usize>) -> Result<Vec<ContactHit>> {
        self.read(|db| read::search::contacts(db, query, limit))
    }

    fn contact(&self, contact: ContactId) -> Result<ContactPage> {
        self.read(|db| read::contact::page(db, contact))
    }

    fn messages(
        &self,
        contact: ContactId,
        before: Option<(Timestamp, EventId)>,
        limit: usize,
    ) -> Result<Vec<MessageRow>> {
        self.read(|db| read::message::list(db, contact, before, limit))
    }

    fn payload(&self, event: EventId) -> Result<String> {
        self.read(|db| read::message::payload(db, event))
    }

    fn resolve(&self, query: &Query) -> Result<Resolution> {
        self.read(|db| read::resolve::resolve(db, query))
    }

    fn ask(
        &mut self,
        contacts: &[ContactId],
        identifier: Option<&Named>,
        by: &By,
    ) -> Result<CaseRow> {
        self.write(|db| ask::ask(db, contacts, identifier, by))
    }

    fn decide(&mut self, decide: &Decide, by: &By) -> Result<Done> {
        self.write(|db| decide::decide(db, decide, by))
    }

    fn undo(&mut self, what: Undo, cascade: bool, dry_run: bool, by: &By) -> Result<Vec<Done>> {
        self.write(|db| undo::undo(db, what, cascade, dry_run, by))
    }

    fn plan(&self, scope: &Scope, by: &By) -> Result<Plan> {
        self.read(|db| batch::plan::plan(db, scope, by))
    }

    fn apply(&mut self, plan: &Plan, from: usize, by: &By) -> Result<Chunk> {
        self.write(|db| batch::apply(db, plan, from, by))
    }

    fn claim(&mut self, case: CaseId, until: Timestamp, by: &By) -> Result<Claim> {
        self.write(|db| claim::claim(db, case, until, by))
    }

    fn release(&mut self, case: CaseId, by: &By) -> Result<bool> {
        self.write(|db| claim::release(db, case, by))
    }

    fn four_eyes(&self) -> Result<Option<Rule>> {
        self.read(four_eyes::rule)
    }

    fn rule(&mut self, rule: &Rule, by: &By) -> Result<()> {
        self.write(|db| four_eyes::keep(db, rule, by))
    }

    fn proposals(&self, all: bool) -> Result<Vec<Proposal>> {
        self.read(|db| four_eyes::list(db, all))
    }

    fn confirm(&mut self, proposal: ProposalId, by: &By) -> Result<Done> {
        self.write(|db| four_eyes::confirm(db, proposal, by))
    }

    fn withdraw(&mut self, proposal: ProposalId, by: &By) -> Result<Proposal> {
        self.write(|db| four_eyes::withdraw(db, proposal, by))
    }

    fn undo_answers(
        &mut self,
        whose: &Answers,
        cascade: bool,
        dry_run: bool,
        by: &By,
    ) -> Result<Vec<Done>> {
        self.write(|db| undo::answers(db, whose, cascade, dry_run, by))
    }

    fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>> {
        self.read(|db| read::audit::list(db, filter))
    }

    fn verify(&self, head: Option<&str>) -> Result<Verdict> {
        self.read(|db| read::verify::verify(db, head))
    }

    fn export_log(&self, to: &mut dyn std::io::Write) -> Result<Copied> {
        self.read(|db| read::audit::export(db, to))
    }

    fn backup(&self, to: &Path, step: &mut dyn FnMut(u64, u64)) -> Result<Copied> {
        self.read(|db| backup::backup(db, to, step))
    }

    fn quarantine(&self, id: Option<QuarantineId>) -> Result<Vec<QuarantineRow>> {
        self.read(|db| read::quarantine::list(db, id))
    }

    fn doctor(&self, replay: bool) -> Result<Diagnosis> {
        self.read(|db| {
            let mut checks = read::doctor::check(db)?;
            if replay {
                checks.extend(self::replay::checks(db)?);
            }
            Ok(Diagnosis {
                ok: checks.iter().all(|c| c.ok),
                schema: schema::KNOWN,
                checks,
            })
        })
    }

    fn reread(&self, readers: &[Read<'_>]) -> Result<Vec<Check>> {
        self.read(|db| reread::checks(db, readers))
    }

    fn export(
        &self,
        what: Export,
        row: &mut dyn FnMut(serde_json::Value) -> Result<()>,
    ) -> Result<()> {
        self.read(|db| read::export::table(db, what, row))
    }

    fn take_in(
        &mut self,
        arrivals: &mut dyn Arrivals,
        map: &PortfolioMap,
        arrived: Timestamp,
    ) -> Result<Counts> {
        let mut session = self.session.take();
        let counts = self.write(|db| ingest::ingest(db, &mut session, arrivals, map, arrived))?;
        self.session = session;
        Ok(counts)
    }

    fn rescope(&mut self, ask: &Rescope<'_>, by: &By) -> Result<Rescoped> {
        self.write(|db| rescope::rescope(db, ask, by))
    }

    fn retry(
        &mut self,
        only: Option<QuarantineId>,
        again: &dyn Fn(&Held) -> Vec<Item>,
        map: &PortfolioMap,
    ) -> Result<Counts> {
        self.write(|db| retry::retry(db, only, again, map))
    }

    fn rehearse(&mut self, act: &mut dyn FnMut(&mut dyn Store)) -> Result<()> {
        self.write(|db| {
            db.execute_batch("BEGIN IMMEDIATE")
                .doing("beginning to write")
        })?;
        act(self);
        self.write(|db| {
            if db.is_autocommit() {
                // A failure has taken everything back already.
                return Ok(());
            }
            db.execute_batch("ROLLBACK")
                .doing("taking a rehearsal back")
        })
    }

    fn is_outdated(&self) -> Result<bool> {
        self.read(schema::is_outdated)
    }

    fn revision(&self) -> Result<i64> {
        self.current(|db, times| {
            let version: i64 = db.pragma_query_value(None, "data_version", |r| r.get(0))?;
            Ok(version + (times << 32))
        })
    }
}

#[cfg(test)]
mod tests;
