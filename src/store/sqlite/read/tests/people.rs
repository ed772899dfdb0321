use super::*;
use crate::domain::identifier::Kind;
use crate::domain::ids::EventId;
use crate::review::page::ContactPage;
use crate::store::sqlite::read::{contact, message, quarantine};

fn page(world: &World, id: i64) -> ContactPage {
    contact::page(world.db(), ContactId(id)).unwrap()
}

#[test]
fn a_page_is_as_the_contract_says() {
    let world = World::new();
    let page = serde_json::to_value(page(&world, 3)).unwrap();
    let expected = serde_json::json!({
        "contact": 3, "members": [3], "name": "Ana Souza",
        "identifiers": [
            {"kind": "bsuid", "value": "US.1", "portfolio": "default", "state": "active",
             "since": "2026-04-12T09:30:00Z", "until": null, "member": 3},
            {"kind": "username", "value": "ana_s", "portfolio": null, "state": "active",
             "since": "2026-04-22T09:30:00Z", "until": null, "member": 3},
            {"kind": "username", "value": "ana.souza", "portfolio": null, "state": "former",
             "since": "2026-04-12T09:30:00Z", "until": "2026-04-22T09:30:00Z", "member": 3}],
        "usernames": [
            {"value": "ana.souza", "since": "2026-04-12T09:30:00Z", "until": "2026-04-22T09:30:00Z"},
            {"value": "ana_s", "since": "2026-04-22T09:30:00Z", "until": null}],
        "conversations": [
            {"conversation": 1, "member": 3, "through": {"kind": "bsuid", "value": "US.1"},
             "business_number": "15550001111", "messages": 2, "last_at": "2026-04-14T09:30:00Z"}],
        "decisions": [], "open_cases": [7]
    });
    assert_eq!(page, expected);
}

#[test]
fn a_member_answers_with_its_canonical_contact() {
    let world = World::new();
    world.merge(41, 3, 9, 3);
    let page = page(&world, 9);
    assert_eq!((page.contact, page.members), (ContactId(3), ids(&[3, 9])));
    assert_eq!(page.name, "Ana Souza");
    let through: Vec<_> = page
        .conversations
        .iter()
        .map(|c| (c.conversation.0, c.member.0))
        .collect();
    assert_eq!(through, [(1, 3), (2, 9)], "last first");
    let texts: Vec<_> = page.messages.iter().map(|m| m.message.as_str()).collect();
    assert_eq!(texts, ["wamid.a", "wamid.b", "wamid.c"], "oldest first");
    assert_eq!(
        page.identifiers
            .iter()
            .filter(|i| i.kind == Kind::Phone)
            .count(),
        1
    );
}

#[test]
fn names_fall_back() {
    let world = World::new();
    assert_eq!(page(&world, 9).name, "16315551181");
    world.merge(41, 3, 9, 9);
    assert_eq!(
        page(&world, 9).name,
        "Ana Souza",
        "another member's, before any identifier"
    );
    world.sql("UPDATE contact SET name = ''");
    assert_eq!(page(&world, 9).name, "ana_s");
    world.sql("DELETE FROM label WHERE ordinal = 1");
    assert_eq!(
        page(&world, 9).name,
        "16315551181",
        "a former username is after what is live"
    );
    world.sql("UPDATE link SET state = 'former' WHERE identifier = 2");
    assert_eq!(page(&world, 3).name, "US.1");
}

#[test]
fn a_contact_never_given_is_unknown() {
    let world = World::new();
    let text = "no contact 99; `reunite contacts` lists them";
    assert_eq!(unknown(contact::page(world.db(), ContactId(99))), text);
    assert_eq!(
        unknown(message::list(world.db(), ContactId(99), None, 5)),
        text
    );
}

