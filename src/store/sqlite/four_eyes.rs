//! Four eyes: the rule that the store keeps, and the answers that wait for
//! another operator under it. Every answer passes [`propose`], wherever it
//! comes from; who confirms is checked in the transaction that decides.

use super::apply::refused;
use super::decide::{self, Beside};
use super::error::Doing;
use super::read::decision::summary;
use super::record::{self, Ledger, Subject};
use super::standing::CaseFacts;
use super::terms::Terms;
use crate::domain::case::{Action, Suggestion};
use crate::domain::ids::{BatchId, CaseId, DecisionId, ProposalId};
use crate::domain::time::Timestamp;
use crate::review::batch::answer;
use crate::review::four_eyes::{self as eyes, Proposal, ProposalState, Rule};
use crate::review::page::Done;
use crate::review::refusal::{Code, Refusal};
use crate::store::{By, Decide, Result, StoreError};
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use serde_json::{Value, json};

/// The rule in force: the last that the log tells. The copy in `meta` is for
/// whoever looks there, and decides nothing: an edit of it is an edit of the log.
pub(super) fn rule(db: &Connection) -> Result<Option<Rule>> {
    // Few entries are of no decision and no case: by these the index finds it.
    let kept: Option<String> = db
        .prepare_cached(
            r#"SELECT after FROM audit WHERE decision IS NULL AND "case" IS NULL AND action = 'rule'
               ORDER BY entry DESC LIMIT 1"#,
        )?
        .query_row([], |r| r.get(0))
        .optional()?;
    let read = |text: String| serde_json::from_str(&text).map_err(|e| unread("the rule", &e));
    let kept: Option<Rule> = kept.map(read).transpose()?;
    Ok(kept.filter(|rule| !rule.is_empty()))
}

fn unread(what: &str, e: &serde_json::Error) -> StoreError {
    StoreError::Failed {
        doing: format!("reading {what} of the store"),
        detail: e.to_string(),
    }
}

/// Keeps a rule, or lifts it; an entry of the log says who did.
pub(super) fn keep(db: &mut Connection, new: &Rule, by: &By) -> Result<()> {
    let tx = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .doing("beginning to write")?;
    let old = rule(&tx)?;
    if old.clone().unwrap_or_default() == *new {
        return Ok(());
    }
    if new.is_empty() {
        tx.execute("DELETE FROM meta WHERE key = 'four_eyes'", [])?;
    } else {
        let text = serde_json::to_string(new).map_err(|e| unread("the rule", &e))?;
        tx.execute(
            "INSERT OR REPLACE INTO meta VALUES ('four_eyes', ?1)",
            [text],
        )?;
    }
    let subject = about(Action::Rule, None, None);
    record::append(&tx, &subject, by, &json!(old), &json!(new))?;
    tx.commit().doing("committing the rule")
}

fn about(action: Action, case: Option<CaseId>, batch: Option<BatchId>) -> Subject<'static> {
    Subject {
        action,
        made: None,
        batch,
        case,
    }
}

/// Writes an answer down as a proposal if the rule asks for another operator;
/// `None` if it may stand at once.
pub(super) fn propose(
    db: &Connection,
    ledger: &mut Ledger,
    (case, facts): (CaseId, &CaseFacts),
    action: Action,
    terms: &Terms,
    by: &By,
    beside: Beside,
) -> Result<Option<Done>> {
    let Some(rule) = &ledger.rule else {
        return Ok(None);
    };
    let (suggested, confidence): (Option<String>, f64) = db
        .prepare_cached(
            "SELECT json_extract(suggestion, '$.action'), confidence FROM cases WHERE id = ?1",
        )?
        .query_row([case.0], |r| Ok((r.get(0)?, r.get(1)?)))?;
    let suggested = suggested.as_deref().and_then(Action::parse);
    let subject = eyes::Subject {
        batch: beside.batch.map(|(_, items)| items),
        ..eyes::Subject::of(facts.kind, action, suggested, confidence)
    };
    if beside.confirms.is_some() || !rule.needs_two(&subject) {
        return Ok(None);
    }
    let batch = beside.batch.map(|(batch, _)| batch);
    let frozen = freeze(action, terms, subject.confidence)?;
    let same: Option<i64> = db
        .prepare_cached(
            r#"SELECT id FROM proposal WHERE "case" = ?1 AND state = 'waiting' AND version = ?2
                 AND operator = ?3 AND answer = ?4"#,
        )?
        .query_row(params![case.0, facts.version, by.operator, frozen], |r| {
            r.get(0)
        })
        .optional()?;
    let id = match same {
        Some(id) => id,
        None => insert(db, ledger, case, facts.version, &frozen, by, batch)?,
    };
    Ok(Some(Done {
        batch,
        proposed: Some(ProposalId(id)),
        ..Done::not_yet(
            action,
            Some(case),
            summary(action, terms, None) + eyes::ONCE_CONFIRMED,
        )
    }))
}

