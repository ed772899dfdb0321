//! What an application asks: which canonical contact is this, as of now?
//!
//! A BSUID decides, even a former one; without it the phone, while somebody
//! holds it; without both a username, if exactly one contact shows it. Where
//! the answer could mislead, it says why.

use super::group::{Group, canonical};
use super::query::{first, list, rows, word};
use crate::domain::identifier::{Bsuid, Kind, Named};
use crate::domain::ids::{CaseId, ContactId, IdentifierId};
use crate::domain::link::LinkState;
use crate::review::page::{Conflict, Resolution};
use crate::store::{Query, Result, StoreError};
use rusqlite::{Connection, params};

/// An identifier's live link, or its last.
#[derive(Debug, Clone)]
struct Held {
    id: IdentifierId,
    contact: ContactId,
    state: LinkState,
    unconfirmed: bool,
    through: Option<i64>,
}

/// Answers a query.
pub(in crate::store::sqlite) fn resolve(db: &Connection, query: &Query) -> Result<Resolution> {
    let bsuid = match &query.bsuid {
        Some(named) => by_bsuid(db, named, query.portfolio.as_deref())?,
        None => None,
    };
    let phone = match &query.phone {
        Some(named) => held(db, "kind = 'phone' AND value = ?1", params![named.value])?,
        None => None,
    };
    let (phone, free) = match phone {
        Some(held) if held.state.is_live() => (Some(held), None),
        other => (None, other),
    };
    let found = bsuid
        .as_ref()
        .map(|h| (h, Kind::Bsuid))
        .or(phone.as_ref().map(|h| (h, Kind::Phone)));
    let Some((matched, kind)) = found else {
        return by_username(db, query, free.as_ref());
    };
    let conflict = match (&bsuid, &phone) {
        (Some(b), Some(p)) if b.contact != p.contact => Some(differ(db, b, p)?),
        (Some(_), Some(_)) => None,
        (None, Some(p)) if query.bsuid.is_some() && has_bsuid(db, p.contact, query)? => {
            Some(Conflict {
                case: open_case(db, p)?,
                phone_contact: Some(p.contact),
            })
        }
        _ => dispute(db, matched, kind)?,
    };
    Ok(Resolution {
        contact: Some(matched.contact),
        matched_by: Some(kind),
        provisional: matched.state == LinkState::Provisional,
        conflict,
        former_contact: None,
        unconfirmed: phone.is_some_and(|p| p.unconfirmed),
    })
}

/// The BSUID's holder. Without a portfolio it is the only one of that value.
fn by_bsuid(db: &Connection, named: &Named, portfolio: Option<&str>) -> Result<Option<Held>> {
    if let Some(name) = named.portfolio.as_deref().or(portfolio) {
        let which =
            "kind = 'bsuid' AND value = ?1 AND scope = (SELECT id FROM portfolio WHERE name = ?2)";
        return held(db, which, params![named.value, name]);
    }
    let sql = "SELECT p.name FROM identifier i JOIN portfolio p ON p.id = i.scope
               WHERE i.kind = 'bsuid' AND i.value = ?1
                 AND EXISTS (SELECT 1 FROM link WHERE identifier = i.id) ORDER BY p.id";
    let scopes = rows(db, sql, [&named.value], |r| r.get::<_, String>(0))?;
    match scopes.as_slice() {
        [] => Ok(None),
        [only] => by_bsuid(db, named, Some(only)),
        several => Err(StoreError::Ambiguous(format!(
            "bsuid:{} is known in the portfolios {}; name one with --portfolio",
            named.value,
            several.join(", ")
        ))),
    }
}

fn held(db: &Connection, which: &str, params: impl rusqlite::Params) -> Result<Option<Held>> {
    let sql = format!(
        "SELECT identifier, contact, state, unconfirmed, through FROM link
         WHERE identifier = (SELECT id FROM identifier WHERE {which})
         ORDER BY state <> 'former' DESC, ordinal DESC LIMIT 1"
    );
    let found = first(db, &sql, params, |r| {
        Ok(Held {
            id: IdentifierId(r.get(0)?),
            contact: ContactId(r.get(1)?),
            state: word(r, 2, LinkState::parse)?,
            unconfirmed: r.get(3)?,
            through: r.get(4)?,
        })
    })?;
    match found {
        Some(held) => Ok(Some(Held {
            contact: canonical(db, held.contact)?.unwrap_or(held.contact),
            ..held
        })),
        None => Ok(None),
    }
}

