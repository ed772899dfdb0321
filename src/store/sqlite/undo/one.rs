//! One decision taken out or put back, in the caller's transaction.

use super::super::apply::{Step, carry_out, moves_homes, refused, without};
use super::super::group::Regrouping;
use super::super::picture::Picture;
use super::super::read::decision::summary;
use super::super::record::{self, Ledger, Subject};
use super::super::sides::Sides;
use super::super::standing::{facts, facts_and_seen, given, restate, restate_known};
use super::super::terms::{Decision, Terms, decision, fall, stand};
use crate::domain::case::{Action, CaseKind};
use crate::domain::ids::{BatchId, DecisionId};
use crate::review::page::Done;
use crate::review::refusal::{Code, Refusal};
use crate::store::{By, Result};
use rusqlite::{Connection, params};

/// Beside what a decision is undone.
#[derive(Clone, Copy)]
pub(super) struct Beside {
    /// The batch that it is part of.
    pub(super) batch: Option<BatchId>,
    /// No other is undone in the transaction: refused, all of it is taken back.
    pub(super) alone: bool,
}

/// Takes a decision out, or puts it back. A refusal leaves nothing behind.
pub(super) fn one(
    db: &Connection,
    ledger: &mut Ledger,
    target: Decision,
    by: &By,
    beside: Beside,
) -> Result<Done> {
    not_undone(db, &target)?;
    // The undo of an undo puts the first decision back in its old place.
    let undone = (target.id, target.action);
    let (origin, takes_out) = origin(db, target)?;
    if let Some(refusal) = without_effect(db, undone.0, &origin, takes_out)? {
        return Err(refused(refusal));
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
        let takes_out = matches!(self.step, Step::Out(_));
        if let Some(case) = origin.case {
            let mut facts = facts_and_seen(db, case, Some(origin.id))?;
            // Put back, it is an answer again.
            facts.answered = facts.answered.map(|others| others || !takes_out);
            known = Some(facts);
            sides = Sides::with_links(db, case)?;
        }
        let shown = origin.case.zip(known.as_ref());
        let before = Picture::of(db, shown, &origin.terms, &sides)?;
        let text = record::write(db, &own, by)?;
        mark(db, id, Some(own.id))?;
        // Whether the first decision stands is said on its own row, also when an
        // undo further up the chain is what changed it.
        if origin.id != id {
            mark(db, origin.id, takes_out.then_some(own.id))?;
        }
        if takes_out {
            fall(db, &origin)?;
        } else {
            stand(db, &origin)?;
        }
        let kind = known.as_ref().map(|known| known.kind);
        let later = later(&mut sides, groups.as_ref(), kind);
        let obstacles = carry_out(
            db,
            ledger,
            &mut origin,
            self.step,
            kind,
            groups.map(|groups| (groups, &sides)),
        )?;
        if let Some(refusal) = obstacles.refusal(origin.id) {
            return Err(refused(refusal));
        }
        let after = match origin.case.zip(known) {
            Some((case, known)) if !self.moves => {
                let now = match known.kind {
                    CaseKind::ParentBsuidMatch => facts(db, case)?,
                    _ => known,
                };
                sides = match later {
                    Some(later) => later,
                    None => Sides {
                        links: sides.links,
                        ..Sides::of(db, case)?
                    },
                };
                let now = restate_known(db, case, &now, &sides, true)?;
                before.regrouped(db, Some((case, &now)), &sides)?
            }
            _ => {
                sides = Sides::default();
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
            canonical,
            applied: true,
            undoes: Some(id),
            ..Done::not_yet(
                Action::Undo,
                origin.case,
                summary(Action::Undo, &own.terms, Some(target_action)),
            )
        })
    }
}

/// The sides of a case after its answer fell. Where nothing moves, their links and
/// names stay as they were; whom it is about may not, where it is about a parent
/// BSUID: that question grows while nobody answers it.
fn later(sides: &mut Sides, groups: Option<&Regrouping>, kind: Option<CaseKind>) -> Option<Sides> {
    let grows = kind == Some(CaseKind::ParentBsuidMatch);
    groups
        .filter(|_| !grows)
        .and_then(|groups| sides.after(groups))
}

/// Writes by which undo a decision fell, if it did.
fn mark(db: &Connection, id: DecisionId, undone_by: Option<DecisionId>) -> Result<()> {
    db.prepare_cached("UPDATE decision SET undone_by = ?2 WHERE id = ?1")?
        .execute(params![id.0, undone_by.map(|undo| undo.0)])?;
    Ok(())
}

/// The first decision of a chain of undos, and whether undoing its last takes
/// it out or puts it back.
fn origin(db: &Connection, last: Decision) -> Result<(Decision, bool)> {
    let (mut origin, mut takes_out) = (last, true);
    while let Some(inner) = origin.undoes {
        origin = decision(db, inner)?;
        takes_out = !takes_out;
    }
    Ok((origin, takes_out))
}

/// Whether nothing would come of undoing an undo that stands: what it put back
/// was taken out by another way since.
pub(super) fn is_idle(db: &Connection, target: &Decision) -> Result<bool> {
    let id = target.id;
    let (origin, takes_out) = origin(db, target.clone())?;
    Ok(without_effect(db, id, &origin, takes_out)?.is_some())
}

/// The same, as why it is refused.
fn without_effect(
    db: &Connection,
    target: DecisionId,
    origin: &Decision,
    takes_out: bool,
) -> Result<Option<Refusal>> {
    let (id, by) = match (takes_out, origin.undone_by) {
        (true, Some(by)) if origin.id != target => (origin.id, by),
        (false, None) => {
            let detail = format!("decision {} stands already", origin.id);
            return Ok(Some(Refusal::new(Code::NotApplicable, detail)));
        }
        _ => return Ok(None),
    };
    let undo = decision(db, by)?;
    let detail = format!(
        "decision {target} put decision {id} back, which was undone again by {} at {}; `reunite undo {by}` puts it back",
        undo.operator, undo.at
    );
    Ok(Some(Refusal {
        by_decision: Some(by),
        by_operator: Some(undo.operator),
        at: Some(undo.at),
        ..Refusal::new(Code::NotApplicable, detail)
    }))
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
