//! What a run touches outside of its arguments: the two outputs, the clock,
//! the store's file, the terminal screen.

use crate::domain::time::Timestamp;
use crate::store::{self, Mode, Store};
use crate::tui;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::Path;
use std::time::Duration;

/// How long a command waits for other writers.
const WAIT: Duration = Duration::from_secs(60);
/// Columns to print in where nobody says how many there are.
const COLUMNS: usize = 80;

/// Opens the store at a path.
type Open<'a> = dyn Fn(&Path, Mode) -> store::Result<Box<dyn Store>> + 'a;

/// The world around a run.
pub struct World<'a> {
    /// Standard output.
    pub out: Box<dyn Write + 'a>,
    /// Standard error.
    pub err: Box<dyn Write + 'a>,
    /// Whether somebody looks at standard output.
    pub terminal_out: bool,
    /// Whether somebody looks at standard error.
    pub terminal_err: bool,
    /// Whether standard output takes colour.
    pub colour_out: bool,
    /// Whether standard error takes colour.
    pub colour_err: bool,
    /// Columns for tables.
    pub columns: usize,
    /// The clock.
    pub now: fn() -> Timestamp,
    /// How a store is opened.
    pub open: Box<Open<'a>>,
    /// How the review terminal is run.
    pub review: Box<dyn Fn(tui::Options) -> anyhow::Result<()> + 'a>,
}

impl World<'_> {
    /// The world of this process.
    #[must_use]
    pub fn of_process() -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        let (terminal_out, terminal_err) = (out.is_terminal(), err.is_terminal());
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let colour = !set("NO_COLOR") && !dumb;
        Self {
            out: Box::new(BufWriter::new(out)),
            err: Box::new(err),
            terminal_out,
            terminal_err,
            colour_out: terminal_out && colour,
            colour_err: terminal_err && colour,
            columns: columns().unwrap_or(COLUMNS),
            now,
            open: Box::new(|path, mode| store::open(path, mode, WAIT)),
            review: Box::new(tui::run),
        }
    }
}

fn columns() -> Option<usize> {
    let columns = std::env::var("COLUMNS").ok()?.trim().parse().ok()?;
    (columns >= 40).then_some(columns)
}

fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}
