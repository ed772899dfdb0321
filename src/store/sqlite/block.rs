//! The raw JSON of deliveries, kept as evidence: compressed in blocks, one
//! delivery after another, and written with the events that it brought.

use crate::store::{Result, StoreError};
use rusqlite::{Connection, params};

/// Deliveries are compressed in blocks of about this many bytes.
const BLOCK: usize = 256 * 1024;

/// Deliveries on their way into compressed blocks.
pub(super) struct Block {
    id: i64,
    bytes: Vec<u8>,
}

impl Block {
    /// Begins behind the blocks that are there.
    pub(super) fn start(db: &Connection) -> Result<Self> {
        let id = db.query_row("SELECT coalesce(max(id), 0) + 1 FROM payload", [], |r| {
            r.get(0)
        })?;
        Ok(Self {
            id,
            bytes: Vec::new(),
        })
    }

    /// Where a delivery of this length will stand if it is kept.
    pub(super) fn place(&mut self, db: &Connection, length: usize) -> Result<Place> {
        if self.bytes.len() >= BLOCK {
            self.close(db)?;
        }
        Ok(Place(self.id, self.bytes.len(), length))
    }

    /// Keeps the delivery that was last given a place.
    pub(super) fn keep(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Writes what is collected.
    pub(super) fn close(&mut self, db: &Connection) -> Result<()> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        let failed = |e: std::io::Error| StoreError::Failed {
            doing: "compressing".into(),
            detail: e.to_string(),
        };
        // With a checksum, so that a silent edit of the block shows.
        let mut zstd = zstd::bulk::Compressor::new(1).map_err(failed)?;
        zstd.include_checksum(true).map_err(failed)?;
        let bytes = zstd.compress(&self.bytes).map_err(failed)?;
        db.prepare_cached("INSERT INTO payload VALUES (?1, ?2)")?
            .execute(params![self.id, bytes])?;
        self.id += 1;
        self.bytes.clear();
        Ok(())
    }
}

/// Where a delivery stands: block, start, length.
#[derive(Clone, Copy)]
pub(super) struct Place(pub(super) i64, pub(super) usize, pub(super) usize);
