//! Stub.

use crate::store::*;
use rusqlite::Connection;

pub(in crate::store::sqlite) fn table(
    _db: &Connection,
    _what: Export,
    _row: &mut dyn FnMut(serde_json::Value) -> Result<()>,
) -> Result<()> {
    Err(StoreError::Failed {
        doing: String::new(),
        detail: "not yet".into(),
    })
}
