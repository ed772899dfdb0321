//! A batch: what it would do, how far it is, what became of each case.
//!
//! ```text
//!  ╭ Answer 60 of 64 marked cases by their suggestions ─────────────╮
//!  │  → change     accept    40                                     │
//!  │  ≠ conflict   merge     20                                     │
//!  │  Least sure                                                    │
//!  │   95%  case 7   Ana Souza · +55 11 98765 4321   merge          │
//!  │  Left out 4                                                    │
//!  │   case 8  changed: new evidence came                           │
//!  │                                                                │
//!  │ [Cancel]  Apply 60   type 60 first: 6                          │
//!  ╰────────────────────────────────────────────────────────────────╯
//! ```

use super::{Bounds, window};
use crate::domain::case::{Action as Verb, CaseKind};
use crate::domain::ids::CaseId;
use crate::domain::text;
use crate::review::batch::{Excluded, Item, Outcome, Plan};
use crate::tui::line::{clip, columns, hanging, meter, percent, span};
use crate::tui::model::{Batch, FEW, Stage, least_sure, sample};
use crate::tui::show::{self, Show};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use std::collections::BTreeMap;

/// The widest that it gets.
const WIDEST: u16 = 96;
/// The last rows, which stay: what can be done.
const FOOT: u16 = 2;

fn size(body: Rect) -> (u16, u16) {
    (body.width.min(WIDEST), body.height)
}

fn room(body: Rect) -> (usize, usize) {
    let (width, height) = size(body);
    let rows = usize::from(height.saturating_sub(2 + FOOT));
    (usize::from(width.saturating_sub(2)), rows)
}

/// How far it can be scrolled.
pub(super) fn bounds(batch: &Batch, show: &Show<'_>, body: Rect) -> Bounds {
    let (width, rows) = room(body);
    Bounds {
        rows: 0,
        scroll: lines(batch, show, width).len().saturating_sub(rows),
    }
}

/// Draws it.
pub(super) fn draw(batch: &Batch, show: &Show<'_>, frame: &mut Frame<'_>, body: Rect) {
    let (width, rows) = room(body);
    let all = lines(batch, show, width);
    let (width, mut height) = size(body);
    if batch.stage == Stage::Preview {
        height = height.min(columns(all.len()).saturating_add(2 + FOOT));
    }
    let inner = window(frame, show, body, (width, height), &title(batch));
    if inner.is_empty() {
        return;
    }
    let scroll = batch.scroll.min(all.len().saturating_sub(rows));
    let below = all.len().saturating_sub(scroll + rows);
    let seen: Vec<Line<'static>> = all.into_iter().skip(scroll).take(rows).collect();
    let above = Rect {
        height: inner.height.saturating_sub(FOOT),
        ..inner
    };
    frame.render_widget(Paragraph::new(seen), above);
    let foot = Rect {
        y: inner.bottom().saturating_sub(1),
        height: 1,
        ..inner
    };
    if below > 0 {
        let above = Rect {
            y: foot.y.saturating_sub(1),
            ..foot
        };
        let says = format!("  {below} more ↓");
        frame.render_widget(Line::from(span(says, show.theme.dim)), above);
    }
    let (line, cursor) = choices(batch, show);
    frame.render_widget(Line::from(clip(line, usize::from(foot.width))), foot);
    let cursor = columns(cursor).min(foot.width.saturating_sub(1));
    frame.set_cursor_position((foot.x + cursor, foot.y));
}

fn number(n: usize) -> String {
    show::number(i64::try_from(n).unwrap_or(i64::MAX))
}

fn title(batch: &Batch) -> String {
    match batch.stage {
        Stage::Preview if batch.plan.value.is_none() => {
            format!("Batch of {} marked", number(batch.marked))
        }
        Stage::Preview => format!(
            "Answer {} of {} marked by their suggestions",
            number(batch.len()),
            number(batch.marked)
        ),
        Stage::Running { .. } => format!("Answering {}", number(batch.len())),
        Stage::Ended(_) => match batch.number {
            Some(id) => format!("Batch {id}"),
            None => "Batch".into(),
        },
    }
}

