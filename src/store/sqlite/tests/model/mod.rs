//! The store against a small model: who is one group, who is kept apart, which
//! decision stands, who wins. The model knows sets and lists only, nothing of
//! SQL or of the resolver; after every operation both have to agree.
//!
//! A world of contacts with a BSUID each and contacts with a phone each; what
//! comes in is a BSUID with somebody else's phone, which asks about the two.
//!
//! `cargo test --release --lib -- --ignored hundred_thousand` runs 100,000 operations.

mod sets;

use super::{Fixture, NOW};
use crate::domain::case::{Action, Answer};
use crate::domain::ids::{CaseId, ContactId, DecisionId};
use crate::domain::time::DAY;
use crate::review::batch::{Outcome, Scope};
use crate::review::refusal::Code;
use crate::store::{By, Decide, Store, StoreError, Undo};
use sets::{Made, Model, Question};
use std::collections::{BTreeMap, BTreeSet};

/// Contacts with a BSUID; as many have a phone.
const SIDES: i64 = 4;

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % n as u64).unwrap()
    }
}

struct Pair {
    store: Fixture,
    model: Model,
    asked: BTreeMap<(i64, i64), usize>,
    batches: i64,
}

fn operator(n: usize) -> By {
    By {
        operator: ["ines", "ana"][n].into(),
        at: NOW,
        reason: None,
    }
}

fn code<T: std::fmt::Debug>(result: &Result<T, StoreError>) -> Option<Code> {
    match result {
        Ok(_) => None,
        Err(StoreError::Refused(refusal)) => Some(refusal.code),
        Err(other) => panic!("{other}"),
    }
}

fn bsuid(a: i64) -> String {
    format!("US.{a}00")
}

fn phone(b: i64) -> String {
    format!("4915100{b}")
}

impl Pair {
    fn new() -> Self {
        let mut pair = Self {
            store: Fixture::new(),
            model: Model::default(),
            asked: BTreeMap::new(),
            batches: 0,
        };
        for a in 1..=SIDES {
            pair.store.message(Some(&bsuid(a)), None, Some("Ana"), 100);
        }
        for b in SIDES + 1..=2 * SIDES {
            pair.store.message(None, Some(&phone(b)), Some("Ana"), 100);
        }
        pair.model.events = usize::try_from(2 * SIDES).unwrap();
        pair
    }

    /// One random operation on both.
    fn step(&mut self, dice: &mut Dice) {
        let cases = self.model.cases.len();
        match dice.below(12) {
            0..3 => self.event(dice),
            _ if cases == 0 => self.event(dice),
            3..7 => self.answer(dice),
            7 => self.race(dice),
            8 => self.batch(dice),
            9 => self.undo_batch(dice),
            _ if self.model.made.is_empty() => self.answer(dice),
            _ => {
                let number = 1 + dice.below(self.model.made.len());
                self.undo(number);
            }
        }
        self.compare();
    }

    fn event(&mut self, dice: &mut Dice) {
        let n = usize::try_from(SIDES).unwrap();
        let a = 1 + i64::try_from(dice.below(n)).unwrap();
        let b = 1 + SIDES + i64::try_from(dice.below(n)).unwrap();
        let days = i64::try_from(dice.below(90)).unwrap();
        self.store
            .message(Some(&bsuid(a)), Some(&phone(b)), Some("Ana"), days);
        self.model.events += 1;
        let last = self.model.events;
        if let Some(case) = self.asked.get(&(a, b)) {
            self.model.cases[case - 1].last = last;
        } else {
            let sides = (a, b);
            self.model.cases.push(Question { sides, last });
            self.asked.insert(sides, self.model.cases.len());
        }
    }

    fn decide(
        &mut self,
        case: usize,
        action: Action,
        survivor: i64,
        by: &By,
        version: Option<i64>,
    ) {
        let answer = match action {
            Action::Merge => Answer::Merge {
                survivor: Some(ContactId(survivor)),
            },
            Action::KeepSeparate => Answer::KeepSeparate,
            _ => Answer::Defer {
                until: NOW.plus(DAY),
            },
        };
        let ask = Decide {
            case: CaseId(i64::try_from(case).unwrap()),
            answer,
            expect_version: version,
            dry_run: false,
        };
        let said = self.store.store.decide(&ask, by);
        let expected = self.model.refuses(case, action);
        assert_eq!(code(&said), expected, "case {case}: {action}: {said:?}");
        if expected.is_none() {
            self.model.make(case, action, survivor, None);
        }
    }

