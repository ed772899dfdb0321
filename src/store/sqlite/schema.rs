//! The tables, as migrations: appended, never edited, one transaction each.
//!
//! Times are milliseconds since 1970 UTC. In a set of identifiers 0 stands for
//! none, so that a unique index can hold over them. What is *derived* equals a
//! replay of the events with the standing decisions (`doctor --replay`).

use super::error::Doing;
use crate::store::{Result, StoreError};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use std::path::Path;

/// Marks a file as a reunite store: "ReUn".
pub(super) const APPLICATION_ID: i32 = 0x5265_556e;

const MIGRATIONS: &[&str] = &[
    r#"
-- What came in -------------------------------------------------------------
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE portfolio (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE channel (
  id INTEGER PRIMARY KEY,
  phone_number_id TEXT NOT NULL,            -- '' for input that names no number
  waba TEXT, display_phone TEXT,
  portfolio INTEGER NOT NULL,
  UNIQUE (phone_number_id, portfolio));
CREATE TABLE business_phone (value TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE identifier (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL, value TEXT NOT NULL,
  scope INTEGER NOT NULL,                   -- portfolio of a BSUID, else 0
  well_formed INTEGER NOT NULL,
  UNIQUE (kind, value, scope));
CREATE TABLE name (id INTEGER PRIMARY KEY, raw TEXT NOT NULL, book INTEGER NOT NULL, UNIQUE (raw, book));
CREATE TABLE sighting (                     -- one row a distinct set
  id INTEGER PRIMARY KEY,
  portfolio INTEGER NOT NULL,
  bsuid INTEGER NOT NULL, phone INTEGER NOT NULL, variant INTEGER NOT NULL,
  attested INTEGER NOT NULL, parent INTEGER NOT NULL, username INTEGER NOT NULL,
  UNIQUE (bsuid, phone, portfolio, variant, attested, parent, username));
CREATE INDEX sighting_phone ON sighting (phone) WHERE phone > 0;
CREATE INDEX sighting_variant ON sighting (variant) WHERE variant > 0;
CREATE INDEX sighting_attested ON sighting (attested) WHERE attested > 0;
CREATE TABLE payload (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL); -- zstd of deliveries, one after another
CREATE TABLE event (
  id INTEGER PRIMARY KEY,                   -- the order of arrival
  surface TEXT NOT NULL,
  what TEXT NOT NULL,                       -- message status change sighting nothing unrecognised
  at INTEGER NOT NULL,                      -- the time it tells
  seen_at INTEGER NOT NULL,                 -- the time from which its sighting counts
  arrived INTEGER NOT NULL,
  sighting INTEGER, name INTEGER, founds INTEGER NOT NULL,
  payload INTEGER NOT NULL, start INTEGER NOT NULL, length INTEGER NOT NULL,
  pointer TEXT NOT NULL,
  conversation INTEGER, message TEXT, direction TEXT, kind TEXT, body TEXT);
CREATE INDEX event_sighting ON event (sighting) WHERE sighting IS NOT NULL;
CREATE INDEX event_conversation ON event (conversation, at, id) WHERE conversation IS NOT NULL;
CREATE TABLE event_key (key INTEGER PRIMARY KEY, event INTEGER NOT NULL);
CREATE TABLE conversation (
  id INTEGER PRIMARY KEY,
  identifier INTEGER NOT NULL,              -- what its messages came through; 0 in a group
  channel INTEGER NOT NULL,
  thread TEXT NOT NULL,                     -- Kapso's conversation id, 'group:ID', or ''
  messages INTEGER NOT NULL, last_at INTEGER NOT NULL,
  UNIQUE (identifier, channel, thread));
CREATE TABLE claim (                        -- what a change event says
  event INTEGER PRIMARY KEY,
  change INTEGER NOT NULL,                  -- the first event of the change it is a copy of; derived
  kind TEXT NOT NULL, portfolio INTEGER NOT NULL, at INTEGER NOT NULL, sighting INTEGER NOT NULL,
  previous_bsuid INTEGER NOT NULL, previous_parent INTEGER NOT NULL, previous_phone INTEGER NOT NULL,
  current_bsuid INTEGER NOT NULL, current_parent INTEGER NOT NULL, current_phone INTEGER NOT NULL);
CREATE INDEX claim_change ON claim (change);
CREATE INDEX claim_previous_bsuid ON claim (previous_bsuid) WHERE previous_bsuid > 0;
CREATE INDEX claim_previous_phone ON claim (previous_phone) WHERE previous_phone > 0;
CREATE INDEX claim_current_bsuid ON claim (current_bsuid) WHERE current_bsuid > 0;
CREATE INDEX claim_current_phone ON claim (current_phone) WHERE current_phone > 0;
CREATE TABLE quarantine (
  id INTEGER PRIMARY KEY, at INTEGER NOT NULL, source TEXT NOT NULL, reason TEXT NOT NULL,
  pointer TEXT NOT NULL, bytes BLOB NOT NULL);

-- What was decided ---------------------------------------------------------
CREATE TABLE decision (
  id INTEGER PRIMARY KEY,
  batch INTEGER, action TEXT NOT NULL, "case" INTEGER,
  operator TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT,
  after INTEGER NOT NULL,                   -- the last event that had arrived
  terms TEXT NOT NULL,                      -- JSON: what exactly was answered
  undoes INTEGER,
  undone_by INTEGER);                       -- NULL while it stands
CREATE INDEX decision_case ON decision ("case");
CREATE INDEX decision_batch ON decision (batch) WHERE batch IS NOT NULL;
-- The standing decisions again, by what they name; derived from decision.
CREATE TABLE edge (decision INTEGER NOT NULL, a INTEGER NOT NULL, b INTEGER NOT NULL,
  survivor INTEGER NOT NULL, after INTEGER NOT NULL, PRIMARY KEY (decision, a, b)) WITHOUT ROWID;
CREATE INDEX edge_a ON edge (a);
CREATE INDEX edge_b ON edge (b);
CREATE TABLE wall (decision INTEGER NOT NULL, a INTEGER NOT NULL, b INTEGER NOT NULL,
  after INTEGER NOT NULL, PRIMARY KEY (decision, a, b)) WITHOUT ROWID;
CREATE INDEX wall_a ON wall (a);
CREATE INDEX wall_b ON wall (b);
CREATE TABLE relink (decision INTEGER PRIMARY KEY, identifier INTEGER NOT NULL, contact INTEGER,
  since INTEGER NOT NULL);
CREATE INDEX relink_identifier ON relink (identifier);
CREATE INDEX relink_contact ON relink (contact);
CREATE TABLE verdict (change INTEGER PRIMARY KEY, decision INTEGER NOT NULL, accepted INTEGER NOT NULL);
CREATE TABLE audit (
  entry INTEGER PRIMARY KEY,
  at TEXT NOT NULL, operator TEXT NOT NULL, action TEXT NOT NULL,
  decision INTEGER, batch INTEGER, undoes INTEGER, "case" INTEGER, reason TEXT,
  before TEXT NOT NULL, after TEXT NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TRIGGER audit_keeps BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is not edited'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit log is not cut'); END;

-- What follows: derived ----------------------------------------------------
CREATE TABLE contact (
  id INTEGER PRIMARY KEY,                   -- for ever
  founder_event INTEGER, founder_decision INTEGER,
  chief INTEGER NOT NULL, founded_at INTEGER NOT NULL,
  present INTEGER NOT NULL,                 -- 0: the founding entry founds no contact any more
  canonical INTEGER NOT NULL,
  name TEXT NOT NULL,
  words TEXT NOT NULL,                      -- folded words of all names, space-separated
  last_seen INTEGER);
CREATE UNIQUE INDEX contact_event ON contact (founder_event) WHERE founder_event IS NOT NULL;
CREATE UNIQUE INDEX contact_decision ON contact (founder_decision) WHERE founder_decision IS NOT NULL;
CREATE INDEX contact_chief ON contact (chief);
CREATE INDEX contact_canonical ON contact (canonical) WHERE canonical <> id;
CREATE TABLE link (                         -- BSUIDs and phones
  identifier INTEGER NOT NULL, ordinal INTEGER NOT NULL,
  since INTEGER NOT NULL, until INTEGER,
  contact INTEGER NOT NULL, state TEXT NOT NULL,
  through INTEGER,                          -- the change it was first seen through
  pinned INTEGER,                           -- the relink that placed it
  unconfirmed INTEGER NOT NULL,
  PRIMARY KEY (identifier, ordinal)) WITHOUT ROWID;
CREATE INDEX link_contact ON link (contact);
CREATE UNIQUE INDEX link_live ON link (identifier) WHERE state <> 'former';
CREATE TABLE label (                        -- usernames and parent BSUIDs
  contact INTEGER NOT NULL, ordinal INTEGER NOT NULL,
  identifier INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER, state TEXT NOT NULL,
  PRIMARY KEY (contact, ordinal)) WITHOUT ROWID;
CREATE INDEX label_identifier ON label (identifier);
CREATE TABLE cases (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL, state TEXT NOT NULL, version INTEGER NOT NULL,
  asked INTEGER NOT NULL,                   -- the evidence still asks
  opened_at INTEGER NOT NULL, first_event INTEGER NOT NULL, last_event INTEGER NOT NULL,
  identifier INTEGER,                       -- in dispute
  change INTEGER,                           -- its first event
  until INTEGER,                            -- deferred
  superseded_by TEXT,
  confidence REAL NOT NULL, suggestion TEXT NOT NULL);
CREATE INDEX cases_queue ON cases (state, confidence DESC, id);
CREATE INDEX cases_identifier ON cases (identifier) WHERE identifier IS NOT NULL;
CREATE TABLE case_contact ("case" INTEGER NOT NULL, ordinal INTEGER NOT NULL, contact INTEGER NOT NULL,
  PRIMARY KEY ("case", ordinal)) WITHOUT ROWID;
CREATE INDEX case_contact_contact ON case_contact (contact);
CREATE TABLE evidence ("case" INTEGER NOT NULL, sighting INTEGER NOT NULL, event INTEGER NOT NULL,
  at INTEGER NOT NULL, count INTEGER NOT NULL, last INTEGER NOT NULL,
  PRIMARY KEY ("case", sighting)) WITHOUT ROWID;
"#,
    r"
-- The figures of the overview, and undo by operator and time.
CREATE INDEX cases_opened ON cases (state, opened_at, kind, until);
CREATE INDEX cases_arrived ON cases (opened_at);
CREATE INDEX decision_at ON decision (at, operator);
",
    r"
-- How a quarantined delivery was read: the reader's words, '' for a webhook of any format.
ALTER TABLE quarantine ADD COLUMN manner TEXT NOT NULL DEFAULT '';
",
    r#"
-- Batches, claims, proposals -------------------------------------------------
CREATE TABLE batch (
  id INTEGER PRIMARY KEY,
  plan TEXT NOT NULL UNIQUE,                -- the number of the plan that it carries out
  filter TEXT NOT NULL, operator TEXT NOT NULL, at INTEGER NOT NULL,
  finished INTEGER NOT NULL);               -- 0: stopped or under way
CREATE INDEX batch_unfinished ON batch (operator, filter) WHERE NOT finished;
CREATE TABLE batch_touch (                  -- what an unfinished batch itself did to cases
  batch INTEGER NOT NULL, "case" INTEGER NOT NULL,
  raised INTEGER NOT NULL,                  -- how often the version
  moot INTEGER NOT NULL,                    -- no question any more by this
  PRIMARY KEY (batch, "case")) WITHOUT ROWID;
CREATE TABLE looking ("case" INTEGER PRIMARY KEY, operator TEXT NOT NULL, until INTEGER NOT NULL);
CREATE TABLE proposal (
  id INTEGER PRIMARY KEY,
  batch INTEGER, "case" INTEGER NOT NULL, version INTEGER NOT NULL,
  answer TEXT NOT NULL,                     -- JSON: an action with its terms
  operator TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT,
  state TEXT NOT NULL, settled_by TEXT, settled_at INTEGER, decision INTEGER);
CREATE INDEX proposal_waiting ON proposal ("case") WHERE state = 'waiting';
"#,
    "
-- The event that showed a parent BSUID first on its contact.
ALTER TABLE label ADD COLUMN event INTEGER NOT NULL DEFAULT 0;
",
    r#"
-- Entries of format 2 also tell where they were written and what was decided.
ALTER TABLE audit ADD COLUMN format INTEGER NOT NULL DEFAULT 1;
ALTER TABLE audit ADD COLUMN store TEXT;
ALTER TABLE audit ADD COLUMN host TEXT;
ALTER TABLE audit ADD COLUMN program TEXT;
ALTER TABLE audit ADD COLUMN event INTEGER;
ALTER TABLE audit ADD COLUMN terms TEXT;
CREATE INDEX audit_decision ON audit (decision) WHERE decision IS NOT NULL;
CREATE INDEX audit_case ON audit ("case") WHERE decision IS NULL;
CREATE TRIGGER audit_grows BEFORE INSERT ON audit
  WHEN NEW.entry IS NOT (SELECT coalesce(max(entry), 0) + 1 FROM audit)
    OR NEW.prev IS NOT coalesce((SELECT hash FROM audit ORDER BY entry DESC LIMIT 1), '')
  BEGIN SELECT RAISE(ABORT, 'the audit log only grows, at its end'); END;
CREATE TRIGGER decision_stays BEFORE DELETE ON decision
  BEGIN SELECT RAISE(ABORT, 'a decision is not taken out of the log'); END;
CREATE TRIGGER decision_keeps BEFORE UPDATE OF id, batch, action, "case", operator, at, reason, after, undoes
  ON decision BEGIN SELECT RAISE(ABORT, 'a decision is written once'); END;
CREATE TRIGGER decision_terms BEFORE UPDATE OF terms ON decision
  WHEN EXISTS (SELECT 1 FROM audit WHERE decision = OLD.id)
    -- The row of an identifier has another number after a rescope.
    AND json_remove(OLD.terms, '$.identifier_id') <> json_remove(NEW.terms, '$.identifier_id')
  BEGIN SELECT RAISE(ABORT, 'a decision is written once'); END;
CREATE TABLE decision_contact (             -- whom a decision names; derived from its terms
  contact INTEGER NOT NULL, decision INTEGER NOT NULL, PRIMARY KEY (contact, decision)) WITHOUT ROWID;
INSERT OR IGNORE INTO decision_contact SELECT j.value, d.id FROM decision d, json_each(d.terms, '$.contacts') j;
INSERT OR IGNORE INTO decision_contact SELECT j.value, d.id FROM decision d, json_each(d.terms) j
  WHERE j.key IN ('survivor', 'contact', 'from', 'to') AND j.type = 'integer';
-- A silent edit of a sighting shows; NULL for those of before.
ALTER TABLE sighting ADD COLUMN seal INTEGER;
"#,
    r"
-- Events are appended; how they are found lies in tables of their own, filled
-- in key order once a batch. What events of one kind share is kept once.
CREATE TABLE shape (
  id INTEGER PRIMARY KEY,
  surface TEXT NOT NULL, what TEXT NOT NULL, founds INTEGER NOT NULL, pointer TEXT NOT NULL,
  direction TEXT NOT NULL, kind TEXT NOT NULL,        -- of a message, else ''
  UNIQUE (what, surface, founds, pointer, direction, kind));
CREATE TABLE timeline (                     -- the messages of a conversation
  conversation INTEGER NOT NULL, at INTEGER NOT NULL, event INTEGER NOT NULL, sighting INTEGER NOT NULL,
  PRIMARY KEY (conversation, at, event)) WITHOUT ROWID;
CREATE TABLE seen (                         -- all other events that show a set
  sighting INTEGER NOT NULL, at INTEGER NOT NULL, event INTEGER NOT NULL,
  PRIMARY KEY (sighting, at, event)) WITHOUT ROWID;
INSERT INTO shape (surface, what, founds, pointer, direction, kind)
  SELECT DISTINCT surface, what, founds, pointer, coalesce(direction, ''), coalesce(kind, '') FROM event;
INSERT INTO timeline SELECT conversation, at, id, coalesce(sighting, 0) FROM event
  WHERE conversation IS NOT NULL ORDER BY 1, 2, 3;
INSERT INTO seen SELECT e.sighting, e.seen_at, e.id FROM event e LEFT JOIN conversation c ON c.id = e.conversation
  WHERE e.sighting IS NOT NULL AND (c.id IS NULL OR c.thread LIKE 'group:%') ORDER BY 1, 2, 3;
CREATE TABLE event_2 (
  id INTEGER PRIMARY KEY,                   -- the order of arrival
  shape INTEGER NOT NULL,
  at INTEGER NOT NULL,                      -- the time it tells
  seen_at INTEGER NOT NULL,                 -- the time from which its sighting counts
  arrived INTEGER NOT NULL,
  sighting INTEGER, name INTEGER,
  payload INTEGER NOT NULL, start INTEGER NOT NULL, length INTEGER NOT NULL,
  conversation INTEGER, message TEXT, body TEXT);
INSERT INTO event_2 SELECT e.id, s.id, e.at, e.seen_at, e.arrived, e.sighting, e.name, e.payload, e.start, e.length,
    e.conversation, e.message, e.body
  FROM event e JOIN shape s ON s.what = e.what AND s.surface = e.surface AND s.founds = e.founds
    AND s.pointer = e.pointer AND s.direction = coalesce(e.direction, '') AND s.kind = coalesce(e.kind, '')
  ORDER BY e.id;
DROP TABLE event;
ALTER TABLE event_2 RENAME TO event;
-- How many messages a conversation has, and when a contact was last seen, is counted when it is asked.
ALTER TABLE conversation DROP COLUMN messages;
ALTER TABLE conversation DROP COLUMN last_at;
ALTER TABLE contact DROP COLUMN last_seen;
",
    "
-- FAIL instead of ABORT: so that it can be taken back alone, each entry had the pages that it changes copied.
DROP TRIGGER audit_grows;
CREATE TRIGGER audit_grows BEFORE INSERT ON audit
  WHEN NEW.entry IS NOT (SELECT coalesce(max(entry), 0) + 1 FROM audit)
    OR NEW.prev IS NOT coalesce((SELECT hash FROM audit ORDER BY entry DESC LIMIT 1), '')
  BEGIN SELECT RAISE(FAIL, 'the audit log only grows, at its end'); END;
",
    "
-- The rule of four eyes in force is the last that the log tells.
CREATE INDEX audit_rule ON audit (entry) WHERE action = 'rule';
",
    "
-- Whether any contact is dissolved, which few stores know.
CREATE INDEX contact_dissolved ON contact (chief) WHERE NOT present;
",
    "
-- A rule stands beside no decision and no case, by which it is found as well; each entry paid for that index.
DROP INDEX audit_rule;
",
];

/// The newest schema that this program knows.
// A handful of migrations.
#[allow(clippy::cast_possible_wrap)]
pub(super) const KNOWN: i64 = MIGRATIONS.len() as i64;

/// Which rules links, contacts and cases, with what is suggested, follow from the
/// events by. It rises where they change so that a replay of an older store gives
/// something else; `meta` keeps by which a store was filled. Under 1 a suggestion
/// did not follow the names and BSUIDs that its sides showed later, and what was
/// kept apart as a claim was asked again as a conflict.
const RULES: i64 = 2;

/// Whether a store was filled under older rules. What it holds is whole; what
/// the rules of today ask besides comes with a replay.
pub(super) fn is_outdated(db: &Connection) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM event)
                 AND coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'rules'), 0) < ?1";
    db.query_row(sql, [RULES], |r| r.get(0))
        .doing("looking which rules the store follows")
}

