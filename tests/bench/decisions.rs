//! How long decisions and their undos take on a large store, beside a limit
//! program in the same run: 4 KB appended to a file and made durable.
//!
//! `cargo bench --bench decisions -- [LINES] [RUNS]`, by default 1000000 and 5;
//! or with the path of a store made before instead of LINES, which is copied
//! and left as it is. Printed are a batch of 10,000 merges and its undo, each
//! run on a fresh copy of the store; the same again and again on one copy,
//! whose log grows by all of them; how long another writer waits meanwhile; and
//! each kind of decision in a durable transaction of its own, on that copy.

mod conflicts;
mod traffic;

use reunite::domain::case::{Action, Answer, CaseKind, CaseState, Target};
use reunite::domain::identifier::{Kind, Named};
use reunite::domain::ids::{CaseId, DecisionId};
use reunite::domain::time::Timestamp;
use reunite::review::batch::{Outcome as Taken, Scope};
use reunite::review::page::CaseRow;
use reunite::store::{By, CaseFilter, Decide, Mode, Store, Undo, open};
use std::error::Error;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// Merges in the batch.
const BATCH: usize = 10_000;
/// Questions about two contacts in the traffic: for the batch and beyond.
const CONFLICTS: u64 = 12_000;
/// Decisions of each kind that are measured one by one.
const SINGLE: usize = 400;

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|w| w != "--bench")
        .collect();
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let made = match words.first() {
        Some(word) if word.parse::<u64>().is_err() => PathBuf::from(word),
        word => prepared(&folder, word.map_or(Ok(1_000_000), |word| word.parse())?)?,
    };
    let runs: usize = words.get(1).map_or(Ok(5), |word| word.parse())?;
    let copy = folder.join("decisions.db");
    let mut bench = Bench {
        store: fresh(&made, &copy)?,
        made,
        path: copy.clone(),
        append: File::create(folder.join("append"))?,
    };
    bench.batches(runs)?;
    bench.singles()?;
    let diagnosis = bench.store.doctor(false)?;
    assert!(diagnosis.ok, "{diagnosis:?}");
    drop(bench);
    clear(&copy)
}

/// A copy of a store, on the disk before anything is measured on it.
fn fresh(made: &Path, copy: &Path) -> Outcome<Box<dyn Store>> {
    clear(copy)?;
    fs::copy(made, copy)?;
    File::open(copy)?.sync_all()?;
    Ok(open(copy, Mode::ReadWrite, Duration::from_secs(10))?)
}

/// The store of so many lines; made once.
fn prepared(folder: &Path, lines: u64) -> Outcome<PathBuf> {
    let store = folder.join(format!("decisions-{lines}.db"));
    if !store.exists() {
        let ordinary = folder.join(format!("decisions-{lines}.jsonl"));
        let disputed = folder.join(format!("decisions-{lines}-conflicts.jsonl"));
        eprintln!("writing {lines} lines");
        traffic::write(&ordinary, lines.saturating_sub(3 * CONFLICTS).max(1))?;
        conflicts::write(&disputed, CONFLICTS)?;
        let status = Command::new(env!("CARGO_BIN_EXE_reunite"))
            .arg("--store")
            .arg(&store)
            .args(["ingest", "--json"])
            .args([&ordinary, &disputed])
            .status()?;
        if !status.success() {
            return Err(format!("the ingest ended with {status}").into());
        }
        fs::remove_file(ordinary)?;
        fs::remove_file(disputed)?;
    }
    Ok(store)
}

