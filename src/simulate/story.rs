//! The stories that people live through, each told so that it leads to what
//! the matching rules ask, or to nothing.
//!
//! Fifty people in a row live all of them, so that even a small plan has each,
//! and a large one the same mix: two thirds of the people give no trouble, the
//! others stand for the ways in which one customer becomes two records, or two
//! one. Two stories need a pair, a person and the next one: a number goes from
//! hand to hand.

use super::life::{Act, Face, Life, Notice};

/// A way of living. The case that a story leads to is said beside it; without
/// one, the store finds the way by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Story {
    /// Writes by number only, to the end.
    PhoneOnly,
    /// By number only, later by number and BSUID.
    Regular,
    /// The same, under a name made to deceive.
    Hostile,
    /// Takes a username and hides the number; later shows it again.
    AdopterBack,
    /// Takes a username and hides the number for good. Some never showed number
    /// and BSUID together: two records of one person, and nothing that tells.
    AdopterGone,
    /// Has a username from the beginning.
    Native,
    /// New number, new BSUID, and a notice of it: `identity_change`.
    NumberChange,
    /// The same, told two or three times.
    NumberChangeCopied,
    /// Two changes, half of them arriving in reverse: twice `identity_change`.
    Chain,
    /// Two notices that contradict each other: `identity_change` and
    /// `identity_change_fork`.
    Fork,
    /// The new identity wrote before the notice came:
    /// `identity_change_collision`.
    Collision,
    /// A notice that does not say who it was before: `identity_change_orphan`.
    OrphanUnnamed,
    /// A notice about someone never seen before: `identity_change_orphan`.
    OrphanUnseen,
    /// Number on one record, BSUID on another, both in one message:
    /// `phone_bsuid_conflict`.
    ConflictByMessage,
    /// The same, told by the status of a message: `phone_bsuid_conflict`.
    ConflictByStatus,
    /// Gives up the number, and is not heard of again.
    HandedGiver,
    /// Has it now, wrote without it, later with it: `phone_bsuid_conflict`
    /// between two people.
    HandedTaker,
    /// A new BSUID on the old number, and no notice: `phone_claimed`.
    Missed,
    /// Gives up the number and falls silent.
    RecycledGiver,
    /// Comes with it months later: `phone_claimed` by somebody else.
    RecycledTaker,
    /// Shares the number that an older record of the same person holds:
    /// `shared_phone`.
    SharedCard,
}

/// How many people in a row live all stories.
const ROUND: usize = 50;

/// The story of a person.
pub(super) fn of(person: u32) -> Story {
    use Story::{
        AdopterBack, AdopterGone, Chain, Collision, ConflictByMessage, ConflictByStatus, Fork,
        HandedGiver, HandedTaker, Hostile, Missed, Native, NumberChange, NumberChangeCopied,
        OrphanUnnamed, OrphanUnseen, PhoneOnly, RecycledGiver, RecycledTaker, Regular, SharedCard,
    };
    #[rustfmt::skip] // ten a line
    const STORIES: [Story; ROUND] = [
        Regular, PhoneOnly, NumberChange, AdopterBack, Fork, Regular, Native, HandedGiver, HandedTaker, Regular,
        PhoneOnly, Collision, AdopterGone, OrphanUnnamed, Regular, Native, ConflictByMessage, Regular, RecycledGiver, RecycledTaker,
        PhoneOnly, SharedCard, AdopterBack, Regular, Hostile, Chain, Regular, AdopterGone, NumberChangeCopied, Native,
        PhoneOnly, Regular, OrphanUnseen, AdopterBack, Hostile, SharedCard, Regular, Fork, AdopterGone, PhoneOnly,
        ConflictByStatus, Regular, Collision, Native, Hostile, AdopterBack, PhoneOnly, Missed, Regular, AdopterBack,
    ];
    let place = usize::try_from(person).unwrap_or(0) % ROUND;
    STORIES[place]
}

