//! What the store's threads say: answers to questions, and what became of
//! writes.

mod found;
mod written;

use super::{batch, navigate, queue};
use crate::tui::model::{Model, Quit};
use crate::tui::worker::Reply;

pub(super) use found::load_payload;

/// Takes a reply in; false if it changed nothing in sight.
pub(super) fn take(model: &mut Model, reply: Reply) -> bool {
    model.queue.has_written |= matches!(
        reply,
        Reply::Written(_) | Reply::Applied(_) | Reply::Confirmed(_)
    );
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
        Reply::Confirmed(outcomes) => {
            written::confirmed(model, outcomes);
            true
        }
        Reply::Withdrawn(outcome) => {
            model.writing = None;
            match outcome {
                Ok(()) => model.say("The proposal is withdrawn."),
                Err(error) => {
                    let why = written::failed(model, &error);
                    model.complain(why);
                }
            }
            written::saved(model);
            navigate::reload(model);
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
