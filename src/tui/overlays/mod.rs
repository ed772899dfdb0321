//! What lies over a screen: help, a line to type, a choice, evidence, the
//! preview of an undo. A file for each that is more than a few lines.

mod batch;
pub(crate) mod evidence;
pub(crate) mod help;
mod preview;
pub(crate) mod small;

use super::line::{clip, columns, justify, span};
use super::model::{Asks, Model, Overlay, Stage};
use super::show::Show;
use super::view;
use crate::domain::text;
use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::Span;
use ratatui::widgets::{Block, BorderType, Clear, Widget as _};
use tui_input::Input;

/// Rows and lines that an overlay's list and text have room for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bounds {
    /// Rows of its list.
    pub(crate) rows: usize,
    /// How far its text can be scrolled.
    pub(crate) scroll: usize,
}

/// What the overlay in sight has room for.
pub(crate) fn bounds(model: &Model) -> Bounds {
    let area = view::body(model);
    match &model.overlay {
        Some(Overlay::Evidence(evidence)) => evidence::bounds(evidence, model.privacy, area),
        Some(Overlay::Help(_)) => Bounds {
            rows: help::rows(area),
            scroll: 0,
        },
        Some(Overlay::Batch(batch)) => batch::bounds(batch, &model.show(), area),
        Some(Overlay::Preview(preview)) => Bounds {
            rows: 0,
            scroll: preview::most(preview, &model.show(), area),
        },
        _ => Bounds::default(),
    }
}

/// Draws it.
pub(crate) fn draw(
    model: &Model,
    overlay: &Overlay,
    show: &Show<'_>,
    frame: &mut Frame<'_>,
    body: Rect,
) {
    match overlay {
        Overlay::Help(help) => help::draw(model, help, show, frame, body),
        Overlay::Evidence(evidence) => evidence::draw(evidence, show, frame, body),
        Overlay::Prompt(prompt) => {
            if let Some(under) = &prompt.under {
                draw(model, under, show, frame, body);
            }
            small::prompt(model, prompt, show, frame, body);
        }
        Overlay::Choice(choice) => small::choice(choice, show, frame, body),
        Overlay::Batch(batch) => batch::draw(batch, show, frame, body),
        Overlay::Preview(preview) => preview::draw(preview, show, frame, body),
    }
}

/// What the hint bar says while an overlay is open, or where text is typed.
pub(crate) fn hints(model: &Model) -> Option<Vec<(String, String)>> {
    let list = |hints: &[(&str, &str)]| {
        let own = |(key, does): &(&str, &str)| ((*key).to_owned(), (*does).to_owned());
        Some(hints.iter().map(own).collect())
    };
    match &model.overlay {
        Some(Overlay::Help(_)) => list(&[("Enter", "does it"), ("↑ ↓", "move"), ("Esc", "closes")]),
        Some(Overlay::Prompt(prompt)) if prompt.asks == Asks::Filter => {
            list(&[("Enter", "keeps the filter"), ("Esc", "clears it")])
        }
        Some(Overlay::Prompt(_)) => list(&[("Enter", "takes it"), ("Esc", "leaves it")]),
        Some(Overlay::Choice(_)) => {
            list(&[("Enter", "takes it"), ("↑ ↓", "move"), ("Esc", "leaves it")])
        }
        Some(Overlay::Evidence(_)) => list(&[
            ("↑ ↓", "other evidence"),
            ("Ctrl-d Ctrl-u", "scroll"),
            ("Esc", "closes"),
            ("n", "next mark"),
            ("/", "find"),
            ("r", "raw"),
        ]),
        Some(Overlay::Batch(batch)) => match batch.stage {
            Stage::Preview => list(&[
                (
                    "Tab",
                    if batch.is_proposing() {
                        "Cancel or Propose"
                    } else {
                        "Cancel or Apply"
                    },
                ),
                ("Enter", "takes it"),
                ("Esc", "leaves it"),
                ("- +", "how sure"),
                ("↑ ↓", "scroll"),
            ]),
            Stage::Running { .. } => list(&[("Esc", "stops it")]),
            Stage::Ended(_) => list(&[("↑ ↓", "scroll"), ("Enter", "closes")]),
        },
        Some(Overlay::Preview(preview)) => match &preview.outcome {
            Some(Ok(_)) if bounds(model).scroll == 0 => {
                list(&[("Enter", "does it"), ("Esc", "leaves it")])
            }
            Some(Ok(_)) => list(&[
                ("Enter", "does it"),
                ("↑ ↓", "scroll"),
                ("Esc", "leaves it"),
            ]),
            Some(Err(r)) if !r.by_decisions.is_empty() => {
                list(&[("c", "undo those too"), ("Esc", "leaves it")])
            }
            _ => list(&[("Esc", "leaves it")]),
        },
        None if model.scope().is_typing() => list(&[
            ("Enter", "opens"),
            ("↑ ↓", "move"),
            ("Esc", "back"),
            ("F1", "help"),
        ]),
        None => None,
    }
}

