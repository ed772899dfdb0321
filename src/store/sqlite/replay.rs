//! `doctor --replay`: the whole log with the standing decisions, through the
//! same resolver, against what is stored. It finds what SQLite's own check
//! cannot: rows that are well formed and untrue.

use super::across;
use super::apply::replay;
use super::load::Loader;
use super::standing::{facts, work_out};
use super::terms::{Terms, decision};
use super::write::{homes_of, labels, names};
use crate::domain::case::Action;
use crate::domain::ids::{CaseId, ContactId, DecisionId, IdentifierId};
use crate::resolve::cases::CaseKey;
use crate::resolve::homes::Homes;
use crate::review::page::Check;
use crate::store::Result;
use rusqlite::{Connection, OptionalExtension};
use std::collections::{BTreeMap, BTreeSet};

/// Compares links, contacts, questions, cases and the rows of standing
/// decisions with a replay.
pub(super) fn checks(db: &Connection) -> Result<Vec<Check>> {
    let part = Loader::default().whole(db)?;
    let homes = replay(db, &part)?;
    Ok(vec![
        check("replay_links", &links(db, &homes)?),
        check("replay_contacts", &contacts(db, &homes)?),
        check("replay_questions", &questions(db, &homes)?),
        check("replay_cases", &cases(db)?),
        check("replay_decisions", &decisions(db)?),
    ])
}

fn check(name: &str, faults: &[String]) -> Check {
    let detail = match faults {
        [] => "equal".to_owned(),
        [first, rest @ ..] => format!("{first}; {} more", rest.len()),
    };
    Check {
        check: name.into(),
        ok: faults.is_empty(),
        detail,
    }
}

type LinkRow = (
    i64,
    Option<i64>,
    i64,
    String,
    Option<i64>,
    Option<i64>,
    bool,
);

fn links(db: &Connection, homes: &Homes) -> Result<Vec<String>> {
    let mut stored: BTreeMap<i64, Vec<LinkRow>> = BTreeMap::new();
    let mut query = db.prepare(
        "SELECT identifier, since, until, contact, state, through, pinned, unconfirmed FROM link ORDER BY identifier, ordinal",
    )?;
    let rows = query.query_map([], |r| {
        let row = (
            r.get(1)?,
            r.get(2)?,
            r.get(3)?,
            r.get(4)?,
            r.get(5)?,
            r.get(6)?,
            r.get(7)?,
        );
        Ok((r.get(0)?, row))
    })?;
    for row in rows {
        let (identifier, link): (i64, LinkRow) = row?;
        stored.entry(identifier).or_default().push(link);
    }
    let mut faults = Vec::new();
    let mut idents: BTreeSet<i64> = stored.keys().copied().collect();
    idents.extend(homes.timelines().keys().map(|id| id.0));
    for ident in idents {
        let line = homes.timelines().get(&IdentifierId(ident));
        let replayed: Vec<LinkRow> = line
            .iter()
            .flat_map(|line| line.links.iter().map(|link| (*line, link)))
            .map(|(line, l)| {
                (
                    l.since.0,
                    l.until.map(|t| t.0),
                    l.contact.0,
                    l.state.as_str().to_owned(),
                    l.through.map(|e| e.0),
                    l.pinned.map(|d| d.0),
                    homes.is_unconfirmed(line, l),
                )
            })
            .collect();
        let kept = stored.remove(&ident).unwrap_or_default();
        if kept != replayed {
            faults.push(format!(
                "identifier {ident}: stored {kept:?}, replayed {replayed:?}"
            ));
        }
    }
    Ok(faults)
}

