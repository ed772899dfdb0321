//! When SQLite's write-ahead log is copied into the file: whoever ends a
//! transaction and finds so many pages in it copies them, and waits for the
//! disk meanwhile. So whoever writes much copies sooner than those who write a
//! little beside it: no single decision or claim pays for another's batch.

use super::error::Doing;
use crate::store::Result;
use rusqlite::{Connection, Transaction};

/// Pages after which a part of a batch, or of its undo, copies the log: 96 MB.
/// Ten thousand merges and their undo fill 71 MB and do not wait for it.
const PART: i64 = 12_288;
/// The same for an intake: 256 MB, since a page that several of its
/// transactions touch is copied once.
const INTAKE: i64 = 32_768;
/// The same for whoever writes one thing: 320 MB, which is some two thousand
/// decisions where nobody else writes.
const SINGLE: i64 = 40_960;

const _: () = assert!(PART < INTAKE && INTAKE < SINGLE);

/// Copies the log as one who writes single things.
pub(super) fn for_singles(db: &Connection) -> rusqlite::Result<()> {
    copy_after(db, SINGLE)
}

/// Copies the log as one who takes much in.
pub(super) fn for_an_intake(db: &Connection) -> rusqlite::Result<()> {
    copy_after(db, INTAKE)
}

/// Commits a part of many, which copies the log before others have to.
pub(super) fn commit_part(part: Transaction<'_>, doing: &str) -> Result<()> {
    copy_after(&part, PART)?;
    part.commit().doing(doing)
}

fn copy_after(db: &Connection, pages: i64) -> rusqlite::Result<()> {
    db.pragma_update(None, "wal_autocheckpoint", pages)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::TransactionBehavior::Immediate;

    fn logged(db: &Connection) -> i64 {
        let read = |r: &rusqlite::Row<'_>| r.get(0);
        db.query_row("SELECT count(*) FROM t", [], read).unwrap()
    }

    /// Bytes of the file itself: what is only in the log is not in it.
    fn size(path: &std::path::Path) -> u64 {
        std::fs::metadata(path).unwrap().len()
    }

    #[test]
    fn a_part_copies_what_a_single_write_leaves() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let mut db = Connection::open(&path).unwrap();
        db.pragma_update(None, "journal_mode", "wal").unwrap();
        db.pragma_update(None, "synchronous", "off").unwrap();
        for_singles(&db).unwrap();
        // Pages of 4 KB, each full of one row.
        db.execute_batch("CREATE TABLE t (x BLOB)").unwrap();
        let fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
                    INSERT INTO t SELECT zeroblob(3900) FROM n";
        db.execute(fill, [PART + 100]).unwrap();
        assert!(logged(&db) > PART && size(&path) < 100_000);

        let part = db.transaction_with_behavior(Immediate).unwrap();
        part.execute(fill, [1]).unwrap();
        commit_part(part, "committing").unwrap();
        assert!(size(&path) > PART.cast_unsigned() * 4096);
    }
}
