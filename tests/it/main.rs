//! One test binary: flows, screens, store, command line.

// A test that fails by a panic says where.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod arrows;
mod cli;
mod fake;
mod ingest_driver;
#[cfg(unix)]
mod keys;
mod pty;
mod scenarios;
mod ways;
