//! Pending identity changes: what was, what is, since when.
//!
//! ```text
//!   4 open changes, the surest first
//!    since   what       who                previous               current
//!  ▸ 26m   → change     Bea Lind           BSUID SE.118…684     → BSUID SE.228…685
//!  ●  3d   → collision  João Pereira       BSUID PT.771…419     → BSUID PT.991…420
//!  ── case 9 ─────────────────────────────────────────────────────────────
//!   previous  BSUID SE.1181579921288684   Bea Lind #14
//!   current   BSUID SE.2281579921288685   nobody else had it
//!   Suggested accept  ━━━━━━━━━━ 97%
//! ```
//!
//! No key decides here: Enter opens Compare, marks go through the batch preview.

use super::listed::{self, Detail, Sheet};
use crate::domain::case::Action as Verb;
use crate::domain::identifier::Kind;
use crate::domain::ids::CaseId;
use crate::domain::text;
use crate::review::page::{CaseRow, SidePage};
use crate::tui::line::{clip, hanging, meter, percent, span};
use crate::tui::list::Listed;
use crate::tui::model::Changes;
use crate::tui::show::{self, Show};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Room for the change under the cursor.
pub(super) const DETAIL: Detail = Detail([5, 7, 10]);

/// Draws it.
pub(crate) fn draw(changes: &Changes, show: &Show<'_>, frame: &mut Frame<'_>, area: Rect) {
    let ids = changes.cases.ids();
    let sheet = Pending {
        changes,
        drawn: changes.marks.drawn(&ids, changes.cases.list.cursor),
        grid: Grid::of(area.width),
    };
    listed::draw(&sheet, show, frame, area);
}

/// The changes, as they are drawn.
struct Pending<'a> {
    changes: &'a Changes,
    /// The range that is being marked.
    drawn: &'a [CaseId],
    grid: Grid,
}

impl Sheet for Pending<'_> {
    type Row = CaseRow;
    const DETAIL: Detail = DETAIL;

    fn listed(&self) -> &Listed<CaseRow> {
        &self.changes.cases
    }

    fn nothing(&self) -> [&'static str; 2] {
        [
            "No identity change waits for an answer.",
            "Esc goes back, H shows what was answered.",
        ]
    }

    fn failed(&self) -> &'static str {
        "The changes could not be read."
    }

    fn heads(&self, show: &Show<'_>) -> Line<'static> {
        self.grid.heads(show)
    }

    fn line(&self, row: &CaseRow, show: &Show<'_>, is_selected: bool) -> Line<'static> {
        let is_marked = self.changes.marks.has(row.case) || self.drawn.contains(&row.case);
        self.grid.row(row, show, is_selected, is_marked)
    }

    fn title(&self, row: &CaseRow) -> String {
        format!("Case {}", row.case)
    }

    fn detail(&self, row: &CaseRow, show: &Show<'_>, width: usize) -> Vec<Line<'static>> {
        detail(row, show, width)
    }
}

/// Widths of the columns.
struct Grid {
    who: usize,
    id: usize,
}

const SINCE: usize = 6;
const WHAT: usize = 11;

impl Grid {
    fn of(width: u16) -> Self {
        let width = usize::from(width);
        let rest = width.saturating_sub(2 + SINCE + 1 + WHAT + 1 + 1 + 3 + 1);
        let id = (rest / 3).clamp(11, 27);
        Self {
            who: rest.saturating_sub(2 * id),
            id,
        }
    }

    fn heads(&self, show: &Show<'_>) -> Line<'static> {
        let says = format!(
            "  {:>SINCE$} {} {} {}   {}",
            "since",
            text::pad("what", WHAT),
            text::pad("who", self.who),
            text::pad("previous", self.id),
            text::pad("current", self.id),
        );
        Line::from(span(says, show.theme.dim))
    }

    fn row(
        &self,
        row: &CaseRow,
        show: &Show<'_>,
        is_selected: bool,
        is_marked: bool,
    ) -> Line<'static> {
        let theme = show.theme;
        let style = |s: Style| if is_selected { theme.selected } else { s };
        let (sign, word) = show::short(row.kind);
        let cursor = if is_selected { "▸" } else { " " };
        let mark = if is_marked { "●" } else { " " };
        let who = row
            .contacts
            .first()
            .map_or_else(|| "nobody known".to_owned(), |side| show.name(&side.name));
        let (at, previous, current) = row.change.as_ref().map_or_else(
            || (row.opened_at, String::new(), String::new()),
            |change| {
                let (previous, current) = sides(&change.previous, &change.current);
                let brief = |id: Option<Id<'_>>| {
                    id.map_or_else(
                        || "not told".to_owned(),
                        |(kind, value)| show.brief(kind, value, self.id),
                    )
                };
                (change.at, brief(previous), brief(current))
            },
        );
        Line::from(vec![
            span(cursor, style(theme.accent)),
            span(mark, style(theme.accent)),
            span(format!("{:>SINCE$} ", show.age(at)), style(theme.dim)),
            span(format!("{sign} "), style(theme.accent)),
            span(
                format!("{} ", text::pad(word, WHAT - 2)),
                style(Style::new()),
            ),
            span(
                format!("{} ", text::pad(&who, self.who)),
                style(theme.strong),
            ),
            span(text::pad(&previous, self.id), style(Style::new())),
            span(" → ", style(theme.accent)),
            span(text::pad(&current, self.id), style(Style::new())),
            span(" ", style(Style::new())),
        ])
    }
}

/// An identifier's kind and value.
type Id<'a> = (Kind, &'a str);

