//! The whole store at a glance: what waits, for how long, and how it goes.
//!
//! ```text
//!  Cases          open  deferred  answered   moot
//!  ≠ conflict       12         1        40      2
//!  all              41         3       112      9
//!
//!  Oldest open     case 7, since 12 Oct (40d)              Enter opens it
//!  Quarantine      3 items could not be read
//!
//!  Last 24 days    █ 45 arrived   ▒ 38 decided
//!   9 ┤    █
//!   0 ┴ █▒ █▒ ░
//!      30 Oct                    22 Nov
//! ```
//!
//! From 100 columns on the chart stands beside the counts. Days are those of
//! UTC, as the store counts them.

use crate::domain::case::{CaseKind, CaseState};
use crate::domain::text;
use crate::domain::time::Timestamp;
use crate::review::page::{DayCounts, Stats};
use crate::tui::line::{clip, columns, justify, span};
use crate::tui::model::Overview;
use crate::tui::show::{self, Show};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// From this width on, the chart stands beside the counts.
const WIDE: u16 = 100;
/// Columns of a day: what arrived, what was decided, a gap.
const DAY_CELLS: usize = 3;
/// Columns of the chart's scale.
const SCALE: usize = 6;
/// Rows of the chart with its head and dates: at most, and where one has to
/// scroll to it.
const TALLEST: u16 = 14;
const LOWEST: u16 = 7;

/// Draws it.
pub(crate) fn draw(overview: &Overview, show: &Show<'_>, frame: &mut Frame<'_>, area: Rect) {
    frame.set_cursor_position((area.x, area.y));
    let Some(stats) = &overview.stats.value else {
        if let Some(error) = &overview.stats.error {
            let says = format!("  The store could not be counted: {}", show.sentence(error));
            frame.render_widget(Paragraph::new(span(says, show.theme.warn)), area);
        }
        return;
    };
    let (left, right) = lay(overview, stats, show, area);
    let scroll = overview.scroll.min(most(&left, area));
    let rows = usize::from(area.height);
    let left: Vec<Line<'static>> = left.into_iter().skip(scroll).take(rows).collect();
    frame.render_widget(Paragraph::new(left), area);
    let half = area.width / 2;
    let beside = Rect {
        x: area.x + half + 1,
        width: area.width - half - 1,
        ..area
    };
    if !right.is_empty() {
        frame.render_widget(Paragraph::new(right), beside);
    }
}

