//! Carrying a plan out, a short transaction at a time, so that nobody waits
//! for long and whatever ends the process leaves a clean point behind.
//!
//! Each item is checked as a decision of its own, against the version that the
//! plan saw. What the batch itself changes is no drift: while it is under way,
//! a trigger of this connection counts what it does to cases.

pub(super) mod plan;

use super::apply::refused;
use super::decide;
use super::error::Doing;
use super::question::would_join_two;
use super::read::decision::summary;
use super::record::Ledger;
use super::sides::Sides;
use super::standing::{Beside, CaseFacts, facts_beside, given};
use super::terms::decision;
use super::{turn, wal};
use crate::domain::case::{Action, CaseState};
use crate::domain::ids::{BatchId, CaseId};
use crate::resolve::cases::Given;
use crate::review::batch::{Chunk, Item, Outcome, Plan, answer};
use crate::review::page::Done;
use crate::review::refusal::{Code, Refusal};
use crate::store::{By, Decide, Result, StoreError};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use std::collections::HashSet;
use std::time::{Duration, Instant};

/// How long a transaction of a batch takes up new items. What is left to the
/// 100 ms that others may be held up is for the last item and the commit.
pub(super) const HOLD: Duration = Duration::from_millis(35);

/// Carries out the next items of a plan in one transaction.
pub(super) fn apply(db: &mut Connection, plan: &Plan, from: usize, by: &By) -> Result<Chunk> {
    if from > 0 {
        turn::let_others();
    }
    let tx = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .doing("beginning to write")?;
    let began = Instant::now();
    if store_id(&tx)? != plan.header.store {
        let detail = format!(
            "this plan was made on another store, at {}; make one of this store with `reunite approve --dry-run --plan FILE`",
            plan.header.at
        );
        return Err(refused(Refusal::new(Code::NotApplicable, detail)));
    }
    let (batch, finished) = begin(&tx, plan, by)?;
    watch(&tx)?;
    let mut ledger = Ledger::open(&tx)?;
    let mut outcomes = Vec::new();
    let before = plan.items.iter().take(from);
    let mut named: HashSet<CaseId> = before.map(|item| item.case).collect();
    for planned in plan.items.iter().skip(from) {
        if !named.insert(planned.case) {
            outcomes.push(Outcome::Refused(named_twice(planned.case)));
            continue;
        }
        let run = Run {
            db: &tx,
            batch,
            items: plan.items.len(),
            finished,
            by,
        };
        outcomes.push(run.item(&mut ledger, planned)?);
        if std::mem::take(&mut ledger.restated) {
            keep_raised(&tx, batch)?;
        }
        if began.elapsed() >= HOLD {
            break;
        }
    }
    ledger.close(&tx)?;
    tx.execute("DELETE FROM temp.under_way", [])?;
    if from + outcomes.len() >= plan.items.len() {
        tx.execute("UPDATE batch SET finished = 1 WHERE id = ?1", [batch.0])?;
        tx.execute("DELETE FROM batch_touch WHERE batch = ?1", [batch.0])?;
    }
    wal::commit_part(tx, "committing a part of the batch")?;
    wal::for_singles(db)?;
    Ok(Chunk { batch, outcomes })
}

fn store_id(db: &Connection) -> Result<String> {
    Ok(
        db.query_row("SELECT value FROM meta WHERE key = 'store_id'", [], |r| {
            r.get(0)
        })?,
    )
}

/// The batch of a plan, and whether it came to its end before: the one that
/// was begun with it, the one that it goes on with, or a new one.
fn begin(db: &Connection, plan: &Plan, by: &By) -> Result<(BatchId, bool)> {
    let known: Option<(i64, bool)> = db
        .query_row(
            "SELECT id, finished FROM batch WHERE plan = ?1",
            [&plan.header.plan],
            |r| Ok((r.get(0)?, r.get(1)?)),
        )
        .optional()?;
    if let Some((batch, finished)) = known {
        return Ok((BatchId(batch), finished));
    }
    if let Some(batch) = plan.header.continues {
        // The new plan has seen what the old one did.
        let taken = db.execute(
            "UPDATE batch SET plan = ?2 WHERE id = ?1 AND NOT finished",
            params![batch.0, plan.header.plan],
        )?;
        if taken > 0 {
            db.execute("DELETE FROM batch_touch WHERE batch = ?1", [batch.0])?;
            return Ok((batch, false));
        }
    }
    db.execute(
        "INSERT INTO batch (plan, filter, operator, at, finished) VALUES (?1, ?2, ?3, ?4, 0)",
        params![
            plan.header.plan,
            plan::filter_text(&plan.header.filter)?,
            by.operator,
            by.at.0
        ],
    )?;
    Ok((BatchId(db.last_insert_rowid()), false))
}

