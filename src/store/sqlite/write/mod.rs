//! Writes what a replay or an ingest touched: links, contacts, labels, walls
//! of rejects, and the questions with their evidence. The rows are replaced,
//! never patched, so that they equal what the resolver holds.

mod asks;
mod rows;

use super::across::{self, Twins};
use super::apply::naming;
use super::group;
use super::standing::restate;
use crate::domain::ids::{CaseId, ContactId, DecisionId};
use crate::resolve::cases::CaseKey;
use crate::resolve::homes::{Ask, Dirty, Homes};
use crate::store::Result;
pub(super) use asks::{homes_of, write_ask, write_sides};
pub(super) use rows::{labels, names, write_wall};
use rows::{write_contact, write_links, write_reject_walls};
use rusqlite::Connection;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What a write did to the queue.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Turnover {
    /// Cases that are asked for the first time.
    pub(super) opened: u64,
    /// Cases that became moot.
    pub(super) superseded: u64,
}

/// What a writer knows of the rows beforehand, so that it need not ask.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'a> {
    /// The numbers from which on identifiers and contacts have no rows yet.
    pub(super) ident: i64,
    pub(super) contact: i64,
    /// The two forms of each phone.
    pub(super) twins: Option<&'a Twins>,
}

impl Known<'_> {
    /// Nothing: everything may have rows.
    pub(super) const NOTHING: Self = Self {
        ident: i64::MAX,
        contact: i64::MAX,
        twins: None,
    };
}

/// What was written.
#[derive(Default)]
pub(super) struct Written {
    turnover: Turnover,
    /// The cases that it concerns.
    pub(super) cases: BTreeSet<CaseId>,
    /// Contacts between which a reject raises a wall now, or none any more.
    walled: BTreeSet<ContactId>,
}

/// Writes what traffic made dirty, and works out anew where the groups and the
/// cases that it concerns stand.
pub(super) fn flush(
    db: &Connection,
    homes: &Homes,
    dirty: &Dirty,
    known: Known<'_>,
) -> Result<Turnover> {
    let written = write(db, homes, dirty, known)?;
    let mut turnover = written.turnover;
    let mut concerned: BTreeMap<CaseId, bool> = written
        .cases
        .into_iter()
        .map(|case| (case, false))
        .collect();
    if !written.walled.is_empty() {
        let regrouped = group::regroup(db, DecisionId(0), &written.walled)?;
        concerned.extend(regrouped.turned.iter().map(|case| (*case, false)));
        let dissolved = group::any_dissolved(db)?;
        let (members, moved) = (regrouped.members, regrouped.moved);
        concerned.append(&mut naming(db, members, moved, dissolved)?);
    }
    let mut shown = shown_anew(db, homes, dirty, known)?;
    shown.retain(|case| !concerned.contains_key(case));
    for (case, moved) in concerned {
        turnover.superseded += u64::from(restate(db, case, moved)?);
    }
    for case in shown {
        turnover.superseded += u64::from(suggest_anew(db, case)?);
    }
    Ok(turnover)
}

/// The cases that wait and name somebody, or the group of somebody, of whom
/// names or links are dirty: what is suggested looks at both sides' names and
/// BSUIDs. Contacts without a row yet are named by what was written just now.
fn shown_anew(
    db: &Connection,
    homes: &Homes,
    dirty: &Dirty,
    known: Known<'_>,
) -> Result<BTreeSet<CaseId>> {
    let lines = dirty
        .links
        .iter()
        .filter_map(|id| homes.timelines().get(id));
    let holders = lines.flat_map(|line| line.links.iter().map(|link| link.contact));
    let touched: BTreeSet<ContactId> = holders
        .chain(dirty.contacts.iter().copied())
        .filter(|id| id.0 < known.contact)
        .collect();
    let mut query = db.prepare_cached(
        r#"WITH own(id) AS (SELECT canonical FROM contact WHERE id = ?1)
           SELECT c.id
           FROM (SELECT id FROM own
                 UNION ALL
                 SELECT m.id FROM own CROSS JOIN contact m ON m.canonical = own.id AND m.canonical <> m.id) g
           CROSS JOIN case_contact k ON k.contact = g.id CROSS JOIN cases c ON c.id = k."case"
           WHERE c.state IN ('open', 'deferred')"#,
    )?;
    let mut cases = BTreeSet::new();
    for contact in &touched {
        for case in query.query_map([contact.0], |r| r.get(0).map(CaseId))? {
            cases.insert(case?);
        }
    }
    if group::any_dissolved(db)? {
        cases.extend(shown_by_dissolved(db, dirty, &touched)?);
    }
    Ok(cases)
}

