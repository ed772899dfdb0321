//! Files and streams into the store: the inputs are read and parsed on one
//! thread, written in large transactions on this one.
//!
//! What a delivery holds is `payload`'s word (of a row of a CSV file, that of
//! `import`), what becomes of it the store's.
//! How much one transaction takes is in `stream`. Memory does not grow with the
//! input. Whoever stops it keeps what was written.

mod belt;
pub mod import;
mod input;
mod manner;
mod parse;
pub mod source;
mod stream;

pub use input::Input;
pub use manner::retry;

use crate::domain::time::Timestamp;
use crate::payload::{Format, Unread};
use crate::review::page::Counts;
use crate::store::{Arrival, PortfolioMap, Store};
use anyhow::Context as _;
use belt::{Belt, End, Feeder};
use import::{Column, Faults, Sheet};
use manner::Manner;
use parse::parse;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use stream::{Others, Stream};

/// Most of the pause between two transactions: who waits to write asks every
/// few milliseconds, and would hardly ever find the moment between them.
const PAUSE: Duration = Duration::from_millis(20);

/// How inputs are taken in.
pub struct Intake<'a> {
    /// Whose JSON it is, where it is JSON.
    pub format: Format,
    /// Which portfolio it belongs to.
    pub map: &'a PortfolioMap,
    /// The time of arrival, asked once a batch.
    pub clock: &'a dyn Fn() -> Timestamp,
    /// Set by whoever wants it to stop: at the next batch boundary it does.
    pub stop: Arc<AtomicBool>,
    /// Fields that no reader asked for, counted while reading.
    pub unread: Arc<Mutex<Unread>>,
}

/// How far it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress {
    /// Bytes read, as they lie in the files.
    pub bytes: u64,
    /// What became of the items so far.
    pub counts: Counts,
}

/// How it ended; what was written until then is kept.
#[derive(Debug)]
pub enum Ending {
    /// Every input was read to its end.
    Done,
    /// It was told to stop.
    Stopped,
    /// Reading or writing failed.
    Failed(anyhow::Error),
}

/// Takes `inputs` in, one after the other. `watch` is told after each batch
/// and whenever the input is silent.
pub fn run(
    inputs: Vec<Input>,
    intake: &Intake<'_>,
    store: &mut dyn Store,
    watch: &mut dyn FnMut(&Progress),
) -> (Counts, Ending) {
    let bytes = Arc::new(AtomicU64::new(0));
    let format = intake.format;
    let portfolio = intake.map.unnamed.clone();
    let manner = Manner::Webhook { format, portfolio }.words();
    let counted = Arc::clone(&bytes);
    let unread = Arc::clone(&intake.unread);
    let parser = move |out: &Out<'_>| parse(inputs, format, &manner, &counted, &unread, out);
    drive(parser, &bytes, intake, store, watch)
}

/// Takes the rows of a sheet in, its columns read as told; beside the counts,
/// what could not be read.
pub fn import(
    sheet: Sheet,
    columns: Vec<Column>,
    intake: &Intake<'_>,
    store: &mut dyn Store,
    watch: &mut dyn FnMut(&Progress),
) -> (Counts, Ending, Faults) {
    let bytes = Arc::clone(&sheet.bytes);
    let portfolio = intake.map.unnamed.clone();
    let manner = Manner::Row {
        columns: columns.clone(),
        portfolio: portfolio.clone(),
    }
    .words();
    let faults = Arc::new(Mutex::new(Faults::default()));
    let noted = Arc::clone(&faults);
    let parser = move |out: &Out<'_>| {
        let way = import::Way {
            columns,
            portfolio,
            manner,
        };
        for arrival in sheet.arrivals(way) {
            let arrival = match arrival {
                Ok(arrival) => arrival,
                Err(error) => return out.failed("reading the file", error),
            };
            let mut noted = noted.lock().unwrap_or_else(PoisonError::into_inner);
            noted.note(&arrival);
            drop(noted);
            if !out.send(arrival) {
                return;
            }
        }
    };
    let (counts, ending) = drive(parser, &bytes, intake, store, watch);
    let mut faults = faults.lock().unwrap_or_else(PoisonError::into_inner);
    (counts, ending, std::mem::take(&mut *faults))
}

/// Where a parsing thread hands over what it read.
struct Out<'a>(&'a Belt);

impl Out<'_> {
    /// Hands over one delivery; false if nobody listens any more.
    fn send(&self, arrival: Arrival) -> bool {
        self.0.put(arrival)
    }

    fn failed(&self, doing: &str, error: std::io::Error) {
        let error = anyhow::Error::new(error).context(doing.to_owned());
        self.0.end(End::Failed(error));
    }
}

/// Runs `parser` on a thread of its own and writes what it hands over.
fn drive(
    parser: impl FnOnce(&Out<'_>) + Send + 'static,
    bytes: &AtomicU64,
    intake: &Intake<'_>,
    store: &mut dyn Store,
    watch: &mut dyn FnMut(&Progress),
) -> (Counts, Ending) {
    let began = Instant::now();
    let belt = Arc::new(Belt::default());
    let feeding = Arc::clone(&belt);
    // One that waits for a silent input is left to the end of the process.
    std::thread::spawn(move || {
        let feeder = Feeder(&feeding);
        parser(&Out(feeder.0));
    });
    let mut stream = Stream::of(&belt, &intake.stop);
    let mut others = Others::default();
    let mut counts = Counts::default();
    let ending = loop {
        // Others may write until there is something.
        if stream.begin() {
            // What cannot be asked now fails in the transaction, with its reason.
            stream.time = others.leave(store.revision().ok(), stream.began);
            let written = store.take_in(&mut stream, intake.map, (intake.clock)());
            match written.with_context(|| stream.doing()) {
                Ok(more) => {
                    tracing::info!(applied = more.applied, "a batch is written");
                    counts += more;
                }
                Err(error) => break Ending::Failed(error),
            }
            std::thread::sleep(PAUSE.min(stream.began.elapsed() / 100));
        }
        watch(&Progress {
            bytes: bytes.load(Ordering::Relaxed),
            counts,
        });
        match stream.end.take() {
            None if intake.stop.load(Ordering::Relaxed) => break Ending::Stopped,
            None => {}
            Some(End::Whole) => break Ending::Done,
            Some(End::Failed(error)) => break Ending::Failed(error),
            Some(End::BrokenOff) => {
                break Ending::Failed(anyhow::anyhow!("reading the input broke off"));
            }
        }
    };
    belt.stop();
    counts.elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    (counts, ending)
}
