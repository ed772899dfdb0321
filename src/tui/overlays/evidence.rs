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
    let lines = payload(evidence, false);
    let is_wanted = |line: &String| {
        evidence
            .wanted
            .iter()
            .any(|value| line.contains(value.as_str()))
    };
    lines
        .iter()
        .position(is_wanted)
        .unwrap_or(0)
        .saturating_sub(3)
}

/// Rows of the list: as many as there are, up to a third.
fn list_height(evidence: &Evidence, inner: u16) -> u16 {
    columns(evidence.rows.len()).min((inner / 3).max(1))
}

fn payload(evidence: &Evidence, privacy: bool) -> Vec<String> {
    if privacy {
        return vec!["Hidden while privacy is on; P shows it.".into()];
    }
    match (&evidence.payload.error, &evidence.payload.value) {
        (Some(error), _) => vec![format!("It could not be read: {error}")],
        (None, Some(raw)) => text::safe_block(&pretty(raw)),
        (None, None) => Vec::new(),
    }
}

/// Rows of the list, and how far the payload can be scrolled.
pub(super) fn bounds(evidence: &Evidence, privacy: bool, body: Rect) -> Bounds {
    let inner = body.height.saturating_sub(2);
    let list = list_height(evidence, inner);
    let room = usize::from(inner.saturating_sub(list + 1));
    Bounds {
        rows: usize::from(list),
        scroll: payload(evidence, privacy).len().saturating_sub(room),
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
    let lines = payload(evidence, show.privacy);
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
    let heading = format!("─ Payload as it came{more} ");
    let rule = width.saturating_sub(text::width(&heading));
    if inner.height > list {
        let heading = format!("{heading}{}", "─".repeat(rule));
        frame.render_widget(Line::from(span(heading, theme.dim)), line(inner.y + list));
    }
    let seen: Vec<Line<'static>> = lines
        .into_iter()
        .skip(scroll)
        .take(room)
        .map(|line| {
            let is_wanted = evidence
                .wanted
                .iter()
                .any(|value| line.contains(value.as_str()));
            let style = if is_wanted {
                theme.accent
            } else {
                Style::new()
            };
            Line::from(span(text::cell(&line, width), style))
        })
        .collect();
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
    use super::pretty;

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
