use super::*;
use crate::domain::case::Answer;
use crate::domain::ids::CaseId;
use crate::store::{Decide, StoreError};
use crate::tui::filter::Filter;
use crate::tui::model::Sort;
use crate::tui::seek::Find;
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

fn started(store: &Fake, seek: Open, write: Option<Open>, out: &Sender<Msg>) -> Workers {
    Workers::start(Box::new(store.clone()), seek, write, || false, out).unwrap()
}

#[test]
fn a_terminal_that_vanished_calls_the_end() {
    let store = Fake::new();
    let (out, inbox) = channel();
    let _workers = Workers::start(Box::new(store), nothing(), None, || true, &out).unwrap();
    let told = inbox.recv_timeout(SOON);
    assert!(matches!(told, Ok(Msg::End)), "{told:?}");
}

#[test]
fn a_search_comes_from_a_thread_and_a_store_of_its_own() {
    let store = Fake::new();
    let (out, inbox) = channel();
    let mine = store.clone();
    let open: Open = Box::new(move || Ok(Box::new(mine)));
    let workers = started(&store, open, None, &out);
    // The reader is held up; the search is not.
    workers.ask(1, Read::Contacts("ana".into()));
    let told = inbox.recv_timeout(SOON);
    let Ok(Msg::Reply(Reply::Found(1, Found::Contacts(Ok(hits))))) = told else {
        panic!("{told:?}");
    };
    assert!(!hits.is_empty());
    let workers = started(&store, nothing(), None, &out);
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
fn an_old_answer_to_a_search_is_followed_by_a_word_that_there_is_a_newer() {
    let store = Fake::new();
    let (out, inbox) = channel();
    let (ask, questions) = channel();
    let find = Read::Find(Find {
        state: None,
        filter: Filter::parse("joao"),
        sort: Sort::Confidence,
        now: NOW,
        is_fresh: false,
    });
    let mine = store.clone();
    let open: Open = Box::new(move || Ok(Box::new(mine)));
    let seeker = store.with(|_| {
        // Reading takes as long as somebody else has the store.
        ask.send((1, find.clone())).unwrap();
        let seeker = std::thread::spawn(move || search(open, &questions, &out));
        std::thread::sleep(Duration::from_millis(100));
        seeker
    });
    let told = inbox.recv_timeout(SOON);
    let Ok(Msg::Reply(Reply::Found(1, Found::Order(Ok(first))))) = told else {
        panic!("{told:?}");
    };
    assert_eq!(first, [CaseId(12)]);
    store.with(|held| {
        held.cases.retain(|row| row.case != CaseId(12));
        held.revision += 1;
    });
    // Old or not: in the end it is seen.
    for ticket in 2.. {
        ask.send((ticket, find.clone())).unwrap();
        let told = inbox.recv_timeout(SOON);
        let Ok(Msg::Reply(Reply::Found(_, Found::Order(Ok(found))))) = told else {
            panic!("{told:?}");
        };
        if found.is_empty() {
            break;
        }
        let told = inbox.recv_timeout(SOON);
        assert!(matches!(told, Ok(Msg::Reply(Reply::Changed))), "{told:?}");
    }
    drop(ask);
    seeker.join().unwrap();
}

#[test]
fn questions_are_answered_by_ticket_and_changes_are_noticed() {
    let store = Fake::new();
    let (out, inbox) = channel();
    let workers = started(&store, nothing(), None, &out);
    workers.ask(7, Read::Case(CaseId(9)));
    let Ok(Msg::Reply(Reply::Found(7, Found::Case(Ok(page))))) = inbox.recv_timeout(SOON) else {
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
        let workers = started(&store, nothing(), None, &out);
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
    let writer = store.clone();
    let open: Open = Box::new(move || Ok(Box::new(writer)));
    let workers = started(&store, nothing(), Some(open), &out);
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

#[test]
fn a_store_that_cannot_be_opened_to_write_refuses_each_write_in_words() {
    let store = Fake::new();
    let (out, inbox) = channel();
    let workers = started(&store, nothing(), Some(nothing()), &out);
    let (decide, by) = deferral(9);
    let claim = Write::Claim(CaseId(9), NOW);
    let settle = Write::Settle(Settle::Withdraw, vec![]);
    for order in [decide, claim, settle] {
        workers.order(order, by.clone());
    }
    let next = || inbox.recv_timeout(SOON).unwrap();
    let says = |error: &StoreError| error.to_string() == "nobody searches here";
    assert!(matches!(next(), Msg::Reply(Reply::Written(Err(e))) if says(&e)));
    assert!(matches!(next(), Msg::Reply(Reply::Claimed)));
    assert!(matches!(next(), Msg::Reply(Reply::Settled(told)) if told.len() == 1));
}
