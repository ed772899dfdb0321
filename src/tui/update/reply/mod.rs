//! What the store's threads say: answers to questions, and what became of
//! writes.

mod found;
pub(super) mod written;

use super::{batch, navigate, proposal, queue};
use crate::tui::model::{Model, Quit};
use crate::tui::worker::Reply;

pub(super) use found::load_payload;

/// Takes a reply in; false if it changed nothing in sight.
pub(super) fn take(model: &mut Model, reply: Reply) -> bool {
    model.queue.has_written |= matches!(
        reply,
        Reply::Written(_) | Reply::Applied(_) | Reply::Settled(_)
    );
    if model.queue.has_written && model.writes_many() {
        model.queue.wrote_many = Some(model.now);
    }
    match reply {
        Reply::Found(ticket, found) => found::take(model, ticket, found),
        Reply::Written(outcome) => {
            written::one(model, outcome);
            true
        }
        Reply::Applied(outcome) => {
            batch::applied(model, outcome);
            true
        }
        Reply::Settled(outcomes) => {
            proposal::settled(model, outcomes);
            true
        }
        Reply::Claimed => false,
        Reply::Changed => {
            navigate::reload(model);
            queue::load_more(model);
            false
        }
        Reply::Broken => {
            model.quit = Quit::Now;
            false
        }
    }
}
