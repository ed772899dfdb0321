//! The store's side of the terminal: one thread that reads, one that searches
//! everything, one that writes.
//!
//! Questions go out with a ticket and come back with it, so that an answer to
//! an older question can be told and dropped. A newer read of the same kind
//! makes the older one stale: it is not even asked. Between questions the
//! reader looks twice a second whether anybody has written. What is done
//! with an answer is not decided here.

use super::model::{Waiting, What, least_sure, sample};
use super::seek::{Find, Seeker};
use super::update::Msg;
use crate::domain::case::{CaseKind, CaseState};
use crate::domain::ids::{CaseId, ContactId, EventId, ProposalId};
use crate::domain::time::Timestamp;
use crate::review::batch::{Chunk, Plan, Scope};
use crate::review::page::{
    AuditRow, CasePage, CaseRow, ContactHit, ContactPage, Done, MessageRow, Stats,
};
use crate::store::{self, AuditFilter, By, CaseFilter, Decide, Store, StoreError, Verdict};
use std::collections::{HashMap, VecDeque};
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
    /// The first page of the queue.
    Cases(CaseFilter),
    /// All cases of a state, in the order of the queue.
    Order(Option<CaseState>),
    /// The cases that fit a filter, in an order.
    Find(Find),
    /// The lines of these cases.
    Rows(Vec<CaseId>),
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
    /// Answers that wait for another operator.
    Proposals,
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
    /// To [`Read::Order`] and [`Read::Find`].
    Order(Told<Vec<CaseId>>),
    /// To [`Read::Rows`].
    Rows(Told<Vec<CaseRow>>),
    /// To [`Read::Counts`], with how many proposals wait.
    Counts(Told<(CaseCounts, usize)>),
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
    /// To [`Read::Proposals`].
    Proposals(Told<Vec<Waiting>>),
    /// To [`Read::Plan`], with the lines of the cases that it names.
    Plan(Told<(Arc<Plan>, Vec<CaseRow>)>),
}

/// How many cases of each kind and state.
pub(crate) type CaseCounts = Vec<(CaseKind, CaseState, i64)>;

/// What is to be written.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Write {
    /// One decision.
    Decide(Decide),
    /// Takes a decision out; `dry_run` only says what that would do.
    Undo {
        /// Which.
        what: What,
        /// Those that stand on it too.
        cascade: bool,
        /// Write nothing.
        dry_run: bool,
    },
    /// The next chunk of a batch, from this item on.
    Apply(Arc<Plan>, usize),
    /// Lets proposals stand, each for itself.
    Confirm(Vec<ProposalId>),
    /// Takes a proposal out.
    Withdraw(ProposalId),
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
    /// What became of each of some proposals.
    Confirmed(Vec<Result<Done, StoreError>>),
    /// Whether a proposal was taken out.
    Withdrawn(Result<(), StoreError>),
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

impl Read {
    /// Whether it is a search of everything, for the thread that does nothing
    /// else.
    fn is_search(&self) -> bool {
        match self {
            Read::Find(_) => true,
            Read::Contacts(query) => !query.is_empty(),
            _ => false,
        }
    }
}

/// Searches; `None` if nobody waits for it any more.
pub(crate) fn seek(
    seeker: &mut Seeker,
    store: &dyn Store,
    read: Read,
    is_over: &mut dyn FnMut() -> bool,
) -> Option<Found> {
    let said = |error: StoreError| error.to_string();
    match read {
        Read::Find(find) => match seeker.cases(store, &find, is_over) {
            Ok(found) => found.map(|ids| Found::Order(Ok(ids))),
            Err(error) => Some(Found::Order(Err(said(error)))),
        },
        Read::Contacts(query) if !query.is_empty() => {
            match seeker.contacts(store, &query, is_over) {
                Ok(found) => found.map(|hits| Found::Contacts(Ok(hits))),
                Err(error) => Some(Found::Contacts(Err(said(error)))),
            }
        }
        other => Some(self::read(store, other)),
    }
}

/// Asks the store.
pub(crate) fn read(store: &dyn Store, read: Read) -> Found {
    let said = |error: StoreError| error.to_string();
    match read {
        Read::Order(state) => Found::Order(store.case_order(state).map_err(said)),
        Read::Find(find) => {
            let found = Seeker::default().cases(store, &find, &mut || false);
            Found::Order(found.map(Option::unwrap_or_default).map_err(said))
        }
        Read::Rows(ids) => Found::Rows(store.case_rows(&ids).map_err(said)),
        Read::Cases(filter) => Found::Cases(store.cases(&filter).map_err(said)),
        Read::Counts => {
            let counts = store.case_counts();
            let both = counts.and_then(|counts| Ok((counts, store.proposals(false)?.len())));
            Found::Counts(both.map_err(said))
        }
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
        Read::Plan(scope, by) => Found::Plan(plan(store, &scope, &by).map_err(said)),
        Read::Changes(limit) => Found::Changes(changes(store, limit).map_err(said)),
        Read::Proposals => Found::Proposals(proposals(store).map_err(said)),
    }
}

