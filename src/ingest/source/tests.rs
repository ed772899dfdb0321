#![allow(clippy::unwrap_used)]

use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use rstest::rstest;
use serde_json::Value;
use std::io::Write;

/// Gives at most so many bytes a time.
struct Slow<'b>(&'b [u8], usize);

impl Read for Slow<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let most = into.len().min(self.1);
        self.0.read(&mut into[..most])
    }
}

/// Tries each line first.
struct Trying<'b>(Deliveries<'b>);

impl Iterator for Trying<'_> {
    type Item = io::Result<Delivery>;

    fn next(&mut self) -> Option<Self::Item> {
        let tried = match self.0.line() {
            Ok(tried) => tried.map(|(text, line)| (text.to_owned(), line)),
            Err(error) => return Some(Err(error)),
        };
        match tried {
            Some((text, line)) if serde_json::from_str::<Value>(&text).is_ok() => {
                self.0.pass();
                let text = Ok(text);
                Some(Ok(Delivery { text, line }))
            }
            _ => self.0.next(),
        }
    }
}

fn cut(bytes: &[u8]) -> Vec<(u64, String)> {
    let at_once = deliveries(Deliveries::new(bytes).unwrap());
    let slowly = deliveries(Deliveries::new(Slow(bytes, 3)).unwrap());
    assert_eq!(at_once, slowly);
    let tried = deliveries(Trying(Deliveries::new(bytes).unwrap()));
    assert_eq!(at_once, tried);
    at_once
}

