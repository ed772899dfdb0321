//! Decisions as a history shows them: what an operator answered, whether it
//! stands, and a sentence that says what it did.

use super::query::{each, first, json, list, rows, time, word};
use crate::domain::case::{Action, Target};
use crate::domain::ids::{BatchId, CaseId, ContactId, DecisionId};
use crate::review::page::DecisionRow;
use crate::store::Result;
use crate::store::sqlite::terms::Terms;
use rusqlite::{Connection, Row};
use std::collections::BTreeSet;

/// What a decision did, in a sentence. `undone` is the action of the decision
/// that an undo takes out.
pub(in crate::store::sqlite) fn summary(
    action: Action,
    terms: &Terms,
    undone: Option<Action>,
) -> String {
    let all = together(&terms.contacts);
    match action {
        Action::Merge => {
            let survivor = terms.survivor.or(terms.contacts.first().copied());
            let shown = survivor.map_or(String::new(), |id| format!(" as {id}"));
            let change = if terms.accepts.is_some() {
                ", and accepted the change"
            } else {
                ""
            };
            format!("Merged {all}{shown}{change}")
        }
        Action::Relink => relinked(terms),
        Action::KeepSeparate => format!("Kept {all} separate"),
        Action::Accept => format!("Accepted the change of {all}"),
        Action::Reject => format!("Rejected the change of {all}"),
        Action::Defer => match terms.until {
            Some(until) => format!("Put off until {until}"),
            None => "Put off".into(),
        },
        Action::Undo => {
            let what = terms
                .undoes
                .map_or("a decision".into(), |id| format!("decision {id}"));
            let action = undone.map_or(String::new(), |action| format!(" ({action})"));
            format!("Undid {what}{action}")
        }
        Action::Ask => format!("Asked about {all}"),
        Action::Propose => "Proposed an answer".into(),
        Action::Withdraw => "Took a proposal out".into(),
        Action::Rescope => "Moved business numbers to other portfolios".into(),
        Action::Rule => "Said which answers need another operator".into(),
        Action::None => "Did nothing".into(),
    }
}

fn relinked(terms: &Terms) -> String {
    let what = terms
        .identifier
        .as_deref()
        .map_or("an identifier".into(), |named| named.replacen(':', " ", 1));
    let from = terms.from.map_or(String::new(), |id| format!(" from {id}"));
    let to = match (terms.to, terms.contact) {
        (Some(Target::Contact(id)), _) | (None, Some(id)) => format!(" to {id}"),
        (Some(Target::New), Some(id)) => format!(" to the new contact {id}"),
        (Some(Target::New), None) => " to a new contact".into(),
        (None, None) => String::new(),
    };
    let since = terms.since.map_or(String::new(), |at| {
        let text = at.to_string();
        format!(" since {}", text.split('T').next().unwrap_or(&text))
    });
    format!("Relinked {what}{from}{to}{since}")
}

/// `3`, `3 and 9`, `3, 9 and 12`.
pub(super) fn together<T: ToString>(items: &[T]) -> String {
    let words: Vec<String> = items.iter().map(ToString::to_string).collect();
    match words.split_last() {
        None => "nobody".into(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

const COLUMNS: &str = r#"SELECT d.id, d.batch, d.action, coalesce(d."case", u."case"), d.operator, d.at,
  d.reason, d.terms, d.undoes, d.undone_by, u.action
  FROM decision d LEFT JOIN decision u ON u.id = d.undoes"#;

fn row(r: &Row<'_>) -> rusqlite::Result<DecisionRow> {
    let action = word(r, 2, Action::parse)?;
    let undone_by = r.get::<_, Option<i64>>(9)?.map(DecisionId);
    let undone = r.get::<_, Option<String>>(10)?;
    let terms: Terms = json(r, 7)?;
    let summary = summary(action, &terms, undone.as_deref().and_then(Action::parse));
    Ok(DecisionRow {
        decision: DecisionId(r.get(0)?),
        batch: r.get::<_, Option<i64>>(1)?.map(BatchId),
        action,
        case: r.get::<_, Option<i64>>(3)?.map(CaseId),
        operator: r.get(4)?,
        at: time(r, 5)?,
        reason: r.get(6)?,
        stands: undone_by.is_none() && action != Action::Undo,
        undoes: r.get::<_, Option<i64>>(8)?.map(DecisionId),
        undone_by,
        summary,
    })
}

/// The decisions on a case, oldest first, undone ones and undos too.
pub(super) fn of_case(db: &Connection, case: CaseId) -> Result<Vec<DecisionRow>> {
    let sql = format!(r#"{COLUMNS} WHERE d."case" = ?1 ORDER BY d.id"#);
    rows(db, &sql, [case.0], row)
}

/// One decision.
pub(super) fn numbered(db: &Connection, id: i64) -> Result<Option<DecisionRow>> {
    first(db, &format!("{COLUMNS} WHERE d.id = ?1"), [id], row)
}

/// The standing decisions that keep two of these contacts apart, oldest first.
pub(super) fn apart(db: &Connection, ids: &[ContactId]) -> Result<Vec<DecisionRow>> {
    let sql = format!(
        "{COLUMNS} WHERE d.id IN (SELECT decision FROM wall WHERE a IN (SELECT value FROM json_each(?1))
           AND b IN (SELECT value FROM json_each(?1))) ORDER BY d.id"
    );
    rows(db, &sql, [list(ids)], row)
}

/// The decisions that concern contact `?1`: they name it, founded it, keep it
/// apart from another, or undo one of these.
pub(super) const CONCERNING: &str = r#"WITH RECURSIVE concerning (decision) AS (
    SELECT decision FROM decision_contact WHERE contact = ?1
    UNION SELECT founder_decision FROM contact WHERE id = ?1 AND founder_decision IS NOT NULL
    UNION SELECT decision FROM wall WHERE a = ?1
    UNION SELECT decision FROM wall WHERE b = ?1
    UNION SELECT u.id FROM concerning c JOIN decision d ON d.id = c.decision
      JOIN decision u ON u."case" = d."case" AND u.undoes = d.id)"#;

/// The decisions that concern one of these contacts, oldest first.
pub(super) fn naming(db: &Connection, ids: &[ContactId]) -> Result<Vec<DecisionRow>> {
    let sql = format!("{CONCERNING} SELECT decision FROM concerning");
    let found: BTreeSet<i64> = each(db, &sql, ids, |r| r.get(0))?.into_iter().collect();
    let mut named = Vec::new();
    for id in found {
        named.extend(numbered(db, id)?);
    }
    Ok(named)
}
