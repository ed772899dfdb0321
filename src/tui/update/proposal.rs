//! Proposals: answers that wait for another operator. Confirmed, they are
//! decisions; taken out, they never were.
//!
//! Who may confirm is the store's to say; here it is only said sooner.

use super::answer::{self, write};
use super::overlay::prompt;
use super::reply::written;
use crate::domain::ids::{BatchId, ProposalId};
use crate::review::four_eyes::{Proposal, is_same_operator};
use crate::review::page::Done;
use crate::store::StoreError;
use crate::tui::model::{
    Asks, Choice, Model, Offer, Overlay, Pick, Purpose, Quit, Screen, Settling, TYPED_ABOVE,
};
use crate::tui::show;
use crate::tui::worker::{Settle, Write};

/// Lets the proposal in sight stand; asks which, where there are several, and
/// whether the rest of its batch too.
pub(super) fn confirm(model: &mut Model) {
    if answer::came_just_now(model) {
        return;
    }
    let own = &model.session.operator;
    let others: Vec<&Proposal> = model.proposals().iter().collect();
    let others: Vec<&Proposal> = others
        .into_iter()
        .filter(|p| !is_same_operator(&p.operator, own))
        .collect();
    let mut options: Vec<Offer> = others
        .iter()
        .map(|p| offer(model, p, Pick::Confirm(vec![p.proposal])))
        .collect();
    if let Some(Screen::Proposals(proposals)) = model.above.last()
        && let Some(batch) = others.first().and_then(|p| p.batch)
    {
        let all = proposals.of_batch(batch, |p| !is_same_operator(&p.operator, own));
        options.extend(offer_all(batch, &all, Pick::Confirm(all.clone())));
    }
    if let [only] = options.as_slice()
        && let Pick::Confirm(ids) = only.pick.clone()
    {
        confirmed(model, ids);
        return;
    }
    choice(model, "Confirm what?", options);
}

/// A whole batch, where it is more than the one proposal.
fn offer_all(batch: BatchId, all: &[ProposalId], pick: Pick) -> Option<Offer> {
    let n = i64::try_from(all.len()).unwrap_or(i64::MAX);
    (n > 1).then(|| Offer {
        label: format!("all of batch {batch}"),
        note: format!("{}, one after another", show::count(n, "answer", "answers")),
        pick,
    })
}

fn offer(model: &Model, proposal: &Proposal, pick: Pick) -> Offer {
    let show = model.show();
    let who = show::operator(&proposal.operator);
    Offer {
        label: format!("{} by {who}", show::verb(proposal.action)),
        note: format!("case {}, {}", proposal.case, show.ago(proposal.at)),
        pick,
    }
}

fn choice(model: &mut Model, title: &str, options: Vec<Offer>) {
    model.overlay = Some(Overlay::Choice(Choice {
        title: title.into(),
        options,
        cursor: 0,
        version: answer::version(model),
    }));
}

/// Lets these stand, if there are not many; else their number is typed first.
pub(super) fn confirmed(model: &mut Model, ids: Vec<ProposalId>) {
    if ids.len() > TYPED_ABOVE {
        prompt(model, Asks::Settle(Settle::Confirm, ids), "");
    } else {
        settle(model, Settle::Confirm, ids);
    }
}

/// Asks which proposal in sight to take out, and whether the rest of its batch
/// too.
pub(super) fn withdraw(model: &mut Model) {
    let one = |p: &Proposal| offer(model, p, Pick::Withdraw(vec![p.proposal], false));
    let mut options: Vec<Offer> = model.proposals().iter().map(one).collect();
    if let Some(Screen::Proposals(proposals)) = model.above.last()
        && let [in_sight] = model.proposals()
        && let Some(batch) = in_sight.batch
    {
        let all = proposals.of_batch(batch, |p| p.operator == in_sight.operator);
        options.extend(offer_all(batch, &all, Pick::Withdraw(all.clone(), false)));
    }
    if let [only] = options.as_slice()
        && let Pick::Withdraw(ids, _) = only.pick.clone()
    {
        ask(model, &ids);
        return;
    }
    choice(model, "Withdraw what?", options);
}

