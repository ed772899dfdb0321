//! Code points that a screen does not show, or that command it.
//!
//! The table holds Unicode's `Default_Ignorable_Code_Point`, general category
//! Cf, and what the standard gives a glyph but screens draw as nothing. The
//! rest (control, private use, unassigned) is asked of the libraries. White
//! space in ordinary use (U+00A0, U+202F, U+3000) counts as visible: French and
//! Japanese texts are full of it; spaces of unusual widths do not.

use unicode_normalization::char::is_public_assigned;

/// First and last code point of each stretch, ascending. Sources:
/// `DerivedCoreProperties` and `DerivedGeneralCategory` of Unicode 17.
#[rustfmt::skip]
const HIDDEN: &[(u32, u32)] = &[
    (0x00AD, 0x00AD), // soft hyphen
    (0x034F, 0x034F), // combining grapheme joiner
    (0x0600, 0x0605), (0x061C, 0x061C), (0x06DD, 0x06DD), (0x070F, 0x070F),
    (0x0890, 0x0891), (0x08E2, 0x08E2),
    (0x115F, 0x1160), // Hangul fillers
    (0x1680, 0x1680), // the Ogham space
    (0x17B4, 0x17B5), // Khmer inherent vowels
    (0x180B, 0x180F), // Mongolian selectors
    (0x2000, 0x200F), // spaces of many widths, zero-width, direction marks
    (0x2028, 0x202E), // separators, bidi embeddings and overrides
    (0x205F, 0x206F), // invisible operators, bidi isolates
    (0x2800, 0x2800), // the blank of Braille
    (0x3164, 0x3164), // Hangul filler
    (0xFE00, 0xFE0F), // variation selectors
    (0xFEFF, 0xFEFF), // byte order mark
    (0xFFA0, 0xFFA0), // half-width Hangul filler
    (0xFFF0, 0xFFFC), // annotations, object replacement
    (0x110BD, 0x110BD), (0x110CD, 0x110CD),
    (0x13430, 0x1343F), // hieroglyph format
    (0x16FE4, 0x16FE4), // Khitan filler
    (0x1BCA0, 0x1BCA3), // shorthand format
    (0x1D159, 0x1D159), // a note without its head
    (0x1D173, 0x1D17A), // beams and ties
    (0xE0000, 0xE0FFF), // tags, supplementary variation selectors
];

/// Whether a code point cannot be seen, or is none that a text may hold.
pub(super) fn is_hidden(c: char) -> bool {
    let code = u32::from(c);
    if code < 0xA0 {
        return c.is_control();
    }
    let next = HIDDEN.partition_point(|&(_, last)| last < code);
    HIDDEN.get(next).is_some_and(|&(first, _)| first <= code) || !is_public_assigned(c)
}

/// The picture of an ASCII control character (U+2400 and on).
pub(super) fn control_picture(c: char) -> Option<char> {
    match c {
        '\0'..='\x1F' => char::from_u32(0x2400 + u32::from(c)),
        '\x7F' => Some('␡'),
        _ => None,
    }
}
