//! How far the parsing thread may run ahead, in bytes of JSON: a count of
//! deliveries would not do, since one is 300 bytes and another 3 MB.

use std::sync::{Condvar, Mutex, PoisonError};

/// Bytes under way between the two threads.
pub(super) struct Budget {
    most: usize,
    /// `None` once nobody counts any more.
    taken: Mutex<Option<usize>>,
    given: Condvar,
}

impl Budget {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            taken: Mutex::new(Some(0)),
            given: Condvar::new(),
        }
    }

    /// Waits until there is room; a single delivery above the whole budget
    /// passes when it is alone.
    pub(super) fn take(&self, bytes: usize) {
        let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |taken: &mut Option<usize>| {
            taken.is_some_and(|taken| taken > 0 && taken + bytes > self.most)
        };
        let mut taken = self
            .given
            .wait_while(taken, full)
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = taken.as_mut() {
            *taken += bytes;
        }
    }

    /// Makes room again.
    pub(super) fn give(&self, bytes: usize) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = taken.as_mut() {
            *taken -= bytes;
        }
        drop(taken);
        self.given.notify_one();
    }

    /// Lets everything pass from now on.
    pub(super) fn open(&self) {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.given.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::time::Duration;

    #[test]
    fn what_is_larger_than_everything_passes_alone() {
        let budget = Budget::new(10);
        budget.take(25);
        budget.give(25);
        budget.take(10);
    }

    #[test]
    fn who_waits_goes_on_when_room_is_made_or_nobody_counts() {
        let budget = Arc::new(Budget::new(10));
        budget.take(8);
        let waiting = Arc::clone(&budget);
        let thread = std::thread::spawn(move || {
            waiting.take(5);
            waiting.take(9);
        });
        std::thread::sleep(Duration::from_millis(20));
        assert!(!thread.is_finished());
        budget.give(8);
        std::thread::sleep(Duration::from_millis(20));
        assert!(!thread.is_finished());
        budget.open();
        thread.join().unwrap();
    }
}
