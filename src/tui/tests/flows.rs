//! What an operator does, key by key, and what they see.

use super::fake::Fake;
use super::fixtures::{self, ago};
use super::harness::{App, Setup};
use crate::domain::case::{Action, CaseState};
use crate::domain::ids::CaseId;
use crate::review::refusal::{Code, Refusal};
use crate::store::{By, StoreError};
use crate::tui::model::Effect;
use crate::tui::update::Msg;
use crate::tui::worker::{Reply, Write};

fn state(app: &App, case: i64) -> CaseState {
    app.store.with(|held| {
        let mut rows = held.cases.iter();
        rows.find(|row| row.case.0 == case).unwrap().state
    })
}

fn someone_else(at: i64) -> By {
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
    assert!(app.shows("Nothing was decided in this session"));
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
    app.press("m");
    let Some(Effect::Write(Write::Decide(decide), by)) = app.held.front() else {
        panic!("nothing was decided: {:?}", app.held);
    };
    assert_eq!(decide.expect_version, Some(1));
    assert_eq!(by.operator, "ines");
    assert_eq!(by.at, fixtures::NOW);
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
    assert!(app.shows("Ana answered keep separate 4 s ago; History can undo that."));
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
    app.press("/").enter("conf>x");
    assert!(app.shows("conf takes a number"));
}

#[test]
fn changes_and_order() {
    let mut app = App::sized(80, 24);
    app.press("i");
    assert!(app.shows("4 of 7 fit “kind:change”"));
    app.press("i O");
    assert!(app.shows("Ordered with the oldest first."));
    app.press("g");
    assert!(app.line_under_cursor().contains("Иван"));
    app.press("O g");
    assert!(app.line_under_cursor().contains("Bea Lind"));
}

#[test]
fn a_large_queue_is_read_as_it_is_walked() {
    let store = Fake::new();
    store.with(|held| {
        let row = held.cases[1].clone();
        held.cases = (0..1_000)
            .map(|n| {
                let mut row = row.clone();
                row.case = CaseId(n + 1);
                row.cursor = format!("{}", n + 1);
                row
            })
            .collect();
    });
    let mut app = App::new(Setup {
        store,
        size: (80, 24),
        ..Setup::default()
    });
    assert_eq!(app.model.queue.rows.len(), 100);
    assert!(app.shows("1 of 100+"));
    app.press("G");
    assert_eq!(app.model.queue.rows.len(), 200);
    app.press("/").enter("#999");
    assert_eq!(app.model.queue.rows.len(), 1_000, "a filter wants all");
    assert!(app.shows("1 of 1000"));
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
            Effect::Read(ticket, crate::tui::worker::Read::Case(_)) => Some(*ticket),
            _ => None,
        })
        .collect();
    assert_eq!(asked.len(), 2);
    let stale = crate::tui::worker::Found::Case(Ok(Box::new(fixtures::case(12))));
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
}

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
fn a_contact_is_found_read_and_leads_to_its_cases() {
    let mut app = App::sized(80, 24);
    app.press("c").enter("joao");
    assert!(app.shows("João Pereira") && !app.shows("Bea"));
    app.press("ctrl-u").enter("ana s");
    app.press("enter");
    assert!(app.shows("Contact #3 · Ana Souza"));
    app.press("enter");
    assert!(app.shows("Tab to the open cases first"));
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
    app.press("c").enter("ana s").press("enter tab");
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
