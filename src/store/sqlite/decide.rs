//! One decision: checked against what stands now, carried out, and written
//! with its audit entry in one transaction. A dry run does the same and takes
//! it back.

use super::apply::{carry_out, refused};
use super::error::Doing;
use super::group;
use super::record::{self, Subject};
use super::standing::{CaseFacts, facts, given, joined, restate};
use super::terms::{Decision, Terms, decision, stand};
use super::write::homes_of;
use crate::domain::case::{Action, Answer, CaseKind, CaseState, Target};
use crate::domain::identifier::{Kind, Named};
use crate::domain::ids::{CaseId, ContactId, DecisionId, EventId};
use crate::review::page::Done;
use crate::review::refusal::{Code, Refusal};
use crate::store::{By, Decide, Result, StoreError};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use std::collections::BTreeSet;

/// Takes a decision.
pub(super) fn decide(db: &mut Connection, ask: &Decide, by: &By) -> Result<Done> {
    let tx = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .doing("beginning to write")?;
    let done = one(&tx, ask, by)?;
    if ask.dry_run {
        tx.rollback().doing("taking the dry run back")?;
        return Ok(Done {
            decision: None,
            applied: false,
            dry_run: true,
            ..done
        });
    }
    tx.commit().doing("committing the decision")?;
    Ok(done)
}

/// A decision within the caller's transaction.
pub(super) fn one(db: &Connection, ask: &Decide, by: &By) -> Result<Done> {
    let case = facts(db, ask.case)?;
    let homes = homes_of(db, ask.case)?;
    open_to(db, ask, &case)?;
    let action = ask.answer.action();
    let terms = terms(db, ask, &case, &homes)?;
    let mut decision = Decision {
        id: record::next_decision(db)?,
        batch: None,
        action,
        case: Some(ask.case),
        operator: by.operator.clone(),
        at: by.at,
        after: record::last_event(db)?,
        terms,
        undoes: None,
        undone_by: None,
    };
    let before = record::picture(db, decision.case, &decision.terms)?;
    record::write(db, &decision, by)?;
    stand(db, &decision)?;
    let obstacles = carry_out(db, decision.id, action, &mut decision.terms, false)?;
    if let Some(refusal) = obstacles.refusal(decision.id) {
        return Err(refused(refusal));
    }
    record::complete(db, &decision)?;
    restate(db, ask.case, true)?;
    let after = record::picture(db, decision.case, &decision.terms)?;
    let subject = Subject {
        action,
        decision: Some(decision.id),
        batch: None,
        undoes: None,
        case: decision.case,
    };
    record::append(db, &subject, by, &before, &after)?;
    let canonical = match decision.terms.contact.or(homes.first().copied()) {
        Some(home) => Some(group::canonical_of(db, home)?),
        None => None,
    };
    Ok(Done {
        decision: Some(decision.id),
        batch: None,
        action,
        case: decision.case,
        canonical,
        applied: true,
        dry_run: false,
        undoes: None,
        summary: summary(action, &decision.terms, canonical),
    })
}

/// What a decision did, in a sentence.
pub(super) fn summary(action: Action, terms: &Terms, canonical: Option<ContactId>) -> String {
    let list = |ids: &[ContactId]| {
        ids.iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" and ")
    };
    let whole = |id: Option<ContactId>| id.map_or_else(String::new, |id| id.to_string());
    match action {
        Action::Merge => format!("Merged {} as {}", list(&terms.contacts), whole(canonical)),
        Action::KeepSeparate => format!("Kept {} separate", list(&terms.contacts)),
        Action::Relink => format!(
            "Relinked {} to {}",
            terms.identifier.as_deref().unwrap_or_default(),
            whole(terms.contact)
        ),
        Action::Accept => "Accepted the change".into(),
        Action::Reject => "Rejected the change".into(),
        Action::Defer => format!(
            "Deferred until {}",
            terms.until.map_or_else(String::new, |t| t.to_string())
        ),
        Action::Undo => format!(
            "Undid decision {}",
            terms.undoes.map_or_else(String::new, |d| d.to_string())
        ),
        Action::Ask | Action::None => String::new(),
    }
}

