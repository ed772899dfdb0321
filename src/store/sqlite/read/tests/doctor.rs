use super::*;
use crate::store::sqlite::read::doctor::check;

/// The check that failed, and what it says; none if all hold.
fn failed(world: &World) -> Vec<(String, String)> {
    let checks = check(world.db()).unwrap();
    let names: Vec<&str> = checks.iter().map(|c| c.check.as_str()).collect();
    assert_eq!(
        names,
        [
            "file",
            "schema",
            "one_live_link",
            "items",
            "groups",
            "cases",
            "audit"
        ]
    );
    checks
        .into_iter()
        .filter(|c| !c.ok)
        .map(|c| (c.check, c.detail))
        .collect()
}

fn well() -> World {
    let world = World::new();
    world.sql("INSERT INTO payload VALUES (0, '')");
    world.decide(41, "merge", Some(7), r#"{"survivor":3,"contacts":[3,9]}"#);
    world.merge(41, 3, 9, 3);
    world.sql("UPDATE cases SET state = 'resolved'");
    world
}

#[test]
fn a_store_that_is_well() {
    assert_eq!(failed(&World::empty()), []);
    let world = well();
    assert_eq!(failed(&world), []);
    let checks = check(world.db()).unwrap();
    let detail = |name: &str| {
        checks
            .iter()
            .find(|c| c.check == name)
            .unwrap()
            .detail
            .clone()
    };
    assert_eq!(detail("items"), "3 message, 0 quarantined");
    assert_eq!(detail("groups"), "1 groups of several contacts, 0 walls");
}

#[test]
fn each_fault_is_named() {
    for (sql, name, words) in [
        ("DROP INDEX edge_a", "schema", "the index edge_a is missing"),
        (
            "DROP INDEX link_live; INSERT INTO link VALUES (1, 1, 0, NULL, 12, 'active', NULL, NULL, 0)",
            "one_live_link",
            "bsuid:US.1 has two live links",
        ),
        (
            "INSERT INTO link VALUES (1, -1, 0, 1775986200001, 12, 'former', NULL, NULL, 0)",
            "one_live_link",
            "bsuid:US.1 was held twice at one time",
        ),
        (
            "UPDATE shape SET what = 'odd'",
            "items",
            "3 events are 'odd'",
        ),
        (
            "UPDATE event SET payload = 5 WHERE id = 21",
            "items",
            "1 events have lost their payload",
        ),
        (
            "UPDATE contact SET canonical = 9 WHERE id = 3",
            "groups",
            "contact 3 is shown as 9, and should be as 3",
        ),
        (
            "UPDATE contact SET canonical = 3 WHERE id = 12",
            "groups",
            "contact 12 is shown as 3, and should be as 12",
        ),
        (
            "INSERT INTO wall VALUES (50, 3, 9, 0)",
            "groups",
            "contacts 3 and 9 are one group, though decision 50 keeps them apart",
        ),
        (
            "UPDATE cases SET state = 'open'",
            "cases",
            "case 7 is open, and an answer stands",
        ),
        (
            "UPDATE decision SET undone_by = 99",
            "cases",
            "case 7 is resolved, and no answer stands",
        ),
        (
            "UPDATE meta SET value = 'x' WHERE key = 'audit_head'",
            "audit",
            "TAMPERED",
        ),
    ] {
        let world = well();
        world.sql(sql);
        let faults = failed(&world);
        let found = faults
            .iter()
            .any(|(check, detail)| check == name && detail.contains(words));
        assert!(found, "{sql}: {faults:?}");
    }
}

#[test]
fn a_check_that_cannot_be_made_does_not_hold() {
    let world = well();
    world.sql("DROP TABLE edge");
    let faults = failed(&world);
    assert!(
        faults
            .iter()
            .any(|(check, detail)| check == "groups" && detail.contains("edge")),
        "{faults:?}"
    );
}
