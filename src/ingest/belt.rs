//! The belt between the thread that parses and the one that writes.
//!
//! What is parsed is taken over many at a time: a wake-up for each delivery
//! would cost more than parsing it. It is bounded by bytes of JSON, since one
//! delivery is 300 bytes and another 3 MB. What was written travels back and is
//! dropped where it was made, so that the two threads do not wait for each
//! other in the allocator.

use crate::store::Arrival;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Bytes of JSON that the parsing thread may be ahead: it goes on while the
/// writer ends a transaction. Parsed they take twice the memory.
const AHEAD: usize = 12 << 20;
/// Bytes that are taken at a time; less is taken when the input is silent.
pub(super) const WORTH: usize = 1 << 18;

/// What lies between the two threads.
#[derive(Default)]
pub(super) struct Belt {
    state: Mutex<State>,
    /// There is something to write, or nothing more comes.
    filled: Condvar,
    /// There is room, or nobody takes any more.
    emptied: Condvar,
}

#[derive(Default)]
struct State {
    /// In the order in which they came; each but the last is worth taking.
    loads: VecDeque<Load>,
    bytes: usize,
    /// Written, to be dropped.
    done: Vec<Arrival>,
    ended: Option<End>,
    /// Nobody takes any more.
    stopped: bool,
}

/// What is taken at a time.
#[derive(Default)]
struct Load {
    arrivals: Vec<Arrival>,
    bytes: usize,
}

impl Load {
    fn is_worth(&self) -> bool {
        self.bytes >= WORTH
    }
}

impl State {
    fn add(&mut self, arrival: Arrival, bytes: usize) {
        if self.loads.back().is_none_or(Load::is_worth) {
            self.loads.push_back(Load::default());
        }
        if let Some(load) = self.loads.back_mut() {
            load.arrivals.push(arrival);
            load.bytes += bytes;
            self.bytes += bytes;
        }
    }
}

/// Why nothing more comes.
pub(super) enum End {
    /// Every input was read to its end.
    Whole,
    /// Reading failed.
    Failed(anyhow::Error),
    /// The parsing thread broke off.
    BrokenOff,
}

/// What the writer finds.
pub(super) enum Taken {
    /// Something to write.
    Some,
    /// Nothing came for as long as it would wait.
    Silence,
    /// Nothing more comes.
    End(End),
}

impl Belt {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts one delivery on; waits while the belt is full, but a single one
    /// that is larger than everything passes alone. False if nobody takes it.
    pub(super) fn put(&self, arrival: Arrival) -> bool {
        let bytes = size(&arrival);
        let full = |s: &mut State| s.bytes > 0 && s.bytes + bytes > AHEAD && !s.stopped;
        let mut state = self
            .emptied
            .wait_while(self.state(), full)
            .unwrap_or_else(PoisonError::into_inner);
        let before = state.bytes;
        state.add(arrival, bytes);
        if before < WORTH && state.bytes >= WORTH {
            self.filled.notify_one();
        }
        let done = std::mem::take(&mut state.done);
        let goes_on = !state.stopped;
        drop(state);
        drop(done);
        goes_on
    }

    /// Nothing more comes; the first reason counts.
    pub(super) fn end(&self, end: End) {
        self.state().ended.get_or_insert(end);
        self.filled.notify_one();
    }

    /// Exchanges `arrivals`, which are written, for what has come: at once if it
    /// is much, else after `patience`.
    pub(super) fn take(&self, arrivals: &mut Vec<Arrival>, patience: Duration) -> Taken {
        let until = Instant::now() + patience;
        let mut state = self.state();
        state.done.append(arrivals);
        while state.bytes < WORTH && state.ended.is_none() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self
                .filled
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        let Some(load) = state.loads.pop_front() else {
            return state.ended.take().map_or(Taken::Silence, Taken::End);
        };
        state.bytes -= load.bytes;
        *arrivals = load.arrivals;
        drop(state);
        self.emptied.notify_one();
        Taken::Some
    }

    /// Nobody takes any more: a parser that waits for room ends.
    pub(super) fn stop(&self) {
        self.state().stopped = true;
        self.emptied.notify_all();
    }
}

/// Ends the belt when the parsing thread does, however that comes about.
pub(super) struct Feeder<'a>(pub(super) &'a Belt);

impl Drop for Feeder<'_> {
    fn drop(&mut self) {
        self.0.end(if std::thread::panicking() {
            End::BrokenOff
        } else {
            End::Whole
        });
    }
}

/// What a delivery holds beside its text, about: many short ones count too.
const BESIDE: usize = 256;

/// Bytes of a delivery.
pub(super) fn size(arrival: &Arrival) -> usize {
    BESIDE + arrival.text.as_ref().map_or_else(Vec::len, String::len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn arrival(bytes: usize) -> Arrival {
        Arrival {
            text: Ok("x".repeat(bytes)),
            source: "".into(),
            items: Vec::new(),
            manner: "".into(),
        }
    }

    #[test]
    fn what_is_larger_than_everything_passes_alone() {
        let belt = Belt::default();
        assert!(belt.put(arrival(AHEAD * 2)));
        let mut taken = Vec::new();
        assert!(matches!(belt.take(&mut taken, Duration::ZERO), Taken::Some));
        assert_eq!(taken.len(), 1);
        assert!(belt.put(arrival(AHEAD)));
    }

    #[test]
    fn little_is_taken_when_nothing_follows_and_the_end_comes_last() {
        let belt = Belt::default();
        let mut taken = Vec::new();
        let silence = belt.take(&mut taken, Duration::ZERO);
        assert!(matches!(silence, Taken::Silence));
        belt.put(arrival(1));
        drop(Feeder(&belt));
        belt.end(End::BrokenOff);
        let some = belt.take(&mut taken, Duration::from_mins(1));
        assert!(matches!(some, Taken::Some));
        let end = belt.take(&mut taken, Duration::from_mins(1));
        assert!(matches!(end, Taken::End(End::Whole)));
    }

    #[test]
    fn what_lies_ahead_is_taken_load_by_load_in_its_order() {
        let belt = Belt::default();
        for bytes in [WORTH, WORTH / 2, WORTH / 2 + 1, WORTH, 1] {
            assert!(belt.put(arrival(bytes)));
        }
        drop(Feeder(&belt));
        let (mut taken, mut loads) = (Vec::new(), Vec::new());
        while matches!(belt.take(&mut taken, Duration::ZERO), Taken::Some) {
            let bytes = taken.iter().map(|a| a.text.as_ref().unwrap().len());
            loads.push(bytes.collect::<Vec<_>>());
        }
        let (half, rest) = (WORTH / 2, WORTH / 2 + 1);
        assert_eq!(loads, [vec![WORTH], vec![half, rest], vec![WORTH], vec![1]]);
    }

    #[test]
    fn who_waits_for_room_goes_on_when_it_is_made_or_nobody_takes() {
        let belt = Arc::new(Belt::default());
        assert!(belt.put(arrival(AHEAD)));
        let feeding = Arc::clone(&belt);
        let thread = std::thread::spawn(move || {
            let passed = feeding.put(arrival(AHEAD));
            feeding.put(arrival(AHEAD));
            passed
        });
        let mut taken = Vec::new();
        for _ in 0..2 {
            let some = belt.take(&mut taken, Duration::from_mins(1));
            assert!(matches!(some, Taken::Some));
            assert_eq!(taken.len(), 1);
        }
        belt.stop();
        assert!(thread.join().unwrap());
        assert!(!belt.put(arrival(1)));
    }
}
