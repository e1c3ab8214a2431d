//! Entries as text: `<value> (<text>, <type>, <c> components, <s> bytes)`.
//!
//! The text is written for people; the value is what [`super::update`] takes back.

use super::block::{Entry, Kind, Number, Order};
use super::tags::{Tag, Text};
use std::borrow::Cow;
use std::fmt::Write;

/// The longest entry whose numbers are its value.
const MAX_NUMBERS: usize = 9;

/// The metadata item of an entry.
pub(super) fn item(entry: &Entry<'_>, tag: &Tag, order: Order) -> String {
    let shown = text(entry, tag, order);
    let value = match numbers(entry, order) {
        Some(numbers) => Cow::Owned(numbers),
        None => Cow::Borrowed(&*shown),
    };
    let (kind, count, size) = (entry.kind.name(), entry.count(), entry.data.len());
    format!("{value} ({shown}, {kind}, {count} components, {size} bytes)")
}

/// The value part of the item of an entry.
pub(super) fn value_of(entry: &Entry<'_>, tag: &Tag, order: Order) -> String {
    numbers(entry, order).unwrap_or_else(|| text(entry, tag, order))
}

/// The value part of an item: what stands before the text that [`item`] adds.
///
/// An item without such a text is all value, also if it ends in a parenthesis.
pub(super) fn value(item: &str) -> &str {
    described(item).unwrap_or(item)
}

fn described(item: &str) -> Option<&str> {
    let (rest, size) = item.strip_suffix(" bytes)")?.rsplit_once(", ")?;
    let (rest, count) = rest.strip_suffix(" components")?.rsplit_once(", ")?;
    let (rest, kind) = rest.rsplit_once(", ")?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(size) || !digits(count) || kind.contains(' ') {
        return None;
    }
    // text that is its own value stands twice, on both sides of " ("
    let half = rest.len().checked_sub(2)? / 2;
    match (rest.get(..half), rest.get(half..half + 2), rest.get(half + 2..)) {
        (Some(value), Some(" ("), Some(text)) if value == text => Some(value),
        _ => rest.split_once(" (").map(|(value, _)| value),
    }
}

/// The text of an entry, as long as the reference makes it at most.
fn text(entry: &Entry<'_>, tag: &Tag, order: Order) -> String {
    let shown = full_text(entry, tag, order);
    let most = match (entry.kind, tag.text) {
        (Kind::Ascii, _) => entry.data.len(),
        (_, Text::Utf16) => return shown,
        _ => entry.data.len().saturating_mul(3).saturating_add(31),
    };
    match shown.as_bytes().get(..most) {
        Some(short) if short.len() < shown.len() => String::from_utf8_lossy(short).into_owned(),
        _ => shown,
    }
}

/// One to nine whole numbers or fractions.
fn numbers(entry: &Entry<'_>, order: Order) -> Option<String> {
    let plain = matches!(entry.kind, Kind::Byte | Kind::SByte);
    if plain || !(1..=MAX_NUMBERS).contains(&entry.count()) {
        return None;
    }
    entry.number(0, order)?;
    let words: Vec<String> = entry.numbers(order).map(exact).collect();
    Some(words.join(" "))
}

fn exact(number: Number) -> String {
    match number {
        Number::Whole(n) => n.to_string(),
        Number::Fraction(n, d) => format!("{n}/{d}"),
    }
}

fn full_text(entry: &Entry<'_>, tag: &Tag, order: Order) -> String {
    let special = match tag.text {
        Text::Plain => return plain(entry, order),
        Text::Bytes if entry.kind == Kind::Undefined => Some(until_nul(&entry.data)),
        Text::Bytes => return plain(entry, order),
        Text::Utf16 => Some(utf16(&entry.data)),
        Text::Comment => Some(comment(&entry.data)),
        Text::Copyright => (entry.kind == Kind::Ascii).then(|| copyright(&entry.data)),
        Text::Enumerated(kind, names) => enumerated(entry, kind, names, order),
        Text::ExifVersion | Text::FlashpixVersion | Text::Components | Text::GpsVersion => {
            four_bytes(entry, tag.text)
        }
        Text::SubjectArea if entry.kind == Kind::Short => Some(area(entry, order)),
        Text::SubjectArea => None,
        Text::Subsampling => subsampling(entry, order),
        Text::GpsTime => gps_time(entry, order),
        Text::Real(..) | Text::Aperture | Text::Brightness | Text::ExposureTime | Text::Shutter => {
            real(entry, tag, order)
        }
    };
    special.unwrap_or_default()
}

