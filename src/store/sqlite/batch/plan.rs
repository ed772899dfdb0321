//! Making a plan: the open cases of a scope with their suggestions, checked
//! for what no batch may do, also by its own items together.

use super::{store_id, two_bsuids};
use crate::domain::case::{Action, CaseKind, CaseState, Suggestion};
use crate::domain::ids::{BatchId, CaseId, ContactId, IdentifierId, PortfolioId};
use crate::resolve::suggest::{Question, joins_two_bsuids};
use crate::review::batch::{Excluded, Header, Item, Plan, Scope, answer};
use crate::review::refusal::{Code, Refusal};
use crate::store::sqlite::decide::open_to;
use crate::store::sqlite::four_eyes;
use crate::store::sqlite::question::question;
use crate::store::sqlite::sides::Sides;
use crate::store::sqlite::standing::{facts, given};
use crate::store::{By, Decide, Result, StoreError};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet};

/// A scope as text, by which a stopped batch is found again.
pub(super) fn filter_text(scope: &Scope) -> Result<String> {
    serde_json::to_string(scope).map_err(|e| StoreError::Failed {
        doing: "writing the filter of a batch".into(),
        detail: e.to_string(),
    })
}

/// Makes a plan.
pub(in crate::store::sqlite) fn plan(db: &Connection, scope: &Scope, by: &By) -> Result<Plan> {
    let stopped: Option<i64> = db
        .query_row(
            "SELECT max(id) FROM batch WHERE operator = ?1 AND filter = ?2 AND NOT finished",
            params![by.operator, filter_text(scope)?],
            |r| r.get(0),
        )
        .optional()?
        .flatten();
    let mut plan = Plan {
        header: Header {
            plan: db.query_row("SELECT lower(hex(randomblob(16)))", [], |r| r.get(0))?,
            store: store_id(db)?,
            at: by.at,
            operator: by.operator.clone(),
            filter: scope.clone(),
            program: env!("CARGO_PKG_VERSION").into(),
            items: 0,
            continues: stopped.map(BatchId),
        },
        items: Vec::new(),
        excluded: Vec::new(),
    };
    let left = match (scope.limit, stopped) {
        (Some(limit), Some(batch)) => Some(limit.saturating_sub(decided(db, batch)?)),
        (limit, _) => limit,
    };
    let mut joined = Joined::default();
    for found in candidates(db, scope, by)? {
        if left.is_some_and(|left| plan.items.len() >= left) {
            break;
        }
        match check(db, scope, &found, &mut joined)? {
            None => plan.items.push(found),
            Some(why) => plan.excluded.push(Excluded {
                case: found.case,
                kind: found.kind,
                action: found.suggestion.action,
                confidence: found.suggestion.confidence,
                why,
            }),
        }
    }
    plan.header.items = plan.items.len();
    Ok(plan)
}

/// How much of a stopped batch stands.
fn decided(db: &Connection, batch: i64) -> Result<usize> {
    let sql = "SELECT count(*) FROM decision WHERE batch = ?1 AND undone_by IS NULL";
    let n: i64 = db.query_row(sql, [batch], |r| r.get(0))?;
    Ok(usize::try_from(n).unwrap_or(0))
}

/// The cases of a scope, best first: open ones, or all that it names.
fn candidates(db: &Connection, scope: &Scope, by: &By) -> Result<Vec<Item>> {
    let ids = (!scope.ids.is_empty())
        .then(|| serde_json::to_string(&scope.ids))
        .transpose();
    let ids = ids.unwrap_or_default();
    let sql = "SELECT id, version, kind, suggestion FROM cases
               WHERE (?3 IS NULL OR kind = ?3) AND CASE WHEN ?4 IS NULL
                 THEN (state = 'open' OR state = 'deferred' AND until <= ?1) AND confidence >= ?2
                 ELSE id IN (SELECT value FROM json_each(?4)) END
               ORDER BY confidence DESC, id";
    let mut query = db.prepare_cached(sql)?;
    let kind = scope.kind.map(CaseKind::as_str);
    let found = query.query_map(params![by.at.0, scope.min_confidence, kind, ids], |r| {
        let kind: String = r.get(2)?;
        let suggestion: String = r.get(3)?;
        Ok(Item {
            case: CaseId(r.get(0)?),
            version: r.get(1)?,
            kind: CaseKind::parse(&kind).unwrap_or(CaseKind::Manual),
            suggestion: serde_json::from_str(&suggestion).unwrap_or(Suggestion {
                action: Action::None,
                survivor: None,
                identifier: None,
                to: None,
                since: None,
                confidence: 0.0,
                reasons: Vec::new(),
            }),
        })
    })?;
    let found: Vec<Item> = found.collect::<rusqlite::Result<_>>()?;
    // A case that is named and not there is a mistake of who named it.
    if scope.kind.is_none()
        && let Some(missing) = scope
            .ids
            .iter()
            .find(|id| found.iter().all(|item| item.case != **id))
    {
        facts(db, *missing)?;
    }
    Ok(found)
}