/// Whether the case takes an answer at all: nobody has answered, it is the
/// version that was seen, and it has such an answer.
fn open_to(db: &Connection, ask: &Decide, case: &CaseFacts) -> Result<()> {
    let id = ask.case;
    if let Some(given) = given(db, id)?
        .into_iter()
        .find(|g| g.action != Action::Defer)
    {
        let stands = decision(db, given.decision)?;
        let detail = format!(
            "case {id} was answered with {} by {} at {}; `reunite undo {}` takes that back",
            given.action, stands.operator, stands.at, given.decision
        );
        return Err(refused(Refusal {
            by_decision: Some(given.decision),
            by_operator: Some(stands.operator),
            at: Some(stands.at),
            ..Refusal::new(Code::AlreadyDecided, detail)
        }));
    }
    if let Some(expected) = ask.expect_version.filter(|v| *v != case.version) {
        let detail = format!(
            "case {id} has version {} now, not {expected}; look at it again with `reunite case {id}`",
            case.version
        );
        return Err(refused(Refusal::new(Code::Changed, detail)));
    }
    let action = ask.answer.action();
    if action != Action::Defer && !case.kind.answers().contains(&action) {
        let answers = case
            .kind
            .answers()
            .iter()
            .map(|a| a.as_str())
            .collect::<Vec<_>>()
            .join(", ");
        let detail = format!(
            "a case of kind {} is answered with {answers} or defer, not {action}",
            case.kind
        );
        return Err(refused(Refusal::new(Code::NotApplicable, detail)));
    }
    Ok(())
}

fn canonicals(db: &Connection, homes: &[ContactId]) -> Result<BTreeSet<ContactId>> {
    homes
        .iter()
        .map(|home| group::canonical_of(db, *home))
        .collect()
}

/// The terms of an answer, or why it cannot be given.
fn terms(db: &Connection, ask: &Decide, case: &CaseFacts, homes: &[ContactId]) -> Result<Terms> {
    let mut terms = Terms {
        contacts: homes.to_vec(),
        ..Terms::default()
    };
    let groups = canonicals(db, homes)?;
    let superseded = case.state == CaseState::Superseded;
    let moot = || {
        let why = case.superseded_by.clone().unwrap_or_default();
        refused(Refusal::new(
            Code::NotApplicable,
            format!("case {} is no question any more: {why}", ask.case),
        ))
    };
    match &ask.answer {
        Answer::Merge { survivor } => {
            two_groups(homes, &groups, "merge")?;
            let members = all_members(db, &groups)?;
            if let Some(wall) = group::wall_within(db, &members)? {
                return Err(refused(kept_apart(db, wall.decision, wall.a, wall.b)?));
            }
            if superseded {
                return Err(moot());
            }
            terms.survivor = Some(chosen_survivor(db, ask.case, *survivor, homes, &members)?);
            if case.kind == CaseKind::IdentityChangeCollision {
                terms.accepts = case.change.map(EventId);
            }
        }
        Answer::KeepSeparate => {
            two_groups(homes, &groups, "keep apart")?;
            if superseded {
                return Err(moot());
            }
        }
        Answer::Relink {
            identifier,
            to,
            since,
        } => {
            if superseded {
                two_groups(homes, &groups, "part")?;
                return Err(moot());
            }
            relink(db, case, homes, identifier, *to, &mut terms)?;
            terms.since = Some(since.unwrap_or(case.opened_at));
        }
        Answer::Accept => {
            let change = case.change.unwrap_or(0);
            if case.kind == CaseKind::IdentityChangeFork {
                not_led_elsewhere(db, change)?;
            }
            terms.accepts = Some(EventId(change));
        }
        Answer::Reject => terms.rejects = case.change.map(EventId),
        Answer::Defer { until } => {
            if superseded {
                return Err(moot());
            }
            terms.until = Some(*until);
            terms.until_ms = Some(until.0);
        }
    }
    Ok(terms)
}

fn two_groups(homes: &[ContactId], groups: &BTreeSet<ContactId>, what: &str) -> Result<()> {
    if homes.len() < 2 {
        let detail = format!("the case names one contact only; there are no two to {what}");
        return Err(refused(Refusal::new(Code::NotApplicable, detail)));
    }
    if groups.len() < 2 {
        return Err(refused(Refusal::new(
            Code::SameContact,
            "the contacts of this case are one group already",
        )));
    }
    Ok(())
}

fn all_members(db: &Connection, groups: &BTreeSet<ContactId>) -> Result<BTreeSet<ContactId>> {
    let mut all = BTreeSet::new();
    for group in groups {
        all.extend(group::members(db, *group)?);
    }
    Ok(all)
}

fn kept_apart(db: &Connection, wall: DecisionId, a: ContactId, b: ContactId) -> Result<Refusal> {
    let by = decision(db, wall)?;
    let detail = format!(
        "contacts {a} and {b} are kept apart by decision {wall} ({}, by {} at {}); `reunite undo {wall}` lifts that",
        by.action, by.operator, by.at
    );
    Ok(Refusal {
        by_decision: Some(wall),
        by_operator: Some(by.operator),
        at: Some(by.at),
        ..Refusal::new(Code::KeptSeparate, detail)
    })
}

