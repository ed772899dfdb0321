//! `history`: the conversations that a business brings along when its app is
//! connected.
//!
//! Each thread is one person: its `context`, else its `id`. The messages keep
//! their own times, but who holds which identifier is told as of the sync, so
//! that the sighting is dated by arrival. A thread without messages, and a
//! refusal to share, are still items.

use super::super::items::{self, Items, Outcome};
use super::super::node::{Node, Reason};
use super::super::person::{self, FROM, PLAIN, Phones, TO};
use super::super::{body, key};
use super::{Scene, message};
use crate::domain::fact::{Channel, Direction, Fact, Seen, Surface, What};
use crate::domain::identifier::{PhoneField, is_group_id};
use std::sync::Arc;

/// Reads one chunk of history: its threads, and their messages.
pub(super) fn read(chunk: &Node<'_, '_>, scene: &Scene, items: &mut Items) {
    let before = items.len();
    if let Some(threads) = chunk.get("threads") {
        items.every(&threads, |items, thread| read_thread(thread, scene, items));
    }
    if items.len() == before {
        items.put(chunk, nobody(chunk, scene));
    }
}

fn nobody(chunk: &Node<'_, '_>, scene: &Scene) -> Outcome {
    let key = key::content(Surface::History, chunk, &[]);
    let seen = Seen::default();
    let channel = scene.channel()?;
    items::applied(items::fact(
        Surface::History,
        channel,
        key,
        None,
        seen,
        What::Nothing,
    ))
}

fn read_thread(thread: &Node<'_, '_>, scene: &Scene, items: &mut Items) {
    let before = items.len();
    let whose = scene.channel().and_then(|channel| whose(thread, channel));
    if let Some(messages) = thread.get("messages") {
        let group = thread
            .word("id")
            .map(str::trim)
            .filter(|id| is_group_id(id));
        let read = |node: &Node<'_, '_>| {
            let whose = whose.as_ref().map_err(Clone::clone)?;
            let read = read_message(node, scene.channel()?, whose, group)?;
            items::applied(on_arrival(read))
        };
        items.every(&messages, |items, node| body::put(node, read(node), items));
    }
    if items.len() == before {
        items.put(thread, read_empty(thread, scene, whose));
    }
}

fn read_empty(thread: &Node<'_, '_>, scene: &Scene, whose: Result<Seen, Reason>) -> Outcome {
    let seen = person::known(whose?, thread)?;
    let key = key::content(Surface::History, thread, &[]);
    let what = What::Sighting { founds: true };
    let channel = scene.channel()?;
    items::applied(on_arrival(items::fact(
        Surface::History,
        channel,
        key,
        None,
        seen,
        what,
    )))
}

fn on_arrival(fact: Fact) -> Fact {
    Fact {
        seen_on_arrival: true,
        ..fact
    }
}

/// The person of a thread. The thread's id is their phone, where it is one;
/// beside a context that names somebody it may be anything.
fn whose(thread: &Node<'_, '_>, channel: &Arc<Channel>) -> Result<Seen, Reason> {
    let mut seen = match thread.object("context")? {
        Some(context) => person::read(&context, PLAIN, channel)?,
        None => Seen::default(),
    };
    if seen.phone.is_none() {
        match person::phone_field(thread, "id") {
            Ok(PhoneField::Phone(phone)) => seen.phone = Some(phone),
            Ok(PhoneField::Bsuid(bsuid)) => seen.bsuid = seen.bsuid.or(Some(bsuid)),
            Ok(_) => {}
            Err(_) if seen.has_key() => {}
            Err(reason) => return Err(reason),
        }
    }
    Ok(seen)
}

fn read_message(
    node: &Node<'_, '_>,
    channel: &Arc<Channel>,
    whose: &Seen,
    group: Option<&str>,
) -> Result<Fact, Reason> {
    let kind = body::kind(node)?;
    if is_outbound(node, channel, whose) {
        let seen = if whose.has_key() {
            whose.clone()
        } else {
            person::read(node, TO, channel)?
        };
        return message::fact(
            node,
            Surface::History,
            channel,
            seen,
            Direction::Outbound,
            kind,
            group,
        );
    }
    let own = person::read(node, FROM, channel)?;
    let seen = if whose.has_key() {
        person::join(whose.clone(), &own, Phones::OwnFirst)
    } else {
        own
    };
    message::fact(
        node,
        Surface::History,
        channel,
        seen,
        Direction::Inbound,
        kind,
        group,
    )
}

/// A message from the business's number is outbound, also where it has the BSUID
/// of the thread's person. Where that number is not known, one from anybody else
/// than that person is; and in a thread of nobody, one that names its receiver.
fn is_outbound(node: &Node<'_, '_>, channel: &Arc<Channel>, whose: &Seen) -> bool {
    let is_us = |key| {
        person::is_business(node, key, channel)
            || channel.phone_number_id.as_deref() == node.word(key) && node.holds(key)
    };
    if is_us("from") {
        return true;
    }
    if node.holds("from_user_id") {
        return false;
    }
    let is_to = || !is_us("to") && (node.holds("to") || node.holds("to_user_id"));
    match node.word("from").map(PhoneField::parse) {
        None => is_to(),
        Some(_) if channel.display_phone.is_some() => false,
        Some(PhoneField::Phone(from)) => match &whose.phone {
            Some(person) => !from.is_form_of(person),
            None => is_to(),
        },
        Some(_) => false,
    }
}
