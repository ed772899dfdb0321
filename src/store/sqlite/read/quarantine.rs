//! What could not be read: kept as it came, with the reason and the place.

use super::query::{rows, time};
use crate::domain::ids::QuarantineId;
use crate::review::page::QuarantineRow;
use crate::store::{Result, StoreError};
use rusqlite::Connection;
use serde_json::Value;

/// One item, or all of them, oldest first.
pub(in crate::store::sqlite) fn list(
    db: &Connection,
    id: Option<QuarantineId>,
) -> Result<Vec<QuarantineRow>> {
    let sql = "SELECT id, at, source, reason, pointer, bytes FROM quarantine
               WHERE ?1 IS NULL OR id = ?1 ORDER BY id";
    let found = rows(db, sql, [id.map(|id| id.0)], |r| {
        let bytes: Vec<u8> = r.get(5)?;
        Ok(QuarantineRow {
            id: QuarantineId(r.get(0)?),
            at: time(r, 1)?,
            source: r.get(2)?,
            reason: r.get(3)?,
            pointer: r.get(4)?,
            payload: delivery(&bytes),
            text: String::from_utf8_lossy(&bytes).into_owned(),
        })
    })?;
    match id {
        Some(id) if found.is_empty() => Err(StoreError::Unknown(format!(
            "no quarantined item {id}; `reunite quarantine list` lists them"
        ))),
        _ => Ok(found),
    }
}

/// JSON where it is JSON, else the text.
fn delivery(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(bytes).into_owned()))
}
