//! What can go wrong with a store.

use crate::review::refusal::Refusal;
use std::io;
use std::path::PathBuf;

/// What can go wrong with a store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No file there.
    #[error("there is no store at {0}; `reunite ingest FILE` makes one, `reunite demo` shows one")]
    Missing(PathBuf),
    /// The file is not the one any more that was opened.
    #[error(
        "the store {0} was moved, deleted or replaced while it was open, and nothing was written; put it back, or start again"
    )]
    Gone(PathBuf),
    /// Another process writes and did not stop within the wait.
    #[error("the store {0} is locked by another program; try again when it is done")]
    Locked(PathBuf),
    /// Made by a newer version.
    #[error(
        "the store {path} has schema {found}, newer than this program's {known}; use a newer reunite"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema known here.
        known: i64,
    },
    /// A file of something else.
    #[error("{0} is not a reunite store; give the path of one with --store")]
    Foreign(PathBuf),
    /// The file is damaged.
    #[error(
        "the store {path} is damaged: {detail}; restore a backup, or copy what `reunite export` still reads"
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// A file that is not written over.
    #[error("{0} exists already; give another name, or move it away")]
    Exists(PathBuf),
    /// Traffic already stored would move under this configuration.
    #[error(
        "the configuration maps {0} to another portfolio than the traffic already stored; run `reunite rescope`"
    )]
    Rescope(String),
    /// The decision was not taken.
    #[error(transparent)]
    Refused(#[from] Box<Refusal>),
    /// No such thing.
    #[error("{0}")]
    Unknown(String),
    /// The question names more than one thing.
    #[error("{0}")]
    Ambiguous(String),
    /// A file, or its place, does not let it.
    #[error("{doing}: {detail}")]
    File {
        /// What was being done.
        doing: String,
        /// What went wrong.
        detail: String,
        /// Of which kind that is.
        kind: io::ErrorKind,
    },
    /// Anything else.
    #[error("{doing}: {detail}")]
    Failed {
        /// What was being done.
        doing: String,
        /// What went wrong.
        detail: String,
    },
}

impl StoreError {
    /// What the file system answered.
    pub fn file(doing: impl Into<String>, error: &io::Error) -> Self {
        StoreError::File {
            doing: doing.into(),
            detail: error.to_string(),
            kind: error.kind(),
        }
    }
}

/// Result of a store's methods.
pub type Result<T> = std::result::Result<T, StoreError>;
