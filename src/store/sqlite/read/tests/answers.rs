//! What a page says of each answer, over traffic that was really taken in.

use crate::domain::case::{Action, Answer, Target};
use crate::domain::identifier::{Kind, Named};
use crate::domain::ids::{CaseId, ContactId, DecisionId};
use crate::review::page::{Outcome, Route};
use crate::review::refusal::Code;
use crate::store::sqlite::tests::{Fixture, NOW, by};
use crate::store::{Store, Undo};

fn outcome(f: &Fixture, case: i64, action: Action) -> Outcome {
    let page = f.store.case(CaseId(case)).unwrap();
    let answers: Vec<Action> = page.outcomes.iter().map(|o| o.action).collect();
    assert_eq!(answers, page.row.kind.answers(), "one each, none for defer");
    let mut outcomes = page.outcomes.into_iter();
    outcomes.find(|o| o.action == action).unwrap()
}

fn says(outcome: &Outcome, words: &str) {
    let found = outcome.effects.iter().any(|effect| effect.contains(words));
    assert!(found, "'{words}' is not in {:#?}", outcome.effects);
}

/// The route of the thread through an identifier.
fn route<'a>(outcome: &'a Outcome, through: &str) -> &'a Route {
    let mut routes = outcome.routes.iter();
    routes.find(|r| r.through.value == through).unwrap()
}

fn warned(outcome: &Outcome, through: &str, words: &str) {
    let warning = route(outcome, through).warning.as_deref();
    assert!(warning.unwrap_or_default().contains(words), "{warning:?}");
}

fn code(outcome: &Outcome) -> Option<Code> {
    outcome.refusal.as_ref().map(|r| r.code)
}

/// Contact 1 has a BSUID, contact 2 a phone; one message joins them: case 1.
fn conflict() -> Fixture {
    let mut f = Fixture::new();
    f.message(Some("US.1"), None, Some("Ana Souza"), 30);
    f.message(None, Some("491511"), Some("Ana"), 20);
    f.message(Some("US.1"), Some("491511"), Some("Ana Souza"), 10);
    f
}

/// Contact 1 changed its BSUID; the change does not name its phone.
fn changed() -> Fixture {
    let mut f = Fixture::new();
    f.message(Some("US.1"), None, Some("Ana"), 30);
    f.message(None, Some("491511"), Some("Ana"), 29);
    f.message(Some("US.5"), Some("491522"), Some("Eva"), 28);
    f.message(Some("US.5"), None, Some("Eva"), 27);
    f.message(None, Some("491522"), None, 27);
    f.change((Some("US.5"), None), (Some("US.6"), None), 20);
    f.message(Some("US.6"), None, Some("Eva"), 10);
    f
}

#[test]
fn a_merge_moves_nothing() {
    let f = conflict();
    let merge = outcome(&f, 1, Action::Merge);
    says(&merge, "Contacts 1 and 2 are shown as one, contact 1.");
    says(&merge, "Nothing moves");
    assert_eq!(code(&merge), None);
    assert_eq!(route(&merge, "491511").contact, Some(ContactId(1)));
    assert_eq!(route(&merge, "491511").warning, None);
    let json = serde_json::to_value(&merge).unwrap();
    assert!(json.get("refused").is_none());
}

#[test]
fn a_relink_takes_the_phone_to_the_bsuid_side() {
    let mut f = conflict();
    let relink = outcome(&f, 1, Action::Relink);
    says(
        &relink,
        "phone 491511 goes from contact 2 to contact 1 as of ",
    );
    says(&relink, "Contact 2 and contact 1 are kept apart.");
    assert_eq!(
        relink.warnings,
        ["Contact 2 is left without an address: nobody can write to it."]
    );
    let old = route(&relink, "491511");
    assert_eq!(
        old.contact,
        Some(ContactId(2)),
        "its messages are from before"
    );
    warned(&relink, "491511", "is held by contact 1");
    f.message(None, Some("491511"), None, 3);
    let relink = outcome(&f, 1, Action::Relink);
    let new = route(&relink, "491511");
    assert_eq!(
        (new.contact, &new.warning),
        (Some(ContactId(1)), &None),
        "what came since follows"
    );
}

