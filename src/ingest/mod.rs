//! Files and streams into the store: the inputs are read and parsed on one
//! thread, written in large transactions on this one.
//!
//! What a delivery holds is `payload`'s word (of a row of a CSV file, that of
//! `import`), what becomes of it the store's.
//! In here is only how much one transaction takes: enough that a million lines
//! go fast, little enough that a quiet stream is stored soon and others can
//! write. Memory does not grow with it. Whoever stops it keeps what was written.

mod belt;
pub mod import;
mod input;
mod manner;
pub mod source;

pub use input::Input;
pub use manner::retry;

use crate::domain::fact::{Item, Reading};
use crate::domain::time::Timestamp;
use crate::payload::{self, Format, Room, Unread};
use crate::review::page::Counts;
use crate::store::{Arrival, Arrivals, PortfolioMap, Source, Store};
use anyhow::Context as _;
use belt::{Belt, End, Feeder, Taken, WORTH, size};
use import::{Column, Faults, Sheet};
use manner::Manner;
use source::Delivery;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Items after which a transaction ends, and bytes of JSON: pages that are
/// touched here and there are written once in it, so that more go faster.
const ITEMS: usize = 262_144;
const BYTES: usize = 256 << 20;
/// Time after which a transaction takes no more: to write what it took lasts as
/// long again, and others wait for that who want to decide.
const TIME: Duration = Duration::from_millis(400);
/// The same where nobody else has written lately.
const TIME_ALONE: Duration = Duration::from_secs(2);
/// For so long after another's write more of them are expected: an operator
/// decides one case after the other.
const LATELY: Duration = Duration::from_secs(30);
/// Most of the pause between two transactions: who waits to write asks every
/// few milliseconds, and would hardly ever find the moment between them.
const PAUSE: Duration = Duration::from_millis(20);
/// So long a transaction waits for more to come: others wait meanwhile.
const GRACE: Duration = Duration::from_millis(10);
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

/// Who else writes to the store while an intake goes on.
#[derive(Default)]
struct Others {
    /// The store's revision, which rises by what others write.
    revision: Option<i64>,
    /// When the last of their writes was seen.
    wrote: Option<Instant>,
}

impl Others {
    /// How long the next transaction may take things in.
    fn leave(&mut self, revision: Option<i64>, now: Instant) -> Duration {
        let before = std::mem::replace(&mut self.revision, revision);
        if before.is_some() && before != revision {
            self.wrote = Some(now);
        }
        match self.wrote {
            Some(wrote) if now - wrote < LATELY => TIME,
            _ => TIME_ALONE,
        }
    }
}

/// What comes off the belt, cut into transactions.
struct Stream<'a> {
    belt: &'a Belt,
    stop: &'a AtomicBool,
    arrivals: Vec<Arrival>,
    /// `arrivals` was not handed out yet.
    fresh: bool,
    /// Nothing more comes.
    end: Option<End>,
    began: Instant,
    /// After which the transaction takes no more.
    time: Duration,
    items: usize,
    bytes: usize,
    /// Little came: what follows is waited for outside of a transaction.
    is_slow: bool,
    /// The source of the transaction's first delivery.
    first: Option<Source>,
}

impl<'a> Stream<'a> {
    fn of(belt: &'a Belt, stop: &'a AtomicBool) -> Self {
        Self {
            belt,
            stop,
            arrivals: Vec::new(),
            fresh: false,
            end: None,
            began: Instant::now(),
            time: TIME,
            items: 0,
            bytes: 0,
            is_slow: false,
            first: None,
        }
    }

    /// Waits for the first deliveries of a transaction; false if none came yet.
    fn begin(&mut self) -> bool {
        let any = self.fill(QUIET);
        (self.began, self.items, self.bytes) = (Instant::now(), 0, 0);
        self.is_slow = false;
        self.first = self.arrivals.first().map(|a| a.source.clone());
        any
    }

    fn fill(&mut self, patience: Duration) -> bool {
        match self.belt.take(&mut self.arrivals, patience) {
            Taken::Some => self.fresh = true,
            Taken::Silence => {}
            Taken::End(end) => self.end = Some(end),
        }
        self.fresh
    }

    /// What is under way, for an error.
    fn doing(&self) -> String {
        let last = self.arrivals.last().map(|a| &a.source);
        match (&self.first, last) {
            (Some(first), Some(last)) => format!("taking in {first} to {last}"),
            _ => "taking in the input".to_owned(),
        }
    }
}

impl Arrivals for Stream<'_> {
    fn next(&mut self) -> Option<&[Arrival]> {
        let left = self.time.saturating_sub(self.began.elapsed());
        let full = self.items >= ITEMS || self.bytes >= BYTES || left.is_zero();
        let ends = full || self.is_slow || self.stop.load(Ordering::Relaxed);
        if !self.fresh && (ends || !self.fill(GRACE.min(left))) {
            return None;
        }
        self.fresh = false;
        let bytes = self.arrivals.iter().map(size).sum::<usize>();
        self.is_slow = bytes < WORTH;
        self.bytes += bytes;
        self.items += self.arrivals.iter().map(|a| a.items.len()).sum::<usize>();
        Some(&self.arrivals)
    }
}

