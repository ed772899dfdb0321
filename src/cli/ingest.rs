//! `reunite ingest`: traffic into the store, with a progress bar for whoever
//! watches, and a clean stop.

use super::session::{Look, Session};
use super::table::Table;
use super::words;
use crate::error::{Exit, Failure};
use crate::ingest::{self, Ending, Input, Intake, Progress, source};
use crate::payload::{Format, UnreadField};
use crate::review::page::Counts;
use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, PoisonError};

/// Take webhook traffic in; the store is made if it is not there
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  reunite ingest webhooks.jsonl archive/*.jsonl.zst
  tail -f webhooks.jsonl | reunite ingest --format meta
  reunite ingest --strict --json < day.json

JSON lines, an array or single objects, plain, .gz or .zst. The same traffic
again changes nothing.")]
pub(super) struct Args {
    /// Files or directories; none, or -, is standard input
    files: Vec<PathBuf>,
    /// Whose webhooks they are
    #[arg(long, value_enum, default_value_t = FormatArg::Auto)]
    format: FormatArg,
    /// Exit 1 if anything was quarantined
    #[arg(long)]
    strict: bool,
    /// The portfolio of input that names no business number
    #[arg(long, value_name = "NAME")]
    portfolio: Option<String>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum FormatArg {
    Auto,
    Meta,
    Kapso,
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let inputs = inputs(&args.files, session)?;
    let mut total = Some(0);
    for input in &inputs {
        let bytes = input
            .bytes()
            .with_context(|| format!("opening {}", input.name()))?;
        total = total.zip(bytes).map(|(sum, more)| sum + more);
    }
    if total.is_none() && std::io::stdin().is_terminal() {
        // Otherwise it looks as if nothing happened.
        let _ = writeln!(
            session.world.err,
            "Reading webhook JSON from the terminal; Ctrl-D ends it."
        );
    }
    let mut map = session.config.map();
    map.unnamed.clone_from(&args.portfolio);
    let mut store = session.taking_in()?;
    let intake = Intake {
        format: match args.format {
            FormatArg::Auto => Format::Auto,
            FormatArg::Meta => Format::Meta,
            FormatArg::Kapso => Format::Kapso,
        },
        map: &map,
        clock: &session.world.now,
        stop: stop_on_signals()?,
        unread: Arc::default(),
    };
    let bar = bar(total, session.world.err.terminal);
    let (counts, ending) = ingest::run(inputs, &intake, &mut *store, &mut |now| show(&bar, now));
    bar.finish_and_clear();
    let unread = intake.unread.lock().unwrap_or_else(PoisonError::into_inner);
    let unknown = unread.fields();
    drop(unread);
    let report = Said {
        counts,
        unknown_fields: Some(&unknown),
    };
    conclude(args.strict, &report, ending, session, |counts, session| {
        tally(counts, session)?;
        print_unknown(&unknown, session)
    })
}

/// What `--json` prints: the counts, and of webhooks the fields that nobody
/// read.
#[derive(serde::Serialize)]
pub(super) struct Said<'r> {
    #[serde(flatten)]
    pub(super) counts: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) unknown_fields: Option<&'r [UnreadField]>,
}

/// Says how it ended: as JSON, or in the words of `print`.
pub(super) fn conclude(
    strict: bool,
    report: &Said<'_>,
    ending: Ending,
    session: &mut Session<'_, '_>,
    print: impl FnOnce(&Counts, &mut Session<'_, '_>) -> anyhow::Result<()>,
) -> anyhow::Result<Exit> {
    let counts = &report.counts;
    let interrupted = match ending {
        Ending::Failed(error) => {
            let kept = words::count(counts.read, "item");
            let context = format!("ingesting ({kept} before it are in the store and kept)");
            return Err(error.context(context));
        }
        Ending::Stopped => true,
        Ending::Done => false,
    };
    if session.json {
        session.json_line(report)?;
    } else {
        print(counts, session)?;
    }
    if interrupted {
        return Err(Failure::failed(
            "interrupted; what was taken in until then is kept",
            "run it again: what is known already is passed over",
        )
        .into());
    }
    match unread(counts) {
        Some(unread) if strict => {
            Err(Failure::failed(unread, "`reunite quarantine list` says why").into())
        }
        _ => Ok(Exit::Done),
    }
}

/// What could not be read, now or when it came before.
fn unread(counts: &Counts) -> Option<String> {
    let items = |count| words::count(count, "item");
    let (new, still) = (counts.quarantined, counts.still_quarantined);
    match (new, still) {
        (0, 0) => None,
        (_, 0) => Some(format!("{} quarantined", items(new))),
        (0, _) => Some(format!("{} in quarantine since before", items(still))),
        _ => Some(format!(
            "{} quarantined, {still} more since before",
            items(new)
        )),
    }
}

fn inputs(paths: &[PathBuf], session: &mut Session<'_, '_>) -> anyhow::Result<Vec<Input>> {
    if paths.is_empty() {
        return Ok(vec![Input::stdin()]);
    }
    let mut inputs = Vec::new();
    for path in paths {
        if path == Path::new("-") {
            inputs.push(Input::stdin());
            continue;
        }
        if is_sheet(path) {
            // Each of its lines would wait in quarantine for ever.
            let what = format!("{} is a CSV file by its name, not JSON", path.display());
            return Err(Failure::usage(what, "`reunite import FILE` takes contacts in").into());
        }
        let files = source::files(std::slice::from_ref(path))
            .with_context(|| format!("opening {}", path.display()))?;
        if files.is_empty() {
            // Otherwise nothing tells it from traffic that is known already.
            let _ = writeln!(
                session.world.err,
                "note: no file in {} ends in {}; directories in it are not searched",
                words::shown(&path.display().to_string()),
                source::ENDINGS.join(", ")
            );
        }
        inputs.extend(files.into_iter().map(Input::file));
    }
    Ok(inputs)
}

/// Whether a file is named as contacts are exported, packed or not.
fn is_sheet(path: &Path) -> bool {
    let ends = |path: &Path, known: [&str; 2]| {
        let ending = path.extension().unwrap_or_default();
        known.iter().any(|known| ending.eq_ignore_ascii_case(known))
    };
    let packed = path.file_stem().filter(|_| ends(path, ["gz", "zst"]));
    ends(packed.map_or(path, Path::new), ["csv", "tsv"])
}

/// The first signal asks for a clean stop, the second one ends at once.
pub(super) fn stop_on_signals() -> anyhow::Result<Arc<AtomicBool>> {
    use signal_hook::{consts, flag};
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [consts::SIGINT, consts::SIGTERM] {
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&stop))
            .and_then(|_| flag::register(signal, Arc::clone(&stop)))
            .context("listening for Ctrl-C")?;
    }
    Ok(stop)
}

pub(super) fn bar(total: Option<u64>, terminal: bool) -> ProgressBar {
    if !terminal {
        return ProgressBar::hidden();
    }
    let (bar, template) = match total {
        Some(total) => (
            ProgressBar::new(total),
            "{wide_bar} {percent}% {bytes_per_sec} {msg}",
        ),
        None => (ProgressBar::no_length(), "{spinner} {bytes} {msg}"),
    };
    bar.set_draw_target(ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

pub(super) fn show(bar: &ProgressBar, now: &Progress) {
    bar.set_position(now.bytes);
    let counts = &now.counts;
    bar.set_message(format!(
        "{}, {}",
        words::count(counts.read, "item"),
        words::count(counts.cases_opened, "case")
    ));
}

/// The counts as a table.
pub(super) fn tally(counts: &Counts, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    let seconds = counts.elapsed_ms / 1000;
    let tenths = counts.elapsed_ms % 1000 / 100;
    session.line(format!(
        "{} in {seconds}.{tenths} s",
        words::count(counts.read, "item")
    ))?;
    let mut table = Table::default()
        .left("ITEMS")
        .right("")
        .left("NEW")
        .right("");
    let left = [
        ("applied", counts.applied),
        ("duplicate", counts.duplicate),
        ("quarantined", counts.quarantined),
        ("unrecognised", counts.unrecognised),
    ];
    let right = [
        ("messages", counts.messages),
        ("statuses", counts.statuses),
        ("changes", counts.changes),
        ("contacts", counts.contacts_created),
    ];
    for ((a, m), (b, n)) in left.into_iter().zip(right) {
        table.row([a.into(), m.to_string(), b.into(), n.to_string()]);
    }
    session.table(&table)?;
    session.line(format!(
        "{} opened, {} superseded",
        words::count(counts.cases_opened, "case"),
        counts.cases_superseded
    ))?;
    if unread(counts).is_some() {
        session.look(
            Look::Dim,
            "What could not be read: `reunite quarantine list`",
        )?;
    }
    if counts.cases_opened > 0 {
        session.look(Look::Dim, "Review: `reunite`, or `reunite cases`")?;
    }
    Ok(())
}

/// Fields that the platforms sent and nobody read; by name only with `-v`.
fn print_unknown(fields: &[UnreadField], session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    if fields.is_empty() {
        return Ok(());
    }
    let many = words::count(fields.len() as u64, "unknown field");
    if session.verbose == 0 {
        let line = format!("{many}, kept and not read: -v or --json says which");
        return session.look(Look::Dim, line);
    }
    session.line(format!("{many}, kept and not read:"))?;
    for unread in fields {
        let name = match unread.field.as_str() {
            "" => "others",
            name => name,
        };
        session.line(format!("  {name} \u{d7}{}", unread.count))?;
    }
    Ok(())
}