#[test]
fn a_suggested_relink_is_the_one_shown() {
    let f = conflict();
    f.db()
        .execute_batch(
            r#"UPDATE cases SET suggestion = '{"action":"relink","identifier":"bsuid:US.1@default","to":"new",
               "since":"2026-01-13T00:00:00Z","confidence":0.7,"reasons":[]}'"#,
        )
        .unwrap();
    let relink = outcome(&f, 1, Action::Relink);
    says(
        &relink,
        "bsuid US.1 goes from contact 1 to a new contact as of 2026-01-13T00:00:00Z",
    );
    assert_eq!(route(&relink, "US.1").contact, None);
    assert_eq!(route(&relink, "US.1").warning, None);
}

#[test]
fn keeping_apart_moves_nothing() {
    let f = conflict();
    let keep = outcome(&f, 1, Action::KeepSeparate);
    says(&keep, "Contacts 1 and 2 stay apart");
    says(&keep, "phone 491511 stays with contact 2.");
    assert_eq!(code(&keep), None);
    assert_eq!(route(&keep, "491511").contact, Some(ContactId(2)));
}

#[test]
fn a_question_without_identifier_leaves_the_relink_to_the_operator() {
    let mut f = conflict();
    let case = f
        .store
        .ask(&[ContactId(1), ContactId(2)], None, &by())
        .unwrap()
        .case;
    let relink = outcome(&f, case.0, Action::Relink);
    says(
        &relink,
        "The identifier that you name goes to the contact that you name",
    );
    assert_eq!(route(&relink, "491511").contact, Some(ContactId(2)));
}

#[test]
fn an_accepted_change_ends_the_old_bsuid() {
    let mut f = changed();
    let accept = outcome(&f, 1, Action::Accept);
    says(&accept, "bsuid US.6 is confirmed on contact 3.");
    says(&accept, "bsuid US.5 becomes former as of ");
    says(&accept, "phone 491522 stays with contact 3, unconfirmed");
    assert_eq!(route(&accept, "US.6").warning, None);
    warned(&accept, "US.5", "US.5 is former");
    warned(&accept, "491522", "may reach a stranger");
    f.message(Some("US.6"), Some("491522"), Some("Eva"), 5);
    let accept = outcome(&f, 1, Action::Accept);
    assert_eq!(
        route(&accept, "491522").warning,
        None,
        "seen with the new BSUID"
    );
    f.decide(1, Answer::Accept).unwrap();
    let accept = outcome(&f, 1, Action::Accept);
    assert_eq!(code(&accept), Some(Code::AlreadyDecided));
    let routes = f.store.case(CaseId(1)).unwrap().routes;
    let old = routes.iter().find(|r| r.through.value == "US.5").unwrap();
    assert!(old.warning.as_ref().unwrap().contains("US.5 is former"));
}

#[test]
fn an_accepted_change_takes_a_recycled_number_over() {
    let mut f = Fixture::new();
    f.message(Some("US.1"), Some("491511"), Some("Ana"), 30);
    f.message(Some("US.3"), Some("491522"), Some("Ben"), 90);
    f.change(
        (Some("US.1"), Some("491511")),
        (Some("US.2"), Some("491522")),
        20,
    );
    let accept = outcome(&f, 1, Action::Accept);
    says(
        &accept,
        "phone 491522 goes from contact 2 to contact 1 as of ",
    );
    says(&accept, "phone 491511 becomes former as of ");
}

#[test]
fn a_rejected_change_is_two_contacts() {
    let f = changed();
    let reject = outcome(&f, 1, Action::Reject);
    says(&reject, "bsuid US.6 goes from contact 3 to a new contact");
    says(&reject, "Contact 3 and a new contact are kept apart.");
    assert_eq!(route(&reject, "US.6").contact, None);
    let old = route(&reject, "US.5");
    assert_eq!((old.contact, &old.warning), (Some(ContactId(3)), &None));
    let relink = outcome(&f, 1, Action::Relink);
    says(&relink, "bsuid US.6 goes from contact 3 to a new contact");
}

