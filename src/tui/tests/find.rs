//! The queue as it is filtered, ordered, walked, and changed by others; and
//! what is drawn when.

use super::decide::someone_else;
use super::fake::Fake;
use super::fixtures;
use super::harness::{App, Setup};
use crate::domain::case::{Action, CaseState};
use crate::domain::ids::CaseId;
use crate::tui::model::{Effect, Screen};
use crate::tui::update::Msg;
use crate::tui::worker::{Found, Read, Reply};

#[test]
fn new_cases_come_by_themselves_and_the_cursor_stays() {
    let mut app = App::sized(100, 30);
    app.press("j j");
    assert!(app.line_under_cursor().contains("João"));
    app.meanwhile(|held| {
        let mut row = held.cases[1].clone();
        for case in 100..103 {
            row.case = CaseId(case);
            held.cases.insert(0, row.clone());
        }
    });
    assert!(app.shows("new: 3 cases"));
    assert!(app.line_under_cursor().contains("João"));
    app.press("k");
    assert!(app.shows("new: 3 cases"), "stays for a moment");
    app.wait(4_000).press("k");
    assert!(!app.shows("new: 3 cases"));
}

#[test]
fn the_cursor_goes_to_the_next_when_its_case_is_gone() {
    let mut app = App::sized(100, 30);
    app.press("j j");
    app.meanwhile(|held| {
        held.decide(CaseId(12), Action::Merge, &someone_else(0));
    });
    assert!(app.line_under_cursor().contains("Lívia Prado"));
}

#[test]
fn a_filter_shows_its_count_and_esc_clears_it() {
    let mut app = App::sized(80, 24);
    app.press("/").enter("joao");
    assert!(app.shows("1 of 7"));
    assert!(app.shows("João Pereira") && !app.shows("Bea Lind"));
    app.press("enter");
    assert!(app.shows("1 of 7 fit “joao”, Esc clears"));
    app.press("enter");
    assert!(app.shows("Case 12 (1 of 1)"));
    app.press("esc esc");
    assert!(app.shows("Bea Lind"));
    assert!(
        app.line_under_cursor().contains("João"),
        "stays on its case"
    );
    app.press("/").enter("nobody like that");
    assert!(app.shows("Nothing here fits “nobody like that”."));
    app.press("enter enter");
    assert!(app.shows("There is nothing to open."));
    app.press("/ esc");
    assert!(app.line_under_cursor().contains("João"));
    app.wait(4_000).press("/").enter("conf>x");
    let why = "conf takes a number: conf>0.9 or conf>90%";
    assert!(app.shows(why));
    app.press("enter");
    assert!(app.shows(&format!("7 of 7 fit the rest of “conf>x”: {why}")));
    app.press("space");
    assert!(app.shows(&format!("7 of 7 fit the rest: {why}")));
}

#[test]
fn what_is_typed_stays_in_sight_beside_a_complaint() {
    let mut app = App::sized(60, 15);
    app.press("/").enter("nobody age>12");
    assert!(app.shows(" Filter  nobody age>12 "), "{}", app.screen());
    assert!(app.shows("age takes a time"), "{}", app.screen());
}

#[test]
fn a_filter_begins_at_the_first_that_fits() {
    let store = Fake::new();
    store.with(|held| {
        held.number(200, |held, n| held.cases[usize::from(n % 2 == 0)].clone());
    });
    let mut app = App::new(Setup {
        store,
        size: (80, 24),
        ..Setup::default()
    });
    app.press("G k");
    assert_eq!(app.model.queue.list.cursor, Some(CaseId(199)));
    app.press("/").enter("souza");
    let list = app.model.queue.list;
    assert_eq!((list.cursor, list.top), (Some(CaseId(2)), 0));
    // A case that fits keeps the cursor.
    app.press("ctrl-u esc G /").enter("souza");
    assert_eq!(app.model.queue.list.cursor, Some(CaseId(200)));
}

#[test]
fn enter_on_a_filter_on_its_way_opens_the_first_that_fits() {
    let mut app = App::sized(80, 24);
    app.answers = false;
    app.press("/").enter("joao").press("enter enter");
    assert!(app.shows("Review queue"), "{}", app.screen());
    app.answer();
    assert!(app.shows("Case 12"), "{}", app.screen());
    app.press("esc esc /").enter("souza").press("enter enter j");
    app.answer();
    assert!(app.shows("Review queue"), "another key: {}", app.screen());
}

