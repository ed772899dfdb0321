//! Deciding.
//!
//! A decision acts at once and needs no dialog, because it can be undone; only
//! relink and defer ask first, for what they cannot know. The version that the
//! operator saw goes with it, so that nobody decides on what they did not see.

use crate::domain::case::{Answer, CaseState, Target};
use crate::domain::identifier::{Kind, Named};
use crate::domain::ids::{CaseId, ContactId};
use crate::domain::time::{DAY, HOUR};
use crate::review::page::CasePage;
use crate::store::{By, Decide};
use crate::tui::action::Action;
use crate::tui::model::{
    Choice, Compare, Deed, Effect, Model, Offer, Overlay, Pick, Purpose, Screen, Writing,
};
use crate::tui::show::{self, Show};
use crate::tui::worker::Write;

/// Takes an answer, or asks for the rest of it.
pub(super) fn begin(model: &mut Model, action: Action) {
    if came_just_now(model) {
        return;
    }
    match action {
        Action::Merge => {
            let survivor = model.compare().and_then(Compare::keeps);
            decide(model, Answer::Merge { survivor });
        }
        Action::KeepSeparate => decide(model, Answer::KeepSeparate),
        Action::Accept => decide(model, Answer::Accept),
        Action::Reject => decide(model, Answer::Reject),
        Action::Defer => offer_times(model),
        Action::Relink => offer_identifiers(model),
        _ => {}
    }
}

/// Whether the case in sight came so shortly ago that nobody can have looked;
/// says so.
pub(super) fn came_just_now(model: &mut Model) -> bool {
    let now = model.now;
    let Some(compare) = model.compare_mut() else {
        return false;
    };
    if now >= compare.answerable_at() {
        return false;
    }
    compare.since = now;
    compare.is_hurried = true;
    model.complain("This came in sight just now: look, then answer.");
    true
}

/// Says that a case can be answered that was not yet, when somebody wanted to.
pub(super) fn rested(model: &mut Model) {
    let now = model.now;
    let Some(compare) = model.compare_mut() else {
        return;
    };
    if compare.is_hurried && now >= compare.answerable_at() {
        compare.is_hurried = false;
        model.say("Now it can be answered.");
    }
}

/// How long others are told that a case is looked at, without a word since.
const CLAIM: i64 = 10 * 60_000;

/// Tells other operators that the case in sight is looked at, unless one of
/// them does already.
pub(super) fn claim(model: &mut Model) {
    let Some(page) = model.case_page() else {
        return;
    };
    let case = page.row.case;
    let is_asked = matches!(page.row.state, CaseState::Open | CaseState::Deferred);
    let is_free = page
        .claim
        .as_ref()
        .is_none_or(|claim| claim.operator == model.session.operator || claim.until <= model.now);
    if !is_asked || !is_free || model.session.read_only {
        return;
    }
    model.claimed = Some(case);
    let until = model.now.plus(CLAIM);
    send(model, Write::Claim(case, until), None);
}

/// Tells them that it is no longer, when its screen is closed.
pub(super) fn release(model: &mut Model) {
    let is_open = |case: CaseId| {
        let mut screens = model.above.iter();
        screens.any(|screen| matches!(screen, Screen::Compare(c) if c.case == case))
    };
    if let Some(case) = model.claimed.filter(|&case| !is_open(case)) {
        model.claimed = None;
        send(model, Write::Release(case), None);
    }
}

/// Ends the claim, wherever one is.
pub(super) fn let_go(model: &mut Model) {
    if let Some(case) = model.claimed.take() {
        send(model, Write::Release(case), None);
    }
}

/// The version of the case in sight.
pub(super) fn version(model: &Model) -> Option<i64> {
    model.case_page().map(|page| page.row.version)
}

/// Sends the answer to the case in sight.
pub(super) fn decide(model: &mut Model, answer: Answer) {
    let Some(page) = model.case_page() else {
        return;
    };
    let (case, version) = (page.row.case, page.row.version);
    let deed = Deed {
        answer: answer.clone(),
        contacts: page
            .row
            .contacts
            .iter()
            .map(|side| (side.name.clone(), side.contact))
            .collect(),
    };
    let next = model.beside(case);
    let reason = model.compare().and_then(|c| c.reason.clone());
    model.overlay = None;
    write(
        model,
        Purpose::Decide { case, next, deed },
        Write::Decide(Decide {
            case,
            answer,
            expect_version: Some(version),
            dry_run: false,
        }),
        reason,
    );
}

/// Sends a write, and notes what it is for.
pub(super) fn write(model: &mut Model, purpose: Purpose, write: Write, reason: Option<String>) {
    model.writing = Some(Writing {
        purpose,
        since: model.now,
    });
    send(model, write, reason);
}

fn send(model: &mut Model, write: Write, reason: Option<String>) {
    let by = By {
        reason,
        ..by(model)
    };
    model.send(Effect::Write(write, by));
}

/// The operator of this session, now.
pub(super) fn by(model: &Model) -> By {
    By {
        operator: model.session.operator.clone(),
        at: model.now,
        reason: None,
    }
}

