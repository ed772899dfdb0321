//! The queue: cases with their sides, best first, in pages that begin after a
//! cursor. A case is deferred only until its time has come; from then on it
//! counts as open here, though its row says otherwise.

use super::change::{self, Change};
use super::group::{Group, canonical};
use super::holder::home;
use super::query::{first, list as json_list, rows, time, word};
use crate::domain::case::{Action, CaseKind, CaseState, Suggestion, Target};
use crate::domain::ids::{CaseId, ContactId, EventId, IdentifierId};
use crate::domain::time::Timestamp;
use crate::review::page::{CaseRow, CaseSide, IdentifierRef};
use crate::store::{CaseFilter, Result, StoreError};
use rusqlite::{Connection, params};

/// A case's row, with what only this room knows of it.
pub(super) struct Loaded {
    /// As it is shown.
    pub(super) row: CaseRow,
    /// The identifier in dispute.
    pub(super) identifier: Option<IdentifierId>,
    /// The change that it is about.
    pub(super) change: Option<Change>,
    /// The group of each side, in the order of the row.
    pub(super) groups: Vec<Group>,
    /// How many contacts the evidence names, dissolved ones too.
    pub(super) named: usize,
}

/// The rows of a state as SQL, `?1` is now: each of these is read in the order of
/// the index, and they are merged.
pub(super) fn arms(state: Option<CaseState>) -> Vec<&'static str> {
    let open = ["state = 'open'", "state = 'deferred' AND until <= ?1"];
    let waiting = "state = 'deferred' AND (until IS NULL OR until > ?1)";
    match state {
        Some(CaseState::Open) => open.to_vec(),
        Some(CaseState::Deferred) => vec![waiting],
        Some(CaseState::Resolved) => vec!["state = 'resolved'"],
        Some(CaseState::Superseded) => vec!["state = 'superseded'"],
        None => vec![
            "state = 'open'",
            "state = 'deferred'",
            "state = 'resolved'",
            "state = 'superseded'",
        ],
    }
}

/// A page of the queue.
pub(in crate::store::sqlite) fn list(
    db: &Connection,
    filter: &CaseFilter,
    now: Timestamp,
) -> Result<Vec<CaseRow>> {
    let arms: Vec<String> = arms(filter.state)
        .into_iter()
        .map(|arm| {
            format!(
                r#"SELECT id, confidence FROM cases WHERE {arm} AND (?2 IS NULL OR kind = ?2)
                   AND (?3 IS NULL OR confidence >= ?3)
                   AND (?4 IS NULL OR id IN (SELECT "case" FROM case_contact
                                             WHERE contact IN (SELECT value FROM json_each(?4))))
                   AND (?5 IS NULL OR (confidence <= ?5 AND (confidence < ?5 OR id > ?6)))"#
            )
        })
        .collect();
    let sql = format!(
        "{} ORDER BY confidence DESC, id LIMIT ?7",
        arms.join(" UNION ALL ")
    );
    let concerned = match filter.contact {
        Some(contact) => Some(json_list(&Group::of(db, contact)?.ids(db)?)),
        None => None,
    };
    let after = filter.after.as_deref().map(read_cursor).transpose()?;
    let limit = filter
        .limit
        .map_or(-1, |n| i64::try_from(n).unwrap_or(i64::MAX));
    let ids = rows(
        db,
        &sql,
        params![
            now.0,
            filter.kind.map(CaseKind::as_str),
            filter.min_confidence,
            concerned,
            after.map(|(confidence, _)| confidence),
            after.map(|(_, id)| id),
            limit,
        ],
        |r| r.get(0).map(CaseId),
    )?;
    ids.into_iter()
        .map(|id| load(db, id, now).map(|loaded| loaded.row))
        .collect()
}

/// One case's line, in the state that its row says.
pub(in crate::store::sqlite) fn one(db: &Connection, case: CaseId) -> Result<CaseRow> {
    load(db, case, Timestamp(i64::MIN)).map(|loaded| loaded.row)
}

/// How many cases of each kind and state. Counted here: SQLite would sort all of
/// them first, which takes five times as long as to read them.
pub(in crate::store::sqlite) fn counts(
    db: &Connection,
    now: Timestamp,
) -> Result<Vec<(CaseKind, CaseState, i64)>> {
    let sql = "SELECT kind, CASE WHEN state = 'deferred' AND until <= ?1 THEN 'open' ELSE state END
               FROM cases";
    let mut query = db.prepare_cached(sql)?;
    let mut found = query.query([now.0])?;
    let mut counts: Vec<(CaseKind, CaseState, i64)> = Vec::new();
    while let Some(r) = found.next()? {
        let kind = word(r, 0, CaseKind::parse)?;
        let state = word(r, 1, CaseState::parse)?;
        match counts
            .iter_mut()
            .find(|(k, s, _)| (*k, *s) == (kind, state))
        {
            Some((_, _, n)) => *n += 1,
            None => counts.push((kind, state, 1)),
        }
    }
    counts.sort_by_key(|(kind, state, _)| (kind.as_str(), state.as_str()));
    Ok(counts)
}

