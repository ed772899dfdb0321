//! What the arguments become: questions to the store, screens, exit codes.

use crate::fake::Fake;
use reunite::error::Exit;
use reunite::store::{Mode, StoreError};
use std::fs;

#[test]
fn answers_reach_the_store_as_they_were_given() {
    let store = Fake::new();
    store.run(&[
        "decide",
        "7",
        "relink",
        "--identifier",
        "bsuid:US.1@eu",
        "--to",
        "new",
        "--since",
        "2026-04-12T09:30:00Z",
        "--reason",
        "she said so",
        "--expect-version",
        "4",
    ]);
    let asked = &store.asked()[0];
    for part in [
        "case: CaseId(7)",
        "kind: Bsuid, value: \"US.1\", portfolio: Some(\"eu\")",
        "to: New",
        "since: Some(Timestamp(1775986200000))",
        "expect_version: Some(4), dry_run: false",
        "operator: \"ines\"",
        "reason: Some(\"she said so\")",
        "at: Timestamp(1795348800000)",
    ] {
        assert!(asked.contains(part), "{part}\n{asked}");
    }
    store.run(&["undo", "--batch", "5", "--cascade", "--reason", " "]);
    assert_eq!(store.asked()[1], "Batch(BatchId(5)) true None");
    store.run(&["audit", "--operator", "ana"]);
    assert!(store.asked()[2].contains("operator: Some(\"ana\")"));
    store.run(&[
        "resolve",
        "--bsuid",
        "US.1",
        "--portfolio",
        "eu",
        "--phone",
        " ",
    ]);
    assert!(store.asked()[3].contains("phone: None, username: None, portfolio: Some(\"eu\")"));
}

#[test]
fn reading_opens_to_read_and_writing_to_write() {
    let mode = |args: &[&str]| Fake::new().run_in(args, |_| {}).1.modes;
    assert_eq!(mode(&["cases"]), [Mode::ReadOnly]);
    assert_eq!(mode(&["decide", "7", "merge"]), [Mode::ReadWrite]);
    assert_eq!(mode(&["decide", "7", "merge", "--read-only"]), []);
    assert_eq!(mode(&["man"]), []);
}

#[test]
fn no_command_opens_the_screen() {
    let (ran, seen) = Fake::new().run_in(&["--read-only"], |_| {});
    assert_eq!((ran.exit, ran.err.as_str()), (Exit::Done, ""));
    let screen = &seen.screens[0];
    assert_eq!(screen.store.to_str(), Some("/fake/identity.db"));
    assert_eq!(screen.operator, "ines");
    assert!(screen.read_only && !screen.demo);

    let (ran, seen) = Fake::new().run_in(&[], |world| world.out.terminal = false);
    assert_eq!(ran.exit, Exit::Failed);
    assert!(ran.err.contains("needs a terminal") && ran.err.contains("hint:"));
    assert!(seen.screens.is_empty());
}

#[test]
fn without_a_store_it_says_how_to_make_one() {
    let (ran, _) = Fake::new().run_in(&[], |world| {
        world.open = Box::new(|path, _| Err(StoreError::Missing(path.to_owned())));
    });
    assert_eq!(ran.exit, Exit::Failed);
    assert!(ran.err.contains("no store at /fake/identity.db"));
    assert!(ran.err.contains("reunite ingest") && ran.err.contains("reunite demo"));
}

#[test]
fn errors_of_the_store_have_their_exit_codes() {
    let with = |make: fn() -> StoreError| {
        let (ran, _) = Fake::new().run_in(&["cases"], |world| {
            world.open = Box::new(move |_, _| Err(make()));
        });
        assert!(ran.err.starts_with("error: "), "{ran:?}");
        ran.exit
    };
    assert_eq!(with(|| StoreError::Locked("x".into())), Exit::Store);
    assert_eq!(with(|| StoreError::Foreign("x".into())), Exit::Store);
    assert_eq!(with(|| StoreError::Missing("x".into())), Exit::Failed);

    let unknown = Fake::new().with(|inside| inside.unknown = true);
    let ran = unknown.run(&["case", "99", "--json"]);
    assert_eq!((ran.exit, ran.out.as_str()), (Exit::Failed, ""));
    assert!(ran.err.contains("reading case 99: there is no case 99"));
    let none = Fake::new().run(&["quarantine", "show", "99"]);
    assert_eq!(none.exit, Exit::Failed);
}

