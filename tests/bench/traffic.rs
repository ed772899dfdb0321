//! The traffic that ingests and decisions are measured with: about 900 bytes a line, 75 %
//! messages, 15 % statuses, 8 % of Kapso, 2 % changes, five lines a person.
//!
//! Made by counting, with a small generator for chance, so that every run
//! and every machine measures the same bytes.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Lines for each person, on average.
const LINES_A_PERSON: u64 = 5;
/// When the traffic begins, in seconds since 1970.
pub(crate) const BEGIN: u64 = 1_767_225_600;

/// Numbers by chance (SplitMix64), the same ones for the same seed.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }
}

const FIRST: [&str; 12] = [
    "Ana",
    "Bruno",
    "Chiara",
    "Dmytro",
    "Elif",
    "Farid",
    "Grace",
    "Hiroshi",
    "Ines",
    "Jo\u{e3}o",
    "Kateryna",
    "Lu\u{ed}s",
];
const LAST: [&str; 10] = [
    "Souza",
    "Marques",
    "Rossi",
    "Kovalenko",
    "Demir",
    "Haddad",
    "Okafor",
    "Tanaka",
    "Prado",
    "Weber",
];
const WORDS: [&str; 24] = [
    "hello", "when", "will", "the", "order", "arrive", "please", "thanks", "invoice", "number",
    "tomorrow", "address", "changed", "could", "you", "send", "photo", "delivery", "before",
    "noon", "size", "colour", "refund", "maybe",
];

struct Person {
    phone: u64,
    bsuid: u128,
    /// How often the BSUID was replaced.
    turn: u64,
}

/// Writes `lines` lines; the same call writes the same bytes.
pub(crate) fn write(path: &Path, lines: u64) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut dice = Dice(lines);
    let count = (lines / LINES_A_PERSON).max(1);
    let mut people: Vec<Person> = (0..count)
        .map(|n| Person {
            phone: 5_511_900_000_000 + n * 7 + n % 7,
            bsuid: u128::from(dice.next()) * 10 + 1,
            turn: 0,
        })
        .collect();
    let mut line = String::with_capacity(2048);
    for n in 0..lines {
        let at = BEGIN + n * 86_400 * 120 / lines;
        let who = usize::try_from(dice.below(count)).unwrap_or(0);
        line.clear();
        match dice.below(100) {
            0..75 => message(&mut line, &people[who], who, n, at, lines, &mut dice),
            75..90 => status(&mut line, &people[who], n, at, &mut dice),
            90..98 => kapso(&mut line, &people[who], who, n, at, &mut dice),
            _ => change(&mut line, &mut people[who], who, n, at),
        }
        line.push('\n');
        out.write_all(line.as_bytes())?;
    }
    out.flush()
}

fn bsuid(person: &Person) -> String {
    format!("BR.{}", person.bsuid + u128::from(person.turn) * 1_000_003)
}

fn name(who: usize) -> String {
    format!(
        "{} {}",
        FIRST[who % FIRST.len()],
        LAST[who / 7 % LAST.len()]
    )
}

pub(crate) fn text(dice: &mut Dice) -> String {
    let words = 20 + dice.below(30);
    let mut text = String::new();
    for n in 0..words {
        if n > 0 {
            text.push(' ');
        }
        text.push_str(WORDS[usize::try_from(dice.below(24)).unwrap_or(0)]);
    }
    text
}

fn wamid(n: u64) -> String {
    format!("wamid.HBgNNTUxMTk5OTk5OTk5ORUCABIYFjNFQjA{n:024X}")
}

