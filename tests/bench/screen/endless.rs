//! A process that ingests for as long as something is measured: the lines of a
//! file, again and again, each round under message ids of its own, so that none
//! is a duplicate.

use super::{Outcome, reunite};
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// What message ids begin with.
const ID: &str = "wamid.";

/// The process, and the thread that feeds it.
pub(crate) struct Endless {
    ingest: Child,
    feeder: JoinHandle<std::io::Result<u64>>,
    stop: Arc<AtomicBool>,
}

impl Endless {
    /// Begins.
    pub(crate) fn start(store: &Path, traffic: &Path) -> Outcome<Self> {
        let mut command = reunite();
        command.arg("--store").arg(store).args(["ingest", "--json"]);
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut ingest = command.spawn()?;
        let to = ingest.stdin.take().ok_or("the process has no input")?;
        let stop = Arc::new(AtomicBool::new(false));
        let (traffic, until): (PathBuf, _) = (traffic.to_owned(), Arc::clone(&stop));
        let feeder = std::thread::spawn(move || feed(to, &traffic, &until));
        Ok(Self {
            ingest,
            feeder,
            stop,
        })
    }

    /// Whether it has ended, which it should not have.
    pub(crate) fn is_over(&mut self) -> bool {
        !matches!(self.ingest.try_wait(), Ok(None))
    }

    /// Ends it; how many lines it was given.
    pub(crate) fn stop(mut self) -> Outcome<u64> {
        self.stop.store(true, Ordering::Relaxed);
        let fed = self.feeder.join().map_err(|_| "the feeder panicked")?;
        let ended = self.ingest.wait()?;
        if !ended.success() {
            return Err(format!("ingest ended with {ended}").into());
        }
        Ok(fed?)
    }
}

fn feed(to: ChildStdin, traffic: &Path, stop: &AtomicBool) -> std::io::Result<u64> {
    let mut to = BufWriter::with_capacity(1 << 16, to);
    let mut fed = 0;
    for round in 0_u64.. {
        let id = format!("{ID}{round}.");
        for line in BufReader::new(File::open(traffic)?).lines() {
            if stop.load(Ordering::Relaxed) {
                return Ok(fed);
            }
            writeln!(to, "{}", line?.replace(ID, &id))?;
            fed += 1;
        }
    }
    Ok(fed)
}
