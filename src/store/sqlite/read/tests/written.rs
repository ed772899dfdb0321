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

fn page(f: &Fixture, case: i64) -> CasePage {
    f.store.case(CaseId(case)).unwrap()
}

fn answer(action: Action) -> Option<Answer> {
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

#[test]
fn a_refusal_foreseen_is_the_refusal_given() {
    let mut seen = 0;
    for question in QUESTIONS {
        let (name, mut f) = (question.0, asked(question));
        for (case, ..) in f.cases() {
            for outcome in page(&f, case).outcomes {
                let Some(answer) = answer(outcome.action) else {
                    continue;
                };
                let given = match dry_run(&mut f, case, answer) {
                    Ok(()) => None,
                    Err(StoreError::Refused(refusal)) => Some(*refusal),
                    Err(other) => panic!("{other}"),
                };
                let told = outcome.refusal.as_ref().map(|r| (r.code, r.by_decision));
                let given = given.as_ref().map(|r| (r.code, r.by_decision));
                assert_eq!(told, given, "{name}, case {case}, {}", outcome.action);
                seen += i32::from(given.is_some());
            }
        }
    }
    assert!(seen > 5, "{seen} refusals");
}

/// Where the conversations are after the decision.
fn arrived(f: &Fixture, outcome: &Outcome, case: i64, name: &str) {
    let before: Vec<ContactId> = f
        .cases()
        .iter()
        .flat_map(|(.., homes)| homes.clone())
        .collect();
    for route in &outcome.routes {
        let holds = |contact: ContactId| {
            let page = f.store.contact(contact).unwrap();
            page.conversations
                .iter()
                .any(|c| c.conversation == route.conversation)
        };
        let about = format!("{name}, case {case}, {}: {route:?}", outcome.action);
        match route.contact {
            Some(contact) => {
                assert_eq!(
                    f.store.contact(contact).unwrap().contact,
                    contact,
                    "{about}"
                );
                assert!(holds(contact), "{about}");
            }
            None => {
                let all = f.store.contacts("", None).unwrap();
                assert!(
                    all.iter().any(|hit| holds(hit.contact)),
                    "{about} {before:?}"
                );
            }
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

mod any {
    use super::*;
    use proptest::prelude::*;

    type Ids = (Option<u8>, Option<u8>);

    #[derive(Debug, Clone)]
    enum Step {
        Message(Ids, Option<u8>, i64),
        Change(Ids, Ids, i64),
        Answer(usize, usize),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let id = || prop::option::weighted(0.7, 0_u8..4);
        let ids = move || (id(), id());
        let day = || 0_i64..120;
        let step = prop_oneof![
            4 => (ids(), prop::option::of(0_u8..3), day()).prop_map(|(i, n, d)| Step::Message(i, n, d)),
            3 => (ids(), ids(), day()).prop_map(|(f, t, d)| Step::Change(f, t, d)),
            2 => (0_usize..20, 0_usize..6).prop_map(|(c, a)| Step::Answer(c, a)),
        ];
        prop::collection::vec(step, 1..20)
    }

    fn run(f: &mut Fixture, steps: &[Step]) {
        let text = |(b, p): Ids| {
            (
                b.map(|n| format!("US.{n}00")),
                p.map(|n| format!("4915100{n}")),
            )
        };
        for step in steps {
            match step {
                Step::Message(ids, name, days) => {
                    let (b, p) = text(*ids);
                    let name = name.map(|n| ["Ana Souza", "Ben Lee", "Ana Lima"][usize::from(n)]);
                    f.message(b.as_deref(), p.as_deref(), name, *days);
                }
                Step::Change(_, (None, None), _) => {}
                Step::Change(from, to, days) => {
                    let (from, to) = (text(*from), text(*to));
                    f.change(
                        (from.0.as_deref(), from.1.as_deref()),
                        (to.0.as_deref(), to.1.as_deref()),
                        *days,
                    );
                }
                Step::Answer(case, action) => {
                    let cases = f.cases();
                    if let (Some((id, ..)), Some(answer)) = (
                        cases.get(case % cases.len().max(1)),
                        answer(Action::ALL[*action]),
                    ) {
                        let _ = f.decide(*id, answer);
                    }
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn what_is_foreseen_comes(steps in steps()) {
            let mut f = Fixture::new();
            run(&mut f, &steps);
            for (case, ..) in f.cases() {
                for outcome in page(&f, case).outcomes {
                    let Some(answer) = answer(outcome.action) else { continue };
                    let given = match dry_run(&mut f, case, answer) {
                        Ok(()) => None,
                        Err(StoreError::Refused(refusal)) => Some(*refusal),
                        Err(other) => panic!("{other}"),
                    };
                    let told = outcome.refusal.as_ref().map(|r| r.code);
                    let given = given.as_ref().map(|r| r.code);
                    // Which other decisions would become impossible only a replay shows.
                    if given != Some(crate::review::refusal::Code::Depends) {
                        prop_assert_eq!(told, given, "case {}, {}", case, outcome.action);
                    }
                }
            }
            let diagnosis = f.store.doctor(false).unwrap();
            prop_assert!(diagnosis.ok, "{:?}", diagnosis);
        }
    }
}
