//! What stands in quarantine, read again; and rehearsals.

use super::{Fixture, NOW};
use crate::domain::fact::{Fact, Item, Reading, Seen, Surface, What};
use crate::domain::identifier::PhoneKey;
use crate::domain::ids::QuarantineId;
use crate::domain::time::{DAY, Timestamp};
use crate::review::page::Counts;
use crate::store::{Arrival, Held, PortfolioMap, Store, StoreError};

fn refused(pointer: &str, reason: &str) -> Item {
    Item {
        pointer: pointer.into(),
        reading: Reading::Quarantined(reason.into()),
    }
}

fn found(pointer: &str, phone: &str) -> Item {
    let fact = Fact {
        surface: Surface::History,
        channel: std::sync::Arc::default(),
        key: format!("h|{phone}"),
        at: None,
        seen_on_arrival: true,
        seen: Seen {
            phone: PhoneKey::parse(phone),
            ..Seen::default()
        },
        what: What::Sighting { founds: true },
    };
    Item {
        pointer: pointer.into(),
        reading: Reading::Fact(Box::new(fact)),
    }
}

fn arrival(items: Vec<Item>) -> Arrival {
    Arrival {
        text: Ok(format!("{{\"n\":{}}}", items.len())),
        source: "f.jsonl:3".into(),
        items,
        manner: "so".into(),
    }
}

fn take(world: &mut Fixture, arrival: &Arrival, at: Timestamp) -> Counts {
    let map = PortfolioMap::default();
    world
        .store
        .ingest(std::slice::from_ref(arrival), &map, at)
        .unwrap()
}

fn retry(world: &mut Fixture, only: Option<i64>, now: impl Fn(&Held) -> Vec<Item>) -> Counts {
    let map = PortfolioMap::default();
    world
        .store
        .retry(only.map(QuarantineId), &now, &map)
        .unwrap()
}

/// Id, place and reason of what is in quarantine.
fn held(world: &Fixture) -> Vec<(i64, String, String)> {
    let rows = world.store.quarantine(None).unwrap();
    rows.into_iter()
        .map(|r| (r.id.0, r.pointer, r.reason))
        .collect()
}

fn sum(counts: Counts) -> (u64, u64, u64, u64) {
    let parts = counts.applied + counts.duplicate + counts.quarantined + counts.unrecognised;
    assert_eq!(counts.read, parts);
    (
        counts.read,
        counts.applied,
        counts.duplicate,
        counts.quarantined,
    )
}

#[test]
fn an_item_that_can_be_read_counts_from_its_first_arrival() {
    let mut world = Fixture::new();
    let then = NOW.plus(-9 * DAY);
    take(
        &mut world,
        &arrival(vec![refused("/a", "x"), refused("/b", "y")]),
        then,
    );
    let counts = retry(&mut world, None, |held| {
        assert_eq!(
            (held.text.as_deref(), &*held.manner),
            (Ok("{\"n\":2}"), "so")
        );
        vec![found("/a", "111222"), refused("/b", "still y")]
    });
    assert_eq!(sum(counts), (2, 1, 0, 1));
    assert_eq!(counts.contacts_created, 1);
    assert_eq!(held(&world), [(2, "/b".into(), "still y".into())]);
    let (at, arrived): (i64, i64) = world
        .db()
        .query_row("SELECT seen_at, arrived FROM event", [], |r| {
            Ok((r.get(0)?, r.get(1)?))
        })
        .unwrap();
    assert_eq!((at, arrived), (then.0, then.0));
    assert!(world.store.doctor(true).unwrap().ok);
}

#[test]
fn what_an_item_holds_now_may_stand_below_or_around_it() {
    let mut world = Fixture::new();
    take(&mut world, &arrival(vec![refused("/list", "no list")]), NOW);
    let counts = retry(&mut world, None, |_| {
        vec![
            found("/list/0", "111222"),
            refused("/list/1", "odd"),
            found("/listed", "111333"),
        ]
    });
    assert_eq!(sum(counts), (2, 1, 0, 1));
    assert_eq!(held(&world), [(2, "/list/1".into(), "odd".into())]);
    let counts = retry(&mut world, Some(2), |_| vec![found("", "111444")]);
    assert_eq!(sum(counts), (1, 1, 0, 0));
    assert_eq!(held(&world), []);
}

#[test]
fn an_item_that_is_known_by_now_leaves_as_a_duplicate() {
    let mut world = Fixture::new();
    take(&mut world, &arrival(vec![refused("/a", "x")]), NOW);
    take(
        &mut world,
        &arrival(vec![found("/a", "111222"), refused("/z", "z")]),
        NOW,
    );
    let counts = retry(&mut world, Some(1), |_| vec![found("/a", "111222")]);
    assert_eq!(sum(counts), (1, 0, 1, 0));
    assert_eq!(held(&world).len(), 1);
}

#[test]
fn what_nobody_reads_stays_as_it_is() {
    let mut world = Fixture::new();
    take(&mut world, &arrival(vec![refused("/a", "x")]), NOW);
    let before = held(&world);
    assert_eq!(sum(retry(&mut world, None, |_| Vec::new())), (1, 0, 0, 1));
    assert_eq!(held(&world), before);
    let map = PortfolioMap::default();
    let missing = world
        .store
        .retry(Some(QuarantineId(7)), &|_| Vec::new(), &map);
    assert!(matches!(missing, Err(StoreError::Unknown(_))));
}

#[test]
fn more_than_one_transaction_takes_all_of_them_once() {
    let mut world = Fixture::new();
    let many = (0..1203).map(|n| refused(&format!("/{n}"), "x")).collect();
    take(&mut world, &arrival(many), NOW);
    let counts = retry(&mut world, None, |_| {
        let odd = (0..1203).filter(|n| n % 2 == 1);
        odd.map(|n| found(&format!("/{n}"), &format!("{}", 100_000 + n)))
            .collect()
    });
    assert_eq!(sum(counts), (1203, 601, 0, 602));
    assert_eq!(held(&world).len(), 602);
}

#[test]
fn a_rehearsal_counts_over_its_batches_and_leaves_nothing() {
    let mut world = Fixture::new();
    take(&mut world, &arrival(vec![found("", "111222")]), NOW);
    let mut counted = Vec::new();
    world
        .store
        .rehearse(&mut |store| {
            for phone in ["111222", "111333", "111333"] {
                let batch = [arrival(vec![found("", phone), refused(phone, "x")])];
                let counts = store.ingest(&batch, &PortfolioMap::default(), NOW).unwrap();
                counted.push(sum(counts));
            }
        })
        .unwrap();
    assert_eq!(counted, [(2, 0, 1, 1), (2, 1, 0, 1), (2, 0, 2, 0)]);
    assert_eq!(held(&world), []);
    assert_eq!(world.store.contacts("", None).unwrap().len(), 1);
    let counts = take(&mut world, &arrival(vec![found("", "111333")]), NOW);
    assert_eq!((sum(counts), counts.contacts_created), ((1, 1, 0, 0), 1));
}
