//! Text that leaves for a file, or is shown to someone who may not read it.
//!
//! A CSV field goes on to a spreadsheet, which runs what looks like a formula;
//! a masked text goes on to a screen that others look at.

use unicode_segmentation::UnicodeSegmentation as _;

use super::fit::is_zero_width;
use super::hidden::is_hidden;
use super::{extends, safe};

/// Stands for one letter, digit or picture that is kept private.
const MASKED: char = '•';

/// One CSV field: safe text, quoted where it must be (RFC 4180), and with a
/// leading `'` where a spreadsheet would run it. A phone number (`+` and
/// digits) is no formula and stays as it is.
#[must_use]
pub fn csv(raw: &str) -> String {
    let text = safe(raw);
    let disarm = if is_formula(raw) { "'" } else { "" };
    let quoted = text.contains([',', '"', ';']) || text.starts_with(' ') || text.ends_with(' ');
    if quoted {
        format!("\"{disarm}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{disarm}{text}")
    }
}

/// Whether a spreadsheet may take a field for a formula (OWASP, "CSV
/// injection"). The full-width signs are formulas too where keyboards have
/// them, and leading blanks are passed over by some programs.
fn is_formula(raw: &str) -> bool {
    let digits = |rest: &str| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    if raw.strip_prefix('+').is_some_and(digits) {
        return false;
    }
    raw.starts_with(['\t', '\r', '\n'])
        || raw
            .trim_start()
            .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// The shape of a text and little else: of each word the first letter, of all
/// digits the last two, white space and punctuation; `•` for the rest.
#[must_use]
pub fn mask(raw: &str) -> String {
    let firsts = || raw.graphemes(true).filter_map(|cell| cell.chars().next());
    let digits = firsts().filter(|c| c.is_numeric()).count();
    let mut digits_before_last = digits.saturating_sub(2);
    let mut in_word = false;
    let mut out = String::with_capacity(raw.len());
    for first in firsts() {
        let shown = if first.is_numeric() {
            let is_last = digits_before_last == 0;
            digits_before_last = digits_before_last.saturating_sub(1);
            is_last
        } else if first.is_alphabetic() {
            !in_word
        } else {
            first == ' ' || first.is_ascii_punctuation()
        };
        in_word = first.is_alphanumeric();
        let safe = shown && !is_hidden(first) && !is_zero_width(first) && !extends(first);
        out.push(if safe { first } else { MASKED });
    }
    out
}
