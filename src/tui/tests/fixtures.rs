//! Pages as the store would fill them: a conflict, a claimed phone, a change, a
//! collision, an orphan with one side, a fork of three, a name made to deceive.

use crate::domain::case::{Action, CaseKind, CaseState, Reason, Suggestion, Target};
use crate::domain::fact::{ChangeType, Direction, Surface};
use crate::domain::identifier::Kind;
use crate::domain::ids::{CaseId, ContactId, ConversationId, DecisionId, EventId, SightingId};
use crate::domain::link::LinkState;
use crate::domain::time::{DAY, HOUR, Timestamp};
use crate::review::page::*;
use crate::review::refusal::{Code, Refusal};

/// 2026-11-22T12:00:00Z.
pub(crate) const NOW: Timestamp = Timestamp(1_795_348_800_000);

pub(crate) fn ago(ms: i64) -> Timestamp {
    NOW.plus(-ms)
}

fn id(kind: Kind, value: &str, member: i64, since: i64, until: Option<i64>) -> IdentifierRow {
    IdentifierRow {
        kind,
        value: value.into(),
        portfolio: matches!(kind, Kind::Bsuid | Kind::ParentBsuid).then(|| "default".into()),
        state: if until.is_some() {
            LinkState::Former
        } else {
            LinkState::Active
        },
        since: Some(ago(since)),
        until: until.map(ago),
        member: ContactId(member),
        unconfirmed: false,
    }
}

fn message(event: i64, member: i64, at: i64, out: bool, text: &str) -> MessageRow {
    MessageRow {
        event: EventId(event),
        message: format!("wamid.{event}"),
        conversation: ConversationId(member),
        member: ContactId(member),
        at: ago(at),
        direction: if out {
            Direction::Outbound
        } else {
            Direction::Inbound
        },
        kind: if text.is_empty() { "image" } else { "text" }.into(),
        text: text.into(),
    }
}

fn person(
    contact: i64,
    name: &str,
    identifiers: Vec<IdentifierRow>,
    messages: Vec<MessageRow>,
) -> ContactPage {
    let through = identifiers.first().map_or(
        IdentifierRef {
            kind: Kind::Phone,
            value: "0".into(),
        },
        |id| IdentifierRef {
            kind: id.kind,
            value: id.value.clone(),
        },
    );
    let usernames = identifiers
        .iter()
        .filter(|id| id.kind == Kind::Username)
        .map(|id| UsernameSpan {
            value: id.value.clone(),
            since: id.since.unwrap(),
            until: id.until,
        })
        .collect();
    let conversations = if messages.is_empty() {
        Vec::new()
    } else {
        vec![ConversationRow {
            conversation: ConversationId(contact),
            member: ContactId(contact),
            through,
            business_number: Some("551140028922".into()),
            messages: i64::try_from(messages.len()).unwrap() + 12,
            last_at: messages.last().map(|m| m.at),
        }]
    };
    ContactPage {
        contact: ContactId(contact),
        members: vec![ContactId(contact)],
        name: name.into(),
        identifiers,
        usernames,
        conversations,
        decisions: Vec::new(),
        open_cases: Vec::new(),
        messages,
    }
}

/// Everybody there is.
pub(crate) fn people() -> Vec<ContactPage> {
    let mut people = the_two_anas();
    people.extend(the_two_joaos());
    people.extend(the_others());
    people
}

fn the_two_anas() -> Vec<ContactPage> {
    use Kind::{Bsuid, Phone, Username};
    let mut ana = person(
        3,
        "Ana Souza",
        vec![
            id(Bsuid, "BR.13491208655302741918", 3, 9 * DAY, None),
            id(Username, "ana_s", 3, 9 * DAY, Some(4 * DAY)),
            id(Username, "ana.souza", 3, 4 * DAY, None),
        ],
        vec![
            message(
                101,
                3,
                4 * DAY,
                false,
                "Oi! É a Ana, agora com nome de usuário",
            ),
            message(
                102,
                3,
                4 * DAY - 6 * 60_000,
                true,
                "Oi Ana, tudo certo por aqui.",
            ),
            message(103, 3, 2 * HOUR, false, "Meu pedido 8841 já saiu?"),
        ],
    );
    ana.open_cases = vec![CaseId(7), CaseId(19)];
    ana.decisions = vec![decision(31, 5, Action::KeepSeparate, 40 * DAY, true)];
    let phone_only = person(
        9,
        "5511987654321",
        vec![
            id(Phone, "5511987654321", 9, 290 * DAY, None),
            id(Username, "ana_s", 9, 100 * DAY, Some(9 * DAY)),
        ],
        vec![
            message(51, 9, 30 * DAY, false, "Bom dia, queria fazer um pedido"),
            message(
                52,
                9,
                30 * DAY - HOUR,
                true,
                "Bom dia! Claro, qual produto?",
            ),
            message(53, 9, 12 * DAY, false, ""),
            message(54, 9, 12 * DAY - HOUR, true, "Recebido, obrigado!"),
        ],
    );
    vec![ana, phone_only]
}

