//! Who shares a parent BSUID, or holds the other form of a phone: the rows for
//! the questions of [`crate::resolve::across`], which reach beyond a connected
//! part of the log.
//!
//! Asked whenever links and labels are written, and only for the identifiers
//! that changed: a number of a country without two forms, and a contact without
//! a parent BSUID, cost nothing more than being looked at. `doctor --replay`
//! asks the same of every identifier.

use super::group::live_holder;
use super::standing::given;
use super::terms::decision;
use super::write::{Turnover, homes_of, write_ask};
use crate::domain::case::{Action, CaseKind};
use crate::domain::identifier::Kind;
use crate::domain::ids::{
    CaseId, ContactId, EventId, IdMap, IdentifierId, PortfolioId, SightingId,
};
use crate::domain::time::Timestamp;
use crate::resolve::across::{Bearer, Round, rounds, two_forms};
use crate::resolve::cases::{CaseKey, Evidence};
use crate::resolve::homes::{Ask, Dirty, Homes};
use crate::resolve::variant::other_form;
use crate::store::{Result, StoreError};
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::BTreeSet;

/// Questions, each as it is asked now; `None` where it is none any more.
pub(super) type Asks = Vec<(CaseKey, Option<Ask>)>;

/// Whether it is about the two forms of a number: asked here, whatever the
/// items of one part of the log say.
pub(super) fn is_about_forms(key: &CaseKey) -> bool {
    matches!(
        key,
        CaseKey::Dispute {
            kind: CaseKind::PhoneVariant,
            ..
        }
    )
}

/// The two forms of a number by each of them, where both were ever seen; lower row first.
pub(super) type Twins = IdMap<IdentifierId, (IdentifierId, IdentifierId)>;

/// What the identifiers that changed ask now; their links and labels are
/// written already. `twins` where those of all phones are known.
pub(super) fn asked_anew(
    db: &Connection,
    homes: &Homes,
    dirty: &Dirty,
    twins: Option<&Twins>,
) -> Result<Asks> {
    let mut asks = Asks::new();
    for parent in &dirty.parents {
        asks.extend(of_parent(db, *parent)?);
    }
    let disputes = dirty.asks.iter().filter(|key| is_about_forms(key));
    let disputed = disputes.filter_map(CaseKey::identifier);
    let mut pairs = BTreeSet::new();
    match twins {
        Some(twins) if twins.is_empty() => {}
        Some(twins) => {
            let phones = phones(homes, dirty).into_iter().chain(disputed);
            pairs.extend(phones.filter_map(|phone| twins.get(&phone)));
        }
        None => {
            for phone in phones(homes, dirty).into_iter().chain(disputed) {
                pairs.extend(forms(db, phone)?);
            }
        }
    }
    // A change shows the phone that it names, also where it links nothing.
    for change in dirty.changes.iter().filter_map(|e| homes.changes().get(e)) {
        if let Some(phone) = change.claim.current.phone {
            pairs.extend(forms(db, phone.id)?);
        }
    }
    for pair in pairs {
        asks.extend(of_forms(db, homes, pair)?);
    }
    Ok(asks)
}

/// The same for every identifier: what a replay of the whole log asks.
pub(super) fn asked(db: &Connection, homes: &Homes) -> Result<Asks> {
    let ids = |kind: Kind| -> Result<BTreeSet<IdentifierId>> {
        let mut query = db.prepare_cached("SELECT id FROM identifier WHERE kind = ?1")?;
        let found = query.query_map([kind.as_str()], |r| Ok(IdentifierId(r.get(0)?)))?;
        Ok(found.collect::<rusqlite::Result<_>>()?)
    };
    let all = Dirty {
        parents: ids(Kind::ParentBsuid)?,
        links: ids(Kind::Phone)?.into_iter().collect(),
        ..Dirty::default()
    };
    asked_anew(db, homes, &all, None)
}

/// Phones whose question can be another now: with other links, and of contacts
/// that have got or lost a BSUID.
fn phones(homes: &Homes, dirty: &Dirty) -> BTreeSet<IdentifierId> {
    let mut phones = BTreeSet::new();
    for id in &dirty.links {
        match homes.timelines().get(id) {
            Some(line) if line.ident.kind == Kind::Bsuid => {
                let holders = line.links.iter().map(|link| link.contact);
                let known = holders.filter_map(|holder| homes.contacts().get(&holder));
                let keys = known.flat_map(|contact| &contact.keys);
                phones.extend(keys.filter(|k| k.kind == Kind::Phone).map(|k| k.id));
            }
            _ => {
                phones.insert(*id);
            }
        }
    }
    phones
}

