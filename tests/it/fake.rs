//! A store in memory that hands out pages made by hand and remembers what it
//! was asked, and a world around the command line that can be read afterwards.

use reunite::cli::{self, Stream, World};
use reunite::domain::case::{Action, Answer, CaseKind, CaseState, Reason, Suggestion, Target};
use reunite::domain::fact::{ChangeType, Surface};
use reunite::domain::identifier::{Kind, Named};
use reunite::domain::ids::*;
use reunite::domain::link::LinkState;
use reunite::domain::time::{DAY, Timestamp};
use reunite::error::Exit;
use reunite::review::page::*;
use reunite::review::refusal::{Code, Refusal};
use reunite::store::*;
use reunite::tui;
use std::cell::RefCell;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

/// 2026-11-22T12:00:00Z.
pub(crate) fn now() -> Timestamp {
    at(0)
}

/// So many days before [`now`].
pub(crate) fn at(days: i64) -> Timestamp {
    Timestamp(1_795_348_800_000 - days * DAY)
}

/// What a run printed and how it ended.
#[derive(Debug, Clone)]
pub(crate) struct Ran {
    pub(crate) exit: Exit,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// The only line of output, as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        assert_eq!(self.out.lines().count(), 1, "{self:?}");
        serde_json::from_str(&self.out).unwrap()
    }
}

/// Shared between the handles that a test and the program hold.
#[derive(Default)]
pub(crate) struct Inside {
    pub(crate) cases: usize,
    pub(crate) contacts: usize,
    pub(crate) audit: usize,
    pub(crate) refuse: Option<Refusal>,
    pub(crate) verdict: Option<Verdict>,
    pub(crate) unsound: bool,
    pub(crate) unknown: bool,
    /// What was asked.
    pub(crate) asked: Vec<String>,
    /// Sizes and sources of ingested batches.
    pub(crate) batches: Vec<(usize, String, String)>,
}

/// The store's handle.
#[derive(Clone, Default)]
pub(crate) struct Fake(pub(crate) Arc<Mutex<Inside>>);

/// What was opened and shown, beside the output.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) modes: Vec<Mode>,
    pub(crate) screens: Vec<tui::Options>,
}

#[derive(Clone, Default)]
struct Shared(Rc<RefCell<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

impl Fake {
    /// A few of everything.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Inside {
            cases: 3,
            contacts: 2,
            audit: 2,
            ..Inside::default()
        })))
    }

    pub(crate) fn with(self, change: impl FnOnce(&mut Inside)) -> Self {
        change(&mut self.0.lock().unwrap());
        self
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.0.lock().unwrap().asked.clone()
    }

    fn ask_for(&self, what: String) {
        self.0.lock().unwrap().asked.push(what);
    }

    /// Runs a command line on this store.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.run_in(args, |_| {}).0
    }

    /// The same, in a world that is different.
    pub(crate) fn run_in(&self, args: &[&str], change: impl FnOnce(&mut World<'_>)) -> (Ran, Seen) {
        let (out, err) = (Shared::default(), Shared::default());
        let seen = RefCell::new(Seen::default());
        let exit = {
            let mut world = World {
                out: Stream {
                    to: Box::new(out.clone()),
                    terminal: true,
                    colour: false,
                },
                err: Stream {
                    to: Box::new(err.clone()),
                    terminal: false,
                    colour: false,
                },
                columns: 80,
                now,
                open: Box::new(|_: &Path, mode| {
                    seen.borrow_mut().modes.push(mode);
                    Ok(Box::new(self.clone()) as Box<dyn Store>)
                }),
                review: Box::new(|options| {
                    seen.borrow_mut().screens.push(options);
                    Ok(())
                }),
            };
            change(&mut world);
            // Neither the store nor the configuration of whoever runs the tests.
            let fixed = [
                "reunite",
                "--store",
                "/fake/identity.db",
                "--operator",
                "ines",
            ];
            let args = fixed.iter().chain(args).map(OsString::from);
            cli::run(args, &mut world)
        };
        let ran = Ran {
            exit,
            out: out.text(),
            err: err.text(),
        };
        (ran, seen.into_inner())
    }
}

pub(crate) fn identifier(kind: Kind, value: &str, member: i64) -> IdentifierRow {
    IdentifierRow {
        kind,
        value: value.into(),
        portfolio: (kind == Kind::Bsuid).then(|| "default".into()),
        state: LinkState::Active,
        since: Some(at(200)),
        until: None,
        member: ContactId(member),
        unconfirmed: false,
    }
}

fn reference(kind: Kind, value: &str) -> IdentifierRef {
    IdentifierRef {
        kind,
        value: value.into(),
    }
}

