//! Works out where a case stands from the rows: its evidence, the links and groups
//! of its contacts, the answers that stand. What a suggestion looks at is read in
//! `question`.

use super::group;
use super::question::question;
use super::sides::Sides;
use crate::domain::case::{Action, CaseKind, CaseState, Suggestion};
use crate::domain::ids::{BatchId, CaseId, DecisionId, EventId, IdentifierId};
use crate::domain::time::Timestamp;
use crate::resolve::cases::{CaseKey, Given, Standing, Standpoint, standing};
use crate::resolve::entry::Wall;
use crate::resolve::suggest::{Question, suggest};
use crate::store::{Result, StoreError};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// The fixed part of a case's row.
#[derive(Debug, Clone)]
pub(super) struct CaseFacts {
    pub(super) kind: CaseKind,
    pub(super) state: CaseState,
    pub(super) version: i64,
    pub(super) asked: bool,
    pub(super) opened_at: Timestamp,
    pub(super) first: i64,
    last: i64,
    pub(super) identifier: Option<i64>,
    pub(super) change: Option<i64>,
    pub(super) superseded_by: Option<String>,
    /// How often its evidence was seen, where that was read.
    pub(super) seen: Option<i64>,
    /// Answers to it stand, or a defer, where that was read.
    pub(super) answered: Option<bool>,
}

/// The columns of [`case_facts`].
macro_rules! facts {
    () => {
        "kind, state, version, asked, opened_at, first_event, last_event, identifier, change, superseded_by"
    };
}

fn case_facts(r: &Row<'_>) -> rusqlite::Result<CaseFacts> {
    let text = |column| Ok::<_, rusqlite::Error>(r.get_ref(column)?.as_str()?);
    Ok(CaseFacts {
        kind: CaseKind::parse(text(0)?).unwrap_or(CaseKind::Manual),
        state: CaseState::parse(text(1)?).unwrap_or(CaseState::Open),
        version: r.get(2)?,
        asked: r.get(3)?,
        opened_at: Timestamp(r.get(4)?),
        first: r.get(5)?,
        last: r.get(6)?,
        identifier: r.get(7)?,
        change: r.get(8)?,
        superseded_by: r.get(9)?,
        seen: None,
        answered: None,
    })
}

/// Reads a case's row.
pub(super) fn facts(db: &Connection, case: CaseId) -> Result<CaseFacts> {
    let mut query = db.prepare_cached(concat!("SELECT ", facts!(), " FROM cases WHERE id = ?1"))?;
    let found = query.query_row([case.0], case_facts).optional()?;
    found.ok_or_else(|| unknown(case))
}

/// The same, of a case that is about to be worked out, and whether answers to
/// it stand besides the decision `without`.
pub(super) fn facts_and_seen(
    db: &Connection,
    case: CaseId,
    without: Option<DecisionId>,
) -> Result<CaseFacts> {
    let mut query = db.prepare_cached(concat!(
        "SELECT ",
        facts!(),
        r#", (SELECT coalesce(sum(count), 0) FROM evidence e WHERE e."case" = c.id),
             EXISTS (SELECT 1 FROM decision d WHERE d."case" = c.id
                       AND d.undone_by IS NULL AND d.action <> 'undo' AND d.id IS NOT ?2)
           FROM cases c WHERE id = ?1"#
    ))?;
    let found = query.query_row(params![case.0, without.map(|id| id.0)], |r| {
        Ok(CaseFacts {
            seen: r.get(10)?,
            answered: r.get(11)?,
            ..case_facts(r)?
        })
    });
    found.optional()?.ok_or_else(|| unknown(case))
}

/// A case as an item of a batch finds it.
pub(super) struct Beside {
    pub(super) facts: CaseFacts,
    /// Answers to it stand, or a defer.
    pub(super) answered: bool,
    /// How often the batch itself has raised its version,
    pub(super) raised: i64,
    /// and whether it has made it moot.
    pub(super) moot: bool,
}

