//! What people and the shop say to each other, in five languages.
//!
//! The names and dialogues are made up. A dialogue is a text of its turns, one
//! a line: `<` the customer writes, `>` the shop answers; `<photo`, `<voice` and
//! `<like` are what they say, with the caption or the emoji behind. `{first}` is
//! the customer's first name, `{order}`, `{price}`, `{time}` and `{day}` are
//! filled in by chance. Who talks, and when, is not decided here.

mod arabic;
mod english;
mod german;
mod portuguese;
mod ukrainian;

/// A language: its people and what they say.
pub(super) struct Language {
    /// Where its speakers have their numbers.
    pub(super) countries: &'static [Country],
    /// First names, each with its Latin spelling for usernames. No word occurs
    /// among both the first names and the family names, so that two people
    /// can be given names without a common word.
    pub(super) given: &'static [(&'static str, &'static str)],
    /// Family names, in a form for any gender.
    pub(super) family: &'static [(&'static str, &'static str)],
    /// Dialogues of two to six turns.
    pub(super) dialogues: &'static [&'static str],
    /// The shop asks for the customer's number.
    pub(super) ask_number: &'static str,
    /// The shop writes first.
    pub(super) notice: &'static str,
}

/// A country's mobile numbers: `prefix`, `filler` and three more digits. A
/// plan too large for three digits takes up to four of the filler's as well.
pub(super) struct Country {
    /// ISO 3166, as BSUIDs begin with it.
    pub(super) iso: &'static str,
    pub(super) prefix: &'static str,
    pub(super) filler: &'static str,
}

/// All languages, the commoner ones several times.
pub(super) const LANGUAGES: [&Language; 20] = [
    &portuguese::LANGUAGE,
    &portuguese::LANGUAGE,
    &portuguese::LANGUAGE,
    &portuguese::LANGUAGE,
    &portuguese::LANGUAGE,
    &portuguese::LANGUAGE,
    &english::LANGUAGE,
    &english::LANGUAGE,
    &english::LANGUAGE,
    &english::LANGUAGE,
    &english::LANGUAGE,
    &german::LANGUAGE,
    &german::LANGUAGE,
    &german::LANGUAGE,
    &ukrainian::LANGUAGE,
    &ukrainian::LANGUAGE,
    &ukrainian::LANGUAGE,
    &arabic::LANGUAGE,
    &arabic::LANGUAGE,
    &arabic::LANGUAGE,
];

/// One turn of a dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// The customer writes.
    Asks(&'static str),
    /// The shop answers.
    Answers(&'static str),
    /// The customer sends a picture with this caption.
    Photo(&'static str),
    /// The customer sends a voice message.
    Voice,
    /// The customer reacts with this emoji to what the shop said last.
    Like(&'static str),
}

/// Reads a dialogue.
pub(super) fn turns(dialogue: &'static str) -> impl Iterator<Item = Turn> {
    dialogue.lines().filter_map(|line| {
        let (who, said) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
        match who {
            "<" => Some(Turn::Asks(said)),
            ">" => Some(Turn::Answers(said)),
            "<photo" => Some(Turn::Photo(said)),
            "<voice" => Some(Turn::Voice),
            "<like" => Some(Turn::Like(said)),
            _ => None,
        }
    })
}
