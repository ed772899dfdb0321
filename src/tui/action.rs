//! The one table of what can be done: id, title, a line of explanation, where
//! it works, on which keys, and why it is not possible now.
//!
//! The hint bar, the help, the keymap with its configuration and the README's
//! table are all derived from it. What an action does is in `update`.

use super::keymap::Scope::{self, Compare, Contact, Global, History, Queue};
use super::model::{CONTACT_CASES, Model, Screen};
use super::show;
use crate::domain::case::{Action as Verb, CaseState};

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
    Verify,
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

const SCREENS: &[Scope] = &[Queue, Compare, History, Contact];

/// Every action, the most wanted first: the hint bar cuts from the end.
pub(crate) const TABLE: &[Entry] = &[
    Entry {
        action: Action::NextPane,
        id: "next-pane",
        title: "pane",
        doc: "Goes to the next pane",
        scopes: &[Compare, Contact],
        keys: &["tab"],
        hint: true,
        why_not: |_| None,
    },
    Entry {
        action: Action::Merge,
        id: "merge",
        title: "merge",
        doc: "Answers: one person. Nothing moves, and replies go where they went",
        scopes: &[Compare],
        keys: &["m"],
        hint: true,
        why_not: |model| cannot(model, Verb::Merge),
    },
    Entry {
        action: Action::Accept,
        id: "accept",
        title: "accept",
        doc: "Answers: the change happened",
        scopes: &[Compare],
        keys: &["a"],
        hint: true,
        why_not: |model| cannot(model, Verb::Accept),
    },
    Entry {
        action: Action::Reject,
        id: "reject",
        title: "reject",
        doc: "Answers: the change never happened",
        scopes: &[Compare],
        keys: &["x"],
        hint: true,
        why_not: |model| cannot(model, Verb::Reject),
    },
    Entry {
        action: Action::Relink,
        id: "relink",
        title: "relink",
        doc: "Answers: an identifier belongs to another contact; asks which and whose",
        scopes: &[Compare],
        keys: &["r"],
        hint: true,
        why_not: |model| cannot(model, Verb::Relink),
    },
    Entry {
        action: Action::KeepSeparate,
        id: "keep-separate",
        title: "keep separate",
        doc: "Answers: not one person. A merge of them is refused from then on",
        scopes: &[Compare],
        keys: &["s"],
        hint: true,
        why_not: |model| cannot(model, Verb::KeepSeparate),
    },
    Entry {
        action: Action::Defer,
        id: "defer",
        title: "defer",
        doc: "Asks again later: in an hour, a day, a week or a month",
        scopes: &[Compare],
        keys: &["z"],
        hint: true,
        why_not: |model| cannot(model, Verb::Defer),
    },
    Entry {
        action: Action::Open,
        id: "open",
        title: "open",
        doc: "Opens what is under the cursor; in a case, one of its contacts",
        scopes: SCREENS,
        keys: &["enter"],
        hint: true,
        why_not: nothing_to_open,
    },
    Entry {
        action: Action::Evidence,
        id: "evidence",
        title: "evidence",
        doc: "Shows what the case rests on, with the raw payload",
        scopes: &[Compare],
        keys: &["e"],
        hint: true,
        why_not: |model| match model.case_page() {
            None => Some("the case is still being read".into()),
            Some(page) if page.evidence.is_empty() => Some("the case rests on no traffic".into()),
            Some(_) => None,
        },
    },
    Entry {
        action: Action::NextCase,
        id: "next-case",
        title: "next",
        doc: "Goes to the next case of the queue",
        scopes: &[Compare],
        keys: &["n"],
        hint: true,
        why_not: |_| None,
    },
    Entry {
        action: Action::Swap,
        id: "swap-survivor",
        title: "swap",
        doc: "Chooses the contact whose number a merge keeps",
        scopes: &[Compare],
        keys: &["w"],
        hint: true,
        why_not: |model| cannot(model, Verb::Merge),
    },
    Entry {
        action: Action::PreviousCase,
        id: "previous-case",
        title: "previous",
        doc: "Goes to the case before this one in the queue",
        scopes: &[Compare],
        keys: &["p"],
        hint: false,
        why_not: |_| None,
    },
    Entry {
        action: Action::PreviousPane,
        id: "previous-pane",
        title: "pane back",
        doc: "Goes to the pane before",
        scopes: &[Compare, Contact],
        keys: &["backtab"],
        hint: false,
        why_not: |_| None,
    },
    Entry {
        action: Action::Reason,
        id: "reason",
        title: "reason",
        doc: "Writes down a reason, which the next decision carries",
        scopes: &[Compare],
        keys: &["R"],
        hint: false,
        why_not: |model| cannot(model, Verb::Defer),
    },
    Entry {
        action: Action::Left,
        id: "left",
        title: "left",
        doc: "Shows the contacts further left, where not all fit",
        scopes: &[Compare],
        keys: &["left", "h"],
        hint: false,
        why_not: |_| None,
    },
    Entry {
        action: Action::Right,
        id: "right",
        title: "right",
        doc: "Shows the contacts further right, where not all fit",
        scopes: &[Compare],
        keys: &["right", "l"],
        hint: false,
        why_not: |_| None,
    },
    Entry {
        action: Action::UndoEntry,
        id: "undo-entry",
        title: "undo this",
        doc: "Shows what taking this entry back would do, then does it",
        scopes: &[History],
        keys: &["u"],
        hint: true,
        why_not: no_undo_of_entry,
    },
    Entry {
        action: Action::Verify,
        id: "verify",
        title: "verify",
        doc: "Checks that nobody has altered the log",
        scopes: &[History],
        keys: &["V"],
        hint: true,
        why_not: |_| None,
    },
    Entry {
        action: Action::Filter,
        id: "filter",
        title: "filter",
        doc: "Shows only cases that fit: words, kind:, phone:, conf>0.9, age>7d, ! negates",
        scopes: &[Queue],
        keys: &["/"],
        hint: true,
        why_not: nothing_listed,
    },
    Entry {
        action: Action::NextTab,
        id: "next-tab",
        title: "other states",
        doc: "Shows the cases of the next state",
        scopes: &[Queue],
        keys: &["tab", "right", "l"],
        hint: true,
        why_not: |_| None,
    },
    Entry {
        action: Action::PreviousTab,
        id: "previous-tab",
        title: "state back",
        doc: "Shows the cases of the state before",
        scopes: &[Queue],
        keys: &["backtab", "left", "h"],
        hint: false,
        why_not: |_| None,
    },
    Entry {
        action: Action::Sort,
        id: "sort",
        title: "order",
        doc: "Orders by confidence, age or kind, in turn",
        scopes: &[Queue],
        keys: &["O"],
        hint: true,
        why_not: nothing_listed,
    },
    Entry {
        action: Action::Changes,
        id: "changes",
        title: "changes",
        doc: "Shows only identity changes, or everything again",
        scopes: &[Queue],
        keys: &["i"],
        hint: true,
        why_not: nothing_listed,
    },
    Entry {
        action: Action::Undo,
        id: "undo",
        title: "undo",
        doc: "Takes back the last decision of this session, then the one before",
        scopes: &[Queue, Compare, Contact],
        keys: &["u"],
        hint: true,
        why_not: |model| {
            cannot_write(model).or_else(|| {
                model.trail.done.is_empty().then(|| {
                    "nothing was decided in this session; History undoes older ones".into()
                })
            })
        },
    },
    Entry {
        action: Action::Redo,
        id: "redo",
        title: "redo",
        doc: "Puts back what was undone last",
        scopes: SCREENS,
        keys: &["U"],
        hint: true,
        why_not: |model| {
            cannot_write(model).or_else(|| {
                model
                    .trail
                    .undone
                    .is_empty()
                    .then(|| "nothing was undone in this session".into())
            })
        },
    },
    Entry {
        action: Action::Contacts,
        id: "contacts",
        title: "contacts",
        doc: "Searches contacts by name, username, phone, BSUID or number",
        scopes: SCREENS,
        keys: &["c"],
        hint: true,
        why_not: |_| None,
    },
    Entry {
        action: Action::History,
        id: "history",
        title: "history",
        doc: "Shows the log of all decisions",
        scopes: SCREENS,
        keys: &["H"],
        hint: true,
        why_not: |_| None,
    },
    Entry {
        action: Action::Down,
        id: "down",
        title: "down",
        doc: "Moves or scrolls down a line",
        scopes: &[Global],
        keys: &["j", "down"],
        hint: false,
        why_not: |_| None,
    },
    Entry {
        action: Action::Up,
        id: "up",
        title: "up",
        doc: "Moves or scrolls up a line",
        scopes: &[Global],
        keys: &["k", "up"],
        hint: false,
        why_not: |_| None,
    },
    Entry {
        action: Action::PageDown,
        id: "page-down",
        title: "page down",
        doc: "Moves or scrolls down half a page",
        scopes: &[Global],
        keys: &["ctrl-d", "pagedown"],
        hint: false,
        why_not: |_| None,
    },
    Entry {
        action: Action::PageUp,
        id: "page-up",
        title: "page up",
        doc: "Moves or scrolls up half a page",
        scopes: &[Global],
        keys: &["ctrl-u", "pageup"],
        hint: false,
        why_not: |_| None,
    },
    Entry {
        action: Action::First,
        id: "first",
        title: "first",
        doc: "Goes to the first line",
        scopes: &[Global],
        keys: &["g", "home"],
        hint: false,
        why_not: |_| None,
    },
    Entry {
        action: Action::Last,
        id: "last",
        title: "last",
        doc: "Goes to the last line",
        scopes: &[Global],
        keys: &["G", "end"],
        hint: false,
        why_not: |_| None,
    },
    Entry {
        action: Action::Privacy,
        id: "privacy",
        title: "privacy",
        doc: "Masks names, phones and messages, or shows them again",
        scopes: &[Global],
        keys: &["P"],
        hint: false,
        why_not: |_| None,
    },
    Entry {
        action: Action::Reload,
        id: "reload",
        title: "reload",
        doc: "Reads the screen anew and repaints it",
        scopes: &[Global],
        keys: &["ctrl-l"],
        hint: false,
        why_not: |_| None,
    },
    Entry {
        action: Action::Suspend,
        id: "suspend",
        title: "suspend",
        doc: "Goes to the shell; `fg` comes back",
        scopes: &[Global],
        keys: &["ctrl-z"],
        hint: false,
        why_not: |_| None,
    },
    Entry {
        action: Action::Back,
        id: "back",
        title: "back",
        doc: "One step back: closes what is open, clears the filter",
        scopes: &[Global],
        keys: &["esc"],
        hint: false,
        why_not: |_| None,
    },
    Entry {
        action: Action::Quit,
        id: "quit",
        title: "quit",
        doc: "Back, and from the queue out",
        scopes: &[Global],
        keys: &["q"],
        hint: true,
        why_not: |_| None,
    },
    Entry {
        action: Action::Help,
        id: "help",
        title: "help",
        doc: "Shows what can be done here; type to find, Enter does it",
        scopes: &[Global],
        keys: &["?", ":", "f1"],
        hint: true,
        why_not: |_| None,
    },
];

