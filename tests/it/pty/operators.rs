//! Two operators on one store: what one proposes the other confirms, and who
//! looks at a case is told until they stop.

use super::batch::change;
use super::stores::{conflict, ingest};
use super::terminal::Home;
use rstest::rstest;
use serde_json::Value;
use std::fs;

/// A store with one case, whose rule asks for two at every merge.
fn store(home: &Home) -> String {
    let store = ingest(home, &conflict(["Ana Souza", "Ana S."], "16315551181"));
    let config = home.path().join("four.toml");
    fs::write(&config, "[review.four_eyes]\nactions = [\"merge\"]\n").unwrap();
    let config = config.display().to_string();
    home.run(&[
        "--store",
        &store,
        "--config",
        &config,
        "proposals",
        "rule",
        "--adopt",
    ]);
    store
}

/// Entries of the log of an action.
fn decisions(home: &Home, store: &str, action: &str) -> usize {
    let audit = home.run(&["audit", "--json", "--store", store]);
    let lines = String::from_utf8(audit.stdout).unwrap();
    let entries = lines
        .lines()
        .map(|l| serde_json::from_str::<Value>(l).unwrap());
    let decided = entries.filter(|entry| entry["action"] == action);
    decided.count()
}

#[test]
fn what_one_proposes_another_confirms_on_screen() {
    let home = Home::new();
    let store = store(&home);
    let ana = ["--store", &store, "--operator", "ana"];
    home.run(
        &[
            &ana[..],
            &["decide", "1", "merge", "--reason", "same voice"],
        ]
        .concat(),
    );
    let mut terminal = home.open((80, 24), &["--store", &store]);
    terminal.sees(&["[Open 1]", "! 1 proposed, f"]);
    terminal.types("f");
    terminal.sees(&["merge, by ana", "“same voice”", "C lets it stand"]);
    assert_eq!(decisions(&home, &store, "merge"), 0);
    terminal.types("C");
    terminal.sees(&["as ana proposed. u undoes", "No answer waits"]);
    assert_eq!(decisions(&home, &store, "merge"), 1);
    terminal.types("\x1b");
    terminal.sees(&["No open cases."]);
    terminal.types("u");
    terminal.sees(&["[Open 1]", "U redoes"]);
    terminal.types("q");
    assert_eq!(terminal.ends_restored(), Ok(0));
}

#[test]
fn nobody_confirms_their_own_and_everybody_can_take_it_out() {
    let home = Home::new();
    let store = store(&home);
    let mut terminal = home.open((80, 24), &["--store", &store]);
    terminal.sees(&["[Open 1]"]);
    let ines = ["--store", &store, "decide", "1", "merge"];
    home.run(&ines);
    terminal.sees(&["! 1 proposed, f"]);
    terminal.types("f");
    terminal.sees(&["merge, by you", "X takes it back"]);
    terminal.types("C");
    terminal.sees(&["You proposed this", "another operator has to confirm it"]);
    terminal.types("X");
    terminal.sees(&["Take your proposal back?"]);
    terminal.types("2");
    terminal.sees(&["The proposal is withdrawn.", "No answer waits"]);
    assert_eq!(decisions(&home, &store, "merge"), 0);
    terminal.types("qq");
    assert_eq!(terminal.ends_restored(), Ok(0));
}

