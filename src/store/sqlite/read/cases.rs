//! Stub.

use crate::store::*;
use rusqlite::Connection;

pub(in crate::store::sqlite) fn list(
    _db: &Connection,
    _filter: &CaseFilter,
    _now: Timestamp,
) -> Result<Vec<CaseRow>> {
    Err(StoreError::Failed {
        doing: String::new(),
        detail: "not yet".into(),
    })
}
pub(in crate::store::sqlite) fn one(_db: &Connection, _case: CaseId) -> Result<CaseRow> {
    Err(StoreError::Failed {
        doing: String::new(),
        detail: "not yet".into(),
    })
}
pub(in crate::store::sqlite) fn counts(
    _db: &Connection,
    _now: Timestamp,
) -> Result<Vec<(CaseKind, CaseState, i64)>> {
    Err(StoreError::Failed {
        doing: String::new(),
        detail: "not yet".into(),
    })
}