fn insert(
    db: &Connection,
    ledger: &mut Ledger,
    case: CaseId,
    version: i64,
    frozen: &str,
    by: &By,
    batch: Option<BatchId>,
) -> Result<i64> {
    db.prepare_cached(
        r#"INSERT INTO proposal (batch, "case", version, answer, operator, at, reason, state)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'waiting')"#,
    )?
    .execute(params![
        batch.map(|b| b.0),
        case.0,
        version,
        frozen,
        by.operator,
        by.at.0,
        by.reason
    ])?;
    let id = db.last_insert_rowid();
    let after = told(id, version, frozen);
    let subject = about(Action::Propose, Some(case), batch);
    ledger.append(db, &subject, by, &Value::Null, &after)?;
    Ok(id)
}

/// What the log keeps of a proposal beside the columns of an entry.
pub(super) fn told(id: i64, version: i64, frozen: &str) -> Value {
    let answer: Value = serde_json::from_str(frozen).unwrap_or(Value::Null);
    json!({"proposal": id, "version": version, "answer": answer})
}

/// An answer with its full terms, as text.
fn freeze(action: Action, terms: &Terms, confidence: f64) -> Result<String> {
    let frozen = Suggestion {
        action,
        survivor: terms.survivor,
        identifier: terms.identifier.clone(),
        to: terms.to,
        since: terms.since,
        confidence,
        reasons: Vec::new(),
    };
    serde_json::to_string(&frozen).map_err(|e| unread("a proposal", &e))
}

const COLUMNS: &str = r#"SELECT p.id, p.batch, p."case", p.version, p.answer, p.operator, p.at, p.reason,
  p.state, p.settled_by, p.settled_at, p.decision,
  (SELECT json_group_array(contact) FROM (SELECT contact FROM case_contact WHERE "case" = p."case" ORDER BY ordinal)),
  c.version FROM proposal p JOIN cases c ON c.id = p."case""#;

fn row(r: &Row<'_>) -> rusqlite::Result<(Proposal, String)> {
    let frozen: String = r.get(4)?;
    let suggestion: Option<Suggestion> = serde_json::from_str(&frozen).ok();
    let action = suggestion.as_ref().map_or(Action::None, |s| s.action);
    let homes: String = r.get(12)?;
    let terms = Terms {
        contacts: serde_json::from_str(&homes).unwrap_or_default(),
        survivor: suggestion.as_ref().and_then(|s| s.survivor),
        identifier: suggestion.as_ref().and_then(|s| s.identifier.clone()),
        to: suggestion.as_ref().and_then(|s| s.to),
        since: suggestion.as_ref().and_then(|s| s.since),
        ..Terms::default()
    };
    let version: i64 = r.get(3)?;
    let state: String = r.get(8)?;
    let waits = state == ProposalState::Waiting.as_str();
    let moved = version != r.get::<_, i64>(13)?;
    let state = match ProposalState::parse(&state) {
        Some(state) if !(waits && moved) => state,
        _ => ProposalState::Outdated,
    };
    let proposal = Proposal {
        proposal: ProposalId(r.get(0)?),
        batch: r.get::<_, Option<i64>>(1)?.map(BatchId),
        case: CaseId(r.get(2)?),
        version,
        action,
        operator: r.get(5)?,
        at: Timestamp(r.get(6)?),
        reason: r.get(7)?,
        state,
        settled_by: r.get(9)?,
        settled_at: r.get::<_, Option<i64>>(10)?.map(Timestamp),
        decision: r.get::<_, Option<i64>>(11)?.map(DecisionId),
        summary: summary(action, &terms, None),
    };
    Ok((proposal, frozen))
}

/// Proposals, oldest first: those that wait, or all.
pub(super) fn list(db: &Connection, all: bool) -> Result<Vec<Proposal>> {
    let mut query = db.prepare_cached(&format!(
        "{COLUMNS} WHERE ?1 OR p.state = 'waiting' ORDER BY p.id"
    ))?;
    let found = query.query_map([all], row)?;
    let found = found.collect::<rusqlite::Result<Vec<_>>>()?;
    let shown = |p: &Proposal| all || p.state == ProposalState::Waiting;
    Ok(found.into_iter().map(|(p, _)| p).filter(shown).collect())
}