fn the_two_joaos() -> Vec<ContactPage> {
    use Kind::{Bsuid, Phone};
    let mut joao = person(
        30,
        "João Pereira",
        vec![
            id(Bsuid, "PT.77120086553027419", 30, 80 * DAY, None),
            id(Phone, "351912345678", 30, 300 * DAY, None),
            id(Phone, "351911111111", 30, 500 * DAY, Some(300 * DAY)),
        ],
        vec![message(201, 30, 6 * DAY, false, "Bom dia")],
    );
    joao.members = vec![ContactId(30), ContactId(33)];
    let joao_p = person(
        31,
        "João P.",
        vec![id(Bsuid, "PT.99120086553027420", 31, 3 * DAY, None)],
        vec![message(202, 31, 3 * DAY, false, "Mudei de número!")],
    );
    vec![joao, joao_p]
}

fn the_others() -> Vec<ContactPage> {
    use Kind::{Bsuid, ParentBsuid, Phone};
    vec![
        person(
            14,
            "Bea Lind",
            vec![
                id(Bsuid, "SE.1181579921288684", 14, 200 * DAY, None),
                id(Phone, "46701234567", 14, 200 * DAY, None),
            ],
            Vec::new(),
        ),
        person(
            21,
            "Lívia Prado",
            vec![id(Bsuid, "BR.5500200030004000", 21, 2 * DAY, None)],
            Vec::new(),
        ),
        person(
            22,
            "Marcos Prado",
            vec![
                id(Bsuid, "BR.5500200030001111", 22, 90 * DAY, None),
                id(Phone, "5521955554444", 22, 90 * DAY, None),
            ],
            Vec::new(),
        ),
        person(
            40,
            "Иван Петров",
            vec![id(Bsuid, "RU.42000000000000000001", 40, 40 * DAY, None)],
            vec![message(301, 40, 40 * DAY, false, "Здравствуйте!")],
        ),
        person(
            50,
            "Sofía Reyes",
            vec![
                id(Bsuid, "MX.10000000000000000001", 50, 90 * DAY, None),
                id(Phone, "5215512345678", 50, 90 * DAY, None),
            ],
            vec![message(401, 50, 5 * DAY, false, "Hola")],
        ),
        person(
            51,
            "Sofia R.",
            vec![id(Bsuid, "MX.10000000000000000002", 51, 5 * DAY, None)],
            vec![message(402, 51, 4 * DAY, false, "Buenas")],
        ),
        person(
            52,
            "S. Reyes",
            vec![
                id(Bsuid, "MX.10000000000000000003", 52, 3 * DAY, None),
                id(ParentBsuid, "MX.ENT.118157992128", 52, 3 * DAY, None),
            ],
            Vec::new(),
        ),
        person(
            60,
            "An\u{202E}a Sou\u{200B}za 🙂 日本語の名前",
            vec![id(Bsuid, "BR.666", 60, DAY, None)],
            vec![message(501, 60, DAY, false, "\u{1b}[2Jhello\nworld")],
        ),
    ]
}

pub(crate) fn contact(contact: i64) -> ContactPage {
    people()
        .into_iter()
        .find(|page| page.contact.0 == contact)
        .unwrap()
}

fn decision(number: i64, case: i64, action: Action, at: i64, stands: bool) -> DecisionRow {
    DecisionRow {
        decision: DecisionId(number),
        batch: None,
        action,
        case: Some(CaseId(case)),
        operator: "ines".into(),
        at: ago(at),
        reason: Some("spoke with her".into()),
        stands,
        undoes: None,
        undone_by: None,
        summary: "Ana Souza and Ana Lima are kept apart".into(),
    }
}

