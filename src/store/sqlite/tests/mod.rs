//! Tests of the SQLite store, a file for each subject, and the store that they
//! stand on.

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
mod random;
mod reread;
mod rescope;
mod retry;
mod tamper;
mod to_read;
mod undo_parts;
mod verdicts;
mod walls;

use super::Sqlite;
use crate::domain::case::{Answer, CaseKind, CaseState};
use crate::domain::fact::{
    ChangeClaim, ChangeType, Channel, Direction, Fact, Item, Message, Reading, Seen, Side, Surface,
    What,
};
use crate::domain::identifier::{Bsuid, Kind, Named, PhoneKey};
use crate::domain::ids::{CaseId, ContactId, DecisionId};
use crate::domain::time::{DAY, Timestamp};
use crate::store::{Arrival, By, Decide, Mode, PortfolioMap, Store, StoreError, Undo};
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

#[test]
fn a_name_that_came_without_an_identifier_is_known_to_the_next_writer() {
    let mut f = Fixture::new();
    f.message(None, None, Some("Ana Souza"), 2);
    // Whatever else is written ends what a writer keeps in memory.
    f.store.rehearse(&mut |_| {}).unwrap();
    f.message(None, None, Some("Ana Souza"), 1);
    f.check();
}
