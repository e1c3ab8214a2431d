//! SHA-256 of what passes.

use std::fmt::Write as _;
use std::io::{self, Read, Write};
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

use super::{Encoder, Out, write_all};
use crate::{Error, ErrorKind, Result, Source, Target};

impl Source {
    /// Fails at its end, with kind `Malformed`, unless the SHA-256 of all its bytes is `expected`
    /// in hexadecimal digits.
    pub fn verified(&self, expected: &str) -> Result<Self> {
        let expected = expected.to_ascii_lowercase();
        if expected.len() != 64 || !expected.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            let message = format!("{expected:?} is not a SHA-256 of 64 digits");
            return Err(Error::new(ErrorKind::BadArgument, message));
        }
        Ok(self.decoded("sha256", move |reader| {
            let (digest, expected) = (Sha256::new(), expected.clone());
            Ok(Box::new(Verifying { reader, digest, expected }))
        }))
    }
}

struct Verifying<R> {
    reader: R,
    digest: Sha256,
    expected: String,
}

impl<R: Read> Read for Verifying<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.digest.update(&buffer[..count]);
        if count == 0 && !buffer.is_empty() {
            let found = hexadecimal(&self.digest.clone().finalize());
            if found != self.expected {
                let message = format!("the SHA-256 is {found}, not {}", self.expected);
                return Err(Error::new(ErrorKind::Malformed, message).into());
            }
        }
        Ok(count)
    }
}

/// The SHA-256 of what a target was given, once the save has succeeded.
#[derive(Clone, Default, Debug)]
pub struct Checksum(Arc<OnceLock<String>>);

impl Checksum {
    /// The 64 hexadecimal digits; `None` before the end of the save.
    pub fn hexadecimal(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }
}

impl Target {
    /// Computes the SHA-256 of what is written.
    pub fn with_checksum(&self) -> (Self, Checksum) {
        let checksum = Checksum::default();
        let result = checksum.clone();
        let target = self.encoded("sha256", move |out| {
            Ok(Box::new(Hashing { out, digest: Sha256::new(), result: result.clone() }))
        });
        (target, checksum)
    }
}

struct Hashing {
    out: Out,
    digest: Sha256,
    result: Checksum,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.digest.update(bytes);
        write_all(&mut self.out, bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Encoder for Hashing {
    fn finish(self: Box<Self>) -> io::Result<()> {
        let Self { digest, result, .. } = *self;
        result.0.get_or_init(|| hexadecimal(&digest.finalize()));
        Ok(())
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
