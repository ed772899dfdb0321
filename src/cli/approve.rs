//! `reunite approve`: the suggestions of many cases at once, as one batch with
//! one undo; or a plan of them in a file, to be read first and applied later.

use super::args;
use super::ingest::stop_on_signals;
use super::session::{Look, Session};
use super::table::Table;
use super::words;
use crate::domain::case::{Action, CaseKind, Suggestion, Target};
use crate::domain::ids::{BatchId, CaseId, ContactId, DecisionId};
use crate::error::{Exit, Failure};
use crate::review::batch::{self, Item, Outcome, Plan, Scope, Tally};
use crate::review::refusal::Refusal;
use crate::store::Store;
use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Instant;

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
        Some(file) => read(file)?,
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
        write(&plan, file)?;
    }
    if let Some(n) = args.sample {
        return sample(&plan, n, args.seed, &*store, session);
    }
    if args.dry_run {
        return preview(&plan, args.plan.as_deref(), session);
    }
    carry_out(args, &plan, &mut *store, session)
}

fn read(file: &Path) -> anyhow::Result<Plan> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("reading the plan {}", file.display()))?;
    batch::read(&text).map_err(|e| {
        Failure::failed(
            format!("{}: {e}", file.display()),
            "a plan is written by `reunite approve --dry-run --plan FILE`",
        )
        .into()
    })
}

/// Writes a plan beside its place and moves it there, so that no half of one
/// is ever found.
fn write(plan: &Plan, file: &Path) -> anyhow::Result<()> {
    let doing = || format!("writing the plan {}", file.display());
    let folder = file.parent().filter(|dir| !dir.as_os_str().is_empty());
    let mut beside =
        tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).with_context(doing)?;
    // A plan for later goes on with no earlier batch.
    let header = batch::Header {
        continues: None,
        ..plan.header.clone()
    };
    let mut to = std::io::BufWriter::new(&mut beside);
    for line in batch::lines(&header, &plan.items) {
        writeln!(to, "{}", line.with_context(doing)?).with_context(doing)?;
    }
    to.flush().with_context(doing)?;
    drop(to);
    beside.as_file().sync_all().with_context(doing)?;
    beside.persist(file).with_context(doing)?;
    Ok(())
}

/// One line for a case, where it is not a decision's own.
#[derive(Serialize)]
struct Line<'a> {
    decision: Option<DecisionId>,
    batch: Option<BatchId>,
    action: Action,
    case: CaseId,
    canonical: Option<ContactId>,
    applied: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
    #[serde(flatten)]
    refusal: Option<&'a Refusal>,
}

/// The object at the end.
#[derive(Serialize)]
struct Closing {
    batch: Option<BatchId>,
    applied: usize,
    left_out: usize,
    #[serde(skip_serializing_if = "is_zero")]
    proposed: usize,
    /// Not tried: the run was stopped.
    #[serde(skip_serializing_if = "is_zero")]
    remaining: usize,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    dry_run: bool,
    elapsed_ms: u64,
}

// serde hands a reference over.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(n: &usize) -> bool {
    *n == 0
}

fn line<'a>(item: &Item, refusal: Option<&'a Refusal>, batch: Option<BatchId>) -> Line<'a> {
    Line {
        decision: None,
        batch,
        action: item.suggestion.action,
        case: item.case,
        canonical: None,
        applied: false,
        dry_run: false,
        refusal,
    }
}

/// What a plan would do, without trying it.
fn preview(
    plan: &Plan,
    file: Option<&Path>,
    session: &mut Session<'_, '_>,
) -> anyhow::Result<Exit> {
    if session.json {
        for item in &plan.items {
            session.json_line(&Line {
                canonical: item.suggestion.survivor,
                dry_run: true,
                ..line(item, None, None)
            })?;
        }
        left_out_before(plan, true, session)?;
        session.json_line(&Closing {
            batch: None,
            applied: 0,
            left_out: named_exclusions(plan).count(),
            proposed: 0,
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

/// Exclusions are told one by one where the operator named the cases, else
/// they were only passed over.
fn named_exclusions(plan: &Plan) -> impl Iterator<Item = &batch::Excluded> {
    let named = !plan.header.filter.ids.is_empty();
    plan.excluded.iter().filter(move |_| named)
}

fn left_out_before(
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

fn refused(case: CaseId, why: &Refusal, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    let line = format!(
        "Case {case} left out ({}): {}",
        why.code,
        words::shown(&why.detail)
    );
    session.look(Look::Bad, line)
}

/// Some of a plan, drawn at random, with both sides and the reasons.
fn sample(
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

/// Applies a plan, chunk by chunk, until it is done or somebody stops it.
fn carry_out(
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
