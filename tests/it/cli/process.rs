//! The binary as a process: what only a process has.

use assert_cmd::Command;
use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::process::Stdio;

fn reunite(home: &tempfile::TempDir) -> Command {
    let mut command = Command::cargo_bin("reunite").unwrap();
    command.env_clear();
    command.env("HOME", home.path());
    command
}

#[test]
fn help_version_man_and_completions() {
    let home = tempfile::tempdir().unwrap();
    for args in [
        &["--help"][..],
        &["--version"],
        &["help", "decide"],
        &["decide", "relink", "--help"],
        &["man"],
        &["man", "decide"],
        &["completions", "bash"],
        &["completions", "zsh"],
        &["completions", "fish"],
    ] {
        let output = reunite(&home).args(args).output().unwrap();
        assert!(output.status.success(), "{args:?}");
        assert!(
            !output.stdout.is_empty() && output.stderr.is_empty(),
            "{args:?}"
        );
    }
    let man = reunite(&home).arg("man").output().unwrap();
    let man = String::from_utf8(man.stdout).unwrap();
    assert!(man.contains(".TH reunite 1") && man.contains("reunite\\-quarantine(1)"));
}

/// Told are those that the sources read, and those that libraries read for us.
#[test]
fn the_manual_tells_every_variable_that_is_heeded() {
    let by_libraries = [
        "HOME",
        "TMPDIR",
        "XDG_CONFIG_HOME",
        "XDG_DATA_HOME",
        "XDG_STATE_HOME",
    ];
    // One is for a test and in no release, the other for systems without manuals.
    let untold = ["REUNITE_PANIC", "USERNAME"];
    let mut heeded: BTreeSet<String> = by_libraries.map(str::to_owned).into();
    for (place, code) in crate::arrows::code() {
        for call in ["env::var(", "env::var_os(", "env = "] {
            for (at, _) in code.match_indices(call) {
                let name = code[at + call.len()..].strip_prefix('"');
                let name = name.and_then(|rest| rest.split('"').next());
                let name = name.unwrap_or_else(|| panic!("{place} reads one without its name"));
                heeded.insert(name.to_owned());
            }
        }
    }
    heeded.retain(|name| !untold.contains(&name.as_str()));
    let home = tempfile::tempdir().unwrap();
    let man = reunite(&home).arg("man").output().unwrap();
    let man = String::from_utf8(man.stdout).unwrap();
    let section = man.split(".SH ENVIRONMENT\n").nth(1).unwrap_or_default();
    let section = section.split(".SH ").next().unwrap();
    let names = section.lines().filter_map(|line| {
        let names = line.strip_prefix("\\fB")?.strip_suffix("\\fR")?;
        Some(names.split(", ").map(str::to_owned))
    });
    assert_eq!(names.flatten().collect::<BTreeSet<_>>(), heeded);
}

#[test]
fn wrong_usage_is_exit_2_and_says_what_is_right() {
    let home = tempfile::tempdir().unwrap();
    let output = reunite(&home).args(["decide", "7"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("Usage:"));
}

#[test]
fn paths_come_from_the_environment_and_xdg() {
    let home = tempfile::tempdir().unwrap();
    let shown = |set: &[(&str, &str)]| {
        let mut command = reunite(&home);
        for (name, value) in set {
            command.env(name, value);
        }
        let output = command
            .args(["config", "check", "--json"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        json["path"].as_str().unwrap().to_owned()
    };
    let base = home.path().display();
    assert_eq!(shown(&[]), format!("{base}/.config/reunite/config.toml"));
    assert_eq!(
        shown(&[("REUNITE_CONFIG", "")]),
        format!("{base}/.config/reunite/config.toml")
    );
    assert_eq!(
        shown(&[("XDG_CONFIG_HOME", "/elsewhere")]),
        "/elsewhere/reunite/config.toml"
    );
    let named = home.path().join("my.toml");
    fs::write(&named, "").unwrap();
    let named = named.to_str().unwrap();
    assert_eq!(shown(&[("REUNITE_CONFIG", named)]), named);
}

#[test]
fn the_operator_comes_from_the_nearest_place() {
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    fs::write(&config, "operator = \"of the file\"\n").unwrap();
    let file = config.to_str().unwrap();
    let operator = |set: &[(&str, &str)], args: &[&str]| {
        let mut command = reunite(&home);
        for (name, value) in set {
            command.env(name, value);
        }
        let output = command
            .args(["config", "show", "--json"])
            .args(args)
            .output()
            .unwrap();
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        json["operator"].as_str().unwrap().to_owned()
    };
    let login = ("USER", "of the login");
    let var = ("REUNITE_OPERATOR", "of the environment");
    assert!(!operator(&[], &[]).is_empty());
    assert_eq!(operator(&[login], &[]), "of the login");
    assert_eq!(operator(&[login], &["--config", file]), "of the file");
    assert_eq!(
        operator(&[login, var], &["--config", file]),
        "of the environment"
    );
    assert_eq!(
        operator(
            &[login, var],
            &["--config", file, "--operator", "of the argument"]
        ),
        "of the argument"
    );
}

#[test]
fn a_closed_pipe_is_a_success() {
    let home = tempfile::tempdir().unwrap();
    for args in [&["completions", "bash"][..], &["man"], &["--help"]] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_reunite"))
            .env_clear()
            .env("HOME", home.path())
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        assert_eq!(
            (child.wait().unwrap().code(), said.as_str()),
            (Some(0), ""),
            "{args:?}"
        );
    }
}

#[test]
#[cfg(unix)]
fn an_interrupted_ingest_keeps_what_it_read_and_says_so() {
    use std::io::Write as _;
    let home = tempfile::tempdir().unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_reunite"))
        .env_clear()
        .env("HOME", home.path())
        .args(["ingest", "--json", "-v"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"this is no JSON\n").unwrap();
    // The line is written though the input stays open.
    let mut said = String::new();
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    while !said.contains("a batch is written") {
        assert_ne!(
            std::io::BufRead::read_line(&mut stderr, &mut said).unwrap(),
            0,
            "{said}"
        );
    }
    let pid = child.id().to_string();
    let killed = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(killed.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let counts: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&counts["read"], &counts["quarantined"]),
        (&1.into(), &1.into())
    );
    stderr.read_to_string(&mut said).unwrap();
    assert!(
        said.contains("interrupted") && said.contains("hint:"),
        "{said}"
    );
    drop(stdin);
}

#[test]
fn the_demo_is_made_of_the_bundled_traffic() {
    let dir = tempfile::tempdir().unwrap();
    let store = reunite::cli::demo::demo_store(dir.path()).unwrap();
    assert!(store.starts_with(dir.path()) && fs::metadata(&store).unwrap().len() > 0);
    // Without a terminal there is nothing to show it on.
    let output = reunite(&dir).arg("demo").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("terminal")
    );
}

#[test]
fn errors_go_to_stderr_with_advice() {
    let home = tempfile::tempdir().unwrap();
    let output = reunite(&home)
        .args(["ingest", "/nowhere/x.jsonl", "--json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.starts_with("error: opening /nowhere/x.jsonl: "),
        "{said}"
    );
}

#[test]
fn a_log_is_written_where_it_is_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let log = home.path().join("reunite.log");
    reunite(&home)
        .args(["cases", "--log", log.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(
        fs::read_to_string(&log)
            .unwrap()
            .contains("opening the store")
    );
}
