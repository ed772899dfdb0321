//! The small ones: a line to type, a choice of a few.

use super::{input_line, inside, middle, window};
use crate::domain::text;
use crate::tui::line::{clip, columns, span};
use crate::tui::model::{Asks, Choice, Model, Prompt};
use crate::tui::show::Show;
use crate::tui::worker::Settle;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::Line;

/// Draws a line to type, where the status line stands.
pub(super) fn prompt(
    model: &Model,
    prompt: &Prompt,
    show: &Show<'_>,
    frame: &mut Frame<'_>,
    body: Rect,
) {
    let area = Rect {
        y: body.bottom().saturating_sub(1),
        height: 1,
        ..body
    };
    let typed;
    let (label, hint, tail) = match &prompt.asks {
        Asks::Settle(how, ids) => {
            let (label, does) = match how {
                Settle::Confirm => (" Confirm  ", "confirm"),
                Settle::Withdraw => (" Withdraw  ", "withdraw"),
            };
            typed = format!("type {} to {does} so many at once", ids.len());
            (
                label,
                typed.as_str(),
                prompt.complaint.clone().unwrap_or_default(),
            )
        }
        Asks::Filter => {
            let queue = &model.queue;
            let count = queue.share();
            let tail = format!("{} ", queue.filter.complaint.as_ref().unwrap_or(&count));
            (
                " Filter  ",
                "words, kind:change, conf>0.9, phone:5511, age>7d, !not",
                tail,
            )
        }
        Asks::Entries => (
            " Filter  ",
            "operator:ines contact:3 batch:5",
            prompt.complaint.clone().unwrap_or_default(),
        ),
        Asks::Find => (" Find  ", "a text in the payload", String::new()),
        Asks::Reason => (" Reason  ", "why the next decision is right", String::new()),
        Asks::Target(_) => (
            " Contact  ",
            "its number, such as 12",
            prompt.complaint.clone().unwrap_or_default(),
        ),
    };
    input_line(frame, show, area, label, &prompt.input, hint, &tail);
}

fn widest<'a>(texts: impl Iterator<Item = &'a String>) -> usize {
    texts.map(|text| text::width(text)).max().unwrap_or(0)
}

fn size(choice: &Choice) -> (u16, u16) {
    let labels = widest(choice.options.iter().map(|offer| &offer.label));
    let notes = widest(choice.options.iter().map(|offer| &offer.note));
    let wanted = (labels + notes + 12).max(text::width(&choice.title) + 6);
    (columns(wanted), columns(choice.options.len() + 2))
}

/// The first one drawn: few fit on a small screen, and the cursor stays among
/// them.
fn top(choice: &Choice, inner: Rect) -> usize {
    (choice.cursor + 1).saturating_sub(usize::from(inner.height))
}

/// The one drawn at a row of the screen, for the mouse.
pub(crate) fn offer_at(choice: &Choice, body: Rect, at: Position) -> Option<usize> {
    let inner = inside(middle(body, size(choice)));
    let row = usize::from(at.y.checked_sub(inner.y)?);
    let n = top(choice, inner) + row;
    (inner.contains(at) && n < choice.options.len()).then_some(n)
}

/// Draws a choice.
pub(super) fn choice(choice: &Choice, show: &Show<'_>, frame: &mut Frame<'_>, body: Rect) {
    let theme = show.theme;
    let labels = widest(choice.options.iter().map(|offer| &offer.label));
    let inner = window(frame, show, body, size(choice), &choice.title);
    let width = usize::from(inner.width);
    let rows = usize::from(inner.height);
    let all = 0..choice.options.len();
    for (row, n) in all.skip(top(choice, inner)).take(rows).enumerate() {
        let offer = &choice.options[n];
        let is_selected = n == choice.cursor;
        let style = |s: Style| if is_selected { theme.selected } else { s };
        let spans = vec![
            span(format!(" {} ", n + 1), style(theme.accent)),
            span(
                format!(
                    "{}  ",
                    text::pad(&offer.label, labels.min(width.saturating_sub(8)))
                ),
                style(Style::new()),
            ),
            span(
                text::pad(&offer.note, width.saturating_sub(labels + 5)),
                style(theme.dim),
            ),
        ];
        let area = Rect {
            y: inner.y + columns(row),
            height: 1,
            ..inner
        };
        frame.render_widget(Line::from(clip(spans, width)), area);
        if is_selected {
            frame.set_cursor_position((area.x, area.y));
        }
    }
}
