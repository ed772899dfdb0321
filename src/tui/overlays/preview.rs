//! What an undo would do: each decision that it takes back, and what that
//! changes.
//!
//! ```text
//!  ╭ Undo of all that you answered since 12 Apr 2026 09:30 ─────────╮
//!  │ 60 decisions would be taken back.                              │
//!  │ Decision 41 (merge)                                            │
//!  │   case 7: answered → open                                      │
//!  │   #9: part of #3, Ana Souza → by itself, +55 11 98765 4321     │
//!  │                                                                │
//!  │ Type 60 and press Enter to do it: 6                            │
//!  ╰────────────────────────────────────────────────────────────────╯
//! ```

use super::window;
use crate::domain::case::CaseState;
use crate::domain::text;
use crate::review::page::{Difference, Done};
use crate::tui::line::{clip, columns, hanging, span};
use crate::tui::model::Preview;
use crate::tui::show::{self, Show};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// The widest that it gets.
const WIDEST: u16 = 76;
/// Decisions that are told one by one.
const TOLD: usize = 100;

/// Rows for what is told; the last one is for the number that is typed.
fn rows(preview: &Preview, body: Rect) -> usize {
    let foot = u16::from(preview.is_typed());
    usize::from(body.height.saturating_sub(2 + foot))
}

/// How far it can be scrolled.
pub(super) fn most(preview: &Preview, show: &Show<'_>, body: Rect) -> usize {
    let lines = lines(preview, show, body.width.min(WIDEST)).len();
    lines.saturating_sub(rows(preview, body))
}

fn lines(preview: &Preview, show: &Show<'_>, width: u16) -> Vec<Line<'static>> {
    let theme = show.theme;
    let room = usize::from(width.saturating_sub(4));
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut say = |head: &str, text: &str, style: Style| {
        let head = vec![Span::raw(head.to_owned())];
        lines.extend(hanging(head, text, style, room));
    };
    match &preview.outcome {
        None => say(" ", "Working out what it would do…", theme.dim),
        Some(Ok(done)) if done.is_empty() => say(" ", "Nothing would change.", theme.dim),
        Some(Ok(done)) => {
            if done.len() > 1 {
                say(" ", &sum(done), theme.strong);
                say(" ", "", theme.dim);
            }
            for one in done.iter().take(TOLD) {
                let says = if preview.puts_back {
                    "What it took out would stand again.".to_owned()
                } else {
                    // The store tells it as done, which it is not yet.
                    let summary = show.sentence(&one.summary);
                    match summary.strip_prefix("Undid d") {
                        Some(rest) => format!("D{rest}"),
                        None => summary,
                    }
                };
                say(" ", &says, Style::new());
                for change in &one.changes {
                    say("   ", &show.difference(change), theme.dim);
                }
            }
            if done.len() > TOLD {
                let more = i64::try_from(done.len() - TOLD).unwrap_or(i64::MAX);
                let says = format!("… and {} more", show::number(more));
                say(" ", &says, theme.dim);
            }
            say(" ", "", theme.dim);
            let says = "Traffic that came since falls where its identifiers say.";
            say(" ", says, theme.dim);
        }
        Some(Err(refusal)) => {
            say(" ", "Not possible now.", theme.warn);
            say(" ", &show.sentence(&refusal.detail), Style::new());
            if !refusal.by_decisions.is_empty() {
                let ids = refusal.by_decisions.iter().map(ToString::to_string);
                let ids: Vec<String> = ids.collect();
                let says = format!("Decisions that stand on it: {}.", ids.join(", "));
                say(" ", &says, theme.dim);
            }
        }
    }
    lines
}

/// How many decisions, and how many cases that are asked again by that.
fn sum(done: &[Done]) -> String {
    let n = i64::try_from(done.len()).unwrap_or(i64::MAX);
    let all = show::count(n, "decision", "decisions");
    let changes = done.iter().flat_map(|one| &one.changes);
    let again = |change: &&Difference| match change {
        Difference::Case { after, .. } => *after == Some(CaseState::Open),
        _ => false,
    };
    let again = i64::try_from(changes.filter(again).count()).unwrap_or(i64::MAX);
    let cases = show::count(again, "case", "cases");
    format!("{all} would be taken back, {cases} asked again.")
}

/// Draws it.
pub(super) fn draw(preview: &Preview, show: &Show<'_>, frame: &mut Frame<'_>, body: Rect) {
    let theme = show.theme;
    let width = body.width.min(WIDEST);
    let lines = lines(preview, show, width);
    let foot = usize::from(preview.is_typed());
    let height = columns(lines.len() + 2 + foot);
    let inner = window(frame, show, body, (width, height), &preview.title);
    let rows = usize::from(inner.height).saturating_sub(foot);
    let scroll = preview.scroll.min(lines.len().saturating_sub(rows));
    let below = lines.len().saturating_sub(scroll + rows);
    let mut seen: Vec<Line<'static>> = lines.into_iter().skip(scroll).take(rows).collect();
    if below > 0
        && let Some(last) = seen.last_mut()
    {
        let n = i64::try_from(below + 1).unwrap_or(i64::MAX);
        let says = format!(" {} more ↓", show::count(n, "line", "lines"));
        *last = Line::from(span(says, theme.dim));
    }
    frame.render_widget(Paragraph::new(seen), inner);
    let mut cursor = (inner.x, inner.y);
    if preview.is_typed() && inner.height > 0 {
        let asks = format!(" Type {} to do it: ", preview.len());
        let at = text::width(&asks) + preview.input.visual_cursor();
        let line = vec![
            span(asks, theme.warn),
            span(preview.input.value().to_owned(), theme.strong),
        ];
        let row = Rect {
            y: inner.bottom() - 1,
            height: 1,
            ..inner
        };
        frame.render_widget(Line::from(clip(line, usize::from(row.width))), row);
        cursor = (row.x + columns(at).min(row.width.saturating_sub(1)), row.y);
    }
    frame.set_cursor_position(cursor);
}
