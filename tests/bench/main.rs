//! How fast, in how much memory and into how large a file `reunite ingest`
//! takes traffic in, beside a limit program in the same run.
//!
//! `cargo bench --bench ingest -- [LINES] [RUNS]`, by default 200000 and 5.
//! Both programs run in turns, each in a process of its own from an empty
//! file; the medians are printed. In a last run, which counts for nothing else,
//! this process reads from the store meanwhile.

mod limit;
mod reader;
mod traffic;

use reader::Waits;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

type Outcome<T> = Result<T, Box<dyn Error>>;

/// What one run of a program took.
struct Run {
    seconds: f64,
    /// Highest resident memory in bytes; 0 where the system does not tell.
    memory: u64,
}

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [word, traffic, store] = &words[..]
        && word == "limit"
    {
        println!("{}", limit::run(Path::new(traffic), Path::new(store))?);
        return Ok(());
    }
    let mut numbers = words.iter().filter_map(|word| word.parse::<u64>().ok());
    let lines = numbers.next().unwrap_or(200_000);
    let runs = numbers.next().unwrap_or(5);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let traffic = folder.join(format!("traffic-{lines}.jsonl"));
    if !traffic.exists() {
        eprintln!("writing {lines} lines");
        traffic::write(&traffic, lines)?;
    }
    let json = fs::metadata(&traffic)?.len();
    let store = folder.join("bench.db");
    let (mut limits, mut ours) = (Vec::new(), Vec::new());
    let mut file = 0;
    for turn in 1..=runs {
        clear(&store)?;
        let me = std::env::current_exe()?;
        limits.push(timed(
            Command::new(me).arg("limit").arg(&traffic).arg(&store),
        )?);
        clear(&store)?;
        ours.push(timed(&mut ingest(&store, &traffic))?);
        file = fs::metadata(&store)?.len();
        eprintln!(
            "run {turn}: limit {:.2} s, reunite {:.2} s",
            limits.last().map_or(0.0, |r| r.seconds),
            ours.last().map_or(0.0, |r| r.seconds),
        );
    }
    clear(&store)?;
    let mut beside = ingest(&store, &traffic).stdout(Stdio::null()).spawn()?;
    let waits = reader::beside(&mut beside, &store)?;
    clear(&store)?;
    let (limit, own) = (median(&limits), median(&ours));
    let memory = ours.iter().map(|r| r.memory).max().unwrap_or(0);
    println!(
        "| lines | bytes a line | limit lines/s | reunite lines/s | ratio | memory MB | file bytes per byte of JSON |"
    );
    println!("|---|---|---|---|---|---|---|");
    println!(
        "| {lines} | {} | {:.0} | {:.0} | {:.2} | {} | {:.2} |",
        json / lines,
        rate(lines, limit),
        rate(lines, own),
        limit / own,
        memory >> 20,
        ratio(file, json),
    );
    println!();
    println!("| a reader beside it | reads | median ms | 99 % ms | longest ms |");
    println!("|---|---|---|---|---|");
    for (what, waits) in [("page of 50 cases", waits.pages), ("case", waits.cases)] {
        let [half, most, all] = [500, 990, 1000].map(|of| Waits::at(&waits, of));
        println!(
            "| {what} | {} | {half:.1} | {most:.1} | {all:.1} |",
            waits.len()
        );
    }
    Ok(())
}

fn ingest(store: &Path, traffic: &Path) -> Command {
    let mut ingest = Command::new(env!("CARGO_BIN_EXE_reunite"));
    ingest.arg("--store").arg(store).args(["ingest", "--json"]);
    ingest.arg(traffic);
    ingest
}

/// Runs a program to its end, and watches its memory.
fn timed(command: &mut Command) -> Outcome<Run> {
    let began = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn()?;
    let mut memory = 0;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        memory = memory.max(resident(child.id()));
        std::thread::sleep(Duration::from_millis(20));
    };
    if !status.success() {
        return Err(format!("{command:?} ended with {status}").into());
    }
    Ok(Run {
        seconds: began.elapsed().as_secs_f64(),
        memory,
    })
}

/// The highest resident memory so far (Linux).
fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kib.and_then(|kib| kib.trim().parse::<u64>().ok())
        .unwrap_or(0)
        << 10
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

fn median(runs: &[Run]) -> f64 {
    let mut seconds: Vec<f64> = runs.iter().map(|run| run.seconds).collect();
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or(f64::NAN)
}

#[allow(clippy::cast_precision_loss)]
fn rate(lines: u64, seconds: f64) -> f64 {
    lines as f64 / seconds
}

#[allow(clippy::cast_precision_loss)]
fn ratio(a: u64, b: u64) -> f64 {
    a as f64 / b as f64
}
