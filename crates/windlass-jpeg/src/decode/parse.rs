//! Marker segments: tables, frame and scan headers.

use std::io::BufRead;
use std::sync::Arc;

use super::header::{Component, Density, DensityUnit, Process, Segment};
use super::huffman::Code;
use super::source::Source;
use super::warnings::Log;
use crate::markers::{
    APP0, APP14, APP15, COM, DAC, DHT, DNL, DQT, DRI, EOI, NATURAL, RST0, RST7, SOF0, SOF2, SOF3,
    SOF9, SOF10, SOF11, SOF15, SOI, SOS, TEM,
};
use crate::{Error, ErrorKind, Result};

/// The greatest width and height of a file, as the reference decoder has it.
const MAX_SIDE: u16 = 65_500;
/// The most components of a frame.
const MAX_COMPONENTS: usize = 10;

/// The file between scans: bytes, the warnings, and a marker that was met but not yet dealt with.
#[derive(Debug)]
pub(crate) struct Stream<R> {
    pub(crate) source: Source<R>,
    pub(crate) log: Log,
    pub(crate) unread: Option<u8>,
    /// Bytes left out since the last marker.
    pub(crate) discarded: usize,
}

impl<R: BufRead> Stream<R> {
    pub(crate) fn new(source: Source<R>, log: Log) -> Self {
        Self { source, log, unread: None, discarded: 0 }
    }

    /// The second byte of the next marker. Bytes before it are left out with a warning.
    pub(crate) fn next_marker(&mut self) -> Result<u8> {
        if let Some(marker) = self.unread.take() {
            return Ok(marker);
        }
        let marker = loop {
            while self.source.byte(&mut self.log)? != 0xFF {
                self.discarded += 1;
            }
            let mut byte = 0xFF;
            while byte == 0xFF {
                byte = self.source.byte(&mut self.log)?;
            }
            if byte != 0 {
                break byte;
            }
            self.discarded += 2;
        };
        if self.discarded != 0 {
            let message = format!(
                "Corrupt JPEG data: {} extraneous bytes before marker 0x{marker:02x}",
                self.discarded
            );
            self.discarded = 0;
            self.log.warn(self.source.offset(), message)?;
        }
        Ok(marker)
    }

    /// An error at the present place.
    pub(crate) fn malformed(&self, message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Malformed, message).at(self.source.offset())
    }

    fn byte(&mut self) -> Result<u8> {
        self.source.byte(&mut self.log)
    }

    fn word(&mut self) -> Result<u16> {
        self.source.word(&mut self.log)
    }

    /// The length of a segment, without its own two bytes.
    fn length(&mut self) -> Result<usize> {
        match self.word()?.checked_sub(2) {
            Some(length) => Ok(usize::from(length)),
            None => Err(self.bogus_length()),
        }
    }

    fn bogus_length(&self) -> Error {
        self.malformed("Bogus marker length")
    }
}

/// The height that a file tells only after its first scan, at whose beginning the stream stands and will
/// stand again. That takes as many bytes of memory as the scan has, which may be no more than `limit`.
pub(crate) fn late_height<R: BufRead>(stream: &mut Stream<R>, limit: u64) -> Result<u16> {
    let mut kept = Vec::new();
    let height = find_late_height(stream, &mut kept, limit)?;
    if height == 0 {
        return Err(stream.malformed("Empty JPEG image (no number of lines)"));
    }
    stream.source.put_back(kept);
    Ok(height)
}

