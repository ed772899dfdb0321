//! `doctor --replay`: the whole log with the standing decisions, through the
//! same resolver, against what is stored. It finds what SQLite's own check
//! cannot: rows that are well formed and untrue.

use super::across;
use super::apply::replay;
use super::derived;
use super::load::Loader;
use super::schema::is_outdated;
use super::standing::{facts, stands, text};
use super::write::{homes_of, labels, names};
use crate::domain::ids::{CaseId, ContactId, EventId, IdentifierId};
use crate::resolve::cases::{CaseKey, Evidence};
use crate::resolve::entry::Founder;
use crate::resolve::homes::{Ask, Contact, Homes};
use crate::review::page::Check;
use crate::store::Result;
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};

/// Compares links, contacts, questions, cases and the rows of standing
/// decisions with a replay.
pub(super) fn checks(db: &Connection) -> Result<Vec<Check>> {
    let part = Loader::default().whole(db)?;
    let homes = replay(db, &part)?;
    Ok(vec![
        check("replay_links", &links(db, &homes)?),
        check("replay_contacts", &contacts(db, &homes)?),
        check("replay_changes", &changes(db, &homes)?),
        check("replay_questions", &questions(db, &homes)?),
        check("replay_cases", &cases(db)?),
        check("replay_decisions", &derived::decisions(db, &homes)?),
        check("founders", &derived::founders(db)?),
        check("places", &derived::places(db)?),
        check("sightings", &derived::sightings(db)?),
        check("payloads", &derived::payloads(db)?),
    ])
}

pub(super) fn check(name: &str, faults: &[String]) -> Check {
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
                    l.through().map(|e| e.0),
                    l.pinned().map(|d| d.0),
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
    let replayed: BTreeSet<ContactId> = homes.contacts().keys().collect();
    let mut faults: Vec<String> = stored
        .symmetric_difference(&replayed)
        .map(|id| format!("contact {id} exists on one side only"))
        .collect();
    for id in stored.intersection(&replayed) {
        let Some(contact) = homes.contacts().get(id) else {
            continue;
        };
        faults.extend(row_of(db, *id, contact)?);
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

/// What is untrue in a contact's own row.
fn row_of(db: &Connection, id: ContactId, contact: &Contact) -> Result<Option<String>> {
    let (names_kept, founding) = db
        .prepare_cached(
            "SELECT name, words, founder_event, founder_decision, chief, founded_at
             FROM contact WHERE id = ?1",
        )?
        .query_row([id.0], |r| {
            let names: (String, String) = (r.get(0)?, r.get(1)?);
            let founding: [Option<i64>; 4] = [r.get(2)?, r.get(3)?, r.get(4)?, r.get(5)?];
            Ok((names, founding))
        })?;
    let (name, words) = names(contact);
    if names_kept != (name.to_owned(), words) {
        return Ok(Some(format!("contact {id} is stored under other names")));
    }
    let (event, decision) = match contact.founding.founder {
        Founder::Event(event) => (Some(event.0), None),
        Founder::Decision(decision) => (None, Some(decision.0)),
    };
    // A reject can found through another id where a copy that came later names
    // more: its contact keeps the one that it was founded by.
    let through = [
        Some(contact.founding.chief.id.0),
        Some(contact.founding.at.0),
    ];
    let same =
        founding[..2] == [event, decision] && (decision.is_some() || founding[2..] == through);
    if !same {
        return Ok(Some(format!(
            "contact {id} was founded otherwise than is stored"
        )));
    }
    Ok(None)
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

/// Of which change each event is a copy.
fn changes(db: &Connection, homes: &Homes) -> Result<Vec<String>> {
    let mut query = db.prepare("SELECT event, change FROM claim ORDER BY event")?;
    let mut faults = Vec::new();
    for row in query.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))? {
        let (event, kept): (i64, i64) = row?;
        let first = homes.change_of(EventId(event));
        let first = first.map_or(event, |first| first.0);
        if first != kept {
            faults.push(format!(
                "event {event} is stored as a copy of change {kept}, and is one of {first}"
            ));
        }
    }
    Ok(faults)
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
        let told = told(db, case)?;
        let same = kind == ask.kind.as_str()
            && homes_of(db, case)? == ask.contacts
            && evidence_of(db, case)? == evidence_in(ask)
            && told == telling(key, ask, told);
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

/// Rows of evidence: sighting, event, time, count, last event.
type Told = BTreeSet<[i64; 5]>;

fn evidence_of(db: &Connection, case: CaseId) -> Result<Told> {
    let mut query = db.prepare_cached(
        r#"SELECT sighting, event, at, count, last FROM evidence WHERE "case" = ?1"#,
    )?;
    let found = query.query_map([case.0], |r| {
        Ok([r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?])
    })?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

fn evidence_in(ask: &Ask) -> Told {
    let row = |e: &Evidence| [e.sighting.0, e.event.0, e.at.0, e.count, e.last.0];
    ask.evidence.iter().map(row).collect()
}

/// What a case's row tells of its question: since when it is asked, by which
/// event, the last one, the identifier in dispute, the change.
type Telling = [Option<i64>; 5];

fn told(db: &Connection, case: CaseId) -> Result<Telling> {
    let sql =
        "SELECT opened_at, first_event, last_event, identifier, change FROM cases WHERE id = ?1";
    Ok(db.prepare_cached(sql)?.query_row([case.0], |r| {
        Ok([r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?])
    })?)
}

/// An answered question that has lost all its evidence stays asked since when it was.
fn telling(key: &CaseKey, ask: &Ask, told: Telling) -> Telling {
    let last = ask.evidence.iter().map(|e| e.last.0).max().unwrap_or(0);
    let change = match key {
        CaseKey::Change(event) => Some(event.0),
        _ => None,
    };
    [
        ask.evidence.first().map_or(told[0], |e| Some(e.at.0)),
        Some(ask.arose().0),
        Some(last),
        key.identifier().map(|id| id.0),
        change,
    ]
}

fn cases(db: &Connection) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    // What older rules suggested may have been right then.
    let outdated = is_outdated(db)?;
    let mut query = db.prepare("SELECT id FROM cases ORDER BY id")?;
    for case in query.query_map([], |r| Ok(CaseId(r.get(0)?)))? {
        let case = case?;
        let stored = facts(db, case)?;
        let (stands, suggests) = stands(db, case, &stored)?;
        let (state, until, by, confidence, suggested): (
            String,
            Option<i64>,
            Option<String>,
            f64,
            String,
        ) = db
            .prepare_cached(
                "SELECT state, until, superseded_by, confidence, suggestion FROM cases WHERE id = ?1",
            )?
            .query_row([case.0], |r| {
                Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?, r.get(4)?))
            })?;
        if until != stands.until.map(|until| until.0) || by != stands.by {
            faults.push(format!(
                "case {case} stands for another reason, or time, than is stored"
            ));
        }
        if stands.state.as_str() != state {
            faults.push(format!(
                "case {case} is stored as {state}, and stands as {}",
                stands.state
            ));
        }
        if let Some(suggests) = suggests.filter(|_| !outdated)
            && (text(&suggests)?, suggests.confidence.to_bits())
                != (suggested, confidence.to_bits())
        {
            faults.push(format!(
                "case {case} is stored with another suggestion than {} at {}",
                suggests.action, suggests.confidence
            ));
        }
    }
    Ok(faults)
}
