//! What happens: a message changes the model, and leaves effects to be done.
//!
//! Pure: no I/O, no clock; time comes in with the message. Keys become actions
//! here, screens and overlays have files of their own below, and `settle` at
//! the end keeps every cursor and scroll position within what there is.

mod answer;
mod batch;
mod copy;
mod mark;
mod mouse;
mod navigate;
mod overlay;
mod proposal;
mod queue;
mod reply;
mod settle;
mod undo;

use super::action::Action;
use super::keymap::{self, CTRL_C};
use super::model::{Effect, Model, NOTICE_STAYS, Overlay, Quit, Screen};
use super::worker::{Read, Reply};
use crate::domain::time::Timestamp;
use crokey::KeyCombination;
use crossterm::event::{KeyEvent, KeyEventKind, MouseEvent};

pub(crate) use navigate::start;

/// Something that happened.
#[derive(Debug)]
pub(crate) enum Msg {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// The mouse was pressed or its wheel turned.
    Mouse(MouseEvent),
    /// The terminal has another size.
    Resize(u16, u16),
    /// A worker thread has something.
    Reply(Reply),
    /// The time came that was asked for.
    Wake,
    /// The program was continued by the shell.
    Continued,
    /// The system asks to suspend.
    Suspend,
    /// The system asks to end, or there are no more keys.
    End,
}

/// What comes of a message.
#[derive(Debug, Default)]
pub(crate) struct Next {
    /// Whether anything in sight may have changed.
    pub(crate) draw: bool,
    /// What is to be done outside.
    pub(crate) effects: Vec<Effect>,
}

/// Takes a message in.
pub(crate) fn update(model: &mut Model, now: Timestamp, msg: Msg) -> Next {
    // A clock that was set back must not make things older than they are.
    model.now = model.now.max(now);
    let changed = match msg {
        Msg::Key(event) if event.kind == KeyEventKind::Release => false,
        Msg::Key(event) => {
            let cleared = clear_notice(model);
            let (before, depth) = (model.notice.clone(), model.above.len());
            let case = model.case_in_sight();
            let changed = key(model, event);
            if before == model.notice {
                // What could not be done there is no news on another screen, nor
                // what was said of a case news of another.
                let (left, went_on) = (depth != model.above.len(), case != model.case_in_sight());
                model.notice = before.filter(|notice| {
                    !(left && notice.is_bad || went_on && case.is_some() && notice.case == case)
                });
            }
            changed || cleared
        }
        Msg::Paste(text) => overlay::paste(model, &text),
        Msg::Mouse(event) => mouse::take(model, event),
        Msg::Resize(width, height) => {
            model.size = (width, height);
            true
        }
        Msg::Reply(reply) => reply::take(model, reply),
        Msg::Wake => {
            answer::rested(model);
            true
        }
        Msg::Continued => {
            model.send(Effect::Repaint);
            true
        }
        Msg::Suspend => {
            model.send(Effect::Suspend);
            true
        }
        Msg::End => {
            model.quit = Quit::Now;
            false
        }
    };
    if changed {
        settle::settle(model);
    }
    Next {
        draw: changed,
        effects: model.take_effects(),
    }
}

/// What is to be done when the program ends: nobody looks at a case any more.
pub(crate) fn end(model: &mut Model) -> Vec<Effect> {
    answer::let_go(model);
    model.take_effects()
}

/// Takes away a notice that was there for a while.
fn clear_notice(model: &mut Model) -> bool {
    let now = model.now.0;
    let is_old = |at: Timestamp| now - at.0 >= NOTICE_STAYS;
    if model.fresh.is_some_and(|fresh| is_old(fresh.at)) {
        model.fresh = None;
    }
    if model.notice.is_some() && !model.has_just_told() {
        model.notice = None;
        return true;
    }
    false
}

fn key(model: &mut Model, event: KeyEvent) -> bool {
    // Who presses another key has changed their mind.
    model.opens = false;
    let key = keymap::pressed(event);
    if key == CTRL_C {
        quit(model);
        return true;
    }
    if model.scope().is_typing() {
        return overlay::type_key(model, event, key);
    }
    if batch::key(model, event) || overlay::fixed_key(model, key) {
        return true;
    }
    match model.session.keys.find(model.scope(), key) {
        Some(action) => {
            run(model, action);
            true
        }
        None if model.overlay.is_none() => elsewhere(model, key),
        None => false,
    }
}

/// Says where a key works that does nothing here; false if it does so nowhere.
fn elsewhere(model: &mut Model, key: KeyCombination) -> bool {
    let action = model.session.keys.elsewhere(key);
    let Some(entry) = action.and_then(Action::entry) else {
        return false;
    };
    let says = format!("{} works in {}", entry.title, entry.places());
    model.complain(sentence(&says));
    true
}