#[test]
fn a_merged_collision_accepts_its_change() {
    let mut f = Fixture::new();
    f.message(Some("US.1"), None, Some("Ana"), 30);
    f.message(Some("US.2"), None, Some("Ana"), 15);
    f.change((Some("US.1"), None), (Some("US.2"), None), 20);
    let merge = outcome(&f, 1, Action::Merge);
    says(&merge, "The change is accepted too");
    says(&merge, "bsuid US.2 stays with contact 2.");
    says(&merge, "bsuid US.1 becomes former");
    assert_eq!(route(&merge, "US.1").contact, Some(ContactId(1)));
    assert_eq!(route(&merge, "US.2").contact, Some(ContactId(1)));
    warned(&merge, "US.1", "former");
    let reject = outcome(&f, 1, Action::Reject);
    says(&reject, "bsuid US.2 stays with contact 2.");
    says(&reject, "Contact 1 and contact 2 are kept apart.");
    let relink = outcome(&f, 1, Action::Relink);
    says(&relink, "bsuid US.2 goes from contact 2 to contact 1");
}

#[test]
fn an_orphan_waits_for_a_contact_to_be_named() {
    let mut f = Fixture::new();
    f.change((Some("US.8"), None), (Some("US.9"), None), 20);
    f.message(Some("US.9"), None, Some("Ana"), 10);
    let relink = outcome(&f, 1, Action::Relink);
    says(&relink, "bsuid US.9 goes to the contact that you name");
    let reject = outcome(&f, 1, Action::Reject);
    says(&reject, "bsuid US.9 stays with contact 1.");
}

#[test]
fn a_fork_is_refused_while_the_earlier_change_is_accepted() {
    let mut f = Fixture::new();
    f.message(Some("US.1"), None, Some("Ana"), 30);
    f.change((Some("US.1"), None), (Some("US.2"), None), 20);
    f.change((Some("US.1"), None), (Some("US.3"), None), 19);
    assert_eq!(code(&outcome(&f, 2, Action::Accept)), None);
    let accepted = f.decide(1, Answer::Accept).unwrap();
    let refusal = outcome(&f, 2, Action::Accept).refusal.unwrap();
    assert_eq!(
        (refusal.code, refusal.by_decision),
        (Code::Depends, Some(accepted))
    );
    let json = serde_json::to_value(outcome(&f, 2, Action::Accept)).unwrap();
    assert_eq!(json["refused"], "depends");
}

#[test]
fn a_refused_answer_is_said_to_do_nothing() {
    let mut f = Fixture::new();
    f.message(Some("US.1"), None, Some("Ana"), 30);
    f.change((Some("US.1"), None), (Some("US.2"), None), 20);
    f.change((Some("US.1"), None), (Some("US.3"), None), 19);
    let nothing = |outcome: Outcome, why: Code| {
        assert_eq!(code(&outcome), Some(why));
        let Outcome {
            effects, warnings, ..
        } = outcome;
        assert_eq!([effects, warnings].concat(), [""; 0]);
        assert_eq!(outcome.routes, []);
    };
    nothing(outcome(&f, 2, Action::Merge), Code::NotApplicable);
    f.decide(2, Answer::Accept).unwrap();
    for action in [Action::Accept, Action::Reject] {
        nothing(outcome(&f, 2, action), Code::AlreadyDecided);
    }
}

