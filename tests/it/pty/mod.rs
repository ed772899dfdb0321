//! The real program in a pseudo-terminal: what it leaves of the terminal, how
//! it ends, what comes to the screen by itself.

mod batch;
mod ends;
mod operators;
mod readme;
mod shell;
mod sizes;
mod stores;
mod terminal;
