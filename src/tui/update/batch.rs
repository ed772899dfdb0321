//! A batch: what is marked is planned by the store, looked at, carried out chunk
//! by chunk, and told case by case. Between two chunks it can be stopped.

use super::{answer, mark, navigate, sentence};
use crate::review::batch::{Chunk, Scope};
use crate::store::{StoreError, Undo};
use crate::tui::action::Action;
use crate::tui::keymap;
use crate::tui::line::GLUE;
use crate::tui::model::{Batch, Made, Model, Overlay, Purpose, Quit, Stage};
use crate::tui::show;
use crate::tui::worker::{Read, Write};
use crossterm::event::{KeyCode, KeyEvent};
use tui_input::InputRequest;

/// Steps of the confidence that is asked for, in parts of a hundred.
const STEP: f64 = 5.0;

/// Shows what the suggestions of the marked cases would do.
pub(super) fn open(model: &mut Model) {
    let min_confidence = model.session.batch_confidence;
    let queue = &model.queue;
    let is_whole = model.above.is_empty() && queue.marks.is_whole() && queue.filter.is_empty();
    let whole = queue.whole();
    let Some((marks, list, cursor)) = mark::marked(model) else {
        return;
    };
    let ids = marks.of(&list, cursor);
    let (ids, marked) = if is_whole {
        (Vec::new(), whole)
    } else {
        let marked = ids.len();
        (ids, marked)
    };
    if marked == 0 {
        model.complain("None of the cases shown is marked.");
        return;
    }
    let scope = Scope {
        min_confidence,
        ids,
        ..Scope::default()
    };
    model.overlay = Some(Overlay::Batch(Box::new(Batch::new(scope, marked))));
    plan(model);
}

fn plan(model: &mut Model) {
    let Some(Overlay::Batch(batch)) = &model.overlay else {
        return;
    };
    let read = Read::Plan(batch.scope.clone(), answer::by(model));
    let ticket = model.ask(read);
    let now = model.now;
    if let Some(Overlay::Batch(batch)) = &mut model.overlay {
        batch.plan.ask(ticket, now);
    }
}

/// Keys of the preview that no configuration changes; false for all others.
pub(super) fn key(model: &mut Model, event: KeyEvent) -> bool {
    let Some(Overlay::Batch(batch)) = &mut model.overlay else {
        return false;
    };
    if batch.stage != Stage::Preview {
        let is_ended = matches!(batch.stage, Stage::Ended(_));
        let is_enter = event.code == KeyCode::Enter;
        // The notice below names the keys that take all of it back, and that show
        // what was proposed.
        let scope = model.screen_scope();
        let does = (model.session.keys).find(scope, keymap::pressed(event));
        let is_named = matches!(does, Some(Action::Undo | Action::Proposals));
        if is_ended && (is_enter || is_named) {
            model.overlay = None;
        }
        return is_enter;
    }
    match event.code {
        KeyCode::Tab | KeyCode::BackTab | KeyCode::Left | KeyCode::Right => {
            batch.is_apply = !batch.is_apply && batch.len() > 0;
        }
        KeyCode::Char(c) if c.is_ascii_digit() && batch.is_typed() => {
            batch.input.handle(InputRequest::InsertChar(c));
            batch.is_apply = true;
        }
        KeyCode::Backspace if batch.is_typed() => {
            batch.input.handle(InputRequest::DeletePrevChar);
        }
        KeyCode::Char(sign @ ('+' | '-')) => {
            let step = if sign == '+' { STEP } else { -STEP };
            // In whole steps, and parts of a hundred: sums of fractions drift.
            let steps = (batch.scope.min_confidence * 100.0 / STEP).round() + step / STEP;
            batch.scope.min_confidence = (steps * STEP).clamp(0.0, 100.0) / 100.0;
            batch.is_apply = false;
            batch.input.reset();
            plan(model);
        }
        KeyCode::Enter => enter(model),
        _ => return false,
    }
    true
}

