//! What a write would change: it is carried out in a savepoint, the rows that
//! it touched are read, and it is taken back. For the preview of an undo.

use super::error::Doing;
use super::question::named;
use super::record::savepoint;
use crate::domain::case::CaseState;
use crate::domain::ids::{CaseId, ContactId};
use crate::domain::time::Timestamp;
use crate::review::page::{Difference, Holding, Shown};
use crate::store::{Result, StoreError};
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeSet;

/// Notes which rows of `cases`, `contact` and `link` are written to. Not with OR
/// IGNORE: the OR of the statement that sets it off would stand in its place.
pub(super) fn watch(db: &Connection) -> Result<()> {
    db.execute_batch(
        "CREATE TEMP TABLE touched (what TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (what, id)) WITHOUT ROWID",
    )?;
    for (table, id) in [("cases", "id"), ("contact", "id"), ("link", "identifier")] {
        for (event, row) in [("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")] {
            db.execute_batch(&format!(
                "CREATE TEMP TRIGGER touched_{table}_{event} AFTER {event} ON main.{table}
                 BEGIN INSERT INTO touched SELECT '{table}', {row}.{id}
                   WHERE NOT EXISTS (SELECT 1 FROM touched WHERE what = '{table}' AND id = {row}.{id}); END"
            ))?;
        }
    }
    Ok(())
}

/// What `write` changes, which is taken back; after [`watch`], in the caller's
/// transaction.
pub(super) fn of<T>(
    db: &Connection,
    write: impl FnOnce(&Connection) -> Result<T>,
) -> Result<Vec<Difference>> {
    // What an earlier write has touched is no difference of this one.
    db.prepare_cached("DELETE FROM temp.touched")?.execute([])?;
    savepoint(db, "SAVEPOINT difference")?;
    let written = write(db).and_then(|_| {
        let touched = touched(db)?;
        Ok((states(db, &touched)?, touched))
    });
    savepoint(db, "ROLLBACK TO difference")?;
    savepoint(db, "RELEASE difference")?;
    let (after, touched) = written?;
    let before = states(db, &touched)?;
    let both = before.into_iter().zip(after);
    Ok(both
        .filter(|(before, after)| before != after)
        .map(|both| match both {
            (State::Case(case, before), State::Case(_, after)) => Difference::Case {
                case,
                before,
                after,
            },
            (State::Contact(contact, before), State::Contact(_, after)) => Difference::Contact {
                contact,
                before,
                after,
            },
            (State::Identifier(identifier, before), State::Identifier(_, after)) => {
                Difference::Identifier {
                    identifier,
                    before,
                    after,
                }
            }
            // Both sides were read of the same rows, in the same order.
            (before, _) => before.alone(),
        })
        .collect())
}

/// A row as it is shown; `None` and empty where there is none.
#[derive(Debug, PartialEq)]
enum State {
    Case(CaseId, Option<CaseState>),
    Contact(ContactId, Option<Shown>),
    Identifier(String, Vec<Holding>),
}

impl State {
    fn alone(self) -> Difference {
        match self {
            State::Case(case, before) => Difference::Case {
                case,
                before,
                after: None,
            },
            State::Contact(contact, before) => Difference::Contact {
                contact,
                before,
                after: None,
            },
            State::Identifier(identifier, before) => Difference::Identifier {
                identifier,
                before,
                after: Vec::new(),
            },
        }
    }
}

fn touched(db: &Connection) -> Result<BTreeSet<(String, i64)>> {
    let mut query = db.prepare_cached("SELECT what, id FROM temp.touched")?;
    let found = query.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
    found
        .collect::<rusqlite::Result<_>>()
        .doing("reading what would change")
}

fn states(db: &Connection, touched: &BTreeSet<(String, i64)>) -> Result<Vec<State>> {
    let state = |(what, id): &(String, i64)| match what.as_str() {
        "cases" => Ok(State::Case(CaseId(*id), case(db, *id)?)),
        "contact" => Ok(State::Contact(ContactId(*id), contact(db, *id)?)),
        _ => Ok(State::Identifier(named(db, *id)?, holders(db, *id)?)),
    };
    touched.iter().map(state).collect()
}

fn case(db: &Connection, id: i64) -> Result<Option<CaseState>> {
    let found: Option<String> = db
        .prepare_cached("SELECT state FROM cases WHERE id = ?1")?
        .query_row([id], |r| r.get(0))
        .optional()?;
    Ok(found.as_deref().and_then(CaseState::parse))
}

fn contact(db: &Connection, id: i64) -> Result<Option<Shown>> {
    let found = db
        .prepare_cached("SELECT canonical, name FROM contact WHERE id = ?1 AND present")?
        .query_row([id], |r| {
            Ok(Shown {
                canonical: ContactId(r.get(0)?),
                name: r.get(1)?,
            })
        })
        .optional()?;
    Ok(found)
}

fn holders(db: &Connection, id: i64) -> Result<Vec<Holding>> {
    let mut query = db.prepare_cached(
        "SELECT contact, state, since, until FROM link WHERE identifier = ?1 ORDER BY ordinal",
    )?;
    let found = query.query_map([id], |r| {
        Ok(Holding {
            contact: ContactId(r.get(0)?),
            state: r.get(1)?,
            since: Timestamp(r.get(2)?),
            until: r.get::<_, Option<i64>>(3)?.map(Timestamp),
        })
    })?;
    found
        .collect::<rusqlite::Result<_>>()
        .map_err(StoreError::from)
}
