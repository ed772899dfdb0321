//! The house keeps its shape: arrows run down only, and each foreign crate
//! stays in its room.

use std::fs;
use std::path::{Path, PathBuf};

/// Which rooms a room may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("payload", &["domain"]),
    ("resolve", &["domain"]),
    ("simulate", &["domain"]),
    ("review", &["resolve", "domain"]),
    ("store", &["review", "resolve", "domain"]),
    (
        "ingest",
        &["payload", "store", "review", "resolve", "domain"],
    ),
    ("tui", &["ingest", "store", "review", "resolve", "domain"]),
    ("config", &["store", "review", "domain"]),
    ("error", &["store", "review", "domain"]),
    ("paths", &["error"]),
    ("logging", &["domain"]),
    (
        "cli",
        &[
            "tui", "ingest", "simulate", "config", "error", "paths", "logging", "payload", "store",
            "review", "resolve", "domain",
        ],
    ),
];

/// Where alone a foreign crate may be named.
const KEPT_IN: &[(&str, &str)] = &[
    ("rusqlite", "store/sqlite"),
    ("ratatui", "tui"),
    ("crossterm", "tui"),
    ("clap", "cli"),
];

/// What the rooms that decide must not touch.
const PURE: &[&str] = &["domain", "payload", "resolve", "review"];
const IMPURE: &[&str] = &[
    "std::fs",
    "io::stdin",
    "io::stdout",
    "println!",
    "std::net",
    "std::env",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            found.push(path);
        }
    }
}

/// Every file but tests: its place below `src`, and its code without comments
/// and without what stands below `#[cfg(test)] mod tests {`.
pub(crate) fn code() -> Vec<(String, String)> {
    let mut found = Vec::new();
    files(&source(), &mut found);
    found.sort();
    found
        .into_iter()
        .map(|path| {
            let place = path.strip_prefix(source()).unwrap();
            let place = place.to_str().unwrap().replace('\\', "/");
            let text = fs::read_to_string(&path).unwrap();
            let text = text.split("\nmod tests {").next().unwrap();
            let lines = text
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"));
            (place, lines.collect::<Vec<_>>().join("\n"))
        })
        .filter(|(place, _)| !place.ends_with("tests.rs") && !place.contains("tests/"))
        .collect()
}

fn room(place: &str) -> &str {
    place.split('/').next().unwrap().trim_end_matches(".rs")
}

/// The rooms named after each `crate::` in a code.
fn arrows(code: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            found.push(word(rest));
            continue;
        };
        let mut depth = 0;
        let mut begins = true;
        for (at, c) in group.char_indices() {
            if begins && !c.is_whitespace() {
                found.push(word(&group[at..]));
                begins = false;
            }
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => begins = true,
                _ => {}
            }
        }
    }
    found.retain(|room| !room.is_empty());
    found
}

#[test]
fn arrows_are_found_in_all_their_spellings() {
    let code = "use crate::store::{A, b::C};\nuse crate::{\n  tui,\n  ingest::{self, X},\n  paths,\n};\n\
                pub(crate) fn f(x: crate::domain::Y) {}\nother_crate::z();";
    assert_eq!(arrows(code), ["store", "tui", "ingest", "paths", "domain"]);
}

#[test]
fn arrows_run_down_only() {
    let mut wrong = Vec::new();
    for (place, code) in code() {
        let from = room(&place);
        if matches!(from, "main" | "lib") {
            continue;
        }
        let Some((_, below)) = MAY_USE.iter().find(|(name, _)| *name == from) else {
            wrong.push(format!(
                "{place}: the room '{from}' has no place in the house"
            ));
            continue;
        };
        for to in arrows(&code) {
            let known = MAY_USE.iter().any(|(name, _)| *name == to);
            if known && to != from && !below.contains(&to.as_str()) {
                wrong.push(format!("{place}: {from} uses {to}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "arrows that run up:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn foreign_crates_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for (place, code) in code() {
        for (name, home) in KEPT_IN {
            let home_file = format!("{home}.rs");
            if place.starts_with(&format!("{home}/")) || place == home_file {
                continue;
            }
            let named = [
                format!("{name}::"),
                format!("use {name};"),
                format!("use {name} "),
            ];
            let uses = code.lines().filter(|line| {
                named.iter().any(|spelling| {
                    line.match_indices(spelling.as_str()).any(|(at, _)| {
                        !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
                    })
                })
            });
            wrong.extend(uses.map(|line| format!("{place}: {}", line.trim())));
        }
    }
    assert!(
        wrong.is_empty(),
        "crates outside their rooms:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_rooms_that_decide_are_pure() {
    let mut wrong = Vec::new();
    for (place, code) in code() {
        if PURE.contains(&room(&place)) {
            let touched = IMPURE.iter().filter(|word| code.contains(**word));
            wrong.extend(touched.map(|word| format!("{place}: {word}")));
        }
    }
    assert!(
        wrong.is_empty(),
        "no I/O and no clock here:\n{}",
        wrong.join("\n")
    );
}
