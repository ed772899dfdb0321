//! The queue: one line a case, and beside it the case under the cursor.
//!
//! ```text
//!  Open 41   Deferred 3   Resolved 112   All 156
//!  ≠ conflict 12   → change 20   → collision 5
//!  what          who                            in dispute          suggested       age
//!  ≠ conflict    Ana Souza · +55 11 98765 4321  +55 11 98765 4321   merge  ━━━━ 96%  2h │ preview
//! ```
//!
//! No key decides here. Below 100 columns the case under the cursor stands in
//! two or three lines at the bottom instead of beside the list.

mod grid;
mod preview;

use crate::domain::case::CaseState;
use crate::domain::text;
use crate::review::page::CaseRow;
use crate::tui::action::Action;
use crate::tui::keymap::Scope;
use crate::tui::line::{clip, columns, justify, span, wrap};
use crate::tui::model::{Model, Queue, Tab};
use crate::tui::show::{self, Show};
use grid::Grid;
use preview::{brief_lines, preview_lines};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// From this width on, a preview stands beside the list.
const WIDE: u16 = 100;
/// Lines above the list: tabs, kinds, heads of the columns.
const HEAD: u16 = 3;

/// Rows of cases that fit.
pub(crate) fn rows_height(area: Rect) -> usize {
    usize::from(rows_area(area).height)
}

/// Where the rows of cases stand, for the mouse.
pub(crate) fn rows_area(area: Rect) -> Rect {
    let list = split(area).0;
    Rect {
        y: list.y.saturating_add(1),
        height: list.height.saturating_sub(1),
        ..list
    }
}

/// Draws it.
pub(crate) fn draw(model: &Model, show: &Show<'_>, frame: &mut Frame<'_>, area: Rect) {
    let queue = &model.queue;
    let row = |y| Rect {
        y,
        height: 1,
        ..area
    };
    frame.render_widget(tabs(model, show, area.width), row(area.y));
    frame.render_widget(kinds(queue, show, area.width), row(area.y + 1));
    let (list, preview) = split(area);
    if queue.order.is_empty() {
        let says = empty(model, show);
        let below = Rect {
            y: list.y + 1,
            height: list.height.saturating_sub(1),
            ..area
        };
        frame.render_widget(Paragraph::new(says), below);
        frame.set_cursor_position((area.x, area.y));
        return;
    }
    let is_beside = area.width >= WIDE;
    let grid = Grid::of(list.width, is_beside);
    let heads = Rect { height: 1, ..list };
    frame.render_widget(grid.heads(show), heads);
    let rows = usize::from(list.height.saturating_sub(1));
    let drawn = queue.marks.drawn(&queue.order, queue.list.cursor);
    for (n, id) in queue
        .order
        .iter()
        .skip(queue.list.top)
        .take(rows)
        .enumerate()
    {
        let at = Rect {
            y: list.y + 1 + columns(n),
            height: 1,
            ..list
        };
        let is_selected = queue.list.cursor == Some(*id);
        let is_marked = queue.marks.has(*id) || drawn.contains(id);
        let line = match queue.rows.get(id) {
            Some(case) => {
                let instead = instead(queue, case);
                grid.row(case, show, is_selected, is_marked, instead)
            }
            // It is on its way.
            None => Line::from(span("   …", show.theme.dim)),
        };
        frame.render_widget(line, at);
        if is_selected {
            frame.set_cursor_position((at.x, at.y));
        }
    }
    let Some(case) = queue.under_cursor() else {
        return;
    };
    if is_beside {
        let inner = Rect {
            x: preview.x + 2,
            width: preview.width.saturating_sub(3),
            ..preview
        };
        for y in preview.y..preview.bottom() {
            let bar = Rect::new(preview.x, y, 1, 1);
            frame.render_widget(Line::from(span("│", show.theme.dim)), bar);
        }
        let lines = preview_lines(case, show, usize::from(inner.width));
        frame.render_widget(Paragraph::new(lines), inner);
    } else {
        let lines = brief_lines(case, show, preview);
        frame.render_widget(Paragraph::new(lines), preview);
    }
}

/// The list, and the preview beside or below it.
fn split(area: Rect) -> (Rect, Rect) {
    let below = Rect {
        y: area.y + HEAD - 1,
        height: area.height.saturating_sub(HEAD - 1),
        ..area
    };
    if area.width < WIDE {
        let height = if area.height < 16 { 2 } else { 4 };
        let list = Rect {
            height: below.height.saturating_sub(height),
            ..below
        };
        let preview = Rect {
            y: list.bottom(),
            height: below.height - list.height,
            ..below
        };
        return (list, preview);
    }
    let wide = (area.width * 5 / 8).max(60);
    let list = Rect {
        width: wide,
        ..below
    };
    let preview = Rect {
        x: below.x + wide,
        width: below.width - wide,
        ..below
    };
    (list, preview)
}

