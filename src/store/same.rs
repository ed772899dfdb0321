//! The store that somebody has open, opened once more: by a second connection
//! that comes later, which must not end up in another file under the same name.

use super::sqlite::{FileId, file_id};
use super::{Mode, Result, Store, StoreError, open};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Which file a store is.
#[derive(Debug, Clone)]
pub struct Same {
    path: PathBuf,
    file: Option<FileId>,
}

impl Same {
    /// The file that is there now.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            file: file_id(path),
        }
    }

    /// Opens it.
    ///
    /// # Errors
    /// [`StoreError::Gone`] where it is not there any more or another is, else as
    /// [`open`].
    pub fn open(&self, mode: Mode, wait: Duration) -> Result<Box<dyn Store>> {
        // Before, so that another file is not touched; behind, since only then
        // it is sure which one was opened.
        self.check()?;
        let store = open(&self.path, mode, wait)?;
        self.check()?;
        Ok(store)
    }

    fn check(&self) -> Result<()> {
        if file_id(&self.path) == self.file {
            Ok(())
        } else {
            Err(StoreError::Gone(self.path.clone()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    const WAIT: Duration = Duration::from_secs(1);

    #[test]
    fn what_was_moved_or_replaced_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let (path, away) = (folder.path().join("a.db"), folder.path().join("b.db"));
        drop(open(&path, Mode::Create, WAIT).unwrap());
        let same = Same::of(&path);
        assert!(same.open(Mode::ReadWrite, WAIT).is_ok());
        fs::rename(&path, &away).unwrap();
        let missing = same.open(Mode::ReadWrite, WAIT);
        assert!(matches!(missing, Err(StoreError::Gone(at)) if at == path));
        drop(open(&path, Mode::Create, WAIT).unwrap());
        let replaced = same.open(Mode::ReadOnly, WAIT);
        assert!(matches!(replaced, Err(StoreError::Gone(_))));
        fs::rename(&away, &path).unwrap();
        assert!(same.open(Mode::ReadWrite, WAIT).is_ok());
    }
}