#[test]
fn a_batch_is_proposed_seen_by_another_and_confirmed_at_once() {
    let home = Home::new();
    let deliveries: Vec<Value> = (0..6).flat_map(change).collect();
    let store = ingest(&home, &deliveries);
    let config = home.path().join("four.toml");
    fs::write(&config, "[review.four_eyes]\nbatch_above = 3\n").unwrap();
    let config = config.display().to_string();
    let open = |operator| {
        let args = [
            "--store",
            &store,
            "--config",
            &config,
            "--operator",
            operator,
        ];
        let mut terminal = home.open((80, 24), &[&args[..], &["--fresh"]].concat());
        terminal.sees(&["[Open 6]", "surest first"]);
        terminal.types("g");
        terminal
    };
    let accepted = || decisions(&home, &store, "accept");
    // The first terminal has the store take the configured rule over.
    let mut ines = open("ines");
    let mut ana = open("ana");
    ines.types("*B");
    ines.sees(&["Another operator has to confirm all of it.", "Propose 6"]);
    ines.types("\t\r");
    ines.sees(&[
        "6 proposed to another operator",
        "6 answers wait",
        "f shows them",
    ]);
    ana.sees(&["! 6 proposed, f", "proposed 96%"]);
    assert_eq!(accepted(), 0);
    ana.types("f");
    ana.sees(&[
        "accept, by ines",
        "one of 6 in batch 1",
        "1 of 6, oldest first",
    ]);
    ana.types("C");
    ana.sees(&[
        "Confirm what?",
        "all of batch 1",
        "6 answers, one after another",
    ]);
    ana.types("2");
    ana.sees(&[
        "6 proposals confirmed. u undoes all of batch 1",
        "No answer waits",
    ]);
    assert_eq!(accepted(), 6);
    ana.types("q");
    ana.sees(&["No open cases."]);
    ana.types("u");
    ana.sees(&["[Open 6]", "6 decisions taken back."]);
    // Again, and this time it is taken back as a whole.
    ines.types("\r");
    ines.sees(&["[Open 6]", "96%"]);
    ines.types("*B");
    ines.sees(&["Propose 6"]);
    ines.types("\t\r");
    ines.sees(&["Batch 3: 6 answers wait"]);
    ines.types("f");
    ines.sees(&["accept, by you"]);
    ines.types("X");
    ines.sees(&["Withdraw what?", "all of batch"]);
    ines.types("2");
    ines.sees(&["Take your 6 proposals back?"]);
    ines.types("2");
    ines.sees(&["6 proposals withdrawn.", "No answer waits"]);
    ana.sees_that("nothing proposed", |screen| {
        !screen.contents().contains("proposed")
    });
    for mut terminal in [ines, ana] {
        terminal.types("\x03");
        assert_eq!(terminal.ends_restored(), Ok(0));
    }
    assert_eq!(accepted(), 6, "of the first time");
}

/// Who looks at the case, as everybody else is told.
fn claimed(home: &Home, store: &str) -> Value {
    let case = home.run(&["case", "1", "--json", "--store", store]);
    let case: Value = serde_json::from_slice(&case.stdout).unwrap();
    case["claim"]["operator"].clone()
}

#[rstest]
#[case::quit("q\x03")]
#[case::back_first("qq")]
#[case::told_to_end("TERM")]
#[case::line_cut("HUP")]
fn a_case_is_let_go_however_the_terminal_ends(#[case] how: &str) {
    let home = Home::new();
    let names = ["Ana Souza", "Ana S."];
    let store = ingest(&home, &conflict(names, "16315551181"));
    let mut terminal = home.open((80, 24), &["--store", &store]);
    terminal.sees(&["[Open 1]", "Ana Souza"]);
    terminal.types("\r");
    terminal.sees(&["(1 of 1)", "Answers"]);
    let other = ["--store", &store, "--operator", "ana", "--fresh"];
    let mut second = home.open((80, 24), &other);
    second.sees(&["[Open 1]", "Ana Souza"]);
    second.types("\r");
    second.sees(&["! ines looks at this case too"]);
    assert_eq!(claimed(&home, &store), "ines");
    match how {
        "TERM" | "HUP" => terminal.signal(how),
        keys => terminal.types(keys),
    }
    assert_eq!(terminal.ends_restored(), Ok(0));
    assert_ne!(claimed(&home, &store), "ines");
    second.sees_that("nobody else", |screen| {
        !screen.contents().contains("looks at this case too")
    });
    second.types("\x03");
    assert_eq!(second.ends_restored(), Ok(0));
}

/// A change that names both asks about what was kept apart: the case says by
/// whom and why.
#[test]
fn a_case_that_was_kept_apart_says_by_whom_and_why() {
    let home = Home::new();
    let phone = "16315551181";
    let store = ingest(&home, &conflict(["Ana Souza", "Rita Lopes"], phone));
    let olga = ["--store", &store, "--operator", "olga"];
    let answer = ["decide", "1", "keep-separate", "--reason", "two sisters"];
    home.run(&[&olga[..], &answer].concat());
    let [_, mut told] = change(0);
    let system = &mut told["entry"][0]["changes"][0]["value"]["messages"][0]["system"];
    system["previous_user_id"] = format!("US.1{phone}").into();
    system["user_id"] = format!("US.2{phone}").into();
    ingest(&home, &[told]);
    let mut terminal = home.open((110, 30), &["--store", &store]);
    terminal.sees(&["[Open 1]"]);
    terminal.types("\r");
    terminal.sees(&["Kept separate by olga", "“two sisters”", "asks again"]);
    terminal.close();
}
