//! The table itself, in parts by where an action is at home.

mod anywhere;
mod case;
mod lists;

use super::{Action, Entry};
use crate::tui::keymap::Scope::{
    self, Changes, Compare, Contact, History, Overview, Proposals, Queue,
};

const SCREENS: &[Scope] = &[
    Queue, Compare, History, Contact, Overview, Changes, Proposals,
];
/// Lists of cases.
const CASES: &[Scope] = &[Queue, Changes];

/// What most entries have in common: shown in the hint bar, and always possible.
const SHOWN: Entry = Entry {
    action: Action::Help,
    id: "",
    title: "",
    doc: "",
    scopes: &[],
    keys: &[],
    hint: true,
    why_not: |_| None,
};

/// The same, but not shown in the hint bar.
const QUIET: Entry = Entry {
    hint: false,
    ..SHOWN
};

/// Every action, the most wanted first: the hint bar cuts from the end.
pub(crate) fn table() -> impl Iterator<Item = &'static Entry> {
    [case::ANSWERS, lists::LISTS, anywhere::ANYWHERE]
        .into_iter()
        .flatten()
}
