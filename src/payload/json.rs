//! JSON as a tree that borrows from its text.
//!
//! Strings without escapes are slices of the delivery, and objects are plain
//! lists: webhooks have few keys each, and most are never asked for, so that a
//! map or a copy of each would cost more than it saves. What the values mean
//! is not known here; how they are asked for is in `node`.

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::io::Write;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    Array(Vec<Json<'a>>),
    /// In the order of the text; of two equal keys the later one counts.
    Object(Vec<Field<'a>>),
}

/// A key of an object and its value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Field<'a> {
    pub(super) key: Cow<'a, str>,
    pub(super) value: Json<'a>,
    /// What readers wanted of it, so that `unread` can tell what is left.
    pub(super) read: Cell<Read>,
}

/// How far a field was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Read {
    /// Nobody asked for it.
    Not,
    /// It was asked for; what is in it has fields of its own.
    Asked,
    /// Whatever is in it is accounted for.
    Whole,
}

impl Json<'_> {
    /// What a reader of a reason calls it.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number",
            Json::Text(_) => "a string",
            Json::Array(_) => "an array",
            Json::Object(_) => "an object",
        }
    }

    /// Writes it with sorted keys and no white space, so that one value has
    /// one spelling whoever serialised it.
    pub(super) fn canonical(&self, out: &mut Vec<u8>) {
        match self {
            Json::Null => out.extend_from_slice(b"null"),
            Json::Bool(true) => out.extend_from_slice(b"true"),
            Json::Bool(false) => out.extend_from_slice(b"false"),
            Json::Number(number) => {
                // Writing to a Vec cannot fail.
                let _ = write!(out, "{number}");
            }
            Json::Text(text) => quote(text, out),
            Json::Array(list) => {
                out.push(b'[');
                for (at, value) in list.iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    value.canonical(out);
                }
                out.push(b']');
            }
            Json::Object(fields) => {
                let mut sorted: Vec<_> = fields.iter().collect();
                sorted.sort_by(|a, b| a.key.cmp(&b.key));
                out.push(b'{');
                let mut first = true;
                for (at, field) in sorted.iter().enumerate() {
                    if sorted.get(at + 1).is_some_and(|next| next.key == field.key) {
                        continue;
                    }
                    if !first {
                        out.push(b',');
                    }
                    first = false;
                    quote(&field.key, out);
                    out.push(b':');
                    field.value.canonical(out);
                }
                out.push(b'}');
            }
        }
    }
}

fn quote(text: &str, out: &mut Vec<u8>) {
    // Text always serialises, and a Vec takes all of it.
    let _ = serde_json::to_writer(out, text);
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Values)
    }
}

struct Values;

impl<'de> Visitor<'de> for Values {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        Number::from_f64(value)
            .map(Json::Number)
            .ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Owned(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Owned(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = from.next_element()? {
            list.push(value);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut fields = Vec::with_capacity(4);
        while let Some((Key(key), value)) = from.next_entry()? {
            fields.push(Field {
                key,
                value,
                read: Cell::new(Read::Not),
            });
        }
        Ok(Json::Object(fields))
    }
}

/// A key, borrowed where it can be.
struct Key<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match from.deserialize_str(Values)? {
            Json::Text(key) => Ok(Key(key)),
            other => Err(D::Error::custom(format!("{} for a key", other.noun()))),
        }
    }
}
