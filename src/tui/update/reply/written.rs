//! What became of writes: said to the operator, kept for undo, and gone on from
//! to the next case.

use crate::domain::case::{Answer, CaseState};
use crate::domain::ids::CaseId;
use crate::review::page::Done;
use crate::review::refusal::{Code, Refusal};
use crate::store::{StoreError, Undo};
use crate::tui::action::Action;
use crate::tui::line::GLUE;
use crate::tui::model::{Deed, Made, Model, Overlay, Purpose, Quit, Settling, What};
use crate::tui::show;
use crate::tui::update::proposal::past;
use crate::tui::update::{navigate, sentence};
use crate::tui::worker::Settle;

/// What became of the write under way.
pub(super) fn one(model: &mut Model, outcome: Result<Vec<Done>, StoreError>) {
    let Some(writing) = model.writing.take() else {
        return;
    };
    match (outcome, writing.purpose) {
        (Ok(done), Purpose::Preview) => {
            if let Some(Overlay::Preview(preview)) = &mut model.overlay {
                preview.outcome = Some(Ok(done));
            }
        }
        (Err(StoreError::Refused(refusal)), Purpose::Preview) => {
            if let Some(Overlay::Preview(preview)) = &mut model.overlay {
                preview.outcome = Some(Err(*refusal));
            }
        }
        (Ok(done), purpose) => succeeded(model, purpose, &done),
        (Err(error), purpose) => {
            if purpose == Purpose::Preview {
                model.overlay = None;
            }
            let why = failed(model, &error);
            model.complain(why);
            // What was seen is not what is: show what is.
            navigate::reload(model);
        }
    }
    saved(model);
}

/// Nothing is being written any more: ends, where that was waited for.
pub(super) fn saved(model: &mut Model) {
    if model.quit == Quit::WhenSaved {
        model.quit = Quit::Now;
    }
}

/// Why a write came to nothing, in a sentence.
pub(in crate::tui::update) fn failed(model: &Model, error: &StoreError) -> String {
    let why = match error {
        StoreError::Refused(refusal) => refused(model, refusal),
        other => model.show().sentence(&other.to_string()),
    };
    sentence(&why)
}

/// What became of proposals: each that was confirmed is a decision now, with one
/// undo for a batch of them.
pub(in crate::tui::update) fn settled(model: &mut Model, settling: Settling) {
    let Settling {
        how,
        next,
        count,
        done,
        refused,
        ..
    } = settling;
    let batch = match done.as_slice() {
        [first, _, ..] => first.batch,
        _ => None,
    };
    let batch = batch.filter(|_| done.iter().all(|one| one.batch == batch));
    let made = |what: Undo, case| Made {
        what: what.into(),
        case,
        deed: None,
        left: None,
    };
    if let Some(batch) = batch {
        model.trail.done.push(made(Undo::Batch(batch), None));
    } else {
        let singly = |one: &Done| Some(made(Undo::Decision(one.decision?), one.case));
        model.trail.done.extend(done.iter().filter_map(singly));
    }
    if !done.is_empty() {
        model.trail.undone.clear();
    }
    let undo = (model.session.keys).key(model.screen_scope(), Action::Undo);
    let undoes = match (batch, done.len()) {
        (_, 0) => String::new(),
        (Some(batch), _) => format!(" {undo}{GLUE}undoes all of batch {batch}"),
        (None, 1) => format!(" {undo}{GLUE}undoes"),
        (None, _) => format!(" {undo}{GLUE}undoes the last"),
    };
    let n = i64::try_from(count).unwrap_or(i64::MAX);
    let all = show::count(n, "proposal", "proposals");
    match (how, done.as_slice(), refused.as_slice()) {
        (Settle::Confirm, [one], []) => {
            let says = sentence(&model.show().sentence(&one.summary));
            model.say(format!("{says}{undoes}"));
        }
        (Settle::Withdraw, _, []) if count == 1 => model.say("The proposal is withdrawn."),
        (_, _, []) => model.say(format!("{all} {}.{undoes}", past(how))),
        (_, [], [why]) if count == 0 => model.complain(why.clone()),
        (_, _, [first, ..]) => {
            let not = show::number(i64::try_from(refused.len()).unwrap_or(i64::MAX));
            let says = format!("{all} {}, {not} not: {first}{undoes}", past(how));
            model.complain(says);
        }
    }
    saved(model);
    let case = done.first().and_then(|one| one.case);
    match case.filter(|case| model.compare().is_some_and(|c| c.case == *case)) {
        Some(case) => go_on(model, case, CaseState::Resolved, next),
        None => navigate::reload(model),
    }
}

/// A refusal in plain words, with who and when.
fn refused(model: &Model, refusal: &Refusal) -> String {
    let show = model.show();
    let detail = show.sentence(&refusal.detail);
    match (refusal.code, &refusal.by_operator) {
        (Code::AlreadyDecided, Some(who)) => {
            let when = refusal
                .at
                .map_or_else(String::new, |at| format!(" {}", show.ago(at)));
            format!("{} decided this{when}: {detail}", show::operator(who))
        }
        _ => detail,
    }
}

