//! Works out where a case stands, and what is suggested, from the rows: its
//! evidence, the links and groups of its contacts, the answers that stand.

use super::group;
use super::load::Loader;
use super::sides::{Sides, links};
use crate::domain::case::{Action, CaseKind, CaseState, Suggestion};
use crate::domain::ids::{BatchId, CaseId, ContactId, DecisionId, EventId, IdentifierId};
use crate::domain::time::Timestamp;
use crate::resolve::cases::{CaseKey, Given, Standing, Standpoint, standing};
use crate::resolve::entry::Wall;
use crate::resolve::suggest::{Claim, Question, Side, joins_two_bsuids, suggest};
use crate::store::{Result, StoreError};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeSet;

/// The fixed part of a case's row.
#[derive(Debug, Clone)]
pub(super) struct CaseFacts {
    pub(super) kind: CaseKind,
    pub(super) state: CaseState,
    pub(super) version: i64,
    pub(super) asked: bool,
    pub(super) opened_at: Timestamp,
    first: i64,
    last: i64,
    pub(super) identifier: Option<i64>,
    pub(super) change: Option<i64>,
    pub(super) superseded_by: Option<String>,
    /// How often its evidence was seen, where that was read.
    seen: Option<i64>,
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

/// Whether a merge of a case would put two live BSUIDs of one portfolio into
/// one group, with no change between them.
pub(super) fn would_join_two(db: &Connection, facts: &CaseFacts, sides: &Sides) -> Result<bool> {
    let mut question = Question {
        kind: facts.kind,
        sides: Vec::new(),
        identifier: None,
        opened_at: facts.opened_at,
        seen: 0,
        claim: Claim::default(),
        walled: false,
        idle: None,
    };
    if let Some(change) = facts.change {
        question.claim = claim(db, change, sides.homes.first().copied(), 0)?;
    }
    for (canonical, group) in &sides.groups {
        let mut side = Side {
            contact: Some(*canonical),
            ..Side::default()
        };
        for member in group {
            bsuids(db, *member, sides, &mut side)?;
        }
        question.sides.push(side);
    }
    Ok(joins_two_bsuids(&question))
}

/// What is asked, as far as a suggestion looks at it.
pub(super) fn question(
    db: &Connection,
    case: CaseId,
    facts: &CaseFacts,
    sides: &Sides,
) -> Result<Question> {
    let walled = group::wall_between(db, sides)?.is_some();
    let second = sides.groups.get(1);
    let identifier = match facts.identifier {
        Some(id) => Some(match sides.live(id) {
            // Nothing but a BSUID is named with its portfolio.
            Some((_, link)) if !link.identifier.starts_with("bsuid:") => link.identifier.clone(),
            _ => named(db, id)?,
        }),
        None => None,
    };
    let seen = match facts.seen {
        Some(seen) => seen,
        None => db
            .prepare_cached(r#"SELECT coalesce(sum(count), 0) FROM evidence WHERE "case" = ?1"#)?
            .query_row([case.0], |r| r.get(0))?,
    };
    let claim = match facts.change {
        Some(change) => claim(db, change, sides.homes.first().copied(), seen)?,
        None => Claim::default(),
    };
    let groups = sides.groups.iter();
    let mut sides = groups
        .map(|(canonical, group)| side(db, *canonical, group, sides))
        .collect::<Result<Vec<_>>>()?;
    // Only where it counts, and of whom it does: it costs more than all else.
    if let (CaseKind::PhoneClaimed, Some(holder), Some((_, group))) =
        (facts.kind, sides.get_mut(1), second)
    {
        for member in group {
            holder.last_seen = holder.last_seen.max(last_seen(db, *member, facts.first)?);
        }
    }
    Ok(Question {
        kind: facts.kind,
        sides,
        identifier,
        opened_at: facts.opened_at,
        seen,
        claim,
        walled,
        idle: None,
    })
}

/// An identifier as `KIND:VALUE`, a BSUID with its portfolio.
pub(super) fn named(db: &Connection, id: i64) -> Result<String> {
    let sql = "SELECT i.kind, i.value, p.name FROM identifier i LEFT JOIN portfolio p ON p.id = i.scope WHERE i.id = ?1";
    Ok(db.prepare_cached(sql)?.query_row([id], |r| {
        let (kind, value, scope): (String, String, Option<String>) =
            (r.get(0)?, r.get(1)?, r.get(2)?);
        Ok(match scope {
            Some(scope) if kind == "bsuid" => format!("{kind}:{value}@{scope}"),
            _ => format!("{kind}:{value}"),
        })
    })?)
}

fn side(
    db: &Connection,
    canonical: ContactId,
    group: &BTreeSet<ContactId>,
    sides: &Sides,
) -> Result<Side> {
    let mut side = Side {
        contact: Some(canonical),
        ..Side::default()
    };
    for member in group {
        let read;
        let words = if let Some(words) = sides.words.get(member) {
            words
        } else {
            read = db
                .prepare_cached("SELECT words FROM contact WHERE id = ?1")?
                .query_row([member.0], |r| r.get::<_, String>(0))
                .optional()?
                .unwrap_or_default();
            &read
        };
        side.words
            .extend(words.split_whitespace().map(String::from));
        bsuids(db, *member, sides, &mut side)?;
    }
    Ok(side)
}

/// The live, well-formed BSUIDs of a contact.
fn bsuids(db: &Connection, contact: ContactId, sides: &Sides, side: &mut Side) -> Result<()> {
    let read = match sides.links.get(&contact) {
        Some(_) => Vec::new(),
        None => links(db, contact)?,
    };
    let known = sides.links.get(&contact).unwrap_or(&read).iter();
    let live = known.filter_map(|link| link.bsuid.filter(|_| link.state.is_live()));
    side.bsuids.extend(live);
    Ok(())
}

/// When the identifiers of a contact last showed while they were its own, in a
/// message or in anything else that had arrived before this event: what came
/// since a question arose does not say how long somebody was silent before.
fn last_seen(db: &Connection, contact: ContactId, first: i64) -> Result<Option<Timestamp>> {
    let mut query = db.prepare_cached(
        "WITH line AS (SELECT identifier AS id, coalesce(until, 9e18) AS until FROM link WHERE contact = ?1)
         SELECT (SELECT t.at FROM timeline t WHERE t.conversation = c.id AND t.at < l.until AND t.event < ?2 ORDER BY t.at DESC LIMIT 1)
           FROM line l CROSS JOIN conversation c ON c.identifier = l.id
         UNION ALL
         SELECT (SELECT n.at FROM seen n WHERE n.sighting = s.id AND n.at < l.until AND n.event < ?2 ORDER BY n.at DESC LIMIT 1)
           FROM line l CROSS JOIN sighting s ON s.bsuid = l.id
         UNION ALL
         SELECT (SELECT n.at FROM seen n WHERE n.sighting = s.id AND n.at < l.until AND n.event < ?2 ORDER BY n.at DESC LIMIT 1)
           FROM line l CROSS JOIN sighting s ON s.phone = l.id WHERE s.bsuid = 0 AND s.phone > 0",
    )?;
    let mut last = None;
    for at in query.query_map([contact.0, first], |r| r.get::<_, Option<i64>>(0))? {
        last = last.max(at?.map(Timestamp));
    }
    Ok(last)
}

fn claim(
    db: &Connection,
    change: i64,
    first_home: Option<ContactId>,
    copies: i64,
) -> Result<Claim> {
    let claim = joined(db, change)?;
    let mut loader = Loader::default();
    let well = |loader: &mut Loader, id: i64| {
        Ok::<_, StoreError>(loader.ident(db, id)?.is_some_and(|i| i.well_formed))
    };
    let both = claim[0] > 0
        && claim[3] > 0
        && well(&mut loader, claim[0])?
        && well(&mut loader, claim[3])?;
    let holder = if claim[5] > 0 {
        group::live_holder(db, claim[5])?
    } else {
        None
    };
    let other = holder.filter(|h| Some(*h) != first_home);
    let current = Some(claim[3]).filter(|id| *id > 0);
    let with_own_bsuid = match other {
        Some(other) => side(db, other, &BTreeSet::from([other]), &Sides::default())?
            .bsuids
            .iter()
            .any(|(_, id)| Some(id.0) != current),
        None => false,
    };
    Ok(Claim {
        both_bsuids: both,
        previous_bsuid: claim[0] > 0,
        current_bsuid: current.map(IdentifierId),
        previous_phone: claim[2] > 0,
        takes_phone: with_own_bsuid,
        copies,
    })
}

/// The ids of a change, its copies joined: previous BSUID, parent, phone, then
/// current; 0 where none names it.
pub(super) fn joined(db: &Connection, change: i64) -> Result<[i64; 6]> {
    let mut query = db.prepare_cached(
        "SELECT previous_bsuid, previous_parent, previous_phone, current_bsuid, current_parent, current_phone
         FROM claim WHERE change = ?1 ORDER BY event",
    )?;
    let mut ids = [0_i64; 6];
    let mut rows = query.query([change])?;
    while let Some(row) = rows.next()? {
        for (slot, id) in ids.iter_mut().enumerate() {
            if *id == 0 {
                *id = row.get(slot)?;
            }
        }
    }
    Ok(ids)
}
