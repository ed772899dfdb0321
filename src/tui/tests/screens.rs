//! Every screen and overlay, as it is seen and with its styles, at four sizes:
//! as usual, masked, plain, and with names that are hard on a screen. Changed on
//! purpose: look at the new pictures, then accept them.

use super::fixtures;
use super::harness::{App, Setup, pictures};
use super::proposals;
use crate::tui::finish::Look;

const SIZES: [(u16, u16); 4] = [(60, 15), (80, 24), (120, 40), (200, 50)];

/// Names that are hard on a screen: written from the right, with vowel signs
/// that stack, families of joined emoji, thousands of marks on one letter,
/// commands to the terminal, and two that only look the same.
fn hard_names() -> Vec<String> {
    let marked = format!("Z{}", "\u{301}".repeat(5_000));
    [
        "محمد عبد الرحمن",
        "שרה כהן",
        "श्रीमती लक्ष्मी",
        "👨‍👩‍👧‍👦 Souza",
        &marked,
        "東京 太郎 東京 太郎 東京 太郎 東京 太郎",
        "Ana\u{202E}azuoS\u{1b}[31m\u{7}",
        "Аna Sоuza",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// What one of them is called, and how to get there.
type Way = (&'static str, fn(&mut App));

const WAYS: [Way; 26] = [
    ("queue", |app| {
        app.press("j");
    }),
    ("queue_filtered", |app| {
        app.press("/").enter("kind:change !иван");
    }),
    ("queue_marked", |app| {
        app.press("space j j v j");
    }),
    ("queue_empty", |app| {
        app.meanwhile(|held| held.cases.clear());
        app.model.fresh = None;
    }),
    ("compare", |app| {
        app.press("j enter");
    }),
    ("compare_answers", |app| {
        app.press("j enter tab tab tab");
    }),
    ("compare_messages", |app| {
        app.press("j enter tab");
    }),
    ("compare_one_side", |app| {
        app.press("G enter");
    }),
    ("compare_three", |app| {
        app.press("G k enter");
    }),
    ("compare_deceiving", |app| {
        app.press("j j j j enter");
    }),
    ("compare_decided", |app| {
        app.press("j enter m p");
    }),
    ("compare_proposed", |app| {
        propose(app);
        app.press("j enter");
    }),
    ("evidence", |app| {
        app.press("j enter e");
    }),
    ("evidence_raw", |app| {
        app.press("j enter e r");
    }),
    ("relink", |app| {
        app.press("j enter r");
    }),
    ("contacts", |app| {
        app.press("c").enter("a");
        app.press("down");
    }),
    ("contact", |app| {
        app.press("c enter");
    }),
    ("contact_time", |app| {
        app.press("c down down down down enter tab");
    }),
    ("changes", |app| {
        app.press("i j space v j");
    }),
    ("proposals", |app| {
        propose(app);
        app.press("f");
    }),
    ("history", |app| {
        app.press("j enter m s a").wait(60_000);
        app.press("u esc H j");
    }),
    ("history_undo", |app| {
        app.press("j enter m esc H u");
    }),
    ("history_more", |app| {
        app.press("j enter m esc H B");
    }),
    ("overview", |app| {
        propose(app);
        app.press("o");
    }),
    ("batch", |app| {
        app.press("* B");
    }),
    ("batch_result", |app| {
        app.press("* B tab enter");
    }),
];

fn propose(app: &mut App) {
    app.meanwhile(proposals::propose_both);
}

#[test]
fn as_usual() {
    for (name, way) in WAYS {
        pictures(name, &SIZES, Setup::default, way);
    }
}

#[test]
fn masked() {
    for (name, way) in WAYS {
        pictures(&format!("{name}_masked"), &SIZES, Setup::default, |app| {
            app.press("P").wait(4_000).press("f9");
            way(app);
        });
    }
}

#[test]
fn plain() {
    let setup = || Setup {
        look: Look {
            ascii: false,
            plain: true,
        },
        ..Setup::default()
    };
    for (name, way) in WAYS {
        pictures(&format!("{name}_plain"), &SIZES, setup, way);
    }
}

#[test]
fn with_hard_names() {
    for (name, way) in WAYS {
        pictures(&format!("{name}_hard"), &SIZES, Setup::default, |app| {
            app.meanwhile(|held| held.rename(hard_names()));
            way(app);
        });
    }
}

/// Under privacy nothing of a person is left on any of them.
#[test]
fn nothing_of_a_person_is_on_a_masked_screen() {
    let people = fixtures::people();
    let names = people.iter().flat_map(|page| page.name.split_whitespace());
    // A colleague is called Ana too, and colleagues are no secret.
    let is_secret = |word: &&str| word.chars().count() > 2 && *word != "Ana";
    let words: Vec<&str> = names.filter(is_secret).collect();
    for (name, way) in WAYS {
        for (width, height) in SIZES {
            let mut app = App::sized(width, height);
            app.press("P");
            way(&mut app);
            let screen = app.screen();
            for word in &words {
                assert!(!screen.contains(word), "{word} in {name}:\n{screen}");
            }
        }
    }
}
