//! A store in memory that hands out pages made by hand and remembers what it
//! was asked, and a world around the command line that can be read afterwards.

mod pages;
mod store;

use reunite::cli::{self, Stream, World};
use reunite::domain::time::{DAY, Timestamp};
use reunite::error::Exit;
use reunite::review::refusal::Refusal;
use reunite::store::{Mode, Store, Verdict};
use reunite::tui;
use std::cell::RefCell;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

/// 2026-11-22T12:00:00Z.
pub(crate) fn now() -> Timestamp {
    at(0)
}

/// So many days before [`now`].
pub(crate) fn at(days: i64) -> Timestamp {
    Timestamp(1_795_348_800_000 - days * DAY)
}

/// What a run printed and how it ended.
#[derive(Debug, Clone)]
pub(crate) struct Ran {
    pub(crate) exit: Exit,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// The only line of output, as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        assert_eq!(self.out.lines().count(), 1, "{self:?}");
        serde_json::from_str(&self.out).unwrap()
    }
}

/// Shared between the handles that a test and the program hold.
#[derive(Default)]
pub(crate) struct Inside {
    pub(crate) cases: usize,
    pub(crate) contacts: usize,
    pub(crate) audit: usize,
    pub(crate) refuse: Option<Refusal>,
    pub(crate) verdict: Option<Verdict>,
    pub(crate) unsound: bool,
    pub(crate) unknown: bool,
    /// What was asked.
    pub(crate) asked: Vec<String>,
    /// Sizes and sources of ingested batches.
    pub(crate) batches: Vec<(usize, String, String)>,
}

/// The store's handle.
#[derive(Clone, Default)]
pub(crate) struct Fake(pub(crate) Arc<Mutex<Inside>>);

/// What was opened and shown, beside the output.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) modes: Vec<Mode>,
    pub(crate) screens: Vec<tui::Options>,
}

#[derive(Clone, Default)]
struct Shared(Rc<RefCell<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

impl Fake {
    /// A few of everything.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Inside {
            cases: 3,
            contacts: 2,
            audit: 2,
            ..Inside::default()
        })))
    }

    pub(crate) fn with(self, change: impl FnOnce(&mut Inside)) -> Self {
        change(&mut self.0.lock().unwrap());
        self
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().asked.clone()
    }

    fn ask_for(&self, what: String) {
        self.0.lock().unwrap().asked.push(what);
    }

    /// Runs a command line on this store.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.run_in(args, |_| {}).0
    }

    /// The same, in a world that is different.
    pub(crate) fn run_in(&self, args: &[&str], change: impl FnOnce(&mut World<'_>)) -> (Ran, Seen) {
        let (out, err) = (Shared::default(), Shared::default());
        let seen = RefCell::new(Seen::default());
        let exit = {
            let mut world = World {
                out: Stream {
                    to: Box::new(out.clone()),
                    terminal: true,
                    colour: false,
                },
                err: Stream {
                    to: Box::new(err.clone()),
                    terminal: false,
                    colour: false,
                },
                columns: 80,
                now,
                open: Box::new(|_: &Path, mode| {
                    seen.borrow_mut().modes.push(mode);
                    Ok(Box::new(self.clone()) as Box<dyn Store>)
                }),
                review: Box::new(|options, _| {
                    seen.borrow_mut().screens.push(options);
                    Ok(())
                }),
            };
            change(&mut world);
            // Neither the store nor the configuration of whoever runs the tests.
            let fixed = [
                "reunite",
                "--store",
                "/fake/identity.db",
                "--operator",
                "ines",
            ];
            let named = args.contains(&"--config");
            let empty: &[&str] = if named {
                &[]
            } else {
                &["--config", "/dev/null"]
            };
            let args = fixed.iter().chain(empty).chain(args);
            cli::run(args.map(OsString::from), &mut world)
        };
        let ran = Ran {
            exit,
            out: out.text(),
            err: err.text(),
        };
        (ran, seen.into_inner())
    }
}
