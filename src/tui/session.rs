//! What is remembered from one session to the next: the screen, the state and
//! the order of the queue, and the case that was looked at last.
//!
//! Not the filter: a queue that begins with cases missing is taken for the
//! queue. A file that cannot be read or written costs a line in the log and
//! nothing else. It holds no name and no number of a customer.

use super::model::{Compare, Model, Screen, Sort, Tab};
use crate::domain::ids::CaseId;
use serde::{Deserialize, Serialize};
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The last session on a store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Last {
    /// The store that the case is of.
    store: PathBuf,
    tab: Tab,
    sort: Sort,
    /// The case under the cursor, or in sight.
    case: Option<CaseId>,
    /// Whether it was open.
    open: bool,
}

impl Last {
    /// As a session ends.
    fn of(model: &Model, store: PathBuf) -> Self {
        let open = model.above.iter().rev().find_map(|screen| match screen {
            Screen::Compare(compare) => Some(compare.case),
            _ => None,
        });
        Self {
            store,
            tab: model.queue.tab,
            sort: model.queue.sort,
            case: open.or(model.queue.list.cursor),
            open: open.is_some(),
        }
    }

    /// Puts a new session where this one was.
    pub(crate) fn restore(self, model: &mut Model) {
        model.queue.tab = self.tab;
        model.queue.sort = self.sort;
        model.queue.list.cursor = self.case;
        if let Some(case) = self.case.filter(|_| self.open) {
            let compare = Compare::new(case, model.now);
            model.above.push(Screen::Compare(Box::new(compare)));
        }
    }
}

/// Where it is remembered.
pub(crate) struct Memory {
    file: PathBuf,
    store: PathBuf,
}

impl Memory {
    /// In this file, of this store.
    pub(crate) fn new(file: PathBuf, store: PathBuf) -> Self {
        let store = store.canonicalize().unwrap_or(store);
        Self { file, store }
    }

    /// The last session on the store, if one is remembered.
    pub(crate) fn read(&self) -> Option<Last> {
        let text = match std::fs::read(&self.file) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return None,
            Err(error) => {
                tracing::warn!(file = %self.file.display(), %error, "reading the last session");
                return None;
            }
        };
        match serde_json::from_slice::<Last>(&text) {
            Ok(last) => Some(last).filter(|last| last.store == self.store),
            Err(error) => {
                tracing::warn!(file = %self.file.display(), %error, "ignoring the last session");
                None
            }
        }
    }

    /// Remembers how a session ended.
    pub(crate) fn write(&self, model: &Model) {
        let last = Last::of(model, self.store.clone());
        if let Err(error) = replace(&self.file, &last) {
            tracing::warn!(file = %self.file.display(), %error, "remembering the session");
        }
    }
}

/// Writes beside and renames: whoever reads finds the old one or the new one.
fn replace(file: &Path, last: &Last) -> std::io::Result<()> {
    let dir = file.parent().unwrap_or(Path::new("."));
    let mut make = std::fs::DirBuilder::new();
    make.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut make, 0o700);
    make.create(dir)?;
    // Made with permission 0600.
    let mut beside = tempfile::NamedTempFile::new_in(dir)?;
    serde_json::to_writer(&mut beside, last)?;
    beside.flush()?;
    beside.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::tests::harness::App;

    #[test]
    fn a_session_goes_on_where_the_last_one_ended() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("state/reunite/session.json");
        let memory = Memory::new(file.clone(), "a.db".into());
        assert_eq!(memory.read(), None);
        let mut app = App::sized(80, 24);
        app.press("O j j enter");
        let case = app.model.compare().unwrap().case;
        memory.write(&app.model);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(mode(&file) & 0o777, 0o600);
            assert_eq!(mode(file.parent().unwrap()) & 0o777, 0o700);
        }
        let last = memory.read().unwrap();
        let mut again = App::restored(|model| last.restore(model));
        assert_eq!(again.model.compare().unwrap().case, case);
        assert!(again.shows("Case "));
        again.press("q");
        assert_eq!(again.model.queue.sort, app.model.queue.sort);
        assert_eq!(again.model.queue.list.cursor, Some(case));
        let other = Memory::new(file, "b.db".into());
        assert_eq!(
            other.read(),
            None,
            "a case of another store is another case"
        );
    }

    #[test]
    fn a_broken_file_is_no_session_and_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("session.json");
        for broken in ["", "{", "[]", "{\"store\":1}", "\u{0}"] {
            std::fs::write(&file, broken).unwrap();
            let memory = Memory::new(file.clone(), "a.db".into());
            assert_eq!(memory.read(), None);
            memory.write(&App::sized(80, 24).model);
            assert!(memory.read().is_some());
        }
        // Where nothing can be written, nothing is remembered.
        Memory::new("/dev/null/x/y".into(), "a.db".into()).write(&App::sized(80, 24).model);
    }
}