/// Notes from now on, while `under_way` has a row, what this connection does to
/// the versions of cases, and which of them become moot. An answer is not
/// noted: the case of an item is not looked at again. The trigger stays with
/// the connection, since making one has every statement prepared anew; what it
/// fills has no constraints, since what could abort has pages copied before.
fn watch(db: &Connection) -> Result<()> {
    db.execute_batch(
        r#"CREATE TEMP TABLE IF NOT EXISTS under_way (batch INTEGER);
         CREATE TEMP TABLE IF NOT EXISTS raises ("case" INTEGER, raised INTEGER, moot INTEGER);
         CREATE TEMP TRIGGER IF NOT EXISTS batch_raises AFTER UPDATE OF version, state ON main.cases
           WHEN (NEW.version <> OLD.version OR NEW.state <> OLD.state) AND NEW.state <> 'resolved'
             AND EXISTS (SELECT 1 FROM under_way)
           BEGIN
             INSERT INTO raises VALUES (NEW.id, NEW.version - OLD.version, NEW.state = 'superseded');
           END;
         DELETE FROM raises;
         DELETE FROM under_way;
         INSERT INTO under_way VALUES (1);"#,
    )?;
    Ok(())
}

/// Keeps what was noted with the batch.
fn keep_raised(db: &Connection, batch: BatchId) -> Result<()> {
    db.prepare_cached(
        r#"INSERT INTO batch_touch SELECT ?1, "case", raised, moot FROM temp.raises WHERE true ORDER BY rowid
           ON CONFLICT DO UPDATE SET raised = raised + excluded.raised, moot = excluded.moot"#,
    )?
    .execute([batch.0])?;
    db.prepare_cached("DELETE FROM temp.raises")?.execute([])?;
    Ok(())
}

/// A part of a batch in its transaction.
struct Run<'a> {
    db: &'a Connection,
    batch: BatchId,
    /// Of the whole plan.
    items: usize,
    /// The batch came to its end before.
    finished: bool,
    by: &'a By,
}

impl Run<'_> {
    /// One item: decided, moot, proposed or left out. A refusal writes nothing.
    fn item(&self, ledger: &mut Ledger, item: &Item) -> Result<Outcome> {
        match self.carry_out(ledger, item) {
            Err(StoreError::Refused(refusal)) => Ok(Outcome::Refused(*refusal)),
            // What a plan names and nobody has ever seen comes from a hand-made one.
            Err(StoreError::Unknown(detail) | StoreError::Ambiguous(detail)) => {
                Ok(Outcome::Refused(Refusal::new(Code::NotApplicable, detail)))
            }
            other => other,
        }
    }

    /// The same, with what stands in its way as an error.
    fn carry_out(&self, ledger: &mut Ledger, item: &Item) -> Result<Outcome> {
        let (db, batch) = (self.db, self.batch);
        let action = item.suggestion.action;
        let Beside {
            facts: case,
            answered,
            raised,
            moot,
        } = facts_beside(db, item.case, batch)?;
        let given = if answered {
            given(db, item.case)?
        } else {
            Vec::new()
        };
        if !self.finished
            && let Some(done) = done_before(db, batch, item.case, &given)?
        {
            return Ok(Outcome::Done(done));
        }
        if case.state == CaseState::Superseded && moot {
            let why = case.superseded_by.unwrap_or_default();
            let summary = format!("moot by this batch: {why}");
            return Ok(Outcome::Done(Done {
                canonical: super::group::canonical_of_case(db, item.case)?,
                ..told(batch, action, item.case, summary)
            }));
        }
        let ask = Decide {
            case: item.case,
            answer: answer(&item.suggestion)?,
            expect_version: Some(item.version + raised),
            dry_run: false,
        };
        self.decide(ledger, &ask, &case, &given).map(Outcome::Done)
    }

    fn decide(
        &self,
        ledger: &mut Ledger,
        ask: &Decide,
        case: &CaseFacts,
        given: &[Given],
    ) -> Result<Done> {
        decide::open_to(self.db, ask, case, given)?;
        let sides = if ask.answer.action() == Action::Merge {
            let sides = Sides::with_links(self.db, ask.case)?;
            if would_join_two(self.db, case, &sides)? {
                return Err(refused(two_bsuids()));
            }
            sides
        } else {
            Sides::of(self.db, ask.case)?
        };
        let beside = decide::Beside {
            batch: Some((self.batch, self.items)),
            confirms: None,
        };
        decide::answered(self.db, ledger, ask, (case, &sides), self.by, beside)
    }
}

/// Why a second answer to one case is left out: a plan is read by people, and
/// may be put together by them.
fn named_twice(case: CaseId) -> Refusal {
    let detail = format!("the plan names case {case} before; what it says there counts");
    Refusal::new(Code::NotApplicable, detail)
}

/// Why such a merge is never part of a batch.
fn two_bsuids() -> Refusal {
    Refusal::new(
        Code::NotApplicable,
        "the merge would put two live BSUIDs of one portfolio into one group, with no change between them; a person has to look",
    )
}

/// What this batch decided on a case before it was stopped.
fn done_before(
    db: &Connection,
    batch: BatchId,
    case: CaseId,
    given: &[Given],
) -> Result<Option<Done>> {
    for given in given {
        let made = decision(db, given.decision)?;
        if made.batch == Some(batch) {
            let summary = summary(made.action, &made.terms, None);
            return Ok(Some(Done {
                decision: Some(made.id),
                canonical: super::group::canonical_of_case(db, case)?,
                ..told(batch, made.action, case, summary)
            }));
        }
    }
    Ok(None)
}

fn told(batch: BatchId, action: Action, case: CaseId, summary: String) -> Done {
    Done {
        batch: Some(batch),
        applied: true,
        ..Done::not_yet(action, Some(case), summary)
    }
}