/// What a batch would do, and the lines of the cases that are named of it.
fn plan(store: &dyn Store, scope: &Scope, by: &By) -> store::Result<(Arc<Plan>, Vec<CaseRow>)> {
    let plan = store.plan(scope, by)?;
    let named = least_sure(&plan).into_iter().chain(sample(&plan));
    let named: Vec<CaseId> = named.map(|item| item.case).collect();
    let rows = store.case_rows(&named)?;
    Ok((Arc::new(plan), rows))
}

/// Proposals that are shown at most.
const PROPOSALS: usize = 500;

/// The oldest proposals that wait, with their cases.
fn proposals(store: &dyn Store) -> store::Result<Vec<Waiting>> {
    let mut proposals = store.proposals(false)?;
    proposals.truncate(PROPOSALS);
    let cases: Vec<CaseId> = proposals.iter().map(|p| p.case).collect();
    let rows = store.case_rows(&cases)?;
    let rows: HashMap<CaseId, CaseRow> = rows.into_iter().map(|r| (r.case, r)).collect();
    let waiting = proposals.into_iter().map(|proposal| Waiting {
        // Several operators may have proposed an answer to one case.
        row: rows.get(&proposal.case).cloned(),
        proposal,
    });
    Ok(waiting.collect())
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
        } => Reply::Written(match what {
            What::Undo(what) => store.undo(*what, *cascade, *dry_run, by),
            What::Answers(whose) => store.undo_answers(whose, *cascade, *dry_run, by),
        }),
        Write::Apply(plan, from) => Reply::Applied(store.apply(plan, *from, by)),
        Write::Confirm(ids) => {
            let one = |id: &ProposalId| store.confirm(*id, by);
            Reply::Confirmed(ids.iter().map(one).collect())
        }
        Write::Withdraw(id) => Reply::Withdrawn(store.withdraw(*id, by).map(drop)),
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

/// Opens the store once more, for searches.
pub(crate) type Open = Box<dyn FnOnce() -> Result<Box<dyn Store>, StoreError> + Send>;

/// The threads.
pub(crate) struct Workers {
    reads: Sender<(Ticket, Read)>,
    searches: Sender<(Ticket, Read)>,
    writes: Option<Sender<(Write, By)>>,
    writer: Option<JoinHandle<()>>,
}

impl Workers {
    /// Starts a thread for each store; without a writer nothing is written.
    pub(crate) fn start(
        reader: Box<dyn Store>,
        writer: Option<Box<dyn Store>>,
        seek: Open,
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
        let (searches, wanted) = channel();
        let out = to.clone();
        std::thread::Builder::new()
            .name("seeker".into())
            .spawn(move || {
                let _alarm = Alarm(out.clone());
                search(seek, &wanted, &out);
            })?;
        let mut workers = Self {
            reads,
            searches,
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

/// How often the reader looks whether anybody has written: what others do is
/// to be seen within a second.
const LOOK: Duration = Duration::from_millis(500);

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
    loop {
        if waiting.is_empty() {
            match questions.recv() {
                Ok(question) => waiting.push_back(question),
                Err(_) => return,
            }
        }
        waiting.extend(questions.try_iter());
        let Some((ticket, question)) = waiting.pop_front() else {
            continue;
        };
        let kind = discriminant(&question);
        let mut is_over = || {
            waiting.extend(questions.try_iter());
            waiting.iter().any(|(_, newer)| discriminant(newer) == kind)
        };
        if is_over() {
            continue;
        }
        if let Some(found) = seek(&mut seeker, &*store, question, &mut is_over)
            && out.send(Msg::Reply(Reply::Found(ticket, found))).is_err()
        {
            return;
        }
    }
}

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

    fn nothing() -> Open {
        Box::new(|| Err(StoreError::Unknown("nobody searches here".into())))
    }

    #[test]
    fn a_search_comes_from_a_thread_and_a_store_of_its_own() {
        let store = Fake::new();
        let (out, inbox) = channel();
        let mine = store.clone();
        let open: Open = Box::new(move || Ok(Box::new(mine)));
        let workers = Workers::start(Box::new(store.clone()), None, open, &out).unwrap();
        // The reader is held up; the search is not.
        workers.ask(1, Read::Contacts("ana".into()));
        let told = inbox.recv_timeout(SOON);
        let Ok(Msg::Reply(Reply::Found(1, Found::Contacts(Ok(hits))))) = told else {
            panic!("{told:?}");
        };
        assert!(!hits.is_empty());
        let workers = Workers::start(Box::new(store.clone()), None, nothing(), &out).unwrap();
        workers.ask(2, Read::Contacts("ana".into()));
        let told = inbox.recv_timeout(SOON);
        assert!(
            matches!(
                &told,
                Ok(Msg::Reply(Reply::Found(2, Found::Contacts(Err(_)))))
            ),
            "{told:?}"
        );
    }

    #[test]
    fn questions_are_answered_by_ticket_and_changes_are_noticed() {
        let store = Fake::new();
        let (out, inbox) = channel();
        let workers = Workers::start(Box::new(store.clone()), None, nothing(), &out).unwrap();
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
            let workers = Workers::start(Box::new(store.clone()), None, nothing(), &out).unwrap();
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
        let workers =
            Workers::start(Box::new(store.clone()), Some(writer), nothing(), &out).unwrap();
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
