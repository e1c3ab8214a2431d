//! What stands before the samples: a magic, and numbers in text.

use std::io::{BufRead, Read};
use windlass_core::{BandFormat, Error, ErrorKind, Header, Interpretation, Meta, Result};
use windlass_io::SourceReader;

/// How samples lie in the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Samples {
    /// Numbers in text
    Text,
    /// Bits, each row from a byte on; 1 is black
    Bits,
    /// The most significant byte first
    BigEndian,
    /// The least significant byte first
    LittleEndian,
}

/// A header that was read.
pub(super) struct File {
    pub(super) header: Header,
    pub(super) samples: Samples,
    /// Whether samples are bits, of which 1 is black
    pub(super) bitmap: bool,
    /// Where the samples begin
    pub(super) offset: u64,
}

/// Whether a file begins like one of the family.
pub(super) fn sniff(head: &[u8]) -> bool {
    matches!(head, [b'P', b'1'..=b'6' | b'F' | b'f', ..])
}

/// Reads the header.
pub(super) fn read(reader: &mut SourceReader) -> Result<File> {
    let mut magic = [0; 2];
    reader.read_exact(&mut magic)?;
    if !sniff(&magic) {
        return Err(Error::new(ErrorKind::Malformed, "ppmload: bad magic number"));
    }
    let kind = magic[1];
    let bitmap = matches!(kind, b'1' | b'4');
    let float = matches!(kind, b'F' | b'f');
    let last = After::Samples { text: matches!(kind, b'1'..=b'3') };
    let width = number(reader, After::Number)?;
    let height = number(reader, if bitmap { last } else { After::Number })?;
    let scale = if bitmap {
        // the end of a line ends the header
        0.0
    } else {
        number(reader, last)?
    };
    let side = |side: f64| side.clamp(1.0, f64::from(i32::MAX)) as i32;
    let format = match (float, scale) {
        (true, _) => BandFormat::F32,
        (_, most) if most <= 255.0 => BandFormat::U8,
        (_, most) if most <= 65535.0 => BandFormat::U16,
        _ => BandFormat::U32,
    };
    let bands = if matches!(kind, b'3' | b'6' | b'F') { 3 } else { 1 };
    let mut header = Header::new(side(width), side(height), bands, format);
    header.interpretation = match (bands, format) {
        (1, BandFormat::U16) => Interpretation::Grey16,
        (1, _) => Interpretation::BlackWhite,
        (_, BandFormat::U16) => Interpretation::Rgb16,
        (_, BandFormat::F32) => Interpretation::Scrgb,
        _ => Interpretation::Srgb,
    };
    let (name, value) = if float { ("pfm-scale", scale.abs()) } else { ("ppm-max-value", scale) };
    header.metadata.set(name, Meta::Double(value));
    let samples = match kind {
        b'1' | b'2' | b'3' => Samples::Text,
        b'4' => Samples::Bits,
        b'F' | b'f' if scale <= 0.0 => Samples::LittleEndian,
        _ => Samples::BigEndian,
    };
    Ok(File { header, samples, bitmap, offset: reader.position() })
}

/// What follows a number of the header.
#[derive(Clone, Copy)]
enum After {
    /// Another number
    Number,
    /// Samples, perhaps as text
    Samples { text: bool },
}

/// The next number; after the last one of a header the rest of its line is passed over.
fn number(reader: &mut SourceReader, after: After) -> Result<f64> {
    let mut word = Vec::new();
    let behind = token(reader, &mut word, LONGEST)?;
    if let After::Samples { text } = after {
        if behind.is_none() && !text {
            let text = "ppmload: no whitespace before start of binary data";
            return Err(Error::new(ErrorKind::Malformed, text));
        }
        end_of_line(reader, behind)?;
    }
    let text = String::from_utf8_lossy(&word);
    Ok(text.parse::<f64>().ok().filter(|number| number.is_finite()).unwrap_or(0.0))
}

/// Reads a word of at most `longest` letters, without comments and white space before it; the byte
/// behind it, which is passed over too.
pub(super) fn token(
    reader: &mut impl BufRead,
    word: &mut Vec<u8>,
    longest: usize,
) -> Result<Option<u8>> {
    word.clear();
    loop {
        let Some(byte) = byte(reader)? else {
            if word.is_empty() {
                return Err(Error::new(ErrorKind::Truncated, "ppmload: unexpected end of file"));
            }
            return Ok(None);
        };
        match byte {
            b'#' if word.is_empty() => pass_line(reader)?,
            b'#' => return Ok(Some(byte)),
            _ if !is_blank(byte) => {
                if word.len() >= longest {
                    return Err(Error::new(ErrorKind::Malformed, "ppmload: number too long"));
                }
                word.push(byte);
            }
            _ if word.is_empty() => {}
            _ => return Ok(Some(byte)),
        }
    }
}

/// White space as C has it.
fn is_blank(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == 0x0B
}

/// Passes over what belongs to the line of the last number, `behind` being the byte after that.
fn end_of_line(reader: &mut SourceReader, behind: Option<u8>) -> Result<()> {
    match behind {
        Some(b'\r') if reader.fill_buf()?.first() == Some(&b'\n') => reader.consume(1),
        Some(b'#') => pass_line(reader)?,
        Some(b' ' | b'\t') => {
            // blanks and a comment may stand there; samples begin here else
            let rest = reader.fill_buf()?;
            let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            if matches!(rest.get(blanks), Some(b'#' | b'\n')) {
                pass_line(reader)?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn pass_line(reader: &mut impl BufRead) -> Result<()> {
    while let Some(byte) = byte(reader)? {
        if byte == b'\n' {
            break;
        }
    }
    Ok(())
}

/// The next byte, if there is one.
fn byte(reader: &mut impl BufRead) -> Result<Option<u8>> {
    let next = reader.fill_buf()?.first().copied();
    if next.is_some() {
        reader.consume(1);
    }
    Ok(next)
}

/// Letters of the longest number.
const LONGEST: usize = 256;
