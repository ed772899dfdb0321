//! Every form of input, as an operator gives it.

use super::{Place, counts, message};
use serde_json::Value;
use std::io::Write as _;
use std::process::Stdio;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

fn lines(people: std::ops::Range<usize>) -> String {
    people.map(|n| message(n) + "\n").collect()
}

fn n(said: &Value, field: &str) -> u64 {
    said[field].as_u64().unwrap()
}

/// Three messages in each form; all of them are read, and none quarantined.
#[test]
fn three_messages_in_every_form() {
    let three = lines(0..3);
    let all: Vec<Value> = three
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let pretty = all.iter().map(|value| format!("{value:#}"));
    let members = [gzip(lines(0..1).as_bytes()), gzip(lines(1..3).as_bytes())];
    let forms: Vec<(&str, Vec<u8>)> = vec![
        ("lines.jsonl", three.clone().into_bytes()),
        ("crlf.jsonl", three.replace('\n', "\r\n").into_bytes()),
        ("bom.jsonl", format!("\u{feff}{three}").into_bytes()),
        ("blank.jsonl", three.replace('\n', "\n\n  \n").into_bytes()),
        (
            "array.json",
            Value::from(all.clone()).to_string().into_bytes(),
        ),
        (
            "pretty-array.json",
            format!("{:#}", Value::from(all.clone())).into_bytes(),
        ),
        (
            "pretty.json",
            pretty.collect::<Vec<_>>().join("\n").into_bytes(),
        ),
        ("concatenated.json", three.replace('\n', "").into_bytes()),
        ("untitled", three.clone().into_bytes()),
        ("lines.jsonl.gz", gzip(three.as_bytes())),
        ("members.jsonl.gz", members.concat()),
        (
            "lines.jsonl.zst",
            zstd::encode_all(three.as_bytes(), 0).unwrap(),
        ),
        ("frames.zst", {
            let one = zstd::encode_all(lines(0..1).as_bytes(), 0).unwrap();
            [one, zstd::encode_all(lines(1..3).as_bytes(), 0).unwrap()].concat()
        }),
        ("misnamed.json", gzip(three.as_bytes())),
    ];
    for (name, bytes) in forms {
        let place = Place::new();
        let file = place.file(name, &bytes);
        let said = place.ingest(&[&file]);
        assert_eq!(
            (n(&said, "messages"), n(&said, "read")),
            (3, 3),
            "{name}: {said}"
        );
        // The same again through standard input.
        let mut child = place
            .command(&["ingest", "--json", "-"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(&bytes).unwrap();
        let again = counts(&child.wait_with_output().unwrap());
        assert_eq!(
            (n(&again, "duplicate"), n(&again, "read")),
            (3, 3),
            "{name}: {again}"
        );
    }
}

#[test]
fn several_files_and_a_folder() {
    let place = Place::new();
    let folder = place.0.path().join("archive");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("b.jsonl.gz"), gzip(lines(0..2).as_bytes())).unwrap();
    std::fs::write(folder.join("a.json"), lines(2..3)).unwrap();
    std::fs::write(folder.join("notes.txt"), "not for reading").unwrap();
    let more = place.file("more.jsonl", lines(3..5).as_bytes());
    let empty = place.file("empty.jsonl", b"");
    let said = place.ingest(&[&folder, &more, &empty]);
    assert_eq!((n(&said, "messages"), n(&said, "read")), (5, 5), "{said}");
    let nothing = place.ingest(&[&empty]);
    assert_eq!(n(&nothing, "read"), 0);
}

#[test]
fn a_line_that_is_no_text_costs_itself_only() {
    let place = Place::new();
    let mut bytes = lines(0..1).into_bytes();
    bytes.extend_from_slice(b"{\"messages\":[{\"from\":\"\xff\xfe\"}]}\n");
    bytes.extend_from_slice(lines(1..2).as_bytes());
    let said = place.ingest(&[&place.file("day.jsonl", &bytes)]);
    assert_eq!(
        (n(&said, "messages"), n(&said, "quarantined")),
        (2, 1),
        "{said}"
    );
    let held = place.run(&["quarantine", "list", "--json"]);
    let held: Value = serde_json::from_slice(&held.stdout).unwrap();
    assert!(
        held["source"].as_str().unwrap().ends_with("day.jsonl:2"),
        "{held}"
    );
    assert!(held["reason"].as_str().unwrap().contains("UTF-8"), "{held}");
}

#[test]
fn a_very_long_line_is_one_delivery() {
    let place = Place::new();
    let long = message(0).replace("hello", &"x".repeat(9 << 20));
    let text = format!("{long}\n{}\n", message(1));
    let said = place.ingest(&[&place.file("day.jsonl", text.as_bytes())]);
    assert_eq!((n(&said, "messages"), n(&said, "read")), (2, 2), "{said}");
}

#[test]
fn a_torn_archive_says_so_and_what_was_read_stays() {
    let place = Place::new();
    let mut packed = gzip(lines(0..2000).as_bytes());
    packed.truncate(packed.len() * 3 / 4);
    let file = place.file("day.jsonl.gz", &packed);
    let after = place.file("after.jsonl", lines(5000..5001).as_bytes());
    let (file, after) = (file.to_str().unwrap(), after.to_str().unwrap());
    let ran = place.run(&["ingest", "--json", file, after]);
    let said = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(1), "{said}");
    for word in ["day.jsonl.gz", "kept", "the input after it was not read"] {
        assert!(said.contains(word), "{said}");
    }
    let kept = place.run(&["export", "messages", "--format", "jsonl"]);
    let kept = String::from_utf8(kept.stdout).unwrap().lines().count() as u64;
    assert!((100..2000).contains(&kept), "{kept}");
    // The whole file afterwards adds the rest.
    let whole = place.file("whole.jsonl.gz", &gzip(lines(0..2000).as_bytes()));
    let rest = place.ingest(&[&whole]);
    assert_eq!(n(&rest, "messages") + kept, 2000, "{rest}");
}