/// A phone and its other form, lower row first, where both were ever seen.
fn forms(db: &Connection, phone: IdentifierId) -> Result<Option<(IdentifierId, IdentifierId)>> {
    let value: Option<String> = db
        .prepare_cached("SELECT value FROM identifier WHERE id = ?1 AND kind = 'phone'")?
        .query_row([phone.0], |r| r.get(0))
        .optional()?;
    let Some(other) = value.as_deref().and_then(other_form) else {
        return Ok(None);
    };
    let other: Option<i64> = db
        .prepare_cached(
            "SELECT id FROM identifier WHERE kind = 'phone' AND value = ?1 AND scope = 0",
        )?
        .query_row([other], |r| r.get(0))
        .optional()?;
    Ok(other.map(|other| {
        let other = IdentifierId(other);
        (phone.min(other), phone.max(other))
    }))
}

/// What the two forms of a number ask, of any contacts that were ever asked about.
fn of_forms(
    db: &Connection,
    homes: &Homes,
    (low, high): (IdentifierId, IdentifierId),
) -> Result<Asks> {
    let kind = CaseKind::PhoneVariant;
    let holders = (live_holder(db, low.0)?, live_holder(db, high.0)?);
    let mut keys: BTreeSet<CaseKey> = stored(db, high, kind)?
        .into_iter()
        .map(|(_, _, contacts)| CaseKey::dispute(kind, &contacts, high))
        .collect();
    let told = homes
        .asks()
        .range(CaseKey::dispute(kind, &[], IdentifierId(0))..);
    let told = told
        .map(|(key, _)| key)
        .take_while(|key| is_about_forms(key));
    keys.extend(told.filter(|key| key.identifier() == Some(high)).cloned());
    let mut now = None;
    if let (Some(a), Some(b)) = holders
        && a != b
    {
        let key = CaseKey::dispute(kind, &[a, b], high);
        let ask = two_forms(
            holder(db, a, low)?,
            holder(db, b, high)?,
            homes.asks().get(&key),
        );
        keys.remove(&key);
        now = Some((key, ask));
    }
    let mut asks = Asks::new();
    for key in keys {
        let told = homes.asks().get(&key);
        let told = told.filter(|ask| {
            let other = ask.contacts.get(1).copied();
            other.is_some() && (other == holders.0 || other == holders.1)
        });
        let told = match told {
            Some(ask) if are_two(db, &ask.contacts)? => None,
            told => told.cloned(),
        };
        asks.push((key, told));
    }
    asks.extend(now);
    Ok(asks)
}

