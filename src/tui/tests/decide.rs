//! Deciding, undoing, being refused: key by key, and what one sees.

use super::fake::Fake;
use super::fixtures::ago;
use super::harness::{App, Setup};
use crate::domain::case::{Action, CaseState};
use crate::domain::ids::CaseId;
use crate::store::{By, StoreError};
use crate::tui::model::Effect;
use crate::tui::update::Msg;
use crate::tui::worker::Write;

pub(super) fn state(app: &App, case: i64) -> CaseState {
    app.store.with(|held| {
        let mut rows = held.cases.iter();
        rows.find(|row| row.case.0 == case).unwrap().state
    })
}

pub(super) fn someone_else(at: i64) -> By {
    By {
        operator: "Ana".into(),
        at: ago(at),
        reason: None,
    }
}

#[test]
fn a_decision_acts_at_once_says_so_and_goes_on() {
    let mut app = App::sized(80, 24);
    app.press("j enter");
    assert!(app.shows("Case 7 (2 of 7)"));
    app.press("m");
    assert_eq!(state(&app, 7), CaseState::Resolved);
    assert!(app.shows("Merged Ana Souza and +55 11 98765 4321. u undoes"));
    assert!(
        app.shows("Case 12 (2 of 6)"),
        "the next case: {}",
        app.screen()
    );
}

#[test]
fn after_the_last_case_the_queue_says_what_to_do() {
    let mut app = App::new(Setup {
        store: {
            let store = Fake::new();
            store.with(|held| held.cases.truncate(1));
            store
        },
        ..Setup::default()
    });
    app.press("enter a");
    assert!(app.shows("No open cases."));
    assert!(app.shows("`reunite ingest FILE` brings traffic in"));
    app.press("u");
    assert!(app.line_under_cursor().contains("Bea Lind"));
}

#[test]
fn undo_goes_back_to_the_case_and_redo_puts_it_back() {
    let mut app = App::sized(100, 30);
    app.press("j enter m m");
    assert_eq!(state(&app, 7), CaseState::Resolved);
    assert_eq!(state(&app, 12), CaseState::Resolved);
    app.press("u");
    assert_eq!(state(&app, 12), CaseState::Open);
    assert!(app.shows("Case 12"));
    assert!(app.shows("U redoes"));
    app.press("u");
    assert_eq!(state(&app, 7), CaseState::Open);
    app.press("u");
    assert!(app.shows("All of this session is undone already"));
    app.press("U U");
    assert_eq!(state(&app, 7), CaseState::Resolved);
    assert_eq!(state(&app, 12), CaseState::Resolved);
    app.press("U");
    assert!(app.shows("Nothing was undone in this session"));
    app.press("u");
    assert_eq!(state(&app, 12), CaseState::Open, "undone once more");
}

#[test]
fn a_new_decision_forgets_what_was_undone() {
    let mut app = App::sized(100, 30);
    app.press("j enter m u");
    assert!(app.shows("Case 7"));
    app.press("s U");
    assert!(app.shows("Nothing was undone in this session"));
}

#[test]
fn what_is_no_answer_says_why() {
    let mut app = App::sized(100, 30);
    app.press("j enter a");
    assert!(app.shows("Not an answer to this question; it takes merge, relink, keep separate"));
    assert_eq!(state(&app, 7), CaseState::Open);
    app.press("esc G k enter a");
    assert!(app.shows("The earlier change is accepted; undo decision 28 first."));
}

#[test]
fn no_key_of_the_queue_decides() {
    let mut app = App::sized(100, 30);
    app.press("m r s a x z w m a x");
    let open = app.store.with(|held| {
        let rows = held.cases.iter();
        rows.filter(|row| row.state == CaseState::Open).count()
    });
    assert_eq!(open, 7);
}

#[test]
fn the_survivor_shown_is_the_survivor_sent() {
    let mut app = App::sized(120, 40);
    app.answers = false;
    app.press("j enter");
    app.answer();
    app.press("w");
    assert!(app.shows("A merge would keep +55 11 98765 4321 #9"));
    assert!(app.shows("Suggested merge, keeping +55 11 98765 4321 #9"));
    let screen = app.screen();
    assert!(screen.contains("are shown as one, contact 9."), "{screen}");
    assert!(screen.contains("under +55 11 98765 4321 #9"), "{screen}");
    app.press("m");
    let Some(Effect::Write(Write::Decide(decide), by)) = app.held.front() else {
        panic!("nothing was decided: {:?}", app.held);
    };
    assert_eq!(decide.expect_version, Some(1));
    assert_eq!(by.operator, "ines");
    assert_eq!(by.at, app.now);
    let crate::domain::case::Answer::Merge { survivor } = decide.answer else {
        panic!("{decide:?}");
    };
    assert_eq!(survivor.unwrap().0, 9);
}

