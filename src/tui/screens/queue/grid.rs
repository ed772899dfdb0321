//! The columns of the list: what fits in its width, and a case as a row of it.

use crate::domain::case::Action as Verb;
use crate::domain::text;
use crate::review::page::CaseRow;
use crate::tui::line::{meter, percent, span};
use crate::tui::show::{self, Show};
use ratatui::style::Style;
use ratatui::text::Line;

/// Widths of the columns.
pub(super) struct Grid {
    who: usize,
    dispute: usize,
    bar: usize,
}

const WHAT: usize = 12;
const ACTION: usize = 8;
const AGE: usize = 6;

impl Grid {
    /// The preview beside the list tells the identifier; without it the list does.
    pub(super) fn of(width: u16, is_beside: bool) -> Self {
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

    pub(super) fn heads(&self, show: &Show<'_>) -> Line<'static> {
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

    pub(super) fn row(
        &self,
        row: &CaseRow,
        show: &Show<'_>,
        is_selected: bool,
        is_marked: bool,
        instead: Option<&'static str>,
    ) -> Line<'static> {
        let theme = show.theme;
        // Reversed as a whole: styles of parts would make it patchy.
        let style = |s: Style| if is_selected { theme.selected } else { s };
        let plain = Style::new();
        let (sign, word) = show::short(row.kind);
        let mark = if is_selected { "▸" } else { " " };
        let sign = if is_marked { "●" } else { sign };
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
        // How it stands says more than what would be suggested.
        let (action, told) = match (instead, show::verb_in_short(suggestion.action)) {
            (Some(says), _) => (says, theme.warn),
            (None, action) if is_none => (action, theme.dim),
            (None, action) => (action, plain),
        };
        let action = text::pad(action, ACTION);
        spans.push(span(format!(" {action}"), style(told)));
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
