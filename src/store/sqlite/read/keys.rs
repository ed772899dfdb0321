//! What is searched, of everything at once: for an index that a terminal keeps
//! in memory while somebody searches. One pass over each table, in the order of
//! an index; the same texts that `cases` and `search` show and compare.

use super::cases;
use super::group::Group;
use super::holder::home;
use super::query::{rows, time, word};
use crate::domain::case::{Action, CaseKind, CaseState};
use crate::domain::identifier::Kind;
use crate::domain::ids::{CaseId, ContactId};
use crate::domain::text;
use crate::domain::time::Timestamp;
use crate::review::page::{CaseRow, ContactHit};
use crate::review::search::CaseKey;
use crate::store::{Result, StoreError};
use rusqlite::{Connection, Rows};
use std::collections::{BTreeMap, HashMap};

/// Columns of the cases of a state in the order of the queue, as SQL; `id` and
/// `confidence` come first, and `?1` is now.
fn in_order(columns: &str, state: Option<CaseState>) -> String {
    let arms = cases::arms(state);
    let arms: Vec<String> = arms
        .into_iter()
        .map(|arm| format!("SELECT id, confidence{columns} FROM cases WHERE {arm} AND ?1 = ?1"))
        .collect();
    format!("{} ORDER BY confidence DESC, id", arms.join(" UNION ALL "))
}

/// The cases of a state in the order of the queue.
pub(in crate::store::sqlite) fn order(
    db: &Connection,
    state: Option<CaseState>,
    now: Timestamp,
) -> Result<Vec<CaseId>> {
    let mut order: Vec<(f64, CaseId)> = Vec::new();
    let mut runs = 0;
    for arm in cases::arms(state) {
        let sql = format!(
            "SELECT id, confidence FROM cases WHERE {arm} AND ?1 = ?1 ORDER BY confidence DESC, id"
        );
        let run = rows(db, &sql, [now.0], |r| Ok((r.get(1)?, CaseId(r.get(0)?))))?;
        runs += usize::from(!run.is_empty());
        order.extend(run);
    }
    // Each comes in order; merged here, since most often there is but one.
    if runs > 1 {
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    }
    Ok(order.into_iter().map(|(_, case)| case).collect())
}

