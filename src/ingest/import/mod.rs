//! Contacts from a CSV file: each row is a delivery with one item, and goes
//! the way of every other.
//!
//! What a column holds is told in `columns` and `known`, who is in a row in
//! `row`, which phone a cell is in `phone` and `plan`, where a row ends in
//! `record`. A row is kept as a JSON object of column → text.
//! Memory holds a row, not the file.

mod columns;
mod known;
mod phone;
mod plan;
mod record;
mod row;
#[cfg(test)]
mod tests;

pub use columns::{Column, Field, Mapping, Unmapped, columns};
pub(super) use row::read_kept;

use super::input::Input;
use super::source::unpacked;
use crate::domain::fact::{Item, Reading};
use crate::store::{Arrival, Source};
use record::{Record, Records};
use row::Row;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Why a file cannot be imported at all.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Reading failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Two bytes a letter.
    #[error("it is UTF-16, not UTF-8")]
    Utf16,
    /// The header is of another encoding.
    #[error("line {line}: it is not UTF-8")]
    Encoding {
        /// Where the header is.
        line: u64,
    },
    /// An Office file.
    #[error("it is a spreadsheet or a zip file, no CSV")]
    Spreadsheet,
    /// Nothing in it.
    #[error("it is empty; a header is expected on the first line")]
    Empty,
    /// No header can be read.
    #[error("line {line}: no header can be read: {why}")]
    NoHeader {
        /// Where it was looked for.
        line: u64,
        /// What is wrong.
        why: &'static str,
    },
}

/// A CSV file, open behind its header.
pub struct Sheet {
    name: String,
    header: Vec<String>,
    delimiter: u8,
    records: Records,
    pub(super) bytes: Arc<AtomicU64>,
}

impl Sheet {
    /// Opens an input: plain, gzip or zstd; with commas, semicolons or tabs;
    /// with or without a byte order mark.
    ///
    /// # Errors
    /// It cannot be read, is of another encoding or format, or has no header.
    pub fn open(input: Input) -> Result<Self, Unreadable> {
        let name = input.name().to_owned();
        let bytes = Arc::default();
        let input = input.open(Arc::clone(&bytes)).and_then(unpacked)?;
        let mut records = Records::new(input);
        match records.peek(4)? {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..] => {
                return Err(Unreadable::Utf16);
            }
            [b'P', b'K', 3, 4] => return Err(Unreadable::Spreadsheet),
            _ => {}
        }
        if records.peek(3)? == [0xef, 0xbb, 0xbf] {
            records.pass(3);
        }
        let mut said = None;
        if let [b's', b'e', b'p', b'=', delimiter, b'\r' | b'\n'] = *records.peek(6)? {
            // What Excel writes for itself.
            said = Some(delimiter);
            records.pass(6);
        }
        let delimiter = match said {
            Some(said) => said,
            None => delimiter(records.peek(record::LONGEST.min(64 << 10))?),
        };
        records.separated_by(delimiter);
        let (line, fields) = loop {
            let Record { line, fields, .. } = records.next().ok_or(Unreadable::Empty)??;
            let no_header = |why| Unreadable::NoHeader { line, why };
            let fields = fields.ok_or_else(|| no_header("a quote is opened and not closed"))?;
            // Lines of blanks are no rows, before the header either.
            if !fields.iter().all(|field| field.trim_ascii().is_empty()) {
                break (line, fields);
            }
        };
        let fields: Result<Vec<_>, _> = fields.into_iter().map(String::from_utf8).collect();
        let header = names(&fields.map_err(|_| Unreadable::Encoding { line })?);
        Ok(Self {
            name,
            header,
            delimiter,
            records,
            bytes,
        })
    }

    /// The names of the columns, each unlike all others.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// What stands between the fields, in words.
    #[must_use]
    pub fn separator(&self) -> String {
        match self.delimiter {
            b',' => "commas".into(),
            b';' => "semicolons".into(),
            b'\t' => "tabs".into(),
            other => format!("'{}'", char::from(other).escape_default()),
        }
    }

    /// The rows, as they are handed to the store.
    pub(super) fn arrivals(self, way: Way) -> Arrivals {
        Arrivals {
            source: self.name.into(),
            header: self.header,
            records: self.records,
            way,
        }
    }
}

/// Rows that cannot be read, by what is wrong with them.
#[derive(Debug, Default)]
pub struct Faults(BTreeMap<String, (u64, Vec<String>)>);

impl Faults {
    /// Examples kept of each.
    const FIRST: usize = 3;

