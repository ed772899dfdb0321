//! History, contacts, help, privacy, keys of one's own: what an operator does
//! besides deciding.

use super::decide::state;
use super::harness::{App, Setup};
use crate::domain::case::{Action, CaseState};
use crate::review::refusal::{Code, Refusal};
use crate::tui::model::Effect;
use crate::tui::update::Msg;
use crate::tui::worker::{Read, Reply};

#[test]
fn history_undoes_with_a_preview_and_verifies() {
    let mut app = App::sized(100, 30);
    app.press("j enter m esc H");
    assert!(app.shows("merge") && app.shows("case 7"));
    app.press("u");
    assert!(app.shows("Undo of entry 41, merge"));
    assert!(app.shows("undid merge of case 7"));
    assert_eq!(state(&app, 7), CaseState::Resolved, "only shown");
    app.press("enter");
    assert_eq!(state(&app, 7), CaseState::Open);
    assert!(app.shows("undone by entry 42"));
    app.press("G u");
    assert!(app.shows("Already undone by entry 42"));
    app.wait(4_000).press("V");
    assert!(app.shows("OK  2 entries, the chain is whole"));
    app.press("U");
    assert_eq!(state(&app, 7), CaseState::Resolved);
}

#[test]
fn a_long_word_does_not_lie_over_what_is_typed() {
    let mut app = App::sized(60, 15);
    app.press("H /").enter("operator:ana");
    app.model.say("a word ".repeat(20));
    assert!(app.shows(" Filter  operator:ana"), "{}", app.screen());
}

#[test]
fn an_undo_that_others_stand_on_names_them_and_can_take_them_too() {
    let mut app = App::sized(100, 30);
    app.press("j enter R")
        .enter("held")
        .press("enter m esc H u");
    assert!(app.shows("Decisions that stand on it: 44."));
    app.press("enter");
    assert_eq!(state(&app, 7), CaseState::Resolved);
    app.press("c enter");
    assert_eq!(state(&app, 7), CaseState::Open);
}

#[test]
fn ones_own_last_hour_is_shown_taken_back_as_one_and_put_back_as_one() {
    let mut app = App::sized(100, 30);
    app.meanwhile(|held| {
        let ana = super::decide::someone_else(9_000);
        held.decide(crate::domain::ids::CaseId(8), Action::KeepSeparate, &ana);
    });
    app.press("j enter m esc").wait(7_200_000);
    app.press("g enter a s");
    let mine = [9, 12].map(|case| (case, state(&app, case)));
    assert!(
        mine.iter().all(|(_, is)| *is == CaseState::Resolved),
        "{mine:?}\n{}",
        app.screen()
    );
    app.press("esc H B");
    assert!(app.shows("all of your last hour"));
    app.press("2");
    assert!(app.shows("Undo of all that you answered since"));
    assert!(
        app.shows("2 decisions would be taken back, 2 cases asked again."),
        "{}",
        app.screen()
    );
    assert!(app.shows("case 12: answered → open"));
    assert_eq!(state(&app, 12), CaseState::Resolved, "only shown");
    app.press("enter");
    assert_eq!([9, 12].map(|case| state(&app, case)), [CaseState::Open; 2]);
    for (case, why) in [(7, "longer ago"), (8, "another's")] {
        assert_eq!(state(&app, case), CaseState::Resolved, "{why}");
    }
    app.press("U");
    let both = [9, 12].map(|case| state(&app, case));
    assert_eq!(both, [CaseState::Resolved; 2], "{}", app.screen());
    app.press("esc u");
    assert_eq!([9, 12].map(|case| state(&app, case)), [CaseState::Open; 2]);
}

#[test]
fn the_undo_of_an_undo_says_what_would_change() {
    let mut app = App::sized(80, 24);
    app.press("j enter m esc H u enter g u");
    assert!(app.shows("Put back what entry 42 undid"));
    assert!(app.shows("case 7: open → answered"), "{}", app.screen());
    assert!(app.shows("#9: part of #3, Ana Souza → by itself, +55 11 98765 4321"));
    app.press("P");
    assert!(
        !app.shows("98765") && !app.shows("Souza"),
        "{}",
        app.screen()
    );
}