/// Does an action, or says why not.
fn run(model: &mut Model, action: Action) {
    if let Some(why) = action.why_not(model) {
        model.complain(sentence(&why));
        return;
    }
    match action {
        Action::Up => navigate::step(model, -1),
        Action::Down => navigate::step(model, 1),
        Action::PageUp => navigate::page(model, -1),
        Action::PageDown => navigate::page(model, 1),
        Action::First => navigate::step(model, isize::MIN),
        Action::Last => navigate::step(model, isize::MAX),
        Action::Open => navigate::open(model),
        Action::Back => back(model),
        Action::Quit => {
            if model.overlay.is_some() || !model.above.is_empty() {
                back(model);
            } else {
                quit(model);
            }
        }
        Action::Help => overlay::help(model, false),
        Action::Palette => overlay::help(model, true),
        Action::Copy => copy::offer(model),
        Action::Mouse => {
            model.mouse = !model.mouse;
            model.send(Effect::Mouse(model.mouse));
            model.say(if model.mouse {
                "The mouse selects and scrolls; with Shift most terminals still mark text."
            } else {
                "The mouse is left to the terminal."
            });
        }
        Action::Undo => undo::last(model),
        Action::Redo => undo::again(model),
        Action::Contacts => navigate::search(model),
        Action::History => navigate::history(model),
        Action::Privacy => {
            model.privacy = !model.privacy;
            model.say(if model.privacy {
                "Names, phones and messages are masked."
            } else {
                "Names, phones and messages are shown."
            });
        }
        Action::Reload => {
            model.send(Effect::Repaint);
            navigate::reload(model);
        }
        Action::Suspend => model.send(Effect::Suspend),
        Action::Filter => overlay::filter(model),
        Action::NextTab => queue::tab(model, 1),
        Action::PreviousTab => queue::tab(model, -1),
        Action::Sort => queue::sort(model),
        Action::Changes => navigate::changes(model),
        Action::Overview => navigate::overview(model),
        Action::Mark => mark::one(model),
        Action::MarkRange => mark::range(model),
        Action::MarkAll => mark::all(model),
        Action::Batch => batch::open(model),
        Action::Find => overlay::find(model),
        Action::FindNext => overlay::find_next(model),
        Action::Raw => overlay::raw(model),
        Action::Merge
        | Action::Relink
        | Action::KeepSeparate
        | Action::Accept
        | Action::Reject
        | Action::Defer => answer::begin(model, action),
        Action::Swap => answer::swap(model),
        Action::Reason => overlay::reason(model),
        Action::Evidence => overlay::evidence(model),
        Action::NextCase => navigate::beside(model, 1),
        Action::PreviousCase => navigate::beside(model, -1),
        Action::NextPane => navigate::pane(model, 1),
        Action::PreviousPane => navigate::pane(model, -1),
        Action::Left => navigate::side(model, -1),
        Action::Right => navigate::side(model, 1),
        Action::UndoEntry => undo::entry(model),
        Action::UndoBatch => undo::offer(model),
        Action::Proposals => navigate::proposals(model),
        Action::Confirm => proposal::confirm(model),
        Action::Withdraw => proposal::withdraw(model),
        Action::Verify => {
            // The verdict shows where an older notice stands.
            model.notice = None;
            let ticket = model.ask(Read::Verify);
            if let Some(Screen::History(history)) = model.above.last_mut() {
                history.verdict.ask(ticket, model.now);
            }
        }
    }
}

/// One step back.
fn back(model: &mut Model) {
    if batch::stop(model) || proposal::stop(model) {
        return;
    }
    match model.overlay.take() {
        Some(Overlay::Help(help)) => model.overlay = help.under.map(|under| *under),
        Some(_) => {}
        None if mark::give_up(model) || navigate::unfilter_history(model) => {}
        None if model.above.pop().is_some() => navigate::reload(model),
        None => queue::set_filter(model, ""),
    }
}

/// Ends, or asks first where a decision is being saved.
fn quit(model: &mut Model) {
    if batch::stop(model) {
        model.quit = Quit::WhenSaved;
        return;
    }
    if model.writing.is_some() && model.quit == Quit::Not {
        overlay::confirm_quit(model);
    } else {
        model.quit = Quit::Now;
    }
}

/// A reason as a sentence of its own.
pub(super) fn sentence(why: &str) -> String {
    let mut chars = why.chars();
    let Some(first) = chars.next() else {
        return String::new();
    };
    let end = if why.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    format!("{}{}{end}", first.to_uppercase(), chars.as_str())
}