pub(crate) fn envelope(line: &mut String, field: &str, value: &str) {
    line.push_str(r#"{"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881","phone_number_id":"106540352242922"},"#);
    line.push_str(value);
    line.push_str(r#"},"field":""#);
    line.push_str(field);
    line.push_str(r#""}]}]}"#);
}

/// In the first third of the time people come by phone, later with a BSUID
/// beside it, and in the end many of them with the BSUID alone.
fn message(
    line: &mut String,
    p: &Person,
    who: usize,
    n: u64,
    at: u64,
    lines: u64,
    dice: &mut Dice,
) {
    let (id, user, name, phone, body) = (wamid(n), bsuid(p), name(who), p.phone, text(dice));
    let username = if who % 5 < 2 {
        format!(r#","username":"user.{who}""#)
    } else {
        String::new()
    };
    let (contact, from) = if n < lines / 3 {
        (
            format!(r#""wa_id":"{phone}""#),
            format!(r#""from":"{phone}""#),
        )
    } else if n < lines * 2 / 3 || !who.is_multiple_of(3) {
        (
            format!(r#""wa_id":"{phone}","user_id":"{user}""#),
            format!(r#""from":"{phone}","from_user_id":"{user}""#),
        )
    } else {
        (
            format!(r#""user_id":"{user}""#),
            format!(r#""from_user_id":"{user}""#),
        )
    };
    // Three of four answer an earlier message.
    let context = if n.is_multiple_of(4) {
        String::new()
    } else {
        let earlier = wamid(n / 2);
        format!(r#""context":{{"from":"15550783881","id":"{earlier}"}},"#)
    };
    let value = format!(
        r#""contacts":[{{"profile":{{"name":"{name}"{username}}},{contact}}}],"messages":[{{{context}{from},"id":"{id}","timestamp":"{at}","text":{{"body":"{body}"}},"type":"text"}}]"#
    );
    envelope(line, "messages", &value);
}

fn status(line: &mut String, p: &Person, n: u64, at: u64, dice: &mut Dice) {
    let (id, user, phone) = (wamid(n), bsuid(p), p.phone);
    let word = ["sent", "delivered", "read"][usize::try_from(dice.below(3)).unwrap_or(0)];
    let value = format!(
        r#""contacts":[{{"wa_id":"{phone}","user_id":"{user}"}}],"statuses":[{{"id":"{id}","status":"{word}","timestamp":"{at}","recipient_id":"{phone}","recipient_user_id":"{user}","conversation":{{"id":"{n:032x}","expiration_timestamp":"{at}","origin":{{"type":"utility"}}}},"pricing":{{"billable":true,"pricing_model":"PMP","category":"utility","type":"regular"}},"biz_opaque_callback_data":"campaign=spring&wave={n:08}&template=order_update_with_photo_and_invoice&locale=pt_BR&sender=warehouse-{n:06}&priority=normal"}}]"#
    );
    envelope(line, "messages", &value);
}

fn kapso(line: &mut String, p: &Person, who: usize, n: u64, at: u64, dice: &mut Dice) {
    let (id, user, name, phone, body) = (wamid(n), bsuid(p), name(who), p.phone, text(dice));
    // Writing to a String cannot fail.
    let _ = write!(
        line,
        r#"{{"message":{{"id":"{id}","timestamp":"{at}","type":"text","text":{{"body":"{body}"}},"from":"{phone}","from_user_id":"{user}","kapso":{{"direction":"inbound","status":"received","processing_status":"pending","origin":"cloud_api","has_media":false,"content":"{body}"}}}},"conversation":{{"id":"conv-{who:012}","phone_number":"+{phone}","business_scoped_user_id":"{user}","status":"active","last_active_at":"2026-01-05T10:00:00Z","created_at":"2026-01-05T10:00:00Z","updated_at":"2026-01-05T10:00:00Z","metadata":{{}},"phone_number_id":"106540352242922","kapso":{{"contact_name":"{name}","messages_count":{n}}}}},"is_new_conversation":false,"phone_number_id":"106540352242922"}}"#
    );
}

/// The BSUID is replaced, and the phone stays; sometimes the old id is not
/// told, so that there are questions to ask.
fn change(line: &mut String, p: &mut Person, who: usize, n: u64, at: u64) {
    let (old, phone, id) = (bsuid(p), p.phone, wamid(n));
    p.turn += 1;
    let new = bsuid(p);
    let value = format!(
        r#""contacts":[{{"profile":{{"name":"{}"}},"wa_id":"{phone}","user_id":"{new}"}}],"messages":[{{"from":"{phone}","from_user_id":"{new}","id":"{id}","timestamp":"{at}","type":"system","system":{{"body":"User changed their business-scoped user id from the former one to the present one, as told in the fields beside this text, which nobody needs to parse","type":"user_changed_user_id","user_id":"{new}","previous_user_id":"{old}","wa_id":"{phone}"}}}}]"#,
        name(who)
    );
    envelope(line, "messages", &value);
}
