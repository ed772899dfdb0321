//! Random events in any order, with random decisions and undos, keep the
//! invariants of the design: after each sequence the store equals a replay of
//! its log.

use super::{Fixture, NOW, by};
use crate::domain::case::{Answer, Target};
use crate::domain::fact::{Seen, Side};
use crate::domain::identifier::{Bsuid, Kind, Named, ParentBsuid, PhoneKey, Username};
use crate::domain::ids::{ContactId, DecisionId};
use crate::domain::time::DAY;
use crate::store::{Store, StoreError, Undo};
use proptest::prelude::*;

#[derive(Debug, Clone)]
pub(super) enum Step {
    Message(Option<u8>, Option<u8>, Labels, i64),
    Change(
        (Option<u8>, Option<u8>),
        (Option<u8>, Option<u8>),
        Labels,
        i64,
    ),
    Ask(u8, u8, Option<u8>),
    Answer(usize, u8, u8),
    Undo(usize),
}

/// What an item tells beside BSUID and phone.
#[derive(Debug, Clone, Default)]
pub(super) struct Labels {
    name: Option<u8>,
    parent: Option<u8>,
    username: Option<u8>,
    second: Option<u8>,
}

impl Labels {
    fn seen(&self, bsuid: Option<&str>, phone: Option<&str>) -> Seen {
        let name = |n: u8| ["Ana Souza", "Ben Lee", "Ana Lima"][usize::from(n)].to_owned();
        Seen {
            bsuid: bsuid.and_then(Bsuid::parse),
            phone: phone.and_then(PhoneKey::parse),
            second_phone: self.second.and_then(|n| PhoneKey::parse(&number(n))),
            name: self.name.map(|n| name(n).into()),
            parent: self.parent(),
            username: self
                .username
                .and_then(|n| Username::parse(&format!("u{n}"))),
            ..Seen::default()
        }
    }

    fn parent(&self) -> Option<ParentBsuid> {
        let parent = self.parent.map(|n| format!("US.ENT.{n}"))?;
        ParentBsuid::parse(&parent)
    }
}

fn labels() -> impl Strategy<Value = Labels> {
    (
        prop::option::of(0_u8..3),
        prop::option::weighted(0.4, 0_u8..2),
        prop::option::weighted(0.2, 0_u8..2),
        prop::option::weighted(0.1, 0_u8..2),
    )
        .prop_map(|(name, parent, username, second)| Labels {
            name,
            parent,
            username,
            second,
        })
}

/// The first two are the forms of one number.
fn number(n: u8) -> String {
    match n {
        0 => "5511987654321".into(),
        1 => "551187654321".into(),
        n => format!("4915100{n}"),
    }
}

/// Each BSUID is of one portfolio, most of them of `default`.
fn waba(bsuid: Option<u8>) -> Option<&'static str> {
    match bsuid {
        Some(3) => Some("eu"),
        Some(4) => Some("br"),
        _ => None,
    }
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let id = || prop::option::weighted(0.7, 0_u8..5);
    let day = 0_i64..120;
    let step = prop_oneof![
        4 => (id(), id(), labels(), day.clone()).prop_map(|(b, p, l, d)| Step::Message(b, p, l, d)),
        3 => ((id(), id()), (id(), id()), labels(), day).prop_map(|(f, t, l, d)| Step::Change(f, t, l, d)),
        1 => (1_u8..9, 1_u8..9, prop::option::weighted(0.3, 0_u8..5)).prop_map(|(a, b, p)| Step::Ask(a, b, p)),
        3 => (0_usize..20, 0_u8..6, 0_u8..5).prop_map(|(c, a, x)| Step::Answer(c, a, x)),
        2 => (0_usize..20).prop_map(Step::Undo),
    ];
    prop::collection::vec(step, 1..25)
}

