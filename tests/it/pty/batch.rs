//! A batch of sixty: marked, looked at, the number typed, told, taken back.

use super::stores::{ingest, text};
use super::terminal::Home;
use serde_json::{Value, json};

/// Somebody who wrote, and then got a new BSUID.
pub(super) fn change(n: usize) -> [Value; 2] {
    let at = 1_775_001_600;
    let (old, new) = (format!("US.10{n:03}"), format!("US.20{n:03}"));
    let mut told = text(
        &format!("b{n}"),
        at + 3_600,
        "",
        &format!("1631555{n:04}"),
        &old,
    );
    told["entry"][0]["changes"][0]["value"] = json!({
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550783881", "phone_number_id": "7001"},
        "messages": [{"id": format!("b{n}"), "timestamp": (at + 3_600).to_string(), "type": "system",
            "system": {"type": "user_changed_user_id", "body": "They changed something",
                "previous_user_id": old, "user_id": new}}],
    });
    let name = format!("Person {n}");
    [
        text(&format!("a{n}"), at, &name, &format!("1631555{n:04}"), &old),
        told,
    ]
}

#[test]
fn sixty_are_marked_previewed_answered_and_taken_back() {
    let home = Home::new();
    let deliveries: Vec<Value> = (0..60).flat_map(change).collect();
    let store = ingest(&home, &deliveries);
    let open = || {
        let cases = home.run(&["cases", "--json", "--store", &store]);
        String::from_utf8(cases.stdout).unwrap().lines().count()
    };
    assert_eq!(open(), 60);
    let mut terminal = home.open((100, 30), &["--store", &store]);
    terminal.sees(&["[Open 60]", "surest first"]);
    terminal.types("*");
    terminal.sees(&["60 marked, B shows the batch"]);
    terminal.types("B");
    terminal.sees(&[
        "Answer 60 of 60 marked",
        "accept 60",
        "The least sure",
        "type 60:",
    ]);
    // Cancel has the focus.
    terminal.types("\r");
    terminal.sees_that("queue without the preview", |screen| {
        !screen.contents().contains("Cancel")
    });
    terminal.sees(&["60 marked, B shows the batch"]);
    terminal.types("B");
    terminal.sees(&["type 60:"]);
    terminal.types("6\r");
    terminal.sees(&["Type 60 to answer so many cases at once."]);
    assert_eq!(open(), 60);
    terminal.types("60\r");
    terminal.sees(&["60 of 60", "60 answered, 0 left out", "u undoes all of it."]);
    terminal.types("\r");
    terminal.sees(&["No open cases."]);
    assert_eq!(open(), 0);
    terminal.types("u");
    terminal.sees(&["[Open 60]", "60 decisions taken back. U redoes"]);
    assert_eq!(open(), 60);
    terminal.types("q");
    assert_eq!(terminal.ends_restored(), Ok(0));
}