#[test]
fn while_a_decision_is_saved_no_other_is_taken_and_quitting_asks() {
    let mut app = App::sized(80, 24);
    app.press("j enter");
    app.answers = false;
    app.press("m s");
    assert!(app.shows("The last decision is still being saved."));
    assert_eq!(app.held.len(), 1);
    app.wait(200).take(Msg::Wake);
    assert!(app.shows("saving…"));
    app.press("ctrl-c");
    assert!(app.shows("A decision is still being saved"));
    app.press("j enter");
    assert!(!app.has_quit());
    app.answers = true;
    app.answer();
    assert!(app.has_quit());
    assert_eq!(state(&app, 7), CaseState::Resolved);
}

#[test]
fn quitting_is_one_key_where_nothing_is_at_stake() {
    let mut app = App::sized(80, 24);
    app.press("q");
    assert!(app.has_quit());
    let mut app = App::sized(80, 24);
    app.press("enter c ctrl-c");
    assert!(app.has_quit());
    let mut app = App::sized(80, 24);
    app.press("enter q");
    assert!(!app.has_quit() && app.shows("Review queue"));
}

#[test]
fn a_reason_goes_with_the_next_decision_and_no_further() {
    let mut app = App::sized(100, 30);
    app.press("j enter R")
        .enter("spoke with her")
        .press("enter");
    assert!(app.shows("Your reason spoke with her"));
    app.press("m m");
    app.store.with(|held| {
        assert_eq!(held.audit[0].reason.as_deref(), Some("spoke with her"));
        assert_eq!(held.audit[1].reason, None);
    });
}

#[test]
fn relink_asks_which_and_whose() {
    let mut app = App::sized(80, 24);
    app.press("j enter r");
    assert!(app.shows("Which identifier is on the wrong contact?"));
    assert!(app.shows("held by +55 11 98765 4321 #9"));
    app.press("enter");
    assert!(app.shows("Who does phone +55 11 98765 4321 belong to?"));
    app.press("1");
    assert_eq!(state(&app, 7), CaseState::Resolved);
    app.store
        .with(|held| assert_eq!(held.audit[0].action, Action::Relink));
}

#[test]
fn relink_to_a_contact_by_number() {
    let mut app = App::sized(80, 24);
    app.press("j enter r 2 G enter").enter("x").press("enter");
    assert!(app.shows("a contact's number"), "{}", app.screen());
    app.press("backspace").enter("#14").press("enter");
    assert_eq!(state(&app, 7), CaseState::Resolved);
}

#[test]
fn the_suggested_relink_is_under_the_cursor() {
    let mut app = App::sized(80, 24);
    app.press("j j j enter r");
    assert!(app.line_under_cursor().contains("+55 21 95555 4444"));
    app.press("enter");
    assert!(app.line_under_cursor().contains("Lívia Prado"));
}

#[test]
fn deferring_asks_until_when() {
    let mut app = App::sized(80, 24);
    app.press("j enter z");
    assert!(app.shows("Ask again in"));
    assert!(app.shows("29 Nov 2026 12:00"));
    app.press("esc");
    assert_eq!(state(&app, 7), CaseState::Open);
    app.press("z 3");
    assert_eq!(state(&app, 7), CaseState::Deferred);
    app.press("esc tab");
    assert!(app.shows("[Deferred 1]") && app.shows("Ana Souza"));
}

#[test]
fn a_refusal_says_who_was_faster_and_when() {
    let mut app = App::sized(100, 30);
    app.press("j enter");
    // Decided by somebody else before the screen knows.
    app.store.with(|held| {
        held.decide(CaseId(7), Action::KeepSeparate, &someone_else(4_000));
    });
    app.press("m");
    assert!(app.shows("Ana decided this 4 s ago"), "{}", app.screen());
    assert!(app.shows("nothing is left to answer"), "{}", app.screen());
    app.store.with(|held| assert_eq!(held.audit.len(), 1));
}

#[test]
fn another_operators_decision_is_said_as_it_happens() {
    let mut app = App::sized(100, 30);
    app.press("j enter");
    app.meanwhile(|held| {
        held.decide(CaseId(7), Action::KeepSeparate, &someone_else(4_000));
    });
    assert!(app.shows("Ana decided this 4 s ago: keep separate."));
    assert!(app.shows("Answered keep separate by Ana"));
    app.press("m");
    assert!(app.shows("Answered keep separate by Ana 4 s ago; History can undo that."));
}

#[test]
fn one_s_own_decision_is_not_another_operators() {
    let mut app = App::sized(100, 30);
    app.press("j enter m p");
    app.meanwhile(|_| {});
    assert!(!app.shows("decided this"));
}

#[test]
fn changed_evidence_refuses_and_shows_what_is_new() {
    let mut app = App::sized(100, 30);
    app.press("j enter");
    app.store.with(|held| held.cases[1].version = 9);
    app.press("m");
    assert!(app.shows("The case has new evidence; look again."));
    app.press("m");
    assert_eq!(state(&app, 7), CaseState::Resolved, "now it was seen");
}

#[test]
fn a_locked_store_loses_nothing() {
    let mut app = App::sized(100, 30);
    app.press("j enter");
    let locked = StoreError::Locked("identity.db".into());
    app.store.with(|held| held.fails = Some(locked));
    app.press("m");
    assert!(app.shows("is locked by another program; try again"));
    assert!(app.shows("Case 7"));
    app.press("m");
    assert_eq!(state(&app, 7), CaseState::Resolved);
}

