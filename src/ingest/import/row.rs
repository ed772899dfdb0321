//! A row of an imported file to a fact: who is in it, by its columns.
//!
//! A list kept by hand knows less than a webhook: numbers come without their
//! country, rounded by a spreadsheet, behind an apostrophe that disarms a
//! formula. What can be undone is undone; what would be a guess is refused.

use super::columns::{Column, Field};
use crate::domain::fact::{Channel, Fact, Item, Reading, Seen, Surface, What};
use crate::domain::identifier::{Bsuid, ParentBsuid, PhoneField, PhoneKey, Username, is_absent};
use crate::domain::text::quoted;
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// A row: what stands in which column.
pub(super) type Row<'a> = BTreeMap<&'a str, &'a str>;

/// Why a row cannot be read: the column, where it is one, and what is wrong.
struct Fault {
    column: Option<String>,
    reason: String,
}

/// Reads a row. `portfolio` is that of rows that name none.
pub(super) fn read(row: &Row<'_>, columns: &[Column], portfolio: Option<&str>) -> Item {
    match fact(row, columns, portfolio) {
        Ok(fact) => Item {
            pointer: String::new(),
            reading: Reading::Fact(Box::new(fact)),
        },
        Err(fault) => Item {
            pointer: fault.column.map_or_else(String::new, |column| {
                format!("/{}", column.replace('~', "~0").replace('/', "~1"))
            }),
            reading: Reading::Quarantined(fault.reason),
        },
    }
}

/// The same of a row as it was kept; what is no row is not one now either.
pub(in crate::ingest) fn read_kept(
    json: &str,
    columns: &[Column],
    portfolio: Option<&str>,
) -> Option<Item> {
    let kept: BTreeMap<String, String> = serde_json::from_str(json).ok()?;
    let row = kept.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    Some(read(&row, columns, portfolio))
}

fn fact(row: &Row<'_>, columns: &[Column], portfolio: Option<&str>) -> Result<Fact, Fault> {
    let cells = Cells { row, columns };
    let seen = cells.person()?;
    let portfolio = cells.first(Field::Portfolio).or(portfolio);
    Ok(Fact {
        surface: Surface::Import,
        channel: Channel {
            portfolio: portfolio.map(|name| name.trim().to_owned()),
            ..Channel::default()
        }
        .into(),
        key: key(row, columns, portfolio),
        at: None,
        // A list is true as of the day it comes.
        seen_on_arrival: true,
        seen,
        what: What::Sighting { founds: true },
    })
}

/// The same row read in the same way is the same item.
fn key(row: &Row<'_>, columns: &[Column], portfolio: Option<&str>) -> String {
    let mut read: Vec<(&str, Field)> = columns
        .iter()
        .filter(|column| column.field != Field::Ignore)
        .map(|column| (column.column.as_str(), column.field))
        .collect();
    read.sort_unstable();
    // Text, words and nothing else: this always serialises.
    let content = serde_json::to_vec(&(row, read, portfolio)).unwrap_or_default();
    let digest = Sha256::digest(&content);
    let mut key = format!("h|{}|", Surface::Import);
    for byte in digest {
        // Writing to a String cannot fail.
        let _ = write!(key, "{byte:02x}");
    }
    key
}

struct Cells<'a> {
    row: &'a Row<'a>,
    columns: &'a [Column],
}

impl<'a> Cells<'a> {
    /// What stands in the columns of a field, in their order.
    fn all(&self, field: Field) -> impl Iterator<Item = (&'a str, &'a str)> {
        let row = self.row;
        let columns = self.columns.iter().filter(move |c| c.field == field);
        columns.filter_map(move |column| {
            let value = plain(row.get(column.column.as_str())?);
            (!is_absent(value)).then_some((column.column.as_str(), value))
        })
    }

    fn first(&self, field: Field) -> Option<&'a str> {
        self.all(field).next().map(|(_, value)| value)
    }

    fn person(&self) -> Result<Seen, Fault> {
        let mut seen = Seen {
            username: self.first(Field::Username).and_then(Username::parse),
            parent: self.first(Field::ParentBsuid).and_then(ParentBsuid::parse),
            book_name: self.name().map(Into::into),
            ..Seen::default()
        };
        for (_, raw) in self.all(Field::Bsuid) {
            match PhoneField::parse(raw) {
                PhoneField::Parent(id) => seen.parent = seen.parent.or(Some(id)),
                _ => seen.bsuid = seen.bsuid.or_else(|| Bsuid::parse(raw)),
            }
        }
        for (column, raw) in self.all(Field::UserId) {
            match PhoneField::parse(raw) {
                PhoneField::Bsuid(id) => seen.bsuid = seen.bsuid.or(Some(id)),
                PhoneField::Parent(id) => seen.parent = seen.parent.or(Some(id)),
                _ => return Err(wrong(column, "a BSUID", raw)),
            }
        }
        // An id of WhatsApp's has its country, whatever stands beside it.
        let country = self.first(Field::CountryCode).and_then(calling_code);
        for (country, (column, raw)) in [
            (None, Field::WhatsApp),
            (country, Field::Mobile),
            (country, Field::Phone),
        ]
        .into_iter()
        .flat_map(|(country, field)| self.all(field).map(move |cell| (country, cell)))
        {
            match phone(column, raw, country) {
                Ok(PhoneField::Phone(phone)) if seen.phone.is_none() => seen.phone = Some(phone),
                Ok(PhoneField::Phone(phone)) => {
                    seen.second_phone.get_or_insert(phone);
                }
                Ok(PhoneField::Bsuid(id)) => seen.bsuid = seen.bsuid.or(Some(id)),
                Ok(PhoneField::Parent(id)) => seen.parent = seen.parent.or(Some(id)),
                Ok(PhoneField::Absent | PhoneField::Group | PhoneField::Unreadable) => {}
                // Beside the person's own phone another is no identifier, readable or not.
                Err(_) if seen.phone.is_some() => {}
                Err(fault) => return Err(fault),
            }
        }
        if seen.has_key() {
            return Ok(seen);
        }
        Err(Fault {
            column: None,
            reason: "names no person: neither phone nor BSUID".into(),
        })
    }

    fn name(&self) -> Option<String> {
        if let Some(name) = self.first(Field::Name) {
            return Some(name.trim().to_owned());
        }
        let parts = [Field::FirstName, Field::LastName].into_iter();
        let parts: Vec<&str> = parts.filter_map(|f| self.first(f)).map(str::trim).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}

