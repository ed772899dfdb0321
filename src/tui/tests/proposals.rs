//! Four eyes: answers that wait for another operator, seen, confirmed, refused,
//! taken out.

use super::decide::{someone_else, state};
use super::fake::{Fake, Held};
use super::harness::{App, Setup};
use crate::domain::case::{Action, CaseState};
use crate::domain::ids::{BatchId, CaseId};
use crate::store::By;

fn waiting(app: &App) -> usize {
    app.store.with(|held| held.proposals.len())
}

/// Ana proposes to merge case 7, and ines to accept case 9.
pub(super) fn propose_both(held: &mut Held) {
    let reason = Some("same voice on the phone".to_owned());
    let ana = By {
        reason,
        ..someone_else(4 * 60_000)
    };
    held.propose(CaseId(7), Action::Merge, &ana);
    let ines = By {
        operator: "ines".into(),
        ..someone_else(60_000)
    };
    held.propose(CaseId(9), Action::Accept, &ines);
}

fn both() -> Fake {
    let store = Fake::new();
    store.with(propose_both);
    store
}

fn with(store: Fake, size: (u16, u16)) -> App {
    App::new(Setup {
        size,
        store,
        ..Setup::default()
    })
}

#[test]
fn what_waits_is_counted_listed_and_confirmed() {
    let mut app = with(both(), (80, 24));
    assert!(app.shows("! 2 proposed, f"), "{}", app.screen());
    app.press("f");
    for said in [
        "Proposals",
        "merge, by Ana, 22 Nov 2026 11:56",
        "“same voice on the phone”",
        "Ana Souza · +55 11 98765 4321",
        "C lets it stand, X turns it down.",
        "1 of 2, oldest first",
    ] {
        assert!(app.shows(said), "{said}:\n{}", app.screen());
    }
    app.press("C");
    assert_eq!(state(&app, 7), CaseState::Resolved);
    assert!(app.shows("Merged 3 and 9 as 3, as Ana proposed."));
    assert_eq!(waiting(&app), 1);
    assert!(app.line_under_cursor().contains("ines"), "{}", app.screen());
    app.press("u");
    assert_eq!(state(&app, 7), CaseState::Open, "a decision like any other");
}

#[test]
fn ones_own_is_refused_here_and_by_the_store() {
    let mut app = with(both(), (80, 24));
    app.press("f j");
    assert!(app.shows("Another operator has to confirm it; X takes it back."));
    app.press("C");
    assert!(app.shows("You proposed this 1m ago; another operator has to confirm it."));
    assert_eq!(state(&app, 9), CaseState::Open);
    // What the screen did not know, the store does.
    let id = app.store.with(|held| held.proposals[1].proposal);
    crate::tui::tests::proposals::order(&mut app, id);
    assert!(
        app.shows("Another operator has to confirm it."),
        "{}",
        app.screen()
    );
    assert_eq!(state(&app, 9), CaseState::Open);
}

/// Has a proposal confirmed past what the screen checks.
fn order(app: &mut App, id: crate::domain::ids::ProposalId) {
    use crate::store::Store as _;
    use crate::tui::model::{Purpose, Settling, Writing};
    use crate::tui::worker::{Reply, Settle};
    let by = By {
        operator: "ines".into(),
        ..someone_else(0)
    };
    app.model.writing = Some(Writing {
        purpose: Purpose::Settle(Box::new(Settling {
            how: Settle::Confirm,
            rest: Vec::new(),
            reason: None,
            next: None,
            count: 0,
            done: Vec::new(),
            refused: Vec::new(),
        })),
        since: app.now,
    });
    let outcome = app.store.confirm(id, &by).map(Some);
    let reply = Reply::Settled(vec![outcome]);
    app.take(crate::tui::update::Msg::Reply(reply));
}

#[test]
fn a_case_says_what_is_proposed_and_takes_the_same_keys() {
    let mut app = with(both(), (100, 30));
    app.press("j enter");
    assert!(
        app.shows("! Ana proposed merge 4m ago, “same voice on the phone”: C confirms, X turns it"),
        "{}",
        app.screen()
    );
    app.press("C");
    assert!(app.shows("look, then answer"), "not unseen");
    app.wait(500).press("C");
    assert_eq!(state(&app, 7), CaseState::Resolved);
    assert!(app.shows("Case 12"), "and on to the next: {}", app.screen());
}

