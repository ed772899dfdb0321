//! Stub.

use crate::store::*;
use rusqlite::Connection;

pub(in crate::store::sqlite) fn page(
    _db: &Connection,
    _case: CaseId,
    _now: Timestamp,
) -> Result<CasePage> {
    Err(StoreError::Failed {
        doing: String::new(),
        detail: "not yet".into(),
    })
}
