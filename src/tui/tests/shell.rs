//! The shell around the screens: palette, copying, the mouse, pasting, where the
//! terminal's cursor stands.

use super::harness::{App, Setup};
use crate::tui::finish::Look;
use crate::tui::keymap::Scope;
use crate::tui::model::Effect;
use crate::tui::update::Msg;
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use rstest::rstest;

fn mouse(kind: MouseEventKind, column: u16, row: u16) -> Msg {
    Msg::Mouse(MouseEvent {
        kind,
        column,
        row,
        modifiers: KeyModifiers::NONE,
    })
}

fn click(app: &mut App, column: u16, row: u16) -> bool {
    app.take(mouse(MouseEventKind::Down(MouseButton::Left), column, row))
}

fn copied(app: &mut App) -> String {
    let last = app.other.pop();
    let Some(Effect::Copy(text)) = last else {
        panic!("{last:?}");
    };
    text
}

#[test]
fn the_palette_finds_by_a_few_letters_and_runs() {
    let mut app = App::sized(80, 24);
    app.press(":").enter("pvc").press("enter");
    assert!(app.model.privacy && app.model.overlay.is_none());
    app.press(":").enter("hist").press("enter");
    assert_eq!(app.model.scope(), Scope::History);
}

#[test]
fn what_works_elsewhere_says_where_and_does_nothing() {
    let mut app = App::sized(80, 24);
    app.press(":").enter("merge");
    assert!(app.shows("it works in compare"), "{}", app.screen());
    app.press("enter");
    assert!(app.shows("It works in compare."), "{}", app.screen());
    assert!(app.model.writing.is_none());
    // The help shows only what works here.
    app.press("?").enter("keep separate");
    assert!(app.shows("Nothing is called that"));
}

#[test]
fn what_cannot_be_done_now_says_why_in_help_and_palette() {
    for key in [":", "?"] {
        let mut app = App::sized(80, 24);
        app.press(key).enter("undo");
        assert!(app.shows("nothing was decided in this session"), "{key}");
    }
}

#[test]
fn keys_are_told_whole_on_small_terminals_too() {
    for (width, height) in [(60, 15), (80, 24)] {
        let mut app = App::sized(width, height);
        for (named, keys) in [
            ("previous-tab", "Shift-Tab ← h"),
            ("page-down", "Ctrl-d PgDn"),
        ] {
            app.press("?").enter(named);
            assert!(app.shows(&format!(" {keys} ")), "{}", app.screen());
            app.press("esc");
        }
    }
}

#[test]
fn the_best_name_comes_first() {
    let mut app = App::sized(80, 24);
    for (typed, first) in [
        ("undo", "undo"),
        ("quit", "quit"),
        ("mouse", "mouse"),
        ("page d", "page-down"),
    ] {
        app.press(":").enter(typed);
        let Some(crate::tui::model::Overlay::Help(help)) = &app.model.overlay else {
            panic!("no palette");
        };
        let ids = crate::tui::overlays::help::ids(help);
        assert_eq!(ids.first(), Some(&first), "{typed}");
        app.press("esc");
    }
}

#[test]
fn an_identifier_is_copied_as_it_is_compared() {
    let mut app = App::sized(80, 24);
    app.press("j enter y 1");
    let text = copied(&mut app);
    assert!(text.bytes().all(|b| b.is_ascii_digit()), "{text}");
    assert!(app.shows("by OSC 52"), "{}", app.screen());
    app.press("y").press("2");
    assert_eq!(
        copied(&mut app),
        app.model.compare().unwrap().case.to_string()
    );
}

#[test]
fn privacy_masks_what_is_copied() {
    for keys in ["j y", "j enter y", "c enter esc y"] {
        let mut app = App::sized(80, 24);
        app.press(keys);
        app.press("esc P");
        let names: Vec<String> = super::fixtures::people()
            .into_iter()
            .map(|page| page.name)
            .filter(|name| name.chars().count() > 4)
            .collect();
        app.press("y");
        let Some(crate::tui::model::Overlay::Choice(choice)) = &app.model.overlay else {
            panic!("nothing to choose");
        };
        for n in 1..=choice.options.len() {
            app.press("y").press(&n.to_string());
            let text = copied(&mut app);
            for name in &names {
                assert!(!text.contains(name.as_str()), "{name} in {text}");
            }
            assert!(!text.contains("5511987654321"), "{text}");
            assert!(!text.contains("98765"), "{text}");
            app.press("y");
        }
    }
}

#[test]
fn a_page_is_copied_whole() {
    let mut app = App::sized(60, 15);
    app.press("j enter y G enter");
    let page = copied(&mut app);
    for part in ["Contacts", "Messages", "Why", "Answers"] {
        assert!(page.contains(part), "{part} in {page}");
    }
    assert!(!page.contains("more ↓"), "{page}");
    assert!(!page.contains("? help"), "{page}");
    assert!(page.lines().count() > 40, "{page}");
}

