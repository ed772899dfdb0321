//! Random events in any order, with random decisions and undos, keep the
//! invariants of the design: after each sequence the store equals a replay of
//! its log.

mod across;
mod batches;
mod cost;
mod crash;
mod decisions;
mod dice;
mod edits;
mod faults;
mod four_eyes;
mod model;
mod parts;
mod reread;
mod rescope;
mod retry;
mod tamper;
mod to_read;
mod undo_parts;
mod walls;

use super::Sqlite;
use crate::domain::case::{Answer, CaseKind, CaseState, Target};
use crate::domain::fact::{
    ChangeClaim, ChangeType, Channel, Direction, Fact, Item, Message, Reading, Seen, Side, Surface,
    What,
};
use crate::domain::identifier::{Bsuid, Kind, Named, ParentBsuid, PhoneKey, Username};
use crate::domain::ids::{CaseId, ContactId, DecisionId};
use crate::domain::time::{DAY, Timestamp};
use crate::store::{Arrival, By, Decide, Mode, PortfolioMap, Store, StoreError, Undo};
use proptest::prelude::*;
use rusqlite::Connection;
use std::time::Duration;

/// A store in a folder that goes with it.
pub(super) struct Fixture {
    pub(super) store: Sqlite,
    _folder: tempfile::TempDir,
    next: u64,
}

pub(super) const NOW: Timestamp = Timestamp(1_780_000_000_000);
pub(super) const MERGE: Answer = Answer::Merge { survivor: None };

