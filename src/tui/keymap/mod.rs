//! Which key does what, where: the defaults of the action table, and over them
//! what the configuration says.
//!
//! A configured key of a scope beats one of `global`, and both beat the
//! defaults. Nothing is ignored in silence: an unknown scope, key or action, an
//! action that does not work there, and an action left without a key are errors.

#[cfg(test)]
mod tests;

use super::action::{Action, Entry, table};
use super::model::Model;
use crokey::{KeyCombination, KeyCombinationFormat};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::collections::BTreeMap;

/// Where keys go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    /// Everywhere but where text is typed.
    Global,
    /// The queue.
    Queue,
    /// One case.
    Compare,
    /// The audit log.
    History,
    /// One contact.
    Contact,
    /// The whole store at a glance.
    Overview,
    /// Pending identity changes.
    Changes,
    /// Answers that wait for another operator.
    Proposals,
    /// What a case rests on.
    Evidence,
    /// The search for contacts, where text is typed.
    Search,
    /// The help, where text is typed.
    Help,
    /// A line, where text is typed.
    Prompt,
    /// One of a few.
    Choice,
}

impl Scope {
    /// Those that can be configured, by name.
    pub(crate) const NAMED: [(&'static str, Scope); 9] = [
        ("global", Scope::Global),
        ("queue", Scope::Queue),
        ("compare", Scope::Compare),
        ("history", Scope::History),
        ("contact", Scope::Contact),
        ("overview", Scope::Overview),
        ("changes", Scope::Changes),
        ("proposals", Scope::Proposals),
        ("evidence", Scope::Evidence),
    ];

    /// Whether letters are text here.
    pub(crate) fn is_typing(self) -> bool {
        matches!(self, Scope::Search | Scope::Help | Scope::Prompt)
    }
}

struct Binding {
    scope: Scope,
    key: KeyCombination,
    action: Action,
}

/// What is wrong with the configured keys, and where.
#[derive(Debug, thiserror::Error)]
#[error("[keys.{scope}]{}{what}", self.shown())]
pub struct KeyError {
    /// The scope, as it was configured.
    pub scope: String,
    /// The key, as it was configured; `None`: the scope itself.
    pub key: Option<String>,
    what: String,
}

impl KeyError {
    fn new(scope: &str, key: Option<&str>, what: impl Into<String>) -> Self {
        Self {
            scope: scope.to_owned(),
            key: key.map(str::to_owned),
            what: what.into(),
        }
    }

    fn shown(&self) -> String {
        let key = self.key.as_ref();
        key.map(|key| format!(" \"{key}\"")).unwrap_or_default()
    }
}

type Result<T> = std::result::Result<T, KeyError>;

/// Which key does what; the first of an action's bindings is the one shown.
pub(crate) struct Keymap(Vec<Binding>);

impl Keymap {
    /// The defaults, changed by `scope → key → action`.
    pub(crate) fn new(configured: &BTreeMap<String, BTreeMap<String, String>>) -> Result<Self> {
        let mut own: Vec<Binding> = Vec::new();
        // Bindings of `global`, in every scope that their action works in.
        let mut spread: Vec<Binding> = Vec::new();
        let mut given: Vec<(Scope, KeyCombination)> = Vec::new();
        let mut unbound: Vec<(Scope, KeyCombination)> = Vec::new();
        for (scope_name, keys) in configured {
            let Some(&(_, scope)) = Scope::NAMED.iter().find(|(name, _)| name == scope_name) else {
                let names: Vec<&str> = Scope::NAMED.iter().map(|(name, _)| *name).collect();
                let what = format!(" is no scope; there are {}", names.join(", "));
                return Err(KeyError::new(scope_name, None, what));
            };
            for (raw, id) in keys {
                let (key, action) = read(scope_name, scope, raw, id)?;
                if given.contains(&(scope, key)) {
                    let what = ": this key is given twice in one scope";
                    return Err(KeyError::new(scope_name, Some(raw), what));
                }
                given.push((scope, key));
                let Some(entry) = action else {
                    unbound.push((scope, key));
                    continue;
                };
                let bind = |scope| Binding {
                    scope,
                    key,
                    action: entry.action,
                };
                if scope == Scope::Global {
                    spread.extend(entry.scopes.iter().map(|&scope| bind(scope)));
                } else {
                    own.push(bind(scope));
                }
            }
        }
        spread.retain(|b| !given.contains(&(b.scope, b.key)));
        own.extend(spread);
        let has = |list: &[(Scope, KeyCombination)], scope, key| {
            list.contains(&(scope, key)) || list.contains(&(Scope::Global, key))
        };
        let own_keys: Vec<_> = own.iter().map(|b| (b.scope, b.key)).collect();
        let mut map = Self(own);
        for entry in table() {
            for &scope in entry.scopes {
                let keys = entry.keys.iter().filter_map(|raw| parse(raw));
                let free =
                    keys.filter(|&key| !has(&own_keys, scope, key) && !has(&unbound, scope, key));
                map.0.extend(free.map(|key| Binding {
                    scope,
                    key,
                    action: entry.action,
                }));
            }
        }
        if let Some(entry) = map.left_out(|scope, key| has(&unbound, scope, key)) {
            let (scope_name, key) = culprit(configured, entry);
            let what = format!(
                ": this leaves \"{}\" without a key; give it another, or set its old key to \"none\"",
                entry.id
            );
            return Err(KeyError::new(scope_name, Some(key), what));
        }
        Ok(map)
    }

