//! Stub.

use crate::store::*;
use rusqlite::Connection;

pub(in crate::store::sqlite) fn list(
    _db: &Connection,
    _contact: ContactId,
    _before: Option<(Timestamp, EventId)>,
    _limit: usize,
) -> Result<Vec<MessageRow>> {
    Err(StoreError::Failed {
        doing: String::new(),
        detail: "not yet".into(),
    })
}
pub(in crate::store::sqlite) fn payload(_db: &Connection, _event: EventId) -> Result<String> {
    Err(StoreError::Failed {
        doing: String::new(),
        detail: "not yet".into(),
    })
}
