//! One case: its contacts side by side, and what each answer would do.
//!
//! ```text
//!  Ana Souza wrote with +55 11 98765 4321, which belongs to … here. Are they one person?
//!  Suggested  merge, keeping Ana Souza #3                              ━━━━━━━━━─  96%
//!  ▸ Contacts  2 differ, 1 the same ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━
//!              A Ana Souza #3                  B +55 11 98765 4321 #9
//!    phone   ! –                               +55 11 98765 4321  since 3 Feb
//!  Messages ─────────────────────────────────  Why ────────────────────────────────
//!                                              Answers ────────────────────────────
//! ```
//!
//! From 100 × 30 on all four panes are open; below, they are stacked and the
//! focused one gets the room. What is in them is in the files below.

mod answers;
mod fields;
mod why;

pub(crate) use why::decision;

use super::timeline;
use crate::domain::case::{Action as Verb, CaseState};
use crate::domain::time::Timestamp;
use crate::review::four_eyes::Proposal;
use crate::review::page::{CasePage, DecisionRow, MessageRow};
use crate::tui::action::Action;
use crate::tui::line::{clip, columns, hanging, justify, meter, percent, span, wrap};
use crate::tui::model::{CASE_PANES, Compare, Model};
use crate::tui::panes::{self, Pane};
use crate::tui::show::{self, Show};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// From this size on, the panes stand side by side.
const WIDE: (u16, u16) = (100, 24);

/// The title: which case, and which of how many.
pub(crate) fn title(model: &Model, compare: &Compare) -> String {
    let (ids, extent) = model.walk();
    let mut place = String::new();
    if let Some(at) = ids.iter().position(|&id| id == compare.case) {
        let at = i64::try_from(at + 1).unwrap_or(0);
        place = format!(" ({} of {extent})", show::number(at));
    }
    let page = compare.page.value.as_ref();
    let kind = page.map_or_else(String::new, |page| format!(" · {}", page.row.kind.title()));
    format!("Case {}{place}{kind}", compare.case)
}

/// Which panes get the room that the focused one leaves: the reasons are few
/// lines, and say most.
const NEXT_TO_READ: [usize; CASE_PANES] = [0, 2, 1, 3];

/// Where each pane lies, and what is in it.
struct Laid {
    head: Vec<Line<'static>>,
    head_area: Rect,
    panes: [Pane; CASE_PANES],
    areas: [Rect; CASE_PANES],
}

fn lay(model: &Model, compare: &Compare, page: &CasePage, show: &Show<'_>, area: Rect) -> Laid {
    let mut head = head(model, compare, page, show, usize::from(area.width));
    head.truncate(usize::from(area.height));
    let head_height = columns(head.len());
    let head_area = Rect {
        height: head_height,
        ..area
    };
    let rest = Rect {
        y: area.y + head_height,
        height: area.height - head_height,
        ..area
    };
    let is_wide = area.width >= WIDE.0 && area.height >= WIDE.1;
    let left = if is_wide { rest.width / 2 } else { rest.width };
    let right = if is_wide {
        rest.width - left
    } else {
        rest.width
    };
    let lanes: Vec<&[MessageRow]> = page.sides.iter().map(|s| s.messages.as_slice()).collect();
    let panes = [
        fields::pane(compare, page, show, usize::from(rest.width)),
        messages(show, page, &lanes, usize::from(left.saturating_sub(1))),
        why::pane(page, show, usize::from(right)),
        answers::pane(model, page, show, usize::from(right)),
    ];
    let lengths: Vec<usize> = panes.iter().map(|pane| pane.lines.len()).collect();
    let areas = if is_wide {
        grid(rest, left, &lengths, compare.pane)
    } else {
        let heights = panes::share(rest.height, &lengths, compare.pane, &NEXT_TO_READ);
        four(&panes::stack(rest, &heights))
    };
    Laid {
        head,
        head_area,
        panes,
        areas,
    }
}

/// Contacts above; messages on the left below, why and answers on the right.
fn grid(rest: Rect, left: u16, lengths: &[usize], focus: usize) -> [Rect; CASE_PANES] {
    let wanted = columns(lengths.first().copied().unwrap_or(0) + 1);
    let share = if focus == 0 { 3 } else { 2 };
    // One line of air below, where it costs nothing.
    let top = (wanted + 1).min(rest.height * share / 5).min(rest.height);
    let below = Rect {
        y: rest.y + top,
        height: rest.height - top,
        ..rest
    };
    let on_left = Rect {
        width: left.saturating_sub(1),
        ..below
    };
    let on_right = Rect {
        x: below.x + left,
        width: below.width - left,
        ..below
    };
    // The answers are what one came for: the reasons have a third at most where
    // both do not fit, unless they are read.
    let length = |n: usize| columns(lengths.get(n).copied().unwrap_or(0) + 1);
    let third = on_right.height / 3;
    let why = if focus == 2 {
        on_right.height.saturating_sub(length(3).min(third))
    } else {
        on_right.height.saturating_sub(length(3)).max(third)
    };
    let why = length(2).min(why);
    let on_right = panes::stack(on_right, &[why, on_right.height - why]);
    let top = Rect {
        height: top,
        ..rest
    };
    let at = |n: usize| on_right.get(n).copied().unwrap_or_default();
    [top, on_left, at(0), at(1)]
}