/// The proposals that wait on a case.
pub(super) fn of_case(db: &Connection, case: CaseId) -> Result<Vec<Proposal>> {
    let mut query = db.prepare_cached(&format!(
        r#"{COLUMNS} WHERE p."case" = ?1 AND p.state = 'waiting' AND p.version = c.version ORDER BY p.id"#
    ))?;
    let found = query.query_map([case.0], row)?;
    let found = found.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(found.into_iter().map(|(p, _)| p).collect())
}

fn waiting(db: &Connection, id: ProposalId) -> Result<(Proposal, String)> {
    let found = db
        .prepare_cached(&format!("{COLUMNS} WHERE p.id = ?1"))?
        .query_row([id.0], row)
        .optional()?;
    let (proposal, frozen) = found.ok_or_else(|| {
        StoreError::Unknown(format!(
            "there is no proposal {id}; `reunite proposals --all` lists them"
        ))
    })?;
    let Some((by, at)) = proposal.settled_by.clone().zip(proposal.settled_at) else {
        return Ok((proposal, frozen));
    };
    let detail = format!("proposal {id} was {} by {by} at {at}", proposal.state);
    Err(refused(Refusal {
        by_decision: proposal.decision,
        by_operator: Some(by),
        at: Some(at),
        ..Refusal::new(Code::AlreadyDecided, detail)
    }))
}

/// Lets a proposal stand: a decision by this operator, who is another than
/// its own.
pub(super) fn confirm(db: &mut Connection, id: ProposalId, by: &By) -> Result<Done> {
    let tx = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .doing("beginning to write")?;
    let (proposal, frozen) = waiting(&tx, id)?;
    if eyes::is_same_operator(&proposal.operator, &by.operator) {
        let detail = format!(
            "{} proposed this at {}; another operator has to confirm it",
            proposal.operator, proposal.at
        );
        return Err(refused(Refusal {
            by_operator: Some(proposal.operator),
            at: Some(proposal.at),
            ..Refusal::new(Code::SameOperator, detail)
        }));
    }
    let frozen: Suggestion = serde_json::from_str(&frozen).map_err(|e| unread("a proposal", &e))?;
    let ask = Decide {
        case: proposal.case,
        answer: answer(&frozen)?,
        expect_version: Some(proposal.version),
        dry_run: false,
    };
    let beside = Beside {
        batch: proposal.batch.map(|batch| (batch, 0)),
        confirms: Some(id),
    };
    let reasoned = By {
        reason: by.reason.clone().or(proposal.reason),
        ..by.clone()
    };
    let mut ledger = Ledger::open(&tx)?;
    let done = decide::one(&tx, &mut ledger, &ask, &reasoned, beside)?;
    ledger.close(&tx)?;
    settle(&tx, id, ProposalState::Confirmed, by, done.decision)?;
    tx.commit().doing("committing the decision")?;
    Ok(Done {
        summary: format!("{}, as {} proposed", done.summary, proposal.operator),
        ..done
    })
}

/// Takes a proposal out without a decision.
pub(super) fn withdraw(db: &mut Connection, id: ProposalId, by: &By) -> Result<Proposal> {
    let tx = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .doing("beginning to write")?;
    let (proposal, _) = waiting(&tx, id)?;
    settle(&tx, id, ProposalState::Withdrawn, by, None)?;
    let subject = about(Action::Withdraw, Some(proposal.case), proposal.batch);
    let before = json!({"proposal": id, "by": proposal.operator});
    record::append(&tx, &subject, by, &before, &Value::Null)?;
    tx.commit().doing("committing the withdrawal")?;
    Ok(Proposal {
        state: ProposalState::Withdrawn,
        settled_by: Some(by.operator.clone()),
        settled_at: Some(by.at),
        ..proposal
    })
}

fn settle(
    db: &Connection,
    id: ProposalId,
    state: ProposalState,
    by: &By,
    decision: Option<DecisionId>,
) -> Result<()> {
    db.execute(
        "UPDATE proposal SET state = ?2, settled_by = ?3, settled_at = ?4, decision = ?5 WHERE id = ?1",
        params![
            id.0,
            state.as_str(),
            by.operator,
            by.at.0,
            decision.map(|d| d.0)
        ],
    )?;
    Ok(())
}
