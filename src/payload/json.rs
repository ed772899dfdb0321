//! JSON as a tree that borrows from its text.
//!
//! Strings without escapes are slices of the delivery, and the tree is one
//! list, each value followed by what is in it: webhooks have few keys each, and
//! most are never asked for, so that a list, a map or a copy for each would cost
//! more than it saves. What the values mean is not known here; how they are
//! asked for is in `node`.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;
use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::io::Write;

/// What a JSON value is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    Array,
    /// With a sign of each key: readers ask for many that are not there. Of two
    /// equal keys the later one counts.
    Object(Signs),
}

/// A JSON text.
#[derive(Debug)]
pub(super) struct Tree<'a>(Vec<Value<'a>>);

/// A value of the list, followed by its elements or its fields in the order of
/// the text; a field is its key, followed by its value.
#[derive(Debug)]
struct Value<'a> {
    json: Json<'a>,
    /// How many of the list it is, with itself and all that is in it.
    size: u32,
    /// What readers wanted of it, if it is that of a field, so that `unread`
    /// can tell what is left.
    read: Cell<Read>,
}

impl Value<'_> {
    fn key(&self) -> Option<&str> {
        match &self.json {
            Json::Text(key) => Some(key),
            _ => None,
        }
    }
}

/// The signs of some keys.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Signs(u64);

impl Signs {
    fn add(&mut self, key: &str) {
        self.0 |= Self::sign(key);
    }

    /// False if the key is none of them.
    fn may_have(self, key: &str) -> bool {
        self.0 & Self::sign(key) != 0
    }

    /// A bit for keys of one length and of like ends.
    fn sign(key: &str) -> u64 {
        let end = |byte: Option<&u8>| byte.map_or(0, |byte| usize::from(*byte));
        let key = key.as_bytes();
        1 << ((key.len() + end(key.first()) * 5 + end(key.last()) * 11) % 64)
    }
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

impl<'a> Tree<'a> {
    /// Reads a text that is one JSON value, in the room of an earlier tree.
    pub(super) fn parse(text: &'a str, room: &mut Room) -> serde_json::Result<Self> {
        let mut values = emptied(std::mem::take(&mut room.0));
        let mut from = serde_json::Deserializer::from_str(text);
        Values(&mut values).deserialize(&mut from)?;
        from.end()?;
        Ok(Self(values))
    }

    /// All of it.
    pub(super) fn root(&self) -> Part<'_> {
        Part(&self.0)
    }
}

/// The room of a tree that is no longer needed, for the next.
#[derive(Debug, Default)]
pub struct Room(Vec<Value<'static>>);

/// Values that are kept room for: a delivery is rarely larger.
const MOST: usize = 4096;

impl Room {
    /// Takes a tree's room back.
    pub(super) fn reclaim(&mut self, tree: Tree<'_>) {
        if tree.0.capacity() <= MOST {
            self.0 = emptied(tree.0);
        }
    }
}

/// The same allocation without its values.
fn emptied<'b>(mut values: Vec<Value<'_>>) -> Vec<Value<'b>> {
    values.clear();
    values.into_iter().map_while(|_| None).collect()
}

/// A value with what is in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'v>(&'v [Value<'v>]);

impl<'v> Part<'v> {
    /// `null`, of no text.
    pub(super) const NULL: Self = Part(&[]);

    /// The value itself.
    pub(super) fn json(self) -> &'v Json<'v> {
        self.0.first().map_or(&Json::Null, |value| &value.json)
    }

