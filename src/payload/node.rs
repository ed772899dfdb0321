//! A place in a delivery: a value, and the way to it.
//!
//! Every question about a value is asked here, so that absence has one
//! meaning (missing, `null`, `""` and blank) and a value of another type than
//! expected always gives a reason that names the field. The way is a list on
//! the stack and is spelled out only when an item or a reason needs it.

use super::json::{Json, Part, Read};
use crate::domain::identifier::is_absent;
use crate::domain::time::Timestamp;
use compact_str::{CompactString, ToCompactString};
use std::fmt::Write;

/// Why an item cannot be read: the field, and what was wrong with it.
pub(super) type Reason = String;

#[derive(Debug, Clone, Copy)]
enum Step<'p> {
    Root,
    Key(&'p Step<'p>, &'p str),
    Index(&'p Step<'p>, usize),
}

impl Step<'_> {
    fn point(&self, out: &mut String) {
        match self {
            Step::Root => {}
            Step::Key(up, key) => {
                up.point(out);
                out.push('/');
                if !key.bytes().any(|byte| matches!(byte, b'~' | b'/')) {
                    return out.push_str(key);
                }
                for c in key.chars() {
                    match c {
                        '~' => out.push_str("~0"),
                        '/' => out.push_str("~1"),
                        _ => out.push(c),
                    }
                }
            }
            Step::Index(up, at) => {
                up.point(out);
                out.push('/');
                match u8::try_from(*at) {
                    // Nearly always; formatting takes its time.
                    Ok(digit @ 0..=9) => out.push(char::from(b'0' + digit)),
                    // Writing to a String cannot fail.
                    _ => drop(write!(out, "{at}")),
                }
            }
        }
    }
}

/// A value and the way to it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'v, 'p> {
    part: Part<'v>,
    step: Step<'p>,
}

impl<'v, 'p> Node<'v, 'p> {
    /// The whole of a delivery.
    pub(super) fn root(part: Part<'v>) -> Self {
        Node {
            part,
            step: Step::Root,
        }
    }

    /// The name of the field that this is; none of an element and of the whole.
    pub(super) fn field(&self) -> Option<&str> {
        match self.step {
            Step::Key(_, key) => Some(key),
            Step::Root | Step::Index(..) => None,
        }
    }