/// Reads up to the first marker that does not belong to the scan; gives the height there, or 0.
fn find_late_height<R: BufRead>(
    stream: &mut Stream<R>,
    kept: &mut Vec<u8>,
    limit: u64,
) -> Result<u16> {
    let mut place = 0;
    loop {
        let ready = stream.source.ready()?;
        let count = ready.len().min(1 << 16);
        kept.extend_from_slice(&ready[..count]);
        stream.source.consume(count);
        while let Some(found) = kept[place..].iter().position(|&byte| byte == 0xFF) {
            match kept[place + found + 1..] {
                [0xFF, ..] => place += found + 1,
                [0 | RST0..=RST7, ..] => place += found + 2,
                [DNL, 0, 4, high, low, ..] => return Ok(u16::from_be_bytes([high, low])),
                [DNL, _, _, _, _, ..] => return Ok(0),
                [] | [DNL, ..] => {
                    place += found;
                    break;
                }
                _ => return Ok(0),
            }
        }
        if count == 0 {
            return Ok(0);
        }
        if kept.len() as u64 > limit {
            let message = "too many bytes before the number of lines";
            return Err(Error::new(ErrorKind::Limit, message).at(stream.source.offset()));
        }
        if kept[place..].first() != Some(&0xFF) {
            place = kept.len();
        }
    }
}

/// The frame header.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) process: Process,
    pub(crate) arithmetic: bool,
    pub(crate) precision: u8,
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) components: Vec<Component>,
}

/// A component of a scan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScanComponent {
    /// Its place in the frame.
    pub(crate) index: usize,
    pub(crate) dc_table: u8,
    pub(crate) ac_table: u8,
}

/// The scan header.
#[derive(Clone, Debug)]
pub(crate) struct Scan {
    pub(crate) components: Vec<ScanComponent>,
    /// The first coefficient.
    pub(crate) start: u8,
    /// The last coefficient.
    pub(crate) end: u8,
    /// The bits that earlier scans left open, 0 in the first one.
    pub(crate) high: u8,
    /// The bits that are still open after this scan.
    pub(crate) low: u8,
}

/// What the markers read so far have set.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) quantisation: [Option<[u16; 64]>; 4],
    pub(crate) dc: [Option<Arc<Code>>; 4],
    pub(crate) ac: [Option<Arc<Code>>; 4],
    /// Lower bound and upper bound of the small differences in arithmetic coding.
    pub(crate) dc_conditioning: [(u8, u8); 16],
    /// The bound between low and high coefficients in arithmetic coding.
    pub(crate) ac_conditioning: [u8; 16],
    pub(crate) restart_interval: u16,
    pub(crate) frame: Option<Frame>,
    pub(crate) jfif: bool,
    pub(crate) density: Option<Density>,
    pub(crate) adobe: Option<u8>,
    pub(crate) segments: Vec<Segment>,
    pub(crate) metadata_left: usize,
}

impl State {
    pub(crate) fn new(max_metadata_bytes: usize) -> Self {
        Self {
            quantisation: [None; 4],
            dc: [const { None }; 4],
            ac: [const { None }; 4],
            dc_conditioning: [(0, 1); 16],
            ac_conditioning: [5; 16],
            restart_interval: 0,
            frame: None,
            jfif: false,
            density: None,
            adobe: None,
            segments: Vec::new(),
            metadata_left: max_metadata_bytes,
        }
    }

    /// Reads markers up to the next scan, or nothing at the end of the image.
    pub(crate) fn next_scan<R: BufRead>(&mut self, stream: &mut Stream<R>) -> Result<Option<Scan>> {
        loop {
            let marker = stream.next_marker()?;
            match marker {
                SOI => {
                    return Err(stream.malformed("Invalid JPEG file structure: two SOI markers"));
                }
                DHT => self.huffman_tables(stream)?,
                DAC => self.conditioning(stream)?,
                SOF0..=SOF15 => self.start_of_frame(stream, marker)?,
                SOS => return self.start_of_scan(stream).map(Some),
                EOI => return Ok(None),
                DQT => self.quantisation_tables(stream)?,
                DRI => self.define_restart(stream)?,
                APP0..=APP15 | COM => self.application(stream, marker)?,
                RST0..=RST7 | TEM => {}
                DNL => {
                    let length = stream.length()?;
                    stream.source.skip(length, &mut stream.log)?;
                }
                _ => {
                    return Err(stream.malformed(format!("Unsupported marker type 0x{marker:02x}")));
                }
            }
        }
    }

