//! The bounds of what is suggested.

use super::{ContactId, ident};
use crate::domain::case::{Action, CaseKind as K, Suggestion, Target};
use crate::domain::time::DAY;
use crate::resolve::suggest::{Claim, Question, Side, suggest};
use rstest::rstest;

fn side(contact: i64, bsuids: &str, words: &str) -> Side {
    let bsuids = bsuids.split_whitespace().map(ident);
    Side {
        contact: Some(ContactId(contact)),
        words: words.split_whitespace().map(String::from).collect(),
        bsuids: bsuids.map(|b| (b.scope(), b.id)).collect(),
        last_seen: Some(super::day(100)),
    }
}

fn ask(kind: K, sides: &[Side]) -> Question {
    Question {
        kind,
        sides: sides.to_vec(),
        identifier: Some("phone:49151".into()),
        opened_at: super::day(100),
        seen: 5,
        claim: Claim::default(),
        walled: false,
        idle: None,
    }
}

/// A change from `b1` to `b2`.
fn structured(kind: K, sides: &[Side]) -> Question {
    let claim = Claim {
        both_bsuids: true,
        previous_bsuid: true,
        current_bsuid: Some(ident("b2").id),
        previous_phone: true,
        takes_phone: false,
        copies: 1,
    };
    Question {
        claim,
        ..ask(kind, sides)
    }
}

const ALL_MERGES: [K; 7] = [
    K::PhoneBsuidConflict,
    K::PhoneClaimed,
    K::SharedPhone,
    K::ParentBsuidMatch,
    K::PhoneVariant,
    K::ImportDuplicate,
    K::Manual,
];

fn is_merge(s: &Suggestion) -> bool {
    s.action == Action::Merge
}

#[test]
fn two_live_bsuids_of_one_portfolio_are_never_suggested_at_half_or_more() {
    for kind in ALL_MERGES {
        for names in ["ana souza", "", "ben"] {
            let two = [side(1, "b1", "ana souza"), side(2, "b9", names)];
            let s = suggest(&ask(kind, &two));
            assert!(
                !is_merge(&s) && (s.confidence < 0.5 || kind == K::PhoneClaimed),
                "{kind}"
            );
        }
    }
}

#[test]
fn two_live_bsuids_of_two_portfolios_may_be_one_person() {
    let two = [side(1, "b1", "ana"), side(2, "y9", "ana")];
    let s = suggest(&ask(K::PhoneBsuidConflict, &two));
    assert!(is_merge(&s) && s.confidence > 0.5);
}

#[test]
fn two_live_bsuids_anywhere_in_the_groups_count() {
    let two = [side(1, "b1 y1", "ana"), side(2, "y9", "ana")];
    assert!(!is_merge(&suggest(&ask(K::SharedPhone, &two))));
    let three = [
        side(1, "b1", "ana"),
        side(2, "y9", "ana"),
        side(3, "y8", "ana"),
    ];
    assert!(!is_merge(&suggest(&ask(K::ParentBsuidMatch, &three))));
}

#[test]
fn a_collision_with_another_live_bsuid_is_not_suggested() {
    let sides = [side(1, "b1", "ana"), side(2, "b2 b9", "ana")];
    let s = suggest(&structured(K::IdentityChangeCollision, &sides));
    assert!(!is_merge(&s) && s.confidence < 0.5);
    let sides = [side(1, "b1 y1", "ana"), side(2, "b2 y9", "ana")];
    let s = suggest(&structured(K::IdentityChangeCollision, &sides));
    assert!(
        !is_merge(&s) && s.confidence < 0.5,
        "of another portfolio, with no change between them"
    );
}

#[test]
fn a_structured_change_is_suggested_at_95_or_more() {
    let s = suggest(&structured(K::IdentityChange, &[side(1, "b1 b2", "ana")]));
    assert_eq!(s.action, Action::Accept);
    assert!(s.confidence >= 0.95);
}

#[rstest]
#[case::no_names("", "", true)]
#[case::one_name("ana", "ana souza", true)]
#[case::contrary_evidence("ana", "ben", false)]
fn a_structured_collision_is_suggested_at_95_or_more_without_contrary_evidence(
    #[case] a: &str,
    #[case] b: &str,
    #[case] sure: bool,
) {
    let sides = [side(1, "b1", a), side(2, "b2", b)];
    let s = suggest(&structured(K::IdentityChangeCollision, &sides));
    assert!(is_merge(&s));
    assert_eq!(s.survivor, Some(ContactId(1)));
    assert_eq!(s.confidence >= 0.95, sure);
}

#[test]
fn a_structured_collision_leaves_what_the_other_side_has_elsewhere() {
    let sides = [side(1, "b1", ""), side(2, "b2 y2", "")];
    let s = suggest(&structured(K::IdentityChangeCollision, &sides));
    assert!(
        is_merge(&s),
        "a BSUID of another portfolio is no second one"
    );
}

