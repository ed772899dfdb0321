//! How traffic travels into a store: batches, names, what stops it.

use crate::fake::{Fake, now};
use reunite::ingest::{self, Ending, Input, Intake};
use reunite::payload::Format;
use reunite::store::PortfolioMap;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

fn intake(map: &PortfolioMap) -> Intake<'_> {
    Intake {
        format: Format::Auto,
        map,
        clock: &now,
        stop: Arc::new(AtomicBool::new(false)),
        unread: Arc::default(),
    }
}

#[test]
fn batches_are_bounded_and_sources_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("day.jsonl");
    fs::write(&path, "{}\n".repeat(600_000)).unwrap();
    let name = path.display().to_string();
    let mut fake = Fake::new();
    let mut told = 0;
    let inputs = vec![Input::file(path), Input::memory("more", b"{}\n\n{}")];
    let map = PortfolioMap::default();
    let (counts, ending) = ingest::run(inputs, &intake(&map), &mut fake, &mut |now| {
        assert!(now.bytes > 0);
        told += 1;
    });
    assert!(matches!(ending, Ending::Done), "{ending:?}");
    assert_eq!(counts.read, 600_002);
    assert_eq!(counts.read, counts.applied + counts.quarantined);
    let batches = fake.0.lock().unwrap().batches.clone();
    assert!(batches.iter().all(|(n, _, _)| *n <= 270_000), "{batches:?}");
    assert_eq!(batches.first().unwrap().1, format!("{name}:1"));
    assert_eq!(batches.last().unwrap().2, "more:3");
    assert!(told >= 2);
}

#[test]
fn stopping_keeps_what_was_read() {
    let map = PortfolioMap::default();
    let text: &'static str = Box::leak("{}\n".repeat(400_000).into_boxed_str());
    let mut fake = Fake::new();
    let intake = intake(&map);
    let stop = Arc::clone(&intake.stop);
    let inputs = vec![Input::memory("long", text.as_bytes())];
    let (counts, ending) = ingest::run(inputs, &intake, &mut fake, &mut |_| {
        stop.store(true, Ordering::Relaxed);
    });
    assert!(matches!(ending, Ending::Stopped));
    let written: usize = fake
        .0
        .lock()
        .unwrap()
        .batches
        .iter()
        .map(|(n, _, _)| n)
        .sum();
    assert_eq!(counts.read, written as u64);
    assert!((1..400_000).contains(&written));
}

#[test]
fn a_file_that_fails_does_not_take_back_what_came_before() {
    let map = PortfolioMap::default();
    let mut fake = Fake::new();
    let inputs = vec![
        Input::memory("good", b"{}\n{}\n"),
        Input::file("/nowhere/x.jsonl".into()),
    ];
    let (counts, ending) = ingest::run(inputs, &intake(&map), &mut fake, &mut |_| {});
    let Ending::Failed(error) = ending else {
        panic!("{ending:?}");
    };
    assert!(format!("{error:#}").contains("/nowhere/x.jsonl"));
    assert_eq!(counts.read, 2);
}

#[test]
fn bytes_that_are_no_text_are_kept_as_they_are() {
    let map = PortfolioMap::default();
    let mut fake = Fake::new();
    let inputs = vec![Input::memory("-", b"{}\n\xff\xfe{\n{}\n")];
    let (counts, _) = ingest::run(inputs, &intake(&map), &mut fake, &mut |_| {});
    assert_eq!(counts.read, 3);
}
