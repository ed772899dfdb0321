//! The screens, a file each: how they are laid out and drawn from the model.

mod axis;
pub(crate) mod changes;
pub(crate) mod compare;
pub(crate) mod contact;
pub(crate) mod history;
pub(crate) mod overview;
pub(crate) mod proposals;
pub(crate) mod queue;
pub(crate) mod search;
pub(crate) mod timeline;

use super::line::span;
use super::marks::Marks;
use super::show::{self, Show};
use crate::domain::ids::CaseId;
use ratatui::text::Span;

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