fn clear(store: &Path) -> Outcome<()> {
    for ending in ["", "-wal", "-shm"] {
        let mut path = store.as_os_str().to_owned();
        path.push(ending);
        if Path::new(&path).exists() {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

fn by() -> Outcome<By> {
    Ok(By {
        operator: "bench".into(),
        at: Timestamp(i64::try_from(
            std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)?
                .as_millis(),
        )?),
        reason: None,
    })
}

struct Bench {
    store: Box<dyn Store>,
    /// What `store` is a copy of.
    made: PathBuf,
    path: PathBuf,
    append: File,
}

/// How long something took, in seconds.
#[derive(Clone, Copy)]
struct Took {
    clock: f64,
    /// Of the processor.
    busy: f64,
}

/// Begins to take the time.
fn timed() -> impl FnOnce() -> Took {
    let (began, busy) = (Instant::now(), on_processor());
    move || Took {
        clock: began.elapsed().as_secs_f64(),
        busy: on_processor() - busy,
    }
}

impl Bench {
    /// What the machine does at most: seconds for 4 KB, durable.
    fn limit(&mut self) -> Outcome<f64> {
        let began = Instant::now();
        self.append.write_all(&[7; 4096])?;
        self.append.sync_data()?;
        Ok(began.elapsed().as_secs_f64())
    }

    fn batches(&mut self, runs: usize) -> Outcome<()> {
        println!(
            "| {BATCH} merges with audit, in a batch | seconds (median of {runs}) | of the processor |"
        );
        println!("|---|---|---|");
        let mut first = Vec::new();
        for run in 1..=runs {
            if run > 1 {
                self.store = fresh(&self.made, &self.path)?;
            }
            first.push(self.batch(&format!("run {run}"))?);
        }
        row("made", first.iter().map(|took| took.0));
        row("undone", first.iter().map(|took| took.1));
        let mut again = Vec::new();
        for run in 1..=runs {
            again.push(self.batch(&format!("again {run}"))?);
        }
        let grown = |what: &str| {
            format!(
                "{what} again on one store, its log longer by {} to {} entries",
                2 * BATCH,
                2 * BATCH * runs
            )
        };
        row(&grown("made"), again.iter().map(|took| took.0));
        row(&grown("undone"), again.iter().map(|took| took.1));
        let mut waits = Vec::new();
        for run in 1..=runs {
            let other = Other::start(&self.path);
            self.batch(&format!("beside another writer {run}"))?;
            waits.push(other.longest()?);
        }
        let longest = waits.iter().copied().fold(0.0, f64::max);
        println!("| longest that another writer waits, of {runs} runs | {longest:.3} | |\n");
        Ok(())
    }

    /// The merges, and their undo.
    fn batch(&mut self, run: &str) -> Outcome<(Took, Took)> {
        let scope = Scope {
            kind: Some(CaseKind::PhoneBsuidConflict),
            min_confidence: 0.9,
            limit: Some(BATCH),
            ..Scope::default()
        };
        let plan = self.store.plan(&scope, &by()?)?;
        let (mut next, mut batch, mut applied) = (0, None, 0);
        let took = timed();
        while next < plan.items.len() {
            let done = self.store.apply(&plan, next, &by()?)?;
            next += done.outcomes.len();
            batch = Some(done.batch);
            let taken = |o: &&Taken| matches!(o, Taken::Done(done) if done.applied);
            applied += done.outcomes.iter().filter(taken).count();
        }
        let made = took();
        if applied < BATCH {
            return Err(format!("{applied} of {BATCH} merges were taken").into());
        }
        let took = timed();
        let undo = Undo::Batch(batch.ok_or("no batch")?);
        let undos = self.store.undo(undo, false, false, &by()?)?;
        let undone = took();
        if undos.len() < BATCH {
            return Err(format!("{} of {BATCH} merges were undone", undos.len()).into());
        }
        eprintln!(
            "{run}: {:.3} s ({:.3} busy), undo {:.3} s ({:.3} busy)",
            made.clock, made.busy, undone.clock, undone.busy
        );
        Ok((made, undone))
    }

    fn singles(&mut self) -> Outcome<()> {
        println!(
            "| decision, own durable transaction | median ms | × append | p99 ms | undo ms | × append | p99 ms |"
        );
        println!("|---|---|---|---|---|---|---|");
        for action in [
            Action::Merge,
            Action::Relink,
            Action::Accept,
            Action::Reject,
        ] {
            self.single(action)?;
        }
        Ok(())
    }

    /// The decisions in the order of the cases, their undos in another.
    fn single(&mut self, action: Action) -> Outcome<()> {
        let kind = match action {
            Action::Accept | Action::Reject => CaseKind::IdentityChange,
            _ => CaseKind::PhoneBsuidConflict,
        };
        let filter = CaseFilter {
            state: Some(CaseState::Open),
            kind: Some(kind),
            limit: Some(SINGLE),
            ..CaseFilter::default()
        };
        let cases = self.store.cases(&filter)?;
        let (mut limits, mut made, mut undone) = (Vec::new(), Vec::new(), Vec::new());
        let mut decisions: Vec<DecisionId> = Vec::new();
        for case in &cases {
            let ask = Decide {
                case: case.case,
                answer: answer(action, case)?,
                // An accepted change can move the sides of the next one.
                expect_version: None,
                dry_run: false,
            };
            limits.push(self.limit()?);
            let began = Instant::now();
            let done = self.store.decide(&ask, &by()?)?;
            made.push(began.elapsed().as_secs_f64());
            decisions.extend(done.decision);
        }
        let mut next = 0;
        while !decisions.is_empty() {
            next = (next + 7919) % decisions.len();
            let decision = decisions.swap_remove(next);
            limits.push(self.limit()?);
            let began = Instant::now();
            self.store
                .undo(Undo::Decision(decision), false, false, &by()?)?;
            undone.push(began.elapsed().as_secs_f64());
        }
        let limit = median(&mut limits);
        let (own, back) = (median(&mut made), median(&mut undone));
        println!(
            "| {action} ({} of them; append {:.3} ms) | {:.3} | {:.1} | {:.2} | {:.3} | {:.1} | {:.2} |",
            made.len(),
            limit * 1e3,
            own * 1e3,
            own / limit,
            last_hundredth(&made) * 1e3,
            back * 1e3,
            back / limit,
            last_hundredth(&undone) * 1e3,
        );
        Ok(())
    }
}

fn answer(action: Action, case: &CaseRow) -> Outcome<Answer> {
    Ok(match action {
        Action::Merge => Answer::Merge { survivor: None },
        Action::Accept => Answer::Accept,
        Action::Reject => Answer::Reject,
        _ => {
            let phone = case.identifiers.iter().find(|id| id.kind == Kind::Phone);
            let phone = phone.and_then(|id| Named::of(Kind::Phone, &id.value));
            Answer::Relink {
                identifier: phone.ok_or("a case without a phone")?,
                to: Target::Contact(case.contacts.first().ok_or("no contact")?.contact),
                since: None,
            }
        }
    })
}

/// Another writer, that wants its turn all the time.
struct Other {
    stop: Arc<AtomicBool>,
    waits: JoinHandle<Result<f64, String>>,
}

impl Other {
    fn start(store: &Path) -> Self {
        let (stop, path) = (Arc::new(AtomicBool::new(false)), store.to_owned());
        let stopped = Arc::clone(&stop);
        let write = move || -> Outcome<f64> {
            let mut store = open(&path, Mode::ReadWrite, Duration::from_secs(10))?;
            let mut longest = 0.0_f64;
            while !stopped.load(Ordering::Relaxed) {
                let by = by()?;
                let until = Timestamp(by.at.0 + 60_000);
                let began = Instant::now();
                store.claim(CaseId(1), until, &by)?;
                longest = longest.max(began.elapsed().as_secs_f64());
                std::thread::sleep(Duration::from_millis(5));
            }
            Ok(longest)
        };
        Self {
            stop,
            waits: std::thread::spawn(move || write().map_err(|e| e.to_string())),
        }
    }

    /// How long it waited at most, in seconds.
    fn longest(self) -> Outcome<f64> {
        self.stop.store(true, Ordering::Relaxed);
        match self.waits.join() {
            Ok(longest) => Ok(longest?),
            Err(_) => Err("the other writer failed".into()),
        }
    }
}

/// Seconds that this thread has had a processor, where the system tells: steadier
/// than the clock on a machine that does other things, too.
fn on_processor() -> f64 {
    let told = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').next().and_then(|n| n.parse::<f64>().ok());
    nanoseconds.map_or(f64::NAN, |ns| ns / 1e9)
}

/// A row of the table: the medians of some runs.
fn row(what: &str, runs: impl Iterator<Item = Took>) {
    let (mut clock, mut busy): (Vec<_>, Vec<_>) = runs.map(|took| (took.clock, took.busy)).unzip();
    println!(
        "| {what} | {:.3} | {:.3} |",
        median(&mut clock),
        median(&mut busy)
    );
}

/// Sorts, and takes the middle.
fn median(seconds: &mut [f64]) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The 99th percentile of sorted times.
fn last_hundredth(sorted: &[f64]) -> f64 {
    sorted
        .get(sorted.len() * 99 / 100)
        .copied()
        .unwrap_or(f64::NAN)
}
