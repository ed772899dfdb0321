//! Filter, palette, mouse, and a session that goes on where the last one ended,
//! in a terminal.

use super::stores::{conflict, ingest};
use super::terminal::{Home, Terminal};
use std::fs;
use vt100::MouseProtocolMode;

fn demo(home: &Home) -> Terminal {
    let terminal = home.open((80, 24), &["demo"]);
    terminal.sees(&["Review queue", "[Open ", ", surest first", "? help"]);
    terminal
}

#[test]
fn a_filter_and_the_palette() {
    let home = Home::new();
    let mut terminal = demo(&home);
    terminal.types("/kind:fork\r");
    terminal.sees(&["fit “kind:fork”, Esc clears", "fork"]);
    terminal.types("\x1b");
    terminal.sees(&["1 of ", ", surest first"]);
    terminal.types(":");
    terminal.sees(&["Palette", "Enter does it"]);
    terminal.types("privc\r");
    terminal.sees(&["privacy ines", "are masked."]);
    // What is pasted is no key.
    terminal.types("\x1b[200~q:quit\rq\x1b[201~?");
    terminal.sees(&["What can be done here"]);
    terminal.types("\x1b");
    terminal.sees_that("help closed", |screen| {
        !screen.contents().contains("What can be done here")
    });
    terminal.types("q");
    assert_eq!(terminal.ends_restored(), Ok(0));
}

#[test]
fn the_mouse_is_given_back() {
    let home = Home::new();
    let mut terminal = demo(&home);
    assert!(terminal.seen(|screen| screen.mouse_protocol_mode() == MouseProtocolMode::None));
    terminal.types(":mouse\r");
    terminal.sees_that("mouse", |screen| {
        screen.mouse_protocol_mode() != MouseProtocolMode::None
    });
    // A click on the second row of the list.
    terminal.types("\x1b[<0;20;6M\x1b[<0;20;6m");
    terminal.sees_that("second row", |screen| {
        screen
            .rows(0, 80)
            .nth(5)
            .is_some_and(|row| row.starts_with('▸'))
    });
    terminal.types("\x1a");
    terminal.continues_after_a_stop();
    terminal.sees_that("mouse again", |screen| {
        screen.mouse_protocol_mode() != MouseProtocolMode::None
    });
    terminal.types("q");
    assert_eq!(terminal.ends_restored(), Ok(0));
}

#[test]
fn a_session_goes_on_where_it_ended() {
    let home = Home::new();
    let store = ingest(&home, &conflict(["Ana Souza", "Rita Lopes"], "16315551181"));
    let open = |more: &[&str]| home.open((80, 24), &[&["--store", store.as_str()], more].concat());
    let mut terminal = open(&[]);
    terminal.sees(&["Review queue", "Rita Lopes"]);
    terminal.types("O\r");
    terminal.sees(&["(1 of 1)", "Answers"]);
    terminal.signal("TERM");
    assert_eq!(terminal.ends_restored(), Ok(0));
    let mut terminal = open(&[]);
    terminal.sees(&["(1 of 1)", "Answers"]);
    terminal.types("q");
    terminal.sees(&["Review queue", "oldest first"]);
    terminal.types("q");
    assert_eq!(terminal.ends_restored(), Ok(0));
    let mut terminal = open(&["--fresh"]);
    terminal.sees(&["Review queue", "surest first"]);
    terminal.types("q");
    assert_eq!(terminal.ends_restored(), Ok(0));
}

#[test]
fn a_store_that_vanishes_leaves_the_terminal_whole() {
    let home = Home::new();
    let file = ingest(&home, &conflict(["Ana Souza", "Rita Lopes"], "16315551181"));
    let dir = home.path().join("apart");
    fs::create_dir(&dir).unwrap();
    let store = dir.join("identity.db");
    fs::rename(&file, &store).unwrap();
    let mut terminal = home.open((80, 24), &["--store", store.to_str().unwrap()]);
    terminal.sees(&["Review queue", "Rita Lopes"]);
    fs::remove_dir_all(&dir).unwrap();
    terminal.types("\r");
    terminal.sees(&["Case 1", "Answers r relink"]);
    terminal.answers("m", "moved, deleted or replaced");
    terminal.types("cana");
    terminal.sees(&["Search ana"]);
    terminal.types("\x03");
    assert_eq!(terminal.ends_restored(), Ok(0));
    assert!(!dir.exists(), "no half a store in its place");
}
