//! The one error type of the workspace.

use std::error::Error as StdError;
use std::fmt::{self, Debug, Display, Formatter};
use std::io;
use std::sync::Arc;

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, with where it went wrong.
///
/// One word large, so that `Result<()>` is one word too. A clone shares the cause.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    message: String,
    context: Vec<(&'static str, String)>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// The decisions a caller can take about an [`Error`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument is out of its range, or does not fit the others.
    BadArgument,
    /// No operation has this name.
    UnknownOperation,
    /// Well formed, but of a kind that is not handled.
    Unsupported,
    /// The data break the rules of their format.
    Malformed,
    /// The data end early.
    Truncated,
    /// A limit on pixels, bytes, time or the like would be passed.
    Limit,
    /// The file or object does not exist.
    NotFound,
    /// Reading or writing failed.
    Io,
    /// The deadline has passed.
    Timeout,
    /// Somebody asked for the work to end.
    Cancelled,
    /// A defect of ours, such as a caught panic.
    Internal,
}

impl Error {
    /// An error of this kind. Messages are lower-case and name the value and the limit.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), context: Vec::new(), source: None }))
    }

    /// What a caller may decide on.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The message alone, without its context.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where it happened, innermost first: pairs such as `("file", "a.png")`.
    pub fn context(&self) -> &[(&'static str, String)] {
        &self.0.context
    }

    /// The cause, for instance the exception that a callback raised.
    pub fn cause(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.0.source.as_deref()
    }

    /// Adds a place to the context: `operation`, `argument`, `file`, `rect` and the like.
    pub fn with(mut self, key: &'static str, value: impl Display) -> Self {
        self.0.context.push((key, value.to_string()));
        self
    }

    /// Sets the cause.
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// The windlass error that `error` is or was caused by, if there is one.
    ///
    /// Third-party codecs read through [`io::Read`], so that an error of ours comes back inside
    /// an [`io::Error`] inside an error of theirs. This finds it, however deep it lies.
    pub fn find_in<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a Self> {
        let mut next = Some(error);
        while let Some(error) = next {
            if let Some(found) = error.downcast_ref::<Self>() {
                return Some(found);
            }
            // `io::Error::source` skips the error that it wraps and answers with its source.
            next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
                Some(inner) => Some(inner),
                None => error.source(),
            };
        }
        None
    }

    /// The windlass error inside `error`, else one of `kind` with the text of `error`.
    pub fn wrap<E>(kind: ErrorKind, error: E) -> Self
    where
        E: StdError + Send + Sync + 'static,
    {
        match Self::find_in(&error) {
            Some(found) => found.clone(),
            None => Self::new(kind, reason(&error)).with_source(error),
        }
    }
}

/// The text of an error, without the number that std puts behind those of the system.
pub(crate) fn reason(error: &dyn StdError) -> String {
    let text = error.to_string();
    match text.split_once(" (os error ") {
        Some((text, _)) => text.to_owned(),
        None => text,
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        self.0.context.iter().try_for_each(|(key, value)| write!(f, " [{key}: {value}]"))
    }
}

