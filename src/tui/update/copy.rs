//! What of the screen in sight can be copied, and copying it.
//!
//! Identifiers are offered as they are compared and searched, without the
//! groups that they are shown in. Nothing gets past the privacy mask or
//! `domain::text` on this way.

use crate::domain::identifier::Kind;
use crate::domain::ids::{CaseId, ContactId};
use crate::domain::text;
use crate::review::page::CaseRow;
use crate::tui::model::{Choice, Effect, Model, Offer, Overlay, Pick, Screen};
use crate::tui::show::{self, Show};
use crate::tui::view;

/// Identifiers of one contact that are offered.
const IDENTIFIERS: usize = 6;

/// Asks what to copy.
pub(super) fn offer(model: &mut Model) {
    let show = model.show();
    let mut options = Vec::new();
    match model.above.last() {
        None => {
            if let Some(row) = model.queue.under_cursor() {
                of_case(&show, row, &mut options);
            }
        }
        Some(Screen::Compare(compare)) => match &compare.page.value {
            Some(page) => of_case(&show, &page.row, &mut options),
            None => options.push(case(compare.case)),
        },
        Some(Screen::Contact(person)) => {
            options.push(contact(person.contact));
            for row in person.page.value.iter().flat_map(|page| &page.identifiers) {
                identifier(&show, row.kind, &row.value, &mut options);
            }
            options.truncate(1 + IDENTIFIERS);
        }
        Some(Screen::History(history)) => {
            if let Some(row) = history.entries.under_cursor() {
                options.extend(row.case.map(case));
                let number = row.entry.to_string();
                options.push(of("entry", number.clone(), number));
                options.push(of("hash", show::head(&row.hash), row.hash.clone()));
            }
        }
        Some(Screen::Changes(changes)) => {
            if let Some(row) = changes.cases.under_cursor() {
                of_case(&show, row, &mut options);
            }
        }
        Some(Screen::Proposals(proposals)) => {
            options.extend(
                proposals
                    .waiting
                    .under_cursor()
                    .map(|row| case(row.proposal.case)),
            );
        }
        Some(Screen::Search(_) | Screen::Overview(_)) => {}
    }
    options.push(Offer {
        label: "page".into(),
        note: "as text, all of it".into(),
        pick: Pick::CopyPage,
    });
    model.overlay = Some(Overlay::Choice(Choice {
        title: "Copy what?".into(),
        options,
        cursor: 0,
        version: None,
    }));
}

/// What is in dispute first, then the case and its contacts.
fn of_case(show: &Show<'_>, row: &CaseRow, options: &mut Vec<Offer>) {
    for id in &row.identifiers {
        identifier(show, id.kind, &id.value, options);
    }
    options.truncate(IDENTIFIERS);
    options.push(case(row.case));
    let sides = row.contacts.iter().take(IDENTIFIERS);
    options.extend(sides.map(|side| contact(side.contact)));
}

fn identifier(show: &Show<'_>, kind: Kind, value: &str, options: &mut Vec<Offer>) {
    let is_public = matches!(kind, Kind::Bsuid | Kind::ParentBsuid);
    let copied = if show.privacy && !is_public {
        text::mask(value)
    } else {
        text::safe(value).into_owned()
    };
    let offer = of(show::kind(kind), show.value(kind, value), copied);
    if options.iter().all(|other| other.pick != offer.pick) {
        options.push(offer);
    }
}

fn case(id: CaseId) -> Offer {
    of("case", id.to_string(), id.to_string())
}

fn contact(id: ContactId) -> Offer {
    of("contact", format!("#{id}"), id.to_string())
}

fn of(what: &str, note: String, copied: String) -> Offer {
    Offer {
        label: what.into(),
        note,
        pick: Pick::Copy(what.into(), copied),
    }
}

/// Copies a text, and says how.
pub(super) fn copy(model: &mut Model, what: &str, copied: String) {
    let way = model.session.clipboard;
    if way.sequence(&copied).is_none() {
        model.complain(format!(
            "The {what} is too long for a terminal's clipboard."
        ));
        return;
    }
    let masked = if model.privacy { ", masked" } else { "" };
    let says = format!("Copied the {what}{masked}, {}.", way.says());
    model.send(Effect::Copy(copied));
    model.say(says);
}

/// Copies what is in sight, also what would have to be scrolled to.
pub(super) fn copy_page(model: &mut Model) {
    let page = view::page(model);
    copy(model, "page", page);
}
