//! What is done with lists: of cases, of the log, of evidence.

use super::{CASES, QUIET, SHOWN};
use crate::tui::action::{Action, Entry, why_not};
use crate::tui::keymap::Scope::{Evidence, History, Queue};

/// In the queue and other lists.
pub(super) const LISTS: &[Entry] = &[
    Entry {
        action: Action::Mark,
        id: "mark",
        title: "mark",
        doc: "Marks the case under the cursor for a batch, or takes its mark away",
        scopes: CASES,
        keys: &["space"],
        why_not: why_not::nothing_to_mark,
        ..SHOWN
    },
    Entry {
        action: Action::Batch,
        id: "batch",
        title: "batch",
        doc: "Shows what the suggestions of the marked cases would do, then does it",
        scopes: CASES,
        keys: &["B"],
        why_not: why_not::no_batch,
        ..SHOWN
    },
    Entry {
        action: Action::MarkRange,
        id: "mark-range",
        title: "mark a range",
        doc: "Begins to mark a range at the cursor, and ends it there",
        scopes: CASES,
        keys: &["v"],
        why_not: why_not::nothing_to_mark,
        ..QUIET
    },
    Entry {
        action: Action::MarkAll,
        id: "mark-all",
        title: "mark all",
        doc: "Marks all that fit the filter, also those not read yet; then none",
        scopes: CASES,
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
];
