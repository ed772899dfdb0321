use super::*;
use crate::domain::case::{CaseKind, CaseState};
use crate::domain::ids::CaseId;
use crate::store::CaseFilter;
use crate::store::sqlite::read::{case, cases, keys};

fn ids_of(world: &World, filter: &CaseFilter) -> Vec<i64> {
    let rows = cases::list(world.db(), filter, now()).unwrap();
    rows.into_iter().map(|row| row.case.0).collect()
}

fn of_state(state: Option<CaseState>) -> CaseFilter {
    CaseFilter {
        state,
        ..CaseFilter::default()
    }
}

fn busy() -> World {
    let world = World::new();
    world.case(8, "phone_claimed", &[12, 9], Some(2), 0.6);
    world.case(9, "phone_variant", &[3, 12], Some(4), 0.98);
    world.case(10, "manual", &[9, 12], None, 0.3);
    world.case(11, "manual", &[9, 12], None, 0.2);
    world.sql("UPDATE cases SET state = 'deferred', until = 0 WHERE id = 8;
               UPDATE cases SET state = 'deferred', until = 9999999999999 WHERE id = 10;
               UPDATE cases SET state = 'superseded', superseded_by = 'its contacts are one group now' WHERE id = 11");
    world
}

#[test]
fn a_line_is_as_the_contract_says() {
    let world = World::new();
    let row = serde_json::to_value(cases::one(world.db(), CaseId(7)).unwrap()).unwrap();
    let expected = serde_json::json!({
        "case": 7, "kind": "phone_bsuid_conflict", "state": "open", "version": 1,
        "opened_at": "2026-04-12T09:30:00Z",
        "contacts": [
            {"contact": 3, "name": "Ana Souza", "homes": [3], "identifiers": row["contacts"][0]["identifiers"]},
            {"contact": 9, "name": "16315551181", "homes": [9], "identifiers": [
                {"kind": "phone", "value": "16315551181", "portfolio": null, "state": "active",
                 "since": "2026-03-13T09:30:00Z", "until": null, "member": 9}]}],
        "identifiers": [{"kind": "phone", "value": "16315551181"}],
        "suggestion": {"action": "merge", "survivor": 3, "confidence": 0.98,
            "reasons": [{"code": "came_together", "weight": 2.2, "text": "…"}]},
        "cursor": row["cursor"]
    });
    assert_eq!(row, expected);
    assert_eq!(
        row["contacts"][0]["identifiers"].as_array().unwrap().len(),
        3
    );
}

#[test]
fn best_first_and_what_is_due_is_open() {
    let world = busy();
    assert_eq!(ids_of(&world, &of_state(Some(CaseState::Open))), [7, 9, 8]);
    assert_eq!(ids_of(&world, &of_state(Some(CaseState::Deferred))), [10]);
    assert_eq!(ids_of(&world, &of_state(Some(CaseState::Superseded))), [11]);
    assert_eq!(
        ids_of(&world, &of_state(Some(CaseState::Resolved))),
        Vec::<i64>::new()
    );
    assert_eq!(ids_of(&world, &of_state(None)), [7, 9, 8, 10, 11]);
    let states = ["open", "deferred", "resolved", "superseded", "any"];
    for state in states.map(CaseState::parse) {
        let order = keys::order(world.db(), state, now()).unwrap();
        let order: Vec<i64> = order.into_iter().map(|case| case.0).collect();
        assert_eq!(order, ids_of(&world, &of_state(state)), "{state:?}");
    }
    let counts = cases::counts(world.db(), now()).unwrap();
    let counts: Vec<_> = counts
        .iter()
        .map(|(kind, state, n)| (kind.as_str(), state.as_str(), *n))
        .collect();
    assert_eq!(
        counts,
        [
            ("manual", "deferred", 1),
            ("manual", "superseded", 1),
            ("phone_bsuid_conflict", "open", 1),
            ("phone_claimed", "open", 1),
            ("phone_variant", "open", 1),
        ]
    );
    let rows = cases::list(world.db(), &of_state(None), now()).unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|r| {
            (
                r.state,
                r.deferred_until.is_some(),
                r.superseded_by.is_some(),
            )
        })
        .collect();
    let open = (CaseState::Open, false, false);
    assert_eq!(
        told,
        [
            open,
            open,
            open,
            (CaseState::Deferred, true, false),
            (CaseState::Superseded, false, true)
        ]
    );
}

