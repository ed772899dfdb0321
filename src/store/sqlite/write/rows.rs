//! The rows of what the resolver holds: links, contacts with their labels, walls.

use crate::domain::ids::{ContactId, DecisionId, EventId, IdentifierId};
use crate::resolve::entry::Founder;
use crate::resolve::homes::{Contact, Homes};
use crate::store::Result;
use rusqlite::{Connection, params};
use std::collections::BTreeSet;

/// Writes the walls of a standing reject, and gives those that were not there
/// or are not any more.
pub(super) fn write_reject_walls(
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

pub(super) fn write_links(
    db: &Connection,
    homes: &Homes,
    ident: IdentifierId,
    new: bool,
) -> Result<()> {
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

pub(super) fn write_contact(
    db: &Connection,
    id: ContactId,
    contact: &Contact,
    new: bool,
) -> Result<()> {
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
pub(in crate::store::sqlite) fn names(contact: &Contact) -> (&str, String) {
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
pub(in crate::store::sqlite) type Label = (i64, i64, Option<i64>, &'static str, i64);

/// The usernames and parent BSUIDs of a contact.
pub(in crate::store::sqlite) fn labels(contact: &Contact) -> Vec<Label> {
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
pub(in crate::store::sqlite) fn write_wall(
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
