//! A stream cut into deliveries: one JSON value each.
//!
//! JSON lines, arrays, pretty-printed or concatenated values, plain or in gzip
//! or zstd: all are one grammar here, values between blanks, with the elements
//! of a top-level array for values. Memory holds one delivery, not the file.
//!
//! Where a value breaks off, the *line* on which it began is one delivery, to
//! be quarantined, and reading goes on with the next line: so a torn line of
//! JSON lines costs itself and no other, and a torn file what was torn.

mod scan;
#[cfg(test)]
mod tests;

use flate2::read::MultiGzDecoder;
use scan::{Fault, line_of_values, value};
use std::collections::VecDeque;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, BufRead, Cursor, Read};
use std::path::{Path, PathBuf};

/// Most bytes of one delivery. Meta sends at most 3 MB.
const LONGEST: usize = 64 << 20;
/// How much of an overlong delivery is kept to be looked at.
const GLIMPSE: usize = 64 << 10;
/// Bytes asked for at a time.
const CHUNK: usize = 256 << 10;
/// How far to look for the end of a line of several values before the first of
/// them are handed out: past it, a fault no longer takes the whole line along.
const LOOKAHEAD: usize = 1 << 20;

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its text: a JSON value, or a line that is none.
    pub text: Result<String, Unreadable>,
    /// The line on which it begins, from 1.
    pub line: u64,
}

/// A delivery that is not even text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// All its bytes, which are not UTF-8.
    NotUtf8(Vec<u8>),
    /// The first bytes of one longer than 64 MiB; the rest was passed over.
    TooLong(Vec<u8>),
}

impl Unreadable {
    /// What there is of it.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        match self {
            Unreadable::NotUtf8(bytes) | Unreadable::TooLong(bytes) => bytes,
        }
    }

    /// The same, given away.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        match self {
            Unreadable::NotUtf8(bytes) | Unreadable::TooLong(bytes) => bytes,
        }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::NotUtf8(bytes) => match bytes.as_slice() {
                // With its byte order mark, as some shells write what is redirected.
                [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
                    f.write_str("UTF-16, not UTF-8; save the file as UTF-8")
                }
                _ => f.write_str("not UTF-8"),
            },
            Unreadable::TooLong(_) => write!(f, "longer than {} MiB", LONGEST >> 20),
        }
    }
}

/// How the files end that a directory stands for.
pub const ENDINGS: [&str; 5] = ["json", "jsonl", "ndjson", "gz", "zst"];

/// The files that the given paths mean: a directory stands for the files in it
/// that end in one of [`ENDINGS`], by name; `-`, standard input, and everything
/// else for itself.
///
/// # Errors
/// A path that is not there, also one that a link in a directory leads to, or a
/// directory that cannot be read, by its name.
pub fn files(paths: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if is_stdin(path) {
            files.push(path.clone());
        } else if fs::metadata(path)
            .map_err(|error| naming(path, &error))?
            .is_dir()
        {
            files.extend(inside(path)?);
        } else {
            files.push(path.clone());
        }
    }
    Ok(files)
}

fn inside(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let failed = |error| naming(folder, &error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let ending = path.extension().and_then(|ending| ending.to_str());
        let wanted = ending.is_some_and(|ending| {
            let mut known = ENDINGS.iter();
            known.any(|known| ending.eq_ignore_ascii_case(known))
        });
        // A file that is not read is not passed over in silence.
        if wanted
            && fs::metadata(&path)
                .map_err(|error| naming(&path, &error))?
                .is_file()
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Opens a file, or standard input for `-`.
///
/// # Errors
/// The file cannot be opened or its beginning not read; the path is named.
pub fn open(path: &Path) -> io::Result<Deliveries<'static>> {
    let opened = if is_stdin(path) {
        Deliveries::new(io::stdin())
    } else {
        File::open(path).and_then(Deliveries::new)
    };
    opened.map_err(|error| naming(path, &error))
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn naming(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// The content of a stream: plain, gzip or zstd, told by its first bytes.
pub(super) fn unpacked<'a>(
    mut input: impl Read + Send + 'a,
) -> io::Result<Box<dyn Read + Send + 'a>> {
    let mut magic = Vec::with_capacity(4);
    input.by_ref().take(4).read_to_end(&mut magic)?;
    let gzip = magic.starts_with(&[0x1f, 0x8b]);
    let zstd = magic.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
    let whole = Cursor::new(magic).chain(input);
    Ok(if gzip {
        Box::new(MultiGzDecoder::new(whole))
    } else if zstd {
        Box::new(zstd::Decoder::new(whole)?)
    } else {
        Box::new(whole)
    })
}

/// The deliveries of a stream, in order. Ends at the first I/O error.
pub struct Deliveries<'a> {
    input: Box<dyn Read + Send + 'a>,
    /// The input gives no more.
    at_end: bool,
    /// What was read and not yet handed out is `buffer[start..]`.
    buffer: Vec<u8>,
    start: usize,
    /// The line of `start`.
    line: u64,
    /// Whether the values are elements of a top-level array.
    in_array: bool,
    /// Whether an array was left because of a fault: its commas and its end
    /// may still come.
    after_array: bool,
    /// Cut out already: several values of one line.
    ready: VecDeque<Delivery>,
    /// Bytes of the line that was tried.
    tried: usize,
    longest: usize,
}

