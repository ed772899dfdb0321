//! The store's side of the terminal: one thread that reads, one that searches
//! everything, one that writes.
//!
//! Questions go out with a ticket and come back with it, so that an answer to
//! an older question can be told and dropped. A newer read of the same kind
//! makes the older one stale: it is not even asked. Between questions the
//! reader looks twice a second whether anybody has written. What is asked and
//! told stands in `words`, how a store answers in `desk`; what is done with an
//! answer is not decided here.

mod desk;
#[cfg(test)]
mod tests;
mod words;

use desk::refused;
use desk::seek;
pub(crate) use desk::{CHANGE_KINDS, HITS, MESSAGES};
pub(crate) use desk::{read, write};
pub(crate) use words::{Found, Planned, Read, Reply, Settle, Ticket, Told, Write};

use super::seek::Seeker;
use super::update::Msg;
use crate::store::{By, Store, StoreError};
use std::collections::VecDeque;
use std::mem::discriminant;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Opens the store once more, for searches or to write.
pub(crate) type Open = Box<dyn FnOnce() -> Result<Box<dyn Store>, StoreError> + Send>;

/// The threads.
pub(crate) struct Workers {
    reads: Sender<(Ticket, Read)>,
    searches: Sender<(Ticket, Read)>,
    writes: Option<Sender<(Write, By)>>,
    writer: Option<JoinHandle<()>>,
}

impl Workers {
    /// Starts a thread that reads, one that searches and one that writes; without
    /// `write` nothing is written. `is_gone` is asked twice a second: once it is
    /// so, the end is called.
    pub(crate) fn start(
        reader: Box<dyn Store>,
        seek: Open,
        write: Option<Open>,
        is_gone: fn() -> bool,
        to: &Sender<Msg>,
    ) -> std::io::Result<Self> {
        let (reads, questions) = channel();
        let out = to.clone();
        spawn("reader", to, move || {
            answer(&*reader, &questions, is_gone, &out);
        })?;
        let (searches, wanted) = channel();
        let out = to.clone();
        spawn("seeker", to, move || search(seek, &wanted, &out))?;
        let mut workers = Self {
            reads,
            searches,
            writes: None,
            writer: None,
        };
        if let Some(open) = write {
            let (writes, orders) = channel();
            let out = to.clone();
            workers.writes = Some(writes);
            workers.writer = Some(spawn("writer", to, move || obey(open, &orders, &out))?);
        }
        Ok(workers)
    }

    /// Asks; the answer comes as a message.
    pub(crate) fn ask(&self, ticket: Ticket, read: Read) {
        let to = if read.is_search() {
            &self.searches
        } else {
            &self.reads
        };
        // A thread that is gone has raised its alarm.
        let _ = to.send((ticket, read));
    }

    /// Writes; the outcome comes as a message.
    pub(crate) fn order(&self, write: Write, by: By) {
        if let Some(writes) = &self.writes {
            let _ = writes.send((write, by));
        }
    }
}

impl Drop for Workers {
    /// Waits for the write under way. The reader is left to end with the process.
    fn drop(&mut self) {
        self.writes = None;
        if let Some(writer) = self.writer.take() {
            // One that panicked has said so on the way.
            let _ = writer.join();
        }
    }
}

/// How often the reader looks whether anybody has written, and whether there is
/// anybody to show it to: what others do is to be seen within a second.
const LOOK: Duration = Duration::from_millis(500);

/// Starts a thread that raises the alarm if it panics.
fn spawn(
    name: &str,
    to: &Sender<Msg>,
    run: impl FnOnce() + Send + 'static,
) -> std::io::Result<JoinHandle<()>> {
    let alarm = Alarm(to.clone());
    std::thread::Builder::new()
        .name(name.into())
        .spawn(move || {
            let _alarm = alarm;
            run();
        })
}

/// Does one write after another. The store is opened at once and once only, so
/// that it is the one that is read, whatever its path leads to later.
fn obey(open: Open, orders: &Receiver<(Write, By)>, out: &Sender<Msg>) {
    let mut store = open();
    for (order, by) in orders {
        let told = match &mut store {
            Ok(store) => write(&mut **store, &order, &by),
            Err(error) => refused(&order, StoreError::Unknown(error.to_string())),
        };
        if out.send(Msg::Reply(told)).is_err() {
            return;
        }
    }
}

