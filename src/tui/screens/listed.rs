//! A list, and below it what is under its cursor: heads, a line a row, a rule,
//! as many lines of detail as there is room for.
//!
//! ```text
//!    heads of the columns
//!  ▸ a row
//!    another
//!  ── what is under the cursor ───────────
//!  details
//! ```
//!
//! What a row says and what is told of it is the screen's own.

use crate::domain::text;
use crate::tui::line::{columns, span};
use crate::tui::list::{Listed, Row};
use crate::tui::show::Show;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// Lines of detail, with its heading: on few rows, on more, on many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Detail(pub(super) [u16; 3]);

impl Detail {
    fn area(self, area: Rect) -> Rect {
        let Detail([few, more, many]) = self;
        let height = match area.height {
            ..16 => few,
            16..30 => more,
            _ => many,
        };
        Rect {
            y: area.bottom().saturating_sub(height),
            height,
            ..area
        }
    }

    /// Where the rows of the list are drawn.
    pub(super) fn rows_area(self, area: Rect) -> Rect {
        Rect {
            y: area.y.saturating_add(1),
            height: area.height.saturating_sub(1 + self.area(area).height),
            ..area
        }
    }
}

/// A screen that is such a list.
pub(super) trait Sheet {
    /// What stands in it.
    type Row: Row;
    /// Room for what is under the cursor.
    const DETAIL: Detail;

    /// The list.
    fn listed(&self) -> &Listed<Self::Row>;

    /// What stands there where there is no row: a sentence, and what to do.
    fn nothing(&self) -> [&'static str; 2];

    /// What stands there where it could not be read.
    fn failed(&self) -> &'static str;

    /// The heads of the columns.
    fn heads(&self, show: &Show<'_>) -> Line<'static>;

    /// A row, and whether the cursor is on it.
    fn line(&self, row: &Self::Row, show: &Show<'_>, is_selected: bool) -> Line<'static>;

    /// What the row under the cursor is called.
    fn title(&self, row: &Self::Row) -> String;

    /// What is told of it.
    fn detail(&self, row: &Self::Row, show: &Show<'_>, width: usize) -> Vec<Line<'static>>;
}

/// Draws it; the terminal's cursor stands on the row that is selected.
pub(super) fn draw<S: Sheet>(sheet: &S, show: &Show<'_>, frame: &mut Frame<'_>, area: Rect) {
    frame.set_cursor_position((area.x, area.y));
    let listed = sheet.listed();
    if listed.shown().is_empty() {
        frame.render_widget(Paragraph::new(nothing(sheet, show)), area);
        return;
    }
    let line = |y| Rect {
        y,
        height: 1,
        ..area
    };
    frame.render_widget(sheet.heads(show), line(area.y));
    let rows = S::DETAIL.rows_area(area);
    let seen = listed.shown().iter().skip(listed.list.top);
    for (n, row) in seen.take(usize::from(rows.height)).enumerate() {
        let at = line(rows.y + columns(n));
        let is_selected = listed.list.cursor == Some(row.id());
        frame.render_widget(sheet.line(row, show, is_selected), at);
        if is_selected {
            frame.set_cursor_position((at.x, at.y));
        }
    }
    if let Some(row) = listed.under_cursor() {
        let below = S::DETAIL.area(area);
        let width = usize::from(below.width);
        let mut lines = vec![rule(&sheet.title(row), width, show)];
        lines.extend(sheet.detail(row, show, width));
        lines.truncate(usize::from(below.height));
        frame.render_widget(Paragraph::new(lines), below);
    }
}

/// Why no row is there: not read, not there, or not told yet.
fn nothing<S: Sheet>(sheet: &S, show: &Show<'_>) -> Vec<Line<'static>> {
    let theme = show.theme;
    let slot = &sheet.listed().rows;
    let says = |first: &str, second: &str| {
        vec![
            Line::from(span(format!("  {first}"), theme.strong)),
            Line::from(span(format!("  {second}"), theme.dim)),
        ]
    };
    let [first, second] = sheet.nothing();
    match (&slot.error, &slot.value) {
        (Some(error), _) => says(sheet.failed(), &show.sentence(error)),
        (None, Some(_)) => says(first, second),
        (None, None) => Vec::new(),
    }
}

/// `── Case 9 ──────`
fn rule(title: &str, width: usize, show: &Show<'_>) -> Line<'static> {
    let heading = format!("  {title} ");
    let rest = width.saturating_sub(text::width(&heading));
    Line::from(vec![
        span(heading, show.theme.strong),
        span("─".repeat(rest), show.theme.dim),
    ])
}
