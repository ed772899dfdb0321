//! Four eyes: what needs another operator stands only with one, by whatever
//! way it comes in.

use super::{Fixture, NOW, by};
use crate::domain::case::{Action, Answer, CaseKind, CaseState};
use crate::domain::ids::CaseId;
use crate::review::batch::{Outcome, Scope};
use crate::review::four_eyes::{ProposalState, Rule};
use crate::review::page::Done;
use crate::review::refusal::Code;
use crate::store::{By, Decide, Store, StoreError, Undo};

fn of(operator: &str) -> By {
    By {
        operator: operator.into(),
        at: NOW,
        reason: None,
    }
}

fn accept(f: &mut Fixture, case: i64, by: &By) -> Result<Done, StoreError> {
    let ask = Decide {
        case: CaseId(case),
        answer: Answer::Accept,
        expect_version: None,
        dry_run: false,
    };
    f.store.decide(&ask, by)
}

fn refusal(result: Result<Done, StoreError>) -> Code {
    match result {
        Err(StoreError::Refused(refusal)) => refusal.code,
        other => panic!("{other:?}"),
    }
}

/// Two changes to be accepted, under a rule.
fn under(rule: &Rule) -> Fixture {
    let mut f = Fixture::new();
    for i in 0..2 {
        let (old, new) = (format!("US.1{i}"), format!("US.2{i}"));
        f.message(Some(&old), None, Some("Ana"), 9);
        f.change((Some(&old), None), (Some(&new), None), 5);
    }
    f.store.rule(rule, &by()).unwrap();
    f
}

fn accepts() -> Rule {
    Rule {
        actions: vec![Action::Accept],
        ..Rule::default()
    }
}

#[test]
fn an_answer_waits_for_another_operator_and_changes_nothing_until_then() {
    let mut f = under(&accepts());
    let before = f.state();
    let done = accept(&mut f, 1, &by()).unwrap();
    let id = done.proposed.unwrap();
    assert_eq!((done.applied, done.decision), (false, None));
    assert_eq!(before, f.state());
    assert_eq!(
        accept(&mut f, 1, &by()).unwrap().proposed,
        Some(id),
        "said twice, it is one"
    );
    let page = f.store.case(CaseId(1)).unwrap();
    assert_eq!(
        (page.proposals.len(), page.proposals[0].operator.as_str()),
        (1, "ines")
    );
    assert_eq!(refusal(f.store.confirm(id, &by())), Code::SameOperator);
    assert_eq!(before, f.state());
    let done = f.store.confirm(id, &of("ana")).unwrap();
    assert!(done.applied && done.decision.is_some());
    assert_eq!(f.cases()[0].2, CaseState::Resolved);
    assert!(f.store.proposals(false).unwrap().is_empty());
    let kept = &f.store.proposals(true).unwrap()[0];
    assert_eq!(
        (kept.state, kept.settled_by.as_deref()),
        (ProposalState::Confirmed, Some("ana"))
    );
    assert_eq!(
        refusal(f.store.confirm(id, &of("ana"))),
        Code::AlreadyDecided
    );
    f.check();
    // An undo leads back to what stood before, and needs nobody else.
    f.undo(done.decision.unwrap()).unwrap();
    assert_eq!(before, f.state());
}

#[test]
fn a_case_that_moved_makes_its_proposal_void() {
    let mut f = under(&accepts());
    let id = accept(&mut f, 1, &by()).unwrap().proposed.unwrap();
    f.change((Some("US.10"), None), (Some("US.20"), None), 4);
    assert_eq!(refusal(f.store.confirm(id, &of("ana"))), Code::Changed);
    assert!(f.store.case(CaseId(1)).unwrap().proposals.is_empty());
    assert_eq!(
        f.store.proposals(true).unwrap()[0].state,
        ProposalState::Outdated
    );
}

#[test]
fn a_proposal_is_taken_back_or_turned_down() {
    let mut f = under(&accepts());
    for (case, operator) in [(1, "ines"), (2, "ana")] {
        let id = accept(&mut f, case, &by()).unwrap().proposed.unwrap();
        f.store.withdraw(id, &of(operator)).unwrap();
        assert_eq!(
            refusal(f.store.confirm(id, &of("ben"))),
            Code::AlreadyDecided
        );
    }
}

