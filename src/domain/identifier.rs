//! What names a person: BSUID, parent BSUID, phone, username.
//!
//! Each is a type that only a parse makes, so that a value in hand is known to
//! be present and in its compared form. Missing, `null`, `""` and blank are one
//! thing, absent, and parse to `None`. No rule of matching lives here.

use compact_str::CompactString;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The four kinds of identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Business-scoped user id: one person, within one portfolio.
    Bsuid,
    /// Shared by linked portfolios; a hint between them.
    ParentBsuid,
    /// A phone number, digits only.
    Phone,
    /// A name that its holder may give up and another may take.
    Username,
}

impl Kind {
    /// All kinds, in the order in which they are shown.
    pub const ALL: [Kind; 4] = [Kind::Bsuid, Kind::ParentBsuid, Kind::Phone, Kind::Username];

    /// The word for it, the same in SQL, JSON, arguments and on screen.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Bsuid => "bsuid",
            Kind::ParentBsuid => "parent_bsuid",
            Kind::Phone => "phone",
            Kind::Username => "username",
        }
    }

    /// The kind of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == word)
    }

    /// Whether a value of this kind means something only within a portfolio.
    #[must_use]
    pub fn is_scoped(self) -> bool {
        matches!(self, Kind::Bsuid)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

fn present(raw: &str) -> Option<&str> {
    let value = raw.trim();
    (!value.is_empty()).then_some(value)
}

fn country_dot(value: &str) -> Option<&str> {
    let rest = value.get(2..)?.strip_prefix('.')?;
    value.as_bytes()[..2]
        .iter()
        .all(u8::is_ascii_uppercase)
        .then_some(rest)
}

fn is_tail(rest: &str) -> bool {
    (1..=128).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The same of a shape yet to come: several such words.
fn is_dotted(rest: &str) -> bool {
    (1..=128).contains(&rest.len()) && rest.split(['.', '-', '_']).all(is_tail)
}

/// A business-scoped user id. Case-sensitive text, compared byte for byte;
/// unique within a portfolio. Usually `US.13491208655302741918` (Meta, "Business-scoped
/// user IDs"); another shape is kept verbatim, and [`Bsuid::is_well_formed`] tells.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bsuid(CompactString);

impl Bsuid {
    /// Reads the content of a BSUID field. Absent gives `None`.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        present(raw).map(|v| Self(v.into()))
    }

    /// Whether a value has the shape of a BSUID or a parent BSUID: such a value
    /// in a phone field is no phone.
    #[must_use]
    pub fn is_shape(raw: &str) -> bool {
        country_dot(raw.trim())
            .is_some_and(|rest| is_tail(rest.strip_prefix("ENT.").unwrap_or(rest)))
    }

    /// Two capital letters, a dot, 1 to 128 ASCII alphanumerics. One that is
    /// not does not count as a live BSUID in the rules.
    #[must_use]
    pub fn is_well_formed(&self) -> bool {
        country_dot(&self.0).is_some_and(is_tail)
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A parent BSUID: `US.ENT.11815799212886844830`. Never compared with a plain BSUID.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParentBsuid(CompactString);

impl ParentBsuid {
    /// Reads the content of a parent field. Absent gives `None`.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        present(raw).map(|v| Self(v.into()))
    }

    /// Whether a value has the shape of a parent BSUID: such a value in a BSUID
    /// field is no BSUID.
    #[must_use]
    pub fn is_shape(raw: &str) -> bool {
        let rest = country_dot(raw.trim()).and_then(|rest| rest.strip_prefix("ENT."));
        rest.is_some_and(is_tail)
    }

    /// The text as it came.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A phone number as digits only: `+1 631 555 1181` and `16315551181` are one key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PhoneKey(CompactString);

/// Fewest and most digits that pass as a phone number. ITU E.164 says at most
/// 15; sources also carry short test numbers and trunk digits.
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 3..=20;

impl PhoneKey {
    /// Reads a phone as people and platforms write it; `00` before it is `+`. `None`
    /// if absent, if it holds anything but digits and the usual separators, a `+`
    /// behind digits (a second number), or if it is of BSUID shape or a group's;
    /// [`is_absent`] tells the first from the rest.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let value = present(raw)?;
        let mut digits = CompactString::default();
        if value.bytes().all(|byte| byte.is_ascii_digit()) {
            digits.push_str(value);
        } else {
            for c in value.chars() {
                match c {
                    '0'..='9' => digits.push(c),
                    '+' if digits.is_empty() => {}
                    '-' | '(' | ')' | '.' | '/' | ' ' | '\u{a0}' | '\u{2011}' => {}
                    _ => return None,
                }
            }
        }
        if is_group_id(value) {
            return None;
        }
        // No country code begins with a zero.
        let international = digits
            .strip_prefix("00")
            .filter(|rest| !rest.starts_with('0'));
        let digits = match international {
            Some(rest) if PHONE_DIGITS.contains(&rest.len()) => rest.into(),
            _ => digits,
        };
        PHONE_DIGITS.contains(&digits.len()).then_some(Self(digits))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the same number, in the same form or in its other one.
    #[must_use]
    pub fn is_form_of(&self, other: &Self) -> bool {
        self == other || super::variant::is_variant(&self.0, &other.0)
    }
}

/// A username in its compared form: one leading `@` stripped, lower-cased.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Username(CompactString);

impl Username {
    /// Reads a username field. Absent, or a lone `@`, gives `None`.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        let value = present(raw)?;
        let value = value.strip_prefix('@').unwrap_or(value);
        present(value).map(|v| Self(v.to_lowercase().into()))
    }

    /// The compared form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a field's content is absent: empty or blank.
#[must_use]
pub fn is_absent(raw: &str) -> bool {
    raw.trim_start().is_empty()
}

/// Whether a value is the id of a group: Meta's (base64 of `capi_group:…`), or
/// WhatsApp's own, `120363…` or a phone and Unix seconds, with or without `@g.us`.
#[must_use]
pub fn is_group_id(raw: &str) -> bool {
    let value = raw.trim();
    if value.starts_with("Y2FwaV9ncm91c") {
        return true;
    }
    let digits = |text: &str, long: std::ops::RangeInclusive<usize>| {
        long.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    match value.strip_suffix("@g.us").unwrap_or(value) {
        number if number.starts_with("120363") => digits(number, 16..=20),
        id => id.split_once('-').is_some_and(|(founder, seconds)| {
            digits(founder, 8..=15) && digits(seconds, 10..=10) && seconds.starts_with('1')
        }),
    }
}

/// A phone field that turned out to hold something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhoneField {
    /// Nothing there.
    Absent,
    /// A phone number.
    Phone(PhoneKey),
    /// Of BSUID shape: the platform put a BSUID where a phone used to be.
    Bsuid(Bsuid),
    /// Of parent BSUID shape.
    Parent(ParentBsuid),
    /// The id of a group, which is nobody.
    Group,
    /// Neither: nobody is named by it.
    Unreadable,
}

impl PhoneField {
    /// Reads `from`, `to`, `wa_id` and their like.
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        let Some(value) = present(raw) else {
            return Self::Absent;
        };
        if let Some(rest) = country_dot(value) {
            return match rest.strip_prefix("ENT.") {
                Some(tail) if is_tail(tail) => Self::Parent(ParentBsuid(value.into())),
                None if is_dotted(rest) => Self::Bsuid(Bsuid(value.into())),
                _ => Self::Unreadable,
            };
        }
        match PhoneKey::parse(value) {
            Some(phone) => Self::Phone(phone),
            None if is_group_id(value) => Self::Group,
            None => Self::Unreadable,
        }
    }
}

/// An identifier as arguments and JSON write it: `KIND:VALUE`, a BSUID
/// `bsuid:VALUE[@PORTFOLIO]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Named {
    /// Its kind.
    pub kind: Kind,
    /// Its compared form.
    pub value: String,
    /// The portfolio, where one was given.
    pub portfolio: Option<String>,
}

impl Named {
    /// Reads `KIND:VALUE`.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (kind, raw) = text.split_once(':').ok_or_else(|| {
            format!("'{text}' has no kind: write bsuid:…, parent_bsuid:…, phone:… or username:…")
        })?;
        let kind = Kind::parse(kind).ok_or_else(|| {
            format!("'{kind}' is no kind of identifier: bsuid, parent_bsuid, phone or username")
        })?;
        Self::of(kind, raw).ok_or_else(|| format!("'{raw}' is no {kind}"))
    }

    /// The compared form of a value of known kind; `None` if it cannot be one.
    #[must_use]
    pub fn of(kind: Kind, raw: &str) -> Option<Self> {
        let (raw, portfolio) = match raw.rsplit_once('@') {
            Some((value, name)) if kind == Kind::Bsuid && !value.is_empty() => {
                (value, present(name).map(String::from))
            }
            _ => (raw, None),
        };
        let value = match kind {
            Kind::Bsuid => Bsuid::parse(raw)?.as_str().to_owned(),
            Kind::ParentBsuid => ParentBsuid::parse(raw)?.as_str().to_owned(),
            Kind::Phone => PhoneKey::parse(raw)?.as_str().to_owned(),
            Kind::Username => Username::parse(raw)?.as_str().to_owned(),
        };
        Some(Self {
            kind,
            value,
            portfolio,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_phone_in_all_its_spellings() {
        for raw in [
            "+1 631 555 1181",
            "16315551181",
            "+16315551181",
            " 1-631-555-1181 ",
        ] {
            assert_eq!(PhoneKey::parse(raw).unwrap().as_str(), "16315551181");
        }
        assert_eq!(PhoneKey::parse("bla"), None);
        assert_eq!(PhoneKey::parse("12"), None);
    }

    #[test]
    fn two_zeros_before_a_country_are_a_plus() {
        for (raw, key) in [
            ("0016315551181", Some("16315551181")),
            ("00 49 (171) 5", Some("491715")),
            ("+0049171", Some("49171")),
            ("000171", Some("000171")),
            ("0171", Some("0171")),
            ("0049", Some("0049")),
            ("+49 171 +49 172", None),
            ("49171+49172", None),
        ] {
            let parsed = PhoneKey::parse(raw);
            assert_eq!(parsed.as_ref().map(PhoneKey::as_str), key, "{raw}");
        }
    }

    #[test]
    fn a_group_is_nobody() {
        for raw in [
            "Y2FwaV9ncm91cDox",
            "120363404694233820",
            " 120363404694233820@g.us",
            "4917012345-1420000000",
            "4917012345-1420000000@g.us",
        ] {
            assert_eq!(PhoneField::parse(raw), PhoneField::Group, "{raw}");
            assert_eq!(PhoneKey::parse(raw), None, "{raw}");
        }
        for raw in [
            "12036340469",
            "+1 203-634-0469",
            "0171-1420000",
            "555-1420000000",
        ] {
            assert!(
                matches!(PhoneField::parse(raw), PhoneField::Phone(_)),
                "{raw}"
            );
        }
    }

    #[test]
    fn absent_in_all_its_spellings() {
        for raw in ["", " ", "\t\n"] {
            assert!(is_absent(raw));
            assert_eq!(Bsuid::parse(raw), None);
            assert_eq!(PhoneField::parse(raw), PhoneField::Absent);
            assert_eq!(Username::parse(raw), None);
        }
        assert_eq!(Username::parse("@"), None);
    }

    #[test]
    fn a_bsuid_in_a_phone_field_is_a_bsuid() {
        assert!(matches!(
            PhoneField::parse("US.13491208655302741918"),
            PhoneField::Bsuid(_)
        ));
        assert!(matches!(
            PhoneField::parse("US.ENT.118157992"),
            PhoneField::Parent(_)
        ));
        assert!(matches!(
            PhoneField::parse("+49 151 5"),
            PhoneField::Phone(_)
        ));
        assert_eq!(PhoneField::parse("user.abc"), PhoneField::Unreadable);
        assert!(Bsuid::is_shape("BR.1x") && !Bsuid::is_shape("br.1") && !Bsuid::is_shape("BR."));
        assert!(ParentBsuid::is_shape(" US.ENT.1 ") && !ParentBsuid::is_shape("US.1"));
        assert!(!ParentBsuid::is_shape("US.ENT.") && !ParentBsuid::is_shape("US.OLD.ENT.1"));
    }

    #[test]
    fn unknown_shapes_are_kept_verbatim() {
        let id = Bsuid::parse("US.OLD.1349").unwrap();
        assert_eq!(id.as_str(), "US.OLD.1349");
        assert!(!id.is_well_formed());
        assert!(Bsuid::parse("US.1349").unwrap().is_well_formed());
        assert!(
            !Bsuid::parse(&format!("US.{}", "1".repeat(129)))
                .unwrap()
                .is_well_formed()
        );
        assert!(!Bsuid::parse("é.1").unwrap().is_well_formed());
    }

    #[test]
    fn usernames_lose_one_at_sign() {
        assert_eq!(
            Username::parse("@Ana.Souza_").unwrap().as_str(),
            "ana.souza_"
        );
        assert_eq!(Username::parse("@@x").unwrap().as_str(), "@x");
        assert_eq!(Username::parse("AΣ").unwrap().as_str(), "aς");
    }

    #[test]
    fn named_identifiers() {
        let id = Named::parse("bsuid:US.1@eu").unwrap();
        assert_eq!(
            (id.value.as_str(), id.portfolio.as_deref()),
            ("US.1", Some("eu"))
        );
        assert_eq!(Named::parse("phone:+49 151").unwrap().value, "49151");
        assert_eq!(Named::parse("username:@Ana").unwrap().value, "ana");
        assert!(Named::parse("US.1").is_err() && Named::parse("mail:x").is_err());
    }
}
