//! What is done with a case in sight: answered, looked at, left for the next.

use super::{QUIET, SCREENS, SHOWN};
use crate::domain::case::Action as Verb;
use crate::tui::action::{Action, Entry, why_not};
use crate::tui::keymap::Scope::{Compare, Contact, Proposals};

/// In Compare, and where a proposal is.
pub(super) const ANSWERS: &[Entry] = &[
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
];
