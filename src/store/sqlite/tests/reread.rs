//! Edits of what came in, which a replay takes as it stands: the raw JSON, read
//! again, tells of each; and of nothing where nobody has touched the store.

use super::{Fixture, NOW, map};
use crate::domain::fact::Reading;
use crate::domain::time::{DAY, Timestamp};
use crate::payload::{self, Format};
use crate::review::page::Check;
use crate::store::{Arrival, Held, Store};
use serde_json::{Value, json};

/// A webhook of a business number.
fn webhook(field: &str, mut value: Value) -> String {
    value["messaging_product"] = "whatsapp".into();
    value["metadata"] = json!({ "display_phone_number": "15550000001", "phone_number_id": "7001" });
    let changes = json!([{ "field": field, "value": value }]);
    json!({ "object": "whatsapp_business_account", "entry": [{ "id": "eu", "changes": changes }] })
        .to_string()
}

fn message(id: &str, bsuid: &str, phone: Option<&str>, text: &str) -> String {
    let at = (NOW.0 - DAY) / 1000;
    let mut message = json!({
        "id": id, "timestamp": at.to_string(), "type": "text", "text": { "body": text },
        "from_user_id": bsuid,
    });
    let profile = json!({ "name": "Ana Souza", "username": "ana.souza" });
    let mut contact = json!({ "profile": profile, "user_id": bsuid });
    if let Some(phone) = phone {
        (message["from"], contact["wa_id"]) = (phone.into(), phone.into());
    }
    webhook(
        "messages",
        json!({ "contacts": [contact], "messages": [message] }),
    )
}

/// A message, a status, a change of BSUID, something of no known surface, what
/// cannot be read, and the first once more with an identifier more.
fn deliveries() -> Vec<String> {
    let at = ((NOW.0 - DAY) / 1000).to_string();
    vec![
        message("wamid.1", "US.100", None, "hello"),
        message("wamid.2", "US.200", Some("491511000002"), "good day"),
        webhook(
            "messages",
            json!({ "statuses": [{ "id": "wamid.3", "status": "delivered", "timestamp": at,
                                   "recipient_id": "491511000002" }] }),
        ),
        webhook(
            "messages",
            json!({ "messages": [{ "id": "wamid.4", "timestamp": at, "type": "system", "from_user_id": "US.101",
              "system": { "type": "user_changed_user_id", "body": "", "user_id": "US.101", "previous_user_id": "US.100" } }] }),
        ),
        webhook("account_alerts", json!({ "alert": 1 })),
        "{\"object\":".to_owned(),
        message("wamid.1", "US.100", Some("491511000001"), "hello"),
    ]
}

fn take(f: &mut Fixture, deliveries: &[String], arrived: Timestamp) {
    for text in deliveries {
        let arrival = Arrival {
            text: Ok(text.as_str().into()),
            source: "test:1".into(),
            items: payload::read(text, Format::Auto),
            manner: "".into(),
        };
        f.store.ingest(&[arrival], &map(), arrived).unwrap();
    }
}

fn reread(f: &Fixture) -> Vec<Check> {
    let read = |text: &str| payload::read(text, Format::Auto);
    super::super::reread::checks(f.db(), &[&read]).unwrap()
}

fn store() -> Fixture {
    let mut f = Fixture::new();
    take(&mut f, &deliveries(), NOW);
    f
}

fn faults(f: &Fixture) -> String {
    let all = reread(f).into_iter().filter(|check| !check.ok);
    let told: Vec<String> = all.map(|c| format!("{}: {}", c.check, c.detail)).collect();
    told.join("\n")
}

#[test]
fn what_nobody_touched_reads_as_it_is_stored() {
    let mut f = store();
    assert_eq!(faults(&f), "");
    let events: i64 = count(&f, "event");
    assert_eq!((events, count(&f, "quarantine")), (6, 1));
    // Replays, in other words; retried; a day later.
    take(&mut f, &deliveries(), NOW.plus(DAY));
    f.store.retry(None, &|_: &Held| Vec::new(), &map()).unwrap();
    assert_eq!((count(&f, "event"), faults(&f)), (events, String::new()));
    f.check();
}

