//! Random traffic and answers: what the pages foresee comes.

use super::written::{answer, arrived, page, refusals_agree};
use crate::domain::case::{Action, CaseState};
use crate::store::Store;
use crate::store::sqlite::tests::Fixture;
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

/// Holds what the pages foresee against what comes.
fn comes(steps: &[Step], pick: usize) {
    let mut f = Fixture::new();
    run(&mut f, steps);
    refusals_agree(&mut f, "any");
    let diagnosis = f.store.doctor(false).unwrap();
    assert!(diagnosis.ok, "{diagnosis:?}");
    let open = f.cases().into_iter().rfind(|c| c.2 == CaseState::Open);
    if let Some((case, ..)) = open {
        let outcomes = page(&f, case).outcomes;
        let outcome = &outcomes[pick % outcomes.len()];
        if let Some(answer) = answer(outcome.action)
            && f.decide(case, answer).is_ok()
        {
            arrived(&f, outcome, case, "any");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_foreseen_comes(steps in steps(), pick in 0_usize..6) {
        comes(&steps, pick);
    }
}

#[test]
#[ignore = "takes minutes; CASES=50000 for more"]
fn what_is_foreseen_comes_of_many() {
    let cases = std::env::var("CASES").ok().and_then(|n| n.parse().ok());
    let config = ProptestConfig {
        cases: cases.unwrap_or(10_000),
        max_shrink_iters: 5_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(steps in steps(), pick in 0_usize..6)| comes(&steps, pick));
}

/// The copy alone names the phone before: accepted with it, the change leads
/// away what an earlier one claims, and that one's answer stands in the way.
#[test]
fn a_copy_of_the_change_counts_in_what_is_foreseen() {
    let mut f = Fixture::new();
    let steps = [
        Step::Change((None, Some(2)), (Some(3), None), 0),
        Step::Change((None, None), (Some(0), None), 0),
        Step::Change((None, Some(2)), (Some(0), None), 0),
        Step::Change((Some(3), None), (None, Some(0)), 0),
        Step::Message((None, Some(2)), None, 0),
        Step::Answer(11, 3),
    ];
    run(&mut f, &steps);
    assert!(refusals_agree(&mut f, "a copy") > 0);
}