pub(crate) fn case(id: i64) -> CaseRow {
    let hostile = "Eve\u{1b}[2J\u{202e}\nX";
    CaseRow {
        case: CaseId(id),
        kind: CaseKind::PhoneBsuidConflict,
        state: CaseState::Open,
        version: 1,
        opened_at: at(id),
        contacts: vec![
            CaseSide {
                contact: ContactId(3),
                name: "Ana Souza".into(),
                homes: vec![ContactId(3)],
                identifiers: vec![identifier(Kind::Bsuid, "US.13491208655302741918", 3)],
            },
            CaseSide {
                contact: ContactId(9),
                name: if id == 2 {
                    hostile
                } else {
                    "山田太郎 (Osaka)"
                }
                .into(),
                homes: vec![ContactId(11)],
                identifiers: vec![identifier(Kind::Phone, "16315551181", 11)],
            },
        ],
        identifiers: vec![reference(Kind::Phone, "16315551181")],
        suggestion: Suggestion {
            action: Action::Merge,
            survivor: Some(ContactId(3)),
            identifier: None,
            to: None,
            since: None,
            confidence: 0.98,
            reasons: vec![
                Reason {
                    code: "same_name".into(),
                    weight: 3.1,
                    text: "Both are called Ana Souza.".into(),
                },
                Reason {
                    code: "silence".into(),
                    weight: -0.4,
                    text: "The phone was silent for 41 days.".into(),
                },
            ],
        },
        change: None,
        deferred_until: None,
        superseded_by: None,
        cursor: format!("c{id}"),
    }
}

fn decision() -> DecisionRow {
    DecisionRow {
        decision: DecisionId(12),
        batch: None,
        action: Action::KeepSeparate,
        case: Some(CaseId(4)),
        operator: "ana".into(),
        at: at(2),
        reason: Some("two brothers".into()),
        stands: false,
        undoes: None,
        undone_by: Some(DecisionId(13)),
        summary: "Kept 3 and 9 separate.".into(),
    }
}

fn page(id: i64) -> CasePage {
    let mut row = case(id);
    row.change = Some(ChangePage {
        kind: ChangeType::UserChangedUserId,
        previous: SidePage {
            bsuid: Some("US.1".into()),
            ..SidePage::default()
        },
        current: SidePage::default(),
        at: at(5),
    });
    CasePage {
        row,
        evidence: vec![EvidenceRow {
            sighting: Some(SightingId(8)),
            event: EventId(80),
            at: at(7),
            surface: Surface::Message,
            identifiers: vec![
                reference(Kind::Bsuid, "US.13491208655302741918"),
                reference(Kind::Phone, "16315551181"),
            ],
            count: 4,
            name: Some("Ana".into()),
        }],
        decisions: vec![decision()],
        outcomes: vec![
            Outcome {
                action: Action::Merge,
                effects: vec!["3 and 9 become one contact, shown as 3.".into()],
                routes: vec![Route {
                    conversation: ConversationId(5),
                    contact: Some(ContactId(3)),
                    through: reference(Kind::Phone, "16315551181"),
                    warning: Some("the phone may be a stranger's".into()),
                }],
                refusal: None,
            },
            Outcome {
                action: Action::KeepSeparate,
                effects: vec![],
                routes: vec![],
                refusal: Some(Refusal::new(Code::Depends, "Decision 14 stands on it.")),
            },
        ],
        sides: vec![],
    }
}

pub(crate) fn done(action: Action, dry_run: bool) -> Done {
    Done {
        decision: (!dry_run).then_some(DecisionId(41)),
        batch: None,
        action,
        case: Some(CaseId(7)),
        canonical: Some(ContactId(3)),
        applied: !dry_run,
        dry_run,
        undoes: None,
        summary: "Merged 9 into 3.".into(),
    }
}

impl Store for Fake {
    fn cases(&self, filter: &CaseFilter) -> Result<Vec<CaseRow>> {
        self.ask_for(format!("cases {:?} {:?}", filter.after, filter.limit));
        let after: usize = filter.after.as_ref().map_or(0, |c| c[1..].parse().unwrap());
        let all = self.0.lock().unwrap().cases;
        let ids = after + 1..=all;
        let limit = filter.limit.unwrap_or(usize::MAX);
        Ok(ids
            .take(limit)
            .map(|id| case(i64::try_from(id).unwrap()))
            .collect())
    }

    fn case_counts(&self) -> Result<Vec<(CaseKind, CaseState, i64)>> {
        let open = i64::try_from(self.0.lock().unwrap().cases).unwrap();
        Ok(vec![
            (CaseKind::PhoneBsuidConflict, CaseState::Open, open),
            (CaseKind::IdentityChange, CaseState::Resolved, 2),
        ])
    }

