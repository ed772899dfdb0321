//! The small overlays with their styles, and other ways of drawing: ASCII, and
//! each theme with colours and without.

use super::harness::{Setup, pictures};
use crate::tui::finish::Look;
use crate::tui::theme::Scheme;

const SIZES: [(u16, u16); 4] = [(60, 15), (80, 24), (120, 40), (200, 50)];

#[test]
fn palette() {
    pictures("palette", &SIZES, Setup::default, |app| {
        app.press(":").enter("und");
    });
}

#[test]
fn copying() {
    for (name, before) in [("copying", "j enter"), ("copying_masked", "P j enter")] {
        pictures(name, &SIZES, Setup::default, |app| {
            app.press(before).press("y j");
        });
    }
}

#[test]
fn help() {
    for plain in [false, true] {
        let name = if plain { "help_plain" } else { "help" };
        let setup = || Setup {
            look: Look {
                ascii: false,
                plain,
            },
            ..Setup::default()
        };
        pictures(name, &SIZES, setup, |app| {
            app.press("j enter ?");
            app.press("down");
        });
    }
}

#[test]
fn ascii() {
    let setup = || Setup {
        look: Look {
            ascii: true,
            plain: false,
        },
        ..Setup::default()
    };
    for (screen, keys) in [
        ("queue", "j"),
        ("case", "j enter"),
        ("help", "?"),
        ("contact", "c enter"),
        ("overview", "o"),
    ] {
        pictures(&format!("ascii_{screen}"), &SIZES, setup, |app| {
            app.press(keys);
        });
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
