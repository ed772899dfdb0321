//! The case under the cursor, as far as its line in the queue tells: beside the
//! list, or in a few lines below it. Nothing is asked of the store for it.

use crate::domain::case::Action as Verb;
use crate::domain::text;
use crate::review::page::CaseRow;
use crate::tui::line::{clip, hanging, meter, percent, span, wrap};
use crate::tui::show::{self, Show};
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// The case under the cursor in the fewest lines: what it asks, what is suggested.
pub(super) fn brief_lines(row: &CaseRow, show: &Show<'_>, area: Rect) -> Vec<Line<'static>> {
    let theme = show.theme;
    let width = usize::from(area.width);
    let mut question = wrap(&show.question(row), width.saturating_sub(2));
    question.truncate(2);
    let question = question.into_iter();
    let question = question.map(|line| Line::from(vec![Span::raw(" "), span(line, theme.strong)]));
    if area.height < 4 {
        return question.collect();
    }
    let heading = format!(" Case {} ", row.case);
    let rule = width.saturating_sub(text::width(&heading));
    let mut lines = vec![Line::from(vec![
        span(heading, theme.dim),
        span("─".repeat(rule), theme.dim),
    ])];
    lines.extend(question);
    let suggestion = show.suggestion(row, row.suggestion.survivor);
    lines.push(Line::from(clip(
        vec![span(" Suggested ", theme.dim), Span::raw(suggestion)],
        width,
    )));
    lines
}

/// The case under the cursor, as far as its line in the queue tells.
pub(super) fn preview_lines(row: &CaseRow, show: &Show<'_>, width: usize) -> Vec<Line<'static>> {
    let theme = show.theme;
    let mut lines = vec![Line::from(clip(
        vec![
            span(row.kind.title(), theme.strong),
            span(format!("  case {}", row.case), theme.dim),
        ],
        width,
    ))];
    let question = wrap(&show.question(row), width);
    lines.extend(question.into_iter().map(Line::from));
    lines.push(Line::default());
    for (side, letter) in row.contacts.iter().zip('A'..) {
        lines.push(Line::from(clip(
            vec![
                span(format!("{letter} "), theme.accent),
                span(show.name(&side.name), theme.strong),
                span(format!(" #{}", side.contact), theme.dim),
            ],
            width,
        )));
        for id in side.identifiers.iter().take(5) {
            let note = [show.held(id.since, id.until), Show::standing(id).to_owned()];
            let note: Vec<&str> = note
                .iter()
                .map(String::as_str)
                .filter(|s| !s.is_empty())
                .collect();
            lines.push(Line::from(clip(
                vec![
                    span(format!("  {:8} ", show::kind(id.kind)), theme.dim),
                    Span::raw(show.value(id.kind, &id.value)),
                    span(format!("  {}", note.join(", ")), theme.dim),
                ],
                width,
            )));
        }
        if side.identifiers.len() > 5 {
            let more = format!("  and {} more", side.identifiers.len() - 5);
            lines.push(Line::from(span(more, theme.dim)));
        }
    }
    if let [a, b, ..] = row.contacts.as_slice()
        && text::lookalike(&a.name, &b.name)
    {
        let says = "! the names look alike and are not the same";
        lines.push(Line::from(span(says, theme.warn)));
    }
    lines.push(Line::default());
    let suggestion = show.suggestion(row, row.suggestion.survivor);
    lines.extend(hanging(
        vec![span("Suggested ", theme.dim)],
        &suggestion,
        theme.strong,
        width,
    ));
    if row.suggestion.action != Verb::None {
        let [full, rest] = meter(row.suggestion.confidence, 20, theme.accent, &theme);
        lines.push(Line::from(vec![
            full,
            rest,
            Span::raw(percent(row.suggestion.confidence)),
        ]));
    }
    for reason in row.suggestion.reasons.iter().take(4) {
        let sign = if reason.weight < 0.0 { "− " } else { "+ " };
        let said = show.sentence(&reason.text);
        lines.extend(hanging(
            vec![span(sign, theme.dim)],
            &said,
            Style::new(),
            width,
        ));
    }
    lines
}
