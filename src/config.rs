//! The configuration file: who decides, which business numbers belong to
//! which portfolio, and what differs from the default keys.
//!
//! Reading is strict. A misspelt key that is passed over would put traffic
//! into the wrong portfolio, so it is an error with file and line. What the
//! keys and actions of `[keys]` mean is known to the terminal room alone.

use crate::domain::case::{Action, CaseKind};
use crate::review::four_eyes::Rule;
use crate::store::PortfolioMap;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// The configuration, read and checked.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Config {
    /// Who decides, where neither argument nor environment says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// The portfolios; unmapped traffic is portfolio `default`.
    #[serde(rename = "portfolio")]
    pub portfolios: Vec<Portfolio>,
    /// How cases are reviewed.
    pub review: Review,
    /// How the review terminal looks.
    pub ui: Ui,
    /// Action by key by scope.
    pub keys: BTreeMap<String, BTreeMap<String, String>>,
    /// On which lines the scopes (`None`) and their keys stand, for whoever
    /// knows what they mean.
    #[serde(skip)]
    pub key_lines: BTreeMap<(String, Option<String>), usize>,
}

/// One portfolio and the business numbers in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Portfolio {
    /// Its name.
    pub name: String,
    /// The WhatsApp business accounts in it.
    pub wabas: Vec<String>,
    /// The phone number ids in it.
    pub phone_number_ids: Vec<String>,
}

/// How cases are reviewed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Review {
    /// Batches take suggestions at least this sure.
    pub batch_confidence: f64,
    /// Which answers need another operator; a store keeps the first that it is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub four_eyes: Option<Rule>,
}

impl Default for Review {
    fn default() -> Self {
        Self {
            batch_confidence: 0.95,
            four_eyes: None,
        }
    }
}

/// How the review terminal looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ui {
    /// One of [`THEMES`].
    pub theme: String,
    /// Nothing beyond ASCII is drawn.
    pub ascii: bool,
    /// No borders, rules and bars.
    pub plain: bool,
    /// The mouse is listened to.
    pub mouse: bool,
}

/// The themes of the review terminal, the default first: the terminal's own
/// colours.
pub const THEMES: [&str; 4] = ["terminal", "dark", "light", "high-contrast"];

impl Default for Ui {
    fn default() -> Self {
        Self {
            theme: THEMES[0].into(),
            ascii: false,
            plain: false,
            mouse: false,
        }
    }
}

