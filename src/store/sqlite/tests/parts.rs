//! One transaction that takes deliveries in part by part, and many small ones,
//! each by a writer that knows nothing yet: the same store.

use super::Fixture;
use super::NOW;
use crate::payload::{self, Format};
use crate::store::{Arrival, Arrivals, Export, PortfolioMap, Store};

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
    let mut cut = Fixture::new();
    for some in sample.chunks(1000) {
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
