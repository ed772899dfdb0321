//! What the program says about itself, for whoever looks for a fault: to a
//! file with `--log`, to standard error with `-v`.
//!
//! The terminal screen owns standard error while it runs, so only the file is
//! written then. Identifiers and messages of customers are never logged.

use crate::domain::text;
use anyhow::Context as _;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Mutex;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts logging: `verbosity` is how often `-v` was given, `screen` whether
/// the terminal screen is about to take over. The file gets at least `info`.
pub fn start(verbosity: u8, file: Option<&Path>, screen: bool) -> anyhow::Result<()> {
    let level = match verbosity {
        0 => LevelFilter::OFF,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let to_file = match file {
        Some(path) => {
            let file = OpenOptions::new()
                .create(true)
                .append(true)
                .open(path)
                .with_context(|| format!("opening the log {}", path.display()))?;
            let layer = tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_writer(Mutex::new(Safe(file)));
            Some(layer.with_filter(level.max(LevelFilter::INFO)))
        }
        None => None,
    };
    let to_stderr = (!screen && level != LevelFilter::OFF).then(|| {
        tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_target(false)
            .with_writer(|| Safe(std::io::stderr()))
            .with_filter(level)
    });
    if to_file.is_some() || to_stderr.is_some() {
        // A second start in one process (tests) keeps the first.
        let _ = tracing_subscriber::registry()
            .with(to_file)
            .with(to_stderr)
            .try_init();
    }
    Ok(())
}

/// Makes what is logged safe: a path or an error may quote anything, and a log
/// is read on a terminal.
struct Safe<W>(W);

impl<W: Write> Write for Safe<W> {
    /// Takes it whole: what is logged comes an event at a time.
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let raw = String::from_utf8_lossy(bytes);
        self.0.write_all(safe_line(&raw).as_bytes())?;
        if raw.ends_with('\n') {
            self.0.write_all(b"\n")?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// One event as it stands in the log, without the end of its line.
pub(crate) fn safe_line(raw: &str) -> String {
    text::safe(raw.strip_suffix('\n').unwrap_or(raw)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_stays_one_line() {
        let mut out = Vec::new();
        Safe(&mut out).write_all(b"a \x1b[31m\nb\n").unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "a ␛[31m␊b\n");
    }
}
