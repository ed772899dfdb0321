//! One contact: who it is, what was said, what was decided, what is open.
//!
//! ```text
//!  ▸ Identifiers  4, of which 1 former ━━━━━━━━   Messages  the last 40 ──────
//!    #12  phone  +351 912 345 678  since 3 Feb      12 Mar 09:30 Olá
//!         BSUID  PT.1349…          since 12 Mar
//!    Open cases  1 ────────────────────────────
//! ```
//!
//! Enter on an open case goes to it. Messages are read further back when the
//! cursor is at the first of them and goes up.

use super::compare::decision;
use super::timeline;
use crate::domain::identifier::Kind;
use crate::domain::text;
use crate::review::page::ContactPage;
use crate::tui::line::{clip, hanging, span};
use crate::tui::model::{CONTACT_CASES, CONTACT_PANES, Model, Person, Screen};
use crate::tui::panes::{self, Pane};
use crate::tui::show::{self, Show};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// From this width on, the messages stand beside the rest.
const WIDE: u16 = 100;

/// The title: who it is.
pub(crate) fn title(person: &Person, show: &Show<'_>) -> String {
    match &person.page.value {
        Some(page) => format!("Contact #{} · {}", page.contact, show.name(&page.name)),
        None => format!("Contact #{}", person.contact),
    }
}

struct Laid {
    panes: [Pane; CONTACT_PANES],
    areas: [Rect; CONTACT_PANES],
}

fn lay(person: &Person, page: &ContactPage, show: &Show<'_>, area: Rect) -> Laid {
    let rest = area;
    let is_wide = area.width >= WIDE;
    let left = if is_wide { rest.width / 2 } else { rest.width };
    let right = if is_wide {
        rest.width - left
    } else {
        rest.width
    };
    let room = usize::from(left.saturating_sub(1));
    let panes = [
        identifiers(page, show, room),
        messages(page, show, usize::from(right.saturating_sub(1))),
        decisions(page, show, room),
        cases(person, page, show),
    ];
    let length = |n: usize| panes[n].lines.len();
    let areas = if is_wide {
        let on_left = Rect {
            width: left.saturating_sub(1),
            ..rest
        };
        let focus = [0, 0, 1, 2][person.pane.min(3)];
        let lengths = [length(0), length(2), length(3)];
        let rects = panes::stack(
            on_left,
            &panes::share(rest.height, &lengths, focus, &[0, 1, 2]),
        );
        let on_right = Rect {
            x: rest.x + left,
            width: right,
            ..rest
        };
        let at = |n: usize| rects.get(n).copied().unwrap_or_default();
        [at(0), on_right, at(1), at(2)]
    } else {
        let lengths: Vec<usize> = (0..CONTACT_PANES).map(length).collect();
        let rects = panes::stack(
            rest,
            &panes::share(rest.height, &lengths, person.pane, &[0, 3, 1, 2]),
        );
        std::array::from_fn(|n| rects.get(n).copied().unwrap_or_default())
    };
    Laid { panes, areas }
}

/// How far each pane can be scrolled.
pub(crate) fn bounds(model: &Model, area: Rect) -> [usize; CONTACT_PANES] {
    let Some(Screen::Contact(person)) = model.above.last() else {
        return [0; CONTACT_PANES];
    };
    let Some(page) = person.page.value.as_deref() else {
        return person.scroll;
    };
    let laid = lay(person, page, &model.show(), area);
    std::array::from_fn(|n| panes::most(laid.panes[n].lines.len(), laid.areas[n]))
}

/// The pane that is drawn at a place, for the mouse.
pub(crate) fn pane_at(model: &Model, area: Rect, at: Position) -> Option<usize> {
    let Some(Screen::Contact(person)) = model.above.last() else {
        return None;
    };
    let page = person.page.value.as_deref()?;
    let laid = lay(person, page, &model.show(), area);
    laid.areas.iter().position(|area| area.contains(at))
}

/// Draws it.
pub(crate) fn draw(person: &Person, show: &Show<'_>, frame: &mut Frame<'_>, area: Rect) {
    let theme = show.theme;
    let head = Rect { height: 1, ..area };
    let Some(page) = person.page.value.as_deref() else {
        if let Some(error) = &person.page.error {
            let says = format!(" The contact could not be read: {}", show.sentence(error));
            frame.render_widget(Paragraph::new(span(says, theme.warn)), head);
        }
        frame.set_cursor_position((area.x, area.y));
        return;
    };
    let laid = lay(person, page, show, area);
    for (n, (pane, rect)) in laid.panes.iter().zip(laid.areas).enumerate() {
        let is_focused = n == person.pane;
        let scroll = if n == CONTACT_CASES {
            // Follows its cursor.
            let at = person.cases.place(&page.open_cases).unwrap_or(0);
            (at + 2).saturating_sub(usize::from(rect.height))
        } else {
            person.scroll[n]
        };
        panes::draw(frame, show, rect, pane, scroll, is_focused);
    }
}

