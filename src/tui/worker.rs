//! The store's side of the terminal: one thread that reads, one that writes.
//!
//! Questions go out with a ticket and come back with it, so that an answer to
//! an older question can be told and dropped. A newer read of the same kind
//! makes the older one stale: it is not even asked. Between questions the
//! reader looks about once a second whether anybody has written. What is done
//! with an answer is not decided here.

use super::update::Msg;
use crate::domain::case::{CaseKind, CaseState};
use crate::domain::ids::{CaseId, ContactId, EventId};
use crate::domain::time::Timestamp;
use crate::review::batch::{Chunk, Plan, Scope};
use crate::review::page::{
    AuditRow, CasePage, CaseRow, ContactHit, ContactPage, Done, MessageRow, Stats,
};
use crate::store::{self, AuditFilter, By, CaseFilter, Decide, Store, StoreError, Undo, Verdict};
use std::collections::VecDeque;
use std::mem::discriminant;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Ties an answer to its question.
pub(crate) type Ticket = u64;

/// A question to the store.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Read {
    /// A page of the queue.
    Cases(CaseFilter),
    /// How many cases of each kind and state.
    Counts,
    /// One case, whole.
    Case(CaseId),
    /// The raw JSON behind a piece of evidence.
    Payload(EventId),
    /// Entries of the audit log.
    Audit(AuditFilter),
    /// Whether the audit log is whole.
    Verify,
    /// Contacts that fit a query.
    Contacts(String),
    /// One contact, whole.
    Contact(ContactId),
    /// Messages of a contact, older than these.
    Messages(ContactId, Option<(Timestamp, EventId)>),
    /// What there is to do, and how it goes.
    Stats,
    /// Open cases of changes: so many of each kind.
    Changes(usize),
    /// What a batch would do.
    Plan(Scope, By),
}

/// What a store said, or why it could not, in a sentence.
pub(crate) type Told<T> = Result<T, String>;

/// The answer to a [`Read`].
#[derive(Debug)]
pub(crate) enum Found {
    /// To [`Read::Cases`].
    Cases(Told<Vec<CaseRow>>),
    /// To [`Read::Counts`].
    Counts(Told<Vec<(CaseKind, CaseState, i64)>>),
    /// To [`Read::Case`].
    Case(Told<Box<CasePage>>),
    /// To [`Read::Payload`].
    Payload(Told<String>),
    /// To [`Read::Audit`].
    Audit(Told<Vec<AuditRow>>),
    /// To [`Read::Verify`].
    Verify(Told<Verdict>),
    /// To [`Read::Contacts`].
    Contacts(Told<Vec<ContactHit>>),
    /// To [`Read::Contact`].
    Contact(Told<Box<ContactPage>>),
    /// To [`Read::Messages`].
    Messages(Told<Vec<MessageRow>>),
    /// To [`Read::Stats`], with how many proposals wait.
    Stats(Told<(Stats, usize)>),
    /// To [`Read::Changes`].
    Changes(Told<Vec<CaseRow>>),
    /// To [`Read::Plan`].
    Plan(Told<Arc<Plan>>),
}

/// What is to be written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Write {
    /// One decision.
    Decide(Decide),
    /// Takes a decision out; `dry_run` only says what that would do.
    Undo {
        /// Which.
        what: Undo,
        /// Those that stand on it too.
        cascade: bool,
        /// Write nothing.
        dry_run: bool,
    },
    /// The next chunk of a batch, from this item on.
    Apply(Arc<Plan>, usize),
    /// Tells others that a case is looked at, until then.
    Claim(CaseId, Timestamp),
    /// Tells them that it is no longer.
    Release(CaseId),
}

/// What comes back from the threads.
#[derive(Debug)]
pub(crate) enum Reply {
    /// The answer to a question.
    Found(Ticket, Found),
    /// What became of a write.
    Written(Result<Vec<Done>, StoreError>),
    /// What became of a chunk of a batch.
    Applied(Result<Chunk, StoreError>),
    /// A claim was made or ended, or could not be; nobody waits for it.
    Claimed,
    /// Somebody has written: what is shown may be old.
    Changed,
    /// A thread ended that should not have.
    Broken,
}