#[test]
fn taking_out_asks_first() {
    let mut app = with(both(), (80, 24));
    app.press("f X");
    assert!(app.shows("Turn this proposal down?") && app.shows("1 Leave it"));
    app.press("enter");
    assert_eq!(waiting(&app), 2, "Leave it has the focus");
    app.press("X 2");
    assert_eq!(waiting(&app), 1);
    assert!(app.shows("The proposal is withdrawn."));
    app.press("X");
    assert!(app.shows("Take your proposal back?"));
    app.press("2");
    assert_eq!((waiting(&app), app.model.waiting), (0, 0));
    assert!(app.shows("No answer waits for another operator."));
    app.press("esc").wait(4_000).press("f");
    assert!(app.shows("Review queue"), "nothing to see there");
    assert_eq!(state(&app, 7), CaseState::Open);
}

#[test]
fn an_answer_under_the_rule_is_proposed_and_the_case_stays() {
    let store = Fake::new();
    store.with(|held| held.four_eyes = true);
    let mut app = with(store, (80, 24));
    app.press("j enter m");
    let says = app.model.notice.as_ref().map(|notice| notice.text.as_str());
    let wanted = "Proposed, and waits for another operator: ";
    let deed = says.and_then(|says| says.strip_prefix(wanted)).unwrap();
    assert!(deed.starts_with("Merged Ana Souza"), "{deed}");
    assert!(!deed.contains("operator"), "{deed}");
    app.press("p");
    assert!(app.shows("! You proposed merge just now: another operator has to confirm it"));
    app.press("esc f");
    assert!(app.line_under_cursor().contains("ines"), "{}", app.screen());
}

/// A batch of sixty that Ana proposed; the fourth case has changed since.
fn sixty() -> Fake {
    let store = Fake::new();
    store.with(|held| {
        held.number(60, |held, _| held.cases[1].clone());
        for n in 1..=60 {
            held.propose(CaseId(n), Action::Merge, &someone_else(9_000));
        }
        let proposals = held.proposals.iter_mut();
        proposals.for_each(|p| p.batch = Some(BatchId(5)));
        held.cases[3].version += 1;
    });
    store
}

#[test]
fn of_a_batch_all_are_confirmed_at_once_and_what_changed_is_named() {
    let mut app = with(sixty(), (80, 24));
    app.press("f C");
    assert!(app.shows("all of batch 5") && app.shows("60 answers"));
    app.press("2");
    assert!(app.shows("type 60 to confirm so many at once"));
    app.enter("59").press("enter");
    assert_eq!(waiting(&app), 60, "another number");
    app.enter("60").press("enter");
    assert_eq!(waiting(&app), 1);
    assert!(
        app.shows("59 proposals confirmed, 1 not: The case has new evidence; look again."),
        "{}",
        app.screen()
    );
    let screen = app.screen();
    let said: Vec<&str> = screen.split_whitespace().collect();
    let said = said.join(" ");
    assert!(said.contains("u undoes all of batch 5"), "{said}");
    app.press("u");
    assert_eq!(state(&app, 1), CaseState::Open);
    assert_eq!(state(&app, 60), CaseState::Open);
}

#[test]
fn a_long_confirmation_is_seen_and_can_be_stopped() {
    let mut app = with(sixty(), (80, 24));
    app.press("f C 2").enter("60");
    app.answers = false;
    app.press("enter");
    assert!(app.answer_one(), "the first twenty");
    assert!(
        app.shows("19 of 60 confirmed; Esc stops."),
        "{}",
        app.screen()
    );
    app.press("esc");
    app.answer();
    assert_eq!(waiting(&app), 21, "{}", app.screen());
    assert!(
        app.shows("39 proposals confirmed, 1 not"),
        "{}",
        app.screen()
    );
}

#[test]
fn a_whole_batch_is_taken_out_when_its_number_is_typed() {
    let mut app = with(sixty(), (80, 24));
    app.press("f X");
    assert!(app.shows("Withdraw what?") && app.shows("all of batch 5"));
    app.press("2");
    assert!(app.shows("type 60 to withdraw so many at once"));
    app.enter("60").press("enter");
    assert_eq!(waiting(&app), 0);
    assert!(app.shows("60 proposals withdrawn."), "{}", app.screen());
    assert_eq!(state(&app, 1), CaseState::Open);
}

#[test]
fn the_queue_and_the_preview_of_a_batch_say_what_is_proposed() {
    let store = both();
    store.with(|held| held.four_eyes = true);
    let mut app = with(store, (80, 24));
    assert!(
        app.screen()
            .lines()
            .any(|line| { line.contains("Ana Souza") && line.contains("proposed") })
    );
    app.press("* B");
    assert!(
        app.shows("Another operator has to confirm all of it.") && app.shows("Propose "),
        "{}",
        app.screen()
    );
}

#[test]
fn what_was_refused_here_is_no_news_elsewhere() {
    let mut app = with(both(), (80, 24));
    app.press("f j C");
    assert!(app.shows("another operator has to confirm it"));
    app.press("H");
    assert!(!app.shows("another operator has to confirm it"));
}