#[test]
fn wrong_usage_is_exit_2() {
    for args in [
        &["frobnicate"][..],
        &["resolve"],
        &["resolve", "--phone", ""],
        &["resolve", "--phone", "US.1349"],
        &["resolve", "--bsuid", "US.1@eu", "--portfolio", "us"],
        &["resolve", "--bsuid", "US.2"],
        &["undo"],
        &["decide", "7", "merge", "--to", "3"],
        &["man", "frobnicate"],
    ] {
        let ran = Fake::new().run(args);
        assert_eq!(ran.exit, Exit::Usage, "{args:?}");
        assert!(
            ran.err.starts_with("error: ") && ran.out.is_empty(),
            "{args:?}"
        );
    }
}

#[test]
fn ingest_reads_files_and_says_what_became_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("day.jsonl");
    fs::write(&file, "{}\n{}\n{}\n").unwrap();
    let file = file.to_str().unwrap();
    let config = dir.path().join("config.toml");
    fs::write(&config, "[[portfolio]]\nname = \"eu\"\nwabas = [\"77\"]\n").unwrap();
    let config = ["--config", config.to_str().unwrap()];
    // The directory of the store is made.
    let path = dir.path().join("new/identity.db");
    let store = ["--store", path.to_str().unwrap()];
    let fake = Fake::new();
    let run = |args: &[&str]| fake.run(&[&["ingest", file], &config[..], &store, args].concat());

    let ran = run(&["--json", "--portfolio", "us"]);
    assert_eq!((ran.exit, ran.err.as_str()), (Exit::Done, ""));
    let counts = ran.json();
    for (key, wanted) in [
        ("read", 3),
        ("applied", 2),
        ("duplicate", 0),
        ("quarantined", 1),
        ("unrecognised", 0),
        ("messages", 2),
        ("statuses", 0),
        ("changes", 0),
        ("contacts_created", 0),
        ("cases_opened", 1),
        ("cases_superseded", 0),
    ] {
        assert_eq!(counts[key], wanted, "{key}");
    }
    assert!(counts["elapsed_ms"].is_u64());
    assert!(path.parent().unwrap().is_dir());
    let asked = fake.asked().remove(0);
    assert!(asked.contains("{\"77\": \"eu\"}") && asked.contains("unnamed: Some(\"us\")"));

    let strict = run(&["--strict"]);
    assert_eq!(strict.exit, Exit::Failed);
    assert!(strict.err.contains("1 item quarantined"));
    let table: Vec<&str> = strict.out.lines().skip(1).collect();
    insta::assert_snapshot!(table.join("\n"));

    let missing = fake.run(&["ingest", "/nowhere/x.jsonl"]);
    assert_eq!(missing.exit, Exit::Failed);
    assert!(missing.err.contains("opening /nowhere/x.jsonl"));
}

#[test]
fn a_wrong_configuration_names_file_and_line() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config.toml");
    fs::write(
        &path,
        "operator = \"ines\"\n[review]\nbatch_confidense = 0.9\n",
    )
    .unwrap();
    let path = path.to_str().unwrap();
    for args in [&["config", "check"][..], &["config", "show"], &["cases"]] {
        let ran = Fake::new().run(&[args, &["--config", path]].concat());
        assert_eq!(ran.exit, Exit::Failed);
        assert!(
            ran.err
                .contains(&format!("{path}:3: unknown field `batch_confidense`")),
            "{ran:?}"
        );
    }
    let ran = Fake::new().run(&["config", "check", "--config", "/nowhere/c.toml"]);
    assert_eq!(ran.exit, Exit::Failed);
    fs::write(path, "operator = \"ana\"\n").unwrap();
    let ran = Fake::new().run(&["config", "check", "--config", path]);
    assert_eq!(ran.out, format!("{path} is in order.\n"));
}
