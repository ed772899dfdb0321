//! What the program would answer to a case, how sure it is, and why.
//!
//! Reasons carry log-odds; the confidence is their sum through the logistic
//! function, so that each reason's share is seen on screen. The bounds of the
//! design are kept last: a merge that would put two live BSUIDs of one
//! portfolio into one group, with no change between them, is never suggested,
//! and a phone alone never merges what a new BSUID claims.

use super::entry::Wall;
use crate::domain::case::{Action, CaseKind, Reason, Suggestion, Target};
use crate::domain::ids::{ContactId, DecisionId, IdentifierId, PortfolioId};
use crate::domain::time::{DAY, Timestamp};
use std::collections::BTreeSet;

/// One side of the question, with its whole group.
#[derive(Debug, Clone, Default)]
pub struct Side {
    /// The canonical contact.
    pub contact: Option<ContactId>,
    /// Folded words of every name that the group was seen with.
    pub words: BTreeSet<String>,
    /// Live well-formed BSUIDs of the group, with their portfolio.
    pub bsuids: BTreeSet<(PortfolioId, IdentifierId)>,
    /// Last seen.
    pub last_seen: Option<Timestamp>,
}

/// What a change says, as far as its credibility goes.
#[derive(Debug, Clone, Copy, Default)]
// Each is a fact of its own, read for a reason of its own.
#[allow(clippy::struct_excessive_bools)]
pub struct Claim {
    /// Both BSUIDs are named, and well formed.
    pub both_bsuids: bool,
    /// The BSUID before is named.
    pub previous_bsuid: bool,
    /// The BSUID after.
    pub current_bsuid: Option<IdentifierId>,
    /// The phone before is named.
    pub previous_phone: bool,
    /// The phone after is held by somebody with a BSUID of their own.
    pub takes_phone: bool,
    /// How many copies came.
    pub copies: i64,
}

/// The question.
#[derive(Debug, Clone)]
pub struct Question {
    /// What is asked.
    pub kind: CaseKind,
    /// The sides, in the order of the case.
    pub sides: Vec<Side>,
    /// The identifier in dispute, as `KIND:VALUE`.
    pub identifier: Option<String>,
    /// The time of the first evidence.
    pub opened_at: Timestamp,
    /// How often the evidence was seen.
    pub seen: i64,
    /// Of a change.
    pub claim: Claim,
    /// A wall stands between the sides.
    pub walled: bool,
    /// The case was answered with a merge that has no effect: which, and the
    /// wall that traffic has raised between its sides since.
    pub idle: Option<(DecisionId, Wall)>,
}

struct Weights(Vec<Reason>);

impl Weights {
    fn add(&mut self, code: &str, weight: f64, text: &str) {
        self.0.push(Reason {
            code: code.into(),
            weight,
            text: text.into(),
        });
    }

    fn give(mut self, mut action: Action, question: &Question) -> Suggestion {
        if action == Action::Merge && question.walled {
            self.add("kept_apart", -9.0, "a decision keeps these contacts apart");
            action = Action::None;
        }
        let sum: f64 = self.0.iter().map(|r| r.weight).sum();
        let confidence = (1000.0 / (1.0 + (-sum).exp())).round() / 1000.0;
        self.0
            .sort_by(|a, b| b.weight.abs().total_cmp(&a.weight.abs()));
        let first = question.sides.first().and_then(|s| s.contact);
        let relink = action == Action::Relink;
        Suggestion {
            action,
            survivor: first.filter(|_| action == Action::Merge),
            identifier: question.identifier.clone().filter(|_| relink),
            to: first.map(Target::Contact).filter(|_| relink),
            since: relink.then_some(question.opened_at),
            confidence,
            reasons: self.0,
        }
    }
}

enum Names {
    Share,
    Differ,
    Unknown,
}

/// Over all sides: one pair that differs is enough to doubt.
fn names(question: &Question) -> Names {
    let words: Vec<_> = question.sides.iter().map(|s| &s.words).collect();
    let known: Vec<_> = words.iter().filter(|w| !w.is_empty()).collect();
    let differ = known
        .iter()
        .enumerate()
        .any(|(i, a)| known.iter().skip(i + 1).any(|b| a.is_disjoint(b)));
    match (differ, known.len() > 1 && known.len() == words.len()) {
        (true, _) => Names::Differ,
        (false, true) => Names::Share,
        (false, false) => Names::Unknown,
    }
}

/// Whether a merge would put two live BSUIDs of one portfolio into one group.
/// A change ends the one that it leads from, so that one does not count. Such a
/// merge is never suggested, and never part of a batch (domain.md, "Suggestions").
#[must_use]
pub fn joins_two_bsuids(question: &Question) -> bool {
    let new = question.claim.current_bsuid;
    let all = || question.sides.iter().flat_map(|s| &s.bsuids);
    let scope = all().find(|(_, id)| Some(*id) == new).map(|(s, _)| *s);
    let ended: BTreeSet<_> = question
        .sides
        .first()
        .into_iter()
        .flat_map(|side| &side.bsuids)
        .filter(|(s, id)| Some(*s) == scope && Some(*id) != new)
        .collect();
    let live: BTreeSet<_> = all().filter(|id| !ended.contains(id)).collect();
    let scopes: BTreeSet<_> = live.iter().map(|(scope, _)| *scope).collect();
    scopes.len() < live.len()
}