fn four(rects: &[Rect]) -> [Rect; CASE_PANES] {
    std::array::from_fn(|n| rects.get(n).copied().unwrap_or_default())
}

/// The question, and what the program would answer or what was answered.
fn head(
    model: &Model,
    compare: &Compare,
    page: &CasePage,
    show: &Show<'_>,
    width: usize,
) -> Vec<Line<'static>> {
    let theme = show.theme;
    let row = &page.row;
    let mut lines: Vec<Line<'static>> = wrap(&show.question(row), width.saturating_sub(2))
        .into_iter()
        .take(3)
        .map(|line| Line::from(vec![Span::raw(" "), span(line, theme.strong)]))
        .collect();
    let label = |text: &str| span(format!(" {text} "), theme.dim);
    match row.state {
        CaseState::Open | CaseState::Deferred => {
            let says = show.suggestion(row, compare.keeps());
            let left = vec![label("Suggested"), span(says, theme.accent)];
            let right = if row.suggestion.action == Verb::None {
                Vec::new()
            } else {
                let [full, rest] = meter(row.suggestion.confidence, 10, theme.accent, &theme);
                vec![
                    Span::raw("  "),
                    full,
                    rest,
                    Span::raw(format!("{} sure ", percent(row.suggestion.confidence))),
                ]
            };
            lines.push(justify(left, right, width));
        }
        CaseState::Resolved => {
            let made = page.decisions.iter().rev().find(|made| made.stands);
            let says = made.map_or_else(
                || "answered".into(),
                |made| {
                    format!(
                        "{} by {} {}",
                        show::verb(made.action),
                        show::operator(&made.operator),
                        show.ago(made.at)
                    )
                },
            );
            lines.push(Line::from(vec![
                label("Answered"),
                span(says, theme.accent),
            ]));
        }
        CaseState::Superseded => {
            let why = row.superseded_by.as_deref().unwrap_or("nothing in dispute");
            let why = show.sentence(why);
            lines.push(Line::from(clip(
                vec![label("No longer a question"), span(why, theme.accent)],
                width,
            )));
        }
    }
    if matches!(row.state, CaseState::Open | CaseState::Deferred)
        && let Some(made) = kept_apart(page)
    {
        let why = (made.reason.as_ref())
            .map_or_else(String::new, |reason| format!(", {}", show.reason(reason)));
        let says = format!(
            "! Kept separate by {} {}{why} (decision {}); what came since asks again",
            show::operator(&made.operator),
            show.ago(made.at),
            made.decision
        );
        lines.push(Line::from(clip(
            vec![Span::raw(" "), span(says, theme.warn)],
            width,
        )));
    }
    let beside = page
        .claim
        .as_ref()
        .filter(|claim| claim.operator != model.session.operator && claim.until > show.now);
    if let Some(claim) = beside {
        let says = format!(
            "! {} looks at this case too",
            show::operator(&claim.operator)
        );
        lines.push(Line::from(vec![Span::raw(" "), span(says, theme.warn)]));
    }
    for proposal in &page.proposals {
        let says = proposed(model, proposal, show);
        lines.extend(hanging(
            vec![Span::raw(" ")],
            &says,
            theme.warn,
            width.saturating_sub(1),
        ));
    }
    if let Some(until) = row.deferred_until {
        let says = format!("{} ({})", show.moment(until), show.ago(until));
        lines.push(Line::from(vec![label("Deferred until"), Span::raw(says)]));
    }
    if let Some(reason) = &compare.reason {
        let reason = crate::domain::text::safe(reason).into_owned();
        lines.push(Line::from(clip(
            vec![label("Your reason"), Span::raw(reason)],
            width,
        )));
    }
    lines
}

/// What is proposed, by whom, why, and who can do what about it.
fn proposed(model: &Model, proposal: &Proposal, show: &Show<'_>) -> String {
    let key = |action| (model.session.keys).key(model.screen_scope(), action);
    let (confirm, withdraw) = (key(Action::Confirm), key(Action::Withdraw));
    let is_own = proposal.operator == model.session.operator;
    let who = if is_own {
        "You".to_owned()
    } else {
        show::operator(&proposal.operator)
    };
    let why = proposal
        .reason
        .as_ref()
        .map_or_else(String::new, |reason| format!(", {}", show.reason(reason)));
    let then = if is_own {
        format!("another operator has to confirm it, {withdraw} takes it back")
    } else {
        format!("{confirm} confirms, {withdraw} turns it down")
    };
    let (what, when) = (show::verb(proposal.action), show.ago(proposal.at));
    format!("! {who} proposed {what} {when}{why}: {then}")
}

