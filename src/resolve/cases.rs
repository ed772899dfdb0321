//! Layer three: what homes and groups leave to be asked. A case is one question
//! for ever; where it stands is a function of its evidence, the answers that
//! stand, and the first two layers.

use crate::domain::case::{Action, CaseKind, CaseState};
use crate::domain::ids::{CaseId, ContactId, DecisionId, EventId, IdentifierId, SightingId};
use crate::domain::time::Timestamp;

/// What makes two questions one: the change, or the kind, the contacts that the
/// evidence names and the identifier (domain.md, "Cases and their answers").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaseKey {
    /// An identifier in dispute between contacts.
    Dispute {
        /// What is asked.
        kind: CaseKind,
        /// The contacts, lowest first.
        contacts: Vec<ContactId>,
        /// The identifier.
        identifier: IdentifierId,
    },
    /// Contacts of several portfolios that share a parent BSUID. One question
    /// for all of them: it grows with each that joins, until it is answered;
    /// who joins after that asks again, in the next round.
    Parent {
        /// The parent BSUID.
        identifier: IdentifierId,
        /// 1, then one more after each answer.
        round: i64,
    },
    /// A change, by its first event.
    Change(EventId),
    /// Asked by hand.
    Manual(CaseId),
}

impl CaseKey {
    /// The key of a dispute.
    #[must_use]
    pub fn dispute(kind: CaseKind, contacts: &[ContactId], identifier: IdentifierId) -> Self {
        let mut contacts = contacts.to_vec();
        contacts.sort_unstable();
        Self::Dispute {
            kind,
            contacts,
            identifier,
        }
    }

    /// The identifier that it is about.
    #[must_use]
    pub fn identifier(&self) -> Option<IdentifierId> {
        match self {
            CaseKey::Dispute { identifier, .. } | CaseKey::Parent { identifier, .. } => {
                Some(*identifier)
            }
            CaseKey::Change(_) | CaseKey::Manual(_) => None,
        }
    }

    /// The key as text, for a unique column.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            CaseKey::Dispute {
                kind,
                contacts,
                identifier,
            } => {
                let ids: Vec<String> = contacts.iter().map(ToString::to_string).collect();
                format!("{kind}|{}|{identifier}", ids.join(","))
            }
            CaseKey::Parent { identifier, round } => {
                format!("{}|{identifier}|{round}", CaseKind::ParentBsuidMatch)
            }
            CaseKey::Change(event) => format!("change|{event}"),
            CaseKey::Manual(case) => format!("manual|{case}"),
        }
    }
}

/// One set of identifiers that speaks for a case, and how often it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// The set.
    pub sighting: SightingId,
    /// The event that told it first.
    pub event: EventId,
    /// The time of that event.
    pub at: Timestamp,
    /// How often.
    pub count: i64,
    /// The event that told it last.
    pub last: EventId,
}

impl Evidence {
    /// Adds a sighting to a list of evidence.
    pub fn join(list: &mut Vec<Evidence>, (sighting, event, at): (SightingId, EventId, Timestamp)) {
        match list.iter_mut().find(|e| e.sighting == sighting) {
            Some(known) => {
                known.count += 1;
                known.last = event;
            }
            None => list.push(Evidence {
                sighting,
                event,
                at,
                count: 1,
                last: event,
            }),
        }
    }
}

/// A standing answer to a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// The decision.
    pub decision: DecisionId,
    /// What was answered.
    pub action: Action,
    /// The last event that had arrived then.
    pub after: EventId,
    /// Of a defer: until when.
    pub until: Option<Timestamp>,
}

/// What the state of a case is computed from.
#[derive(Debug, Clone, Default)]
pub struct Standpoint {
    /// The homes and groups still give the question.
    pub asked: bool,
    /// The identifier is still held by another side than the first.
    pub in_dispute: bool,
    /// All its contacts are one group.
    pub one_group: bool,
    /// The first event of its evidence.
    pub first: i64,
    /// The last event of its evidence.
    pub last: i64,
    /// The answers that stand, oldest first.
    pub given: Vec<Given>,
    /// The answer is a merge that has no effect: the decision whose wall traffic
    /// raised between its sides.
    pub idle: Option<DecisionId>,
    /// Standing walls between all of its own contacts that are not one group:
    /// the latest decision, and the last event that they answer: what had arrived
    /// when the first of them was raised, and what only says the same again.
    pub wall: Option<(DecisionId, EventId)>,
}

/// Where a case stands, and why it is no question where it is superseded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The state.
    pub state: CaseState,
    /// Deferred: until when.
    pub until: Option<Timestamp>,
    /// Superseded: by what.
    pub by: Option<String>,
}

/// Where a case stands. A defer whose time has passed still counts as deferred
/// here; the reader compares `until` with its clock.
#[must_use]
pub fn standing(kind: CaseKind, at: &Standpoint) -> Standing {
    let superseded = |by: String| Standing {
        state: CaseState::Superseded,
        until: None,
        by: Some(by),
    };
    if at.given.iter().any(|g| g.action != Action::Defer) {
        let state = if at.idle.is_some() {
            CaseState::Open
        } else {
            CaseState::Resolved
        };
        return Standing {
            state,
            until: None,
            by: None,
        };
    }
    if !at.asked {
        return superseded(match kind {
            CaseKind::ParentBsuidMatch => {
                "no contacts of several portfolios share the parent BSUID now, or another case asks about them".into()
            }
            CaseKind::PhoneVariant => "no two contacts hold the two forms of the number now".into(),
            _ => "the evidence names other contacts now".into(),
        });
    }
    if !kind.is_change() && !at.in_dispute {
        return superseded("the identifier is no longer in dispute".into());
    }
    if at.one_group && (!kind.is_change() || kind == CaseKind::IdentityChangeCollision) {
        return superseded("its contacts are one group now".into());
    }
    if let Some((wall, after)) = at.wall
        && !kind.is_change()
        && at.first <= after.0
    {
        return superseded(format!("its contacts were kept apart by decision {wall}"));
    }
    let deferred = at
        .given
        .iter()
        .rev()
        .find(|g| g.action == Action::Defer && at.last <= g.after.0);
    match deferred {
        Some(given) => Standing {
            state: CaseState::Deferred,
            until: given.until,
            by: None,
        },
        None => Standing {
            state: CaseState::Open,
            until: None,
            by: None,
        },
    }
}
