//! Messages on one line of time, with a lane for each contact.
//!
//! ```text
//!              A B
//!  12 Mar
//!      09:30   ●     Oi, meu pedido chegou?
//!      09:41   ●     you: Sim, saiu hoje.
//!              ·     14 days of silence
//!  26 Mar
//!      10:02     ●   Olá
//! ```
//!
//! A lane runs from the first to the last message of its contact, so that an
//! overlap is two lanes beside each other and a hand-over is one after the other.

use crate::domain::fact::Direction;
use crate::domain::text;
use crate::domain::time::{DAY, Timestamp};
use crate::review::page::MessageRow;
use crate::tui::line::span;
use crate::tui::show::{self, Show};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// Days without a message that are worth a line.
const SILENCE: i64 = 7 * DAY;

/// The messages of all lanes, oldest first.
pub(crate) fn lines(show: &Show<'_>, lanes: &[&[MessageRow]], width: usize) -> Vec<Line<'static>> {
    let theme = show.theme;
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
    for (lane, message) in all {
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
        let (who, style) = match message.direction {
            Direction::Inbound => ("", Style::new()),
            Direction::Outbound => ("you: ", theme.dim),
        };
        let used: usize = line.iter().map(|s| text::width(&s.content)).sum();
        line.push(span(who, theme.dim));
        let room = width.saturating_sub(used + text::width(who));
        line.push(span(text::cell(&show.message(message), room), style));
        out.push(Line::from(line));
    }
    out
}

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
