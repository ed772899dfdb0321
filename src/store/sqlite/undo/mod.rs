//! Taking decisions out, in any order, and putting them back: the state
//! without (or again with) the decision, by the same replay as the decision
//! itself. Nothing is restored from what was kept, so traffic that came since
//! falls where its identifiers say.

mod one;
mod parts;

use super::apply::refused;
use super::aside::aside;
use super::batch::HOLD;
use super::difference;
use super::error::Doing;
use super::record::Ledger;
use super::terms::{Decision, decision};
use crate::domain::ids::{BatchId, DecisionId};
use crate::domain::time::Timestamp;
use crate::review::page::Done;
use crate::review::refusal::{Code, Refusal};
use crate::store::{Answers, By, Result, StoreError, Undo};
use one::{Beside, is_idle, one};
#[cfg(test)]
pub(super) use parts::part;
use parts::{LEAST, begin, finish};
pub(super) use parts::{Many, in_parts};
use rusqlite::{Connection, Params, TransactionBehavior, params};
use std::collections::BTreeSet;
use std::time::Instant;

/// Takes decisions out (or, of an undo, puts them back); all or none.
pub(super) fn undo(
    db: &mut Connection,
    what: Undo,
    cascade: bool,
    dry_run: bool,
    by: &By,
) -> Result<Vec<Done>> {
    match what {
        Undo::Decision(id) if dry_run => foresee(db, &|_| Ok(vec![id]), cascade, LEAST, by),
        Undo::Decision(id) => at_once(db, id, cascade, by),
        Undo::Batch(batch) => {
            let targets = |tx: &Connection| of_batch(tx, batch);
            let what = format!("undo batch {batch}");
            several(db, &targets, what, (cascade, dry_run), by)
        }
    }
}

/// Takes the answers of one operator out that stand and were given within a time.
pub(super) fn answers(
    db: &mut Connection,
    whose: &Answers,
    cascade: bool,
    dry_run: bool,
    by: &By,
) -> Result<Vec<Done>> {
    let until = whose.until.map_or(i64::MAX, |until| until.0);
    let targets = |tx: &Connection| {
        standing(
            tx,
            "at >= ?1 AND at < ?2 AND operator = ?3 AND undone_by IS NULL AND action <> 'undo'",
            params![whose.since.0, until, whose.operator],
            "nothing that this operator answered in that time stands",
        )
    };
    let what = format!(
        "undo answers of {} from {} to {until}",
        whose.operator, whose.since.0
    );
    several(db, &targets, what, (cascade, dry_run), by)
}

/// Finds the decisions that are to go.
type Targets<'a> = &'a dyn Fn(&Connection) -> Result<Vec<DecisionId>>;

fn several(
    db: &mut Connection,
    targets: Targets<'_>,
    what: String,
    (cascade, dry_run): (bool, bool),
    by: &By,
) -> Result<Vec<Done>> {
    if dry_run {
        return foresee(db, targets, cascade, LEAST, by);
    }
    let many = Many {
        targets,
        what,
        cascade,
        by,
        hold: HOLD,
        least: LEAST,
    };
    in_parts(db, &many)
}

fn of_batch(db: &Connection, batch: BatchId) -> Result<Vec<DecisionId>> {
    let none = "there is no such batch, or nothing of it was decided";
    match standing(db, "batch = ?1 AND undone_by IS NULL", [batch.0], none) {
        Err(StoreError::Unknown(_)) => Err(match undone(db, batch)? {
            Some(refusal) => refused(refusal),
            None => StoreError::Unknown(none.into()),
        }),
        found => found,
    }
}