/// The same by dissolved contacts, of those that lead to one of these or did.
fn shown_by_dissolved(
    db: &Connection,
    dirty: &Dirty,
    touched: &BTreeSet<ContactId>,
) -> Result<BTreeSet<CaseId>> {
    let mut contacts = BTreeSet::new();
    let mut founded =
        db.prepare_cached("SELECT id FROM contact WHERE chief = ?1 AND NOT present")?;
    for ident in &dirty.links {
        for contact in founded.query_map([ident.0], |r| r.get(0).map(ContactId))? {
            contacts.insert(contact?);
        }
    }
    for contact in touched {
        contacts.extend(group::members(db, group::canonical_of(db, *contact)?)?);
    }
    let cases = naming(db, contacts, BTreeSet::new(), true)?;
    Ok(cases.into_keys().collect())
}

/// Works a case out whose sides show otherwise. Where another answer is
/// suggested by that, or a surer one, it is another version than was seen.
fn suggest_anew(db: &Connection, case: CaseId) -> Result<bool> {
    let read = || -> Result<String> {
        let sql = "SELECT suggestion FROM cases WHERE id = ?1";
        Ok(db.prepare_cached(sql)?.query_row([case.0], |r| r.get(0))?)
    };
    let before = read()?;
    let moot = restate(db, case, false)?;
    if read()? != before {
        db.prepare_cached("UPDATE cases SET version = version + 1 WHERE id = ?1")?
            .execute([case.0])?;
    }
    Ok(moot)
}

/// Writes what is dirty, but for groups and where cases stand.
pub(super) fn write(
    db: &Connection,
    homes: &Homes,
    dirty: &Dirty,
    known: Known<'_>,
) -> Result<Written> {
    let mut written = Written::default();
    let mut links: Vec<_> = dirty.links.iter().copied().collect();
    links.sort_unstable();
    for ident in &links {
        write_links(db, homes, *ident, ident.0 >= known.ident)?;
    }
    let mut contacts: Vec<_> = dirty.contacts.iter().copied().collect();
    contacts.sort_unstable();
    for id in contacts {
        if let Some(contact) = homes.contacts().get(&id) {
            write_contact(db, id, contact, id.0 >= known.contact)?;
        }
    }
    for change in &dirty.changes {
        let state = homes.changes().get(change);
        if let Some(decision) = state.and_then(|state| state.rejected) {
            for (a, b) in write_reject_walls(db, homes, decision)? {
                written.cases.extend(across::naming(db, a, b)?);
                written.walled.extend([a, b]);
            }
        }
    }
    let mut asks: Vec<(CaseKey, Option<Cow<'_, Ask>>)> = dirty
        .asks
        .iter()
        .filter(|key| !across::is_about_forms(key))
        .map(|key| (key.clone(), homes.asks().get(key).map(Cow::Borrowed)))
        .collect();
    let across = across::asked_anew(db, homes, dirty, known.twins)?;
    asks.extend(
        across
            .into_iter()
            .map(|(key, ask)| (key, ask.map(Cow::Owned))),
    );
    // Cases get their numbers in the order in which they became questions.
    asks.sort_by_key(|(_, ask)| ask.as_ref().map(|ask| ask.arose()));
    for (key, ask) in &asks {
        let case = write_ask(db, key, ask.as_deref(), &mut written.turnover)?;
        written.cases.extend(case);
    }
    // No case is about what is new, but for those written just now.
    for ident in links.into_iter().filter(|ident| ident.0 < known.ident) {
        let mut query = db.prepare_cached("SELECT id FROM cases WHERE identifier = ?1")?;
        for case in query.query_map([ident.0], |r| r.get(0))? {
            written.cases.insert(CaseId(case?));
        }
    }
    Ok(written)
}
