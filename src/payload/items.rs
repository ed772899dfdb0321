//! The list of items that a delivery grows into, and the order it leaves in.

use super::json::Part;
use super::node::{Node, Reason};
use crate::domain::fact::{Channel, Fact, Item, Reading, Seen, Surface, What};
use crate::domain::time::Timestamp;
use std::sync::Arc;

/// What became of one thing: an error is the reason of a quarantine.
pub(super) type Outcome = Result<Reading, Reason>;

/// The items of a delivery, as they are found.
#[derive(Default)]
pub(super) struct Items(Vec<Item>);

impl Items {
    /// Adds the item at `node`.
    pub(super) fn put(&mut self, node: &Node<'_, '_>, outcome: Outcome) {
        let reading = outcome.unwrap_or_else(Reading::Quarantined);
        if !is_of_somebody(&reading) {
            node.whole();
        }
        self.0.push(Item {
            pointer: node.pointer(),
            reading,
        });
    }

    /// Adds one item for each element of the array `list`, or one quarantined
    /// item where it is none.
    pub(super) fn each(
        &mut self,
        list: &Node<'_, '_>,
        mut read: impl FnMut(&Node<'_, '_>) -> Outcome,
    ) {
        self.every(list, |items, element| {
            let outcome = read(element);
            items.put(element, outcome);
        });
    }

    /// Lets `read` add the items of each element of the array `list`; what is
    /// no array, and each element that is no object, is one quarantined item.
    pub(super) fn every(
        &mut self,
        list: &Node<'_, '_>,
        mut read: impl FnMut(&mut Self, &Node<'_, '_>),
    ) {
        if let Err(reason) = list.an_array() {
            return self.put(list, Err(reason));
        }
        for element in list.elements() {
            match element.an_object() {
                Ok(_) => read(self, &element),
                Err(reason) => self.put(&element, Err(reason)),
            }
        }
    }

    /// The delivery as a whole cannot be read.
    pub(super) fn unreadable(&mut self, reason: Reason) {
        self.put(&Node::root(Part::NULL), Err(reason));
    }

    /// Whether all from the `from`th on could be read.
    pub(super) fn all_read(&self, from: usize) -> bool {
        let quarantined = |item: &Item| matches!(item.reading, Reading::Quarantined(_));
        !self.0[from..].iter().any(quarantined)
    }

    /// Dates the sightings of all items from the `from`th on by their arrival.
    pub(super) fn seen_on_arrival(&mut self, from: usize) {
        for item in &mut self.0[from..] {
            if let Reading::Fact(fact) = &mut item.reading {
                fact.seen_on_arrival |= fact.what != What::Nothing;
            }
        }
    }

    /// How many there are so far.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them. Within one delivery changes come before messages, so that
    /// the first message under a new id finds its change already known.
    pub(super) fn finish(mut self) -> Vec<Item> {
        if self.0.is_empty() {
            self.put(
                &Node::root(Part::NULL),
                Ok(Reading::Unrecognised("nothing in it".to_owned())),
            );
        }
        self.0.sort_by_key(|item| !is_change(&item.reading));
        self.0
    }
}

/// Whether somebody's fields were read one by one for it.
fn is_of_somebody(reading: &Reading) -> bool {
    matches!(reading, Reading::Fact(fact) if fact.what != What::Nothing)
}

fn is_change(reading: &Reading) -> bool {
    matches!(reading, Reading::Fact(fact) if matches!(fact.what, What::Change(_)))
}

/// A fact, but for the rare field.
pub(super) fn fact(
    surface: Surface,
    channel: &Arc<Channel>,
    key: String,
    at: Option<Timestamp>,
    seen: Seen,
    what: What,
) -> Fact {
    Fact {
        surface,
        channel: Arc::clone(channel),
        key,
        at,
        seen_on_arrival: false,
        seen,
        what,
    }
}

/// A fact as the outcome of a reading. Readings end with these two, so that
/// they are of the readings' type.
#[allow(clippy::unnecessary_wraps)]
pub(super) fn applied(fact: Fact) -> Outcome {
    Ok(Reading::Fact(Box::new(fact)))
}

/// An item of no known kind.
#[allow(clippy::unnecessary_wraps)]
pub(super) fn unrecognised(what: impl Into<String>) -> Outcome {
    Ok(Reading::Unrecognised(what.into()))
}
