//! What comes off the belt, cut into transactions: enough in one that a million
//! lines go fast, little enough that a quiet stream is stored soon and others
//! can write.

use super::belt::{Belt, End, Taken, WORTH, size};
use crate::store::{Arrival, Arrivals, Source};
use std::sync::atomic::{AtomicBool, Ordering};
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
/// So long a transaction waits for more to come: others wait meanwhile.
const GRACE: Duration = Duration::from_millis(10);
/// When the input is silent for so long, what has come of it is written.
const QUIET: Duration = Duration::from_millis(100);

/// Who else writes to the store while an intake goes on.
#[derive(Default)]
pub(super) struct Others {
    /// The store's revision, which rises by what others write.
    revision: Option<i64>,
    /// When the last of their writes was seen.
    wrote: Option<Instant>,
}

impl Others {
    /// How long the next transaction may take things in.
    pub(super) fn leave(&mut self, revision: Option<i64>, now: Instant) -> Duration {
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
pub(super) struct Stream<'a> {
    belt: &'a Belt,
    stop: &'a AtomicBool,
    arrivals: Vec<Arrival>,
    /// `arrivals` was not handed out yet.
    fresh: bool,
    /// Nothing more comes.
    pub(super) end: Option<End>,
    pub(super) began: Instant,
    /// After which the transaction takes no more.
    pub(super) time: Duration,
    items: usize,
    bytes: usize,
    /// Little came: what follows is waited for outside of a transaction.
    is_slow: bool,
    /// The source of the transaction's first delivery.
    first: Option<Source>,
}

impl<'a> Stream<'a> {
    pub(super) fn of(belt: &'a Belt, stop: &'a AtomicBool) -> Self {
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
    pub(super) fn begin(&mut self) -> bool {
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
    pub(super) fn doing(&self) -> String {
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

#[cfg(test)]
mod tests {
    use super::super::belt::Feeder;
    use super::*;
    use std::sync::Arc;

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
