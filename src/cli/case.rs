//! `reunite case`: one case, whole, as a page that reads from top to bottom:
//! what is asked, both sides, why, what was answered, what each answer would do.

use super::proposals;
use super::session::{Look, Session};
use super::words;
use crate::domain::case::{Suggestion, Target};
use crate::domain::ids::CaseId;
use crate::error::Exit;
use crate::review::page::{CasePage, CaseRow, CaseSide, EvidenceRow, IdentifierRow, Outcome};
use anyhow::Context as _;

/// Show one case: both sides, evidence, suggestion, and what each answer would do
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Its number
    case: CaseId,
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let store = session.reading()?;
    let page = store
        .case(args.case)
        .with_context(|| format!("reading case {}", args.case))?;
    if session.json {
        session.json_line(&page)?;
    } else {
        print(&page, session)?;
    }
    Ok(Exit::Done)
}

/// The whole page; `ask` prints the same of the case that it opens.
pub(super) fn print(page: &CasePage, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    head(&page.row, session)?;
    if let Some(claim) = &page.claim {
        let who = words::shown(&claim.operator);
        let line = format!("{who} looks at it until {}", claim.until);
        session.look(Look::Dim, line)?;
    }
    for side in &page.row.contacts {
        contact(side, session)?;
    }
    suggestion(&page.row.suggestion, session)?;
    evidence(&page.evidence, session)?;
    if let Some(decision) = &page.superseded_by_decision {
        heading("Superseded by", session)?;
        session.line(format!("  {}", words::decision(decision)))?;
    }
    if !page.kept_apart.is_empty() {
        heading("Kept apart before", session)?;
        for decision in &page.kept_apart {
            session.line(format!("  {}", words::decision(decision)))?;
        }
    }
    if !page.decisions.is_empty() {
        heading("Decisions", session)?;
        for decision in &page.decisions {
            session.line(format!("  {}", words::decision(decision)))?;
        }
    }
    if !page.proposals.is_empty() {
        heading("Waiting for another operator", session)?;
        for proposal in &page.proposals {
            session.line(format!("  {}", proposals::waits(proposal)))?;
        }
    }
    if !page.outcomes.is_empty() {
        heading("What each answer would do", session)?;
        for answer in &page.outcomes {
            outcome(answer, session)?;
        }
    }
    Ok(())
}

/// What is asked.
fn head(row: &CaseRow, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    session.look(
        Look::Strong,
        format!("Case {}: {} ({})", row.case, row.kind.title(), row.kind),
    )?;
    session.line(words::line([
        Some(format!("{}, version {}", row.state, row.version)),
        Some(format!(", since {}", row.opened_at)),
        row.deferred_until
            .map(|until| format!(", deferred until {until}")),
        row.superseded_by
            .as_ref()
            .map(|by| format!(", superseded: {}", words::shown(by))),
    ]))?;
    if !row.identifiers.is_empty() {
        session.line(format!(
            "In dispute: {}",
            words::references(&row.identifiers)
        ))?;
    }
    if let Some(change) = &row.change {
        session.line(format!("Change: {} at {}", change.kind, change.at))?;
        session.line(format!(
            "  before: {}",
            words::change_side(&change.previous)
        ))?;
        session.line(format!("  after:  {}", words::change_side(&change.current)))?;
    }
    Ok(())
}

fn heading(words: &str, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    session.line("")?;
    session.look(Look::Strong, words)
}

fn contact(side: &CaseSide, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    let names_others = side.homes.iter().any(|home| *home != side.contact);
    let title = words::line([
        Some(format!("Contact {}", words::side(side))),
        names_others.then(|| format!(" (the evidence names {})", words::ids(&side.homes))),
    ]);
    heading(&title, session)?;
    for identifier in &side.identifiers {
        session.line(format!("  {}", held(identifier)))?;
    }
    Ok(())
}

/// An identifier with its state and dates.
pub(super) fn held(row: &IdentifierRow) -> String {
    words::line([
        Some(format!("{}  {}", words::identifier(row), row.state)),
        row.since.map(|since| format!(" since {since}")),
        row.until.map(|until| format!(" until {until}")),
        row.unconfirmed
            .then(|| "  unconfirmed: writing to it may reach a stranger".into()),
    ])
}

fn suggestion(of: &Suggestion, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    let to = of.to.map(|to| match to {
        Target::Contact(id) => format!(" to contact {id}"),
        Target::New => " to a new contact".into(),
    });
    let line = words::line([
        Some(format!("Suggestion: {}", of.action)),
        of.survivor.map(|id| format!(", survivor {id}")),
        of.identifier
            .as_ref()
            .map(|identifier| format!(" {}", words::shown(identifier))),
        to,
        of.since.map(|since| format!(" since {since}")),
        Some(format!(", confidence {}", words::confidence(of.confidence))),
    ]);
    heading(&line, session)?;
    for reason in &of.reasons {
        session.line(format!(
            "  {:+.1}  {}",
            reason.weight,
            words::shown(&reason.text)
        ))?;
    }
    Ok(())
}

fn evidence(rows: &[EvidenceRow], session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    heading("Evidence", session)?;
    for row in rows {
        let line = words::line([
            Some(format!(
                "  {}  {}, {}",
                row.at,
                row.surface,
                times(row.count)
            )),
            Some(format!(": {}", words::references(&row.identifiers))),
            row.name
                .as_ref()
                .map(|name| format!(", as {}", words::name(name))),
        ]);
        session.line(line)?;
    }
    Ok(())
}

fn times(count: i64) -> String {
    if count == 1 {
        "once".into()
    } else {
        format!("{count} times")
    }
}

fn outcome(of: &Outcome, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    session.line(format!("  {}", of.action))?;
    if let Some(refusal) = &of.refusal {
        let line = format!(
            "    refused ({}): {}",
            refusal.code,
            words::shown(&refusal.detail)
        );
        return session.look(Look::Bad, line);
    }
    for effect in &of.effects {
        session.line(format!("    - {}", words::shown(effect)))?;
    }
    for warning in &of.warnings {
        session.look(Look::Bad, format!("    ! {}", words::shown(warning)))?;
    }
    for route in &of.routes {
        session.line(format!("    > {}", words::route(route)))?;
    }
    Ok(())
}
