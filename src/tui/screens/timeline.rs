//! Messages on one line of time, with a lane for each contact.
//!
//! ```text
//!              A B
//!  12 Mar
//!      09:30   ●     Oi, meu pedido chegou?
//!      09:41   ●     you: Sim, saiu hoje.
//!              ·     14 days of silence
//!  26 Mar
//!  ◆ the change: BSUID US.134… became US.239…
//!      10:02     ●   Olá
//! ```
//!
//! A lane runs from the first to the last message of its contact, so that an
//! overlap is two lanes beside each other and a hand-over is one after the other.

use super::axis::Axis;
use crate::domain::fact::Direction;
use crate::domain::text;
use crate::domain::time::{DAY, Timestamp};
use crate::review::page::MessageRow;
use crate::tui::line::{clip, hanging, span};
use crate::tui::show::{self, Show};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Days without a message that are worth a line.
const SILENCE: i64 = 7 * DAY;

/// The messages of all lanes, oldest first.
///
/// `moments` are told at their place among them: when something changed. The
/// first lane is called `first`, the others by the letters after it.
pub(crate) fn lines(
    show: &Show<'_>,
    first: char,
    lanes: &[&[MessageRow]],
    moments: &[(Timestamp, String)],
    width: usize,
) -> Vec<Line<'static>> {
    let theme = show.theme;
    let mut moments: Vec<&(Timestamp, String)> = moments.iter().collect();
    moments.sort_by_key(|(at, _)| *at);
    let mut moments = moments.into_iter().peekable();
    let mut all: Vec<(usize, &MessageRow)> = Vec::new();
    for (lane, messages) in lanes.iter().enumerate() {
        all.extend(messages.iter().map(|message| (lane, message)));
    }
    all.sort_by_key(|(lane, message)| (message.at, message.event, *lane));
    let spans: Vec<Option<(Timestamp, Timestamp)>> = lanes.iter().map(|m| stretch(m)).collect();
    let gutter = |at: Timestamp, of: Option<usize>| -> Vec<Span<'static>> {
        if lanes.len() < 2 {
            return Vec::new();
        }
        let mut signs = Vec::new();
        if show.is_plain {
            // The letter, where a place among lanes would have to be seen.
            let letter = of.and_then(|lane| (first..).nth(lane)).unwrap_or(' ');
            return vec![span(format!("{letter} "), theme.accent)];
        }
        for (lane, stretch) in spans.iter().enumerate() {
            let runs = stretch.is_some_and(|(first, last)| first <= at && at <= last);
            signs.push(match (of == Some(lane), runs) {
                (true, _) => span("● ", theme.accent),
                (false, true) => span("│ ", theme.dim),
                (false, false) => Span::raw("  "),
            });
        }
        signs
    };
    let mut out = Vec::new();
    let mut day = String::new();
    let mut year = show.year(show.now);
    let mut before: Option<Timestamp> = None;
    let moment = |(at, says): &(Timestamp, String)| {
        let head = vec![
            span(
                format!(" {:>6} {} ", show.day_of_year(*at), show.clock(*at)),
                theme.dim,
            ),
            span("◆ ", theme.warn),
        ];
        hanging(head, says, theme.strong, width)
    };
    for (lane, message) in all {
        while let Some(told) = moments.next_if(|(at, _)| *at <= message.at) {
            out.extend(moment(told));
        }
        if let Some(last) = before
            && message.at.0 - last.0 >= SILENCE
        {
            let days = (message.at.0 - last.0) / DAY;
            let mut line = vec![Span::raw(" ".repeat(14))];
            line.extend(gutter(last.plus(1), None));
            line.push(span(
                format!(" {} without a message", show::count(days, "day", "days")),
                theme.dim,
            ));
            out.push(Line::from(line));
        }
        before = Some(message.at);
        let this_year = show.year(message.at);
        if this_year != year {
            out.push(Line::from(span(format!("  {this_year}"), theme.dim)));
            year = this_year;
        }
        let today = show.day_of_year(message.at);
        let label = if today == day {
            String::new()
        } else {
            today.clone()
        };
        day = today;
        let mut line = vec![span(
            format!(" {label:>6} {} ", show.clock(message.at)),
            theme.dim,
        )];
        line.extend(gutter(message.at, Some(lane)));
        let (who, style) = match (message.direction, message.kind.as_str()) {
            // What was said before stays in sight; this says what became of it.
            (Direction::Inbound, "edit") => ("edited: ", Style::new()),
            (Direction::Outbound, "edit") => ("you edited: ", theme.dim),
            (Direction::Inbound, "revoke") => ("✗ ", theme.dim),
            (Direction::Outbound, "revoke") => ("✗ you: ", theme.dim),
            (Direction::Inbound, _) => ("", Style::new()),
            (Direction::Outbound, _) => ("you: ", theme.dim),
        };
        let used: usize = line.iter().map(|s| text::width(&s.content)).sum();
        line.push(span(who, theme.dim));
        let room = width.saturating_sub(used + text::width(who));
        line.push(span(text::cell(&show.message(message), room), style));
        out.push(Line::from(line));
    }
    moments.for_each(|told| out.extend(moment(told)));
    out
}