/// The suggestion for a question.
#[must_use]
pub fn suggest(question: &Question) -> Suggestion {
    let mut why = Weights(Vec::new());
    if let Some((merge, wall)) = question.idle {
        let Wall { decision, a, b } = wall;
        why.add(
            "merge_without_effect",
            -9.0,
            &format!(
                "decision {merge} merged them, but since then decision {decision} keeps contacts {a} and {b} apart; undo one of the two"
            ),
        );
        return why.give(Action::None, question);
    }
    match question.kind {
        CaseKind::IdentityChange | CaseKind::IdentityChangeCollision => change(question, why),
        CaseKind::IdentityChangeOrphan => {
            why.add(
                "previous_unknown",
                0.0,
                "nobody holds the ids before the change; wait for the change before it",
            );
            why.give(Action::Defer, question)
        }
        CaseKind::IdentityChangeFork => {
            why.add(
                "contradiction",
                -2.0,
                "another change led the same ids elsewhere; a person has to look",
            );
            why.give(Action::None, question)
        }
        CaseKind::PhoneClaimed => claimed(question, why),
        CaseKind::PhoneBsuidConflict => {
            why.add(
                "came_together",
                2.2,
                "the phone came in one message with the other side's BSUID",
            );
            same_person(question, why)
        }
        CaseKind::SharedPhone => {
            why.add(
                "attested",
                2.4,
                "the sender gave this phone as their own, on request",
            );
            same_person(question, why)
        }
        CaseKind::ParentBsuidMatch => {
            why.add("same_parent", 2.4, "one parent BSUID stands on all of them");
            same_person(question, why)
        }
        CaseKind::PhoneVariant => {
            why.add(
                "two_forms",
                0.2,
                "the two phones are two forms of one number",
            );
            same_person(question, why)
        }
        CaseKind::ImportDuplicate => {
            why.add(
                "one_row",
                -0.4,
                "one imported row names both; whoever keeps that list may have mixed them up",
            );
            same_person(question, why)
        }
        CaseKind::Manual => {
            why.add(
                "asked",
                -0.4,
                "nothing but the question speaks for one person",
            );
            same_person(question, why)
        }
    }
}

fn add_names(question: &Question, why: &mut Weights, share: f64, differ: f64) {
    match names(question) {
        Names::Share => why.add("names_share", share, "their names share a word"),
        Names::Differ => why.add("names_differ", differ, "their names share no word"),
        Names::Unknown => {}
    }
}

fn same_person(question: &Question, mut why: Weights) -> Suggestion {
    add_names(question, &mut why, 1.4, -2.6);
    // Of a parent BSUID there is one piece of evidence a contact.
    if question.seen > 2 && question.kind != CaseKind::ParentBsuidMatch {
        why.add("seen_often", 0.3, "the evidence came more than twice");
    }
    if joins_two_bsuids(question) {
        why.add(
            "two_bsuids",
            -6.0,
            "each side has a live BSUID of one portfolio; a person has only one at a time",
        );
        return why.give(Action::None, question);
    }
    let holder_free = question.sides.get(1).is_some_and(|s| s.bsuids.is_empty());
    if holder_free && question.kind != CaseKind::ParentBsuidMatch && question.identifier.is_some() {
        why.add(
            "no_bsuid",
            0.8,
            "the phone's contact has no BSUID of its own",
        );
    }
    let sum: f64 = why.0.iter().map(|r| r.weight).sum();
    why.give(
        if sum > 0.0 {
            Action::Merge
        } else {
            Action::None
        },
        question,
    )
}

fn claimed(question: &Question, mut why: Weights) -> Suggestion {
    why.add(
        "newest_shows_it",
        0.4,
        "the new BSUID is the last that was seen with the phone",
    );
    let silent = question.sides.get(1).and_then(|s| s.last_seen);
    match silent.map(|last| question.opened_at.0 - last.0) {
        Some(ms) if ms >= 45 * DAY => why.add(
            "silent",
            1.2,
            "the phone's contact was silent for 45 days or more before",
        ),
        Some(ms) if ms < 7 * DAY => why.add(
            "recent",
            -0.6,
            "the phone's contact was seen in the week before",
        ),
        _ => {}
    }
    add_names(question, &mut why, -1.6, 1.0);
    let sum: f64 = why.0.iter().map(|r| r.weight).sum();
    why.give(
        if sum > 0.0 {
            Action::Relink
        } else {
            Action::None
        },
        question,
    )
}

fn change(question: &Question, mut why: Weights) -> Suggestion {
    let claim = &question.claim;
    if claim.both_bsuids {
        why.add(
            "structured",
            3.4,
            "the change names the BSUID before and the BSUID after",
        );
    } else if claim.previous_bsuid {
        why.add("previous_bsuid", 2.4, "the change names the BSUID before");
    } else if claim.previous_phone && claim.current_bsuid.is_some() {
        why.add(
            "phone_and_bsuid",
            2.0,
            "the change names the phone before and the BSUID after",
        );
    } else {
        why.add("phones_only", 1.6, "the change names phones only");
    }
    if claim.copies > 1 {
        why.add("told_twice", 0.4, "more than one event tells of it");
    }
    if claim.takes_phone {
        why.add(
            "phone_held",
            -1.2,
            "the new phone is held by a contact with a BSUID of its own",
        );
    }
    if question.kind == CaseKind::IdentityChange {
        return why.give(Action::Accept, question);
    }
    add_names(question, &mut why, 0.6, -1.8);
    let others = || question.sides.iter().skip(1).flat_map(|s| &s.bsuids);
    let by_bsuid = others().any(|(_, id)| Some(*id) == claim.current_bsuid);
    if !by_bsuid {
        why.add("phone_alone", -1.6, "only a phone joins the two sides");
    }
    if joins_two_bsuids(question) {
        why.add(
            "two_bsuids",
            -6.0,
            "the other side has a live BSUID that the change does not name",
        );
        return why.give(Action::None, question);
    }
    why.give(Action::Merge, question)
}