/// Notes that the store follows the rules of today.
pub(super) fn follow_rules(db: &Connection) -> Result<()> {
    db.execute(
        "INSERT OR REPLACE INTO meta VALUES ('rules', ?1)",
        [RULES.to_string()],
    )
    .doing("noting which rules the store follows")?;
    Ok(())
}

/// Which reading of deliveries events come from. It rises where one is read
/// otherwise: events stay as they were read, and `doctor --replay` does not blame
/// those of an older reading for it. Under 1 nothing of `standby`, of
/// `messaging_handovers` and of what lies inside of a log was read; under 2 blank
/// fields at times counted as there, fewer words for an identifier were known, and
/// a masked phone refused the BSUID beside it.
const READER: i64 = 3;

/// Notes which reading events come from, from this one on.
pub(super) fn note_reader(db: &Connection, next: i64) -> Result<()> {
    let doing = "noting which reader the store is filled by";
    let sql = "INSERT INTO meta VALUES ('reader', ?1 || ' ' || ?2) ON CONFLICT (key) DO UPDATE
               SET value = excluded.value WHERE value NOT LIKE ?1 || ' %'";
    let mut note = db.prepare_cached(sql).doing(doing)?;
    note.execute([READER, next]).doing(doing)?;
    Ok(())
}

/// The first event of the reading of today; all others may be of an older one.
pub(super) fn read_since(db: &Connection) -> Result<i64> {
    let sql = "SELECT value FROM meta WHERE key = 'reader'";
    let kept: Option<String> = db.query_row(sql, [], |r| r.get(0)).optional()?;
    let kept = kept.as_deref().and_then(|kept| kept.split_once(' '));
    let since = kept.filter(|(reader, _)| *reader == READER.to_string());
    Ok(since
        .and_then(|(_, since)| since.parse().ok())
        .unwrap_or(i64::MAX))
}

