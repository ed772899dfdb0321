//! What the shell is told: an exit code, what went wrong, what to do next.
//!
//! Errors travel as `anyhow` with context at the edges. This is the one place
//! that looks into such a chain and judges it, so that a command only has to
//! pass on what happened. Nothing is printed here.

use crate::domain::ids::DecisionId;
use crate::review::refusal::{Code, Refusal};
use crate::store::StoreError;
use std::io;
use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done; also when whoever read the output had enough of it.
    Done = 0,
    /// Refused, or failed.
    Failed = 1,
    /// Wrong usage.
    Usage = 2,
    /// The store is locked, newer than this program, foreign or damaged.
    Store = 3,
    /// Verification found a fault, or could not tell.
    Fault = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// A failure that no other room has a type for.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct Failure {
    /// What went wrong.
    pub what: String,
    /// What to do next.
    pub hint: String,
    /// Failed or wrong usage.
    pub exit: Exit,
}

impl Failure {
    /// Something did not work.
    pub fn failed(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            hint: hint.into(),
            exit: Exit::Failed,
        }
    }

    /// The arguments do not make sense together.
    pub fn usage(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            ..Self::failed(what, hint)
        }
    }
}

/// The exit code of an error, and [`Exit::Done`] for a closed pipe: a reader
/// that has seen enough (`| head`) is no failure.
#[must_use]
pub fn exit(error: &anyhow::Error) -> Exit {
    if is_closed_pipe(error) {
        return Exit::Done;
    }
    if let Some(failure) = error.downcast_ref::<Failure>() {
        return failure.exit;
    }
    match error.downcast_ref::<StoreError>() {
        Some(StoreError::Ambiguous(_)) => Exit::Usage,
        Some(
            StoreError::Locked(_)
            | StoreError::Newer { .. }
            | StoreError::Foreign(_)
            | StoreError::Damaged { .. }
            | StoreError::Rescope(_),
        ) => Exit::Store,
        Some(StoreError::File { kind, .. }) if *kind == io::ErrorKind::BrokenPipe => Exit::Done,
        Some(
            StoreError::Missing(_)
            | StoreError::Gone(_)
            | StoreError::Exists(_)
            | StoreError::Refused(_)
            | StoreError::Unknown(_)
            | StoreError::File { .. }
            | StoreError::Failed { .. },
        )
        | None => Exit::Failed,
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause
            .downcast_ref::<io::Error>()
            .is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
    })
}

/// The refusal in an error, if it is one.
#[must_use]
pub fn refusal(error: &anyhow::Error) -> Option<&Refusal> {
    match error.downcast_ref::<StoreError>() {
        Some(StoreError::Refused(refusal)) => Some(refusal),
        _ => None,
    }
}

/// What to do next, where the error itself does not say it.
#[must_use]
pub fn hint(error: &anyhow::Error) -> Option<String> {
    if let Some(failure) = error.downcast_ref::<Failure>() {
        return Some(failure.hint.clone());
    }
    let Some(store) = error.downcast_ref::<StoreError>() else {
        let io = |cause: &(dyn std::error::Error + 'static)| {
            cause.downcast_ref::<io::Error>().map(io::Error::kind)
        };
        return error.chain().find_map(io).and_then(file).map(str::to_owned);
    };
    match store {
        // A detail that names a command is a hint already.
        StoreError::Refused(refusal) if refusal.detail.contains("`reunite ") => None,
        StoreError::Unknown(detail) | StoreError::Failed { detail, .. }
            if detail.contains("`reunite ") =>
        {
            None
        }
        StoreError::File { kind, .. } => file(*kind).map(str::to_owned),
        StoreError::Refused(refusal) => Some(refused(refusal)),
        StoreError::Unknown(_) => Some(
            "`reunite cases`, `reunite contacts` and `reunite audit` list what there is".into(),
        ),
        StoreError::Failed { .. } => {
            Some("`reunite doctor` checks the store; -v shows more".into())
        }
        // These say it in their message.
        StoreError::Ambiguous(_)
        | StoreError::Missing(_)
        | StoreError::Gone(_)
        | StoreError::Exists(_)
        | StoreError::Locked(_)
        | StoreError::Newer { .. }
        | StoreError::Foreign(_)
        | StoreError::Damaged { .. }
        | StoreError::Rescope(_) => None,
    }
}