#[test]
fn a_long_verdict_is_told_whole_on_a_small_screen() {
    let mut app = App::sized(60, 15);
    app.press("j enter m esc H").wait(4_000);
    app.press("V");
    let said: Vec<String> = app.screen().lines().map(str::to_owned).collect();
    let said = said.join(" ");
    let said: Vec<&str> = said.split_whitespace().collect();
    let whole = "OK 1 entry, the chain is whole; a cut tail would not show";
    assert!(said.join(" ").contains(whole), "{}", app.screen());
}

#[test]
fn above_fifty_the_number_is_typed_before_they_are_taken_back() {
    let store = super::fake::Fake::new();
    store.with(|held| {
        held.number(60, |held, _| held.cases[1].clone());
        let ines = crate::store::By {
            operator: "ines".into(),
            ..super::decide::someone_else(0)
        };
        for n in 1..=60 {
            held.decide(crate::domain::ids::CaseId(n), Action::Merge, &ines);
        }
    });
    let mut app = App::new(Setup {
        store,
        size: (80, 24),
        ..Setup::default()
    });
    app.press("H B 2");
    assert!(
        app.shows("60 decisions would be taken back"),
        "{}",
        app.screen()
    );
    app.press("enter");
    assert!(app.shows("Type 60 to take so many back at once."));
    app.press("6 1 backspace enter");
    assert_eq!(state(&app, 1), CaseState::Resolved);
    app.wait(4_000).press("6 0");
    assert!(app.shows("Type 60 to do it: 60"), "{}", app.screen());
    app.press("enter");
    assert!((1..=60).all(|n| state(&app, n) == CaseState::Open));
}

#[test]
fn a_contact_is_found_read_and_leads_to_its_cases() {
    let mut app = App::sized(80, 24);
    app.press("c").enter("joao");
    assert!(app.shows("João Pereira") && !app.shows("Bea"));
    app.press("ctrl-u").enter("ana s");
    app.press("enter");
    assert!(app.shows("Contact #3 · Ana Souza"));
    app.press("enter");
    assert!(app.shows("Tab to the open cases or the decisions first"));
    app.press("backtab j enter");
    assert!(app.shows("Case 19"));
    app.press("esc esc");
    assert!(app.shows("Search  ana s"), "{}", app.screen());
    app.press("esc");
    assert!(app.shows("Review queue"));
}

#[test]
fn older_messages_come_when_one_goes_up_from_the_first() {
    let mut app = App::sized(80, 24);
    app.press("c").enter("ana s").press("enter tab tab");
    assert!(!app.shows("the very first"));
    app.press("g k");
    assert!(app.shows("the very first"), "{}", app.screen());
    assert!(app.shows("4 of 15"));
}

#[test]
fn a_case_leads_to_its_contacts() {
    let mut app = App::sized(80, 24);
    app.press("j enter enter");
    assert!(app.shows("Open which contact?"));
    app.press("2");
    assert!(app.shows("Contact #9"));
    app.press("q");
    assert!(app.shows("Case 7"));
}

#[test]
fn the_help_filters_runs_and_says_why_not() {
    let mut app = App::sized(100, 30);
    app.press("j enter ?").enter("accept");
    assert!(app.shows("Not now: not an answer to this question"));
    app.press("ctrl-u").enter("evid");
    app.press("enter");
    assert!(app.shows("Payload as it came"));
    assert!(app.shows("\"wa_id\": \"5511987654321\""));
    app.press("? esc");
    assert!(app.shows("Payload as it came"), "back on what it lay on");
    app.press("esc");
    assert!(app.shows("Case 7"));
}

#[test]
fn privacy_masks_everything_and_says_so() {
    let mut app = App::sized(200, 50);
    app.press("P");
    for keys in [
        "j",
        "enter",
        "tab tab tab",
        "e",
        "esc enter",
        "1",
        "esc H",
        "esc c",
    ] {
        app.press(keys);
        let screen = app.screen();
        assert!(screen.contains(" privacy "));
        for secret in ["Souza", "98765", "pedido", "ana.souza", "5511987"] {
            assert!(!screen.contains(secret), "{secret} after {keys}:\n{screen}");
        }
    }
}

#[test]
fn read_only_says_so_and_decides_nothing() {
    let mut app = App::new(Setup {
        read_only: true,
        demo: true,
        ..Setup::default()
    });
    assert!(app.shows(" read-only ") && app.shows(" demo "));
    app.press("j enter m");
    assert!(app.shows("The store is open read-only; start without --read-only to decide."));
    assert!(!app.shows("m merge  r"), "the hints show what works");
    app.press("z u");
    assert_eq!(state(&app, 7), CaseState::Open);
}