fn succeeded(model: &mut Model, purpose: Purpose, done: &[Done]) {
    let Some(last) = done.last() else {
        model.say("Nothing had to be done.");
        return;
    };
    let scope = model.screen_scope();
    let key = |action| model.session.keys.key(scope, action);
    let told = |action, does: &str| match key(action) {
        key if key.is_empty() => String::new(),
        key => format!(" {key}{GLUE}{does}"),
    };
    let (undo, redo) = (told(Action::Undo, "undoes"), told(Action::Redo, "redoes"));
    let count = i64::try_from(done.len()).unwrap_or(i64::MAX);
    let says = |deed: Option<&Deed>| {
        let show = model.show();
        let says = deed.map_or_else(|| show.sentence(&last.summary), |deed| show.deed(deed));
        sentence(&says)
    };
    let all = |does: &str| {
        let decisions = show::count(count, "decision", "decisions");
        format!("{decisions} {does}.")
    };
    match purpose {
        Purpose::Decide { case, next, deed } if last.proposed.is_some() => {
            // Who has to confirm it is in the store's words too.
            let says = says(Some(&deed));
            model.say(format!("Proposed, and waits for another operator: {says}"));
            go_on(model, case, CaseState::Open, next);
        }
        Purpose::Decide { case, next, deed } => {
            let says = says(Some(&deed));
            // A claim ends with the answer.
            model.claimed = model.claimed.filter(|&claimed| claimed != case);
            let state = left_as(&deed);
            if let Some(decision) = last.decision {
                model.trail.done.push(Made {
                    what: Undo::Decision(decision).into(),
                    case: Some(case),
                    deed: Some(deed),
                    left: None,
                });
                model.trail.undone.clear();
            }
            model.say(format!("{says}{undo}"));
            go_on(model, case, state, next);
        }
        Purpose::Undo(mut made) => {
            made.left = model
                .compare()
                .map(|c| c.case)
                .filter(|&c| Some(c) != made.case);
            let says = match count {
                1 => says(made.deed.as_ref()),
                _ => all("taken back"),
            };
            let what = if made.deed.is_some() { "Undone: " } else { "" };
            // The undos of several are a batch too, with one undo.
            let by = match made.what {
                What::Undo(Undo::Decision(_)) => None,
                _ => last.batch.map(Undo::Batch),
            };
            // Of one alone there is no batch to put back.
            let one = last.decision.filter(|_| done.len() == 1);
            let by = by.or(one.map(Undo::Decision));
            let more = by.map_or_else(String::new, |_| redo);
            model.say(format!("{what}{says}{more}"));
            model.trail.done.retain(|m| m.what != made.what);
            let case = made.case;
            model.trail.undone.extend(by.map(|by| (made, by)));
            show_again(model, case);
        }
        Purpose::Redo(made) => {
            let says = match count {
                1 => says(made.deed.as_ref()),
                _ => all("put back"),
            };
            let what = if made.deed.is_some() { "Redone: " } else { "" };
            model.say(format!("{what}{says}{undo}"));
            let mut undone = model.trail.undone.iter();
            let on_trail =
                undone.position(|(m, by)| m.what == made.what || made.what == What::Undo(*by));
            let case = made.case;
            let state = made.deed.as_ref().map_or(CaseState::Resolved, left_as);
            // Of another session's decision only the undo is known by number.
            if let Some(at) = on_trail {
                let (made, _) = model.trail.undone.remove(at);
                model.trail.done.push(made);
            }
            match case {
                Some(case) => go_on(model, case, state, made.left.or_else(|| model.beside(case))),
                None => navigate::reload(model),
            }
        }
        Purpose::Settle(_) | Purpose::Preview | Purpose::Batch => {}
    }
}

/// The state that a decision leaves its case in.
fn left_as(deed: &Deed) -> CaseState {
    match deed.answer {
        Answer::Defer { .. } => CaseState::Deferred,
        _ => CaseState::Resolved,
    }
}

/// From a decided case to the next; back where there is none. The queue takes
/// note at once; when it is read anew, that is the store's word.
fn go_on(model: &mut Model, case: CaseId, state: CaseState, next: Option<CaseId>) {
    let is_in_sight = model.compare().is_some_and(|c| c.case == case);
    match next {
        Some(next) if is_in_sight => navigate::go_to_case(model, next),
        None if is_in_sight => {
            model.above.pop();
        }
        _ => {}
    }
    model.queue.note(case, state);
    if !is_in_sight || next.is_none() {
        navigate::reload(model);
    }
}

/// After an undo: the case that is asked again, where cases are in sight.
fn show_again(model: &mut Model, case: Option<CaseId>) {
    match case {
        Some(case) if model.compare().is_some() => navigate::go_to_case(model, case),
        Some(case) if model.above.is_empty() => model.queue.list.cursor = Some(case),
        _ => {}
    }
    navigate::reload(model);
}
