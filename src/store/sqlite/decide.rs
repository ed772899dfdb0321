//! One decision: checked against what stands now, carried out, and written
//! with its audit entry in one transaction. A dry run does the same and takes
//! it back.

use super::answer::terms;
use super::apply::{Step, carry_out, join, moves_homes, refused};
use super::error::Doing;
use super::four_eyes;
use super::group;
use super::picture::Picture;
use super::read::decision::summary;
use super::record::{self, Ledger, Subject};
use super::sides::Sides;
use super::standing::{CaseFacts, facts, given, resolve, restate};
use super::terms::{Decision, Terms, decision, stand};
use crate::domain::case::{Action, Answer, CaseKind};
use crate::domain::ids::{BatchId, ContactId, ProposalId};
use crate::domain::time::DAY;
use crate::resolve::cases::Given;
use crate::review::page::Done;
use crate::review::refusal::{Code, Refusal};
use crate::store::{By, Decide, Result};
use rusqlite::{Connection, TransactionBehavior};
use std::collections::BTreeSet;

/// Beside what a decision is taken.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Beside {
    /// The batch that it is part of, and how many items that has.
    pub(super) batch: Option<(BatchId, usize)>,
    /// The proposal that it lets stand: two operators have seen it.
    pub(super) confirms: Option<ProposalId>,
}

/// Takes a decision.
pub(super) fn decide(db: &mut Connection, ask: &Decide, by: &By) -> Result<Done> {
    let tx = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .doing("beginning to write")?;
    let mut ledger = Ledger::open(&tx)?;
    let done = one(&tx, &mut ledger, ask, by, Beside::default())?;
    ledger.close(&tx)?;
    if ask.dry_run {
        tx.rollback().doing("taking the dry run back")?;
        return Ok(Done {
            decision: None,
            proposed: None,
            proposes: done.proposed.is_some(),
            applied: false,
            dry_run: true,
            ..done
        });
    }
    tx.commit().doing("committing the decision")?;
    Ok(done)
}

/// A decision within the caller's transaction; a proposal where the store's
/// rule asks for another operator. The one way by which any answer comes in.
pub(super) fn one(
    db: &Connection,
    ledger: &mut Ledger,
    ask: &Decide,
    by: &By,
    beside: Beside,
) -> Result<Done> {
    // Evidence may be dated up to a day after its arrival, and a suggestion by it.
    let latest = match ask.answer {
        Answer::Relink { .. } => by.at.plus(DAY),
        _ => by.at,
    };
    if let Some(why) = ask.answer.untimely(latest) {
        return Err(refused(Refusal::new(Code::NotApplicable, why)));
    }
    let case = facts(db, ask.case)?;
    open_to(db, ask, &case, &given(db, ask.case)?)?;
    let sides = Sides::of(db, ask.case)?;
    answered(db, ledger, ask, (&case, &sides), by, beside)
}

/// The same of a case that takes an answer, with what was read of it.
pub(super) fn answered(
    db: &Connection,
    ledger: &mut Ledger,
    ask: &Decide,
    (case, sides): (&CaseFacts, &Sides),
    by: &By,
    beside: Beside,
) -> Result<Done> {
    let action = ask.answer.action();
    let mut terms = terms(db, ask, case, sides)?;
    if let Some(proposed) =
        four_eyes::propose(db, ledger, (ask.case, case), action, &terms, by, beside)?
    {
        return Ok(proposed);
    }
    terms.proposal = beside.confirms;
    let moves = moves_homes(action, &terms, Step::Made, ledger.last_event);
    let plain = !moves && case.kind != CaseKind::ParentBsuidMatch && sides.all_present();
    let way = Way {
        joins: terms.survivor.filter(|_| plain),
        moves,
    };
    let write = |ledger: &mut Ledger| {
        let batch = beside.batch.map(|(batch, _)| batch);
        write(db, ledger, ask, (case, sides), (terms, way), by, batch)
    };
    // A plain merge is not refused once it is begun; all others may be, when it
    // is seen what they lead to. Alone, the transaction is taken back.
    if beside.batch.is_some() && way.joins.is_none() {
        ledger.attempt(db, write)
    } else {
        write(ledger)
    }
}

