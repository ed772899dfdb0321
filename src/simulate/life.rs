//! What happens to one person: a list of scenes, and what identifiers the
//! person holds from when until when.
//!
//! A scene says when, what and under which identifiers; the words and the JSON
//! are made of it later, so that a plan of many people fits in memory. Times
//! within a plan are given in thousandths of it: a story tells the same at any
//! length.

use std::ops::Range;

use super::dice::Dice;
use super::person::SLOTS;

/// The identifiers under which a person is seen; telephone number and BSUID by
/// their slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Face {
    pub(super) phone: Option<u32>,
    pub(super) bsuid: Option<u32>,
    pub(super) username: bool,
}

impl Face {
    /// Only the number, as before BSUIDs came.
    pub(super) fn by_phone(self) -> Self {
        Self {
            phone: self.phone,
            ..Self::default()
        }
    }

    /// Only BSUID and username: who has a username may hide the number.
    pub(super) fn by_username(self) -> Self {
        Self {
            phone: None,
            bsuid: self.bsuid,
            username: true,
        }
    }

    /// Everything, the username too.
    pub(super) fn with_username(self) -> Self {
        Self {
            username: true,
            ..self
        }
    }
}

/// The payload that tells of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    UserChangedUserId,
    UserChangedNumber,
    CustomerChangedNumber,
    UserIdUpdate,
    KapsoIdentityChanged,
}

/// What happens in a scene.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// A conversation. With `once`, the number shows only in its first message.
    Talk { face: Face, once: bool },
    /// The shop writes to the number of `face`; the status that follows names
    /// its BSUID as well.
    Reach { face: Face },
    /// The shop asks for the number, and `face` shares that of the slot.
    Share { face: Face, phone: u32 },
    /// The old identifiers gave way to the new, at the time told.
    Change {
        notice: Notice,
        old: Face,
        new: Face,
        told: i64,
    },
}

/// One scene. `at` is when it begins, or for a change when it arrives, in
/// Unix seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene {
    pub(super) at: i64,
    pub(super) person: u32,
    pub(super) act: Act,
}

/// What a person holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// By its slot.
    Phone(u32),
    /// By its slot.
    Bsuid(u32),
    Username,
}

/// A stretch of holding; without an end, to the end of the plan and on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holding {
    pub(super) held: Held,
    pub(super) since: i64,
    pub(super) until: Option<i64>,
}

/// A life in the making.
pub(super) struct Life {
    pub(super) person: u32,
    pub(super) dice: Dice,
    pub(super) scenes: Vec<Scene>,
    pub(super) holdings: Vec<Holding>,
    span: Range<i64>,
}

/// Days in which people talk about once in a stretch of their story.
const DAYS_A_TALK: u64 = 200;

impl Life {
    pub(super) fn new(seed: u64, person: u32, span: Range<i64>) -> Self {
        Self {
            person,
            dice: Dice::of(&[seed, 0x11FE, person.into()]),
            scenes: Vec::new(),
            holdings: Vec::new(),
            span,
        }
    }

    /// The person's number and BSUID in slot 0, 1 or 2.
    pub(super) fn face(&self, at: u32) -> Face {
        let slot = self.person * SLOTS + at;
        Face {
            phone: Some(slot),
            bsuid: Some(slot),
            username: false,
        }
    }

    /// The first number of the person before.
    pub(super) fn number_of_the_one_before(&self) -> u32 {
        self.person.saturating_sub(1) * SLOTS
    }

    /// A time in a stretch of the plan, by day where the stretch is long enough.
    pub(super) fn moment(&mut self, stretch: Range<u32>) -> i64 {
        const DAY: i64 = 86_400;
        let (first, end) = (self.time(stretch.start), self.time(stretch.end));
        let any = first + self.seconds(end - first);
        let by_day = any - any.rem_euclid(DAY) + 7 * 3600 + self.seconds(12 * 3600);
        if (first..end).contains(&by_day) {
            by_day
        } else {
            any
        }
    }

    fn time(&self, thousandths: u32) -> i64 {
        self.span.start + (self.span.end - self.span.start) * i64::from(thousandths) / 1000
    }

    fn seconds(&mut self, end: i64) -> i64 {
        self.dice.below(end.cast_unsigned()).cast_signed()
    }

    /// What the person holds when the plan begins.
    pub(super) fn begins(&mut self, face: Face) {
        self.gains(face, self.span.start);
    }

    /// What the person holds from now on.
    pub(super) fn gains(&mut self, face: Face, at: i64) {
        let username = face.username.then_some(Held::Username);
        let held = [
            face.phone.map(Held::Phone),
            face.bsuid.map(Held::Bsuid),
            username,
        ];
        self.holdings
            .extend(held.into_iter().flatten().map(|held| Holding {
                held,
                since: at,
                until: None,
            }));
    }

    /// What the person holds no more.
    pub(super) fn loses(&mut self, face: Face, at: i64) {
        for holding in &mut self.holdings {
            let lost = match holding.held {
                Held::Phone(slot) => face.phone == Some(slot),
                Held::Bsuid(slot) => face.bsuid == Some(slot),
                Held::Username => face.username,
            };
            if lost {
                holding.until.get_or_insert(at);
            }
        }
    }

    /// New identifiers in place of old ones; what is the same stays.
    pub(super) fn becomes(&mut self, old: Face, new: Face, at: i64) {
        let other_than = |face: Face, than: Face| Face {
            phone: face.phone.filter(|_| face.phone != than.phone),
            bsuid: face.bsuid.filter(|_| face.bsuid != than.bsuid),
            username: face.username && !than.username,
        };
        self.loses(other_than(old, new), at);
        self.gains(other_than(new, old), at);
    }

    /// One conversation.
    pub(super) fn talk(&mut self, stretch: Range<u32>, face: Face) {
        let at = self.moment(stretch);
        self.act(at, Act::Talk { face, once: false });
    }

    /// One conversation, or more where the stretch is long.
    pub(super) fn talks(&mut self, stretch: Range<u32>, face: Face) {
        let days = (self.time(stretch.end) - self.time(stretch.start)).cast_unsigned() / 86_400;
        let more = self.dice.below(2 + 2 * days / DAYS_A_TALK);
        for _ in 0..=more {
            self.talk(stretch.clone(), face);
        }
    }

    /// A change that arrives when it happens.
    pub(super) fn change(&mut self, at: i64, notice: Notice, old: Face, new: Face) {
        self.act(
            at,
            Act::Change {
                notice,
                old,
                new,
                told: at,
            },
        );
    }

    pub(super) fn act(&mut self, at: i64, act: Act) {
        let person = self.person;
        self.scenes.push(Scene { at, person, act });
    }
}
