//! The contacts of a case, field by field: the same field on the same row.
//!
//! `=` the same, `~` differs, `!` only on one side. Equal values of a kind come
//! first, so that what is left on a row really differs. Where two columns do
//! not fit, each field has a line for every contact.

use crate::domain::identifier::Kind;
use crate::domain::text;
use crate::review::page::{CasePage, ContactPage, IdentifierRow};
use crate::tui::line::{clip, span};
use crate::tui::model::Compare;
use crate::tui::panes::Pane;
use crate::tui::show::{self, Show};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Width of the labels with their mark.
const LABEL: usize = 14;
/// A column narrower than this shows no identifier.
const NARROWEST: usize = 40;

/// A field across all contacts.
struct Field {
    label: &'static str,
    mark: char,
    cells: Vec<Option<Cell>>,
}

/// What one contact has of it.
#[derive(Clone, PartialEq)]
struct Cell {
    value: String,
    note: String,
    disputed: bool,
}

impl Cell {
    fn new(value: impl Into<String>, note: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            note: note.into(),
            disputed: false,
        }
    }
}

/// How many contacts fit beside each other; 1 means one under the other.
pub(super) fn fitting(sides: usize, width: usize) -> usize {
    (width.saturating_sub(LABEL) / NARROWEST).clamp(1, sides.max(1))
}

/// The pane.
pub(super) fn pane(compare: &Compare, page: &CasePage, show: &Show<'_>, width: usize) -> Pane {
    let fields = fields(page, show);
    let count = |mark| fields.iter().filter(|f| f.mark == mark).count();
    let mut summary: Vec<String> = [
        ('=', "the same"),
        ('~', "differ"),
        ('!', "on one side only"),
    ]
    .into_iter()
    .filter(|(mark, _)| count(*mark) > 0)
    .map(|(mark, words)| format!("{mark} {} {words}", count(mark)))
    .collect();
    let fit = fitting(page.sides.len(), width);
    if fit > 1 && fit < page.sides.len() {
        summary.push(format!(
            "{}–{} of {}, ← → for more",
            compare.first_side + 1,
            (compare.first_side + fit).min(page.sides.len()),
            page.sides.len()
        ));
    }
    let mut lines = if fit > 1 || page.sides.len() == 1 {
        beside(compare, page, show, &fields, width, fit)
    } else {
        stacked(compare, page, show, &fields, width)
    };
    lines.extend(change(page, show, width));
    Pane {
        title: "Contacts",
        fixed: 0,
        summary: summary.join(", "),
        lines,
    }
}

fn fields(page: &CasePage, show: &Show<'_>) -> Vec<Field> {
    let sides = &page.sides;
    let mut fields = vec![name(sides)];
    for kind in [Kind::Bsuid, Kind::Phone, Kind::ParentBsuid] {
        fields.extend(identifiers(page, show, kind));
    }
    fields.extend(usernames(sides, show));
    let plain = |label, cell: &dyn Fn(&ContactPage) -> Option<Cell>| Field {
        label,
        mark: ' ',
        cells: sides.iter().map(cell).collect(),
    };
    fields.push(plain("messages", &|side| Some(traffic(side, show))));
    let members = |side: &ContactPage| {
        let ids: Vec<String> = side.members.iter().map(|id| format!("#{id}")).collect();
        (ids.len() > 1).then(|| Cell::new(ids.join(" "), "merged before"))
    };
    let others = |side: &ContactPage| {
        let open = side.open_cases.iter().filter(|&&id| id != page.row.case);
        let ids: Vec<String> = open.map(|id| format!("case {id}")).collect();
        (!ids.is_empty()).then(|| Cell::new(ids.join(", "), ""))
    };
    fields.push(plain("members", &members));
    fields.push(plain("also in", &others));
    fields.retain(|field| field.label == "name" || field.cells.iter().any(Option::is_some));
    fields
}

/// Only how the names compare: they stand in the heads.
fn name(sides: &[ContactPage]) -> Field {
    let is_same = sides
        .windows(2)
        .all(|pair| text::fold(&pair[0].name) == text::fold(&pair[1].name));
    Field {
        label: "name",
        mark: match sides.len() {
            0 | 1 => ' ',
            _ if is_same && twins(sides).next().is_none() => '=',
            _ => '~',
        },
        cells: Vec::new(),
    }
}

/// Contacts whose name only looks like that of another: nobody sees it by eye.
fn twins(sides: &[ContactPage]) -> impl Iterator<Item = usize> + '_ {
    (0..sides.len()).filter(move |&at| {
        let mut others = sides.iter().enumerate().filter(|(n, _)| *n != at);
        others.any(|(_, other)| text::lookalike(&sides[at].name, &other.name))
    })
}