#[test]
fn what_leaves_quarantine_reads_as_it_is_stored() {
    let mut f = Fixture::new();
    let text = message("wamid.9", "US.900", None, "late");
    let mut items = payload::read(&text, Format::Auto);
    for item in &mut items {
        item.reading = Reading::Quarantined("not yet".into());
    }
    let arrival = Arrival {
        text: Ok(text.as_str().into()),
        source: "test:1".into(),
        items,
        manner: "".into(),
    };
    f.store.ingest(&[arrival], &map(), NOW).unwrap();
    assert_eq!((faults(&f), count(&f, "quarantine")), (String::new(), 1));
    let again = |held: &Held| payload::read(held.text.as_ref().unwrap(), Format::Auto);
    f.store.retry(None, &again, &map()).unwrap();
    assert_eq!((faults(&f), count(&f, "quarantine")), (String::new(), 0));
    assert_eq!(count(&f, "event"), 1);
}

fn count(f: &Fixture, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    f.db().query_row(&sql, [], |r| r.get(0)).unwrap()
}

/// Edits, each with what tells of it.
const EDITS: &[(&str, &str)] = &[
    (
        "UPDATE event SET body = 'goodbye' WHERE message = 'wamid.1'",
        "its text",
    ),
    (
        "UPDATE event SET message = 'wamid.0' WHERE message = 'wamid.1'",
        "the id of its message",
    ),
    ("UPDATE event SET at = at - 1 WHERE id = 2", "its time"),
    (
        "UPDATE event SET seen_at = seen_at - 1 WHERE id = 3",
        "its time",
    ),
    ("UPDATE event SET name = NULL WHERE id = 1", "its name"),
    (
        "UPDATE event SET sighting = (SELECT sighting FROM event WHERE id = 2) WHERE id = 1",
        "its identifiers",
    ),
    (
        "UPDATE event SET shape = (SELECT shape FROM event WHERE id = 3) WHERE id = 1",
        "nothing stands in its place",
    ),
    (
        "DELETE FROM event WHERE id = 3",
        "events 3 to 3 are missing",
    ),
    (
        "DELETE FROM event WHERE id = (SELECT max(id) FROM event)",
        "no event lies in block",
    ),
    ("UPDATE name SET raw = 'Ana Lima'", "its name"),
    ("UPDATE name SET book = 1", "its name"),
    (
        "UPDATE shape SET direction = 'outbound' WHERE direction <> ''",
        "the kind of its message",
    ),
    (
        "UPDATE shape SET kind = 'image' WHERE kind = 'text'",
        "the kind of its message",
    ),
    (
        "UPDATE shape SET founds = 0 WHERE what = 'message'",
        "what it tells",
    ),
    (
        "UPDATE shape SET what = 'nothing' WHERE what = 'unrecognised'",
        "nothing in it is recognised",
    ),
    (
        "UPDATE shape SET pointer = pointer || '/0' WHERE what = 'message'",
        "nothing stands in its place",
    ),
    (
        "UPDATE identifier SET value = 'US.999' WHERE value = 'US.100'",
        "its identifiers",
    ),
    (
        "UPDATE identifier SET value = '491511000009' WHERE value = '491511000002'",
        "its identifiers",
    ),
    (
        "UPDATE identifier SET value = 'eve' WHERE kind = 'username'",
        "its identifiers",
    ),
    (
        "UPDATE identifier SET well_formed = 0 WHERE value = 'US.200'",
        "its identifiers",
    ),
    (
        "UPDATE identifier SET scope = 1 WHERE value = 'US.200'",
        "its identifiers",
    ),
    (
        "UPDATE sighting SET attested = phone, seal = NULL WHERE phone > 0",
        "its identifiers",
    ),
    ("UPDATE claim SET previous_bsuid = 0", "its identifiers"),
    (
        "UPDATE claim SET kind = 'user_id_update'",
        "its identifiers",
    ),
    ("DELETE FROM claim", "its identifiers"),
    ("UPDATE conversation SET thread = 'x'", "its conversation"),
    (
        "UPDATE conversation SET identifier = identifier + 1",
        "its conversation",
    ),
    (
        "UPDATE channel SET phone_number_id = '7002'",
        "its identifiers",
    ),
    ("UPDATE channel SET portfolio = 1", "its identifiers"),
    (
        "UPDATE channel SET waba = 'br'",
        "is not what deliveries tell",
    ),
    (
        "UPDATE channel SET display_phone = '15550000002'",
        "is not what deliveries tell",
    ),
    (
        "DELETE FROM business_phone",
        "15550000001 is not kept as a number of the business",
    ),
    ("DELETE FROM event_key WHERE event = 1", "its key"),
    (
        "DELETE FROM event_key WHERE event = 5",
        "nothing in it is recognised",
    ),
    ("UPDATE event_key SET event = 2 WHERE event = 1", "its key"),
    (
        "DELETE FROM event_key",
        "item 1 in quarantine is not what came, or has no key",
    ),
    (
        "UPDATE quarantine SET bytes = '{}'",
        "item 1 in quarantine is not what came",
    ),
    (
        "UPDATE quarantine SET pointer = '/x'",
        "item 1 in quarantine is not what came",
    ),
];

