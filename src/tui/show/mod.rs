//! How things of the domain read on screen: names, identifiers, times, ages,
//! questions in plain words.
//!
//! Every text from outside passes here on its way to a widget, so that the
//! privacy mask and `domain::text` are applied in one place. Nothing is laid
//! out here, and no clock is read: `now` comes with the message.

mod difference;
mod plain;

use super::model::Deed;
use super::theme::Theme;
use crate::domain::case::{Action as Verb, Answer, CaseKind, CaseState, Suggestion, Target};
use crate::domain::identifier::{Kind, Named};
use crate::domain::ids::ContactId;
use crate::domain::text;
use crate::domain::time::Timestamp;
use crate::review::page::{CaseRow, IdentifierRef, IdentifierRow, MessageRow, SidePage};
use jiff::tz::TimeZone;
use plain::{MINUTE, as_shown, is_bare, is_number, mask_numbers, phone, span_of};

pub(crate) use plain::{count, head, kind, number, operator, short, verb, verb_in_short};

/// What drawing needs to know besides the thing that is drawn.
pub(crate) struct Show<'a> {
    /// The time of the last message.
    pub(crate) now: Timestamp,
    /// Where the operator sits.
    pub(crate) zone: &'a TimeZone,
    /// The styles.
    pub(crate) theme: Theme,
    /// Whether names, phones and messages are masked.
    pub(crate) privacy: bool,
    /// Whether charts are told in words.
    pub(crate) is_plain: bool,
    /// With privacy: names that sentences of the store may hold.
    pub(crate) known: Vec<String>,
}

/// Columns of an identifier within a sentence: any phone, and enough of a BSUID.
const BRIEF: usize = 18;

