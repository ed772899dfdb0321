//! Stub.

use crate::store::*;
use rusqlite::Connection;

pub(in crate::store::sqlite) fn list(
    _db: &Connection,
    _id: Option<QuarantineId>,
) -> Result<Vec<QuarantineRow>> {
    Err(StoreError::Failed {
        doing: String::new(),
        detail: "not yet".into(),
    })
}
