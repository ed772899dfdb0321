//! A decision as data: what an operator sees, asks for, and is refused. Pure:
//! the store room reads and writes, the terminal and the command line show.

pub mod batch;
pub mod four_eyes;
pub mod page;
pub mod refusal;
pub mod search;