#[test]
fn a_redo_before_the_list_has_its_case_again_goes_on_from_where_the_list_stands() {
    let mut app = App::sized(80, 24);
    app.press("/").enter("kind:change").press("enter enter");
    let first = app.model.compare().unwrap().case;
    app.press("a");
    let second = app.model.compare().unwrap().case;
    assert_ne!(first, second);
    // The undo shows its case; the filtered list is still on its way.
    app.answers = false;
    app.press("u");
    assert!(app.answer_one());
    assert_eq!(app.model.compare().unwrap().case, first);
    app.press("U");
    app.held
        .retain(|effect| matches!(effect, Effect::Write(..)));
    app.answer();
    assert_eq!(app.model.compare().map(|c| c.case), Some(second));
}

#[test]
fn an_order_from_before_ones_own_answer_does_not_bring_the_case_back() {
    let mut app = App::sized(80, 24);
    app.press("/").enter("kind:change").press("enter enter");
    let answered = app.model.compare().unwrap().case;
    let old = app.model.queue.order.clone();
    // Another operator writes, and the order is asked for.
    app.answers = false;
    app.take(Msg::Reply(Reply::Changed));
    let asked = app.held.iter().find_map(|effect| match effect {
        Effect::Read(ticket, Read::Find(_)) => Some(*ticket),
        _ => None,
    });
    app.held.clear();
    app.press("a");
    assert!(app.answer_one(), "the answer is written");
    let late = Found::Order(Ok(old));
    app.take(Msg::Reply(Reply::Found(asked.unwrap(), late)));
    assert!(!app.model.queue.order.contains(&answered));
    app.answer();
    assert!(!app.model.queue.order.contains(&answered));
    assert!(app.model.queue.is_settled());
}

#[test]
fn a_search_begins_at_the_best_hit_and_a_reload_moves_nothing() {
    let mut app = App::sized(60, 15);
    app.press("c").enter("a");
    for _ in 0..20 {
        app.press("down");
    }
    let search = |app: &App| match app.model.above.last() {
        Some(Screen::Search(s)) => (s.hits.ids(), s.hits.list),
        _ => panic!("no search"),
    };
    let (ids, list) = search(&app);
    assert_eq!(list.cursor, ids.last().copied(), "the worst");
    app.enter("na");
    let (ids, list) = search(&app);
    assert!(ids.len() > 1, "{}", app.screen());
    assert_eq!((list.cursor, list.top), (Some(ids[0]), 0), "the best");
    app.press("down").meanwhile(|_| {});
    let (ids, list) = search(&app);
    assert_eq!(list.cursor, Some(ids[1]), "what others do moves nothing");
    app.press("backspace");
    let (ids, list) = search(&app);
    assert_eq!(list.cursor, Some(ids[0]));
}

#[test]
fn enter_opens_the_best_of_what_was_typed_and_not_of_what_was_found_before() {
    let mut app = App::sized(80, 24);
    app.press("c");
    app.answers = false;
    app.enter("joao").press("enter");
    assert!(app.shows("Search  joao"), "not a hit of nothing typed");
    app.answer();
    assert!(app.shows("Contact #30 · João Pereira"), "{}", app.screen());
}

#[test]
fn every_order() {
    let mut app = App::sized(80, 24);
    app.press("O");
    assert!(app.shows("Ordered with the oldest first."));
    app.press("g");
    assert!(app.line_under_cursor().contains("Иван"));
    app.press("O g");
    assert!(app.line_under_cursor().contains("Bea Lind"));
}

#[test]
fn a_large_queue_is_read_where_it_is_looked_at() {
    let store = Fake::new();
    store.with(|held| {
        held.number(1_000, |held, _| held.cases[1].clone());
    });
    let mut app = App::new(Setup {
        store,
        size: (80, 24),
        ..Setup::default()
    });
    assert!(app.shows("1 of 1,000"));
    let read = |app: &App| app.model.queue.rows.len();
    assert!(read(&app) <= 100, "{}", read(&app));
    app.press("G");
    assert_eq!(app.model.queue.list.cursor, Some(CaseId(1_000)));
    assert!(app.shows("1,000 of 1,000"));
    assert!(app.line_under_cursor().contains("Ana Souza"));
    assert!(read(&app) <= 200, "{}", read(&app));
    app.press("/").enter("#999");
    assert!(
        app.shows("1 of 1,000"),
        "a filter is that of the whole queue"
    );
    assert!(app.line_under_cursor().contains("Filter"));
    app.press("esc");
    assert_eq!(app.model.queue.list.cursor, Some(CaseId(1_000)));
    assert!(app.line_under_cursor().starts_with('▸'));
    // A case is opened by its number, also before its line was read.
    app.answers = false;
    app.press("g enter");
    app.answers = true;
    app.answer();
    assert!(app.shows("Case 1 (1 of 1,000)"), "{}", app.screen());
    app.press("esc G");
    for _ in 0..50 {
        app.press("ctrl-u");
        assert!(app.line_under_cursor().contains("Ana Souza"));
    }
}

