//! Text as search and comparison see it.
//!
//! Case, accents, width and what cannot be seen make no difference here, in
//! any script. Two folded texts may be compared; none is ever shown, and none
//! is an identifier.

use std::iter::once;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

use super::hidden::is_hidden;

/// The form of a text for search: `joao` for João, `strasse` for Straße, `иван`
/// for ИВАН, plain letters for full-width ones, Arabic without vowel signs.
#[must_use]
pub fn fold(raw: &str) -> String {
    if raw.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return raw.to_ascii_lowercase();
    }
    let mut out = String::with_capacity(raw.len());
    for c in raw.nfkd() {
        if c.is_whitespace() {
            out.push(' ');
        } else if !is_hidden(c) && !is_accent(c) {
            // By way of upper case, which brings together what lower case
            // keeps apart: final sigma, long s, sharp s.
            for lower in c.to_uppercase().flat_map(char::to_lowercase) {
                plain(lower, &mut out);
            }
        }
    }
    out
}

/// The folded words of a text, split at anything that is neither letter nor
/// digit.
#[must_use]
pub fn words(raw: &str) -> Vec<String> {
    fold(raw)
        .split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether a combining mark only colours its letter. The vowel signs of the
/// scripts of India and South-East Asia (class 0) and the sign that takes a
/// vowel away (class 9) are spelling: without them two names become one.
fn is_accent(c: char) -> bool {
    is_combining_mark(c)
        && match canonical_combining_class(c) {
            // Class 0 also holds the circles and keycaps drawn around a letter.
            0 => {
                matches!(c, '\u{0488}'..='\u{0489}' | '\u{1ABE}' | '\u{20DD}'..='\u{20E4}' | '\u{A670}'..='\u{A672}')
            }
            class => class != 9,
        }
}

/// Writes a letter as people type it who lack its key: letters that no
/// decomposition takes apart, Arabic letters typed for each other, the digits
/// of the Arab world.
fn plain(c: char, out: &mut String) {
    let letters = match c {
        'ß' | 'ẞ' => "ss",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ŧ' => "t",
        'ı' => "i",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ى' | 'ی' => "ي",
        'ة' => "ه",
        'ک' => "ك",
        // The stroke that only stretches an Arabic word.
        'ـ' => "",
        '’' | 'ʼ' | 'ʹ' => "'",
        '٠'..='٩' => return out.extend(digit(c, '٠')),
        '۰'..='۹' => return out.extend(digit(c, '۰')),
        _ => return out.extend(once(c)),
    };
    out.push_str(letters);
}

fn digit(c: char, zero: char) -> Option<char> {
    char::from_digit(u32::from(c).checked_sub(u32::from(zero))?, 10)
}