#[test]
fn a_batch_is_proposed_and_confirmed_under_one_undo() {
    let mut f = under(&Rule {
        batch_above: Some(1),
        ..Rule::default()
    });
    let before = f.state();
    let plan = f.store.plan(&Scope::default(), &by()).unwrap();
    let chunk = super::batches::apply(&mut f, &plan);
    assert_eq!(before, f.state());
    let proposed: Vec<_> = chunk
        .outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Done(done) => done.proposed.unwrap(),
            Outcome::Refused(refusal) => panic!("{refusal}"),
        })
        .collect();
    assert_eq!(proposed.len(), 2);
    let waiting = f.store.plan(&Scope::default(), &by()).unwrap();
    assert_eq!((waiting.items.len(), waiting.excluded.len()), (0, 2));
    for id in proposed {
        assert_eq!(refusal(f.store.confirm(id, &by())), Code::SameOperator);
        assert_eq!(
            f.store.confirm(id, &of("ana")).unwrap().batch,
            Some(chunk.batch)
        );
    }
    f.store
        .undo(Undo::Batch(chunk.batch), false, false, &by())
        .unwrap();
    assert_eq!(before, f.state());
}

#[test]
fn the_rule_asks_for_no_more_than_it_says() {
    for (rule, proposed) in [
        (Rule::default(), false),
        (
            Rule {
                kinds: vec![CaseKind::PhoneClaimed],
                ..Rule::default()
            },
            false,
        ),
        (
            Rule {
                kinds: vec![CaseKind::IdentityChange],
                ..Rule::default()
            },
            true,
        ),
        (
            Rule {
                confidence_below: Some(0.9),
                ..Rule::default()
            },
            false,
        ),
        (
            Rule {
                confidence_below: Some(0.999),
                ..Rule::default()
            },
            true,
        ),
        (
            Rule {
                batch_above: Some(0),
                ..Rule::default()
            },
            false,
        ),
    ] {
        let mut f = under(&rule);
        let done = accept(&mut f, 1, &by()).unwrap();
        assert_eq!(done.proposed.is_some(), proposed, "{rule:?}");
        assert_eq!(done.applied, !proposed);
    }
}

#[test]
fn an_answer_that_was_not_suggested_is_not_sure() {
    let mut f = under(&Rule {
        confidence_below: Some(0.5),
        ..Rule::default()
    });
    let ask = Decide {
        case: CaseId(1),
        answer: Answer::Reject,
        expect_version: None,
        dry_run: false,
    };
    assert!(f.store.decide(&ask, &by()).unwrap().proposed.is_some());
    let later = Answer::Defer {
        until: NOW.plus(1000),
    };
    let ask = Decide {
        case: CaseId(2),
        answer: later,
        expect_version: None,
        dry_run: false,
    };
    assert!(f.store.decide(&ask, &by()).unwrap().applied);
}

#[test]
fn rules_and_proposals_are_in_the_log() {
    let mut f = under(&accepts());
    let id = accept(&mut f, 1, &by()).unwrap().proposed.unwrap();
    f.store.withdraw(id, &of("ana")).unwrap();
    f.store.rule(&Rule::default(), &by()).unwrap();
    assert_eq!(f.store.four_eyes().unwrap(), None);
    let log = f
        .store
        .audit(&crate::store::AuditFilter::default())
        .unwrap();
    let actions: Vec<_> = log.iter().map(|entry| entry.action).collect();
    assert_eq!(
        actions,
        [
            Action::Rule,
            Action::Propose,
            Action::Withdraw,
            Action::Rule
        ]
    );
    assert_eq!(f.store.verify(None).unwrap().result, "OK");
}

/// Three proposals: one waits, one was confirmed, one withdrawn; and the rule.
fn proposed() -> Fixture {
    let mut f = under(&accepts());
    let id = accept(&mut f, 1, &by()).unwrap().proposed.unwrap();
    f.store.withdraw(id, &of("ana")).unwrap();
    let id = accept(&mut f, 1, &by()).unwrap().proposed.unwrap();
    f.store.confirm(id, &of("ana")).unwrap();
    accept(&mut f, 2, &by()).unwrap().proposed.unwrap();
    assert!(f.store.verify(None).unwrap().is_ok());
    f
}

