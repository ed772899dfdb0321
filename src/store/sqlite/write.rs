//! Writes what a replay or an ingest touched: links, contacts, labels, walls
//! of rejects, and the questions with their evidence. The rows are replaced,
//! never patched, so that they equal what the resolver holds.

use super::across::{self, Twins};
use super::apply::naming;
use super::group;
use super::standing::restate;
use crate::domain::ids::{CaseId, ContactId, DecisionId, EventId, IdentifierId};
use crate::resolve::cases::CaseKey;
use crate::resolve::entry::Founder;
use crate::resolve::homes::{Ask, Contact, Dirty, Homes};
use crate::store::Result;
use rusqlite::{Connection, OptionalExtension, params};
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

/// Writes the walls of a standing reject, and gives those that were not there
/// or are not any more.
fn write_reject_walls(
    db: &Connection,
    homes: &Homes,
    decision: DecisionId,
) -> Result<Vec<(ContactId, ContactId)>> {
    let raised = homes.reject_walls().iter();
    let raised = raised.filter(|(by, _, _)| *by == decision);
    let now: BTreeSet<_> = raised.map(|(_, a, b)| (*a.min(b), *a.max(b))).collect();
    let mut query = db.prepare_cached("SELECT a, b FROM wall WHERE decision = ?1")?;
    let before = query.query_map([decision.0], |r| {
        Ok((ContactId(r.get(0)?), ContactId(r.get(1)?)))
    })?;
    let before: BTreeSet<_> = before.collect::<rusqlite::Result<_>>()?;
    for (a, b) in before.difference(&now) {
        db.prepare_cached("DELETE FROM wall WHERE decision = ?1 AND a = ?2 AND b = ?3")?
            .execute([decision.0, a.0, b.0])?;
    }
    for (a, b) in now.difference(&before) {
        write_wall(db, decision.0, *a, *b, None)?;
    }
    Ok(before.symmetric_difference(&now).copied().collect())
}

