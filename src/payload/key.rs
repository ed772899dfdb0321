//! Keys against replays: two items with one key are one.
//!
//! The same item in another delivery, envelope or order of keys gives the
//! same key, and a message gives the same key through Meta and through Kapso.
//! Whether a key is known already is the store's question.

use super::node::Node;
use crate::domain::fact::{Channel, Seen, Surface, message_key};
use crate::domain::identifier::{Bsuid, ParentBsuid, PhoneKey};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// A message: its business number where known, and its id.
pub(super) fn message(channel: &Channel, id: &str) -> String {
    let number = channel.phone_number_id.as_deref().unwrap_or_default();
    message_key(number, id)
}

/// A status: of which message, which word, and in a group for whom.
pub(super) fn status(id: &str, status: &str, participant: &str) -> String {
    ["s|", id, "|", status, "|", participant].concat()
}

/// A system change: its message id.
pub(super) fn change(id: &str) -> String {
    format!("c|{id}")
}

/// A `user_id_update`, which has no id of its own.
pub(super) fn user_id_update(parts: [&str; 4]) -> String {
    format!("u|{}", digest(parts.join("|").as_bytes()))
}

/// Anything else: its content. `more` is what belongs to it but stands
/// elsewhere in the delivery.
pub(super) fn content(surface: Surface, node: &Node<'_, '_>, more: &[&str]) -> String {
    let mut bytes = Vec::with_capacity(512);
    node.part().canonical(&mut bytes);
    for part in more {
        bytes.push(b'|');
        bytes.extend_from_slice(part.as_bytes());
    }
    format!("h|{surface}|{}", digest(&bytes))
}

/// The person of an item whose own fields name none, for [`content`]: two
/// such items may read alike and be about two people.
pub(super) fn person<'s>(own: &Seen, seen: &'s Seen) -> &'s str {
    if own.has_key() {
        return "";
    }
    let bsuid = seen.bsuid.as_ref().map(Bsuid::as_str);
    bsuid
        .or_else(|| seen.phone.as_ref().map(PhoneKey::as_str))
        .or_else(|| seen.parent.as_ref().map(ParentBsuid::as_str))
        .unwrap_or_default()
}

fn digest(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
