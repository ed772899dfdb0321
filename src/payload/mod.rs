//! JSON of Meta and Kapso in, [`Item`]s out: what each thing of a delivery
//! says, in the words of the domain. Pure: no I/O, no clock, no store, and no
//! input makes it panic.
//!
//! Here lies only what all surfaces share: the way in, the tree, identifiers,
//! keys. Each surface is a file below `meta` or `kapso`. Who a person *is*
//! is not decided here; that is `resolve`. A value that cannot be read costs
//! its own item and no other.

mod body;
mod items;
mod json;
mod kapso;
mod key;
mod mend;
mod meta;
mod node;
mod person;
#[cfg(test)]
mod tests;
mod unread;
mod wrapped;

pub use unread::{Unread, UnreadField};

use crate::domain::fact::Item;
use items::Items;
pub use json::Room;
use json::{Json, Tree};
pub use mend::mended_in_place;
use node::Node;
use serde::{Deserialize, Serialize};

/// Whose JSON a delivery is taken for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Told from the shape of each delivery.
    #[default]
    Auto,
    /// Meta's, with or without its envelope.
    Meta,
    /// Kapso's: v2, v1, batches, REST lists.
    Kapso,
}

/// Reads one delivery (one JSON value) to its items, changes first, otherwise
/// in the order of the text. There is at least one: what is no JSON is one
/// quarantined item, what holds nothing known one unrecognised item.
#[must_use]
pub fn read(json: &str, format: Format) -> Vec<Item> {
    read_counting(json, format, None)
}

/// The same; fields that no reader asked for are counted in `unread`.
#[must_use]
pub fn read_counting(json: &str, format: Format, unread: Option<&mut Unread>) -> Vec<Item> {
    try_reading(json, format, unread, &mut Room::default()).unwrap_or_else(|error| {
        let mut items = Items::default();
        items.unreadable(format!("no JSON: {error}"));
        items.finish()
    })
}

/// The same for what may be no JSON, with what one such call leaves to the next.
///
/// # Errors
/// It is not one JSON value.
pub fn try_reading(
    json: &str,
    format: Format,
    unread: Option<&mut Unread>,
    room: &mut Room,
) -> serde_json::Result<Vec<Item>> {
    let json = json.trim_start_matches('\u{feff}');
    let mended;
    let tree = match Tree::parse(json, room) {
        Ok(tree) => tree,
        Err(error) => {
            mended = mend::mended(json).ok_or(error)?;
            Tree::parse(&mended, room)?
        }
    };
    let mut items = Items::default();
    delivery(&Node::root(tree.root()), format, &mut items);
    if let Some(unread) = unread {
        unread.count(tree.root());
    }
    room.reclaim(tree);
    Ok(items.finish())
}

fn delivery(node: &Node<'_, '_>, format: Format, items: &mut Items) {
    if let Some(body) = node.get("body")
        && node.has("headers")
    {
        // A request as servers and automations log it, around what was sent.
        return wrapped::body(node, &body, format, items);
    }
    match node.part().json() {
        Json::Object(_) => {
            let meta = match format {
                Format::Auto => meta::is_meta(node),
                Format::Meta => true,
                Format::Kapso => false,
            };
            if meta {
                meta::read(node, items);
            } else {
                kapso::read(node, format, items);
            }
        }
        Json::Array if node.elements().next().is_some() => {
            for element in node.elements() {
                delivery(&element, format, items);
            }
        }
        _ if wrapped::text(node, format, items) => {}
        _ => items.put(node, Err(node.unexpected("an object"))),
    }
}