fn deliveries(from: impl Iterator<Item = io::Result<Delivery>>) -> Vec<(u64, String)> {
    let text = |delivery: Delivery| match delivery.text {
        Ok(text) => (delivery.line, text),
        Err(unreadable) => (delivery.line, format!("<{unreadable}>")),
    };
    from.map(|delivery| text(delivery.unwrap())).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The text of a file, and its deliveries with their lines.
#[rstest]
#[case::lines("{\"a\":1}\n{\"a\":2}\n", &[(1, "{\"a\":1}"), (2, "{\"a\":2}")])]
#[case::no_last_newline("{}\n{\"a\":2}", &[(1, "{}"), (2, "{\"a\":2}")])]
#[case::windows_and_blank_lines("\u{feff}{\"a\":1}\r\n\r\n  \r\n{\"a\":2}\r\n", &[(1, "{\"a\":1}"), (4, "{\"a\":2}")])]
#[case::joined_files("{}\n\u{feff}{}\n", &[(1, "{}"), (2, "{}")])]
#[case::array("[{\"a\":1},\n {\"a\":2}]", &[(1, "{\"a\":1}"), (2, "{\"a\":2}")])]
#[case::array_of_anything("[1, \"x\", null, [2,3], {}]\n", &[(1, "1"), (1, "\"x\""), (1, "null"), (1, "[2,3]"), (1, "{}")])]
#[case::empty_array("[]\n[ ]", &[])]
#[case::array_a_line("[{\"a\":1}]\n[{\"a\":2},{\"a\":3}]\n", &[(1, "{\"a\":1}"), (2, "{\"a\":2}"), (2, "{\"a\":3}")])]
#[case::pretty("{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n", &[(1, "{\n  \"a\": 1\n}"), (4, "{\n  \"a\": 2\n}")])]
#[case::pretty_and_joined("{\n\"a\":1\n}{\n\"a\":2\n}", &[(1, "{\n\"a\":1\n}"), (3, "{\n\"a\":2\n}")])]
#[case::concatenated("{\"a\":1}{\"a\":2} {\"a\":3}[4]5", &[(1, "{\"a\":1}"), (1, "{\"a\":2}"), (1, "{\"a\":3}"), (1, "4"), (1, "5")])]
#[case::nothing("", &[])]
#[case::blank(" \n\t\n", &[])]
#[case::a_broken_line("{\"a\":1}\n{\"a\":\n{\"a\":3}\n", &[(1, "{\"a\":1}"), (2, "{\"a\":"), (3, "{\"a\":3}")])]
#[case::torn_in_a_string("{\"a\":\"x\n{\"a\":2}\n", &[(1, "{\"a\":\"x"), (2, "{\"a\":2}")])]
#[case::torn_before_a_good_line_and_the_end("{\"a\":[\n{\"a\":2}", &[(1, "{\"a\":["), (2, "{\"a\":2}")])]
#[case::torn_twice("{\"a\":{\"b\":[1,\n{\"a\":\n{\"a\":3}\n", &[(1, "{\"a\":{\"b\":[1,"), (2, "{\"a\":"), (3, "{\"a\":3}")])]
#[case::no_json_at_all("hello world\n{}\n", &[(1, "hello world"), (2, "{}")])]
#[case::garbage_behind_a_value_takes_the_line("{\"a\":1} oops\r\n{\"a\":1}}\n{}", &[(1, "{\"a\":1} oops"), (2, "{\"a\":1}}"), (3, "{}")])]
#[case::a_comma_behind_a_line("{\"a\":1},\n{}", &[(1, "{\"a\":1},"), (2, "{}")])]
#[case::pretty_then_broken("{\n\"a\":1\n} oops\n{}", &[(1, "{\n\"a\":1\n}"), (3, "oops"), (4, "{}")])]
#[case::broken_element("[\n{\"a\":1},\n{\"a\":,\n{\"a\":3}\n]\n{}", &[(2, "{\"a\":1}"), (3, "{\"a\":,"), (4, "{\"a\":3}"), (6, "{}")])]
#[case::array_without_an_end("[{\"a\":1},\n{\"a\":2}\n", &[(1, "{\"a\":1}"), (2, "{\"a\":2}")])]
#[case::array_line_without_an_end("[{\"a\":1},\n[{\"a\":2}]\n", &[(1, "{\"a\":1}"), (2, "[{\"a\":2}]")])]
fn texts(#[case] text: &str, #[case] expected: &[(u64, &str)]) {
    let expected: Vec<_> = expected
        .iter()
        .map(|(line, text)| (*line, (*text).to_owned()))
        .collect();
    assert_eq!(cut(text.as_bytes()), expected);
    assert_eq!(cut(&gzip(text.as_bytes())), expected);
    assert_eq!(
        cut(&zstd::encode_all(text.as_bytes(), 1).unwrap()),
        expected
    );
}

/// Longer than what is looked at first, and over several lines.
#[test]
fn half_an_emoji_tears_no_long_value() {
    for what in [r#""\ud83d""#, "1e400"] {
        let value = format!("{{\"a\":\"{}\",\n\"b\":{what}}}", "x".repeat(9 << 10));
        for (text, line) in [(format!("[1,\n{value},\n2]"), 2), (format!("{value}\n"), 1)] {
            let all = cut(text.as_bytes());
            assert!(all.contains(&(line, value.clone())), "{what}: {all:?}");
        }
    }
}

#[test]
fn several_gzip_members_are_one_file() {
    let mut file = gzip(b"{\"a\":1}\n{\"a\"");
    file.extend(gzip(b":2}\n"));
    assert_eq!(
        cut(&file),
        [(1, "{\"a\":1}".to_owned()), (2, "{\"a\":2}".to_owned())]
    );
}

#[test]
fn what_is_no_text_is_kept_as_bytes() {
    let line = b"{\"a\":\"\xff\"}";
    let file = [b"{}\n".as_slice(), line, b"\n{}"].concat();
    let all: Vec<_> = Deliveries::new(&file[..])
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(all[1].text, Err(Unreadable::NotUtf8(line.to_vec())));
    assert_eq!((all.len(), all[1].line, all[2].line), (3, 2, 3));
}

#[test]
fn a_torn_archive_gives_what_it_holds_and_then_an_error() {
    let mut file = gzip(&b"{\"a\":1}\n".repeat(200_000));
    file.truncate(file.len() / 2);
    let mut all = Deliveries::new(&file[..]).unwrap();
    let read = all.by_ref().take_while(Result::is_ok).count();
    assert!(read > 1000);
    assert!(all.next().is_none());
}

#[test]
fn an_overlong_delivery_is_passed_over() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(3 * CHUNK));
    for text in [
        format!("{{}}\n{long}\n{{\"b\":2}}\n"),
        format!("{{}}\n{}\n{{\"b\":2}}\n", "x".repeat(3 * CHUNK)),
        format!("[{{}},\n{long},\n{{\"b\":2}}]\n"),
    ] {
        let mut from = Deliveries::new(text.as_bytes()).unwrap();
        from.longest = CHUNK;
        let all: Vec<_> = from.map(Result::unwrap).collect();
        assert_eq!(all.len(), 3, "{}", &text[..9]);
        assert_eq!((all[1].line, all[2].line), (2, 3));
        assert!(matches!(&all[1].text, Err(Unreadable::TooLong(start)) if start.len() == GLIMPSE));
        assert_eq!(all[2].text.as_deref(), Ok("{\"b\":2}"));
    }
}

