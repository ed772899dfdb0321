//! Newtypes for the numbers by which the store knows its rows.
//!
//! They are given once, survive a replay and are never used again for
//! something else. None of them carries meaning beyond its order: a lower
//! event id arrived earlier, a lower decision id was made earlier.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.trim_start_matches('#').parse().map(Self)
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
