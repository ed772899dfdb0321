//! The command line: what it prints, how it ends, what it asks the store.

mod hostile;
mod human;
mod json;
mod process;
mod real;
mod wiring;
