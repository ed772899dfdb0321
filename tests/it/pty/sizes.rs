//! A terminal that changes its size while the program runs.

use super::terminal::Home;
use reunite::domain::text;

/// From the smallest to the largest, back and forth.
const SIZES: [(u16, u16); 30] = [
    (1, 1),
    (2, 1),
    (1, 2),
    (200, 1),
    (1, 50),
    (3, 3),
    (10, 2),
    (20, 5),
    (200, 50),
    (59, 15),
    (60, 14),
    (60, 15),
    (61, 16),
    (80, 15),
    (60, 50),
    (99, 24),
    (100, 24),
    (101, 24),
    (200, 15),
    (7, 7),
    (120, 40),
    (40, 12),
    (160, 48),
    (1, 24),
    (80, 1),
    (132, 43),
    (60, 15),
    (199, 49),
    (200, 50),
    (1, 1),
];

/// What is drawn, line by line; blanks at the end of one are no difference.
fn lines(screen: &vt100::Screen) -> Vec<String> {
    let contents = screen.contents();
    contents
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

#[test]
fn it_draws_at_every_size_and_is_whole_again_after_all() {
    let home = Home::new();
    let mut terminal = home.open((80, 24), &["demo"]);
    terminal.sees(&["Review queue", "[Open ", ", surest first", "? help"]);
    let before = terminal.seen(lines);
    for (columns, rows) in SIZES {
        terminal.resize((columns, rows));
        terminal.sees_that(&format!("screen of {columns}x{rows}"), |screen| {
            let mut lines = screen.rows(0, columns);
            if columns >= 60 && rows >= 15 {
                return lines.next().unwrap().contains("Review queue")
                    && lines.last().unwrap().contains("? help");
            }
            let says = format!("reunite needs 60x15; this is {columns}x{rows}");
            lines.next().unwrap().trim_end() == text::cell(&says, columns.into()).trim_end()
        });
    }
    terminal.resize((80, 24));
    terminal.sees_that(&format!("queue as it was:\n{before:#?}\n--"), |screen| {
        lines(screen) == before
    });
    terminal.types("q");
    assert_eq!(terminal.ends_restored(), Ok(0));
}