    /// The elements of an array; none where this is no array.
    pub(super) fn elements(self) -> impl Iterator<Item = Part<'v>> {
        Parts(match self.json() {
            Json::Array => &self.0[1..],
            _ => &[],
        })
    }

    /// Keys and values of an object; none where this is no object.
    pub(super) fn fields(self) -> impl Iterator<Item = (&'v str, Part<'v>)> {
        let fields = Parts(match self.json() {
            Json::Object(_) => &self.0[1..],
            _ => &[],
        });
        fields.filter_map(|field| match field.0 {
            [key, value @ ..] => Some((key.key()?, Part(value))),
            [] => None,
        })
    }

    /// The value of the field `key` of an object; none where this is no object.
    pub(super) fn get(self, key: &str) -> Option<Part<'v>> {
        match self.json() {
            Json::Object(signs) if signs.may_have(key) => {
                let named = self.fields().filter(|(name, _)| *name == key);
                named.last().map(|(_, part)| part)
            }
            _ => None,
        }
    }

    /// Whether there can be anything in it.
    pub(super) fn is_of_parts(self) -> bool {
        matches!(self.json(), Json::Array | Json::Object(_))
    }

    /// How far it was read, as the value of a field.
    pub(super) fn read(self) -> Read {
        self.0.first().map_or(Read::Whole, |value| value.read.get())
    }

    /// Notes how far it was read.
    pub(super) fn set_read(self, read: Read) {
        if let Some(value) = self.0.first() {
            value.read.set(read);
        }
    }

    /// What a reader of a reason calls it.
    pub(super) fn noun(self) -> &'static str {
        match self.json() {
            Json::Null => "null",
            Json::Bool(_) => "a boolean",
            Json::Number(_) => "a number",
            Json::Text(_) => "a string",
            Json::Array => "an array",
            Json::Object(_) => "an object",
        }
    }

    /// Writes it with sorted keys and no white space, so that one value has
    /// one spelling whoever serialised it.
    pub(super) fn canonical(self, out: &mut Vec<u8>) {
        match self.json() {
            Json::Null => out.extend_from_slice(b"null"),
            Json::Bool(true) => out.extend_from_slice(b"true"),
            Json::Bool(false) => out.extend_from_slice(b"false"),
            Json::Number(number) => {
                // Writing to a Vec cannot fail.
                let _ = write!(out, "{number}");
            }
            Json::Text(text) => quote(text, out),
            Json::Array => {
                out.push(b'[');
                for (at, value) in self.elements().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    value.canonical(out);
                }
                out.push(b']');
            }
            Json::Object(_) => {
                let mut sorted: Vec<_> = self.fields().collect();
                sorted.sort_by(|a, b| a.0.cmp(b.0));
                out.push(b'{');
                let mut first = true;
                for (at, (key, value)) in sorted.iter().enumerate() {
                    if sorted.get(at + 1).is_some_and(|next| next.0 == *key) {
                        continue;
                    }
                    if !first {
                        out.push(b',');
                    }
                    first = false;
                    quote(key, out);
                    out.push(b':');
                    value.canonical(out);
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

/// Parts that follow each other.
struct Parts<'v>(&'v [Value<'v>]);

impl<'v> Iterator for Parts<'v> {
    type Item = Part<'v>;

    fn next(&mut self) -> Option<Part<'v>> {
        let size = self.0.first()?.size as usize;
        let (part, rest) = self.0.split_at_checked(size)?;
        self.0 = rest;
        Some(Part(part))
    }
}

/// Where a value is put, with what is in it.
struct Values<'t, 'a>(&'t mut Vec<Value<'a>>);

impl<'a> Values<'_, 'a> {
    fn put(&mut self, json: Json<'a>) {
        self.0.push(Value {
            json,
            size: 1,
            read: Cell::new(Read::Not),
        });
    }

    /// Says of the value at `at` that all behind it is in it.
    fn close<E: Error>(&mut self, at: usize) -> Result<(), E> {
        let size = u32::try_from(self.0.len() - at).map_err(|_| E::custom("too many values"))?;
        if let Some(value) = self.0.get_mut(at) {
            value.size = size;
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Values<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Values<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(mut self) -> Result<(), E> {
        self.put(Json::Null);
        Ok(())
    }

    fn visit_bool<E>(mut self, value: bool) -> Result<(), E> {
        self.put(Json::Bool(value));
        Ok(())
    }

    fn visit_i64<E>(mut self, value: i64) -> Result<(), E> {
        self.put(Json::Number(value.into()));
        Ok(())
    }

    fn visit_u64<E>(mut self, value: u64) -> Result<(), E> {
        self.put(Json::Number(value.into()));
        Ok(())
    }

    fn visit_f64<E: Error>(mut self, value: f64) -> Result<(), E> {
        let number = Number::from_f64(value);
        let number = number.ok_or_else(|| E::custom("a number out of range"))?;
        self.put(Json::Number(number));
        Ok(())
    }

    fn visit_borrowed_str<E>(mut self, value: &'de str) -> Result<(), E> {
        self.put(Json::Text(Cow::Borrowed(value)));
        Ok(())
    }

    fn visit_str<E>(mut self, value: &str) -> Result<(), E> {
        self.put(Json::Text(Cow::Owned(value.to_owned())));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut from: A) -> Result<(), A::Error> {
        let at = self.0.len();
        self.put(Json::Array);
        while from.next_element_seed(Values(self.0))?.is_some() {}
        self.close(at)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut from: A) -> Result<(), A::Error> {
        let (at, mut signs) = (self.0.len(), Signs::default());
        self.put(Json::Null);
        loop {
            let field = self.0.len();
            if from.next_key_seed(Values(self.0))?.is_none() {
                break;
            }
            if let Some(key) = self.0.last().and_then(Value::key) {
                signs.add(key);
            }
            from.next_value_seed(Values(self.0))?;
            self.close(field)?;
        }
        if let Some(object) = self.0.get_mut(at) {
            object.json = Json::Object(signs);
        }
        self.close(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(part: Part<'_>) -> String {
        let mut out = Vec::new();
        part.canonical(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_field_is_found_behind_what_is_in_others_and_the_later_of_two_counts() {
        let text = r#"{"a":{"b":[1,{"b":2}]},"b":"\u0062","c":[],"a":[{"x":1},3],"":null}"#;
        let tree = Tree::parse(text, &mut Room::default()).unwrap();
        let root = tree.root();
        let found = |key| root.get(key).map(spelled);
        assert_eq!(found("a").as_deref(), Some(r#"[{"x":1},3]"#));
        assert_eq!(found("b").as_deref(), Some(r#""b""#));
        assert_eq!(found("").as_deref(), Some("null"));
        assert_eq!(found("x"), None);
        let elements = root.get("a").map(|a| a.elements().map(spelled).collect());
        assert_eq!(
            elements,
            Some(vec![r#"{"x":1}"#.to_owned(), "3".to_owned()])
        );
        let keys = root.fields().map(|field| field.0).collect::<Vec<_>>();
        assert_eq!(keys, ["a", "b", "c", "a", ""]);
    }

    #[test]
    fn a_tree_takes_the_room_of_the_one_before_but_not_of_a_giant() {
        let mut room = Room::default();
        let tree = Tree::parse(r#"{"a":[1,2,3]}"#, &mut room).unwrap();
        let before = tree.0.as_ptr() as usize;
        room.reclaim(tree);
        let tree = Tree::parse(r#"["\n"]"#, &mut room).unwrap();
        assert_eq!(tree.0.as_ptr() as usize, before);
        room.reclaim(tree);
        let giant = format!("[{}0]", "0,".repeat(MOST));
        let tree = Tree::parse(&giant, &mut room).unwrap();
        room.reclaim(tree);
        assert_eq!(room.0.capacity(), 0);
    }

    /// What a delivery of the longest kind takes in memory depends on it.
    #[test]
    fn a_value_is_small() {
        assert_eq!(size_of::<Value<'_>>(), 32);
    }
}
