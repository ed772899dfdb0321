//! The review terminal. (A stand-in with the final signatures.)

use std::collections::BTreeMap;
use std::path::PathBuf;

/// What the review terminal is started with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The store.
    pub store: PathBuf,
    /// Who decides.
    pub operator: String,
    /// Decisions are disabled.
    pub read_only: bool,
    /// The store is a throw-away one.
    pub demo: bool,
    /// Action by key by scope, where they differ from the default.
    pub keys: BTreeMap<String, BTreeMap<String, String>>,
}

/// Runs until the operator quits.
pub fn run(_options: Options) -> anyhow::Result<()> {
    anyhow::bail!("the review terminal is not there yet")
}
