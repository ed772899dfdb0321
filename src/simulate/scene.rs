//! A scene made into deliveries: who says what, on which surface, a few
//! seconds or minutes apart.

use serde_json::Value;

use super::Delivery;
use super::dice::Dice;
use super::kapso;
use super::life::{Act, Face, Notice, Scene};
use super::meta::{self, Business, MAIN, Message, SECOND, Said, Who};
use super::person::{People, SLOTS};
use super::talk::{Turn, turns};

/// Conversations in a hundred that come by way of Kapso.
const BY_KAPSO: u64 = 9;
/// Answers of the shop in a hundred whose fate is told.
const WITH_STATUS: u64 = 48;
/// Deliveries in a hundred that come twice, as Meta repeats what it believes
/// was not received.
const REPEATED: u64 = 1;

/// The deliveries of one scene, not in order.
pub(super) fn play(people: People, scene: Scene) -> Vec<Delivery> {
    let dice = Dice::of(&[
        people.seed,
        0x5CE1E,
        scene.person.into(),
        scene.at.cast_unsigned(),
    ]);
    let mut stage = Stage {
        people,
        person: scene.person,
        dice,
        now: scene.at,
        played: Vec::new(),
    };
    match scene.act {
        Act::Talk { face, once } => stage.talk(face, once),
        Act::Reach { face } => stage.reach(face),
        Act::Share { face, phone } => stage.share(face, phone),
        Act::Change {
            notice,
            old,
            new,
            told,
        } => stage.change(notice, old, new, told),
    }
    stage.played
}

struct Stage {
    people: People,
    person: u32,
    dice: Dice,
    /// Unix seconds.
    now: i64,
    played: Vec<Delivery>,
}

impl Stage {
    fn talk(&mut self, mut face: Face, once: bool) {
        let language = self.people.language(self.person);
        // Whoever is to be seen for the first time must speak first.
        let dialogue = loop {
            let any = language.dialogues[self.dice.place(language.dialogues.len())];
            if !(once && any.starts_with('>')) {
                break any;
            }
        };
        let by_kapso = self.dice.chance(BY_KAPSO);
        let business = if by_kapso || self.dice.chance(15) {
            SECOND
        } else {
            MAIN
        };
        let mut thread = kapso::Conversation {
            id: self.thread(face),
            since: self.now,
            count: 0,
        };
        let filled = self.fillings();
        let mut answer = String::new();
        for turn in turns(dialogue) {
            let (said, out) = match turn {
                Turn::Asks(text) => (Said::Text(filled.fill(text)), false),
                Turn::Answers(text) => (Said::Text(filled.fill(text)), true),
                Turn::Photo(caption) => (Said::Photo(caption.to_owned()), false),
                Turn::Voice => (Said::Voice, false),
                Turn::Like(emoji) => (Said::Like(emoji, answer.clone()), false),
            };
            let message = self.message(said);
            let who = self.who(face);
            if out {
                answer.clone_from(&message.id);
            }
            if by_kapso {
                let line = kapso::message(business, &who, &thread, &message, out);
                self.deliver(&line, Some(message.id));
                thread.count += 1;
            } else if out {
                self.answer(business, &who, &message);
            } else {
                self.deliver(&meta::incoming(business, &who, &message), Some(message.id));
            }
            if once {
                face = face.by_username();
            }
        }
        if self.dice.chance(2) && !by_kapso {
            self.card_of_a_friend(business, face);
        }
    }

    /// The shop answers, and may learn what became of the answer.
    fn answer(&mut self, business: Business, who: &Who, message: &Message) {
        let at = message.at;
        self.deliver(
            &meta::echo(business, who, message),
            Some(message.id.clone()),
        );
        if !self.dice.chance(WITH_STATUS) {
            return;
        }
        let (read, seen) = (self.dice.chance(60), self.pause(8, 300));
        let told: &[(&str, i64)] = if who.bsuid.is_none() && self.dice.chance(4) {
            &[("failed", at + 3)]
        } else if read {
            &[("delivered", at + 2), ("read", at + seen)]
        } else {
            &[("delivered", at + 2)]
        };
        self.deliver(&meta::statuses(business, who, &message.id, told), None);
    }

