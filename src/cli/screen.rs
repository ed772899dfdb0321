//! Options of the review terminal, on a store and in the demo alike. What the
//! command line says goes before the configuration.

use super::session::Session;
use crate::config::THEMES;
use crate::paths;
use crate::tui::{self, Remember};
use clap::builder::PossibleValuesParser;
use std::path::PathBuf;

/// How the review terminal looks.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Options of the review terminal")]
pub(super) struct Screen {
    /// Colours: the terminal's own, or a theme with its own ground
    #[arg(long, value_name = "THEME", value_parser = PossibleValuesParser::new(THEMES))]
    theme: Option<String>,
    /// Draw nothing beyond ASCII
    #[arg(long)]
    ascii: bool,
    /// Draw no borders and no bars, for screen readers
    #[arg(long)]
    plain: bool,
    /// Forget where the last session ended
    #[arg(long)]
    fresh: bool,
}

impl Screen {
    /// Given before the command and after it.
    pub(super) fn or(self, other: &Self) -> Self {
        Self {
            theme: self.theme.or_else(|| other.theme.clone()),
            ascii: self.ascii || other.ascii,
            plain: self.plain || other.plain,
            fresh: self.fresh || other.fresh,
        }
    }

    /// What the review terminal is started with.
    pub(super) fn options(
        &self,
        session: &Session<'_, '_>,
        store: PathBuf,
        demo: bool,
    ) -> tui::Options {
        let ui = &session.config.ui;
        let theme = self.theme.as_ref().unwrap_or(&ui.theme);
        tui::Options {
            store,
            operator: session.operator(),
            read_only: session.read_only,
            demo,
            keys: session.config.keys.clone(),
            batch_confidence: session.config.review.batch_confidence,
            scheme: tui::Scheme::parse(theme).unwrap_or_default(),
            look: tui::Look {
                ascii: self.ascii || ui.ascii,
                plain: self.plain || ui.plain,
            },
            mouse: ui.mouse,
            remember: match paths::session() {
                // The store of the demo is gone with it.
                _ if demo => Remember::Nothing,
                None => Remember::Nothing,
                Some(file) if self.fresh => Remember::Anew(file),
                Some(file) => Remember::Last(file),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_of_the_configuration_is_one_of_the_terminal() {
        let known = tui::Scheme::ALL.map(tui::Scheme::as_str);
        assert_eq!(known, THEMES);
    }
}
