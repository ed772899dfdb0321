//! Any keys in any order on any size: the terminal neither panics nor decides
//! what nobody asked for.

use super::fake::Fake;
use super::harness::{App, Setup};
use crate::tui::action::table;
use crate::tui::update::Msg;
use proptest::prelude::*;

const SIZES: [(u16, u16); 12] = [
    (1, 1),
    (0, 0),
    (1, 50),
    (200, 1),
    (59, 15),
    (60, 14),
    (60, 15),
    (61, 16),
    (80, 24),
    (100, 24),
    (120, 40),
    (200, 50),
];

fn keys() -> Vec<&'static str> {
    let fixed = [
        "1",
        "2",
        "9",
        "esc",
        "enter",
        "backspace",
        "a",
        "!",
        "ctrl-n",
        "ctrl-p",
    ];
    let bound = table().flat_map(|entry| entry.keys);
    bound.copied().chain(fixed).collect()
}

#[test]
fn every_key_on_every_screen_at_every_size() {
    let ways = [
        "",
        "j enter",
        "G enter",
        "H",
        "c",
        "c enter",
        "j enter e",
        "?",
        "/",
        "j enter r",
        "j enter m esc H u",
        "o",
        "i",
        "i * B",
        "* B tab enter",
        "c enter tab tab tab",
        "j enter m esc H B",
        "j enter e /",
        "j enter e r",
    ];
    for way in ways {
        for key in keys() {
            let mut app = App::sized(120, 40);
            if !way.is_empty() {
                app.press(way);
            }
            app.press(key);
            for (width, height) in [(1, 1), (60, 15), (200, 50)] {
                app.resize(width, height).screen();
            }
        }
    }
}

#[test]
fn every_size_around_the_smallest_and_the_switch_of_layouts() {
    let mut app = App::sized(120, 40);
    app.press("j enter");
    for width in [1, 30, 59, 60, 99, 100, 160] {
        for height in (1..16).chain([17, 23, 24, 26, 27, 33]) {
            app.resize(width, height).screen();
        }
    }
    app.resize(40, 10);
    assert!(app.shows("reunite needs 60x15; this is 40x10"));
}

#[test]
fn every_screen_at_sizes_from_one_cell_to_a_wall() {
    let ways = [
        "",
        "j enter",
        "j enter tab",
        "G k enter",
        "H",
        "c",
        "c enter",
        "c enter tab",
        "o",
        "i",
        "i * B",
        "* B tab enter",
        "j enter e",
        "j enter e r",
        "?",
        "/",
        "j enter r",
        "j enter m esc H u",
    ];
    for way in ways {
        let mut app = App::sized(80, 24);
        if !way.is_empty() {
            app.press(way);
        }
        for width in (1..=220).step_by(27).chain([59, 60, 61, 99, 100, 101]) {
            for height in (1..=60).step_by(11).chain([14, 16, 23, 24]) {
                app.resize(width, height).screen();
            }
        }
        // A row that the smaller size hid is in sight again.
        app.resize(80, 24);
        assert!(app.shows("reunite"), "{way}");
    }
}

#[test]
fn an_empty_store_everywhere() {
    for key in keys() {
        let store = Fake::new();
        store.with(|held| held.cases.clear());
        let mut app = App::new(Setup {
            store,
            size: (60, 15),
            ..Setup::default()
        });
        app.press(key).screen();
        app.press("enter").screen();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn random_keys(
        steps in prop::collection::vec((0..1000_usize, 0..12_usize, 0..20_u8), 1..80)
    ) {
        let keys = keys();
        let mut app = App::sized(80, 24);
        for (key, size, what) in steps {
            match what {
                0 => {
                    let (width, height) = SIZES[size];
                    app.resize(width, height);
                }
                1 => app.answers = !app.answers,
                2 => app.answer(),
                3 => {
                    app.wait(2_000).take(Msg::Wake);
                }
                4 => {
                    app.meanwhile(|held| held.cases.rotate_left(1));
                }
                5 => {
                    app.take(Msg::Paste("joão \u{202E}".into()));
                }
                _ => {
                    app.press(keys[key % keys.len()]);
                }
            }
            app.screen();
        }
        // Every decision has its entry, and only decisions have.
        let made = app.store.with(|held| held.audit.len());
        let known = app.model.trail.done.len() + app.model.trail.undone.len();
        prop_assert!(known <= made);
    }
}
