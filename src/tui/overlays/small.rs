//! The small ones: a line to type, a choice of a few, the preview of an undo.

use super::{input_line, inside, middle, window};
use crate::domain::text;
use crate::tui::line::{clip, columns, hanging, span};
use crate::tui::model::{Asks, Choice, Model, Preview, Prompt};
use crate::tui::show::{self, Show};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

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
    let (label, hint, tail) = match &prompt.asks {
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

/// Columns of the preview of an undo.
fn preview_width(body: Rect) -> u16 {
    body.width.min(76)
}

/// How far the preview of an undo can be scrolled.
pub(super) fn preview_most(preview: &Preview, show: &Show<'_>, body: Rect) -> usize {
    let lines = preview_lines(preview, show, preview_width(body)).len();
    lines.saturating_sub(usize::from(body.height.saturating_sub(2)))
}

fn preview_lines(preview: &Preview, show: &Show<'_>, width: u16) -> Vec<Line<'static>> {
    let theme = show.theme;
    let room = usize::from(width.saturating_sub(4));
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut say = |text: &str, style: Style| {
        lines.extend(hanging(vec![Span::raw(" ")], text, style, room));
    };
    match &preview.outcome {
        None => say("Working out what it would do…", theme.dim),
        Some(Ok(done)) if done.is_empty() => say("Nothing would change.", theme.dim),
        Some(Ok(done)) => {
            if done.len() > 1 {
                let n = i64::try_from(done.len()).unwrap_or(i64::MAX);
                let says = format!(
                    "{} would be taken back:",
                    show::count(n, "decision", "decisions")
                );
                say(&says, theme.strong);
            }
            for one in done {
                say(&show.sentence(&one.summary), Style::new());
            }
            say("", theme.dim);
            say(
                "Traffic that came since falls where its identifiers say.",
                theme.dim,
            );
        }
        Some(Err(refusal)) => {
            say("Not possible now.", theme.warn);
            say(&show.sentence(&refusal.detail), Style::new());
            if !refusal.by_decisions.is_empty() {
                let ids: Vec<String> = refusal
                    .by_decisions
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                say(
                    &format!("Decisions that stand on it: {}.", ids.join(", ")),
                    theme.dim,
                );
            }
        }
    }
    lines
}

/// Draws what an undo would do.
pub(super) fn preview(preview: &Preview, show: &Show<'_>, frame: &mut Frame<'_>, body: Rect) {
    let width = preview_width(body);
    let lines = preview_lines(preview, show, width);
    let height = columns(lines.len() + 2);
    let inner = window(frame, show, body, (width, height), &preview.title);
    let rows = usize::from(inner.height);
    let scroll = preview.scroll.min(lines.len().saturating_sub(rows));
    let seen: Vec<Line<'static>> = lines.into_iter().skip(scroll).take(rows).collect();
    frame.render_widget(Paragraph::new(seen), inner);
    frame.set_cursor_position((inner.x, inner.y));
}
