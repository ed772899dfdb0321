//! What the program says about itself, for whoever looks for a fault: to a
//! file with `--log`, to standard error with `-v`.
//!
//! The terminal screen owns standard error while it runs, so only the file is
//! written then. Identifiers and messages of customers are never logged.

use anyhow::Context as _;
use std::fs::OpenOptions;
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
                .with_writer(Mutex::new(file));
            Some(layer.with_filter(level.max(LevelFilter::INFO)))
        }
        None => None,
    };
    let to_stderr = (!screen && level != LevelFilter::OFF).then(|| {
        tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_target(false)
            .with_writer(std::io::stderr)
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
