//! One case, whole: its line in the queue, what it rests on, what was answered,
//! both sides, and what each answer would do.

use super::cases::load;
use super::change::reference;
use super::query::{rows, time, word};
use super::route::After;
use super::{contact, decision, outcome, route, superseded, thread};
use crate::domain::fact::Surface;
use crate::domain::ids::{CaseId, EventId, IdentifierId, SightingId};
use crate::domain::time::Timestamp;
use crate::review::page::{CasePage, EvidenceRow};
use crate::store::Result;
use crate::store::sqlite::{claim, four_eyes};
use rusqlite::Connection;

/// The page of a case.
pub(in crate::store::sqlite) fn page(
    db: &Connection,
    case: CaseId,
    now: Timestamp,
) -> Result<CasePage> {
    let mut loaded = load(db, case, now)?;
    let superseded = superseded::by(db, case, &loaded)?;
    if let (Some(made), Some(why)) = (&superseded, &mut loaded.row.superseded_by)
        && !why.contains("decision")
    {
        *why += ", by decision ";
        *why += &made.decision.to_string();
    }
    let decisions = decision::of_case(db, case)?;
    let mut sides = Vec::new();
    let mut threads = Vec::new();
    for group in &loaded.groups {
        let through = thread::of_group(db, group)?;
        threads.extend(route::threads(db, group, &through)?);
        sides.push(contact::whole(db, group, &through, now)?);
    }
    let threads = route::once_each(threads);
    let members = loaded.groups.iter().flat_map(|g| &g.members);
    let mut kept_apart = decision::apart(db, &members.copied().collect::<Vec<_>>())?;
    kept_apart.retain(|made| made.case != Some(case));
    Ok(CasePage {
        routes: route::routes(db, &threads, &After::default())?,
        kept_apart,
        superseded_by_decision: superseded,
        evidence: evidence(db, case)?,
        claim: claim::standing(db, case, now)?,
        proposals: four_eyes::of_case(db, case)?,
        outcomes: outcome::all(db, &loaded, &threads, &decisions)?,
        decisions,
        sides,
        row: loaded.row,
    })
}

/// What a case rests on, oldest first.
fn evidence(db: &Connection, case: CaseId) -> Result<Vec<EvidenceRow>> {
    let sql = r#"SELECT e.sighting, e.event, e.at, h.surface, e.count, n.raw,
                   s.bsuid, s.phone, s.variant, s.attested, s.parent, s.username
                 FROM evidence e JOIN event v ON v.id = e.event JOIN shape h ON h.id = v.shape
                   LEFT JOIN name n ON n.id = v.name LEFT JOIN sighting s ON s.id = e.sighting
                 WHERE e."case" = ?1 ORDER BY e.at, e.event"#;
    let found = rows(db, sql, [case.0], |r| {
        let ids = (6..12).map(|column| r.get::<_, Option<i64>>(column));
        let ids: Vec<i64> = ids
            .collect::<rusqlite::Result<Vec<_>>>()?
            .into_iter()
            .flatten()
            .collect();
        let sighting: i64 = r.get(0)?;
        let row = EvidenceRow {
            sighting: (sighting != 0).then_some(SightingId(sighting)),
            event: EventId(r.get(1)?),
            at: time(r, 2)?,
            surface: word(r, 3, Surface::parse)?,
            identifiers: Vec::new(),
            count: r.get(4)?,
            name: r.get(5)?,
        };
        Ok((row, ids))
    })?;
    let named = |(mut row, ids): (EvidenceRow, Vec<i64>)| {
        for id in ids.into_iter().filter(|id| *id != 0) {
            row.identifiers.extend(reference(db, IdentifierId(id))?);
        }
        Ok(row)
    };
    found.into_iter().map(named).collect()
}
