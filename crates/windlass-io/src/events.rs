//! Events for `tracing`, where that is built in. Nothing secret is in them: connections are named
//! by their nick.

use std::time::Duration;

use crate::Error;

/// A request for the bytes from `start` to before `end` goes out.
pub(crate) fn requested(nick: &str, start: u64, end: Option<u64>) {
    #[cfg(feature = "tracing")]
    tracing::debug!(target: "windlass::io", nick, start, end, "request");
    let _ = (nick, start, end);
}

/// A request failed and is made again.
pub(crate) fn retried(nick: &str, attempt: u32, pause: Duration, error: &Error) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "windlass::io", nick, attempt, ?pause, error = error.message(), "retry");
    let _ = (nick, attempt, pause, error);
}

/// Bytes went to the other side: a part of an upload, or all of it.
pub(crate) fn uploaded(nick: &str, part: u64, bytes: u64) {
    #[cfg(feature = "tracing")]
    tracing::debug!(target: "windlass::io", nick, part, bytes, "upload");
    let _ = (nick, part, bytes);
}

/// An upload was given up.
pub(crate) fn aborted(nick: &str, error: &Error) {
    #[cfg(feature = "tracing")]
    tracing::warn!(target: "windlass::io", nick, error = error.message(), "abort");
    let _ = (nick, error);
}
