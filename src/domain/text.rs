//! Untrusted text, made safe once. (A stand-in with the final signatures.)

use std::borrow::Cow;
use unicode_width::UnicodeWidthStr;

/// The one-line form of a text from outside.
#[must_use]
pub fn safe(raw: &str) -> Cow<'_, str> {
    if raw.chars().any(char::is_control) {
        let shown = raw.chars().map(|c| if c.is_control() { '␛' } else { c });
        Cow::Owned(shown.collect())
    } else {
        Cow::Borrowed(raw)
    }
}

/// Columns that an already safe text takes.
#[must_use]
pub fn width(s: &str) -> usize {
    UnicodeWidthStr::width(s)
}

/// A text from outside, safe and at most `columns` wide.
#[must_use]
pub fn cell(raw: &str, columns: usize) -> String {
    let mut out = safe(raw).into_owned();
    if width(&out) > columns {
        while width(&out) >= columns && out.pop().is_some() {}
        out.push('…');
    }
    out
}

/// As [`cell`], and filled with spaces to exactly `columns`.
#[must_use]
pub fn pad(raw: &str, columns: usize) -> String {
    let mut out = cell(raw, columns);
    let missing = columns.saturating_sub(width(&out));
    out.extend(std::iter::repeat_n(' ', missing));
    out
}

/// One CSV field.
#[must_use]
pub fn csv(raw: &str) -> String {
    let text = safe(raw);
    if text.contains([',', '"', ';']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.into_owned()
    }
}
