//! A payload laid out for people: JSON on lines, in the order and the spelling
//! in which it came, and where in it something stands.
//!
//! `serde_json` would sort the keys and read the numbers; who looks for a
//! fault in a file wants to find it there again.

use crate::domain::text;
use serde_json::Value;

/// Context shown around a fault in a text that is no JSON, in lines and columns.
const LINES: usize = 3;
const COLUMNS: usize = 60;

/// A text on lines, one of them marked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// The lines.
    pub(super) lines: Vec<String>,
    /// The line in question, and the column below which the reason stands.
    pub(super) mark: Option<(usize, usize)>,
}

/// Lays a delivery out. `pointer` is the item that could not be read, `reason`
/// why: where it begins with the name of a field, that field is marked.
pub(super) fn layout(delivery: &str, pointer: &str, reason: &str) -> Layout {
    let json = delivery.trim_start_matches('\u{feff}');
    match serde_json::from_str::<Value>(json) {
        Ok(tree) => {
            let place = field(&tree, pointer, reason).unwrap_or_else(|| pointer.to_owned());
            let mut walk = Walk {
                rest: json,
                lines: Vec::new(),
                way: String::new(),
                place,
                mark: None,
            };
            walk.value(String::new(), 0);
            Layout {
                lines: walk.lines,
                mark: walk.mark,
            }
        }
        Err(error) if reason.starts_with("no JSON") => around(json, error.line(), error.column()),
        Err(_) => Layout {
            lines: delivery.lines().map(str::to_owned).collect(),
            mark: None,
        },
    }
}

/// The field that a reason begins with (`messages[0].from: …`), if it is there:
/// such a name begins behind the last `value` of the envelope, or at the root.
fn field(tree: &Value, pointer: &str, reason: &str) -> Option<String> {
    let (name, _) = reason.split_once(": ")?;
    let way = name.replace(['.', '['], "/").replace(']', "");
    let base = pointer.rfind("/value/").map_or("", |at| &pointer[..at + 6]);
    let column = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
    [format!("{base}/{way}"), format!("/{way}"), column]
        .into_iter()
        .find(|place| tree.pointer(place).is_some())
}

/// The lines around a place in a text that is no JSON.
fn around(text: &str, line: usize, column: usize) -> Layout {
    let all: Vec<&str> = text.split('\n').collect();
    let at = line.clamp(1, all.len()) - 1;
    let first = at.saturating_sub(LINES);
    let mut lines: Vec<String> = Vec::new();
    let mut mark = None;
    for (number, line) in all.iter().enumerate().skip(first).take(2 * LINES + 1) {
        let fault = if number == at {
            column.saturating_sub(1)
        } else {
            0
        };
        let fault = (0..=fault.min(line.len()))
            .rev()
            .find(|place| line.is_char_boundary(*place))
            .unwrap_or(0);
        let (before, after) = line.split_at(fault);
        let skipped = before.chars().count().saturating_sub(COLUMNS);
        let before: String = before.chars().skip(skipped).collect();
        let before = if skipped > 0 {
            format!("…{before}")
        } else {
            before
        };
        let before = text::safe(&before);
        if number == at {
            mark = Some((lines.len(), text::width(&before)));
        }
        let cut: String = after.chars().take(COLUMNS).collect();
        let more = if cut.len() < after.len() { "…" } else { "" };
        lines.push(format!("{before}{cut}{more}"));
    }
    Layout { lines, mark }
}

/// A way through a JSON text that is known to be well formed, and no deeper
/// than `serde_json` reads.
struct Walk<'a> {
    rest: &'a str,
    lines: Vec<String>,
    /// The pointer of the value that comes.
    way: String,
    /// The pointer in question.
    place: String,
    mark: Option<(usize, usize)>,
}

impl<'a> Walk<'a> {
    fn value(&mut self, lead: String, depth: usize) {
        if self.way == self.place {
            self.mark = Some((self.lines.len(), 2 * depth));
        }
        match self.next_byte() {
            Some(b'{') => self.members(lead, depth, '}'),
            Some(b'[') => self.members(lead, depth, ']'),
            _ => {
                let scalar = self.scalar();
                self.lines.push(lead + scalar);
            }
        }
    }

