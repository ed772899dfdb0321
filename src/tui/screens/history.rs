//! The log: every decision ever made, newest first, and the one under the cursor.
//!
//! ```text
//!   entry  when              who       did             about
//!  ▸   41  12 Apr 2026 09:30 ines      merge           case 7   “same person, called”
//!  ── entry 41 ───────────────────────────────────────────────────────────
//!   case.state  open → resolved
//! ```
//!
//! Entries are chained by hashes; `V` checks the chain. An undo is an entry of
//! its own, and what it took out is marked, never removed.

use super::listed::{self, Detail, Sheet};
use crate::domain::text;
use crate::review::page::AuditRow;
use crate::tui::line::{clip, hanging, span};
use crate::tui::list::Listed;
use crate::tui::model::{Entries, History};
use crate::tui::show::{self, Show};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use serde_json::Value;

/// Room for the entry under the cursor.
pub(super) const DETAIL: Detail = Detail([4, 8, 14]);

/// Draws it.
pub(crate) fn draw(history: &History, show: &Show<'_>, frame: &mut Frame<'_>, area: Rect) {
    let sheet = Log {
        history,
        grid: Grid::of(area.width),
        width: usize::from(area.width),
    };
    listed::draw(&sheet, show, frame, area);
}

/// The log, as it is drawn.
struct Log<'a> {
    history: &'a History,
    grid: Grid,
    width: usize,
}

impl Sheet for Log<'_> {
    type Row = AuditRow;
    const DETAIL: Detail = DETAIL;

    fn listed(&self) -> &Listed<AuditRow> {
        &self.history.entries
    }

    fn nothing(&self) -> [&'static str; 2] {
        if self.history.filter == Entries::default() {
            ["Nothing was decided yet.", "Esc goes back to the queue."]
        } else {
            ["No entry fits.", "/ changes the filter, Esc clears it."]
        }
    }

    fn failed(&self) -> &'static str {
        "The log could not be read."
    }

    fn heads(&self, show: &Show<'_>) -> Line<'static> {
        self.grid.heads(show)
    }

    fn line(&self, row: &AuditRow, show: &Show<'_>, is_selected: bool) -> Line<'static> {
        let spans = self.grid.entry(self.history, row, show, is_selected);
        Line::from(clip(spans, self.width))
    }

    fn title(&self, row: &AuditRow) -> String {
        format!("Entry {}", row.entry)
    }

    fn detail(&self, row: &AuditRow, show: &Show<'_>, width: usize) -> Vec<Line<'static>> {
        detail(row, show, width)
    }
}

/// Widths of the columns.
struct Grid {
    when: usize,
    who: usize,
    did: usize,
    /// Whether other entries are called so.
    is_wide: bool,
}

impl Grid {
    /// Where there is little room, what it is about gets the most of it.
    fn of(width: u16) -> Self {
        let (when, who, did) = if width < 80 { (12, 7, 8) } else { (17, 12, 13) };
        Self {
            when,
            who,
            did,
            is_wide: width >= 100,
        }
    }

    fn heads(&self, show: &Show<'_>) -> Line<'static> {
        let head = format!(
            "  {:>5}  {} {} {} about",
            "entry",
            text::pad("when", self.when),
            text::pad("who", self.who),
            text::pad("did", self.did)
        );
        Line::from(span(head, show.theme.dim))
    }

    fn entry(
        &self,
        history: &History,
        row: &AuditRow,
        show: &Show<'_>,
        is_selected: bool,
    ) -> Vec<Span<'static>> {
        let theme = show.theme;
        let style = |s: Style| if is_selected { theme.selected } else { s };
        let undone = history.undone_by(row);
        let is_narrow = self.when < 17;
        let (when, did) = if is_narrow {
            (
                show.moment_in_short(row.at),
                show::verb_in_short(row.action),
            )
        } else {
            (show.moment(row.at), show::verb(row.action))
        };
        let entry = if self.is_wide { "entry " } else { "" };
        let of = |decision| {
            history.entry_of(decision).map_or_else(
                || format!("of decision {decision}"),
                |undone| format!("of {entry}{undone}"),
            )
        };
        let about: Vec<String> = [
            row.case.map(|case| format!("case {case}")),
            row.batch.map(|batch| format!("batch {batch}")),
            row.undoes.map(of),
            undone.map(|by| format!("undone by {entry}{by}")),
            row.reason.as_ref().map(|reason| show.reason(reason)),
        ]
        .into_iter()
        .flatten()
        .collect();
        let mark = if is_selected { "▸" } else { " " };
        let done = if undone.is_some() {
            theme.dim
        } else {
            Style::new()
        };
        let number = row.entry.to_string();
        vec![
            span(format!(" {mark}{number:>5}  "), style(theme.dim)),
            span(text::pad(&when, self.when), style(theme.dim)),
            span(
                format!(" {} ", text::pad(&row.operator, self.who)),
                style(done),
            ),
            span(format!("{} ", text::pad(did, self.did)), style(done)),
            span(about.join(", "), style(done)),
        ]
    }
}

/// Who, when and why, the link of the chain, and what differs in the rows.
fn detail(row: &AuditRow, show: &Show<'_>, width: usize) -> Vec<Line<'static>> {
    let theme = show.theme;
    let mut lines = Vec::new();
    let decision = row
        .decision
        .map_or_else(String::new, |id| format!(", decision {id}"));
    let who = format!(
        "{}{decision}, by {} {}",
        show::verb(row.action),
        show::operator(&row.operator),
        show.ago(row.at)
    );
    lines.push(Line::from(clip(vec![Span::raw(format!("  {who}"))], width)));
    let hash = |full: &str| text::cell(full, 12);
    lines.push(Line::from(clip(
        vec![
            span("  chain  ", theme.dim),
            span(
                match row.prev.as_str() {
                    "" => format!("{}, the first", hash(&row.hash)),
                    prev => format!("{} follows {}", hash(&row.hash), hash(prev)),
                },
                theme.dim,
            ),
        ],
        width,
    )));
    if show.privacy {
        let says = "  what it changed is hidden while privacy is on";
        lines.push(Line::from(span(says, theme.dim)));
        return lines;
    }
    let (mut before, mut after) = (Vec::new(), Vec::new());
    leaves(&row.before, "", &mut before);
    leaves(&row.after, "", &mut after);
    for (path, now) in &after {
        let was = before.iter().find(|(p, _)| p == path).map(|(_, v)| v);
        if was != Some(now) {
            lines.extend(changed(path, was, Some(now), show, width));
        }
    }
    for (path, was) in &before {
        if !after.iter().any(|(p, _)| p == path) {
            lines.extend(changed(path, Some(was), None, show, width));
        }
    }
    lines
}

/// The values of a JSON tree, each with its path.
fn leaves(value: &Value, path: &str, out: &mut Vec<(String, String)>) {
    let below = |key: &str| match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(k, v)| leaves(v, &below(k), out)),
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(n, v)| leaves(v, &below(&n.to_string()), out));
        }
        Value::String(text) => out.push((path.to_owned(), text.clone())),
        other => out.push((path.to_owned(), other.to_string())),
    }
}