    fn answer(&mut self, dice: &mut Dice) {
        let case = 1 + dice.below(self.model.cases.len());
        let action = [
            Action::Merge,
            Action::Merge,
            Action::KeepSeparate,
            Action::Defer,
        ][dice.below(4)];
        let (a, b) = self.model.sides(case);
        let survivor = if dice.below(2) == 0 { a } else { b };
        let before = (dice.below(4) == 0).then(|| self.store.state());
        let made = self.model.made.len();
        self.decide(case, action, survivor, &operator(dice.below(2)), None);
        if let Some(before) = before.filter(|_| self.model.made.len() > made) {
            self.undo(made + 1);
            assert_eq!(
                before,
                self.store.state(),
                "done and undone, it is as before"
            );
        }
    }

    /// Two operators answer what both have seen: one wins.
    fn race(&mut self, dice: &mut Dice) {
        let case = 1 + dice.below(self.model.cases.len());
        let id = CaseId(i64::try_from(case).unwrap());
        let version = super::super::standing::facts(self.store.db(), id)
            .unwrap()
            .version;
        let (a, _) = self.model.sides(case);
        let first = dice.below(2);
        let fits = self.model.refuses(case, Action::Merge).is_none();
        self.decide(case, Action::Merge, a, &operator(first), Some(version));
        if fits {
            // The model says so too, and the store names the winner.
            self.decide(
                case,
                Action::KeepSeparate,
                a,
                &operator(1 - first),
                Some(version),
            );
            let ask = Decide {
                case: id,
                answer: Answer::KeepSeparate,
                expect_version: Some(version),
                dry_run: false,
            };
            let Err(StoreError::Refused(lost)) =
                self.store.store.decide(&ask, &operator(1 - first))
            else {
                panic!("two winners");
            };
            assert_eq!(lost.by_operator, Some(operator(first).operator));
        }
    }

    fn batch(&mut self, dice: &mut Dice) {
        let scope = Scope {
            limit: Some(1 + dice.below(4)),
            ..Scope::default()
        };
        let mut plan = self.store.store.plan(&scope, &operator(0)).unwrap();
        // Something may come between the plan and its turn.
        if dice.below(3) == 0 {
            self.answer(dice);
        }
        // By hand: what no plan would hold, and no batch may do.
        plan.items.extend(plan.excluded.iter().map(|left| {
            crate::review::batch::Item {
                case: left.case,
                version: super::super::standing::facts(self.store.db(), left.case)
                    .unwrap()
                    .version,
                kind: left.kind,
                suggestion: crate::domain::case::Suggestion {
                    action: Action::Merge,
                    survivor: None,
                    identifier: None,
                    to: None,
                    since: None,
                    confidence: 1.0,
                    reasons: Vec::new(),
                },
            }
        }));
        if plan.items.is_empty() {
            return;
        }
        let chunk = super::batches::apply(&mut self.store, &plan);
        self.batches = chunk.batch.0;
        for (item, outcome) in plan.items.iter().zip(&chunk.outcomes) {
            let case = usize::try_from(item.case.0).unwrap();
            let (a, b) = self.model.sides(case);
            let both: BTreeSet<i64> = self
                .model
                .group(a)
                .union(&self.model.group(b))
                .copied()
                .collect();
            let bsuids = both.iter().filter(|contact| **contact <= SIDES).count();
            let refuses = self.model.refuses(case, Action::Merge);
            match outcome {
                Outcome::Done(done) if done.decision.is_some() => {
                    assert_eq!((refuses, bsuids), (None, 1), "case {case}");
                    let number = usize::try_from(done.decision.unwrap().0).unwrap();
                    assert_eq!(number, self.model.made.len() + 1);
                    let survivor = item
                        .suggestion
                        .survivor
                        .map_or_else(|| self.model.canonical(a), |s| s.0);
                    self.model
                        .make(case, Action::Merge, survivor, Some(chunk.batch.0));
                }
                Outcome::Done(_) => {
                    assert_eq!(refuses, Some(Code::SameContact), "moot: {outcome:?}");
                }
                Outcome::Refused(refusal) => {
                    let why = refusal.code;
                    let fits = refuses == Some(why)
                        || why == Code::Changed
                        || (why == Code::NotApplicable && bsuids > 1);
                    assert!(fits, "case {case}: {refusal:?}, {refuses:?}");
                }
            }
        }
    }

