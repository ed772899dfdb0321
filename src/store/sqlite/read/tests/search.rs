use super::*;
use crate::store::sqlite::read::search::contacts;

fn hits(world: &World, query: &str) -> Vec<i64> {
    let found = contacts(world.db(), query, None).unwrap();
    found.into_iter().map(|hit| hit.contact.0).collect()
}

#[test]
fn all_of_them_for_an_empty_query() {
    let world = World::new();
    assert_eq!(hits(&world, ""), [3, 9, 12]);
    world.merge(41, 3, 9, 9);
    assert_eq!(hits(&world, "  "), [9, 12]);
    assert_eq!(contacts(world.db(), "", Some(1)).unwrap().len(), 1);
}

#[test]
fn by_name_username_phone_bsuid_and_id() {
    let world = World::new();
    for (query, expected) in [
        ("joao", vec![12]),
        ("SILVA joão", vec![12]),
        ("souza", vec![3]),
        ("szа", vec![]),
        ("ana_s", vec![3]),
        ("@ana.souza", vec![3]),
        ("+1 (631) 555-1181", vec![9]),
        ("5551", vec![9]),
        ("us.2", vec![12]),
        ("ana silva", vec![]),
        ("#9", vec![9]),
        ("#99", vec![]),
        ("zzz", vec![]),
        ("!!!", vec![]),
    ] {
        assert_eq!(hits(&world, query), expected, "{query}");
    }
}

#[test]
fn an_id_ranks_first() {
    let world = World::new();
    let found = hits(&world, "9");
    assert_eq!(found[0], 9);
    world.contact(1, "Nine 9", 4);
    let found = hits(&world, "9");
    assert_eq!(found[..2], [9, 1]);
}

#[test]
fn a_whole_word_is_better_than_a_part() {
    let world = World::new();
    world.contact(2, "Anabela", 4);
    assert_eq!(hits(&world, "anabela"), [2]);
    let found = contacts(world.db(), "ana", None).unwrap();
    assert_eq!(found[0].contact, ContactId(3));
    assert!(found[0].score > found[1].score);
    assert_eq!(
        (found[0].name.as_str(), found[0].identifiers.len()),
        ("Ana Souza", 3)
    );
}

#[test]
fn words_may_fit_different_members() {
    let world = World::new();
    assert_eq!(hits(&world, "ana 1181"), Vec::<i64>::new());
    world.merge(41, 3, 9, 3);
    assert_eq!(hits(&world, "ana 1181"), [3]);
    assert_eq!(contacts(world.db(), "ana", Some(0)).unwrap(), []);
}
