//! `messaging_handovers`: another app answers somebody from now on. Who that is
//! stands in `sender`, the business in `recipient`. To whom the thread passed is
//! not kept; that the person was there is.

use super::super::items::{self, Outcome};
use super::super::person::{self, PLAIN};
use super::super::{key, node::Node};
use crate::domain::fact::{Channel, Seen, Surface, What};
use crate::domain::identifier::PhoneKey;
use std::sync::Arc;

/// Whether a value is one handover.
pub(super) fn is(value: &Node<'_, '_>) -> bool {
    value.has("recipient") && value.has("sender")
}

/// Reads a handover.
pub(super) fn read(value: &Node<'_, '_>, waba: Option<&str>) -> Outcome {
    let mut channel = Channel {
        waba: waba.map(Into::into),
        ..Channel::default()
    };
    if let Some(business) = value.object("recipient")? {
        channel.phone_number_id = business.id("phone_number_id")?;
        channel.display_phone = business
            .text("display_phone_number")?
            .and_then(PhoneKey::parse);
    }
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
    let channel = Arc::new(channel);
    items::applied(items::fact(
        Surface::Handover,
        &channel,
        key,
        at,
        seen,
        what,
    ))
}
