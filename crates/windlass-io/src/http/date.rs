//! Dates in headers, as RFC 9110 (5.6.7) has them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The time that a date tells: `Sun, 06 Nov 1994 08:49:37 GMT`, or one of the two older forms,
/// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`.
pub(super) fn parse(text: &str) -> Option<SystemTime> {
    let words: Vec<&str> = text.split([' ', ',', '-']).filter(|word| !word.is_empty()).collect();
    let (day, month, year, time) = match words[..] {
        [_, day, month, year, time, "GMT"] => (day, month, year, time),
        [_, month, day, time, year] => (day, month, year, time),
        _ => return None,
    };
    let month = MONTHS.iter().position(|name| *name == month)? as u64;
    let day = number(day).filter(|day| (1..=31).contains(day))?;
    let seconds = days(year_of(year)?, month, day)? * 86_400 + seconds_of(time)?;
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}

/// A year of two digits is one from 1970 on.
fn year_of(text: &str) -> Option<u64> {
    let year = number(text)?;
    match (text.len(), year) {
        (2, 70..) => Some(1900 + year),
        (2, _) => Some(2000 + year),
        (4, 1970..) => Some(year),
        _ => None,
    }
}

fn seconds_of(time: &str) -> Option<u64> {
    let parts: Vec<u64> = time.split(':').map(number).collect::<Option<_>>()?;
    match parts[..] {
        // 60 is a leap second
        [hour @ ..24, minute @ ..60, second @ ..61] => Some(hour * 3600 + minute * 60 + second),
        _ => None,
    }
}

/// Days from the start of 1970 to a day of a month, which counts from 0.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let divides = |count: u64| year.is_multiple_of(count);
    let leap = divides(4) && (!divides(100) || divides(400));
    let leaps = |year: u64| year / 4 - year / 100 + year / 400;
    let years = (year - 1970) * 365 + leaps(year - 1) - leaps(1969);
    let before = BEFORE.get(usize::try_from(month).ok()?)? + u64::from(leap && month > 1);
    Some(years + before + day - 1)
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|digit| digit.is_ascii_digit()).then(|| text.parse().ok())?
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// Days of the year before each month.
const BEFORE: [u64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_three_forms() {
        for (text, seconds) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
            ("Sun Nov  6 08:49:37 1994", 784_111_777),
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600),
            ("Sat, 01 Mar 2025 00:00:00 GMT", 1_740_787_200),
        ] {
            let expected = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_date() {
        for text in ["", "now", "Sun, 06 Nov 1994", "Sun, 06 Nov 1994 8:99:37 GMT", "a b c d e f"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse("Sun, 00 Nov 1994 08:49:37 GMT"), None);
        assert_eq!(parse("Sun, 06 Nov 99999999999999 08:49:37 GMT"), None);
        assert_eq!(parse("Sun, 06 Nov +994 08:49:37 GMT"), None);
    }
}