/// Neither BSUID nor phone is anybody's now: the username, and who held the phone.
fn by_username(db: &Connection, query: &Query, free: Option<&Held>) -> Result<Resolution> {
    let contact = match &query.username {
        Some(named) => {
            let sql = "SELECT DISTINCT c.canonical FROM identifier i JOIN label l ON l.identifier = i.id
                         JOIN contact c ON c.id = l.contact
                       WHERE i.kind = 'username' AND i.value = ?1 AND l.until IS NULL AND l.state <> 'former'";
            let shown = rows(db, sql, [&named.value], |r| r.get(0).map(ContactId))?;
            Some(shown)
                .filter(|s| s.len() == 1)
                .and_then(|s| s.first().copied())
        }
        None => None,
    };
    Ok(Resolution {
        contact,
        matched_by: contact.map(|_| Kind::Username),
        provisional: false,
        conflict: None,
        former_contact: free.map(|held| held.contact),
        unconfirmed: false,
    })
}

/// Whether a group holds a BSUID in the portfolio asked for: then an unknown
/// one beside its phone cannot be told from a recycled number.
fn has_bsuid(db: &Connection, contact: ContactId, query: &Query) -> Result<bool> {
    let named = query.bsuid.as_ref().and_then(|b| b.portfolio.as_ref());
    let portfolio = named.or(query.portfolio.as_ref());
    let identifiers = Group::of(db, contact)?.identifiers(db)?;
    Ok(identifiers.iter().any(|i| {
        i.kind == Kind::Bsuid
            && i.state.is_live()
            && (portfolio.is_none() || i.portfolio.as_ref() == portfolio)
            && Bsuid::parse(&i.value).is_some_and(|b| b.is_well_formed())
    }))
}

/// Phone and BSUID are two contacts': the case that asks about both, first one
/// that is about the phone.
fn differ(db: &Connection, bsuid: &Held, phone: &Held) -> Result<Conflict> {
    let sql = r#"SELECT c.id FROM case_contact s JOIN cases c ON c.id = s."case"
         WHERE s.contact IN (SELECT value FROM json_each(?1)) AND c.state IN ('open', 'deferred')
           AND EXISTS (SELECT 1 FROM case_contact o WHERE o."case" = c.id
                       AND o.contact IN (SELECT value FROM json_each(?2)))
         ORDER BY c.identifier IS NOT ?3, c.id LIMIT 1"#;
    let a = Group::of(db, bsuid.contact)?.ids(db)?;
    let b = Group::of(db, phone.contact)?.ids(db)?;
    let case = first(db, sql, params![list(&a), list(&b), phone.id.0], |r| {
        r.get(0).map(CaseId)
    })?;
    Ok(Conflict {
        case,
        phone_contact: Some(phone.contact),
    })
}

/// The identifier by which the contact was found is in dispute.
fn dispute(db: &Connection, matched: &Held, kind: Kind) -> Result<Option<Conflict>> {
    let case = open_case(db, matched)?;
    Ok(case.map(|case| Conflict {
        case: Some(case),
        phone_contact: Some(matched.contact).filter(|_| kind == Kind::Phone),
    }))
}

/// The case that asks whose an identifier is. A change through which it is
/// provisional is no dispute: the answer says `provisional`.
fn open_case(db: &Connection, held: &Held) -> Result<Option<CaseId>> {
    // `> 0` lets the partial indexes of the claims be used.
    let sql = "WITH told(change) AS (
                 SELECT change FROM claim WHERE current_bsuid = ?1 AND current_bsuid > 0
                 UNION SELECT change FROM claim WHERE current_phone = ?1 AND current_phone > 0)
               SELECT id FROM cases WHERE identifier = ?1 AND state IN ('open', 'deferred')
               UNION
               SELECT c.id FROM told t JOIN cases c ON c.key = 'change|' || t.change
               WHERE t.change IS NOT ?2 AND c.state IN ('open', 'deferred')
               ORDER BY 1 LIMIT 1";
    let own = held
        .through
        .filter(|_| held.state == LinkState::Provisional);
    first(db, sql, params![held.id.0, own], |r| r.get(0).map(CaseId))
}