    fn huffman_tables<R: BufRead>(&mut self, stream: &mut Stream<R>) -> Result<()> {
        let mut left = stream.length()?;
        while left > 16 {
            let index = stream.byte()?;
            let mut counts = [0; 16];
            for count in &mut counts {
                *count = stream.byte()?;
            }
            left -= 17;
            let total = counts.iter().copied().map(usize::from).sum::<usize>();
            if total > 256 || total > left {
                return Err(stream.malformed("Bogus Huffman table definition"));
            }
            let mut symbols = [0; 256];
            for symbol in &mut symbols[..total] {
                *symbol = stream.byte()?;
            }
            left -= total;
            let tables = if index & 0x10 == 0 { &mut self.dc } else { &mut self.ac };
            let index = index & !0x10;
            let Some(table) = tables.get_mut(usize::from(index)) else {
                return Err(stream.malformed(format!("Bogus DHT index {index}")));
            };
            *table = Some(Code::shared(counts, symbols));
        }
        if left == 0 { Ok(()) } else { Err(stream.bogus_length()) }
    }

    fn conditioning<R: BufRead>(&mut self, stream: &mut Stream<R>) -> Result<()> {
        let length = stream.length()?;
        for _ in 0..length / 2 {
            let (index, value) = (stream.byte()?, stream.byte()?);
            let place = usize::from(index & 15);
            match index >> 4 {
                0 => {
                    let (low, high) = (value & 15, value >> 4);
                    if low > high {
                        return Err(stream.malformed(format!("Bogus DAC value 0x{value:x}")));
                    }
                    self.dc_conditioning[place] = (low, high);
                }
                1 => self.ac_conditioning[place] = value,
                _ => return Err(stream.malformed(format!("Bogus DAC index {index}"))),
            }
        }
        if length % 2 == 0 { Ok(()) } else { Err(stream.bogus_length()) }
    }

    fn quantisation_tables<R: BufRead>(&mut self, stream: &mut Stream<R>) -> Result<()> {
        let mut left = stream.length()?;
        while left > 0 {
            let kind = stream.byte()?;
            let (wide, index) = (kind >> 4 != 0, kind & 15);
            if index >= 4 {
                return Err(stream.malformed(format!("Bogus DQT index {index}")));
            }
            let mut table = [0; 64];
            for &place in &NATURAL[..64] {
                table[usize::from(place)] =
                    if wide { stream.word()? } else { u16::from(stream.byte()?) };
            }
            self.quantisation[usize::from(index)] = Some(table);
            let taken = if wide { 129 } else { 65 };
            left = left.checked_sub(taken).ok_or_else(|| stream.bogus_length())?;
        }
        Ok(())
    }

    fn define_restart<R: BufRead>(&mut self, stream: &mut Stream<R>) -> Result<()> {
        if stream.length()? != 2 {
            return Err(stream.bogus_length());
        }
        self.restart_interval = stream.word()?;
        Ok(())
    }

    fn application<R: BufRead>(&mut self, stream: &mut Stream<R>, marker: u8) -> Result<()> {
        // Some files have a length here that does not count itself.
        let length = usize::from(stream.word()?).saturating_sub(2);
        if self.metadata_left < length {
            return stream.source.skip(length, &mut stream.log);
        }
        let mut data = Vec::new();
        let offset = stream.source.offset();
        stream.source.append(length, &mut data, &mut stream.log)?;
        self.metadata_left -= data.len();
        match marker {
            APP0 => self.jfif_segment(stream, &data)?,
            APP14 if data.len() >= 12 && data.starts_with(b"Adobe") => self.adobe = Some(data[11]),
            _ => {}
        }
        self.segments.push(Segment { marker, data, offset });
        Ok(())
    }

    fn jfif_segment<R: BufRead>(&mut self, stream: &mut Stream<R>, data: &[u8]) -> Result<()> {
        let [b'J', b'F', b'I', b'F', 0, major, minor, unit, x1, x0, y1, y0, _, _, ..] = *data
        else {
            return Ok(());
        };
        self.jfif = true;
        self.density = Some(Density {
            unit: match unit {
                0 => DensityUnit::Aspect,
                1 => DensityUnit::Inch,
                2 => DensityUnit::Centimetre,
                other => DensityUnit::Other(other),
            },
            x: u16::from_be_bytes([x1, x0]),
            y: u16::from_be_bytes([y1, y0]),
        });
        if major == 1 {
            return Ok(());
        }
        let message = format!("Warning: unknown JFIF revision number {major}.{minor:02}");
        stream.log.warn(stream.source.offset(), message)
    }