impl Entry {
    /// Whether it works in a scope.
    pub(crate) fn works_in(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope) || self.scopes.contains(&Global)
    }

    /// The line of that id.
    pub(crate) fn of(id: &str) -> Option<&'static Self> {
        TABLE.iter().find(|entry| entry.id == id)
    }
}

impl Action {
    /// Its line in the table.
    pub(crate) fn entry(self) -> Option<&'static Entry> {
        TABLE.iter().find(|entry| entry.action == self)
    }

    /// Why it cannot be done now.
    pub(crate) fn why_not(self, model: &Model) -> Option<String> {
        self.entry().and_then(|entry| (entry.why_not)(model))
    }
}

/// Why nothing can be written now.
fn cannot_write(model: &Model) -> Option<String> {
    if model.session.read_only {
        return Some("the store is open read-only; start without --read-only to decide".into());
    }
    model
        .writing
        .is_some()
        .then(|| "the last decision is still being saved".into())
}

/// Why the case in sight cannot be answered so.
fn cannot(model: &Model, verb: Verb) -> Option<String> {
    if let Some(why) = cannot_write(model) {
        return Some(why);
    }
    let Some(page) = model.case_page() else {
        return Some("the case is still being read".into());
    };
    let row = &page.row;
    let show = model.show();
    match row.state {
        CaseState::Open | CaseState::Deferred => {}
        CaseState::Resolved => {
            let by = page
                .decisions
                .iter()
                .rev()
                .find(|made| made.stands && made.undoes.is_none());
            return Some(match by {
                Some(made) => format!(
                    "{} answered {} {}; History can undo that",
                    show.name(&made.operator),
                    show::verb(made.action),
                    show.ago(made.at)
                ),
                None => "this case is answered".into(),
            });
        }
        CaseState::Superseded => {
            return Some(format!(
                "no longer a question: {}",
                row.superseded_by
                    .as_deref()
                    .map_or_else(|| "nothing is in dispute".into(), |why| show.sentence(why))
            ));
        }
    }
    let answers = row.kind.answers();
    if verb != Verb::Defer && !answers.contains(&verb) {
        let there_are: Vec<&str> = answers.iter().map(|&a| show::verb(a)).collect();
        return Some(format!(
            "not an answer to this question; it takes {} or defer",
            there_are.join(", ")
        ));
    }
    // A relink is asked for in detail first, and may be possible to elsewhere.
    if verb == Verb::Relink {
        return None;
    }
    page.outcomes
        .iter()
        .find(|outcome| outcome.action == verb)
        .and_then(|outcome| outcome.refusal.as_ref())
        .map(|refusal| show.sentence(&refusal.detail))
}

