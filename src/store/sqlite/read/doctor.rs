//! The checks of the file and of the invariants that rows alone can show. What
//! only a replay of the log can show is checked elsewhere.

use super::objects;
use super::query::{first, rows};
use super::verify::verify;
use crate::domain::ids::ContactId;
use crate::domain::ids::{DecisionId, EventId};
use crate::resolve::entry::{Edge, Wall};
use crate::resolve::groups::{self, Idle};
use crate::review::page::Check;
use crate::store::{Result, StoreError};
use rusqlite::Connection;
use std::collections::{BTreeSet, HashMap};

/// What a check found: a few words, and whether that is a fault.
type Finding = std::result::Result<String, String>;

/// All checks. One that cannot be made does not hold, and says why.
pub(in crate::store::sqlite) fn check(db: &Connection) -> Result<Vec<Check>> {
    type Look = fn(&Connection) -> Result<Finding>;
    let looks: [(&str, Look); 7] = [
        ("file", file),
        ("schema", schema),
        ("one_live_link", one_live_link),
        ("items", items),
        ("groups", group_fold),
        ("cases", cases),
        ("audit", audit),
    ];
    let mut checks = Vec::new();
    for (name, look) in looks {
        let found = match look(db) {
            Err(locked @ StoreError::Locked(_)) => return Err(locked),
            // Where the store is, the page says above.
            Err(StoreError::Damaged { detail, .. }) => Err(detail),
            Err(e) => Err(e.to_string()),
            Ok(finding) => finding,
        };
        let ok = found.is_ok();
        let (Ok(detail) | Err(detail)) = found;
        checks.push(Check {
            check: name.to_owned(),
            ok,
            detail,
        });
    }
    Ok(checks)
}

/// The finding for a list of faults, the first of them named.
fn unless(faults: &[String], well: impl Into<String>) -> Finding {
    match faults {
        [] => Ok(well.into()),
        [one] => Err(one.clone()),
        [first, rest @ ..] => Err(format!("{first}; {} more", rest.len())),
    }
}

fn file(db: &Connection) -> Result<Finding> {
    let mut faults = rows(db, "PRAGMA quick_check", [], |r| r.get::<_, String>(0))?;
    faults.retain(|line| line != "ok");
    Ok(unless(&faults, "whole"))
}

fn schema(db: &Connection) -> Result<Finding> {
    let (found, expected) = (objects::of(db)?, objects::expected()?);
    let well = format!(
        "{} tables, indexes and triggers as they should be",
        expected.len()
    );
    Ok(unless(&objects::faults(&found, &expected), well))
}

/// Invariant 1: an identifier has one live link at most, at any time.
fn one_live_link(db: &Connection) -> Result<Finding> {
    let name = "(SELECT kind || ':' || value FROM identifier WHERE id = identifier)";
    let twice = format!(
        "SELECT {name} FROM link WHERE state <> 'former' GROUP BY identifier HAVING count(*) > 1"
    );
    let overlap = format!(
        "SELECT DISTINCT {name} FROM (SELECT identifier, since,
           lag(coalesce(until, 9223372036854775807)) OVER (PARTITION BY identifier ORDER BY ordinal) AS before FROM link)
         WHERE before > since"
    );
    let mut faults = Vec::new();
    for (sql, what) in [
        (twice, "has two live links"),
        (overlap, "was held twice at one time"),
    ] {
        let found = rows(db, &sql, [], |r| r.get::<_, Option<String>>(0))?;
        faults.extend(
            found
                .into_iter()
                .map(|id| format!("{} {what}", id.unwrap_or_default())),
        );
    }
    let links = first(db, "SELECT count(*) FROM link", [], |r| r.get::<_, i64>(0))?;
    Ok(unless(&faults, format!("{} links", links.unwrap_or(0))))
}

fn items(db: &Connection) -> Result<Finding> {
    let sql = "SELECT s.what, count(*) FROM event e JOIN shape s ON s.id = e.shape GROUP BY s.what ORDER BY s.what";
    let counts = rows(db, sql, [], |r| {
        Ok((r.get::<_, String>(0)?, r.get::<_, i64>(1)?))
    })?;
    let known = [
        "message",
        "status",
        "change",
        "sighting",
        "nothing",
        "unrecognised",
    ];
    let strange = counts
        .iter()
        .filter(|(what, _)| !known.contains(&what.as_str()));
    let mut faults: Vec<String> = strange
        .map(|(what, n)| format!("{n} events are '{what}'"))
        .collect();
    let sql = "SELECT count(*) FROM event WHERE payload NOT IN (SELECT id FROM payload)";
    let lost = first(db, sql, [], |r| r.get::<_, i64>(0))?.unwrap_or(0);
    if lost > 0 {
        faults.push(format!("{lost} events have lost their payload"));
    }
    let sql = "SELECT count(*) FROM quarantine";
    let unread = first(db, sql, [], |r| r.get::<_, i64>(0))?.unwrap_or(0);
    let mut told: Vec<String> = counts
        .iter()
        .map(|(what, n)| format!("{n} {what}"))
        .collect();
    told.push(format!("{unread} quarantined"));
    Ok(unless(&faults, told.join(", ")))
}

