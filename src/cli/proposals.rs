//! `reunite proposals`: answers that wait for another operator, and the rule
//! that asks for one.

use super::decide;
use super::session::{Look, Session};
use super::table::Table;
use super::words;
use crate::domain::ids::ProposalId;
use crate::error::Exit;
use crate::review::four_eyes::{Proposal, ProposalState, Rule};
use anyhow::Context as _;

/// Answers that wait for another operator: list, confirm, withdraw
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  reunite proposals                  what waits
  reunite proposals confirm 4        let it stand; by another than who proposed it
  reunite proposals withdraw 4       take it back, or turn it down
  reunite proposals rule             which answers need another operator
  reunite proposals rule --adopt     keep the configuration's rule in the store")]
pub(super) struct Args {
    /// Settled ones too
    #[arg(long)]
    all: bool,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, clap::Subcommand)]
enum Verb {
    /// Show what waits
    List,
    /// Let proposals of another operator stand
    Confirm {
        /// Which
        #[arg(required = true)]
        ids: Vec<ProposalId>,
        /// Why, for the log [default: the proposer's reason]
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Take own proposals back, or turn others down
    Withdraw {
        /// Which
        #[arg(required = true)]
        ids: Vec<ProposalId>,
        /// Why, for the log
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
    },
    /// Show the rule of the store; --adopt takes over the configuration's
    Rule {
        /// Keep the rule of the configuration in the store, for everybody
        #[arg(long)]
        adopt: bool,
    },
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    match &args.verb {
        None | Some(Verb::List) => list(args.all, session),
        Some(Verb::Confirm { ids, reason }) => {
            let mut store = session.deciding()?;
            for id in ids {
                let by = session.by(reason.as_deref());
                let done = store
                    .confirm(*id, &by)
                    .with_context(|| format!("confirming proposal {id}"))?;
                decide::print(&done, session)?;
            }
            Ok(Exit::Done)
        }
        Some(Verb::Withdraw { ids, reason }) => {
            let mut store = session.deciding()?;
            for id in ids {
                let by = session.by(reason.as_deref());
                let proposal = store
                    .withdraw(*id, &by)
                    .with_context(|| format!("withdrawing proposal {id}"))?;
                if session.json {
                    session.json_line(&proposal)?;
                } else {
                    session.look(Look::Good, format!("Proposal {id} is withdrawn"))?;
                }
            }
            Ok(Exit::Done)
        }
        Some(Verb::Rule { adopt }) => rule(*adopt, session),
    }
}

fn list(all: bool, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let found = session
        .reading()?
        .proposals(all)
        .context("reading the proposals")?;
    if session.json {
        for proposal in &found {
            session.json_line(proposal)?;
        }
        return Ok(Exit::Done);
    }
    if found.is_empty() {
        session.line("No answer waits for another operator.")?;
        return Ok(Exit::Done);
    }
    let mut table = Table::default()
        .right("ID")
        .right("CASE")
        .left("STATE")
        .cut("BY", 6)
        .left("SINCE")
        .cut("WHAT", 12);
    for p in &found {
        table.row([
            p.proposal.to_string(),
            p.case.to_string(),
            p.state.to_string(),
            p.operator.clone(),
            p.at.to_string(),
            p.summary.clone(),
        ]);
    }
    session.table(&table)?;
    if found.iter().any(|p| p.state == ProposalState::Waiting) {
        session.look(
            Look::Dim,
            "Another operator: `reunite proposals confirm ID`",
        )?;
    }
    Ok(Exit::Done)
}

/// A proposal in a line.
pub(super) fn waits(p: &Proposal) -> String {
    words::line([
        Some(format!(
            "proposal {}: {}",
            p.proposal,
            words::shown(&p.summary)
        )),
        Some(format!(", by {} at {}", words::shown(&p.operator), p.at)),
        p.reason
            .as_ref()
            .map(|why| format!(" (\"{}\")", words::shown(why))),
    ])
}

fn rule(adopt: bool, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    if adopt {
        let wanted = session.config.review.four_eyes.clone();
        let mut store = session.deciding()?;
        let by = session.by(None);
        store
            .rule(&wanted.unwrap_or_default(), &by)
            .context("keeping the rule")?;
    }
    let kept = session.reading()?.four_eyes().context("reading the rule")?;
    if session.json {
        session.json_line(&kept)?;
        return Ok(Exit::Done);
    }
    match &kept {
        None => session.line("Every answer stands at once: the store keeps no rule.")?,
        Some(rule) => told(rule, session)?,
    }
    let differs = session.config.review.four_eyes.as_ref() != kept.as_ref();
    if differs && session.config.review.four_eyes.is_some() {
        session.look(
            Look::Dim,
            "The configuration says otherwise: `reunite proposals rule --adopt` takes it over.",
        )?;
    }
    Ok(Exit::Done)
}

fn told(rule: &Rule, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    session.look(Look::Strong, "Another operator has to confirm")?;
    if !rule.kinds.is_empty() {
        let kinds = words::ids(&rule.kinds);
        session.line(format!("  answers to cases of kind {kinds}"))?;
    }
    if !rule.actions.is_empty() {
        let actions = words::ids(&rule.actions);
        session.line(format!("  every {actions}"))?;
    }
    if let Some(most) = rule.batch_above {
        session.line(format!("  all of a batch of more than {most}"))?;
    }
    if let Some(least) = rule.confidence_below {
        session.line(format!(
            "  answers that are suggested with less than {least}, or not at all"
        ))?;
    }
    Ok(())
}
