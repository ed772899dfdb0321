//! Untrusted text, made safe once.
//!
//! Names, usernames and messages are written by strangers. Whatever of them
//! reaches a terminal, a CSV file, a log or the clipboard passes through here,
//! so that no widget has to judge it again (they filter part of it, and differ
//! from each other). Nothing is dropped silently: what cannot be seen is shown
//! as a mark. Only comparison ([`fold()`], [`skeleton`]) leaves things out.
//!
//! What counts as invisible is in `hidden`, emoji that may keep their joiners
//! in `emoji`; no terminal, no store and no clock is known here.

mod confusable;
mod emoji;
mod export;
mod fit;
mod fold;
mod hidden;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_segmentation::UnicodeSegmentation as _;

pub use confusable::{lookalike, skeleton};
pub use export::{csv, mask};
pub use fit::{cell, pad, width};
pub use fold::{fold, words};

/// Code points that one cell may hold, known emoji sequences apart. Real
/// letters need three or four; hundreds are an attack on the screen.
const MOST: usize = 8;

/// Carries a combining mark that has no letter of its own to stand on, which
/// would otherwise fall on whatever stands before it: a border, another name.
const CARRIER: char = '◌';

/// The one-line form of a text from outside, fit for any screen.
///
/// What cannot be seen becomes a mark: `␊` for a newline, `␛` for escape,
/// `‹202E›` for any other code point. A cell of more than eight code points
/// ends in `‹+N›`, the count of those left out. Known emoji sequences stay whole.
/// Safe text comes out unchanged.
#[must_use]
pub fn safe(raw: &str) -> Cow<'_, str> {
    if raw.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(raw);
    }
    let mut out = Safe::new(raw.len());
    let mut cell = Vec::new();
    for grapheme in raw.graphemes(true) {
        cell.clear();
        // A grapheme runs on into one of our own marks behind the few letters
        // that combine forwards, which only text made safe before can hold.
        for c in grapheme.chars() {
            if !cell.is_empty() && is_own(c) {
                out.cell(&cell);
                cell.clear();
            }
            cell.push(c);
        }
        out.cell(&cell);
    }
    if out.text == raw {
        Cow::Borrowed(raw)
    } else {
        Cow::Owned(out.text)
    }
}

/// The same for a message: each line made safe by itself. A text without a
/// newline is one line, also when it is empty.
#[must_use]
pub fn safe_block(raw: &str) -> Vec<String> {
    raw.split('\n')
        .map(|line| safe(line.strip_suffix('\r').unwrap_or(line)).into_owned())
        .collect()
}

/// Safe text in the making.
struct Safe {
    text: String,
    /// Nothing stands before the next code point that it could combine with
    /// by right: the text begins, or one of our marks was just written.
    bare: bool,
}

impl Safe {
    fn new(bytes: usize) -> Self {
        Self {
            text: String::with_capacity(bytes),
            bare: true,
        }
    }

    /// Writes one cell, its excess counted and left out.
    fn cell(&mut self, cell: &[char]) {
        if emoji::sequence(cell) == cell.len() {
            self.text.extend(cell);
            self.bare = false;
            return;
        }
        let keep = kept(cell, self.bare);
        let mut at = 0;
        while let Some(&c) = cell[..keep].get(at) {
            let whole = emoji::sequence(&cell[at..keep]);
            if whole > 0 {
                self.text.extend(&cell[at..at + whole]);
                self.bare = false;
                at += whole;
                continue;
            }
            self.one(c);
            at += 1;
        }
        if keep < cell.len() {
            self.mark(format_args!("+{}", cell.len() - keep));
        }
    }

    /// Writes one code point, as itself or as its mark.
    fn one(&mut self, c: char) {
        if let Some(picture) = hidden::control_picture(c) {
            self.text.push(picture);
            self.bare = true;
        } else if hidden::is_hidden(c) {
            self.mark(format_args!("{:04X}", u32::from(c)));
        } else if self.bare && extends(c) {
            self.text.push(CARRIER);
            self.text.push(c);
            self.bare = false;
        } else if self.bare && fit::is_zero_width(c) {
            // A vowel or final of Hangul without its initial has no width of
            // its own, and takes no carrier either.
            self.mark(format_args!("{:04X}", u32::from(c)));
        } else {
            self.text.push(c);
            self.bare = false;
        }
    }

    fn mark(&mut self, inner: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = write!(self.text, "‹{inner}›");
        self.bare = true;
    }
}

/// How many code points of a cell are written. A cut cell must not end in a
/// code point that reaches out for the mark behind it, nor a carrier make nine
/// of eight: such a cell keeps one less.
fn kept(cell: &[char], bare: bool) -> usize {
    let carried = bare && cell.first().is_some_and(|&c| extends(c));
    match cell.get(MOST - 1) {
        None => cell.len(),
        Some(&last) if !carried && extends(last) => MOST,
        Some(_) => MOST - 1,
    }
}

/// Whether a code point joins the grapheme before it.
fn extends(c: char) -> bool {
    let mut pair = String::from(CARRIER);
    pair.push(c);
    pair.graphemes(true).count() == 1
}

/// Whether a code point is one that we write, as a mark or before a mark.
fn is_own(c: char) -> bool {
    matches!(c, '‹' | CARRIER | '\u{2400}'..='\u{2421}')
}

/// A value as a reason names it: quoted, its control characters escaped, and no
/// longer than a line takes.
#[must_use]
pub fn quoted(raw: &str) -> String {
    const LONGEST: usize = 40;
    if raw.chars().count() > LONGEST {
        let start: String = raw.chars().take(LONGEST).collect();
        format!("{start:?}…")
    } else {
        format!("{raw:?}")
    }
}