#[test]
fn text_of_strangers_cannot_touch_the_screen() {
    let mut app = App::sized(120, 40);
    app.press("j j j j enter");
    let screen = app.screen();
    assert!(screen.contains("An‹202E›a Sou‹200B›za"), "{screen}");
    assert!(!screen.contains('\u{202E}') && !screen.contains('\u{1b}'));
}

#[test]
fn pasted_text_is_text() {
    let mut app = App::sized(80, 24);
    app.press("enter");
    app.take(Msg::Paste("mmm\nq".into()));
    assert!(app.shows("Case 9"));
    app.press("esc /");
    app.take(Msg::Paste("joao\n".into()));
    assert!(app.shows("1 of 7"));
    // Two cells of a spreadsheet are two words.
    app.press("esc /");
    app.take(Msg::Paste("\r\nana\tsouza\r\n".into()));
    assert!(
        app.shows("ana souza") && app.shows("2 of 7"),
        "{}",
        app.screen()
    );
    app.press("left left");
    app.take(Msg::Paste("uu".into()));
    assert!(app.shows("ana souuuza"), "{}", app.screen());
}

#[test]
fn a_file_that_was_pasted_is_cut_and_said_to_be() {
    let mut app = App::sized(80, 24);
    app.press("/");
    app.take(Msg::Paste("ana\n".repeat(1_000_000)));
    assert!(app.shows("Only 2,000 characters of that were taken."));
    assert_eq!(app.model.queue.filter.text.chars().count(), 2_000);
}

#[test]
fn keys_of_the_configuration_are_used_and_shown() {
    let mut setup = Setup::default();
    let compare = [("m", "keep-separate"), ("s", "merge")];
    let compare = compare.map(|(key, action)| (key.to_owned(), action.to_owned()));
    setup.keys.insert("compare".into(), compare.into());
    let mut app = App::new(setup);
    app.press("j enter");
    assert!(app.shows("s merge  r relink  m keep separate"));
    app.press("s");
    app.store
        .with(|held| assert_eq!(held.audit[0].action, Action::Merge));
}

#[test]
fn suspending_and_repainting_are_left_to_the_loop() {
    let mut app = App::sized(80, 24);
    app.press("ctrl-z ctrl-l");
    app.take(Msg::Suspend);
    app.take(Msg::Continued);
    assert_eq!(
        app.other,
        [
            Effect::Suspend,
            Effect::Repaint,
            Effect::Suspend,
            Effect::Repaint
        ]
    );
}

#[test]
fn a_refused_preview_without_dependants_only_says_why() {
    let mut app = App::sized(80, 24);
    app.press("j enter m esc H");
    let refusal = Refusal::new(Code::ReadOnly, "the file cannot be written");
    app.answers = false;
    app.press("u");
    app.held.clear();
    app.take(Msg::Reply(Reply::Written(Err(Box::new(refusal).into()))));
    assert!(app.shows("the file cannot be written"));
    app.press("c enter");
    assert!(app.held.is_empty());
    app.press("esc");
    assert!(app.shows("History"));
}

#[test]
fn the_verdict_on_the_log_is_seen_right_after_a_decision() {
    let mut app = App::sized(80, 24);
    app.press("j enter m esc H");
    assert!(app.shows("Merged Ana Souza"), "said a moment ago");
    app.press("V");
    assert!(
        app.shows("OK  1 entry, the chain is whole"),
        "{}",
        app.screen()
    );
}

#[test]
fn the_log_is_filtered_and_esc_shows_all_of_it_again() {
    let mut app = App::sized(100, 30);
    app.press("j enter m").meanwhile(|held| {
        held.decide(
            crate::domain::ids::CaseId(8),
            Action::KeepSeparate,
            &super::decide::someone_else(9_000),
        );
    });
    app.press("esc H");
    assert!(app.shows("case 7") && app.shows("case 8"));
    app.press("/").enter("batch:x").press("enter");
    assert!(app.shows("batch: takes a number"));
    app.press("ctrl-u").enter("operator:Ana").press("enter");
    assert!(
        app.shows("case 8") && !app.shows("case 7"),
        "{}",
        app.screen()
    );
    app.wait(4_000).press("j");
    assert!(app.shows("1 entry of operator:Ana"));
    app.press("esc");
    assert!(app.shows("case 7"));
    app.press("/").enter("batch:9").press("enter");
    assert!(app.shows("No entry fits."));
    app.press("esc esc");
    assert!(app.shows("Review queue"));
}

