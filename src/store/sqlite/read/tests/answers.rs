use super::*;
use crate::domain::case::Action;
use crate::domain::ids::{CaseId, DecisionId};
use crate::review::page::{Outcome, Route};
use crate::review::refusal::Code;
use crate::store::sqlite::read::case;

fn outcome(world: &World, id: i64, action: Action) -> Outcome {
    let page = case::page(world.db(), CaseId(id), now()).unwrap();
    let answers: Vec<Action> = page.outcomes.iter().map(|o| o.action).collect();
    assert_eq!(answers, page.row.kind.answers(), "one each, none for defer");
    page.outcomes
        .into_iter()
        .find(|o| o.action == action)
        .unwrap()
}

fn says(outcome: &Outcome, words: &str) {
    let found = outcome.effects.iter().any(|effect| effect.contains(words));
    assert!(found, "'{words}' is not in {:#?}", outcome.effects);
}

fn route(outcome: &Outcome, thread: i64) -> &Route {
    outcome
        .routes
        .iter()
        .find(|r| r.conversation.0 == thread)
        .unwrap()
}

fn code(outcome: &Outcome) -> Option<Code> {
    outcome.refusal.as_ref().map(|r| r.code)
}

/// Contact 3 changed from US.1 to US.20 on day 5; both have a thread. It
/// holds phone 22, which the change does not name.
fn changed() -> World {
    let world = World::new();
    world.identifier(20, "bsuid", "US.20", 1);
    world.identifier(22, "phone", "15550003333", 0);
    world.link(20, 0, 3, 5, None, "provisional");
    world.link(22, 0, 3, 0, None, "active");
    world.sql("UPDATE link SET through = 1008 WHERE identifier = 20");
    world.change(8, "identity_change", &[3], [1, 0], [20, 0]);
    world.thread(3, 20, 1);
    world.message(40, 3, 6, "wamid.n");
    world.thread(4, 22, 1);
    world.message(41, 4, 1, "wamid.p");
    world
}

#[test]
fn a_merge_moves_nothing() {
    let world = World::new();
    let merge = outcome(&world, 7, Action::Merge);
    says(&merge, "Contacts 3 and 9 are shown as one, contact 3.");
    says(&merge, "Nothing moves");
    assert_eq!(code(&merge), None);
    let route = route(&merge, 2);
    assert_eq!(
        (route.contact, route.through.value.as_str()),
        (Some(ContactId(3)), "16315551181")
    );
    assert_eq!(route.warning, None);
    let json = serde_json::to_value(&merge).unwrap();
    assert!(json.get("refused").is_none());
}

#[test]
fn a_relink_takes_the_phone_to_the_bsuid_side() {
    let world = World::new();
    let relink = outcome(&world, 7, Action::Relink);
    says(
        &relink,
        "phone 16315551181 goes from contact 9 to contact 3 as of 2026-04-12T09:30:00Z",
    );
    says(&relink, "Contact 9 and contact 3 are kept apart.");
    says(&relink, "Contact 9 is left without an identifier.");
    let old = route(&relink, 2);
    assert_eq!(
        old.contact,
        Some(ContactId(9)),
        "its messages are from before"
    );
    assert!(
        old.warning
            .as_deref()
            .unwrap()
            .contains("is held by contact 3"),
        "{old:?}"
    );
    world.message(31, 2, 3, "wamid.z");
    let relink = outcome(&world, 7, Action::Relink);
    assert_eq!(
        route(&relink, 2).contact,
        Some(ContactId(3)),
        "what came since follows"
    );
    assert_eq!(route(&relink, 2).warning, None);
}