/// ` Open 41   Deferred 3   Resolved 112   All 156`
/// and at the right what waits for another operator.
fn tabs(model: &Model, show: &Show<'_>, width: u16) -> Line<'static> {
    let theme = show.theme;
    let queue = &model.queue;
    let mut spans = vec![Span::raw(" ")];
    for tab in Tab::ALL {
        let count = queue
            .total(tab)
            .map_or_else(String::new, |n| format!(" {}", show::number(n)));
        let label = format!("{}{count}", tab.title());
        if tab == queue.tab {
            spans.push(span(format!("[{label}]"), theme.accent));
        } else {
            spans.push(span(format!(" {label} "), theme.dim));
        }
        spans.push(Span::raw(" "));
    }
    let mut right = Vec::new();
    if model.waiting > 0 {
        let n = i64::try_from(model.waiting).unwrap_or(i64::MAX);
        let key = (model.session.keys).key(Scope::Queue, Action::Proposals);
        let says = format!("! {} proposed, {key} ", show::number(n));
        right.push(span(says, theme.warn));
    }
    justify(spans, right, usize::from(width))
}

/// How a case stands, where that is not what all of the list have in common.
fn instead(queue: &Queue, row: &CaseRow) -> Option<&'static str> {
    match row.state {
        _ if queue.proposed.contains(&row.case) => Some("proposed"),
        _ if queue.tab != Tab::All => None,
        CaseState::Open => None,
        CaseState::Deferred => Some("deferred"),
        CaseState::Resolved => Some("answered"),
        CaseState::Superseded => Some("moot"),
    }
}

/// `≠ conflict 12   → change 20`: kinds of the state shown, the most first.
fn kinds(queue: &Queue, show: &Show<'_>, width: u16) -> Line<'static> {
    let mut counts: Vec<(&str, &str, i64)> = Vec::new();
    for (kind, state, n) in queue.counts.value.iter().flatten() {
        if *n == 0 || queue.tab.state().is_some_and(|s| s != *state) {
            continue;
        }
        let (sign, word) = show::short(*kind);
        match counts.iter_mut().find(|(_, w, _)| *w == word) {
            Some(seen) => seen.2 += n,
            None => counts.push((sign, word, *n)),
        }
    }
    counts.sort_by_key(|(_, _, n)| std::cmp::Reverse(*n));
    let spans = counts
        .into_iter()
        .map(|(sign, word, n)| {
            span(
                format!("  {sign} {word} {}", show::number(n)),
                show.theme.dim,
            )
        })
        .collect();
    Line::from(clip(spans, usize::from(width)))
}

/// What to do where nothing is shown.
fn empty(model: &Model, show: &Show<'_>) -> Vec<Line<'static>> {
    let theme = show.theme;
    let queue = &model.queue;
    let (first, second) = if let Some(error) = &queue.page.error {
        (
            "The queue could not be read.".to_owned(),
            show.sentence(error),
        )
    } else if queue.page.value.is_none() {
        return Vec::new();
    } else if !queue.filter.is_empty() && queue.total(queue.tab) != Some(0) {
        (
            format!("Nothing here fits “{}”.", text::safe(&queue.filter.text)),
            "Esc clears the filter, / changes it.".into(),
        )
    } else {
        match queue.tab {
            Tab::Open => (
                "No open cases.".into(),
                "`reunite ingest FILE` brings traffic in; c looks at the contacts, H at what was decided.".into(),
            ),
            Tab::Deferred => (
                "Nothing is deferred.".into(),
                "z in a case asks it again later.".into(),
            ),
            Tab::Resolved => (
                "Nothing was answered yet.".into(),
                "Tab goes back to the open cases.".into(),
            ),
            Tab::All => (
                "There are no cases.".into(),
                "`reunite ingest FILE` brings traffic in.".into(),
            ),
        }
    };
    let mut lines = vec![Line::from(span(format!("  {first}"), theme.strong))];
    let room = usize::from(model.size.0).saturating_sub(4);
    lines.extend(
        wrap(&second, room)
            .into_iter()
            .map(|line| Line::from(span(format!("  {line}"), theme.dim))),
    );
    lines
}

/// What the status line says: how many of how many, the filter, the order.
pub(crate) fn status(model: &Model, show: &Show<'_>) -> Vec<Span<'static>> {
    let theme = show.theme;
    let queue = &model.queue;
    let mut parts: Vec<String> = Vec::new();
    if let Some(at) = queue.list.place(queue.ids())
        && queue.filter.text.is_empty()
    {
        let at = i64::try_from(at + 1).unwrap_or(0);
        parts.push(format!("{} of {}", show::number(at), queue.extent()));
    }
    let is_marking = !queue.marks.is_empty();
    if !queue.filter.text.is_empty() {
        let (fit, typed) = (queue.share(), text::safe(&queue.filter.text));
        parts.push(match &queue.filter.complaint {
            // Else a mistyped term would seem to fit all that are shown.
            Some(why) if is_marking => format!("{fit} fit the rest: {why}"),
            Some(why) => format!("{fit} fit the rest of “{typed}”: {why}"),
            // Esc takes the marks away first, which is said behind.
            None if is_marking => format!("{fit} fit"),
            None => format!("{fit} fit “{typed}”, Esc clears"),
        });
    }
    if !queue.order.is_empty() && !is_marking {
        parts.push(queue.sort.title().into());
    }
    if let Some(error) = &queue.page.error
        && !queue.order.is_empty()
    {
        return vec![span(format!(" ! {}", show.sentence(error)), theme.warn)];
    }
    let mut spans = vec![span(format!(" {}", parts.join(", ")), theme.dim)];
    let (ids, whole) = (queue.ids(), queue.whole());
    spans.extend(super::marked(
        &queue.marks,
        ids,
        queue.list.cursor,
        whole,
        show,
    ));
    spans
}
