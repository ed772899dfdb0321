//! Bent deliveries through a store: what was read is counted, each item once,
//! and the store equals its own replay. All of them, in release:
//!
//! `REUNITE_FUZZ=50000 cargo test --release --test it bent -- --nocapture`

use super::mutate::{Dice, fixtures, mutated, rounds};
use reunite::domain::time::Timestamp;
use reunite::ingest::{self, Ending, Input, Intake};
use reunite::payload::Format;
use reunite::store::{Mode, PortfolioMap, open};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Deliveries of one run.
const RUN: usize = 100;

#[test]
fn bent_deliveries_are_counted_once_and_replay() {
    let rounds = rounds(2_000);
    let fixtures = fixtures();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("identity.db");
    let mut store = open(&path, Mode::Create, Duration::from_secs(1)).unwrap();
    let map = PortfolioMap::default();
    let mut read = 0;
    for from in (0..rounds).step_by(RUN) {
        let mut bytes = Vec::new();
        for seed in from..rounds.min(from + RUN) {
            bytes.extend(mutated(&mut Dice::new(seed as u64), &fixtures));
            bytes.push(b'\n');
        }
        // A round of its own each tenth time: the same again adds nothing.
        let times = if from % (10 * RUN) == 0 { 2 } else { 1 };
        for time in 0..times {
            let input = Input::memory("bent", Box::leak(bytes.clone().into_boxed_slice()));
            let intake = Intake {
                format: Format::Auto,
                map: &map,
                clock: &|| Timestamp(1_790_000_000_000),
                stop: Arc::new(AtomicBool::new(false)),
                unread: Arc::default(),
            };
            let (counts, ending) = ingest::run(vec![input], &intake, &mut *store, &mut |_| {});
            assert!(matches!(ending, Ending::Done), "from {from}: {ending:?}");
            assert_eq!(
                counts.read,
                counts.applied + counts.duplicate + counts.quarantined + counts.unrecognised,
                "from {from}: {counts:?}"
            );
            assert!(counts.read > 0);
            if time == 1 {
                assert_eq!(
                    (
                        counts.applied,
                        counts.contacts_created,
                        counts.messages,
                        counts.cases_opened
                    ),
                    (0, 0, 0, 0),
                    "from {from}: {counts:?}"
                );
            }
            read += counts.read;
        }
    }
    let found = store.doctor(true).unwrap();
    assert!(found.ok, "{found:?}");
    println!("{rounds} deliveries, {read} items");
}