/// A box over the middle of the body; what is inside of it.
fn window(
    frame: &mut Frame<'_>,
    show: &Show<'_>,
    body: Rect,
    (width, height): (u16, u16),
    title: &str,
) -> Rect {
    let area = middle(body, (width, height)).intersection(frame.area());
    // Without a border nothing tells it from what it lies on.
    frame.render_widget(Clear, if show.is_plain { body } else { area });
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(show.theme.dim)
        .title(span(
            format!(
                " {} ",
                text::cell(title, usize::from(width).saturating_sub(6))
            ),
            show.theme.accent,
        ));
    let inner = block.inner(area);
    block.render(area, frame.buffer_mut());
    inner
}

/// A rectangle of this size, as far as it fits, in the middle of another.
fn middle(body: Rect, (width, height): (u16, u16)) -> Rect {
    let width = width.min(body.width);
    let height = height.min(body.height);
    Rect {
        x: body.x + (body.width - width) / 2,
        y: body.y + (body.height - height) / 2,
        width,
        height,
    }
}

/// What is inside of a border.
fn inside(area: Rect) -> Rect {
    area.inner(Margin::new(1, 1))
}

/// A line that is typed into: label, text, what stands at its end.
pub(crate) fn input_line(
    frame: &mut Frame<'_>,
    show: &Show<'_>,
    area: Rect,
    label: &str,
    input: &Input,
    hint: &str,
    tail: &str,
) {
    if area.is_empty() {
        return;
    }
    let theme = show.theme;
    let width = usize::from(area.width);
    let used = text::width(label);
    // What is typed stays in sight beside a long complaint.
    let typed = text::width(input.value()).max(12).min(width / 2);
    let tail = text::cell(tail, width.saturating_sub(used + typed + 2));
    let room = width.saturating_sub(used + text::width(&tail) + 1);
    // Made safe first: what was pasted may hold anything.
    let before: String = input.value().chars().take(input.cursor()).collect();
    let before = text::safe(&before).into_owned();
    let whole = text::safe(input.value()).into_owned();
    let at = text::width(&before);
    let skip = (at + 1).saturating_sub(room);
    let shown = if skip == 0 {
        whole
    } else {
        let mut gone = 0;
        let rest: String = whole
            .chars()
            .skip_while(|c| {
                gone += text::width(&c.to_string());
                gone <= skip
            })
            .collect();
        rest
    };
    let field = if input.value().is_empty() {
        span(text::cell(hint, room), theme.dim)
    } else {
        span(text::cell(&shown, room), theme.strong)
    };
    let line = justify(
        clip(
            vec![span(label, theme.accent), field, Span::raw(" ")],
            width,
        ),
        vec![span(tail, theme.dim)],
        width,
    );
    frame.render_widget(Clear, area);
    frame.render_widget(line, area);
    let x = area.x + columns((used + at - skip).min(width.saturating_sub(1)));
    frame.set_cursor_position((x, area.y));
}