#[test]
fn each_edit_of_what_came_in_is_told() {
    let f = store();
    for (edit, told) in EDITS {
        f.db().execute_batch("SAVEPOINT edit").unwrap();
        let made = f.db().execute(edit, []);
        assert!(
            made.as_ref().is_ok_and(|rows| *rows > 0),
            "{edit}: {made:?}"
        );
        let found = faults(&f);
        assert!(found.contains(told), "{edit}: {found}");
        f.db()
            .execute_batch("ROLLBACK TO edit; RELEASE edit")
            .unwrap();
    }
    assert_eq!(faults(&f), "");
}

#[test]
fn a_sum_that_was_taken_off_a_sighting_is_missed() {
    let f = store();
    f.check();
    f.db()
        .execute("UPDATE sighting SET seal = NULL WHERE id = 1", [])
        .unwrap();
    let checks = super::super::replay::checks(f.db()).unwrap();
    let sums = checks
        .iter()
        .find(|check| check.check == "sightings")
        .unwrap();
    assert_eq!(
        (sums.ok, sums.detail.as_str()),
        (false, "sighting 1 has lost its sum; 0 more")
    );
}

#[test]
fn what_an_older_reader_read_otherwise_is_told_and_no_fault() {
    let f = store();
    f.db()
        .execute("UPDATE event SET body = 'older' WHERE id = 1", [])
        .unwrap();
    f.db()
        .execute("UPDATE meta SET value = '0 1' WHERE key = 'reader'", [])
        .unwrap();
    let checks = reread(&f);
    assert!(checks.iter().all(|check| check.ok), "{checks:?}");
    assert_eq!(
        checks[0].detail,
        "equal, but for what an older reunite took in: event 1 reads differently now than it is stored: its text; 0 more"
    );
    // What comes from now on is read by today's.
    let mut f = f;
    f.store.rehearse(&mut |_| {}).unwrap();
    take(&mut f, &[message("wamid.8", "US.800", None, "new")], NOW);
    assert!(reread(&f).iter().all(|check| check.ok));
    f.db()
        .execute(
            "UPDATE event SET body = 'edited' WHERE message = 'wamid.8'",
            [],
        )
        .unwrap();
    assert!(faults(&f).contains("its text"), "{}", faults(&f));
}
