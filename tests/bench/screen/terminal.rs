//! A program in a pseudo-terminal, timed at the master's side: when each of its
//! frames was there, what stands on the screen, and what the system counts.

use super::Outcome;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::ffi::OsStr;
use std::fs;
use std::io::{Read as _, Write};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Columns and rows.
const SIZE: (u16, u16) = (120, 40);
/// The end of a frame: of a synchronized update.
const FRAME: &[u8] = b"\x1b[?2026l";
/// How long anything may take.
const DEADLINE: Duration = Duration::from_mins(1);

struct Seen {
    parser: vt100::Parser,
    /// When each frame ended.
    frames: Vec<Instant>,
    /// The last bytes, in which a mark may have begun.
    tail: Vec<u8>,
    bytes: u64,
    /// When the first frame was there that showed the mark.
    marked: Option<Instant>,
    mark: &'static str,
}

/// A terminal with a program in it.
pub(crate) struct Terminal {
    shared: Arc<(Mutex<Seen>, Condvar)>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    started: Instant,
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// Starts a program; it is noted when it first shows the mark.
    pub(crate) fn start(program: &OsStr, args: &[&OsStr], mark: &'static str) -> Outcome<Self> {
        let (cols, rows) = SIZE;
        let size = PtySize {
            rows,
            cols,
            ..PtySize::default()
        };
        let pair = native_pty_system().openpty(size)?;
        let mut output = pair.master.try_clone_reader()?;
        let keys = pair.master.take_writer()?;
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env("TERM", "xterm-256color");
        let shared = Arc::new((
            Mutex::new(Seen {
                parser: vt100::Parser::new(rows.try_into()?, cols.try_into()?, 0),
                frames: Vec::new(),
                tail: Vec::new(),
                bytes: 0,
                marked: None,
                mark,
            }),
            Condvar::new(),
        ));
        let to = Arc::clone(&shared);
        std::thread::spawn(move || {
            let mut bytes = [0; 1 << 14];
            while let Ok(n @ 1..) = output.read(&mut bytes) {
                let at = Instant::now();
                let mut seen = to.0.lock().unwrap_or_else(PoisonError::into_inner);
                seen.take(&bytes[..n], at);
                to.1.notify_all();
            }
        });
        let started = Instant::now();
        let child = pair.slave.spawn_command(command)?;
        Ok(Self {
            shared,
            keys,
            child,
            started,
            _master: pair.master,
        })
    }

    fn wait<T>(&self, what: &str, is: impl Fn(&Seen) -> Option<T>) -> Outcome<T> {
        let until = Instant::now() + DEADLINE;
        let mut seen = self.shared.0.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(found) = is(&seen) {
                return Ok(found);
            }
            if Instant::now() > until {
                return Err(format!("no {what}:\n{}", seen.parser.screen().contents()).into());
            }
            let woken = self.shared.1.wait_timeout(seen, Duration::from_secs(1));
            seen = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn with<T>(&self, ask: impl FnOnce(&Seen) -> T) -> T {
        ask(&self.shared.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Milliseconds from the start to this moment.
    pub(crate) fn since_start(&self, at: Instant) -> f64 {
        at.duration_since(self.started).as_secs_f64() * 1_000.0
    }

    /// How many frames there were.
    pub(crate) fn frames(&self) -> usize {
        self.with(|seen| seen.frames.len())
    }

    /// When the frame was there that came after so many, in milliseconds since
    /// the start.
    pub(crate) fn frame_after(&self, count: usize) -> Outcome<f64> {
        let at = self.wait("frame", |seen| seen.frames.get(count).copied())?;
        Ok(self.since_start(at))
    }

    /// When the frame was there that shows the mark, in milliseconds since the
    /// start.
    pub(crate) fn marked(&self) -> Outcome<f64> {
        let at = self.wait("mark", |seen| seen.marked)?;
        Ok(self.since_start(at))
    }

    /// What stands on the screen.
    pub(crate) fn contents(&self) -> String {
        self.with(|seen| seen.parser.screen().contents())
    }

    /// Bytes written so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.with(|seen| seen.bytes)
    }

    /// Types.
    pub(crate) fn types(&mut self, keys: &str) -> Outcome<()> {
        self.keys.write_all(keys.as_bytes())?;
        Ok(self.keys.flush()?)
    }

    /// Types, and waits for the end.
    pub(crate) fn ends(&mut self, keys: &str) -> Outcome<()> {
        self.types(keys)?;
        self.child.wait()?;
        Ok(())
    }

    /// Megabytes resident, and those of them that belong to no file (Linux).
    pub(crate) fn memory(&self) -> (f64, f64) {
        let text = self.proc("smaps_rollup");
        let of = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
            kib.unwrap_or(f64::NAN) / 1_024.0
        };
        (of("Rss:"), of("Anonymous:"))
    }

    /// How often its threads have gone to sleep and been woken (Linux).
    pub(crate) fn wakes(&self) -> u64 {
        let of = |status: &str| {
            let line = |l: &str| {
                l.strip_prefix("voluntary_ctxt_switches:")?
                    .trim()
                    .parse()
                    .ok()
            };
            status.lines().find_map(line).unwrap_or(0_u64)
        };
        let Some(pid) = self.child.process_id() else {
            return 0;
        };
        let threads = fs::read_dir(format!("/proc/{pid}/task"));
        let threads = threads.into_iter().flatten().flatten();
        let status = threads.map(|t| fs::read_to_string(t.path().join("status")));
        status.map(|s| of(&s.unwrap_or_default())).sum()
    }

    fn proc(&self, file: &str) -> String {
        let pid = self.child.process_id().unwrap_or(0);
        fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap_or_default()
    }
}

impl Seen {
    fn take(&mut self, bytes: &[u8], at: Instant) {
        self.bytes += bytes.len() as u64;
        self.parser.process(bytes);
        let before = self.tail.len();
        self.tail.extend_from_slice(bytes);
        let ends = |from: usize, to: &[u8]| -> usize {
            let places = to.windows(FRAME.len()).enumerate();
            places
                .filter(|(n, window)| *window == FRAME && n + FRAME.len() > from)
                .count()
        };
        let frames = ends(before, &self.tail);
        self.frames.extend(std::iter::repeat_n(at, frames));
        let keep = self.tail.len().saturating_sub(FRAME.len() - 1);
        self.tail.drain(..keep);
        if frames > 0
            && self.marked.is_none()
            && self.parser.screen().contents().contains(self.mark)
        {
            self.marked = Some(at);
        }
    }
}
