//! Taking decisions out, in any order, and putting them back: the state
//! without (or again with) the decision, by the same replay as the decision
//! itself. Nothing is restored from what was kept, so traffic that came since
//! falls where its identifiers say.

use super::apply::{Step, carry_out, refused};
use super::difference;
use super::error::Doing;
use super::group;
use super::read::decision::summary;
use super::record::{self, Subject};
use super::standing::{given, restate};
use super::terms::{Decision, Terms, decision, fall, stand};
use crate::domain::case::Action;
use crate::domain::ids::{BatchId, DecisionId, EventId};
use crate::review::page::Done;
use crate::review::refusal::{Code, Refusal};
use crate::store::{Answers, By, Result, StoreError, Undo};
use rusqlite::{Connection, Params, TransactionBehavior, params};
use std::collections::BTreeSet;

/// Takes decisions out (or, of an undo, puts them back); all or none.
pub(super) fn undo(
    db: &mut Connection,
    what: Undo,
    cascade: bool,
    dry_run: bool,
    by: &By,
) -> Result<Vec<Done>> {
    let alone = matches!(what, Undo::Decision(_)) && !cascade;
    let targets = |tx: &Connection| match what {
        Undo::Decision(id) => Ok(vec![id]),
        Undo::Batch(batch) => standing(
            tx,
            "batch = ?1 AND undone_by IS NULL",
            [batch.0],
            "there is no such batch, or nothing of it stands",
        ),
    };
    taken(db, targets, alone, cascade, dry_run, by)
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
    taken(db, targets, false, cascade, dry_run, by)
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

fn taken(
    db: &mut Connection,
    targets: impl FnOnce(&Connection) -> Result<Vec<DecisionId>>,
    alone: bool,
    cascade: bool,
    dry_run: bool,
    by: &By,
) -> Result<Vec<Done>> {
    let tx = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .doing("beginning to write")?;
    let targets = targets(&tx)?;
    let batch = if alone {
        None
    } else {
        Some(new_batch(&tx, by)?)
    };
    if dry_run {
        difference::watch(&tx)?;
    }
    let undos = Undos { batch, dry_run };
    let done = undos.within(&tx, targets, cascade, by)?;
    if dry_run {
        tx.rollback().doing("taking the dry run back")?;
        return Ok(done
            .into_iter()
            .map(|d| Done {
                decision: None,
                batch: None,
                applied: false,
                dry_run: true,
                ..d
            })
            .collect());
    }
    tx.commit().doing("committing the undo")?;
    Ok(done)
}

/// A batch of undos: one number, by which all of them are undone.
fn new_batch(db: &Connection, by: &By) -> Result<BatchId> {
    db.prepare_cached(
        "INSERT INTO batch (plan, filter, operator, at, finished) VALUES (?1, '', ?2, ?3, 1)",
    )?
    .execute(params![
        format!("undo {}", record::next_decision(db)?),
        by.operator,
        by.at.0
    ])?;
    Ok(BatchId(db.last_insert_rowid()))
}

/// Takes decisions out within the caller's transaction.
pub(super) fn within(
    tx: &Connection,
    targets: Vec<DecisionId>,
    cascade: bool,
    by: &By,
) -> Result<Vec<Done>> {
    Undos::default().within(tx, targets, cascade, by)
}

/// How undos are written.
#[derive(Default)]
struct Undos {
    /// The batch that they are.
    batch: Option<BatchId>,
    /// Say what each would change.
    dry_run: bool,
}

impl Undos {
    fn within(
        &self,
        tx: &Connection,
        targets: Vec<DecisionId>,
        cascade: bool,
        by: &By,
    ) -> Result<Vec<Done>> {
        let mut done = Vec::new();
        let mut undone: BTreeSet<DecisionId> = BTreeSet::new();
        let asked: BTreeSet<DecisionId> = targets.iter().copied().collect();
        // From the end: the latest first, since it may stand on an earlier one.
        let mut todo = targets;
        let mut tried: BTreeSet<DecisionId> = BTreeSet::new();
        // What stands in the way goes first, if it goes too; the order is by
        // trial, each trial in a savepoint of its own.
        while let Some(id) = todo.pop() {
            if undone.contains(&id) {
                continue;
            }
            savepoint(tx, "SAVEPOINT one")?;
            match self.one(tx, id, by) {
                Ok(one) => {
                    savepoint(tx, "RELEASE one")?;
                    undone.insert(id);
                    done.push(one);
                }
                Err(StoreError::Refused(refusal))
                    if refusal.code == Code::Depends
                        && (cascade
                            || refusal.by_decisions.iter().all(|by| asked.contains(by)))
                        && tried.insert(id) =>
                {
                    savepoint(tx, "ROLLBACK TO one")?;
                    savepoint(tx, "RELEASE one")?;
                    todo.push(id);
                    todo.extend(refusal.by_decisions.iter().copied());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    fn one(&self, tx: &Connection, id: DecisionId, by: &By) -> Result<Done> {
        let changes = if self.dry_run {
            difference::of(tx, |tx| one(tx, id, by, self.batch))?
        } else {
            Vec::new()
        };
        let done = one(tx, id, by, self.batch)?;
        Ok(Done { changes, ..done })
    }
}

/// A word about a savepoint, prepared once.
pub(super) fn savepoint(db: &Connection, word: &str) -> Result<()> {
    db.prepare_cached(word)?.execute([])?;
    Ok(())
}

fn one(db: &Connection, id: DecisionId, by: &By, batch: Option<BatchId>) -> Result<Done> {
    let target = decision(db, id)?;
    if let Some(other) = target.undone_by {
        let undo = decision(db, other)?;
        let detail = format!(
            "decision {id} was undone by {} at {}; `reunite undo {other}` puts it back",
            undo.operator, undo.at
        );
        return Err(refused(Refusal {
            by_decision: Some(other),
            by_operator: Some(undo.operator),
            at: Some(undo.at),
            ..Refusal::new(Code::NotApplicable, detail)
        }));
    }
    let target_action = target.action;
    // The undo of an undo puts the first decision back in its old place.
    let mut chain = vec![target];
    while let Some(inner) = chain.last().and_then(|d| d.undoes) {
        chain.push(decision(db, inner)?);
    }
    let takes_out = chain.len() % 2 == 1;
    let Some(mut origin) = chain.pop() else {
        return Err(StoreError::Unknown(format!("there is no decision {id}")));
    };
    let terms = Terms {
        contacts: origin.terms.contacts.clone(),
        undoes: Some(id),
        ..Terms::default()
    };
    let own = Decision {
        id: record::next_decision(db)?,
        batch,
        action: Action::Undo,
        case: origin.case,
        operator: by.operator.clone(),
        at: by.at,
        after: EventId(record::last_event(db)?.0),
        terms,
        undoes: Some(id),
        undone_by: None,
    };
    let before = record::picture(db, origin.case, &origin.terms)?;
    if !takes_out {
        no_other_answer(db, &origin)?;
    }
    record::write(db, &own, by)?;
    let mut mark = db.prepare_cached("UPDATE decision SET undone_by = ?2 WHERE id = ?1")?;
    mark.execute(params![id.0, own.id.0])?;
    // Whether the first decision stands is said on its own row, also when an
    // undo further up the chain is what changed it.
    let undone_by = takes_out.then_some(own.id.0);
    mark.execute(params![origin.id.0, undone_by])?;
    if takes_out {
        fall(db, origin.id)?;
    } else {
        stand(db, &origin)?;
    }
    let step = if takes_out {
        Step::Out(origin.after)
    } else {
        Step::Back(origin.after)
    };
    let obstacles = carry_out(
        db,
        origin.id,
        origin.action,
        origin.case,
        &mut origin.terms,
        step,
    )?;
    if let Some(refusal) = obstacles.refusal(origin.id) {
        return Err(refused(refusal));
    }
    if let Some(case) = origin.case {
        restate(db, case, true)?;
    }
    let after = record::picture(db, origin.case, &origin.terms)?;
    let subject = Subject {
        action: Action::Undo,
        decision: Some(own.id),
        batch,
        undoes: Some(id),
        case: origin.case,
    };
    record::append(db, &subject, by, &before, &after)?;
    let canonical = match origin.terms.contacts.first() {
        Some(home) => Some(group::canonical_of(db, *home)?),
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