/// Enter on what has the focus: Cancel leaves, Apply begins.
fn enter(model: &mut Model) {
    let Some(Overlay::Batch(batch)) = &mut model.overlay else {
        return;
    };
    if !batch.is_apply {
        model.overlay = None;
        return;
    }
    if batch.plan.asked_at().is_some() || batch.len() == 0 {
        return;
    }
    if batch.is_typed() && batch.input.value() != batch.len().to_string() {
        let says = format!("Type {} to answer so many cases at once.", batch.len());
        batch.input.reset();
        model.complain(says);
        return;
    }
    if model.writing.is_some() {
        model.complain("The last decision is still being saved.");
        return;
    }
    batch.stage = Stage::Running {
        since: model.now,
        is_stopping: false,
    };
    batch.scroll = 0;
    go_on(model);
}

/// Has the next chunk carried out.
fn go_on(model: &mut Model) {
    let Some(Overlay::Batch(batch)) = &model.overlay else {
        return;
    };
    if let Some(plan) = batch.plan.value.clone() {
        let from = batch.outcomes.len();
        answer::write(model, Purpose::Batch, Write::Apply(plan, from), None);
    }
}

/// Has a running batch stop at the next clean point; false if none runs.
pub(super) fn stop(model: &mut Model) -> bool {
    match &mut model.overlay {
        Some(Overlay::Batch(batch)) => match &mut batch.stage {
            Stage::Running { is_stopping, .. } => {
                *is_stopping = true;
                true
            }
            _ => false,
        },
        _ => false,
    }
}

/// What became of a chunk.
pub(super) fn applied(model: &mut Model, outcome: Result<Chunk, StoreError>) {
    model.writing = None;
    let why = match &outcome {
        Err(StoreError::Refused(refusal)) => model.show().sentence(&refusal.detail),
        Err(error) => model.show().sentence(&error.to_string()),
        Ok(_) => String::new(),
    };
    let now = model.now;
    let Some(Overlay::Batch(batch)) = &mut model.overlay else {
        return;
    };
    let Stage::Running { since, is_stopping } = batch.stage else {
        return;
    };
    let is_end = if let Ok(chunk) = outcome {
        let is_empty = chunk.outcomes.is_empty();
        batch.number = Some(chunk.batch);
        batch.outcomes.extend(chunk.outcomes);
        is_empty || is_stopping || batch.outcomes.len() >= batch.len()
    } else {
        batch.error = Some(sentence(&why));
        true
    };
    if is_end {
        batch.stage = Stage::Ended(now.0 - since.0);
        ended(model);
    } else {
        go_on(model);
    }
}

fn ended(model: &mut Model) {
    let Some(Overlay::Batch(batch)) = &model.overlay else {
        return;
    };
    let (number, tally) = (batch.number, batch.tally());
    if let Some((marks, _, _)) = mark::marked(model) {
        marks.clear();
    }
    if let Some(number) = number.filter(|_| tally.applied > 0) {
        model.trail.done.push(Made {
            what: Undo::Batch(number).into(),
            case: None,
            deed: None,
            left: None,
        });
        model.trail.undone.clear();
        let scope = model.screen_scope();
        let undo = model.session.keys.key(scope, Action::Undo);
        let count = i64::try_from(tally.applied).unwrap_or(i64::MAX);
        let cases = show::count(count, "case", "cases");
        let more = match tally.proposed {
            0 => String::new(),
            n => format!(" {n} more wait for another operator."),
        };
        model.say(format!(
            "Batch {number}: {cases} answered. {undo}{GLUE}undoes all of it.{more}"
        ));
    } else if let Some(number) = number.filter(|_| tally.proposed > 0) {
        let count = i64::try_from(tally.proposed).unwrap_or(i64::MAX);
        let answers = show::count(count, "answer waits", "answers wait");
        let list = (model.session.keys).key(model.screen_scope(), Action::Proposals);
        model.say(format!(
            "Batch {number}: {answers} for another operator; {list}{GLUE}shows them."
        ));
    }
    if model.quit == Quit::WhenSaved {
        model.quit = Quit::Now;
    }
    navigate::reload(model);
}
