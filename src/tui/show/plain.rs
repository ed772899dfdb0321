//! What reads the same for everybody: labels, counts, spans of time, phones.

use crate::domain::case::{Action as Verb, CaseKind};
use crate::domain::identifier::Kind;
use crate::domain::text;
use crate::domain::time::{DAY, HOUR, Timestamp};
use crate::review::page::SidePage;

/// Milliseconds in a minute.
pub(super) const MINUTE: i64 = 60_000;

/// A kind of identifier, as a label.
pub(crate) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Bsuid => "BSUID",
        Kind::ParentBsuid => "parent",
        Kind::Phone => "phone",
        Kind::Username => "username",
    }
}

/// An answer, as a label.
pub(crate) fn verb(verb: Verb) -> &'static str {
    match verb {
        Verb::KeepSeparate => "keep separate",
        Verb::None => "look",
        other => other.as_str(),
    }
}

/// An answer, as a label of eight columns at most.
pub(crate) fn verb_in_short(action: Verb) -> &'static str {
    match action {
        Verb::KeepSeparate => "separate",
        other => verb(other),
    }
}

/// A kind of case, in a sign and one short word: `≠` where contacts are in
/// dispute, `→` where something changed, `?` where somebody asked.
pub(crate) fn short(kind: CaseKind) -> (&'static str, &'static str) {
    use CaseKind as K;
    match kind {
        K::PhoneBsuidConflict => ("≠", "conflict"),
        K::PhoneClaimed => ("≠", "claimed"),
        K::IdentityChange => ("→", "change"),
        K::IdentityChangeCollision => ("→", "collision"),
        K::IdentityChangeOrphan => ("→", "orphan"),
        K::IdentityChangeFork => ("→", "fork"),
        K::SharedPhone => ("≠", "shared"),
        K::ParentBsuidMatch => ("≠", "parent"),
        K::PhoneVariant => ("≠", "variant"),
        K::ImportDuplicate => ("≠", "import"),
        K::Manual => ("?", "asked"),
    }
}

/// The beginning of a hash, enough to tell it from others.
pub(crate) fn head(hash: &str) -> String {
    text::cell(hash, 16)
}

/// One thing, or several: `1 case`, `3 cases`.
pub(crate) fn count(n: impl Into<i64>, one: &str, many: &str) -> String {
    let n = n.into();
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// A number in groups of three: `12 345`.
pub(crate) fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::from(if n < 0 { "-" } else { "" });
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// An operator's name: a colleague's, which no mask hides.
pub(crate) fn operator(raw: &str) -> String {
    text::safe(raw).into_owned()
}

/// A stretch of time, in few columns.
pub(super) fn span_of(ms: i64) -> String {
    match ms {
        ..MINUTE => "now".into(),
        MINUTE..HOUR => format!("{}m", ms / MINUTE),
        HOUR..172_800_000 => format!("{}h", ms / HOUR),
        _ => match ms / DAY {
            days @ ..100 => format!("{days}d"),
            days @ 100..730 => format!("{}mo", days / 30),
            days => format!("{}y", days / 365),
        },
    }
}

/// A sentence of the store as the screen says things: its RFC 3339 times told
/// otherwise, phones in groups, BSUIDs in capitals.
pub(super) fn as_shown(raw: &str, tell: impl Fn(Timestamp) -> String) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut before = "";
    for word in raw.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let is_time = bare.ends_with('Z') && bare.starts_with(|c: char| c.is_ascii_digit());
        let told = match (before, bare) {
            (_, "bsuid") => Some("BSUID".to_owned()),
            ("phone", number) if is_number(number) => Some(phone(number)),
            _ if is_time => Timestamp::parse(bare).map(&tell),
            _ => None,
        };
        before = bare;
        match told {
            Some(told) => {
                out.push_str(&told);
                out.push_str(&word[bare.len()..]);
            }
            None => out.push_str(word),
        }
    }
    out
}

/// Calling codes of two digits (ITU E.164, assigned codes); those of zones 1
/// and 7 have one, the rest three.
const TWO_DIGIT_CODES: &str = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 \
     55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98";

/// Whether a side of a change names nothing.
pub(super) fn is_bare(side: &SidePage) -> bool {
    side.bsuid.is_none() && side.phone.is_none() && side.parent_bsuid.is_none()
}

