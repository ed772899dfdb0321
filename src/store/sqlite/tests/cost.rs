//! What a batch asks the database for, in steps of its own machine: as many on
//! each run and on each computer, unlike the time that they take. A statement
//! more for each item shows here.

use super::batches::apply;
use super::{Fixture, by};
use crate::domain::ids::CaseId;
use crate::review::batch::Scope;
use crate::store::{Store, Undo};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const CASES: usize = 64;

/// Questions whether two contacts are one person, each about two of its own.
fn conflicts() -> Fixture {
    let mut f = Fixture::new();
    for n in 0..CASES {
        let (phone, user) = (format!("4915100{n:03}"), format!("US.77{n}"));
        let name = format!("Maria Person{n}");
        f.message(None, Some(&phone), Some(&name), 9);
        f.message(Some(&user), None, Some(&name), 8);
        f.message(Some(&user), Some(&phone), Some(&name), 7);
    }
    f
}

/// Steps that a transaction takes beside its items, at most.
const BESIDE: usize = 200;

/// How many steps it takes for each item; a busy computer makes more
/// transactions of a batch, and what each costs beside its items is left out.
fn steps<T>(f: &mut Fixture, act: impl FnOnce(&mut Fixture) -> T) -> (usize, T) {
    let (steps, commits) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counting = |count: &Arc<AtomicUsize>| {
        let count = Arc::clone(count);
        move || {
            count.fetch_add(1, Ordering::Relaxed);
            false
        }
    };
    let db = &mut f.store.db;
    db.progress_handler(1, Some(counting(&steps))).unwrap();
    db.commit_hook(Some(counting(&commits))).unwrap();
    let done = act(f);
    let db = &mut f.store.db;
    db.progress_handler(1, None::<fn() -> bool>).unwrap();
    db.commit_hook(None::<fn() -> bool>).unwrap();
    let more = commits.load(Ordering::Relaxed).saturating_sub(1);
    let steps = steps.load(Ordering::Relaxed).saturating_sub(BESIDE * more);
    (steps / CASES, done)
}

#[test]
fn an_item_of_a_batch_and_its_undo_take_few_steps() {
    let mut f = conflicts();
    let before = f.store.case(CaseId(1)).unwrap();
    let plan = f.store.plan(&Scope::default(), &by()).unwrap();
    assert_eq!(plan.items.len(), CASES);
    // Statements are prepared, and made ready, in a first round.
    let warm = apply(&mut f, &plan).batch;
    f.store
        .undo(Undo::Batch(warm), false, false, &by())
        .unwrap();
    let plan = f.store.plan(&Scope::default(), &by()).unwrap();
    let (made, batch) = steps(&mut f, |f| apply(f, &plan).batch);
    let (undone, all) = steps(&mut f, |f| {
        f.store
            .undo(Undo::Batch(batch), false, false, &by())
            .unwrap()
    });
    assert_eq!(all.len(), CASES);
    let after = f.store.case(CaseId(1)).unwrap();
    assert_eq!(before.row.suggestion, after.row.suggestion);
    assert!(f.store.doctor(true).unwrap().ok);
    println!("{made} steps a merge, {undone} steps an undo");
    assert!(
        made < 575 && undone < 708,
        "{made} a merge, {undone} an undo"
    );
}