    /// An action without a key in a scope where it works, unless its own was
    /// given up on purpose.
    fn left_out(
        &self,
        is_given_up: impl Fn(Scope, KeyCombination) -> bool,
    ) -> Option<&'static Entry> {
        // Those without a key are for the palette.
        let mut with_key = table().filter(|entry| !entry.keys.is_empty());
        with_key.find(|entry| {
            entry.scopes.iter().any(|&scope| {
                let has_key = self.0.iter().any(|b| {
                    b.action == entry.action
                        && (b.scope == scope || scope == Scope::Global)
                        && self.find(b.scope, b.key) == Some(entry.action)
                });
                let mut own = entry.keys.iter().filter_map(|raw| parse(raw));
                !has_key && !own.any(|key| is_given_up(scope, key))
            })
        })
    }

    /// What a key does in a scope.
    pub(crate) fn find(&self, scope: Scope, key: KeyCombination) -> Option<Action> {
        let at = |scope| {
            self.0
                .iter()
                .find(|b| b.scope == scope && b.key == key)
                .map(|b| b.action)
        };
        at(scope).or_else(|| at(Scope::Global))
    }

    /// What a key does on other screens.
    pub(crate) fn elsewhere(&self, key: KeyCombination) -> Option<Action> {
        let mut bindings = self.0.iter();
        bindings
            .find(|b| b.key == key && b.scope != Scope::Evidence)
            .map(|b| b.action)
    }

    /// What leads to an action in a scope.
    fn bindings(&self, scope: Scope, action: Action) -> impl Iterator<Item = KeyCombination> {
        let own = self.0.iter().filter(move |b| {
            b.action == action
                && (b.scope == scope || b.scope == Scope::Global)
                && self.find(scope, b.key) == Some(action)
        });
        own.map(|b| b.key)
    }

    /// The keys of an action in a scope, as they are shown.
    pub(crate) fn keys(&self, scope: Scope, action: Action) -> Vec<String> {
        let mut keys = Vec::new();
        for label in self.bindings(scope, action).map(label) {
            if !keys.contains(&label) {
                keys.push(label);
            }
        }
        keys
    }

    /// The key to show for an action in a scope; empty if it has none.
    pub(crate) fn key(&self, scope: Scope, action: Action) -> String {
        let first = self.bindings(scope, action).next();
        first.map(label).unwrap_or_default()
    }

    /// What works here now, for the hint bar: key and title.
    pub(crate) fn hints(&self, model: &Model) -> Vec<(String, &'static str)> {
        let scope = model.screen_scope();
        table()
            .filter(|entry| entry.hint && entry.works_in(scope))
            .filter(|entry| (entry.why_not)(model).is_none())
            .map(|entry| {
                let title = match entry.action {
                    // Who is afraid to end the program would not press it.
                    Action::Quit if !model.above.is_empty() => "back",
                    _ => entry.title,
                };
                (self.key(scope, entry.action), title)
            })
            .filter(|(key, _)| !key.is_empty())
            .collect()
    }
}

