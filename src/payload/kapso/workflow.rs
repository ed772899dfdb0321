//! Workflow events: an automation ran for somebody. Its `context` says for
//! whom, and that is a sighting; without one, nobody is in it.

use super::super::items::{self, Outcome};
use super::super::key;
use super::super::node::{Node, Reason};
use super::super::person::{self, KAPSO, Phones};
use super::{Around, channel};
use crate::domain::fact::{Channel, Seen, Surface, What};

/// Whether an object is a workflow event.
pub(super) fn is(node: &Node<'_, '_>, around: Around<'_>) -> bool {
    around
        .event
        .is_some_and(|event| event.starts_with("workflow."))
        || node.has("workflow_execution_id")
        || node.get("context").is_some_and(|context| {
            context.has("whatsapp_business_scoped_user_id")
                || context.has("whatsapp_parent_business_scoped_user_id")
                || context.has("whatsapp_username")
        })
}

/// Reads a workflow event.
pub(super) fn read(node: &Node<'_, '_>, around: Around<'_>) -> Outcome {
    let channel = channel(node, &[], around)?;
    let seen = match node.object("context")? {
        Some(context) => whose(&context, &channel)?,
        None => Seen::default(),
    };
    let at = node.time(&["occurred_at", "timestamp"])?;
    let what = if seen.has_key() {
        What::Sighting { founds: true }
    } else {
        What::Nothing
    };
    let surface = Surface::KapsoWorkflow;
    let key = key::content(surface, node, &[]);
    items::applied(items::fact(surface, &channel, key, at, seen, what))
}

fn whose(context: &Node<'_, '_>, channel: &Channel) -> Result<Seen, Reason> {
    let own = person::read(context, KAPSO, channel)?;
    let Some(contact) = context.object("contact")? else {
        return Ok(own);
    };
    let mut beside = person::read(&contact, KAPSO, channel)?;
    let name = contact.first_text(&["profile_name", "display_name", "name"])?;
    beside.name = name.map(Into::into);
    Ok(person::join(own, &beside, Phones::OwnFirst))
}