/// The survivor given, else the suggestion's, else the first listed.
fn chosen_survivor(
    db: &Connection,
    case: CaseId,
    asked: Option<ContactId>,
    homes: &[ContactId],
    members: &BTreeSet<ContactId>,
) -> Result<ContactId> {
    if let Some(id) = asked {
        if members.contains(&id) {
            return Ok(id);
        }
        let detail = format!("contact {id} is not one of those that this case would merge");
        return Err(refused(Refusal::new(Code::NotApplicable, detail)));
    }
    let suggested: Option<i64> = db
        .prepare_cached("SELECT json_extract(suggestion, '$.survivor') FROM cases WHERE id = ?1")?
        .query_row([case.0], |r| r.get(0))?;
    let suggested = suggested.map(ContactId).filter(|s| members.contains(s));
    match suggested.or(homes.first().copied()) {
        Some(first) => group::canonical_of(db, first),
        None => Err(refused(Refusal::new(
            Code::NotApplicable,
            "the case names no contact",
        ))),
    }
}

fn relink(
    db: &Connection,
    case: &CaseFacts,
    homes: &[ContactId],
    identifier: &Named,
    to: Target,
    terms: &mut Terms,
) -> Result<()> {
    let refuse = |code, detail: String| Err(refused(Refusal::new(code, detail)));
    if !matches!(identifier.kind, Kind::Bsuid | Kind::Phone) {
        return refuse(
            Code::NotApplicable,
            format!(
                "a {} is a label; only a BSUID or a phone is relinked",
                identifier.kind
            ),
        );
    }
    let id = find(db, identifier)?;
    let from = match group::live_holder(db, id)? {
        Some(holder) => Some(holder),
        None => last_holder(db, id)?,
    };
    let concerned = concerned(db, case, homes)?;
    if !concerned.contains(&id) {
        return refuse(
            Code::NotApplicable,
            format!(
                "{} is no identifier of this case or its contacts",
                super::standing::named(db, id)?
            ),
        );
    }
    if let Target::Contact(target) = to {
        let present: Option<bool> = db
            .query_row(
                "SELECT present FROM contact WHERE id = ?1",
                [target.0],
                |r| r.get(0),
            )
            .optional()?;
        let target = match present {
            Some(true) => target,
            Some(false) => group::canonical_of(db, target)?,
            None => {
                return Err(StoreError::Unknown(format!(
                    "there is no contact {target}; `reunite contacts` lists them"
                )));
            }
        };
        if let Some(from) = from
            && group::canonical_of(db, from)? == group::canonical_of(db, target)?
        {
            return refuse(
                Code::SameContact,
                format!("contact {target} and the holder of the identifier are one group already"),
            );
        }
        terms.contact = Some(target);
    }
    terms.identifier = Some(super::standing::named(db, id)?);
    terms.identifier_id = Some(id);
    terms.to = Some(to);
    terms.from = from;
    Ok(())
}

fn last_holder(db: &Connection, identifier: i64) -> Result<Option<ContactId>> {
    let mut query = db.prepare_cached(
        "SELECT l.contact FROM link l JOIN identifier i ON i.id = l.identifier
         WHERE l.identifier = ?1 AND i.kind = 'bsuid' ORDER BY l.ordinal DESC LIMIT 1",
    )?;
    Ok(query
        .query_row([identifier], |r| Ok(ContactId(r.get(0)?)))
        .optional()?)
}

/// The identifiers that a case is about: in dispute, of its change, or of its contacts.
fn concerned(db: &Connection, case: &CaseFacts, homes: &[ContactId]) -> Result<BTreeSet<i64>> {
    let mut ids: BTreeSet<i64> = case.identifier.into_iter().collect();
    if let Some(change) = case.change {
        ids.extend(joined(db, change)?);
    }
    for canonical in canonicals(db, homes)? {
        for member in group::members(db, canonical)? {
            let mut query = db.prepare_cached("SELECT identifier FROM link WHERE contact = ?1")?;
            for id in query.query_map([member.0], |r| r.get::<_, i64>(0))? {
                ids.insert(id?);
            }
        }
    }
    Ok(ids)
}

/// The row of an identifier by its name; without a portfolio, the only one.
pub(super) fn find(db: &Connection, named: &Named) -> Result<i64> {
    let mut query = db.prepare_cached(
        "SELECT i.id FROM identifier i LEFT JOIN portfolio p ON p.id = i.scope
         WHERE i.kind = ?1 AND i.value = ?2 AND (?3 IS NULL OR p.name IS NULL OR p.name = ?3)",
    )?;
    let found = query
        .query_map(
            params![named.kind.as_str(), named.value, named.portfolio],
            |r| r.get(0),
        )?
        .collect::<rusqlite::Result<Vec<i64>>>()?;
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(StoreError::Unknown(format!(
            "{}:{} was never seen",
            named.kind, named.value
        ))),
        _ => Err(StoreError::Ambiguous(format!(
            "{}:{} stands in several portfolios; write {0}:{1}@PORTFOLIO",
            named.kind, named.value
        ))),
    }
}

