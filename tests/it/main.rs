//! One test binary: flows, screens, store, command line.

mod arrows;
mod cli;
mod fake;
mod ingest_driver;
