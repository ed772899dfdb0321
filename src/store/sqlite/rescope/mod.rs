//! `rescope`: the store under another portfolio map. Which portfolio an event
//! belongs to is read off its own delivery again, the rows that name a BSUID
//! follow (`rows`), and then the whole log is replayed with the standing
//! decisions, in one transaction.
//!
//! Contacts keep their ids, since each belongs to the log entry that founded
//! it. A decision that would be impossible under the new map (its contact is
//! not founded any more, the change that it accepts is a copy of another)
//! refuses the whole, or is undone before, as its operator would have to.

mod block;
mod rows;
mod sets;

use super::across;
use super::apply::{Obstacles, refused, replay, write_part};
use super::error::Doing;
use super::group;
use super::ingest::count_intake;
use super::load::Loader;
use super::record::{self, Subject};
use super::schema;
use super::standing::restate;
use super::terms::decision;
use super::undo;
use super::write::{Turnover, write_ask};
use crate::domain::case::Action;
use crate::domain::ids::{CaseId, ContactId, DecisionId, EventId};
use crate::resolve::homes::Homes;
use crate::review::page::Rescoped;
use crate::review::refusal::Code;
use crate::store::{By, Rescope, Result, StoreError};
pub(super) use block::Block;
use rows::Moves;
use rusqlite::{Connection, TransactionBehavior, params};
use serde_json::json;
use std::collections::BTreeSet;

/// Changes whose copies are told apart anew; each round can only part or join
/// some more, and few stores need a second.
const ROUNDS: usize = 8;

/// Moves what is stored to the portfolios of another map.
pub(super) fn rescope(db: &mut Connection, ask: &Rescope<'_>, by: &By) -> Result<Rescoped> {
    let tx = db
        .transaction_with_behavior(TransactionBehavior::Exclusive)
        .doing("beginning to write")?;
    let mut undone: Vec<DecisionId> = Vec::new();
    let done = loop {
        tx.execute_batch("SAVEPOINT rescope")?;
        match once(&tx, ask, by) {
            Ok(done) => break Rescoped { undone, ..done },
            Err(StoreError::Refused(refusal)) if ask.cascade && refusal.code == Code::Depends => {
                // Undone under the old map, where it still can be.
                tx.execute_batch("ROLLBACK TO rescope; RELEASE rescope")?;
                let before = undone.len();
                for id in &refusal.by_decisions {
                    if decision(&tx, *id)?.undone_by.is_none() {
                        let all = undo::within(&tx, vec![*id], true, by)?;
                        undone.extend(all.iter().filter_map(|done| done.undoes));
                    }
                }
                if undone.len() == before {
                    return Err(StoreError::Refused(refusal));
                }
            }
            Err(error) => return Err(error),
        }
    };
    if ask.dry_run {
        tx.rollback().doing("taking the dry run back")?;
        return Ok(Rescoped {
            applied: false,
            dry_run: true,
            ..done
        });
    }
    count_intake(&tx)?;
    tx.commit().doing("committing the new portfolios")?;
    Ok(done)
}

fn once(db: &Connection, ask: &Rescope<'_>, by: &By) -> Result<Rescoped> {
    let before = tally(db)?;
    let moves = Moves::read(db, ask.map)?;
    let map_before = rows::in_use(db)?;
    let (events, identifiers) = moves.carry_out(db, ask)?;
    let mut obstacles = Obstacles::default();
    rebuild(db, &mut obstacles)?;
    if let Some(mut refusal) = obstacles.refusal(DecisionId(0)) {
        let list: Vec<String> = refusal
            .by_decisions
            .iter()
            .map(ToString::to_string)
            .collect();
        refusal.detail = format!(
            "under the new map standing decision {} would become impossible; undo it first, or use --cascade to undo it too",
            list.join(", ")
        );
        return Err(refused(refusal));
    }
    let subject = Subject {
        action: Action::Rescope,
        made: None,
        batch: None,
        case: None,
    };
    schema::follow_rules(db)?;
    let map_after = rows::in_use(db)?;
    record::append(
        db,
        &subject,
        by,
        &json!({ "portfolios": map_before }),
        &json!({ "portfolios": map_after }),
    )?;
    let after = tally(db)?;
    Ok(Rescoped {
        applied: true,
        dry_run: false,
        numbers: moves.numbers,
        events,
        identifiers,
        contacts_before: before.0,
        contacts_after: after.0,
        open_cases_before: before.1,
        open_cases_after: after.1,
        undone: Vec::new(),
    })
}

/// How many contacts exist, and how many cases are open.
fn tally(db: &Connection) -> Result<(i64, i64)> {
    let sql = "SELECT (SELECT count(*) FROM contact WHERE present),
                      (SELECT count(*) FROM cases WHERE state = 'open')";
    Ok(db.query_row(sql, [], |r| Ok((r.get(0)?, r.get(1)?)))?)
}

/// Replays the whole log and writes all that follows from it.
fn rebuild(db: &Connection, obstacles: &mut Obstacles) -> Result<()> {
    db.execute("DELETE FROM link", [])?;
    let mut part = Loader::default().whole(db)?;
    let mut homes = replay(db, &part)?;
    for _ in 0..ROUNDS {
        if !tell_copies(db, &homes)? {
            break;
        }
        part = Loader::default().whole(db)?;
        homes = replay(db, &part)?;
    }
    let lost = "SELECT decision FROM verdict v
                WHERE NOT EXISTS (SELECT 1 FROM claim c WHERE c.event = v.change AND c.change = v.change)";
    obstacles.decisions.extend(decisions(db, lost)?);
    db.execute(
        "UPDATE cases SET asked = 0 WHERE change IS NOT NULL AND change NOT IN (SELECT change FROM claim)",
        [],
    )?;
    // What is asked across parts needs the links of all of them.
    let asked = replay(db, &part)?;
    write_part(db, &part, homes, obstacles)?;
    for (key, ask) in across::asked(db, &asked)? {
        write_ask(db, &key, ask.as_ref(), &mut Turnover::default())?;
    }
    let contacts: BTreeSet<ContactId> = ids(db, "SELECT id FROM contact")?
        .into_iter()
        .map(ContactId)
        .collect();
    obstacles.losing = group::regroup(db, DecisionId(0), &contacts)?.losing;
    for case in ids(db, "SELECT id FROM cases")? {
        restate(db, CaseId(case), false)?;
    }
    Ok(())
}

/// Writes of which change each event is a copy now; says whether any differs.
fn tell_copies(db: &Connection, homes: &Homes) -> Result<bool> {
    let mut changed = false;
    let mut update =
        db.prepare_cached("UPDATE claim SET change = ?2 WHERE event = ?1 AND change <> ?2")?;
    for event in ids(db, "SELECT event FROM claim")? {
        let first = homes
            .change_of(EventId(event))
            .map_or(event, |first| first.0);
        changed |= update.execute(params![event, first])? > 0;
    }
    Ok(changed)
}

fn ids(db: &Connection, sql: &str) -> Result<Vec<i64>> {
    let mut query = db.prepare_cached(sql)?;
    let found = query.query_map([], |r| r.get(0))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

fn decisions(db: &Connection, sql: &str) -> Result<Vec<DecisionId>> {
    Ok(ids(db, sql)?.into_iter().map(DecisionId).collect())
}