/// How long it is waited at most for the next letter: as long as the search
/// before took, and less than lies between two letters of a key held down.
const TYPING: Duration = Duration::from_millis(25);

/// Searches one thing after another; a newer question of a kind ends the older
/// one under way.
fn search(open: Open, questions: &Receiver<(Ticket, Read)>, out: &Sender<Msg>) {
    let Ok(first) = questions.recv() else {
        return;
    };
    let mut waiting = VecDeque::from([first]);
    let store = match open() {
        Ok(store) => store,
        Err(error) => {
            // Rare: the store was opened twice before.
            let failed = |(ticket, read)| {
                let said = Err(error.to_string());
                let found = match read {
                    Read::Contacts(_) => Found::Contacts(said.map(|()| Vec::new())),
                    _ => Found::Order(said.map(|()| Vec::new())),
                };
                out.send(Msg::Reply(Reply::Found(ticket, found)))
            };
            for question in waiting.into_iter().chain(questions) {
                if failed(question).is_err() {
                    return;
                }
            }
            return;
        }
    };
    let mut seeker = Seeker::default();
    let mut took = Duration::ZERO;
    loop {
        if waiting.is_empty() {
            let next = match seeker.owes() {
                None => questions.recv().map_err(RecvTimeoutError::from),
                Some(at) => questions.recv_timeout(at.saturating_duration_since(Instant::now())),
            };
            match next {
                Ok(question) => waiting.push_back(question),
                Err(RecvTimeoutError::Disconnected) => return,
                // What was told is old, and a newer answer can be had now.
                Err(RecvTimeoutError::Timeout) => {
                    seeker.pays();
                    if out.send(Msg::Reply(Reply::Changed)).is_err() {
                        return;
                    }
                }
            }
        }
        waiting.extend(questions.try_iter());
        let Some((ticket, question)) = waiting.pop_front() else {
            continue;
        };
        // While somebody types, a long search would only be in the way of the
        // frames: it would be given up at the next letter.
        waiting.extend(questions.recv_timeout(took.min(TYPING)));
        let began = Instant::now();
        let kind = discriminant(&question);
        let mut is_over = || {
            waiting.extend(questions.try_iter());
            waiting.iter().any(|(_, newer)| discriminant(newer) == kind)
        };
        if is_over() {
            continue;
        }
        let found = seek(&mut seeker, &*store, question, &mut is_over);
        took = began.elapsed();
        if let Some(found) = found
            && out.send(Msg::Reply(Reply::Found(ticket, found))).is_err()
        {
            return;
        }
    }
}

/// Answers questions, and between them looks whether anything has changed.
fn answer(
    store: &dyn Store,
    questions: &Receiver<(Ticket, Read)>,
    is_gone: fn() -> bool,
    out: &Sender<Msg>,
) {
    let mut waiting: VecDeque<(Ticket, Read)> = VecDeque::new();
    let mut revision = store.revision().ok();
    let mut look = Instant::now() + LOOK;
    loop {
        if waiting.is_empty() {
            match questions.recv_timeout(look.saturating_duration_since(Instant::now())) {
                Ok(question) => waiting.push_back(question),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        waiting.extend(questions.try_iter());
        // What is looked at comes before the list behind it.
        let is_behind = |(_, read): &(Ticket, Read)| {
            matches!(read, Read::Order(_) | Read::Counts | Read::Stats)
        };
        let first = waiting
            .iter()
            .position(|asked| !is_behind(asked))
            .unwrap_or(0);
        if let Some((ticket, question)) = waiting.remove(first) {
            let is_stale = waiting
                .iter()
                .any(|(_, newer)| discriminant(newer) == discriminant(&question));
            if !is_stale {
                let found = read(store, question);
                if out.send(Msg::Reply(Reply::Found(ticket, found))).is_err() {
                    return;
                }
            }
        }
        if Instant::now() >= look {
            look = Instant::now() + LOOK;
            if is_gone() && out.send(Msg::End).is_err() {
                return;
            }
            let seen = store.revision().ok();
            if seen.is_some() && seen != revision {
                revision = seen;
                if out.send(Msg::Reply(Reply::Changed)).is_err() {
                    return;
                }
            }
        }
    }
}

/// Tells the screen when its thread panics, which else would wait for ever.
struct Alarm(Sender<Msg>);

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.0.send(Msg::Reply(Reply::Broken));
        }
    }
}
