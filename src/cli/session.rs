//! What every command stands on: the global options resolved, the store, and
//! the way out.
//!
//! Human lines pass `domain::text` here, all of them, so that no command can
//! forget it; colour is put around a line after that.

use super::args::Global;
use super::table::Table;
use super::words;
use super::world::World;
use super::{json, login};
use crate::config::{Config, ConfigError};
use crate::domain::text;
use crate::domain::time::Timestamp;
use crate::error::Failure;
use crate::review::four_eyes::Rule;
use crate::review::refusal::{Code, Refusal};
use crate::store::{By, Mode, Store, StoreError};
use crate::{logging, paths, tui};
use anyhow::Context as _;
use serde::Serialize;
use std::io::Write as _;
use std::path::PathBuf;

/// How a human line looks on a terminal; elsewhere it is plain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    Strong,
    Dim,
    Good,
    Bad,
}

/// One command's run.
pub(super) struct Session<'s, 'w> {
    pub(super) world: &'s mut World<'w>,
    pub(super) json: bool,
    pub(super) read_only: bool,
    pub(super) verbose: u8,
    pub(super) config: Config,
    pub(super) config_path: PathBuf,
    /// The path was given: a file has to be there.
    pub(super) config_by_name: bool,
    /// By argument, environment or configuration.
    operator: Option<String>,
    store: Option<PathBuf>,
}

impl<'s, 'w> Session<'s, 'w> {
    /// Resolves the global options. `screen`: the terminal screen follows.
    /// `checks`: the command reads the configuration itself.
    pub(super) fn start(
        global: Global,
        world: &'s mut World<'w>,
        screen: bool,
        checks: bool,
    ) -> anyhow::Result<Self> {
        logging::start(global.verbose, global.log.as_deref(), screen)?;
        let mut session = Self {
            world,
            json: global.json,
            read_only: global.read_only,
            verbose: global.verbose,
            config: Config::default(),
            config_path: paths::config(global.config.as_deref())?,
            config_by_name: global
                .config
                .is_some_and(|path| !path.as_os_str().is_empty()),
            operator: None,
            store: global.store,
        };
        if !checks {
            session.config = read_config(&session.config_path, session.config_by_name)?;
        }
        let given = global
            .operator
            .or_else(|| std::env::var("REUNITE_OPERATOR").ok());
        // A blank at an edge makes no other operator.
        session.operator = [given, session.config.operator.clone()]
            .into_iter()
            .flatten()
            .map(|name| name.trim().to_owned())
            .find(|name| !name.is_empty());
        Ok(session)
    }

    /// Where the store is, or would be.
    pub(super) fn store_path(&self) -> Result<PathBuf, Failure> {
        paths::store(self.store.as_deref())
    }

    /// The store, to read.
    pub(super) fn reading(&self) -> anyhow::Result<Box<dyn Store>> {
        self.open(Mode::ReadOnly)
    }

    /// The store, to decide. Refused under `--read-only`.
    pub(super) fn deciding(&mut self) -> anyhow::Result<Box<dyn Store>> {
        self.may_write()?;
        let mut store = self.open(Mode::ReadWrite)?;
        self.note_age(&*store);
        self.adopt_rule(&mut *store)?;
        Ok(store)
    }

    /// A store without a rule takes the configuration's; from then on its own is
    /// in force, whatever anybody configures.
    fn adopt_rule(&self, store: &mut dyn Store) -> anyhow::Result<()> {
        if let Some(rule) = &self.config.review.four_eyes
            && store.four_eyes()?.is_none()
        {
            store.rule(rule, &self.by(None))?;
        }
        Ok(())
    }

    /// The rule that answers are given under from now on: the store's, or the one
    /// that it would take over.
    pub(super) fn rule_for(&self, store: &dyn Store) -> anyhow::Result<Option<Rule>> {
        let kept = store.four_eyes().context("reading the rule")?;
        Ok(kept.or_else(|| self.config.review.four_eyes.clone()))
    }

    /// Has the store take the configuration's rule over before anybody decides
    /// on a screen, where there is one to take over.
    pub(super) fn adopting(&self) -> anyhow::Result<()> {
        if self.read_only || self.config.review.four_eyes.is_none() {
            return Ok(());
        }
        let mut store = self.open(Mode::ReadWrite)?;
        self.adopt_rule(&mut *store)
    }

    /// The store, to decide or to rehearse a decision. A dry run writes nothing,
    /// and is allowed under `--read-only`.
    pub(super) fn deciding_unless(&mut self, dry_run: bool) -> anyhow::Result<Box<dyn Store>> {
        if dry_run {
            return self.open(Mode::Rehearse);
        }
        self.deciding()
    }

    /// The store, to replay it.
    pub(super) fn rescoping(&self, dry_run: bool) -> anyhow::Result<Box<dyn Store>> {
        if dry_run {
            return self.open(Mode::Rehearse);
        }
        self.may_write()?;
        self.open(Mode::ReadWrite)
    }

