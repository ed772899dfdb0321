//! Names that look the same and are not.
//!
//! A table of our own, of the letters met in the names of people: Cyrillic and
//! Greek ones that pass for Latin, signs that pass for each other. It is
//! evidence for a person who looks at two names, never a proof, so it may miss
//! a rare letter; the accents of a letter are seen, and stay.

use unicode_normalization::UnicodeNormalization as _;

use super::hidden::is_hidden;

/// What a text looks like: texts of one skeleton are hard to tell apart on a
/// screen. Without case, which `0`, `O` and `o` would not survive.
#[must_use]
pub fn skeleton(raw: &str) -> String {
    let seen: String = raw
        .nfkd()
        .filter(|&c| c.is_whitespace() || !is_hidden(c))
        .map(prototype)
        .flat_map(char::to_lowercase)
        .collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether two names are different, and look the same. Case, and the two ways
/// to encode an accented letter, are no difference; a blank text is no name.
#[must_use]
pub fn lookalike(a: &str, b: &str) -> bool {
    let named = |s: &str| !s.trim().is_empty();
    let written = |s: &str| s.nfc().collect::<String>().to_lowercase();
    named(a) && named(b) && written(a) != written(b) && skeleton(a) == skeleton(b)
}

/// The letter that stands for all that look like it.
#[rustfmt::skip]
fn prototype(c: char) -> char {
    match c {
        'А' | 'Α' | 'Ꭺ' => 'A',
        'В' | 'Β' | 'Ᏼ' => 'B',
        'С' | 'Ϲ' | 'Ꮯ' => 'C',
        'Ꭰ' => 'D',
        'Е' | 'Ε' | 'Ꭼ' => 'E',
        'Ԍ' | 'Ꮐ' => 'G',
        'Н' | 'Η' | 'Ꮋ' => 'H',
        'Ј' | 'Ϳ' | 'Ꭻ' => 'J',
        'К' | 'Κ' | 'Ꮶ' | 'Қ' => 'K',
        'Ꮮ' => 'L',
        'М' | 'Μ' | 'Ꮇ' | 'Ϻ' => 'M',
        'Ν' => 'N',
        '0' | 'О' | 'Ο' | 'Օ' => 'O',
        'Р' | 'Ρ' | 'Ꮲ' => 'P',
        'Ԛ' => 'Q',
        'Ѕ' | 'Տ' | 'Ꮪ' => 'S',
        'Т' | 'Τ' | 'Ꭲ' => 'T',
        'Ս' => 'U',
        'Ѵ' | 'Ꮩ' => 'V',
        'Ԝ' | 'Ꮤ' => 'W',
        'Х' | 'Χ' => 'X',
        'У' | 'Υ' | 'Ү' => 'Y',
        'Ζ' | 'Ꮓ' => 'Z',
        'а' | 'α' | 'ɑ' => 'a',
        'Ь' | 'Ƅ' | 'ƅ' => 'b',
        'с' | 'ϲ' | 'ᴄ' => 'c',
        'ԁ' => 'd',
        'е' | 'ҽ' => 'e',
        'ɡ' | 'ց' => 'g',
        'һ' | 'Һ' | 'հ' => 'h',
        'і' | 'ι' | 'ı' | 'ɩ' => 'i',
        'ј' | 'ϳ' => 'j',
        'к' | 'κ' | 'ĸ' => 'k',
        '1' | 'I' | '|' | 'І' | 'Ӏ' | 'ӏ' | 'Ι' | 'ǀ' | '∣' | 'ا' => 'l',
        'п' | 'ո' => 'n',
        'о' | 'ο' | 'օ' | 'ᴏ' | 'σ' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' | 'զ' => 'q',
        'г' | 'ᴦ' => 'r',
        'ѕ' | 'ꜱ' => 's',
        'τ' | 'т' => 't',
        'υ' | 'ս' | 'ᴜ' => 'u',
        'ν' | 'ѵ' | 'ᴠ' => 'v',
        'ԝ' | 'ᴡ' => 'w',
        'х' | 'χ' | '×' => 'x',
        'у' | 'γ' | 'ү' | 'ყ' => 'y',
        'ᴢ' => 'z',
        'З' | 'Ʒ' | 'Ӡ' => '3',
        'б' => '6',
        '‐' | '‑' | '‒' | '–' | '—' | '−' => '-',
        '‘' | '’' | 'ʼ' | '`' | '´' | '′' => '\'',
        '“' | '”' | '″' => '"',
        '⁄' | '∕' => '/',
        '․' | '٠' | '۰' => '.',
        _ => c,
    }
}
