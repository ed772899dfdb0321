//! Taking decisions out, in any order, and putting them back: the state
//! without (or again with) the decision, by the same replay as the decision
//! itself. Nothing is restored from what was kept, so traffic that came since
//! falls where its identifiers say.

use super::apply::{Step, carry_out, moves_homes, refused, without};
use super::aside::aside;
use super::batch::HOLD;
use super::difference;
use super::error::Doing;
use super::group::Regrouping;
use super::open::{checkpoint_again, commit_part};
use super::read::decision::summary;
use super::record::{self, Ledger, Picture, Subject};
use super::sides::Sides;
use super::standing::{facts, given, restate, restate_known};
use super::terms::{Decision, Terms, decision, fall, stand};
use super::turn;
use crate::domain::case::{Action, CaseKind};
use crate::domain::ids::{BatchId, DecisionId};
use crate::review::page::Done;
use crate::review::refusal::{Code, Refusal};
use crate::store::{Answers, By, Result, StoreError, Undo};
use rusqlite::{Connection, Params, TransactionBehavior, params};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

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
    standing(
        db,
        "batch = ?1 AND undone_by IS NULL",
        [batch.0],
        "there is no such batch, or nothing of it stands",
    )
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
    let done = if targets(db)?.len() > few {
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

/// An undo of many: which decisions, under what name, by whom.
pub(super) struct Many<'a> {
    pub(super) targets: Targets<'a>,
    /// By this a stopped one is found again.
    pub(super) what: String,
    pub(super) cascade: bool,
    pub(super) by: &'a By,
    /// How long a transaction takes up new decisions,
    pub(super) hold: Duration,
    /// and how many it takes up at least: an undo of few is one transaction,
    /// and leaves no trace if it is refused.
    pub(super) least: usize,
}

/// About 30 ms where each of them replays its part of the log.
const LEAST: usize = 32;