pub(super) fn run(fixture: &mut Fixture, steps: &[Step]) {
    let bsuid = |n: u8| format!("US.{n}00");
    let mut made: Vec<DecisionId> = Vec::new();
    for step in steps {
        match step {
            Step::Message(b, p, labels, days) => {
                let seen = labels.seen(b.map(bsuid).as_deref(), p.map(number).as_deref());
                fixture.seen(seen, waba(*b), *days);
            }
            Step::Change(_, (None, None), ..) => {}
            Step::Change(from, to, labels, days) => {
                let side = |(b, p): (Option<u8>, Option<u8>), parent| Side {
                    bsuid: b.and_then(|b| Bsuid::parse(&bsuid(b))),
                    parent,
                    phone: p.and_then(|p| PhoneKey::parse(&number(p))),
                };
                let seen = Seen {
                    bsuid: None,
                    phone: None,
                    ..labels.seen(None, None)
                };
                let through = waba(to.0.or(from.0));
                fixture.changed(
                    side(*from, None),
                    side(*to, labels.parent()),
                    seen,
                    through,
                    *days,
                );
            }
            Step::Ask(a, b, phone) => {
                let both = [a, b].map(|id| ContactId(i64::from(*id)));
                let phone = phone.and_then(|n| Named::of(Kind::Phone, &number(n)));
                match fixture.store.ask(&both, phone.as_ref(), &by()) {
                    Ok(_) | Err(StoreError::Refused(_) | StoreError::Unknown(_)) => {}
                    Err(other) => panic!("{other}"),
                }
            }
            Step::Answer(case, action, extra) => {
                let cases = fixture.cases();
                if cases.is_empty() {
                    continue;
                }
                let (case, ..) = cases[case % cases.len()];
                let target = if *extra == 0 {
                    Target::New
                } else {
                    Target::Contact(ContactId(i64::from(*extra)))
                };
                let identifier = if extra % 2 == 0 {
                    Named::of(Kind::Phone, &number(*extra))
                } else {
                    Named::of(Kind::Bsuid, &bsuid(*extra))
                };
                let answer = match action {
                    0 => Answer::Merge { survivor: None },
                    1 => Answer::Relink {
                        identifier: identifier.unwrap(),
                        to: target,
                        since: None,
                    },
                    2 => Answer::KeepSeparate,
                    3 => Answer::Accept,
                    4 => Answer::Reject,
                    _ => Answer::Defer {
                        until: NOW.plus(DAY),
                    },
                };
                match fixture.decide(case, answer) {
                    Ok(decision) => made.push(decision),
                    Err(
                        StoreError::Refused(_) | StoreError::Unknown(_) | StoreError::Ambiguous(_),
                    ) => {}
                    Err(other) => panic!("{other}"),
                }
            }
            Step::Undo(which) => {
                if made.is_empty() {
                    continue;
                }
                let id = made[which % made.len()];
                let before = fixture.state();
                match fixture.store.undo(Undo::Decision(id), false, false, &by()) {
                    Ok(done) => made.extend(done.iter().filter_map(|d| d.decision)),
                    Err(StoreError::Refused(_)) => {
                        assert_eq!(before, fixture.state(), "a refusal writes nothing");
                    }
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_sequence_equals_its_replay(steps in steps()) {
        let mut fixture = Fixture::new();
        run(&mut fixture, &steps);
        fixture.check();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, max_shrink_iters: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_decision_and_its_undo_leave_the_state_as_it_was(
        steps in steps(), case in 0_usize..20, action in 0_u8..6, extra in 0_u8..5
    ) {
        let mut fixture = Fixture::new();
        run(&mut fixture, &steps);
        let before = fixture.state();
        let decisions = |f: &Fixture| f.db().query_row("SELECT coalesce(max(id), 0) FROM decision", [], |r| r.get::<_, i64>(0)).unwrap();
        let last = decisions(&fixture);
        run(&mut fixture, &[Step::Answer(case, action, extra)]);
        if decisions(&fixture) > last {
            fixture.undo(DecisionId(last + 1)).unwrap();
            prop_assert_eq!(before, fixture.state());
        }
        fixture.check();
    }
}