fn reason(weight: f64, text: &str) -> Reason {
    Reason {
        code: "reason".into(),
        weight,
        text: text.into(),
    }
}

struct Case(i64, CaseKind, i64, &'static [i64], (Kind, &'static str));

fn row(of: &Case, suggestion: Suggestion) -> CaseRow {
    let Case(case, kind, opened, sides, (id_kind, value)) = of;
    CaseRow {
        case: CaseId(*case),
        kind: *kind,
        state: CaseState::Open,
        version: 1,
        opened_at: ago(*opened),
        contacts: sides
            .iter()
            .map(|&side| {
                let page = contact(side);
                CaseSide {
                    contact: page.contact,
                    name: page.name,
                    homes: page.members,
                    identifiers: page.identifiers,
                }
            })
            .collect(),
        identifiers: vec![IdentifierRef {
            kind: *id_kind,
            value: (*value).into(),
        }],
        suggestion,
        change: None,
        deferred_until: None,
        superseded_by: None,
        cursor: format!("{case}"),
    }
}

fn suggest(action: Action, confidence: f64, reasons: Vec<Reason>) -> Suggestion {
    Suggestion {
        action,
        survivor: None,
        identifier: None,
        to: None,
        since: None,
        confidence,
        reasons,
    }
}

fn changed(row: &mut CaseRow, from: &str, to: &str) {
    row.change = Some(ChangePage {
        kind: ChangeType::UserChangedUserId,
        previous: SidePage {
            bsuid: Some(from.into()),
            ..SidePage::default()
        },
        current: SidePage {
            bsuid: Some(to.into()),
            phone: Some("351912345678".into()),
            ..SidePage::default()
        },
        at: row.opened_at,
    });
}

/// The queue as the store orders it: the surest first.
pub(crate) fn queue() -> Vec<CaseRow> {
    let mut rows = changes();
    rows.extend(conflicts());
    rows.sort_by(|a, b| b.suggestion.confidence.total_cmp(&a.suggestion.confidence));
    rows
}

fn conflicts() -> Vec<CaseRow> {
    use CaseKind as K;
    let mut conflict = row(
        &Case(
            7,
            K::PhoneBsuidConflict,
            2 * HOUR,
            &[3, 9],
            (Kind::Phone, "5511987654321"),
        ),
        suggest(
            Action::Merge,
            0.96,
            vec![
                reason(3.1, "the phone came with this BSUID 3 times over 4 days"),
                reason(1.4, "both were known as @ana_s, one right after the other"),
                reason(0.8, "B has no BSUID of its own"),
                reason(
                    -0.6,
                    "12 days lie between the last message of B and the first of A",
                ),
            ],
        ),
    );
    conflict.suggestion.survivor = Some(ContactId(3));
    let mut claimed = row(
        &Case(
            8,
            K::PhoneClaimed,
            30 * HOUR,
            &[21, 22],
            (Kind::Phone, "5521955554444"),
        ),
        suggest(
            Action::Relink,
            0.71,
            vec![
                reason(1.9, "the names share a word"),
                reason(-0.4, "B wrote 2 days ago"),
            ],
        ),
    );
    claimed.suggestion.identifier = Some("phone:5521955554444".into());
    claimed.suggestion.to = Some(Target::Contact(ContactId(21)));
    let hostile = row(
        &Case(
            19,
            K::SharedPhone,
            DAY,
            &[3, 60],
            (Kind::Phone, "5511900000000"),
        ),
        suggest(
            Action::Merge,
            0.55,
            vec![reason(0.5, "An\u{202E}a Sou\u{200B}za sent the card")],
        ),
    );
    vec![conflict, claimed, hostile]
}