#[test]
fn a_suggested_relink_is_the_one_shown() {
    let world = World::new();
    world.suggest(7, r#"{"action":"relink","identifier":"bsuid:US.1@default","to":"new","since":"2026-04-13T00:00:00Z","confidence":0.7,"reasons":[]}"#);
    let relink = outcome(&world, 7, Action::Relink);
    says(
        &relink,
        "bsuid US.1 goes from contact 3 to a new contact as of 2026-04-13T00:00:00Z",
    );
    assert_eq!(route(&relink, 1).contact, None);
    assert_eq!(route(&relink, 1).warning, None);
}

#[test]
fn keeping_apart_moves_nothing() {
    let world = World::new();
    let keep = outcome(&world, 7, Action::KeepSeparate);
    says(&keep, "Contacts 3 and 9 stay apart");
    says(&keep, "phone 16315551181 stays with contact 9.");
    assert_eq!(code(&keep), None);
    assert_eq!(route(&keep, 2).contact, Some(ContactId(9)));
}

#[test]
fn a_manual_case_without_identifier_leaves_the_relink_to_the_operator() {
    let world = World::new();
    world.case(8, "manual", &[3, 9], None, 0.2);
    let relink = outcome(&world, 8, Action::Relink);
    says(&relink, "The identifier that you name");
    assert_eq!(route(&relink, 2).contact, Some(ContactId(9)));
}

#[test]
fn an_accepted_change_ends_the_old_bsuid() {
    let world = changed();
    let accept = outcome(&world, 8, Action::Accept);
    says(&accept, "bsuid US.20 is confirmed on contact 3.");
    says(
        &accept,
        "bsuid US.1 becomes former as of 2026-04-17T09:30:00Z.",
    );
    says(
        &accept,
        "phone 15550003333 stays with contact 3, unconfirmed",
    );
    assert_eq!(route(&accept, 3).warning, None);
    assert!(
        route(&accept, 1)
            .warning
            .as_deref()
            .unwrap()
            .contains("US.1 is former")
    );
    assert!(
        route(&accept, 4)
            .warning
            .as_deref()
            .unwrap()
            .contains("may reach a stranger")
    );
    world.sighting(70, 6, 20, 22);
    let accept = outcome(&world, 8, Action::Accept);
    assert_eq!(route(&accept, 4).warning, None, "seen with the new BSUID");
}

#[test]
fn an_accepted_change_takes_a_recycled_number_over() {
    let world = changed();
    world.sql("UPDATE claim SET current_phone = 4");
    world.thread(6, 4, 1);
    world.message(42, 6, 7, "wamid.r");
    let accept = outcome(&world, 8, Action::Accept);
    says(
        &accept,
        "phone 4915112345678 goes from contact 12 to contact 3 as of 2026-04-17T09:30:00Z.",
    );
}

#[test]
fn a_rejected_change_is_two_contacts() {
    let world = changed();
    let reject = outcome(&world, 8, Action::Reject);
    says(
        &reject,
        "bsuid US.20 gets a contact of its own, with its messages.",
    );
    says(&reject, "Contact 3 keeps what it held before the change");
    assert_eq!(route(&reject, 3).contact, None);
    assert_eq!(route(&reject, 1).contact, Some(ContactId(3)));
    assert_eq!(route(&reject, 1).warning, None);
    let relink = outcome(&world, 8, Action::Relink);
    says(&relink, "bsuid US.20 goes from contact 3 to a new contact");
}

#[test]
fn a_merged_collision_accepts_its_change() {
    let world = World::new();
    world.change(8, "identity_change_collision", &[3, 12], [1, 0], [3, 0]);
    let merge = outcome(&world, 8, Action::Merge);
    says(&merge, "The change is accepted too");
    says(&merge, "bsuid US.2 stays with contact 12.");
    says(&merge, "bsuid US.1 becomes former");
    let route = route(&merge, 1);
    assert_eq!(route.contact, Some(ContactId(3)));
    assert!(route.warning.as_deref().unwrap().contains("former"));
    let reject = outcome(&world, 8, Action::Reject);
    says(&reject, "bsuid US.2 stays with contact 12.");
    let relink = outcome(&world, 8, Action::Relink);
    says(&relink, "bsuid US.2 goes from contact 12 to contact 3");
}

#[test]
fn an_orphan_waits_for_a_contact_to_be_named() {
    let world = World::new();
    world.identifier(20, "bsuid", "US.20", 1);
    world.change(8, "identity_change_orphan", &[12], [20, 0], [3, 0]);
    let relink = outcome(&world, 8, Action::Relink);
    says(
        &relink,
        "bsuid US.2 goes from contact 12 to the contact that you name",
    );
    let reject = outcome(&world, 8, Action::Reject);
    says(&reject, "bsuid US.2 stays with contact 12.");
}

#[test]
fn a_fork_is_refused_while_the_earlier_change_is_accepted() {
    let world = changed();
    world.identifier(23, "bsuid", "US.23", 1);
    world.change(9, "identity_change_fork", &[3], [1, 0], [23, 0]);
    assert_eq!(code(&outcome(&world, 9, Action::Accept)), None);
    says(
        &outcome(&world, 9, Action::Accept),
        "bsuid US.23 is linked to contact 3 as of",
    );
    world.sql("INSERT INTO verdict VALUES (1008, 44, 1)");
    let refusal = outcome(&world, 9, Action::Accept).refusal.unwrap();
    assert_eq!(
        (refusal.code, refusal.by_decision),
        (Code::NotApplicable, Some(DecisionId(44)))
    );
    let json = serde_json::to_value(outcome(&world, 9, Action::Accept)).unwrap();
    assert_eq!(json["refused"], "not_applicable");
}

#[test]
fn a_wall_between_the_groups_refuses_a_merge() {
    let world = World::new();
    world.merge(41, 9, 12, 9);
    world.sql("INSERT INTO wall VALUES (42, 3, 12, 0)");
    let refusal = outcome(&world, 7, Action::Merge).refusal.unwrap();
    assert_eq!(
        (refusal.code, refusal.by_decision),
        (Code::KeptSeparate, Some(DecisionId(42)))
    );
    assert!(
        refusal.detail.contains("contacts 3 and 12"),
        "{}",
        refusal.detail
    );
    assert_eq!(code(&outcome(&world, 7, Action::Relink)), None);
}

#[test]
fn one_group_is_no_two_sides() {
    let world = World::new();
    world.merge(41, 3, 9, 3);
    for action in [Action::Merge, Action::Relink, Action::KeepSeparate] {
        assert_eq!(
            code(&outcome(&world, 7, action)),
            Some(Code::SameContact),
            "{action}"
        );
    }
}

#[test]
fn an_answered_case_says_by_whom() {
    let world = World::new();
    world.decide(40, "keep_separate", Some(7), r#"{"contacts":[3,9]}"#);
    world.sql("UPDATE cases SET state = 'resolved' WHERE id = 7");
    for action in [Action::Merge, Action::Relink, Action::KeepSeparate] {
        let refusal = outcome(&world, 7, action).refusal.unwrap();
        assert_eq!(refusal.code, Code::AlreadyDecided);
        assert_eq!(refusal.by_operator.as_deref(), Some("ines"));
        assert_eq!(refusal.at, Some(Timestamp(day(20))));
    }
}

#[test]
fn replies_to_what_is_not_sure_are_warned_of() {
    let world = World::new();
    world.sql("UPDATE link SET unconfirmed = 1 WHERE identifier = 2");
    let keep = outcome(&world, 7, Action::KeepSeparate);
    assert!(
        route(&keep, 2)
            .warning
            .as_deref()
            .unwrap()
            .contains("may reach a stranger")
    );
    world.sql("UPDATE link SET state = 'former', until = 1775986200000 WHERE identifier = 2");
    let keep = outcome(&world, 7, Action::KeepSeparate);
    assert!(
        route(&keep, 2)
            .warning
            .as_deref()
            .unwrap()
            .contains("is former")
    );
}