/// Why a case cannot be part of the batch, if it cannot.
fn check(
    db: &Connection,
    scope: &Scope,
    item: &Item,
    joined: &mut Joined,
) -> Result<Option<Refusal>> {
    let answer = match answer(&item.suggestion) {
        Ok(answer) => answer,
        Err(refusal) => return Ok(Some(*refusal)),
    };
    let case = facts(db, item.case)?;
    if !scope.ids.is_empty() {
        let ask = Decide {
            case: item.case,
            answer,
            expect_version: None,
            dry_run: false,
        };
        match open_to(db, &ask, &case, &given(db, item.case)?) {
            Ok(()) => {}
            Err(StoreError::Refused(refusal)) => return Ok(Some(*refusal)),
            Err(other) => return Err(other),
        }
        if case.state == CaseState::Superseded {
            let why = case.superseded_by.unwrap_or_default();
            let detail = format!("case {} is no question any more: {why}", item.case);
            return Ok(Some(Refusal::new(Code::NotApplicable, detail)));
        }
        if item.suggestion.confidence < scope.min_confidence {
            // The same words for all of them: they are counted by their reason.
            let least = (scope.min_confidence * 10_000.0).round() / 100.0;
            let detail = format!("its suggestion is less sure than {least}%");
            return Ok(Some(Refusal::new(Code::NotApplicable, detail)));
        }
    }
    if let Some(waits) = four_eyes::of_case(db, item.case)?.first() {
        let detail = format!(
            "{} proposed to {} it (proposal {}); another operator has to confirm that",
            waits.operator, waits.action, waits.proposal
        );
        return Ok(Some(Refusal {
            by_operator: Some(waits.operator.clone()),
            at: Some(waits.at),
            ..Refusal::new(Code::NotApplicable, detail)
        }));
    }
    if item.suggestion.action == Action::Merge {
        let sides = Sides::of(db, item.case)?;
        let question = question(db, item.case, &case, &sides)?;
        if !joined.join(question) {
            return Ok(Some(two_bsuids()));
        }
    }
    Ok(None)
}

/// The groups as the merges planned so far would leave them, as far as their
/// BSUIDs go.
#[derive(Default)]
struct Joined {
    into: BTreeMap<ContactId, ContactId>,
    bsuids: BTreeMap<ContactId, BTreeSet<(PortfolioId, IdentifierId)>>,
}

impl Joined {
    fn root(&self, mut contact: ContactId) -> ContactId {
        while let Some(next) = self.into.get(&contact) {
            contact = *next;
        }
        contact
    }

    /// Joins the sides of a merge, unless that would put two live BSUIDs of one
    /// portfolio into one group.
    fn join(&mut self, mut question: Question) -> bool {
        let roots: BTreeSet<ContactId> = question
            .sides
            .iter()
            .filter_map(|side| side.contact)
            .map(|contact| self.root(contact))
            .collect();
        for side in &mut question.sides {
            let root = side.contact.map(|contact| self.root(contact));
            let more = root.and_then(|root| self.bsuids.get(&root));
            side.bsuids.extend(more.into_iter().flatten());
        }
        if roots.len() > 1 && joins_two_bsuids(&question) {
            return false;
        }
        let all: BTreeSet<_> = question.sides.into_iter().flat_map(|s| s.bsuids).collect();
        if let Some(first) = roots.first().copied() {
            self.into
                .extend(roots.iter().skip(1).map(|root| (*root, first)));
            self.bsuids.insert(first, all);
        }
        true
    }
}
