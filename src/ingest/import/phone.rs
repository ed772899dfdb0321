//! One cell to one phone with its country code, as people and spreadsheets
//! write it: a phone that is somebody else's is worse than a row that waits.

use super::plan::settled;
use crate::domain::identifier::{PhoneField, PhoneKey};
use crate::domain::text::quoted;

/// Most digits of a phone with its country (ITU E.164).
const MOST_DIGITS: usize = 15;
/// Digits from which on a part of a cell is a phone of its own, and not an
/// area code, a block of digits or an extension.
const WHOLE: usize = 7;

/// Reads a phone; `country` is the calling code of one that is written without.
/// Else what is wrong, with what was found.
pub(super) fn phone(raw: &str, country: Option<&str>) -> Result<PhoneField, String> {
    let fault = |reason: &str| Err(format!("{reason}, found {}", quoted(raw)));
    let text = spelled(raw);
    let text = ["whatsapp:", "tel:"].iter().fold(&*text, |text, scheme| {
        text.strip_prefix(scheme).unwrap_or(text)
    });
    let text = ["@s.whatsapp.net", "@c.us"]
        .iter()
        .fold(text, |text, end| text.strip_suffix(end).unwrap_or(text));
    if are_two(text) {
        return fault("two phones in one cell; give each a column or a row of its own");
    }
    let key = match PhoneField::parse(whole(text).unwrap_or(text)) {
        PhoneField::Phone(key) => key,
        PhoneField::Unreadable if is_rounded(text) => {
            return fault("a spreadsheet has rounded it; export the column as text");
        }
        PhoneField::Unreadable => return fault("expected a phone"),
        PhoneField::Group => return fault("expected a phone, not a group"),
        other => return Ok(other),
    };
    let is_whole = is_international(text);
    let key = match country.filter(|_| !is_whole) {
        Some(country) => match with_country(&key, country) {
            Some(key) => key,
            None => {
                return fault("this may begin with its country code, or not; write it with a +");
            }
        },
        None if is_national(text) => return fault(NATIONAL),
        None => key,
    };
    if key.as_str().len() > MOST_DIGITS {
        return fault("expected a phone of at most 15 digits");
    }
    let is_whole = is_whole || country.is_some();
    match settled(key.as_str(), is_whole).and_then(|digits| PhoneKey::parse(&digits)) {
        Some(key) => Ok(PhoneField::Phone(key)),
        None if is_whole => fault("its country has no phones of so many digits"),
        None => fault(NATIONAL),
    }
}

const NATIONAL: &str = "expected a phone with its country code";

/// A cell without what cannot be seen, such as the marks of direction that
/// address books put around a number, and with plain dashes and blanks.
fn spelled(raw: &str) -> String {
    let seen = raw.trim().chars().filter_map(|c| match c {
        '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}' => None,
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        '\u{2000}'..='\u{200a}' | '\u{202f}' => Some(' '),
        c => Some(c),
    });
    seen.collect()
}

/// A number that went through a program as a fraction, without it: `….0`.
fn whole(text: &str) -> Option<&str> {
    let (whole, fraction) = text.split_once('.')?;
    let digits = whole.strip_prefix('+').unwrap_or(whole);
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|byte| byte == b'0');
    (is_fraction && digits.len() >= WHOLE && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then_some(whole)
}

/// The country calling code in a column of its own: a name of a country is none.
pub(super) fn calling_code(raw: &str) -> Option<&str> {
    let digits = raw.trim().strip_prefix('+').unwrap_or(raw.trim());
    let is_code =
        (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_code && !digits.starts_with('0')).then_some(digits)
}

fn is_international(text: &str) -> bool {
    let number = text.trim_start_matches('(');
    number.starts_with('+') || number.starts_with("00")
}

/// Whether a number is written as it is within a country: its area in brackets
/// before it, or in blocks of three, three and four digits, as in North America.
fn is_national(text: &str) -> bool {
    let blocks = text.split(|c: char| !c.is_ascii_digit());
    let blocks = blocks.map(str::len).filter(|long| *long > 0);
    !is_international(text) && (text.starts_with('(') || blocks.eq([3, 3, 4]))
}

/// A number with the country that stands beside it; `None` where it may have it
/// already. Without their country few numbers have twelve digits (ITU E.164), and
/// none of North America's begins with its 1.
fn with_country(key: &PhoneKey, country: &str) -> Option<PhoneKey> {
    let digits = key.as_str();
    if digits.starts_with(country) {
        let has_it = digits.len() >= 12 || country == "1" && digits.len() == 11;
        return has_it.then(|| key.clone());
    }
    PhoneKey::parse(&format!("+{country}{digits}"))
}

/// Whether a cell holds more than one phone: with a `+` each, or set apart by
/// what sets things apart.
fn are_two(text: &str) -> bool {
    let digits = |part: &str| part.bytes().filter(u8::is_ascii_digit).count();
    let parts = |is_end: fn(char) -> bool| {
        text.split(is_end)
            .filter(|part| digits(part) >= WHOLE)
            .count()
    };
    parts(|c| c == '+') > 1
        || parts(|c| matches!(c, '/' | ',' | ';' | '|' | '&' | ':' | '\n') || c.is_alphabetic()) > 1
}

/// `4.91512E+11`, `4,91512E+11`
pub(super) fn is_rounded(text: &str) -> bool {
    let text = text.to_ascii_lowercase().replace(',', ".");
    text.contains("e+") && text.parse::<f64>().is_ok()
}