/// As the type says: texts, or values joined by commas.
fn plain(entry: &Entry<'_>, order: Order) -> String {
    let size = entry.data.len();
    match entry.kind {
        Kind::Ascii => until_nul(&entry.data),
        Kind::Undefined => format!("{size} bytes undefined data"),
        Kind::Float | Kind::Double => format!("{size} bytes unsupported data type"),
        Kind::Byte | Kind::SByte => join(entry.data.iter().map(|byte| format!("{byte:#04x}"))),
        _ => join(entry.numbers(order).map(decimal)),
    }
}

fn join(words: impl Iterator<Item = String>) -> String {
    words.enumerate().fold(String::new(), |mut all, (i, word)| {
        all.push_str(if i == 0 { "" } else { ", " });
        all.push_str(&word);
        all
    })
}

fn decimal(number: Number) -> String {
    match (number, number.real()) {
        (Number::Fraction(_, d), Some(value)) => {
            format!("{value:2.digits$}", digits = digits(d.unsigned_abs()))
        }
        _ => exact(number),
    }
}

/// Digits behind the point of a fraction: those of the logarithm of its denominator, about.
fn digits(denominator: u64) -> usize {
    // 10 to the power of 0.08
    let mut limit = 1.202_264;
    let mut digits = 0;
    while denominator as f64 > limit {
        limit *= 10.0;
        digits += 1;
    }
    digits
}

