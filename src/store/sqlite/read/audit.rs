//! Stub.

use crate::store::*;
use rusqlite::Connection;

pub(in crate::store::sqlite) fn list(
    _db: &Connection,
    _filter: &AuditFilter,
) -> Result<Vec<AuditRow>> {
    Err(StoreError::Failed {
        doing: String::new(),
        detail: "not yet".into(),
    })
}
pub(in crate::store::sqlite) fn verify(_db: &Connection, _head: Option<&str>) -> Result<Verdict> {
    Err(StoreError::Failed {
        doing: String::new(),
        detail: "not yet".into(),
    })
}