    fn case(&self, id: CaseId) -> Result<CasePage> {
        if self.0.lock().unwrap().unknown {
            return Err(StoreError::Unknown(format!("there is no case {id}")));
        }
        Ok(page(id.0))
    }

    fn contacts(&self, query: &str, limit: Option<usize>) -> Result<Vec<ContactHit>> {
        self.ask_for(format!("contacts {query:?} {limit:?}"));
        let all = self
            .0
            .lock()
            .unwrap()
            .contacts
            .min(limit.unwrap_or(usize::MAX));
        let hit = |n: usize| {
            let n = i64::try_from(n).unwrap();
            ContactHit {
                contact: ContactId(n),
                name: format!("Ana {n}"),
                identifiers: vec![
                    identifier(Kind::Bsuid, "US.13491208655302741918", n),
                    identifier(Kind::Phone, "16315551181", n),
                    identifier(Kind::Phone, "5511987654321", n),
                ],
                score: 100 - n,
            }
        };
        Ok((1..=all).map(hit).collect())
    }

    fn contact(&self, _contact: ContactId) -> Result<ContactPage> {
        let mut former = identifier(Kind::Phone, "16315551181", 9);
        former.state = LinkState::Former;
        former.until = Some(at(100));
        let mut unsure = identifier(Kind::Phone, "16315551182", 9);
        unsure.unconfirmed = true;
        Ok(ContactPage {
            contact: ContactId(3),
            members: vec![ContactId(3), ContactId(9)],
            name: "Ana Souza".into(),
            identifiers: vec![
                identifier(Kind::Bsuid, "US.13491208655302741918", 3),
                unsure,
                former,
            ],
            usernames: vec![
                UsernameSpan {
                    value: "ana.souza".into(),
                    since: at(200),
                    until: Some(at(50)),
                },
                UsernameSpan {
                    value: "ana_s".into(),
                    since: at(50),
                    until: None,
                },
            ],
            conversations: vec![ConversationRow {
                conversation: ConversationId(5),
                member: ContactId(9),
                through: reference(Kind::Phone, "16315551181"),
                business_number: Some("15550001111".into()),
                messages: 12,
                last_at: Some(at(3)),
            }],
            decisions: vec![decision()],
            open_cases: vec![CaseId(7)],
            messages: vec![],
        })
    }

    fn messages(
        &self,
        _: ContactId,
        _: Option<(Timestamp, EventId)>,
        _: usize,
    ) -> Result<Vec<MessageRow>> {
        Ok(vec![])
    }

    fn payload(&self, _: EventId) -> Result<String> {
        Ok("{}".into())
    }

    fn resolve(&self, query: &Query) -> Result<Resolution> {
        self.ask_for(format!("{query:?}"));
        let unknown = Resolution {
            contact: None,
            matched_by: None,
            provisional: false,
            conflict: None,
            former_contact: None,
            unconfirmed: false,
        };
        match (&query.bsuid, &query.phone) {
            (Some(bsuid), _) if bsuid.value == "US.2" && bsuid.portfolio.is_none() => {
                Err(StoreError::Ambiguous("US.2 is known in eu and us".into()))
            }
            (Some(_), Some(_)) => Ok(Resolution {
                contact: Some(ContactId(3)),
                matched_by: Some(Kind::Bsuid),
                conflict: Some(Conflict {
                    case: Some(CaseId(7)),
                    phone_contact: Some(ContactId(9)),
                }),
                ..unknown
            }),
            (Some(_), None) => Ok(Resolution {
                contact: Some(ContactId(3)),
                matched_by: Some(Kind::Bsuid),
                ..unknown
            }),
            (None, Some(_)) => Ok(Resolution {
                former_contact: Some(ContactId(3)),
                ..unknown
            }),
            (None, None) => Ok(unknown),
        }
    }

    fn ask(&mut self, contacts: &[ContactId], about: Option<&Named>, by: &By) -> Result<CaseRow> {
        self.ask_for(format!("ask {contacts:?} {about:?} {}", by.operator));
        let mut row = case(12);
        row.kind = CaseKind::Manual;
        Ok(row)
    }

    fn decide(&mut self, decide: &Decide, by: &By) -> Result<Done> {
        self.ask_for(format!("{decide:?} {by:?}"));
        if let Some(refusal) = self.0.lock().unwrap().refuse.clone() {
            return Err(Box::new(refusal).into());
        }
        let mut done = done(decide.answer.action(), decide.dry_run);
        if let Answer::Relink {
            to: Target::New, ..
        } = decide.answer
        {
            done.canonical = None;
        }
        Ok(done)
    }

