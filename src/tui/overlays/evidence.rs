//! What a case rests on: each set of identifiers that came together, and the
//! raw payload that brought it.
//!
//! The payload is indented here without being read into numbers and back, so
//! that what is shown is what came: a BSUID of twenty digits stays one.

use super::{Bounds, inside, window};
use crate::domain::text;
use crate::review::page::IdentifierRef;
use crate::tui::line::{clip, columns, span};
use crate::tui::model::Evidence;
use crate::tui::show::{self, Show};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// The line of the payload to begin at: a little above what is in dispute.
pub(crate) fn first_wanted(evidence: &Evidence) -> usize {
    let lines = payload(evidence, false, RAW_WIDTH);
    let mut wanted = evidence.wanted.iter();
    let at = wanted.find_map(|value| lines.iter().position(|line| line.contains(value.as_str())));
    at.unwrap_or(0).saturating_sub(ABOVE)
}

/// Lines above a place that is gone to.
const ABOVE: usize = 3;

/// Columns of a line of the raw view: it fits the smallest terminal.
const RAW_WIDTH: usize = 56;

/// Where to scroll for the next line with what is sought, else with an
/// identifier of the case; from the beginning after the last.
pub(crate) fn next_hit(evidence: &Evidence) -> Option<usize> {
    let lines = payload(evidence, false, RAW_WIDTH);
    let wanted = needles(evidence);
    let hits = lines.iter().enumerate();
    let hits: Vec<usize> = hits
        .filter(|(_, line)| !places(line, &wanted).is_empty())
        .map(|(at, _)| at.saturating_sub(ABOVE))
        .collect();
    let next = hits.iter().find(|&&at| at > evidence.scroll);
    next.or(hits.first()).copied()
}

/// What is looked for: what is typed, else the identifiers of the case.
fn needles(evidence: &Evidence) -> Vec<String> {
    if evidence.sought.is_empty() {
        return evidence.wanted.clone();
    }
    vec![evidence.sought.clone()]
}

/// Where in a line any of these is, whatever the case of its letters; from left
/// to right and apart.
fn places(line: &str, wanted: &[String]) -> Vec<std::ops::Range<usize>> {
    let hay = line.to_ascii_lowercase();
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    for needle in wanted.iter().filter(|needle| !needle.is_empty()) {
        let needle = needle.to_ascii_lowercase();
        let hits = hay.match_indices(&needle);
        found.extend(hits.map(|(at, hit)| at..at + hit.len()));
    }
    found.sort_by_key(|place| (place.start, std::cmp::Reverse(place.end)));
    let mut end = 0;
    found.retain(|place| {
        let is_apart = place.start >= end;
        end = end.max(place.end);
        is_apart
    });
    found
}