#[test]
fn a_torn_sheet_is_named() {
    let place = Place::new();
    let rows = (0..20_000).map(|n| format!("Ana {n},+16315{n:06}\n"));
    let sheet = format!("name,phone\n{}", rows.collect::<String>());
    let mut packed = gzip(sheet.as_bytes());
    packed.truncate(packed.len() * 3 / 4);
    let file = place.file("people.csv.gz", &packed);
    let ran = place.run(&["import", file.to_str().unwrap()]);
    let said = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(1), "{said}");
    assert!(
        said.contains("people.csv.gz") && said.contains("kept"),
        "{said}"
    );
}

#[test]
fn a_missing_file_is_said_before_anything_is_read() {
    let place = Place::new();
    let there = place.file("there.jsonl", lines(0..2).as_bytes());
    let there = there.to_str().unwrap();
    let ran = place.run(&["ingest", there, "/nowhere/day.jsonl"]);
    let said = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(1), "{said}");
    assert!(said.contains("/nowhere/day.jsonl"), "{said}");
    assert_eq!(n(&place.ingest(&[there.as_ref()]), "messages"), 2);
}

#[test]
fn unknown_fields_are_told_by_name_and_number() {
    let place = Place::new();
    let odd = message(0).replace("\"timestamp\"", "\"mood\":\"fine\",\"timestamp\"");
    let file = place.file("day.jsonl", format!("{odd}\n{odd}\n").as_bytes());
    let said = place.ingest(&[&file]);
    let wanted = serde_json::json!([{"field": "messages[].mood", "count": 2}]);
    assert_eq!(said["unknown_fields"], wanted, "{said}");
    let file = file.to_str().unwrap();
    let short = String::from_utf8(place.run(&["ingest", file]).stdout).unwrap();
    assert!(short.contains("1 unknown field, kept"), "{short}");
    let long = String::from_utf8(place.run(&["ingest", "-v", file]).stdout).unwrap();
    assert!(long.contains("messages[].mood \u{d7}2"), "{long}");
}
