//! Where files lie when nobody says otherwise: the XDG directories, on every
//! Unix, macOS too, so that one manual holds everywhere.
//!
//! What an argument or the environment names wins; an empty value counts as
//! not given, as the XDG specification has it. Nothing is created here.

use crate::error::Failure;
use etcetera::base_strategy::{BaseStrategy as _, Xdg};
use std::path::{Path, PathBuf};

/// The store: as given, else `$XDG_DATA_HOME/reunite/identity.db`.
pub fn store(given: Option<&Path>) -> Result<PathBuf, Failure> {
    choose(given, "--store", |xdg| {
        xdg.data_dir().join("reunite/identity.db")
    })
}

/// The configuration: as given, else `$XDG_CONFIG_HOME/reunite/config.toml`.
pub fn config(given: Option<&Path>) -> Result<PathBuf, Failure> {
    choose(given, "--config", |xdg| {
        xdg.config_dir().join("reunite/config.toml")
    })
}

/// What the review terminal remembers: `$XDG_STATE_HOME/reunite/session.json`;
/// `None` where there is no home directory to remember it in.
#[must_use]
pub fn session() -> Option<PathBuf> {
    let xdg = Xdg::new().ok()?;
    Some(xdg.state_dir()?.join("reunite/session.json"))
}

fn choose(
    given: Option<&Path>,
    option: &str,
    default: impl FnOnce(&Xdg) -> PathBuf,
) -> Result<PathBuf, Failure> {
    if let Some(path) = given.filter(|path| !path.as_os_str().is_empty()) {
        return Ok(path.to_owned());
    }
    let xdg = Xdg::new().map_err(|_| {
        Failure::failed(
            "there is no home directory to look in",
            format!("set HOME, or give {option} PATH"),
        )
    })?;
    Ok(default(&xdg))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_wins_unless_it_is_empty() {
        assert_eq!(store(Some(Path::new("a.db"))).unwrap(), Path::new("a.db"));
        let default = store(None).unwrap();
        assert!(default.ends_with("reunite/identity.db"));
        assert_eq!(store(Some(Path::new(""))).unwrap(), default);
        assert!(session().unwrap().ends_with("reunite/session.json"));
        assert!(config(None).unwrap().ends_with("reunite/config.toml"));
    }
}
