//! The store under another portfolio map: what moves, what is refused, and
//! that the way back leads to where it began.

use super::MERGE;
use super::{Fixture, NOW, by};
use crate::domain::case::{CaseKind, CaseState};
use crate::domain::fact::{Channel, Direction, Fact, Item, Message, Reading, Seen, Surface, What};
use crate::domain::identifier::{Bsuid, Kind, ParentBsuid, PhoneKey};
use crate::domain::ids::{CaseId, ContactId};
use crate::domain::time::DAY;
use crate::review::page::Rescoped;
use crate::review::refusal::Code;
use crate::store::{Arrival, PortfolioMap, Rescope, Store, StoreError};

/// A delivery of these tests: `NUMBER BSUID PHONE PARENT DAYS`, `-` for none,
/// or `NUMBER/WABA`. Its text is all that it takes to read it again.
fn read(text: &str) -> Vec<Item> {
    let words: Vec<&str> = text.split(' ').collect();
    let word = |i: usize| Some(words[i]).filter(|w| *w != "-");
    let days: i64 = words[4].parse().unwrap();
    let mut names = words[0].split('/');
    let seen = Seen {
        bsuid: word(1).and_then(Bsuid::parse),
        phone: word(2).and_then(PhoneKey::parse),
        parent: word(3).and_then(ParentBsuid::parse),
        ..Seen::default()
    };
    let message = Message {
        id: text.into(),
        direction: Direction::Inbound,
        kind: "text".into(),
        text: "hello".into(),
        thread: None,
        group: None,
    };
    let fact = Fact {
        surface: Surface::Message,
        channel: Channel {
            phone_number_id: names.next().filter(|w| *w != "-").map(Into::into),
            waba: names.next().map(Into::into),
            ..Channel::default()
        }
        .into(),
        key: text.into(),
        at: Some(NOW.plus(-days * DAY)),
        seen_on_arrival: false,
        seen,
        what: What::Message(message),
    };
    vec![Item {
        pointer: String::new(),
        reading: Reading::Fact(Box::new(fact)),
    }]
}

fn map(of: &[(&str, &str)]) -> PortfolioMap {
    PortfolioMap {
        phone_number_ids: of.iter().map(|(n, p)| ((*n).into(), (*p).into())).collect(),
        ..PortfolioMap::default()
    }
}

fn take(f: &mut Fixture, map: &PortfolioMap, lines: &[&str]) {
    for line in lines {
        let arrival = Arrival {
            text: Ok((*line).into()),
            source: "test:1".into(),
            manner: "".into(),
            items: read(line),
        };
        f.store.ingest(&[arrival], map, NOW).unwrap();
    }
    f.check();
}

fn rescope(f: &mut Fixture, map: &PortfolioMap, cascade: bool) -> Result<Rescoped, StoreError> {
    let ask = Rescope {
        map,
        read: &read,
        cascade,
        dry_run: false,
    };
    let done = f.store.rescope(&ask, &by());
    f.check();
    assert_eq!(f.store.verify(None).unwrap().result, "OK");
    done
}

#[test]
fn everything_moves_and_comes_back() {
    let mut f = Fixture::new();
    let (none, eu) = (map(&[]), map(&[("n1", "eu")]));
    take(
        &mut f,
        &none,
        &["n1 US.1 - - 30", "n1 - 491511 - 20", "n1 US.1 491511 - 10"],
    );
    f.decide(1, MERGE).unwrap();
    let before = f.state();
    let dry = Rescope {
        map: &eu,
        read: &read,
        cascade: false,
        dry_run: true,
    };
    let would = f.store.rescope(&dry, &by()).unwrap();
    assert_eq!((would.applied, would.events), (false, 2 + 1));
    assert_eq!(f.state(), before, "a dry run writes nothing");
    let done = rescope(&mut f, &eu, false).unwrap();
    assert_eq!((done.events, done.identifiers), (3, 1));
    assert_eq!(done.numbers[0].to, "eu");
    assert_eq!(f.state(), before, "all of it moved: only the names differ");
    let scope: String = f
        .db()
        .query_row(
            "SELECT p.name FROM identifier i JOIN portfolio p ON p.id = i.scope WHERE i.kind = 'bsuid'",
            [],
            |r| r.get(0),
        )
        .unwrap();
    assert_eq!(scope, "eu");
    take(&mut f, &eu, &["n1 US.1 - - 5"]);
    assert_eq!(f.holder(Kind::Bsuid, "US.1"), Some(ContactId(1)));
    rescope(&mut f, &none, false).unwrap();
    assert_eq!(f.state().lines().next(), before.lines().next());
}

