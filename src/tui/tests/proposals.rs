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
    use crate::tui::model::{Purpose, Writing};
    let by = By {
        operator: "ines".into(),
        ..someone_else(0)
    };
    app.model.writing = Some(Writing {
        purpose: Purpose::Confirm(None),
        since: app.now,
    });
    let outcome = app.store.confirm(id, &by);
    let reply = crate::tui::worker::Reply::Confirmed(vec![outcome]);
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
    assert!(app.shows("Proposed, and waits for another operator"));
    app.press("p");
    assert!(app.shows("! You proposed merge just now: another operator has to confirm it"));
    app.press("esc f");
    assert!(app.line_under_cursor().contains("ines"), "{}", app.screen());
}

#[test]
fn of_a_batch_all_are_confirmed_at_once_and_what_changed_is_named() {
    let store = Fake::new();
    store.with(|held| {
        let row = held.cases[1].clone();
        held.cases = (1..=60)
            .map(|n| {
                let mut row = row.clone();
                row.case = CaseId(n);
                row.cursor = format!("{n}");
                row
            })
            .collect();
        for n in 1..=60 {
            held.propose(CaseId(n), Action::Merge, &someone_else(9_000));
        }
        held.proposals
            .iter_mut()
            .for_each(|p| p.batch = Some(BatchId(5)));
        held.cases[3].version += 1;
    });
    let mut app = with(store, (80, 24));
    app.press("f C");
    assert!(app.shows("all of batch 5") && app.shows("60 answers"));
    app.press("2");
    assert!(app.shows("type 60 to confirm so many at once"));
    app.enter("59").press("enter");
    assert_eq!(waiting(&app), 60, "another number");
    app.press("ctrl-u").enter("60").press("enter");
    assert_eq!(waiting(&app), 1);
    assert!(
        app.shows("59 confirmed, 1 not: The case has new evidence; look again."),
        "{}",
        app.screen()
    );
}