    fn members(&mut self, lead: String, depth: usize, end: char) {
        let open = &self.rest[..1];
        self.rest = &self.rest[1..];
        if self.next_byte() == Some(end as u8) {
            self.rest = &self.rest[1..];
            self.lines.push(format!("{lead}{open}{end}"));
            return;
        }
        self.lines.push(lead + open);
        let above = self.way.len();
        for place in 0_usize.. {
            let mut lead = "  ".repeat(depth + 1);
            if end == '}' {
                self.next_byte();
                let key = self.scalar();
                let name: String = serde_json::from_str(key).unwrap_or_default();
                self.way += "/";
                self.way += &name.replace('~', "~0").replace('/', "~1");
                lead = lead + key + ": ";
                // The colon.
                self.next_byte();
                self.rest = self.rest.get(1..).unwrap_or_default();
            } else {
                self.way.push('/');
                self.way += &place.to_string();
            }
            self.value(lead, depth + 1);
            self.way.truncate(above);
            let more = self.next_byte() == Some(b',');
            self.rest = self.rest.get(1..).unwrap_or_default();
            if !more {
                break;
            }
            if let Some(last) = self.lines.last_mut() {
                last.push(',');
            }
        }
        self.lines.push(format!("{}{end}", "  ".repeat(depth)));
    }

    /// The first byte of what comes, blanks passed over.
    fn next_byte(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_start();
        self.rest.bytes().next()
    }

    /// A string as it is spelled, a number or a word.
    fn scalar(&mut self) -> &'a str {
        let mut escaped = false;
        let end = if let Some(inner) = self.rest.strip_prefix('"') {
            let closing = inner.bytes().position(|byte| {
                let closes = byte == b'"' && !escaped;
                escaped = byte == b'\\' && !escaped;
                closes
            });
            closing.map(|at| at + 2)
        } else {
            let ends = |c: char| c.is_whitespace() || matches!(c, ',' | '}' | ']' | ':');
            self.rest.find(ends)
        };
        let (scalar, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        scalar
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn marked(delivery: &str, pointer: &str, reason: &str) -> String {
        let Layout { lines, mark } = layout(delivery, pointer, reason);
        mark.map_or_else(String::new, |(line, _)| lines[line].trim().to_owned())
    }

    #[test]
    fn fields_keep_their_order_and_numbers_their_digits() {
        let laid = layout(
            r#"{"b":12345678901234567890.10,"a":[ ],"c":{"d":"x\"}"}}"#,
            "",
            "x",
        );
        assert_eq!(
            laid.lines,
            [
                "{",
                "  \"b\": 12345678901234567890.10,",
                "  \"a\": [],",
                "  \"c\": {",
                "    \"d\": \"x\\\"}\"",
                "  }",
                "}"
            ]
        );
        assert_eq!(laid.mark, Some((0, 0)));
    }

    #[rstest]
    #[case(
        "/entry/0/changes/0/value/messages/0",
        "messages[0].from: expected a phone",
        "\"from\": 7"
    )]
    #[case("/entry/0/changes/0/value/messages/0", "names no person", "{")]
    #[case("/entry/0", "entry[0].id: no", "\"id\": \"w\",")]
    fn the_field_of_the_reason_is_marked(
        #[case] pointer: &str,
        #[case] reason: &str,
        #[case] line: &str,
    ) {
        let delivery = r#"{"entry":[{"id":"w","changes":[{"value":{"messages":[{"from":7}]}}]}]}"#;
        assert_eq!(marked(delivery, pointer, reason), line);
    }

    #[test]
    fn a_column_with_odd_letters_is_found() {
        let row = r#"{"Name":"Ana","Phone/Cell.1":"x"}"#;
        let found = marked(
            row,
            "/Phone~1Cell.1",
            "Phone/Cell.1: expected a phone, found \"x\"",
        );
        assert_eq!(found, "\"Phone/Cell.1\": \"x\"");
    }

    #[test]
    fn the_place_of_a_fault_in_what_is_no_json() {
        let text = "{\n  \"é\": 1,, \"b\": 2\n}";
        let laid = layout(text, "", "no JSON: expected value");
        let (line, column) = laid.mark.unwrap();
        assert_eq!(laid.lines[line], "  \"é\": 1,, \"b\": 2");
        assert_eq!(column, "  'é': 1,".chars().count());
        let long = format!("{}x", "1,".repeat(4000));
        let laid = layout(&format!("[{long}"), "", "no JSON: x");
        assert!(laid.lines[0].starts_with('…') && laid.lines[0].chars().count() <= 2 * COLUMNS + 2);
    }

    proptest! {
        #[test]
        fn any_json_is_laid_out_and_means_the_same(text in "[\\[\\]{}:,\"a1 \\\\é]{0,40}", key in ".{0,6}") {
            let _ = layout(&text, "/a", "no JSON: x");
            let json = serde_json::json!({key.clone(): [1, {"x": text}, [], {}, null, "é\"\\"]});
            let laid = layout(&json.to_string(), "", "");
            let again: Value = serde_json::from_str(&laid.lines.join("\n")).unwrap();
            prop_assert_eq!(again, json);
        }
    }
}
