//! How soon the review terminal is there and how soon it answers a key, what
//! it holds in memory, and what it does while nobody does anything.
//!
//! `cargo bench --bench screen -- [RUNS] [STORE [TRAFFIC]]`: 9 runs, on a store
//! made of 200,000 lines of the traffic of the other benchmark unless one is
//! given. With TRAFFIC, a file of webhook JSON lines, a copy of the store is asked
//! while another process takes that in at full speed, again and again under new
//! message ids, until the last key is measured.
//!
//! Both programs run in a pseudo-terminal of 120 × 40. The first frame is
//! compared with a bare ratatui program, which draws the same text in the same
//! size and waits for a key; they run in turns, medians are printed.

mod bare;
mod endless;
mod terminal;
#[path = "../traffic.rs"]
mod traffic;

use endless::Endless;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use terminal::Terminal;

pub(crate) type Outcome<T> = Result<T, Box<dyn Error>>;

/// Stands in the first frame that shows the queue, and in no earlier one.
const THERE: &str = "surest first";
/// Keys of each kind.
const KEYS: usize = 1_000;
/// What idle is measured over.
const IDLE: Duration = Duration::from_secs(10);

fn main() -> Outcome<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [word, text] = &words[..]
        && word == "bare"
    {
        return bare::run(Path::new(text));
    }
    let words: Vec<String> = words.into_iter().filter(|word| word != "--bench").collect();
    let runs = words
        .first()
        .and_then(|word| word.parse().ok())
        .unwrap_or(9);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let store = match words.get(1) {
        Some(store) => PathBuf::from(store),
        None => usual(&folder)?,
    };
    first_frame(&folder, &store, runs)?;
    at_rest(&store)?;
    match words.get(2) {
        None => keys(&store, "nobody writes", &mut || false)?,
        Some(traffic) => {
            let copy = folder.join("screen-live.db");
            fs::copy(&store, &copy)?;
            let mut endless = Endless::start(&copy, Path::new(traffic))?;
            keys(&copy, "another process ingests", &mut || endless.is_over())?;
            println!("the other process was given {} lines", endless.stop()?);
        }
    }
    Ok(())
}

fn reunite() -> Command {
    Command::new(env!("CARGO_BIN_EXE_reunite"))
}

fn ingest(store: &Path, traffic: &Path) -> Outcome<Child> {
    let mut command = reunite();
    command.arg("--store").arg(store).args(["ingest", "--json"]);
    Ok(command.arg(traffic).stdout(Stdio::null()).spawn()?)
}

/// A store of some size, made once.
fn usual(folder: &Path) -> Outcome<PathBuf> {
    let store = folder.join("screen.db");
    if !store.exists() {
        let lines = folder.join("traffic-200000.jsonl");
        if !lines.exists() {
            traffic::write(&lines, 200_000)?;
        }
        let ended = ingest(&store, &lines)?.wait()?;
        if !ended.success() {
            return Err(format!("ingest ended with {ended}").into());
        }
    }
    Ok(store)
}

fn screen(store: &Path) -> Outcome<Terminal> {
    let args = ["--store".as_ref(), store.as_os_str(), "--fresh".as_ref()];
    Terminal::start(env!("CARGO_BIN_EXE_reunite").as_ref(), &args, THERE)
}

/// From the start of the process to its first frame, and to the queue.
fn first_frame(folder: &Path, store: &Path, runs: usize) -> Outcome<()> {
    let mut seen = screen(store)?;
    seen.marked()?;
    sleep(Duration::from_millis(500));
    let text = folder.join("screen.txt");
    fs::write(&text, seen.contents())?;
    seen.ends("q")?;
    let me = std::env::current_exe()?;
    let (mut bare, mut first, mut queue) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        let args = ["bare".as_ref(), text.as_os_str()];
        let mut limit = Terminal::start(me.as_ref(), &args, THERE)?;
        bare.push(limit.frame_after(0)?);
        limit.ends("q")?;
        let mut own = screen(store)?;
        first.push(own.frame_after(0)?);
        queue.push(own.marked()?);
        own.ends("q")?;
    }
    let (bare, first, queue) = (median(bare), median(first), median(queue));
    println!(
        "first frame: bare {bare:.2} ms, reunite {first:.2} ms ({:.2})",
        first / bare
    );
    println!(
        "with the queue: reunite {queue:.2} ms ({:.2})",
        queue / bare
    );
    Ok(())
}

/// Memory before anything is searched, and what is done while nothing happens.
fn at_rest(store: &Path) -> Outcome<()> {
    let mut own = screen(store)?;
    own.marked()?;
    sleep(Duration::from_secs(2));
    let (resident, anonymous) = own.memory();
    println!("memory: {resident:.1} MB resident, {anonymous:.1} MB of it its own");
    let (bytes, wakes) = (own.bytes(), own.wakes());
    sleep(IDLE);
    let (bytes, wakes) = (own.bytes() - bytes, own.wakes() - wakes);
    println!("idle for {IDLE:?}: {bytes} bytes written, {wakes} wake-ups of all threads");
    own.ends("q")
}

/// From a key to the end of the frame that follows it.
fn keys(store: &Path, when: &str, is_over: &mut dyn FnMut() -> bool) -> Outcome<()> {
    let mut own = screen(store)?;
    own.marked()?;
    sleep(Duration::from_secs(1));
    println!("key to frame while {when}:");
    let began = Instant::now();
    let moves = ["j", "j", "k", "\x04", "G", "g"].map(str::to_owned);
    measured(&mut own, "move", &moves, is_over)?;
    own.types("/")?;
    let typed: Vec<String> = ["a", "n", "a", "\x7f", "\x7f", "\x7f"]
        .map(str::to_owned)
        .to_vec();
    measured(&mut own, "filter", &typed, is_over)?;
    own.types("\x1b")?;
    sleep(Duration::from_millis(300));
    own.types("c")?;
    sleep(Duration::from_millis(300));
    measured(&mut own, "search", &typed, is_over)?;
    own.types("\x1b")?;
    sleep(Duration::from_millis(300));
    measured(
        &mut own,
        "open, next, back",
        &["\r", "n", "q"].map(str::to_owned),
        is_over,
    )?;
    let state = if is_over() { "ended before" } else { "went on" };
    println!(
        "took {:.0} s; the other process {state}",
        began.elapsed().as_secs_f64()
    );
    let (resident, anonymous) = own.memory();
    println!("memory after searching: {resident:.1} MB resident, {anonymous:.1} MB of it its own");
    own.ends("\x03")
}

fn measured(
    own: &mut Terminal,
    what: &str,
    keys: &[String],
    is_over: &mut dyn FnMut() -> bool,
) -> Outcome<()> {
    let mut times = Vec::new();
    for key in keys.iter().cycle().take(KEYS) {
        // As fast as a hand that holds a key down.
        sleep(Duration::from_millis(20));
        let frames = own.frames();
        let pressed = Instant::now();
        own.types(key)?;
        let frame = own.frame_after(frames)?;
        times.push(frame - own.since_start(pressed));
    }
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    let over = if is_over() {
        ", nobody wrote any more"
    } else {
        ""
    };
    println!(
        "  {what}: median {:.1}, 90 % {:.1}, 99 % {:.1}, most {:.1} ms of {}{over}",
        at(50),
        at(90),
        at(99),
        at(100),
        times.len(),
    );
    Ok(())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
