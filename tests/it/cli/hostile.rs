//! Whatever is quoted on standard error is safe there.

use reunite::cli::{self, Stream, World};
use std::ffi::OsString;

/// Standard output and error of a run, on what is asked to be a terminal.
fn said(args: &[&str]) -> String {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    {
        let mut world = World::of_process();
        world.out = stream(&mut out);
        world.err = stream(&mut err);
        let args = std::iter::once("reunite").chain(args.iter().copied());
        let _ = cli::run(args.map(OsString::from), &mut world);
    }
    out.extend(err);
    String::from_utf8(out).unwrap()
}

fn stream(to: &mut Vec<u8>) -> Stream<'_> {
    Stream {
        to: Box::new(to),
        terminal: true,
        colour: false,
    }
}

/// Nothing but line ends commands the terminal.
fn is_safe(said: &str) -> bool {
    said.lines()
        .all(|line| reunite::domain::text::safe(line) == line)
}

#[test]
fn every_scalar_in_an_error_and_in_a_wrong_argument() {
    // Where nothing is optimized, one in 61 of the planes that are private or
    // unassigned as a whole.
    let is_wanted = |c: &char| {
        let code = u32::from(*c);
        !cfg!(debug_assertions) || code < 0x4_0000 || code.is_multiple_of(61)
    };
    let all: Vec<char> = ('\u{1}'..=char::MAX).filter(is_wanted).collect();
    for some in all.chunks(4_000) {
        let odd: String = some.iter().flat_map(|&c| ['x', c]).collect();
        let missing = format!("/nowhere/{}", odd.replace('/', ""));
        for args in [
            &["--store", missing.as_str(), "cases"][..],
            &["cases", "--kind", odd.as_str()],
            &["decide", "7", "relink", "--identifier", odd.as_str()],
        ] {
            let said = said(args);
            assert!(said.contains("error:"), "{said:.100}");
            assert!(is_safe(&said), "{:?} …", &some[..3]);
        }
    }
}
