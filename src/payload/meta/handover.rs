//! `messaging_handovers`: another app answers somebody from now on. Who that is
//! stands in `sender`, the business in `recipient`. To whom the thread passed is
//! not kept; that the person was there is.

use super::super::items::{self, Outcome};
use super::super::person::{self, PLAIN};
use super::super::{key, node::Node};
use crate::domain::fact::{Seen, Surface, What};

/// Whether a value is one handover: between somebody and a number.
pub(super) fn is(value: &Node<'_, '_>) -> bool {
    let number = ["phone_number_id", "display_phone_number"];
    let recipient = value.get("recipient");
    value.has("sender")
        && recipient.is_some_and(|recipient| number.iter().any(|key| recipient.holds(key)))
}

/// Reads a handover.
pub(super) fn read(value: &Node<'_, '_>, waba: Option<&str>) -> Outcome {
    let channel = super::channel(value, "recipient", waba)?;
    let seen = match value.object("sender")? {
        Some(sender) => person::known(person::read(&sender, PLAIN, &channel)?, &sender)?,
        None => Seen::default(),
    };
    let what = if seen.has_key() {
        What::Sighting { founds: true }
    } else {
        What::Nothing
    };
    let at = value.time(&["timestamp"])?;
    let key = key::content(Surface::Handover, value, &[]);
    items::applied(items::fact(
        Surface::Handover,
        &channel,
        key,
        at,
        seen,
        what,
    ))
}
