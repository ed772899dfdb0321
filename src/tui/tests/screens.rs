//! Every screen at four sizes, as it is seen. Changed on purpose: look at the
//! new picture, then accept it.

use super::harness::App;

const SIZES: [(u16, u16); 4] = [(60, 15), (80, 24), (120, 40), (200, 50)];

fn look(name: &str, drive: impl Fn(&mut App)) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for (width, height) in SIZES {
        let mut app = App::sized(width, height);
        drive(&mut app);
        let screen = app.screen();
        settings.bind(|| insta::assert_snapshot!(format!("{name}_{width}x{height}"), screen));
    }
}

#[test]
fn queue() {
    look("queue", |app| {
        app.press("j");
    });
}

#[test]
fn queue_filtered() {
    look("filter", |app| {
        app.press("/").enter("kind:change !иван");
    });
}

#[test]
fn queue_empty() {
    look("empty", |app| {
        app.meanwhile(|held| held.cases.clear());
    });
}

#[test]
fn compare_conflict() {
    look("compare", |app| {
        app.press("j enter");
    });
}

#[test]
fn compare_answers() {
    look("answers", |app| {
        app.press("j enter tab tab tab");
    });
}

#[test]
fn compare_messages() {
    look("messages", |app| {
        app.press("j enter tab");
    });
}

#[test]
fn compare_one_side() {
    look("orphan", |app| {
        app.press("G enter");
    });
}

#[test]
fn compare_three() {
    look("fork", |app| {
        app.press("G k enter");
    });
}

#[test]
fn evidence() {
    look("evidence", |app| {
        app.press("j enter e");
    });
}

#[test]
fn decided() {
    look("decided", |app| {
        app.press("j enter m");
    });
}

#[test]
fn history() {
    look("history", |app| {
        app.press("j enter m s a").wait(60_000);
        app.press("u esc H j");
    });
}

#[test]
fn contacts() {
    look("contacts", |app| {
        app.press("c").enter("a");
        app.press("down");
    });
}

#[test]
fn contact() {
    look("contact", |app| {
        app.press("c").enter("ana s");
        app.press("enter");
    });
}

#[test]
fn help() {
    look("help", |app| {
        app.press("j enter ?");
    });
}

#[test]
fn relink() {
    look("relink", |app| {
        app.press("j enter r");
    });
}

#[test]
fn contact_over_time() {
    look("contact_time", |app| {
        app.press("c").enter("joão p");
        app.press("enter tab");
    });
}

#[test]
fn overview() {
    look("overview", |app| {
        app.press("o");
    });
}

#[test]
fn changes() {
    look("changes", |app| {
        app.press("i j space v j");
    });
}

#[test]
fn evidence_raw() {
    look("evidence_raw", |app| {
        app.press("j enter e r");
    });
}

#[test]
fn compare_hostile_and_wide_names() {
    look("hostile", |app| {
        app.press("j j j j enter");
    });
}

#[test]
fn with_privacy() {
    for (name, way) in [
        ("queue", ""),
        ("compare", "j enter"),
        ("messages", "j enter tab"),
        ("evidence", "j enter e"),
        ("changes", "i"),
        ("overview", "o"),
        ("history", "j enter m esc H"),
    ] {
        look(&format!("private_{name}"), |app| {
            app.press("P").wait(4_000);
            if !way.is_empty() {
                app.press(way);
            }
        });
    }
}

#[test]
fn history_filtered() {
    look("history_filtered", |app| {
        app.press("j enter m s a esc H /").enter("operator:ines");
        app.press("enter");
    });
}

#[test]
fn batch_preview() {
    look("batch", |app| {
        app.press("* B");
    });
}

#[test]
fn batch_result() {
    look("batch_result", |app| {
        app.press("* B tab enter");
    });
}