fn changes() -> Vec<CaseRow> {
    use CaseKind as K;
    let mut change = row(
        &Case(
            9,
            K::IdentityChange,
            26 * 60_000,
            &[14],
            (Kind::Bsuid, "SE.2281579921288685"),
        ),
        suggest(
            Action::Accept,
            0.97,
            vec![reason(3.4, "WhatsApp names both the old and the new BSUID")],
        ),
    );
    changed(&mut change, "SE.1181579921288684", "SE.2281579921288685");
    let mut collision = row(
        &Case(
            12,
            K::IdentityChangeCollision,
            3 * DAY,
            &[30, 31],
            (Kind::Bsuid, "PT.99120086553027420"),
        ),
        suggest(
            Action::Merge,
            0.88,
            vec![reason(2.2, "WhatsApp says that the one became the other")],
        ),
    );
    collision.suggestion.survivor = Some(ContactId(30));
    changed(
        &mut collision,
        "PT.77120086553027419",
        "PT.99120086553027420",
    );
    let mut orphan = row(
        &Case(
            15,
            K::IdentityChangeOrphan,
            40 * DAY,
            &[40],
            (Kind::Bsuid, "RU.42000000000000000001"),
        ),
        suggest(Action::None, 0.2, Vec::new()),
    );
    changed(
        &mut orphan,
        "RU.41000000000000000009",
        "RU.42000000000000000001",
    );
    let mut fork = row(
        &Case(
            18,
            K::IdentityChangeFork,
            3 * DAY,
            &[50, 51, 52],
            (Kind::Bsuid, "MX.10000000000000000003"),
        ),
        suggest(
            Action::None,
            0.3,
            vec![reason(0.2, "the later change came from the same number")],
        ),
    );
    changed(
        &mut fork,
        "MX.10000000000000000001",
        "MX.10000000000000000003",
    );
    vec![change, collision, fork, orphan]
}

/// One case, whole.
pub(crate) fn case(case: i64) -> CasePage {
    let row = queue().into_iter().find(|row| row.case.0 == case).unwrap();
    let sides: Vec<ContactPage> = row
        .contacts
        .iter()
        .map(|side| contact(side.contact.0))
        .collect();
    let evidence = (1..=3)
        .map(|n| EvidenceRow {
            sighting: Some(SightingId(n)),
            event: EventId(100 * n),
            at: ago((4 - n) * DAY),
            surface: Surface::Message,
            identifiers: vec![
                IdentifierRef {
                    kind: Kind::Bsuid,
                    value: "BR.13491208655302741918".into(),
                },
                row.identifiers[0].clone(),
            ],
            count: n,
            name: Some("Ana Souza".into()),
        })
        .collect();
    let outcomes = row.kind.answers().iter().chain([&Action::Defer]);
    let outcomes = outcomes.map(|&action| outcome(&row, action)).collect();
    CasePage {
        evidence,
        decisions: Vec::new(),
        outcomes,
        sides,
        row,
    }
}

fn outcome(row: &CaseRow, action: Action) -> Outcome {
    let effects: &[&str] = match action {
        Action::Merge => &[
            "5511987654321 #9 joins Ana Souza #3; nothing moves",
            "Both conversations are shown on one page",
        ],
        Action::Relink => &["phone 5511987654321 belongs to Ana Souza #3 from 18 Nov on"],
        Action::KeepSeparate => &["The two stay apart, and a merge of them is refused"],
        Action::Accept => &["The new BSUID becomes active, the old one former"],
        Action::Reject => &["The new BSUID founds a contact of its own"],
        _ => &["The case returns at its time, or with new evidence"],
    };
    let id = |kind, value: &str| IdentifierRef {
        kind,
        value: value.into(),
    };
    let routes = match action {
        Action::Merge => vec![
            Route {
                conversation: ConversationId(3),
                contact: Some(ContactId(3)),
                through: id(Kind::Bsuid, "BR.13491208655302741918"),
                warning: None,
            },
            Route {
                conversation: ConversationId(9),
                contact: Some(ContactId(3)),
                through: id(Kind::Phone, "5511987654321"),
                warning: Some("not seen with the new BSUID: it may reach a stranger".into()),
            },
        ],
        _ => Vec::new(),
    };
    let refusal = (row.case.0 == 18 && action == Action::Accept).then(|| {
        Refusal::new(
            Code::NotApplicable,
            "the earlier change is accepted; undo decision 28 first",
        )
    });
    Outcome {
        action,
        effects: effects.iter().map(|s| (*s).to_owned()).collect(),
        routes,
        refusal,
    }
}

/// The payload behind any piece of evidence.
pub(crate) const PAYLOAD: &str = r#"{"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{"messaging_product":"whatsapp","contacts":[{"profile":{"name":"Ana Souza","username":"ana.souza"},"wa_id":"5511987654321","user_id":"BR.13491208655302741918"}],"messages":[{"from":"5511987654321","id":"wamid.100","timestamp":"1795000000","type":"text","text":{"body":"Oi"}}]},"field":"messages"}]}]}"#;
