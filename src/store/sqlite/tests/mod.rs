//! Random events in any order, with random decisions and undos, keep the
//! invariants of the design: after each sequence the store equals a replay of
//! its log.

mod decisions;

use super::Sqlite;
use crate::domain::case::{Answer, CaseKind, CaseState, Target};
use crate::domain::fact::{
    ChangeClaim, ChangeType, Channel, Direction, Fact, Item, Message, Reading, Seen, Side, Surface,
    What,
};
use crate::domain::identifier::{Bsuid, Kind, Named, PhoneKey};
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
        self.store
            .ingest(&[arrival], &PortfolioMap::default(), NOW)
            .unwrap();
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
        let key = self.key();
        let seen = Seen {
            bsuid: bsuid.and_then(Bsuid::parse),
            phone: phone.and_then(PhoneKey::parse),
            name: name.map(String::from),
            ..Seen::default()
        };
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
            channel: Channel::default(),
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
        let key = self.key();
        let claim = ChangeClaim {
            kind: ChangeType::UserChangedUserId,
            previous: side(from),
            current: side(to),
        };
        self.take(Fact {
            surface: Surface::System,
            channel: Channel::default(),
            key,
            at: Some(NOW.plus(-days * DAY)),
            seen_on_arrival: false,
            seen: Seen::default(),
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
            dump("SELECT a, b FROM wall ORDER BY 1, 2"),
        ]
        .join("\n--\n")
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
    Message(Option<u8>, Option<u8>, Option<u8>, i64),
    Change((Option<u8>, Option<u8>), (Option<u8>, Option<u8>), i64),
    Answer(usize, u8, u8),
    Undo(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let id = || prop::option::weighted(0.7, 0_u8..5);
    let day = 0_i64..120;
    let step = prop_oneof![
        4 => (id(), id(), prop::option::of(0_u8..3), day.clone()).prop_map(|(b, p, n, d)| Step::Message(b, p, n, d)),
        3 => ((id(), id()), (id(), id()), day).prop_map(|(f, t, d)| Step::Change(f, t, d)),
        3 => (0_usize..20, 0_u8..6, 0_u8..5).prop_map(|(c, a, x)| Step::Answer(c, a, x)),
        2 => (0_usize..20).prop_map(Step::Undo),
    ];
    prop::collection::vec(step, 1..25)
}

fn run(fixture: &mut Fixture, steps: &[Step]) {
    let bsuid = |n: u8| format!("US.{n}00");
    let phone = |n: u8| format!("4915100{n}");
    let mut made: Vec<DecisionId> = Vec::new();
    for step in steps {
        match step {
            Step::Message(b, p, n, days) => {
                let name = n.map(|n| ["Ana Souza", "Ben Lee", "Ana Lima"][usize::from(n)]);
                fixture.message(
                    b.map(bsuid).as_deref(),
                    p.map(phone).as_deref(),
                    name,
                    *days,
                );
            }
            Step::Change(_, (None, None), _) => {}
            Step::Change(from, to, days) => fixture.change(
                (from.0.map(bsuid).as_deref(), from.1.map(phone).as_deref()),
                (to.0.map(bsuid).as_deref(), to.1.map(phone).as_deref()),
                *days,
            ),
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
                    Named::of(Kind::Phone, &phone(*extra))
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
                    Err(StoreError::Refused(_) | StoreError::Unknown(_)) => {}
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