    fn undo_batch(&mut self, dice: &mut Dice) {
        if self.batches == 0 {
            return;
        }
        let batch = 1 + i64::try_from(dice.below(usize::try_from(self.batches).unwrap())).unwrap();
        // A batch of undos is undone like one of answers.
        let stands = |m: &Made| !m.undone && m.batch == Some(batch);
        let numbers = self.model.made.iter().enumerate().rev();
        let numbers: Vec<usize> = numbers
            .filter(|(_, m)| stands(m))
            .map(|(i, _)| i + 1)
            .collect();
        let said = self.store.store.undo(
            Undo::Batch(crate::domain::ids::BatchId(batch)),
            false,
            false,
            &operator(1),
        );
        if numbers.is_empty() {
            // Who took it out is told, of a batch that there was.
            let known = self.model.made.iter().any(|m| m.batch == Some(batch));
            match said {
                Err(StoreError::Refused(why)) if known => assert_eq!(why.code, Code::NotApplicable),
                Err(StoreError::Unknown(_)) if !known => {}
                said => panic!("undo of batch {batch}: {said:?}"),
            }
            return;
        }
        let (mut undone, mut count) = (self.model.clone(), 0);
        let mut refused = None;
        for number in &numbers {
            match undone.undo(*number) {
                None => count += 1,
                // Of several, those go of which something comes.
                Some(Code::NotApplicable) => {}
                code => refused = refused.or(code),
            }
        }
        let refused = refused.or((count == 0).then_some(Code::NotApplicable));
        assert_eq!(code(&said), refused, "undo of batch {batch}: {said:?}");
        if let Ok(done) = said {
            assert_eq!(done.len(), count);
            let own = done[0].batch.unwrap().0;
            for made in undone.made.iter_mut().rev().take(count) {
                made.batch = Some(own);
            }
            (self.model, self.batches) = (undone, own);
        }
    }

    fn undo(&mut self, number: usize) {
        let id = DecisionId(i64::try_from(number).unwrap());
        let said = self
            .store
            .store
            .undo(Undo::Decision(id), false, false, &operator(1));
        assert_eq!(
            code(&said),
            self.model.undo(number),
            "undo of {number}: {said:?}"
        );
    }

    /// Both say the same of every contact, case and decision.
    fn compare(&self) {
        let pairs = |sql: &str| -> Vec<(i64, i64)> {
            let mut query = self.store.db().prepare_cached(sql).unwrap();
            let found = query.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
            found.map(Result::unwrap).collect()
        };
        for (contact, canonical) in pairs("SELECT id, canonical FROM contact ORDER BY id") {
            assert_eq!(
                canonical,
                self.model.canonical(contact),
                "of contact {contact}"
            );
        }
        let cases = self.store.cases();
        assert_eq!(cases.len(), self.model.cases.len());
        for (number, _, state, homes) in cases {
            let case = usize::try_from(number).unwrap();
            let (a, b) = self.model.sides(case);
            assert_eq!(homes, [ContactId(a), ContactId(b)]);
            assert_eq!(state, self.model.state(case), "case {case}");
        }
        let stands: Vec<(i64, i64)> =
            pairs("SELECT id, undone_by IS NULL AND action <> 'undo' FROM decision ORDER BY id");
        let expected = self.model.made.iter().zip(1..);
        let expected: Vec<(i64, i64)> = expected
            .map(|(m, id)| (id, i64::from(m.undoes.is_none() && m.stands)))
            .collect();
        assert_eq!(stands, expected);
    }
}

/// Runs so many operations, in worlds of 50; each world has to equal its replay.
fn run(operations: usize, seed: u64) {
    let mut dice = Dice(seed);
    let mut left = operations;
    while left > 0 {
        let mut pair = Pair::new();
        for _ in 0..left.min(50) {
            pair.step(&mut dice);
            left -= 1;
        }
        pair.store.check();
        assert_eq!(pair.store.store.verify(None).unwrap().result, "OK");
    }
}

#[test]
fn the_store_does_what_the_model_does() {
    run(1000, 7);
}

#[test]
#[ignore = "takes a minute or more"]
fn the_store_does_what_the_model_does_a_hundred_thousand_times() {
    run(100_000, 11);
}
