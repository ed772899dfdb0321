//! Looking at a plan before it is applied: what it would do, and some of it
//! drawn at random.

use super::super::session::{Look, Session};
use super::super::table::Table;
use super::super::words;
use super::told::{Closing, Line, left_out_before, line, named_exclusions};
use crate::domain::case::{Action, CaseKind, Suggestion, Target};
use crate::domain::ids::ContactId;
use crate::error::Exit;
use crate::review::batch::{self, Item, Plan};
use crate::review::four_eyes::Subject;
use crate::review::page::CaseRow;
use crate::store::Store;
use anyhow::Context as _;
use std::collections::BTreeMap;
use std::path::Path;

/// What a plan would do, without trying it.
pub(super) fn preview(
    plan: &Plan,
    file: Option<&Path>,
    store: &dyn Store,
    session: &mut Session<'_, '_>,
) -> anyhow::Result<Exit> {
    let rule = session.rule_for(store)?;
    let waits = |item: &&Item| {
        let action = item.suggestion.action;
        let subject = Subject {
            batch: Some(plan.items.len()),
            ..Subject::of(item.kind, action, Some(action), sure(item))
        };
        rule.as_ref().is_some_and(|rule| rule.needs_two(&subject))
    };
    let proposed = plan.items.iter().filter(waits).count();
    if session.json {
        for item in &plan.items {
            let rows = store
                .case_rows(&[item.case])
                .with_context(|| format!("reading case {}", item.case))?;
            session.json_line(&Line {
                canonical: rows.first().and_then(canonical_then),
                dry_run: true,
                proposes: waits(&item),
                ..line(item, None, None)
            })?;
        }
        left_out_before(plan, true, session)?;
        session.json_line(&Closing {
            batch: None,
            applied: 0,
            left_out: named_exclusions(plan).count(),
            proposed,
            remaining: 0,
            dry_run: true,
            elapsed_ms: 0,
        })?;
        return Ok(Exit::Done);
    }
    let what = words::count(plan.items.len() as u64, "case");
    session.line(format!("Nothing is decided. It would answer {what}:"))?;
    counts(plan, session)?;
    if let Some(least) = plan.items.iter().min_by(|a, b| sure(a).total_cmp(&sure(b))) {
        session.line(format!(
            "The least sure is case {}, {} at {}.",
            least.case,
            least.suggestion.action,
            words::confidence(sure(least))
        ))?;
    }
    if proposed > 0 {
        session.line(format!(
            "Another operator has to confirm {proposed} of them."
        ))?;
    }
    left_out_before(plan, true, session)?;
    if let Some(file) = file {
        let file = file.display();
        session.look(Look::Good, format!("The plan is in {file}."))?;
        session.look(
            Look::Dim,
            format!("To look at some: `reunite approve --plan {file} --sample 20`"),
        )?;
        session.look(
            Look::Dim,
            format!("To apply it: `reunite approve --plan {file}`"),
        )?;
    }
    Ok(Exit::Done)
}

/// The canonical contact after the suggested answer, as a decision tells it;
/// `None` for one that the answer founds.
fn canonical_then(row: &CaseRow) -> Option<ContactId> {
    match row.suggestion.to {
        Some(Target::New) => None,
        Some(Target::Contact(to)) => Some(to),
        None => {
            let first = row.contacts.first().map(|side| side.contact);
            row.suggestion.survivor.or(first)
        }
    }
}

fn sure(item: &Item) -> f64 {
    item.suggestion.confidence
}

/// How many of each kind and action.
fn counts(plan: &Plan, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    let mut counts: BTreeMap<(CaseKind, Action), usize> = BTreeMap::new();
    for item in &plan.items {
        *counts
            .entry((item.kind, item.suggestion.action))
            .or_default() += 1;
    }
    if counts.is_empty() {
        return Ok(());
    }
    let mut table = Table::default().left("KIND").left("ACTION").right("CASES");
    for ((kind, action), n) in counts {
        table.row([kind.to_string(), action.to_string(), n.to_string()]);
    }
    session.table(&table)
}

/// Some of a plan, drawn at random, with both sides and the reasons.
pub(super) fn sample(
    plan: &Plan,
    n: usize,
    seed: Option<u64>,
    store: &dyn Store,
    session: &mut Session<'_, '_>,
) -> anyhow::Result<Exit> {
    let seed = seed.unwrap_or_else(|| batch::seed_of(&plan.header));
    let drawn = batch::draw(plan.items.len(), n, seed);
    if session.json {
        for item in drawn.iter().filter_map(|at| plan.items.get(*at)) {
            session.json_line(item)?;
        }
        return session
            .json_line(
                &serde_json::json!({"sample": drawn.len(), "of": plan.items.len(), "seed": seed}),
            )
            .map(|()| Exit::Done);
    }
    session.line(format!(
        "{} of {}, drawn with --seed {seed}. Nothing is decided.",
        drawn.len(),
        words::count(plan.items.len() as u64, "case")
    ))?;
    for item in drawn.iter().filter_map(|at| plan.items.get(*at)) {
        let page = store
            .case(item.case)
            .with_context(|| format!("reading case {}", item.case))?;
        session.line("")?;
        session.look(
            Look::Strong,
            format!(
                "Case {} ({}): {}, confidence {}",
                item.case,
                item.kind,
                answered(&item.suggestion),
                words::confidence(sure(item))
            ),
        )?;
        if page.row.version != item.version {
            session.look(
                Look::Bad,
                "  It has changed since; the plan will leave it out.",
            )?;
        }
        for side in &page.row.contacts {
            let held: Vec<String> = side.identifiers.iter().map(words::identifier).collect();
            session.line(format!("  {}: {}", words::side(side), held.join(", ")))?;
        }
        for reason in &item.suggestion.reasons {
            session.line(format!(
                "  {:+.1}  {}",
                reason.weight,
                words::shown(&reason.text)
            ))?;
        }
    }
    Ok(Exit::Done)
}

/// `relink phone:1631… to 9 since 2026-…`.
fn answered(of: &Suggestion) -> String {
    words::line([
        Some(of.action.to_string()),
        of.survivor.map(|id| format!(" as {id}")),
        of.identifier
            .as_ref()
            .map(|id| format!(" {}", words::shown(id))),
        of.to.map(|to| match to {
            Target::Contact(id) => format!(" to {id}"),
            Target::New => " to a new contact".into(),
        }),
        of.since.map(|since| format!(" since {since}")),
    ])
}