impl<'a> Deliveries<'a> {
    /// Takes a stream: plain, gzip or zstd, told by its first bytes.
    ///
    /// # Errors
    /// The first bytes cannot be read.
    pub fn new(input: impl Read + Send + 'a) -> io::Result<Self> {
        Ok(Self {
            input: unpacked(input)?,
            at_end: false,
            buffer: Vec::new(),
            start: 0,
            line: 1,
            in_array: false,
            after_array: false,
            ready: VecDeque::new(),
            tried: 0,
            longest: LONGEST,
        })
    }

    /// The next line, where it may be one value: to be tried by reading it,
    /// which tells as much as a scan. If it is one, [`Self::pass`] goes on
    /// behind it; if not, the next delivery is cut out of it as ever.
    ///
    /// # Errors
    /// The input cannot be read.
    pub fn line(&mut self) -> io::Result<Option<(&str, u64)>> {
        if !self.ready.is_empty() || self.in_array || self.next_byte()? != Some(b'{') {
            return Ok(None);
        }
        let end = loop {
            let rest = &self.buffer[self.start..];
            match newline(rest) {
                Some(end) => break end,
                None if rest.len() > LOOKAHEAD || self.at_end => return Ok(None),
                None => self.read_more()?,
            }
        };
        let line = self.buffer[self.start..self.start + end].trim_ascii_end();
        self.tried = line.len();
        let text = std::str::from_utf8(line).ok();
        Ok(text
            .filter(|text| text.ends_with('}'))
            .map(|text| (text, self.line)))
    }

    /// Goes on behind the line that was tried last.
    pub fn pass(&mut self) {
        self.start += std::mem::take(&mut self.tried);
    }

    fn step(&mut self) -> io::Result<Option<Delivery>> {
        loop {
            if let Some(delivery) = self.ready.pop_front() {
                return Ok(Some(delivery));
            }
            let Some(first) = self.next_byte()? else {
                return Ok(None);
            };
            match first {
                b',' if self.in_array || self.after_array => self.advance(1),
                b']' if self.in_array || self.after_array => {
                    self.advance(1);
                    self.in_array = false;
                }
                b'[' if !self.in_array => {
                    self.advance(1);
                    self.in_array = true;
                    self.after_array = false;
                }
                _ => self.cut()?,
            }
        }
    }

    /// Puts the next values into `ready`: one element of an array, or all
    /// values up to the end of a line.
    fn cut(&mut self) -> io::Result<()> {
        loop {
            let bytes = &self.buffer[self.start..];
            let mut values = Vec::new();
            let found = if self.in_array {
                value(bytes, 0, self.at_end).map(|end| values.push((0, end)))
            } else {
                line_of_values(bytes, self.at_end, self.after_array, &mut values)
            };
            match found {
                Ok(()) => {
                    self.take(&values);
                    return Ok(());
                }
                Err(Fault::Unfinished) if bytes.len() > LOOKAHEAD && !values.is_empty() => {
                    self.take(&values);
                    return Ok(());
                }
                Err(Fault::Unfinished) if bytes.len() > self.longest => return self.pass_over(),
                Err(Fault::Unfinished) => self.read_more()?,
                Err(Fault::Broken(at)) => {
                    // Values that began on earlier lines are whole; those on
                    // the line of the fault share its fate.
                    let line = bytes[..at].iter().rposition(|byte| *byte == b'\n');
                    values.retain(|(from, _)| line.is_some_and(|line| *from < line));
                    if !values.is_empty() {
                        self.take(&values);
                        return Ok(());
                    }
                    self.after_array |= self.in_array;
                    self.in_array = false;
                    return self.take_line();
                }
            }
        }
    }

