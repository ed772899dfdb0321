//! The questions that the log asks so far, with their evidence.

use super::cases::{CaseKey, Evidence};
use super::change::ChangeState;
use super::homes::Homes;
use crate::domain::case::CaseKind;
use crate::domain::ids::{ContactId, EventId, IdentifierId, SightingId};
use crate::domain::time::Timestamp;

/// A question that the evidence asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// What is asked.
    pub kind: CaseKind,
    /// The homes that the evidence names, the BSUID side first.
    pub contacts: Vec<ContactId>,
    /// The evidence by set of identifiers, in order of arrival.
    pub evidence: Vec<Evidence>,
}

impl Homes {
    /// Joins a sighting to the evidence of a question, which it may open.
    pub(super) fn ask(
        &mut self,
        key: CaseKey,
        kind: CaseKind,
        contacts: Vec<ContactId>,
        sight: (SightingId, EventId, Timestamp),
    ) {
        let ask = self.asks.entry(key.clone()).or_insert_with(|| Ask {
            kind,
            contacts: contacts.clone(),
            evidence: Vec::new(),
        });
        ask.kind = kind;
        ask.contacts = contacts;
        Evidence::join(&mut ask.evidence, sight);
        self.dirty.asks.insert(key);
    }

    /// Asks with the evidence of a change, which is kept with the change.
    pub(super) fn replace_ask(
        &mut self,
        key: CaseKey,
        kind: CaseKind,
        contacts: Vec<ContactId>,
        evidence: Vec<Evidence>,
    ) {
        self.asks.insert(
            key.clone(),
            Ask {
                kind,
                contacts,
                evidence,
            },
        );
        self.dirty.asks.insert(key);
    }

    /// Takes a question back that a later look answers by itself.
    pub(super) fn drop_ask(&mut self, key: CaseKey) {
        if self.asks.remove(&key).is_some() {
            self.dirty.asks.insert(key);
        }
    }

    /// A wall stands between these two now: their questions stand elsewhere.
    pub(super) fn mark_asks_between(&mut self, a: ContactId, b: ContactId) {
        let mut keys: Vec<CaseKey> = Vec::new();
        for kind in CaseKind::ALL {
            let key = |id| CaseKey::dispute(*kind, &[a, b], IdentifierId(id));
            let asks = self.asks.range(key(i64::MIN)..=key(i64::MAX));
            keys.extend(asks.map(|(key, _)| key.clone()));
        }
        for contact in [a, b] {
            let changes = self.changes_of.get(&contact).into_iter().flatten();
            let both = |c: &ChangeState| c.contacts.contains(&a) && c.contacts.contains(&b);
            let between = changes.filter(|e| self.changes.get(e).is_some_and(both));
            keys.extend(between.map(|e| CaseKey::Change(*e)));
        }
        keys.retain(|key| self.asks.contains_key(key));
        self.dirty.asks.extend(keys);
    }
}