fn write_links(db: &Connection, homes: &Homes, ident: IdentifierId, new: bool) -> Result<()> {
    if !new {
        db.prepare_cached("DELETE FROM link WHERE identifier = ?1")?
            .execute([ident.0])?;
    }
    let Some(line) = homes.timelines().get(&ident) else {
        return Ok(());
    };
    let mut insert = db.prepare_cached(
        "INSERT INTO link (identifier, ordinal, since, until, contact, state, through, pinned, unconfirmed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?;
    for (link, ordinal) in line.links.iter().zip(0_i64..) {
        insert.execute(params![
            ident.0,
            ordinal,
            link.since.0,
            link.until.map(|t| t.0),
            link.contact.0,
            link.state.as_str(),
            link.through().map(|e| e.0),
            link.pinned().map(|d| d.0),
            homes.is_unconfirmed(line, link),
        ])?;
    }
    Ok(())
}

fn write_contact(db: &Connection, id: ContactId, contact: &Contact, new: bool) -> Result<()> {
    let (event, decision) = match contact.founding.founder {
        Founder::Event(event) => (Some(event.0), None),
        Founder::Decision(decision) => (None, Some(decision.0)),
    };
    let (name, words) = names(contact);
    db.prepare_cached(
        "INSERT INTO contact (id, founder_event, founder_decision, chief, founded_at, present, canonical, name, words)
         VALUES (?1, ?2, ?3, ?4, ?5, 1, ?1, ?6, ?7)
         ON CONFLICT (id) DO UPDATE SET present = 1, name = excluded.name, words = excluded.words",
    )?
    .execute(params![
        id.0,
        event,
        decision,
        contact.founding.chief.id.0,
        contact.founding.at.0,
        name,
        words,
    ])?;
    if !new {
        db.prepare_cached("DELETE FROM label WHERE contact = ?1")?
            .execute([id.0])?;
    }
    let mut insert = db.prepare_cached("INSERT INTO label VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
    for ((ident, since, until, state, event), ordinal) in labels(contact).into_iter().zip(0_i64..) {
        insert.execute(params![id.0, ordinal, ident, since, until, state, event])?;
    }
    Ok(())
}

/// The shown name of a contact, and the folded words of all its names.
pub(super) fn names(contact: &Contact) -> (&str, String) {
    let shown = contact.book.as_ref().or(contact.profile.as_ref());
    let words: BTreeSet<&str> = contact
        .names
        .iter()
        .flat_map(|n| &n.words)
        .map(String::as_str)
        .collect();
    (
        shown.map_or("", |(_, name)| name.raw.as_str()),
        words.into_iter().collect::<Vec<_>>().join(" "),
    )
}

/// A row of `label`: identifier, since, until, state, event.
pub(super) type Label = (i64, i64, Option<i64>, &'static str, i64);

/// The usernames and parent BSUIDs of a contact.
pub(super) fn labels(contact: &Contact) -> Vec<Label> {
    let next = |i: usize| contact.usernames.get(i + 1).map(|u| u.since);
    let usernames = contact.usernames.iter().enumerate().map(|(i, u)| {
        let until = next(i).map(|until| until.0);
        let state = if until.is_some() { "former" } else { "active" };
        (u.ident.id.0, u.since.0, until, state, 0)
    });
    let parents = contact.parents.iter().map(|p| {
        let state = match (p.until, p.through) {
            (Some(_), _) => "former",
            (None, Some(_)) => "provisional",
            (None, None) => "active",
        };
        let until = p.until.map(|until| until.0);
        (p.ident.id.0, p.since.0, until, state, p.event.0)
    });
    usernames.chain(parents).collect()
}

/// A wall; `after` is the last event that had arrived, by default the decision's own.
pub(super) fn write_wall(
    db: &Connection,
    decision: i64,
    a: ContactId,
    b: ContactId,
    after: Option<EventId>,
) -> Result<()> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO wall (decision, a, b, after)
         VALUES (?1, ?2, ?3, coalesce(?4, (SELECT after FROM decision WHERE id = ?1), 0))",
    )?
    .execute(params![
        decision,
        a.0.min(b.0),
        a.0.max(b.0),
        after.map(|e| e.0)
    ])?;
    Ok(())
}

/// Opens a case or joins evidence to it; `None` where it is not asked and never was.
pub(super) fn write_ask(
    db: &Connection,
    key: &CaseKey,
    ask: Option<&Ask>,
    turnover: &mut Turnover,
) -> Result<Option<CaseId>> {
    let known: Option<(i64, i64)> = db
        .prepare_cached(r#"SELECT id, (SELECT total(count) FROM evidence WHERE "case" = id) FROM cases WHERE key = ?1"#)?
        .query_row([key.text()], |r| Ok((r.get(0)?, to_count(r.get(1)?))))
        .optional()?;
    let Some(ask) = ask else {
        let Some((case, _)) = known else {
            return Ok(None);
        };
        db.prepare_cached("UPDATE cases SET asked = 0 WHERE id = ?1")?
            .execute([case])?;
        return Ok(Some(CaseId(case)));
    };
    let first = ask.evidence.first();
    let last = ask.evidence.iter().map(|e| e.last.0).max().unwrap_or(0);
    let total: i64 = ask.evidence.iter().map(|e| e.count).sum();
    let case = if let Some((case, before)) = known {
        let changed = before != total
            || homes_of(db, CaseId(case))? != ask.contacts
            || kind_of(db, case)? != ask.kind.as_str();
        db.prepare_cached(
            "UPDATE cases SET asked = 1, kind = ?2, last_event = ?3, version = version + ?4, first_event = ?5,
                              opened_at = coalesce(?6, opened_at) WHERE id = ?1",
        )?
        .execute(params![
            case,
            ask.kind.as_str(),
            last,
            changed,
            ask.arose().0,
            first.map(|e| e.at.0)
        ])?;
        case
    } else {
        turnover.opened += 1;
        let change = match key {
            CaseKey::Change(event) => Some(event.0),
            _ => None,
        };
        db.prepare_cached(
            "INSERT INTO cases (key, kind, state, version, asked, opened_at, first_event, last_event,
                                identifier, change, confidence, suggestion)
             VALUES (?1, ?2, 'open', 1, 1, ?3, ?4, ?5, ?6, ?7, 0, '{}')",
        )?
        .execute(params![
            key.text(),
            ask.kind.as_str(),
            first.map_or(0, |e| e.at.0),
            ask.arose().0,
            last,
            key.identifier().map(|id| id.0),
            change,
        ])?;
        db.last_insert_rowid()
    };
    write_sides(db, CaseId(case), &ask.contacts)?;
    db.prepare_cached(r#"DELETE FROM evidence WHERE "case" = ?1"#)?
        .execute([case])?;
    let mut insert = db.prepare_cached("INSERT INTO evidence VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for e in &ask.evidence {
        insert.execute(params![
            case,
            e.sighting.0,
            e.event.0,
            e.at.0,
            e.count,
            e.last.0
        ])?;
    }
    Ok(Some(CaseId(case)))
}

/// Replaces the contacts of a case.
pub(super) fn write_sides(db: &Connection, case: CaseId, contacts: &[ContactId]) -> Result<()> {
    db.prepare_cached(r#"DELETE FROM case_contact WHERE "case" = ?1"#)?
        .execute([case.0])?;
    let mut insert = db.prepare_cached("INSERT INTO case_contact VALUES (?1, ?2, ?3)")?;
    for (contact, ordinal) in contacts.iter().zip(0_i64..) {
        insert.execute([case.0, ordinal, contact.0])?;
    }
    Ok(())
}

/// The homes of a case, in order.
pub(super) fn homes_of(db: &Connection, case: CaseId) -> Result<Vec<ContactId>> {
    let mut query = db
        .prepare_cached(r#"SELECT contact FROM case_contact WHERE "case" = ?1 ORDER BY ordinal"#)?;
    let found = query
        .query_map([case.0], |r| Ok(ContactId(r.get(0)?)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

fn kind_of(db: &Connection, case: i64) -> Result<String> {
    Ok(db
        .prepare_cached("SELECT kind FROM cases WHERE id = ?1")?
        .query_row([case], |r| r.get(0))?)
}

#[allow(clippy::cast_possible_truncation)]
fn to_count(total: f64) -> i64 {
    total as i64
}
