//! One transaction that takes deliveries in part by part, and many small ones,
//! each by a writer that knows nothing yet: the same store.

use super::Fixture;
use super::NOW;
use super::{MERGE, by};
use crate::domain::case::{Answer, CaseState};
use crate::domain::ids::CaseId;
use crate::domain::time::DAY;
use crate::payload::{self, Format};
use crate::store::sqlite::Sqlite;
use crate::store::sqlite::ingest::TOGETHER;
use crate::store::{Arrival, Arrivals, Export, Mode, PortfolioMap, Store};
use std::time::Duration;

struct Parts<'a>(std::slice::Chunks<'a, Arrival>);

impl Arrivals for Parts<'_> {
    fn next(&mut self) -> Option<&[Arrival]> {
        self.0.next()
    }
}

fn sample() -> Vec<Arrival> {
    let deliveries = crate::ingest::source::Deliveries::new(crate::simulate::demo()).unwrap();
    let texts = deliveries.map(|delivery| delivery.unwrap().text.unwrap());
    let read = |(text, number): (String, u32)| Arrival {
        items: payload::read(&text, Format::Auto),
        text: Ok(text),
        source: format!("demo:{number}").as_str().into(),
        manner: "".into(),
    };
    texts.zip(1..).map(read).collect()
}

/// What follows from the log; how often a case was joined by evidence depends
/// on where a transaction ends.
fn content(world: &Fixture) -> Vec<String> {
    let mut rows = Vec::new();
    for what in [Export::Contacts, Export::Aliases, Export::Messages] {
        let row = &mut |row: serde_json::Value| {
            rows.push(row.to_string());
            Ok(())
        };
        world.store.export(what, row).unwrap();
    }
    for sql in [
        "SELECT kind || value || scope, contact, since, until, state, through, unconfirmed
         FROM link l JOIN identifier i ON i.id = l.identifier ORDER BY 1, ordinal",
        "SELECT key, kind, state, first_event, last_event, confidence, suggestion FROM cases ORDER BY id",
    ] {
        let mut query = world.db().prepare(sql).unwrap();
        let columns = query.column_count();
        let row = |r: &rusqlite::Row<'_>| {
            let value = |i| r.get::<_, rusqlite::types::Value>(i);
            Ok(format!("{:?}", (0..columns).map(value).collect::<Vec<_>>()))
        };
        rows.extend(query.query_map([], row).unwrap().map(Result::unwrap));
    }
    rows
}

#[test]
fn many_parts_of_one_transaction_are_as_many_transactions() {
    let (sample, map) = (sample(), PortfolioMap::default());
    let mut whole = Fixture::new();
    let counts = whole
        .store
        .take_in(&mut Parts(sample.chunks(64)), &map, NOW)
        .unwrap();
    assert_eq!(counts.read, counts.applied + counts.duplicate);
    // So many that the resolver works on a thread of its own; each of the
    // transactions below is too short for that.
    assert!(counts.applied > 2 * TOGETHER as u64);
    let mut cut = Fixture::new();
    for some in sample.chunks(TOGETHER / 4) {
        cut.store.session = None;
        cut.store.ingest(some, &map, NOW).unwrap();
    }
    let (a, b) = (content(&whole), content(&cut));
    assert!(a.len() > 1000);
    assert_eq!(a, b);
    assert!(whole.store.doctor(true).unwrap().ok);
    // And again, part by part: nothing of it is new.
    let again = whole
        .store
        .take_in(&mut Parts(sample.chunks(100)), &map, NOW)
        .unwrap();
    assert_eq!((again.applied, again.duplicate), (0, counts.read));
}