/// Messages of a contact that are read at a time.
pub(crate) const MESSAGES: usize = 100;
/// Days that the overview counts, today among them.
const DAYS: u32 = 60;
/// Kinds of cases that are about a change.
pub(crate) const CHANGE_KINDS: [CaseKind; 4] = [
    CaseKind::IdentityChange,
    CaseKind::IdentityChangeCollision,
    CaseKind::IdentityChangeOrphan,
    CaseKind::IdentityChangeFork,
];
/// Contacts that a search shows.
pub(crate) const HITS: usize = 100;

/// Asks the store.
pub(crate) fn read(store: &dyn Store, read: Read) -> Found {
    let said = |error: StoreError| error.to_string();
    match read {
        Read::Cases(filter) => Found::Cases(store.cases(&filter).map_err(said)),
        Read::Counts => Found::Counts(store.case_counts().map_err(said)),
        Read::Case(id) => Found::Case(store.case(id).map(Box::new).map_err(said)),
        Read::Payload(event) => Found::Payload(store.payload(event).map_err(said)),
        Read::Audit(filter) => Found::Audit(store.audit(&filter).map_err(said)),
        Read::Verify => Found::Verify(store.verify(None).map_err(said)),
        Read::Contacts(query) => Found::Contacts(store.contacts(&query, Some(HITS)).map_err(said)),
        Read::Contact(id) => Found::Contact(store.contact(id).map(Box::new).map_err(said)),
        Read::Messages(contact, before) => {
            Found::Messages(store.messages(contact, before, MESSAGES).map_err(said))
        }
        Read::Stats => {
            let stats = store.stats(DAYS);
            let stats = stats.and_then(|stats| Ok((stats, store.proposals(false)?.len())));
            Found::Stats(stats.map_err(said))
        }
        Read::Plan(scope, by) => Found::Plan(store.plan(&scope, &by).map(Arc::new).map_err(said)),
        Read::Changes(limit) => Found::Changes(changes(store, limit).map_err(said)),
    }
}

/// Open cases of changes, so many of each kind, the surest first.
fn changes(store: &dyn Store, limit: usize) -> store::Result<Vec<CaseRow>> {
    let mut rows = Vec::new();
    for kind in CHANGE_KINDS {
        rows.extend(store.cases(&CaseFilter {
            state: Some(CaseState::Open),
            kind: Some(kind),
            limit: Some(limit),
            ..CaseFilter::default()
        })?);
    }
    rows.sort_by(|a, b| {
        let by_confidence = b.suggestion.confidence.total_cmp(&a.suggestion.confidence);
        by_confidence.then(a.case.cmp(&b.case))
    });
    Ok(rows)
}

/// Writes to the store.
pub(crate) fn write(store: &mut dyn Store, write: &Write, by: &By) -> Reply {
    match write {
        Write::Decide(decide) => Reply::Written(store.decide(decide, by).map(|done| vec![done])),
        Write::Undo {
            what,
            cascade,
            dry_run,
        } => Reply::Written(store.undo(*what, *cascade, *dry_run, by)),
        Write::Apply(plan, from) => Reply::Applied(store.apply(plan, *from, by)),
        // Only a courtesy: what hinders it hinders no answer.
        Write::Claim(case, until) => {
            let _ = store.claim(*case, *until, by);
            Reply::Claimed
        }
        Write::Release(case) => {
            let _ = store.release(*case, by);
            Reply::Claimed
        }
    }
}

/// The two threads.
pub(crate) struct Workers {
    reads: Sender<(Ticket, Read)>,
    writes: Option<Sender<(Write, By)>>,
    writer: Option<JoinHandle<()>>,
}

impl Workers {
    /// Starts a thread for each store; without a writer nothing is written.
    pub(crate) fn start(
        reader: Box<dyn Store>,
        writer: Option<Box<dyn Store>>,
        to: &Sender<Msg>,
    ) -> std::io::Result<Self> {
        let (reads, questions) = channel();
        let out = to.clone();
        std::thread::Builder::new()
            .name("reader".into())
            .spawn(move || {
                let _alarm = Alarm(out.clone());
                answer(&*reader, &questions, &out);
            })?;
        let mut workers = Self {
            reads,
            writes: None,
            writer: None,
        };
        if let Some(mut store) = writer {
            let (orders, inbox) = channel::<(Write, By)>();
            let out = to.clone();
            workers.writes = Some(orders);
            workers.writer = Some(std::thread::Builder::new().name("writer".into()).spawn(
                move || {
                    let _alarm = Alarm(out.clone());
                    for (order, by) in inbox {
                        let written = write(&mut *store, &order, &by);
                        if out.send(Msg::Reply(written)).is_err() {
                            return;
                        }
                    }
                },
            )?);
        }
        Ok(workers)
    }

