//! Everything that is read: pages for people and rows for scripts. Functions
//! of a connection, which the room's front wraps in one read transaction each.

pub(super) mod audit;
pub(super) mod case;
pub(super) mod cases;
pub(super) mod contact;
pub(super) mod doctor;
pub(super) mod export;
pub(super) mod message;
pub(super) mod quarantine;
pub(super) mod resolve;
pub(super) mod search;
