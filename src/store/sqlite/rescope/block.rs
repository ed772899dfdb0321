//! Deliveries as they are kept: packed, many to a block, each a stretch of one.
//! Which stretch is whose stands in the rows of events and of the quarantine.

use crate::store::{Result, StoreError};
use rusqlite::Connection;

/// Unpacks one block after another.
#[derive(Default)]
pub(in crate::store::sqlite) struct Block {
    id: i64,
    bytes: Vec<u8>,
}

impl Block {
    /// How long the last one is.
    pub(in crate::store::sqlite) fn length(&self) -> i64 {
        i64::try_from(self.bytes.len()).unwrap_or(i64::MAX)
    }

    /// A stretch of a block.
    pub(in crate::store::sqlite) fn text(
        &mut self,
        db: &Connection,
        id: i64,
        start: i64,
        length: i64,
    ) -> Result<String> {
        let failed = |detail: String| StoreError::Failed {
            doing: format!("unpacking payload {id}"),
            detail,
        };
        if self.id != id {
            let packed: Vec<u8> = db
                .prepare_cached("SELECT bytes FROM payload WHERE id = ?1")?
                .query_row([id], |r| r.get(0))?;
            self.bytes = zstd::decode_all(packed.as_slice()).map_err(|e| failed(e.to_string()))?;
            self.id = id;
        }
        let stretch = usize::try_from(start)
            .ok()
            .zip(usize::try_from(length).ok())
            .and_then(|(start, length)| self.bytes.get(start..start.checked_add(length)?));
        let stretch = stretch.ok_or_else(|| failed("it is shorter than it should be".into()))?;
        Ok(String::from_utf8_lossy(stretch).into_owned())
    }
}