    /// The store, to take traffic in: made if it is not there.
    pub(super) fn taking_in(&mut self) -> anyhow::Result<Box<dyn Store>> {
        self.may_write()?;
        let path = self.store_path()?;
        if let Some(parent) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
            make_private(parent).with_context(|| format!("making {}", parent.display()))?;
        }
        let store = self.open(Mode::Create)?;
        self.note_age(&*store);
        Ok(store)
    }

    /// The store to rehearse on: an empty one in `place` where there is none.
    pub(super) fn rehearsing(&self, place: &std::path::Path) -> anyhow::Result<Box<dyn Store>> {
        let path = self.store_path()?;
        if path.exists() {
            return self.open(Mode::Rehearse);
        }
        Ok((self.world.open)(&place.join("identity.db"), Mode::Create)?)
    }

    fn open(&self, mode: Mode) -> anyhow::Result<Box<dyn Store>> {
        let path = self.store_path()?;
        tracing::info!(path = %path.display(), ?mode, "opening the store");
        let store = (self.world.open)(&path, mode);
        // These errors name the store, and say enough.
        Ok(store?)
    }

    /// Says so where a store was filled under older rules than today's.
    pub(super) fn note_age(&mut self, store: &dyn Store) {
        if store.is_outdated().unwrap_or(false) {
            // Whoever closed the pipe needs no word about it.
            let _ = writeln!(
                self.world.err,
                "note: an older reunite filled this store; `reunite rescope` replays it under today's rules, which may ask more"
            );
        }
    }

    fn may_write(&self) -> Result<(), StoreError> {
        if self.read_only {
            let detail = "Nothing is written with --read-only.";
            return Err(Box::new(Refusal::new(Code::ReadOnly, detail)).into());
        }
        Ok(())
    }

    /// Who decides: argument, environment, configuration, login name.
    pub(super) fn operator(&self) -> String {
        self.operator.clone().unwrap_or_else(login::name)
    }

    /// Who acts, now, and why.
    pub(super) fn by(&self, reason: Option<&str>) -> By {
        By {
            operator: self.operator(),
            at: self.now(),
            reason: reason
                .map(str::to_owned)
                .filter(|why| !why.trim().is_empty()),
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.world.now)()
    }

    /// One JSON line.
    pub(super) fn json_line(&mut self, value: &impl Serialize) -> anyhow::Result<()> {
        json::line(value, &mut self.world.out)
    }

    /// One line for people.
    pub(super) fn line(&mut self, line: impl AsRef<str>) -> anyhow::Result<()> {
        self.look(Look::Plain, line)
    }

    /// One line for people, in colour where there is colour. On a terminal it
    /// goes on below its own indent; elsewhere one line stays one line.
    pub(super) fn look(&mut self, look: Look, line: impl AsRef<str>) -> anyhow::Result<()> {
        let columns = if self.world.out.terminal {
            self.world.columns
        } else {
            usize::MAX
        };
        for line in words::wrap(&text::safe(line.as_ref()), columns) {
            self.verbatim(look, &line)?;
        }
        Ok(())
    }

    /// One line for people, never broken: a row, a line of JSON.
    pub(super) fn verbatim(&mut self, look: Look, line: &str) -> anyhow::Result<()> {
        let line = text::safe(line);
        let line = line.trim_end();
        let on = match look {
            Look::Plain => "",
            Look::Strong => "\x1b[1m",
            Look::Dim => "\x1b[2m",
            Look::Good => "\x1b[32m",
            Look::Bad => "\x1b[1;31m",
        };
        if self.world.out.colour && !on.is_empty() {
            writeln!(self.world.out, "{on}{line}\x1b[0m")?;
        } else {
            writeln!(self.world.out, "{line}")?;
        }
        Ok(())
    }

    /// A table for people.
    pub(super) fn table(&mut self, table: &Table) -> anyhow::Result<()> {
        let mut look = Look::Strong;
        for line in table.lines(self.world.columns) {
            self.verbatim(look, &line)?;
            look = Look::Plain;
        }
        Ok(())
    }
}

/// Reads the configuration, with advice where it is wrong.
pub(super) fn read_config(path: &std::path::Path, by_name: bool) -> Result<Config, Failure> {
    let config = Config::read(path, by_name).map_err(|error| {
        let hint = match &error {
            ConfigError::Unreadable { .. } => "give the path of a file with --config",
            ConfigError::Wrong { .. } => "mend the line; `reunite config check` reads it again",
        };
        Failure::failed(error.to_string(), hint)
    })?;
    tui::check_keys(&config.keys).map_err(|error| {
        let place = (error.scope.clone(), error.key.clone());
        let line = config.key_lines.get(&place);
        let line = line.map(|line| format!(":{line}")).unwrap_or_default();
        Failure::failed(
            format!("{}{line}: {error}", path.display()),
            "mend the line; `reunite man` lists the actions and their keys",
        )
    })?;
    Ok(config)
}

/// Makes a directory that others cannot look into: it will hold what
/// customers wrote.
fn make_private(dir: &std::path::Path) -> std::io::Result<()> {
    let mut make = std::fs::DirBuilder::new();
    make.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut make, 0o700);
    make.create(dir)
}
