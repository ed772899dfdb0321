//! Opening a store, with checks before anything else is read.

use super::apply::refused;
use super::error::Doing;
use super::still::{self, Still};
use super::{Sqlite, backup, schema, turn, wal};
use crate::review::refusal::{Code, Refusal};
use crate::store::{Mode, Result, StoreError};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, MAIN_DB, OpenFlags};
use std::fs::OpenOptions;
use std::io::{ErrorKind, Read};
use std::path::Path;
use std::time::Duration;

impl Sqlite {
    /// Opens the file, or makes it with permission 0600.
    pub(in crate::store) fn open(path: &Path, mode: Mode, wait: Duration) -> Result<Self> {
        Self::open_inner(path, mode, wait).map_err(|e| e.at(path))
    }

    fn open_inner(path: &Path, mode: Mode, wait: Duration) -> Result<Self> {
        let is_there = path
            .try_exists()
            .map_err(|e| StoreError::file(format!("opening the store {}", path.display()), &e))?;
        if !is_there {
            if mode != Mode::Create {
                return Err(StoreError::Missing(path.to_owned()));
            }
            create(path)?;
        }
        let empty = header(path)?;
        turn::at_most(wait);
        let (mut db, still) = match mode {
            Mode::ReadOnly => reader(path, wait)?,
            _ => match writer(path, wait)? {
                Some(db) => (db, None),
                None if mode == Mode::Rehearse => (in_memory(path, wait)?, None),
                None => return Err(only_to_read(path, "")),
            },
        };
        if mode == Mode::ReadOnly {
            let found = schema::check(&db, path)?;
            if found < schema::KNOWN {
                upgrade(path, found, wait)?;
            }
        } else {
            let version = if empty {
                // Only a new file can take the page size.
                db.pragma_update(None, "page_size", 8192)?;
                0
            } else {
                schema::check(&db, path).or_else(|e| if is_blank(&db) { Ok(0) } else { Err(e) })?
            };
            db.pragma_update(None, "journal_mode", "wal")
                .doing("opening the store")?;
            db.pragma_update(None, "synchronous", "full")?;
            // With SQLite's own 1000 pages that would be every sixtieth decision.
            wal::for_singles(&db)?;
            schema::migrate(&mut db, version)?;
        }
        Ok(Self {
            db,
            path: path.to_owned(),
            mode,
            file: file_id(path),
            wait,
            still: still.into(),
            session: None,
        })
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let mut db = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
        .doing("opening the store")?;
    turn::take_turns(&mut db).doing("opening the store")?;
    Ok(db)
}

fn set_up(db: &Connection) -> rusqlite::Result<()> {
    db.set_prepared_statement_cache_capacity(128);
    // Plans are made once, not again for each value: the partial indexes
    // would have every statement prepared anew.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    db.pragma_update(None, "trusted_schema", false)?;
    db.pragma_update(None, "foreign_keys", false)?;
    db.pragma_update(None, "cache_size", -32_000)
}

/// A connection to read, and whether it takes the file for one that does not
/// change.
pub(super) fn reader(path: &Path, wait: Duration) -> Result<(Connection, Option<Still>)> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    // What changes from here on is noticed.
    let seen = Still::seen(path);
    let mut opened = (connect(path, flags)?, None);
    if still::is_still(&opened.0, path, wait) {
        let flags = flags | OpenFlags::SQLITE_OPEN_URI;
        opened = (connect(&still::name(path), flags)?, Some(seen));
    }
    set_up(&opened.0)?;
    opened.0.pragma_update(None, "query_only", true)?;
    Ok(opened)
}

/// A connection to write; `None` where the file or its place allow no more than
/// to read.
fn writer(path: &Path, wait: Duration) -> Result<Option<Connection>> {
    let db = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    if db.is_readonly(MAIN_DB)? || still::is_still(&db, path, wait) {
        return Ok(None);
    }
    set_up(&db)?;
    Ok(Some(db))
}

/// The largest store that is copied into memory: half a GB.
const COPIED: u64 = 512 << 20;

/// A copy to rehearse on, of a store that cannot be written. It leaves nothing
/// behind, whatever ends the process.
pub(super) fn in_memory(path: &Path, wait: Duration) -> Result<Connection> {
    let length = std::fs::metadata(path).map_or(u64::MAX, |file| file.len());
    if length > COPIED {
        let why = "; of one so large, make a copy with `reunite backup FILE` and try it there, with `--store FILE`";
        return Err(only_to_read(path, why));
    }
    let mut copy = Connection::open_in_memory().doing("copying the store")?;
    set_up(&copy)?;
    backup::pages(&reader(path, wait)?.0, &mut copy, &mut |_, _| {})?;
    Ok(copy)
}

fn only_to_read(path: &Path, why: &str) -> StoreError {
    let detail = format!(
        "the store {} cannot be written: the file, or the directory that it is in, allows you only to read{why}",
        path.display()
    );
    refused(Refusal::new(Code::ReadOnly, detail))
}

/// Brings an older store to this program's schema, so that it can be read.
fn upgrade(path: &Path, found: i64, wait: Duration) -> Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let upgraded = Connection::open_with_flags(path, flags)
        .doing("opening the store")
        .and_then(|mut db| {
            db.busy_timeout(wait).doing("opening the store")?;
            schema::migrate(&mut db, found)
        });
    match upgraded {
        Err(StoreError::Failed { detail, .. }) => Err(StoreError::Failed {
            doing: format!(
                "bringing the store from schema {found} to {}, which needs to write to it once",
                schema::KNOWN
            ),
            detail,
        }),
        other => other,
    }
}

/// Device and number of a file.
pub(in crate::store) type FileId = (u64, u64);

/// Which file a path leads to, where the system tells.
pub(in crate::store) fn file_id(path: &Path) -> Option<FileId> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata(path).ok().map(|m| (m.dev(), m.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// Whether another process has made the file and not yet filled it.
fn is_blank(db: &Connection) -> bool {
    db.query_row("SELECT count(*) FROM sqlite_schema", [], |r| {
        r.get::<_, i64>(0)
    })
    .is_ok_and(|n| n == 0)
}

fn create(path: &Path) -> Result<()> {
    let failed = |e| StoreError::file(format!("making the store {}", path.display()), &e);
    if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(e) if e.kind() != ErrorKind::AlreadyExists => Err(failed(e)),
        _ => Ok(()),
    }
}

/// Reads the header: whether the file is empty; an error for something else's file.
fn header(path: &Path) -> Result<bool> {
    let failed = |e| StoreError::file(format!("opening the store {}", path.display()), &e);
    // Reading a directory fails, and a pipe would be waited for.
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(StoreError::Foreign(path.to_owned()));
    }
    let mut head = [0_u8; 16];
    let mut file = std::fs::File::open(path).map_err(failed)?;
    match file.read(&mut head).map_err(failed)? {
        0 => Ok(true),
        16 if &head == b"SQLite format 3\0" => Ok(false),
        _ => Err(StoreError::Foreign(path.to_owned())),
    }
}