#[test]
fn a_merged_case_is_told_of_one_contact() {
    let mut app = App::sized(80, 24);
    app.meanwhile(|held| {
        let by = someone_else(4_000);
        held.decide(CaseId(7), Action::Merge, &by);
        held.cases[1].contacts.truncate(1);
    });
    app.press("tab tab");
    assert!(app.shows("which the same contact"), "{}", app.screen());
    assert!(!app.shows("answered"), "all of them are");
    app.press("tab");
    assert!(app.shows("answered"), "{}", app.screen());
    assert!(!app.shows("somebody unknown"), "{}", app.screen());
}

#[test]
fn a_key_held_down_answers_one_case() {
    let mut app = App::sized(80, 24);
    app.press("j enter m");
    for _ in 0..100 {
        app.wait(33).take(Msg::Key(super::harness::event("m")));
    }
    assert!(app.shows("This came in sight just now: look, then answer."));
    app.store.with(|held| assert_eq!(held.audit.len(), 1));
    assert_eq!(app.model.wakes_at(), Some(app.model.now.plus(400)));
    app.wait(400).take(Msg::Wake);
    assert!(app.shows("Now it can be answered."));
    assert_eq!(app.model.wakes_at(), None);
    app.take(Msg::Key(super::harness::event("m")));
    app.store.with(|held| assert_eq!(held.audit.len(), 2));
}

#[test]
fn evidence_that_comes_while_one_looks_is_said_and_looked_at() {
    let mut app = App::sized(80, 24);
    app.press("j enter").wait(9_000);
    app.meanwhile(|held| {
        held.cases[1].version = 2;
        held.came_again = 1;
    });
    assert!(app.shows("New evidence came in: this is how the case stands now."));
    app.take(Msg::Key(super::harness::event("m")));
    assert_eq!(state(&app, 7), CaseState::Open);
    app.press("z");
    app.meanwhile(|held| held.cases[1].version = 3);
    app.press("enter");
    assert!(app.shows("The case changed while this stood open; look again."));
    assert_eq!(state(&app, 7), CaseState::Open);
}

#[test]
fn what_another_did_to_the_case_in_sight_is_said_as_it_is() {
    let mut app = App::sized(100, 30);
    app.press("j enter").wait(9_000);
    app.meanwhile(|held| {
        held.decide(CaseId(7), Action::Defer, &someone_else(4_000));
        held.cases[1].version = 2;
    });
    assert!(app.shows("Ana deferred this 13 s ago."), "{}", app.screen());
    app.wait(9_000).meanwhile(|held| {
        held.decide(CaseId(7), Action::Merge, &someone_else(4_000));
        held.cases[1].version = 3;
    });
    assert!(app.shows("! Ana decided this 22 s ago: merge."));
    app.wait(9_000).meanwhile(|held| {
        held.cases[1].state = CaseState::Open;
        held.cases[1].version = 4;
    });
    assert!(app.shows("Its answer was taken back: the case is open again."));
    app.wait(9_000).meanwhile(|held| held.cases[1].version = 5);
    assert!(app.shows("The case changed: this is how it stands now."));
    app.wait(9_000).meanwhile(|held| {
        held.cases[1].state = CaseState::Superseded;
        held.cases[1].version = 6;
    });
    assert!(app.shows("! This is no longer a question."));
}

#[test]
fn what_is_said_of_a_case_is_not_said_of_the_next() {
    let mut app = App::sized(100, 30);
    app.press("j enter").wait(9_000);
    app.meanwhile(|held| held.cases[1].version = 2);
    assert!(app.shows("Case 7") && app.shows("The case changed"));
    app.press("n");
    assert!(app.shows("Case 12") && !app.shows("The case changed"));
    app.press("w");
    assert!(app.shows("A merge would keep"));
    app.press("n");
    assert!(!app.shows("A merge would keep"));
    // What was done stays said for a while.
    app.press("p m");
    assert!(app.shows("u undoes"));
    app.press("n");
    assert!(app.shows("u undoes"));
}

#[test]
fn after_a_case_that_left_the_list_comes_the_one_in_its_place() {
    let mut app = App::sized(100, 30);
    app.press("j enter");
    app.meanwhile(|held| {
        held.decide(CaseId(7), Action::Defer, &someone_else(0));
    });
    assert!(app.shows("Case 7 ·"), "not on the way any more");
    app.press("m");
    assert!(
        app.shows("Merged") && app.shows("Case 12"),
        "{}",
        app.screen()
    );
}

#[test]
fn an_undo_too_many_says_that_all_is_undone() {
    let mut app = App::sized(80, 24);
    app.press("u");
    assert!(app.shows("Nothing was decided in this session"));
    app.press("j enter m u").wait(4_000).press("u");
    assert!(
        app.shows("All of this session is undone already"),
        "{}",
        app.screen()
    );
    // On what lies above the queue, q is the way back.
    assert!(app.shows("Case 7"));
}
