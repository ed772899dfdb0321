//! What the grammar of JSON allows and no Rust string or number can hold: half
//! a surrogate pair (an emoji that was cut in two) and numbers beyond all
//! bounds. It must cost no more than itself: half a pair is read as U+FFFD,
//! such a number as the text that stands there. Only what could not be read as
//! it is comes this way, and what is kept as evidence stays as it came.

/// The text with such values mended; `None` if there are none.
pub(super) fn mended(text: &str) -> Option<String> {
    let quoted = |number: &[u8]| [b"\"", number, b"\""].concat();
    String::from_utf8(mend(text.as_bytes(), quoted)?).ok()
}

/// The same with every byte in its place: to be scanned for where a value ends.
#[must_use]
pub fn mended_in_place(bytes: &[u8]) -> Option<Vec<u8>> {
    let as_long = |number: &[u8]| {
        let mut digits = b"1.".to_vec();
        digits.resize(number.len(), b'0');
        digits
    };
    mend(bytes, as_long)
}

fn mend(bytes: &[u8], number: impl Fn(&[u8]) -> Vec<u8>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut kept, mut at, mut in_text) = (0, 0, false);
    while let Some(byte) = bytes.get(at) {
        let rest = &bytes[at..];
        let (long, instead) = match byte {
            b'\\' if in_text => match escape(rest) {
                Escape::Whole(long) => (long, None),
                Escape::HalfAPair => (6, Some(br"\ufffd".to_vec())),
            },
            b'-' | b'0'..=b'9' if !in_text => {
                let of_number =
                    |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
                let end = rest.iter().position(|byte| !of_number(byte));
                let whole = &rest[..end.unwrap_or(rest.len())];
                (whole.len(), is_beyond_bounds(whole).then(|| number(whole)))
            }
            _ => {
                in_text ^= *byte == b'"';
                (1, None)
            }
        };
        if let Some(instead) = instead {
            out.extend_from_slice(&bytes[kept..at]);
            out.extend(instead);
            kept = at + long;
        }
        at += long;
    }
    out.extend_from_slice(bytes.get(kept..)?);
    (kept > 0).then_some(out)
}

enum Escape {
    /// Of so many bytes.
    Whole(usize),
    /// Of six bytes.
    HalfAPair,
}

/// The escape at the beginning of these bytes.
fn escape(bytes: &[u8]) -> Escape {
    let Some(unit) = unit(bytes) else {
        return Escape::Whole(2);
    };
    match unit {
        0xd800..=0xdbff => match bytes.get(6..).and_then(self::unit) {
            Some(0xdc00..=0xdfff) => Escape::Whole(12),
            _ => Escape::HalfAPair,
        },
        0xdc00..=0xdfff => Escape::HalfAPair,
        _ => Escape::Whole(6),
    }
}

/// The UTF-16 unit that is escaped at the beginning of these bytes.
fn unit(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(br"\u")?.get(..4)?;
    let is_hex = digits.iter().all(u8::is_ascii_hexdigit);
    let digits = std::str::from_utf8(digits).ok().filter(|_| is_hex)?;
    u16::from_str_radix(digits, 16).ok()
}

fn is_beyond_bounds(number: &[u8]) -> bool {
    let number = std::str::from_utf8(number).ok();
    let value = number.and_then(|number| number.parse::<f64>().ok());
    value.is_some_and(f64::is_infinite)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::first_half(r#"{"a":"x\ud83dy"}"#, Some(r#"{"a":"x\ufffdy"}"#))]
    #[case::second_half(r#"["\uDE00"]"#, Some(r#"["\ufffd"]"#))]
    #[case::two_first_halves(r#"["\ud83d\ud83d\ude00"]"#, Some(r#"["\ufffd\ud83d\ude00"]"#))]
    #[case::at_the_end(r#"["\ud83d"#, Some(r#"["\ufffd"#))]
    #[case::a_pair(r#"["\ud83d\ude00"]"#, None)]
    #[case::of_an_escaped_backslash(r#"["\\ud83d"]"#, None)]
    #[case::no_hex(r#"["\ud8"]"#, None)]
    #[case::beyond("[1e400,-2.5E+999,1e300]", Some(r#"["1e400","-2.5E+999",1e300]"#))]
    #[case::in_a_text(r#"["1e400\"1e400"]"#, None)]
    #[case::in_any_script(r#"{"é":1e400,"ü":"\ud800ß"}"#, Some(r#"{"é":"1e400","ü":"\ufffdß"}"#))]
    #[case::no_json("-e400 é\\", None)]
    fn what_cannot_be_held_is_mended(#[case] text: &str, #[case] wanted: Option<&str>) {
        assert_eq!(mended(text).as_deref(), wanted);
        let in_place = mended_in_place(text.as_bytes());
        assert_eq!(in_place.is_some(), wanted.is_some());
        assert!(in_place.is_none_or(|bytes| bytes.len() == text.len()));
    }

    #[test]
    fn many_digits_are_a_number_beyond_bounds() {
        let text = format!("[{}]", "9".repeat(400));
        assert_eq!(mended(&text), Some(format!("[\"{}\"]", "9".repeat(400))));
        let in_place = mended_in_place(text.as_bytes()).unwrap();
        assert!(serde_json::from_slice::<Vec<f64>>(&in_place).is_ok());
    }
}
