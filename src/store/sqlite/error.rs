//! SQLite's errors in the words of the boundary.

use crate::store::StoreError;
use rusqlite::{Error, ErrorCode};
use std::io;
use std::path::{Path, PathBuf};

/// Says what was being done when a database call failed.
pub(super) trait Doing<T> {
    /// `doing` completes "while …".
    fn doing(self, doing: &str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for Result<T, Error> {
    fn doing(self, doing: &str) -> Result<T, StoreError> {
        self.map_err(|e| translate(doing, &e))
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        translate("working on the store", &error)
    }
}

fn translate(doing: &str, error: &Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            StoreError::Locked(PathBuf::new())
        }
        Some(ErrorCode::NotADatabase) => StoreError::Foreign(PathBuf::new()),
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged {
            path: PathBuf::new(),
            detail: format!("{doing}: {error}"),
        },
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => StoreError::Failed {
            doing: doing.to_owned(),
            detail: format!(
                "{error}; if the disk is full, make room and run the same again: what was written is kept"
            ),
        },
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            StoreError::File {
                doing: doing.to_owned(),
                detail: error.to_string(),
                kind: io::ErrorKind::PermissionDenied,
            }
        }
        _ => StoreError::Failed {
            doing: doing.to_owned(),
            detail: error.to_string(),
        },
    }
}

impl StoreError {
    /// The same error, with the file's path where it had none.
    pub(super) fn at(self, file: &Path) -> Self {
        match self {
            StoreError::Locked(path) if path.as_os_str().is_empty() => {
                StoreError::Locked(file.to_owned())
            }
            StoreError::Foreign(path) if path.as_os_str().is_empty() => {
                StoreError::Foreign(file.to_owned())
            }
            StoreError::Damaged { path, detail } if path.as_os_str().is_empty() => {
                StoreError::Damaged {
                    path: file.to_owned(),
                    detail,
                }
            }
            other => other,
        }
    }
}
