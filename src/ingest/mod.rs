//! Files and streams into the store: the inputs are read and parsed on one
//! thread, written in large transactions on this one.
//!
//! What a delivery holds is `payload`'s word (of a row of a CSV file, that of
//! `import`), what becomes of it the store's.
//! In here is only how much travels at once: enough that a million lines go
//! fast, little enough that a quiet stream is stored soon and memory stays
//! bounded. Whoever stops it keeps what was written.

mod budget;
pub mod import;
mod input;
mod manner;
pub mod source;

pub use input::Input;
pub use manner::retry;

use crate::domain::fact::{Item, Reading};
use crate::domain::time::Timestamp;
use crate::payload::{self, Format, Unread};
use crate::review::page::Counts;
use crate::store::{Arrival, PortfolioMap, Store};
use anyhow::Context as _;
use budget::Budget;
use import::{Column, Faults, Sheet};
use manner::Manner;
use source::Delivery;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Items that one transaction takes at most, and bytes of JSON. Measured:
/// larger ones gain little and cost memory.
const BATCH_ITEMS: usize = 25_000;
const BATCH_BYTES: usize = 16 << 20;
/// Bytes of JSON that the parsing thread may be ahead.
const AHEAD: usize = 12 << 20;
/// When the input is silent for so long, what has come of it is written.
const QUIET: Duration = Duration::from_millis(100);

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

enum Parsed {
    Arrival(Arrival),
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
    let parser = move |out: &Out| parse(inputs, format, &manner, &counted, &unread, out);
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
    let parser = move |out: &Out| {
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
struct Out {
    budget: Arc<Budget>,
    to_writer: Sender<Parsed>,
}

impl Out {
    /// Hands over one delivery; false if nobody listens any more.
    fn send(&self, arrival: Arrival) -> bool {
        self.budget.take(size(&arrival));
        self.to_writer.send(Parsed::Arrival(arrival)).is_ok()
    }

    fn failed(&self, doing: &str, error: std::io::Error) {
        let error = anyhow::Error::new(error).context(doing.to_owned());
        // Nobody listens any more: nobody needs to know.
        let _ = self.to_writer.send(Parsed::Failed(error));
    }
}

/// Runs `parser` on a thread of its own and writes what it hands over.
fn drive(
    parser: impl FnOnce(&Out) + Send + 'static,
    bytes: &AtomicU64,
    intake: &Intake<'_>,
    store: &mut dyn Store,
    watch: &mut dyn FnMut(&Progress),
) -> (Counts, Ending) {
    let began = Instant::now();
    let budget = Arc::new(Budget::new(AHEAD));
    let (to_writer, arrivals) = mpsc::channel();
    let parser = {
        let budget = Arc::clone(&budget);
        std::thread::spawn(move || parser(&Out { budget, to_writer }))
    };
    let mut writer = Writer {
        intake,
        store,
        batch: Vec::new(),
        items: 0,
        text: 0,
        counts: Counts::default(),
    };
    let ending = loop {
        let next = arrivals.recv_timeout(QUIET);
        let step = match next {
            Ok(Parsed::Arrival(arrival)) => {
                budget.give(size(&arrival));
                writer.take(arrival)
            }
            Ok(Parsed::Failed(error)) => {
                break writer
                    .write()
                    .map_or_else(Ending::Failed, |()| Ending::Failed(error));
            }
            Err(RecvTimeoutError::Timeout) => writer.write().map(|()| true),
            Err(RecvTimeoutError::Disconnected) => {
                let whole = parser.join().is_ok();
                break match writer.write() {
                    Ok(()) if whole => Ending::Done,
                    Ok(()) => Ending::Failed(anyhow::anyhow!("reading the input broke off")),
                    Err(error) => Ending::Failed(error),
                };
            }
        };
        match step {
            Ok(true) => watch(&Progress {
                bytes: bytes.load(Ordering::Relaxed),
                counts: writer.counts,
            }),
            Ok(false) => {}
            Err(error) => break Ending::Failed(error),
        }
        if intake.stop.load(Ordering::Relaxed) {
            break writer
                .write()
                .map_or_else(Ending::Failed, |()| Ending::Stopped);
        }
    };
    // A parser that waits for room finds that nobody listens, and ends. One
    // that waits for a silent input is left to the end of the process.
    drop(arrivals);
    budget.open();
    let mut counts = writer.counts;
    counts.elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    (counts, ending)
}

/// Collects arrivals and writes them in batches.
struct Writer<'a> {
    intake: &'a Intake<'a>,
    store: &'a mut dyn Store,
    batch: Vec<Arrival>,
    items: usize,
    text: usize,
    counts: Counts,
}

impl Writer<'_> {
    /// Whether the batch was full and has been written.
    fn take(&mut self, arrival: Arrival) -> anyhow::Result<bool> {
        self.items += arrival.items.len();
        self.text += size(&arrival);
        self.batch.push(arrival);
        let full = self.items >= BATCH_ITEMS || self.text >= BATCH_BYTES;
        if full {
            self.write()?;
        }
        Ok(full)
    }

    fn write(&mut self) -> anyhow::Result<()> {
        let (Some(first), Some(last)) = (self.batch.first(), self.batch.last()) else {
            return Ok(());
        };
        let counts = self
            .store
            .ingest(&self.batch, self.intake.map, (self.intake.clock)())
            .with_context(|| format!("taking in {} to {}", first.source, last.source))?;
        tracing::info!(
            deliveries = self.batch.len(),
            applied = counts.applied,
            "a batch is written"
        );
        self.counts += counts;
        self.batch.clear();
        (self.items, self.text) = (0, 0);
        Ok(())
    }
}

/// The parsing thread: until the inputs end, one fails, or nobody listens.
fn parse(
    inputs: Vec<Input>,
    format: Format,
    manner: &Arc<str>,
    bytes: &Arc<AtomicU64>,
    unread: &Mutex<Unread>,
    out: &Out,
) {
    for input in inputs {
        let name = input.name().to_owned();
        let failed = |error| out.failed(&format!("reading {name}"), error);
        let opened = input
            .open(Arc::clone(bytes))
            .and_then(source::Deliveries::new);
        let deliveries = match opened {
            Ok(deliveries) => deliveries,
            Err(error) => return failed(error),
        };
        for delivery in deliveries {
            let arrival = match delivery {
                Ok(delivery) => {
                    let mut unread = unread.lock().unwrap_or_else(PoisonError::into_inner);
                    arrival(&name, delivery, format, manner, &mut unread)
                }
                Err(error) => return failed(error),
            };
            if !out.send(arrival) {
                return;
            }
        }
    }
}

fn arrival(
    name: &str,
    delivery: Delivery,
    format: Format,
    manner: &Arc<str>,
    unread: &mut Unread,
) -> Arrival {
    let source = format!("{name}:{}", delivery.line);
    match delivery.text {
        Ok(json) => Arrival {
            items: payload::read_counting(&json, format, Some(unread)),
            text: Ok(json),
            source,
            manner: Arc::clone(manner),
        },
        Err(unreadable) => Arrival {
            items: vec![Item {
                pointer: String::new(),
                reading: Reading::Quarantined(unreadable.to_string()),
            }],
            text: Err(unreadable.into_bytes()),
            source,
            manner: Arc::clone(manner),
        },
    }
}

fn size(arrival: &Arrival) -> usize {
    arrival.text.as_ref().map_or_else(Vec::len, String::len)
}
