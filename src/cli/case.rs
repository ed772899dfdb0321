//! `reunite case`: one case, whole, as a page that reads from top to bottom:
//! what is asked, both sides, why, what was answered, what each answer would do.

use super::session::{Look, Session};
use super::table::Table;
use super::words;
use crate::domain::case::Suggestion;
use crate::domain::ids::CaseId;
use crate::error::Exit;
use crate::review::page::{CasePage, CaseRow, CaseSide, EvidenceRow, Outcome};
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

fn print(page: &CasePage, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    head(&page.row, session)?;
    for side in &page.row.contacts {
        contact(side, session)?;
    }
    suggestion(&page.row.suggestion, session)?;
    evidence(&page.evidence, session)?;
    if !page.decisions.is_empty() {
        heading("Decisions", session)?;
        for decision in &page.decisions {
            session.line(format!("  {}", words::decision(decision)))?;
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

/// What is asked; `ask` prints the same of the case that it opens.
pub(super) fn head(row: &CaseRow, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    session.look(
        Look::Strong,
        format!("Case {}: {} ({})", row.case, row.kind.title(), row.kind),
    )?;
    let mut state = format!(
        "{}, version {}, since {}",
        row.state, row.version, row.opened_at
    );
    if let Some(until) = row.deferred_until {
        state += &format!(", deferred until {until}");
    }
    if let Some(by) = &row.superseded_by {
        state += &format!(", superseded: {}", words::shown(by));
    }
    session.line(state)?;
    if !row.identifiers.is_empty() {
        session.line(format!(
            "In dispute: {}",
            words::references(&row.identifiers)
        ))?;
    }
    if let Some(change) = &row.change {
        session.line(format!("Change: {} at {}", change.kind, change.at))?;
        session.line(format!("  before: {}", words::ids(&change.previous)))?;
        session.line(format!("  after:  {}", words::ids(&change.current)))?;
    }
    Ok(())
}

fn heading(words: &str, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    session.line("")?;
    session.look(Look::Strong, words)
}

fn contact(side: &CaseSide, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    let homes: Vec<String> = side.homes.iter().map(ToString::to_string).collect();
    let mut title = format!("Contact {}", words::side(side));
    if homes.iter().any(|home| *home != side.contact.to_string()) {
        title += &format!(" (the evidence names {})", homes.join(", "));
    }
    heading(&title, session)?;
    for identifier in &side.identifiers {
        session.line(format!("  {}", held(identifier)))?;
    }
    Ok(())
}

/// An identifier with its state and dates.
pub(super) fn held(row: &crate::review::page::IdentifierRow) -> String {
    let mut line = format!("{}  {}", words::identifier(row), row.state);
    if let Some(since) = row.since {
        line += &format!(" since {since}");
    }
    if let Some(until) = row.until {
        line += &format!(" until {until}");
    }
    if row.unconfirmed {
        line += "  unconfirmed: writing to it may reach a stranger";
    }
    line
}

fn suggestion(of: &Suggestion, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    let mut line = format!("Suggestion: {}", of.action);
    if let Some(survivor) = of.survivor {
        line += &format!(", survivor {survivor}");
    }
    if let Some(identifier) = &of.identifier {
        line += &format!(" {}", words::shown(identifier));
    }
    if let Some(to) = of.to {
        line += &match to {
            crate::domain::case::Target::Contact(id) => format!(" to contact {id}"),
            crate::domain::case::Target::New => " to a new contact".into(),
        };
    }
    if let Some(since) = of.since {
        line += &format!(" since {since}");
    }
    line += &format!(", confidence {}", words::confidence(of.confidence));
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
    let mut table = Table::default()
        .left("AT")
        .left("SURFACE")
        .right("TIMES")
        .cut("TOGETHER", 20);
    for row in rows {
        let mut together = words::references(&row.identifiers);
        if let Some(name) = &row.name {
            together += &format!(" as {}", words::name(name));
        }
        table.row([
            row.at.to_string(),
            row.surface.to_string(),
            row.count.to_string(),
            together,
        ]);
    }
    session.table(&table)
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
    for route in &of.routes {
        session.line(format!("    > {}", words::route(route)))?;
    }
    Ok(())
}
