//! The review terminal.
//!
//! ```text
//! key ─► keymap ─► action ─► update(&mut Model, Msg) ─► effects ─► worker ─► Msg ─► …
//!                                     └─ if changed ─► view(&Model, Frame)
//! ```
//!
//! `app` is the loop, `terminal` and `input` the outside, `worker` the store's
//! threads. `model` is what is known, `update` what happens, `view` with
//! `screens` and `overlays` how it looks. `action` is the one table of what can
//! be done; `keymap`, the hints and the help follow it. Nothing here plans a
//! decision or knows SQL.

mod action;
mod app;
mod clipboard;
mod columns;
mod filter;
mod finish;
mod input;
mod keymap;
mod line;
mod list;
mod marks;
mod model;
mod overlays;
mod panes;
mod screens;
mod seek;
mod session;
mod show;
mod terminal;
mod theme;
mod update;
mod view;
mod worker;

#[cfg(test)]
mod tests;

use crate::store::{Mode, Same, Store};
use anyhow::{Result, bail};
use clipboard::Way;
use jiff::tz::TimeZone;
use keymap::Keymap;
use model::{Model, Session};
use session::Memory;
use std::collections::BTreeMap;
use std::io::{IsTerminal as _, stdout};
use std::path::PathBuf;
use std::time::Duration;
use theme::Theme;
use worker::Open;

pub use finish::Look;
pub use keymap::{KeyError, KeyLine};
pub use terminal::columns;
pub use theme::Scheme;

/// What the review terminal is started with.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The store; it must exist.
    pub store: PathBuf,
    /// Who decides.
    pub operator: String,
    /// Whether decisions are off.
    pub read_only: bool,
    /// Whether the store is a throw-away one, which a badge says.
    pub demo: bool,
    /// Keys that differ from the defaults: scope → key → action.
    pub keys: BTreeMap<String, BTreeMap<String, String>>,
    /// How sure a suggestion has to be to go in a batch, from 0 to 1.
    pub batch_confidence: f64,
    /// Which colours are used, where any are.
    pub scheme: Scheme,
    /// What is left out of a drawing.
    pub look: Look,
    /// Whether the mouse is listened to from the start.
    pub mouse: bool,
    /// What of the last session is taken up, and of this one kept.
    pub remember: Remember,
}

/// What is remembered from one session to the next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Remember {
    /// Nothing.
    #[default]
    Nothing,
    /// Where the last one ended, in this file.
    Last(PathBuf),
    /// Begins anew, and keeps in this file where it ends.
    Anew(PathBuf),
}

/// How long a write waits for other programs that write.
const WAIT: Duration = Duration::from_mins(1);

/// Runs the review terminal until it is quit, on the store of the options, which
/// `reader` has open.
///
/// # Errors
/// A key of the configuration that cannot be bound, before the terminal is
/// touched, or a terminal that cannot be used.
pub fn run(options: Options, reader: Box<dyn Store>) -> Result<()> {
    let keys = Keymap::new(&options.keys)?;
    reader.keep_little()?;
    if !stdout().is_terminal() {
        bail!("the review terminal needs a terminal; `reunite cases` prints the queue anywhere");
    }
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let session = Session {
        operator: options.operator,
        read_only: options.read_only,
        demo: options.demo,
        zone: zone(),
        theme: Theme::new(options.scheme, !no_colour),
        look: options.look,
        clipboard: Way::of_environment(),
        batch_confidence: options.batch_confidence,
        keys,
    };
    let store = options.store;
    let (memory, last) = match options.remember {
        Remember::Nothing => (None, None),
        Remember::Anew(file) => (Some(Memory::new(file, store.clone())), None),
        Remember::Last(file) => {
            let memory = Memory::new(file, store.clone());
            let last = memory.read();
            (Some(memory), last)
        }
    };
    let make = |size, now| {
        let mut model = Model::new(session, size, now);
        model.mouse = options.mouse;
        if let Some(last) = last {
            last.restore(&mut model);
        }
        model
    };
    // What the reader has open; the others come later.
    let store = Same::of(&store);
    let again = store.clone();
    // Opened when first something is searched for.
    let seek: Open = Box::new(move || {
        let store = again.open(Mode::ReadOnly, WAIT)?;
        store.keep_little()?;
        Ok(store)
    });
    let write: Option<Open> = (!options.read_only)
        .then(|| -> Open { Box::new(move || store.open(Mode::ReadWrite, WAIT)) });
    let left = app::run(make, reader, seek, write)?;
    if let Some(memory) = memory {
        memory.write(&left);
    }
    Ok(())
}

/// Where the operator sits. The rules of the zone are read where the system
/// keeps them: the library would look through all zones that there are for a
/// name, which nobody asks for here, and that takes longer than all the rest
/// of the way to the first frame.
fn zone() -> TimeZone {
    let place = match std::env::var("TZ") {
        Err(_) => Some("/etc/localtime".to_owned()),
        Ok(name) if is_zone(&name) => Some(format!("/usr/share/zoneinfo/{name}")),
        Ok(_) => None,
    };
    let rules = place.and_then(|place| std::fs::read(place).ok());
    let zone = rules.and_then(|rules| TimeZone::tzif("", &rules).ok());
    zone.unwrap_or_else(TimeZone::system)
}

/// Whether it has the form of a zone's name: `Europe/Berlin`, `Etc/GMT+3`.
fn is_zone(name: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_uppercase())
            && (part.bytes()).all(|b| b.is_ascii_alphanumeric() || b"+-_".contains(&b))
    };
    name.split('/').all(is_part)
}

/// Every action with its default keys, for manuals.
#[must_use]
pub fn key_lines() -> Vec<KeyLine> {
    keymap::lines()
}

/// Whether the keys of a configuration can be bound.
///
/// # Errors
/// Names scope, key and what is wrong: no such scope, key or action, a key given
/// twice, or an action left without one.
pub fn check_keys(
    keys: &BTreeMap<String, BTreeMap<String, String>>,
) -> std::result::Result<(), KeyError> {
    if keys.is_empty() {
        // The defaults can be.
        return Ok(());
    }
    Keymap::new(keys).map(|_| ())
}
