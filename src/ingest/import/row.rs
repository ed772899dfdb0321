//! A row of an imported file to a fact: who is in it, by its columns.
//!
//! A list kept by hand knows less than a webhook: numbers come without their
//! country, rounded by a spreadsheet, behind an apostrophe that disarms a
//! formula. What can be undone is undone; what would be a guess is refused.

use super::columns::{Column, Field};
use super::phone::{calling_code, is_rounded, phone};
use crate::domain::fact::{Channel, Fact, Item, Reading, Seen, Surface, What};
use crate::domain::identifier::{Bsuid, ParentBsuid, PhoneField, Username, is_absent};
use crate::domain::text::quoted;
use sha2::{Digest as _, Sha256};
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
    let told = columns
        .iter()
        .filter(|column| column.country_code.is_some());
    let told: Vec<_> = told.map(|c| (&c.column, &c.country_code)).collect();
    // Text, words and nothing else: this always serialises.
    let content = if told.is_empty() {
        serde_json::to_vec(&(row, read, portfolio))
    } else {
        serde_json::to_vec(&(row, read, portfolio, told))
    };
    let content = content.unwrap_or_default();
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
    fn all(&self, field: Field) -> impl Iterator<Item = (&'a Column, &'a str)> {
        let row = self.row;
        let columns = self.columns.iter();
        let columns = columns.filter(move |column| labelled(column, row) == field);
        columns.filter_map(move |column| {
            let value = plain(row.get(column.column.as_str())?);
            (!is_nothing(value, field)).then_some((column, value))
        })
    }

    fn first(&self, field: Field) -> Option<&'a str> {
        self.all(field).next().map(|(_, value)| value)
    }

    fn person(&self) -> Result<Seen, Fault> {
        let username = self.first(Field::Username).filter(|raw| is_one(raw));
        let mut seen = Seen {
            username: username.and_then(Username::parse),
            book_name: self.name().map(Into::into),
            ..Seen::default()
        };
        for (column, raw) in self.all(Field::ParentBsuid) {
            seen.parent = seen.parent.or(ParentBsuid::parse(id(column, raw)?));
        }
        for (column, raw) in self.all(Field::Bsuid) {
            match PhoneField::parse(id(column, raw)?) {
                PhoneField::Parent(id) => seen.parent = seen.parent.or(Some(id)),
                _ => seen.bsuid = seen.bsuid.or_else(|| Bsuid::parse(raw)),
            }
        }
        let mut other = None;
        for (column, raw) in self.all(Field::UserId) {
            match PhoneField::parse(raw) {
                PhoneField::Bsuid(id) => seen.bsuid = seen.bsuid.or(Some(id)),
                PhoneField::Parent(id) => seen.parent = seen.parent.or(Some(id)),
                // The CRM's own, which is no reason to refuse the phone beside it.
                _ => other = other.or(Some(fault(column, "expected a BSUID", raw))),
            }
        }
        let beside = self.first(Field::CountryCode).and_then(calling_code);
        for (column, raw) in PHONES.into_iter().flat_map(|field| self.all(field)) {
            // An id of WhatsApp's has its country, whatever stands beside it.
            let beside = beside.filter(|_| column.field != Field::WhatsApp);
            match phone(raw, beside.or(column.country_code.as_deref())) {
                Ok(PhoneField::Phone(phone)) if seen.phone.is_none() => seen.phone = Some(phone),
                Ok(PhoneField::Phone(phone)) => {
                    seen.second_phone.get_or_insert(phone);
                }
                Ok(PhoneField::Bsuid(id)) => seen.bsuid = seen.bsuid.or(Some(id)),
                Ok(PhoneField::Parent(id)) => seen.parent = seen.parent.or(Some(id)),
                Ok(PhoneField::Absent | PhoneField::Group | PhoneField::Unreadable) => {}
                // Beside the person's own phone another is no identifier, readable or not.
                Err(_) if seen.phone.is_some() => {}
                Err(reason) => {
                    return Err(Fault {
                        reason: format!("{}: {reason}", column.column),
                        column: Some(column.column.clone()),
                    });
                }
            }
        }
        if seen.has_key() {
            return Ok(seen);
        }
        Err(other.unwrap_or_else(|| Fault {
            column: None,
            reason: "names no person: neither phone nor BSUID".into(),
        }))
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

/// In their order: the first is the person's.
const PHONES: [Field; 4] = [
    Field::WhatsApp,
    Field::Mobile,
    Field::Phone,
    Field::OtherPhone,
];

/// What a column holds in this row: an address book says beside each phone, as
/// in `Phone 1 - Label`, whose or what it is.
fn labelled(column: &Column, row: &Row<'_>) -> Field {
    let stem = column.column.strip_suffix("Value");
    let Some(stem) = stem.filter(|_| column.field == Field::Phone) else {
        return column.field;
    };
    let beside = |name| row.get(format!("{stem}{name}").as_str());
    let Some(label) = beside("Label").or_else(|| beside("Type")) else {
        return column.field;
    };
    let is_none = |what: &&str| label.to_lowercase().contains(what);
    match Field::recognise(label) {
        Field::WhatsApp => Field::WhatsApp,
        Field::Mobile => Field::Mobile,
        _ if ["fax", "pager"].iter().any(is_none) => Field::Ignore,
        _ => Field::Phone,
    }
}

/// Whether a cell says that there is nothing, as databases and programs write
/// it. Taken for an identifier it would make one person of all whose cell says
/// so; of names only what can be none.
fn is_nothing(cell: &str, field: Field) -> bool {
    const NAMES: [&str; 6] = ["NULL", "null", "\\N", "#N/A", "N/A", "-"];
    const ALL: [&str; 12] = [
        "null",
        "(null)",
        "<null>",
        "\\n",
        "#n/a",
        "n/a",
        "na",
        "none",
        "nil",
        "nan",
        "undefined",
        "-",
    ];
    match field {
        Field::Name | Field::FirstName | Field::LastName => {
            is_absent(cell) || NAMES.contains(&cell)
        }
        _ => is_absent(cell) || ALL.iter().any(|none| cell.eq_ignore_ascii_case(none)),
    }
}

/// Whether a cell holds one word: no id and no username has blanks in it.
fn is_one(cell: &str) -> bool {
    !cell.contains(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|'))
}

/// A BSUID or parent BSUID, of whatever shape, if it can be one at all.
fn id<'a>(column: &Column, raw: &'a str) -> Result<&'a str, Fault> {
    match raw {
        _ if !is_one(raw) => Err(fault(column, "expected one BSUID", raw)),
        _ if is_rounded(raw) => Err(fault(
            column,
            "a spreadsheet has rounded it; export the column as text",
            raw,
        )),
        _ if raw.starts_with('+') => Err(fault(column, "expected a BSUID", raw)),
        _ => Ok(raw),
    }
}

fn fault(column: &Column, reason: &str, raw: &str) -> Fault {
    let column = &column.column;
    Fault {
        column: Some(column.clone()),
        reason: format!("{column}: {reason}, found {}", quoted(raw)),
    }
}
