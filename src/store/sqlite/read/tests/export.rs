use super::*;
use crate::store::Export;
use crate::store::sqlite::read::export::table;
use serde_json::{Value, json};

fn rows(world: &World, what: Export) -> Vec<Value> {
    let mut rows = Vec::new();
    table(world.db(), what, &mut |row| {
        rows.push(row);
        Ok(())
    })
    .unwrap();
    rows
}

#[test]
fn contacts_without_conversations() {
    let world = World::new();
    world.merge(41, 3, 9, 9);
    let found = rows(&world, Export::Contacts);
    let told: Vec<_> = found
        .iter()
        .map(|row| (row["contact"].clone(), row["members"].clone()))
        .collect();
    assert_eq!(told, [(json!(9), json!([3, 9])), (json!(12), json!([12]))]);
    assert!(found[0].get("conversations").is_none());
    assert_eq!(found[0]["usernames"].as_array().unwrap().len(), 2);
    assert_eq!(found[0]["open_cases"], json!([7]));
}

#[test]
fn aliases_of_every_id_ever_given() {
    let world = World::new();
    world.contact(15, "", 2);
    world.sql("UPDATE contact SET present = 0 WHERE id = 15");
    world.merge(41, 3, 9, 3);
    let found = rows(&world, Export::Aliases);
    let pair = |contact: i64, canonical: i64| json!({"contact": contact, "canonical": canonical});
    assert_eq!(found, [pair(3, 3), pair(9, 3), pair(12, 12), pair(15, 3)]);
}

#[test]
fn messages_with_canonical_contact_and_member() {
    let world = World::new();
    world.merge(41, 3, 9, 3);
    // In a WhatsApp group the sighting tells who wrote.
    world.sighting(60, 2, 3, 0);
    world.thread(5, 0, 1);
    world.message(61, 5, 2, "wamid.g");
    world.message(62, 5, 2, "nobody");
    world.sql("UPDATE event SET sighting = 60 WHERE id = 61");
    let row = |message: &str, contact: i64, member: i64| json!({"message": message, "contact": contact, "member": member});
    assert_eq!(
        rows(&world, Export::Messages),
        [
            row("wamid.a", 3, 9),
            row("wamid.b", 3, 3),
            row("wamid.c", 3, 3),
            row("wamid.g", 12, 12),
        ]
    );
}

#[test]
fn decisions_oldest_first() {
    let world = World::new();
    world.decide(40, "keep_separate", Some(7), r#"{"contacts":[3,9]}"#);
    world.entry("ask", None, None, Some(7), None);
    world.decide(41, "undo", Some(7), r#"{"undoes":40,"contacts":[3,9]}"#);
    let found = rows(&world, Export::Decisions);
    assert_eq!(
        found
            .iter()
            .map(|row| row["decision"].clone())
            .collect::<Vec<_>>(),
        [json!(40), json!(41)]
    );
    assert_eq!(found[1]["undoes"], 40);
}

#[test]
fn a_reader_that_stops_is_heard() {
    let world = World::new();
    let stopped = table(world.db(), Export::Aliases, &mut |_| {
        Err(StoreError::Unknown("enough".into()))
    });
    assert_eq!(unknown(stopped), "enough");
}
