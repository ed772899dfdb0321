//! Cases, contacts and decisions made by hand.

use super::at;
use reunite::domain::case::{Action, CaseKind, CaseState, Reason, Suggestion};
use reunite::domain::fact::{ChangeType, Surface};
use reunite::domain::identifier::Kind;
use reunite::domain::ids::*;
use reunite::domain::link::LinkState;
use reunite::review::page::*;
use reunite::review::refusal::{Code, Refusal};

pub(super) fn identifier(kind: Kind, value: &str, member: i64) -> IdentifierRow {
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

pub(super) fn case(id: i64) -> CaseRow {
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

pub(super) fn page(id: i64) -> CasePage {
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
        kept_apart: Vec::new(),
        superseded_by_decision: None,
        claim: None,
        routes: vec![],
        proposals: Vec::new(),
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
                warnings: vec![],
                refusal: None,
            },
            Outcome {
                action: Action::KeepSeparate,
                effects: vec![],
                routes: vec![],
                warnings: vec![],
                refusal: Some(Refusal::new(Code::Depends, "Decision 14 stands on it.")),
            },
        ],
        sides: vec![],
    }
}

pub(super) fn decided(action: Action, dry_run: bool) -> Done {
    Done {
        changes: Vec::new(),
        decision: (!dry_run).then_some(DecisionId(41)),
        batch: None,
        action,
        case: Some(CaseId(7)),
        canonical: Some(ContactId(3)),
        applied: !dry_run,
        dry_run,
        proposed: None,
        proposes: false,
        undoes: None,
        summary: "Merged 9 into 3.".into(),
    }
}

pub(super) fn contact() -> ContactPage {
    let mut former = identifier(Kind::Phone, "16315551181", 9);
    former.state = LinkState::Former;
    former.until = Some(at(100));
    let mut unsure = identifier(Kind::Phone, "16315551182", 9);
    unsure.unconfirmed = true;
    ContactPage {
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
    }
}
