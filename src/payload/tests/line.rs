//! An item in one line: what it is, who was seen, when, under which key.

use crate::domain::fact::{Fact, Item, Reading, Seen, Side, What};
use crate::payload::{Format, read};

/// The lines of a delivery.
pub(super) fn lines(json: &str) -> Vec<String> {
    read(json, Format::Auto).iter().map(line).collect()
}

/// `kind | person | time | key`; hashes are left out of keys.
pub(super) fn line(item: &Item) -> String {
    match &item.reading {
        Reading::Quarantined(reason) => format!("QUARANTINED {reason}"),
        Reading::Unrecognised(what) => format!("UNRECOGNISED {what}"),
        Reading::Fact(fact) => fact_line(fact),
    }
}

fn fact_line(fact: &Fact) -> String {
    let mut at = fact.at.map_or("-".to_owned(), |at| at.to_string());
    if fact.seen_on_arrival {
        at.push_str(" (seen on arrival)");
    }
    let key = match fact.key.rsplit_once('|') {
        Some((family, hash)) if hash.len() == 64 => family,
        _ => &fact.key,
    };
    format!(
        "{} {} | {} | {at} | {key}",
        fact.surface,
        what(&fact.what),
        seen(&fact.seen)
    )
}

fn what(what: &What) -> String {
    match what {
        What::Message(message) => {
            let place = |word, id: &Option<String>| {
                id.as_ref()
                    .map_or(String::new(), |id| format!(" {word} {id}"))
            };
            format!(
                "{} {} {:?}{}{}",
                message.direction,
                message.kind,
                message.text,
                place("thread", &message.thread),
                place("group", &message.group)
            )
        }
        What::Status { id, status } => format!("{status} of {id}"),
        What::Change(claim) => format!(
            "{}: {} -> {}",
            claim.kind,
            side(&claim.previous),
            side(&claim.current)
        ),
        What::Sighting { founds: true } => "seen".to_owned(),
        What::Sighting { founds: false } => "seen, founds nobody".to_owned(),
        What::Nothing => "nobody".to_owned(),
    }
}

fn side(side: &Side) -> String {
    seen(&Seen {
        bsuid: side.bsuid.clone(),
        parent: side.parent.clone(),
        phone: side.phone.clone(),
        ..Seen::default()
    })
}

fn seen(seen: &Seen) -> String {
    let mut out = Vec::new();
    out.extend(seen.bsuid.as_ref().map(|id| id.as_str().to_owned()));
    out.extend(
        seen.parent
            .as_ref()
            .map(|id| format!("parent {}", id.as_str())),
    );
    out.extend(seen.phone.as_ref().map(|id| format!("+{}", id.as_str())));
    out.extend(
        seen.second_phone
            .as_ref()
            .map(|id| format!("second +{}", id.as_str())),
    );
    out.extend(
        seen.attested
            .as_ref()
            .map(|id| format!("attested +{}", id.as_str())),
    );
    out.extend(seen.username.as_ref().map(|id| format!("@{}", id.as_str())));
    out.extend(seen.name.as_ref().map(|name| format!("{name:?}")));
    out.extend(seen.book_name.as_ref().map(|name| format!("book {name:?}")));
    if out.is_empty() {
        out.push("-".to_owned());
    }
    out.join(" ")
}