/// A line with what is looked for in a style of its own.
fn lit(line: &str, wanted: &[String], show: &Show<'_>, width: usize) -> Line<'static> {
    let mut spans = Vec::new();
    let mut at = 0;
    for place in places(line, wanted) {
        spans.push(span(&line[at..place.start], Style::new()));
        spans.push(span(&line[place.clone()], show.theme.accent));
        at = place.end;
    }
    spans.push(span(&line[at..], Style::new()));
    Line::from(clip(spans, width))
}

/// Rows of the list: as many as there are, up to a third.
fn list_height(evidence: &Evidence, inner: u16) -> u16 {
    columns(evidence.rows.len()).min((inner / 3).max(1))
}

fn payload(evidence: &Evidence, privacy: bool, width: usize) -> Vec<String> {
    if privacy {
        return vec!["Hidden while privacy is on; P shows it.".into()];
    }
    match (&evidence.payload.error, &evidence.payload.value) {
        (Some(error), _) => text::safe_block(&format!("It could not be read: {error}")),
        (None, Some(raw)) if evidence.is_raw => escaped(raw, width.max(1)),
        (None, Some(raw)) => text::safe_block(&pretty(raw)),
        (None, None) => Vec::new(),
    }
}

/// What came, character for character: all but printable ASCII as an escape.
fn escaped(raw: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for c in raw.chars() {
        let part = match c {
            ' '..='~' => c.to_string(),
            _ => c.escape_unicode().to_string(),
        };
        if lines
            .last()
            .is_some_and(|line| line.len() + part.len() > width)
        {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(&part);
        }
    }
    lines
}

/// Rows of the list, and how far the payload can be scrolled.
pub(super) fn bounds(evidence: &Evidence, privacy: bool, body: Rect) -> Bounds {
    let inner = body.height.saturating_sub(2);
    let list = list_height(evidence, inner);
    let room = usize::from(inner.saturating_sub(list + 1));
    Bounds {
        rows: usize::from(list),
        scroll: payload(evidence, privacy, RAW_WIDTH)
            .len()
            .saturating_sub(room),
    }
}

/// Where its list stands, for the mouse.
pub(crate) fn rows_area(evidence: &Evidence, body: Rect) -> Rect {
    let inner = inside(body);
    Rect {
        height: list_height(evidence, inner.height),
        ..inner
    }
}

/// Draws it.
pub(super) fn draw(evidence: &Evidence, show: &Show<'_>, frame: &mut Frame<'_>, body: Rect) {
    let theme = show.theme;
    let size = (body.width, body.height);
    let inner = window(frame, show, body, size, "Evidence");
    if inner.is_empty() {
        return;
    }
    let width = usize::from(inner.width);
    let list = list_height(evidence, inner.height);
    let line = |y| Rect {
        y,
        height: 1,
        ..inner
    };
    let rows = evidence.rows.iter().skip(evidence.list.top);
    for (n, row) in rows.take(usize::from(list)).enumerate() {
        let is_selected = evidence.list.cursor == Some(row.event);
        let style = |s: Style| if is_selected { theme.selected } else { s };
        let brief = |id: &IdentifierRef| show.brief(id.kind, &id.value, 18);
        let ids: Vec<String> = row.identifiers.iter().map(brief).collect();
        let name = row
            .name
            .as_deref()
            .map_or_else(String::new, |name| format!("{}  ", show.name(name)));
        let times = if row.count > 1 {
            format!("{}×  ", row.count)
        } else {
            String::new()
        };
        let mark = if is_selected { "▸" } else { " " };
        let spans = vec![
            span(
                format!(
                    "{mark} {:>6} {}  ",
                    show.day_of_year(row.at),
                    show.clock(row.at)
                ),
                style(theme.dim),
            ),
            span(format!("{:12}  ", row.surface.as_str()), style(theme.dim)),
            span(
                format!("{times}{name}{}", ids.join(", ")),
                style(Style::new()),
            ),
        ];
        let at = line(inner.y + columns(n));
        frame.render_widget(Line::from(clip(spans, width)), at);
        if is_selected {
            frame.set_cursor_position((at.x, at.y));
        }
    }
    let lines = payload(evidence, show.privacy, RAW_WIDTH);
    let below = Rect {
        y: inner.y + list + 1,
        height: inner.height.saturating_sub(list + 1),
        ..inner
    };
    let room = usize::from(below.height);
    let scroll = evidence.scroll.min(lines.len().saturating_sub(room));
    let rest = lines.len().saturating_sub(scroll + room);
    let more = if rest > 0 {
        format!(
            ", {} more ↓",
            show::count(i64::try_from(rest).unwrap_or(0), "line", "lines")
        )
    } else {
        String::new()
    };
    let what = if evidence.is_raw {
        "Payload, character for character"
    } else {
        "Payload as it came"
    };
    let heading = format!("─ {what}{more} ");
    let rule = width.saturating_sub(text::width(&heading));
    if inner.height > list {
        let heading = format!("{heading}{}", "─".repeat(rule));
        frame.render_widget(Line::from(span(heading, theme.dim)), line(inner.y + list));
    }
    let wanted = if show.privacy {
        Vec::new()
    } else {
        needles(evidence)
    };
    let seen = lines.iter().skip(scroll).take(room);
    let seen: Vec<Line<'static>> = seen.map(|line| lit(line, &wanted, show, width)).collect();
    frame.render_widget(Paragraph::new(seen), below);
}

/// JSON indented, every token as it came; anything else unchanged.
fn pretty(raw: &str) -> String {
    if serde_json::from_str::<serde::de::IgnoredAny>(raw).is_err() {
        return raw.to_owned();
    }
    let mut out = String::with_capacity(raw.len() * 2);
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    let mut chars = raw.chars().peekable();
    let newline = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    while let Some(c) = chars.next() {
        if in_string {
            out.push(c);
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        match c {
            '"' => {
                in_string = true;
                out.push(c);
            }
            '{' | '[' => {
                out.push(c);
                while chars.next_if(|c| c.is_whitespace()).is_some() {}
                let close = if c == '{' { '}' } else { ']' };
                if chars.next_if_eq(&close).is_some() {
                    out.push(close);
                } else {
                    depth += 1;
                    newline(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                newline(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                newline(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{escaped, places, pretty};

    #[test]
    fn what_is_looked_for_is_found_whatever_its_case_and_apart() {
        let wanted = ["us.1349".to_owned(), "134".to_owned(), String::new()];
        assert_eq!(places("a US.1349 b 134", &wanted), [2..9, 12..15]);
        assert!(places("João", &wanted).is_empty());
    }

    #[test]
    fn the_raw_view_is_ascii_and_loses_nothing() {
        let raw = "{\"n\":\"J\u{202e}\u{1b}é\"}";
        assert_eq!(
            escaped(raw, 9),
            ["{\"n\":\"J", "\\u{202e}", "\\u{1b}", "\\u{e9}\"}"]
        );
    }

    #[test]
    fn every_token_stays_as_it_came() {
        let raw = r#"{"id":13491208655302741918,"a":[1.50,{}, []],"t":"a,\"b\\","e":{"x":null}}"#;
        assert_eq!(
            pretty(raw),
            "{\n  \"id\": 13491208655302741918,\n  \"a\": [\n    1.50,\n    {},\n    []\n  ],\n  \
             \"t\": \"a,\\\"b\\\\\",\n  \"e\": {\n    \"x\": null\n  }\n}"
        );
        assert_eq!(pretty("no json {"), "no json {");
    }
}
