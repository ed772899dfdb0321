//! `reunite` without a command: the review terminal on the store.

use super::screen::Screen;
use super::session::Session;
use crate::error::{Exit, Failure};
use crate::store::StoreError;

pub(super) fn run(look: &Screen, session: &mut Session<'_, '_>) -> anyhow::Result<Exit> {
    let path = session.store_path()?;
    // Opened once beforehand: what is wrong with it is better read as a line
    // than seen flash by on a screen. And kept open until the terminal ends:
    // who closes a store last tidies up, and who opens it first sets it up.
    let _open = session
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
    screen(look, session, path, false)
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

/// Opens the review terminal on a store.
pub(super) fn screen(
    look: &Screen,
    session: &mut Session<'_, '_>,
    store: std::path::PathBuf,
    demo: bool,
) -> anyhow::Result<Exit> {
    let options = look.options(session, store, demo);
    (session.world.review)(options)?;
    Ok(Exit::Done)
}