/// What helps where a file, or its place, does not let it.
fn file(kind: io::ErrorKind) -> Option<&'static str> {
    use io::ErrorKind as Kind;
    Some(match kind {
        Kind::NotFound | Kind::NotADirectory => {
            "check the path; all directories in it have to be there"
        }
        Kind::PermissionDenied | Kind::ReadOnlyFilesystem => {
            "check whose the file and its directory are, and what their permissions allow you"
        }
        Kind::AlreadyExists => "something else has this name; give another",
        Kind::IsADirectory => "that is a directory; give the path of a file",
        Kind::StorageFull | Kind::QuotaExceeded | Kind::FileTooLarge => {
            "make room, and run the same again"
        }
        // As the readers of packed files say that one is torn, or none.
        Kind::UnexpectedEof => {
            "the file is cut off: get it whole, and run the same again; what is known already is passed over"
        }
        Kind::InvalidInput => {
            "the packed file is damaged: unpack it by itself, and take in what comes of it"
        }
        Kind::InvalidData => "is it the file that you meant? -v shows more",
        _ => return None,
    })
}

fn refused(refusal: &Refusal) -> String {
    match (refusal.code, refusal.by_decision) {
        (Code::KeptSeparate, Some(wall)) => {
            format!("if they are one person after all: `reunite undo {wall}`, then answer again")
        }
        (Code::KeptSeparate, None) => {
            "`reunite contact ID` lists the decisions that keep them apart".into()
        }
        (Code::Changed, _) => "`reunite case ID` shows it as it is now; then answer again".into(),
        (Code::AlreadyDecided, Some(earlier)) => {
            format!("to answer otherwise: `reunite undo {earlier}` first")
        }
        (Code::AlreadyDecided, None) => "`reunite case ID` shows the answer".into(),
        (Code::SameContact, _) => {
            "nothing is left to do, or undo the merge that joined them first".into()
        }
        (Code::Depends, _) => depends(&refusal.by_decisions),
        (Code::NotApplicable, _) => "`reunite case ID` shows the answers that it has".into(),
        (Code::Claimed, _) => "a claim keeps nobody from answering; it ends by itself".into(),
        (Code::SameOperator, _) => {
            "somebody else confirms it; `reunite proposals withdraw ID` takes it back".into()
        }
        (Code::ReadOnly, _) => {
            "leave out --read-only, or check what the file's permissions allow you".into()
        }
    }
}

fn depends(on: &[DecisionId]) -> String {
    let ids: Vec<String> = on.iter().map(ToString::to_string).collect();
    if ids.is_empty() {
        "undo what stands on it first, or all of it with --cascade".into()
    } else {
        format!(
            "undo {} first; `reunite undo DECISION --cascade` undoes what stands on it too",
            ids.join(", ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::Context as _;

    fn of(error: StoreError) -> Exit {
        exit(&anyhow::Error::new(error).context("reading"))
    }

    #[test]
    fn each_error_has_its_code() {
        assert_eq!(of(StoreError::Locked("x".into())), Exit::Store);
        assert_eq!(of(StoreError::Foreign("x".into())), Exit::Store);
        assert_eq!(of(StoreError::Rescope("x".into())), Exit::Store);
        assert_eq!(of(StoreError::Missing("x".into())), Exit::Failed);
        assert_eq!(of(StoreError::Unknown("x".into())), Exit::Failed);
        assert_eq!(of(StoreError::Ambiguous("x".into())), Exit::Usage);
        assert_eq!(exit(&Failure::usage("a", "b").into()), Exit::Usage);
        assert_eq!(exit(&anyhow::anyhow!("boom")), Exit::Failed);
    }

    #[test]
    fn a_closed_pipe_is_a_success() {
        let closed: io::Result<()> = Err(io::ErrorKind::BrokenPipe.into());
        let error = closed.context("writing").unwrap_err();
        assert_eq!(exit(&error), Exit::Done);
    }

    #[test]
    fn a_refusal_says_which_decision_to_undo() {
        let mut refusal = Refusal::new(Code::KeptSeparate, "A wall stands between 3 and 9.");
        refusal.by_decision = Some(DecisionId(12));
        let error = anyhow::Error::new(StoreError::from(Box::new(refusal)));
        assert!(hint(&error).unwrap().contains("reunite undo 12"));
        assert!(super::refusal(&error).is_some());
    }
}