/// A fork is accepted instead of the earlier change, but not while that one is
/// accepted.
fn not_led_elsewhere(db: &Connection, change: i64) -> Result<()> {
    let own = joined(db, change)?;
    for (column, id) in [("previous_bsuid", own[0]), ("previous_phone", own[2])] {
        let sql = format!(
            "SELECT v.decision, c.change FROM claim c JOIN verdict v ON v.change = c.change
             WHERE c.{column} = ?1 AND ?1 > 0 AND v.accepted AND c.change <> ?2"
        );
        let mut query = db.prepare_cached(&sql)?;
        for row in query.query_map([id, change], |r| {
            Ok((DecisionId(r.get(0)?), r.get::<_, i64>(1)?))
        })? {
            let (by, other) = row?;
            let other = joined(db, other)?;
            let contradicts = [3, 4, 5]
                .into_iter()
                .any(|i| own[i] > 0 && other[i] > 0 && own[i] != other[i]);
            if contradicts {
                let detail = format!(
                    "decision {by} accepted a change that leads the same ids elsewhere; undo it first"
                );
                return Err(refused(Refusal {
                    by_decision: Some(by),
                    by_decisions: vec![by],
                    ..Refusal::new(Code::Depends, detail)
                }));
            }
        }
    }
    Ok(())
}

/// Opens a case by hand, or gives the open one that asks the same.
pub(super) fn ask(
    db: &mut Connection,
    contacts: &[ContactId],
    identifier: Option<&Named>,
    by: &By,
) -> Result<CaseId> {
    let tx = db
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .doing("beginning to write")?;
    let mut homes = Vec::new();
    for contact in contacts {
        let present: Option<bool> = tx
            .query_row(
                "SELECT present FROM contact WHERE id = ?1",
                [contact.0],
                |r| r.get(0),
            )
            .optional()?;
        let home = match present {
            Some(true) => *contact,
            Some(false) => group::canonical_of(&tx, *contact)?,
            None => {
                return Err(StoreError::Unknown(format!(
                    "there is no contact {contact}; `reunite contacts` lists them"
                )));
            }
        };
        if !homes.contains(&home) {
            homes.push(home);
        }
    }
    if contacts.len() > 1 && canonicals(&tx, &homes)?.len() < 2 {
        return Err(refused(Refusal::new(
            Code::SameContact,
            "these contacts are one group already",
        )));
    }
    let identifier = identifier.map(|named| find(&tx, named)).transpose()?;
    if let Some(asked) = asked_already(&tx, &homes, identifier)? {
        return Ok(asked);
    }
    let id: i64 = tx.query_row("SELECT coalesce(max(id), 0) + 1 FROM cases", [], |r| {
        r.get(0)
    })?;
    let last = record::last_event(&tx)?;
    tx.execute(
        "INSERT INTO cases (id, key, kind, state, version, asked, opened_at, first_event, last_event, identifier,
                            confidence, suggestion)
         VALUES (?1, ?2, 'manual', 'open', 1, 1, ?3, ?4, ?4, ?5, 0, '{}')",
        params![id, crate::resolve::cases::CaseKey::Manual(CaseId(id)).text(), by.at.0, last.0 + 1, identifier],
    )?;
    super::write::write_sides(&tx, CaseId(id), &homes)?;
    restate(&tx, CaseId(id), false)?;
    let terms = Terms {
        contacts: homes,
        ..Terms::default()
    };
    let picture = record::picture(&tx, Some(CaseId(id)), &terms)?;
    let subject = Subject {
        action: Action::Ask,
        decision: None,
        batch: None,
        undoes: None,
        case: Some(CaseId(id)),
    };
    record::append(&tx, &subject, by, &serde_json::Value::Null, &picture)?;
    tx.commit().doing("committing the question")?;
    Ok(CaseId(id))
}

/// The unanswered question about the same contacts and the same identifier.
fn asked_already(
    db: &Connection,
    homes: &[ContactId],
    identifier: Option<i64>,
) -> Result<Option<CaseId>> {
    let sorted = |homes: &[ContactId]| {
        let mut ids: Vec<i64> = homes.iter().map(|home| home.0).collect();
        ids.sort_unstable();
        ids
    };
    let wanted = sorted(homes);
    let mut query = db.prepare_cached(
        r#"SELECT c.id FROM case_contact s JOIN cases c ON c.id = s."case"
           WHERE s.contact = ?1 AND c.kind = 'manual' AND c.state IN ('open', 'deferred')
             AND c.identifier IS ?2 ORDER BY c.id"#,
    )?;
    let candidates = query
        .query_map(params![wanted.first(), identifier], |r| {
            Ok(CaseId(r.get(0)?))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for case in candidates {
        if sorted(&super::write::homes_of(db, case)?) == wanted {
            return Ok(Some(case));
        }
    }
    Ok(None)
}
