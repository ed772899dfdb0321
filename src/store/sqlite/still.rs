//! Stores in places where nothing can be written, not even the index of the
//! write-ahead log that SQLite wants beside them: backups on a medium that is
//! mounted to read, stores of another account. SQLite reads them as files that
//! do not change, and does not look whether they do; so it is looked here.

use super::open::{FileId, file_id, reader};
use super::{schema, turn};
use crate::store::Result;
use rusqlite::{Connection, ErrorCode};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// A store that is read as one that does not change, until it does.
pub(super) struct Still {
    /// The file when it was opened; `None` since it is read as any other.
    seen: Option<Stamp>,
    /// Opened anew since, and how often.
    newer: Option<Connection>,
    times: i64,
}

/// What tells that somebody has written.
#[derive(PartialEq, Eq)]
struct Stamp {
    file: Option<FileId>,
    length: u64,
    written: Option<SystemTime>,
    /// Somebody has it open to write.
    has_log: bool,
}

impl Stamp {
    fn of(path: &Path) -> Self {
        let file = std::fs::metadata(path).ok();
        Self {
            file: file_id(path),
            length: file.as_ref().map_or(0, std::fs::Metadata::len),
            written: file.and_then(|file| file.modified().ok()),
            has_log: log(path).exists(),
        }
    }
}

impl Still {
    /// As the file is now, before it is opened.
    pub(super) fn seen(path: &Path) -> Self {
        Self {
            seen: Some(Stamp::of(path)),
            newer: None,
            times: 0,
        }
    }

    /// The connection to read by instead of the first one.
    pub(super) fn newer(&self) -> Option<&Connection> {
        self.newer.as_ref()
    }

    /// How often the store was opened anew.
    pub(super) fn times(&self) -> i64 {
        self.times
    }

    /// Opens the store anew where its file has changed since; `first` is the
    /// connection that it was opened by at first.
    pub(super) fn follow(&mut self, first: &Connection, path: &Path, wait: Duration) -> Result<()> {
        let now = Stamp::of(path);
        // Another file in its place is another store; what is open is read on.
        let is_same = |seen: &Stamp| *seen == now || seen.file != now.file;
        if self.seen.as_ref().is_none_or(is_same) {
            return Ok(());
        }
        let (db, still) = reader(path, wait)?;
        schema::check(&db, path)?;
        let before = self.newer.as_ref().unwrap_or(first);
        let cache: i64 = before.pragma_query_value(None, "cache_size", |r| r.get(0))?;
        db.pragma_update(None, "cache_size", cache)?;
        self.seen = still.and_then(|still| still.seen);
        self.newer = Some(db);
        self.times += 1;
        Ok(())
    }
}

/// Whether the store is in such a place, and nobody writes.
pub(super) fn is_still(db: &Connection, path: &Path, wait: Duration) -> bool {
    // Where others are in the way it is not still: it is waited for them later.
    turn::at_most(Duration::ZERO);
    let read = db.query_row("PRAGMA schema_version", [], |_| Ok(()));
    turn::at_most(wait);
    let code = read.err().and_then(|e| e.sqlite_error_code());
    matches!(code, Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen)) && !log(path).exists()
}

fn log(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}

/// The name by which SQLite takes a file for one that does not change
/// (<https://sqlite.org/uri.html>).
pub(super) fn name(path: &Path) -> PathBuf {
    let mut name = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                name.push(char::from(*byte));
            }
            _ => {
                let _ = write!(name, "%{byte:02X}");
            }
        }
    }
    name.push_str("?immutable=1");
    name.into()
}
