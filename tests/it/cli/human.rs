//! Tables and pages for people, at 80 columns.

use crate::fake::Fake;
use insta::assert_snapshot;
use reunite::error::Exit;

fn out(args: &[&str]) -> String {
    let ran = Fake::new().run(args);
    assert_eq!((ran.exit, ran.err.as_str()), (Exit::Done, ""), "{args:?}");
    assert!(!ran.out.contains(['\u{1b}', '\u{202e}']), "{args:?}");
    ran.out
}

#[test]
fn tables_fit_into_80_columns() {
    for args in [
        &["cases"][..],
        &["cases", "--state", "all"],
        &["contacts", "ana"],
        &["audit"],
        &["quarantine", "list"],
        &["stats"],
        &["ask", "3", "9"],
    ] {
        for line in out(args).lines() {
            let wide = unicode_width::UnicodeWidthStr::width(line);
            assert!(wide <= 80, "{wide}: {line}");
        }
    }
}

#[test]
fn cases() {
    assert_snapshot!(out(&["cases", "--state", "all"]));
}

#[test]
fn one_case() {
    assert_snapshot!(out(&["case", "7"]));
}

#[test]
fn contacts() {
    assert_snapshot!(out(&["contacts", "ana", "souza"]));
}

#[test]
fn one_contact() {
    assert_snapshot!(out(&["contact", "9"]));
}

#[test]
fn resolve() {
    let all = [
        out(&["resolve", "--bsuid", "US.1", "--phone", "+1 631 555 1181"]),
        out(&["resolve", "--bsuid", "US.1"]),
        out(&["resolve", "--phone", "16315551181"]),
        out(&["resolve", "--username", "@ana"]),
    ];
    assert_snapshot!(all.join("---\n"));
}

#[test]
fn decisions() {
    let all = [
        out(&["decide", "7", "merge"]),
        out(&["decide", "7", "merge", "--dry-run"]),
        out(&["undo", "12", "--cascade"]),
        out(&["ask", "3", "9"]),
    ];
    assert_snapshot!(all.join("---\n"));
}

#[test]
fn audit() {
    let all = [out(&["audit"]), out(&["audit", "verify"])];
    assert_snapshot!(all.join("---\n"));
}

#[test]
fn quarantine() {
    let all = [
        out(&["quarantine", "list"]),
        out(&["quarantine", "show", "1"]),
    ];
    assert_snapshot!(all.join("---\n"));
}

#[test]
fn stats_and_doctor() {
    let doctor = out(&["doctor", "--config", ""]);
    let doctor: Vec<&str> = doctor
        .lines()
        .filter(|l| !l.starts_with("Config"))
        .collect();
    assert_snapshot!(format!("{}---\n{}", out(&["stats"]), doctor.join("\n")));
}

#[test]
fn long_lists_say_how_many_more_and_how_to_see_them() {
    let many = Fake::new().with(|inside| {
        inside.cases = 120;
        inside.contacts = 60;
        inside.audit = 70;
    });
    let ran = many.run(&["cases"]);
    assert_eq!(ran.out.lines().count(), 52);
    assert_eq!(
        ran.out.lines().last().unwrap(),
        "70 more: add --limit N, or --after 'c50', or --json for all."
    );
    let narrow = many.run(&["cases", "--contact", "3", "--limit", "2"]);
    assert!(
        narrow
            .out
            .lines()
            .last()
            .unwrap()
            .starts_with("More: add --limit N")
    );
    let exact = many.run(&["cases", "--limit", "120"]);
    assert_eq!(exact.out.lines().count(), 121);

    let ran = many.run(&["contacts"]);
    assert_eq!(ran.out.lines().count(), 52);
    assert!(ran.out.lines().last().unwrap().starts_with("10 more:"));

    let ran = many.run(&["audit"]);
    assert_eq!(ran.out.lines().count(), 52);
    assert!(ran.out.lines().next().unwrap().contains("--since 1"));
    assert!(
        ran.out
            .lines()
            .last()
            .unwrap()
            .trim_start()
            .starts_with("70 ")
    );
    assert_eq!(many.run(&["audit", "--since", "1"]).out.lines().count(), 71);
}

#[test]
fn colour_only_where_it_is_wanted() {
    let (ran, _) = Fake::new().run_in(&["cases"], |world| world.out.colour = true);
    assert!(ran.out.starts_with("\u{1b}[1m"));
    assert!(!ran.out.contains("\u{1b}[2J"));
}

#[test]
fn nothing_found_is_said() {
    let none = Fake::default();
    assert_eq!(none.run(&["cases"]).out, "No such case.\n");
    assert_eq!(none.run(&["contacts", "x"]).out, "No such contact.\n");
    assert_eq!(none.run(&["audit"]).out, "No such entry.\n");
    assert_eq!(none.run(&["cases", "--json"]).out, "");
}