    pub(super) fn note(&mut self, arrival: &Arrival) {
        for item in &arrival.items {
            let Reading::Quarantined(reason) = &item.reading else {
                continue;
            };
            // The value that was found is that of one row.
            let what = reason
                .split_once(", found ")
                .map_or(&**reason, |(what, _)| what);
            let (count, first) = self.0.entry(what.to_owned()).or_default();
            *count += 1;
            if first.len() < Self::FIRST {
                let line = arrival.source.line.unwrap_or_default();
                let found = reason.split_once(", found ").map(|(_, found)| found);
                let found = found.map_or_else(String::new, |found| format!(" (found {found})"));
                first.push(format!("line {line}{found}"));
            }
        }
    }

    /// What is wrong, with how many rows, and the first of them.
    pub fn all(&self) -> impl Iterator<Item = (&str, u64, &[String])> {
        let all = self.0.iter();
        all.map(|(what, (count, first))| (what.as_str(), *count, first.as_slice()))
    }
}

/// How the rows of one import are read.
pub(super) struct Way {
    pub(super) columns: Vec<Column>,
    pub(super) portfolio: Option<String>,
    /// The same in words, to be kept.
    pub(super) manner: Arc<str>,
}

/// The rows of a sheet, read.
pub(super) struct Arrivals {
    source: Arc<str>,
    header: Vec<String>,
    records: Records,
    way: Way,
}

impl Iterator for Arrivals {
    type Item = io::Result<Arrival>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let record = match self.records.next()? {
                Ok(record) => record,
                Err(error) => return Some(Err(error)),
            };
            if let Some(arrival) = self.arrival(record) {
                return Some(Ok(arrival));
            }
        }
    }
}

impl Arrivals {
    /// `None` for a row of blanks, which is no more than a blank line.
    fn arrival(&self, record: Record) -> Option<Arrival> {
        let source = Source {
            name: Arc::clone(&self.source),
            line: Some(record.line),
        };
        let kept = |text, item| Arrival {
            text,
            source,
            items: vec![item],
            manner: Arc::clone(&self.way.manner),
        };
        let Some(fields) = record.fields else {
            let text =
                String::from_utf8(record.raw).map_err(std::string::FromUtf8Error::into_bytes);
            let why =
                "a quote is opened on this line and not closed, or the line is longer than 1 MiB";
            return Some(kept(text, refused(why.into())));
        };
        if fields.iter().all(|field| field.trim_ascii().is_empty()) {
            return None;
        }
        let mut values = Vec::with_capacity(fields.len());
        for (place, field) in fields.into_iter().enumerate() {
            let Ok(value) = String::from_utf8(field) else {
                let column = self.header.get(place);
                let column = column.map_or_else(String::new, |column| format!("{column}: "));
                let why = format!("{column}not UTF-8; save the file as UTF-8");
                return Some(kept(Err(record.raw), refused(why)));
            };
            values.push(value);
        }
        let wide = self.header.len();
        let blank = |values: &[String]| values.iter().all(|value| value.trim().is_empty());
        if values.len() < wide || !blank(&values[wide..]) {
            let why = format!("expected {wide} fields, found {}", values.len());
            return Some(kept(Ok(list(&values)), refused(why)));
        }
        let cells = || self.header.iter().zip(&values);
        let row: Row<'_> = cells().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let portfolio = self.way.portfolio.as_deref();
        let item = row::read(&row, &self.way.columns, portfolio);
        Some(kept(Ok(object(cells())), item))
    }
}

fn refused(reason: String) -> Item {
    Item {
        pointer: String::new(),
        reading: Reading::Quarantined(reason),
    }
}

/// A JSON object of column → text, in the order of the columns.
fn object<'a>(cells: impl Iterator<Item = (&'a String, &'a String)>) -> String {
    let cells: Vec<String> = cells
        .map(|(column, value)| format!("{}:{}", quoted(column), quoted(value)))
        .collect();
    format!("{{{}}}", cells.join(","))
}

/// A JSON array of texts.
fn list(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
    format!("[{}]", values.join(","))
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The separator that stands most often on the first line, outside of quotes.
fn delimiter(start: &[u8]) -> u8 {
    let mut counts = BTreeMap::new();
    let mut quoted = false;
    for byte in start.trim_ascii_start() {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => break,
            b',' | b';' | b'\t' if !quoted => *counts.entry(*byte).or_insert(0) += 1,
            _ => {}
        }
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    most.map_or(b',', |(byte, _)| byte)
}

/// Column names: trimmed, one for a column that has none, and a number behind
/// one that was there before.
fn names(fields: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(fields.len());
    let mut seen = std::collections::HashSet::new();
    for (field, place) in fields.iter().zip(1..) {
        let name = match field.trim() {
            "" => format!("column {place}"),
            name => name.to_owned(),
        };
        let numbered = (2..).map(|n: u32| format!("{name} ({n})"));
        let mut all = std::iter::once(name.clone()).chain(numbered);
        let own = all.find(|name| !seen.contains(name)).unwrap_or(name);
        seen.insert(own.clone());
        names.push(own);
    }
    names
}
