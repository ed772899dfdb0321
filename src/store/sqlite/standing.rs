//! Works out where a case stands, and what is suggested, from the rows: its
//! evidence, the links and groups of its contacts, the answers that stand.

use super::group;
use super::load::Loader;
use super::write::homes_of;
use crate::domain::case::{Action, CaseKind, CaseState, Suggestion};
use crate::domain::ids::{CaseId, ContactId, DecisionId, EventId, IdentifierId, PortfolioId};
use crate::domain::time::Timestamp;
use crate::resolve::cases::{Given, Standing, Standpoint, standing};
use crate::resolve::suggest::{Claim, Question, Side, suggest};
use crate::store::{Result, StoreError};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeSet;

/// The fixed part of a case's row.
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
}

/// Reads a case's row.
pub(super) fn facts(db: &Connection, case: CaseId) -> Result<CaseFacts> {
    let found = db
        .prepare_cached(
            "SELECT kind, state, version, asked, opened_at, first_event, last_event, identifier, change, superseded_by
             FROM cases WHERE id = ?1",
        )?
        .query_row([case.0], |r| {
            Ok((
                r.get::<_, String>(0)?,
                r.get::<_, String>(1)?,
                CaseFacts {
                    kind: CaseKind::Manual,
                    state: CaseState::Open,
                    version: r.get(2)?,
                    asked: r.get(3)?,
                    opened_at: Timestamp(r.get(4)?),
                    first: r.get(5)?,
                    last: r.get(6)?,
                    identifier: r.get(7)?,
                    change: r.get(8)?,
                    superseded_by: r.get(9)?,
                },
            ))
        })
        .optional()?;
    let (kind, state, facts) = found.ok_or_else(|| {
        StoreError::Unknown(format!(
            "there is no case {case}; `reunite cases --state all` lists them"
        ))
    })?;
    Ok(CaseFacts {
        kind: CaseKind::parse(&kind).unwrap_or(CaseKind::Manual),
        state: CaseState::parse(&state).unwrap_or(CaseState::Open),
        ..facts
    })
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

/// Where a case stands by its rows, and what is suggested.
pub(super) fn work_out(
    db: &Connection,
    case: CaseId,
    facts: &CaseFacts,
) -> Result<(Standing, Suggestion)> {
    let homes = homes_of(db, case)?;
    let groups: BTreeSet<ContactId> = homes
        .iter()
        .map(|home| group::canonical_of(db, *home))
        .collect::<Result<_>>()?;
    let given = given(db, case)?;
    let merge = given.iter().find(|g| g.action == Action::Merge);
    let idle = match merge.map(|g| g.decision) {
        Some(merge) => group::idle(db, merge)?.map(|wall| (merge, wall)),
        None => None,
    };
    let at = Standpoint {
        asked: facts.asked,
        in_dispute: in_dispute(db, facts, &homes)?,
        one_group: homes.len() > 1 && groups.len() == 1,
        first: facts.first,
        last: facts.last,
        given,
        idle: idle.map(|(_, wall)| wall.decision),
        wall: group::walls_between(db, &homes)?,
    };
    let question = Question {
        idle,
        ..question(db, case, facts, &homes)?
    };
    Ok((standing(facts.kind, &at), suggest(&question)))
}

/// Works a case out and writes it; a new answer raises the version. Says
/// whether it became moot by this.
pub(super) fn restate(db: &Connection, case: CaseId, answered: bool) -> Result<bool> {
    let facts = facts(db, case)?;
    let (stands, suggestion) = work_out(db, case, &facts)?;
    let text = serde_json::to_string(&suggestion).map_err(|e| StoreError::Failed {
        doing: "writing a suggestion".into(),
        detail: e.to_string(),
    })?;
    db.prepare_cached(
        "UPDATE cases SET state = ?2, until = ?3, superseded_by = ?4, confidence = ?5, suggestion = ?6,
                          version = version + ?7 WHERE id = ?1",
    )?
    .execute(params![
        case.0,
        stands.state.as_str(),
        stands.until.map(|t| t.0),
        stands.by,
        suggestion.confidence,
        text,
        answered,
    ])?;
    Ok(stands.state == CaseState::Superseded && facts.state != CaseState::Superseded)
}

fn in_dispute(db: &Connection, facts: &CaseFacts, homes: &[ContactId]) -> Result<bool> {
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
    let holder = group::live_holder(db, identifier)?;
    Ok(holder.is_some_and(|holder| homes.iter().skip(1).any(|home| *home == holder)))
}

/// What is asked, as far as a suggestion looks at it.
pub(super) fn question(
    db: &Connection,
    case: CaseId,
    facts: &CaseFacts,
    homes: &[ContactId],
) -> Result<Question> {
    let mut sides: Vec<Side> = Vec::new();
    let mut members: Vec<BTreeSet<ContactId>> = Vec::new();
    for home in homes {
        let canonical = group::canonical_of(db, *home)?;
        if sides.iter().all(|s| s.contact != Some(canonical)) {
            let group = group::members(db, canonical)?;
            sides.push(side(db, canonical, &group)?);
            members.push(group);
        }
    }
    // Only of whom the identifier is disputed: it costs more than all else.
    if let (Some(side), Some(group)) = (sides.get_mut(1), members.get(1)) {
        for member in group {
            side.last_seen = side.last_seen.max(last_seen(db, *member)?);
        }
    }
    let all: BTreeSet<ContactId> = members.iter().flatten().copied().collect();
    let walled = sides.len() > 1 && group::wall_within(db, &all)?.is_some();
    let identifier = match facts.identifier {
        Some(id) => Some(named(db, id)?),
        None => None,
    };
    let seen: i64 = db
        .prepare_cached(r#"SELECT coalesce(sum(count), 0) FROM evidence WHERE "case" = ?1"#)?
        .query_row([case.0], |r| r.get(0))?;
    let claim = match facts.change {
        Some(change) => claim(db, change, homes.first().copied(), seen)?,
        None => Claim::default(),
    };
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

fn side(db: &Connection, canonical: ContactId, group: &BTreeSet<ContactId>) -> Result<Side> {
    let mut side = Side {
        contact: Some(canonical),
        ..Side::default()
    };
    for member in group {
        let words: String = db
            .prepare_cached("SELECT words FROM contact WHERE id = ?1")?
            .query_row([member.0], |r| r.get(0))
            .optional()?
            .unwrap_or_default();
        side.words
            .extend(words.split_whitespace().map(String::from));
        let mut query = db.prepare_cached(
            // CROSS JOIN: from the contact's few links, never from all BSUIDs.
            "SELECT i.scope, i.id FROM link l CROSS JOIN identifier i ON i.id = l.identifier
             WHERE l.contact = ?1 AND l.state <> 'former' AND i.kind = 'bsuid' AND i.well_formed",
        )?;
        for row in query.query_map([member.0], |r| {
            Ok((PortfolioId(r.get(0)?), IdentifierId(r.get(1)?)))
        })? {
            side.bsuids.insert(row?);
        }
    }
    Ok(side)
}

/// When the identifiers of a contact last showed while they were its own: in a
/// message, or in anything else.
fn last_seen(db: &Connection, contact: ContactId) -> Result<Option<Timestamp>> {
    let mut query = db.prepare_cached(
        "WITH line AS (SELECT identifier AS id, coalesce(until, 9e18) AS until FROM link WHERE contact = ?1)
         SELECT (SELECT t.at FROM timeline t WHERE t.conversation = c.id AND t.at < l.until ORDER BY t.at DESC LIMIT 1)
           FROM line l CROSS JOIN conversation c ON c.identifier = l.id
         UNION ALL
         SELECT (SELECT n.at FROM seen n WHERE n.sighting = s.id AND n.at < l.until ORDER BY n.at DESC LIMIT 1)
           FROM line l CROSS JOIN sighting s ON s.bsuid = l.id
         UNION ALL
         SELECT (SELECT n.at FROM seen n WHERE n.sighting = s.id AND n.at < l.until ORDER BY n.at DESC LIMIT 1)
           FROM line l CROSS JOIN sighting s ON s.phone = l.id WHERE s.bsuid = 0 AND s.phone > 0",
    )?;
    let mut last = None;
    for at in query.query_map([contact.0], |r| r.get::<_, Option<i64>>(0))? {
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
        Some(other) => side(db, other, &BTreeSet::from([other]))?
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