#[test]
fn a_dissolved_contact_leads_to_the_holder_of_its_chief() {
    let world = World::new();
    world.contact(15, "gone", 2);
    world.sql("UPDATE contact SET present = 0 WHERE id = 15");
    world.case(8, "manual", &[15, 12], None, 0.1);
    world.decide(40, "keep_separate", Some(8), r#"{"contacts":[15,12]}"#);
    let found = page(&world, 15);
    assert_eq!((found.contact, found.members), (ContactId(9), ids(&[9])));
    let open: Vec<i64> = found.open_cases.iter().map(|c| c.0).collect();
    assert_eq!(open, [7, 8], "a case that names the old id concerns it");
    assert_eq!(found.decisions.len(), 1);

    // In a gap of a phone the later holder; before the first link the first;
    // after the last, the last.
    let gap = |since, until| {
        world.sql("DELETE FROM link WHERE identifier = 2");
        world.link(2, 0, 9, since, Some(until), "former");
        world.link(2, 1, 12, 30, None, "active");
        page(&world, 15).contact.0
    };
    assert_eq!(gap(-30, -20), 12);
    assert_eq!(gap(10, 20), 9);
    world.sql("DELETE FROM link WHERE ordinal = 1");
    world.sql("UPDATE link SET since = 0, until = 1 WHERE identifier = 2");
    assert_eq!(page(&world, 15).contact.0, 9);
}

#[test]
fn a_thread_is_divided_where_its_identifier_changed_hands() {
    let world = World::new();
    world.sql("DELETE FROM link WHERE identifier = 2");
    world.link(2, 0, 9, -30, Some(0), "former");
    world.link(2, 1, 3, 0, None, "active");
    world.message(31, 2, 3, "wamid.d");
    world.message(32, 2, 4, "wamid.e");
    let (old, new) = (page(&world, 9), page(&world, 3));
    let of = |page: &ContactPage| {
        let thread = page
            .conversations
            .iter()
            .find(|c| c.conversation.0 == 2)
            .unwrap();
        (thread.member.0, thread.messages, thread.last_at.unwrap().0)
    };
    assert_eq!(of(&old), (9, 1, day(-20)));
    assert_eq!(of(&new), (3, 2, day(4)));
    let told: Vec<_> = new.messages.iter().map(|m| m.message.as_str()).collect();
    assert_eq!(told, ["wamid.b", "wamid.c", "wamid.d", "wamid.e"]);
}

#[test]
fn whose_a_message_is() {
    let world = World::new();
    let members = |who: i64| {
        let found = message::list(world.db(), ContactId(who), None, 50).unwrap();
        found.into_iter().map(|m| m.message).collect::<Vec<_>>()
    };
    // A phone is free from day 0 on; what comes within a day is still its last holder's.
    world.sql("UPDATE link SET until = 1775986200000, state = 'former' WHERE identifier = 2");
    world.link(2, 1, 12, 30, None, "active");
    world.message(31, 2, 0, "late");
    world.message(32, 2, 2, "gap");
    world.message(33, 2, -40, "early");
    assert_eq!(members(9), ["late", "wamid.a", "early"]);
    assert_eq!(members(12), ["gap"]);
    // A BSUID stays its last contact's.
    world.sql("UPDATE link SET until = 1775986200000, state = 'former' WHERE identifier = 1");
    assert_eq!(members(3), ["wamid.c", "wamid.b"]);
    // What a history sync tells is whose the identifier is as of the sync.
    world.message_seen(34, 2, -10, 35, "synced");
    assert_eq!(members(12), ["gap", "synced"]);
}

#[test]
fn messages_come_in_pages() {
    let world = World::new();
    world.merge(41, 3, 9, 3);
    let list = |before, limit| {
        let found = message::list(world.db(), ContactId(9), before, limit).unwrap();
        found
            .into_iter()
            .map(|m| (m.at, m.event))
            .collect::<Vec<_>>()
    };
    let all = list(None, 50);
    assert_eq!(
        all.iter().map(|(_, e)| e.0).collect::<Vec<_>>(),
        [23, 22, 21]
    );
    assert_eq!(list(None, 2), all[..2]);
    assert_eq!(list(Some(all[1]), 2), all[2..]);
    assert_eq!(list(None, 0), []);
}

#[test]
fn threads_of_whatsapp_groups_are_nobodys() {
    let world = World::new();
    world.thread(5, 0, 1);
    world.message(50, 5, 1, "wamid.g");
    assert_eq!(page(&world, 3).conversations.len(), 1);
}

#[test]
fn usernames_of_two_members_are_one_history() {
    let world = World::new();
    world.label(9, 0, 5, 5, Some(20));
    world.merge(41, 3, 9, 3);
    let spans: Vec<_> = page(&world, 3)
        .usernames
        .into_iter()
        .map(|u| (u.value, u.since.0, u.until.map(|t| t.0)))
        .collect();
    assert_eq!(
        spans,
        [
            ("ana.souza".into(), day(0), Some(day(20))),
            ("ana_s".into(), day(10), None),
        ]
    );
}

#[test]
fn decisions_that_name_a_member() {
    let world = World::new();
    world.decide(40, "keep_separate", Some(7), r#"{"contacts":[3,9]}"#);
    world.decide(41, "undo", Some(7), r#"{"undoes":40,"contacts":[3,9]}"#);
    world.decide(
        42,
        "relink",
        Some(7),
        r#"{"identifier":"phone:16315551181","identifier_id":2,"to":12,"contact":12,"from":9,
            "since":"2026-04-12T09:30:00Z","contacts":[3,9]}"#,
    );
    world.sql("INSERT INTO relink VALUES (42, 2, 12, 0)");
    let told = |who| {
        let page = page(&world, who);
        page.decisions
            .into_iter()
            .map(|d| (d.decision.0, d.stands, d.summary))
            .collect::<Vec<_>>()
    };
    let kept = (40, false, "Kept 3 and 9 separate".to_owned());
    let undone = (41, false, "Undid decision 40 (keep_separate)".to_owned());
    let moved = (
        42,
        true,
        "Relinked phone 16315551181 from 9 to 12 since 2026-04-12".to_owned(),
    );
    assert_eq!(told(3), [kept, undone, moved.clone()]);
    assert_eq!(told(12), [moved], "the contact it went to is named too");
}

#[test]
fn the_json_that_brought_an_event() {
    let world = World::new();
    let block = zstd::encode_all(&br#"{"a":1}{"b":2}{"c":3}"#[..], 3).unwrap();
    world.run("INSERT INTO payload VALUES (1, ?1)", [block]);
    world.sql(
        "UPDATE event SET payload = 1, start = 7, length = 7 WHERE id = 22;
               UPDATE event SET payload = 1, start = 14, length = 8 WHERE id = 23",
    );
    assert_eq!(
        message::payload(world.db(), EventId(22)).unwrap(),
        r#"{"b":2}"#
    );
    assert!(
        matches!(
            message::payload(world.db(), EventId(23)),
            Err(StoreError::Failed { .. })
        ),
        "cut short"
    );
    assert!(unknown(message::payload(world.db(), EventId(999))).contains("999"));
}

#[test]
fn what_could_not_be_read() {
    let world = World::new();
    world.run(
        "INSERT INTO quarantine VALUES (1, ?1, 'f.jsonl:3', 'no time', '/entry/0', ?2, '')",
        params![T0, &b"{\"x\":1}"[..]],
    );
    world.run(
        "INSERT INTO quarantine VALUES (2, ?1, 'f.jsonl:4', 'no JSON', '', ?2, '')",
        params![T0, &b"oh\xff"[..]],
    );
    let all = quarantine::list(world.db(), None).unwrap();
    assert_eq!(all[0].payload, serde_json::json!({"x": 1}));
    assert_eq!(all[1].payload, serde_json::json!("oh\u{fffd}"));
    assert_eq!(all[1].source, "f.jsonl:4");
    let one = quarantine::list(world.db(), Some(crate::domain::ids::QuarantineId(2))).unwrap();
    assert_eq!(one, all[1..]);
    assert!(
        unknown(quarantine::list(
            world.db(),
            Some(crate::domain::ids::QuarantineId(9))
        ))
        .contains("item 9")
    );
}
