//! A change as it stands: what its copies tell, and what became of it. The rules
//! are in `changes` and `verdict`.

use super::cases::Evidence;
use super::entry::{Change, Ident, Name};
use crate::domain::case::CaseKind;
use crate::domain::ids::{ContactId, DecisionId};
use crate::domain::time::Timestamp;
use std::sync::Arc;

/// A change, its copies joined, and what became of it.
#[derive(Debug, Clone)]
pub struct ChangeState {
    /// What it claims: the first copy, with the ids that later copies add.
    pub claim: Change,
    /// All copies, in order of arrival.
    pub evidence: Vec<Evidence>,
    /// The question it asks; `None` where it told nothing new.
    pub kind: Option<CaseKind>,
    /// The contact of the previous ids, once that is known.
    pub home: Option<ContactId>,
    /// The homes that the evidence names, the previous side first.
    pub contacts: Vec<ContactId>,
    /// The standing accept (or merge of a collision).
    pub accepted: Option<DecisionId>,
    /// The standing reject.
    pub rejected: Option<DecisionId>,
    /// A BSUID that came with the phone it names, where it names no BSUID.
    pub joined: Option<Ident>,
    /// The contacts of the previous ids.
    pub(super) before: Vec<ContactId>,
    /// The previous links (identifier and period) that it led on from.
    pub(super) led: Vec<(Ident, u32)>,
    /// Current ids that are settled already.
    pub(super) settled: Vec<Ident>,
    /// Its previous ids are on several contacts, or were led elsewhere.
    pub(super) forks: bool,
    pub(super) collides: bool,
    pub(super) links: bool,
    /// A phone of a contact with a BSUID of its own, to be taken over on accept.
    pub(super) takes_over: Option<(Ident, ContactId)>,
    /// Names and usernames told by its copies, until somebody holds the ids that
    /// they stood beside.
    pub(super) labels: Vec<Labels>,
}

/// What a copy of a change tells of the person beside their ids.
#[derive(Debug, Clone)]
pub(super) struct Labels {
    pub(super) at: Timestamp,
    pub(super) name: Option<Arc<Name>>,
    pub(super) username: Option<Ident>,
}

impl Labels {
    pub(super) fn of(copy: &Change) -> Option<Self> {
        let told = copy.name.is_some() || copy.username.is_some();
        told.then(|| Self {
            at: copy.at,
            name: copy.name.clone(),
            username: copy.username,
        })
    }
}

impl ChangeState {
    pub(super) fn new(claim: &Change) -> Self {
        let mut evidence = Vec::new();
        Evidence::join(&mut evidence, (claim.sighting, claim.event, claim.at));
        Self {
            claim: claim.clone(),
            evidence,
            kind: None,
            home: None,
            contacts: Vec::new(),
            accepted: None,
            rejected: None,
            joined: None,
            before: Vec::new(),
            led: Vec::new(),
            settled: Vec::new(),
            forks: false,
            collides: false,
            links: false,
            takes_over: None,
            labels: Labels::of(claim).into_iter().collect(),
        }
    }

    pub(super) fn is_copied_by(&self, claim: &Change) -> bool {
        let joined = self.joined.zip(claim.current.bsuid);
        self.claim.is_copy(claim) && joined.is_none_or(|(own, other)| own == other)
    }

    /// What it asks once its contact is known, by what its current ids met.
    pub(super) fn question(&self) -> Option<CaseKind> {
        match (self.collides, self.links || self.takes_over.is_some()) {
            _ if self.forks && self.accepted.is_none() => Some(CaseKind::IdentityChangeFork),
            (true, _) => Some(CaseKind::IdentityChangeCollision),
            (false, true) => Some(CaseKind::IdentityChange),
            // All of it lives on the contact already: evidence, and nothing to ask.
            (false, false) => None,
        }
    }
}
