//! The pages over rows made by hand: no resolver and no write side takes part,
//! so that a fault found here is a fault of reading.
//!
//! [`World::new`] is a small store: contact 3 (Ana, a BSUID, two usernames),
//! contact 9 (a phone), contact 12 (another person), and case 7, which asks
//! whether 3 and 9 are one.

mod answers;
mod any;
mod audit;
mod doctor;
mod export;
mod people;
mod queue;
mod resolve;
mod search;
mod written;

use crate::domain::ids::ContactId;
use crate::domain::time::{DAY, Timestamp};
use crate::store::chain::{FORMAT, Link};
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::record;
use crate::store::{Mode, StoreError};
use rusqlite::{Connection, params};
use std::time::Duration;

/// 2026-04-12T09:30:00Z.
const T0: i64 = 1_775_986_200_000;

fn now() -> Timestamp {
    Timestamp(T0 + 100 * DAY)
}

fn day(n: i64) -> i64 {
    T0 + n * DAY
}

struct World {
    _folder: tempfile::TempDir,
    store: Sqlite,
}

impl World {
    fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity.db");
        let store = Sqlite::open(&path, Mode::Create, Duration::from_secs(1)).unwrap();
        // Nothing here has to outlive a crash.
        store.db.pragma_update(None, "synchronous", "off").unwrap();
        Self {
            _folder: folder,
            store,
        }
    }

    fn new() -> Self {
        let world = Self::empty();
        world.sql(
            "INSERT INTO portfolio VALUES (2, 'eu');
             INSERT INTO channel VALUES (1, '106', 'w', '15550001111', 1), (2, '107', 'w', NULL, 1)",
        );
        world.identifier(1, "bsuid", "US.1", 1);
        world.identifier(2, "phone", "16315551181", 0);
        world.identifier(3, "bsuid", "US.2", 1);
        world.identifier(4, "phone", "4915112345678", 0);
        world.identifier(5, "username", "ana.souza", 0);
        world.identifier(6, "username", "ana_s", 0);
        world.contact(3, "Ana Souza", 1);
        world.contact(9, "", 2);
        world.contact(12, "João Silva", 3);
        world.link(1, 0, 3, 0, None, "active");
        world.link(2, 0, 9, -30, None, "active");
        world.link(3, 0, 12, 0, None, "active");
        world.link(4, 0, 12, 0, None, "active");
        world.label(3, 0, 5, 0, Some(10));
        world.label(3, 1, 6, 10, None);
        world.thread(1, 1, 1);
        world.thread(2, 2, 1);
        world.message(21, 2, -20, "wamid.a");
        world.message(22, 1, 1, "wamid.b");
        world.message(23, 1, 2, "wamid.c");
        world.case(7, "phone_bsuid_conflict", &[3, 9], Some(2), 0.98);
        world.suggest(
            7,
            r#"{"action":"merge","survivor":3,"confidence":0.98,"reasons":[{"code":"came_together","weight":2.2,"text":"…"}]}"#,
        );
        world
    }

    fn db(&self) -> &Connection {
        &self.store.db
    }

    fn sql(&self, sql: &str) {
        self.db().execute_batch(sql).unwrap();
    }

    fn run(&self, sql: &str, values: impl rusqlite::Params) {
        self.db().execute(sql, values).unwrap();
    }

    fn identifier(&self, id: i64, kind: &str, value: &str, scope: i64) {
        self.run(
            "INSERT INTO identifier VALUES (?1, ?2, ?3, ?4, 1)",
            params![id, kind, value, scope],
        );
    }

    fn contact(&self, id: i64, name: &str, chief: i64) {
        let words = crate::domain::text::words(name).join(" ");
        self.run(
            "INSERT INTO contact VALUES (?1, ?1, NULL, ?2, ?3, 1, ?1, ?4, ?5)",
            params![id, chief, T0, name, words],
        );
    }

    fn link(
        &self,
        identifier: i64,
        ordinal: i64,
        contact: i64,
        since: i64,
        until: Option<i64>,
        state: &str,
    ) {
        self.run(
            "INSERT INTO link VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, NULL, 0)",
            params![
                identifier,
                ordinal,
                day(since),
                until.map(day),
                contact,
                state
            ],
        );
    }

    fn label(&self, contact: i64, ordinal: i64, identifier: i64, since: i64, until: Option<i64>) {
        let state = if until.is_some() { "former" } else { "active" };
        self.run(
            "INSERT INTO label VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)",
            params![
                contact,
                ordinal,
                identifier,
                day(since),
                until.map(day),
                state
            ],
        );
    }

    fn thread(&self, id: i64, identifier: i64, channel: i64) {
        self.run(
            "INSERT INTO conversation VALUES (?1, ?2, ?3, ?4)",
            params![id, identifier, channel, format!("t{id}")],
        );
    }

    fn message(&self, event: i64, thread: i64, at: i64, id: &str) {
        self.message_seen(event, thread, at, at, id);
    }

    fn message_seen(&self, event: i64, thread: i64, at: i64, seen: i64, id: &str) {
        self.shape(1, "message");
        self.run(
            "INSERT INTO event VALUES (?1, 1, ?2, ?3, ?2, NULL, NULL, 0, 0, 0, ?4, ?5, 'hello')",
            params![event, day(at), day(seen), thread, id],
        );
        self.run(
            "INSERT INTO timeline VALUES (?1, ?2, ?3, 0)",
            params![thread, day(at), event],
        );
    }

    /// What events of one kind share.
    fn shape(&self, id: i64, what: &str) {
        let (direction, kind) = if what == "message" {
            ("inbound", "text")
        } else {
            ("", "")
        };
        self.run(
            "INSERT OR IGNORE INTO shape VALUES (?1, ?2, ?2, 1, '/m', ?3, ?4)",
            params![id, what, direction, kind],
        );
    }

    /// An event without a message, and the identifiers that it showed.
    fn sighting(&self, event: i64, at: i64, bsuid: i64, phone: i64) {
        self.run(
            "INSERT INTO sighting VALUES (?1, 1, ?2, ?3, 0, 0, 0, 0, NULL)",
            params![event, bsuid, phone],
        );
        self.shape(2, "status");
        self.run(
            "INSERT INTO event VALUES (?1, 2, ?2, ?2, ?2, ?1, NULL, 0, 0, 0, NULL, NULL, NULL)",
            params![event, day(at)],
        );
        self.run(
            "INSERT INTO seen VALUES (?1, ?2, ?1)",
            params![event, day(at)],
        );
    }

    fn case(
        &self,
        id: i64,
        kind: &str,
        contacts: &[i64],
        identifier: Option<i64>,
        confidence: f64,
    ) {
        self.run(
            "INSERT INTO cases VALUES (?1, 'k' || ?1, ?2, 'open', 1, 1, ?3, 1, 1, ?4, NULL, NULL, NULL, ?5, '{}')",
            params![id, kind, T0, identifier, confidence],
        );
        for (contact, ordinal) in contacts.iter().zip(0_i64..) {
            self.run(
                "INSERT INTO case_contact VALUES (?1, ?2, ?3)",
                params![id, ordinal, contact],
            );
        }
    }

    fn suggest(&self, case: i64, suggestion: &str) {
        self.run(
            "UPDATE cases SET suggestion = ?2 WHERE id = ?1",
            params![case, suggestion],
        );
    }

    /// A case about a change from `previous` to `current`: BSUID and phone each.
    fn change(
        &self,
        case: i64,
        kind: &str,
        contacts: &[i64],
        previous: [i64; 2],
        current: [i64; 2],
    ) {
        let event = 1000 + case;
        self.case(case, kind, contacts, None, 0.97);
        self.run(
            "UPDATE cases SET key = 'change|' || ?2, change = ?2 WHERE id = ?1",
            params![case, event],
        );
        self.claim(event, event, previous, current);
    }

    fn claim(&self, event: i64, change: i64, previous: [i64; 2], current: [i64; 2]) {
        self.run(
            "INSERT INTO claim VALUES (?1, ?2, 'user_changed_user_id', 1, ?3, 0, ?4, 0, ?5, ?6, 0, ?7)",
            params![
                event, change, day(5), previous[0], previous[1], current[0], current[1]
            ],
        );
    }

    /// Contacts become one group, by decision `id`.
    fn merge(&self, id: i64, a: i64, b: i64, survivor: i64) {
        self.run(
            "INSERT INTO edge VALUES (?1, ?2, ?3, ?4, 0)",
            params![id, a, b, survivor],
        );
        self.run(
            "UPDATE contact SET canonical = ?3 WHERE canonical IN (?1, ?2)",
            params![a, b, survivor],
        );
    }

    /// A decision with its audit entry.
    fn decide(&self, id: i64, action: &str, case: Option<i64>, terms: &str) {
        let terms: serde_json::Value = serde_json::from_str(terms).unwrap();
        let terms = &terms.to_string();
        let undoes: Option<i64> = (action == "undo")
            .then(|| serde_json::from_str::<serde_json::Value>(terms).unwrap()["undoes"].as_i64())
            .flatten();
        self.run(
            "INSERT INTO decision VALUES (?1, NULL, ?2, ?3, 'ines', ?4, 'why', 0, ?5, ?6, NULL)",
            params![id, action, case, day(20), terms, undoes],
        );
        let named: crate::store::sqlite::terms::Terms = serde_json::from_str(terms).unwrap();
        for contact in named.named() {
            self.run(
                "INSERT OR IGNORE INTO decision_contact VALUES (?1, ?2)",
                params![contact.0, id],
            );
        }
        self.entry(action, Some(id), undoes, case, Some("why"));
        self.run(
            "UPDATE decision SET undone_by = ?2 WHERE id = ?1",
            params![undoes, id],
        );
    }

    fn entry(
        &self,
        action: &str,
        decision: Option<i64>,
        undoes: Option<i64>,
        case: Option<i64>,
        reason: Option<&str>,
    ) {
        let meta = |key: &str| {
            self.db()
                .query_row("SELECT value FROM meta WHERE key = ?1", [key], |r| {
                    r.get::<_, String>(0)
                })
                .unwrap()
        };
        let entry: i64 = self
            .db()
            .query_row("SELECT coalesce(max(entry), 0) + 1 FROM audit", [], |r| {
                r.get(0)
            })
            .unwrap();
        let (store, prev, at) = (
            meta("store_id"),
            meta("audit_head"),
            Timestamp(day(20)).to_string(),
        );
        let made: Option<(i64, String)> = decision.map(|id| {
            let sql = "SELECT after, terms FROM decision WHERE id = ?1";
            let row = |r: &rusqlite::Row<'_>| Ok((r.get(0)?, r.get(1)?));
            self.db().query_row(sql, [id], row).unwrap()
        });
        let link = Link {
            format: FORMAT,
            store: &store,
            entry,
            at: &at,
            operator: "ines",
            host: Some("desk"),
            program: Some("0.1.0"),
            action,
            decision,
            batch: None,
            undoes,
            case,
            reason,
            event: made.as_ref().map(|(event, _)| *event),
            terms: made.as_ref().map(|(_, terms)| terms.as_str()),
            before: "{}",
            after: r#"{"x":1}"#,
            prev: &prev,
        };
        let hash = link.hash();
        record::insert(self.db(), &link, &hash).unwrap();
        self.run(
            "UPDATE meta SET value = ?1 WHERE key = 'audit_head'",
            [hash],
        );
    }
}

fn ids(of: &[i64]) -> Vec<ContactId> {
    of.iter().copied().map(ContactId).collect()
}

/// The message of an error that says that something is not known.
fn unknown<T: std::fmt::Debug>(result: crate::store::Result<T>) -> String {
    match result {
        Err(StoreError::Unknown(text)) => text,
        other => panic!("expected Unknown, got {other:?}"),
    }
}
