//! Why: the reasons of the suggestion, each with its weight, what the case
//! rests on, and what was decided on it before.

use crate::review::page::{CasePage, DecisionRow};
use crate::tui::line::{hanging, meter, span};
use crate::tui::panes::Pane;
use crate::tui::show::{self, Show};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Columns of a weight's bar.
const BAR: usize = 6;

/// The pane.
pub(super) fn pane(page: &CasePage, show: &Show<'_>, width: usize) -> Pane {
    let theme = show.theme;
    let reasons = &page.row.suggestion.reasons;
    let heaviest = reasons
        .iter()
        .map(|reason| reason.weight.abs())
        .fold(1.0, f64::max);
    let mut lines: Vec<Line<'static>> = Vec::new();
    for reason in reasons {
        let is_against = reason.weight < 0.0;
        let style = if is_against { theme.warn } else { theme.accent };
        let [full, rest] = meter(reason.weight.abs() / heaviest, BAR, style, &theme);
        let head = vec![
            span(format!("  {:+5.1} ", reason.weight), theme.dim),
            full,
            rest,
            Span::raw(" "),
        ];
        let said = show.sentence(&reason.text);
        lines.extend(hanging(head, &said, Style::new(), width));
    }
    if reasons.is_empty() {
        lines.push(Line::from(span(
            "  Nothing speaks for one answer.",
            theme.dim,
        )));
    }
    if let (Some(first), Some(last)) = (page.evidence.first(), page.evidence.last()) {
        let times: i64 = page.evidence.iter().map(|row| row.count).sum();
        let days = match (show.day(first.at), show.day(last.at)) {
            (a, b) if a == b => format!("on {a}"),
            (a, b) => format!("{a} – {b}"),
        };
        let says = format!(
            "rests on {}, {days}; e shows what came",
            show::count(times, "sighting", "sightings")
        );
        let head = vec![Span::raw("  ")];
        lines.extend(hanging(head, &says, theme.dim, width));
    }
    let earlier = earlier(page);
    if !earlier.is_empty() {
        lines.push(Line::from(span("  Decided before", theme.dim)));
    }
    for made in &earlier {
        lines.extend(decision(made, show, width));
    }
    let for_it = reasons.iter().filter(|r| r.weight >= 0.0).count();
    let mut summary = vec![format!("{for_it} for")];
    if for_it < reasons.len() {
        summary.push(format!("{} against", reasons.len() - for_it));
    }
    if !earlier.is_empty() {
        summary.push(format!("{} decided before", earlier.len()));
    }
    Pane {
        title: "Why",
        fixed: 0,
        summary: summary.join(", "),
        lines,
    }
}

/// Decisions on the case and on its contacts, each once, oldest first.
fn earlier(page: &CasePage) -> Vec<&DecisionRow> {
    let of_sides = page.sides.iter().flat_map(|side| &side.decisions);
    let mut all: Vec<&DecisionRow> = page.decisions.iter().chain(of_sides).collect();
    all.sort_by_key(|made| made.decision);
    all.dedup_by_key(|made| made.decision);
    all
}

/// A decision in a line or two; one that was undone says so.
pub(crate) fn decision(made: &DecisionRow, show: &Show<'_>, width: usize) -> Vec<Line<'static>> {
    let theme = show.theme;
    let head = vec![span(format!("  {:>8}  ", show.age(made.at)), theme.dim)];
    let reason = made.reason.as_ref();
    let said = format!(
        "{}: {}{}{}",
        show::operator(&made.operator),
        show.sentence(&made.summary),
        reason.map_or_else(String::new, |why| format!(" {}", show.reason(why))),
        if made.stands { "" } else { " (undone)" },
    );
    let style = if made.stands { Style::new() } else { theme.dim };
    hanging(head, &said, style, width)
}
