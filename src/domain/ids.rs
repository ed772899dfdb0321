//! Newtypes for the numbers by which the store knows its rows.
//!
//! They are given once, survive a replay and are never used again for
//! something else. None of them carries meaning beyond its order: a lower
//! event id arrived earlier, a lower decision id was made earlier.

use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};

/// Things by a row number. Nobody outside chooses a row number, so that the
/// hash needs no key, and a multiplication does.
pub type IdMap<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;
/// Row numbers.
pub type IdSet<K> = HashSet<K, BuildHasherDefault<IdHasher>>;

/// Hashes row numbers.
#[derive(Debug, Default, Clone, Copy)]
pub struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, id: u64) {
        // The golden ratio spreads what is counted up over the whole range.
        self.0 = (self.0.rotate_left(5) ^ id).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_i64(&mut self, id: i64) {
        self.write_u64(id.cast_unsigned());
    }
}

/// What is no number of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a number: write 7 or #7")]
pub struct NoNumber;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl super::table::RowId for $name {
            fn row(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = NoNumber;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.trim_start_matches('#').parse().map(Self).map_err(|_| NoNumber)
            }
        }
    )*};
}

ids! {
    /// One local record of a person.
    ContactId;
    /// One question for an operator.
    CaseId;
    /// One answer of an operator.
    DecisionId;
    /// One fact from outside, in the order of arrival.
    EventId;
    /// One identifier: (kind, scope, value).
    IdentifierId;
    /// One distinct set of identifiers that came together.
    SightingId;
    /// The scope of a BSUID.
    PortfolioId;
    /// One thread of messages.
    ConversationId;
    /// A group of decisions with one undo.
    BatchId;
    /// An answer that waits for another operator.
    ProposalId;
    /// One entry of the audit log.
    EntryId;
    /// One item that could not be read.
    QuarantineId;
}