fn contacts(db: &Connection, homes: &Homes) -> Result<Vec<String>> {
    let mut query = db.prepare("SELECT id FROM contact WHERE present ORDER BY id")?;
    let stored: BTreeSet<ContactId> = query
        .query_map([], |r| Ok(ContactId(r.get(0)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let replayed: BTreeSet<ContactId> = homes.contacts().keys().copied().collect();
    let mut faults: Vec<String> = stored
        .symmetric_difference(&replayed)
        .map(|id| format!("contact {id} exists on one side only"))
        .collect();
    for id in stored.intersection(&replayed) {
        let Some(contact) = homes.contacts().get(id) else {
            continue;
        };
        let kept: (String, String) = db
            .prepare_cached("SELECT name, words FROM contact WHERE id = ?1")?
            .query_row([id.0], |r| Ok((r.get(0)?, r.get(1)?)))?;
        let (name, words) = names(contact);
        if kept != (name.to_owned(), words) {
            faults.push(format!("contact {id} is stored under other names"));
        }
        let kept = stored_labels(db, *id)?;
        let replayed: Vec<LabelRow> = labels(contact)
            .into_iter()
            .map(|(ident, since, until, state, event)| (ident, since, until, state.into(), event))
            .collect();
        if kept != replayed {
            faults.push(format!(
                "contact {id} is stored with the labels {kept:?}, replayed with {replayed:?}"
            ));
        }
    }
    Ok(faults)
}

type LabelRow = (i64, i64, Option<i64>, String, i64);

fn stored_labels(db: &Connection, contact: ContactId) -> Result<Vec<LabelRow>> {
    let mut query = db.prepare_cached(
        "SELECT identifier, since, until, state, event FROM label WHERE contact = ?1 ORDER BY ordinal",
    )?;
    let found = query.query_map([contact.0], |r| {
        Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?))
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

fn questions(db: &Connection, homes: &Homes) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut query =
        db.prepare("SELECT id, key, kind FROM cases WHERE asked AND kind <> 'manual'")?;
    let rows = query.query_map([], |r| Ok((CaseId(r.get(0)?), r.get(1)?, r.get(2)?)))?;
    let mut stored: BTreeMap<String, (CaseId, String)> = BTreeMap::new();
    for row in rows {
        let (case, key, kind) = row?;
        stored.insert(key, (case, kind));
    }
    let across = across::asked(db, homes)?;
    let own = homes
        .asks()
        .iter()
        .filter(|(key, _)| !across::is_about_forms(key));
    let asked = across
        .iter()
        .filter_map(|(key, ask)| Some((key, ask.as_ref()?)));
    for (key, ask) in own.chain(asked) {
        let Some((case, kind)) = stored.remove(&key.text()) else {
            faults.push(format!(
                "{} is asked by the replay only",
                CaseKey::text(key)
            ));
            continue;
        };
        let count: i64 = db.query_row(
            r#"SELECT coalesce(sum(count), 0) FROM evidence WHERE "case" = ?1"#,
            [case.0],
            |r| r.get(0),
        )?;
        let same = kind == ask.kind.as_str()
            && homes_of(db, case)? == ask.contacts
            && count == ask.evidence.iter().map(|e| e.count).sum::<i64>();
        if !same {
            faults.push(format!(
                "case {case} is stored as {kind}, {:?}; replayed as {ask:?}",
                homes_of(db, case)?
            ));
        }
    }
    faults.extend(
        stored
            .into_iter()
            .map(|(key, (case, _))| format!("case {case} ({key}) is asked by the store only")),
    );
    Ok(faults)
}

fn cases(db: &Connection) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut query = db.prepare("SELECT id FROM cases ORDER BY id")?;
    for case in query.query_map([], |r| Ok(CaseId(r.get(0)?)))? {
        let case = case?;
        let stored = facts(db, case)?;
        let (stands, _) = work_out(db, case, &stored)?;
        if stands.state != stored.state {
            faults.push(format!(
                "case {case} is stored as {}, and stands as {}",
                stored.state, stands.state
            ));
        }
    }
    Ok(faults)
}

/// The rows by which standing decisions are found, against the decisions.
fn decisions(db: &Connection) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut query = db
        .prepare("SELECT id, undone_by IS NULL FROM decision WHERE action <> 'undo' ORDER BY id")?;
    for row in query.query_map([], |r| Ok((DecisionId(r.get(0)?), r.get::<_, bool>(1)?)))? {
        let (id, stands) = row?;
        let made = decision(db, id)?;
        let present = |table: &str| -> Result<bool> {
            let sql = format!("SELECT 1 FROM {table} WHERE decision = ?1 LIMIT 1");
            Ok(db
                .prepare_cached(&sql)?
                .query_row([id.0], |_| Ok(()))
                .optional()?
                .is_some())
        };
        let Terms {
            accepts, rejects, ..
        } = made.terms;
        for (table, wanted) in [
            ("edge", made.action == Action::Merge),
            ("relink", made.action == Action::Relink),
            ("verdict", accepts.or(rejects).is_some()),
        ] {
            if present(table)? != (stands && wanted) {
                faults.push(format!("decision {id} and its rows in {table} disagree"));
            }
        }
        if !stands && present("wall")? {
            faults.push(format!("decision {id} does not stand, its wall does"));
        }
    }
    Ok(faults)
}
