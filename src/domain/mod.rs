//! The vocabulary: plain types of the field, no I/O and no clock.
//!
//! Every other room speaks in these words. What they mean, and which rule
//! stands behind each, is said where the type is defined.

pub mod case;
pub mod fact;
pub mod identifier;
pub mod ids;
pub mod link;
pub mod table;
pub mod text;
pub mod time;
pub mod variant;
