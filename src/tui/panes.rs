//! Panes: a heading that says in one line what is in them, and lines below.
//!
//! Where room is short, panes are stacked like an accordion: every heading
//! stays in sight with its summary, the focused pane gets what it wants, and
//! what is left goes to the others in turn.

use super::line::{clip, columns, justify, span};
use super::show::Show;
use crate::domain::text;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// A part of a screen.
pub(crate) struct Pane {
    /// Its name.
    pub(crate) title: &'static str,
    /// What is in it, in one line.
    pub(crate) summary: String,
    /// What is in it.
    pub(crate) lines: Vec<Line<'static>>,
    /// How many of the first lines stay where the others are scrolled.
    pub(crate) fixed: usize,
}

/// Splits a height among panes by how many lines each has: a row for every
/// heading first, then the lines of the focused one, then the others in `order`.
pub(crate) fn share(height: u16, lengths: &[usize], focus: usize, order: &[usize]) -> Vec<u16> {
    let mut heights: Vec<u16> = vec![0; lengths.len()];
    let mut left = height;
    for pane in &mut heights {
        *pane = left.min(1);
        left -= *pane;
    }
    let others = order.iter().copied().filter(|&i| i != focus);
    for i in std::iter::once(focus).chain(others) {
        if let (Some(pane), Some(&length)) = (heights.get_mut(i), lengths.get(i)) {
            let more = left.min(columns(length));
            // A line or two of a longer text say less than its summary.
            if i != focus && more < columns(length).min(3) {
                continue;
            }
            *pane += more;
            left -= more;
        }
    }
    heights
}

/// One rectangle under the other.
pub(crate) fn stack(area: Rect, heights: &[u16]) -> Vec<Rect> {
    let mut y = area.y;
    heights
        .iter()
        .map(|&height| {
            let rect = Rect { y, height, ..area };
            y = y.saturating_add(height);
            rect
        })
        .collect()
}

/// How far a pane of so many lines can be scrolled in this rectangle.
pub(crate) fn most(lines: usize, rect: Rect) -> usize {
    lines.saturating_sub(usize::from(rect.height.saturating_sub(1)))
}

/// Draws a pane: heading, and its lines from `scroll` on.
pub(crate) fn draw(
    frame: &mut Frame<'_>,
    show: &Show<'_>,
    rect: Rect,
    pane: &Pane,
    scroll: usize,
    is_focused: bool,
) {
    let rect = rect.intersection(frame.area());
    if rect.is_empty() {
        return;
    }
    let rows = usize::from(rect.height - 1);
    let scroll = scroll.min(most(pane.lines.len(), rect));
    let heading = Rect { height: 1, ..rect };
    frame.render_widget(
        title(show, pane, rect.width, rows, scroll, is_focused),
        heading,
    );
    let body = Rect {
        y: rect.y + 1,
        height: rect.height - 1,
        ..rect
    };
    // Where little room is left, what is scrolled needs it.
    let fixed = if pane.fixed * 2 <= rows {
        pane.fixed
    } else {
        0
    };
    let (head, rest) = pane.lines.split_at(fixed.min(pane.lines.len()));
    let rest = rest
        .iter()
        .skip(scroll)
        .take(rows.saturating_sub(head.len()));
    let seen: Vec<Line<'static>> = head.iter().chain(rest).cloned().collect();
    frame.render_widget(Paragraph::new(seen), body);
    if is_focused {
        frame.set_cursor_position((rect.x, rect.y));
    }
}

/// `▸ Messages  18, they do not overlap ─────── 4 more ↓`
fn title(
    show: &Show<'_>,
    pane: &Pane,
    width: u16,
    rows: usize,
    scroll: usize,
    is_focused: bool,
) -> Line<'static> {
    let theme = show.theme;
    let width = usize::from(width);
    let below = pane.lines.len().saturating_sub(scroll + rows);
    let more = match (scroll, below) {
        (0, 0) => String::new(),
        (_, 0) if rows > 0 => format!(" {scroll} more ↑"),
        (0, _) if rows > 0 => format!(" {below} more ↓"),
        _ if rows > 0 => format!(" {scroll} ↑ {below} ↓"),
        // Closed: the summary says enough.
        _ => String::new(),
    };
    let (mark, style) = if is_focused {
        ("▸ ", theme.accent)
    } else {
        ("  ", theme.strong)
    };
    let left = clip(
        vec![
            span(mark, style),
            span(pane.title, style),
            span("  ", theme.dim),
            span(pane.summary.clone(), theme.dim),
            span(" ", theme.dim),
        ],
        width.saturating_sub(text::width(&more)),
    );
    let used: usize = left.iter().map(|s| text::width(&s.content)).sum();
    let rule = width.saturating_sub(used + text::width(&more));
    let line = if is_focused { "━" } else { "─" };
    justify(
        left,
        vec![
            span(
                line.repeat(rule),
                if is_focused { style } else { theme.dim },
            ),
            span(more, theme.dim),
        ],
        width,
    )
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn headings_first_then_the_focus_then_the_rest() {
        let order = [0, 1, 2];
        assert_eq!(share(20, &[5, 30, 5], 1, &order), [1, 18, 1]);
        assert_eq!(share(20, &[5, 6, 5], 1, &order), [6, 7, 6]);
        assert_eq!(share(10, &[5, 6, 5], 0, &order), [6, 1, 1]);
        assert_eq!(share(11, &[5, 6, 2], 0, &order), [6, 4, 1]);
        assert_eq!(share(11, &[5, 6, 2], 0, &[2, 1, 0]), [6, 1, 3]);
        assert_eq!(share(2, &[5, 6, 5], 0, &order), [1, 1, 0]);
        assert_eq!(share(0, &[5], 0, &order), [0]);
        assert_eq!(share(9, &[], 0, &[]), [0; 0]);
    }
}
