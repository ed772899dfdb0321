//! Deliveries out of files and streams. (A stand-in with the final signatures.)

use std::io::{self, BufRead, BufReader, Read};
use std::path::PathBuf;

/// One delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The JSON as it came; bytes where it is no UTF-8.
    pub text: Result<String, Vec<u8>>,
    /// The line it begins on, from 1.
    pub line: u64,
}

/// The deliveries of an input, packed or plain.
pub fn deliveries(input: impl Read + 'static) -> impl Iterator<Item = io::Result<Delivery>> {
    let mut input = BufReader::new(input);
    let mut line = 0;
    std::iter::from_fn(move || {
        loop {
            let mut bytes = Vec::new();
            match input.read_until(b'\n', &mut bytes) {
                Ok(0) => return None,
                Ok(_) => line += 1,
                Err(error) => return Some(Err(error)),
            }
            if bytes.trim_ascii().is_empty() {
                continue;
            }
            let text = String::from_utf8(bytes.trim_ascii().to_vec())
                .map_err(std::string::FromUtf8Error::into_bytes);
            return Some(Ok(Delivery { text, line }));
        }
    })
}

/// The files meant by arguments: directories expanded, in order.
pub fn files(paths: &[PathBuf]) -> io::Result<Vec<PathBuf>> {
    Ok(paths.to_vec())
}
