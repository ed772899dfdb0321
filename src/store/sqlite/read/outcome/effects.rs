//! A decision's effects on identifiers, in sentences: the links as they are
//! beside the links as they would be.

use super::super::holder::timeline;
use super::super::route::Whose;
use super::foresee::{Foreseen, whose};
use super::{Preview, Scene};
use crate::domain::ids::IdentifierId;
use crate::domain::link::LinkState;
use crate::resolve::timeline::{Link, Timeline};
use crate::store::Result;
use std::fmt;

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Whose::Nobodys => f.write_str("nobody"),
            Whose::New => f.write_str("a new contact"),
            Whose::Of(contact) => write!(f, "contact {contact}"),
        }
    }
}

/// An identifier's live link, now or then.
struct Standing<'a> {
    link: &'a Link,
    whose: Whose,
    unconfirmed: bool,
}

impl<'a> Scene<'a> {
    /// Says what becomes of each identifier; of those asked about also when
    /// they stay. Then who is kept apart.
    pub(super) fn tell(&self, foreseen: Foreseen<'a>, preview: &mut Preview<'a>) -> Result<()> {
        let asked = self.asked_about();
        let others = foreseen.identifiers().filter(|id| !asked.contains(id));
        let others: Vec<IdentifierId> = others.collect();
        for id in asked.iter().chain(&others) {
            let effect = self.effect(&foreseen, *id, asked.contains(id))?;
            preview.effects.extend(effect);
        }
        for (a, b) in foreseen.walls() {
            let (a, b) = (whose(self.db, a)?, whose(self.db, b)?);
            preview.say(format!("{} and {b} are kept apart.", capital(a)));
        }
        if preview.effects.is_empty() {
            preview.say("Nothing moves.");
        }
        preview.after.foreseen = Some(foreseen);
        Ok(())
    }

    fn effect(
        &self,
        foreseen: &Foreseen<'_>,
        id: IdentifierId,
        asked: bool,
    ) -> Result<Option<String>> {
        let name = self.name(id)?;
        let before = timeline(self.db, id)?;
        let now = match &before {
            Some(line) => self.standing_now(line)?,
            None => None,
        };
        let line = foreseen.line(id);
        let then = match line.and_then(Timeline::live) {
            Some(link) => Some(Standing {
                link,
                whose: whose(self.db, link.contact)?,
                unconfirmed: line.is_some_and(|line| foreseen.is_unconfirmed(line)),
            }),
            None => None,
        };
        Ok(match (now, then) {
            (Some(now), Some(then)) if now.whose != then.whose => Some(format!(
                "{name} goes from {} to {} as of {}.",
                now.whose, then.whose, then.link.since
            )),
            (Some(now), Some(then)) => stays(&name, &now, &then, asked),
            (Some(now), None) => Some(match line.and_then(|line| line.links.last()) {
                Some(Link {
                    until: Some(at), ..
                }) => {
                    format!("{name} becomes former as of {at}.")
                }
                _ => format!("{name} is no longer {}'s.", now.whose),
            }),
            (None, Some(then)) => Some(format!(
                "{name} goes to {} as of {}.",
                then.whose, then.link.since
            )),
            (None, None) => None,
        })
    }

    fn standing_now<'l>(&self, line: &'l Timeline) -> Result<Option<Standing<'l>>> {
        let Some(link) = line.live() else {
            return Ok(None);
        };
        Ok(Some(Standing {
            link,
            whose: Whose::Of(self.shown(link.contact)?),
            unconfirmed: self.is_unconfirmed(line.ident.id)?,
        }))
    }
}

/// What changes of an identifier that stays where it is.
fn stays(name: &str, now: &Standing<'_>, then: &Standing<'_>, asked: bool) -> Option<String> {
    let whose = then.whose;
    let provisional = |s: &Standing<'_>| s.link.state == LinkState::Provisional;
    match (provisional(now), provisional(then)) {
        (true, false) => return Some(format!("{name} is confirmed on {whose}.")),
        (false, true) => return Some(format!("{name} is provisional on {whose} again.")),
        _ => {}
    }
    match (now.unconfirmed, then.unconfirmed) {
        (false, true) => Some(format!(
            "{name} stays with {whose}, unconfirmed until it is seen with the new BSUID."
        )),
        (true, false) => Some(format!("{name} is confirmed on {whose}.")),
        _ => asked.then(|| format!("{name} stays with {whose}.")),
    }
}

/// As the beginning of a sentence.
pub(super) fn capital(whose: Whose) -> String {
    let text = whose.to_string();
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}
