//! The first line: width, height, and perhaps scale and offset.

use crate::text::leading_number;
use windlass_core::{Error, ErrorKind, Result};

/// Bytes of the line that is looked at to know a matrix.
const SNIFFED: usize = 80;
/// The longest side.
const MAX_SIDE: f64 = 100_000.0;

/// What the first line says.
#[derive(PartialEq, Debug)]
pub(super) struct First {
    pub(super) width: i32,
    pub(super) height: i32,
    pub(super) scale: f64,
    pub(super) offset: f64,
}

/// Whether a file begins with such a line.
pub(super) fn sniff(head: &[u8]) -> bool {
    let head = &head[..head.len().min(SNIFFED)];
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    parse(line).is_ok()
}

/// Reads the first line.
pub(super) fn parse(line: &[u8]) -> Result<First> {
    let mut numbers = [0.0, 0.0, 1.0, 0.0];
    let mut count = 0;
    for (word, number) in words(line).zip(&mut numbers) {
        *number = value(word)?;
        count += 1;
    }
    let [width, height, scale, offset] = numbers;
    let bad = |text: &str| Err(Error::new(ErrorKind::Malformed, format!("matrixload: {text}")));
    if count < 2 {
        return bad("no width / height");
    }
    if width.fract() != 0.0 || height.fract() != 0.0 {
        return bad("width / height not int");
    }
    if !(1.0..=MAX_SIDE).contains(&width) || !(1.0..=MAX_SIDE).contains(&height) {
        return bad("width / height out of range");
    }
    if scale == 0.0 {
        return bad("zero scale");
    }
    Ok(First { width: width as i32, height: height as i32, scale, offset })
}

/// The words of a line.
pub(super) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| matches!(byte, b' ' | b'\t' | b'\r')).filter(|word| !word.is_empty())
}

/// The number that a word is.
pub(super) fn value(word: &[u8]) -> Result<f64> {
    match leading_number(word) {
        Some((value, length)) if length == word.len() => Ok(value),
        _ => {
            let word = String::from_utf8_lossy(&word[..word.len().min(SNIFFED)]);
            let text = format!("matrixload: bad number \"{word}\"");
            Err(Error::new(ErrorKind::Malformed, text))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_have_their_texts() {
        let cases = [
            ("x", "matrixload: bad number \"x\""),
            ("3", "matrixload: no width / height"),
            ("1.5 2", "matrixload: width / height not int"),
            ("0 2", "matrixload: width / height out of range"),
            ("2 100001", "matrixload: width / height out of range"),
            ("2 2 0", "matrixload: zero scale"),
            ("3;3", "matrixload: bad number \"3;3\""),
        ];
        for (line, wanted) in cases {
            assert_eq!(parse(line.as_bytes()).unwrap_err().message(), wanted);
        }
        let first = First { width: 3, height: 2, scale: 9.0, offset: 1.0 };
        assert_eq!(parse(b"3\t2 9 1 77\r").unwrap(), first);
    }
}
