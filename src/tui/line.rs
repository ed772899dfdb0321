//! Lines of text laid out in columns: wrapping, meters, cutting to fit.
//!
//! Widths are those of `domain::text`, which counts as the terminal widgets
//! do. What is put in here has been made safe before, or is by these functions.

use super::theme::Theme;
use crate::domain::text;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation as _;

/// A length as the widgets count it.
pub(crate) fn columns(n: usize) -> u16 {
    u16::try_from(n).unwrap_or(u16::MAX)
}

/// An owned span.
pub(crate) fn span(text: impl Into<String>, style: Style) -> Span<'static> {
    Span::styled(text.into(), style)
}

/// The space that no line breaks at (U+00A0): between a key and what it does.
pub(crate) const GLUE: char = '\u{A0}';

/// Breaks safe text into lines at most `width` wide, at spaces where it can.
pub(crate) fn wrap(raw: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    let is_break = |c: char| c.is_whitespace() && c != GLUE;
    for word in raw.split(is_break).filter(|word| !word.is_empty()) {
        let word = &word.replace(GLUE, " ");
        let wide = text::width(word);
        if used > 0 && used + 1 + wide > width {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        if used + wide <= width {
            line.push_str(word);
            used += wide;
            continue;
        }
        for grapheme in word.graphemes(true) {
            let one = text::width(grapheme);
            if used > 0 && used + one > width {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push_str(grapheme);
            used += one;
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Wrapped lines behind a first-line head, the rest indented under it.
pub(crate) fn hanging(
    head: Vec<Span<'static>>,
    raw: &str,
    style: Style,
    width: usize,
) -> Vec<Line<'static>> {
    let indent: usize = head.iter().map(|s| text::width(&s.content)).sum();
    let mut head = Some(head);
    wrap(raw, width.saturating_sub(indent))
        .into_iter()
        .map(|part| {
            let mut spans = head
                .take()
                .unwrap_or_else(|| vec![Span::raw(" ".repeat(indent))]);
            spans.push(span(part, style));
            Line::from(spans)
        })
        .collect()
}

/// A bar of `cells` columns, filled in proportion: heavy where filled, light
/// where not, so that it reads without colour.
pub(crate) fn meter(share: f64, cells: usize, filled: Style, theme: &Theme) -> [Span<'static>; 2] {
    let full = (0..cells)
        .filter(|&cell| {
            // Rounded down: a full bar says that nothing is missing.
            f64::from(columns(cell + 1)) <= share.clamp(0.0, 1.0) * f64::from(columns(cells))
        })
        .count();
    [
        span("━".repeat(full), filled),
        span("─".repeat(cells - full), theme.dim),
    ]
}

/// `0.957` as ` 95%`, four columns; rounded down, as on the command line: nothing
/// looks surer than it is, and what is left out of a batch from 95% on is not
/// shown as 95%.
pub(crate) fn percent(share: f64) -> String {
    let whole = (share.clamp(0.0, 1.0) * 100.0 + 1e-9).floor();
    format!("{whole:3.0}%")
}

/// Left and right parts on one row, the right one kept, the left one cut.
pub(crate) fn justify(
    left: Vec<Span<'static>>,
    right: Vec<Span<'static>>,
    total: usize,
) -> Line<'static> {
    let right_width: usize = right.iter().map(|s| text::width(&s.content)).sum();
    let room = total.saturating_sub(right_width);
    let mut spans = clip(left, room);
    let used: usize = spans.iter().map(|s| text::width(&s.content)).sum();
    spans.push(Span::raw(" ".repeat(room.saturating_sub(used))));
    spans.extend(right);
    Line::from(spans)
}

/// Spans cut to `room` columns, with `…` where something was lost.
pub(crate) fn clip(spans: Vec<Span<'static>>, room: usize) -> Vec<Span<'static>> {
    let mut out = Vec::with_capacity(spans.len());
    let mut left = room;
    for part in spans {
        let wide = text::width(&part.content);
        if wide <= left {
            left -= wide;
            out.push(part);
        } else {
            out.push(span(text::cell(&part.content, left), part.style));
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_keeps_words_and_splits_what_is_too_long() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(wrap("日本語", 4), ["日本", "語"]);
        assert_eq!(wrap("a", 0), ["a"]);
        assert_eq!(wrap("Merged. u\u{A0}undoes", 10), ["Merged.", "u undoes"]);
        assert_eq!(wrap("a\u{A0}b", 1), ["a", " ", "b"]);
    }

    #[test]
    fn a_meter_is_as_wide_as_it_says() {
        let theme = Theme::new(crate::tui::theme::Scheme::Terminal, false);
        for share in [-1.0, 0.0, 0.5, 0.96, 1.0, 7.0, f64::NAN] {
            let [full, rest] = meter(share, 5, Style::new(), &theme);
            assert_eq!(text::width(&full.content) + text::width(&rest.content), 5);
        }
        assert_eq!(percent(0.957), " 95%");
        assert_eq!(percent(0.29), " 29%");
        assert_eq!(percent(0.9999), " 99%");
        assert_eq!(percent(1.0), "100%");
    }
}
