//! However it ends, the terminal is as it was.

use super::terminal::{Home, Terminal};
use rstest::rstest;
use std::fs;

/// The demo, once its queue is there.
fn demo(home: &Home, size: (u16, u16)) -> Terminal {
    let terminal = home.open(size, &["demo"]);
    terminal.sees(&["Review queue", "[Open ", ", surest first", "? help"]);
    terminal.sees_that("terminal taken over", |screen| {
        screen.alternate_screen() && screen.bracketed_paste()
    });
    terminal
}

fn leaves_nothing_behind(home: &Home) {
    let left: Vec<_> = fs::read_dir(home.temporary()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[rstest]
#[case::usual(80, 24)]
#[case::wide(120, 40)]
#[case::smallest(60, 15)]
fn merging_undoing_and_quitting(#[case] columns: u16, #[case] rows: u16) {
    let home = Home::new();
    let mut terminal = demo(&home, (columns, rows));
    let open = terminal.seen(open_cases);
    assert!(open.is_some());
    terminal.types("\r");
    terminal.sees(&["Suggested merge", "(1 of ", "m merge"]);
    let first = terminal.seen(case);
    assert!(first.is_some());
    terminal.answers("m", "Merged ");
    terminal.sees(&["Merged ", " u undoes"]);
    terminal.sees_that("next case", |screen| {
        case(screen).is_some_and(|c| Some(c) != first)
    });
    terminal.types("u");
    terminal.sees(&["Undone: Merged ", " U redoes"]);
    terminal.sees_that("first case again", |screen| case(screen) == first);
    terminal.types("q");
    terminal.sees(&["Review queue"]);
    terminal.sees_that("as many open cases", |screen| open_cases(screen) == open);
    terminal.types("q");
    assert_eq!(terminal.ends_restored(), Ok(0));
    assert_eq!(terminal.contents(), "");
    leaves_nothing_behind(&home);
}

/// What stands between these two.
fn between(screen: &vt100::Screen, before: &str, after: &str) -> Option<u32> {
    let contents = screen.contents();
    let (_, rest) = contents.split_once(before)?;
    rest.split_once(after)?.0.parse().ok()
}

/// The number of the case in the title.
fn case(screen: &vt100::Screen) -> Option<u32> {
    between(screen, " Case ", " (")
}

/// How many open cases the queue counts.
fn open_cases(screen: &vt100::Screen) -> Option<u32> {
    between(screen, "[Open ", "]")
}

#[rstest]
#[case("TERM")]
#[case("HUP")]
#[case("INT")]
#[case("QUIT")]
fn a_signal_ends_it_in_order(#[case] signal: &str) {
    let home = Home::new();
    let mut terminal = demo(&home, (80, 24));
    terminal.signal(signal);
    assert_eq!(terminal.ends_restored(), Ok(0));
    leaves_nothing_behind(&home);
}

#[test]
fn a_hidden_cursor_is_shown_again() {
    let home = Home::new();
    let mut terminal = demo(&home, (80, 24));
    terminal.resize((20, 5));
    terminal.sees_that("hidden cursor", vt100::Screen::hide_cursor);
    terminal.signal("TERM");
    assert_eq!(terminal.ends_restored(), Ok(0));
}

#[test]
fn a_stop_lends_the_terminal_to_the_shell() {
    let home = Home::new();
    let mut terminal = demo(&home, (80, 24));
    terminal.resize((20, 5));
    terminal.sees_that("hidden cursor", vt100::Screen::hide_cursor);
    terminal.types("\x1a");
    terminal.continues_after_a_stop();
    terminal.resize((80, 24));
    terminal.sees(&["Review queue", ", surest first", "? help"]);
    terminal.types("q");
    assert_eq!(terminal.ends_restored(), Ok(0));
}

#[test]
fn it_does_not_outlive_its_terminal() {
    let home = Home::new();
    let mut terminal = demo(&home, (80, 24));
    terminal.close();
    terminal.ends().unwrap();
    leaves_nothing_behind(&home);
}

/// No signal says so, and no key fails to come: they are read at the end of the
/// file for ever.
#[test]
fn it_does_not_outlive_a_terminal_that_vanishes_without_a_signal() {
    let home = Home::new();
    let mut terminal = home.open_under_nohup((80, 24), &["demo"]);
    terminal.sees(&["Review queue", "[Open ", ", surest first", "? help"]);
    terminal.close();
    assert_eq!(terminal.ends(), Ok(0));
    leaves_nothing_behind(&home);
}

/// In a release build nothing panics on request.
#[test]
#[cfg(debug_assertions)]
fn a_panic_is_told_on_a_terminal_that_is_restored() {
    let home = Home::new();
    let mut terminal = home.open_with((80, 24), &["demo"], &[("REUNITE_PANIC", "drawing")]);
    assert_eq!(terminal.ends_restored(), Ok(101));
    let said = terminal.words();
    assert!(
        said.contains("stopped because of a mistake in it: REUNITE_PANIC asked for this"),
        "{said}"
    );
    assert!(said.contains("Please report this"), "{said}");
    leaves_nothing_behind(&home);
}