#[test]
fn a_number_that_leaves_takes_its_part_of_a_bsuid_and_gives_it_back() {
    let mut f = Fixture::new();
    let (none, split) = (map(&[]), map(&[("n2", "br")]));
    take(
        &mut f,
        &none,
        &["n1 US.1 - - 30", "n2 US.1 - - 20", "n2 US.2 491511 - 10"],
    );
    let before = f.state();
    let done = rescope(&mut f, &split, false).unwrap();
    assert_eq!((done.contacts_before, done.contacts_after), (2, 3));
    let members: Vec<(i64, i64)> = {
        let mut query = f
            .db()
            .prepare("SELECT l.contact, count(*) FROM link l JOIN identifier i ON i.id = l.identifier WHERE i.value = 'US.1' GROUP BY 1")
            .unwrap();
        let rows = query.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    };
    assert_eq!(members, [(1, 1), (3, 1)], "one contact in each portfolio");
    take(&mut f, &split, &["n2 US.1 - - 5"]);
    let done = rescope(&mut f, &none, false).unwrap();
    assert_eq!((done.contacts_before, done.contacts_after), (3, 2));
    assert_eq!(f.state(), before);
    let conversations: i64 = f
        .db()
        .query_row(
            "SELECT count(DISTINCT conversation) FROM timeline",
            [],
            |r| r.get(0),
        )
        .unwrap();
    assert_eq!(conversations, 3);
}

/// What does not name the WABA stays where a map by WABA leaves it, also where
/// it came through a number that others named with it: number, conversation
/// and BSUID part, and come together again on the way back.
#[test]
fn a_number_whose_deliveries_name_the_waba_and_do_not_parts() {
    let mut f = Fixture::new();
    let none = PortfolioMap::default();
    let waba = PortfolioMap {
        wabas: [("w1".into(), "eu".into())].into(),
        ..PortfolioMap::default()
    };
    let lines = ["n1/w1 US.1 - - 30", "n1 US.1 - - 20", "n1 - 491511 - 10"];
    take(&mut f, &none, &lines);
    let before = f.state();
    let told = |f: &Fixture| {
        let sql = "SELECT (SELECT group_concat(c.phone_number_id || coalesce('/' || c.waba, '') || ' ' || p.name, ', ')
                     FROM (SELECT * FROM channel ORDER BY portfolio) c JOIN portfolio p ON p.id = c.portfolio),
                   (SELECT group_concat(n, ', ') FROM (SELECT count(*) n FROM timeline GROUP BY conversation ORDER BY 1))";
        f.db()
            .query_row(sql, [], |r| Ok((r.get(0)?, r.get(1)?)))
            .unwrap()
    };
    let sound = |f: &Fixture| {
        let checks = super::super::reread::checks(f.db(), &[&read]).unwrap();
        let faults: Vec<_> = checks.into_iter().filter(|check| !check.ok).collect();
        assert_eq!(faults, []);
    };
    let one: (String, String) = ("n1/w1 default".into(), "1, 2".into());
    assert_eq!(told(&f), one);

    let done = rescope(&mut f, &waba, false).unwrap();
    assert_eq!((done.events, done.contacts_after), (1, 3));
    let parted: (String, String) = ("n1 default, n1/w1 eu".into(), "1, 1, 1".into());
    assert_eq!(told(&f), parted);
    sound(&f);
    take(&mut f, &waba, &["n1 US.1 - - 20"]);

    rescope(&mut f, &none, false).unwrap();
    assert_eq!((told(&f), f.state()), (one, before));
    // The same from one portfolio that both had, where only the bare number's
    // differs: its row, which names the WABA, stays.
    let both = PortfolioMap {
        phone_number_ids: [("n1".into(), "eu".into())].into(),
        ..waba.clone()
    };
    rescope(&mut f, &both, false).unwrap();
    assert_eq!(told(&f), ("n1/w1 eu".into(), "1, 2".into()));
    let done = rescope(&mut f, &waba, false).unwrap();
    assert_eq!((done.events, told(&f)), (2, parted));
    sound(&f);
}

#[test]
fn a_decision_that_would_be_impossible_refuses_unless_it_is_undone_too() {
    let mut f = Fixture::new();
    let (none, split) = (map(&[]), map(&[("n2", "br")]));
    take(&mut f, &split, &["n1 US.1 - - 30", "n2 US.1 - - 20"]);
    let asked = f.store.ask(&[ContactId(1), ContactId(2)], None, &by());
    let merge = f.decide(asked.unwrap().case.0, MERGE).unwrap();
    let before = f.state();
    match rescope(&mut f, &none, false) {
        Err(StoreError::Refused(refusal)) => {
            assert_eq!(
                (refusal.code, refusal.by_decisions),
                (Code::Depends, vec![merge])
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(f.state(), before, "a refusal writes nothing");
    let done = rescope(&mut f, &none, true).unwrap();
    assert_eq!((done.undone, done.contacts_after), (vec![merge], 1));
    assert_eq!(f.holder(Kind::Bsuid, "US.1"), Some(ContactId(1)));
}

#[test]
fn a_map_with_several_portfolios_asks_about_shared_parents() {
    let mut f = Fixture::new();
    let (none, split) = (map(&[]), map(&[("n2", "br")]));
    take(
        &mut f,
        &none,
        &["n1 US.1 - US.ENT.1 30", "n2 US.2 - US.ENT.1 20"],
    );
    assert_eq!(f.cases(), []);
    rescope(&mut f, &split, false).unwrap();
    let both = vec![ContactId(1), ContactId(2)];
    assert_eq!(
        f.cases(),
        [(1, CaseKind::ParentBsuidMatch, CaseState::Open, both)]
    );
    f.decide(CaseId(1).0, MERGE).unwrap();
    rescope(&mut f, &none, false).unwrap();
    assert_eq!(
        f.cases()[0].2,
        CaseState::Resolved,
        "answers go on standing"
    );
}