/// The tree: canonical contact, its members, their identifiers; usernames.
fn identifiers(page: &ContactPage, show: &Show<'_>, width: usize) -> Pane {
    let theme = show.theme;
    let mut lines = Vec::new();
    let is_merged = page.members.len() > 1;
    for &member in &page.members {
        if is_merged {
            let canonical = if member == page.contact {
                "  stands for all"
            } else {
                ""
            };
            lines.push(Line::from(vec![
                span(format!("  #{member}"), theme.strong),
                span(canonical, theme.dim),
            ]));
        }
        let held = page
            .identifiers
            .iter()
            .filter(|id| id.member == member && id.kind != Kind::Username);
        for id in held {
            let portfolio = id.portfolio.as_deref().filter(|name| *name != "default");
            let note = [
                portfolio.map(|name| text::safe(name).into_owned()),
                Some(show.held(id.since, id.until)),
                Some(Show::standing(id).to_owned()),
            ];
            let note: Vec<String> = note
                .into_iter()
                .flatten()
                .filter(|s| !s.is_empty())
                .collect();
            let style = if id.state.is_live() {
                Style::new()
            } else {
                theme.dim
            };
            let indent = if is_merged { "    " } else { "  " };
            lines.push(Line::from(clip(
                vec![
                    span(format!("{indent}{:8} ", show::kind(id.kind)), theme.dim),
                    span(show.value(id.kind, &id.value), style),
                    span(format!("  {}", note.join(", ")), theme.dim),
                ],
                width,
            )));
        }
    }
    let mut label = "username";
    for span_of in &page.usernames {
        lines.push(Line::from(clip(
            vec![
                span(format!("  {label:8} "), theme.dim),
                Span::raw(show.value(Kind::Username, &span_of.value)),
                span(
                    format!("  {}", show.held(Some(span_of.since), span_of.until)),
                    theme.dim,
                ),
            ],
            width,
        )));
        label = "";
    }
    let former = page
        .identifiers
        .iter()
        .filter(|id| !id.state.is_live())
        .count();
    let summary = match former {
        0 => page.identifiers.len().to_string(),
        n => format!("{}, of which {n} former", page.identifiers.len()),
    };
    Pane {
        title: "Identifiers",
        summary,
        lines,
    }
}

fn messages(page: &ContactPage, show: &Show<'_>, width: usize) -> Pane {
    let theme = show.theme;
    let mut lines: Vec<Line<'static>> = Vec::new();
    for thread in &page.conversations {
        let last = thread
            .last_at
            .map_or_else(String::new, |at| format!(", last {}", show.ago(at)));
        let says = format!(
            "thread {}, through {}: {}{last}",
            thread.conversation,
            show.identifier(&thread.through),
            show::count(thread.messages, "message", "messages")
        );
        lines.extend(hanging(vec![Span::raw("  ")], &says, theme.dim, width));
    }
    lines.extend(timeline::lines(show, &[&page.messages], width));
    let total: i64 = page.conversations.iter().map(|c| c.messages).sum();
    Pane {
        title: "Messages",
        summary: match page.messages.len() {
            0 => "none".into(),
            n => format!("{n} of {}", show::number(total)),
        },
        lines,
    }
}

fn decisions(page: &ContactPage, show: &Show<'_>, width: usize) -> Pane {
    let lines = page
        .decisions
        .iter()
        .rev()
        .flat_map(|made| decision(made, show, width))
        .collect();
    Pane {
        title: "Decisions",
        summary: page.decisions.len().to_string(),
        lines,
    }
}

fn cases(person: &Person, page: &ContactPage, show: &Show<'_>) -> Pane {
    let theme = show.theme;
    let lines = page.open_cases.iter().map(|&case| {
        let is_selected = person.pane == CONTACT_CASES && person.cases.cursor == Some(case);
        let (mark, style) = if is_selected {
            (" ▸", theme.selected)
        } else {
            ("  ", Style::new())
        };
        Line::from(span(format!("{mark}case {case} "), style))
    });
    let lines: Vec<Line<'static>> = lines.collect();
    let summary = match lines.len() {
        0 => "none".into(),
        n => format!("{n}, Enter opens one"),
    };
    Pane {
        title: "Open cases",
        summary,
        lines,
    }
}
