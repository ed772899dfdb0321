//! What a store of this schema consists of: its tables, indexes and triggers,
//! to be held against what a file has. The expected ones are read off a fresh
//! store in memory, so that the schema is written down once.

use super::query::rows;
use crate::store::Result;
use crate::store::sqlite::schema;
use rusqlite::Connection;
use std::collections::BTreeMap;

/// A table, an index or a trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    /// `table`, `index` or `trigger`.
    pub(super) kind: String,
    /// The table that it is part of.
    pub(super) table: String,
    /// Its definition.
    pub(super) sql: String,
}

/// Objects by their names.
pub(super) type Objects = BTreeMap<String, Object>;

/// The objects of a database, by name; what SQLite keeps for itself is left out.
pub(super) fn of(db: &Connection) -> Result<Objects> {
    let sql = "SELECT name, type, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL";
    let found = rows(db, sql, [], |r| {
        let object = Object {
            kind: r.get(1)?,
            table: r.get(2)?,
            sql: r.get(3)?,
        };
        Ok((r.get(0)?, object))
    })?;
    Ok(found.into_iter().collect())
}

/// The objects that a store of the newest schema has.
pub(super) fn expected() -> Result<Objects> {
    let mut fresh = Connection::open_in_memory()?;
    schema::migrate(&mut fresh, 0)?;
    of(&fresh)
}

/// What is missing, altered, or a trigger too many; none if all is well.
pub(super) fn faults(found: &Objects, expected: &Objects) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, object) in expected {
        match found.get(name) {
            None => faults.push(format!("the {} {name} is missing", object.kind)),
            Some(other) if other != object => {
                faults.push(format!("the {} {name} was altered", object.kind));
            }
            Some(_) => {}
        }
    }
    for (name, object) in found {
        if object.kind == "trigger" && !expected.contains_key(name) {
            faults.push(format!("the trigger {name} does not belong here"));
        }
    }
    faults
}
