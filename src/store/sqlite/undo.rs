//! Taking decisions out, in any order, and putting them back: the state
//! without (or again with) the decision, by the same replay as the decision
//! itself. Nothing is restored from what was kept, so traffic that came since
//! falls where its identifiers say.

use super::apply::{Step, carry_out, refused};
use super::error::Doing;
use super::group;
use super::read::decision::summary;
use super::record::{self, Subject};
use super::standing::{given, restate};
use super::terms::{Decision, Terms, decision, fall, stand};
use crate::domain::case::Action;
use crate::domain::ids::{DecisionId, EventId};
use crate::review::page::Done;
use crate::review::refusal::{Code, Refusal};
use crate::store::{By, Result, StoreError, Undo};
use rusqlite::{Connection, TransactionBehavior, params};
use std::collections::BTreeSet;

/// Takes decisions out (or, of an undo, puts them back); all or none.
pub(super) fn undo(
    db: &mut Connection,
    what: Undo,
    cascade: bool,
    dry_run: bool,
    by: &By,
) -> Result<Vec<Done>> {
    let tx = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .doing("beginning to write")?;
    let targets = match what {
        Undo::Decision(id) => vec![id],
        Undo::Batch(batch) => {
            let mut query = tx.prepare(
                "SELECT id FROM decision WHERE batch = ?1 AND undone_by IS NULL AND action <> 'undo' ORDER BY id",
            )?;
            let found = query.query_map([batch.0], |r| Ok(DecisionId(r.get(0)?)))?;
            found.collect::<rusqlite::Result<Vec<_>>>()?
        }
    };
    let done = within(&tx, targets, cascade, by)?;
    if dry_run {
        tx.rollback().doing("taking the dry run back")?;
        return Ok(done
            .into_iter()
            .map(|d| Done {
                decision: None,
                applied: false,
                dry_run: true,
                ..d
            })
            .collect());
    }
    tx.commit().doing("committing the undo")?;
    Ok(done)
}

/// The same within the caller's transaction.
pub(super) fn within(
    tx: &Connection,
    targets: Vec<DecisionId>,
    cascade: bool,
    by: &By,
) -> Result<Vec<Done>> {
    if targets.is_empty() {
        return Err(StoreError::Unknown(
            "there is no such batch, or nothing of it stands".into(),
        ));
    }
    let mut done = Vec::new();
    // From the end: the latest first, since it may stand on an earlier one.
    let mut todo = targets;
    let mut tried: BTreeSet<DecisionId> = BTreeSet::new();
    // Of a cascade, what stands in the way goes first; the order is by trial,
    // each trial in a savepoint of its own.
    while let Some(id) = todo.pop() {
        savepoint(tx, "SAVEPOINT one")?;
        match one(tx, id, by) {
            Ok(one) => {
                savepoint(tx, "RELEASE one")?;
                done.push(one);
            }
            Err(StoreError::Refused(refusal))
                if cascade && refusal.code == Code::Depends && tried.insert(id) =>
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

/// A word about a savepoint, prepared once.
pub(super) fn savepoint(db: &Connection, word: &str) -> Result<()> {
    db.prepare_cached(word)?.execute([])?;
    Ok(())
}

fn one(db: &Connection, id: DecisionId, by: &By) -> Result<Done> {
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
        batch: None,
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
        batch: None,
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
        batch: None,
        action: Action::Undo,
        case: origin.case,
        canonical,
        applied: true,
        dry_run: false,
        undoes: Some(id),
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
