//! What a run touches outside of its arguments: the two outputs, the clock,
//! the store's file, the terminal screen.

use crate::domain::time::Timestamp;
use crate::store::{self, Mode, Store};
use crate::tui;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::Path;
use std::time::Duration;

/// How long a command waits for other writers.
const WAIT: Duration = Duration::from_mins(1);
/// Columns to print in where nobody says how many there are.
const COLUMNS: usize = 80;
/// Fewest columns that a table is cut to.
const LEAST: usize = 40;

/// Opens the store at a path.
type Open<'a> = dyn Fn(&Path, Mode) -> store::Result<Box<dyn Store>> + 'a;

/// Runs the review terminal.
type Review<'a> = dyn Fn(tui::Options, Box<dyn Store>) -> anyhow::Result<()> + 'a;

/// One of the two outputs.
pub struct Stream<'a> {
    /// Where it goes.
    pub to: Box<dyn Write + 'a>,
    /// Whether somebody looks at it.
    pub terminal: bool,
    /// Whether it takes colour.
    pub colour: bool,
}

impl<'a> Stream<'a> {
    /// Colour on a terminal only, never with `NO_COLOR`, nor on a dumb one.
    fn of_process(to: Box<dyn Write + 'a>, terminal: bool) -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            to,
            terminal,
            colour: terminal && !dumb && !plain,
        }
    }
}

impl Write for Stream<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// The world around a run.
pub struct World<'a> {
    /// Standard output.
    pub out: Stream<'a>,
    /// Standard error.
    pub err: Stream<'a>,
    /// Columns for tables.
    pub columns: usize,
    /// The clock.
    pub now: fn() -> Timestamp,
    /// How a store is opened.
    pub open: Box<Open<'a>>,
    /// How the review terminal is run, on a store opened to read.
    pub review: Box<Review<'a>>,
}

impl World<'_> {
    /// The world of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        let (out_terminal, err_terminal) = (out.is_terminal(), err.is_terminal());
        Self {
            out: Stream::of_process(Box::new(BufWriter::new(out)), out_terminal),
            err: Stream::of_process(Box::new(err), err_terminal),
            columns: columns(out_terminal),
            now,
            open: Box::new(|path, mode| store::open(path, mode, WAIT)),
            review: Box::new(tui::run),
        }
    }
}

/// Those that the environment names, else those of the terminal that shows it.
fn columns(terminal: bool) -> usize {
    let named = std::env::var("COLUMNS").ok();
    let named = named.and_then(|columns| columns.trim().parse().ok());
    let own = || tui::columns().filter(|_| terminal);
    named
        .filter(|columns| *columns >= LEAST)
        .or_else(|| own().map(|columns| columns.max(LEAST)))
        .unwrap_or(COLUMNS)
}

fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}
