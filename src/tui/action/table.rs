//! The table itself.

use super::{Action, Entry, why_not};
use crate::domain::case::Action as Verb;
use crate::tui::keymap::Scope::{
    self, Changes, Compare, Contact, Evidence, Global, History, Overview, Proposals, Queue,
};

const SCREENS: &[Scope] = &[
    Queue, Compare, History, Contact, Overview, Changes, Proposals,
];
/// Lists of cases.
const LISTS: &[Scope] = &[Queue, Changes];

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
pub(crate) const TABLE: &[Entry] = &[
    Entry {
        action: Action::NextPane,
        id: "next-pane",
        title: "pane",
        doc: "Goes to the next pane",
        scopes: &[Compare, Contact],
        keys: &["tab"],
        ..SHOWN
    },
    Entry {
        action: Action::Confirm,
        id: "confirm",
        title: "confirm",
        doc: "Lets an answer stand that another operator proposed",
        scopes: &[Compare, Proposals],
        keys: &["C"],
        why_not: why_not::no_confirm,
        ..SHOWN
    },
    Entry {
        action: Action::Withdraw,
        id: "withdraw",
        title: "withdraw",
        doc: "Takes a proposal back, or turns another operator's down; asks first",
        scopes: &[Compare, Proposals],
        keys: &["X"],
        why_not: why_not::no_withdrawal,
        ..SHOWN
    },
    Entry {
        action: Action::Merge,
        id: "merge",
        title: "merge",
        doc: "Answers: one person. Nothing moves, and replies go where they went",
        scopes: &[Compare],
        keys: &["m"],
        why_not: |model| why_not::cannot(model, Verb::Merge),
        ..SHOWN
    },
    Entry {
        action: Action::Accept,
        id: "accept",
        title: "accept",
        doc: "Answers: the change happened",
        scopes: &[Compare],
        keys: &["a"],
        why_not: |model| why_not::cannot(model, Verb::Accept),
        ..SHOWN
    },
    Entry {
        action: Action::Reject,
        id: "reject",
        title: "reject",
        doc: "Answers: the change never happened",
        scopes: &[Compare],
        keys: &["x"],
        why_not: |model| why_not::cannot(model, Verb::Reject),
        ..SHOWN
    },
    Entry {
        action: Action::Relink,
        id: "relink",
        title: "relink",
        doc: "Answers: an identifier belongs to another contact; asks which and whose",
        scopes: &[Compare],
        keys: &["r"],
        why_not: |model| why_not::cannot(model, Verb::Relink),
        ..SHOWN
    },
    Entry {
        action: Action::KeepSeparate,
        id: "keep-separate",
        title: "keep separate",
        doc: "Answers: not one person. A merge of them is refused from then on",
        scopes: &[Compare],
        keys: &["s"],
        why_not: |model| why_not::cannot(model, Verb::KeepSeparate),
        ..SHOWN
    },
    Entry {
        action: Action::Defer,
        id: "defer",
        title: "defer",
        doc: "Asks again later: in an hour, a day, a week or a month",
        scopes: &[Compare],
        keys: &["z"],
        why_not: |model| why_not::cannot(model, Verb::Defer),
        ..SHOWN
    },
    Entry {
        action: Action::Open,
        id: "open",
        title: "open",
        doc: "Opens what is under the cursor; in a case, one of its contacts",
        scopes: SCREENS,
        keys: &["enter"],
        why_not: why_not::nothing_to_open,
        ..SHOWN
    },
    Entry {
        action: Action::Evidence,
        id: "evidence",
        title: "evidence",
        doc: "Shows what the case rests on, with the raw payload",
        scopes: &[Compare],
        keys: &["e"],
        why_not: why_not::no_evidence,
        ..SHOWN
    },
    Entry {
        action: Action::NextCase,
        id: "next-case",
        title: "next",
        doc: "Goes to the next case of the queue",
        scopes: &[Compare],
        keys: &["n"],
        ..SHOWN
    },
    Entry {
        action: Action::Swap,
        id: "swap-survivor",
        title: "swap",
        doc: "Chooses the contact whose number a merge keeps",
        scopes: &[Compare],
        keys: &["w"],
        why_not: |model| why_not::cannot(model, Verb::Merge),
        ..SHOWN
    },
    Entry {
        action: Action::PreviousCase,
        id: "previous-case",
        title: "previous",
        doc: "Goes to the case before this one in the queue",
        scopes: &[Compare],
        keys: &["p"],
        ..QUIET
    },
    Entry {
        action: Action::PreviousPane,
        id: "previous-pane",
        title: "pane back",
        doc: "Goes to the pane before",
        scopes: &[Compare, Contact],
        keys: &["backtab"],
        ..QUIET
    },
    Entry {
        action: Action::Reason,
        id: "reason",
        title: "reason",
        doc: "Writes down a reason, which the next decision carries",
        scopes: &[Compare],
        keys: &["R"],
        why_not: |model| why_not::cannot(model, Verb::Defer),
        ..QUIET
    },
    Entry {
        action: Action::Left,
        id: "left",
        title: "left",
        doc: "Shows the contacts further left, where not all fit",
        scopes: &[Compare],
        keys: &["left", "h"],
        ..QUIET
    },
    Entry {
        action: Action::Right,
        id: "right",
        title: "right",
        doc: "Shows the contacts further right, where not all fit",
        scopes: &[Compare],
        keys: &["right", "l"],
        ..QUIET
    },
    Entry {
        action: Action::Mark,
        id: "mark",
        title: "mark",
        doc: "Marks the case under the cursor for a batch, or takes its mark away",
        scopes: LISTS,
        keys: &["space"],
        why_not: why_not::nothing_to_mark,
        ..SHOWN
    },
    Entry {
        action: Action::Batch,
        id: "batch",
        title: "batch",
        doc: "Shows what the suggestions of the marked cases would do, then does it",
        scopes: LISTS,
        keys: &["B"],
        why_not: why_not::no_batch,
        ..SHOWN
    },
    Entry {
        action: Action::MarkRange,
        id: "mark-range",
        title: "mark a range",
        doc: "Begins to mark a range at the cursor, and ends it there",
        scopes: LISTS,
        keys: &["v"],
        why_not: why_not::nothing_to_mark,
        ..QUIET
    },
    Entry {
        action: Action::MarkAll,
        id: "mark-all",
        title: "mark all",
        doc: "Marks all that fit the filter, also those not read yet; then none",
        scopes: LISTS,
        keys: &["*"],
        why_not: why_not::nothing_to_mark,
        ..QUIET
    },
    Entry {
        action: Action::UndoEntry,
        id: "undo-entry",
        title: "undo this",
        doc: "Shows what taking this entry back would do, then does it",
        scopes: &[History],
        keys: &["u"],
        why_not: why_not::no_undo_of_entry,
        ..SHOWN
    },
    Entry {
        action: Action::Verify,
        id: "verify",
        title: "verify",
        doc: "Checks that nobody has altered the log",
        scopes: &[History],
        keys: &["V"],
        ..SHOWN
    },
    Entry {
        action: Action::UndoBatch,
        id: "undo-more",
        title: "undo more",
        doc: "Takes back the whole batch of this entry, or its operator's last hour; shows it first",
        scopes: &[History],
        keys: &["B"],
        why_not: why_not::no_wider_undo,
        ..SHOWN
    },
    Entry {
        action: Action::Find,
        id: "find",
        title: "find",
        doc: "Finds a text in the payload",
        scopes: &[Evidence],
        keys: &["/"],
        why_not: why_not::no_payload,
        ..SHOWN
    },
    Entry {
        action: Action::FindNext,
        id: "find-next",
        title: "next find",
        doc: "Goes to the next place of what was found, else of an identifier of the case",
        scopes: &[Evidence],
        keys: &["n"],
        why_not: why_not::no_payload,
        ..SHOWN
    },
    Entry {
        action: Action::Raw,
        id: "raw",
        title: "raw",
        doc: "Shows the payload byte for byte, on lines of its own and escaped, or indented again",
        scopes: &[Evidence],
        keys: &["r"],
        why_not: why_not::no_payload,
        ..SHOWN
    },
    Entry {
        action: Action::Filter,
        id: "filter",
        title: "filter",
        doc: "Shows only what fits; cases by words, kind:, phone:, conf>0.9, age>7d, ! negates",
        scopes: &[Queue, History],
        keys: &["/"],
        why_not: why_not::nothing_listed,
        ..SHOWN
    },
    Entry {
        action: Action::NextTab,
        id: "next-tab",
        title: "other states",
        doc: "Shows the cases of the next state",
        scopes: &[Queue],
        keys: &["tab", "right", "l"],
        ..SHOWN
    },
    Entry {
        action: Action::PreviousTab,
        id: "previous-tab",
        title: "state back",
        doc: "Shows the cases of the state before",
        scopes: &[Queue],
        keys: &["backtab", "left", "h"],
        ..QUIET
    },
    Entry {
        action: Action::Sort,
        id: "sort",
        title: "order",
        doc: "Orders by confidence, age or kind, in turn",
        scopes: &[Queue],
        keys: &["O"],
        why_not: why_not::nothing_listed,
        ..SHOWN
    },
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