fn nothing_listed(model: &Model) -> Option<String> {
    let queue = &model.queue;
    (queue.rows.is_empty() && queue.filter.text.is_empty())
        .then(|| "there are no cases here".into())
}

fn nothing_to_open(model: &Model) -> Option<String> {
    let none = match model.above.last() {
        None => model.queue.under_cursor().is_none(),
        Some(Screen::Compare(_)) => model
            .case_page()
            .is_none_or(|page| page.row.contacts.is_empty()),
        Some(Screen::History(history)) => {
            return match history.under_cursor() {
                Some(row) if row.case.is_none() => Some("this entry is about no case".into()),
                Some(_) => None,
                None => Some("there is nothing to open".into()),
            };
        }
        Some(Screen::Search(search)) => search.list.current(&search.ids()).is_none(),
        Some(Screen::Contact(person)) => {
            if person.pane != CONTACT_CASES {
                return Some("Tab to the open cases first, then Enter opens one".into());
            }
            person.cases.current(&person.open_cases()).is_none()
        }
    };
    none.then(|| "there is nothing to open".into())
}

fn no_undo_of_entry(model: &Model) -> Option<String> {
    if let Some(why) = cannot_write(model) {
        return Some(why);
    }
    let Some(Screen::History(history)) = model.above.last() else {
        return Some("only in History".into());
    };
    let Some(row) = history.under_cursor() else {
        return Some("there is nothing to undo".into());
    };
    if row.decision.is_none() {
        return Some("this entry is no decision".into());
    }
    history
        .undone_by(row)
        .map(|entry| format!("already undone by entry {entry}; undo that one to put it back"))
}
