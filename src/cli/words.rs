//! Things of the domain in a few words for people: the same words in every
//! table and page. Foreign text in them is safe, also against what would
//! combine with the text before it.

use crate::domain::text;
use crate::domain::time::{DAY, HOUR, Timestamp};
use crate::review::page::{CaseSide, DecisionRow, IdentifierRef, IdentifierRow, Route, SidePage};

/// A line of what there is of its parts.
pub(super) fn line<const N: usize>(parts: [Option<String>; N]) -> String {
    parts.into_iter().flatten().collect()
}

/// Text from outside, within a line.
pub(super) fn shown(raw: &str) -> String {
    text::safe(raw).into_owned()
}

/// A name from outside, within a line.
pub(super) fn name(raw: &str) -> String {
    if raw.trim().is_empty() {
        "(no name)".into()
    } else {
        shown(raw)
    }
}

/// `phone 16315551181`, `bsuid US.1@eu`.
pub(super) fn identifier(row: &IdentifierRow) -> String {
    match &row.portfolio {
        Some(portfolio) => format!("{} {}@{}", row.kind, shown(&row.value), shown(portfolio)),
        None => format!("{} {}", row.kind, shown(&row.value)),
    }
}

/// `phone 16315551181`.
pub(super) fn reference(of: &IdentifierRef) -> String {
    format!("{} {}", of.kind, shown(&of.value))
}

/// Several, with commas.
pub(super) fn references(of: &[IdentifierRef]) -> String {
    of.iter().map(reference).collect::<Vec<_>>().join(", ")
}

/// `3 Ana Souza`.
pub(super) fn side(side: &CaseSide) -> String {
    format!("{} {}", side.contact, name(&side.name))
}

/// The ids of one side of a change.
pub(super) fn change_side(side: &SidePage) -> String {
    let ids = [
        ("bsuid", &side.bsuid),
        ("parent_bsuid", &side.parent_bsuid),
        ("phone", &side.phone),
    ];
    let ids: Vec<String> = ids
        .into_iter()
        .filter_map(|(kind, id)| id.as_ref().map(|id| format!("{kind} {}", shown(id))))
        .collect();
    if ids.is_empty() {
        "not given".into()
    } else {
        ids.join(", ")
    }
}

/// A confidence with two decimals, rounded down: nothing looks surer than it is.
pub(super) fn confidence(sure: f64) -> String {
    format!("{:.2}", (sure * 100.0 + 1e-9).floor() / 100.0)
}

/// How long ago: `12m`, `5h`, `41d`.
pub(super) fn age(at: Timestamp, now: Timestamp) -> String {
    let ms = now.0.saturating_sub(at.0).max(0);
    if ms < HOUR {
        format!("{}m", ms / 60_000)
    } else if ms < 2 * DAY {
        format!("{}h", ms / HOUR)
    } else {
        format!("{}d", ms / DAY)
    }
}

/// A date, or a dash.
pub(super) fn date(at: Option<Timestamp>) -> String {
    let at = at.map(|at| at.to_string()).unwrap_or_default();
    at.split('T').next().unwrap_or_default().to_owned()
}

/// One decision in the history of a case or a contact.
pub(super) fn decision(row: &DecisionRow) -> String {
    let undone = match row.undone_by {
        Some(by) => Some(format!(" [undone by {by}]")),
        None => (!row.stands).then(|| " [does not stand]".into()),
    };
    line([
        Some(format!("{}  {}  {}", row.decision, row.at, row.action)),
        Some(format!(
            " by {}: {}",
            shown(&row.operator),
            shown(&row.summary)
        )),
        row.reason
            .as_ref()
            .map(|why| format!(" (\"{}\")", shown(why))),
        undone,
    ])
}

/// Where the next reply of a conversation goes.
pub(super) fn route(route: &Route) -> String {
    let contact = route
        .contact
        .map_or_else(|| "a new contact".into(), |id| format!("contact {id}"));
    let conversation = route.conversation;
    let through = reference(&route.through);
    line([
        Some(format!("conversation {conversation} under {contact}: ")),
        Some(format!("the next reply goes to {through}")),
        route
            .warning
            .as_ref()
            .map(|mind| format!(" (careful: {})", shown(mind))),
    ])
}

/// Breaks a safe line between words where it is wider than `columns`; what
/// follows is indented four deeper than its beginning.
pub(super) fn wrap(line: &str, columns: usize) -> Vec<String> {
    let words = line.trim_start_matches(' ');
    let indent = &line[..line.len() - words.len()];
    let mut lines = Vec::new();
    let mut now = indent.to_owned();
    let mut bare = true;
    for word in words.split(' ') {
        if !bare && text::width(&now) + 1 + text::width(word) > columns {
            lines.push(std::mem::replace(&mut now, format!("{indent}    ")));
            bare = true;
        }
        if !bare {
            now.push(' ');
        }
        now += word;
        bare = false;
    }
    lines.push(now);
    lines
}

/// `3, 9`.
pub(super) fn ids<T: ToString>(ids: &[T]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    ids.join(", ")
}

/// `1 case`, `2 cases`.
pub(super) fn count(n: u64, one: &str) -> String {
    counted(n, one, &format!("{one}s"))
}

/// `1 entry`, `2 entries`.
pub(super) fn counted(n: u64, one: &str, several: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { several })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn confidence_is_rounded_down_and_not_below_what_it_says() {
        assert_eq!(confidence(0.999), "0.99");
        assert_eq!(confidence(0.98), "0.98");
        assert_eq!(confidence(0.29), "0.29");
        assert_eq!(confidence(1.0), "1.00");
    }

    #[test]
    fn lines_are_broken_between_words_and_keep_their_indent() {
        assert_eq!(wrap("  ab  cd ef", 80), ["  ab  cd ef"]);
        assert_eq!(wrap("  ab cd ef", 8), ["  ab cd", "      ef"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcdefghij", "    k"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn ages() {
        let now = Timestamp(100 * DAY);
        assert_eq!(age(now.plus(-5 * 60_000), now), "5m");
        assert_eq!(age(now.plus(-30 * HOUR), now), "30h");
        assert_eq!(age(now.plus(-41 * DAY), now), "41d");
        assert_eq!(age(now.plus(HOUR), now), "0m");
    }
}