#[test]
fn changes_are_listed_walked_and_answered_in_compare() {
    let mut app = App::sized(80, 24);
    app.press("i");
    assert!(
        app.shows("Identity changes") && app.shows("1 of 4"),
        "{}",
        app.screen()
    );
    app.press("a x m s");
    assert_eq!(state(&app, 9), CaseState::Open, "no key decides in a list");
    app.press("enter");
    assert!(app.shows("Case 9 (1 of 4)"));
    app.press("n");
    assert!(app.shows("Case 12 (2 of 4)"));
    app.press("p a");
    assert_eq!(state(&app, 9), CaseState::Resolved);
    assert!(app.shows("Case 12"), "on to the next change");
    app.press("esc").wait(4_000).press("k");
    assert!(app.shows("1 of 3"), "{}", app.screen());
}

#[test]
fn the_overview_counts_and_leads_to_the_oldest_case() {
    let mut app = App::sized(80, 24);
    app.press("o");
    for said in [
        "Overview",
        "case 15, 40d old",
        "3 items unread",
        "arrived",
        "decided",
    ] {
        assert!(app.shows(said), "{said}\n{}", app.screen());
    }
    assert!(app.shows("nothing came since"));
    app.wait(60_000).meanwhile(|held| {
        let mut row = held.cases[0].clone();
        row.case = crate::domain::ids::CaseId(99);
        held.cases.push(row);
    });
    assert!(
        app.shows("1 case more, +0 decided since 12:00"),
        "{}",
        app.screen()
    );
    app.press("enter");
    assert!(app.shows("Case 15"));
    app.press("esc esc");
    assert!(app.shows("Review queue"));
}

#[test]
fn a_decision_about_a_contact_leads_to_its_entry() {
    let mut app = App::sized(80, 24);
    app.press("c").enter("ana s");
    app.press("enter tab tab tab enter");
    assert!(app.shows("contact:3"), "{}", app.screen());
    app.press("esc");
    assert!(app.shows("Contact #3"));
}

#[test]
fn a_payload_is_searched_and_shown_raw() {
    let mut app = App::sized(80, 24);
    app.press("j enter e /").enter("PROFILE").press("enter");
    assert!(app.shows("\"profile\""), "{}", app.screen());
    app.press("/ ctrl-u").enter("not in there").press("enter");
    assert!(
        app.shows("“not in there” is not in this payload."),
        "{}",
        app.screen()
    );
    app.press("/ esc r");
    assert!(app.shows("character for character"), "{}", app.screen());
    assert!(app.shows("Case 7"), "the overlay is where it was");
}

#[test]
fn what_is_looked_at_is_asked_for_before_everything_is_counted() {
    for screen in ["esc", "enter"] {
        let mut app = App::sized(100, 30);
        app.press(screen);
        app.answers = false;
        app.press("ctrl-l");
        let asked: Vec<&Read> = app
            .held
            .iter()
            .filter_map(|effect| match effect {
                Effect::Read(_, read) => Some(read),
                _ => None,
            })
            .collect();
        let place = |wanted: fn(&Read) -> bool| asked.iter().position(|read| wanted(read));
        let counts = place(|read| matches!(read, Read::Counts));
        let order = place(|read| matches!(read, Read::Order(_)));
        assert!(order.is_some() && order < counts, "{asked:?}");
    }
}

#[test]
fn lines_that_another_screen_hides_are_read_again_when_they_are_seen() {
    let mut app = App::sized(100, 30);
    app.press("enter");
    app.answers = false;
    let is_rows = |effect: &Effect| matches!(effect, Effect::Read(_, Read::Rows(_)));
    app.meanwhile(|held| held.cases[0].contacts[0].name = "Anders".into());
    while app.answer_one() {
        assert!(!app.held.iter().any(is_rows), "nobody sees them");
    }
    app.press("q");
    assert!(app.held.iter().any(is_rows));
    app.answer();
    assert!(app.shows("Anders"));
}
