//! A copy of the store while others read and write. It is taken page by page
//! from the state that one read transaction sees, so that no writer can make
//! it begin anew, and none has to wait for it.

use super::error::Doing;
use super::read::verify::head;
use crate::store::{Copied, Result, StoreError, private};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// Pages copied between two words about it: 32 MB.
const STEP: i32 = 4096;

/// Copies the store; `db` is in a transaction that has begun to read.
pub(super) fn backup(db: &Connection, to: &Path, step: &mut dyn FnMut(u64, u64)) -> Result<Copied> {
    // From here on the transaction sees one state.
    let (keep, entries, head) = head(db)?;
    private(to, |temporary| {
        copy(db, temporary, step)?;
        let doing = || format!("looking at {}", temporary.display());
        let length = std::fs::metadata(temporary).map_err(|e| StoreError::file(doing(), &e))?;
        Ok(Copied {
            bytes: length.len(),
            entries,
            head,
            keep,
        })
    })
}

fn copy(db: &Connection, to: &Path, step: &mut dyn FnMut(u64, u64)) -> Result<()> {
    let doing = "copying the store";
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut copy = Connection::open_with_flags(to, flags).doing(doing)?;
    // The file is synced once, when it is whole.
    copy.pragma_update(None, "synchronous", "off")
        .doing(doing)?;
    pages(db, &mut copy, step)?;
    // One file, that can be read where nothing can be written.
    copy.pragma_update(None, "journal_mode", "delete")
        .doing(doing)?;
    copy.close().map_err(|(_, e)| e).doing(doing)
}

/// Copies all pages.
pub(super) fn pages(
    db: &Connection,
    to: &mut Connection,
    step: &mut dyn FnMut(u64, u64),
) -> Result<()> {
    let doing = "copying the store";
    let backup = Backup::new(db, to).doing(doing)?;
    loop {
        let result = backup.step(STEP).doing(doing)?;
        let pages = backup.progress();
        let all = u64::try_from(pages.pagecount).unwrap_or(0);
        let left = u64::try_from(pages.remaining).unwrap_or(0);
        step(all - left.min(all), all);
        match result {
            StepResult::Done => return Ok(()),
            StepResult::More => {}
            _ => return Err(StoreError::Locked(std::path::PathBuf::new())),
        }
    }
}