    /// Asks; the answer comes as a message.
    pub(crate) fn ask(&self, ticket: Ticket, read: Read) {
        // A reader that is gone has raised its alarm.
        let _ = self.reads.send((ticket, read));
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

/// How often the reader looks whether anybody has written.
const LOOK: Duration = Duration::from_secs(1);

fn answer(store: &dyn Store, questions: &Receiver<(Ticket, Read)>, out: &Sender<Msg>) {
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
            matches!(read, Read::Cases(_) | Read::Counts | Read::Stats)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::Answer;
    use crate::tui::tests::{fake::Fake, fixtures::NOW};

    const SOON: Duration = Duration::from_secs(20);

    fn deferral(case: i64) -> (Write, By) {
        let decide = Decide {
            case: CaseId(case),
            answer: Answer::Defer { until: NOW },
            expect_version: None,
            dry_run: false,
        };
        let by = By {
            operator: "ines".into(),
            at: NOW,
            reason: None,
        };
        (Write::Decide(decide), by)
    }

    #[test]
    fn questions_are_answered_by_ticket_and_changes_are_noticed() {
        let store = Fake::new();
        let (out, inbox) = channel();
        let workers = Workers::start(Box::new(store.clone()), None, &out).unwrap();
        workers.ask(7, Read::Case(CaseId(9)));
        let Ok(Msg::Reply(Reply::Found(7, Found::Case(Ok(page))))) = inbox.recv_timeout(SOON)
        else {
            panic!("no answer");
        };
        assert_eq!(page.row.case, CaseId(9));
        store.with(|held| held.revision += 1);
        let told = inbox.recv_timeout(SOON);
        assert!(matches!(told, Ok(Msg::Reply(Reply::Changed))), "{told:?}");
    }

    #[test]
    fn of_several_questions_of_a_kind_the_newest_is_asked() {
        let store = Fake::new();
        let (out, inbox) = channel();
        let workers = store.with(|_| {
            // The reader waits for the store while the questions pile up.
            let workers = Workers::start(Box::new(store.clone()), None, &out).unwrap();
            for ticket in 1..=5 {
                workers.ask(ticket, Read::Counts);
            }
            workers.ask(6, Read::Case(CaseId(9)));
            workers
        });
        let mut tickets = Vec::new();
        while tickets.last() != Some(&5) {
            match inbox.recv_timeout(SOON) {
                Ok(Msg::Reply(Reply::Found(ticket, _))) => tickets.push(ticket),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(tickets, [6, 5], "what is looked at first");
        drop(workers);
    }

    #[test]
    fn the_write_under_way_is_waited_for() {
        let store = Fake::new();
        let (out, _inbox) = channel();
        let writer: Box<dyn Store> = Box::new(store.clone());
        let workers = Workers::start(Box::new(store.clone()), Some(writer), &out).unwrap();
        let (write, by) = deferral(9);
        let slow = store.clone();
        let (locked, is_locked) = channel();
        let holder = std::thread::spawn(move || {
            slow.with(|_| {
                locked.send(()).unwrap();
                std::thread::sleep(Duration::from_millis(50));
            });
        });
        is_locked.recv().unwrap();
        workers.order(write, by);
        drop(workers);
        store.with(|held| assert_eq!(held.audit.len(), 1));
        holder.join().unwrap();
    }

    #[test]
    fn a_thread_that_panics_raises_the_alarm() {
        let (out, inbox) = channel();
        let thread = std::thread::spawn(move || {
            let _alarm = Alarm(out);
            panic!("on purpose");
        });
        assert!(thread.join().is_err());
        assert!(matches!(inbox.recv(), Ok(Msg::Reply(Reply::Broken))));
    }
}
