//! The `reunite` binary: arguments in, exit code out.

fn main() {}
