//! Proposals: answers that wait for another operator. Confirmed, they are
//! decisions; taken out, they never were.
//!
//! Who may confirm is the store's to say; here it is only said sooner.

use super::answer::{self, write};
use super::overlay::prompt;
use crate::domain::ids::ProposalId;
use crate::review::four_eyes::Proposal;
use crate::tui::model::{
    Asks, Choice, Compare, Model, Offer, Overlay, Pick, Purpose, Screen, TYPED_ABOVE,
};
use crate::tui::show;
use crate::tui::worker::Write;

/// Lets the proposal in sight stand; asks which, where there are several, and
/// whether the rest of its batch too.
pub(super) fn confirm(model: &mut Model) {
    if answer::came_just_now(model) {
        return;
    }
    let own = &model.session.operator;
    let others: Vec<&Proposal> = model.proposals().iter().collect();
    let others: Vec<&Proposal> = others.into_iter().filter(|p| p.operator != *own).collect();
    let mut options: Vec<Offer> = others
        .iter()
        .map(|p| offer(model, p, Pick::Confirm(vec![p.proposal])))
        .collect();
    if let Some(Screen::Proposals(proposals)) = model.above.last()
        && let Some(batch) = others.first().and_then(|p| p.batch)
    {
        let all = proposals.of_batch(batch, own);
        if all.len() > 1 {
            let n = i64::try_from(all.len()).unwrap_or(i64::MAX);
            options.push(Offer {
                label: format!("all of batch {batch}"),
                note: format!("{}, one after another", show::count(n, "answer", "answers")),
                pick: Pick::Confirm(all),
            });
        }
    }
    if let [only] = options.as_slice()
        && let Pick::Confirm(ids) = only.pick.clone()
    {
        confirmed(model, ids);
        return;
    }
    choice(model, "Confirm what?", options);
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
        prompt(model, Asks::Confirm(ids), "");
    } else {
        send(model, ids);
    }
}

/// Has these confirmed.
pub(super) fn send(model: &mut Model, ids: Vec<ProposalId>) {
    let compare = model.compare();
    let next = compare.and_then(|c| model.beside(c.case));
    let reason = reason(compare);
    write(model, Purpose::Confirm(next), Write::Confirm(ids), reason);
}

fn reason(compare: Option<&Compare>) -> Option<String> {
    compare.and_then(|compare| compare.reason.clone())
}

/// Asks which proposal in sight to take out.
pub(super) fn withdraw(model: &mut Model) {
    let proposals = model.proposals();
    if let [only] = proposals {
        let id = only.proposal;
        ask(model, id);
        return;
    }
    let one = |p: &Proposal| offer(model, p, Pick::Withdraw(p.proposal, false));
    let options = proposals.iter().map(one).collect();
    choice(model, "Withdraw what?", options);
}

/// Asks whether to: it cannot be undone, only proposed again.
fn ask(model: &mut Model, id: ProposalId) {
    let Some(proposal) = model.proposals().iter().find(|p| p.proposal == id) else {
        return;
    };
    let is_own = proposal.operator == model.session.operator;
    let (title, label) = if is_own {
        ("Take your proposal back?", "Take it back")
    } else {
        ("Turn this proposal down?", "Turn it down")
    };
    let mut take = offer(model, proposal, Pick::Withdraw(id, true));
    take.note = format!("{}, {}", take.label, take.note);
    take.label = label.into();
    let leave = Offer {
        label: "Leave it".into(),
        note: String::new(),
        pick: Pick::Nothing,
    };
    choice(model, title, vec![leave, take]);
}

/// Takes one out; unless that is sure, asks first.
pub(super) fn withdrawn(model: &mut Model, id: ProposalId, is_sure: bool) {
    if !is_sure {
        ask(model, id);
        return;
    }
    let reason = reason(model.compare());
    write(model, Purpose::Withdraw, Write::Withdraw(id), reason);
}