#[test]
fn a_case_that_comes_above_moves_nothing_on_screen() {
    let mut app = App::sized(80, 15);
    app.press("j j");
    let before: Vec<String> = app
        .screen()
        .lines()
        .skip(4)
        .take(4)
        .map(str::to_owned)
        .collect();
    app.meanwhile(|held| {
        let mut row = held.cases[0].clone();
        row.case = CaseId(900);
        held.cases.insert(0, row);
    });
    let after: Vec<String> = app
        .screen()
        .lines()
        .skip(4)
        .take(4)
        .map(str::to_owned)
        .collect();
    assert_eq!(before, after);
    assert!(app.shows("new: 1 case"));
    app.wait(4_000).press("j");
    app.meanwhile(|held| {
        held.decide(CaseId(9), Action::Accept, &someone_else(0));
    });
    assert!(app.shows("no longer open: 1 case"), "{}", app.screen());
}

#[test]
fn an_answer_to_an_older_question_is_dropped() {
    let mut app = App::sized(80, 24);
    app.press("j enter");
    app.answers = false;
    app.press("n n");
    let asked: Vec<u64> = app
        .held
        .iter()
        .filter_map(|effect| match effect {
            Effect::Read(ticket, Read::Case(_)) => Some(*ticket),
            _ => None,
        })
        .collect();
    assert_eq!(asked.len(), 2);
    let stale = Found::Case(Ok(Box::new(fixtures::case(12))));
    assert!(
        !app.take(Msg::Reply(Reply::Found(asked[0], stale))),
        "nothing to draw"
    );
    assert!(!app.shows("João"));
    app.answer();
    assert!(app.shows("Case 8"));
}

#[test]
fn loading_is_said_only_when_it_takes_a_while() {
    let mut app = App::sized(80, 24);
    app.answers = false;
    app.press("j enter");
    assert!(!app.shows("loading…"));
    let wakes = app.model.wakes_at().unwrap();
    app.now = wakes;
    app.take(Msg::Wake);
    assert!(app.shows("loading…"));
    assert_eq!(app.model.wakes_at(), None, "and then nothing runs");
    app.answer();
    assert!(!app.shows("loading…"));
}

#[test]
fn what_changes_nothing_draws_nothing() {
    let mut app = App::sized(80, 24);
    let key = super::harness::event("F");
    assert!(!app.take(Msg::Key(key)));
    let ctrl = super::harness::event("ctrl-t");
    assert!(!app.take(Msg::Key(ctrl)));
    // What works elsewhere says where.
    app.press("j enter /");
    assert!(
        app.shows("Filter works in queue, history."),
        "{}",
        app.screen()
    );
    app.press("esc m");
    assert!(app.shows("Merge works in compare."), "{}", app.screen());
    assert_eq!(super::decide::state(&app, 7), CaseState::Open);
}

#[test]
fn the_terminals_cursor_is_on_what_has_the_focus() {
    let mut app = App::sized(100, 30);
    app.press("j");
    assert!(app.line_under_cursor().starts_with("▸≠ conflict"));
    app.press("enter tab");
    assert!(app.line_under_cursor().contains("▸ Messages"));
    app.press("e k");
    assert!(app.line_under_cursor().contains("▸ 20 Nov"));
    app.press("esc z");
    assert!(app.line_under_cursor().contains("2 1 day"));
    app.press("esc m H");
    assert!(app.line_under_cursor().contains("▸   41"));
    app.press("c");
    assert!(app.line_under_cursor().contains("Search"));
    app.press("esc esc esc /");
    assert!(app.line_under_cursor().contains("Filter"));
    app.press("esc ?");
    assert!(app.line_under_cursor().contains("Find"));
}