/// Lives it.
pub(super) fn live(life: &mut Life) {
    match of(life.person) {
        Story::PhoneOnly => phone_only(life),
        Story::Regular | Story::Hostile => regular(life),
        Story::AdopterBack => adopter(life, true),
        Story::AdopterGone => adopter(life, false),
        Story::Native => native(life),
        Story::NumberChange => number_change(life, false),
        Story::NumberChangeCopied => number_change(life, true),
        Story::Chain => chain(life),
        Story::Fork => fork(life),
        Story::Collision => collision(life),
        Story::OrphanUnnamed => orphan(life, true),
        Story::OrphanUnseen => orphan(life, false),
        Story::ConflictByMessage => conflict(life, false),
        Story::ConflictByStatus => conflict(life, true),
        Story::HandedGiver => giver(life, 20..150),
        Story::HandedTaker => handed_taker(life),
        Story::Missed => missed(life),
        Story::RecycledGiver => giver(life, 20..170),
        Story::RecycledTaker => recycled_taker(life),
        Story::SharedCard => shared_card(life),
    }
}

fn phone_only(life: &mut Life) {
    let me = life.face(0);
    life.begins(me);
    life.talks(20..950, me.by_phone());
}

fn regular(life: &mut Life) {
    let me = life.face(0);
    life.begins(me);
    life.talks(20..400, me.by_phone());
    life.talks(450..980, me);
}

fn adopter(life: &mut Life, back: bool) {
    let me = life.face(0);
    life.begins(me);
    life.talks(20..200, me.by_phone());
    if back || life.dice.chance(60) {
        life.talk(250..380, me);
    }
    takes_username(life, 390..410);
    life.talks(420..700, me.by_username());
    let later = if back {
        me.with_username()
    } else {
        me.by_username()
    };
    life.talk(750..980, later);
}

fn native(life: &mut Life) {
    let me = life.face(0).by_username();
    life.begins(me);
    life.talks(20..980, me);
}

fn number_change(life: &mut Life, copied: bool) {
    let (old, new) = (life.face(0), life.face(1));
    life.begins(old);
    let at = life.moment(400..600);
    life.becomes(old, new, at);
    if !copied && life.dice.chance(30) {
        // Before BSUIDs, and by the oldest form of notice.
        life.talks(20..350, old.by_phone());
        life.change(at, Notice::CustomerChangedNumber, old, new);
        life.talks(650..980, new.by_phone());
        return;
    }
    life.talks(20..350, old);
    let notices = [
        Notice::UserChangedNumber,
        Notice::UserChangedUserId,
        Notice::UserIdUpdate,
    ];
    let notice = notices[life.dice.place(notices.len())];
    life.change(at, notice, old, new);
    if copied {
        life.change(at + 7, Notice::KapsoIdentityChanged, old, new);
        if life.dice.chance(50) {
            life.change(at + 95, Notice::UserIdUpdate, old, new);
        }
    }
    life.talks(650..980, new);
}

fn chain(life: &mut Life) {
    let (a, b, c) = (life.face(0), life.face(1), life.face(2));
    life.begins(a);
    life.talks(20..250, a);
    let (first, second) = (life.moment(300..380), life.moment(480..560));
    life.becomes(a, b, first);
    life.becomes(b, c, second);
    let reversed = life.dice.chance(50);
    // A notice held up on the way tells its own time, and arrives when it does.
    let arrives = if reversed { second + 5400 } else { first };
    life.act(
        arrives,
        Act::Change {
            notice: Notice::UserChangedNumber,
            old: a,
            new: b,
            told: first,
        },
    );
    if !reversed {
        life.talk(400..460, b);
    }
    life.change(second, Notice::UserChangedUserId, b, c);
    life.talks(620..980, c);
}

fn fork(life: &mut Life) {
    let (a, b, c) = (life.face(0), life.face(1), life.face(2));
    life.begins(a);
    life.talks(20..300, a);
    let (first, second) = (life.moment(350..450), life.moment(500..580));
    life.change(first, Notice::UserChangedUserId, a, b);
    life.change(second, Notice::UserChangedNumber, a, c);
    let (at, truth) = if life.dice.chance(50) {
        (first, b)
    } else {
        (second, c)
    };
    life.becomes(a, truth, at);
    life.talks(640..980, truth);
}

