//! What is done wherever one is: taken back, gone to, moved, copied, ended.

use super::{QUIET, SCREENS, SHOWN};
use crate::tui::action::{Action, Entry, why_not};
use crate::tui::keymap::Scope::{
    Changes, Compare, Contact, Global, History, Overview, Proposals, Queue,
};

/// On every screen.
pub(super) const ANYWHERE: &[Entry] = &[
    Entry {
        action: Action::Undo,
        id: "undo",
        title: "undo",
        doc: "Takes back the last decision of this session, then the one before",
        scopes: &[Queue, Compare, Contact, Overview, Changes, Proposals],
        keys: &["u"],
        why_not: why_not::nothing_done,
        ..SHOWN
    },
    Entry {
        action: Action::Redo,
        id: "redo",
        title: "redo",
        doc: "Puts back what was undone last",
        scopes: SCREENS,
        keys: &["U"],
        why_not: why_not::nothing_undone,
        ..SHOWN
    },
    Entry {
        action: Action::Proposals,
        id: "proposals",
        title: "proposals",
        doc: "Shows the answers that wait for another operator",
        scopes: SCREENS,
        keys: &["f"],
        why_not: why_not::no_proposals,
        ..SHOWN
    },
    Entry {
        action: Action::Changes,
        id: "changes",
        title: "changes",
        doc: "Shows the identity changes that wait for an answer",
        scopes: SCREENS,
        keys: &["i"],
        why_not: |model| why_not::in_sight(model, Changes),
        ..SHOWN
    },
    Entry {
        action: Action::Overview,
        id: "overview",
        title: "overview",
        doc: "Shows the whole store at a glance: what waits, what came, what was decided",
        scopes: SCREENS,
        keys: &["o"],
        why_not: |model| why_not::in_sight(model, Overview),
        ..SHOWN
    },
    Entry {
        action: Action::Contacts,
        id: "contacts",
        title: "contacts",
        doc: "Searches contacts by name, username, phone, BSUID or number",
        scopes: SCREENS,
        keys: &["c"],
        ..SHOWN
    },
    Entry {
        action: Action::History,
        id: "history",
        title: "history",
        doc: "Shows the log of all decisions",
        scopes: SCREENS,
        keys: &["H"],
        why_not: |model| why_not::in_sight(model, History),
        ..SHOWN
    },
    Entry {
        action: Action::Down,
        id: "down",
        title: "down",
        doc: "Moves or scrolls down a line",
        scopes: &[Global],
        keys: &["j", "down"],
        ..QUIET
    },
    Entry {
        action: Action::Up,
        id: "up",
        title: "up",
        doc: "Moves or scrolls up a line",
        scopes: &[Global],
        keys: &["k", "up"],
        ..QUIET
    },
    Entry {
        action: Action::PageDown,
        id: "page-down",
        title: "page down",
        doc: "Moves or scrolls down half a page",
        scopes: &[Global],
        keys: &["ctrl-d", "pagedown"],
        ..QUIET
    },
    Entry {
        action: Action::PageUp,
        id: "page-up",
        title: "page up",
        doc: "Moves or scrolls up half a page",
        scopes: &[Global],
        keys: &["ctrl-u", "pageup"],
        ..QUIET
    },
    Entry {
        action: Action::First,
        id: "first",
        title: "first",
        doc: "Goes to the first line",
        scopes: &[Global],
        keys: &["g", "home"],
        ..QUIET
    },
    Entry {
        action: Action::Last,
        id: "last",
        title: "last",
        doc: "Goes to the last line",
        scopes: &[Global],
        keys: &["G", "end"],
        ..QUIET
    },
    Entry {
        action: Action::Privacy,
        id: "privacy",
        title: "privacy",
        doc: "Masks names, phones and messages, or shows them again",
        scopes: &[Global],
        keys: &["P"],
        ..QUIET
    },
    Entry {
        action: Action::Reload,
        id: "reload",
        title: "reload",
        doc: "Reads the screen anew and repaints it",
        scopes: &[Global],
        keys: &["ctrl-l"],
        ..QUIET
    },
    Entry {
        action: Action::Copy,
        id: "copy",
        title: "copy",
        doc: "Copies an identifier, a number or the whole page; asks which",
        scopes: SCREENS,
        keys: &["y"],
        ..QUIET
    },
    Entry {
        action: Action::Mouse,
        id: "mouse",
        title: "mouse",
        doc: "Listens to the mouse, or no longer: a click selects, the wheel scrolls",
        scopes: &[Global],
        keys: &[],
        ..QUIET
    },
    Entry {
        action: Action::Suspend,
        id: "suspend",
        title: "suspend",
        doc: "Goes to the shell; `fg` comes back",
        scopes: &[Global],
        keys: &["ctrl-z"],
        ..QUIET
    },
    Entry {
        action: Action::Back,
        id: "back",
        title: "back",
        doc: "One step back: closes what is open, clears the filter",
        scopes: &[Global],
        keys: &["esc"],
        ..QUIET
    },
    Entry {
        action: Action::Quit,
        id: "quit",
        title: "quit",
        doc: "Back, and from the queue out",
        scopes: &[Global],
        keys: &["q"],
        ..SHOWN
    },
    Entry {
        action: Action::Help,
        id: "help",
        title: "help",
        doc: "Shows what can be done here; type to find, Enter does it",
        scopes: &[Global],
        keys: &["?", "f1"],
        ..SHOWN
    },
    Entry {
        action: Action::Palette,
        id: "palette",
        title: "palette",
        doc: "Finds any action by a few letters of it; Enter does it",
        scopes: &[Global],
        keys: &[":"],
        ..QUIET
    },
];