/// The ids of both sides that say most beside each other: of one kind where
/// both have it.
fn sides<'a>(previous: &'a SidePage, current: &'a SidePage) -> (Option<Id<'a>>, Option<Id<'a>>) {
    let of = |side: &'a SidePage| {
        [
            (Kind::Bsuid, side.bsuid.as_deref()),
            (Kind::Phone, side.phone.as_deref()),
            (Kind::ParentBsuid, side.parent_bsuid.as_deref()),
        ]
    };
    let pairs = of(previous).into_iter().zip(of(current));
    for ((kind, a), (_, b)) in pairs {
        if let (Some(a), Some(b)) = (a, b) {
            return (Some((kind, a)), Some((kind, b)));
        }
    }
    let first = |side| {
        of(side)
            .into_iter()
            .find_map(|(kind, v)| v.map(|v| (kind, v)))
    };
    (first(previous), first(current))
}

/// The change under the cursor: both sides whole, who has them, what is suggested.
fn detail(row: &CaseRow, show: &Show<'_>, width: usize) -> Vec<Line<'static>> {
    let theme = show.theme;
    let mut lines = Vec::new();
    let holder = |kind: Kind, value: &str| {
        let holds = row.contacts.iter().find(|side| {
            let mut ids = side.identifiers.iter();
            ids.any(|id| id.kind == kind && id.value == value)
        });
        holds.map_or_else(
            || "on nobody here".to_owned(),
            |side| format!("on {}", show.contact(row, side.contact)),
        )
    };
    if let Some(change) = &row.change {
        for (label, side) in [("previous", &change.previous), ("current", &change.current)] {
            let ids = [
                (Kind::Bsuid, &side.bsuid),
                (Kind::Phone, &side.phone),
                (Kind::ParentBsuid, &side.parent_bsuid),
            ];
            let mut label = label;
            for (kind, value) in ids {
                let Some(value) = value.as_deref() else {
                    continue;
                };
                lines.push(Line::from(clip(
                    vec![
                        span(format!("  {label:9} {:8} ", show::kind(kind)), theme.dim),
                        Span::raw(show.value(kind, value)),
                        span(format!("  {}", holder(kind, value)), theme.dim),
                    ],
                    width,
                )));
                label = "";
            }
            if !label.is_empty() {
                let says = format!("  {label:9} not told");
                lines.push(Line::from(span(says, theme.dim)));
            }
        }
    }
    let suggestion = &row.suggestion;
    let mut head = vec![span("  Suggested ", theme.dim)];
    if suggestion.action != Verb::None {
        let [full, rest] = meter(suggestion.confidence, 10, theme.accent, &theme);
        head.extend([
            full,
            rest,
            Span::raw(format!("{}  ", percent(suggestion.confidence))),
        ]);
    }
    let says = show.suggestion(row, suggestion.survivor);
    lines.extend(hanging(head, &says, theme.strong, width));
    for reason in &suggestion.reasons {
        let sign = if reason.weight < 0.0 {
            "  − "
        } else {
            "  + "
        };
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

/// What the status line says: where the cursor is, and what is marked.
pub(crate) fn status(changes: &Changes, show: &Show<'_>) -> Vec<Span<'static>> {
    let theme = show.theme;
    let ids = changes.cases.ids();
    let more = if changes.more { "+" } else { "" };
    let mut parts = Vec::new();
    if let Some(at) = changes.cases.list.place(&ids) {
        parts.push(format!("{} of {}{more}, surest first", at + 1, ids.len()));
    }
    let mut spans = vec![span(format!(" {}", parts.join(", ")), theme.dim)];
    spans.extend(super::marked(
        &changes.marks,
        &ids,
        changes.cases.list.cursor,
        ids.len(),
        show,
    ));
    spans
}
