//! What an answer comes down to, or why it cannot be given.

use super::apply::refused;
use super::group;
use super::question::joined;
use super::relink::relink;
use super::sides::Sides;
use super::standing::CaseFacts;
use super::terms::{Terms, decision, pairs};
use crate::domain::case::{Answer, CaseKind, CaseState};
use crate::domain::ids::{CaseId, ContactId, DecisionId, EventId};
use crate::review::refusal::{Code, Refusal};
use crate::store::{Decide, Result};
use rusqlite::Connection;

/// The terms of an answer, or why it cannot be given.
pub(super) fn terms(
    db: &Connection,
    ask: &Decide,
    case: &CaseFacts,
    sides: &Sides,
) -> Result<Terms> {
    let homes = sides.homes.as_slice();
    let mut terms = Terms {
        contacts: homes.to_vec(),
        ..Terms::default()
    };
    let superseded = case.state == CaseState::Superseded;
    let moot = || {
        let why = case.superseded_by.clone().unwrap_or_default();
        refused(Refusal::new(
            Code::NotApplicable,
            format!("case {} is no question any more: {why}", ask.case),
        ))
    };
    match &ask.answer {
        Answer::Merge { survivor } => {
            two_groups(sides, "merge")?;
            if let Some(wall) = group::wall_between(db, sides)? {
                return Err(refused(kept_apart(db, wall.decision, wall.a, wall.b)?));
            }
            if superseded {
                return Err(moot());
            }
            terms.survivor = Some(chosen_survivor(db, ask.case, *survivor, sides)?);
            if case.kind == CaseKind::IdentityChangeCollision {
                terms.accepts = case.change.map(EventId);
            }
        }
        Answer::KeepSeparate => {
            two_groups(sides, "keep apart")?;
            if superseded {
                return Err(moot());
            }
            // A wall within a group would part what other decisions joined.
            let all = pairs(homes);
            for (a, b) in &all {
                if group::canonical_of(db, *a)? != group::canonical_of(db, *b)? {
                    terms.apart.push((*a, *b));
                }
            }
            if terms.apart.len() == all.len() {
                terms.apart.clear();
            }
        }
        Answer::Relink {
            identifier,
            to,
            since,
        } => {
            if superseded {
                two_groups(sides, "part")?;
                return Err(moot());
            }
            relink(db, case, homes, identifier, *to, &mut terms)?;
            terms.since = Some(since.unwrap_or(case.opened_at));
        }
        Answer::Accept => {
            let change = case.change.unwrap_or(0);
            if case.kind == CaseKind::IdentityChangeFork {
                not_led_elsewhere(db, change)?;
            }
            terms.accepts = Some(EventId(change));
        }
        Answer::Reject => terms.rejects = case.change.map(EventId),
        Answer::Defer { until } => {
            if superseded {
                return Err(moot());
            }
            terms.until = Some(*until);
            terms.until_ms = Some(until.0);
        }
    }
    Ok(terms)
}

fn two_groups(sides: &Sides, what: &str) -> Result<()> {
    if sides.homes.len() < 2 {
        let detail = format!("the case names one contact only; there are no two to {what}");
        return Err(refused(Refusal::new(Code::NotApplicable, detail)));
    }
    if sides.groups.len() < 2 {
        return Err(refused(Refusal::new(
            Code::SameContact,
            "the contacts of this case are one group already",
        )));
    }
    Ok(())
}

fn kept_apart(db: &Connection, wall: DecisionId, a: ContactId, b: ContactId) -> Result<Refusal> {
    let by = decision(db, wall)?;
    let detail = format!(
        "contacts {a} and {b} are kept apart by decision {wall} ({}, by {} at {}); `reunite undo {wall}` lifts that",
        by.action, by.operator, by.at
    );
    Ok(Refusal {
        by_decision: Some(wall),
        by_operator: Some(by.operator),
        at: Some(by.at),
        ..Refusal::new(Code::KeptSeparate, detail)
    })
}

/// The survivor given, else the suggestion's, else the first listed.
fn chosen_survivor(
    db: &Connection,
    case: CaseId,
    asked: Option<ContactId>,
    sides: &Sides,
) -> Result<ContactId> {
    let members = sides.members();
    if let Some(id) = asked {
        if members.contains(&id) {
            return Ok(id);
        }
        let detail = format!("contact {id} is not one of those that this case would merge");
        return Err(refused(Refusal::new(Code::NotApplicable, detail)));
    }
    let suggested: Option<i64> = db
        .prepare_cached("SELECT json_extract(suggestion, '$.survivor') FROM cases WHERE id = ?1")?
        .query_row([case.0], |r| r.get(0))?;
    let suggested = suggested.map(ContactId).filter(|s| members.contains(s));
    match suggested.or(sides.homes.first().copied()) {
        Some(first) => sides.leads_to(db, first),
        None => Err(refused(Refusal::new(
            Code::NotApplicable,
            "the case names no contact",
        ))),
    }
}

/// A fork is accepted instead of the earlier change, but not while that one is
/// accepted.
fn not_led_elsewhere(db: &Connection, change: i64) -> Result<()> {
    let own = joined(db, change)?;
    for (column, id) in [("previous_bsuid", own[0]), ("previous_phone", own[2])] {
        let sql = format!(
            "SELECT v.decision, c.change FROM claim c JOIN verdict v ON v.change = c.change
             WHERE c.{column} = ?1 AND ?1 > 0 AND v.accepted AND c.change <> ?2"
        );
        let mut query = db.prepare_cached(&sql)?;
        for row in query.query_map([id, change], |r| {
            Ok((DecisionId(r.get(0)?), r.get::<_, i64>(1)?))
        })? {
            let (by, other) = row?;
            let other = joined(db, other)?;
            let contradicts = [3, 4, 5]
                .into_iter()
                .any(|i| own[i] > 0 && other[i] > 0 && own[i] != other[i]);
            if contradicts {
                let detail = format!(
                    "decision {by} accepted a change that leads the same ids elsewhere; undo it first"
                );
                return Err(refused(Refusal {
                    by_decision: Some(by),
                    by_decisions: vec![by],
                    ..Refusal::new(Code::Depends, detail)
                }));
            }
        }
    }
    Ok(())
}
