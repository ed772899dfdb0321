//! The raw JSON of deliveries, kept as evidence: in compressed blocks, one
//! delivery after another, written with the events that it brought.
//!
//! Compressing is a third of the writer's work and needs nothing of the store,
//! so that a thread beside it does it while an intake goes on.

use crate::store::{Result, StoreError};
use rusqlite::{Connection, params};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// Deliveries are compressed in blocks of about this many bytes.
const BLOCK: usize = 256 * 1024;
/// Blocks that wait to be compressed, at most.
const WAITING: usize = 4;

type Compressed = std::io::Result<Vec<u8>>;

/// A thread that compresses blocks, in order.
struct Compressor {
    plain: SyncSender<Vec<u8>>,
    done: Receiver<Compressed>,
}

impl Compressor {
    fn start() -> Self {
        let (plain, to_do) = sync_channel::<Vec<u8>>(WAITING);
        // Room for all that can be under way: it never waits for the writer.
        let (to_writer, done) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut zstd = compressor();
            for block in to_do {
                let done = match &mut zstd {
                    Ok(zstd) => zstd.compress(&block),
                    Err(error) => Err(std::io::Error::new(error.kind(), error.to_string())),
                };
                if to_writer.send(done).is_err() {
                    return;
                }
            }
        });
        Self { plain, done }
    }
}

/// Deliveries on their way into compressed blocks.
#[derive(Default)]
pub(super) struct Blocks {
    bytes: Vec<u8>,
    /// The number of the block that is being filled.
    id: i64,
    /// The first one that is not written yet.
    unwritten: i64,
    compressor: Option<Compressor>,
}

impl Blocks {
    /// Begins behind the blocks that are there.
    pub(super) fn start(db: &Connection) -> Result<Self> {
        let id = db.query_row("SELECT coalesce(max(id), 0) + 1 FROM payload", [], |r| {
            r.get(0)
        })?;
        Ok(Self {
            id,
            unwritten: id,
            ..Self::default()
        })
    }

    /// Where a delivery of this length will stand if it is kept.
    pub(super) fn place(&mut self, db: &Connection, length: usize) -> Result<Place> {
        if self.bytes.len() >= BLOCK {
            self.hand_over(db)?;
        }
        Ok(Place(self.id, self.bytes.len(), length))
    }

    /// Keeps the delivery that was last given a place.
    pub(super) fn keep(&mut self, text: &str) {
        self.bytes.extend_from_slice(text.as_bytes());
    }

    /// Gives a full block to the compressor, and writes what it has done.
    fn hand_over(&mut self, db: &Connection) -> Result<()> {
        let block = std::mem::replace(&mut self.bytes, Vec::with_capacity(BLOCK + BLOCK / 8));
        let compressor = self.compressor.get_or_insert_with(Compressor::start);
        compressor.plain.send(block).map_err(|_| broken())?;
        self.id += 1;
        while let Ok(done) = self.receiver()?.try_recv() {
            self.write(db, done)?;
        }
        Ok(())
    }

    /// Writes all that was kept.
    pub(super) fn close(&mut self, db: &Connection) -> Result<()> {
        while self.unwritten < self.id {
            let done = self.receiver()?.recv().map_err(|_| broken())?;
            self.write(db, done)?;
        }
        if !self.bytes.is_empty() {
            let done = compressor().and_then(|mut zstd| zstd.compress(&self.bytes));
            self.bytes.clear();
            self.id += 1;
            self.write(db, done)?;
        }
        Ok(())
    }

    fn receiver(&self) -> Result<&Receiver<Compressed>> {
        let compressor = self.compressor.as_ref().ok_or_else(broken)?;
        Ok(&compressor.done)
    }

    fn write(&mut self, db: &Connection, done: Compressed) -> Result<()> {
        let bytes = done.map_err(|error| StoreError::Failed {
            doing: "compressing".into(),
            detail: error.to_string(),
        })?;
        db.prepare_cached("INSERT INTO payload VALUES (?1, ?2)")?
            .execute(params![self.unwritten, bytes])?;
        self.unwritten += 1;
        Ok(())
    }
}

/// With a checksum, so that a silent edit of the block shows.
fn compressor() -> std::io::Result<zstd::bulk::Compressor<'static>> {
    let mut zstd = zstd::bulk::Compressor::new(1)?;
    zstd.include_checksum(true)?;
    Ok(zstd)
}

fn broken() -> StoreError {
    StoreError::Failed {
        doing: "compressing".into(),
        detail: "the thread that does it has ended".into(),
    }
}

/// Where a delivery stands: block, start, length.
#[derive(Clone, Copy)]
pub(super) struct Place(pub(super) i64, pub(super) usize, pub(super) usize);
