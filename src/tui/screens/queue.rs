//! The queue: one line a case, and beside it the case under the cursor.
//!
//! ```text
//!  Open 41   Deferred 3   Resolved 112   All 156
//!  ≠ conflict 12   → change 20   → collision 5
//!  what          who                            in dispute          suggested       age
//!  ≠ conflict    Ana Souza · +55 11 98765 4321  +55 11 98765 4321   merge  ━━━━ 96%  2h │ preview
//! ```
//!
//! No key decides here. Below 100 columns the case under the cursor stands in
//! two or three lines at the bottom instead of beside the list.

use crate::domain::case::Action as Verb;
use crate::domain::text;
use crate::review::page::CaseRow;
use crate::tui::line::{clip, columns, hanging, meter, percent, span, wrap};
use crate::tui::model::{Model, Queue, Tab};
use crate::tui::show::{self, Show};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// From this width on, a preview stands beside the list.
const WIDE: u16 = 100;
/// Lines above the list: tabs, kinds, heads of the columns.
const HEAD: u16 = 3;

/// Rows of cases that fit.
pub(crate) fn rows_height(area: Rect) -> usize {
    usize::from(split(area).0.height.saturating_sub(1))
}

/// Draws it.
pub(crate) fn draw(model: &Model, show: &Show<'_>, frame: &mut Frame<'_>, area: Rect) {
    let queue = &model.queue;
    let row = |y| Rect {
        y,
        height: 1,
        ..area
    };
    frame.render_widget(tabs(queue, show), row(area.y));
    frame.render_widget(kinds(queue, show, area.width), row(area.y + 1));
    let (list, preview) = split(area);
    if queue.shown.is_empty() {
        let says = empty(model, show);
        let below = Rect {
            y: list.y + 1,
            height: list.height.saturating_sub(1),
            ..area
        };
        frame.render_widget(Paragraph::new(says), below);
        frame.set_cursor_position((area.x, area.y));
        return;
    }
    let is_beside = area.width >= WIDE;
    let grid = Grid::of(list.width, is_beside);
    let heads = Rect { height: 1, ..list };
    frame.render_widget(grid.heads(show), heads);
    let rows = usize::from(list.height.saturating_sub(1));
    for (n, case) in queue.visible().skip(queue.list.top).take(rows).enumerate() {
        let at = Rect {
            y: list.y + 1 + columns(n),
            height: 1,
            ..list
        };
        let is_selected = queue.list.cursor == Some(case.case);
        frame.render_widget(grid.row(case, show, is_selected), at);
        if is_selected {
            frame.set_cursor_position((at.x, at.y));
        }
    }
    let Some(case) = queue.under_cursor() else {
        return;
    };
    if is_beside {
        let inner = Rect {
            x: preview.x + 2,
            width: preview.width.saturating_sub(3),
            ..preview
        };
        for y in preview.y..preview.bottom() {
            let bar = Rect::new(preview.x, y, 1, 1);
            frame.render_widget(Line::from(span("│", show.theme.dim)), bar);
        }
        let lines = preview_lines(case, show, usize::from(inner.width));
        frame.render_widget(Paragraph::new(lines), inner);
    } else {
        let lines = brief_lines(case, show, preview);
        frame.render_widget(Paragraph::new(lines), preview);
    }
}

/// The list, and the preview beside or below it.
fn split(area: Rect) -> (Rect, Rect) {
    let below = Rect {
        y: area.y + HEAD - 1,
        height: area.height.saturating_sub(HEAD - 1),
        ..area
    };
    if area.width < WIDE {
        let height = if area.height < 16 { 2 } else { 4 };
        let list = Rect {
            height: below.height.saturating_sub(height),
            ..below
        };
        let preview = Rect {
            y: list.bottom(),
            height: below.height - list.height,
            ..below
        };
        return (list, preview);
    }
    let wide = (area.width * 5 / 8).max(60);
    let list = Rect {
        width: wide,
        ..below
    };
    let preview = Rect {
        x: below.x + wide,
        width: below.width - wide,
        ..below
    };
    (list, preview)
}

