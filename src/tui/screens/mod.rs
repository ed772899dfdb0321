//! The screens, a file each: how they are laid out and drawn from the model.

mod axis;
pub(crate) mod changes;
pub(crate) mod compare;
pub(crate) mod contact;
pub(crate) mod history;
mod listed;
pub(crate) mod overview;
pub(crate) mod proposals;
pub(crate) mod queue;
pub(crate) mod search;
pub(crate) mod timeline;

use super::line::span;
use super::marks::Marks;
use super::model::Screen;
use super::show::{self, Show};
use crate::domain::ids::CaseId;
use ratatui::layout::Rect;
use ratatui::text::Span;

/// Where the rows of a screen stand that is a list read as a whole.
pub(crate) fn rows_area(screen: &Screen, body: Rect) -> Option<Rect> {
    match screen {
        Screen::History(_) => Some(history::DETAIL.rows_area(body)),
        Screen::Search(_) => Some(search::rows_area(body)),
        Screen::Changes(_) => Some(changes::DETAIL.rows_area(body)),
        Screen::Proposals(_) => Some(proposals::DETAIL.rows_area(body)),
        Screen::Compare(_) | Screen::Contact(_) | Screen::Overview(_) => None,
    }
}

/// What the status line says of marks: how many, and what to do with them.
fn marked(
    marks: &Marks,
    list: &[CaseId],
    cursor: Option<CaseId>,
    whole: usize,
    show: &Show<'_>,
) -> Option<Span<'static>> {
    if marks.is_empty() {
        return None;
    }
    let count = i64::try_from(marks.count(whole, list, cursor)).unwrap_or(i64::MAX);
    let what = if marks.is_drawing() {
        "v ends the range"
    } else {
        "B shows the batch, Esc unmarks"
    };
    let says = format!("   ● {} marked, {what}", show::number(count));
    Some(span(says, show.theme.accent))
}
