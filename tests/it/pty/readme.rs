//! What of the README is made from the program: the table of keys, which fails
//! here when it is stale, and the picture of a case, whose ages change by the
//! day. Both are made anew by
//!
//! ```sh
//! README_UPDATE=1 cargo test --test it readme
//! ```

use super::terminal::Home;
use reunite::tui;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

/// What stands between two marks of the README.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let (_, rest) = text.split_once(from).unwrap();
    rest.split_once(to).unwrap().0
}

fn keys() -> String {
    let mut out = String::from("\n| keys | action | works in | does |\n|---|---|---|---|\n");
    for line in tui::key_lines() {
        let keys: Vec<String> = line.keys.iter().map(|key| format!("`{key}`")).collect();
        let doc = line.doc.replace('|', "\\|");
        let (id, places) = (line.id, line.places);
        writeln!(out, "| {} | `{id}` | {places} | {doc} |", keys.join(" ")).unwrap();
    }
    out
}

/// The first case of the demo, as it is drawn at 100 columns.
fn picture() -> String {
    let home = Home::new();
    let mut terminal = home.open((100, 30), &["demo"]);
    terminal.sees(&["Review queue", ", surest first"]);
    terminal.types("\r");
    terminal.sees(&["(1 of ", "Answers m merge", "Tab pane m merge", "? help"]);
    let contents = terminal.contents();
    terminal.types("qq");
    terminal.ends().unwrap();
    let lines = contents
        .lines()
        .map(|line| line.trim_end().to_owned() + "\n");
    lines.collect()
}

#[test]
fn the_readme_lists_the_keys_as_they_are() {
    let text = fs::read_to_string(path()).unwrap();
    let listed = between(&text, "<!-- keys -->", "<!-- end of keys -->");
    if std::env::var_os("README_UPDATE").is_some() {
        let drawn = between(&text, "```text\n", "```");
        let whole = |inner: &str| format!("<!-- keys -->{inner}<!-- end of keys -->");
        let text = text
            .replacen(drawn, &picture(), 1)
            .replace(&whole(listed), &whole(&keys()));
        fs::write(path(), text).unwrap();
        return;
    }
    assert_eq!(
        listed,
        keys(),
        "README_UPDATE=1 cargo test --test it readme"
    );
}
