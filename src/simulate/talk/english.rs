//! English, of Britain and of the United States.

use super::{Country, Language};

#[rustfmt::skip] // a table of words reads better dense
pub(super) static LANGUAGE: Language = Language {
    countries: &[
        Country { iso: "GB", prefix: "447", filler: "700900" },
        Country { iso: "US", prefix: "1", filler: "" },
    ],
    given: &[
        ("Olivia", "olivia"), ("Marcus", "marcus"), ("Priya", "priya"), ("Declan", "declan"), ("Hannah", "hannah"),
        ("Tyrone", "tyrone"), ("Imogen", "imogen"), ("Callum", "callum"), ("Grace", "grace"), ("Wesley", "wesley"),
        ("Siobhan", "siobhan"), ("Elliot", "elliot"), ("Naomi", "naomi"), ("Gareth", "gareth"), ("Zoë", "zoe"),
        ("Desmond", "desmond"), ("Bronwen", "bronwen"), ("Ravi", "ravi"), ("Maisie", "maisie"), ("Duncan", "duncan"),
    ],
    family: &[
        ("Hartley", "hartley"), ("O'Sullivan", "osullivan"), ("Okafor", "okafor"), ("Whitmore", "whitmore"),
        ("Pemberton", "pemberton"), ("Nakamura", "nakamura"), ("Abernathy", "abernathy"), ("Lindqvist", "lindqvist"),
        ("Choudhury", "choudhury"), ("McAllister", "mcallister"), ("Fairweather", "fairweather"), ("Delgado", "delgado"),
        ("Ashworth", "ashworth"), ("Kowalczyk", "kowalczyk"), ("Thackeray", "thackeray"), ("Bennett-Shaw", "bennettshaw"),
    ],
    dialogues: &[
        "< Hi, has order {order} shipped yet?
         > Hi {first}! It left this morning, should be with you on the {day}th.
         <like 👍",
        "< Do you have the green raincoat in a medium?
         > We do, two left. Shall I put one aside?
         < yes please! can I pick up after {time}?
         > No problem, we're open till 8.",
        "< Could I get an invoice for {order}? It's for work
         > Of course. Which company name should be on it?
         < Same as last time please
         > Sent to your email just now.
         < got it, thanks",
        "<photo the zip came apart after two wears
         > Oh no, so sorry about that. Replacement or refund?
         < replacement please, same size
         > On its way, {first}. No need to send the old one back.",
        "< Can I book a fitting this week?
         > The {day}th at {time} is free.
         < perfect, see you then",
        "< hey is there a student discount
         > 10% with a valid ID, in store or online.
         < nice 🙌",
        "> Hi {first}, your alterations are ready to collect.
         < Brilliant, I'll send my brother round
         > That's fine, he just needs the ticket number {order}.",
        "< How do your boots run? I'm usually a 7
         > Half a size small, I'd go with 7.5.
         < ok ordering the 7.5
         > Good choice! Free returns if they don't fit.",
        "<voice
         > Got your message. We can change the address until it ships.
         < thank you!! it's flat 4 not 14
         > All updated.",
        "< Is delivery still {price}?
         > Yes, free over 60.",
        "< I was charged twice for {order}
         > Let me check... you're right, one of them is being refunded.
         < how long does that take?
         > Three working days at most. Sorry about that, {first}!
         < no worries",
        "< are you open bank holiday monday?
         > 11 to 5, yes!",
    ],
    ask_number: "Could you share your phone number with us here? The courier will ring when they're close.",
    notice: "Your order is ready to collect. Please bring the code or some ID.",
};
