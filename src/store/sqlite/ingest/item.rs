//! One readable item: its key against replays, its identifiers, its row in the
//! log, and what it does to the homes.

use super::super::intern::Set;
use super::super::read::query::numbers;
use super::Run;
use super::block::Place;
use super::claim::Claim;
use super::log::Row;
use crate::domain::fact::{ChangeClaim, Fact, Item, Message, Surface, What, message_key};
use crate::domain::ids::PortfolioId;
use crate::domain::time::{DAY, Timestamp};
use crate::resolve::entry::{Change, Entry, Ids, Sight};
use crate::store::Result;
use rusqlite::OptionalExtension;

impl Run<'_> {
    pub(super) fn fact(&mut self, fact: &Fact, item: &Item, place: Place) -> Result<()> {
        let mut channel = self
            .session
            .intern
            .numbers
            .channel(self.db, &fact.channel, self.map)?;
        let at = time(fact, self.arrived);
        let known = match self.copy(fact)? {
            // Under its own key it is known from now on, too.
            Some(event) => self.claim_key_for(&fact.key, event)?.or(Some(event)),
            None => self.claim_key(&fact.key)?,
        };
        if let (Some(event), Some(("", _))) = (known, fact.message()) {
            // It came to the number of the copy that names one.
            channel.portfolio = self.portfolio(event)?.unwrap_or(channel.portfolio);
        }
        let set = self
            .session
            .intern
            .set(self.db, &fact.seen, channel.portfolio)?;
        if let What::Change(claim) = &fact.what {
            return self.change(fact, item, claim, known, at, place);
        }
        if let Some(event) = known {
            // The same key with other content is no message again, but the
            // identifiers that it adds are a sighting.
            if !self.adds(event, set.row())? || self.claim_key(&key_with_ids(fact))?.is_some() {
                self.counts.duplicate += 1;
                return Ok(());
            }
        }
        let new = known.is_none();
        let founds = match &fact.what {
            What::Status { status, .. } => status != "failed",
            What::Sighting { founds } => *founds,
            _ => true,
        };
        let name = self.session.intern.name(self.db, &fact.seen)?;
        let seen_at = if fact.seen_on_arrival {
            self.arrived
        } else {
            at
        };
        // Before the set is stored: until then nothing new is connected.
        let keys = [set.bsuid, set.phone, set.variant, set.attested];
        self.load(keys.into_iter().flatten())?;
        let sighting = match set.row() {
            [0, 0, 0, 0, 0, 0] => None,
            _ => Some(self.session.intern.sighting(self.db, &set)?),
        };
        let message = match &fact.what {
            What::Message(message) if new => {
                Some((self.conversation(&set, channel.id, message)?, message))
            }
            _ => None,
        };
        let what = match (&fact.what, new) {
            (What::Message(_), true) => "message",
            (What::Status { .. }, true) => "status",
            (What::Nothing, _) => "nothing",
            _ => "sighting",
        };
        let row = Row {
            what,
            surface: fact.surface,
            at,
            seen_at,
            sighting: sighting.map(|s| s.0),
            name: name.as_ref().map(|(id, _)| *id),
            founds,
            message,
            pointer: &item.pointer,
        };
        let event = self.event(&row, place)?;
        self.counts.applied += 1;
        self.counts.messages += u64::from(what == "message");
        self.counts.statuses += u64::from(what == "status");
        if let Some(sighting) = sighting {
            self.growth.entry(Entry::Sight(Sight {
                event,
                sighting,
                at: seen_at,
                portfolio: channel.portfolio,
                bsuid: set.bsuid,
                phone: set.phone,
                variant: set.variant,
                attested: set.attested,
                parent: set.parent,
                username: set.username,
                name: name.map(|(_, name)| name),
                founds,
                imported: fact.surface == Surface::Import,
            }))?;
        }
        Ok(())
    }

    /// The event of the same message that came before and named a business
    /// number where this one names none, or none where this one does. Ids are
    /// given once, so that such two are one message.
    fn copy(&self, fact: &Fact) -> Result<Option<i64>> {
        let Some((number, id)) = fact.message() else {
            return Ok(None);
        };
        if number.is_empty() {
            return self.named_copy(id, number);
        }
        if !self.session.intern.numbers.any_unnamed() {
            return Ok(None);
        }
        let unnamed = self.session.keys.find(self.db, &message_key("", id))?;
        match unnamed {
            // It may be that of another number, where ids are not WhatsApp's own.
            Some(event) if self.named_copy(id, number)?.is_none() => Ok(Some(event)),
            _ => Ok(None),
        }
    }

    /// The message of this id that came to another number than `own`.
    fn named_copy(&self, id: &str, own: &str) -> Result<Option<i64>> {
        for number in self.session.intern.numbers.ids().filter(|id| *id != own) {
            let found = self.session.keys.find(self.db, &message_key(number, id))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// The portfolio in which somebody was seen by an event.
    fn portfolio(&mut self, event: i64) -> Result<Option<PortfolioId>> {
        self.session.intern.write(self.db)?;
        let sql =
            "SELECT s.portfolio FROM event e JOIN sighting s ON s.id = e.sighting WHERE e.id = ?1";
        let mut query = self.db.prepare_cached(sql)?;
        let found = query.query_row([event], |r| r.get(0)).optional()?;
        Ok(found.map(PortfolioId))
    }

    fn conversation(&mut self, set: &Set, channel: i64, message: &Message) -> Result<i64> {
        let through = set.bsuid.or(set.phone).map_or(0, |i| i.id.0);
        let intern = &mut self.session.intern;
        match (&message.group, &message.thread) {
            (Some(group), _) => intern.conversation(self.db, 0, channel, &format!("group:{group}")),
            (None, thread) => {
                let thread = thread.as_deref().unwrap_or_default();
                intern.conversation(self.db, through, channel, thread)
            }
        }
    }

    /// Whether a set names an identifier that the event's own set does not.
    fn adds(&mut self, event: i64, row: [i64; 6]) -> Result<bool> {
        // It may have come in this batch: then its set has no row yet.
        self.session.intern.write(self.db)?;
        let stored = self
            .db
            .prepare_cached(
                "SELECT s.bsuid, s.phone, s.variant, s.attested, s.parent, s.username
                 FROM event e JOIN sighting s ON s.id = e.sighting WHERE e.id = ?1",
            )?
            .query_row([event], |r| numbers::<6>(r, 0))
            .optional()?
            .unwrap_or_default();
        Ok(row
            .iter()
            .zip(stored)
            .any(|(new, old)| *new != 0 && *new != old))
    }

    fn change(
        &mut self,
        fact: &Fact,
        item: &Item,
        claim: &ChangeClaim,
        known: Option<i64>,
        at: Timestamp,
        place: Place,
    ) -> Result<()> {
        let channel = self
            .session
            .intern
            .numbers
            .channel(self.db, &fact.channel, self.map)?;
        let intern = &mut self.session.intern;
        let (previous, current) = (
            intern.ids(self.db, &claim.previous, channel.portfolio)?,
            intern.ids(self.db, &claim.current, channel.portfolio)?,
        );
        let labels = intern.set(self.db, &fact.seen, channel.portfolio)?;
        let username = labels.username;
        // By what it names as it was told: which rows that means depends on
        // what is known of the business's own numbers by now.
        let named = format!("{}|{:?}|{:?}", fact.key, claim.previous, claim.current);
        let rows = |side: &Ids| side.all().map(|i| i.id.0).collect::<Vec<_>>();
        let same = match known {
            Some(event) => self.same_claim(event, &rows(&previous), &rows(&current))?,
            None => false,
        };
        if same || (self.claim_key(&named)?.is_some() && known.is_some()) {
            self.counts.duplicate += 1;
            return Ok(());
        }
        let set = Set {
            portfolio: channel.portfolio.0,
            bsuid: current.bsuid,
            phone: current.phone,
            parent: current.parent,
            username,
            ..Set::default()
        };
        self.load(previous.keys().chain(current.keys()))?;
        let sighting = self.session.intern.sighting(self.db, &set)?;
        let name = self.session.intern.name(self.db, &fact.seen)?;
        let (name_row, name) = name.unzip();
        let row = Row {
            what: "change",
            surface: fact.surface,
            at,
            seen_at: at,
            sighting: Some(sighting.0),
            name: name_row,
            founds: false,
            message: None,
            pointer: &item.pointer,
        };
        let event = self.event(&row, place)?;
        let change = Change {
            event,
            sighting,
            at,
            portfolio: channel.portfolio,
            kind: claim.kind,
            previous,
            current,
            username,
            name,
        };
        self.claims.insert(event.0, Claim::of(&change));
        self.growth.entry(Entry::Change(change))?;
        self.counts.applied += 1;
        Ok(())
    }

    fn same_claim(&self, event: i64, previous: &[i64], current: &[i64]) -> Result<bool> {
        let told = match self.claims.get(&event) {
            Some(claim) => Some([claim.previous, claim.current]),
            None => Claim::named_by(self.db, event)?,
        };
        let named = |ids: &[i64]| ids.iter().copied().filter(|id| *id > 0).collect::<Vec<_>>();
        Ok(told.is_some_and(|[was, is]| named(&was) == previous && named(&is) == current))
    }
}

/// The time an item tells. One more than a day after arrival, or none, counts as
/// arrival.
pub(in crate::store::sqlite) fn time(fact: &Fact, arrived: Timestamp) -> Timestamp {
    let latest = if fact.surface == Surface::KapsoIdentity {
        arrived
    } else {
        arrived.plus(DAY)
    };
    let told = fact.at.filter(|at| *at <= latest && at.0 >= 0);
    told.unwrap_or(arrived)
}

/// The key of an item together with the identifiers that it shows, as they
/// were told.
pub(in crate::store::sqlite) fn key_with_ids(fact: &Fact) -> String {
    let s = &fact.seen;
    format!(
        "{}|{:?}|{:?}|{:?}|{:?}|{:?}|{:?}",
        fact.key, s.bsuid, s.phone, s.second_phone, s.attested, s.parent, s.username
    )
}
