//! What is shown of cases, contacts, decisions and messages: the rows and
//! pages that the store fills, and the command line prints as JSON to the
//! letter of its contract. Texts in here are raw: `domain::text` stands
//! between them and every surface.

mod case;
mod contact;
mod decision;
mod upkeep;

pub use case::{
    CasePage, CaseRow, CaseSide, ChangePage, Claim, EvidenceRow, Outcome, Route, SidePage,
};
pub use contact::{
    Conflict, ContactHit, ContactPage, ConversationRow, IdentifierRef, IdentifierRow, MessageRow,
    Resolution, UsernameSpan,
};
pub use decision::{AuditRow, DecisionRow, Difference, Done, Holding, Origin, Shown};
pub use upkeep::{Check, Counts, DayCounts, NumberMove, QuarantineRow, Rescoped, Stats};
