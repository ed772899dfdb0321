//! `reunite demo`: the review terminal on a throw-away store, made from the
//! traffic that is part of the program, and gone with the screen.

use super::review;
use super::screen::Screen;
use super::session::Session;
use crate::domain::time::Timestamp;
use crate::error::Exit;
use crate::ingest::{self, Ending, Input, Intake};
use crate::payload::Format;
use crate::simulate;
use crate::store::{self, Mode, PortfolioMap, Store};
use anyhow::Context as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long to wait for others who write, of whom there are none.
const WAIT: Duration = Duration::from_secs(1);

/// Open the review terminal on sample traffic, in a store that is thrown away
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    screen: Screen,
}

impl Args {
    /// With what was given before the command.
    pub(super) fn with(self, before: &Screen) -> Self {
        Self {
            screen: self.screen.or(before),
        }
    }
}

pub(super) fn run(args: &Args, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    review::needs_terminal(session)?;
    let dir = tempfile::Builder::new()
        .prefix("reunite-demo-")
        .tempdir()
        .context("making a directory for the demo")?;
    let path = demo_store(dir.path())?;
    let store =
        store::open(&path, Mode::ReadOnly, WAIT).context("opening the store of the demo")?;
    let shown = review::screen(&args.screen, session, (path, store), true);
    dir.close().context("removing the demo's directory")?;
    shown
}

/// Makes a store of the sample traffic in `dir`.
pub fn demo_store(dir: &Path) -> anyhow::Result<PathBuf> {
    let path = dir.join("identity.db");
    let mut store =
        store::open(&path, Mode::Create, WAIT).context("making the store of the demo")?;
    fill(&mut *store)?;
    Ok(path)
}

/// Takes the sample traffic in.
pub(super) fn fill(store: &mut dyn Store) -> anyhow::Result<()> {
    let intake = Intake {
        format: Format::Auto,
        map: &PortfolioMap::default(),
        clock: &|| Timestamp(jiff::Timestamp::now().as_millisecond()),
        stop: std::sync::Arc::default(),
        unread: std::sync::Arc::default(),
    };
    let sample = vec![Input::memory("demo", simulate::demo())];
    match ingest::run(sample, &intake, store, &mut |_| {}).1 {
        Ending::Done | Ending::Stopped => Ok(()),
        Ending::Failed(error) => Err(error.context("taking in the sample traffic")),
    }
}
