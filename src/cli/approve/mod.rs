//! `reunite approve`: the suggestions of many cases at once, as one batch with
//! one undo; or a plan of them in a file, to be read first and applied later.

mod carry_out;
mod file;
mod preview;
mod told;

use super::args;
use super::session::Session;
use crate::domain::case::CaseKind;
use crate::domain::ids::CaseId;
use crate::error::{Exit, Failure};
use crate::review::batch::Scope;
use anyhow::Context as _;
use carry_out::carry_out;
use preview::{preview, sample};
use std::path::PathBuf;

/// Apply the suggestions of many cases as one batch, with one undo
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  reunite approve --kind identity_change --dry-run     what would it do?
  reunite approve --kind identity_change               do it
  reunite approve --dry-run --plan PLAN --sample 20    write a plan, look at 20
  reunite approve --plan PLAN                          apply exactly that
  reunite undo --batch 5                               take all of it back

Suggestions to wait, and cases where nothing is safe to suggest, are passed
over. Stopped half-way, what is decided stays, and the same command goes on
under the same batch.")]
pub(super) struct Args {
    /// Cases of this kind only
    #[arg(long, value_name = "KIND", value_parser = args::case_kind())]
    kind: Option<CaseKind>,
    /// Suggestions at least this sure [default: review.batch_confidence]
    #[arg(long, value_name = "C", value_parser = args::confidence)]
    min_confidence: Option<f64>,
    /// These cases only
    #[arg(long, value_name = "CASE", num_args = 1.., value_delimiter = ',')]
    ids: Vec<CaseId>,
    /// At most so many, the surest first
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    /// Say what would be done, write nothing to the store
    #[arg(long)]
    dry_run: bool,
    /// Apply this plan; with --dry-run, write it
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// Look at so many of them, drawn at random, and apply nothing
    #[arg(long, value_name = "N")]
    sample: Option<usize>,
    /// The seed of the draw [default: drawn too, and printed]
    #[arg(long, value_name = "S", requires = "sample")]
    seed: Option<u64>,
    /// Why, for the log
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl Args {
    fn is_filtered(&self) -> bool {
        self.kind.is_some()
            || self.min_confidence.is_some()
            || !self.ids.is_empty()
            || self.limit.is_some()
    }
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let looks_only = args.dry_run || args.sample.is_some();
    let mut store = if looks_only {
        session.reading()?
    } else {
        session.deciding()?
    };
    let by = session.by(args.reason.as_deref());
    let plan = match args.plan.as_deref().filter(|_| !args.dry_run) {
        Some(file) if args.is_filtered() => {
            return Err(Failure::usage(
                format!("{} says already which cases it takes", file.display()),
                "leave out --kind, --min-confidence, --ids and --limit; or add --dry-run to write a new plan",
            )
            .into());
        }
        Some(file) => file::read(file)?,
        None => {
            let scope = Scope {
                kind: args.kind,
                min_confidence: args
                    .min_confidence
                    .unwrap_or(session.config.review.batch_confidence),
                ids: args.ids.clone(),
                limit: args.limit,
            };
            store.plan(&scope, &by).context("planning the batch")?
        }
    };
    if let Some(file) = args.plan.as_deref().filter(|_| args.dry_run) {
        file::write(&plan, file)?;
    }
    if let Some(n) = args.sample {
        return sample(&plan, n, args.seed, &*store, session);
    }
    if args.dry_run {
        return preview(&plan, args.plan.as_deref(), &*store, session);
    }
    carry_out(args, &plan, &mut *store, session)
}