/// Reads a case for an item of a batch.
pub(super) fn facts_beside(db: &Connection, case: CaseId, batch: BatchId) -> Result<Beside> {
    let mut query = db.prepare_cached(concat!(
        "SELECT ",
        facts!(),
        r#", EXISTS (SELECT 1 FROM decision d
                     WHERE d."case" = c.id AND d.undone_by IS NULL AND d.action <> 'undo'),
             coalesce(t.raised, 0), coalesce(t.moot, 0)
           FROM cases c LEFT JOIN batch_touch t ON t.batch = ?2 AND t."case" = c.id WHERE c.id = ?1"#
    ))?;
    let found = query.query_row([case.0, batch.0], |r| {
        Ok(Beside {
            facts: case_facts(r)?,
            answered: r.get(10)?,
            raised: r.get(11)?,
            moot: r.get(12)?,
        })
    });
    found.optional()?.ok_or_else(|| unknown(case))
}

fn unknown(case: CaseId) -> StoreError {
    StoreError::Unknown(format!(
        "there is no case {case}; `reunite cases --state all` lists them"
    ))
}

/// The standing answers to a case, oldest first.
pub(super) fn given(db: &Connection, case: CaseId) -> Result<Vec<Given>> {
    let mut query = db.prepare_cached(
        r#"SELECT id, action, after, json_extract(terms, '$.until_ms') FROM decision
           WHERE "case" = ?1 AND undone_by IS NULL AND action <> 'undo' ORDER BY id"#,
    )?;
    let found = query.query_map([case.0], |r| {
        Ok(Given {
            decision: DecisionId(r.get(0)?),
            action: Action::parse(&r.get::<_, String>(1)?).unwrap_or(Action::None),
            after: EventId(r.get(2)?),
            until: r.get::<_, Option<i64>>(3)?.map(Timestamp),
        })
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// Where a case stands by its rows, and what is suggested while it waits.
pub(super) fn stands(
    db: &Connection,
    case: CaseId,
    facts: &CaseFacts,
) -> Result<(Standing, Option<Suggestion>)> {
    let sides = Sides::of(db, case)?;
    let (stands, idle) = work_out(db, case, facts, &sides)?;
    let suggestion = suggestion(db, case, facts, &sides, (&stands, idle))?;
    Ok((stands, suggestion))
}

/// Where a case stands, and the merge that it was answered with where that
/// idles, with the wall.
fn work_out(
    db: &Connection,
    case: CaseId,
    facts: &CaseFacts,
    sides: &Sides,
) -> Result<(Standing, Option<(DecisionId, Wall)>)> {
    let mut at = Standpoint {
        asked: facts.asked,
        first: facts.first,
        last: facts.last,
        given: match facts.answered {
            Some(false) => Vec::new(),
            _ => given(db, case)?,
        },
        ..Standpoint::default()
    };
    let answer = at.given.iter().find(|g| g.action != Action::Defer);
    let idle = match answer {
        Some(given) if given.action == Action::Merge => {
            let wall = group::idle(db, given.decision)?;
            wall.map(|wall| (given.decision, wall))
        }
        _ => None,
    };
    at.idle = idle.map(|(_, wall)| wall.decision);
    // The rest of it says where a case stands that nobody has answered.
    if answer.is_none() {
        at.in_dispute = in_dispute(db, facts, sides)?;
        at.one_group = sides.homes.len() > 1 && sides.groups.len() == 1;
        at.wall = group::walls_between(db, sides)?;
        if let Some((_, answered)) = &mut at.wall
            && at.first > answered.0
            && asked_before(db, facts, sides)?
        {
            *answered = EventId(at.first);
        }
    }
    Ok((standing(facts.kind, &at), idle))
}

/// Whether a conflict was asked before as a claim, when its BSUID was unknown,
/// and answered with a keep-separate: its evidence only says the same again.
fn asked_before(db: &Connection, facts: &CaseFacts, sides: &Sides) -> Result<bool> {
    let Some(identifier) = facts
        .identifier
        .filter(|_| facts.kind == CaseKind::PhoneBsuidConflict)
    else {
        return Ok(false);
    };
    let claim = CaseKey::dispute(
        CaseKind::PhoneClaimed,
        &sides.homes,
        IdentifierId(identifier),
    );
    Ok(db
        .prepare_cached(
            r#"SELECT EXISTS (SELECT 1 FROM cases c JOIN decision d ON d."case" = c.id
               WHERE c.key = ?1 AND d.action = 'keep_separate' AND d.undone_by IS NULL)"#,
        )?
        .query_row([claim.text()], |r| r.get(0))?)
}

/// Works a case out and writes it; a new answer raises the version. Says
/// whether it became moot by this.
pub(super) fn restate(db: &Connection, case: CaseId, answered: bool) -> Result<bool> {
    let facts = facts_and_seen(db, case, None)?;
    let before = facts.state;
    let after = restate_known(db, case, &facts, &Sides::of(db, case)?, answered)?;
    Ok(after.state == CaseState::Superseded && before != CaseState::Superseded)
}

/// The same with what is known of the case and its contacts; gives it as it
/// stands then. A case that waits for no answer keeps the suggestion that it had.
pub(super) fn restate_known(
    db: &Connection,
    case: CaseId,
    facts: &CaseFacts,
    sides: &Sides,
    answered: bool,
) -> Result<CaseFacts> {
    let (stands, idle) = work_out(db, case, facts, sides)?;
    let suggestion = suggestion(db, case, facts, sides, (&stands, idle))?;
    write_standing(db, case, &stands, suggestion.as_ref(), answered)?;
    Ok(CaseFacts {
        state: stands.state,
        version: facts.version + i64::from(answered),
        superseded_by: stands.by,
        ..facts.clone()
    })
}

/// What is suggested for a case that stands so; nothing where it waits for no answer.
fn suggestion(
    db: &Connection,
    case: CaseId,
    facts: &CaseFacts,
    sides: &Sides,
    (stands, idle): (&Standing, Option<(DecisionId, Wall)>),
) -> Result<Option<Suggestion>> {
    Ok(match stands.state {
        CaseState::Open | CaseState::Deferred => {
            let question = question(db, case, facts, sides)?;
            Some(suggest(&Question { idle, ..question }))
        }
        CaseState::Resolved | CaseState::Superseded => None,
    })
}

/// A suggestion as it is kept.
pub(super) fn text(suggestion: &Suggestion) -> Result<String> {
    serde_json::to_string(suggestion).map_err(|e| StoreError::Failed {
        doing: "writing a suggestion".into(),
        detail: e.to_string(),
    })
}

/// A case that is answered now, with anything but a defer.
pub(super) fn resolve(db: &Connection, case: CaseId) -> Result<()> {
    let resolved = Standing {
        state: CaseState::Resolved,
        until: None,
        by: None,
    };
    write_standing(db, case, &resolved, None, true)
}

/// OR FAIL: a trigger of a batch watches this, and with ABORT each update would
/// first copy the pages that it is about to change.
fn write_standing(
    db: &Connection,
    case: CaseId,
    stands: &Standing,
    suggestion: Option<&Suggestion>,
    raise: bool,
) -> Result<()> {
    let state = stands.state.as_str();
    let until = stands.until.map(|t| t.0);
    let Some(suggestion) = suggestion else {
        db.prepare_cached(
            "UPDATE OR FAIL cases SET state = ?2, until = ?3, superseded_by = ?4, version = version + ?5 WHERE id = ?1",
        )?
        .execute(params![case.0, state, until, stands.by, raise])?;
        return Ok(());
    };
    let text = text(suggestion)?;
    db.prepare_cached(
        "UPDATE OR FAIL cases SET state = ?2, until = ?3, superseded_by = ?4, version = version + ?5,
                                  confidence = ?6, suggestion = ?7 WHERE id = ?1",
    )?
    .execute(params![
        case.0,
        state,
        until,
        stands.by,
        raise,
        suggestion.confidence,
        text
    ])?;
    Ok(())
}

fn in_dispute(db: &Connection, facts: &CaseFacts, sides: &Sides) -> Result<bool> {
    let Some(identifier) = facts.identifier else {
        return Ok(true);
    };
    // Whether it is asked says it for those across parts of the log.
    let by_labels = matches!(
        facts.kind,
        CaseKind::Manual | CaseKind::ParentBsuidMatch | CaseKind::PhoneVariant
    );
    if by_labels {
        return Ok(true);
    }
    let mut others = sides.homes.iter().skip(1);
    let holder = match sides.live(identifier) {
        Some((holder, _)) => Some(holder),
        // Who has all their links read does not hold it.
        None if others.clone().all(|home| sides.links.contains_key(home)) => None,
        None => group::live_holder(db, identifier)?,
    };
    Ok(holder.is_some_and(|holder| others.any(|home| *home == holder)))
}
