//! One contact: who it is, what was said, what was decided, what is open.
//!
//! ```text
//!  ▸ Identifiers  4, of which 1 former ━━━━━━━━   Messages  the last 40 ──────
//!    #12  phone  +351 912 345 678  since 3 Feb      12 Mar 09:30 Olá
//!         BSUID  PT.1349…          since 12 Mar
//!    Over time  3 Feb – 22 Nov ────────────────
//!    phone …5678     ├━━━━━━━━━━━━━━━━━━━━━━━━━
//!    @ana_s          ├━━━━━━━━┤
//!    Open cases  1 ────────────────────────────
//! ```
//!
//! Enter on an open case goes to it, on a decision to its entry in the log.
//! Messages are read further back when the cursor is at the first of them and
//! goes up.

use super::axis::Axis;
use super::compare::decision;
use super::timeline;
use crate::domain::identifier::Kind;
use crate::domain::text;
use crate::domain::time::Timestamp;
use crate::review::page::{ContactPage, MessageRow};
use crate::tui::line::{clip, hanging, span};
use crate::tui::model::{
    CONTACT_CASES, CONTACT_DECISIONS, CONTACT_MESSAGES, CONTACT_PANES, Model, Person, Screen,
};
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
        over_time(page, show, room),
        messages(page, show, usize::from(right.saturating_sub(1))),
        decisions(person, page, show, room),
        cases(person, page, show),
    ];
    let length = |n: usize| panes[n].lines.len();
    let areas = if is_wide {
        let on_left = Rect {
            width: left.saturating_sub(1),
            ..rest
        };
        // All but the messages, in their order.
        let stacked = [0, 1, CONTACT_DECISIONS, CONTACT_CASES];
        let focus = stacked.iter().position(|&n| n == person.pane).unwrap_or(0);
        let lengths = stacked.map(length);
        let rects = panes::stack(
            on_left,
            &panes::share(rest.height, &lengths, focus, &[0, 1, 2, 3]),
        );
        let on_right = Rect {
            x: rest.x + left,
            width: right,
            ..rest
        };
        let at = |n: usize| rects.get(n).copied().unwrap_or_default();
        [at(0), at(1), on_right, at(2), at(3)]
    } else {
        let lengths: Vec<usize> = (0..CONTACT_PANES).map(length).collect();
        let order = [0, CONTACT_CASES, 1, CONTACT_MESSAGES, CONTACT_DECISIONS];
        let rects = panes::stack(
            rest,
            &panes::share(rest.height, &lengths, person.pane, &order),
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
        // A list follows its cursor.
        let follow = |last: usize| (last + 2).saturating_sub(usize::from(rect.height));
        let scroll = match n {
            CONTACT_CASES => follow(person.cases.place(&page.open_cases).unwrap_or(0)),
            CONTACT_DECISIONS => follow(last_line_of_decision(person, show, &laid)),
            _ => person.scroll[n],
        };
        panes::draw(frame, show, rect, pane, scroll, is_focused);
    }
}

/// The tree: canonical contact, its members, their identifiers.
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
        let held = page.identifiers.iter().filter(|id| id.member == member);
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
        fixed: 0,
        summary,
        lines,
    }
}

/// Columns of the labels beside the bars.
const BAR_LABEL: usize = 20;

/// A bar for every identifier and username, on one axis up to now.
fn over_time(page: &ContactPage, show: &Show<'_>, width: usize) -> Pane {
    let theme = show.theme;
    let held = page.identifiers.iter();
    let held = held.filter(|id| id.kind != Kind::Username);
    let mut bars: Vec<(Kind, &str, Option<Timestamp>, Option<Timestamp>)> = held
        .map(|id| (id.kind, id.value.as_str(), id.since, id.until))
        .collect();
    bars.extend(page.usernames.iter().map(|name| {
        let (since, until) = (Some(name.since), name.until);
        (Kind::Username, name.value.as_str(), since, until)
    }));
    // In the order in which they were taken up: a hand-over reads as a stair.
    bars.sort_by_key(|(_, _, since, until)| (*since, *until));
    let ends = bars
        .iter()
        .flat_map(|(_, _, since, until)| [*since, *until]);
    let moments = ends.flatten().chain([show.now]);
    let cells = width.saturating_sub(BAR_LABEL + 4);
    let Some(axis) = Axis::of(moments, cells).filter(|_| !bars.is_empty()) else {
        return Pane {
            title: "Over time",
            fixed: 0,
            summary: "nothing is dated".into(),
            lines: Vec::new(),
        };
    };
    let label = |kind: Kind, value: &str| match kind {
        Kind::Username => show.value(kind, value),
        _ => format!("{} {}", show::kind(kind), tail(&show.value(kind, value))),
    };
    let mut lines: Vec<Line<'static>> = bars
        .iter()
        .map(|&(kind, value, since, until)| {
            let style = if until.is_none() {
                theme.accent
            } else {
                Style::new()
            };
            let bar = if show.is_plain {
                show.held(since, until)
            } else {
                axis.bar(since, until)
            };
            Line::from(vec![
                span(
                    format!("  {} ", text::pad(&label(kind, value), BAR_LABEL)),
                    theme.dim,
                ),
                span(bar, style),
            ])
        })
        .collect();
    let (from, to) = (show.day(axis.from()), "now");
    if show.is_plain {
        return Pane {
            title: "Over time",
            fixed: 0,
            summary: format!("{from} – now"),
            lines,
        };
    }
    let gap = cells.saturating_sub(text::width(&from) + to.len());
    let dates = format!("{}{from}{}{to}", " ".repeat(BAR_LABEL + 3), " ".repeat(gap));
    lines.push(Line::from(clip(vec![span(dates, theme.dim)], width)));
    Pane {
        title: "Over time",
        fixed: 0,
        summary: format!("{from} – now"),
        lines,
    }
}

