//! What of a case and of a contact is searched, and how well it fits.
//!
//! Folded text, words in any order, and every word must fit something. Letters
//! fit as a fuzzy sequence; digits only as they stand, since four digits in a
//! row of twenty fit nearly every phone and BSUID.

use crate::domain::case::{Action, CaseKind};
use crate::domain::identifier::{Kind, PhoneKey};
use crate::domain::ids::CaseId;
use crate::domain::text;
use crate::domain::time::Timestamp;
use crate::review::page::CaseRow;
use fuzzy_matcher::FuzzyMatcher as _;
use fuzzy_matcher::skim::SkimMatcherV2;

/// What a case is filtered and ordered by. The texts are folded, one a line.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseKey {
    /// Which.
    pub case: CaseId,
    /// What is asked.
    pub kind: CaseKind,
    /// What is suggested.
    pub action: Action,
    /// How sure the suggestion is, 0 to 1.
    pub confidence: f64,
    /// The time of the first evidence.
    pub opened_at: Timestamp,
    /// Names and usernames of its contacts.
    pub words: String,
    /// Phones of its contacts, and in dispute.
    pub phones: String,
    /// BSUIDs and parent BSUIDs of its contacts, and in dispute.
    pub ids: String,
}

impl CaseKey {
    /// Of a line of the queue.
    #[must_use]
    pub fn of(row: &CaseRow) -> Self {
        let mut key = Self {
            case: row.case,
            kind: row.kind,
            action: row.suggestion.action,
            confidence: row.suggestion.confidence,
            opened_at: row.opened_at,
            words: String::new(),
            phones: String::new(),
            ids: String::new(),
        };
        for side in &row.contacts {
            add(&mut key.words, &side.name);
            for id in &side.identifiers {
                key.add(id.kind, &id.value);
            }
        }
        for id in &row.identifiers {
            key.add(id.kind, &id.value);
        }
        key
    }

    /// Notes an identifier.
    pub fn add(&mut self, kind: Kind, value: &str) {
        let lines = match kind {
            Kind::Phone => &mut self.phones,
            Kind::Username => &mut self.words,
            Kind::Bsuid | Kind::ParentBsuid => &mut self.ids,
        };
        add(lines, value);
    }
}

/// Adds a line, folded, unless it is there.
fn add(lines: &mut String, raw: &str) {
    let line = text::fold(raw);
    if line.is_empty() || lines.lines().any(|other| other == line) {
        return;
    }
    if !lines.is_empty() {
        lines.push('\n');
    }
    lines.push_str(&line);
}

/// What is searched for among contacts.
pub struct Wanted {
    words: Vec<String>,
    matcher: SkimMatcherV2,
}

impl Wanted {
    /// The words of a query. A phone as people write it is one word, not one for
    /// each group of its digits.
    #[must_use]
    pub fn new(query: &str) -> Self {
        Self {
            words: match PhoneKey::parse(query) {
                Some(phone) => vec![phone.as_str().to_owned()],
                None => text::words(query),
            },
            matcher: SkimMatcherV2::default().ignore_case(),
        }
    }

    /// Whether nothing is searched for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// How well folded texts, separated by blanks, fit as a whole: the sum over
    /// the words of the best text for each; `None` if a word fits none.
    #[must_use]
    pub fn score(&self, texts: &str) -> Option<i64> {
        let mut sum = 0;
        for word in &self.words {
            let scores = texts.split(' ').filter_map(|text| self.fits(text, word));
            sum += scores.max()?;
        }
        Some(sum)
    }

    /// How well a folded word fits a folded text; the whole text counts double.
    fn fits(&self, text: &str, word: &str) -> Option<i64> {
        let is_number = word.bytes().all(|b| b.is_ascii_digit());
        // Told cheaply before it is measured.
        let may = if is_number {
            text.contains(word)
        } else {
            comes_in_order(text, word)
        };
        if !may {
            return None;
        }
        let score = self.matcher.fuzzy_match(text, word)?;
        Some(if text == word { 2 * score } else { score })
    }
}

/// Whether the letters of a word come in a text in their order.
#[must_use]
pub fn comes_in_order(text: &str, word: &str) -> bool {
    let mut bytes = text.bytes();
    // Byte by byte: a letter of several cannot begin within another.
    word.bytes().all(|wanted| bytes.any(|byte| byte == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(query: &str, texts: &str) -> Option<i64> {
        Wanted::new(query).score(texts)
    }

    #[test]
    fn every_word_fits_something() {
        let ana = "ana souza 5511987654321 br.1349";
        assert!(score("souza ana", ana).is_some());
        assert!(score("sza", ana).is_some());
        assert!(score("+55 11 98765-4321", ana).is_some());
        assert!(score("ana bruno", ana).is_none());
        assert!(score("5119", ana).is_some());
        assert!(score("5529", ana).is_none(), "digits fit as they stand");
        assert!(score("ana", ana) > score("ana", "anabela"));
        assert!(Wanted::new(" - ").is_empty());
    }

    /// So that one more letter can only leave fewer.
    #[test]
    fn what_fits_more_letters_fits_fewer() {
        for texts in ["ana souza", "5511987654321 ana", "joão", "иван петров"] {
            for query in ["ana s", "иванп", "551198765432", "suz"] {
                let fits = |n: usize| {
                    let part: String = query.chars().take(n).collect();
                    score(&part, texts).is_some()
                };
                for n in 2..=query.chars().count() {
                    assert!(!fits(n) || fits(n - 1), "{query} {n} in {texts}");
                }
            }
        }
    }
}
