//! Realistic traffic with its ground truth. (A stand-in with the final signatures.)

use std::io::{self, Write};

/// How much of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// People.
    pub people: u32,
    /// Days.
    pub days: u32,
    /// The same seed gives the same traffic.
    pub seed: u64,
}

/// Writes the traffic, and the truth about it.
pub fn write(
    _options: Options,
    _traffic: &mut dyn Write,
    _truth: Option<&mut dyn Write>,
) -> io::Result<()> {
    Err(io::Error::other("not yet"))
}

/// The bundled sample traffic: JSON lines, zstd.
#[must_use]
pub fn demo() -> &'static [u8] {
    &[]
}