    fn undo(&mut self, what: Undo, cascade: bool, dry_run: bool, by: &By) -> Result<Vec<Done>> {
        self.ask_for(format!("{what:?} {cascade} {:?}", by.reason));
        if let Some(refusal) = self.0.lock().unwrap().refuse.clone() {
            return Err(Box::new(refusal).into());
        }
        let mut done = done(Action::Undo, dry_run);
        done.undoes = Some(DecisionId(12));
        Ok(vec![done.clone(), done])
    }

    fn audit(&self, filter: &AuditFilter) -> Result<Vec<AuditRow>> {
        self.ask_for(format!("{filter:?}"));
        let all = i64::try_from(self.0.lock().unwrap().audit).unwrap();
        let latest = i64::try_from(filter.limit.unwrap_or(1000)).unwrap();
        let row = |n: i64| AuditRow {
            entry: EntryId(n),
            at: at(100 - n),
            operator: "ines".into(),
            action: if n == 2 { Action::Undo } else { Action::Merge },
            decision: Some(DecisionId(n)),
            batch: None,
            undoes: (n == 2).then_some(DecisionId(1)),
            case: Some(CaseId(7)),
            reason: (n == 1).then(|| "same order history".into()),
            before: serde_json::json!({"canonical": 9}),
            after: serde_json::json!({"canonical": 3}),
            prev: "00".into(),
            hash: "ff".into(),
        };
        Ok((1..=all)
            .skip_while(|n| all - n >= latest)
            .map(row)
            .collect())
    }

    fn verify(&self, head: Option<&str>) -> Result<Verdict> {
        self.ask_for(format!("verify {head:?}"));
        let verdict = self.0.lock().unwrap().verdict.clone();
        Ok(verdict.unwrap_or_else(|| Verdict {
            result: "OK",
            entries: 2,
            head: "ff".into(),
            detail: "The chain is whole; a cut tail would not show without --head.".into(),
        }))
    }

    fn quarantine(&self, id: Option<QuarantineId>) -> Result<Vec<QuarantineRow>> {
        let row = QuarantineRow {
            id: QuarantineId(1),
            at: at(1),
            source: "day.jsonl:17".into(),
            reason: "messages[0].timestamp is no time".into(),
            pointer: "/entry/0".into(),
            payload: serde_json::json!({"entry": [{"id": "1"}]}),
        };
        Ok(Some(row)
            .filter(|row| id.is_none_or(|id| id == row.id))
            .into_iter()
            .collect())
    }

    fn doctor(&self, replay: bool) -> Result<Diagnosis> {
        let ok = !self.0.lock().unwrap().unsound;
        let check = |check: &str, ok, detail: &str| Check {
            check: check.into(),
            ok,
            detail: detail.into(),
        };
        Ok(Diagnosis {
            ok,
            schema: 1,
            checks: vec![
                check("file", true, "integrity_check says ok"),
                check(
                    "links",
                    ok,
                    if replay {
                        "replayed"
                    } else {
                        "one live link each"
                    },
                ),
            ],
        })
    }

    fn export(
        &self,
        what: Export,
        row: &mut dyn FnMut(serde_json::Value) -> Result<()>,
    ) -> Result<()> {
        use serde_json::json;
        let rows = match what {
            Export::Aliases => vec![
                json!({"contact": 9, "canonical": 3}),
                json!({"contact": 11, "canonical": 3}),
            ],
            Export::Messages => vec![json!({"message": "wamid.1", "contact": 3, "member": 9})],
            Export::Contacts => {
                vec![serde_json::to_value(self.contact(ContactId(3)).unwrap()).unwrap()]
            }
            Export::Decisions => {
                let rows = self.audit(&AuditFilter::default())?.into_iter();
                rows.map(|row| serde_json::to_value(row).unwrap()).collect()
            }
        };
        rows.into_iter().try_for_each(row)
    }

    fn ingest(&mut self, batch: &[Arrival], map: &PortfolioMap, _: Timestamp) -> Result<Counts> {
        self.ask_for(format!("{map:?}"));
        let (first, last) = (&batch[0].source, &batch[batch.len() - 1].source);
        let mut inside = self.0.lock().unwrap();
        inside
            .batches
            .push((batch.len(), first.clone(), last.clone()));
        let read = batch.len() as u64;
        Ok(Counts {
            read,
            applied: read - 1,
            quarantined: 1,
            messages: read - 1,
            cases_opened: 1,
            ..Counts::default()
        })
    }

    fn revision(&self) -> Result<i64> {
        Ok(0)
    }
}
