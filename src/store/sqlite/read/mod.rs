//! Everything that is read: pages for people and rows for scripts. Functions
//! of a connection, which the room's front wraps in one read transaction each.
//!
//! `query`, `holder`, `group` and `decision` are the ground that the pages
//! stand on; the other files are one page or one table each. Nothing in here
//! writes, and no rule of matching is written twice: who holds an identifier
//! at a moment is asked of `resolve::timeline`.

pub(super) mod audit;
pub(super) mod case;
pub(super) mod cases;
mod change;
pub(super) mod contact;
pub(super) mod decision;
pub(super) mod doctor;
pub(super) mod export;
mod eyes;
pub(super) mod group;
pub(super) mod holder;
pub(super) mod keys;
pub(super) mod message;
mod objects;
mod outcome;
pub(super) mod quarantine;
pub(super) mod query;
pub(super) mod resolve;
mod route;
pub(super) mod search;
pub(super) mod stats;
mod superseded;
mod thread;
pub(super) mod verify;

#[cfg(test)]
mod tests;