/// ` Open 41   Deferred 3   Resolved 112   All 156`
fn tabs(queue: &Queue, show: &Show<'_>) -> Line<'static> {
    let theme = show.theme;
    let mut spans = vec![Span::raw(" ")];
    for tab in Tab::ALL {
        let count = queue
            .total(tab)
            .map_or_else(String::new, |n| format!(" {}", show::number(n)));
        let label = format!("{}{count}", tab.title());
        if tab == queue.tab {
            spans.push(span(format!("[{label}]"), theme.accent));
        } else {
            spans.push(span(format!(" {label} "), theme.dim));
        }
        spans.push(Span::raw(" "));
    }
    Line::from(spans)
}

/// `≠ conflict 12   → change 20`: kinds of the state shown, the most first.
fn kinds(queue: &Queue, show: &Show<'_>, width: u16) -> Line<'static> {
    let mut counts: Vec<(&str, &str, i64)> = Vec::new();
    for (kind, state, n) in queue.counts.value.iter().flatten() {
        if *n == 0 || queue.tab.state().is_some_and(|s| s != *state) {
            continue;
        }
        let (sign, word) = show::short(*kind);
        match counts.iter_mut().find(|(_, w, _)| *w == word) {
            Some(seen) => seen.2 += n,
            None => counts.push((sign, word, *n)),
        }
    }
    counts.sort_by_key(|(_, _, n)| std::cmp::Reverse(*n));
    let spans = counts
        .into_iter()
        .map(|(sign, word, n)| {
            span(
                format!("  {sign} {word} {}", show::number(n)),
                show.theme.dim,
            )
        })
        .collect();
    Line::from(clip(spans, usize::from(width)))
}

/// What to do where nothing is shown.
fn empty(model: &Model, show: &Show<'_>) -> Vec<Line<'static>> {
    let theme = show.theme;
    let queue = &model.queue;
    let (first, second) = if let Some(error) = &queue.page.error {
        (
            "The queue could not be read.".to_owned(),
            show.sentence(error),
        )
    } else if queue.page.value.is_none() {
        return Vec::new();
    } else if !queue.filter.is_empty() && !queue.rows.is_empty() {
        (
            format!("Nothing here fits “{}”.", text::safe(&queue.filter.text)),
            "Esc clears the filter, / changes it.".into(),
        )
    } else {
        match queue.tab {
            Tab::Open => (
                "No open cases.".into(),
                "`reunite ingest FILE` brings traffic in; c looks at the contacts, H at what was decided.".into(),
            ),
            Tab::Deferred => (
                "Nothing is deferred.".into(),
                "z in a case asks it again later.".into(),
            ),
            Tab::Resolved => (
                "Nothing was answered yet.".into(),
                "Tab goes back to the open cases.".into(),
            ),
            Tab::All => (
                "There are no cases.".into(),
                "`reunite ingest FILE` brings traffic in.".into(),
            ),
        }
    };
    let mut lines = vec![Line::from(span(format!("  {first}"), theme.strong))];
    let room = usize::from(model.size.0).saturating_sub(4);
    lines.extend(
        wrap(&second, room)
            .into_iter()
            .map(|line| Line::from(span(format!("  {line}"), theme.dim))),
    );
    lines
}

/// What the status line says: how many of how many, the filter, the order.
pub(crate) fn status(model: &Model, show: &Show<'_>) -> Vec<Span<'static>> {
    let theme = show.theme;
    let queue = &model.queue;
    let mut parts: Vec<String> = Vec::new();
    if let Some(at) = queue.list.place(&queue.ids())
        && queue.filter.text.is_empty()
    {
        let more = if queue.more { "+" } else { "" };
        let of = show::number(i64::try_from(queue.shown.len()).unwrap_or(0));
        parts.push(format!("{} of {of}{more}", at + 1));
    }
    if !queue.filter.text.is_empty() {
        let of = show::number(i64::try_from(queue.rows.len()).unwrap_or(i64::MAX));
        let more = if queue.more { " read so far" } else { "" };
        parts.push(format!(
            "{} of {of}{more} fit “{}”, Esc clears",
            queue.shown.len(),
            text::safe(&queue.filter.text)
        ));
    }
    if !queue.shown.is_empty() {
        parts.push(queue.sort.title().into());
    }
    if let Some(error) = &queue.page.error
        && !queue.shown.is_empty()
    {
        return vec![span(format!(" ! {}", show.sentence(error)), theme.warn)];
    }
    vec![span(format!(" {}", parts.join(", ")), theme.dim)]
}

/// Widths of the columns.
struct Grid {
    who: usize,
    dispute: usize,
    bar: usize,
}

const WHAT: usize = 12;
const ACTION: usize = 8;
const AGE: usize = 6;

impl Grid {
    /// The preview beside the list tells the identifier; without it the list does.
    fn of(width: u16, is_beside: bool) -> Self {
        let width = usize::from(width);
        let dispute = match width {
            ..78 => 0,
            78..110 if is_beside => 0,
            _ => 18,
        };
        let bar = if width >= 72 + dispute { 6 } else { 0 };
        let gaps = if dispute > 0 { 4 } else { 3 } + usize::from(bar > 0);
        let fixed = 1 + WHAT + dispute + ACTION + bar + 4 + AGE + gaps + 1;
        Self {
            who: width.saturating_sub(fixed),
            dispute,
            bar,
        }
    }

    fn heads(&self, show: &Show<'_>) -> Line<'static> {
        let bar = if self.bar > 0 { self.bar + 1 } else { 0 };
        let mut heads = vec![
            String::new(),
            text::pad("what", WHAT),
            text::pad("who", self.who),
            text::pad("suggested", ACTION + 4 + bar),
            format!("{:>AGE$}", "age"),
        ];
        if self.dispute > 0 {
            heads.insert(3, text::pad("in dispute", self.dispute));
        }
        Line::from(span(heads.join(" "), show.theme.dim))
    }

    fn row(&self, row: &CaseRow, show: &Show<'_>, is_selected: bool) -> Line<'static> {
        let theme = show.theme;
        // Reversed as a whole: styles of parts would make it patchy.
        let style = |s: Style| if is_selected { theme.selected } else { s };
        let plain = Style::new();
        let (sign, word) = show::short(row.kind);
        let mark = if is_selected { "▸" } else { " " };
        let mut spans = vec![
            span(format!("{mark}{sign} "), style(theme.accent)),
            span(text::pad(word, WHAT - 2), style(plain)),
            span(" ", style(plain)),
            span(who(row, show, self.who), style(plain)),
        ];
        if self.dispute > 0 {
            let id = row.identifiers.first().map_or_else(String::new, |id| {
                show.brief(id.kind, &id.value, self.dispute)
            });
            spans.push(span(
                format!(" {}", text::pad(&id, self.dispute)),
                style(theme.dim),
            ));
        }
        let suggestion = &row.suggestion;
        let is_none = suggestion.action == Verb::None;
        spans.push(span(
            format!(" {}", text::pad(short_verb(suggestion.action), ACTION)),
            style(if is_none { theme.dim } else { plain }),
        ));
        if self.bar > 0 {
            spans.push(span(" ", style(plain)));
            let [full, rest] = meter(
                if is_none { 0.0 } else { suggestion.confidence },
                self.bar,
                theme.accent,
                &theme,
            );
            spans.push(span(full.content, style(full.style)));
            spans.push(span(rest.content, style(rest.style)));
        }
        let sure = if is_none {
            "   –".into()
        } else {
            percent(suggestion.confidence)
        };
        spans.push(span(sure, style(plain)));
        let age = match row.deferred_until {
            Some(until) if until > show.now => show.ago(until),
            _ => show.age(row.opened_at),
        };
        spans.push(span(format!(" {age:>AGE$} "), style(theme.dim)));
        Line::from(spans)
    }
}

fn short_verb(verb: Verb) -> &'static str {
    match verb {
        Verb::KeepSeparate => "separate",
        other => show::verb(other),
    }
}

/// From this width on, the two names of a case stand in columns of their own.
const TWO_COLUMNS: usize = 44;

/// The names of a case's contacts, in exactly so many columns.
fn who(row: &CaseRow, show: &Show<'_>, room: usize) -> String {
    let names: Vec<String> = row.contacts.iter().map(|c| show.name(&c.name)).collect();
    let (a, b) = match names.as_slice() {
        [] => return text::pad("nobody known", room),
        [only] => return text::pad(only, room),
        [first, rest @ ..] if rest.iter().all(|name| name == first) => {
            let times = format!(" ×{}", names.len());
            let first = text::cell(first, room.saturating_sub(text::width(&times)));
            return text::pad(&format!("{first}{times}"), room);
        }
        [a, b] => (a, b.clone()),
        [a, b, more @ ..] => (a, format!("{b} +{}", more.len())),
    };
    // Names that only look the same are told apart nowhere else.
    let is_twin = text::lookalike(&row.contacts[0].name, &row.contacts[1].name);
    let between = if is_twin { " ≈ " } else { " · " };
    let room = room.saturating_sub(text::width(between));
    let half = room / 2;
    if room >= TWO_COLUMNS {
        let (a, b) = (text::pad(a, half), text::pad(&b, room - half));
        return format!("{a}{between}{b}");
    }
    // Both get their half; what one leaves the other takes.
    let a = text::cell(a, (room - text::width(&b).min(half)).max(half));
    let b = text::pad(&b, room.saturating_sub(text::width(&a)));
    format!("{a}{between}{b}")
}

/// The case under the cursor in the fewest lines: what it asks, what is suggested.
fn brief_lines(row: &CaseRow, show: &Show<'_>, area: Rect) -> Vec<Line<'static>> {
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
fn preview_lines(row: &CaseRow, show: &Show<'_>, width: usize) -> Vec<Line<'static>> {
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