/// Who took the last of a batch out, of which nothing stands any more.
fn undone(db: &Connection, batch: BatchId) -> Result<Option<Refusal>> {
    let mut query = db.prepare_cached(
        "SELECT DISTINCT u.id, u.operator, u.at, u.batch FROM decision d JOIN decision u ON u.id = d.undone_by
         WHERE d.batch = ?1 ORDER BY u.id DESC",
    )?;
    let (mut last, mut operators, mut ways) = (None, Vec::new(), Vec::new());
    let mut rows = query.query([batch.0])?;
    while let Some(r) = rows.next()? {
        let (id, operator): (i64, String) = (r.get(0)?, r.get(1)?);
        last.get_or_insert((DecisionId(id), Timestamp(r.get(2)?)));
        if !operators.contains(&operator) {
            operators.push(operator);
        }
        let way = match r.get::<_, Option<i64>>(3)? {
            Some(other) => format!("`reunite undo --batch {other}`"),
            None => format!("`reunite undo {id}`"),
        };
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    let Some((undo, at)) = last else {
        return Ok(None);
    };
    let by = in_short(&operators, 1);
    let last = if operators.len() > 1 { ", last" } else { "" };
    let puts = if ways.len() > 1 { "put" } else { "puts" };
    let detail = format!(
        "batch {batch} was undone by {by}{last} at {at}; {} {puts} it back",
        in_short(&ways, 3)
    );
    Ok(Some(Refusal {
        by_decision: Some(undo),
        by_operator: operators.first().cloned(),
        by_operators: operators.into(),
        at: Some(at),
        ..Refusal::new(Code::NotApplicable, detail)
    }))
}

/// The first of some, and how many more: `ana and 2 more`.
fn in_short(all: &[String], most: usize) -> String {
    let told = all.iter().take(most).cloned().collect::<Vec<_>>();
    match all.len().saturating_sub(most) {
        0 => told.join(", "),
        more => format!("{} and {more} more", told.join(", ")),
    }
}

/// The decisions that fit, oldest first.
fn standing(
    db: &Connection,
    which: &str,
    values: impl Params,
    none: &str,
) -> Result<Vec<DecisionId>> {
    let mut query = db.prepare_cached(&format!(
        "SELECT id FROM decision WHERE {which} ORDER BY id"
    ))?;
    let found = query.query_map(values, |r| Ok(DecisionId(r.get(0)?)))?;
    let found = found.collect::<rusqlite::Result<Vec<_>>>()?;
    if found.is_empty() {
        return Err(StoreError::Unknown(none.into()));
    }
    Ok(found)
}

/// In one transaction.
fn at_once(db: &mut Connection, id: DecisionId, cascade: bool, by: &By) -> Result<Vec<Done>> {
    let tx = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .doing("beginning to write")?;
    let batch = if cascade {
        Some(begin(&tx, "", by)?)
    } else {
        None
    };
    let mut ledger = Ledger::open(&tx)?;
    let done = Undos::new(vec![id], batch, cascade).until(&tx, &mut ledger, None, by)?;
    ledger.close(&tx)?;
    if let Some(batch) = batch {
        finish(&tx, batch)?;
    }
    tx.commit().doing("committing the undo")?;
    Ok(done)
}

/// What would happen. Of few it is tried in the store, and taken back; of many
/// beside it, so that nobody waits.
pub(super) fn foresee(
    db: &mut Connection,
    targets: Targets<'_>,
    cascade: bool,
    few: usize,
    by: &By,
) -> Result<Vec<Done>> {
    let tried = |tx: &Connection| {
        difference::watch(tx)?;
        let mut undos = Undos::new(targets(tx)?, None, cascade);
        undos.dry_run = true;
        undos.until(tx, &mut Ledger::open(tx)?, None, by)
    };
    // A copy in memory is nobody else's.
    let is_shared = db.path().is_some_and(|path| !path.is_empty());
    let done = if is_shared && targets(db)?.len() > few {
        aside(db, tried)?
    } else {
        let tx = db
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .doing("beginning to write")?;
        let done = tried(&tx)?;
        tx.rollback().doing("taking the dry run back")?;
        done
    };
    let foreseen = done.into_iter().map(|done| Done {
        decision: None,
        batch: None,
        applied: false,
        dry_run: true,
        ..done
    });
    Ok(foreseen.collect())
}

/// Takes decisions out within the caller's transaction.
pub(super) fn within(
    tx: &Connection,
    targets: Vec<DecisionId>,
    cascade: bool,
    by: &By,
) -> Result<Vec<Done>> {
    let mut ledger = Ledger::open(tx)?;
    let done = Undos::new(targets, None, cascade).until(tx, &mut ledger, None, by)?;
    ledger.close(tx)?;
    Ok(done)
}

/// Undos under way.
pub(super) struct Undos {
    /// What is to go, the next one last.
    todo: Vec<DecisionId>,
    asked: BTreeSet<DecisionId>,
    undone: BTreeSet<DecisionId>,
    tried: BTreeSet<DecisionId>,
    /// The batch that they are.
    batch: Option<BatchId>,
    /// What stands in the way goes too.
    cascade: bool,
    /// Say what each would change.
    dry_run: bool,
    /// Others could write since it began.
    goes_on: bool,
}

impl Undos {
    /// From the end: the latest first, since it may stand on an earlier one.
    fn new(targets: Vec<DecisionId>, batch: Option<BatchId>, cascade: bool) -> Self {
        Self {
            asked: targets.iter().copied().collect(),
            undone: BTreeSet::new(),
            tried: BTreeSet::new(),
            todo: targets,
            batch,
            cascade,
            dry_run: false,
            goes_on: false,
        }
    }

    /// Takes out what there is to take out: until a moment, and at least so many.
    fn until(
        &mut self,
        tx: &Connection,
        ledger: &mut Ledger,
        end: Option<(Instant, usize)>,
        by: &By,
    ) -> Result<Vec<Done>> {
        let mut done = Vec::new();
        let mut idle = None;
        // What stands in the way goes first, if it goes too; the order is by
        // trial, and a refusal leaves nothing behind.
        while let Some(id) = self.todo.pop() {
            if self.undone.contains(&id) {
                continue;
            }
            let target = decision(tx, id)?;
            if self.goes_on && target.undone_by.is_some() {
                // Another operator was faster.
                continue;
            }
            if self.asked.len() > 1 && is_idle(tx, &target)? {
                // Of several, those go of which something comes.
                idle = Some(target);
                continue;
            }
            match self.one(tx, ledger, target, by) {
                Ok(one) => {
                    self.undone.insert(id);
                    done.push(one);
                }
                Err(StoreError::Refused(refusal))
                    if refusal.code == Code::Depends
                        && (self.cascade
                            || refusal
                                .by_decisions
                                .iter()
                                .all(|by| self.asked.contains(by)))
                        && self.tried.insert(id) =>
                {
                    self.todo.push(id);
                    self.todo.extend(refusal.by_decisions.iter().copied());
                }
                Err(error) => return Err(error),
            }
            if end.is_some_and(|(end, least)| done.len() >= least && Instant::now() >= end) {
                break;
            }
        }
        if let Some(target) = idle.filter(|_| self.undone.is_empty() && self.todo.is_empty()) {
            // Nothing comes of any of them: the refusal says why.
            done.push(self.one(tx, ledger, target, by)?);
        }
        Ok(done)
    }

    fn one(&self, tx: &Connection, ledger: &mut Ledger, target: Decision, by: &By) -> Result<Done> {
        let beside = Beside {
            batch: self.batch,
            alone: !self.cascade && self.asked.len() == 1,
        };
        let changes = if self.dry_run {
            let mut aside = ledger.clone();
            let target = target.clone();
            difference::of(tx, |tx| one(tx, &mut aside, target, by, beside))?
        } else {
            Vec::new()
        };
        let done = one(tx, ledger, target, by, beside)?;
        Ok(Done { changes, ..done })
    }
}