/// Quits whatever is open.
pub(crate) const CTRL_C: KeyCombination =
    KeyCombination::one_key(KeyCode::Char('c'), KeyModifiers::CONTROL);

/// One line of the configuration: its key, and its action or `none`.
fn read(
    scope_name: &str,
    scope: Scope,
    raw: &str,
    id: &str,
) -> Result<(KeyCombination, Option<&'static Entry>)> {
    let wrong = |what: String| {
        let what = format!(" = \"{id}\": {what}");
        Err(KeyError::new(scope_name, Some(raw), what))
    };
    let Some(key) = parse(raw) else {
        return wrong(format!(
            "\"{raw}\" is no key; write j, G, ctrl-d, enter, space or f5"
        ));
    };
    if key == CTRL_C {
        return wrong("ctrl-c always quits and cannot be bound".into());
    }
    if id == "none" {
        return Ok((key, None));
    }
    let Some(entry) = Entry::of(id) else {
        return wrong(format!(
            "there is no action \"{id}\"; `?` in the terminal lists them"
        ));
    };
    if scope != Scope::Global && !entry.works_in(scope) {
        return wrong(format!("\"{id}\" does nothing in {scope_name}"));
    }
    Ok((key, Some(entry)))
}

/// The configured key that took an action's last one.
fn culprit<'a>(
    configured: &'a BTreeMap<String, BTreeMap<String, String>>,
    entry: &Entry,
) -> (&'a str, &'a str) {
    configured
        .iter()
        .flat_map(|(scope, keys)| keys.keys().map(move |key| (scope.as_str(), key.as_str())))
        .find(|(_, key)| entry.keys.iter().any(|own| parse(own) == parse(key)))
        .unwrap_or_default()
}

/// A key as written: `j`, `G`, `ctrl-d`, `enter`.
fn parse(raw: &str) -> Option<KeyCombination> {
    let mut chars = raw.chars();
    let key = match (chars.next(), chars.next()) {
        // The parser folds case; a single capital means Shift here.
        (Some(c), None) if c.is_ascii_uppercase() => {
            KeyCombination::one_key(KeyCode::Char(c), KeyModifiers::SHIFT)
        }
        _ => crokey::parse(raw).ok()?,
    };
    key.is_ansi_compatible().then(|| normal(key))
}

/// A key as it came from the terminal.
pub(crate) fn pressed(event: KeyEvent) -> KeyCombination {
    normal(KeyCombination::from(event))
}

/// Terminals differ in whether they report Shift with a sign such as `?`.
fn normal(key: KeyCombination) -> KeyCombination {
    let mut key = key.normalized();
    if let KeyCode::Char(c) = key.codes.first()
        && !c.is_alphabetic()
    {
        key.modifiers.remove(KeyModifiers::SHIFT);
    }
    key
}

/// A key as it is shown: `j`, `G`, `Ctrl-d`, `↓`.
fn label(key: KeyCombination) -> String {
    if key.modifiers.is_empty() {
        match key.codes.first() {
            KeyCode::Up => return "↑".into(),
            KeyCode::Down => return "↓".into(),
            KeyCode::Left => return "←".into(),
            KeyCode::Right => return "→".into(),
            KeyCode::PageUp => return "PgUp".into(),
            KeyCode::PageDown => return "PgDn".into(),
            _ => {}
        }
    }
    if *key.codes.first() == KeyCode::BackTab {
        return "Shift-Tab".into();
    }
    KeyCombinationFormat::default()
        .with_implicit_shift()
        .to_string(key)
}

/// An action and its keys as they are by default, for manuals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyLine {
    /// The scopes that it works in: `queue, compare`.
    pub places: String,
    /// Its keys as they are shown, the usual one first.
    pub keys: Vec<String>,
    /// What configuration and palette call it.
    pub id: &'static str,
    /// What it does, in a sentence without its stop.
    pub doc: &'static str,
}

/// Every action, in the order of the help.
pub(crate) fn lines() -> Vec<KeyLine> {
    let line = |entry: &'static Entry| KeyLine {
        places: entry.places(),
        keys: entry
            .keys
            .iter()
            .filter_map(|raw| parse(raw))
            .map(label)
            .collect(),
        id: entry.id,
        doc: entry.doc,
    };
    table().map(line).collect()
}