/// These cases, in this order; those that are gone are left out.
pub(in crate::store::sqlite) fn case_rows(
    db: &Connection,
    ids: &[CaseId],
    now: Timestamp,
) -> Result<Vec<CaseRow>> {
    let mut found = Vec::with_capacity(ids.len());
    for &id in ids {
        match cases::load(db, id, now) {
            Ok(loaded) => found.push(loaded.row),
            Err(StoreError::Unknown(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// The members of every case's groups: case, member.
const MEMBERS: &str = r#"WITH side AS (
    SELECT cc."case" AS k, c.canonical AS g FROM case_contact cc JOIN contact c ON c.id = cc.contact
     WHERE c.present),
  member AS (
    SELECT k, g AS m FROM side
     UNION SELECT k, c.id FROM side CROSS JOIN contact c ON c.canonical = g AND c.canonical <> c.id AND c.present)"#;

/// What the cases of a state are filtered and ordered by, in the order of the
/// queue.
pub(in crate::store::sqlite) fn case_keys(
    db: &Connection,
    state: Option<CaseState>,
    now: Timestamp,
) -> Result<Vec<CaseKey>> {
    let columns = ", kind, json_extract(suggestion, '$.action'), json_extract(suggestion, '$.confidence'), opened_at";
    let sql = in_order(columns, state);
    let mut keys = rows(db, &sql, [now.0], |r| {
        Ok(CaseKey {
            case: CaseId(r.get(0)?),
            kind: word(r, 2, CaseKind::parse)?,
            action: word(r, 3, Action::parse)?,
            confidence: r.get(4)?,
            opened_at: time(r, 5)?,
            words: String::new(),
            phones: String::new(),
            ids: String::new(),
        })
    })?;
    let places: HashMap<i64, usize> = keys.iter().map(|key| key.case.0).zip(0..).collect();
    let mut note = |sql: &str| -> Result<()> {
        let mut query = db.prepare_cached(sql)?;
        let mut found = query.query([])?;
        while let Some(r) = found.next()? {
            if let Some(&place) = places.get(&r.get::<_, i64>(0)?) {
                let value = r.get_ref(2)?.as_str().unwrap_or_default();
                // Words of a name are folded, and found as those of a username.
                let kind = match r.get_ref(1)?.as_str() {
                    Ok("name") => Kind::Username,
                    _ => word(r, 1, Kind::parse)?,
                };
                keys[place].add(kind, value);
            }
        }
        Ok(())
    };
    note(&format!(
        "{MEMBERS} SELECT k, 'name', words FROM member JOIN contact ON id = m WHERE words <> ''"
    ))?;
    for table in ["link", "label"] {
        note(&format!(
            "{MEMBERS} SELECT k, i.kind, i.value FROM member CROSS JOIN {table} l ON l.contact = m
               CROSS JOIN identifier i ON i.id = l.identifier"
        ))?;
    }
    note("SELECT c.id, i.kind, i.value FROM cases c JOIN identifier i ON i.id = c.identifier")?;
    note(
        "SELECT c.id, i.kind, i.value FROM cases c JOIN claim ON claim.event = c.change
           CROSS JOIN identifier i ON i.id IN (current_bsuid, current_parent, current_phone)",
    )?;
    dissolved(db, &mut keys, &places)?;
    Ok(keys)
}

/// Where the evidence names a contact that is none any more, whoever holds what
/// it held: few, and each asked for by itself.
fn dissolved(db: &Connection, keys: &mut [CaseKey], places: &HashMap<i64, usize>) -> Result<()> {
    let sql = r#"SELECT cc."case", c.id FROM contact c CROSS JOIN case_contact cc ON cc.contact = c.id
                  WHERE NOT c.present"#;
    let named = rows(db, sql, [], |r| {
        Ok((r.get::<_, i64>(0)?, ContactId(r.get(1)?)))
    })?;
    for (case, contact) in named {
        let Some(key) = places.get(&case).and_then(|&place| keys.get_mut(place)) else {
            continue;
        };
        if let Some(home) = home(db, contact)? {
            let group = Group::of(db, home)?;
            let identifiers = group.identifiers(db)?;
            key.add(Kind::Username, &group.name(db, &identifiers)?);
            for id in &identifiers {
                key.add(id.kind, &id.value);
            }
        }
    }
    Ok(())
}

/// One of the ordered streams of a contact's texts.
struct Stream<'s> {
    rows: Rows<'s>,
    /// The row read ahead: contact and its folded text.
    ahead: Option<(i64, String)>,
}

impl<'s> Stream<'s> {
    fn new(rows: Rows<'s>) -> Result<Self> {
        let mut stream = Self { rows, ahead: None };
        stream.step()?;
        Ok(stream)
    }

    fn step(&mut self) -> Result<()> {
        self.ahead = match self.rows.next()? {
            None => None,
            Some(r) => {
                let value = r.get_ref(1)?.as_str().unwrap_or_default();
                Some((r.get(0)?, text::fold(value)))
            }
        };
        Ok(())
    }

    /// Adds what there is of a contact.
    fn take(&mut self, contact: i64, texts: &mut String) -> Result<()> {
        while self.ahead.as_ref().is_some_and(|(id, _)| *id < contact) {
            self.step()?;
        }
        while let Some((id, text)) = &self.ahead {
            if *id != contact {
                break;
            }
            push(texts, text);
            self.step()?;
        }
        Ok(())
    }
}

fn push(texts: &mut String, text: &str) {
    if !texts.is_empty() && !text.is_empty() {
        texts.push(' ');
    }
    texts.push_str(text);
}

/// The folded texts of every canonical contact, separated by blanks: those of
/// one alone in the order of their ids, those of groups after them.
pub(in crate::store::sqlite) fn contacts(
    db: &Connection,
    each: &mut dyn FnMut(ContactId, &str),
) -> Result<()> {
    let held = |table: &str| {
        format!(
            "SELECT l.contact, i.value FROM {table} l CROSS JOIN identifier i ON i.id = l.identifier
              ORDER BY l.contact"
        )
    };
    let mut links = db.prepare_cached(&held("link"))?;
    let mut labels = db.prepare_cached(&held("label"))?;
    let mut links = Stream::new(links.query([])?)?;
    let mut labels = Stream::new(labels.query([])?)?;
    let mut groups: BTreeMap<i64, String> = BTreeMap::new();
    let sql = "SELECT c.id, c.canonical, c.words,
                      c.canonical <> c.id OR EXISTS (SELECT 1 FROM contact m
                        WHERE m.canonical = c.id AND m.canonical <> m.id)
                 FROM contact c WHERE c.present ORDER BY c.id";
    let mut query = db.prepare_cached(sql)?;
    let mut contacts = query.query([])?;
    let mut texts = String::new();
    while let Some(r) = contacts.next()? {
        let id: i64 = r.get(0)?;
        texts.clear();
        texts.push_str(r.get_ref(2)?.as_str().unwrap_or_default());
        links.take(id, &mut texts)?;
        labels.take(id, &mut texts)?;
        if r.get(3)? {
            push(groups.entry(r.get(1)?).or_default(), &texts);
        } else {
            each(ContactId(id), &texts);
        }
    }
    for (canonical, texts) in groups {
        each(ContactId(canonical), &texts);
    }
    Ok(())
}

/// These contacts with their scores, in this order; those that are gone are
/// left out.
pub(in crate::store::sqlite) fn hits(
    db: &Connection,
    scores: &[(ContactId, i64)],
) -> Result<Vec<ContactHit>> {
    let mut hits = Vec::with_capacity(scores.len());
    for &(contact, score) in scores {
        match Group::of(db, contact) {
            Ok(group) => hits.push(super::search::hit(db, &group, score)?),
            Err(StoreError::Unknown(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(hits)
}
