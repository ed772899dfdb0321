//! The mouse, where it is listened to: a click selects a row or focuses a pane,
//! the wheel moves. No click decides and none opens: a hand that slips must not
//! answer a case.

use super::navigate;
use super::reply;
use crate::tui::list::List;
use crate::tui::model::{Model, Overlay, Screen};
use crate::tui::{overlays, screens, view};
use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};
use std::hash::Hash;

/// Lines that one notch of the wheel moves.
const NOTCH: isize = 3;

/// Takes a click or a turn of the wheel; false if nothing came of it.
pub(super) fn take(model: &mut Model, event: MouseEvent) -> bool {
    if !model.mouse {
        return false;
    }
    match event.kind {
        MouseEventKind::ScrollUp => navigate::wheel(model, -NOTCH),
        MouseEventKind::ScrollDown => navigate::wheel(model, NOTCH),
        MouseEventKind::Down(MouseButton::Left) => {
            return click(model, Position::new(event.column, event.row));
        }
        _ => return false,
    }
    true
}

/// The place in a list that a row of the screen shows.
fn row(area: Rect, at: Position, top: usize) -> Option<usize> {
    area.contains(at).then(|| top + usize::from(at.y - area.y))
}

/// Puts a cursor where it was clicked.
fn select<Id: Copy + Eq + Hash>(list: &mut List<Id>, ids: &[Id], area: Rect, at: Position) -> bool {
    let clicked = row(area, at, list.top).and_then(|n| ids.get(n));
    if let Some(&id) = clicked {
        list.cursor = Some(id);
    }
    clicked.is_some()
}

fn click(model: &mut Model, at: Position) -> bool {
    let body = view::body(model);
    match &mut model.overlay {
        Some(Overlay::Choice(choice)) => {
            let clicked = overlays::small::offer_at(choice, body, at);
            choice.cursor = clicked.unwrap_or(choice.cursor);
            return clicked.is_some();
        }
        Some(Overlay::Help(help)) => {
            let ids = overlays::help::ids(help);
            return select(&mut help.list, &ids, overlays::help::rows_area(body), at);
        }
        Some(Overlay::Evidence(evidence)) => {
            let ids = evidence.ids();
            let area = overlays::evidence::rows_area(evidence, body);
            let is_hit = select(&mut evidence.list, &ids, area, at);
            if is_hit {
                reply::load_payload(model);
            }
            return is_hit;
        }
        Some(_) => return false,
        None => {}
    }
    let pane = match model.above.last() {
        Some(Screen::Compare(_)) => screens::compare::pane_at(model, body, at),
        Some(Screen::Contact(_)) => screens::contact::pane_at(model, body, at),
        _ => None,
    };
    let rows = (model.above.last()).and_then(|screen| screens::rows_area(screen, body));
    match model.above.last_mut() {
        None => {
            let queue = &mut model.queue;
            let area = screens::queue::rows_area(body);
            let is_hit = select(&mut queue.list, &queue.order, area, at);
            if is_hit {
                queue.origin = None;
            }
            is_hit
        }
        Some(Screen::Compare(compare)) => {
            compare.pane = pane.unwrap_or(compare.pane);
            pane.is_some()
        }
        Some(Screen::Contact(person)) => {
            person.pane = pane.unwrap_or(person.pane);
            pane.is_some()
        }
        Some(screen) => match (rows.and_then(|rows| row(rows, at, 0)), screen.list_mut()) {
            (Some(n), Some(list)) => list.select(n),
            _ => false,
        },
    }
}
