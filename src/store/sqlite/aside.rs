//! A place beside the store where much can be tried without holding anybody up:
//! a database of its own, gone when it is closed, with a copy of the tables that
//! decisions write to. It stands before the store, so that a name leads to the
//! copy where there is one and else to the store, which is only read: as it stood
//! when the copy was made, whatever others write meanwhile.

use super::error::Doing;
use super::turn;
use crate::store::{Result, StoreError};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

/// What a decision or its undo writes to; a test makes one of each kind.
pub(super) const WRITTEN: [&str; 15] = [
    "audit",
    "batch",
    "case_contact",
    "cases",
    "contact",
    "decision",
    "decision_contact",
    "edge",
    "evidence",
    "label",
    "link",
    "meta",
    "relink",
    "verdict",
    "wall",
];

/// Lets `act` write beside a store; it ends as if it had never been.
pub(super) fn aside<T>(
    store: &Connection,
    act: impl FnOnce(&Connection) -> Result<T>,
) -> Result<T> {
    let doing = "looking ahead beside the store";
    let path = store.path().ok_or_else(|| StoreError::Failed {
        doing: doing.into(),
        detail: "the name of the store is not readable as text".into(),
    })?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_URI;
    // No name: a file of SQLite's own, kept in memory while it is small.
    let mut db = Connection::open_with_flags("", flags).doing(doing)?;
    turn::take_turns(&mut db)?;
    db.set_prepared_statement_cache_capacity(128);
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    db.pragma_update(None, "page_size", 8192)?;
    db.pragma_update(None, "cache_size", -64_000)?;
    db.execute("ATTACH ?1 AS store", [uri(path)]).doing(doing)?;
    // One transaction, and so one state of the store, for the copy and the rest.
    let tx = db
        .transaction_with_behavior(TransactionBehavior::Deferred)
        .doing(doing)?;
    copy(&tx).doing(doing)?;
    let done = act(&tx)?;
    tx.rollback().doing(doing)?;
    Ok(done)
}

/// The address of a file that is only read.
fn uri(path: &str) -> String {
    let path = path
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23");
    format!("file:{path}?mode=ro")
}

/// Copies what is written to. With its indexes made before, and its triggers
/// after, SQLite takes a table over page by page and does not read its rows.
fn copy(db: &Connection) -> rusqlite::Result<()> {
    for table in WRITTEN {
        made(db, "type <> 'trigger' AND tbl_name = ?1", table)?;
        let rows = match table {
            // Only its end matters: what is appended follows it.
            "audit" => "ORDER BY entry DESC LIMIT 1",
            _ => "",
        };
        db.execute_batch(&format!(
            "INSERT INTO main.{table} SELECT * FROM store.{table} {rows}"
        ))?;
        made(db, "type = 'trigger' AND tbl_name = ?1", table)?;
    }
    Ok(())
}

/// Makes what the store has of a table.
fn made(db: &Connection, which: &str, table: &str) -> rusqlite::Result<()> {
    let mut query = db.prepare(&format!(
        "SELECT sql FROM store.sqlite_schema WHERE sql IS NOT NULL AND {which} ORDER BY type DESC"
    ))?;
    let sqls = query.query_map([table], |r| r.get::<_, String>(0))?;
    for sql in sqls.collect::<rusqlite::Result<Vec<_>>>()? {
        db.execute_batch(&sql)?;
    }
    Ok(())
}
