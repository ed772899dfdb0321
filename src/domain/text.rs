//! Untrusted text, made safe once. A stand-in: the signatures of the real
//! room, with just enough behind them to draw and to test.

use std::borrow::Cow;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr;

/// The one-line form of a text from outside, fit for any screen.
#[must_use]
pub fn safe(raw: &str) -> Cow<'_, str> {
    if raw.chars().any(|c| c.is_control() || is_hidden(c)) {
        raw.chars()
            .map(|c| match c {
                '\n' => "␊".to_owned(),
                c if c.is_control() || is_hidden(c) => format!("‹{:04X}›", u32::from(c)),
                c => c.to_string(),
            })
            .collect::<String>()
            .into()
    } else {
        Cow::Borrowed(raw)
    }
}

fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The same for a message: each line made safe by itself.
#[must_use]
pub fn safe_block(raw: &str) -> Vec<String> {
    raw.split('\n')
        .map(|line| safe(line).into_owned())
        .collect()
}

/// Columns that an already safe text takes.
#[must_use]
pub fn width(s: &str) -> usize {
    s.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// Safe, and at most `columns` wide; cut, it ends in `…`.
#[must_use]
pub fn cell(raw: &str, columns: usize) -> String {
    let text = safe(raw);
    if width(&text) <= columns {
        return text.into_owned();
    }
    let Some(room) = columns.checked_sub(1) else {
        return String::new();
    };
    let (mut out, mut used) = (String::new(), 0);
    for grapheme in text.graphemes(true) {
        used += grapheme.width();
        if used > room {
            break;
        }
        out.push_str(grapheme);
    }
    out.push('…');
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

/// The compared form: case and accents gone.
#[must_use]
pub fn fold(s: &str) -> String {
    use unicode_normalization::UnicodeNormalization as _;
    s.nfkd()
        .filter(|&c| !unicode_normalization::char::is_combining_mark(c) && !is_hidden(c))
        .collect::<String>()
        .to_lowercase()
}

/// The folded words of a text.
#[must_use]
pub fn words(s: &str) -> Vec<String> {
    fold(s).split_whitespace().map(str::to_owned).collect()
}

/// Whether two texts look alike and are not the same.
#[must_use]
pub fn lookalike(a: &str, b: &str) -> bool {
    a != b && fold(a) == fold(b) && !safe(a).eq(&safe(b)) && (has_hidden(a) || has_hidden(b))
}

fn has_hidden(s: &str) -> bool {
    s.chars().any(is_hidden)
}

/// The shape of a text and little else: the first letter of a word, the last
/// two digits, spaces and punctuation.
#[must_use]
pub fn mask(s: &str) -> String {
    let mut digits = s.chars().filter(char::is_ascii_digit).count();
    let mut in_word = false;
    s.chars()
        .map(|c| {
            let first = !in_word;
            in_word = c.is_alphanumeric();
            let shown = if c.is_ascii_digit() {
                digits -= 1;
                digits < 2
            } else if c.is_alphabetic() {
                first
            } else {
                c == ' ' || c.is_ascii_punctuation()
            };
            if shown { c } else { '•' }
        })
        .collect()
}