impl Show<'_> {
    /// A name, safe and masked if asked for.
    pub(crate) fn name(&self, raw: &str) -> String {
        if raw.trim().is_empty() {
            return "(no name)".into();
        }
        // A contact without a name is shown by its phone, which reads better in groups.
        if is_number(raw) {
            return self.value(Kind::Phone, raw);
        }
        self.private(raw)
    }

    /// What an operator gave as a reason, which may tell of a person.
    pub(crate) fn reason(&self, raw: &str) -> String {
        format!("“{}”", self.private(raw))
    }

    fn private(&self, raw: &str) -> String {
        if self.privacy {
            text::mask(raw)
        } else {
            text::safe(raw).into_owned()
        }
    }

    /// An identifier's value as people write it.
    pub(crate) fn value(&self, kind: Kind, raw: &str) -> String {
        match kind {
            Kind::Phone => {
                let grouped = phone(raw);
                if self.privacy {
                    text::mask(&grouped)
                } else {
                    text::safe(&grouped).into_owned()
                }
            }
            Kind::Username => format!("@{}", self.private(raw)),
            Kind::Bsuid | Kind::ParentBsuid => text::safe(raw).into_owned(),
        }
    }

    /// Kind and value: `phone +55 11 98765 4321`.
    pub(crate) fn identifier(&self, id: &IdentifierRef) -> String {
        format!("{} {}", kind(id.kind), self.value(id.kind, &id.value))
    }

    /// What is to be read of a message; its type where there is nothing. An
    /// edit is a line of its own: the former text was seen as well.
    pub(crate) fn message(&self, row: &MessageRow) -> String {
        if row.kind == "edit" && !row.text.trim().is_empty() {
            format!("edited: {}", self.private(&row.text))
        } else if row.text.trim().is_empty() {
            format!("[{}]", text::safe(&row.kind))
        } else {
            self.private(&row.text)
        }
    }

    /// A sentence of the program, which may hold names and numbers.
    pub(crate) fn sentence(&self, raw: &str) -> String {
        // Times as the store tells them become those of the operator.
        let raw = as_shown(raw, |at| self.moment(at));
        if !self.privacy {
            return text::safe(&raw).into_owned();
        }
        let mut out = raw;
        for name in &self.known {
            out = out.replace(name.as_str(), &text::mask(name));
        }
        text::safe(&mask_numbers(&out)).into_owned()
    }

    /// How long ago, in few columns: `now`, `4m`, `2h`, `3d`, `5mo`, `2y`.
    pub(crate) fn age(&self, at: Timestamp) -> String {
        span_of(self.now.0.saturating_sub(at.0))
    }

    /// How long ago, in a sentence: `2h ago`.
    pub(crate) fn ago(&self, at: Timestamp) -> String {
        let age = self.now.0.saturating_sub(at.0);
        match age {
            ..0 if age < -MINUTE => format!("in {}", span_of(-age)),
            ..1_000 => "just now".into(),
            1_000..MINUTE => format!("{} s ago", age / 1000),
            _ => format!("{} ago", span_of(age)),
        }
    }

    /// A day: `12 Apr`, with the year where it is not this one.
    pub(crate) fn day(&self, at: Timestamp) -> String {
        if self.year(at) == self.year(self.now) {
            self.day_of_year(at)
        } else {
            self.strftime("%-d %b %Y", at)
        }
    }

    /// A day without its year: `12 Apr`.
    pub(crate) fn day_of_year(&self, at: Timestamp) -> String {
        self.strftime("%-d %b", at)
    }

    /// A year.
    pub(crate) fn year(&self, at: Timestamp) -> String {
        self.strftime("%Y", at)
    }

    /// A time of day: `09:30`.
    pub(crate) fn clock(&self, at: Timestamp) -> String {
        self.strftime("%H:%M", at)
    }

    /// A moment: `12 Apr 2026 09:30`.
    pub(crate) fn moment(&self, at: Timestamp) -> String {
        self.strftime("%-d %b %Y %H:%M", at)
    }

    /// A moment in twelve columns: `12 Apr 09:30`, of another year
    /// `12 Apr 2025`.
    pub(crate) fn moment_in_short(&self, at: Timestamp) -> String {
        if self.year(at) == self.year(self.now) {
            self.strftime("%-d %b %H:%M", at)
        } else {
            self.strftime("%-d %b %Y", at)
        }
    }

    fn strftime(&self, format: &str, at: Timestamp) -> String {
        jiff::Timestamp::from_millisecond(at.0).map_or_else(
            |_| at.to_string(),
            |t| t.to_zoned(self.zone.clone()).strftime(format).to_string(),
        )
    }

    /// When an identifier was held: `since 12 Mar`, `3 Feb – 12 Mar`.
    pub(crate) fn held(&self, since: Option<Timestamp>, until: Option<Timestamp>) -> String {
        match (since, until) {
            (Some(a), Some(b)) => format!("{} – {}", self.day(a), self.day(b)),
            (Some(a), None) => format!("since {}", self.day(a)),
            (None, Some(b)) => format!("until {}", self.day(b)),
            (None, None) => String::new(),
        }
    }

    /// Name and number of one of a case's contacts, or the number alone.
    pub(crate) fn contact(&self, row: &CaseRow, id: ContactId) -> String {
        row.contacts
            .iter()
            .find(|side| side.contact == id)
            .map_or_else(
                || format!("contact #{id}"),
                |side| format!("{} #{id}", self.name(&side.name)),
            )
    }

    /// The suggestion in words: `merge, keeping Ana Souza #3`.
    pub(crate) fn suggestion(&self, row: &CaseRow, keep: Option<ContactId>) -> String {
        let Suggestion {
            action,
            identifier,
            to,
            ..
        } = &row.suggestion;
        match action {
            Verb::None => "nothing: no answer is safe without a closer look".into(),
            Verb::Merge => match keep {
                Some(id) => format!("merge, keeping {}", self.contact(row, id)),
                None => "merge".into(),
            },
            Verb::Relink => {
                let what = identifier.as_deref().map_or_else(
                    || "the identifier".to_owned(),
                    |raw| {
                        Named::parse(raw).map_or_else(
                            |_| self.sentence(raw),
                            |id| format!("{} {}", kind(id.kind), self.value(id.kind, &id.value)),
                        )
                    },
                );
                match to {
                    Some(Target::Contact(id)) => {
                        format!("relink {what} to {}", self.contact(row, *id))
                    }
                    Some(Target::New) => format!("relink {what} to a new contact"),
                    None => format!("relink {what}"),
                }
            }
            other => verb(*other).to_owned(),
        }
    }

    /// The question that a case asks, in one or two sentences.
    pub(crate) fn question(&self, row: &CaseRow) -> String {
        use CaseKind as K;
        // Of an answered case both sides may be one contact by now.
        let is_one = row.contacts.len() == 1
            && matches!(row.state, CaseState::Resolved | CaseState::Superseded);
        let a = self.who(row, 0);
        let (b, both) = if is_one {
            ("the same contact".into(), "They are one contact now.")
        } else {
            (self.who(row, 1), "Are they one person?")
        };
        let what = row.identifiers.first().map_or_else(
            || "an identifier".to_owned(),
            |id| self.brief(id.kind, &id.value, BRIEF),
        );
        let change = row.change.as_ref().map_or_else(
            || what.clone(),
            |c| {
                format!(
                    "{} became {}",
                    self.side(&c.previous),
                    self.side(&c.current)
                )
            },
        );
        match row.kind {
            K::PhoneBsuidConflict => {
                format!("{a} wrote with {what}, which {b} holds. {both}")
            }
            K::PhoneClaimed => format!(
                "{a} came with {what}, which {b} holds beside another BSUID. Whose number is it?"
            ),
            K::IdentityChange => {
                format!("WhatsApp says of {a} that {change}. Did this happen?")
            }
            K::IdentityChangeCollision => {
                format!("WhatsApp says of {a} that {change}, which {b} already has. {both}")
            }
            K::IdentityChangeOrphan
                if row.change.as_ref().is_some_and(|c| is_bare(&c.previous)) =>
            {
                format!("WhatsApp says that somebody became {what}, and not who. Who is it?")
            }
            K::IdentityChangeOrphan => {
                format!("WhatsApp says that {change}. Nobody here had the old one. Who is it?")
            }
            K::IdentityChangeFork => format!(
                "WhatsApp says that {change}. Another change contradicts it. Which is true?"
            ),
            K::SharedPhone => {
                format!("{a} shared {what} as their own number, and {b} holds it. {both}")
            }
            K::ParentBsuidMatch => {
                format!("Contacts of several portfolios share {what}. {both}")
            }
            K::PhoneVariant => format!("{a} and {b} hold two forms of one number. {both}"),
            K::ImportDuplicate => {
                format!("One imported row fits both {a} and {b}. {both}")
            }
            K::Manual => format!("Somebody asked whether {a} and {b} are one person."),
        }
    }

    /// One of a case's contacts, within a sentence.
    fn who(&self, row: &CaseRow, n: usize) -> String {
        let contacts = row
            .contacts
            .iter()
            .map(|side| (side.name.as_str(), side.contact));
        self.called(&contacts.collect::<Vec<_>>(), n)
    }

    /// The n-th of several contacts: by name, with its number where the name is
    /// no name or is also another's.
    fn called(&self, contacts: &[(&str, ContactId)], n: usize) -> String {
        let Some(&(name, id)) = contacts.get(n) else {
            return "somebody unknown".into();
        };
        // A phone for a name stands in most sentences already.
        if is_number(name) || name.trim().is_empty() {
            return format!("contact #{id} (no name)");
        }
        let folded = text::fold(name);
        let mut others = contacts.iter().enumerate().filter(|(at, _)| *at != n);
        if others.any(|(_, (other, _))| text::fold(other) == folded) {
            return format!("{} #{id}", self.name(name));
        }
        self.name(name)
    }

    /// What was decided, by name: `Merged Ana Souza and +55 11 98765 4321`.
    pub(crate) fn deed(&self, deed: &Deed) -> String {
        let contacts: Vec<(&str, ContactId)> = deed
            .contacts
            .iter()
            .map(|(name, id)| (name.as_str(), *id))
            .collect();
        let names = (0..contacts.len()).map(|n| match contacts[n] {
            (name, _) if is_number(name) => self.name(name),
            _ => self.called(&contacts, n),
        });
        let names: Vec<String> = names.collect();
        let all = match names.as_slice() {
            [] => "the case".to_owned(),
            [only] => only.clone(),
            [most @ .., last] => format!("{} and {last}", most.join(", ")),
        };
        let first = names.first().unwrap_or(&all);
        match &deed.answer {
            Answer::Merge { .. } => format!("Merged {all}"),
            Answer::KeepSeparate => format!("Kept {all} separate"),
            Answer::Accept => format!("Accepted the change of {first}"),
            Answer::Reject => format!("Rejected the change of {first}"),
            Answer::Defer { until } => {
                format!("Deferred {all} until {}", self.moment_in_short(*until))
            }
            Answer::Relink { identifier, to, .. } => {
                let to = match to {
                    Target::New => "a new contact".to_owned(),
                    Target::Contact(id) => contacts
                        .iter()
                        .position(|(_, other)| other == id)
                        .map_or_else(|| format!("contact #{id}"), |n| names[n].clone()),
                };
                let value = self.value(identifier.kind, &identifier.value);
                format!("Relinked {} {value} to {to}", kind(identifier.kind))
            }
        }
    }

    /// An identifier in at most so many columns: a BSUID without its middle,
    /// since it is told by its beginning and its end.
    pub(crate) fn brief(&self, kind: Kind, raw: &str, columns: usize) -> String {
        let value = self.value(kind, raw);
        let chars: Vec<char> = value.chars().collect();
        if !matches!(kind, Kind::Bsuid | Kind::ParentBsuid)
            || chars.len() <= columns
            || !value.is_ascii()
        {
            return text::cell(&value, columns.max(1));
        }
        let tail = columns.saturating_sub(1) / 2;
        let head = columns.saturating_sub(1 + tail);
        let part = |range: &[char]| range.iter().collect::<String>();
        format!(
            "{}…{}",
            part(&chars[..head]),
            part(&chars[chars.len() - tail..])
        )
    }

    /// The most telling id of one side of a change.
    pub(crate) fn side(&self, side: &SidePage) -> String {
        [
            (Kind::Bsuid, &side.bsuid),
            (Kind::Phone, &side.phone),
            (Kind::ParentBsuid, &side.parent_bsuid),
        ]
        .into_iter()
        .find_map(|(kind, value)| value.as_deref().map(|v| self.brief(kind, v, BRIEF)))
        .unwrap_or_else(|| "something unnamed".into())
    }

    /// What to know of a link besides its dates: former, provisional, unconfirmed.
    pub(crate) fn standing(row: &IdentifierRow) -> &'static str {
        use crate::domain::link::LinkState as L;
        match (row.state, row.unconfirmed) {
            (L::Former, _) => "former",
            (L::Provisional, _) => "provisional",
            (L::Active, true) => "unconfirmed",
            (L::Active, false) => "",
        }
    }
}
