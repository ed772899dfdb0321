//! `reunite undo`: takes a decision out, or a whole batch, in any order.

use super::decide::print;
use super::session::Session;
use crate::domain::ids::{BatchId, DecisionId};
use crate::error::Exit;
use crate::store::Undo;
use anyhow::Context as _;

/// Undo a decision or a batch, in any order; undoing an undo redoes
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  reunite undo 41 --dry-run
  reunite undo 41 --cascade     what stands on it too
  reunite undo --batch 5")]
pub(super) struct Args {
    /// The decision
    #[arg(required_unless_present = "batch", conflicts_with = "batch")]
    decision: Option<DecisionId>,
    /// All decisions of a batch
    #[arg(long, value_name = "B")]
    batch: Option<BatchId>,
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
    let (what, doing) = match (args.decision, args.batch) {
        (Some(id), _) => (Undo::Decision(id), format!("undoing decision {id}")),
        (None, Some(id)) => (Undo::Batch(id), format!("undoing batch {id}")),
        // clap asks for one of the two.
        (None, None) => return Ok(Exit::Usage),
    };
    let mut store = session.deciding()?;
    let by = session.by(args.reason.as_deref());
    let all = store
        .undo(what, args.cascade, args.dry_run, &by)
        .context(doing)?;
    for done in &all {
        print(done, session)?;
    }
    Ok(Exit::Done)
}