#[test]
fn filters() {
    let world = busy();
    let kind = CaseFilter {
        kind: Some(CaseKind::PhoneVariant),
        ..CaseFilter::default()
    };
    assert_eq!(ids_of(&world, &kind), [9]);
    let sure = CaseFilter {
        min_confidence: Some(0.6),
        ..CaseFilter::default()
    };
    assert_eq!(ids_of(&world, &sure), [7, 9, 8]);
    world.merge(41, 3, 9, 3);
    let contact = CaseFilter {
        contact: Some(ContactId(9)),
        ..CaseFilter::default()
    };
    assert_eq!(
        ids_of(&world, &contact),
        [7, 9, 8, 10, 11],
        "any member of the group"
    );
    let stranger = CaseFilter {
        contact: Some(ContactId(99)),
        ..CaseFilter::default()
    };
    assert!(unknown(cases::list(world.db(), &stranger, now())).contains("99"));
}

#[test]
fn pages_follow_the_cursor() {
    let world = busy();
    let mut seen = Vec::new();
    let mut filter = CaseFilter {
        limit: Some(2),
        ..CaseFilter::default()
    };
    loop {
        let rows = cases::list(world.db(), &filter, now()).unwrap();
        let Some(last) = rows.last() else { break };
        filter.after = Some(last.cursor.clone());
        seen.extend(rows.iter().map(|r| r.case.0));
    }
    assert_eq!(seen, [7, 9, 8, 10, 11]);
    for cursor in ["", "x", "7", "zz-3", "7ff0000000000000-3"] {
        filter.after = Some(cursor.into());
        let found = cases::list(world.db(), &filter, now());
        assert!(matches!(found, Err(StoreError::Ambiguous(_))), "{cursor}");
    }
}

#[test]
fn counts_by_kind_and_state() {
    let world = busy();
    let mut counts = cases::counts(world.db(), now()).unwrap();
    counts.sort();
    assert_eq!(
        counts,
        [
            (CaseKind::PhoneBsuidConflict, CaseState::Open, 1),
            (CaseKind::PhoneClaimed, CaseState::Open, 1),
            (CaseKind::PhoneVariant, CaseState::Open, 1),
            (CaseKind::Manual, CaseState::Deferred, 1),
            (CaseKind::Manual, CaseState::Superseded, 1),
        ]
    );
}

#[test]
fn sides_are_canonical_and_name_their_homes() {
    let world = World::new();
    world.contact(15, "", 2);
    world.sql("UPDATE contact SET present = 0 WHERE id = 15");
    world.case(8, "import_duplicate", &[15, 3, 12, 9], None, 0.4);
    world.merge(41, 9, 12, 12);
    let row = cases::one(world.db(), CaseId(8)).unwrap();
    let sides: Vec<_> = row
        .contacts
        .iter()
        .map(|s| (s.contact.0, s.homes.clone()))
        .collect();
    assert_eq!(sides, [(12, ids(&[9, 12])), (3, ids(&[3]))]);
}

