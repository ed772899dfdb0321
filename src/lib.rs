//! reunite finds where one WhatsApp customer stands in a store twice, or two
//! customers as one, and lets an operator decide; every decision is logged and
//! can be taken back.
//!
//! ```text
//! webhook JSON ─ payload ─► Fact ─ resolve ─► what changes ─ store ─► links, cases, messages
//!
//! key ─► action ─► update(Model, Msg) ─► Effects ─► store thread ─► Msg ─► …  (tui)
//!                      └─ if changed ─► view(&Model, Frame)
//!
//! answer ─ store: checked ─ resolve replays what is connected ─► one transaction:
//!          rows + decision + audit entry, or a review::Refusal and nothing
//! undo   = the state without that decision, by the same replay
//! ```
//!
//! Arrows run down only: `main → cli → tui, ingest → store → review → resolve →
//! domain`, and `ingest → payload → domain`. `tests/it` holds them.

// A test that fails by a panic says where.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod cli;
pub mod config;
pub mod domain;
pub mod error;
pub mod ingest;
pub mod logging;
pub mod paths;
pub mod payload;
pub mod resolve;
pub mod review;
pub mod simulate;
pub mod store;
pub mod tui;