    /// The shop writes to a number; the status knows the BSUID too.
    fn reach(&mut self, face: Face) {
        let notice = self.people.language(self.person).notice.to_owned();
        let message = self.message(Said::Text(notice));
        let known = self.who(face.by_phone());
        self.deliver(
            &meta::echo(MAIN, &known, &message),
            Some(message.id.clone()),
        );
        self.now += self.pause(4, 40);
        let line = meta::statuses(
            MAIN,
            &self.who(face),
            &message.id,
            &[("delivered", self.now)],
        );
        self.deliver(&line, None);
    }

    /// The shop asks for the number and gets it.
    fn share(&mut self, face: Face, phone: u32) {
        let who = self.who(face);
        let request = self.people.language(self.person).ask_number.to_owned();
        let request = self.message(Said::Text(request));
        self.answer(MAIN, &who, &request);
        let phone = self.people.phone(phone);
        let card = self.message(Said::Card {
            name: String::new(),
            phone,
            requested: true,
        });
        self.deliver(&meta::incoming(MAIN, &who, &card), Some(card.id.clone()));
    }

    /// Someone else's card: evidence of nothing.
    fn card_of_a_friend(&mut self, business: Business, face: Face) {
        let friend = (self.person + 1) % self.people.count.max(1);
        let name = self.people.first_name(friend).to_owned();
        let phone = self.people.phone(friend * SLOTS);
        let card = self.message(Said::Card {
            name,
            phone,
            requested: false,
        });
        let line = meta::incoming(business, &self.who(face), &card);
        self.deliver(&line, Some(card.id));
    }

    fn change(&mut self, notice: Notice, old: Face, new: Face, told: i64) {
        let (old, new) = (self.who(old), self.who(new));
        let line = if notice == Notice::KapsoIdentityChanged {
            let contact = format!("contact_{:016x}", self.dice.throw());
            kapso::identity_changed(SECOND, &contact, told, &old, &new)
        } else {
            let id = self.id();
            meta::change(MAIN, notice, &id, told, &old, &new)
        };
        self.deliver(&line, None);
    }

    /// A message a little later than the one before.
    fn message(&mut self, said: Said) -> Message {
        self.now += self.pause(15, 420);
        Message {
            id: self.id(),
            at: self.now,
            said,
        }
    }

    fn who(&self, face: Face) -> Who {
        Who {
            name: self.people.name(self.person),
            phone: face.phone.map(|slot| self.people.phone(slot)),
            bsuid: face.bsuid.map(|slot| self.people.bsuid(slot)),
            username: face.username.then(|| self.people.username(self.person)),
        }
    }

    /// A message id, of the look of WhatsApp's.
    fn id(&mut self) -> String {
        const LETTERS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let letters = (0..32).map(|_| char::from(LETTERS[self.dice.place(64)]));
        let id: String = letters.collect();
        format!("wamid.SIM{id}==")
    }

    /// The id of the thread at Kapso that a face writes in.
    fn thread(&self, face: Face) -> String {
        let slot = face.bsuid.or(face.phone).unwrap_or(0);
        let kind = u64::from(face.bsuid.is_some());
        format!(
            "conv_{:016x}",
            Dice::of(&[self.people.seed, 0xC0, slot.into(), kind]).throw()
        )
    }

    fn pause(&mut self, least: u64, most: u64) -> i64 {
        self.dice.between(least, most).cast_signed()
    }

    /// Puts a delivery on its way, some twice.
    fn deliver(&mut self, line: &Value, message: Option<String>) {
        let at = self.now + self.pause(0, 3);
        let line = line.to_string();
        if self.dice.chance(REPEATED) {
            let again = at + self.pause(10, 900);
            self.played.push(Delivery {
                at: again,
                person: self.person,
                line: line.clone(),
                message: None,
            });
        }
        self.played.push(Delivery {
            at,
            person: self.person,
            line,
            message,
        });
    }

    fn fillings(&mut self) -> Fillings {
        Fillings {
            first: self.people.first_name(self.person),
            order: self.dice.between(10_240, 98_990).to_string(),
            price: self.dice.between(4, 29).to_string(),
            time: format!("{}:{}0", self.dice.between(10, 18), self.dice.between(0, 5)),
            day: self.dice.between(2, 28).to_string(),
        }
    }
}

/// What a dialogue leaves open, the same for all its turns.
struct Fillings {
    first: &'static str,
    order: String,
    price: String,
    time: String,
    day: String,
}

impl Fillings {
    fn fill(&self, text: &str) -> String {
        text.replace("{first}", self.first)
            .replace("{order}", &self.order)
            .replace("{price}", &self.price)
            .replace("{time}", &self.time)
            .replace("{day}", &self.day)
    }
}
