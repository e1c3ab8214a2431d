//! What goes wrong, and where in the file.

use std::fmt;
use std::io;

/// The result of everything in this crate that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// The class of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The reader, the writer or the caller's own hook failed; the cause is the error's source.
    Io,
    /// A limit of the options was exceeded.
    Limit,
    /// The file, or what was asked for, breaks the rules of the format.
    Malformed,
    /// The file ends too early.
    Truncated,
    /// The file is of a kind of JPEG that this crate does not read or write.
    Unsupported,
}

/// An error with its place in the file.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    offset: Option<u64>,
    source: Option<io::Error>,
}

impl Error {
    /// An error of `kind` that says `message`.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), offset: None, source: None }
    }

    /// The same error at byte `offset` of the file, unless it has a place already.
    pub fn at(mut self, offset: u64) -> Self {
        self.offset.get_or_insert(offset);
        self
    }

    /// The class of the error.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What went wrong, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The byte of the file at which it went wrong, where that is known.
    pub fn offset(&self) -> Option<u64> {
        self.offset
    }

    /// The error of the reader, writer or hook behind this one.
    pub fn into_io(self) -> Option<io::Error> {
        self.source
    }
}

impl From<io::Error> for Error {
    fn from(source: io::Error) -> Self {
        Self {
            kind: ErrorKind::Io,
            message: source.to_string(),
            offset: None,
            source: Some(source),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        match self.offset {
            Some(offset) => write!(formatter, " (at byte {offset})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|error| error as &(dyn std::error::Error + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_shown_and_the_first_one_stays() {
        let error = Error::new(ErrorKind::Malformed, "bad table").at(7).at(9);
        assert_eq!(error.to_string(), "bad table (at byte 7)");
    }

    #[test]
    fn the_callers_error_can_be_dug_out() {
        let error = Error::from(io::Error::other("mine"));
        assert_eq!(error.kind(), ErrorKind::Io);
        assert_eq!(error.into_io().expect("wrapped").to_string(), "mine");
    }
}
