//! Asking the database: prepared queries, and the conversions that columns
//! need. Words of the domain that a column does not know are errors here, so
//! that a damaged row is reported and not guessed at.

use crate::domain::ids::ContactId;
use crate::domain::time::Timestamp;
use crate::store::Result;
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Params, Row};

/// All rows of a query.
pub(super) fn rows<T>(
    db: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let mut query = db.prepare_cached(sql)?;
    let found = query.query_map(params, read)?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// All rows of a query with one contact as its parameter, for each of these
/// contacts. Most groups have one member, and for few members some small
/// lookups cost less than one with a list.
pub(super) fn each<T>(
    db: &Connection,
    sql: &str,
    contacts: &[ContactId],
    read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let mut found = Vec::new();
    for contact in contacts {
        found.extend(rows(db, sql, [contact.0], &read)?);
    }
    Ok(found)
}

/// The first row of a query, if there is one.
pub(super) fn first<T>(
    db: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Option<T>> {
    let mut query = db.prepare_cached(sql)?;
    Ok(query.query_row(params, read).optional()?)
}

/// Columns of numbers, from the column `start` on.
pub(in crate::store::sqlite) fn numbers<const N: usize>(
    row: &Row<'_>,
    start: usize,
) -> rusqlite::Result<[i64; N]> {
    let mut found = [0; N];
    for (number, column) in found.iter_mut().zip(start..) {
        *number = row.get(column)?;
    }
    Ok(found)
}

/// A column that holds one of the domain's words.
pub(super) fn word<T>(
    row: &Row<'_>,
    column: usize,
    parse: fn(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str();
    let text = text.map_err(|e| unreadable(column, e.to_string()))?;
    parse(text).ok_or_else(|| unreadable(column, format!("'{text}' is no word known here")))
}

/// A column that holds JSON.
pub(super) fn json<T: serde::de::DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|e| unreadable(column, e.to_string()))
}

/// A column that holds a time, in milliseconds.
pub(super) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp)
}

/// The error for a column whose content cannot be read.
pub(in crate::store::sqlite) fn unreadable(column: usize, why: String) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, why.into())
}

/// Contacts as a JSON list: the parameter of
/// `IN (SELECT value FROM json_each(?1))`, which keeps the query's text fixed.
pub(super) fn list(contacts: &[ContactId]) -> String {
    let ids: Vec<String> = contacts.iter().map(ToString::to_string).collect();
    format!("[{}]", ids.join(","))
}