    fn start_of_frame<R: BufRead>(&mut self, stream: &mut Stream<R>, marker: u8) -> Result<()> {
        let (process, arithmetic) = match marker {
            SOF0 | 0xC1 => (Process::Sequential, false),
            SOF2 => (Process::Progressive, false),
            SOF3 => (Process::Lossless, false),
            SOF9 => (Process::Sequential, true),
            SOF10 => (Process::Progressive, true),
            SOF11 => (Process::Lossless, true),
            _ => {
                let message = format!("Unsupported JPEG process: SOF type 0x{marker:02x}");
                return Err(Error::new(ErrorKind::Unsupported, message).at(stream.source.offset()));
            }
        };
        if self.frame.is_some() {
            return Err(stream.malformed("Invalid JPEG file structure: two SOF markers"));
        }
        let length = stream.length()?;
        let precision = stream.byte()?;
        let height = stream.word()?;
        let width = stream.word()?;
        let count = usize::from(stream.byte()?);
        if width == 0 || count == 0 {
            return Err(stream.malformed("Empty JPEG image"));
        }
        if length != 6 + 3 * count {
            return Err(stream.bogus_length());
        }
        let mut components = Vec::with_capacity(count);
        for _ in 0..count {
            let [id, sampling, quantisation] = [stream.byte()?, stream.byte()?, stream.byte()?];
            components.push(Component {
                id,
                horizontal: sampling >> 4,
                vertical: sampling & 15,
                quantisation,
            });
        }
        self.frame = Some(Frame { process, arithmetic, precision, width, height, components });
        Ok(())
    }

    fn start_of_scan<R: BufRead>(&mut self, stream: &mut Stream<R>) -> Result<Scan> {
        let Some(frame) = &self.frame else {
            return Err(stream.malformed("Invalid JPEG file structure: SOS before SOF"));
        };
        let length = stream.length()?;
        let count = usize::from(stream.byte()?);
        if !(1..=4).contains(&count) || length != 2 * count + 4 {
            return Err(stream.bogus_length());
        }
        let mut components: Vec<ScanComponent> = Vec::with_capacity(count);
        for _ in 0..count {
            let [id, tables] = [stream.byte()?, stream.byte()?];
            // Components come in the order of the frame, though some may be left out.
            let found = (components.len()..frame.components.len())
                .find(|&index| frame.components[index].id == id)
                .filter(|&index| components.iter().all(|other| other.index != index));
            let Some(index) = found else {
                return Err(stream.malformed(format!("Invalid component ID {id} in SOS")));
            };
            components.push(ScanComponent { index, dc_table: tables >> 4, ac_table: tables & 15 });
        }
        let [start, end, bits] = [stream.byte()?, stream.byte()?, stream.byte()?];
        Ok(Scan { components, start, end, high: bits >> 4, low: bits & 15 })
    }
}

impl Frame {
    /// Whether the numbers make sense, and whether this crate can decode such a frame at all.
    pub(crate) fn check(&self) -> std::result::Result<(), String> {
        let lossless = self.process == Process::Lossless;
        let known = if lossless {
            (2..=16).contains(&self.precision)
        } else {
            matches!(self.precision, 8 | 12)
        };
        if !known {
            return Err(format!("Unsupported JPEG data precision {}", self.precision));
        }
        if self.width > MAX_SIDE || self.height > MAX_SIDE {
            return Err(format!("Maximum supported image dimension is {MAX_SIDE} pixels"));
        }
        if self.components.len() > MAX_COMPONENTS {
            let count = self.components.len();
            return Err(format!("Too many color components: {count}, max {MAX_COMPONENTS}"));
        }
        let usual = |factor: u8| (1..=4).contains(&factor);
        if !self.components.iter().all(|c| usual(c.horizontal) && usual(c.vertical)) {
            return Err("Bogus sampling factors".into());
        }
        Ok(())
    }
}