/// In as many short transactions as it takes, so that nobody waits for long. A
/// refusal puts back what was undone before it. Stopped otherwise, the same
/// call goes on with the rest, in the same batch: one undo takes all of it back.
pub(super) fn in_parts(db: &mut Connection, many: &Many<'_>) -> Result<Vec<Done>> {
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
pub(super) fn part(
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
    let committed = match rest {
        Some(_) => commit_part(tx),
        None => tx.commit(),
    };
    checkpoint_again(db)?;
    committed.doing("committing a part of the undo")?;
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
fn begin(db: &Connection, what: &str, by: &By) -> Result<BatchId> {
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

fn finish(db: &Connection, batch: BatchId) -> Result<()> {
    db.prepare_cached("UPDATE batch SET finished = 1 WHERE id = ?1")?
        .execute([batch.0])?;
    Ok(())
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

/// Beside what a decision is undone.
#[derive(Clone, Copy)]
struct Beside {
    /// The batch that it is part of.
    batch: Option<BatchId>,
    /// No other is undone in the transaction: refused, all of it is taken back.
    alone: bool,
}

fn one(
    db: &Connection,
    ledger: &mut Ledger,
    target: Decision,
    by: &By,
    beside: Beside,
) -> Result<Done> {
    not_undone(db, &target)?;
    // The undo of an undo puts the first decision back in its old place.
    let undone = (target.id, target.action);
    let (mut origin, mut takes_out) = (target, true);
    while let Some(inner) = origin.undoes {
        origin = decision(db, inner)?;
        takes_out = !takes_out;
    }
    let step = if takes_out {
        Step::Out(origin.after)
    } else {
        no_other_answer(db, &origin)?;
        Step::Back(origin.after)
    };
    let undo = Undone {
        moves: moves_homes(origin.action, &origin.terms, step, ledger.last_event),
        step,
        target: undone,
        origin,
        by,
        batch: beside.batch,
    };
    if undo.moves || !takes_out {
        let write = |ledger: &mut Ledger| undo.write(db, ledger, None);
        return if beside.alone {
            write(ledger)
        } else {
            ledger.attempt(db, write)
        };
    }
    // What this leads to is seen before anything is written.
    let (groups, obstacles) = without(db, &undo.origin)?;
    if let Some(refusal) = obstacles.refusal(undo.origin.id) {
        return Err(refused(refusal));
    }
    undo.write(db, ledger, Some(groups))
}

/// An undo, before it is written.
struct Undone<'a> {
    /// What is undone.
    target: (DecisionId, Action),
    /// The first decision of the chain of undos.
    origin: Decision,
    /// What becomes of it.
    step: Step,
    /// Homes can change by that.
    moves: bool,
    by: &'a By,
    batch: Option<BatchId>,
}

impl Undone<'_> {
    /// Writes the undo, what follows from it, and its entry.
    fn write(
        self,
        db: &Connection,
        ledger: &mut Ledger,
        groups: Option<Regrouping>,
    ) -> Result<Done> {
        let (mut origin, by, batch) = (self.origin, self.by, self.batch);
        let (id, target_action) = self.target;
        let terms = Terms {
            contacts: origin.terms.contacts.clone(),
            undoes: Some(id),
            ..Terms::default()
        };
        let own = Decision {
            id: ledger.next(),
            batch,
            action: Action::Undo,
            case: origin.case,
            operator: by.operator.clone(),
            at: by.at,
            after: ledger.last_event,
            terms,
            undoes: Some(id),
            undone_by: None,
        };
        let (mut known, mut sides) = (None, Sides::default());
        if let Some(case) = origin.case {
            known = Some(facts(db, case)?);
            sides = Sides::of(db, case)?;
            sides.read_links(db)?;
        }
        let shown = origin.case.zip(known.as_ref());
        let before = Picture::of(db, shown, &origin.terms, &sides)?;
        let text = record::write(db, &own, by)?;
        let takes_out = matches!(self.step, Step::Out(_));
        let mut mark = db.prepare_cached("UPDATE decision SET undone_by = ?2 WHERE id = ?1")?;
        mark.execute(params![id.0, own.id.0])?;
        // Whether the first decision stands is said on its own row, also when an
        // undo further up the chain is what changed it.
        if origin.id != id {
            let undone_by = takes_out.then_some(own.id.0);
            mark.execute(params![origin.id.0, undone_by])?;
        }
        if takes_out {
            fall(db, &origin)?;
        } else {
            stand(db, &origin)?;
        }
        let obstacles = carry_out(db, &mut origin, self.step, ledger.last_event, groups)?;
        if let Some(refusal) = obstacles.refusal(origin.id) {
            return Err(refused(refusal));
        }
        let links = std::mem::take(&mut sides).links;
        let after = match origin.case.zip(known) {
            Some((case, known)) if !self.moves => {
                // Its links are as they were.
                let now = match known.kind {
                    CaseKind::ParentBsuidMatch => facts(db, case)?,
                    _ => known,
                };
                let (now, regrouped) = restate_known(db, case, &now, links, true)?;
                sides = regrouped;
                before.regrouped(db, Some((case, &now)), &sides)?
            }
            _ => {
                if let Some(case) = origin.case {
                    restate(db, case, true)?;
                }
                Picture::take(db, origin.case, &origin.terms)?
            }
        };
        let subject = Subject {
            action: Action::Undo,
            made: Some((&own, &text)),
            batch,
            case: origin.case,
        };
        ledger.append(db, &subject, by, &before, &after)?;
        let canonical = match origin.terms.contacts.first() {
            Some(home) => Some(sides.leads_to(db, *home)?),
            None => None,
        };
        Ok(Done {
            decision: Some(own.id),
            batch,
            action: Action::Undo,
            case: origin.case,
            canonical,
            applied: true,
            dry_run: false,
            undoes: Some(id),
            changes: Vec::new(),
            proposed: None,
            summary: summary(Action::Undo, &own.terms, Some(target_action)),
        })
    }
}

/// What is undone already is not undone again.
fn not_undone(db: &Connection, target: &Decision) -> Result<()> {
    let (id, Some(other)) = (target.id, target.undone_by) else {
        return Ok(());
    };
    let undo = decision(db, other)?;
    let detail = format!(
        "decision {id} was undone by {} at {}; `reunite undo {other}` puts it back",
        undo.operator, undo.at
    );
    Err(refused(Refusal {
        by_decision: Some(other),
        by_operator: Some(undo.operator),
        at: Some(undo.at),
        ..Refusal::new(Code::NotApplicable, detail)
    }))
}

/// A decision is put back only while nobody else has answered its case.
fn no_other_answer(db: &Connection, origin: &Decision) -> Result<()> {
    let Some(case) = origin.case else {
        return Ok(());
    };
    if origin.action == Action::Defer {
        return Ok(());
    }
    match given(db, case)?
        .into_iter()
        .find(|g| g.action != Action::Defer && g.decision != origin.id)
    {
        Some(other) => {
            let detail = format!(
                "case {case} was answered since by decision {}; undo that first",
                other.decision
            );
            Err(refused(Refusal {
                by_decisions: vec![other.decision],
                ..Refusal::new(Code::Depends, detail)
            }))
        }
        None => Ok(()),
    }
}