    /// Hands out the values at these places after `start`, and goes on behind
    /// the last.
    fn take(&mut self, values: &[(usize, usize)]) {
        let base = self.start;
        for (from, to) in values {
            self.advance(base + from - self.start);
            let text = text(&self.buffer[base + from..base + to]);
            let line = self.line;
            self.ready.push_back(Delivery { text, line });
            self.advance(base + to - self.start);
        }
    }

    /// Hands out the rest of the line, which is no JSON.
    fn take_line(&mut self) -> io::Result<()> {
        loop {
            let rest = &self.buffer[self.start..];
            let end = match newline(rest) {
                Some(end) => end,
                None if self.at_end => rest.len(),
                None if rest.len() > self.longest => return self.pass_over(),
                None => {
                    self.read_more()?;
                    continue;
                }
            };
            let text = text(rest[..end].trim_ascii_end());
            let line = self.line;
            self.ready.push_back(Delivery { text, line });
            self.advance(end);
            return Ok(());
        }
    }

    /// Reports a delivery that is too long, and goes on behind the next end of
    /// a line that has not been read yet.
    fn pass_over(&mut self) -> io::Result<()> {
        let rest = &self.buffer[self.start..];
        let glimpse = rest[..rest.len().min(GLIMPSE)].to_vec();
        self.ready.push_back(Delivery {
            text: Err(Unreadable::TooLong(glimpse)),
            line: self.line,
        });
        self.after_array |= self.in_array;
        self.in_array = false;
        loop {
            self.advance(self.buffer.len() - self.start);
            self.read_more()?;
            if self.buffer.is_empty() {
                return Ok(());
            }
            if let Some(end) = newline(&self.buffer) {
                self.advance(end);
                return Ok(());
            }
        }
    }

    /// The first byte of the next value, or of what stands between values;
    /// blanks and byte order marks before it are passed over.
    fn next_byte(&mut self) -> io::Result<Option<u8>> {
        loop {
            let rest = &self.buffer[self.start..];
            let blank = rest.len() - rest.trim_ascii_start().len();
            self.advance(blank);
            match self.buffer[self.start..] {
                [0xef, 0xbb, 0xbf, ..] => self.advance(3),
                [0xef] | [0xef, 0xbb] | [] if !self.at_end => self.read_more()?,
                [first, ..] => return Ok(Some(first)),
                [] => return Ok(None),
            }
        }
    }

    fn advance(&mut self, bytes: usize) {
        let passed = &self.buffer[self.start..self.start + bytes];
        // Counted in bytes as far as that goes: so it is vectorised.
        let some = passed.chunks(255).map(|some| {
            let one_by_one = some.iter().map(|byte| u8::from(*byte == b'\n'));
            u64::from(one_by_one.sum::<u8>())
        });
        self.line += some.sum::<u64>();
        self.start += bytes;
    }

    /// Reads on. What is unfinished is scanned again from its beginning, so
    /// that a long one has to double between two scans.
    fn read_more(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let held = self.buffer.len();
        let wanted = if held < LOOKAHEAD { held + 1 } else { held * 2 };
        while self.buffer.len() < wanted && !self.at_end {
            let full = self.buffer.len();
            self.buffer.resize(full + CHUNK, 0);
            let read = self.input.read(&mut self.buffer[full..]);
            self.buffer.truncate(full + *read.as_ref().unwrap_or(&0));
            match read {
                Ok(read) => self.at_end = read == 0,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl Iterator for Deliveries<'_> {
    type Item = io::Result<Delivery>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.step();
        if next.is_err() {
            self.at_end = true;
            self.start = self.buffer.len();
        }
        next.transpose()
    }
}

fn text(bytes: &[u8]) -> Result<String, Unreadable> {
    String::from_utf8(bytes.to_vec()).map_err(|error| Unreadable::NotUtf8(error.into_bytes()))
}

/// The place of the next end of line.
fn newline(bytes: &[u8]) -> Option<usize> {
    let mut rest = bytes;
    // Reading from a slice cannot fail.
    let passed = rest.skip_until(b'\n').unwrap_or(0);
    bytes[..passed].ends_with(b"\n").then(|| passed - 1)
}