fn until_nul(bytes: &[u8]) -> String {
    let text = bytes.split(|&byte| byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

/// Text of two bytes a unit, little endian also in blocks that are not. A last byte alone is one.
fn utf16(bytes: &[u8]) -> String {
    let (units, rest) = bytes.as_chunks();
    let units = units.iter().map(|&unit| u16::from_le_bytes(unit));
    let units = units.chain(rest.iter().map(|&byte| byte.into()));
    let units: Vec<u16> = units.take_while(|&unit| unit != 0).collect();
    String::from_utf16_lossy(&units)
}

/// A comment behind the eight bytes that name its coding.
fn comment(bytes: &[u8]) -> String {
    match bytes.split_at_checked(8) {
        Some((b"UNICODE\0", _)) => "Unsupported UNICODE string".into(),
        Some((b"JIS\0\0\0\0\0", _)) => "Unsupported JIS string".into(),
        Some((_, text)) => until_nul(text),
        None => until_nul(bytes),
    }
}

/// The photographer, a NUL, then the editor.
fn copyright(bytes: &[u8]) -> String {
    let mut parts = bytes.split(|&byte| byte == 0);
    let mut part = || match String::from_utf8_lossy(parts.next().unwrap_or_default()) {
        text if text.trim_matches(' ').is_empty() => "[None]".into(),
        text => text.into_owned(),
    };
    let (photographer, editor) = (part(), part());
    format!("{photographer} (Photographer) - {editor} (Editor)")
}

fn enumerated(
    entry: &Entry<'_>,
    kind: Kind,
    names: &[(u16, &str)],
    order: Order,
) -> Option<String> {
    if entry.kind != kind || entry.count() != 1 {
        return None;
    }
    let value = match kind {
        Kind::Short => order.u16(&entry.data, 0)?,
        _ => u16::from(*entry.data.first()?),
    };
    Some(match names.iter().find(|&&(number, _)| number == value) {
        Some((_, name)) => (*name).into(),
        None => format!("Internal error (unknown value {value})"),
    })
}

fn four_bytes(entry: &Entry<'_>, text: Text) -> Option<String> {
    let bytes: &[u8; 4] = entry.data.as_ref().try_into().ok()?;
    let gps = matches!(text, Text::GpsVersion);
    if entry.kind != (if gps { Kind::Byte } else { Kind::Undefined }) {
        return None;
    }
    Some(match text {
        Text::GpsVersion => join_with(bytes, ".", |byte| byte.to_string()),
        Text::Components => join_with(bytes, " ", |byte| component(byte).into()),
        Text::ExifVersion => exif_version(*bytes),
        _ => match bytes {
            b"0100" => "FlashPix Version 1.0".into(),
            b"0101" => "FlashPix Version 1.01".into(),
            _ => "Unknown FlashPix Version".into(),
        },
    })
}

fn join_with(bytes: &[u8], separator: &str, show: impl Fn(u8) -> String) -> String {
    bytes.iter().map(|&byte| show(byte)).collect::<Vec<_>>().join(separator)
}

fn component(byte: u8) -> &'static str {
    ["-", "Y", "Cb", "Cr", "R", "G", "B"].get(usize::from(byte)).copied().unwrap_or("Reserved")
}

fn exif_version(bytes: [u8; 4]) -> String {
    const KNOWN: [&[u8; 4]; 9] =
        [b"0110", b"0120", b"0200", b"0210", b"0220", b"0221", b"0230", b"0231", b"0232"];
    if !KNOWN.contains(&&bytes) {
        return "Unknown Exif Version".into();
    }
    let [_, major, minor, patch] = bytes.map(char::from);
    let mut version = format!("Exif Version {major}.{minor}");
    if patch != '0' {
        version.push(patch);
    }
    version
}

fn area(entry: &Entry<'_>, order: Order) -> String {
    let values: Vec<u16> =
        (0..entry.count().min(5)).map_while(|i| order.u16(&entry.data, i * 2)).collect();
    match *values {
        [x, y] => format!("(x,y) = ({x},{y})"),
        [x, y, distance] => format!("Within distance {distance} of (x,y) = ({x},{y})"),
        [x, y, width, height] => {
            format!("Within rectangle (width {width}, height {height}) around (x,y) = ({x},{y})")
        }
        _ => format!("Unexpected number of components ({}, expected 2, 3, or 4).", entry.count()),
    }
}

fn subsampling(entry: &Entry<'_>, order: Order) -> Option<String> {
    if entry.kind != Kind::Short || entry.count() != 2 {
        return None;
    }
    Some(match (order.u16(&entry.data, 0)?, order.u16(&entry.data, 2)?) {
        (2, 1) => "YCbCr4:2:2".into(),
        (2, 2) => "YCbCr4:2:0".into(),
        (across, down) => format!("{across}, {down}"),
    })
}

fn gps_time(entry: &Entry<'_>, order: Order) -> Option<String> {
    if entry.kind != Kind::Rational || entry.count() != 3 {
        return None;
    }
    let parts: Option<Vec<f64>> = entry.numbers(order).map(Number::real).collect();
    Some(match parts.as_deref() {
        Some(&[hours, minutes, seconds]) => {
            format!("{:02}:{:02}:{seconds:05.2}", hours as u32, minutes as u32)
        }
        _ => plain(entry, order),
    })
}

/// A fraction that means something: of the APEX system (Exif 2.32, annex C), a time, a length.
fn real(entry: &Entry<'_>, tag: &Tag, order: Order) -> Option<String> {
    if entry.kind != tag.kind || entry.count() != 1 {
        return None;
    }
    let number = entry.number(0, order)?;
    let Some(value) = number.real() else { return Some(exact(number)) };
    let mut shown = String::new();
    let written = match tag.text {
        Text::Real(before, digits, after) => write!(shown, "{before}{value:.digits$}{after}"),
        Text::Aperture => write!(shown, "{value:.2} EV (f/{:.1})", libm::exp2(value / 2.0)),
        Text::Brightness => {
            // candela per square metre of a brightness of 0: 1 / (pi * 0.3048^2)
            let luminance = libm::exp2(value) / (std::f64::consts::PI * 0.3048 * 0.3048);
            write!(shown, "{value:.2} EV ({luminance:.2} cd/m^2)")
        }
        Text::Shutter if value > 0.0 => {
            write!(shown, "{value:.2} EV (1/{:.0} sec.)", libm::exp2(value))
        }
        Text::Shutter => write!(shown, "{value:.2} EV ({:.0} sec.)", libm::exp2(-value)),
        _ if value > 0.0 && value < 1.0 => write!(shown, "1/{:.0} sec.", 1.0 / value),
        _ => write!(shown, "{value:.0} sec."),
    };
    written.ok().map(|()| shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_denominators() {
        // where the reference goes one further
        let steps = [(1, 0), (2, 1), (12, 1), (13, 2), (120, 2), (121, 3), (1205, 4), (12050, 5)];
        for (denominator, expected) in steps {
            assert_eq!(digits(denominator), expected, "{denominator}");
        }
        assert_eq!(digits(u32::MAX.into()), 10);
    }

    #[test]
    fn values_of_items() {
        let cases = [
            ("40/10 (4.00 EV (f/4.0), Rational, 1 components, 8 bytes)", "40/10"),
            ("Foo (bar) (Foo (bar), ASCII, 10 components, 10 bytes)", "Foo (bar)"),
            (" (, ASCII, 1 components, 1 bytes)", ""),
            ("Foo (bar)", "Foo (bar)"),
            ("a, b (a, b, ASCII, 5 components, 5 bytes)", "a, b"),
            ("(x) bytes)", "(x) bytes)"),
            ("é (é, ASCII, 3 components, 3 bytes)", "é"),
            ("", ""),
        ];
        for (item, expected) in cases {
            assert_eq!(value(item), expected, "{item}");
        }
    }
}