/// `case.state  open → resolved`
fn changed(
    path: &str,
    was: Option<&String>,
    now: Option<&String>,
    show: &Show<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let shown = |value: Option<&String>| {
        value.map_or_else(|| "–".into(), |value| text::safe(value).into_owned())
    };
    let head = vec![span(format!("  {}  ", text::safe(path)), show.theme.dim)];
    let says = format!("{} → {}", shown(was), shown(now));
    hanging(head, &says, Style::new(), width)
}

/// What the status says: what verification found, in as many lines as it takes.
pub(crate) fn status(history: &History, show: &Show<'_>, width: usize) -> Vec<Line<'static>> {
    let theme = show.theme;
    let room = width.saturating_sub(1);
    if let Some(error) = &history.verdict.error {
        let says = format!("The log could not be checked: {}", show.sentence(error));
        return hanging(vec![span(" ! ", theme.warn)], &says, theme.warn, room);
    }
    let Some(verdict) = &history.verdict.value else {
        let filter = history.filter.text();
        if filter.is_empty() {
            return Vec::new();
        }
        let n = i64::try_from(history.entries.ids().len()).unwrap_or(i64::MAX);
        let says = format!(
            " {} of {}, / changes, Esc clears",
            show::count(n, "entry", "entries"),
            text::safe(&filter)
        );
        return vec![Line::from(clip(vec![span(says, theme.dim)], width))];
    };
    let style = if verdict.result == "OK" {
        theme.strong
    } else {
        theme.warn
    };
    let says = format!(
        "{}, {}",
        show::count(verdict.entries, "entry", "entries"),
        text::safe(&verdict.detail)
    );
    let head = vec![span(format!(" {}  ", verdict.result), style)];
    hanging(head, &says, Style::new(), room)
}
