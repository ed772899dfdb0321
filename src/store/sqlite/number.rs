//! The numbers of the business: which portfolio traffic belongs to, and which
//! phones are no person's.

use crate::domain::fact::Channel;
use crate::domain::identifier::PhoneKey;
use crate::domain::ids::PortfolioId;
use crate::store::{PortfolioMap, Result, StoreError};
use compact_str::CompactString;
use rusqlite::{Connection, params};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// A business number as stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChannelRow {
    pub(super) id: i64,
    pub(super) portfolio: PortfolioId,
}

/// The business numbers that were met.
pub(super) struct Numbers {
    channels: HashMap<Channel, ChannelRow>,
    /// Meta's ids of those that are stored; an empty one of what named none.
    ids: BTreeSet<CompactString>,
    /// The last one asked for: traffic comes in runs of one number.
    last: Option<(Channel, ChannelRow)>,
    business: HashSet<Box<str>>,
}

impl Numbers {
    /// Reads the numbers of the business itself.
    pub(super) fn start(db: &Connection) -> Result<Self> {
        let mut query = db.prepare("SELECT value FROM business_phone")?;
        let business = query.query_map([], |r| r.get::<_, String>(0))?;
        let business = business
            .map(|r| r.map(String::into_boxed_str))
            .collect::<rusqlite::Result<_>>()?;
        let mut query = db.prepare("SELECT phone_number_id FROM channel")?;
        let ids = query.query_map([], |r| r.get::<_, String>(0))?;
        let ids = ids
            .map(|r| r.map(CompactString::from))
            .collect::<rusqlite::Result<_>>()?;
        Ok(Self {
            business,
            ids,
            channels: HashMap::new(),
            last: None,
        })
    }

    /// Whether a phone is a number of the business.
    pub(super) fn is_business(&self, phone: &str) -> bool {
        self.business.contains(phone)
    }

    /// Meta's ids of the business numbers.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().map(|id| &**id).filter(|id| !id.is_empty())
    }

    /// Whether traffic came that named no number.
    pub(super) fn any_unnamed(&self) -> bool {
        self.ids.contains("")
    }

    /// The business number and its portfolio.
    pub(super) fn channel(
        &mut self,
        db: &Connection,
        channel: &Channel,
        map: &PortfolioMap,
    ) -> Result<ChannelRow> {
        if let Some((last, row)) = &self.last
            && last == channel
        {
            return Ok(*row);
        }
        let row = match self.channels.get(channel) {
            Some(known) => *known,
            None => self.meet(db, channel, map)?,
        };
        self.last = Some((channel.clone(), row));
        Ok(row)
    }

    fn meet(
        &mut self,
        db: &Connection,
        channel: &Channel,
        map: &PortfolioMap,
    ) -> Result<ChannelRow> {
        if let Some(phone) = &channel.display_phone {
            db.execute(
                "INSERT OR IGNORE INTO business_phone VALUES (?1)",
                [phone.as_str()],
            )?;
            self.business.insert(phone.as_str().into());
        }
        let named = channel.portfolio.as_deref();
        let name = named.unwrap_or_else(|| {
            map.portfolio(channel.waba.as_deref(), channel.phone_number_id.as_deref())
        });
        if named.is_none()
            && channel.waba.is_none()
            && let Some(number) = &channel.phone_number_id
        {
            db.execute(
                "INSERT OR IGNORE INTO meta VALUES (?1, ?2)",
                [&format!("{ALONE}{number}"), name],
            )?;
        }
        let portfolio = portfolio(db, name)?;
        let id = met(db, channel, portfolio)?;
        let row = ChannelRow { id, portfolio };
        let number = channel.phone_number_id.as_deref().unwrap_or_default();
        self.ids.insert(number.into());
        self.channels.insert(channel.clone(), row);
        Ok(row)
    }
}

/// Under this and a number is kept of which portfolio deliveries are that name
/// the number and not its WABA: its row can be that of both.
const ALONE: &str = "alone ";

