//! Whatever stops it half-way: what was committed stays, and the same command
//! again ends where an undisturbed run ends. A hundred kills, in release:
//!
//! `REUNITE_KILLS=100 cargo test --release --test it killed -- --nocapture`

use super::mutate::Dice;
use super::{Place, counts, message};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Traffic with changes, conflicts and every surface that people make.
fn traffic(place: &Place, people: &str, days: &str) -> String {
    let path = place.0.path().join("traffic.jsonl");
    let path = path.to_str().unwrap().to_owned();
    let ran = place.run(&[
        "simulate", "--people", people, "--days", days, "--seed", "7", "--out", &path,
    ]);
    assert!(ran.status.success(), "{ran:?}");
    path
}

#[test]
fn killed_at_any_moment_and_run_again_it_is_the_same_store() {
    let kills = std::env::var("REUNITE_KILLS").ok();
    let kills: usize = kills.and_then(|kills| kills.parse().ok()).unwrap_or(5);
    let place = Place::new();
    let people = if kills > 5 { "400" } else { "80" };
    let traffic = traffic(&place, people, "60");
    let began = Instant::now();
    let whole = place
        .command_on("whole.db", &["ingest", "--json", &traffic])
        .output()
        .unwrap();
    let took = began.elapsed();
    counts(&whole);
    let wanted = place.exports("whole.db");
    let mut dice = Dice::new(1);
    let mut half_way = 0;
    for kill in 0..kills {
        let store = format!("killed-{kill}.db");
        // Once, twice or three times before it is let go.
        for _ in 0..=dice.below(3) {
            let mut child = place
                .command_on(&store, &["ingest", "--json", &traffic])
                .spawn()
                .unwrap();
            let micros = u64::try_from(took.as_micros()).unwrap();
            let at = dice.below(usize::try_from(micros).unwrap()) as u64;
            // The one thing that is waited for is that any time has passed.
            std::thread::sleep(Duration::from_micros(at));
            child.kill().unwrap();
            half_way += usize::from(!child.wait().unwrap().success());
        }
        let again = place
            .command_on(&store, &["ingest", "--json", &traffic])
            .output()
            .unwrap();
        assert!(again.status.success(), "{again:?}");
        counts(&again);
        same(&place.exports(&store), &wanted);
        std::fs::remove_file(place.0.path().join(&store)).unwrap();
    }
    println!("{kills} stores, {half_way} kills before the end");
    assert!(half_way > 0);
}

/// Two stores export the same; the first line that differs is shown.
fn same(found: &[String], wanted: &[String]) {
    for (found, wanted) in found.iter().zip(wanted) {
        for (found, wanted) in found.lines().zip(wanted.lines()) {
            assert_eq!(found, wanted);
        }
        assert_eq!(found.lines().count(), wanted.lines().count());
    }
}

/// Sends a message, waits until it is written, sends the signal.
fn stopped_by(signal: &str) {
    let place = Place::new();
    let mut child = place
        .command(&["ingest", "--json", "-v"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{}", message(0)).unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let written = lines.find(|line| line.as_ref().unwrap().contains("a batch is written"));
    assert!(written.is_some());
    let pid = child.id().to_string();
    let sent = Command::new("kill").args([signal, &pid]).status().unwrap();
    assert!(sent.success());
    let ran = child.wait_with_output().unwrap();
    assert_eq!(ran.status.code(), Some(1), "{ran:?}");
    assert_eq!(counts(&ran)["messages"], 1);
    let said: String = lines.map_while(Result::ok).collect();
    assert!(said.contains("interrupted"), "{said}");
    drop(stdin);
    let text = format!("{}\n{}\n", message(0), message(1));
    let again = place.ingest(&[&place.file("day.jsonl", text.as_bytes())]);
    assert_eq!(
        (&again["duplicate"], &again["messages"]),
        (&1.into(), &1.into())
    );
}

#[test]
fn ctrl_c_and_a_polite_end_keep_what_was_written() {
    stopped_by("-INT");
    stopped_by("-TERM");
}

#[test]
fn a_full_disk_is_an_error_and_what_was_written_stays() {
    let place = Place::new();
    let traffic = traffic(&place, "400", "60");
    let store = place.0.path().join("identity.db");
    // Files may grow to 2 MiB, in blocks of 512 bytes.
    let script = "ulimit -f 4096 && exec \"$0\" --store \"$1\" ingest --json \"$2\"";
    let ran = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_reunite")])
        .args([store.to_str().unwrap(), &traffic])
        .env_remove("REUNITE_CONFIG")
        .env_remove("XDG_CONFIG_HOME")
        .env("HOME", place.0.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(1), "{ran:?}");
    assert!(said.contains("make room and run the same again"), "{said}");
    let whole = place
        .command_on("whole.db", &["ingest", "--json", &traffic])
        .output()
        .unwrap();
    assert!(whole.status.success());
    // With room again, the same command ends where an undisturbed run ends.
    place.ingest(&[traffic.as_ref()]);
    same(&place.exports("identity.db"), &place.exports("whole.db"));
}
