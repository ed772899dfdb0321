//! Applying a plan, part by part.

use super::super::ingest::stop_on_signals;
use super::super::session::{Look, Session};
use super::super::words;
use super::Args;
use super::told::{Closing, left_out_before, line, named_exclusions, refused};
use crate::domain::ids::BatchId;
use crate::error::{Exit, Failure};
use crate::review::batch::{Item, Outcome, Plan, Tally};
use crate::store::Store;
use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Applies a plan, chunk by chunk, until it is done or somebody stops it.
pub(super) fn carry_out(
    args: &Args,
    plan: &Plan,
    store: &mut dyn Store,
    session: &mut Session<'_, '_>,
) -> anyhow::Result<Exit> {
    let began = Instant::now();
    left_out_before(plan, false, session)?;
    let mut tally = Tally {
        left_out: named_exclusions(plan).count(),
        ..Tally::default()
    };
    let mut batch = None;
    let mut next = 0;
    let stop = stop_on_signals()?;
    let bar = bar(plan.items.len(), session.world.err.terminal);
    while next < plan.items.len() && !stop.load(Ordering::Relaxed) {
        let by = session.by(args.reason.as_deref());
        let chunk = store.apply(plan, next, &by).with_context(|| {
            format!(
                "applying the batch ({} are decided and stay)",
                tally.applied
            )
        })?;
        batch = Some(chunk.batch);
        for (item, outcome) in plan.items.iter().skip(next).zip(&chunk.outcomes) {
            tally.add(outcome);
            let told = bar.suspend(|| tell(item, outcome, chunk.batch, session));
            told?;
        }
        next += chunk.outcomes.len();
        bar.set_position(next as u64);
    }
    bar.finish_and_clear();
    let remaining = plan.items.len() - next;
    if tally.applied + tally.proposed == 0 {
        batch = None;
    }
    if session.json {
        session.json_line(&Closing {
            batch,
            applied: tally.applied,
            left_out: tally.left_out,
            proposed: tally.proposed,
            remaining,
            dry_run: false,
            elapsed_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
        })?;
    } else {
        conclude(batch, tally, session)?;
    }
    if remaining > 0 {
        return Err(Failure::failed(
            format!(
                "stopped: {} decided, and stay; {remaining} not tried",
                tally.applied
            ),
            "the same command goes on under the same batch",
        )
        .into());
    }
    Ok(Exit::Done)
}

/// What became of one case.
fn tell(
    item: &Item,
    outcome: &Outcome,
    batch: BatchId,
    session: &mut Session<'_, '_>,
) -> anyhow::Result<()> {
    match outcome {
        Outcome::Done(done) if session.json => session.json_line(done),
        Outcome::Refused(why) if session.json => {
            session.json_line(&line(item, Some(why), Some(batch)))
        }
        Outcome::Done(done) => {
            let number = match (done.decision, done.proposed) {
                (Some(id), _) => format!("decision {id}: "),
                (None, Some(id)) => format!("proposal {id}: "),
                (None, None) => String::new(),
            };
            let summary = words::shown(&done.summary);
            session.line(format!("Case {}: {number}{summary}", item.case))
        }
        Outcome::Refused(why) => refused(item.case, why, session),
    }
}

fn conclude(
    batch: Option<BatchId>,
    tally: Tally,
    session: &mut Session<'_, '_>,
) -> anyhow::Result<()> {
    let line = words::line([
        batch.map(|batch| format!("Batch {batch}: ")),
        Some(format!(
            "{} applied, {} left out",
            tally.applied, tally.left_out
        )),
        (tally.proposed > 0).then(|| format!(", {} proposed", tally.proposed)),
    ]);
    session.look(Look::Good, line)?;
    if tally.proposed > 0 {
        session.look(
            Look::Dim,
            "Another operator confirms them: `reunite proposals`",
        )?;
    }
    match batch.filter(|_| tally.applied > 0) {
        Some(batch) => session.look(
            Look::Dim,
            format!("To take it back: `reunite undo --batch {batch}`"),
        ),
        None => Ok(()),
    }
}

fn bar(items: usize, terminal: bool) -> ProgressBar {
    if !terminal {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(items as u64);
    bar.set_draw_target(ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos}/{len} {per_sec} {eta}") {
        bar.set_style(style);
    }
    bar
}
