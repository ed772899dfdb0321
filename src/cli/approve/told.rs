//! What is told of each case of a batch, and at its end.

use super::super::session::{Look, Session};
use super::super::words;
use crate::domain::case::Action;
use crate::domain::ids::{BatchId, CaseId, ContactId, DecisionId};
use crate::review::batch::{self, Item, Plan};
use crate::review::refusal::Refusal;
use serde::Serialize;
use std::collections::BTreeMap;

/// One line for a case, where it is not a decision's own.
#[derive(Serialize)]
pub(super) struct Line<'a> {
    pub(super) decision: Option<DecisionId>,
    pub(super) batch: Option<BatchId>,
    pub(super) action: Action,
    pub(super) case: CaseId,
    pub(super) canonical: Option<ContactId>,
    pub(super) applied: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) dry_run: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) proposes: bool,
    #[serde(flatten)]
    pub(super) refusal: Option<&'a Refusal>,
}

/// The object at the end.
#[derive(Serialize)]
pub(super) struct Closing {
    pub(super) batch: Option<BatchId>,
    pub(super) applied: usize,
    pub(super) left_out: usize,
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) proposed: usize,
    /// Not tried: the run was stopped.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) remaining: usize,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) dry_run: bool,
    pub(super) elapsed_ms: u64,
}

// serde hands a reference over.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// The line of a case that is not decided.
pub(super) fn line<'a>(
    item: &Item,
    refusal: Option<&'a Refusal>,
    batch: Option<BatchId>,
) -> Line<'a> {
    Line {
        decision: None,
        batch,
        action: item.suggestion.action,
        case: item.case,
        canonical: None,
        applied: false,
        dry_run: false,
        proposes: false,
        refusal,
    }
}

/// Exclusions are told one by one where the operator named the cases, else
/// they were only passed over.
pub(super) fn named_exclusions(plan: &Plan) -> impl Iterator<Item = &batch::Excluded> {
    let named = !plan.header.filter.ids.is_empty();
    plan.excluded.iter().filter(move |_| named)
}

/// The cases that the plan leaves out itself.
pub(super) fn left_out_before(
    plan: &Plan,
    dry_run: bool,
    session: &mut Session<'_, '_>,
) -> anyhow::Result<()> {
    for left in named_exclusions(plan) {
        if session.json {
            session.json_line(&Line {
                decision: None,
                batch: None,
                action: left.action,
                case: left.case,
                canonical: None,
                applied: false,
                dry_run,
                proposes: false,
                refusal: Some(&left.why),
            })?;
        } else {
            refused(left.case, &left.why, session)?;
        }
    }
    if !session.json && plan.header.filter.ids.is_empty() && !plan.excluded.is_empty() {
        let mut why: BTreeMap<&str, usize> = BTreeMap::new();
        for left in &plan.excluded {
            *why.entry(&left.why.detail).or_default() += 1;
        }
        for (why, n) in why {
            let what = words::count(n as u64, "case");
            session.line(format!("Passed over: {what}: {}", words::shown(why)))?;
        }
    }
    Ok(())
}

/// A case that is left out, for people.
pub(super) fn refused(
    case: CaseId,
    why: &Refusal,
    session: &mut Session<'_, '_>,
) -> anyhow::Result<()> {
    let line = format!(
        "Case {case} left out ({}): {}",
        why.code,
        words::shown(&why.detail)
    );
    session.look(Look::Bad, line)
}