#[test]
fn an_edited_proposal_or_rule_is_tampering() {
    let answer = r"answer = json_set(answer, '$.action', 'reject')";
    for (edit, entry) in [
        (r#"UPDATE proposal SET "case" = 1 WHERE id = 3"#.into(), Some(6)),
        (format!("UPDATE proposal SET {answer} WHERE id = 3"), Some(6)),
        (format!("UPDATE proposal SET {answer} WHERE id = 1"), Some(2)),
        ("UPDATE proposal SET answer = 'x' WHERE id = 3".into(), Some(6)),
        ("UPDATE proposal SET version = 2 WHERE id = 3".into(), Some(6)),
        ("UPDATE proposal SET version = 'x' WHERE id = 3".into(), Some(6)),
        ("UPDATE proposal SET operator = 'ben' WHERE id = 3".into(), Some(6)),
        ("UPDATE proposal SET operator = 'ben' WHERE id > 1".into(), Some(4)),
        ("UPDATE proposal SET at = at + 1 WHERE id = 3".into(), Some(6)),
        ("UPDATE proposal SET reason = 'sure' WHERE id = 3".into(), Some(6)),
        ("UPDATE proposal SET batch = 1 WHERE id = 3".into(), Some(6)),
        // Approved by nobody.
        (
            "UPDATE proposal SET state = 'confirmed', settled_by = 'ben', settled_at = at WHERE id = 3".into(),
            Some(6),
        ),
        ("UPDATE proposal SET settled_by = 'ben' WHERE id = 2".into(), Some(4)),
        ("UPDATE proposal SET decision = NULL WHERE id = 2".into(), Some(4)),
        ("UPDATE proposal SET state = 'waiting', settled_by = NULL WHERE id = 1".into(), Some(2)),
        ("DELETE FROM proposal WHERE id = 1".into(), Some(2)),
        ("DELETE FROM proposal WHERE id = 3".into(), Some(6)),
        (
            "INSERT INTO proposal SELECT 9, batch, \"case\", version, answer, operator, at, reason, 'waiting', NULL, NULL, NULL
             FROM proposal WHERE id = 3".into(),
            None,
        ),
        ("DELETE FROM meta WHERE key = 'four_eyes'".into(), Some(1)),
        ("UPDATE meta SET value = '{}' WHERE key = 'four_eyes'".into(), Some(1)),
        ("UPDATE meta SET value = 'x' WHERE key = 'four_eyes'".into(), Some(1)),
        (
            r#"UPDATE meta SET value = '{"actions":["reject"]}' WHERE key = 'four_eyes'"#.into(),
            Some(1),
        ),
    ] {
        let f = proposed();
        let edit: String = edit;
        f.db().execute_batch(&edit).unwrap();
        let verdict = f.store.verify(None).unwrap();
        assert_eq!(
            (verdict.result, verdict.first_bad),
            ("TAMPERED", entry),
            "{edit}: {verdict:?}"
        );
    }
}

/// Rules and proposals were there before entries told the terms of decisions.
#[test]
fn a_log_of_the_first_format_is_not_accused() {
    let f = proposed();
    f.db()
        .execute_batch(
            "DROP TRIGGER audit_keeps;
             UPDATE audit SET format = 1, store = NULL, host = NULL, program = NULL, event = NULL, terms = NULL;",
        )
        .unwrap();
    super::tamper::rechain(f.db());
    f.db()
        .execute_batch(
            "CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is not edited'); END;",
        )
        .unwrap();
    let verdict = f.store.verify(None).unwrap();
    assert!(verdict.is_ok(), "{verdict:?}");
}

#[test]
fn a_rule_that_is_switched_off_beside_the_log_stays_in_force() {
    let mut f = under(&accepts());
    f.db()
        .execute("DELETE FROM meta WHERE key = 'four_eyes'", [])
        .unwrap();
    assert_eq!(f.store.four_eyes().unwrap(), Some(accepts()));
    let done = accept(&mut f, 1, &by()).unwrap();
    assert!(done.proposed.is_some() && !done.applied);
}

/// As an entry tells it that another program wrote, which obeyed no rule: the
/// chain is whole, and what it says is still against the rule.
#[test]
fn a_decision_by_one_operator_against_the_rule_is_tampering() {
    for (rule, words) in [
        (accepts(), "asks for two"),
        (
            Rule {
                kinds: vec![CaseKind::IdentityChange],
                ..Rule::default()
            },
            "asks for two",
        ),
    ] {
        let mut f = under(&Rule::default());
        accept(&mut f, 1, &by()).unwrap();
        f.store.rule(&rule, &by()).unwrap();
        assert!(f.store.verify(None).unwrap().is_ok());
        // The entries change places, and the chain is made anew.
        for trigger in ["audit_keeps", "audit_stays", "audit_grows"] {
            f.db()
                .execute_batch(&format!("DROP TRIGGER {trigger}"))
                .unwrap();
        }
        f.db()
            .execute_batch(
                "UPDATE audit SET entry = -1 WHERE entry = 1; UPDATE audit SET entry = 1 WHERE entry = 2;
                 UPDATE audit SET entry = 2 WHERE entry = -1",
            )
            .unwrap();
        super::tamper::rechain(f.db());
        let verdict = f.store.verify(None).unwrap();
        assert_eq!((verdict.result, verdict.first_bad), ("TAMPERED", Some(2)));
        assert!(verdict.detail.contains(words), "{verdict:?}");
    }
}

#[test]
fn nobody_confirms_his_own_under_a_name_written_otherwise() {
    let mut f = under(&accepts());
    let id = accept(&mut f, 1, &of("ana")).unwrap().proposed.unwrap();
    for name in ["ana ", " ANA", "ａｎａ"] {
        assert_eq!(refusal(f.store.confirm(id, &of(name))), Code::SameOperator);
    }
    assert!(f.store.confirm(id, &of("ben")).unwrap().applied);
    assert!(f.store.verify(None).unwrap().is_ok());
}
