//! The help: what can be done here, on which key, and why not now. What is
//! typed filters it, Enter does it; so it serves as a palette as well.

use super::{input_line, window};
use crate::domain::text;
use crate::tui::action::{Entry, TABLE};
use crate::tui::line::{clip, columns, span, wrap};
use crate::tui::model::{Help, Model};
use crate::tui::show::Show;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

/// The widest that it gets.
const WIDEST: u16 = 110;

/// The ids of the actions that fit what is typed, in the order of the table.
pub(crate) fn ids(help: &Help) -> Vec<&'static str> {
    let wanted = text::words(help.input.value());
    TABLE
        .iter()
        .filter(|entry| entry.works_in(help.scope))
        .filter(|entry| {
            let hay = text::fold(&format!("{} {} {}", entry.id, entry.title, entry.doc));
            wanted.iter().all(|word| hay.contains(word.as_str()))
        })
        .map(|entry| entry.id)
        .collect()
}

fn size(body: Rect) -> (u16, u16) {
    (body.width.min(WIDEST), body.height.min(30))
}

/// Rows of actions that fit: but for the border, what is typed, and two lines on
/// the one under the cursor.
pub(crate) fn rows(body: Rect) -> usize {
    usize::from(size(body).1.saturating_sub(5))
}

/// Draws it.
pub(crate) fn draw(model: &Model, help: &Help, show: &Show<'_>, frame: &mut Frame<'_>, body: Rect) {
    let theme = show.theme;
    let inner = window(frame, show, body, size(body), "What can be done here");
    let ids = ids(help);
    let line = |y| Rect {
        y,
        height: 1,
        ..inner
    };
    let width = usize::from(inner.width);
    for (n, id) in ids.iter().skip(help.list.top).take(rows(body)).enumerate() {
        let Some(entry) = Entry::of(id) else {
            continue;
        };
        let is_selected = help.list.cursor == Some(*id);
        let spans = row(model, help, entry, show, is_selected, width);
        frame.render_widget(
            Line::from(clip(spans, width)),
            line(inner.y + 1 + columns(n)),
        );
    }
    if let Some(entry) = help.list.current(&ids).and_then(Entry::of) {
        let says = match (entry.why_not)(model) {
            Some(why) => format!("{}. Not now: {why}", entry.doc),
            None => format!("{}.", entry.doc),
        };
        let says = wrap(&text::safe(&says), width.saturating_sub(2));
        for (n, part) in says.into_iter().take(2).enumerate() {
            let at = line((inner.bottom() - 2 + columns(n)).max(inner.y));
            frame.render_widget(Line::from(span(format!(" {part}"), theme.strong)), at);
        }
    }
    if ids.is_empty() {
        let says = " Nothing is called that; Backspace widens.";
        frame.render_widget(Line::from(span(says, theme.dim)), line(inner.y + 1));
    }
    input_line(
        frame,
        show,
        line(inner.y),
        " Find  ",
        &help.input,
        "type a word",
        "",
    );
}

fn row(
    model: &Model,
    help: &Help,
    entry: &Entry,
    show: &Show<'_>,
    is_selected: bool,
    width: usize,
) -> Vec<ratatui::text::Span<'static>> {
    let theme = show.theme;
    let why_not = (entry.why_not)(model);
    let style = |s: Style| if is_selected { theme.selected } else { s };
    let keys = model.session.keys.keys(help.scope, entry.action).join(" ");
    let (name, rest) = match &why_not {
        Some(why) => (theme.dim, format!("not now: {}", text::safe(why))),
        None => (theme.strong, entry.doc.to_owned()),
    };
    let keys_wide = if width < 80 { 10 } else { 14 };
    vec![
        span(
            format!(" {} ", text::pad(&keys, keys_wide)),
            style(theme.accent),
        ),
        span(format!("{} ", text::pad(entry.id, 15)), style(name)),
        span(
            text::pad(&rest, width.saturating_sub(keys_wide + 18)),
            style(theme.dim),
        ),
    ]
}
