//! Directories on their way into a file.

use super::file::Order;
use super::{malformed, tags};
use windlass_core::Result;

/// Values up to this size stand near their directory, larger ones behind all of those.
const NEAR: usize = 4096;

/// A value.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// Bytes of a type of one byte
    Bytes(u16, Vec<u8>),
    Shorts(Vec<u16>),
    Longs(Vec<u32>),
    /// Places in the file
    Offsets(Vec<u64>),
    /// The directories with these numbers
    Directories(Vec<usize>),
    Rationals(Vec<f64>),
    Doubles(Vec<f64>),
}

/// A directory, and the number of the one after it.
#[derive(Clone, Debug, Default)]
pub(super) struct Directory {
    pub(super) entries: Vec<(u16, Value)>,
    pub(super) next: Option<usize>,
}

impl Directory {
    /// Adds a value.
    pub(super) fn set(&mut self, tag: u16, value: Value) {
        self.entries.push((tag, value));
    }

    pub(super) fn short(&mut self, tag: u16, value: u16) {
        self.set(tag, Value::Shorts(vec![value]));
    }
}

/// The header of a file and its directories, as they lie at its start, all values behind them.
///
/// With `big` as BigTIFF; otherwise an error where a place needs more than 32 bits.
pub(super) fn write(directories: &[Directory], big: bool) -> Result<Vec<u8>> {
    let writer = Writer { big };
    let mut at = writer.header_size();
    let mut places = Vec::new();
    for directory in directories {
        places.push(at);
        at += writer.size(directory);
    }
    // what is small first, so that one read gets it along with the directories
    let mut values = Vec::new();
    let mut entries = Vec::new();
    for far in [false, true] {
        for (number, directory) in directories.iter().enumerate() {
            for (tag, value) in &directory.entries {
                let bytes = writer.bytes(value, &places)?;
                let is_inline = bytes.len() <= writer.word();
                if (bytes.len() > NEAR) != far {
                    continue;
                }
                let mut field = Vec::new();
                if is_inline {
                    field = bytes;
                    field.resize(writer.word(), 0);
                } else {
                    if !values.len().is_multiple_of(8) {
                        values.resize(values.len().next_multiple_of(8), 0_u8);
                    }
                    writer.number(at + values.len() as u64, &mut field)?;
                    values.extend_from_slice(&bytes);
                }
                entries.push((number, *tag, value, field));
            }
        }
    }
    entries.sort_by_key(|(number, tag, _, _)| (*number, *tag));
    let mut out = Vec::new();
    writer.header(&mut out)?;
    for (number, directory) in directories.iter().enumerate() {
        writer.count(directory.entries.len() as u64, &mut out);
        for (_, tag, value, field) in entries.iter().filter(|entry| entry.0 == number) {
            out.extend(tag.to_ne_bytes());
            out.extend(writer.kind(value).to_ne_bytes());
            let count = value_count(value);
            if big {
                out.extend((count as u64).to_ne_bytes());
            } else {
                out.extend((count as u32).to_ne_bytes());
            }
            out.extend_from_slice(field);
        }
        let next = directory.next.and_then(|next| places.get(next)).copied().unwrap_or(0);
        writer.number(next, &mut out)?;
    }
    out.extend_from_slice(&values);
    Ok(out)
}

fn value_count(value: &Value) -> usize {
    match value {
        Value::Bytes(_, values) => values.len(),
        Value::Shorts(values) => values.len(),
        Value::Longs(values) => values.len(),
        Value::Offsets(values) => values.len(),
        Value::Directories(values) => values.len(),
        Value::Rationals(values) | Value::Doubles(values) => values.len(),
    }
}

/// The two kinds of files.
#[derive(Clone, Copy)]
struct Writer {
    big: bool,
}

impl Writer {
    fn header_size(self) -> u64 {
        if self.big { 16 } else { 8 }
    }

    /// Bytes of a place, and of a value in the directory itself.
    fn word(self) -> usize {
        if self.big { 8 } else { 4 }
    }

    fn size(self, directory: &Directory) -> u64 {
        let (count, entry, next) = if self.big { (8, 20, 8) } else { (2, 12, 4) };
        // directories start at even places
        count + entry * directory.entries.len() as u64 + next
    }