#[test]
fn memory_holds_a_delivery_and_not_the_file() {
    let line = "{\"a\":\"some text that is not short\"}";
    for (between, around) in [("\n", ""), ("", ""), (",", "[")] {
        let text = format!("{around}{}", [line, between].concat().repeat(200_000));
        let mut from = Deliveries::new(text.as_bytes()).unwrap();
        let mut most = 0;
        let mut count = 0;
        while let Some(delivery) = from.next() {
            delivery.unwrap();
            count += 1;
            most = most.max(from.buffer.len());
        }
        assert_eq!(count, 200_000);
        assert!(
            most <= 2 * LOOKAHEAD + CHUNK,
            "{most} bytes for {between:?}"
        );
    }
}

#[test]
fn lines_that_only_ever_open_something_are_read_once() {
    let text = "{\"a\":[\n".repeat(20_000);
    assert_eq!(
        deliveries(Deliveries::new(text.as_bytes()).unwrap()).len(),
        20_000
    );
}

#[test]
fn folders_stand_for_their_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in [
        "b.jsonl",
        "a.json",
        "c.ndjson.gz",
        "d.ZST",
        "readme.md",
        "noending",
    ] {
        fs::write(path(name), "{}\n").unwrap();
    }
    fs::create_dir(path("e.json")).unwrap();
    let found = files(&[
        PathBuf::from("-"),
        folder.path().to_owned(),
        path("readme.md"),
    ])
    .unwrap();
    let expected: Vec<_> = ["a.json", "b.jsonl", "c.ndjson.gz", "d.ZST", "readme.md"]
        .iter()
        .map(|name| path(name))
        .collect();
    assert_eq!(found[0], PathBuf::from("-"));
    assert_eq!(found[1..], expected);
    assert_eq!(open(&path("a.json")).unwrap().count(), 1);
    let error = files(&[path("missing")]).unwrap_err();
    assert!(error.to_string().contains("missing"));
    assert!(
        open(&path("missing"))
            .err()
            .unwrap()
            .to_string()
            .contains("missing")
    );
}

#[cfg(unix)]
#[test]
fn a_link_to_nowhere_in_a_folder_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("torn.json");
    std::os::unix::fs::symlink(folder.path().join("gone"), link).unwrap();
    let error = files(&[folder.path().to_owned()]).unwrap_err();
    assert!(error.to_string().contains("torn.json"), "{error}");
}

#[test]
fn every_public_example_is_one_delivery() {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    let Some(folder) = above
        .map(|above| above.join("shared/payloads"))
        .find(|folder| folder.is_dir())
    else {
        println!("skipped: there is no folder shared/payloads beside this one");
        return;
    };
    let files = files(&[folder]).unwrap();
    assert!(!files.is_empty());
    for path in files {
        let all: Vec<_> = open(&path).unwrap().map(Result::unwrap).collect();
        assert_eq!(all.len(), 1, "{}", path.display());
        assert_eq!(all[0].line, 1);
        assert!(serde_json::from_str::<Value>(all[0].text.as_ref().unwrap()).is_ok());
    }
}

