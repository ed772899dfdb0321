//! Stub.

use crate::store::*;
use rusqlite::Connection;

pub(in crate::store::sqlite) fn contacts(
    _db: &Connection,
    _query: &str,
    _limit: Option<usize>,
) -> Result<Vec<ContactHit>> {
    Err(StoreError::Failed {
        doing: String::new(),
        detail: "not yet".into(),
    })
}