    fn header(self, out: &mut Vec<u8>) -> Result<()> {
        out.extend(if Order::NATIVE == Order::Little { b"II" } else { b"MM" });
        if self.big {
            out.extend([43_u16, 8, 0].into_iter().flat_map(u16::to_ne_bytes));
        } else {
            out.extend(42_u16.to_ne_bytes());
        }
        self.number(self.header_size(), out)
    }

    fn number(self, number: u64, out: &mut Vec<u8>) -> Result<()> {
        if self.big {
            out.extend(number.to_ne_bytes());
            return Ok(());
        }
        let number = u32::try_from(number)
            .map_err(|_| malformed(format!("offset {number} needs a BigTIFF file")))?;
        out.extend(number.to_ne_bytes());
        Ok(())
    }

    fn count(self, count: u64, out: &mut Vec<u8>) {
        if self.big {
            out.extend(count.to_ne_bytes());
        } else {
            out.extend((count as u16).to_ne_bytes());
        }
    }

    fn kind(self, value: &Value) -> u16 {
        match (value, self.big) {
            (Value::Bytes(kind, _), _) => *kind,
            (Value::Shorts(_), _) => tags::SHORT,
            (Value::Longs(_), _) | (Value::Offsets(_), false) => tags::LONG,
            (Value::Offsets(_), true) => tags::LONG8,
            (Value::Directories(_), false) => tags::IFD,
            (Value::Directories(_), true) => tags::IFD8,
            (Value::Rationals(_), _) => tags::RATIONAL,
            (Value::Doubles(_), _) => tags::DOUBLE,
        }
    }

    fn bytes(self, value: &Value, places: &[u64]) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        match value {
            Value::Bytes(_, bytes) => out.extend_from_slice(bytes),
            Value::Shorts(values) => {
                out.extend(values.iter().flat_map(|value| value.to_ne_bytes()));
            }
            Value::Longs(values) => out.extend(values.iter().flat_map(|value| value.to_ne_bytes())),
            Value::Offsets(values) => {
                for value in values {
                    self.number(*value, &mut out)?;
                }
            }
            Value::Directories(numbers) => {
                for number in numbers {
                    self.number(places.get(*number).copied().unwrap_or(0), &mut out)?;
                }
            }
            Value::Rationals(values) => {
                for value in values {
                    let (above, below) = ratio(*value);
                    out.extend([above, below].into_iter().flat_map(u32::to_ne_bytes));
                }
            }
            Value::Doubles(values) => {
                out.extend(values.iter().flat_map(|value| value.to_ne_bytes()));
            }
        }
        Ok(out)
    }
}

/// The simplest ratio that is a number as a float of 32 bits has it, by its continued fraction.
fn ratio(value: f64) -> (u32, u32) {
    let wanted = value as f32;
    if wanted.is_nan() || wanted <= 0.0 {
        return (0, 1);
    }
    let most = f64::from(u32::MAX);
    let (mut above, mut below) = ((1.0, 0.0), (0.0, 1.0));
    let mut rest = value;
    for _ in 0..40 {
        let whole = rest.floor();
        let next = (whole * above.0 + above.1, whole * below.0 + below.1);
        if next.0 > most || next.1 > most {
            break;
        }
        (above, below) = ((next.0, above.0), (next.1, below.0));
        if (above.0 / below.0) as f32 == wanted || rest == whole {
            break;
        }
        rest = 1.0 / (rest - whole);
    }
    if below.0 == 0.0 { (u32::MAX, 1) } else { (above.0 as u32, below.0 as u32) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_simple() {
        assert_eq!(ratio(254.0), (254, 1));
        assert_eq!(ratio(0.01), (1, 100));
        assert_eq!(ratio(72.5), (145, 2));
        assert_eq!(ratio(-1.0), (0, 1));
        assert_eq!(ratio(1e12), (u32::MAX, 1));
        for value in [3.25, 3.2416, 28.346_456, 11.811, 1e-6, 300.123_4] {
            let (above, below) = ratio(value);
            let found = (f64::from(above) / f64::from(below)) as f32;
            assert!((found - value as f32).abs() <= value as f32 * f32::EPSILON, "{value}");
        }
    }
}