/// How a decision is carried out.
#[derive(Clone, Copy)]
struct Way {
    /// It joins groups and does nothing else: who survives.
    joins: Option<ContactId>,
    /// Homes can change by it.
    moves: bool,
}

/// Writes a decision, what follows from it, and its entry.
fn write(
    db: &Connection,
    ledger: &mut Ledger,
    ask: &Decide,
    (case, sides): (&CaseFacts, &Sides),
    (terms, way): (Terms, Way),
    by: &By,
    batch: Option<BatchId>,
) -> Result<Done> {
    let action = ask.answer.action();
    let mut decision = Decision {
        id: ledger.next(),
        batch,
        action,
        case: Some(ask.case),
        operator: by.operator.clone(),
        at: by.at,
        after: ledger.last_event,
        terms,
        undoes: None,
        undone_by: None,
    };
    let before = Picture::of(db, Some((ask.case, case)), &decision.terms, sides)?;
    let mut text = record::write(db, &decision, by)?;
    stand(db, &decision)?;
    if let Some(survivor) = way.joins {
        ledger.restated |= join(db, ledger, ask.case, survivor, sides)?;
    } else {
        ledger.restated = true;
        let kind = Some(case.kind);
        let obstacles = carry_out(db, ledger, &mut decision, Step::Made, kind, None)?;
        if let Some(refusal) = obstacles.refusal(decision.id) {
            return Err(refused(refusal));
        }
        if action == Action::Relink {
            text = record::complete(db, &decision)?;
        }
    }
    if action == Action::Defer {
        restate(db, ask.case, true)?;
    } else {
        resolve(db, ask.case)?;
    }
    if ledger.claims {
        super::claim::end(db, ask.case)?;
    }
    let after = if let Some(survivor) = way.joins {
        before.joined(survivor)
    } else if way.moves {
        Picture::take(db, decision.case, &decision.terms)?
    } else {
        let facts = facts(db, ask.case)?;
        before.regrouped(db, Some((ask.case, &facts)), &Sides::default())?
    };
    let subject = Subject {
        action,
        made: Some((&decision, &text)),
        batch,
        case: decision.case,
    };
    ledger.append(db, &subject, by, &before, &after)?;
    let canonical = match decision.terms.contact.or(sides.homes.first().copied()) {
        _ if way.joins.is_some() => way.joins,
        Some(home) => Some(group::canonical_of(db, home)?),
        None => None,
    };
    Ok(Done {
        decision: Some(decision.id),
        batch,
        canonical,
        applied: true,
        ..Done::not_yet(
            action,
            decision.case,
            summary(action, &decision.terms, None),
        )
    })
}

/// Whether the case takes an answer at all: nobody has answered, it is the
/// version that was seen, and it has such an answer.
pub(super) fn open_to(
    db: &Connection,
    ask: &Decide,
    case: &CaseFacts,
    given: &[Given],
) -> Result<()> {
    let id = ask.case;
    if let Some(given) = given.iter().find(|g| g.action != Action::Defer) {
        let stands = decision(db, given.decision)?;
        let detail = format!(
            "case {id} was answered with {} by {} at {}; `reunite undo {}` takes that back",
            given.action, stands.operator, stands.at, given.decision
        );
        return Err(refused(Refusal {
            by_decision: Some(given.decision),
            by_operator: Some(stands.operator),
            at: Some(stands.at),
            ..Refusal::new(Code::AlreadyDecided, detail)
        }));
    }
    if let Some(expected) = ask.expect_version.filter(|v| *v != case.version) {
        let detail = format!(
            "case {id} has version {} now, not {expected}; look at it again with `reunite case {id}`",
            case.version
        );
        return Err(refused(Refusal::new(Code::Changed, detail)));
    }
    let action = ask.answer.action();
    if action != Action::Defer && !case.kind.answers().contains(&action) {
        let answers = case
            .kind
            .answers()
            .iter()
            .map(|a| a.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        let detail = format!(
            "a case of kind {} is answered with {answers} or defer, not {action}",
            case.kind
        );
        return Err(refused(Refusal::new(Code::NotApplicable, detail)));
    }
    Ok(())
}

pub(super) fn canonicals(db: &Connection, homes: &[ContactId]) -> Result<BTreeSet<ContactId>> {
    homes
        .iter()
        .map(|home| group::canonical_of(db, *home))
        .collect()
}