    /// The value with what is in it.
    pub(super) fn part(&self) -> Part<'v> {
        self.part
    }

    fn json(&self) -> &'v Json<'v> {
        self.part.json()
    }

    /// The field `key`; none where it is missing or `null`, or where this is
    /// no object.
    pub(super) fn get<'q>(&'q self, key: &'q str) -> Option<Node<'v, 'q>> {
        let part = self.part.get(key)?;
        if part.read() == Read::Not {
            part.set_read(Read::Asked);
        }
        match part.json() {
            Json::Null => None,
            _ => Some(Node {
                part,
                step: Step::Key(&self.step, key),
            }),
        }
    }

    /// Accounts for all fields of an object: nothing of it was to be read one
    /// by one.
    pub(super) fn whole(&self) {
        for (_, part) in self.part.fields() {
            part.set_read(Read::Whole);
        }
    }

    /// Whether the field is there and not `null`.
    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The elements of an array; none where this is no array.
    pub(super) fn elements<'q>(&'q self) -> impl Iterator<Item = Node<'v, 'q>> {
        let parts = self.part.elements().enumerate();
        parts.map(|(at, part)| Node {
            part,
            step: Step::Index(&self.step, at),
        })
    }

    /// The fields of an object, asked for by nobody; none where this is no object.
    pub(super) fn fields<'q>(&'q self) -> impl Iterator<Item = Node<'v, 'q>> {
        self.part.fields().map(|(key, part)| Node {
            part,
            step: Step::Key(&self.step, key),
        })
    }

    /// Another value in this one's place: what it says when it is read as JSON.
    pub(super) fn instead<'t>(&self, part: Part<'t>) -> Node<'t, 'p> {
        Node {
            part,
            step: self.step,
        }
    }

    /// Refuses anything but an object.
    pub(super) fn an_object(self) -> Result<Self, Reason> {
        match self.json() {
            Json::Object(_) => Ok(self),
            _ => Err(self.unexpected("an object")),
        }
    }

    /// Refuses anything but an array.
    pub(super) fn an_array(self) -> Result<Self, Reason> {
        match self.json() {
            Json::Array => Ok(self),
            _ => Err(self.unexpected("an array")),
        }
    }

    /// The text of a string, `expected` by that word.
    pub(super) fn a_text(&self, expected: &str) -> Result<&'v str, Reason> {
        match self.json() {
            Json::Text(text) => Ok(text),
            _ => Err(self.unexpected(expected)),
        }
    }

    /// An object in the field `key`.
    pub(super) fn object<'q>(&'q self, key: &'q str) -> Result<Option<Node<'v, 'q>>, Reason> {
        self.get(key).map(Node::an_object).transpose()
    }

    /// An array in the field `key`.
    pub(super) fn array<'q>(&'q self, key: &'q str) -> Result<Option<Node<'v, 'q>>, Reason> {
        self.get(key).map(Node::an_array).transpose()
    }

    /// A string in the field `key`; blank is absent.
    pub(super) fn text(&self, key: &str) -> Result<Option<&'v str>, Reason> {
        let text = self.get(key).map(|node| node.a_text("a string"));
        Ok(text.transpose()?.filter(|text| !is_absent(text)))
    }

    /// The same of an id: without the blanks around it.
    pub(super) fn trimmed(&self, key: &str) -> Result<Option<&'v str>, Reason> {
        Ok(self.text(key)?.map(str::trim))
    }

    /// The first of several fields that holds a string.
    pub(super) fn first_text(&self, keys: &[&str]) -> Result<Option<&'v str>, Reason> {
        for key in keys {
            if let Some(text) = self.text(key)? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// A string in the field `key`, if there is one: for choosing a way to
    /// read, where another type only means another shape.
    pub(super) fn word(&self, key: &str) -> Option<&'v str> {
        self.text(key).ok().flatten()
    }

    /// Whether the field holds anything: a blank string is absent.
    pub(super) fn holds(&self, key: &str) -> bool {
        !matches!(self.text(key), Ok(None))
    }

    /// An id of the platform's own (a business number, an account): a string,
    /// or the whole number that some exports turn it into.
    pub(super) fn id(&self, key: &str) -> Result<Option<CompactString>, Reason> {
        match self.get(key).map(|node| node.json()) {
            Some(Json::Number(number)) if !number.is_f64() => Ok(Some(number.to_compact_string())),
            _ => Ok(self.text(key)?.map(|id| id.trim().into())),
        }
    }

    /// A figure to be shown as it stands, written as a number or as a string.
    pub(super) fn figure(&self, key: &str) -> Option<String> {
        let node = self.get(key)?;
        match node.json() {
            Json::Number(number) => Some(number.to_string()),
            _ => node
                .a_text("a figure")
                .ok()
                .map(|text| text.trim().to_owned()),
        }
    }

    /// The first readable time in several fields. Text or a number that is no
    /// time counts as absent, as the time of arrival is better than no item.
    pub(super) fn time(&self, keys: &[&str]) -> Result<Option<Timestamp>, Reason> {
        for key in keys {
            let Some(node) = self.get(key) else { continue };
            let at = match node.json() {
                Json::Text(text) => Timestamp::parse(text),
                Json::Number(number) => whole(number).and_then(Timestamp::from_number),
                _ => return Err(node.unexpected("a time")),
            };
            if at.is_some() {
                return Ok(at);
            }
        }
        Ok(None)
    }

    /// The reason for a value of the wrong type; what is in it are no fields.
    pub(super) fn unexpected(&self, expected: &str) -> Reason {
        self.part.set_read(Read::Whole);
        self.wrong(&format!("expected {expected}, found {}", self.part.noun()))
    }

    /// A reason that begins with the name of this field.
    pub(super) fn wrong(&self, what: &str) -> Reason {
        match self.name() {
            name if name.is_empty() => what.to_owned(),
            name => format!("{name}: {what}"),
        }
    }

    /// JSON pointer (RFC 6901) from the root of the delivery.
    pub(super) fn pointer(&self) -> String {
        let mut out = String::with_capacity(48);
        self.step.point(&mut out);
        out
    }

    /// The field as a person writes it, `messages[0].from`. The envelope is
    /// left out: the pointer has it.
    fn name(&self) -> String {
        let way = self.way();
        let inside = way
            .iter()
            .rposition(|step| matches!(step, Step::Key(_, "value")))
            .filter(|at| at + 1 < way.len())
            .map_or(0, |at| at + 1);
        let mut out = String::new();
        for step in &way[inside..] {
            match step {
                Step::Root => {}
                Step::Key(_, key) => {
                    if !out.is_empty() {
                        out.push('.');
                    }
                    out.push_str(key);
                }
                Step::Index(_, at) => {
                    let _ = write!(out, "[{at}]");
                }
            }
        }
        out
    }

    fn way(&self) -> Vec<Step<'_>> {
        let mut way = vec![self.step];
        while let Some(Step::Key(up, _) | Step::Index(up, _)) = way.last() {
            way.push(**up);
        }
        way.reverse();
        way
    }
}

fn whole(number: &serde_json::Number) -> Option<i64> {
    // A fraction of a second is dropped; a float beyond i64 saturates and is
    // then no time.
    #[allow(clippy::cast_possible_truncation)]
    number
        .as_i64()
        .or_else(|| number.as_f64().map(|float| float as i64))
}
