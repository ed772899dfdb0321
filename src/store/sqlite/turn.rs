//! Waiting for one's turn to write. SQLite's own wait sleeps the longer the
//! longer it has waited, so that whoever came last is served first and some
//! wait for seconds. Here it is the other way round: who has waited asks more
//! often, with some jitter, so that two never keep step.

use rusqlite::Connection;
use std::cell::Cell;
use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, Instant};

#[derive(Clone, Copy)]
struct Turn {
    /// How long to wait at most.
    most: Duration,
    /// Since when.
    since: Option<Instant>,
}

// The handler is a plain function: what it needs to know lies beside it.
thread_local! {
    static TURN: Cell<Turn> = const { Cell::new(Turn { most: Duration::ZERO, since: None }) };
}

/// Has a connection wait like this.
pub(super) fn take_turns(db: &mut Connection) -> rusqlite::Result<()> {
    db.busy_handler(Some(wait))
}

/// Between the parts of a long write: whoever waits gets the turn.
pub(super) fn let_others() {
    std::thread::sleep(BETWEEN);
}

/// Longer than the pause of whoever has waited for a part.
const BETWEEN: Duration = Duration::from_millis(1);

/// What this thread does next waits at most so long.
pub(super) fn at_most(most: Duration) {
    TURN.set(Turn { most, since: None });
}

fn wait(asked_before: i32) -> bool {
    let now = Instant::now();
    let mut turn = TURN.get();
    let since = match turn.since {
        Some(since) if asked_before > 0 => since,
        _ => now,
    };
    turn.since = Some(since);
    TURN.set(turn);
    let waited = now - since;
    if waited >= turn.most {
        return false;
    }
    std::thread::sleep(
        pause(waited, RandomState::new().hash_one(now)).min(turn.most.saturating_sub(waited)),
    );
    true
}

/// How long to sleep before asking again. A decision takes a millisecond or
/// two, a long write (an ingest, an undo of thousands) seconds.
fn pause(waited: Duration, random: u64) -> Duration {
    let (least, most) = match waited.as_millis() {
        0..15 => (1000, 3000),
        15..50 => (300, 900),
        50..2000 => (200, 600),
        _ => (2000, 10_000),
    };
    Duration::from_micros(least + random % (most - least))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_waited_asks_more_often() {
        let slowest = |ms| pause(Duration::from_millis(ms), u64::MAX);
        let quickest = |ms| pause(Duration::from_millis(ms), 0);
        assert!(slowest(20) < slowest(0) && slowest(100) < quickest(0));
        assert!(slowest(20) < BETWEEN && slowest(1000) < BETWEEN);
        assert!(
            quickest(5000) > slowest(100),
            "a long write is not asked for all the time"
        );
    }
}