#[test]
fn the_mouse_is_off_until_asked_for() {
    let mut app = App::sized(80, 24);
    let before = app.screen();
    assert!(!click(&mut app, 5, 6));
    assert_eq!(app.screen(), before);
    app.press(":").enter("mouse").press("enter");
    assert_eq!(app.other.pop(), Some(Effect::Mouse(true)));
    assert!(click(&mut app, 5, 6));
    assert!(app.line_under_cursor().contains('▸'));
    app.press(":").enter("mouse").press("enter");
    assert_eq!(app.other.pop(), Some(Effect::Mouse(false)));
}

#[test]
fn a_click_selects_what_it_is_on() {
    let mut app = App::sized(80, 24);
    app.model.mouse = true;
    for row in 4..7 {
        let wanted = app.screen().lines().nth(row.into()).unwrap().to_owned();
        assert!(click(&mut app, 20, row));
        let under = app.line_under_cursor();
        assert_eq!(under, wanted.replacen([' ', '▸'], "▸", 1), "row {row}");
    }
    assert!(!click(&mut app, 20, 23), "the hints are no row");
    // Panes of a case.
    app.press("enter");
    let screen = app.screen();
    let why = screen
        .lines()
        .position(|line| line.contains("  Why "))
        .unwrap();
    assert!(click(&mut app, 4, u16::try_from(why).unwrap()));
    assert!(app.line_under_cursor().contains("▸ Why"));
    // What an overlay lies on is out of reach.
    app.press("y");
    let on_choice = app.screen();
    let page = on_choice
        .lines()
        .position(|line| line.contains("page"))
        .unwrap();
    assert!(!click(&mut app, 0, 1));
    assert!(click(&mut app, 40, u16::try_from(page).unwrap()));
    assert!(app.line_under_cursor().contains("page"));
    app.press("enter");
    assert!(copied(&mut app).contains("Why"));
}

#[test]
fn the_wheel_moves() {
    let mut app = App::sized(80, 24);
    app.model.mouse = true;
    let first = app.model.queue.list.cursor;
    app.take(mouse(MouseEventKind::ScrollDown, 1, 1));
    assert_eq!(app.model.queue.list.place(app.model.queue.ids()), Some(3));
    app.take(mouse(MouseEventKind::ScrollUp, 1, 1));
    assert_eq!(app.model.queue.list.cursor, first);
    assert!(!app.take(mouse(MouseEventKind::Moved, 1, 1)));
}

#[test]
fn what_is_pasted_runs_no_key() {
    let mut app = App::sized(80, 24);
    app.press("j enter").wait(1_000);
    let before = app.screen();
    assert!(!app.take(Msg::Paste("m\nq\u{1b}:quit\n".into())));
    assert_eq!(app.screen(), before);
    assert!(app.model.writing.is_none());
    app.press("q /");
    app.take(Msg::Paste("jo\u{1b}[31mao\n".into()));
    assert_eq!(app.model.queue.filter.text, "jo[31mao");
}

/// Where screen readers look: on the selected row, or in the field.
#[rstest]
#[case("j", "▸")]
#[case("j enter", "▸ Contacts")]
#[case("j enter tab", "▸ Messages")]
#[case("?", "Find")]
#[case(":", "Find")]
#[case("/", "Filter")]
#[case("c", "Search")]
#[case("c down", "Search")]
#[case("j enter e", "▸")]
#[case("j enter y", " 1 ")]
fn the_cursor_of_the_terminal_is_where_the_focus_is(#[case] keys: &str, #[case] holds: &str) {
    let mut app = App::sized(80, 24);
    app.press(keys);
    let line = app.line_under_cursor();
    assert!(line.contains(holds), "{keys}: {line}");
    let mut plain = App::new(Setup {
        look: Look {
            plain: true,
            ascii: true,
        },
        ..Setup::default()
    });
    plain.press(keys);
    let screen = plain.screen();
    assert!(screen.is_ascii(), "{screen}");
    assert!(!screen.contains("--"), "{screen}");
    let line = plain.line_under_cursor();
    let holds = holds.replace('▸', ">");
    assert!(line.contains(&holds), "{keys}: {line}");
}

#[test]
fn no_glyph_beyond_ascii_on_any_screen() {
    for size in [(60, 15), (80, 24), (120, 40), (30, 5)] {
        let mut app = App::new(Setup {
            size,
            look: Look {
                ascii: true,
                plain: false,
            },
            ..Setup::default()
        });
        for keys in [
            "j", "enter", "tab", "e", "esc", "y", "esc", "?", "esc", "q", "c", "esc", "H", "q", "i",
        ] {
            app.press(keys);
            let screen = app.screen();
            assert!(screen.is_ascii(), "{screen}");
        }
    }
}
