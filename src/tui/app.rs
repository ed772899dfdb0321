//! The loop: wait for a message, take it in, do what it asks for, draw.
//!
//! Nothing runs while nothing happens. Whatever waits already is taken in
//! before drawing, so that a held key or a paste costs one drawing and not
//! hundreds. Tests drive the same `update` and `view` without this loop.

use super::clipboard::Way;
use super::input;
use super::model::{Effect, Model, Quit};
use super::terminal::Guard;
use super::update::{self, Msg, start, update};
use super::view;
use super::worker::{Open, Reply, Workers};
use crate::domain::time::Timestamp;
use crate::store::Store;
use anyhow::{Context as _, Result, bail};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Messages taken in at most before drawing.
const BATCH: usize = 200;
/// What was being done, where it fails.
const LISTENING: &str = "listening for keys and signals";

/// Runs until the operator or the system ends it; how it was then.
pub(super) fn run(
    make: impl FnOnce((u16, u16), Timestamp) -> Model,
    reader: Box<dyn Store>,
    seek: Open,
    write: Option<Open>,
) -> Result<Model> {
    let (out, inbox) = channel();
    // Dropped last: the terminal is given back before a write is waited for.
    let workers;
    let signals = input::signals().context(LISTENING)?;
    let mut guard = Guard::new().context("taking over the terminal")?;
    let mut model = make(guard.size()?, now());
    start(&mut model);
    let drawn = draw(&model, &mut guard);
    // All else begins when there is something to look at.
    workers = Workers::start(reader, seek, write, input::is_gone, &out)
        .context("starting the store's threads")?;
    let way = model.session.clipboard;
    perform(&mut guard, &workers, way, model.take_effects())?;
    input::listen(signals, &out).context(LISTENING)?;
    let ended = drawn.and_then(|()| review(&mut model, &mut guard, &workers, &inbox));
    // On a terminal that vanished nothing can be drawn or set; that is how it
    // ends, and no fault.
    if !input::is_gone() {
        ended?;
    }
    perform(&mut guard, &workers, way, update::end(&mut model))?;
    Ok(model)
}

fn draw(model: &Model, guard: &mut Guard) -> Result<()> {
    let drawn = guard.draw(|frame| view::draw(model, frame));
    drawn.context("drawing")
}

/// Takes in what comes and draws what changes, until the model has ended.
fn review(
    model: &mut Model,
    guard: &mut Guard,
    workers: &Workers,
    inbox: &Receiver<Msg>,
) -> Result<()> {
    guard.mouse(model.mouse).context("asking for the mouse")?;
    let way = model.session.clipboard;
    while model.quit != Quit::Now {
        let first = match model.wakes_at() {
            None => inbox.recv()?,
            Some(at) => {
                let wait = u64::try_from(at.0 - now().0).unwrap_or(0);
                match inbox.recv_timeout(Duration::from_millis(wait)) {
                    Ok(msg) => msg,
                    Err(RecvTimeoutError::Timeout) => Msg::Wake,
                    Err(error @ RecvTimeoutError::Disconnected) => return Err(error.into()),
                }
            }
        };
        let mut changed = false;
        let waiting = std::iter::from_fn(|| inbox.try_recv().ok());
        for msg in std::iter::once(first).chain(waiting).take(BATCH) {
            if matches!(msg, Msg::Reply(Reply::Broken)) {
                bail!("a thread of the store stopped; see above");
            }
            let next: update::Next = update(model, now(), msg);
            changed |= next.draw;
            perform(guard, workers, way, next.effects)?;
        }
        if changed && model.quit != Quit::Now {
            draw(model, guard)?;
        }
    }
    Ok(())
}

/// Does what an update asks for.
fn perform(guard: &mut Guard, workers: &Workers, way: Way, effects: Vec<Effect>) -> Result<()> {
    for effect in effects {
        match effect {
            Effect::Read(ticket, read) => workers.ask(ticket, read),
            Effect::Write(write, by) => workers.order(write, by),
            Effect::Suspend => guard.suspend().context("suspending")?,
            Effect::Repaint => guard.repaint().context("repainting")?,
            Effect::Copy(text) => {
                if let Some(sequence) = way.sequence(&text) {
                    guard.send(&sequence).context("copying")?;
                }
            }
            Effect::Mouse(on) => guard.mouse(on).context("asking for the mouse")?,
        }
    }
    Ok(())
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp(since.map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX)))
}
