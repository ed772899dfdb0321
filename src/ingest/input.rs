//! What can be read: standard input, a file, bytes in memory; each under the
//! name that quarantine and errors know it by.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// One input.
pub struct Input {
    name: String,
    from: From,
}

enum From {
    Stdin,
    File(PathBuf),
    Memory(&'static [u8]),
}

impl Input {
    /// Standard input, named `-`.
    #[must_use]
    pub fn stdin() -> Self {
        Self {
            name: "-".into(),
            from: From::Stdin,
        }
    }

    /// A file, named as it was given.
    #[must_use]
    pub fn file(path: PathBuf) -> Self {
        Self {
            name: path.display().to_string(),
            from: From::File(path),
        }
    }

    /// Bytes that are part of the program.
    #[must_use]
    pub fn memory(name: &str, bytes: &'static [u8]) -> Self {
        Self {
            name: name.into(),
            from: From::Memory(bytes),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many bytes it has, where that is known beforehand. Fails for a
    /// file that cannot be read, so that it is said before anything is written.
    pub fn bytes(&self) -> io::Result<Option<u64>> {
        match &self.from {
            From::Stdin => Ok(None),
            From::File(path) => {
                let about = std::fs::metadata(path)?;
                if !about.is_file() {
                    // To open a pipe and close it again would end its writer.
                    return Ok(None);
                }
                File::open(path).map(|_| Some(about.len()))
            }
            From::Memory(bytes) => Ok(Some(bytes.len() as u64)),
        }
    }

    /// Opens it; what is read is counted in `bytes`.
    pub(super) fn open(self, bytes: Arc<AtomicU64>) -> io::Result<Box<dyn Read + Send>> {
        let read: Box<dyn Read + Send> = match self.from {
            From::Stdin => Box::new(io::stdin()),
            From::File(path) => Box::new(File::open(path)?),
            From::Memory(memory) => Box::new(memory),
        };
        Ok(Box::new(Counted { read, bytes }))
    }
}

/// Counts what passes, for the progress bar.
struct Counted {
    read: Box<dyn Read + Send>,
    bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.read.read(buffer)?;
        self.bytes.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
