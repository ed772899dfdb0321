//! JSON lines: one object a line, field names as the contract has them.
//!
//! What a terminal might obey or hide (control, bidi and zero-width
//! characters) is written as `\uXXXX`. The JSON says the same, and a hostile
//! name does no harm where somebody looks at it.

use crate::review::refusal::Refusal;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};
use std::io::{self, Write};

/// Writes one line.
pub(super) fn line(value: &impl Serialize, to: &mut dyn Write) -> anyhow::Result<()> {
    // As the error of the pipe that it may be: serde_json hides its kind.
    value
        .serialize(&mut Serializer::with_formatter(&mut *to, Visible))
        .map_err(io::Error::from)?;
    to.write_all(b"\n")?;
    Ok(())
}

/// A decision that was not taken.
pub(super) fn refused(refusal: &Refusal, to: &mut dyn Write) -> anyhow::Result<()> {
    #[derive(Serialize)]
    struct Refused<'a> {
        applied: bool,
        #[serde(flatten)]
        refusal: &'a Refusal,
    }
    let applied = false;
    line(&Refused { applied, refusal }, to)
}

struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        to: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, hidden)) = rest.char_indices().find(|(_, c)| is_hidden(*c)) {
            to.write_all(&rest.as_bytes()[..at])?;
            for unit in hidden.encode_utf16(&mut [0; 2]) {
                write!(to, "\\u{unit:04x}")?;
            }
            rest = &rest[at + hidden.len_utf8()..];
        }
        to.write_all(rest.as_bytes())
    }
}

fn is_hidden(c: char) -> bool {
    matches!(
        c,
        '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_written_out_and_mean_the_same() {
        let name = "a\u{1b}[31mb\u{9b}c\u{202e}d\u{e0041}é🙂\n\"";
        let mut out = Vec::new();
        line(&name, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            text,
            "\"a\\u001b[31mb\\u009bc\\u202ed\\udb40\\udc41é🙂\\n\\\"\"\n"
        );
        assert_eq!(serde_json::from_str::<String>(&text).unwrap(), name);
    }
}
