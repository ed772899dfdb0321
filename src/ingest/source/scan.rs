//! Where in a run of bytes a JSON value ends, or whether one can begin there.
//!
//! Nothing is read of the values here. Bytes that end within a value are told
//! from bytes that can be none, as the first ask for more and the second are
//! a fault; what is done about either is the caller's.

use crate::payload::mended_in_place;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;

/// Why a scan found no value.
pub(super) enum Fault {
    /// The bytes end within it, and more may come.
    Unfinished,
    /// The value that begins there is no JSON.
    Broken(usize),
}

/// Finds the values from the beginning of `bytes` to the end of a line on
/// which none goes on.
pub(super) fn line_of_values(
    bytes: &[u8],
    at_end: bool,
    after_array: bool,
    values: &mut Vec<(usize, usize)>,
) -> Result<(), Fault> {
    let mut from = 0;
    loop {
        let to = value(bytes, from, at_end)?;
        values.push((from, to));
        let blanks = bytes[to..]
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
        from = to + blanks.count();
        match bytes.get(from) {
            None if at_end => return Ok(()),
            None => return Err(Fault::Unfinished),
            Some(b'\n' | b'[') => return Ok(()),
            Some(b',' | b']') if after_array => return Ok(()),
            Some(_) => {}
        }
    }
}

/// The end of the value that begins at `from`.
pub(super) fn value(bytes: &[u8], from: usize, at_end: bool) -> Result<usize, Fault> {
    let rest = &bytes[from..];
    // Most values are short, and serde's own skipping is the fastest there is.
    let short = &rest[..rest.len().min(SHORT)];
    let found = match end::<IgnoredAny>(short) {
        Some(Ok(to)) if to < short.len() => Some(Ok(to)),
        _ => match end::<Skip>(rest) {
            // Half a surrogate pair, or a number beyond bounds, is no fault.
            Some(Err(error)) if is_mendable(&error) => match mended_in_place(rest) {
                Some(mended) => end::<Skip>(&mended),
                None => Some(Err(error)),
            },
            found => found,
        },
    };
    match found {
        // A number that ends with the bytes may have more digits to come.
        Some(Ok(to)) if to == rest.len() && !at_end => Err(Fault::Unfinished),
        Some(Ok(to)) => Ok(from + to),
        Some(Err(error)) if error.is_eof() && !at_end => Err(Fault::Unfinished),
        Some(Err(_)) | None => Err(Fault::Broken(from)),
    }
}

/// Whether a value was given up for what [`mended_in_place`] can mend; told
/// first, as mending looks at all the bytes there are.
fn is_mendable(error: &serde_json::Error) -> bool {
    let said = error.to_string();
    [
        "lone leading surrogate",
        "unexpected end of hex",
        "number out of range",
    ]
    .iter()
    .any(|fault| said.starts_with(fault))
}

/// How far serde's own skipping is let go: it knows no limit of depth, so that
/// lines that only ever open something would each be read to the end.
const SHORT: usize = 8 << 10;

fn end<'b, T: Deserialize<'b>>(bytes: &'b [u8]) -> Option<serde_json::Result<usize>> {
    let mut stream = serde_json::Deserializer::from_slice(bytes).into_iter::<T>();
    let found = stream.next()?;
    Some(found.map(|_| stream.byte_offset()))
}

/// A value of which only the end is asked, down to the usual limit of depth.
struct Skip;

impl<'de> Deserialize<'de> for Skip {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Skip)
    }
}

impl<'de> Visitor<'de> for Skip {
    type Value = Skip;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Skip, E> {
        Ok(Skip)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Skip, E> {
        Ok(Skip)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Skip, E> {
        Ok(Skip)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Skip, E> {
        Ok(Skip)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Skip, E> {
        Ok(Skip)
    }

    fn visit_str<E>(self, _: &str) -> Result<Skip, E> {
        Ok(Skip)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Skip, A::Error> {
        while from.next_element::<Skip>()?.is_some() {}
        Ok(Skip)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Skip, A::Error> {
        while from.next_entry::<Skip, Skip>()?.is_some() {}
        Ok(Skip)
    }
}