/// Invariant 4: canonical contacts are the fold over the standing merges, and
/// no group contains a walled pair.
fn group_fold(db: &Connection) -> Result<Finding> {
    let edges = rows(
        db,
        "SELECT decision, a, b, survivor, after FROM edge ORDER BY decision, a, b",
        [],
        |r| {
            Ok(Edge {
                decision: DecisionId(r.get(0)?),
                a: ContactId(r.get(1)?),
                b: ContactId(r.get(2)?),
                survivor: ContactId(r.get(3)?),
                after: EventId(r.get(4)?),
            })
        },
    )?;
    let walls = rows(
        db,
        "SELECT decision, a, b FROM wall ORDER BY decision",
        [],
        |r| {
            Ok(Wall {
                decision: DecisionId(r.get(0)?),
                a: ContactId(r.get(1)?),
                b: ContactId(r.get(2)?),
            })
        },
    )?;
    let folded = groups::fold(&BTreeSet::new(), &edges, &walls);
    let stands: HashMap<ContactId, ContactId> = folded
        .groups
        .iter()
        .flat_map(|group| {
            group
                .members
                .iter()
                .map(|member| (*member, group.canonical))
        })
        .collect();
    let sql = "SELECT w.decision, w.a, w.b FROM wall w JOIN contact a ON a.id = w.a JOIN contact b ON b.id = w.b
               WHERE a.canonical = b.canonical ORDER BY w.decision";
    let mut faults = rows(db, sql, [], |r| {
        let (decision, a, b): (i64, i64, i64) = (r.get(0)?, r.get(1)?, r.get(2)?);
        Ok(format!(
            "contacts {a} and {b} are one group, though decision {decision} keeps them apart"
        ))
    })?;
    let sql = "SELECT id, canonical FROM contact WHERE canonical <> id OR id IN (SELECT a FROM edge UNION SELECT b FROM edge)";
    for (contact, canonical) in rows(db, sql, [], |r| {
        Ok((ContactId(r.get(0)?), ContactId(r.get(1)?)))
    })? {
        let expected = stands.get(&contact).copied().unwrap_or(contact);
        if canonical != expected {
            faults.push(format!(
                "contact {contact} is shown as {canonical}, and should be as {expected}"
            ));
        }
    }
    let mut well = format!(
        "{} groups of several contacts, {} walls",
        folded
            .groups
            .iter()
            .filter(|group| group.members.len() > 1)
            .count(),
        walls.len()
    );
    if let [Idle { edge, wall }, rest @ ..] = folded.idle.as_slice() {
        let (merge, wall) = (edge.decision, wall.decision);
        well = format!(
            "{well}; merge {merge} has no effect, since decision {wall} keeps its sides apart, and {} more like it",
            rest.len()
        );
    }
    Ok(unless(&faults, well))
}

/// A case is resolved exactly while an answer to it stands and has its effect.
fn cases(db: &Connection) -> Result<Finding> {
    let sql = r#"SELECT id, state FROM cases
                 WHERE (state = 'resolved') <> EXISTS (SELECT 1 FROM decision d WHERE d."case" = cases.id
                   AND d.undone_by IS NULL AND d.action NOT IN ('defer', 'undo')
                   AND NOT EXISTS (SELECT 1 FROM edge e JOIN contact a ON a.id = e.a JOIN contact b ON b.id = e.b
                     WHERE e.decision = d.id AND a.canonical <> b.canonical))"#;
    let found = rows(db, sql, [], |r| {
        Ok((r.get::<_, i64>(0)?, r.get::<_, String>(1)?))
    })?;
    let faults: Vec<String> = found
        .into_iter()
        .map(|(id, state)| match state.as_str() {
            "resolved" => {
                format!("case {id} is resolved, and no answer stands, or none with an effect")
            }
            _ => format!("case {id} is {state}, and an answer stands"),
        })
        .collect();
    let all = first(db, "SELECT count(*) FROM cases", [], |r| r.get::<_, i64>(0))?;
    Ok(unless(&faults, format!("{} cases", all.unwrap_or(0))))
}

fn audit(db: &Connection) -> Result<Finding> {
    let verdict = verify(db, None)?;
    Ok(if verdict.result == "OK" {
        Ok(format!("{} entries, the chain is whole", verdict.entries))
    } else {
        Err(format!("{}: {}", verdict.result, verdict.detail))
    })
}