/// Another connection to the same store.
fn beside(world: &Fixture) -> Fixture {
    let store = Sqlite::open(&world.store.path, Mode::ReadWrite, Duration::from_secs(1)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    Fixture {
        store,
        _folder: folder,
        next: 0,
    }
}

/// Answers the first open case that allows it; gives the identifiers of its
/// contacts.
fn answer_one(world: &mut Fixture, turn: usize) -> Vec<(String, String)> {
    let open = world.cases().into_iter();
    let open = open.filter(|(_, _, state, _)| *state == CaseState::Open);
    let mut answers = [Answer::Accept, Answer::Reject, MERGE];
    answers.rotate_left(turn % 2);
    let mut pairs = open.flat_map(|(case, ..)| answers.clone().map(|answer| (case, answer)));
    let answered = pairs.find(|(case, answer)| world.decide(*case, answer.clone()).is_ok());
    let sql =
        "SELECT DISTINCT i.kind, i.value FROM case_contact c JOIN link l ON l.contact = c.contact
                 JOIN identifier i ON i.id = l.identifier WHERE c.\"case\" = ?1";
    let mut query = world.db().prepare(sql).unwrap();
    let row = |r: &rusqlite::Row<'_>| Ok((r.get(0)?, r.get(1)?));
    let found = query.query_map([answered.map_or(0, |(case, _)| case)], row);
    found.unwrap().map(Result::unwrap).collect()
}

/// What an intake keeps between its transactions is true after others have
/// looked, decided, or taken something in themselves.
#[test]
fn what_others_write_between_is_taken_into_account() {
    let (sample, map) = (sample(), PortfolioMap::default());
    let mut world = Fixture::new();
    let mut other = beside(&world);
    let mut turns = [0; 3];
    for (turn, some) in sample.chunks(200).enumerate() {
        world.store.take_in(&mut Some(some), &map, NOW).unwrap();
        match turn % 5 {
            1 | 3 => {
                let concerned = answer_one(&mut other, turn / 2);
                turns[0] += usize::from(!concerned.is_empty());
                // What is older than all else writes their links anew.
                for (kind, value) in concerned {
                    let (bsuid, phone) = match kind.as_str() {
                        "bsuid" => (Some(value.as_str()), None),
                        _ => (None, Some(value.as_str())),
                    };
                    world.message(bsuid, phone, None, 900);
                }
            }
            2 => {
                let until = NOW.plus(DAY);
                turns[1] += usize::from(other.store.claim(CaseId(1), until, &by()).is_ok());
            }
            4 => {
                // The same again, by another: then as much that is known to it only.
                let again = other.store.take_in(&mut Some(some), &map, NOW).unwrap();
                assert_eq!((again.applied, again.read), (0, again.duplicate));
                other.message(None, Some(&format!("55119{turn:08}")), Some("Ana"), 3);
                world.message(None, Some(&format!("55119{turn:08}")), Some("Ana"), 2);
                turns[2] += 1;
            }
            _ => {}
        }
        let found = world.store.doctor(true).unwrap();
        assert!(found.ok, "turn {turn}: {found:?}");
    }
    assert!(turns.iter().all(|n| *n > 1), "{turns:?}");
    let rows = "SELECT count(DISTINCT value) = count(*) FROM identifier WHERE kind = 'phone'";
    let told_apart: bool = world.db().query_row(rows, [], |r| r.get(0)).unwrap();
    assert!(told_apart);
}

/// What is known already leaves the store as it was: no other reads it anew.
#[test]
fn the_same_again_writes_nothing() {
    let (sample, map) = (sample(), PortfolioMap::default());
    let some = &sample[..300];
    let mut world = Fixture::new();
    world.store.take_in(&mut Some(some), &map, NOW).unwrap();
    let watcher = beside(&world);
    let before = watcher.store.revision().unwrap();
    let again = world.store.take_in(&mut Some(some), &map, NOW).unwrap();
    assert_eq!((again.applied, again.read), (0, again.duplicate));
    assert_eq!(watcher.store.revision().unwrap(), before);
    world.message(None, Some("5511912345678"), Some("Ana"), 3);
    assert_ne!(watcher.store.revision().unwrap(), before);
}