/// Checks that the file is a store of a known schema.
pub(super) fn check(db: &Connection, path: &Path) -> Result<i64> {
    let application: i32 = db
        .pragma_query_value(None, "application_id", |r| r.get(0))
        .doing("reading the header")?;
    let version: i64 = db
        .pragma_query_value(None, "user_version", |r| r.get(0))
        .doing("reading the header")?;
    if application != APPLICATION_ID {
        return Err(StoreError::Foreign(path.to_owned()));
    }
    if version > KNOWN {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found: version,
            known: KNOWN,
        });
    }
    Ok(version)
}

/// Brings a store to the newest schema, one transaction a step.
pub(super) fn migrate(db: &mut Connection, from: i64) -> Result<()> {
    let steps = MIGRATIONS
        .iter()
        .zip(1_i64..)
        .skip(usize::try_from(from).unwrap_or(0));
    for (sql, version) in steps {
        let tx = db
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .doing("migrating the store")?;
        let now: i64 = tx
            .pragma_query_value(None, "user_version", |r| r.get(0))
            .doing("migrating the store")?;
        if now >= version {
            continue;
        }
        tx.execute_batch(sql).doing("migrating the store")?;
        tx.pragma_update(None, "user_version", version)
            .doing("migrating the store")?;
        if version == 1 {
            tx.pragma_update(None, "application_id", APPLICATION_ID)
                .doing("migrating the store")?;
            tx.execute(
                "INSERT INTO meta VALUES ('store_id', lower(hex(randomblob(16)))), ('audit_head', '')",
                [],
            )
            .doing("migrating the store")?;
            follow_rules(&tx)?;
            tx.execute("INSERT INTO portfolio VALUES (1, 'default')", [])
                .doing("migrating the store")?;
        }
        tx.commit().doing("migrating the store")?;
    }
    Ok(())
}
