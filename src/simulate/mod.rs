//! Realistic webhook traffic, and the truth about it.
//!
//! A plan (how many people, how many days, which seed) gives one stream of
//! deliveries in order of arrival, in the shapes of Meta and of Kapso, and says
//! of every message and identifier whose it really is. The same plan gives the
//! same bytes, on any day and on any machine: no clock, no file, and its own
//! dice. What a plan holds in memory is its scenes (some 80 bytes each), never
//! its lines.
//!
//! ```text
//! Plan ─ story ─► Life: scenes, holdings ─ sorted by time ─ scene ─► deliveries, in order of arrival
//!          └─ person, talk, names: who they are and what they say
//! ```

mod dice;
mod kapso;
mod life;
mod meta;
mod names;
mod person;
mod scene;
mod story;
mod talk;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::iter::Peekable;
use std::ops::Range;
use std::vec;

use serde_json::json;

use life::{Held, Life, Scene};
use person::People;

/// What to simulate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Customers; up to 3,000,000 have telephone numbers of their own.
    pub people: u32,
    /// Days until 20 November 2026, where every plan ends.
    pub days: u32,
    /// Another seed gives other people and other traffic.
    pub seed: u64,
}

impl Plan {
    /// The plan of the bundled traffic: 300 people from 20 May 2026 on.
    pub const DEMO: Self = Self {
        people: 300,
        days: 184,
        seed: 7,
    };

    /// Start and end, in Unix seconds.
    fn span(self) -> Range<i64> {
        /// 2026-11-20T00:00:00Z
        const END: i64 = 1_795_132_800;
        END - i64::from(self.days) * 86_400..END
    }

    fn people(self) -> People {
        People {
            count: self.people.min(person::MOST_PEOPLE),
            seed: self.seed,
        }
    }

    fn lives(self) -> impl Iterator<Item = Life> {
        (0..self.people().count).map(move |n| {
            let mut life = Life::new(self.seed, n, self.span());
            story::live(&mut life);
            life
        })
    }
}

/// One delivery: what a webhook receives in one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// When it arrives, in Unix seconds.
    pub at: i64,
    /// The person behind it, a number below `Plan::people`.
    pub person: u32,
    /// The body, JSON on one line, without its newline.
    pub line: String,
    /// The id of the message in it, in or out, if it brings one for the first
    /// time.
    pub message: Option<String>,
}

impl Delivery {
    /// The line of the truth about the message in it: `{"message":id,"person":n}`.
    #[must_use]
    pub fn truth(&self) -> Option<String> {
        let id = self.message.as_ref()?;
        Some(json!({ "message": id, "person": self.person }).to_string())
    }
}

/// The deliveries of a plan, in order of arrival.
#[must_use]
pub fn generate(plan: &Plan) -> Traffic {
    let mut scenes: Vec<Scene> = plan.lives().flat_map(|life| life.scenes).collect();
    scenes.sort_by_key(|scene| (scene.at, scene.person));
    Traffic {
        people: plan.people(),
        scenes: scenes.into_iter().peekable(),
        waiting: BinaryHeap::new(),
        played: 0,
    }
}

/// The truth about identifiers: one line for each stretch of time in which a
/// person held one, `{"identifier":"KIND:VALUE","person":n,"since":…,"until":…}`;
/// `until` is null where it does not end.
pub fn holdings(plan: &Plan) -> impl Iterator<Item = String> {
    let people = plan.people();
    plan.lives().flat_map(move |life| {
        let person = life.person;
        life.holdings.into_iter().map(move |holding| {
            let identifier = match holding.held {
                Held::Phone(slot) => format!("phone:{}", people.phone(slot)),
                Held::Bsuid(slot) => format!("bsuid:{}", people.bsuid(slot)),
                Held::Username => format!("username:{}", people.username(person)),
            };
            let (since, until) = (kapso::iso(holding.since), holding.until.map(kapso::iso));
            json!({ "identifier": identifier, "person": person, "since": since, "until": until })
                .to_string()
        })
    })
}

/// The traffic of a plan, delivery by delivery; see [`generate`].
pub struct Traffic {
    people: People,
    scenes: Peekable<vec::IntoIter<Scene>>,
    /// Deliveries of scenes that have begun, the first to arrive on top.
    waiting: BinaryHeap<Reverse<Waiting>>,
    /// Deliveries made so far; keeps those of one second in their order.
    played: u64,
}

impl Iterator for Traffic {
    type Item = Delivery;

    fn next(&mut self) -> Option<Delivery> {
        // A scene's deliveries arrive after it began, so what arrives before
        // the next scene begins may leave.
        while let Some(scene) = self.scenes.next_if(|scene| {
            self.waiting
                .peek()
                .is_none_or(|Reverse(first)| first.delivery.at >= scene.at)
        }) {
            for delivery in scene::play(self.people, scene) {
                self.played += 1;
                self.waiting.push(Reverse(Waiting {
                    order: (delivery.at, self.played),
                    delivery,
                }));
            }
        }
        self.waiting.pop().map(|Reverse(waiting)| waiting.delivery)
    }
}

/// A delivery on its way, ordered by arrival.
struct Waiting {
    order: (i64, u64),
    delivery: Delivery,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.order == other.order
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order.cmp(&other.order)
    }
}

/// The bundled traffic: the lines of [`Plan::DEMO`], compressed with zstd. Made
/// by `cargo test --lib simulate::tests::demo_write -- --ignored`.
#[must_use]
pub fn demo() -> &'static [u8] {
    include_bytes!("../../assets/demo.jsonl.zst")
}
