//! Who the people are: names and identifiers, each a function of the seed and
//! the person's number, so that nobody needs to be remembered.
//!
//! Everyone has three telephone numbers and three BSUIDs to live through, told
//! apart by a *slot*: three times the person's number, plus 0, 1 or 2.
//! Telephone numbers lie in the ranges that regulators keep for fiction where
//! a country has one and the plan is small (Ofcom: 07700 900000 to 900999;
//! North America: 555-0100 to 0199), elsewhere in stretches of zeros.

use super::dice::Dice;
use super::names;
use super::story::{self, Story};
use super::talk::{Country, LANGUAGES, Language};

/// Identifiers of one kind that a person may have in a lifetime.
pub(super) const SLOTS: u32 = 3;

/// The number of people for which telephone numbers are unique.
pub(super) const MOST_PEOPLE: u32 = 3_000_000;

/// The people of a plan.
#[derive(Debug, Clone, Copy)]
pub(super) struct People {
    pub(super) count: u32,
    pub(super) seed: u64,
}

/// What a throw of the dice is for.
#[derive(Clone, Copy)]
enum Purpose {
    Language = 1,
    Name,
    Bsuid,
    Username,
}

impl People {
    fn dice(self, purpose: Purpose, n: u32) -> Dice {
        Dice::of(&[self.seed, purpose as u64, n.into()])
    }

    pub(super) fn language(self, n: u32) -> &'static Language {
        let mut dice = self.dice(Purpose::Language, neighbour(n));
        LANGUAGES[dice.place(LANGUAGES.len())]
    }

    fn country(self, n: u32) -> &'static Country {
        let mut dice = self.dice(Purpose::Language, neighbour(n));
        let countries = LANGUAGES[dice.place(LANGUAGES.len())].countries;
        &countries[dice.place(countries.len())]
    }

    /// The places of a person's names in the lists of the language. Whoever
    /// took over a number shares no word with its former holder.
    fn places(self, n: u32) -> (usize, usize) {
        let language = self.language(n);
        let (given, family) = (language.given.len(), language.family.len());
        let mut dice = self.dice(Purpose::Name, n);
        if neighbour(n) == n {
            (dice.place(given), dice.place(family))
        } else {
            let (her, hers) = self.places(neighbour(n));
            (
                (her + 1 + dice.place(given - 1)) % given,
                (hers + 1 + dice.place(family - 1)) % family,
            )
        }
    }

    /// The first name, as the shop writes it.
    pub(super) fn first_name(self, n: u32) -> &'static str {
        self.language(n).given[self.places(n).0].0
    }

    /// The name in Latin letters: first name, family name.
    pub(super) fn latin(self, n: u32) -> (&'static str, &'static str) {
        let (language, (given, family)) = (self.language(n), self.places(n));
        (language.given[given].1, language.family[family].1)
    }

    /// The profile name.
    pub(super) fn name(self, n: u32) -> String {
        if story::of(n) == Story::Hostile {
            return names::hostile(self, n);
        }
        let (language, (given, family)) = (self.language(n), self.places(n));
        let (first, last) = (language.given[given].0, language.family[family].0);
        match self.dice(Purpose::Name, n).throw() % 9 {
            0 => first.to_owned(),
            1 => format!("{first} 🌻"),
            _ => format!("{first} {last}"),
        }
    }

    /// The telephone number of a slot, digits only.
    pub(super) fn phone(self, slot: u32) -> String {
        let country = self.country(slot / SLOTS);
        let small = u64::from(self.count) * u64::from(SLOTS) <= 1000;
        let (digits, numbers) = if small { (3, 1000) } else { (7, 10_000_000) };
        // 7919 shares no factor with ten, so that no two slots meet.
        let scattered = u64::from(slot) * 7919 % numbers;
        if country.prefix == "1" {
            return american(scattered, small);
        }
        let filler = &country.filler[..country.filler.len() + 3 - digits];
        format!("{}{filler}{scattered:0digits$}", country.prefix)
    }

    /// The BSUID of a slot.
    pub(super) fn bsuid(self, slot: u32) -> String {
        let mut dice = self.dice(Purpose::Bsuid, slot);
        let unique = u64::from(slot) * 48_271 % 100_000_000;
        format!(
            "{}.{}{unique:08}",
            self.country(slot / SLOTS).iso,
            dice.between(100_000_000, 99_999_999_999)
        )
    }

    /// The username; unique, since it holds the person's number.
    pub(super) fn username(self, n: u32) -> String {
        let (first, last) = self.latin(n);
        match self.dice(Purpose::Username, n).below(4) {
            0 => format!("{first}.{last}{n}"),
            1 => format!("{first}_{n}"),
            2 => format!("{last}.{first}{n}"),
            _ => format!("{}{last}_{n}", &first[..1]),
        }
    }
}

/// Whoever took over a number lives where its former holder lives; the others
/// live by themselves.
fn neighbour(n: u32) -> u32 {
    match story::of(n) {
        Story::RecycledTaker | Story::HandedTaker => n.saturating_sub(1),
        _ => n,
    }
}

/// A number of North America: in small plans `555-01xx` of ten area codes, in
/// large ones any `555` or `556` of eight hundred.
fn american(scattered: u64, small: bool) -> String {
    const AREAS: [u16; 10] = [202, 305, 312, 404, 415, 512, 617, 702, 808, 917];
    if small {
        let area = usize::try_from(scattered / 100).map_or(0, |at| at % AREAS.len());
        format!("1{}55501{:02}", AREAS[area], scattered % 100)
    } else {
        let (area, line) = (200 + scattered / 12_500, scattered % 12_500);
        format!("1{area}{}{:04}", 555 + line / 10_000, line % 10_000)
    }
}
