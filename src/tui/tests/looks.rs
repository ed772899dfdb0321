//! How overlays look with their styles, at four sizes; and the queue and a case
//! in every way of drawing: masked, plain, ASCII, in each theme, with names that
//! are hard on a screen.

use super::harness::{App, Setup, pictures};
use crate::tui::finish::Look;
use crate::tui::theme::Scheme;

const SIZES: [(u16, u16); 4] = [(60, 15), (80, 24), (120, 40), (200, 50)];
const USUAL: [(u16, u16); 1] = [(80, 24)];

const ASCII: Look = Look {
    ascii: true,
    plain: false,
};
const PLAIN: Look = Look {
    ascii: false,
    plain: true,
};

fn drawn(look: Look) -> Setup {
    Setup {
        look,
        ..Setup::default()
    }
}

/// Names that are hard on a screen: written from the right, with vowel signs
/// that stack, families of joined emoji, thousands of marks on one letter,
/// commands to the terminal, and two that only look the same.
const HARD: [&str; 8] = [
    "محمد عبد الرحمن",
    "שרה כהן",
    "श्रीमती लक्ष्मी",
    "👨‍👩‍👧‍👦 Souza",
    "Z\u{301}",
    "東京 太郎 東京 太郎 東京 太郎 東京 太郎",
    "Ana\u{202E}azuoS\u{1b}[31m\u{7}",
    "Аna Sоuza",
];

fn hard(app: &mut App) {
    app.meanwhile(|held| {
        let sides = held.cases.iter_mut().flat_map(|row| &mut row.contacts);
        for (side, name) in sides.zip(HARD.iter().cycle()) {
            side.name = match *name {
                "Z\u{301}" => format!("Z{}", "\u{301}".repeat(5_000)),
                name => name.into(),
            };
        }
    });
}

#[test]
fn palette() {
    pictures("palette", &SIZES, Setup::default, |app| {
        app.press(":").enter("und");
    });
}

#[test]
fn copying() {
    pictures("copying", &SIZES, Setup::default, |app| {
        app.press("j enter y j");
    });
}

#[test]
fn help_in_styles() {
    pictures("help_styles", &SIZES, Setup::default, |app| {
        app.press("?");
        app.press("down");
    });
}

#[test]
fn masked() {
    for (name, keys) in [("queue", "j P"), ("case", "j enter P"), ("copy", "P y")] {
        pictures(&format!("masked_{name}"), &USUAL, Setup::default, |app| {
            app.press(keys).wait(5_000).press("f9");
        });
    }
}

#[test]
fn plain_and_ascii() {
    for (name, look) in [("plain", PLAIN), ("ascii", ASCII)] {
        for (screen, keys) in [
            ("queue", "j"),
            ("case", "j enter"),
            ("help", "?"),
            ("contact", "c enter"),
        ] {
            let sizes = if screen == "queue" {
                &SIZES[..]
            } else {
                &USUAL
            };
            pictures(
                &format!("{name}_{screen}"),
                sizes,
                || drawn(look),
                |app| {
                    app.press(keys);
                },
            );
        }
    }
}

#[test]
fn themes() {
    for scheme in Scheme::ALL {
        for (colour, without) in [(true, ""), (false, "_without_colour")] {
            let name = format!("theme_{}{without}", scheme.as_str());
            let setup = || Setup {
                scheme,
                colour,
                ..Setup::default()
            };
            pictures(&name, &[(60, 15)], setup, |app| {
                app.press("j");
            });
        }
    }
}

#[test]
fn hard_names() {
    for (name, look) in [("wide", Look::default()), ("ascii", ASCII)] {
        pictures(&format!("hard_{name}_queue"), &SIZES, || drawn(look), hard);
        pictures(
            &format!("hard_{name}_case"),
            &USUAL,
            || drawn(look),
            |app| {
                hard(app);
                app.press("enter");
            },
        );
    }
}
