//! `reunite doctor`: whether the file and the invariants hold, and which
//! paths are in use.

use super::session::{Look, Session};
use crate::error::Exit;
use crate::payload::{self, Format};
use crate::store::Diagnosis;
use anyhow::Context as _;
use serde::Serialize;

/// Check the store's file and the invariants, and show the paths in use
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Compare with a replay of all events and standing decisions (slow)
    #[arg(long)]
    replay: bool,
}

/// The contract's object, and the paths beside it.
#[derive(Serialize)]
struct Found<'a> {
    #[serde(flatten)]
    diagnosis: &'a Diagnosis,
    store: String,
    config: String,
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let store = session.reading()?;
    session.note_age(&*store);
    let mut diagnosis = store.doctor(args.replay).context("checking the store")?;
    if args.replay {
        let readers = [Format::Auto, Format::Meta, Format::Kapso]
            .map(|format| move |text: &str| payload::read(text, format));
        let [auto, meta, kapso] = &readers;
        let checks = store.reread(&[auto, meta, kapso]);
        diagnosis
            .checks
            .extend(checks.context("reading the raw JSON again")?);
        diagnosis.ok = diagnosis.checks.iter().all(|check| check.ok);
    }
    let found = Found {
        diagnosis: &diagnosis,
        store: session.store_path()?.display().to_string(),
        config: session.config_path.display().to_string(),
    };
    if session.json {
        session.json_line(&found)?;
    } else {
        print(&found, session)?;
    }
    Ok(if diagnosis.ok {
        Exit::Done
    } else {
        Exit::Fault
    })
}

fn print(found: &Found<'_>, session: &mut Session<'_, '_>) -> anyhow::Result<()> {
    session.line(format!("Store:         {}", found.store))?;
    session.line(format!("Configuration: {}", found.config))?;
    session.line(format!("Schema:        {}", found.diagnosis.schema))?;
    session.line("")?;
    for check in &found.diagnosis.checks {
        let (word, look) = if check.ok {
            ("ok   ", Look::Plain)
        } else {
            ("FAULT", Look::Bad)
        };
        session.look(look, format!("{word}  {}: {}", check.check, check.detail))?;
    }
    if found.diagnosis.ok {
        session.look(Look::Good, "The store is sound.")
    } else {
        session.look(
            Look::Bad,
            "The store is not sound. Keep a copy before anything else.",
        )
    }
}