#[test]
fn a_wall_between_the_groups_refuses_a_merge() {
    let mut f = conflict();
    f.message(Some("US.7"), None, Some("Eva"), 9);
    let ask = |f: &mut Fixture, a, b| {
        let ids = [ContactId(a), ContactId(b)];
        f.store.ask(&ids, None, &by()).unwrap().case.0
    };
    let joined = ask(&mut f, 2, 3);
    f.decide(joined, Answer::Merge { survivor: None }).unwrap();
    let apart = ask(&mut f, 1, 3);
    let wall = f.decide(apart, Answer::KeepSeparate).unwrap();
    let refusal = outcome(&f, 1, Action::Merge).refusal.unwrap();
    assert_eq!(
        (refusal.code, refusal.by_decision),
        (Code::KeptSeparate, Some(wall))
    );
    assert!(
        refusal.detail.contains("contacts 1 and 3"),
        "{}",
        refusal.detail
    );
    assert_eq!(code(&outcome(&f, 1, Action::Relink)), None);
}

#[test]
fn one_group_is_no_two_sides() {
    let mut f = conflict();
    let ids = [ContactId(1), ContactId(2)];
    let case = f.store.ask(&ids, None, &by()).unwrap().case;
    f.decide(case.0, Answer::Merge { survivor: None }).unwrap();
    for action in [Action::Merge, Action::KeepSeparate] {
        assert_eq!(
            code(&outcome(&f, 1, action)),
            Some(Code::SameContact),
            "{action}"
        );
    }
    assert!(outcome(&f, 1, Action::Relink).refusal.is_some());
}

#[test]
fn an_answer_that_a_standing_one_rests_on_is_refused() {
    let mut f = changed();
    let relink = Answer::Relink {
        identifier: Named::of(Kind::Bsuid, "US.6").unwrap(),
        to: Target::New,
        since: None,
    };
    let moved = f.decide(1, relink).unwrap();
    let founded = f.holder(Kind::Bsuid, "US.6").unwrap();
    let case = f
        .store
        .ask(&[founded, ContactId(1)], None, &by())
        .unwrap()
        .case;
    f.decide(case.0, Answer::Merge { survivor: None }).unwrap();
    assert_eq!(
        code(&outcome(&f, 1, Action::Reject)),
        Some(Code::AlreadyDecided)
    );
    assert!(
        f.store
            .undo(Undo::Decision(moved), false, true, &by())
            .is_err()
    );
}

#[test]
fn an_answered_case_says_by_whom() {
    let mut f = conflict();
    let kept = f.decide(1, Answer::KeepSeparate).unwrap();
    assert_eq!(kept, DecisionId(1));
    for action in [Action::Merge, Action::Relink, Action::KeepSeparate] {
        let refusal = outcome(&f, 1, action).refusal.unwrap();
        assert_eq!(refusal.code, Code::AlreadyDecided);
        assert_eq!(refusal.by_operator.as_deref(), Some("ines"));
        assert_eq!((refusal.at, refusal.by_decision), (Some(NOW), Some(kept)));
    }
}

#[test]
fn a_conversation_whose_identifier_changed_hands_is_listed_once() {
    let mut f = conflict();
    let relink = Answer::Relink {
        identifier: Named::of(Kind::Phone, "491511").unwrap(),
        to: Target::Contact(ContactId(1)),
        since: Some(NOW.plus(-15 * crate::domain::time::DAY)),
    };
    f.decide(1, relink).unwrap();
    f.message(None, Some("491511"), None, 5);
    let about = [ContactId(1), ContactId(2)];
    let asked = f.store.ask(&about, None, &by()).unwrap().case;
    let page = f.store.case(asked).unwrap();
    let parts: usize = page.sides.iter().map(|side| side.conversations.len()).sum();
    assert_eq!(parts, 3, "each side has a part of the phone's thread");
    let outcomes = page.outcomes.iter().filter(|o| o.refusal.is_none());
    let routes = outcomes.map(|outcome| &outcome.routes);
    for routes in routes.chain([&page.routes]) {
        let mut threads: Vec<_> = routes.iter().map(|r| r.conversation).collect();
        threads.sort_unstable();
        threads.dedup();
        assert_eq!((routes.len(), threads.len()), (2, 2), "{routes:#?}");
        let phone = routes.iter().find(|r| r.through.value == "491511").unwrap();
        assert_eq!(
            (phone.contact, phone.warning.as_deref()),
            (Some(ContactId(1)), None)
        );
    }
}
