//! What is typed behind `/`: which cases of the queue are shown.
//!
//! Words in any order, each of them fuzzy over names, usernames, phones and ids,
//! folded (`joao` finds João); fields (`kind:change`, `conf>0.9`, `age>7d`,
//! `phone:5511`); `!` turns a term round. The order stays that of the queue:
//! the filter says which, not how well.

use crate::domain::text;
use crate::domain::time::{DAY, HOUR, Timestamp};
use crate::review::search::{CaseKey, comes_in_order};
use fuzzy_matcher::FuzzyMatcher as _;
use fuzzy_matcher::skim::SkimMatcherV2;
use std::sync::LazyLock;

/// A filter, as typed and as understood.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Filter {
    /// As typed.
    pub(crate) text: String,
    /// A field that cannot be read, with what it takes.
    pub(crate) complaint: Option<String>,
    terms: Vec<(bool, Term)>,
}

#[derive(Debug, Clone, PartialEq)]
enum Term {
    Word(String),
    Digits(String),
    Kind(String),
    Action(String),
    Phone(String),
    Id(String),
    Case(i64),
    Confidence(Than, f64),
    Age(Than, i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Than {
    More,
    Less,
    AtLeast,
    AtMost,
}

impl Than {
    fn holds<T: PartialOrd + Copy>(self, a: T, b: T) -> bool {
        match self {
            Than::More => a > b,
            Than::Less => a < b,
            Than::AtLeast => a >= b,
            Than::AtMost => a <= b,
        }
    }
}

const CONFIDENCE: &str = "conf takes a number: conf>0.9 or conf>90%";
const AGE: &str = "age takes a time: age>7d, age<12h or age<30m";

impl Filter {
    /// Reads what was typed. What cannot be read is complained of and left out.
    pub(crate) fn parse(typed: &str) -> Self {
        let mut filter = Self {
            text: typed.to_owned(),
            ..Self::default()
        };
        for raw in typed.split_whitespace() {
            let (wanted, raw) = match raw.strip_prefix('!') {
                Some("") => continue,
                Some(rest) => (false, rest),
                None => (true, raw),
            };
            match Term::parse(raw) {
                Ok(term) => filter.terms.push((wanted, term)),
                Err(complaint) => filter.complaint = Some(complaint),
            }
        }
        filter
    }

    /// Whether everything is shown.
    pub(crate) fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether it shows the same as another.
    pub(crate) fn has_terms_of(&self, other: &Self) -> bool {
        self.terms == other.terms
    }

    /// Whether a case is shown.
    pub(crate) fn fits(&self, key: &CaseKey, now: Timestamp) -> bool {
        self.terms
            .iter()
            .all(|(wanted, term)| term.fits(key, now) == *wanted)
    }
}

impl Term {
    fn parse(raw: &str) -> Result<Self, String> {
        if let Some((field, value)) = raw.split_once(':') {
            let value = text::fold(value);
            return match field.to_ascii_lowercase().as_str() {
                "kind" => Ok(Term::Kind(value)),
                "action" => Ok(Term::Action(value)),
                "phone" => match digits(&value) {
                    // All phones hold nothing.
                    none if none.is_empty() && !value.is_empty() => {
                        Err("phone takes digits: phone:5511".into())
                    }
                    digits => Ok(Term::Phone(digits)),
                },
                "id" | "bsuid" => Ok(Term::Id(value)),
                "conf" => Err(CONFIDENCE.into()),
                "age" => Err(AGE.into()),
                _ if is_field(field) && is_value(&value) => {
                    Err("there are kind:, action:, phone: and id:".into())
                }
                // A time, a link, a smile.
                _ => Ok(Term::Word(text::fold(raw))),
            };
        }
        if let Some(number) = raw.strip_prefix('#') {
            return number
                .parse()
                .map(Term::Case)
                .map_err(|_| "# takes a case number: #12".into());
        }
        for (sign, than) in [
            (">=", Than::AtLeast),
            ("<=", Than::AtMost),
            (">", Than::More),
            ("<", Than::Less),
        ] {
            let Some((field, value)) = raw.split_once(sign) else {
                continue;
            };
            if field.eq_ignore_ascii_case("conf") {
                return confidence(value)
                    .map(|c| Term::Confidence(than, c))
                    .ok_or_else(|| CONFIDENCE.into());
            }
            if field.eq_ignore_ascii_case("age") {
                return span(value)
                    .map(|ms| Term::Age(than, ms))
                    .ok_or_else(|| AGE.into());
            }
            if is_field(field) && value.starts_with(|c: char| c.is_ascii_digit()) {
                return Err("there are conf> and age>".into());
            }
        }
        let bare = digits(raw);
        let is_number = raw
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '(' | ')'));
        if is_number && !bare.is_empty() {
            return Ok(Term::Digits(bare));
        }
        Ok(Term::Word(text::fold(raw.strip_prefix('@').unwrap_or(raw))))
    }

    fn fits(&self, key: &CaseKey, now: Timestamp) -> bool {
        match self {
            Term::Word(word) => {
                let word = word.as_str();
                key.words.contains(word)
                    || key.ids.contains(word)
                    || key.words.lines().any(|name| is_close(name, word))
            }
            Term::Digits(part) => {
                let part = part.as_str();
                key.phones.contains(part) || key.ids.contains(part) || key.words.contains(part)
            }
            Term::Kind(part) => {
                key.kind.as_str().contains(part.as_str())
                    || text::fold(key.kind.title()).contains(part.as_str())
                    || super::show::short(key.kind).1.contains(part.as_str())
            }
            Term::Action(part) => super::show::verb(key.action).contains(part.as_str()),
            Term::Phone(part) => key.phones.contains(part.as_str()),
            Term::Id(part) => key.ids.contains(part.as_str()),
            Term::Case(id) => key.case.0 == *id,
            Term::Confidence(than, c) => than.holds(key.confidence, *c),
            Term::Age(than, ms) => than.holds(now.0 - key.opened_at.0, *ms),
        }
    }
}

