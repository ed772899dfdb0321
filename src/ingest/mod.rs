//! Files and streams into the store.
//!
//! What lives here is the way of the bytes: from a path or a pipe to one
//! delivery after another, and on through `payload` into the store. What a
//! delivery says is not known here, and nothing is ever held but the one
//! delivery in hand, since files are larger than memory.

pub mod source;
