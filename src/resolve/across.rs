//! Questions across parts of the log that share no item: contacts of several
//! portfolios with one parent BSUID, and two contacts with the two forms of
//! one number.
//!
//! Neither connects parts for a replay, it would join strangers. So these
//! questions do not grow with the log as those of `matching` do: they are a
//! function of the labels and links that layer one gives, asked of the store
//! whenever one of them has changed.

use super::cases::{CaseKey, Evidence};
use super::homes::Ask;
use crate::domain::case::CaseKind;
use crate::domain::ids::{ContactId, EventId, IdentifierId, PortfolioId};
use std::collections::BTreeSet;

/// A contact with a parent BSUID, or with one form of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bearer {
    /// The contact.
    pub contact: ContactId,
    /// Of a parent BSUID: the portfolios of all BSUIDs that the contact has or
    /// had. Of a phone: those in which it has a live, well-formed one.
    pub portfolios: BTreeSet<PortfolioId>,
    /// The event that showed the identifier on this contact first.
    pub evidence: Evidence,
}

/// The question about a parent BSUID: all contacts that bear it, if their
/// BSUIDs are of several portfolios. Within one portfolio a parent asks nothing.
#[must_use]
pub fn shared_parent(mut bearers: Vec<Bearer>) -> Option<Ask> {
    let portfolios: BTreeSet<_> = bearers.iter().flat_map(|b| &b.portfolios).collect();
    if bearers.len() < 2 || portfolios.len() < 2 {
        return None;
    }
    bearers.sort_by_key(|b| (b.evidence.event, b.contact));
    Some(ask(CaseKind::ParentBsuidMatch, &bearers))
}

/// The question about the two forms of a number: its two holders, unless they
/// are one contact, or two people by their BSUIDs. `told` is what items that
/// name both forms ask about the two: it is evidence of the same question.
#[must_use]
pub fn two_forms(a: Bearer, b: Bearer, told: Option<&Ask>) -> Option<Ask> {
    if a.contact == b.contact || !a.portfolios.is_disjoint(&b.portfolios) {
        return None;
    }
    let mut sides = [a, b];
    // The BSUID side first.
    sides.sort_by_key(|s| (s.portfolios.is_empty(), s.evidence.event, s.contact));
    let mut ask = ask(CaseKind::PhoneVariant, &sides);
    for told in told.into_iter().flat_map(|told| &told.evidence) {
        match ask
            .evidence
            .iter_mut()
            .find(|e| e.sighting == told.sighting)
        {
            Some(known) => *known = *told,
            None => ask.evidence.push(*told),
        }
    }
    ask.evidence.sort_by_key(|e| e.event);
    Some(ask)
}

fn ask(kind: CaseKind, bearers: &[Bearer]) -> Ask {
    let mut evidence: Vec<Evidence> = Vec::new();
    for bearer in bearers {
        let shown = bearer.evidence;
        if evidence.iter().all(|e| e.sighting != shown.sighting) {
            evidence.push(shown);
        }
    }
    evidence.sort_by_key(|e| e.event);
    Ask {
        kind,
        contacts: bearers.iter().map(|b| b.contact).collect(),
        evidence,
    }
}

/// A question about a parent BSUID as it was asked before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// Its place: 1, 2, …
    pub number: i64,
    /// The contacts that its standing answer is about (a defer is none).
    pub answered: Option<Vec<ContactId>>,
}

/// What each round of the question about a parent BSUID asks now. An answered
/// one is about the contacts that it was answered for. The first without an
/// answer asks about all, unless one answer was about all of them: the same
/// evidence never asks again, other evidence does.
#[must_use]
pub fn rounds(
    identifier: IdentifierId,
    before: &[Round],
    bearers: &[Bearer],
) -> Vec<(CaseKey, Option<Ask>)> {
    let key = |round| CaseKey::Parent { identifier, round };
    let (mut asks, mut waiting) = (Vec::new(), Vec::new());
    let mut all = shared_parent(bearers.to_vec());
    for round in before {
        let Some(contacts) = &round.answered else {
            waiting.push(round.number);
            continue;
        };
        all = all.filter(|ask| ask.contacts.iter().any(|c| !contacts.contains(c)));
        let of_round = |b: &&Bearer| contacts.contains(&b.contact);
        let of_round: Vec<Bearer> = bearers.iter().filter(of_round).cloned().collect();
        let answered = Ask {
            contacts: contacts.clone(),
            ..ask(CaseKind::ParentBsuidMatch, &of_round)
        };
        asks.push((key(round.number), Some(answered)));
    }
    waiting.sort_unstable();
    if waiting.is_empty() && all.is_some() {
        let last = before.iter().map(|r| r.number).max();
        waiting.push(last.map_or(1, |last| last + 1));
    }
    asks.extend(waiting.into_iter().map(|n| (key(n), all.take())));
    asks
}

impl Ask {
    /// The event with which it became a question. Each piece of evidence asks
    /// by itself, but for what takes two contacts to be one.
    #[must_use]
    pub fn arose(&self) -> EventId {
        let mut events: Vec<EventId> = self.evidence.iter().map(|e| e.event).collect();
        events.sort_unstable();
        let takes_two = matches!(
            self.kind,
            CaseKind::ParentBsuidMatch | CaseKind::PhoneVariant
        );
        let place = usize::from(takes_two && events.len() > 1);
        events.get(place).copied().unwrap_or(EventId(0))
    }
}
