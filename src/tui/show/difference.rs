//! What an undo would change, in words: where a case stands, as what a contact
//! is shown, who holds an identifier.

use super::Show;
use super::plain::kind;
use crate::domain::case::CaseState;
use crate::domain::identifier::Named;
use crate::domain::ids::ContactId;
use crate::review::page::{Difference, Holding, Shown};

impl Show<'_> {
    /// `phone +55 11 98765 4321: #9 since 3 Feb → #3 since 3 Feb`
    pub(crate) fn difference(&self, change: &Difference) -> String {
        match change {
            Difference::Case {
                case,
                before,
                after,
            } => format!("case {case}: {} → {}", state(*before), state(*after)),
            Difference::Contact {
                contact,
                before,
                after,
            } => {
                let (before, after) = (before.as_ref(), after.as_ref());
                let was = self.shown(*contact, before);
                format!("#{contact}: {was} → {}", self.shown(*contact, after))
            }
            Difference::Identifier {
                identifier,
                before,
                after,
            } => {
                let what = Named::parse(identifier).map_or_else(
                    |_| self.sentence(identifier),
                    |id| format!("{} {}", kind(id.kind), self.value(id.kind, &id.value)),
                );
                format!("{what}: {} → {}", self.held_by(before), self.held_by(after))
            }
        }
    }

    fn shown(&self, contact: ContactId, shown: Option<&Shown>) -> String {
        match shown {
            None => "not there".into(),
            Some(shown) if shown.canonical == contact => {
                format!("by itself, {}", self.name(&shown.name))
            }
            Some(shown) => format!("part of #{}, {}", shown.canonical, self.name(&shown.name)),
        }
    }

    fn held_by(&self, links: &[Holding]) -> String {
        let links = links.iter().map(|link| {
            let state = match link.state.as_str() {
                "active" => String::new(),
                other => format!(", {other}"),
            };
            let held = self.held(Some(link.since), link.until);
            format!("#{} {held}{state}", link.contact)
        });
        let links: Vec<String> = links.collect();
        if links.is_empty() {
            "nobody".into()
        } else {
            links.join(" and ")
        }
    }
}

/// Where a case stands.
fn state(state: Option<CaseState>) -> &'static str {
    match state {
        None => "not there",
        Some(CaseState::Open) => "open",
        Some(CaseState::Deferred) => "deferred",
        Some(CaseState::Resolved) => "answered",
        Some(CaseState::Superseded) => "moot",
    }
}
