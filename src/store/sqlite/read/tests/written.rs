//! The pages over a store that was really written: what a page foresees is
//! held against what the decision then does.

use crate::domain::case::{Action, Answer, CaseState};
use crate::domain::identifier::{Kind, Named};
use crate::domain::ids::{CaseId, ContactId};
use crate::domain::time::DAY;
use crate::review::page::{CasePage, Outcome};
use crate::store::sqlite::tests::{Fixture, NOW, by};
use crate::store::{AuditFilter, CaseFilter, Decide, Export, Query, Store, StoreError, Undo};

/// A question, and the traffic that asks it.
type Question = (&'static str, fn(&mut Fixture));

const QUESTIONS: [Question; 10] = [
    ("conflict", conflict),
    ("claimed", claimed),
    ("change", change),
    ("change of phone", change_of_phone),
    ("recycled", recycled),
    ("collision", collision),
    ("orphan", orphan),
    ("fork", fork),
    ("walled", walled),
    ("answered", answered),
];

fn asked(question: Question) -> Fixture {
    let mut f = Fixture::new();
    question.1(&mut f);
    f
}

fn conflict(f: &mut Fixture) {
    f.message(Some("US.1"), None, Some("Ana Souza"), 30);
    f.message(None, Some("491511"), Some("Ana"), 20);
    f.message(Some("US.1"), Some("491511"), Some("Ana Souza"), 10);
}

fn claimed(f: &mut Fixture) {
    f.message(Some("US.1"), Some("491511"), Some("Ana"), 80);
    f.message(Some("US.2"), Some("491511"), Some("Ben"), 10);
    f.message(None, Some("491511"), None, 5);
}

fn change(f: &mut Fixture) {
    f.message(Some("US.1"), Some("491511"), Some("Ana"), 30);
    f.change((Some("US.1"), None), (Some("US.2"), None), 20);
    f.message(Some("US.2"), None, Some("Ana"), 10);
}

fn change_of_phone(f: &mut Fixture) {
    f.message(Some("US.1"), Some("491511"), Some("Ana"), 30);
    f.change(
        (Some("US.1"), Some("491511")),
        (Some("US.2"), Some("491522")),
        20,
    );
    f.message(Some("US.2"), Some("491522"), Some("Ana"), 10);
}

fn recycled(f: &mut Fixture) {
    f.message(Some("US.1"), Some("491511"), Some("Ana"), 30);
    f.message(Some("US.3"), Some("491522"), Some("Ben"), 90);
    f.change(
        (Some("US.1"), Some("491511")),
        (Some("US.2"), Some("491522")),
        20,
    );
}

fn collision(f: &mut Fixture) {
    f.message(Some("US.1"), None, Some("Ana"), 30);
    f.message(Some("US.2"), None, Some("Ana"), 15);
    f.change((Some("US.1"), None), (Some("US.2"), None), 20);
}

fn orphan(f: &mut Fixture) {
    f.change((Some("US.8"), None), (Some("US.9"), None), 20);
    f.message(Some("US.9"), None, Some("Ana"), 10);
}

fn fork(f: &mut Fixture) {
    f.message(Some("US.1"), None, Some("Ana"), 30);
    f.change((Some("US.1"), None), (Some("US.2"), None), 20);
    f.change((Some("US.1"), None), (Some("US.3"), None), 19);
    f.decide(1, Answer::Accept).unwrap();
}

fn walled(f: &mut Fixture) {
    f.message(Some("US.1"), None, Some("Ana Souza"), 30);
    f.message(None, Some("491511"), Some("Ana"), 20);
    f.message(Some("US.1"), Some("491511"), Some("Ana Souza"), 10);
    let ids = [ContactId(1), ContactId(2)];
    let case = f.store.ask(&ids, None, &by()).unwrap().case;
    f.decide(case.0, Answer::KeepSeparate).unwrap();
    f.message(Some("US.1"), Some("491511"), Some("Ana Souza"), 5);
}

fn answered(f: &mut Fixture) {
    f.message(Some("US.1"), None, Some("Ana Souza"), 30);
    f.message(None, Some("491511"), Some("Ana"), 20);
    f.message(Some("US.1"), Some("491511"), Some("Ana Souza"), 10);
    f.decide(1, Answer::Merge { survivor: None }).unwrap();
}

pub(super) fn page(f: &Fixture, case: i64) -> CasePage {
    f.store.case(CaseId(case)).unwrap()
}

pub(super) fn answer(action: Action) -> Option<Answer> {
    match action {
        Action::Merge => Some(Answer::Merge { survivor: None }),
        Action::KeepSeparate => Some(Answer::KeepSeparate),
        Action::Accept => Some(Answer::Accept),
        Action::Reject => Some(Answer::Reject),
        // Which one is meant is for the operator to say.
        _ => None,
    }
}

fn dry_run(f: &mut Fixture, case: i64, answer: Answer) -> Result<(), StoreError> {
    let ask = Decide {
        case: CaseId(case),
        answer,
        expect_version: None,
        dry_run: true,
    };
    f.store.decide(&ask, &by()).map(|_| ())
}

/// Holds each refusal that the pages foresee against the one that is given;
/// says how many there were.
pub(super) fn refusals_agree(f: &mut Fixture, name: &str) -> usize {
    let mut refused = 0;
    for (case, ..) in f.cases() {
        for outcome in page(f, case).outcomes {
            let Some(answer) = answer(outcome.action) else {
                continue;
            };
            let given = match dry_run(f, case, answer) {
                Ok(()) => None,
                Err(StoreError::Refused(refusal)) => Some(*refusal),
                Err(other) => panic!("{other}"),
            };
            let told = outcome.refusal.map(|r| (r.code, r.by_decision));
            let given = given.map(|r| (r.code, r.by_decision));
            assert_eq!(told, given, "{name}, case {case}, {}", outcome.action);
            refused += usize::from(given.is_some());
        }
    }
    refused
}

#[test]
fn a_refusal_foreseen_is_the_refusal_given() {
    let agree = |q: Question| refusals_agree(&mut asked(q), q.0);
    let refused: usize = QUESTIONS.into_iter().map(agree).sum();
    assert!(refused > 5, "{refused} refusals");
}

/// Where the conversations are after the decision.
pub(super) fn arrived(f: &Fixture, outcome: &Outcome, case: i64, name: &str) {
    for route in &outcome.routes {
        let holds = |contact: ContactId| {
            let page = f.store.contact(contact).unwrap();
            page.conversations
                .iter()
                .any(|c| c.conversation == route.conversation)
        };
        let about = format!("{name}, case {case}, {}: {route:?}", outcome.action);
        if let Some(contact) = route.contact {
            let page = f.store.contact(contact).unwrap();
            assert_eq!(page.contact, contact, "{about}");
            assert!(holds(contact), "{about}");
        } else {
            let all = f.store.contacts("", None).unwrap();
            assert!(all.iter().any(|hit| holds(hit.contact)), "{about}");
        }
        let named = Named::of(route.through.kind, &route.through.value).unwrap();
        let holder = f.holder(named.kind, &named.value);
        let canonical = holder.map(|h| f.store.contact(h).unwrap().contact);
        if route.warning.is_none() {
            assert!(canonical.is_some(), "{about}");
            assert!(
                route.contact.is_none() || canonical == route.contact,
                "{about}"
            );
        }
    }
}

#[test]
fn routes_foreseen_are_the_routes_taken() {
    let mut taken = 0;
    for question in QUESTIONS {
        for action in Action::ALL {
            let Some(answer) = answer(*action) else {
                continue;
            };
            let (name, mut f) = (question.0, asked(question));
            let Some((case, ..)) = f.cases().into_iter().find(|c| c.2 == CaseState::Open) else {
                continue;
            };
            let page = page(&f, case);
            let Some(outcome) = page.outcomes.into_iter().find(|o| o.action == *action) else {
                continue;
            };
            if outcome.refusal.is_none() && f.decide(case, answer).is_ok() {
                arrived(&f, &outcome, case, name);
                taken += 1;
            }
        }
    }
    assert!(taken > 10, "{taken} decisions");
}

#[test]
fn a_suggested_relink_goes_where_it_is_foreseen() {
    let mut f = asked(QUESTIONS[1]);
    let page = page(&f, 1);
    let outcome = page
        .outcomes
        .into_iter()
        .find(|o| o.action == Action::Relink)
        .unwrap();
    let phone = Named::of(Kind::Phone, "491511").unwrap();
    let to = page.row.contacts[0].contact;
    let relink = Answer::Relink {
        identifier: phone,
        to: crate::domain::case::Target::Contact(to),
        since: None,
    };
    f.decide(1, relink).unwrap();
    arrived(&f, &outcome, 1, "claimed");
}

#[test]
fn a_written_store_is_well_and_its_log_whole() {
    for question in QUESTIONS {
        let (name, mut f) = (question.0, asked(question));
        let made: Vec<_> = f.store.audit(&AuditFilter::default()).unwrap();
        let decision = made.iter().rev().find_map(|row| row.decision);
        if let Some(decision) = decision {
            let undone = f
                .store
                .undo(Undo::Decision(decision), false, false, &by())
                .unwrap();
            let redo = undone[0].decision.unwrap();
            f.store
                .undo(Undo::Decision(redo), false, false, &by())
                .unwrap();
        }
        let diagnosis = f.store.doctor(false).unwrap();
        assert!(diagnosis.ok, "{name}: {diagnosis:?}");
        let verdict = f.store.verify(None).unwrap();
        assert_eq!(verdict.result, "OK", "{name}: {verdict:?}");
        let last = verdict.head.clone();
        if !last.is_empty() {
            assert_eq!(f.store.verify(Some(&last)).unwrap().result, "OK");
        }
    }
}

#[test]
fn every_message_is_one_contacts() {
    for question in QUESTIONS {
        let (name, f) = (question.0, asked(question));
        let mut exported = Vec::new();
        f.store
            .export(Export::Messages, &mut |row| {
                exported.push((row["message"].to_string(), row["contact"].as_i64().unwrap()));
                Ok(())
            })
            .unwrap();
        let mut listed = Vec::new();
        for hit in f.store.contacts("", None).unwrap() {
            let page = f.store.contact(hit.contact).unwrap();
            let told: i64 = page.conversations.iter().map(|c| c.messages).sum();
            let messages = f.store.messages(hit.contact, None, 50).unwrap();
            assert_eq!(i64::try_from(messages.len()).unwrap(), told, "{name}");
            listed.extend(
                messages
                    .iter()
                    .map(|m| (format!("\"{}\"", m.message), hit.contact.0)),
            );
        }
        exported.sort();
        listed.sort();
        assert_eq!(exported, listed, "{name}");
    }
}

#[test]
fn a_deferred_case_is_open_again_in_its_time() {
    let mut f = asked(QUESTIONS[0]);
    let past = crate::store::sqlite::now().plus(-DAY);
    f.decide(1, Answer::Defer { until: past }).unwrap();
    let open = CaseFilter {
        state: Some(CaseState::Open),
        ..CaseFilter::default()
    };
    assert_eq!(f.store.cases(&open).unwrap().len(), 1);
    assert_eq!(page(&f, 1).row.state, CaseState::Open);
    assert_eq!(page(&f, 1).outcomes[0].refusal, None);
    assert!(past > NOW, "the fixture's clock is behind");
}

#[test]
fn a_changed_number_is_told_apart() {
    let mut f = asked(QUESTIONS[3]);
    let ask = |f: &Fixture, kind: Kind, value: &str| {
        let named = Named::of(kind, value);
        let query = match kind {
            Kind::Bsuid => Query {
                bsuid: named,
                ..Query::default()
            },
            _ => Query {
                phone: named,
                ..Query::default()
            },
        };
        f.store.resolve(&query).unwrap()
    };
    let pending = ask(&f, Kind::Bsuid, "US.2");
    assert_eq!(
        (pending.contact, pending.provisional, pending.conflict),
        (Some(ContactId(1)), true, None)
    );
    f.decide(1, Answer::Accept).unwrap();
    assert!(!ask(&f, Kind::Bsuid, "US.2").provisional);
    assert_eq!(
        ask(&f, Kind::Bsuid, "US.1").contact,
        Some(ContactId(1)),
        "a former BSUID resolves"
    );
    let free = ask(&f, Kind::Phone, "491511");
    assert_eq!(
        (free.contact, free.former_contact),
        (None, Some(ContactId(1)))
    );
}
