use super::*;
use crate::domain::identifier::Named;
use crate::store::sqlite::read::resolve::resolve;
use crate::store::{Query, Result};
use serde_json::{Value, json};

/// Answers `bsuid:… phone:… username:… in:PORTFOLIO`.
fn ask(world: &World, query: &str) -> Result<Value> {
    let mut asked = Query::default();
    for word in query.split(' ') {
        let named = || Some(Named::parse(word).unwrap());
        match word.split_once(':').unwrap() {
            ("bsuid", _) => asked.bsuid = named(),
            ("phone", _) => asked.phone = named(),
            ("username", _) => asked.username = named(),
            (_, portfolio) => asked.portfolio = Some(portfolio.into()),
        }
    }
    resolve(world.db(), &asked).map(|answer| serde_json::to_value(answer).unwrap())
}

fn found(contact: i64, by: &str) -> Value {
    json!({"contact": contact, "matched_by": by, "provisional": false, "conflict": null})
}

fn nobody() -> Value {
    json!({"contact": null, "provisional": false, "conflict": null})
}

fn settled() -> World {
    let world = World::new();
    world.sql("UPDATE cases SET state = 'superseded'");
    world
}

#[test]
fn by_each_kind_in_its_order() {
    let world = settled();
    assert_eq!(ask(&world, "bsuid:US.1").unwrap(), found(3, "bsuid"));
    assert_eq!(
        ask(&world, "phone:+1-631-555-1181").unwrap(),
        found(9, "phone")
    );
    assert_eq!(
        ask(&world, "username:@Ana_S").unwrap(),
        found(3, "username")
    );
    assert_eq!(
        ask(&world, "username:ana_s phone:16315551181").unwrap(),
        found(9, "phone")
    );
    assert_eq!(ask(&world, "bsuid:US.99 phone:99999").unwrap(), nobody());
    world.merge(41, 3, 9, 3);
    assert_eq!(
        ask(&world, "bsuid:US.1 phone:16315551181").unwrap(),
        found(3, "bsuid")
    );
    assert_eq!(ask(&world, "phone:16315551181").unwrap(), found(3, "phone"));
}

#[test]
fn a_username_that_two_show_is_nobodys() {
    let world = settled();
    world.label(12, 0, 6, 5, None);
    assert_eq!(ask(&world, "username:ana_s").unwrap(), nobody());
    assert_eq!(
        ask(&world, "username:ana.souza").unwrap(),
        nobody(),
        "given up"
    );
    world.merge(41, 3, 12, 3);
    assert_eq!(ask(&world, "username:ana_s").unwrap(), found(3, "username"));
}

#[test]
fn a_former_bsuid_resolves_and_a_free_phone_does_not() {
    let world = settled();
    world.sql("UPDATE link SET state = 'former', until = 1775986200001 WHERE identifier IN (1, 2)");
    assert_eq!(ask(&world, "bsuid:US.1").unwrap(), found(3, "bsuid"));
    let mut free = nobody();
    free["former_contact"] = json!(9);
    assert_eq!(ask(&world, "phone:16315551181").unwrap(), free);
    assert_eq!(
        ask(&world, "bsuid:US.1 phone:16315551181").unwrap(),
        found(3, "bsuid")
    );
}

#[test]
fn an_unconfirmed_phone_says_so() {
    let world = settled();
    world.sql("UPDATE link SET unconfirmed = 1 WHERE identifier = 2");
    let mut answer = found(9, "phone");
    answer["unconfirmed"] = json!(true);
    assert_eq!(ask(&world, "phone:16315551181").unwrap(), answer);
}

#[test]
fn phone_and_bsuid_that_differ() {
    let world = settled();
    let mut answer = found(3, "bsuid");
    answer["conflict"] = json!({"case": null, "phone_contact": 9});
    assert_eq!(ask(&world, "bsuid:US.1 phone:16315551181").unwrap(), answer);
    world.sql("UPDATE cases SET state = 'deferred'");
    answer["conflict"] = json!({"case": 7, "phone_contact": 9});
    assert_eq!(ask(&world, "bsuid:US.1 phone:16315551181").unwrap(), answer);
    world.case(6, "manual", &[3, 9], None, 0.1);
    assert_eq!(
        ask(&world, "bsuid:US.1 phone:16315551181").unwrap(),
        answer,
        "first the case about the phone"
    );
}

#[test]
fn an_unknown_bsuid_beside_the_phone_of_somebody_with_another() {
    let world = settled();
    let mut answer = found(12, "phone");
    answer["conflict"] = json!({"case": null, "phone_contact": 12});
    assert_eq!(
        ask(&world, "bsuid:US.99 phone:4915112345678").unwrap(),
        answer
    );
    assert_eq!(
        ask(&world, "bsuid:US.99 phone:16315551181").unwrap(),
        found(9, "phone"),
        "it has none"
    );
    let eu = ask(&world, "bsuid:US.99@eu phone:4915112345678").unwrap();
    assert_eq!(eu, found(12, "phone"), "none in that portfolio");
}

#[test]
fn what_is_in_dispute() {
    let world = World::new();
    let mut answer = found(9, "phone");
    answer["conflict"] = json!({"case": 7, "phone_contact": 9});
    assert_eq!(ask(&world, "phone:16315551181").unwrap(), answer);
    assert_eq!(
        ask(&world, "bsuid:US.1").unwrap(),
        found(3, "bsuid"),
        "the phone is in dispute, not this"
    );
    // A collision: whose the new BSUID is, is asked.
    world.change(8, "identity_change_collision", &[3, 12], [1, 0], [3, 0]);
    let mut answer = found(12, "bsuid");
    answer["conflict"] = json!({"case": 8, "phone_contact": null});
    assert_eq!(ask(&world, "bsuid:US.2").unwrap(), answer);
    world.sql("UPDATE cases SET state = 'resolved'");
    assert_eq!(ask(&world, "bsuid:US.2").unwrap(), found(12, "bsuid"));
}

#[test]
fn through_a_pending_change_it_is_provisional() {
    let world = settled();
    world.identifier(20, "bsuid", "US.20", 1);
    world.link(20, 0, 3, 5, None, "provisional");
    world.sql("UPDATE link SET through = 1008 WHERE identifier = 20");
    world.change(8, "identity_change", &[3], [1, 0], [20, 0]);
    let mut answer = found(3, "bsuid");
    answer["provisional"] = json!(true);
    assert_eq!(ask(&world, "bsuid:US.20").unwrap(), answer);
}

#[test]
fn portfolios() {
    let world = settled();
    world.identifier(30, "bsuid", "US.1", 2);
    assert_eq!(
        ask(&world, "bsuid:US.1").unwrap(),
        found(3, "bsuid"),
        "the other has no link"
    );
    world.link(30, 0, 12, 0, None, "active");
    assert!(
        matches!(ask(&world, "bsuid:US.1"), Err(StoreError::Ambiguous(text)) if text.contains("default, eu"))
    );
    assert_eq!(ask(&world, "bsuid:US.1@eu").unwrap(), found(12, "bsuid"));
    assert_eq!(ask(&world, "bsuid:US.1 in:eu").unwrap(), found(12, "bsuid"));
    assert_eq!(ask(&world, "bsuid:US.1 in:nowhere").unwrap(), nobody());
    assert_eq!(ask(&world, "bsuid:US.2 in:eu").unwrap(), nobody());
}