/// The letters above the lanes.
pub(crate) fn letters(show: &Show<'_>, first: char, lanes: usize) -> Line<'static> {
    let letters: String = (first..).take(lanes).flat_map(|c| [c, ' ']).collect();
    Line::from(vec![
        Span::raw(" ".repeat(14)),
        span(letters, show.theme.accent),
    ])
}

/// All lanes at a glance: a line each on one axis of time, so that overlap,
/// silence and the moment of a change are seen before anything is read.
///
/// ```text
///   A ●──●──●───────●
///   B         ●●        ●──●
///                 ◆            26 Mar
///     3 Feb              22 Nov
/// ```
pub(crate) fn glance(
    show: &Show<'_>,
    lanes: &[&[MessageRow]],
    moments: &[(Timestamp, String)],
    width: usize,
) -> Vec<Line<'static>> {
    let theme = show.theme;
    let said = lanes.iter().flat_map(|lane| lane.iter().map(|m| m.at));
    let cells = width.saturating_sub(6).min(WIDEST);
    let Some(axis) = Axis::of(said.chain(moments.iter().map(|(at, _)| *at)), cells) else {
        return Vec::new();
    };
    let marks: Vec<usize> = moments.iter().map(|(at, _)| axis.column(*at)).collect();
    let mut lines: Vec<Line<'static>> = lanes
        .iter()
        .zip('A'..)
        .map(|(lane, letter)| {
            let mut spans = vec![span(format!("   {letter} "), theme.accent)];
            let dots = axis.dots(lane.iter().map(|m| m.at));
            spans.extend(dots.chars().enumerate().map(|(at, c)| {
                // The moment runs through all lanes.
                match (marks.contains(&at), c) {
                    (true, ' ') => span("┊", theme.warn),
                    (true, '─') => span("┼", theme.warn),
                    _ => Span::raw(c.to_string()),
                }
            }));
            Line::from(spans)
        })
        .collect();
    if let Some(&first) = marks.iter().min() {
        let what = "◆ asked about";
        // To the left of it where there is no room on the right.
        let (skip, what) = if first + text::width(what) <= cells {
            (first, what)
        } else {
            let what = "asked about ◆";
            ((first + 1).saturating_sub(text::width(what)), what)
        };
        let says = format!("     {}{what}", " ".repeat(skip));
        lines.push(Line::from(clip(vec![span(says, theme.warn)], width)));
    }
    let (from, to) = (show.day(axis.from()), show.day(axis.to()));
    let gap = cells.saturating_sub(text::width(&from) + text::width(&to));
    let dates = format!("     {from}{}{to}", " ".repeat(gap.max(1)));
    lines.push(Line::from(clip(vec![span(dates, theme.dim)], width)));
    lines
}

/// Columns of the axis at most: beyond that the eye has to travel.
const WIDEST: usize = 100;

/// The first and the last message.
fn stretch(messages: &[MessageRow]) -> Option<(Timestamp, Timestamp)> {
    let times = || messages.iter().map(|message| message.at);
    Some((times().min()?, times().max()?))
}

/// How two lanes lie to each other, in a sentence.
pub(crate) fn relation(show: &Show<'_>, lanes: &[&[MessageRow]]) -> String {
    let total: usize = lanes.iter().map(|m| m.len()).sum();
    if total == 0 {
        return "none".into();
    }
    let all = format!("the last {total}");
    let [a, b] = lanes else {
        return all;
    };
    let (a, b) = match (stretch(a), stretch(b)) {
        (Some(a), Some(b)) => (a, b),
        (Some(_), None) => return format!("{all}, only A wrote"),
        (None, Some(_)) => return format!("{all}, only B wrote"),
        (None, None) => return all,
    };
    let apart = |gap: i64| match gap / DAY {
        0 => "less than a day later".to_owned(),
        days => format!("{} later", show::count(days, "day", "days")),
    };
    if a.1 < b.0 {
        format!("{all}; B begins after A ends, {}", apart(b.0.0 - a.1.0))
    } else if b.1 < a.0 {
        format!("{all}; A begins after B ends, {}", apart(a.0.0 - b.1.0))
    } else {
        let (from, to) = (a.0.max(b.0), a.1.min(b.1));
        format!("{all}; both wrote {} – {}", show.day(from), show.day(to))
    }
}
