//! A stream of CSV cut into records, each with its line and its raw bytes.
//!
//! `csv-core` parses; here is only what bounds it. A quote that is opened and
//! not closed would make one record of the rest of the file: it costs its own
//! line and no other, and memory holds one record, not the file.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use std::io::{self, Read};

/// Most bytes of one record.
pub(super) const LONGEST: usize = 1 << 20;
/// How much of a torn line is kept to be looked at.
const GLIMPSE: usize = 64 << 10;
/// Bytes asked for at a time.
const CHUNK: usize = 64 << 10;

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// The line on which it begins, from 1.
    pub(super) line: u64,
    /// Its bytes as they came, without the end of its line.
    pub(super) raw: Vec<u8>,
    /// Its fields; none where a quote is opened on this line and not closed.
    pub(super) fields: Option<Vec<Vec<u8>>>,
}

/// The records of a stream, in order. Ends at the first I/O error.
pub(super) struct Records {
    input: Box<dyn Read + Send>,
    at_end: bool,
    /// What was read and not yet handed out is `buffer[start..]`.
    buffer: Vec<u8>,
    start: usize,
    /// The line of `start`.
    line: u64,
    parser: Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
}

/// How a record ended.
enum Cut {
    /// After so many bytes, as so many fields.
    Record(usize, usize),
    Torn,
}

impl Records {
    /// Takes a stream of plain text.
    pub(super) fn new(input: Box<dyn Read + Send>) -> Self {
        Self {
            input,
            at_end: false,
            buffer: Vec::new(),
            start: 0,
            line: 1,
            parser: Reader::new(),
            text: vec![0; 1024],
            ends: vec![0; 64],
        }
    }

    /// What separates the fields from here on.
    pub(super) fn separated_by(&mut self, delimiter: u8) {
        self.parser = ReaderBuilder::new().delimiter(delimiter).build();
    }

    /// What comes next, at least `most` bytes if there are so many.
    pub(super) fn peek(&mut self, most: usize) -> io::Result<&[u8]> {
        while self.buffer.len() - self.start < most && !self.at_end {
            self.read_more()?;
        }
        let rest = &self.buffer[self.start..];
        Ok(&rest[..rest.len().min(most)])
    }

    /// Passes over so many bytes of what was peeked.
    pub(super) fn pass(&mut self, bytes: usize) {
        let end = (self.start + bytes).min(self.buffer.len());
        let passed = &self.buffer[self.start..end];
        // A record is short, and a count that cannot stop early is vectorised.
        #[allow(clippy::naive_bytecount)]
        let lines = passed.iter().filter(|byte| **byte == b'\n').count();
        self.line += lines as u64;
        self.start = end;
    }

    fn step(&mut self) -> io::Result<Option<Record>> {
        while let [b'\r' | b'\n', ..] = self.peek(1)? {
            self.pass(1);
        }
        if self.peek(1)?.is_empty() {
            return Ok(None);
        }
        let line = self.line;
        let (bytes, fields) = match self.cut()? {
            Cut::Record(bytes, fields) => (bytes, Some(self.fields(fields))),
            Cut::Torn => {
                let rest = &self.buffer[self.start..];
                let end = rest.iter().position(|byte| *byte == b'\n');
                (end.unwrap_or(rest.len()), None)
            }
        };
        let raw = &self.buffer[self.start..self.start + bytes];
        let raw = match fields {
            Some(_) => raw.trim_ascii_end(),
            None => raw[..raw.len().min(GLIMPSE)].trim_ascii_end(),
        };
        let raw = raw.to_vec();
        self.pass(bytes);
        while fields.is_none() && !matches!(self.peek(1)?, [] | [b'\n']) {
            // The rest of a line that was longer than what was read of it.
            let rest = &self.buffer[self.start..];
            let end = rest.iter().position(|byte| *byte == b'\n');
            self.pass(end.unwrap_or(rest.len()));
        }
        Ok(Some(Record { line, raw, fields }))
    }

    /// Finds the end of the record that begins at `start`.
    fn cut(&mut self) -> io::Result<Cut> {
        self.parser.reset();
        let (mut read, mut written, mut ended) = (0, 0, 0);
        loop {
            let rest = &self.buffer[self.start + read..];
            if rest.is_empty() && !self.at_end {
                if read > LONGEST {
                    return Ok(Cut::Torn);
                }
                self.read_more()?;
                continue;
            }
            // The end of the file ends a record, but for one within quotes.
            let past = rest.is_empty();
            let (result, taken, wrote, fields) = self.parser.read_record(
                if past { b"\n" } else { rest },
                &mut self.text[written..],
                &mut self.ends[ended..],
            );
            read += if past { 0 } else { taken };
            written += wrote;
            ended += fields;
            match result {
                ReadRecordResult::Record => return Ok(Cut::Record(read, ended)),
                ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::InputEmpty if !past => {}
                ReadRecordResult::InputEmpty | ReadRecordResult::End => return Ok(Cut::Torn),
            }
        }
    }

    fn fields(&self, count: usize) -> Vec<Vec<u8>> {
        let mut from = 0;
        let ends = self.ends[..count].iter();
        ends.map(|end| {
            let field = self.text[from..*end].to_vec();
            from = *end;
            field
        })
        .collect()
    }

    fn read_more(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.start);
        self.start = 0;
        let full = self.buffer.len();
        self.buffer.resize(full + CHUNK, 0);
        loop {
            let read = self.input.read(&mut self.buffer[full..]);
            match read {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => {
                    self.buffer.truncate(full + *read.as_ref().unwrap_or(&0));
                    self.at_end = read? == 0;
                    return Ok(());
                }
            }
        }
    }
}

impl Iterator for Records {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.step();
        if next.is_err() {
            self.at_end = true;
            self.start = self.buffer.len();
        }
        next.transpose()
    }
}