/// The values of one kind: those that several hold first, then side by side
/// what each holds alone.
fn identifiers(page: &CasePage, show: &Show<'_>, kind: Kind) -> Vec<Field> {
    let label = show::kind(kind);
    let of: Vec<Vec<&IdentifierRow>> = page
        .sides
        .iter()
        .map(|side| {
            side.identifiers
                .iter()
                .filter(|id| id.kind == kind)
                .collect()
        })
        .collect();
    let is_disputed = |value: &str| {
        let ids = &page.row.identifiers;
        ids.iter().any(|id| id.kind == kind && id.value == value)
    };
    let cell = |id: &IdentifierRow| {
        let portfolio = id.portfolio.as_deref().filter(|name| *name != "default");
        let parts = [
            portfolio.map(|name| text::safe(name).into_owned()),
            Some(show.held(id.since, id.until)),
            Some(Show::standing(id).to_owned()),
        ];
        let note: Vec<String> = parts
            .into_iter()
            .flatten()
            .filter(|s| !s.is_empty())
            .collect();
        Cell {
            disputed: is_disputed(&id.value),
            ..Cell::new(show.value(kind, &id.value), note.join(", "))
        }
    };
    rows(&of, label, |id| id.value.as_str(), cell)
}

fn usernames(sides: &[ContactPage], show: &Show<'_>) -> Vec<Field> {
    let of: Vec<Vec<_>> = sides
        .iter()
        .map(|side| side.usernames.iter().collect())
        .collect();
    rows(
        &of,
        "username",
        |span| span.value.as_str(),
        |span| {
            Cell::new(
                show.value(Kind::Username, &span.value),
                show.held(Some(span.since), span.until),
            )
        },
    )
}

/// Fields of one label from what each contact has of it.
fn rows<T>(
    of: &[Vec<&T>],
    label: &'static str,
    value: impl Fn(&T) -> &str,
    cell: impl Fn(&T) -> Cell,
) -> Vec<Field> {
    let holders = |wanted: &str| {
        let holds = |side: &&Vec<&T>| side.iter().any(|item| value(item) == wanted);
        of.iter().filter(holds).count()
    };
    let mut fields: Vec<Field> = Vec::new();
    let mut shared: Vec<&str> = Vec::new();
    for item in of.iter().flatten() {
        let wanted = value(item);
        if holders(wanted) < 2 || shared.contains(&wanted) {
            continue;
        }
        shared.push(wanted);
        let find = |side: &Vec<&T>| {
            let found = side.iter().find(|item| value(item) == wanted);
            found.map(|item| cell(item))
        };
        fields.push(Field {
            label,
            mark: if holders(wanted) == of.len() {
                '='
            } else {
                '~'
            },
            cells: of.iter().map(find).collect(),
        });
    }
    let alone: Vec<Vec<Cell>> = of
        .iter()
        .map(|side| {
            let alone = side.iter().filter(|item| !shared.contains(&value(item)));
            let mut alone: Vec<Cell> = alone.map(|item| cell(item)).collect();
            // What is in dispute stands first, each against each.
            alone.sort_by_key(|cell| !cell.disputed);
            alone
        })
        .collect();
    for n in 0..alone.iter().map(Vec::len).max().unwrap_or(0) {
        let cells: Vec<Option<Cell>> = alone.iter().map(|side| side.get(n).cloned()).collect();
        let there = cells.iter().flatten().count();
        fields.push(Field {
            label,
            mark: match there {
                _ if of.len() < 2 => ' ',
                1 => '!',
                _ => '~',
            },
            cells,
        });
    }
    fields
}

fn traffic(side: &ContactPage, show: &Show<'_>) -> Cell {
    let messages: i64 = side.conversations.iter().map(|c| c.messages).sum();
    if messages == 0 {
        return Cell::new("none", "");
    }
    let threads = side.conversations.len();
    let last = side.conversations.iter().filter_map(|c| c.last_at).max();
    let mut note = last.map_or_else(String::new, |at| format!("last {}", show.ago(at)));
    if threads > 1 {
        note = format!("in {threads} threads, {note}");
    }
    Cell::new(show::number(messages), note)
}

