//! Numbers and times as text formats write and read them.

use std::time::{SystemTime, UNIX_EPOCH};

/// A number with 17 significant digits at most, as `%.17g` of C has it.
pub(crate) fn number(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "nan".into() } else { format!("{value}") };
    }
    let scientific = format!("{value:.16e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let trim = |text: &str| {
        let fraction = text.contains('.');
        let text = if fraction { text.trim_end_matches('0').trim_end_matches('.') } else { text };
        text.to_owned()
    };
    if (-4..17).contains(&exponent) {
        return trim(&format!("{value:.*}", (16 - exponent).max(0) as usize));
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", trim(digits), exponent.abs())
}

/// A number with an exponent of two digits, as `%e` of C has it.
pub(crate) fn exponent(value: f64) -> String {
    let text = format!("{value:.6e}");
    let Some((digits, exponent)) = text.split_once('e') else { return text };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

/// The number that a text begins with, as `strtod` of C reads it, and how many bytes it has; signs,
/// fractions, exponents and hexadecimal are understood, `nan` and `inf` are not.
pub(crate) fn leading_number(text: &[u8]) -> Option<(f64, usize)> {
    let sign = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let negative = text.first() == Some(&b'-');
    let digits = &text[sign..];
    if let [b'0', b'x' | b'X', rest @ ..] = digits
        && let Some((value, length)) = hexadecimal(rest)
    {
        return Some((if negative { -value } else { value }, sign + 2 + length));
    }
    let run = |from: usize| digits[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let whole = run(0);
    let mut length = whole;
    if digits.get(length) == Some(&b'.') {
        let fraction = run(length + 1);
        if whole + fraction == 0 {
            return None;
        }
        length += 1 + fraction;
    } else if whole == 0 {
        return None;
    }
    if matches!(digits.get(length), Some(b'e' | b'E')) {
        let signed = usize::from(matches!(digits.get(length + 1), Some(b'+' | b'-')));
        let power = run((length + 1 + signed).min(digits.len()));
        if power > 0 {
            length += 1 + signed + power;
        }
    }
    let text = std::str::from_utf8(&text[..sign + length]).ok()?;
    Some((text.parse().ok()?, sign + length))
}

/// Hexadecimal digits with a fraction and a power of two.
fn hexadecimal(text: &[u8]) -> Option<(f64, usize)> {
    let (mut value, mut scale, mut length, mut seen, mut fraction) = (0.0, 1.0, 0, false, false);
    for &byte in text {
        match (byte as char).to_digit(16) {
            Some(digit) if fraction => {
                scale /= 16.0;
                value += f64::from(digit) * scale;
            }
            Some(digit) => value = value * 16.0 + f64::from(digit),
            None if byte == b'.' && !fraction => {
                fraction = true;
                length += 1;
                continue;
            }
            None => break,
        }
        seen = true;
        length += 1;
    }
    if !seen {
        return None;
    }
    if let [b'p' | b'P', rest @ ..] = &text[length..] {
        let sign = usize::from(matches!(rest.first(), Some(b'+' | b'-')));
        let digits = rest[sign..].iter().take_while(|b| b.is_ascii_digit()).count();
        if let Ok(power) = std::str::from_utf8(&rest[..sign + digits]).unwrap_or("").parse::<i32>()
        {
            value *= libm::exp2(f64::from(power));
            length += 1 + sign + digits;
        }
    }
    Some((value, length))
}

/// The time now, in UTC with microseconds, as ISO 8601 has it.
pub(crate) fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = since.as_secs();
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let micros = since.subsec_micros();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

/// Year, month and day of a day counted from 1 January 1970 (Howard Hinnant, "chrono-compatible
/// low-level date algorithms": years begin in March, so that the leap day comes last).
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let march = (5 * day + 2) / 153;
    let month = if march < 10 { march + 3 } else { march - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    (year, month, day - (153 * march + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_c_prints_them() {
        let pairs = [
            (1.0, "1"),
            (-2.5, "-2.5"),
            (1e10, "10000000000"),
            (1e-7, "9.9999999999999995e-08"),
            (1e300, "1.0000000000000001e+300"),
            (0.0, "0"),
            (123_456_789_012_345_680.0, "1.2345678901234568e+17"),
            (0.0001, "0.0001"),
        ];
        for (value, text) in pairs {
            assert_eq!(number(value), text);
        }
        assert_eq!(exponent(1.0), "1.000000e+00");
        assert_eq!(exponent(0.000_012_5), "1.250000e-05");
    }

    #[test]
    fn numbers_are_read_as_far_as_they_go() {
        let cases: [(&str, Option<(f64, usize)>); 12] = [
            ("1", Some((1.0, 1))),
            ("-2.5x", Some((-2.5, 4))),
            (".5", Some((0.5, 2))),
            ("5.", Some((5.0, 2))),
            ("+1", Some((1.0, 2))),
            ("1e3", Some((1000.0, 3))),
            ("1e", Some((1.0, 1))),
            ("0x10", Some((16.0, 4))),
            ("0x1.8p1", Some((3.0, 7))),
            (".", None),
            ("nan", None),
            ("", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(leading_number(text.as_bytes()), wanted, "{text}");
        }
    }

    #[test]
    fn days_have_dates() {
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(19_782), (2024, 2, 29));
        assert_eq!(date(20_782), (2026, 11, 25));
    }
}