/// The numbers that deliveries named without their WABA, and the portfolio that
/// these are of.
pub(super) fn alone(db: &Connection) -> Result<BTreeMap<String, String>> {
    let sql = "SELECT substr(key, ?2), value FROM meta WHERE key GLOB ?1 || '*'";
    let mut query = db.prepare_cached(sql)?;
    let from = i64::try_from(ALONE.len() + 1).unwrap_or(0);
    let rows = query.query_map(params![ALONE, from], |r| Ok((r.get(0)?, r.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Keeps of which portfolio they are under another map.
pub(super) fn keep_alone(db: &Connection, map: &PortfolioMap) -> Result<()> {
    for number in alone(db)?.keys() {
        db.execute(
            "UPDATE meta SET value = ?2 WHERE key = ?1",
            [
                &format!("{ALONE}{number}"),
                map.portfolio(None, Some(number)),
            ],
        )?;
    }
    Ok(())
}

/// The row of a business number in a portfolio; what it did not tell yet is
/// added to it.
pub(super) fn met(db: &Connection, channel: &Channel, portfolio: PortfolioId) -> Result<i64> {
    let number = channel.phone_number_id.as_deref().unwrap_or_default();
    let display = channel.display_phone.as_ref().map(PhoneKey::as_str);
    let id = db.query_row(
        "INSERT INTO channel (phone_number_id, waba, display_phone, portfolio) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (phone_number_id, portfolio) DO UPDATE SET
           waba = coalesce(waba, excluded.waba), display_phone = coalesce(display_phone, excluded.display_phone)
         RETURNING id",
        params![number, channel.waba.as_deref(), display, portfolio.0],
        |r| r.get(0),
    )?;
    Ok(id)
}

pub(super) fn portfolio(db: &Connection, name: &str) -> Result<PortfolioId> {
    db.execute("INSERT OR IGNORE INTO portfolio (name) VALUES (?1)", [name])?;
    Ok(PortfolioId(db.query_row(
        "SELECT id FROM portfolio WHERE name = ?1",
        [name],
        |r| r.get(0),
    )?))
}

impl PortfolioMap {
    /// The portfolio of a business number: by WABA, else by phone number id,
    /// else the one named for input that names no number, else `default`.
    pub(super) fn portfolio(&self, waba: Option<&str>, number: Option<&str>) -> &str {
        waba.and_then(|w| self.wabas.get(w))
            .or_else(|| number.and_then(|n| self.phone_number_ids.get(n)))
            .or_else(|| {
                self.unnamed
                    .as_ref()
                    .filter(|_| waba.is_none() && number.is_none())
            })
            .map_or("default", String::as_str)
    }

    /// Refuses a map that would move traffic already stored.
    pub(super) fn check(&self, db: &Connection) -> Result<()> {
        let mut query = db.prepare_cached(
            "SELECT c.phone_number_id, c.waba, p.name FROM channel c JOIN portfolio p ON p.id = c.portfolio
             WHERE c.phone_number_id <> '' OR c.waba IS NOT NULL",
        )?;
        let rows = query.query_map([], |r| {
            Ok((
                r.get::<_, String>(0)?,
                r.get::<_, Option<String>>(1)?,
                r.get::<_, String>(2)?,
            ))
        })?;
        for row in rows {
            let (number, waba, stored) = row?;
            let number = Some(number.as_str()).filter(|n| !n.is_empty());
            if self.portfolio(waba.as_deref(), number) != stored {
                let which = number.or(waba.as_deref()).unwrap_or_default();
                return Err(StoreError::Rescope(format!("business number {which}")));
            }
        }
        for (number, stored) in alone(db)? {
            if self.portfolio(None, Some(&number)) != stored {
                let which = format!("business number {number}, where it stands without its WABA,");
                return Err(StoreError::Rescope(which));
            }
        }
        Ok(())
    }
}