fn cursor(confidence: f64, case: CaseId) -> String {
    format!("{:016x}-{case}", confidence.to_bits())
}

fn read_cursor(text: &str) -> Result<(f64, i64)> {
    let parts = text.split_once('-').and_then(|(confidence, id)| {
        let bits = u64::from_str_radix(confidence, 16).ok()?;
        Some((f64::from_bits(bits), id.parse().ok()?))
    });
    parts
        .filter(|(confidence, _)| confidence.is_finite())
        .ok_or_else(|| {
            StoreError::Ambiguous(format!(
                "'{text}' is no cursor; take the one of the last case listed"
            ))
        })
}

/// Reads one case.
pub(super) fn load(db: &Connection, case: CaseId, now: Timestamp) -> Result<Loaded> {
    let sql = "SELECT kind, state, version, opened_at, identifier, change, until, superseded_by, confidence, suggestion
               FROM cases WHERE id = ?1";
    let found = first(db, sql, [case.0], |r| {
        let stored = word(r, 1, CaseState::parse)?;
        let until = r.get::<_, Option<i64>>(6)?.map(Timestamp);
        let due = stored == CaseState::Deferred && until.is_some_and(|until| until <= now);
        let state = if due { CaseState::Open } else { stored };
        let row = CaseRow {
            case,
            kind: word(r, 0, CaseKind::parse)?,
            state,
            version: r.get(2)?,
            opened_at: time(r, 3)?,
            contacts: Vec::new(),
            identifiers: Vec::new(),
            suggestion: read_suggestion(&r.get::<_, String>(9)?),
            change: None,
            deferred_until: until.filter(|_| state == CaseState::Deferred),
            superseded_by: r
                .get::<_, Option<String>>(7)?
                .filter(|_| state == CaseState::Superseded),
            cursor: cursor(r.get(8)?, case),
        };
        let identifier = r.get::<_, Option<i64>>(4)?.map(IdentifierId);
        Ok((row, identifier, r.get::<_, Option<i64>>(5)?.map(EventId)))
    })?;
    let (mut row, identifier, event) = found.ok_or_else(|| {
        StoreError::Unknown(format!(
            "no case {case}; `reunite cases --state all` lists them"
        ))
    })?;
    let change = event
        .map(|event| change::load(db, event))
        .transpose()?
        .flatten();
    row.identifiers = in_dispute(db, identifier, change.as_ref())?;
    row.change = change.as_ref().map(|c| c.page.clone());
    let sql = r#"SELECT contact FROM case_contact WHERE "case" = ?1 ORDER BY ordinal"#;
    let named = rows(db, sql, [case.0], |r| r.get(0).map(ContactId))?;
    let mut groups = Vec::new();
    row.contacts = sides(db, &named, &mut groups)?;
    settle(db, &mut row.suggestion)?;
    Ok(Loaded {
        row,
        identifier,
        change,
        groups,
        named: named.len(),
    })
}

/// The stored suggestion; a row that holds none suggests nothing.
fn read_suggestion(text: &str) -> Suggestion {
    serde_json::from_str(text).unwrap_or(Suggestion {
        action: Action::None,
        survivor: None,
        identifier: None,
        to: None,
        since: None,
        confidence: 0.0,
        reasons: Vec::new(),
    })
}

/// A merge since may have made another contact canonical.
fn settle(db: &Connection, suggestion: &mut Suggestion) -> Result<()> {
    if let Some(survivor) = suggestion.survivor {
        suggestion.survivor = canonical(db, survivor)?;
    }
    if let Some(Target::Contact(to)) = suggestion.to {
        suggestion.to = canonical(db, to)?.map(Target::Contact);
    }
    Ok(())
}

/// What is asked about: of a change its current ids, else the identifier.
fn in_dispute(
    db: &Connection,
    identifier: Option<IdentifierId>,
    change: Option<&Change>,
) -> Result<Vec<IdentifierRef>> {
    let ids = change.map_or_else(|| identifier.into_iter().collect(), Change::current_keys);
    let named = ids.into_iter().map(|id| change::reference(db, id));
    Ok(named
        .collect::<Result<Vec<_>>>()?
        .into_iter()
        .flatten()
        .collect())
}

/// The sides in the order in which the evidence names them.
fn sides(db: &Connection, named: &[ContactId], groups: &mut Vec<Group>) -> Result<Vec<CaseSide>> {
    let mut sides: Vec<CaseSide> = Vec::new();
    for contact in named {
        let Some(home) = home(db, *contact)? else {
            continue;
        };
        if let Some(place) = groups.iter().position(|g| g.members.contains(&home)) {
            if !sides[place].homes.contains(&home) {
                sides[place].homes.push(home);
            }
            continue;
        }
        let group = Group::of(db, home)?;
        let identifiers = group.identifiers(db)?;
        sides.push(CaseSide {
            contact: group.canonical,
            name: group.name(db, &identifiers)?,
            homes: vec![home],
            identifiers,
        });
        groups.push(group);
    }
    Ok(sides)
}
