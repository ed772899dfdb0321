//! Traffic that asks whether two contacts are one person: someone writes by
//! phone, the same name with a BSUID alone, then one message shows both. The
//! suggestion is to merge, sure enough for a batch.

use super::traffic::{BEGIN, Dice, envelope, text};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Three lines for each of `count` people, in three rounds.
pub(crate) fn write(path: &Path, count: u64) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut dice = Dice(count);
    for round in 0..3_u64 {
        for n in 0..count {
            let (phone, user) = (5_521_900_000_000 + n, format!("BR.77{n:012}"));
            let at = BEGIN + 86_400 * (120 + round) + n;
            let (contact, from) = match round {
                0 => (
                    format!(r#""wa_id":"{phone}""#),
                    format!(r#""from":"{phone}""#),
                ),
                1 => (
                    format!(r#""user_id":"{user}""#),
                    format!(r#""from_user_id":"{user}""#),
                ),
                _ => (
                    format!(r#""wa_id":"{phone}","user_id":"{user}""#),
                    format!(r#""from":"{phone}","from_user_id":"{user}""#),
                ),
            };
            let body = text(&mut dice);
            let mut line = String::with_capacity(1024);
            let value = format!(
                r#""contacts":[{{"profile":{{"name":"Maria Person{n}"}},{contact}}}],"messages":[{{{from},"id":"wamid.conflict{round}{n:012}","timestamp":"{at}","text":{{"body":"{body}"}},"type":"text"}}]"#
            );
            envelope(&mut line, "messages", &value);
            line.push('\n');
            out.write_all(line.as_bytes())?;
        }
    }
    out.flush()
}