/// The parsing thread: until the inputs end, one fails, or nobody listens.
fn parse(
    inputs: Vec<Input>,
    format: Format,
    manner: &Arc<str>,
    bytes: &Arc<AtomicU64>,
    unread: &Mutex<Unread>,
    out: &Out<'_>,
) {
    for input in inputs {
        let name: Arc<str> = input.name().into();
        let failed = |error| out.failed(&format!("reading {name}"), error);
        let opened = input
            .open(Arc::clone(bytes))
            .and_then(source::Deliveries::new);
        let mut deliveries = match opened {
            Ok(deliveries) => deliveries,
            Err(error) => return failed(error),
        };
        let mut room = Room::default();
        loop {
            let next = next_arrival(&mut deliveries, &name, format, manner, unread, &mut room);
            let arrival = match next {
                Ok(Some(arrival)) => arrival,
                Ok(None) => break,
                Err(error) => return failed(error),
            };
            if !out.send(arrival) {
                return;
            }
        }
    }
}

/// The next delivery, read. Most are a line each, for which one look is enough.
/// What was not read is locked only after the input gave something: somebody
/// may ask for it while that is waited for.
fn next_arrival(
    deliveries: &mut source::Deliveries<'_>,
    name: &Arc<str>,
    format: Format,
    manner: &Arc<str>,
    unread: &Mutex<Unread>,
    room: &mut Room,
) -> std::io::Result<Option<Arrival>> {
    let unread = || unread.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((line, number)) = deliveries.line()?
        && let Ok(items) = payload::try_reading(line, format, Some(&mut unread()), room)
    {
        let arrival = Arrival {
            items,
            text: Ok(line.to_owned()),
            source: Source {
                name: Arc::clone(name),
                line: Some(number),
            },
            manner: Arc::clone(manner),
        };
        deliveries.pass();
        return Ok(Some(arrival));
    }
    let delivery = deliveries.next().transpose()?;
    Ok(delivery.map(|delivery| arrival(name, delivery, format, manner, &mut unread())))
}

fn arrival(
    name: &Arc<str>,
    delivery: Delivery,
    format: Format,
    manner: &Arc<str>,
    unread: &mut Unread,
) -> Arrival {
    let source = Source {
        name: Arc::clone(name),
        line: Some(delivery.line),
    };
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

#[cfg(test)]
mod tests {
    use super::*;

    fn put(belt: &Belt, bytes: usize) {
        let text = Ok("x".repeat(bytes));
        let (source, items) = ("".into(), Vec::new());
        let manner = "".into();
        assert!(belt.put(Arrival {
            text,
            source,
            items,
            manner
        }));
    }

    #[test]
    fn a_transaction_is_short_while_others_write_too() {
        let (mut others, began) = (Others::default(), Instant::now());
        assert_eq!(others.leave(Some(7), began), TIME_ALONE);
        assert_eq!(others.leave(Some(8), began), TIME);
        assert_eq!(others.leave(Some(8), began + LATELY / 2), TIME);
        assert_eq!(others.leave(Some(8), began + LATELY), TIME_ALONE);
    }

    /// A transaction that waited for a slow input would keep others from writing.
    #[test]
    fn a_transaction_goes_on_only_where_much_comes() {
        let (belt, stop) = (Belt::default(), AtomicBool::new(false));
        let mut stream = Stream::of(&belt, &stop);
        put(&belt, 1);
        assert!(stream.begin() && stream.next().is_some());
        put(&belt, 1);
        assert!(stream.next().is_none());
        assert!(stream.begin() && stream.next().is_some());
        put(&belt, WORTH);
        assert!(stream.begin() && stream.next().is_some());
        put(&belt, WORTH);
        assert!(stream.next().is_some());
    }

    /// Few of them reach the bound of items.
    #[test]
    fn large_deliveries_end_a_transaction_by_their_bytes() {
        const LARGE: usize = 3 << 20;
        let belt = Arc::new(Belt::default());
        let feeding = Arc::clone(&belt);
        let thread = std::thread::spawn(move || {
            let feeder = Feeder(&feeding);
            for _ in 0..2 * BYTES / LARGE {
                put(feeder.0, LARGE);
            }
        });
        let stop = AtomicBool::new(false);
        let mut stream = Stream::of(&belt, &stop);
        stream.time = Duration::from_hours(1);
        let mut all = 0;
        while stream.end.is_none() {
            stream.begin();
            let mut bytes = 0;
            while let Some(part) = stream.next() {
                bytes += part.iter().map(size).sum::<usize>();
            }
            assert!(bytes < BYTES + 2 * LARGE, "{bytes}");
            all += bytes;
        }
        thread.join().unwrap();
        assert!(all > 2 * BYTES - LARGE, "{all}");
    }
}
