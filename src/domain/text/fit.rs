//! Text measured and cut in terminal columns.
//!
//! A width is the sum over graphemes, as the terminal widgets count it, so
//! that what is cut here fits there; measured as one string, Arabic ligatures
//! would count less than the cells that they are put in.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr};

use super::safe;

/// Stands for what was cut; one column wide.
const CUT: char = '…';

/// Columns that an already safe text takes.
#[must_use]
pub fn width(s: &str) -> usize {
    if s.is_ascii() {
        return s.len();
    }
    s.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// A text from outside, safe and at most `columns` wide, cut between
/// graphemes and then ending in `…`.
#[must_use]
pub fn cell(raw: &str, columns: usize) -> String {
    let text = safe(raw);
    if width(&text) <= columns {
        return text.into_owned();
    }
    let Some(room) = columns.checked_sub(1) else {
        return String::new();
    };
    let mut out = String::new();
    let mut used = 0;
    for grapheme in text.graphemes(true) {
        used += grapheme.width();
        if used > room {
            break;
        }
        out.push_str(grapheme);
    }
    out.push(CUT);
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

/// Whether a code point by itself takes no column.
pub(super) fn is_zero_width(c: char) -> bool {
    c.width().unwrap_or(0) == 0
}