/// The head of a contact: letter, name, number, and whether a merge keeps it.
fn head(compare: &Compare, page: &CasePage, show: &Show<'_>, at: usize) -> Vec<Span<'static>> {
    let theme = show.theme;
    let Some(side) = page.sides.get(at) else {
        return Vec::new();
    };
    let letter = ('A'..).nth(at).unwrap_or('?');
    let mut spans = vec![
        span(format!("{letter} "), theme.accent),
        span(show.name(&side.name), theme.strong),
        span(format!(" #{}", side.contact), theme.dim),
    ];
    let can_merge = page
        .row
        .kind
        .answers()
        .contains(&crate::domain::case::Action::Merge);
    if can_merge && page.sides.len() > 1 && compare.keeps() == Some(side.contact) {
        spans.push(span("  kept on merge", theme.dim));
    }
    if twins(&page.sides).any(|twin| twin == at) {
        spans.push(span("  ! a lookalike", theme.warn));
    }
    spans
}

fn label(show: &Show<'_>, field: &Field, is_first: bool) -> Vec<Span<'static>> {
    let theme = show.theme;
    let name = if is_first { field.label } else { "" };
    let style = if field.mark == '=' {
        Style::new()
    } else {
        theme.accent
    };
    vec![
        span(format!("  {name:9} "), theme.dim),
        span(format!("{} ", field.mark), style),
    ]
}

fn cell(show: &Show<'_>, field: &Field, at: usize) -> Vec<Span<'static>> {
    let theme = show.theme;
    let Some(Some(cell)) = field.cells.get(at) else {
        return vec![span("–", theme.dim)];
    };
    let style = if cell.disputed {
        theme.accent
    } else {
        Style::new()
    };
    let mut spans = vec![span(cell.value.clone(), style)];
    if cell.disputed {
        spans.push(span("  in dispute", theme.accent));
    }
    if !cell.note.is_empty() {
        spans.push(span(format!("  {}", cell.note), theme.dim));
    }
    spans
}

fn beside(
    compare: &Compare,
    page: &CasePage,
    show: &Show<'_>,
    fields: &[Field],
    width: usize,
    fit: usize,
) -> Vec<Line<'static>> {
    let first = compare.first_side.min(page.sides.len().saturating_sub(fit));
    let column = width.saturating_sub(LABEL) / fit.max(1);
    let row = |mut spans: Vec<Span<'static>>, of: &dyn Fn(usize) -> Vec<Span<'static>>| {
        for at in first..first + fit {
            let part = clip(of(at), column.saturating_sub(2));
            let used: usize = part.iter().map(|s| text::width(&s.content)).sum();
            spans.extend(part);
            spans.push(Span::raw(" ".repeat(column.saturating_sub(used))));
        }
        Line::from(spans)
    };
    let mut lines = Vec::new();
    let mut before = "";
    for field in fields {
        let spans = label(show, field, field.label != before);
        before = field.label;
        lines.push(row(spans, &|at| {
            if field.label == "name" {
                head(compare, page, show, at)
            } else {
                cell(show, field, at)
            }
        }));
    }
    lines
}

fn stacked(
    compare: &Compare,
    page: &CasePage,
    show: &Show<'_>,
    fields: &[Field],
    width: usize,
) -> Vec<Line<'static>> {
    let theme = show.theme;
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut before = "";
    for field in fields {
        let is_name = field.label == "name";
        let is_one = !is_name && field.cells.windows(2).all(|pair| pair[0] == pair[1]);
        for (at, letter) in (0..page.sides.len()).zip('A'..) {
            if is_one && at > 0 {
                continue;
            }
            let mut spans = if at == 0 {
                label(show, field, field.label != before)
            } else {
                vec![Span::raw(" ".repeat(LABEL))]
            };
            if is_name {
                spans.extend(head(compare, page, show, at));
            } else {
                let letters = if is_one {
                    "both ".into()
                } else {
                    format!("{letter} ")
                };
                spans.push(span(letters, theme.dim));
                spans.extend(cell(show, field, at));
            }
            lines.push(Line::from(clip(spans, width)));
        }
        before = field.label;
    }
    lines
}

/// The change that the case is about: what was, what is.
fn change(page: &CasePage, show: &Show<'_>, width: usize) -> Vec<Line<'static>> {
    let theme = show.theme;
    let Some(change) = &page.row.change else {
        return Vec::new();
    };
    let mut lines = Vec::new();
    let pairs = [
        (Kind::Bsuid, &change.previous.bsuid, &change.current.bsuid),
        (Kind::Phone, &change.previous.phone, &change.current.phone),
        (
            Kind::ParentBsuid,
            &change.previous.parent_bsuid,
            &change.current.parent_bsuid,
        ),
    ];
    let mut name = "change";
    for (kind, from, to) in pairs {
        if from.is_none() && to.is_none() {
            continue;
        }
        let shown = |value: &Option<String>| {
            value
                .as_deref()
                .map_or_else(|| "not told".to_owned(), |v| show.value(kind, v))
        };
        let spans = vec![
            span(format!("  {name:9}   "), theme.dim),
            span(format!("{} ", show::kind(kind)), theme.dim),
            Span::raw(shown(from)),
            span(" → ", theme.accent),
            Span::raw(shown(to)),
        ];
        lines.push(Line::from(clip(spans, width)));
        name = "";
    }
    let note = format!("{}, {}", show.moment(change.at), change.kind);
    lines.push(Line::from(clip(
        vec![Span::raw(" ".repeat(LABEL)), span(note, theme.dim)],
        width,
    )));
    lines
}