/// The end of a value, by which it is told from others of its kind.
fn tail(value: &str) -> String {
    const KEEP: usize = 11;
    let chars: Vec<char> = value.chars().collect();
    match chars.len().checked_sub(KEEP) {
        None | Some(0) => value.to_owned(),
        Some(skip) => std::iter::once('…')
            .chain(chars[skip..].iter().copied())
            .collect(),
    }
}

/// A lane for every thread, up to so many.
const LANES: usize = 4;

fn messages(page: &ContactPage, show: &Show<'_>, width: usize) -> Pane {
    let theme = show.theme;
    let mut lines: Vec<Line<'static>> = Vec::new();
    let has_lanes = (2..=LANES).contains(&page.conversations.len());
    for (thread, letter) in page.conversations.iter().zip('a'..) {
        let last = thread
            .last_at
            .map_or_else(String::new, |at| format!(", last {}", show.ago(at)));
        let says = format!(
            "thread {}, through {}: {}{last}",
            thread.conversation,
            show.identifier(&thread.through),
            show::count(thread.messages, "message", "messages")
        );
        let head = if has_lanes {
            vec![span(format!("  {letter} "), theme.accent)]
        } else {
            vec![Span::raw("  ")]
        };
        lines.extend(hanging(head, &says, theme.dim, width));
    }
    if has_lanes {
        let of = |thread| {
            page.messages
                .iter()
                .filter(move |m| m.conversation == thread)
        };
        let lanes: Vec<Vec<MessageRow>> = page
            .conversations
            .iter()
            .map(|thread| of(thread.conversation).cloned().collect())
            .collect();
        let lanes: Vec<&[MessageRow]> = lanes.iter().map(Vec::as_slice).collect();
        if !show.is_plain {
            lines.push(timeline::letters(show, 'a', lanes.len()));
        }
        lines.extend(timeline::lines(show, 'a', &lanes, &[], width));
    } else {
        lines.extend(timeline::lines(show, 'a', &[&page.messages], &[], width));
    }
    let total: i64 = page.conversations.iter().map(|c| c.messages).sum();
    let threads = match page.conversations.len() {
        0 | 1 => String::new(),
        n => format!(" in {n} threads"),
    };
    Pane {
        title: "Messages",
        fixed: 0,
        summary: match page.messages.len() {
            0 => "none".into(),
            n => format!("{n} of {}{threads}", show::number(total)),
        },
        lines,
    }
}

fn decisions(person: &Person, page: &ContactPage, show: &Show<'_>, width: usize) -> Pane {
    let is_focused = person.pane == CONTACT_DECISIONS;
    let lines = person
        .decided()
        .flat_map(|made| {
            let is_selected = is_focused && person.decisions.cursor == Some(made.decision);
            let mut lines = decision(made, show, width);
            if is_selected {
                for line in &mut lines {
                    *line = std::mem::take(line).style(show.theme.selected);
                }
            }
            lines
        })
        .collect();
    let more = if page.decisions.is_empty() {
        ""
    } else {
        ", Enter opens the log there"
    };
    Pane {
        title: "Decisions",
        fixed: 0,
        summary: format!("{}{more}", page.decisions.len()),
        lines,
    }
}

/// The last line of the decision under the cursor.
fn last_line_of_decision(person: &Person, show: &Show<'_>, laid: &Laid) -> usize {
    let width = usize::from(laid.areas[CONTACT_DECISIONS].width.saturating_sub(1));
    let mut lines = 0;
    for made in person.decided() {
        lines += decision(made, show, width).len();
        if person.decisions.cursor == Some(made.decision) {
            break;
        }
    }
    lines.saturating_sub(1)
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
        fixed: 0,
        summary,
        lines,
    }
}
