//! Marks, and what is done with them at once.

use super::decide::state;
use super::fake::Fake;
use super::harness::{App, Setup};
use crate::domain::case::CaseState;
use crate::review::batch::Outcome;
use crate::tui::model::Overlay;
use crate::tui::update::Msg;

/// A queue of so many changes that are all suggested alike.
fn many(count: i64, answers: bool) -> App {
    let store = Fake::new();
    store.with(|held| held.number(count, |held, _| held.cases[0].clone()));
    let mut app = App::new(Setup {
        store,
        size: (80, 24),
        ..Setup::default()
    });
    app.answers = answers;
    app
}

fn open_cases(app: &App) -> usize {
    app.store.with(|held| {
        let rows = held.cases.iter();
        rows.filter(|row| row.state == CaseState::Open).count()
    })
}

#[test]
fn marks_are_previewed_and_cancel_has_the_focus() {
    let mut app = App::sized(100, 30);
    app.press("B");
    assert!(app.shows("Nothing is marked"));
    app.wait(4_000).press("space space v j v");
    assert!(app.shows("● 4 marked"), "{}", app.screen());
    app.press("B");
    for said in [
        "Answer 2 of 4 marked",
        "accept",
        "The least sure",
        "Left out 2",
        "less sure than asked for",
    ] {
        assert!(app.shows(said), "{said}:\n{}", app.screen());
    }
    app.press("enter");
    assert_eq!(open_cases(&app), 7, "Cancel had the focus");
    assert!(app.shows("● 4 marked"), "and the marks are where they were");
    app.press("B tab enter");
    assert_eq!(open_cases(&app), 5);
    assert!(app.shows("2 answered, 0 left out"), "{}", app.screen());
    assert_eq!(app.model.fresh, None, "nobody else did that");
    app.press("u");
    assert_eq!(app.model.fresh, None, "nor this");
    assert_eq!(open_cases(&app), 7, "one undo, as the notice says");
    assert!(app.shows("2 decisions taken back."), "{}", app.screen());
    assert!(!app.shows("redoes"), "one key does not put a batch back");
}

#[test]
fn the_way_out_is_told_on_small_terminals_too() {
    for (width, height) in [(60, 15), (80, 24)] {
        let mut app = App::sized(width, height);
        app.press("* B");
        assert!(app.shows("Esc leaves it"), "{}", app.screen());
    }
}

#[test]
fn a_lower_threshold_takes_more() {
    let mut app = App::sized(100, 30);
    app.press("space space space B - -");
    assert!(
        app.shows("from 85% sure") && app.shows("Apply 3"),
        "{}",
        app.screen()
    );
    let Some(Overlay::Batch(batch)) = &app.model.overlay else {
        panic!("no batch");
    };
    assert_eq!(batch.scope.min_confidence.to_string(), "0.85", "no drift");
    app.press("+");
    assert!(
        app.shows("from 90% sure") && app.shows("Apply 2"),
        "{}",
        app.screen()
    );
}

#[test]
fn above_fifty_the_number_is_typed() {
    let mut app = many(60, true);
    app.press("* B");
    assert!(
        app.shows("Answer 60 of 60") && app.shows("type 60:"),
        "{}",
        app.screen()
    );
    app.press("tab enter");
    assert!(app.shows("Type 60 to answer so many cases at once."));
    app.press("5 enter");
    assert_eq!(open_cases(&app), 60);
    app.press("6 0 enter");
    assert_eq!(open_cases(&app), 0, "the wrong number is gone");
    assert!(app.shows("60 of 60"), "{}", app.screen());
    assert!(app.shows("Batch 5: 60 cases answered. u undoes all of it."));
    app.press("enter u");
    assert_eq!(open_cases(&app), 60);
}

#[test]
fn all_are_marked_also_those_that_were_not_read() {
    let mut app = many(300, true);
    app.press("*");
    assert!(app.shows("● 300 marked"), "{}", app.screen());
    app.press("B");
    assert!(app.shows("Answer 300 of 300"), "{}", app.screen());
    // One taken out again: then all have to be read, and are.
    app.press("esc j space");
    assert!(app.shows("● 299 marked"), "{}", app.screen());
    app.press("B");
    assert!(app.shows("Answer 299 of 299"), "{}", app.screen());
}

#[test]
fn esc_stops_between_two_chunks_and_quitting_waits_for_one() {
    for quits in [false, true] {
        let mut app = many(50, false);
        app.press("* B");
        app.answer();
        app.press("tab enter");
        app.wait(500).take(Msg::Wake);
        assert!(app.shows("Esc stops at a clean point") && app.shows("0 of 50"));
        app.press(if quits { "ctrl-c" } else { "esc" });
        assert!(
            app.shows("Stopping after what is under way"),
            "{}",
            app.screen()
        );
        assert!(!app.has_quit());
        app.answers = true;
        app.answer();
        assert_eq!(open_cases(&app), 30, "one chunk of twenty");
        assert_eq!(app.has_quit(), quits);
        if !quits {
            assert!(app.shows("Stopped at a clean point"), "{}", app.screen());
            app.press("enter u");
            assert_eq!(open_cases(&app), 50);
        }
    }
}

#[test]
fn what_changed_meanwhile_is_left_out_and_named() {
    let mut app = many(3, false);
    app.press("* B");
    app.answer();
    app.store.with(|held| held.cases[1].version = 9);
    app.answers = true;
    app.press("tab enter");
    assert!(app.shows("2 answered, 1 left out"), "{}", app.screen());
    assert!(app.shows("! case 2") && app.shows("changed since the plan"));
    assert_eq!(state(&app, 2), CaseState::Open);
    let Some(Overlay::Batch(batch)) = &mut app.model.overlay else {
        panic!("no batch");
    };
    for outcome in &mut batch.outcomes {
        if let Outcome::Refused(why) = outcome {
            why.detail = format!("{} whatever else stood there: finis", "long ".repeat(20));
        }
    }
    assert!(app.shows("finis"), "{}", app.screen());
}

#[test]
fn changes_go_in_a_batch_too() {
    let mut app = App::sized(80, 24);
    app.press("i * B tab enter");
    assert!(app.shows("1 answered"), "{}", app.screen());
    assert_eq!(state(&app, 9), CaseState::Resolved);
}

#[test]
fn esc_gives_up_a_range_then_the_marks_then_the_screen() {
    let mut app = App::sized(80, 24);
    app.press("i space v j esc");
    assert!(app.shows("● 1 marked"), "{}", app.screen());
    app.press("esc");
    assert!(!app.shows("marked"));
    app.press("esc");
    assert!(app.shows("Review queue"));
}