/// Contacts with live BSUIDs of one portfolio are two people.
fn are_two(db: &Connection, contacts: &[ContactId]) -> Result<bool> {
    let mut seen = BTreeSet::new();
    for contact in contacts {
        for portfolio in portfolios(db, *contact, true)? {
            if !seen.insert(portfolio) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The holder of one form, with the first event that showed the phone there.
fn holder(db: &Connection, contact: ContactId, phone: IdentifierId) -> Result<Bearer> {
    let mut first: Option<Evidence> = None;
    for column in ["phone", "variant", "attested"] {
        let sql = format!(
            "WITH since (at, through) AS (SELECT since, through FROM link WHERE identifier = ?1 AND state <> 'former'),
             set_event (sighting, event) AS (
               -- A copy of the change that led it there shows it, whatever time it tells.
               SELECT s.id, (SELECT min(n.event) FROM seen n WHERE n.sighting = s.id
                   AND (n.at >= (SELECT at FROM since)
                     OR n.event IN (SELECT event FROM claim WHERE change = (SELECT through FROM since))))
                 FROM sighting s WHERE s.{column} = ?1 AND s.{column} > 0
               UNION ALL
               SELECT s.id, (SELECT min(e.id) FROM conversation c CROSS JOIN timeline t ON t.conversation = c.id
                   CROSS JOIN event e ON e.id = t.event
                   WHERE c.identifier = iif(s.bsuid > 0, s.bsuid, s.phone) AND t.sighting = s.id
                     AND e.seen_at >= (SELECT at FROM since))
                 FROM sighting s WHERE s.{column} = ?1 AND s.{column} > 0)
             SELECT x.sighting, e.id, e.seen_at FROM set_event x CROSS JOIN event e ON e.id = x.event"
        );
        let mut query = db.prepare_cached(&sql)?;
        for row in query.query_map([phone.0], evidence)? {
            let row = row?;
            if first.is_none_or(|first| row.event < first.event) {
                first = Some(row);
            }
        }
    }
    Ok(Bearer {
        contact,
        portfolios: portfolios(db, contact, true)?,
        evidence: first.unwrap_or(NOTHING),
    })
}

/// For an identifier that no event shows on its contact any more.
const NOTHING: Evidence = Evidence {
    sighting: SightingId(0),
    event: EventId(0),
    at: Timestamp(0),
    count: 0,
    last: EventId(0),
};

/// A row of sighting, event, time.
fn evidence(r: &Row<'_>) -> rusqlite::Result<Evidence> {
    let event = EventId(r.get(1)?);
    Ok(Evidence {
        sighting: SightingId(r.get(0)?),
        event,
        at: Timestamp(r.get(2)?),
        count: 1,
        last: event,
    })
}

/// The portfolios of a contact's BSUIDs: all that it has or had, or those that
/// are live and well formed.
fn portfolios(db: &Connection, contact: ContactId, live: bool) -> Result<BTreeSet<PortfolioId>> {
    let mut query = db.prepare_cached(
        // CROSS JOIN: from the contact's few links, never from all BSUIDs.
        "SELECT DISTINCT i.scope FROM link l CROSS JOIN identifier i ON i.id = l.identifier
         WHERE l.contact = ?1 AND i.kind = 'bsuid' AND (NOT ?2 OR (l.state <> 'former' AND i.well_formed))",
    )?;
    let found = query.query_map(params![contact.0, live], |r| Ok(PortfolioId(r.get(0)?)))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// What a parent BSUID asks, by rounds.
pub(super) fn of_parent(db: &Connection, parent: IdentifierId) -> Result<Asks> {
    let mut before = Vec::new();
    for (case, key, _) in stored(db, parent, CaseKind::ParentBsuidMatch)? {
        let number = key.rsplit('|').next().and_then(|n| n.parse().ok());
        let mut answers = given(db, case)?.into_iter();
        let answer = answers.rfind(|g| g.action != Action::Defer);
        let answered =
            answer.map(|g| Ok::<_, StoreError>(decision(db, g.decision)?.terms.contacts));
        let answered = answered.transpose()?;
        before.extend(number.map(|number| Round { number, answered }));
    }
    Ok(rounds(parent, &before, &bearers(db, parent)?))
}

fn bearers(db: &Connection, parent: IdentifierId) -> Result<Vec<Bearer>> {
    let mut query = db.prepare_cached(
        "SELECT coalesce(e.sighting, 0), l.event, l.since, l.contact FROM label l
         LEFT JOIN event e ON e.id = l.event WHERE l.identifier = ?1",
    )?;
    let shown = query
        .query_map([parent.0], |r| Ok((ContactId(r.get(3)?), evidence(r)?)))?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    if shown.len() < 2 {
        return Ok(Vec::new());
    }
    shown
        .into_iter()
        .map(|(contact, evidence)| {
            Ok(Bearer {
                contact,
                portfolios: portfolios(db, contact, false)?,
                evidence,
            })
        })
        .collect()
}

/// The cases of one kind about an identifier: number, key, contacts.
fn stored(
    db: &Connection,
    identifier: IdentifierId,
    kind: CaseKind,
) -> Result<Vec<(CaseId, String, Vec<ContactId>)>> {
    let mut query = db.prepare_cached(
        "SELECT id, key FROM cases WHERE identifier = ?1 AND kind = ?2 ORDER BY id",
    )?;
    let found = query
        .query_map(params![identifier.0, kind.as_str()], |r| {
            Ok((CaseId(r.get(0)?), r.get(1)?))
        })?
        .collect::<rusqlite::Result<Vec<(CaseId, String)>>>()?;
    found
        .into_iter()
        .map(|(case, key)| Ok((case, key, homes_of(db, case)?)))
        .collect()
}

/// The parent BSUIDs that a contact is stored with.
pub(super) fn parents_of(db: &Connection, contact: ContactId) -> Result<Vec<IdentifierId>> {
    let mut query = db.prepare_cached(
        "SELECT l.identifier FROM label l CROSS JOIN identifier i ON i.id = l.identifier
         WHERE l.contact = ?1 AND i.kind = 'parent_bsuid'",
    )?;
    let found = query.query_map([contact.0], |r| Ok(IdentifierId(r.get(0)?)))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// The cases that name both.
pub(super) fn naming(db: &Connection, a: ContactId, b: ContactId) -> Result<Vec<CaseId>> {
    let mut query = db.prepare_cached(
        r#"SELECT "case" FROM case_contact WHERE contact = ?1
           INTERSECT SELECT "case" FROM case_contact WHERE contact = ?2"#,
    )?;
    let found = query.query_map([a.0, b.0], |r| Ok(CaseId(r.get(0)?)))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// After an answer to a case about a parent BSUID, or its undo: what that asks now.
pub(super) fn ask_again(db: &Connection, case: CaseId) -> Result<Vec<CaseId>> {
    let parent: Option<i64> = db
        .prepare_cached("SELECT identifier FROM cases WHERE id = ?1")?
        .query_row([case.0], |r| r.get(0))
        .optional()?;
    let mut concerned = Vec::new();
    for (key, ask) in parent.map_or(Ok(Asks::new()), |id| of_parent(db, IdentifierId(id)))? {
        concerned.extend(write_ask(db, &key, ask.as_ref(), &mut Turnover::default())?);
    }
    Ok(concerned)
}