impl Debug for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)?;
        match &self.0.source {
            Some(source) => write!(f, " (caused by {source:?})"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

impl From<io::Error> for Error {
    /// Gives back a windlass error that lies inside, unchanged.
    fn from(error: io::Error) -> Self {
        Self::wrap(kind_of(&error), error)
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the list of io::ErrorKind is open")]
fn kind_of(error: &io::Error) -> ErrorKind {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => ErrorKind::Truncated,
        io::ErrorKind::NotFound => ErrorKind::NotFound,
        _ => ErrorKind::Io,
    }
}

impl From<Error> for io::Error {
    /// Never of the kind `Interrupted`, at which std would try again.
    fn from(error: Error) -> Self {
        let kind = match error.kind() {
            ErrorKind::Truncated => io::ErrorKind::UnexpectedEof,
            ErrorKind::NotFound => io::ErrorKind::NotFound,
            ErrorKind::Timeout => io::ErrorKind::TimedOut,
            ErrorKind::Malformed => io::ErrorKind::InvalidData,
            ErrorKind::BadArgument => io::ErrorKind::InvalidInput,
            ErrorKind::Unsupported => io::ErrorKind::Unsupported,
            ErrorKind::UnknownOperation
            | ErrorKind::Limit
            | ErrorKind::Io
            | ErrorKind::Cancelled
            | ErrorKind::Internal => io::ErrorKind::Other,
        };
        Self::new(kind, error)
    }
}

/// Adds context to errors on their way up.
pub trait ResultExt<T> {
    /// Adds `key: value()` to the context of an error.
    fn with<V: Display>(self, key: &'static str, value: impl FnOnce() -> V) -> Result<T>;
}

impl<T, E: Into<Error>> ResultExt<T> for std::result::Result<T, E> {
    fn with<V: Display>(self, key: &'static str, value: impl FnOnce() -> V) -> Result<T> {
        self.map_err(|error| error.into().with(key, value()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word() {
        assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
    }

    #[test]
    fn displays_message_and_context() {
        let error = Error::new(ErrorKind::Limit, "width is 0").with("operation", "black");
        assert_eq!(
            error.with("file", "a.png").to_string(),
            "width is 0 [operation: black] [file: a.png]"
        );
    }

    #[test]
    fn result_context_is_made_on_error_only() {
        let good: Result<u8> = Ok(1);
        let none = || -> String { panic!("made for a good result") };
        assert_eq!(good.with("file", none).unwrap(), 1);
        let bad: io::Result<u8> = Err(io::Error::from(io::ErrorKind::NotFound));
        let error = bad.with("file", || "x").unwrap_err();
        assert_eq!((error.kind(), error.context()[0].1.as_str()), (ErrorKind::NotFound, "x"));
    }

    #[test]
    fn io_kinds() {
        let convert = |kind| Error::from(io::Error::from(kind)).kind();
        assert_eq!(convert(io::ErrorKind::UnexpectedEof), ErrorKind::Truncated);
        assert_eq!(convert(io::ErrorKind::NotFound), ErrorKind::NotFound);
        assert_eq!(convert(io::ErrorKind::PermissionDenied), ErrorKind::Io);
        assert_eq!(convert(io::ErrorKind::InvalidData), ErrorKind::Io);
    }

    #[test]
    fn system_errors_have_their_text_alone() {
        let error = Error::from(io::Error::from_raw_os_error(5));
        assert_eq!(error.to_string(), "Input/output error");
    }

    #[test]
    fn survives_the_way_through_io_errors() {
        let ours = Error::new(ErrorKind::Limit, "too large").with("file", "a.png");
        let nested = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, ours.clone()));
        let back = Error::from(nested);
        assert_eq!((back.kind(), back.to_string()), (ours.kind(), ours.to_string()));
        let back = Error::from(io::Error::from(ours.clone()));
        assert_eq!((back.kind(), back.to_string()), (ours.kind(), ours.to_string()));
    }

    #[test]
    fn survives_inside_a_foreign_error() {
        #[derive(Debug)]
        struct Foreign(io::Error);
        impl Display for Foreign {
            fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                f.write_str("decoding failed")
            }
        }
        impl StdError for Foreign {
            fn source(&self) -> Option<&(dyn StdError + 'static)> {
                Some(&self.0)
            }
        }
        let ours = Error::new(ErrorKind::Cancelled, "cancelled");
        let error = Error::wrap(ErrorKind::Malformed, Foreign(ours.into()));
        assert_eq!((error.kind(), error.message()), (ErrorKind::Cancelled, "cancelled"));
        let error = Error::wrap(ErrorKind::Malformed, Foreign(io::Error::other("x")));
        assert_eq!((error.kind(), error.message()), (ErrorKind::Malformed, "decoding failed"));
    }

    #[test]
    fn clones_share_the_cause() {
        let error = Error::new(ErrorKind::Io, "read failed").with_source("the disc is on fire");
        let clone = error.clone();
        assert_eq!(clone.cause().unwrap().to_string(), "the disc is on fire");
        assert!(std::ptr::addr_eq(error.cause().unwrap(), clone.cause().unwrap()));
    }
}