/// The decision that keeps contacts of the case apart, where one stands: it was
/// answered so before, or names two of them.
fn kept_apart(page: &CasePage) -> Option<&DecisionRow> {
    let is_wall = |made: &&DecisionRow| made.action == Verb::KeepSeparate && made.stands;
    let own = page.decisions.iter().rev().find(is_wall);
    own.or_else(|| {
        let of = |at: usize| page.sides[at].decisions.iter().filter(is_wall);
        let names = |at: usize, made: &DecisionRow| of(at).any(|m| m.decision == made.decision);
        let sides = 0..page.sides.len();
        let found = sides
            .clone()
            .flat_map(|at| of(at).map(move |made| (at, made)));
        let mut found = found.filter(|(at, made)| {
            let mut others = sides.clone().filter(|other| other != at);
            others.any(|other| names(other, made))
        });
        found.next().map(|(_, made)| made)
    })
}

/// The messages of all contacts: at a glance, and below one by one.
fn messages(show: &Show<'_>, page: &CasePage, lanes: &[&[MessageRow]], width: usize) -> Pane {
    let moments = moments(page, show);
    let mut pane = Pane {
        title: "Messages",
        summary: timeline::relation(show, lanes),
        lines: Vec::new(),
        fixed: 0,
    };
    if lanes.iter().all(|lane| lane.is_empty()) {
        let says = "   No messages on either side.";
        pane.lines.push(Line::from(span(says, show.theme.dim)));
    } else if lanes.len() > 1 && !show.is_plain {
        pane.lines = timeline::glance(show, lanes, &moments, width);
        pane.lines.push(timeline::letters(show, 'A', lanes.len()));
        pane.fixed = pane.lines.len();
    }
    pane.lines
        .extend(timeline::lines(show, 'A', lanes, &moments, width));
    pane
}

/// When what the case is about happened: the change, or the first evidence.
fn moments(page: &CasePage, show: &Show<'_>) -> Vec<(Timestamp, String)> {
    if let Some(change) = &page.row.change {
        let says = format!(
            "the change: {} became {}",
            show.side(&change.previous),
            show.side(&change.current)
        );
        return vec![(change.at, says)];
    }
    let first = page.evidence.first();
    first
        .map(|row| (row.at, "what the case rests on came first".to_owned()))
        .into_iter()
        .collect()
}

/// How far each pane can be scrolled, and the contacts to the right.
pub(crate) fn bounds(model: &Model, area: Rect) -> ([usize; CASE_PANES], usize) {
    let Some(compare) = model.compare() else {
        return ([0; CASE_PANES], 0);
    };
    let Some(page) = compare.page.value.as_deref() else {
        return (compare.scroll, compare.first_side);
    };
    let laid = lay(model, compare, page, &model.show(), area);
    let most = std::array::from_fn(|n| panes::most(laid.panes[n].lines.len(), laid.areas[n]));
    let fit = fields::fitting(page.sides.len(), usize::from(area.width));
    (most, page.sides.len().saturating_sub(fit))
}

/// The pane that is drawn at a place, for the mouse.
pub(crate) fn pane_at(model: &Model, area: Rect, at: Position) -> Option<usize> {
    let compare = model.compare()?;
    let page = compare.page.value.as_deref()?;
    let laid = lay(model, compare, page, &model.show(), area);
    laid.areas.iter().position(|area| area.contains(at))
}

/// Draws it.
pub(crate) fn draw(
    model: &Model,
    compare: &Compare,
    show: &Show<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let Some(page) = compare.page.value.as_deref() else {
        if let Some(error) = &compare.page.error {
            let says = vec![
                Line::from(span("  The case could not be read.", show.theme.strong)),
                Line::from(format!("  {}", show.sentence(error))),
                Line::from(span("  Ctrl-l tries again, Esc goes back.", show.theme.dim)),
            ];
            frame.render_widget(Paragraph::new(says), area);
        }
        frame.set_cursor_position((area.x, area.y));
        return;
    };
    let laid = lay(model, compare, page, show, area);
    frame.render_widget(Paragraph::new(laid.head), laid.head_area);
    for (n, (pane, rect)) in laid.panes.iter().zip(laid.areas).enumerate() {
        panes::draw(
            frame,
            show,
            rect,
            pane,
            compare.scroll[n],
            n == compare.pane,
        );
    }
}