/// Chooses the next contact as the one that a merge keeps.
pub(super) fn swap(model: &mut Model) {
    let Some(page) = model.case_page() else {
        return;
    };
    let ids: Vec<ContactId> = page.row.contacts.iter().map(|side| side.contact).collect();
    let kept = model.compare().and_then(Compare::keeps);
    let at = ids.iter().position(|&id| Some(id) == kept).unwrap_or(0);
    let Some(&to) = ids.get(at + 1).or(ids.first()) else {
        return;
    };
    let said = format!(
        "A merge would keep {}.",
        model.show().contact(&page.row, to)
    );
    if let Some(compare) = model.compare_mut() {
        compare.survivor = Some(to);
    }
    model.say(said);
}

/// Asks until when to defer.
fn offer_times(model: &mut Model) {
    let offer = |label: &str, ms: i64| {
        let until = model.now.plus(ms);
        Offer {
            label: label.into(),
            note: model.show().moment(until),
            pick: Pick::Answer(Answer::Defer { until }),
        }
    };
    let version = version(model);
    let options = vec![
        offer("1 hour", HOUR),
        offer("1 day", DAY),
        offer("7 days", 7 * DAY),
        offer("30 days", 30 * DAY),
    ];
    model.overlay = Some(Overlay::Choice(Choice {
        title: "Ask again in".into(),
        options,
        cursor: 1,
        version,
    }));
}

/// Asks which identifier is on the wrong contact.
fn offer_identifiers(model: &mut Model) {
    let Some(page) = model.case_page() else {
        return;
    };
    let mut names: Vec<Named> = suggested(page).map(|(id, _)| id).into_iter().collect();
    // The disputed ones first, then whatever else a reply could go to.
    let disputed = page.row.identifiers.iter().map(|id| (id.kind, &id.value));
    let sides = page.row.contacts.iter().flat_map(|side| &side.identifiers);
    let held = sides.filter(|id| matches!(id.kind, Kind::Bsuid | Kind::Phone));
    for (kind, value) in disputed.chain(held.map(|id| (id.kind, &id.value))) {
        if let Some(named) = scoped(page, kind, value)
            && !names
                .iter()
                .any(|n| n.kind == kind && n.value == named.value)
        {
            names.push(named);
        }
    }
    let show = model.show();
    let options: Vec<Offer> = names
        .into_iter()
        .map(|named| Offer {
            label: format!(
                "{} {}",
                show::kind(named.kind),
                show.value(named.kind, &named.value)
            ),
            note: holder(&show, page, &named),
            pick: Pick::Relink(named),
        })
        .collect();
    if let [only] = options.as_slice()
        && let Pick::Relink(named) = only.pick.clone()
    {
        offer_targets(model, &named);
        return;
    }
    model.overlay = Some(Overlay::Choice(Choice {
        title: "Which identifier is on the wrong contact?".into(),
        options,
        cursor: 0,
        version: version(model),
    }));
}

/// What the suggestion would relink, and where to.
fn suggested(page: &CasePage) -> Option<(Named, Option<Target>)> {
    let suggestion = &page.row.suggestion;
    let named = suggestion.identifier.as_deref()?;
    Some((Named::parse(named).ok()?, suggestion.to))
}

/// An identifier with the portfolio that a side holds it in.
fn scoped(page: &CasePage, kind: Kind, value: &str) -> Option<Named> {
    let mut named = Named::of(kind, value)?;
    let sides = page.row.contacts.iter().flat_map(|side| &side.identifiers);
    if kind.is_scoped() {
        named.portfolio = sides
            .filter(|id| id.kind == kind && id.value == named.value)
            .find_map(|id| id.portfolio.clone());
    }
    Some(named)
}

fn holders<'a>(page: &'a CasePage, named: &'a Named) -> impl Iterator<Item = ContactId> + 'a {
    page.row
        .contacts
        .iter()
        .filter(|side| {
            side.identifiers
                .iter()
                .any(|id| id.state.is_live() && id.kind == named.kind && id.value == named.value)
        })
        .map(|side| side.contact)
}

fn holder(show: &Show<'_>, page: &CasePage, named: &Named) -> String {
    holders(page, named).next().map_or_else(
        || "held by nobody here".into(),
        |id| format!("held by {}", show.contact(&page.row, id)),
    )
}

/// Asks whose an identifier is.
pub(super) fn offer_targets(model: &mut Model, named: &Named) {
    let Some(page) = model.case_page() else {
        return;
    };
    let show = model.show();
    let label = format!(
        "{} {}",
        show::kind(named.kind),
        show.value(named.kind, &named.value)
    );
    let relink = |to| {
        Pick::Answer(Answer::Relink {
            identifier: named.clone(),
            to,
            since: None,
        })
    };
    let held: Vec<ContactId> = holders(page, named).collect();
    let mut options: Vec<Offer> = page
        .row
        .contacts
        .iter()
        .filter(|side| !held.contains(&side.contact))
        .map(|side| Offer {
            label: show.name(&side.name),
            note: format!("#{}", side.contact),
            pick: relink(Target::Contact(side.contact)),
        })
        .collect();
    options.push(Offer {
        label: "a new contact".into(),
        note: "made for it".into(),
        pick: relink(Target::New),
    });
    options.push(Offer {
        label: "another contact…".into(),
        note: "type its number".into(),
        pick: Pick::OtherContact(named.clone()),
    });
    let wanted = suggested(page).and_then(|(id, to)| (id.value == named.value).then_some(to)?);
    let cursor = wanted
        .and_then(|to| options.iter().position(|o| o.pick == relink(to)))
        .unwrap_or(0);
    model.overlay = Some(Overlay::Choice(Choice {
        title: format!("Who does {label} belong to?"),
        options,
        cursor,
        version: version(model),
    }));
}