fn lines(batch: &Batch, show: &Show<'_>, width: usize) -> Vec<Line<'static>> {
    let theme = show.theme;
    if let Some(error) = &batch.plan.error {
        let head = vec![span(" ! ", theme.warn)];
        return hanging(head, &show.sentence(error), theme.warn, width);
    }
    let Some(plan) = &batch.plan.value else {
        let says = " Working out what the suggestions would do…";
        return vec![Line::from(span(says, theme.dim))];
    };
    match batch.stage {
        Stage::Preview => preview(batch, plan, show, width),
        Stage::Running { .. } | Stage::Ended(_) => progress(batch, plan, show, width),
    }
}

/// What it would do: counts, the least sure, what is left out, a sample.
fn preview(batch: &Batch, plan: &Plan, show: &Show<'_>, width: usize) -> Vec<Line<'static>> {
    let theme = show.theme;
    let mut lines = Vec::new();
    let heading = |says: String| Line::from(span(format!(" {says}"), theme.strong));
    let mut counts: Vec<((CaseKind, Verb), usize)> = Vec::new();
    for item in &plan.items {
        let of = (item.kind, item.suggestion.action);
        match counts.iter_mut().find(|(seen, _)| *seen == of) {
            Some((_, n)) => *n += 1,
            None => counts.push((of, 1)),
        }
    }
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    for ((kind, action), n) in counts {
        let (sign, word) = show::short(kind);
        lines.push(Line::from(vec![
            span(format!("  {sign} "), theme.accent),
            Span::raw(text::pad(word, 11)),
            span(text::pad(show::verb(action), 15), theme.strong),
            Span::raw(format!("{:>8}", number(n))),
        ]));
    }
    if plan.items.is_empty() {
        let nothing = "Nothing of it can go in a batch.";
        let sure = percent(plan.header.filter.min_confidence);
        lines.push(heading(format!(
            "{nothing} It takes what is at least {} sure.",
            sure.trim()
        )));
    }
    if batch.to_confirm > 0 {
        let says = if batch.to_confirm == plan.items.len() {
            "Another operator has to confirm all of it.".to_owned()
        } else {
            format!(
                "Another operator has to confirm {} of it.",
                number(batch.to_confirm)
            )
        };
        lines.push(Line::from(span(format!(" ! {says}"), theme.warn)));
    }
    if !plan.items.is_empty() {
        lines.push(heading("The least sure".into()));
        let least = least_sure(plan).into_iter();
        lines.extend(least.map(|item| row(batch, item, show, width)));
    }
    let passed = batch
        .marked
        .saturating_sub(plan.items.len() + plan.excluded.len());
    let out = plan.excluded.len() + passed;
    if out > 0 {
        lines.push(heading(format!("Left out {}", number(out))));
    }
    // A line for each reason, with the first cases that it is about.
    let mut reasons: BTreeMap<&str, Vec<&Excluded>> = BTreeMap::new();
    for left in &plan.excluded {
        reasons
            .entry(left.why.detail.as_str())
            .or_default()
            .push(left);
    }
    let mut reasons: Vec<(&str, Vec<&Excluded>)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, cases)| std::cmp::Reverse(cases.len()));
    for (why, cases) in reasons {
        let first: Vec<String> = cases.iter().take(FEW).map(|c| c.case.to_string()).collect();
        let more = if cases.len() > FEW { " …" } else { "" };
        let head = vec![span(format!("  {:>5}  ", number(cases.len())), theme.warn)];
        let says = format!("{} (case {}{more})", show.sentence(why), first.join(", "));
        lines.extend(hanging(head, &says, Style::new(), width));
    }
    if passed > 0 {
        let head = vec![span(format!("  {:>5}  ", number(passed)), theme.warn)];
        let says = format!(
            "less sure than {}, or nothing is safe to suggest",
            percent(plan.header.filter.min_confidence).trim()
        );
        lines.extend(hanging(head, &says, Style::new(), width));
    }
    let drawn = sample(plan);
    if !drawn.is_empty() {
        lines.push(heading("A few of them by chance".into()));
        lines.extend(drawn.into_iter().map(|item| row(batch, item, show, width)));
    }
    lines
}

/// Who a case is about, as far as its line was read.
fn who(batch: &Batch, case: CaseId, show: &Show<'_>) -> String {
    let known = batch.names.iter().find(|(id, _)| *id == case);
    let names = known.map_or(&[][..], |(_, names)| names.as_slice());
    let names: Vec<String> = names.iter().map(|name| show.name(name)).collect();
    names.join(" · ")
}

