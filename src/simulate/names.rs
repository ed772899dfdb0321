//! Profile names that attack: whoever reads them, the terminal they are shown
//! on, or the spreadsheet they are exported to. Each person of the story
//! `Hostile` has one of them.

use super::person::People;

/// A hostile profile name. They take turns, so that a plan of 300 people has
/// all of them.
pub(super) fn hostile(people: People, n: u32) -> String {
    let first = people.first_name(n);
    match turn(n) {
        0 => format!("\u{202E}{first} Admin\u{202C}"),
        1 => format!("{first}\u{200B}\u{200D} \u{2060}{first}"),
        2 => format!("\u{1b}[31m{first}\u{1b}[0m\u{7} \u{1b}]0;owned\u{7}"),
        3 => format!("{first}{}", "\u{301}\u{316}".repeat(100)),
        4 => format!("{first} {}", "de la Santísima ".repeat(30).trim_end()),
        5 => format!("Família 👨‍👩‍👧‍👦 {first} 🏳️‍🌈 👩🏽‍⚕️"),
        6 => format!("{first}\tSupport\nVerified account\r\n"),
        7 => "=HYPERLINK(\"http://example.invalid\",\"Open\")".to_owned(),
        8 | 9 => twin(people, n.saturating_sub(1)),
        10 => format!("{first}\u{E0041}\u{E0042}\u{E007F}"),
        11 => "\u{3164}\u{2800}".to_owned(),
        12 => format!("\u{2067}{first}\u{2069} <b>&amp;</b> \\u0000"),
        13 => "+1+1|calc".to_owned(),
        _ => format!("{first}\u{FE0F}\u{180E}\u{FEFF}"),
    }
}

/// Which of the names a person has. In a round of fifty people three have one,
/// ten apart, so that the remainder tells them apart.
fn turn(n: u32) -> u32 {
    (n / 50 * 3 + n % 3) % 15
}

/// Another's name, with Latin letters exchanged for Cyrillic ones that look the
/// same; whoever has no Latin name is left alone, and the shop is aped.
fn twin(people: People, other: u32) -> String {
    let ape = |name: &str| -> String {
        name.chars()
            .map(|c| match c {
                'a' => 'а',
                'e' => 'е',
                'o' => 'о',
                'c' => 'с',
                'p' => 'р',
                'i' => 'і',
                _ => c,
            })
            .collect()
    };
    let name = people.name(other);
    let twin = ape(&name);
    if twin == name {
        ape("Customer Support")
    } else {
        twin
    }
}