#[test]
fn a_suggestion_names_who_is_canonical_now() {
    let world = World::new();
    world.merge(41, 3, 12, 12);
    let row = cases::one(world.db(), CaseId(7)).unwrap();
    assert_eq!(row.suggestion.survivor, Some(ContactId(12)));
    world.suggest(7, r#"{"action":"relink","identifier":"phone:16315551181","to":3,"since":"2026-04-12T09:30:00Z","confidence":0.7,"reasons":[]}"#);
    let row = cases::one(world.db(), CaseId(7)).unwrap();
    assert_eq!(serde_json::to_value(&row.suggestion).unwrap()["to"], 12);
    world.suggest(7, "{}");
    let row = cases::one(world.db(), CaseId(7)).unwrap();
    assert_eq!(row.suggestion.action.as_str(), "none");
}

#[test]
fn copies_of_a_change_are_told_as_one() {
    let world = World::new();
    world.identifier(20, "bsuid", "US.20", 1);
    world.identifier(21, "phone", "15550002222", 0);
    world.change(8, "identity_change", &[3], [1, 0], [20, 0]);
    world.claim(2000, 1008, [0, 2], [20, 21]);
    let row = serde_json::to_value(cases::one(world.db(), CaseId(8)).unwrap()).unwrap();
    assert_eq!(
        row["change"],
        serde_json::json!({
            "type": "user_changed_user_id",
            "previous": {"bsuid": "US.1", "parent_bsuid": null, "phone": "16315551181"},
            "current": {"bsuid": "US.20", "parent_bsuid": null, "phone": "15550002222"},
            "at": "2026-04-17T09:30:00Z"
        })
    );
    assert_eq!(
        row["identifiers"],
        serde_json::json!([
        {"kind": "bsuid", "value": "US.20"}, {"kind": "phone", "value": "15550002222"}])
    );
}

#[test]
fn a_page_has_evidence_decisions_and_both_sides() {
    let world = World::new();
    world.sql("INSERT INTO name VALUES (1, 'Ana', 0)");
    world.sighting(60, 2, 1, 2);
    world.sighting(61, 1, 1, 0);
    world.sql("UPDATE event SET name = 1 WHERE id = 60");
    world.run(
        "INSERT INTO evidence VALUES (7, 60, 60, ?1, 4, 60), (7, 61, 61, ?2, 1, 61)",
        [day(2), day(1)],
    );
    world.decide(
        40,
        "defer",
        Some(7),
        r#"{"until":"2026-05-01T00:00:00Z","contacts":[3,9]}"#,
    );
    world.decide(41, "undo", Some(7), r#"{"undoes":40,"contacts":[3,9]}"#);
    let page = case::page(world.db(), CaseId(7), now()).unwrap();
    let json = serde_json::to_value(&page).unwrap();
    assert_eq!(
        json["evidence"][1],
        serde_json::json!({
        "sighting": 60, "event": 60, "at": "2026-04-14T09:30:00Z", "surface": "status", "count": 4, "name": "Ana",
        "identifiers": [{"kind": "bsuid", "value": "US.1"}, {"kind": "phone", "value": "16315551181"}]})
    );
    let told: Vec<_> = page
        .decisions
        .iter()
        .map(|d| (d.summary.as_str(), d.undone_by.is_some()))
        .collect();
    assert_eq!(
        told,
        [
            ("Put off until 2026-05-01T00:00:00Z", true),
            ("Undid decision 40 (defer)", false)
        ]
    );
    assert_eq!(
        page.sides.iter().map(|s| s.contact.0).collect::<Vec<_>>(),
        [3, 9]
    );
    assert_eq!(page.sides[0].messages.len(), 2);
    assert_eq!(json["case"], 7);
    assert!(json.get("sides").is_none());
    assert!(unknown(case::page(world.db(), CaseId(99), now())).contains("no case 99"));
}

#[test]
fn the_figures_of_the_overview() {
    use crate::store::sqlite::read::stats::stats;
    let world = World::new();
    world.decide(40, "keep_separate", Some(7), r#"{"contacts":[3,9]}"#);
    world.decide(41, "undo", Some(7), r#"{"undoes":40,"contacts":[3,9]}"#);
    world.decide(42, "defer", Some(7), r#"{"contacts":[3,9]}"#);
    world.decide(43, "merge", Some(7), r#"{"contacts":[3,9]}"#);
    world.case(8, "manual", &[3, 9], None, 0.1);
    world.sql(&format!(
        "UPDATE cases SET state = 'deferred', until = {}, opened_at = {} WHERE id = 8",
        day(10),
        day(-3)
    ));
    let found = |days, at| stats(world.db(), days, Timestamp(day(at))).unwrap();
    // A case counts as open again when its time has come.
    assert_eq!(
        found(1, 9).oldest_open,
        Some((CaseId(7), Timestamp(day(0))))
    );
    assert_eq!(
        found(1, 11).oldest_open,
        Some((CaseId(8), Timestamp(day(-3))))
    );
    let days: Vec<_> = found(24, 20)
        .days
        .iter()
        .enumerate()
        .filter(|(_, day)| day.arrived + day.decided > 0)
        .map(|(n, day)| (n, day.arrived, day.decided))
        .collect();
    // The undone answer, the undo and the deferral are no answers.
    assert_eq!(days, [(0, 1, 0), (3, 1, 0), (23, 0, 1)]);
    assert_eq!(found(24, 20).days.len(), 24);
    assert_eq!(
        found(24, 20).days[23].day,
        Timestamp(day(20) - day(20) % DAY)
    );
    assert_eq!(found(0, 20).days, []);
    assert_eq!(found(1, 20).cases.len(), 2);
}
