//! Files that hold what customers wrote: readable by their owner alone from
//! the first byte, and there whole or not at all.

use super::{Result, StoreError};
use std::path::Path;
use tempfile::{NamedTempFile, TempPath};

/// Makes the file at `path`: `fill` writes a temporary file beside it, of
/// permission 0600, which takes its place when all of it is on the disk.
/// [`StoreError::Exists`] where there is a file already.
pub fn private<T>(path: &Path, fill: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
    let failed = |e| StoreError::file(format!("writing {}", path.display()), &e);
    if path.symlink_metadata().is_ok() {
        return Err(StoreError::Exists(path.to_owned()));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let temporary: TempPath = NamedTempFile::with_prefix_in(".reunite-", folder)
        .map_err(failed)?
        .into_temp_path();
    let done = fill(&temporary)?;
    let file = std::fs::File::open(&temporary).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    temporary.persist_noclobber(path).map_err(|e| {
        if e.error.kind() == std::io::ErrorKind::AlreadyExists {
            StoreError::Exists(path.to_owned())
        } else {
            failed(e.error)
        }
    })?;
    // The name has to be on the disk too; not every system can be asked that.
    let _ = std::fs::File::open(folder).and_then(|folder| folder.sync_all());
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_private_from_the_first_byte_and_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copy");
        let left = || std::fs::read_dir(folder.path()).unwrap().count();
        let failing = private(&path, |_| -> Result<()> {
            Err(StoreError::Unknown("no".into()))
        });
        assert!(failing.is_err());
        assert_eq!(left(), 0);
        private(&path, |temporary| {
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                let mode = temporary.metadata().unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o600);
            }
            assert!(!path.exists());
            std::fs::write(temporary, "all of it").unwrap();
            Ok(())
        })
        .unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "all of it");
        assert_eq!(left(), 1);
        let again = private(&path, |_| Ok(()));
        assert!(matches!(again, Err(StoreError::Exists(_))));
    }
}
