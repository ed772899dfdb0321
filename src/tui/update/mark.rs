//! Marks of the list in sight: one, a range, all that fit.

use crate::domain::ids::CaseId;
use crate::tui::marks::Marks;
use crate::tui::model::{Model, Screen};

/// The marks of the list in sight, its cases and its cursor.
pub(super) fn marked(model: &mut Model) -> Option<(&mut Marks, Vec<CaseId>, Option<CaseId>)> {
    match model.above.last_mut() {
        None => {
            let queue = &mut model.queue;
            let ids = queue.ids().to_vec();
            let cursor = queue.list.current(&ids);
            Some((&mut queue.marks, ids, cursor))
        }
        Some(Screen::Changes(changes)) => {
            let ids = changes.cases.ids();
            let cursor = changes.cases.list.current(&ids);
            Some((&mut changes.marks, ids, cursor))
        }
        Some(_) => None,
    }
}

/// Marks the case under the cursor and goes on to the next; ends a range.
pub(super) fn one(model: &mut Model) {
    let Some((marks, ids, Some(cursor))) = marked(model) else {
        return;
    };
    if marks.is_drawing() {
        marks.range(&ids, cursor);
        return;
    }
    marks.toggle(cursor);
    super::navigate::step(model, 1);
}

/// Begins a range at the cursor, or ends it there.
pub(super) fn range(model: &mut Model) {
    if let Some((marks, ids, Some(cursor))) = marked(model) {
        marks.range(&ids, cursor);
    }
}

/// Marks all that fit, or none.
pub(super) fn all(model: &mut Model) {
    if let Some((marks, _, _)) = marked(model) {
        marks.all();
    }
}

/// Gives up a range being drawn, else all marks; false if there are none.
pub(super) fn give_up(model: &mut Model) -> bool {
    let Some((marks, _, _)) = marked(model) else {
        return false;
    };
    if marks.give_up_range() {
        return true;
    }
    let had_any = !marks.is_empty();
    marks.clear();
    had_any
}
