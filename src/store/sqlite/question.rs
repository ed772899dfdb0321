//! The question behind a suggestion, from the rows: what both sides show, what a
//! change claims, whether a wall stands between them.

use super::group;
use super::load::Loader;
use super::sides::{Sides, links};
use super::standing::CaseFacts;
use crate::domain::case::CaseKind;
use crate::domain::ids::{CaseId, ContactId, IdentifierId};
use crate::domain::time::Timestamp;
use crate::resolve::suggest::{Claim, Question, Side, joins_two_bsuids};
use crate::store::{Result, StoreError};
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeSet;

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