fn most(lines: &[Line<'static>], area: Rect) -> usize {
    lines.len().saturating_sub(usize::from(area.height))
}

/// How far it can be scrolled.
pub(crate) fn bounds(overview: &Overview, show: &Show<'_>, area: Rect) -> usize {
    let stats = overview.stats.value.as_ref();
    stats.map_or(0, |stats| most(&lay(overview, stats, show, area).0, area))
}

/// What stands on the left, or alone; and what stands on the right.
fn lay(
    overview: &Overview,
    stats: &Stats,
    show: &Show<'_>,
    area: Rect,
) -> (Vec<Line<'static>>, Vec<Line<'static>>) {
    let is_wide = area.width >= WIDE;
    let width = usize::from(if is_wide { area.width / 2 } else { area.width });
    let mut left = counts(stats, show, width);
    left.push(Line::default());
    left.extend(facts(overview, stats, show, width));
    let used = columns(left.len() + 1);
    if is_wide {
        let width = usize::from(area.width).saturating_sub(width + 1);
        if show.is_plain {
            let mut days = days_in_words(&stats.days, show, width);
            days.truncate(usize::from(area.height));
            return (left, days);
        }
        let chart = chart(&stats.days, show, width, area.height.min(TALLEST));
        return (left, chart);
    }
    left.push(Line::default());
    if show.is_plain {
        left.extend(days_in_words(&stats.days, show, width));
        return (left, Vec::new());
    }
    let height = area.height.saturating_sub(used).clamp(LOWEST, TALLEST);
    left.extend(chart(&stats.days, show, width, height));
    (left, Vec::new())
}

/// A line for each kind that occurs, and one for all.
fn counts(stats: &Stats, show: &Show<'_>, width: usize) -> Vec<Line<'static>> {
    let theme = show.theme;
    let states = [
        (CaseState::Open, "open"),
        (CaseState::Deferred, "deferred"),
        (CaseState::Resolved, "answered"),
        (CaseState::Superseded, "moot"),
    ];
    let total = |state: CaseState, kind: Option<CaseKind>| -> i64 {
        let fits = stats
            .cases
            .iter()
            .filter(|(k, s, _)| *s == state && kind.is_none_or(|wanted| wanted == *k));
        fits.map(|(_, _, n)| n).sum()
    };
    let row = |label: Vec<Span<'static>>, kind: Option<CaseKind>, style: Style| {
        let numbers = states.iter().enumerate().map(|(n, (state, _))| {
            let number = show::number(total(*state, kind));
            // What is open is what one came for.
            let style = if n == 0 { style } else { theme.dim };
            span(format!("{number:>9} "), style)
        });
        justify(label, numbers.collect(), width)
    };
    let heads = states.map(|(_, head)| span(format!("{head:>9} "), theme.dim));
    let mut lines = vec![justify(
        vec![span(" Cases", theme.strong)],
        heads.to_vec(),
        width,
    )];
    let mut kinds: Vec<CaseKind> = Vec::new();
    for (kind, _, n) in &stats.cases {
        if *n > 0 && !kinds.contains(kind) {
            kinds.push(*kind);
        }
    }
    kinds.sort_by_key(|&kind| std::cmp::Reverse(total(CaseState::Open, Some(kind))));
    for &kind in &kinds {
        let (sign, word) = show::short(kind);
        let label = vec![
            span(format!(" {sign} "), theme.accent),
            Span::raw(text::pad(word, 11)),
        ];
        lines.push(row(label, Some(kind), theme.strong));
    }
    lines.push(row(vec![span(" all", theme.strong)], None, theme.accent));
    lines
}

/// What there is to know besides the counts.
fn facts(overview: &Overview, stats: &Stats, show: &Show<'_>, width: usize) -> Vec<Line<'static>> {
    let theme = show.theme;
    let fact = |label: &str, says: String, style: Style| {
        let head = span(format!(" {} ", text::pad(label, 11)), theme.dim);
        Line::from(clip(vec![head, span(says, style)], width))
    };
    let mut lines = Vec::new();
    lines.push(match stats.oldest_open {
        Some((case, at)) => fact(
            "Oldest open",
            format!("case {case}, {} old ({})", show.age(at), show.day(at)),
            Style::new(),
        ),
        None => fact("Oldest open", "none: nothing waits".into(), theme.dim),
    });
    lines.push(match stats.quarantined {
        0 => fact("Quarantine", "empty: everything was read".into(), theme.dim),
        n => fact(
            "Quarantine",
            format!(
                "! {} unread; `reunite quarantine list`",
                show::count(n, "item", "items")
            ),
            theme.warn,
        ),
    });
    if overview.proposals > 0 {
        let n = i64::try_from(overview.proposals).unwrap_or(i64::MAX);
        let says = format!(
            "! {} for another; f shows them",
            if n == 1 {
                "1 answer waits".to_owned()
            } else {
                format!("{} answers wait", show::number(n))
            }
        );
        lines.push(fact("Proposals", says, theme.warn));
    }
    if let Some(first) = &overview.first {
        let open = |stats: &Stats| -> i64 { stats.cases.iter().map(|(_, _, n)| n).sum() };
        let decided = |stats: &Stats| stats.days.iter().map(|day| day.decided).sum::<i64>();
        let came = open(stats) - open(first);
        let made = decided(stats) - decided(first);
        let says = match overview.changed_at {
            None => format!("nothing came since {}", show.clock(overview.since)),
            Some(at) => format!(
                "{} more, {made:+} decided since {}; last change {}",
                show::count(came, "case", "cases"),
                show.clock(overview.since),
                show.ago(at)
            ),
        };
        let style = if overview.changed_at.is_some() {
            theme.strong
        } else {
            theme.dim
        };
        lines.push(fact("While open", says, style));
    }
    lines
}

/// The last days in words, the newest first: one a line.
fn days_in_words(days: &[DayCounts], show: &Show<'_>, width: usize) -> Vec<Line<'static>> {
    let theme = show.theme;
    let sum = |of: fn(&DayCounts) -> i64| show::number(days.iter().map(of).sum::<i64>());
    let (arrived, decided) = (sum(|day| day.arrived), sum(|day| day.decided));
    let all = show::count(columns(days.len()), "day", "days");
    let head = vec![
        span(format!(" Last {all}  "), theme.strong),
        Span::raw(format!("{arrived} arrived, {decided} decided")),
    ];
    let mut lines = vec![Line::from(clip(head, width))];
    let is_idle = |day: &&DayCounts| day.arrived == 0 && day.decided == 0;
    for day in days.iter().rev().filter(|day| !is_idle(day)) {
        let (arrived, decided) = (show::number(day.arrived), show::number(day.decided));
        let says = format!(
            "  {:>6}  {arrived} arrived, {decided} decided",
            utc(show, day.day)
        );
        lines.push(Line::from(clip(vec![Span::raw(says)], width)));
    }
    lines
}

/// Both series of the last days, as many as fit, on one scale.
fn chart(days: &[DayCounts], show: &Show<'_>, width: usize, height: u16) -> Vec<Line<'static>> {
    let theme = show.theme;
    let fit = width.saturating_sub(SCALE + 2) / DAY_CELLS;
    let days = &days[days.len().saturating_sub(fit)..];
    let (Some(first), Some(last)) = (days.first(), days.last()) else {
        return Vec::new();
    };
    let sum = |of: fn(&DayCounts) -> i64| show::number(days.iter().map(of).sum::<i64>());
    let (arrived, decided) = (sum(|day| day.arrived), sum(|day| day.decided));
    let head = vec![
        span(
            format!(" Last {} ", show::count(columns(days.len()), "day", "days")),
            theme.strong,
        ),
        span("  █ ", theme.accent),
        Span::raw(format!("{arrived} arrived")),
        span("   ▒ ", theme.strong),
        Span::raw(format!("{decided} decided")),
    ];
    let mut lines = vec![Line::from(clip(head, width))];
    // The head and the dates; what is left is for the columns.
    let rows = height.saturating_sub(2);
    if rows < 2 {
        return lines;
    }
    let most = days.iter().map(|day| day.arrived.max(day.decided)).max();
    let most = most.unwrap_or(0).max(1);
    for row in (0..rows).rev() {
        let scale = if row + 1 == rows {
            show::number(most)
        } else {
            String::new()
        };
        let mut spans = vec![span(format!("{scale:>SCALE$}│"), theme.dim)];
        for day in days {
            let fills = |n: i64| bar(n, most, i64::from(rows)) > i64::from(row);
            let cell = |n: i64, glyph: &'static str, style| {
                span(if fills(n) { glyph } else { " " }, style)
            };
            spans.push(Span::raw(" "));
            spans.push(cell(day.arrived, "█", theme.accent));
            spans.push(cell(day.decided, "▒", theme.strong));
        }
        lines.push(Line::from(spans));
    }
    let (from, to) = (utc(show, first.day), utc(show, last.day));
    let wide = days.len() * DAY_CELLS;
    let gap = wide.saturating_sub(text::width(&from) + text::width(&to));
    let dates = if gap > 0 {
        format!("{}└{from}{}{to}", " ".repeat(SCALE), "─".repeat(gap))
    } else {
        format!("{}└{}", " ".repeat(SCALE), "─".repeat(wide))
    };
    lines.push(Line::from(span(dates, theme.dim)));
    lines
}

/// The day that begins at this moment, which is one of UTC.
fn utc(show: &Show<'_>, day: Timestamp) -> String {
    let show = Show {
        zone: &jiff::tz::TimeZone::UTC,
        known: Vec::new(),
        ..*show
    };
    show.day_of_year(day)
}

/// The height of a column: in proportion, and at least one row for anything.
fn bar(n: i64, most: i64, rows: i64) -> i64 {
    if n <= 0 {
        return 0;
    }
    (n * rows).div_euclid(most.max(1)).clamp(1, rows)
}

/// What the status line says.
pub(crate) fn status(overview: &Overview, show: &Show<'_>, body: Rect) -> Vec<Span<'static>> {
    if overview.stats.value.is_none() {
        return Vec::new();
    }
    let below = bounds(overview, show, body).saturating_sub(overview.scroll);
    let says = match below {
        0 => " Days are those of UTC; what was undone is not counted.".to_owned(),
        n => format!(" {n} more ↓"),
    };
    vec![span(says, show.theme.dim)]
}

#[cfg(test)]
mod tests {
    use super::bar;

    #[test]
    fn a_column_is_in_proportion_and_never_hides_what_is_there() {
        assert_eq!(bar(0, 100, 8), 0);
        assert_eq!(bar(1, 100, 8), 1);
        assert_eq!(bar(50, 100, 8), 4);
        assert_eq!(bar(100, 100, 8), 8);
        assert_eq!(bar(99, 100, 8), 7, "only the most fills it");
        assert_eq!(bar(5, 0, 8), 8);
    }
}
