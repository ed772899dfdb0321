//! The one table of what can be done: id, title, a line of explanation, where
//! it works, on which keys, and why it is not possible now.
//!
//! The hint bar, the help, the keymap with its configuration and the README's
//! table are all derived from it. What an action does is in `update`.

mod table;
mod why_not;

use super::keymap::Scope;
use super::model::Model;

pub(crate) use table::table;

/// Something that can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    Up,
    Down,
    PageUp,
    PageDown,
    First,
    Last,
    Open,
    Back,
    Quit,
    Help,
    Undo,
    Redo,
    Contacts,
    History,
    Privacy,
    Reload,
    Suspend,
    Filter,
    NextTab,
    PreviousTab,
    Sort,
    Changes,
    Merge,
    Relink,
    KeepSeparate,
    Accept,
    Reject,
    Defer,
    Swap,
    Reason,
    Evidence,
    NextCase,
    PreviousCase,
    NextPane,
    PreviousPane,
    Left,
    Right,
    UndoEntry,
    UndoBatch,
    Verify,
    Overview,
    Mark,
    MarkRange,
    MarkAll,
    Batch,
    Find,
    FindNext,
    Raw,
    Palette,
    Copy,
    Mouse,
    Proposals,
    Confirm,
    Withdraw,
}

/// One line of the table.
pub(crate) struct Entry {
    /// What it is in code.
    pub(crate) action: Action,
    /// What it is in configuration.
    pub(crate) id: &'static str,
    /// What it is in the hint bar.
    pub(crate) title: &'static str,
    /// What it does, in a sentence.
    pub(crate) doc: &'static str,
    /// Where it works.
    pub(crate) scopes: &'static [Scope],
    /// Its keys, the one to show first.
    pub(crate) keys: &'static [&'static str],
    /// Whether the hint bar shows it.
    pub(crate) hint: bool,
    /// Why it cannot be done now.
    pub(crate) why_not: fn(&Model) -> Option<String>,
}

impl Entry {
    /// Whether it works in a scope.
    pub(crate) fn works_in(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope) || self.scopes.contains(&Scope::Global)
    }

    /// Where it works, in words: `queue, compare`.
    pub(crate) fn places(&self) -> String {
        let named = Scope::NAMED.iter();
        let here = named.filter(|(_, scope)| self.scopes.contains(scope));
        let names: Vec<&str> = here.map(|(name, _)| *name).collect();
        names.join(", ")
    }

    /// The line of that id.
    pub(crate) fn of(id: &str) -> Option<&'static Self> {
        table().find(|entry| entry.id == id)
    }
}

impl Action {
    /// Its line in the table.
    pub(crate) fn entry(self) -> Option<&'static Entry> {
        table().find(|entry| entry.action == self)
    }

    /// Why it cannot be done now.
    pub(crate) fn why_not(self, model: &Model) -> Option<String> {
        self.entry().and_then(|entry| (entry.why_not)(model))
    }
}
