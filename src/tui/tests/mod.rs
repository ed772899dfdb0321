//! The whole terminal, driven by keys: against a store of hand-made pages, on
//! a screen of any size, without a thread and without a clock.

mod batch;
mod decide;
pub(super) mod fake;
mod find;
pub(super) mod fixtures;
mod flows;
pub(crate) mod harness;
mod hostile;
mod looks;
mod proposals;
mod random;
mod screens;
mod shell;