/// Any JSON value but an array, which would be read as its elements.
fn values() -> impl Strategy<Value = Vec<Value>> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
        "[\\[\\]{}\",:\\\\ \n]{0,6}".prop_map(Value::from),
    ];
    let tree = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".{0,4}", inner, 0..4).prop_map(Value::from_iter),
        ]
    });
    let whole = tree.prop_filter("an array is its elements", |value| !value.is_array());
    prop::collection::vec(whole, 0..8)
}

proptest! {
    #[test]
    fn the_same_values_in_any_spelling(values in values(), slow in 1..40_usize) {
        let compact: Vec<String> = values.iter().map(Value::to_string).collect();
        let pretty: Vec<String> = values.iter().map(|value| format!("{value:#}")).collect();
        let spellings = [
            compact.join("\n"),
            compact.join("\r\n\r\n"),
            format!("\u{feff}{}\n", compact.join("\n")),
            format!("[{}]", compact.join(",")),
            format!("[\n{}\n]\n", pretty.join(",\n")),
            format!("{:#}", Value::from(values.clone())),
            pretty.join("\n"),
            compact.join(" "),
            format!("[{}]", compact.join("]\n[")),
        ];
        for spelling in spellings {
            let bytes = spelling.as_bytes();
            for file in [bytes.to_vec(), gzip(bytes), zstd::encode_all(bytes, 1).unwrap()] {
                let read: Vec<Value> = deliveries(Deliveries::new(Slow(&file, slow)).unwrap())
                    .iter()
                    .map(|(_, text)| serde_json::from_str(text).unwrap())
                    .collect();
                prop_assert_eq!(&read, &values, "{}", spelling);
                let tried = deliveries(Trying(Deliveries::new(Slow(&file, slow)).unwrap()));
                prop_assert_eq!(tried.len(), values.len());
            }
        }
    }

    #[test]
    fn any_bytes_come_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..300), slow in 1..9_usize) {
        // Bytes that look like an archive may be a broken one.
        let Ok(from) = Deliveries::new(Slow(&bytes, slow)) else { return Ok(()) };
        let all = deliveries(from.take_while(Result::is_ok));
        prop_assert!(all.len() <= bytes.len());
        let tried = Trying(Deliveries::new(Slow(&bytes, slow)).unwrap());
        prop_assert_eq!(all, deliveries(tried.take_while(Result::is_ok)));
    }

    #[test]
    fn every_line_of_a_mangled_file_is_accounted_for(
        values in values(),
        junk in "[^\n\\[\\]]{1,12}",
        at in any::<prop::sample::Index>(),
    ) {
        prop_assume!(serde_json::from_str::<Value>(&junk).is_err() && !junk.trim().is_empty());
        let mut lines: Vec<String> = values.iter().map(Value::to_string).collect();
        let place = at.index(lines.len() + 1);
        lines.insert(place, format!("junk {junk}"));
        let text = lines.join("\n");
        let read = deliveries(Deliveries::new(text.as_bytes()).unwrap());
        let tried = deliveries(Trying(Deliveries::new(text.as_bytes()).unwrap()));
        prop_assert_eq!(&read, &tried);
        prop_assert_eq!(read.len(), lines.len());
        prop_assert_eq!(read[place].0, place as u64 + 1);
    }
}

#[test]
fn what_is_utf_16_is_called_so() {
    let utf16 = |unit: fn(u16) -> [u8; 2]| {
        let text = "\u{feff}{\"messages\":[]}".encode_utf16();
        Unreadable::NotUtf8(text.flat_map(unit).collect()).to_string()
    };
    let said = "UTF-16, not UTF-8; save the file as UTF-8";
    assert_eq!(utf16(u16::to_le_bytes), said);
    assert_eq!(utf16(u16::to_be_bytes), said);
    assert_eq!(Unreadable::NotUtf8(vec![0xe9]).to_string(), "not UTF-8");
}