/// What is wrong with a configuration, and where.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("reading the configuration {path}: {cause}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// The file says something wrong.
    #[error("{path}:{line}: {what}")]
    Wrong {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawConfig {
    operator: Option<String>,
    #[serde(default)]
    portfolio: Vec<RawPortfolio>,
    #[serde(default)]
    review: RawReview,
    #[serde(default)]
    ui: RawUi,
    #[serde(default)]
    keys: BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPortfolio {
    name: Spanned<String>,
    #[serde(default)]
    wabas: Vec<Spanned<String>>,
    #[serde(default)]
    phone_number_ids: Vec<Spanned<String>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RawReview {
    batch_confidence: Option<Spanned<f64>>,
    four_eyes: Option<Spanned<Rule>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct RawUi {
    theme: Option<Spanned<String>>,
    ascii: bool,
    plain: bool,
    mouse: bool,
}

/// What is wrong, and the bytes that say it.
type Wrong = (Range<usize>, String);

impl Config {
    /// Reads the file at `path`. One that is not there is the default
    /// configuration, unless it was asked for by name.
    pub fn read(path: &Path, by_name: bool) -> Result<Self, ConfigError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, path),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && !by_name => Ok(Self::default()),
            Err(cause) => Err(ConfigError::Unreadable {
                path: path.to_owned(),
                cause,
            }),
        }
    }

    /// Reads the text of a configuration; `path` is for its errors.
    pub fn parse(text: &str, path: &Path) -> Result<Self, ConfigError> {
        let raw = toml::from_str::<RawConfig>(text)
            .map_err(|e| (e.span().unwrap_or(0..0), e.message().to_owned()));
        let line = |at: &Range<usize>| {
            let before = text.get(..at.start).unwrap_or_default();
            1 + before.matches('\n').count()
        };
        raw.and_then(|raw| check(raw, &line))
            .map_err(|(at, what)| ConfigError::Wrong {
                path: path.to_owned(),
                line: line(&at),
                what,
            })
    }

    /// Which portfolio traffic belongs to.
    #[must_use]
    pub fn map(&self) -> PortfolioMap {
        let mut map = PortfolioMap::default();
        for portfolio in &self.portfolios {
            let of = |ids: &[String]| -> BTreeMap<String, String> {
                ids.iter()
                    .map(|id| (id.clone(), portfolio.name.clone()))
                    .collect()
            };
            map.wabas.extend(of(&portfolio.wabas));
            map.phone_number_ids.extend(of(&portfolio.phone_number_ids));
        }
        map
    }
}

fn check(raw: RawConfig, line: &dyn Fn(&Range<usize>) -> usize) -> Result<Config, Wrong> {
    let mut names = BTreeMap::new();
    let mut wabas = BTreeMap::new();
    let mut numbers = BTreeMap::new();
    let mut portfolios = Vec::new();
    for raw in raw.portfolio {
        let name = raw.name.get_ref().trim().to_owned();
        if name.is_empty() || name.contains('@') {
            let what = "the name of a portfolio is not blank and has no '@'".to_owned();
            return Err((raw.name.span(), what));
        }
        once(&mut names, &raw.name, &name, "portfolio")?;
        for id in &raw.wabas {
            once(&mut wabas, id, &name, "WABA")?;
        }
        for id in &raw.phone_number_ids {
            once(&mut numbers, id, &name, "phone number id")?;
        }
        portfolios.push(Portfolio {
            name,
            wabas: raw.wabas.into_iter().map(Spanned::into_inner).collect(),
            phone_number_ids: raw
                .phone_number_ids
                .into_iter()
                .map(Spanned::into_inner)
                .collect(),
        });
    }
    let mut review = Review::default();
    if let Some(sure) = raw.review.batch_confidence {
        if !(0.0..=1.0).contains(sure.get_ref()) {
            let what = format!("batch_confidence is {}, not from 0 to 1", sure.get_ref());
            return Err((sure.span(), what));
        }
        review.batch_confidence = *sure.get_ref();
    }
    if let Some(rule) = raw.review.four_eyes {
        check_rule(rule.get_ref()).map_err(|what| (rule.span(), what))?;
        review.four_eyes = Some(rule.into_inner());
    }
    let mut key_lines = BTreeMap::new();
    let mut keys: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for (scope, bound) in raw.keys {
        let name = scope.get_ref();
        key_lines.insert((name.clone(), None), line(&scope.span()));
        for key in bound.keys() {
            let place = (name.clone(), Some(key.get_ref().clone()));
            key_lines.insert(place, line(&key.span()));
        }
        let bound = bound.into_iter().map(|(key, id)| (key.into_inner(), id));
        keys.insert(scope.into_inner(), bound.collect());
    }
    Ok(Config {
        operator: raw.operator,
        portfolios,
        review,
        ui: check_ui(raw.ui)?,
        keys,
        key_lines,
    })
}

/// Only answers can need another operator, and a confidence is from 0 to 1.
fn check_rule(rule: &Rule) -> Result<(), String> {
    let is_answer = |action: &Action| CaseKind::ALL.iter().any(|k| k.answers().contains(action));
    if let Some(other) = rule.actions.iter().find(|action| !is_answer(action)) {
        return Err(format!(
            "{other} is no answer to a case that could need another operator"
        ));
    }
    match rule.confidence_below {
        Some(least) if !(0.0..=1.0).contains(&least) => {
            Err(format!("confidence_below is {least}, not from 0 to 1"))
        }
        _ => Ok(()),
    }
}

fn check_ui(raw: RawUi) -> Result<Ui, Wrong> {
    let mut ui = Ui {
        ascii: raw.ascii,
        plain: raw.plain,
        mouse: raw.mouse,
        ..Ui::default()
    };
    if let Some(theme) = raw.theme {
        if !THEMES.contains(&theme.get_ref().as_str()) {
            let what = format!(
                "there is no theme {:?}; there are {}",
                theme.get_ref(),
                THEMES.join(", ")
            );
            return Err((theme.span(), what));
        }
        ui.theme = theme.into_inner();
    }
    Ok(ui)
}

/// Each name and each business number stands in one portfolio, and there once.
fn once(
    seen: &mut BTreeMap<String, String>,
    id: &Spanned<String>,
    portfolio: &str,
    what: &str,
) -> Result<(), Wrong> {
    match seen.entry(id.get_ref().clone()) {
        Entry::Vacant(free) => {
            free.insert(portfolio.to_owned());
            Ok(())
        }
        Entry::Occupied(taken) => {
            let earlier = taken.get();
            let what = format!(
                "{what} {:?} stands in portfolio {earlier:?} already",
                id.get_ref()
            );
            Err((id.span(), what))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(text, Path::new("config.toml")).map_err(|e| e.to_string())
    }

    const WHOLE: &str = r#"
operator = "ines"
[[portfolio]]
name = "eu"
wabas = ["102290129340398"]
phone_number_ids = ["106540352242922"]
[review]
batch_confidence = 0.9
[ui]
theme = "light"
ascii = true
[keys.queue]
"ctrl-d" = "page-down"
"#;

    #[test]
    fn the_example_of_the_manual() {
        let config = parse(WHOLE).unwrap();
        assert_eq!(config.operator.as_deref(), Some("ines"));
        assert_eq!(config.ui.theme, "light");
        assert!(config.ui.ascii && !config.ui.plain && !config.ui.mouse);
        assert_eq!(config.keys["queue"]["ctrl-d"], "page-down");
        let map = config.map();
        assert_eq!(map.wabas["102290129340398"], "eu");
        assert_eq!(map.phone_number_ids["106540352242922"], "eu");
        assert!((config.review.batch_confidence - 0.9).abs() < f64::EPSILON);
    }

    #[test]
    fn nothing_is_the_default() {
        assert_eq!(parse("").unwrap(), Config::default());
        let nowhere = Path::new("/nowhere/config.toml");
        assert_eq!(Config::read(nowhere, false).unwrap(), Config::default());
        assert!(Config::read(nowhere, true).is_err());
    }

    #[test]
    fn unknown_keys_name_file_and_line() {
        for (text, line) in [
            ("\noperater = \"ines\"", 2),
            ("[review]\nbatch_confidence = 0.9\nbatch = 1", 3),
            ("[[portfolio]]\nname = \"eu\"\n\nwaba = []", 4),
            ("[serve]\nport = 1", 1),
            ("operator = \"ines\"\noperator = \"ana\"", 2),
            ("operator = ines", 1),
            ("[review]\nbatch_confidence = \"high\"", 2),
            ("[review]\nbatch_confidence = 1.5", 2),
            ("[review.four_eyes]\nkinds = [\"gone\"]", 2),
            ("[review.four_eyes]\nbatch = 50", 2),
            ("[review.four_eyes]\nactions = [\"undo\"]", 1),
            ("\n[review.four_eyes]\nconfidence_below = 3", 2),
            ("[[portfolio]]\nname = \" \"", 2),
            ("[keys.queue]\nx = 1", 2),
            ("[ui]\n\ntheme = \"pink\"", 3),
            ("[ui]\nmouse = \"on\"", 2),
        ] {
            let error = parse(text).unwrap_err();
            assert!(
                error.starts_with(&format!("config.toml:{line}: ")),
                "{text}\n{error}"
            );
        }
        assert!(parse("operater = 1").unwrap_err().contains("operater"));
    }

    #[test]
    fn one_number_stands_in_one_portfolio() {
        let twice = "[[portfolio]]\nname = \"eu\"\nwabas = [\"1\"]\n\
                     [[portfolio]]\nname = \"us\"\nwabas = [\"2\",\n\"1\"]";
        assert_eq!(
            parse(twice).unwrap_err(),
            "config.toml:7: WABA \"1\" stands in portfolio \"eu\" already"
        );
        let names = "[[portfolio]]\nname = \"eu\"\n[[portfolio]]\nname = \"eu\"";
        assert!(
            parse(names)
                .unwrap_err()
                .starts_with("config.toml:4: portfolio")
        );
    }
}
