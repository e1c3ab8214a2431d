//! What servers answer, and what the answers mean.

use std::io;
use std::time::{Duration, SystemTime};

use ureq::Body;
use ureq::http::{HeaderMap, Response, StatusCode};

use super::date;
use crate::error::reason;
use crate::{Error, ErrorKind};

pub(super) type Answer = Response<Body>;

/// A request that failed: for good, or so that another attempt may help.
pub(super) struct Failed {
    pub(super) error: Error,
    /// Another attempt may help.
    pub(super) again: bool,
    /// The server said how long to wait.
    pub(super) pause: Option<Duration>,
}

impl Failed {
    pub(super) fn finally(error: Error) -> Self {
        Self { error, again: false, pause: None }
    }

    pub(super) fn maybe(error: Error) -> Self {
        Self { error, again: true, pause: None }
    }

    /// What a status other than success means.
    pub(super) fn of_status(answer: &Answer) -> Self {
        let status = answer.status();
        let text = match status.canonical_reason() {
            Some(reason) => format!("the server answered {} {reason}", status.as_u16()),
            None => format!("the server answered {}", status.as_u16()),
        };
        let kind = match status {
            StatusCode::NOT_FOUND | StatusCode::GONE => ErrorKind::NotFound,
            StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => ErrorKind::Timeout,
            _ => ErrorKind::Io,
        };
        let again = [408, 425, 429, 500, 502, 503, 504].contains(&status.as_u16());
        let pause = retry_after(answer.headers(), SystemTime::now());
        Self { error: Error::new(kind, text), again, pause }
    }

    /// What an error of the client means.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the list of ureq::Error is open")]
    pub(super) fn of_client(error: ureq::Error) -> Self {
        match error {
            ureq::Error::Timeout(_) => Self::maybe(timeout()),
            ureq::Error::Io(error) => Self::of_io(error),
            ureq::Error::ConnectionFailed => Self::maybe(io_error("the connection failed")),
            ureq::Error::Protocol(error) => {
                Self::maybe(io_error(format!("the server broke the protocol: {error}")))
            }
            ureq::Error::HostNotFound => Self::finally(io_error("the host is not known")),
            ureq::Error::TooManyRedirects => Self::finally(io_error("too many redirects")),
            // The address is not repeated: it may hold a signature.
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => {
                Self::finally(Error::new(ErrorKind::BadArgument, "not an address of HTTP"))
            }
            other => Self::finally(io_error(reason(&other))),
        }
    }

    /// What an error of a body or a socket means.
    pub(super) fn of_io(error: io::Error) -> Self {
        if let Some(found) = Error::find_in(&error) {
            return Self::finally(found.clone());
        }
        if error.kind() == io::ErrorKind::TimedOut {
            return Self::maybe(timeout());
        }
        // The client's own errors may lie inside.
        match error.downcast::<ureq::Error>() {
            Ok(error) => Self::of_client(error),
            Err(error) => {
                let text = format!("the connection broke: {}", reason(&error));
                Self::maybe(Error::new(ErrorKind::Io, text).with_source(error))
            }
        }
    }
}

fn timeout() -> Error {
    Error::new(ErrorKind::Timeout, "the server did not answer in time")
}

fn io_error(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::Io, text)
}

/// How long the server wants to be left alone: as seconds, or as a date, which is one of its own
/// clock if it tells that, else of ours.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    if let Some(seconds) = number(headers, "retry-after") {
        return Some(Duration::from_secs(seconds));
    }
    let until = date::parse(text(headers, "retry-after")?)?;
    let now = text(headers, "date").and_then(date::parse).unwrap_or(now);
    Some(until.duration_since(now).unwrap_or_default())
}

/// A header as text.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok().map(str::trim)
}

/// A header as a number.
pub(super) fn number(headers: &HeaderMap, name: &str) -> Option<u64> {
    text(headers, name)?.parse().ok()
}

/// `Content-Range: bytes 0-9/100`: the first byte and the length of the whole, if it is told.
pub(super) fn content_range(headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let range = text(headers, "content-range")?.strip_prefix("bytes")?.trim_start();
    let (range, total) = range.split_once('/')?;
    let start = range.split_once('-')?.0.trim().parse().ok()?;
    let total = total.trim();
    if total == "*" { Some((start, None)) } else { Some((start, Some(total.parse().ok()?))) }
}

/// True if the body is compressed with gzip; an error if in another way.
pub(super) fn is_gzip(headers: &HeaderMap) -> Result<bool, Error> {
    match text(headers, "content-encoding").unwrap_or("identity") {
        "" | "identity" => Ok(false),
        "gzip" | "x-gzip" => Ok(true),
        other => {
            let text = format!("content encoding {other:?} is not supported");
            Err(Error::new(ErrorKind::Unsupported, text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_that_are_asked_for() {
        let asked = |retry: &'static str, date: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert("retry-after", retry.parse().unwrap());
            if let Some(date) = date {
                headers.insert("date", date.parse().unwrap());
            }
            let now = date::parse("Sun, 06 Nov 1994 08:50:00 GMT").unwrap();
            retry_after(&headers, now).map(|pause| pause.as_secs())
        };
        let date = "Sun, 06 Nov 1994 08:50:07 GMT";
        assert_eq!(asked("7", None), Some(7));
        assert_eq!(asked(date, None), Some(7));
        assert_eq!(asked(date, Some("Sun, 06 Nov 1994 08:50:05 GMT")), Some(2));
        assert_eq!(asked(date, Some("Sun, 06 Nov 1994 09:00:00 GMT")), Some(0));
        assert_eq!(asked("soon", None), None);
    }

    #[test]
    fn content_ranges() {
        let parsed = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("content-range", value.parse().unwrap());
            content_range(&headers)
        };
        assert_eq!(parsed("bytes 0-9/100"), Some((0, Some(100))));
        assert_eq!(parsed("bytes 5-9/*"), Some((5, None)));
        for bad in ["bytes */100", "items 0-9/100", "bytes 0-9", "bytes 0-9/x"] {
            assert_eq!(parsed(bad), None, "{bad}");
        }
    }
}