fn collision(life: &mut Life) {
    let (old, new) = (life.face(0), life.face(1));
    life.begins(old);
    let changed = life.moment(350..380);
    life.becomes(old, new, changed);
    let arrives = life.moment(560..700);
    if life.dice.chance(25) {
        life.talks(20..320, old.by_phone());
        life.talks(400..520, new.by_phone());
        life.change(arrives, Notice::CustomerChangedNumber, old, new);
        life.talk(750..980, new.by_phone());
        return;
    }
    let notices = [
        Notice::UserChangedNumber,
        Notice::UserChangedUserId,
        Notice::KapsoIdentityChanged,
    ];
    let notice = notices[life.dice.place(notices.len())];
    life.talks(20..320, old);
    life.talks(400..520, new);
    life.change(arrives, notice, old, new);
    life.talk(750..980, new);
}

fn orphan(life: &mut Life, unnamed: bool) {
    let (old, new) = (life.face(0), life.face(1));
    life.begins(old);
    let at = life.moment(400..520);
    life.becomes(old, new, at);
    let notices = [Notice::UserChangedUserId, Notice::UserChangedNumber];
    let notice = notices[life.dice.place(notices.len())];
    if unnamed {
        // As until August 2026: the old BSUID stood only in the free text.
        life.talks(20..350, old);
        life.change(at, notice, Face::default(), new);
    } else {
        life.change(at, notice, old, new);
    }
    life.talks(570..980, new);
}

fn conflict(life: &mut Life, by_status: bool) {
    let me = life.face(0);
    life.begins(me);
    life.talks(20..250, me.by_phone());
    takes_username(life, 270..290);
    life.talks(300..550, me.by_username());
    if by_status {
        let at = life.moment(600..780);
        life.act(
            at,
            Act::Reach {
                face: me.with_username(),
            },
        );
        life.talk(820..980, me.by_username());
    } else {
        life.talk(600..980, me.with_username());
    }
}

/// Holds a number, is heard of in the stretch, and never again.
fn giver(life: &mut Life, stretch: std::ops::Range<u32>) {
    let me = life.face(0);
    life.begins(me);
    let seen = if stretch.end > 150 && life.dice.chance(50) {
        me
    } else {
        me.by_phone()
    };
    life.talks(stretch, seen);
    let at = life.moment(180..200);
    life.loses(me, at);
}

fn handed_taker(life: &mut Life) {
    let me = Face {
        phone: Some(life.number_of_the_one_before()),
        ..life.face(0)
    }
    .with_username();
    let at = life.moment(205..220);
    life.gains(me, at);
    life.talks(230..480, me.by_username());
    life.talk(550..980, me);
}

fn recycled_taker(life: &mut Life) {
    let me = Face {
        phone: Some(life.number_of_the_one_before()),
        ..life.face(0)
    };
    let at = life.moment(440..480);
    life.gains(me, at);
    let at = life.moment(500..620);
    life.act(
        at,
        Act::Talk {
            face: me,
            once: true,
        },
    );
    takes_username(life, 630..640);
    life.talks(650..980, me.by_username());
}

fn missed(life: &mut Life) {
    let old = life.face(0);
    let new = Face {
        bsuid: life.face(1).bsuid,
        ..old
    };
    life.begins(old);
    life.talks(20..400, old);
    let at = life.moment(430..470);
    life.becomes(old, new, at);
    let at = life.moment(500..600);
    life.act(
        at,
        Act::Talk {
            face: new,
            once: true,
        },
    );
    takes_username(life, 630..640);
    life.talks(650..980, new.by_username());
}

fn shared_card(life: &mut Life) {
    let me = life.face(0);
    life.begins(me);
    life.talks(20..300, me.by_phone());
    takes_username(life, 320..340);
    life.talks(350..550, me.by_username());
    let at = life.moment(600..700);
    if let Some(phone) = me.phone {
        life.act(
            at,
            Act::Share {
                face: me.by_username(),
                phone,
            },
        );
    }
    life.talk(750..980, me.by_username());
}

fn takes_username(life: &mut Life, stretch: std::ops::Range<u32>) {
    let at = life.moment(stretch);
    life.gains(
        Face {
            username: true,
            ..Face::default()
        },
        at,
    );
}
