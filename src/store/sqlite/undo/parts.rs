//! An undo of many in as many short transactions as it takes, all or none all
//! the same: a batch that goes on where it was stopped, and that is put back
//! where a later part is refused.

use super::super::error::Doing;
use super::super::record::{self, Ledger};
use super::super::{turn, wal};
use super::{Targets, Undos, of_batch};
use crate::domain::ids::BatchId;
use crate::review::page::Done;
use crate::store::{By, Result, StoreError};
use rusqlite::{Connection, TransactionBehavior, params};
use std::time::{Duration, Instant};

/// An undo of many: which decisions, under what name, by whom.
pub(in crate::store::sqlite) struct Many<'a> {
    pub(in crate::store::sqlite) targets: Targets<'a>,
    /// By this a stopped one is found again.
    pub(in crate::store::sqlite) what: String,
    pub(in crate::store::sqlite) cascade: bool,
    pub(in crate::store::sqlite) by: &'a By,
    /// How long a transaction takes up new decisions,
    pub(in crate::store::sqlite) hold: Duration,
    /// and how many it takes up at least: an undo of few is one transaction,
    /// and leaves no trace if it is refused.
    pub(in crate::store::sqlite) least: usize,
}

/// About 30 ms where each of them replays its part of the log.
pub(super) const LEAST: usize = 32;

/// In as many short transactions as it takes, so that nobody waits for long. A
/// refusal puts back what was undone before it. Stopped otherwise, the same
/// call goes on with the rest, in the same batch: one undo takes all of it back.
pub(in crate::store::sqlite) fn in_parts(
    db: &mut Connection,
    many: &Many<'_>,
) -> Result<Vec<Done>> {
    let mut done = Vec::new();
    let mut rest = None;
    loop {
        let batch = rest.as_ref().and_then(|rest: &Undos| rest.batch);
        match part(db, many, rest.take()) {
            Ok((some, left)) => {
                done.extend(some);
                rest = left;
            }
            Err(why) if done.is_empty() => return Err(why),
            Err(why) => return Err(put_back(db, batch, why, many)),
        }
        if rest.is_none() {
            return Ok(done);
        }
        turn::let_others();
    }
}

/// One transaction of it; gives what is left to do.
pub(in crate::store::sqlite) fn part(
    db: &mut Connection,
    many: &Many<'_>,
    rest: Option<Undos>,
) -> Result<(Vec<Done>, Option<Undos>)> {
    let tx = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .doing("beginning to write")?;
    let end = Instant::now() + many.hold;
    let mut undos = if let Some(rest) = rest {
        rest
    } else {
        let targets = (many.targets)(&tx)?;
        let batch = begin(&tx, &many.what, many.by)?;
        Undos::new(targets, Some(batch), many.cascade)
    };
    let mut ledger = Ledger::open(&tx)?;
    let done = undos.until(&tx, &mut ledger, Some((end, many.least)), many.by)?;
    ledger.close(&tx)?;
    undos.goes_on = true;
    let rest = Some(undos).filter(|undos| !undos.todo.is_empty());
    if rest.is_none() {
        tx.prepare_cached(
            "UPDATE batch SET finished = 1 WHERE operator = ?1 AND filter = ?2 AND NOT finished",
        )?
        .execute(params![many.by.operator, many.what])?;
    }
    wal::commit_part(tx, "committing a part of the undo")?;
    wal::for_singles(db)?;
    Ok((done, rest))
}

/// Puts back what the parts of an undo have taken out, and gives the error to tell.
fn put_back(
    db: &mut Connection,
    batch: Option<BatchId>,
    why: StoreError,
    many: &Many<'_>,
) -> StoreError {
    let Some(batch) = batch else { return why };
    let targets = |tx: &Connection| {
        finish(tx, batch)?;
        of_batch(tx, batch)
    };
    let back = Many {
        targets: &targets,
        what: format!("undo batch {batch}"),
        cascade: false,
        ..*many
    };
    match in_parts(db, &back) {
        Ok(_) => why,
        Err(other) => StoreError::Failed {
            doing: format!(
                "putting back what batch {batch} had undone (`reunite undo --batch {batch}` tries it again)"
            ),
            detail: format!("{other}; the undo was stopped because {why}"),
        },
    }
}

/// A batch of undos: one number, by which all of them are undone. One that was
/// stopped goes on.
pub(super) fn begin(db: &Connection, what: &str, by: &By) -> Result<BatchId> {
    let stopped: Option<i64> = db
        .prepare_cached(
            "SELECT max(id) FROM batch WHERE operator = ?1 AND filter = ?2 AND NOT finished",
        )?
        .query_row(params![by.operator, what], |r| r.get(0))?;
    if let Some(batch) = stopped {
        return Ok(BatchId(batch));
    }
    db.prepare_cached(
        "INSERT INTO batch (plan, filter, operator, at, finished) VALUES (?1, ?2, ?3, ?4, 0)",
    )?
    .execute(params![
        format!("undo {}", record::next_decision(db)?),
        what,
        by.operator,
        by.at.0
    ])?;
    Ok(BatchId(db.last_insert_rowid()))
}

pub(super) fn finish(db: &Connection, batch: BatchId) -> Result<()> {
    db.prepare_cached("UPDATE batch SET finished = 1 WHERE id = ?1")?
        .execute([batch.0])?;
    Ok(())
}
