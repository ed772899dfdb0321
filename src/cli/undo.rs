//! `reunite undo`: takes a decision out, or a whole batch, or what one operator
//! answered in a time; in any order.

use super::args;
use super::decide::print;
use super::session::Session;
use super::words;
use crate::domain::ids::{BatchId, DecisionId};
use crate::error::Exit;
use crate::review::page::{Difference, Holding, Shown};
use crate::store::{Answers, Undo};
use anyhow::Context as _;

/// Undo a decision, a batch, or an operator's answers of a time; undoing an
/// undo redoes
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  reunite undo 41 --dry-run          what would change?
  reunite undo 41 --cascade          what stands on it too
  reunite undo --batch 5
  reunite undo --by ana --since 1h   all that Ana answered in the last hour

Several undos are a batch of their own: `reunite undo --batch` with its number
puts all of them back.")]
pub(super) struct Args {
    /// The decision
    #[arg(required_unless_present_any = ["batch", "by"], conflicts_with_all = ["batch", "by"])]
    decision: Option<DecisionId>,
    /// All decisions of a batch
    #[arg(long, value_name = "B", conflicts_with = "by")]
    batch: Option<BatchId>,
    /// What this operator answered, with --since
    #[arg(long, value_name = "NAME", requires = "since")]
    by: Option<String>,
    /// From then on: a time, or how long ago (90m, 1h, 2d)
    #[arg(long, value_name = "TIME", requires = "by", value_parser = args::time_or_ago)]
    since: Option<args::When>,
    /// Before then: a time, or how long ago [default: now]
    #[arg(long, value_name = "TIME", requires = "by", value_parser = args::time_or_ago)]
    until: Option<args::When>,
    /// Undo the decisions that stand on it too
    #[arg(long)]
    cascade: bool,
    /// Why, for the log
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Say what would happen, write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let now = session.now();
    let mut store = session.deciding_unless(args.dry_run)?;
    let by = session.by(args.reason.as_deref());
    let (cascade, dry_run) = (args.cascade, args.dry_run);
    let (all, doing) = match (args.decision, args.batch, &args.by, args.since) {
        (Some(id), ..) => (
            store.undo(Undo::Decision(id), cascade, dry_run, &by),
            format!("undoing decision {id}"),
        ),
        (None, Some(id), ..) => (
            store.undo(Undo::Batch(id), cascade, dry_run, &by),
            format!("undoing batch {id}"),
        ),
        (None, None, Some(operator), Some(since)) => {
            let whose = Answers {
                operator: operator.clone(),
                since: since.at(now),
                until: args.until.map(|until| until.at(now)),
            };
            (
                store.undo_answers(&whose, cascade, dry_run, &by),
                format!("undoing what {} answered", words::shown(operator)),
            )
        }
        // clap asks for one of the three.
        (None, None, ..) => return Ok(Exit::Usage),
    };
    let all = all.context(doing)?;
    for done in &all {
        print(done, session)?;
        if !session.json {
            for change in &done.changes {
                session.line(format!("  {}", told(change)))?;
            }
        }
    }
    if let Some(batch) = all.first().and_then(|done| done.batch)
        && !session.json
    {
        let undos = words::count(u64::try_from(all.len()).unwrap_or(0), "undo");
        session.line(format!(
            "{undos}, as one batch: `reunite undo --batch {batch}` puts all back."
        ))?;
    }
    Ok(Exit::Done)
}

/// `contact 9: as 3, then as itself`.
fn told(change: &Difference) -> String {
    match change {
        Difference::Case {
            case,
            before,
            after,
        } => {
            let stands = |state: &Option<_>| match state {
                Some(state) => format!("{state:?}").to_lowercase(),
                None => "not there".into(),
            };
            format!("case {case}: {}, then {}", stands(before), stands(after))
        }
        Difference::Contact {
            contact,
            before,
            after,
        } => {
            let shown = |state: &Option<Shown>| match state {
                None => "not there".into(),
                Some(shown) if shown.canonical == *contact => {
                    format!("by itself, {}", words::name(&shown.name))
                }
                Some(shown) => format!("within {}, {}", shown.canonical, words::name(&shown.name)),
            };
            format!(
                "contact {contact}: {}, then {}",
                shown(before),
                shown(after)
            )
        }
        Difference::Identifier {
            identifier,
            before,
            after,
        } => format!(
            "{}: {}, then {}",
            words::shown(identifier),
            held(before),
            held(after)
        ),
    }
}

/// `contact 3 since 2026-04-12 (former)`.
fn held(links: &[Holding]) -> String {
    let links = links.iter().map(|link| {
        format!(
            "contact {} since {} ({})",
            link.contact,
            words::date(Some(link.since)),
            link.state
        )
    });
    let links: Vec<String> = links.collect();
    if links.is_empty() {
        "nobody's".into()
    } else {
        links.join(", ")
    }
}
