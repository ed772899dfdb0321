//! The model: sets and lists only.

use crate::domain::case::{Action, CaseState};
use crate::review::refusal::Code;
use std::collections::BTreeSet;

#[derive(Clone)]
pub(super) struct Made {
    /// An undo: of which.
    pub(super) undoes: Option<usize>,
    pub(super) action: Action,
    pub(super) case: usize,
    pub(super) survivor: i64,
    pub(super) batch: Option<i64>,
    /// How many events had come.
    pub(super) after: usize,
    pub(super) undone: bool,
    /// An answer: whether it stands.
    pub(super) stands: bool,
}

#[derive(Clone)]
pub(super) struct Question {
    pub(super) sides: (i64, i64),
    /// The last event that asked it.
    pub(super) last: usize,
}

#[derive(Clone, Default)]
pub(super) struct Model {
    pub(super) events: usize,
    /// By number, from 1.
    pub(super) cases: Vec<Question>,
    /// By number, from 1.
    pub(super) made: Vec<Made>,
}

impl Model {
    pub(super) fn standing(&self) -> impl DoubleEndedIterator<Item = &Made> {
        self.made.iter().filter(|m| m.undoes.is_none() && m.stands)
    }

    pub(super) fn sides(&self, case: usize) -> (i64, i64) {
        self.cases[case - 1].sides
    }

    pub(super) fn group(&self, contact: i64) -> BTreeSet<i64> {
        let mut group = BTreeSet::from([contact]);
        loop {
            let before = group.len();
            for merge in self.standing().filter(|m| m.action == Action::Merge) {
                let (a, b) = self.sides(merge.case);
                if group.contains(&a) || group.contains(&b) {
                    group.extend([a, b]);
                }
            }
            if group.len() == before {
                return group;
            }
        }
    }

    pub(super) fn canonical(&self, contact: i64) -> i64 {
        let group = self.group(contact);
        let mut merges = self.standing().rev().filter(|m| m.action == Action::Merge);
        let survivor = merges
            .find(|m| group.contains(&m.survivor))
            .map(|m| m.survivor);
        survivor.unwrap_or(*group.first().unwrap())
    }

    pub(super) fn is_walled(&self, contacts: &BTreeSet<i64>) -> bool {
        let mut walls = self.standing().filter(|m| m.action == Action::KeepSeparate);
        walls.any(|wall| {
            let (a, b) = self.sides(wall.case);
            contacts.contains(&a) && contacts.contains(&b)
        })
    }

    pub(super) fn answers(&self, case: usize) -> impl Iterator<Item = &Made> {
        self.standing().filter(move |m| m.case == case)
    }

    pub(super) fn is_answered(&self, case: usize) -> bool {
        self.answers(case).any(|m| m.action != Action::Defer)
    }

    pub(super) fn state(&self, case: usize) -> CaseState {
        let Question {
            sides: (a, b),
            last,
        } = self.cases[case - 1];
        if self.is_answered(case) {
            CaseState::Resolved
        } else if self.group(a).contains(&b) {
            CaseState::Superseded
        } else if self.answers(case).any(|m| last <= m.after) {
            CaseState::Deferred
        } else {
            CaseState::Open
        }
    }

    /// Why an answer is refused, if it is.
    pub(super) fn refuses(&self, case: usize, action: Action) -> Option<Code> {
        let (a, b) = self.sides(case);
        let joined = self.group(a).contains(&b);
        let both: BTreeSet<i64> = self.group(a).union(&self.group(b)).copied().collect();
        if self.is_answered(case) {
            Some(Code::AlreadyDecided)
        } else if joined && action == Action::Defer {
            Some(Code::NotApplicable)
        } else if joined {
            Some(Code::SameContact)
        } else if action == Action::Merge && self.is_walled(&both) {
            Some(Code::KeptSeparate)
        } else {
            None
        }
    }

    pub(super) fn make(&mut self, case: usize, action: Action, survivor: i64, batch: Option<i64>) {
        self.made.push(Made {
            undoes: None,
            action,
            case,
            survivor,
            batch,
            after: self.events,
            undone: false,
            stands: true,
        });
    }

    /// Undoes a decision, or an undo; why it is refused, if it is.
    pub(super) fn undo(&mut self, number: usize) -> Option<Code> {
        let (mut origin, mut puts_back) = (number, false);
        while let Some(inner) = self.made[origin - 1].undoes {
            (origin, puts_back) = (inner, !puts_back);
        }
        if self.made[number - 1].undone {
            return Some(Code::NotApplicable);
        }
        let first = self.made[origin - 1].clone();
        if origin != number && first.stands == puts_back {
            // It was put back, or taken out, by another way since.
            return Some(Code::NotApplicable);
        }
        if puts_back {
            let another = |m: &Made| {
                m.action != Action::Defer && !std::ptr::eq(m, &raw const self.made[origin - 1])
            };
            if first.action != Action::Defer && self.answers(first.case).any(another) {
                return Some(Code::Depends);
            }
            let (a, b) = self.sides(first.case);
            let both: BTreeSet<i64> = self.group(a).union(&self.group(b)).copied().collect();
            let breaks = match first.action {
                Action::Merge => self.is_walled(&both),
                Action::KeepSeparate => self.group(a).contains(&b),
                _ => false,
            };
            if breaks {
                return Some(Code::Depends);
            }
        }
        self.made[number - 1].undone = true;
        self.made[origin - 1].undone = !puts_back;
        self.made[origin - 1].stands = puts_back;
        self.made.push(Made {
            undoes: Some(number),
            undone: false,
            stands: false,
            batch: None,
            ..first
        });
        None
    }
}
