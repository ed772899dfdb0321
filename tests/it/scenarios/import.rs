//! Contacts from a CSV file, and what waits in quarantine read again.

use super::traffic::*;
use super::{Ran, Store, counts, num};
use insta::assert_snapshot;
use serde_json::{Value, json};

const P: &str = "16315551181";
const X: &str = "US.1001";

const LIST: &str = "\
Record ID,First Name,Last Name,Email,Phone Number,WhatsApp Phone Number,user_id
1,Ana,Souza,ana@example.com,,+1 631 555 1181,
2,Bruno,\"Lima, Jr.\",,+1 631 555 3333,,
3,Cleo,\u{1b}[31mRed,,call me,,
4,Dana,Costa,,,,
5,Eva,Moss,,0451 99,,
6,Filip,Novak,,,+1 631 555 1181,US.1001
7,Gil,Reis,,,,4711
8,Hana
";

impl Store {
    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn import(&self, args: &[&str]) -> Value {
        let report = self.one(&[&["import"], args].concat());
        counts(&report);
        report
    }

    /// What a run said, without the place of the store.
    fn said(&self, ran: &Ran) -> String {
        let dir = self.dir.path().to_str().unwrap();
        let out = ran.out.replace(dir, "").replace(" in 0.", " in ~");
        assert!(!out.contains('\u{1b}'), "{out}");
        out
    }
}

/// And the replay, which reads the row again when the store is checked at the
/// end, finds in it what was taken.
#[test]
fn two_phones_in_a_cell_are_refused_and_a_trunk_zero_is_none_of_a_number() {
    let store = Store::new();
    let rows = "name,phone\nAna,+49 (0)30 5551181\nBo,+1 631 555 1181 / +1 631 555 1182\nCy,+39 (0)6 5551181\n";
    let told = store.import(&[&store.file("people.csv", rows)]);
    assert_eq!((num(&told["applied"]), num(&told["quarantined"])), (2, 1));
    assert_ne!(store.of("49305551181"), 0);
    assert_ne!(store.of("39065551181"), 0);
    let kept = store.one(&["quarantine", "list"]);
    assert!(
        kept["reason"]
            .as_str()
            .unwrap()
            .starts_with("phone: two phones"),
        "{kept}"
    );
}

/// And the replay finds them in their rows, though not as they are written.
#[test]
fn phones_without_their_country_are_given_it_or_wait() {
    let store = Store::new();
    let rows =
        "Country Code,Phone\n91,98765 43210\n49,0170 1234567\n,+44 07911 123456\n,(631) 555-1181\n";
    let file = store.file("people.csv", rows);
    let told = store.import(&[&file]);
    assert_eq!((num(&told["applied"]), num(&told["quarantined"])), (3, 1));
    for phone in ["919876543210", "491701234567", "447911123456"] {
        assert_ne!(store.of(phone), 0, "{phone}");
    }
    assert_eq!(store.of("6315551181"), 0);
    let told = store.import(&[&file, "--map", "Phone=phone+1"]);
    assert_eq!(num(&told["contacts_created"]), 1);
    assert_ne!(store.of(P), 0);
    let shown = store.run(&["import", &file, "--map", "Phone=phone+1", "--dry-run"]);
    assert!(
        shown.out.contains("phone, +1 where none is written"),
        "{shown:?}"
    );
    let wrong = store.run(&["import", &file, "--map", "Phone=phone+999"]);
    assert_eq!(wrong.exit, 2, "{wrong:?}");
}

/// Two people whose BSUID a database wrote as NULL were one.
#[test]
fn nothing_is_nobodys_identifier() {
    let store = Store::new();
    let rows =
        "name,phone,bsuid\nAna,+1 631 555 1181,NULL\nBruno,+1 631 555 3333,NULL\nCleo,,NULL\n";
    let told = store.import(&[&store.file("people.csv", rows)]);
    assert_eq!(
        (num(&told["contacts_created"]), num(&told["quarantined"])),
        (2, 1)
    );
    assert_eq!(store.contact(store.of(P))["name"], "Ana");
}

#[test]
fn an_export_is_imported_again_as_it_was() {
    let store = Store::new();
    let rows = format!("name,phone,bsuid,portfolio\n=1+1,{P},{X},eu\nBruno,16315553333,,\n");
    store.import(&[&store.file("people.csv", rows)]);
    let seen = store.seen();
    let csv = store.run(&["export", "contacts", "--format", "csv"]).out;
    let told = store.import(&[&store.file("back.csv", &csv)]);
    assert_eq!((num(&told["applied"]), num(&told["quarantined"])), (2, 0));
    assert_eq!(store.seen(), seen, "{csv}");
}

#[test]
fn a_dry_run_says_what_would_happen_and_writes_nothing() {
    let store = Store::new();
    let file = store.file("people.csv", LIST);
    let dry = store.run(&["import", &file, "--dry-run"]);
    assert_eq!(dry.exit, 0, "{dry:?}");
    assert!(!store.path().exists(), "no store is made for it");

    store.ingest(&[
        message("m1", day(0), &json!({"phone": P})),
        message("m2", day(0), &json!({"bsuid": X})),
    ]);
    let (seen, cases) = (store.seen(), store.cases());
    let dry = store.run(&["import", &file, "--dry-run"]);
    assert_snapshot!(store.said(&dry));
    let told = store.import(&[&file, "--dry-run"]);
    assert_eq!(
        (&told["dry_run"], num(&told["contacts_joined"])),
        (&json!(true), 2)
    );
    assert_eq!((store.seen(), store.cases()), (seen, cases));
    assert_eq!(store.json(&["quarantine", "list"]).len(), 0);

    let done = store.import(&[&file]);
    for key in [
        "read",
        "applied",
        "quarantined",
        "contacts_created",
        "cases_opened",
    ] {
        assert_eq!(told[key], done[key], "{key}");
    }
    assert_eq!(
        store.kind("import_duplicate")["contacts"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn an_import_says_what_it_took_and_what_it_left() {
    let store = Store::new();
    let file = store.file("people.csv", LIST);
    let ran = store.run(&["import", &file, "--strict"]);
    assert_eq!(ran.exit, 1);
    assert!(ran.err.contains("5 items quarantined"), "{ran:?}");
    let said = store.said(&ran);
    // How long it took is not the same twice.
    let said: Vec<&str> = said
        .lines()
        .filter(|line| !line.contains(" items in "))
        .collect();
    assert_snapshot!(said.join("\n"));
    let held = store.json(&["quarantine", "list"]);
    let sources: Vec<_> = held
        .iter()
        .map(|row| row["source"].as_str().unwrap())
        .collect();
    assert!(sources[0].ends_with("people.csv:4") && sources[4].ends_with("people.csv:9"));
    assert_eq!(held[0]["payload"]["Phone Number"], "call me");
}

#[test]
fn the_same_file_again_is_a_no_op() {
    let store = Store::new();
    let file = store.file("people.csv", LIST);
    let first = store.import(&[&file]);
    let (seen, cases) = (store.seen(), store.cases());
    let again = store.import(&[&file]);
    assert_eq!(again["duplicate"], first["read"], "{again}");
    assert_eq!((num(&again["applied"]), num(&again["quarantined"])), (0, 0));
    assert_eq!((store.seen(), store.cases()), (seen, cases));
    let piped = store.pipe(&["import", "-", "--json"], LIST.as_bytes());
    assert_eq!(piped.lines()[0]["duplicate"], first["read"]);
}

#[test]
fn the_name_in_the_address_book_is_shown() {
    let store = Store::new();
    let file = store.file("people.csv", "name,phone\nAna Souza,+1 631 555 1181\n");
    store.import(&[&file]);
    store.ingest(&[message(
        "m1",
        day(0),
        &json!({"phone": P, "bsuid": X, "name": "~ana~"}),
    )]);
    assert_eq!(store.contact(store.by(X))["name"], "Ana Souza");
    assert_eq!(store.by(X), store.of(P));
}

#[test]
fn a_portfolio_column_scopes_its_rows() {
    let store = Store::new();
    let text = format!("name,bsuid,portfolio\nAna,{X},eu\nBruno,{X},us\nCleo,{X},\n");
    let file = store.file("people.csv", text);
    let report = store.import(&[&file, "--portfolio", "asia"]);
    assert_eq!(num(&report["contacts_created"]), 3);
    for (portfolio, name) in [("eu", "Ana"), ("us", "Bruno"), ("asia", "Cleo")] {
        let found = store.resolve(&["--bsuid", X, "--portfolio", portfolio]);
        assert_eq!(store.contact(num(&found["contact"]))["name"], name);
    }
}

#[test]
fn columns_that_cannot_be_told_are_told_by_hand() {
    let store = Store::new();
    let file = store.file("odd.csv", "Quem;Número\nAna;+1 631 555 1181\n");
    let ran = store.run(&["import", &file]);
    assert_eq!(ran.exit, 1);
    assert!(
        ran.err.contains("Quem, Número") && ran.err.contains("--map"),
        "{ran:?}"
    );
    assert!(!store.path().exists());
    for wrong in ["Telefone=phone", "Número=telegram", "Número"] {
        let ran = store.run(&["import", &file, "--map", wrong]);
        assert_eq!(ran.exit, 2, "{ran:?}");
        assert!(ran.err.contains("Número") || ran.err.contains("parent_bsuid"));
    }
    let map = ["--map", "Quem=name", "--map", "número=phone"];
    store.import(&[&[file.as_str()], &map[..]].concat());
    assert_eq!(store.contact(store.of(P))["name"], "Ana");
    let utf16 = store.file("utf16.csv", b"\xff\xfen\0");
    let ran = store.run(&["import", &utf16]);
    assert_eq!(ran.exit, 1);
    assert!(
        ran.err.contains("UTF-16") && ran.err.contains("UTF-8"),
        "{ran:?}"
    );
    assert_eq!(store.run(&["import", "/nowhere.csv"]).exit, 1);
}

#[test]
fn quarantine_shows_where_it_went_wrong() {
    let store = Store::new();
    let mut odd = message("m2", day(0), &json!({"bsuid": X}));
    odd["entry"][0]["changes"][0]["value"]["messages"][0]["from_user_id"] =
        json!({"a": "\u{1b}[2J"});
    let input = format!("{odd}\n{{\"object\": \"x\",, \"\u{202e}\": 1}}\n");
    assert_eq!(store.pipe(&["ingest"], input.as_bytes()).exit, 0);
    let file = store.file("people.csv", LIST);
    store.import(&[&file]);
    let shown = |id: &str| {
        let ran = store.run(&["quarantine", "show", id]);
        assert_eq!(ran.exit, 0, "{ran:?}");
        let said = store.said(&ran);
        assert!(!said.contains('\u{202e}'));
        // When it came is not the same twice.
        said.lines()
            .map(|line| line.split(" at 2").next().unwrap())
            .collect::<Vec<_>>()
            .join("\n")
    };
    let all: Vec<String> = ["1", "2", "3", "7"].into_iter().map(shown).collect();
    assert_snapshot!(all.join("\n---\n"));
    let row = store.one(&["quarantine", "show", "3"]);
    assert_eq!(row["pointer"], "/Phone Number");
}

#[test]
fn what_can_be_read_now_leaves_quarantine() {
    let store = Store::new();
    let file = store.file(
        "people.csv",
        "name,user_id\nAna,4711\nBruno,4712\nCleo,US.3\n",
    );
    store.import(&[&file]);
    let held = store.json(&["quarantine", "list"]);
    assert_eq!(held.len(), 2);
    let still = store.one(&["quarantine", "retry"]);
    counts(&still);
    assert_eq!((num(&still["read"]), num(&still["quarantined"])), (2, 2));
    assert_eq!(store.json(&["quarantine", "list"]), held);
    assert_eq!(store.run(&["quarantine", "retry", "99"]).exit, 1);

    // As a program would that takes such ids: the first row's manner says so.
    let db = rusqlite::Connection::open(store.path()).unwrap();
    let sql = "UPDATE quarantine SET manner = replace(manner, '\"field\":\"user_id\"', '\"field\":\"bsuid\"') WHERE id = ?1";
    assert_eq!(db.execute(sql, [held[0]["id"].as_i64()]).unwrap(), 1);
    drop(db);
    let id = held[0]["id"].to_string();
    let now = store.one(&["quarantine", "retry", &id]);
    counts(&now);
    assert_eq!(
        (
            num(&now["read"]),
            num(&now["applied"]),
            num(&now["contacts_created"])
        ),
        (1, 1, 1)
    );
    assert_eq!(store.contact(store.by("4711"))["name"], "Ana");
    assert_eq!(store.json(&["quarantine", "list"]), held[1..]);
    let human = store.run(&["quarantine", "retry"]);
    assert!(human.out.contains("quarantined"), "{human:?}");
}