/// Whether a text is digits, and enough of them for a phone.
pub(super) fn is_number(raw: &str) -> bool {
    raw.len() >= 7 && raw.bytes().all(|b| b.is_ascii_digit())
}

/// A phone in groups, `+55 11 98765 4321`: two numbers that differ in one digit
/// are told apart group by group.
pub(super) fn phone(raw: &str) -> String {
    if !is_number(raw) {
        return raw.to_owned();
    }
    let code = match &raw[..2] {
        two if two.starts_with(['1', '7']) => 1,
        two if TWO_DIGIT_CODES.split(' ').any(|c| c == two) => 2,
        _ => 3,
    };
    let (code, mut rest) = raw.split_at(code);
    let mut out = vec![format!("+{code}")];
    if code == "55" {
        let (area, number) = rest.split_at(2);
        out.push(area.to_owned());
        rest = number;
    }
    // Four at the end, before them threes, and no lone digit in front; in
    // Brazil all that stands before the last four.
    let mut groups = Vec::new();
    let mut size = 4;
    while !rest.is_empty() {
        let (before, group) = rest.split_at(rest.len().saturating_sub(size));
        groups.push(group);
        rest = before;
        size = if code == "55" || rest.len() == 4 {
            rest.len()
        } else {
            3
        };
    }
    out.extend(groups.into_iter().rev().map(str::to_owned));
    out.join(" ")
}

/// Long numbers within a sentence, masked.
pub(super) fn mask_numbers(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut digits = String::new();
    let flush = |digits: &mut String, out: &mut String| {
        if digits.chars().filter(char::is_ascii_digit).count() >= 7 {
            out.push_str(&text::mask(digits));
        } else {
            out.push_str(digits);
        }
        digits.clear();
    };
    for c in raw.chars() {
        if c.is_ascii_digit() || (!digits.is_empty() && matches!(c, ' ' | '-' | '(' | ')')) {
            digits.push(c);
        } else {
            flush(&mut digits, &mut out);
            out.push(c);
        }
    }
    flush(&mut digits, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phones_in_groups() {
        assert_eq!(phone("5511987654321"), "+55 11 98765 4321");
        assert_eq!(phone("551187654321"), "+55 11 8765 4321");
        assert_eq!(phone("16315551181"), "+1 631 555 1181");
        assert_eq!(phone("4915123456789"), "+49 1512 345 6789");
        assert_eq!(phone("351912345678"), "+351 91 234 5678");
        assert_eq!(phone("12345"), "12345");
        assert_eq!(phone("bla-bla"), "bla-bla");
    }

    #[test]
    fn ages_in_few_columns() {
        for (ms, text) in [
            (-5, "now"),
            (59_999, "now"),
            (60_000, "1m"),
            (HOUR, "1h"),
            (47 * HOUR, "47h"),
            (2 * DAY, "2d"),
            (99 * DAY, "99d"),
            (100 * DAY, "3mo"),
            (800 * DAY, "2y"),
        ] {
            assert_eq!(span_of(ms), text);
        }
    }

    #[test]
    fn numbers_in_sentences_are_masked() {
        assert_eq!(
            mask_numbers("from +55 11 98765 4321 in 3 days, case 12"),
            "from +•• •• ••••• ••21 in 3 days, case 12"
        );
    }

    #[test]
    fn sentences_read_as_the_screen_does() {
        let tell = |raw: &str| as_shown(raw, |at| format!("<{}>", at.0));
        assert_eq!(
            tell("former as of 2026-11-18T09:30:00Z."),
            "former as of <1794994200000>."
        );
        assert_eq!(
            tell("phone 5511987654321 and bsuid US.1 stay"),
            "phone +55 11 98765 4321 and BSUID US.1 stay"
        );
        for same in ["case 7 of 2026Z", "A to Z", "  5511987654321 ", "", "Zoë"] {
            assert_eq!(tell(same), same);
        }
    }

    #[test]
    fn counts() {
        assert_eq!(count(1, "case", "cases"), "1 case");
        assert_eq!(count(12_345, "case", "cases"), "12,345 cases");
        assert_eq!(number(-1_000), "-1,000");
    }
}