/// Asks whether to: it cannot be undone, only proposed again.
fn ask(model: &mut Model, ids: &[ProposalId]) {
    let proposals = model.proposals();
    let Some(proposal) = proposals.iter().find(|p| ids.contains(&p.proposal)) else {
        return;
    };
    let is_own = proposal.operator == model.session.operator;
    let (title, label) = match (is_own, ids.len()) {
        (true, 1) => ("Take your proposal back?".into(), "Take it back"),
        (false, 1) => ("Turn this proposal down?".into(), "Turn it down"),
        (true, n) => (format!("Take your {n} proposals back?"), "Take them back"),
        (false, n) => (format!("Turn these {n} proposals down?"), "Turn them down"),
    };
    let mut take = offer(model, proposal, Pick::Withdraw(ids.to_vec(), true));
    take.note = match ids.len() {
        1 => format!("{}, {}", take.label, take.note),
        _ => String::new(),
    };
    take.label = label.into();
    let leave = Offer {
        label: "Leave it".into(),
        note: String::new(),
        pick: Pick::Nothing,
    };
    choice(model, &title, vec![leave, take]);
}

/// Takes these out; unless that is sure, asks first, and where they are many for
/// their number.
pub(super) fn withdrawn(model: &mut Model, ids: Vec<ProposalId>, is_sure: bool) {
    if is_sure {
        settle(model, Settle::Withdraw, ids);
    } else if ids.len() > TYPED_ABOVE {
        prompt(model, Asks::Settle(Settle::Withdraw, ids), "");
    } else {
        ask(model, &ids);
    }
}

/// Proposals settled in one go: between two it can be stopped, and is seen.
const CHUNK: usize = 20;

/// Has these settled, a few at a time.
pub(super) fn settle(model: &mut Model, how: Settle, mut ids: Vec<ProposalId>) {
    let compare = model.compare();
    let next = compare.and_then(|c| model.beside(c.case));
    let reason = compare.and_then(|compare| compare.reason.clone());
    ids.reverse();
    go_on(
        model,
        Box::new(Settling {
            how,
            rest: ids,
            reason,
            next,
            count: 0,
            done: Vec::new(),
            refused: Vec::new(),
        }),
    );
}

fn go_on(model: &mut Model, mut settling: Box<Settling>) {
    let from = settling.rest.len().saturating_sub(CHUNK);
    let mut now = settling.rest.split_off(from);
    now.reverse();
    let (how, reason) = (settling.how, settling.reason.clone());
    let purpose = Purpose::Settle(settling);
    write(model, purpose, Write::Settle(how, now), reason);
}

/// Has a long settling stop where it is; false if none is under way.
pub(super) fn stop(model: &mut Model) -> bool {
    match model.writing.as_mut().map(|writing| &mut writing.purpose) {
        Some(Purpose::Settle(settling)) if !settling.rest.is_empty() => {
            settling.rest.clear();
            true
        }
        _ => false,
    }
}

/// What became of some; goes on with the rest.
pub(super) fn settled(model: &mut Model, outcomes: Vec<Result<Option<Done>, StoreError>>) {
    let Some(Purpose::Settle(mut settling)) = model.writing.take().map(|w| w.purpose) else {
        return;
    };
    for outcome in outcomes {
        match outcome {
            Ok(done) => {
                settling.count += 1;
                settling.done.extend(done);
            }
            Err(error) => settling.refused.push(written::failed(model, &error)),
        }
    }
    if model.quit == Quit::WhenSaved {
        settling.rest.clear();
    }
    if settling.rest.is_empty() {
        written::settled(model, *settling);
        return;
    }
    let (done, rest) = (settling.count, settling.rest.len());
    let all = done + settling.refused.len() + rest;
    let does = past(settling.how);
    model.say(format!("{done} of {all} {does}; Esc stops."));
    go_on(model, settling);
}

/// What became of proposals, in a word.
pub(super) fn past(how: Settle) -> &'static str {
    match how {
        Settle::Confirm => "confirmed",
        Settle::Withdraw => "withdrawn",
    }
}
