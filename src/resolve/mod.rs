//! The three layers of the state, each computed from the one before: homes
//! (events and the decisions known from the start give every link), groups
//! (standing merges and walls), cases (what is left to be asked). Beside them
//! the suggestions.
//!
//! Pure: facts and what is known in, changes out. The same functions serve
//! ingest, decisions, undo, orphans and `doctor --replay`; the store room loads
//! what is connected, calls them, and writes the difference.

pub mod across;
mod asks;
pub mod cases;
mod change;
mod changes;
mod contact;
pub mod entry;
pub mod groups;
pub mod homes;
mod matching;
pub mod suggest;
pub mod timeline;
mod verdict;

pub use crate::domain::variant;

#[cfg(test)]
mod tests;