impl Fixture {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Sqlite::open(
            &folder.path().join("identity.db"),
            Mode::Create,
            Duration::from_secs(1),
        )
        .unwrap();
        store.db.pragma_update(None, "synchronous", "off").unwrap();
        Self {
            store,
            _folder: folder,
            next: 0,
        }
    }

    pub(super) fn db(&self) -> &Connection {
        &self.store.db
    }

    fn take(&mut self, fact: Fact) {
        let item = Item {
            pointer: String::new(),
            reading: Reading::Fact(Box::new(fact)),
        };
        let arrival = Arrival {
            text: Ok("{}".into()),
            source: "test:1".into(),
            items: vec![item],
            manner: "".into(),
        };
        self.store.ingest(&[arrival], &map(), NOW).unwrap();
    }

    fn key(&mut self) -> String {
        self.next += 1;
        format!("m|{}", self.next)
    }

    /// A message `days` before now.
    pub(super) fn message(
        &mut self,
        bsuid: Option<&str>,
        phone: Option<&str>,
        name: Option<&str>,
        days: i64,
    ) {
        let seen = Seen {
            bsuid: bsuid.and_then(Bsuid::parse),
            phone: phone.and_then(PhoneKey::parse),
            name: name.map(Into::into),
            ..Seen::default()
        };
        self.seen(seen, None, days);
    }

    /// A message through a WABA; `eu` is mapped to the portfolio of that name.
    pub(super) fn seen(&mut self, seen: Seen, waba: Option<&str>, days: i64) {
        let key = self.key();
        let message = Message {
            id: key.clone(),
            direction: Direction::Inbound,
            kind: "text".into(),
            text: "hello".into(),
            thread: None,
            group: None,
        };
        self.take(Fact {
            surface: Surface::Message,
            channel: through(waba).into(),
            key,
            at: Some(NOW.plus(-days * DAY)),
            seen_on_arrival: false,
            seen,
            what: What::Message(message),
        });
    }

    /// A change `days` before now: (BSUID, phone) before and after.
    pub(super) fn change(
        &mut self,
        from: (Option<&str>, Option<&str>),
        to: (Option<&str>, Option<&str>),
        days: i64,
    ) {
        let side = |(bsuid, phone): (Option<&str>, Option<&str>)| Side {
            bsuid: bsuid.and_then(Bsuid::parse),
            parent: None,
            phone: phone.and_then(PhoneKey::parse),
        };
        self.changed(side(from), side(to), Seen::default(), None, days);
    }

    /// A change through a WABA, with the labels that its event carries.
    pub(super) fn changed(
        &mut self,
        previous: Side,
        current: Side,
        seen: Seen,
        waba: Option<&str>,
        days: i64,
    ) {
        let key = self.key();
        let claim = ChangeClaim {
            kind: ChangeType::UserChangedUserId,
            previous,
            current,
        };
        self.take(Fact {
            surface: Surface::System,
            channel: through(waba).into(),
            key,
            at: Some(NOW.plus(-days * DAY)),
            seen_on_arrival: false,
            seen,
            what: What::Change(claim),
        });
    }

    pub(super) fn decide(&mut self, case: i64, answer: Answer) -> Result<DecisionId, StoreError> {
        let ask = Decide {
            case: CaseId(case),
            answer,
            expect_version: None,
            dry_run: false,
        };
        self.store
            .decide(&ask, &by())
            .map(|done| done.decision.unwrap())
    }

    pub(super) fn undo(&mut self, decision: DecisionId) -> Result<(), StoreError> {
        self.store
            .undo(Undo::Decision(decision), false, false, &by())
            .map(|_| ())
    }

    /// Every case: number, kind, state, contacts.
    pub(super) fn cases(&self) -> Vec<(i64, CaseKind, CaseState, Vec<ContactId>)> {
        let mut query = self
            .db()
            .prepare("SELECT id FROM cases ORDER BY id")
            .unwrap();
        let ids: Vec<i64> = query
            .query_map([], |r| r.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        ids.into_iter()
            .map(|id| {
                let facts = super::standing::facts(self.db(), CaseId(id)).unwrap();
                (
                    id,
                    facts.kind,
                    facts.state,
                    super::write::homes_of(self.db(), CaseId(id)).unwrap(),
                )
            })
            .collect()
    }

    /// Who holds an identifier now.
    pub(super) fn holder(&self, kind: Kind, value: &str) -> Option<ContactId> {
        let id = super::relink::find(self.db(), &Named::of(kind, value)?).ok()?;
        super::group::live_holder(self.db(), id).unwrap()
    }

    /// Fails with the first fault that a replay finds.
    pub(super) fn check(&self) {
        for check in super::replay::checks(self.db()).unwrap() {
            assert!(check.ok, "{}: {}", check.check, check.detail);
        }
        let twice: i64 = self
            .db()
            .query_row(
                "SELECT count(*) FROM (SELECT identifier FROM link WHERE state <> 'former' GROUP BY identifier HAVING count(*) > 1)",
                [],
                |r| r.get(0),
            )
            .unwrap();
        assert_eq!(twice, 0, "an identifier has two live links");
    }

    /// Everything that is derived, as text, but for versions.
    pub(super) fn state(&self) -> String {
        let dump = |sql: &str| {
            let mut query = self.db().prepare(sql).unwrap();
            let columns = query.column_count();
            let rows = query.query_map([], |r| {
                (0..columns)
                    .map(|i| r.get_ref(i).map(shown))
                    .collect::<rusqlite::Result<Vec<_>>>()
            });
            rows.unwrap()
                .map(|r| r.unwrap().join(" "))
                .collect::<Vec<_>>()
                .join("\n")
        };
        [
            dump("SELECT * FROM link ORDER BY identifier, ordinal"),
            dump("SELECT id, present, canonical, name FROM contact WHERE present ORDER BY id"),
            dump("SELECT id, key, iif(asked, kind, NULL), state, asked, until, superseded_by FROM cases WHERE asked OR state = 'resolved' ORDER BY id"),
            dump(r#"SELECT "case", contact FROM case_contact WHERE "case" IN (SELECT id FROM cases WHERE asked) ORDER BY 1, ordinal"#),
            dump("SELECT * FROM label ORDER BY contact, ordinal"),
            dump("SELECT a, b FROM wall ORDER BY 1, 2"),
        ]
        .join("\n--\n")
    }
}

/// The business number of a WABA.
fn through(waba: Option<&str>) -> Channel {
    Channel {
        phone_number_id: waba.map(|waba| format!("{waba}-number").into()),
        waba: waba.map(Into::into),
        ..Channel::default()
    }
}

/// Two WABAs in a portfolio each; everything else is `default`.
pub(super) fn map() -> PortfolioMap {
    let mapped = |waba: &str| (waba.to_owned(), waba.to_owned());
    PortfolioMap {
        wabas: [mapped("eu"), mapped("br")].into(),
        ..PortfolioMap::default()
    }
}

fn shown(value: rusqlite::types::ValueRef<'_>) -> String {
    value.as_str_or_null().map_or_else(
        |_| format!("{value:?}"),
        |text| text.unwrap_or("-").to_owned(),
    )
}

pub(super) fn by() -> By {
    By {
        operator: "ines".into(),
        at: NOW,
        reason: None,
    }
}

#[derive(Debug, Clone)]
enum Step {
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
struct Labels {
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

fn steps() -> impl Strategy<Value = Vec<Step>> {
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

fn run(fixture: &mut Fixture, steps: &[Step]) {
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

#[test]
fn a_name_that_came_without_an_identifier_is_known_to_the_next_writer() {
    let mut f = Fixture::new();
    f.message(None, None, Some("Ana Souza"), 2);
    // Whatever else is written ends what a writer keeps in memory.
    f.store.rehearse(&mut |_| {}).unwrap();
    f.message(None, None, Some("Ana Souza"), 1);
    f.check();
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