static MATCHER: LazyLock<SkimMatcherV2> = LazyLock::new(SkimMatcherV2::default);

/// Whether the letters of `word` come in order and close together in `name`:
/// spread over a whole name they would fit nearly everything.
fn is_close(name: &str, word: &str) -> bool {
    let letters = word.chars().count();
    // Most names are told apart without being measured.
    if letters < 3 || !comes_in_order(name, word) {
        return false;
    }
    MATCHER
        .fuzzy_indices(name, word)
        .and_then(|(_, at)| Some(at.last()? - at.first()? + 1))
        .is_some_and(|span| span <= letters + letters / 2)
}

/// Whether something is written like the name of a field.
fn is_field(raw: &str) -> bool {
    let mut letters = raw.chars();
    !raw.is_empty() && letters.all(|c| c.is_ascii_alphabetic() || c == '_')
}

/// Whether something behind a colon is written like a field's value, or is yet
/// to come.
fn is_value(raw: &str) -> bool {
    raw.is_empty() || raw.starts_with(|c: char| c.is_alphanumeric() || c == '+')
}

fn digits(raw: &str) -> String {
    raw.chars().filter(char::is_ascii_digit).collect()
}

fn confidence(raw: &str) -> Option<f64> {
    match raw.strip_suffix('%') {
        Some(percent) => percent.parse::<f64>().ok().map(|p| p / 100.0),
        None => raw.parse::<f64>().ok(),
    }
    .filter(|c| c.is_finite())
}

fn span(raw: &str) -> Option<i64> {
    let (number, unit) = raw.split_at(raw.find(|c: char| !c.is_ascii_digit())?);
    let unit = match unit {
        "m" => HOUR / 60,
        "h" => HOUR,
        "d" => DAY,
        "w" => 7 * DAY,
        _ => return None,
    };
    number.parse::<i64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::tests::fixtures;

    fn finds(typed: &str) -> Vec<i64> {
        let filter = Filter::parse(typed);
        fixtures::queue()
            .iter()
            .filter(|row| filter.fits(&CaseKey::of(row), fixtures::NOW))
            .map(|row| row.case.0)
            .collect()
    }

    #[test]
    fn words_in_any_order_folded_and_fuzzy() {
        assert_eq!(finds("souza ana"), [7, 19]);
        assert_eq!(finds("ANA SOUZA"), [7, 19]);
        assert_eq!(finds("joao"), [12]);
        assert_eq!(finds("jooo"), [0; 0]);
        assert_eq!(finds("szuza"), [0; 0]);
        assert_eq!(finds("suza"), [7, 19]);
        assert_eq!(finds("иван"), [15]);
    }

    #[test]
    fn phones_in_any_spelling() {
        assert_eq!(finds("+55-11-98765"), [7]);
        assert_eq!(finds("phone:98765"), [7]);
        assert_eq!(finds("!phone:98765").len(), fixtures::queue().len() - 1);
    }

    #[test]
    fn fields() {
        assert_eq!(finds("kind:change").len(), 4);
        assert_eq!(finds("kind:collision"), [12]);
        assert_eq!(finds("conf>0.95"), finds("conf>95%"));
        assert_eq!(finds("age>7d !age>365d"), [15]);
        assert_eq!(finds("Kind:collision CONF>0.1"), [12]);
        let sure = fixtures::queue()[0].suggestion.confidence;
        let (at_least, more) = (format!("conf>={sure}"), format!("conf>{sure}"));
        assert_eq!(finds(&at_least).len(), finds(&more).len() + 1);
        assert_eq!(finds("conf<=0.95"), finds("!conf>95%"));
        assert_eq!(finds("age>=7d age<=365d"), [15]);
        assert_eq!(finds("#7"), [7]);
        assert_eq!(finds("action:merge kind:conflict"), [7]);
    }

    #[test]
    fn what_cannot_be_read_is_said_and_left_out() {
        let filter = Filter::parse("conf>high");
        assert!(filter.is_empty() && filter.complaint.is_some());
        assert_eq!(finds("age>soon").len(), fixtures::queue().len());
        let filter = Filter::parse("phone:ana");
        assert!(filter.is_empty() && filter.complaint.is_some());
        for unknown in [
            "foo:bar",
            "parent_bsuid:US.1",
            "foo:",
            "!foo:1",
            "score>=0.9",
        ] {
            let filter = Filter::parse(unknown);
            let complaint = filter.complaint.as_deref().unwrap_or_default();
            assert!(complaint.starts_with("there are "), "{unknown}");
            assert!(filter.is_empty(), "{unknown}");
        }
        for (mixed, wanted) in [("conf:0.9", CONFIDENCE), ("Age:7d", AGE)] {
            let filter = Filter::parse(mixed);
            assert_eq!(filter.complaint.as_deref(), Some(wanted), "{mixed}");
        }
        // Not finished, and no mistake yet.
        assert_eq!(Filter::parse("phone:").complaint, None);
        // Words, though with a sign in them.
        for word in [
            "9:30",
            "https://example.org",
            "Ana:)",
            "ana<b",
            "::",
            "->",
            ">",
        ] {
            let filter = Filter::parse(word);
            assert_eq!(filter.complaint, None, "{word}");
            assert!(!filter.is_empty(), "{word}");
        }
        assert!(Filter::parse("!").is_empty());
        assert!(Filter::parse("  ").is_empty());
    }
}