fn row(batch: &Batch, item: &Item, show: &Show<'_>, width: usize) -> Line<'static> {
    let case = format!("case {}", item.case);
    Line::from(clip(
        vec![
            Span::raw(format!("  {}  ", percent(item.suggestion.confidence))),
            span(format!("{case:<12} "), show.theme.dim),
            Span::raw(format!(
                "{}  ",
                text::pad(show::verb(item.suggestion.action), 13)
            )),
            Span::raw(who(batch, item.case, show)),
        ],
        width,
    ))
}

/// How far it is, and what became of each case: what was left out first.
fn progress(batch: &Batch, plan: &Plan, show: &Show<'_>, width: usize) -> Vec<Line<'static>> {
    let theme = show.theme;
    let (done, all) = (batch.outcomes.len(), plan.items.len());
    let part = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    let share = part(done) / part(all.max(1));
    let tally = batch.tally();
    let took = match batch.stage {
        Stage::Running { since, .. } => show.now.0 - since.0,
        Stage::Ended(took) => took,
        Stage::Preview => 0,
    };
    let rate = match i64::try_from(done).unwrap_or(i64::MAX).saturating_mul(1000) {
        per if took > 0 => format!("  {} a second", show::number(per / took)),
        _ => String::new(),
    };
    let [full, rest] = meter(
        share,
        width.saturating_sub(34).min(40),
        theme.accent,
        &theme,
    );
    let mut lines = vec![
        Line::from(vec![
            Span::raw(" "),
            full,
            rest,
            span(
                format!(" {} of {}", number(done), number(all)),
                theme.strong,
            ),
            span(rate, theme.dim),
        ]),
        Line::from(Span::raw(format!(
            " {} answered, {} left out{}",
            number(tally.applied),
            number(tally.left_out),
            match tally.proposed {
                0 => String::new(),
                n => format!(", {} proposed to another operator", number(n)),
            }
        ))),
    ];
    if let Some(error) = &batch.error {
        lines.extend(hanging(
            vec![span(" ! ", theme.warn)],
            error,
            theme.warn,
            width,
        ));
    }
    if done < all && matches!(batch.stage, Stage::Ended(_)) {
        let says = " Stopped at a clean point; the rest stays as it was.";
        lines.push(Line::from(span(says, theme.warn)));
    }
    let told = plan.items.iter().zip(&batch.outcomes);
    let (refused, rest): (Vec<_>, Vec<_>) =
        told.partition(|(_, outcome)| matches!(outcome, Outcome::Refused(_)));
    for (item, outcome) in refused.into_iter().chain(rest) {
        let (sign, says, style) = match outcome {
            Outcome::Refused(why) => ("!", show.sentence(&why.detail), theme.warn),
            Outcome::Done(made) if made.applied => {
                ("✓", show.sentence(&made.summary), Style::new())
            }
            Outcome::Done(made) => (
                "…",
                format!("proposed: {}", show.sentence(&made.summary)),
                theme.dim,
            ),
        };
        let case = format!("case {}", item.case);
        let head = vec![
            span(format!("  {sign} "), style),
            span(format!("{case:<10} "), theme.dim),
        ];
        lines.extend(hanging(head, &says, style, width));
    }
    lines
}

/// The last row, and where the cursor of the terminal stands in it.
fn choices(batch: &Batch, show: &Show<'_>) -> (Vec<Span<'static>>, usize) {
    let theme = show.theme;
    match batch.stage {
        Stage::Running {
            is_stopping: true, ..
        } => (
            vec![span(" Stopping after what is under way…", theme.dim)],
            1,
        ),
        Stage::Running { .. } => (vec![span(" Esc stops at a clean point", theme.dim)], 1),
        Stage::Ended(_) => (vec![span(" Enter closes", theme.dim)], 1),
        Stage::Preview => {
            let button = |label: String, is_focused: bool| {
                let style = if is_focused {
                    theme.selected
                } else {
                    Style::new()
                };
                let mark = if is_focused { "▸" } else { " " };
                span(format!("{mark}{label} "), style)
            };
            let sure = percent(batch.scope.min_confidence);
            let mut line = vec![
                Span::raw(" "),
                button("Cancel".into(), !batch.is_apply),
                Span::raw(" "),
            ];
            if batch.plan.value.is_some() {
                let does = if batch.is_proposing() {
                    "Propose"
                } else {
                    "Apply"
                };
                let label = format!("{does} {}", number(batch.len()));
                line.push(button(label, batch.is_apply));
            }
            line.push(span(format!("  from {} sure", sure.trim()), theme.dim));
            if !batch.is_typed() {
                let at = if batch.is_apply { 10 } else { 1 };
                return (line, at);
            }
            line.push(span(format!("  type {}: ", batch.len()), theme.warn));
            let before: usize = line.iter().map(|s| text::width(&s.content)).sum();
            line.push(span(batch.input.value().to_owned(), theme.strong));
            (line, before + batch.input.visual_cursor())
        }
    }
}
