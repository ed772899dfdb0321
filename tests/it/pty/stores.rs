//! A store of one's own: what comes into it meanwhile, what is not written to
//! it, and none at all.

use super::terminal::Home;
use serde_json::{Value, json};
use std::fs;

/// A text from a phone with a BSUID.
pub(super) fn text(id: &str, at: i64, name: &str, phone: &str, bsuid: &str) -> Value {
    json!({"object": "whatsapp_business_account", "entry": [{"id": "9001", "changes": [{
        "field": "messages",
        "value": {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550783881", "phone_number_id": "7001"},
            "contacts": [{"profile": {"name": name}, "wa_id": phone, "user_id": bsuid}],
            "messages": [{"id": id, "timestamp": at.to_string(), "type": "text",
                "from": phone, "from_user_id": bsuid, "text": {"body": "hello"}}],
        },
    }]}]})
}

/// Two deliveries: a phone that comes with one BSUID and then with another.
pub(super) fn conflict(names: [&str; 2], phone: &str) -> [Value; 2] {
    let at = 1_775_001_600;
    let [first, second] = names;
    let one = format!("US.1{phone}");
    let other = format!("US.2{phone}");
    [
        text(&format!("{phone}.1"), at, first, phone, &one),
        text(&format!("{phone}.2"), at + 86_400, second, phone, &other),
    ]
}

/// Takes deliveries in, in a process of its own; the store's path.
pub(super) fn ingest(home: &Home, deliveries: &[Value]) -> String {
    let store = home.path().join("identity.db").display().to_string();
    let file = home.path().join("day.jsonl");
    let lines: Vec<String> = deliveries.iter().map(Value::to_string).collect();
    fs::write(&file, lines.join("\n")).unwrap();
    home.run(&["ingest", "--store", &store, file.to_str().unwrap()]);
    store
}

#[test]
fn a_case_that_another_process_finds_appears_without_a_key() {
    let home = Home::new();
    let store = ingest(&home, &conflict(["Ana Souza", "Rita Lopes"], "16315551181"));
    let mut terminal = home.open((80, 24), &["--store", &store]);
    terminal.sees(&["[Open 1]", "Rita Lopes", "1 of 1", "ines"]);
    ingest(
        &home,
        &conflict(["Bruno Lima", "Carla Dias"], "16315552222"),
    );
    terminal.sees(&["[Open 2]", "Rita Lopes", "Carla Dias", "new: 1 case"]);
    terminal.types("q");
    assert_eq!(terminal.ends_restored(), Ok(0));
}

#[test]
fn a_table_is_as_wide_as_the_terminal() {
    let home = Home::new();
    let name = "Ana Luísa Fernandes de Souza Marques e Albuquerque";
    let bsuid = format!("US.{}", "1349".repeat(10));
    let at = 1_775_001_600;
    let store = ingest(&home, &[text("m.1", at, name, "16315551181", &bsuid)]);
    let contacts = ["contacts", "--store", &store];
    let wide = home.open((160, 10), &contacts);
    wide.sees(&[name, &bsuid]);
    let narrow = home.open((80, 10), &contacts);
    narrow.sees(&["Ana Luísa Fernandes de…", "9134…"]);
    let told = home.open_with((80, 10), &contacts, &[("COLUMNS", "60")]);
    told.sees(&["Ana Luísa Fe…"]);
    for terminal in [wide, narrow, told] {
        assert_eq!(terminal.ends(), Ok(0));
    }
}

#[test]
fn read_only_says_so_and_writes_nothing() {
    let home = Home::new();
    let store = ingest(&home, &conflict(["Ana Souza", "Rita Lopes"], "16315551181"));
    let mut terminal = home.open((80, 24), &["--store", &store, "--read-only"]);
    terminal.sees(&["Review queue", "read-only ines", "[Open 1]", "Rita Lopes"]);
    terminal.types("\r");
    terminal.sees(&["(1 of 1)", "read-only ines", "Answers"]);
    terminal.types("m");
    terminal.sees(&["The store is open read-only; start without --read-only to decide."]);
    terminal.types("qq");
    assert_eq!(terminal.ends_restored(), Ok(0));
    let audit = home.run(&["audit", "--json", "--store", &store]);
    assert_eq!(String::from_utf8(audit.stdout).unwrap(), "");
}

#[test]
fn without_a_store_it_says_how_to_make_one() {
    let home = Home::new();
    let mut terminal = home.open((80, 24), &[]);
    assert_eq!(terminal.ends_restored(), Ok(1));
    let said = terminal.words();
    let path = home.path().join("data/reunite/identity.db");
    assert!(said.contains("there is no store at"), "{said}");
    assert!(
        said.replace(' ', "").contains(path.to_str().unwrap()),
        "{said}"
    );
    assert!(said.contains("`reunite ingest FILE…` makes one"), "{said}");
    assert!(said.contains("`reunite demo`"), "{said}");
    assert!(!path.exists());
}