/// A cell without what a spreadsheet, or who guards against one, puts around
/// it: `'+49…`, `="+49…"`.
fn plain(cell: &str) -> &str {
    let cell = cell.trim();
    if let Some(text) = cell.strip_prefix("=\"").and_then(|c| c.strip_suffix('"')) {
        return text;
    }
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '|', '%']) => rest,
        _ => cell,
    }
}

/// Reads a phone with its country: a contact that nobody can write to is worse
/// than a row that waits.
fn phone(column: &str, raw: &str, country: Option<&str>) -> Result<PhoneField, Fault> {
    let fault = |reason: &str| Fault {
        column: Some(column.to_owned()),
        reason: format!("{column}: {reason}, found {}", quoted(raw)),
    };
    let text = ["whatsapp:", "tel:"].iter().fold(raw, |text, scheme| {
        text.strip_prefix(scheme).unwrap_or(text)
    });
    let text = ["@s.whatsapp.net", "@c.us"]
        .iter()
        .fold(text, |text, end| text.strip_suffix(end).unwrap_or(text));
    // A number that went through a program as a fraction.
    let whole = text.strip_suffix(".0").filter(|whole| {
        let digits = whole.strip_prefix('+').unwrap_or(whole);
        digits.len() > 6 && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    if are_two(text) {
        return Err(fault(
            "two phones in one cell; give each a column or a row of its own",
        ));
    }
    let key = match PhoneField::parse(&without_trunk(whole.unwrap_or(text))) {
        PhoneField::Phone(key) => key,
        PhoneField::Unreadable if is_rounded(text) => {
            return Err(fault(
                "a spreadsheet has rounded it; export the column as text",
            ));
        }
        PhoneField::Unreadable => return Err(fault("expected a phone")),
        PhoneField::Group => return Err(fault("expected a phone, not a group")),
        other => return Ok(other),
    };
    let key = match country.filter(|_| !is_international(text)) {
        Some(country) => with_country(&key, country).ok_or_else(|| {
            fault("this may begin with its country code, or not; write it with a +")
        })?,
        None => key,
    };
    match key.as_str() {
        digits if digits.starts_with('0') => Err(fault("expected a phone with its country code")),
        digits if digits.len() > MOST_DIGITS => Err(fault("expected a phone of at most 15 digits")),
        _ => Ok(PhoneField::Phone(key)),
    }
}

/// The country calling code in a column of its own: a name of a country is none.
fn calling_code(raw: &str) -> Option<&str> {
    let digits = raw.trim().strip_prefix('+').unwrap_or(raw.trim());
    let is_code =
        (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    (is_code && !digits.starts_with('0')).then_some(digits)
}

fn is_international(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('+') || text.starts_with("00")
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
    // What is dialled before a number within the country; in Italy it is its part.
    let national = match digits.strip_prefix('0') {
        Some(rest) if country != "39" => rest,
        _ => digits,
    };
    PhoneKey::parse(&format!("+{country}{national}"))
}

/// `+49 (0)30 …`: the zero in brackets is dialled only within the country. In
/// Italy it belongs to the number (ITU E.123, E.164).
fn without_trunk(text: &str) -> Cow<'_, str> {
    let abroad = ["+", "00"]
        .iter()
        .find_map(|prefix| text.trim().strip_prefix(prefix));
    match abroad {
        Some(number) if !number.trim_start().starts_with("39") => {
            text.replacen("(0)", "", 1).into()
        }
        _ => text.into(),
    }
}

/// Most digits of a phone with its country (ITU E.164).
const MOST_DIGITS: usize = 15;
/// Digits from which on a part of a cell is a phone of its own, and not an
/// area code, a block of digits or an extension.
const WHOLE: usize = 7;

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

/// `4.91512E+11`
fn is_rounded(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.contains("e+") && lower.parse::<f64>().is_ok()
}

fn wrong(column: &str, expected: &str, raw: &str) -> Fault {
    Fault {
        column: Some(column.to_owned()),
        reason: format!("{column}: expected {expected}, found {}", quoted(raw)),
    }
}