#[test]
fn a_collision_on_a_phone_alone_is_weaker() {
    for names in ["ana", ""] {
        let bsuid = [side(1, "b1", names), side(2, "b2", names)];
        let bsuid = suggest(&structured(K::IdentityChangeCollision, &bsuid));
        let phone = [side(1, "b1 b2", names), side(2, "", names)];
        let phone = suggest(&structured(K::IdentityChangeCollision, &phone));
        assert!(phone.confidence < bsuid.confidence);
        assert!(phone.confidence < 0.95);
        let mut phones_only = structured(
            K::IdentityChangeCollision,
            &[side(1, "b1", names), side(2, "", names)],
        );
        phones_only.claim = Claim {
            previous_phone: true,
            copies: 9,
            ..Claim::default()
        };
        assert!(suggest(&phones_only).confidence < phone.confidence);
    }
}

#[test]
fn a_phone_alone_never_suggests_a_merge_of_phone_claimed() {
    for (first, second) in [("ana", "ana"), ("ana", "ben"), ("", "")] {
        for silent in [0, 10, 400] {
            let mut q = ask(
                K::PhoneClaimed,
                &[side(1, "b1", first), side(2, "b2", second)],
            );
            q.sides[1].last_seen = Some(q.opened_at.plus(-silent * DAY));
            let s = suggest(&q);
            assert!(!is_merge(&s));
            q.sides[1].bsuids.clear();
            assert!(!is_merge(&suggest(&q)), "nor where the holder has no BSUID");
        }
    }
}

#[test]
fn a_claimed_phone_of_a_silent_stranger_is_relinked_to_who_shows_it() {
    let mut q = ask(
        K::PhoneClaimed,
        &[side(1, "b1", "ana"), side(2, "b2", "ben")],
    );
    q.sides[1].last_seen = Some(q.opened_at.plus(-60 * DAY));
    let s = suggest(&q);
    assert_eq!(
        (s.action, s.to),
        (Action::Relink, Some(Target::Contact(ContactId(1))))
    );
    assert_eq!(
        (s.identifier, s.since),
        (q.identifier.clone(), Some(q.opened_at))
    );
    q.sides = vec![side(1, "b1", "ana"), side(2, "b2", "ana")];
    assert_eq!(
        suggest(&q).action,
        Action::None,
        "a name that is shared speaks against it"
    );
}

#[test]
fn a_conflict_with_a_phone_only_contact_is_merged() {
    let s = suggest(&ask(
        K::PhoneBsuidConflict,
        &[side(1, "b1", "ana"), side(2, "", "ana")],
    ));
    assert!(is_merge(&s) && s.confidence >= 0.95);
    let s = suggest(&ask(
        K::PhoneBsuidConflict,
        &[side(1, "b1", "ana"), side(2, "", "ben")],
    ));
    assert!(
        s.confidence < 0.95,
        "names that differ leave it to a person"
    );
}

#[test]
fn orphans_wait_and_forks_are_looked_at() {
    let orphan = suggest(&ask(K::IdentityChangeOrphan, &[side(1, "b1", "")]));
    assert_eq!(orphan.action, Action::Defer);
    let fork = suggest(&ask(
        K::IdentityChangeFork,
        &[side(1, "b1", ""), side(2, "b2", "")],
    ));
    assert_eq!(fork.action, Action::None);
    assert!(fork.confidence < 0.5);
}

#[test]
fn a_merge_across_a_wall_is_never_suggested() {
    for kind in ALL_MERGES {
        let mut q = ask(kind, &[side(1, "b1", "ana"), side(2, "", "ana")]);
        q.walled = true;
        let s = suggest(&q);
        assert!(!is_merge(&s), "{kind}");
    }
    let mut q = structured(K::IdentityChange, &[side(1, "b1", ""), side(2, "b9", "")]);
    q.walled = true;
    assert_eq!(suggest(&q).action, Action::Accept, "an accept joins nobody");
}

#[test]
fn confidence_is_between_0_and_1_and_has_reasons_strongest_first() {
    for kind in K::ALL {
        for b in ["", "b2", "b9", "y1"] {
            let s = suggest(&structured(
                *kind,
                &[side(1, "b1", "ana"), side(2, b, "ben")],
            ));
            assert!((0.0..=1.0).contains(&s.confidence));
            assert!(!s.reasons.is_empty());
            let weights: Vec<_> = s.reasons.iter().map(|r| r.weight.abs()).collect();
            assert!(weights.is_sorted_by(|a, b| a >= b));
            assert!(
                kind.answers().contains(&s.action)
                    || matches!(s.action, Action::None | Action::Defer)
            );
        }
    }
}
