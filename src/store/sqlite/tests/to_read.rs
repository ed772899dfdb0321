//! Stores in files that can only be read. Whether one can be written is the
//! system's word, and not to be had from root; what is done then is tried here,
//! and `tests/it/scenarios/ends.rs` tries the whole.

use super::{Fixture, MERGE, by};
use crate::domain::ids::CaseId;
use crate::store::sqlite::{Sqlite, open};
use crate::store::{Decide, Mode, Store};
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
    assert!(copy.decide(&ask, &by()).unwrap().applied);
    assert_eq!(f.store.case_counts().unwrap(), before);
}
