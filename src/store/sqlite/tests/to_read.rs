//! Stores in files that can only be read. Whether one can be written is the
//! system's word, and not to be had from root; what is done then is tried here,
//! and `tests/it/scenarios/ends.rs` tries the whole.

use super::{Fixture, MERGE, by};
use crate::domain::case::CaseState;
use crate::domain::ids::CaseId;
use crate::store::sqlite::still::{self, Still};
use crate::store::sqlite::undo::foresee;
use crate::store::sqlite::{Sqlite, open};
use crate::store::{Decide, Mode, Store, Undo};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(1);

/// One case.
fn asked() -> Fixture {
    let mut f = Fixture::new();
    f.message(Some("US.1"), None, Some("Ana Souza"), 30);
    f.message(None, Some("491511"), Some("Ana"), 20);
    f.message(Some("US.1"), Some("491511"), Some("Ana Souza"), 10);
    f
}

/// As where nothing can be written.
fn read_as_still(path: &Path) -> Sqlite {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    Sqlite {
        still: Some(Still::seen(path)).into(),
        db: Connection::open_with_flags(still::name(path), flags).unwrap(),
        ..Sqlite::open(path, Mode::ReadOnly, WAIT).unwrap()
    }
}

fn resolved(store: &Sqlite) -> i64 {
    let counts = store.case_counts().unwrap().into_iter();
    counts
        .filter(|(_, state, _)| *state == CaseState::Resolved)
        .map(|(_, _, n)| n)
        .sum()
}

#[test]
fn what_others_write_to_a_store_that_was_taken_for_still_is_seen() {
    let f = asked();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copy.db");
    f.store.backup(&path, &mut |_, _| {}).unwrap();
    let reader = read_as_still(&path);
    reader.keep_little().unwrap();
    assert_eq!(resolved(&reader), 0);
    let before = reader.revision().unwrap();
    assert_eq!(reader.revision().unwrap(), before);
    let mut writer = Sqlite::open(&path, Mode::ReadWrite, WAIT).unwrap();
    let ask = Decide {
        case: CaseId(1),
        answer: MERGE,
        expect_version: None,
        dry_run: false,
    };
    let made = writer.decide(&ask, &by()).unwrap().decision.unwrap();
    let then = reader.revision().unwrap();
    assert_ne!(then, before);
    assert_eq!(resolved(&reader), 1);
    let cache = |db: &Connection| {
        db.pragma_query_value(None, "cache_size", |r| r.get::<_, i64>(0))
            .unwrap()
    };
    let newer = reader.still.borrow();
    assert_eq!(cache(newer.as_ref().unwrap().newer().unwrap()), -2_000);
    drop(newer);
    // Read as any other from then on.
    writer
        .undo(Undo::Decision(made), false, false, &by())
        .unwrap();
    drop(writer);
    assert_ne!(reader.revision().unwrap(), then);
    assert_eq!(resolved(&reader), 0);
}

#[test]
fn what_is_tried_on_a_copy_in_memory_is_what_the_store_would_do() {
    let mut f = asked();
    let path = f.store.path.clone();
    let mut copy = Sqlite {
        db: open::in_memory(&path, WAIT).unwrap(),
        ..Sqlite::open(&path, Mode::Rehearse, WAIT).unwrap()
    };
    let ask = Decide {
        case: CaseId(1),
        answer: MERGE,
        expect_version: None,
        dry_run: true,
    };
    let told = copy.decide(&ask, &by()).unwrap();
    assert_eq!(told, f.store.decide(&ask, &by()).unwrap());
    let before = f.store.case_counts().unwrap();
    let ask = Decide {
        dry_run: false,
        ..ask
    };
    let made = copy.decide(&ask, &by()).unwrap().decision.unwrap();
    assert_eq!(f.store.case_counts().unwrap(), before);
    // Of many, too.
    let undone = foresee(&mut copy.db, &|_| Ok(vec![made]), false, 0, &by()).unwrap();
    assert_eq!((undone[0].undoes, undone[0].dry_run), (Some(made), true));
}
