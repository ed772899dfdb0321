//! `reunite` without a command: the review terminal on the store.

use super::screen::Screen;
use super::session::Session;
use crate::error::{Exit, Failure};
use crate::store::{Store, StoreError};
use std::path::PathBuf;

pub(super) fn run(look: &Screen, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let path = session.store_path()?;
    // Opened beforehand: what is wrong with it is better read as a line than
    // seen flash by on a screen.
    let store = session
        .reading()
        .map_err(|error| match error.downcast_ref::<StoreError>() {
            Some(StoreError::Missing(path)) => Failure::failed(
                format!("there is no store at {} yet", path.display()),
                "`reunite ingest FILE…` makes one from webhook traffic; \
                 `reunite demo` opens the review terminal on sample traffic",
            )
            .into(),
            _ => error,
        })?;
    needs_terminal(session)?;
    session.adopting()?;
    screen(look, session, (path, store), false)
}

/// Refuses to draw where nobody can see it.
pub(super) fn needs_terminal(session: &Session<'_, '_>) -> Result<(), Failure> {
    if session.world.out.terminal {
        return Ok(());
    }
    Err(Failure::failed(
        "the review terminal needs a terminal, and standard output is none",
        "`reunite cases` lists the queue, `reunite decide` answers",
    ))
}

/// Opens the review terminal on a store: its path, and the store opened to read.
pub(super) fn screen(
    look: &Screen,
    session: &mut Session<'_, '_>,
    (path, store): (PathBuf, Box<dyn Store>),
    demo: bool,
) -> anyhow::Result<Exit> {
    let options = look.options(session, path, demo);
    (session.world.review)(options, store)?;
    Ok(Exit::Done)
}
