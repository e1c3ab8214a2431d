//! Strips that are too large to be decoded at once: rows from top to bottom.

use super::chunks::{Chunks, Place};
use super::convert::{Convert, Step};
use super::decode::{Ccitt, Codec, Row, Scratch, joined, jpeg_error};
use super::file::{Order as ByteOrder, is_damage};
use super::page::{Layout, Page};
use super::tiles::interleave;
use super::{malformed, tags};
use std::io::{BufRead, Read, Seek, SeekFrom};
use windlass_core::foreign::options::FailOn;
use windlass_core::{Error, Header, Limits, Loader, Order, RegionMut, Result, Rows, Source, Tick};
use windlass_io::{Failure, SourceReader, alloc};
use windlass_jpeg::decode::{Decoder, Raw as JpegRaw, RowsMut};

/// A page of large strips.
pub(super) struct Strips {
    source: Source,
    header: Header,
    page: Page,
    chunks: Chunks,
    codec: Codec,
    convert: Convert,
    fail_on: FailOn,
}

/// One pass.
#[derive(Default)]
pub(super) struct Session {
    /// The strip being read, and a stream for each of its planes
    strip: Option<u32>,
    streams: Vec<Stream>,
}

/// Rows as they lie in a chunk, decompressed, plane by plane.
#[derive(Default)]
pub(super) struct Packed {
    planes: Vec<Vec<u8>>,
    joined: Vec<u8>,
}

/// The rows of one plane of a strip.
enum Stream {
    /// Decompressed as they are read
    Bytes {
        stream: Box<dyn Read + Send>,
        failure: Failure,
    },
    /// Decompressed before
    Whole {
        bytes: Vec<u8>,
        at: usize,
    },
    Facsimile {
        ccitt: Box<Ccitt>,
        input: Vec<u8>,
    },
    Jpeg(Box<JpegRows>),
    /// Nothing is left
    End,
}

impl Strips {
    pub(super) fn new(
        source: Source,
        header: Header,
        page: &Page,
        order: ByteOrder,
        convert: Convert,
        fail_on: FailOn,
    ) -> Result<Self> {
        Ok(Self {
            source,
            header,
            chunks: Chunks::new(page),
            codec: Codec::new(page, order, fail_on)?,
            page: page.clone(),
            convert,
            fail_on,
        })
    }

    fn layout(&self) -> &Layout {
        &self.page.layout
    }

    /// Rows of samples, or of units of them, that stand for a number of rows.
    fn packed_rows(&self, rows: u32) -> u32 {
        let layout = self.layout();
        if layout.is_subsampled() { rows.div_ceil(layout.subsampling.1) } else { rows }
    }

    /// Opens the streams of a strip.
    fn open_strip(&self, strip: u32, tick: &Tick) -> Result<Vec<Stream>> {
        let layout = self.layout();
        let planes = if layout.planar { layout.samples } else { 1 };
        let (_, down) = layout.grid();
        let mut streams = Vec::new();
        for plane in 0..planes {
            let reader = self.source.open_random()?.with_tick(tick.clone());
            let chunk = u64::from(plane) * u64::from(down) + u64::from(strip);
            let place = self.chunks.place(&reader, chunk)?;
            let rows = layout.rows_at(strip * layout.chunk.1);
            let failure = reader.failure();
            let opened = self.stream(reader, place, rows);
            failure.check()?;
            streams.push(match opened {
                Ok(stream) => stream,
                Err(error) => {
                    self.damaged(error)?;
                    Stream::End
                }
            });
        }
        Ok(streams)
    }

    fn stream(&self, mut reader: SourceReader, place: Place, rows: u32) -> Result<Stream> {
        let layout = self.layout();
        if place.bytes == 0 {
            return Err(malformed("a strip is missing"));
        }
        let _position = reader.seek(SeekFrom::Start(place.offset))?;
        let failure = reader.failure();
        if let Some(jpeg) = self.codec.jpeg() {
            let stream = joined(reader.take(place.bytes))?;
            let decoder = jpeg.clone().into_decoder(stream, (layout.width, rows))?;
            let wide = Vec::new();
            let rows = JpegRows { decoder, raw: JpegRaw::new(), wide, at: 0, failure };
            return Ok(Stream::Jpeg(Box::new(rows)));
        }
        let stream: Box<dyn Read + Send> = match layout.compression {
            tags::DEFLATE | tags::OLD_DEFLATE if !layout.reversed => {
                Box::new(flate2::bufread::ZlibDecoder::new(reader.take(place.bytes)))
            }
            tags::NONE if !layout.reversed => Box::new(reader.take(place.bytes)),
            _ => return self.whole(&reader, place, rows),
        };
        Ok(Stream::Bytes { stream, failure })
    }

    /// A strip whose compression needs all of it.
    fn whole(&self, reader: &SourceReader, place: Place, rows: u32) -> Result<Stream> {
        let layout = self.layout();
        let mut input = Vec::new();
        let read = Chunks::read(reader, &[place], &mut input)?;
        input.truncate(read.first().map_or(0, |range| range.end));
        if matches!(layout.compression, tags::CCITT_RLE..=tags::CCITT_G4) {
            if layout.reversed {
                input.iter_mut().for_each(|byte| *byte = byte.reverse_bits());
            }
            let ccitt = Ccitt::new(layout.compression, self.page.t4_options, layout.width);
            return Ok(Stream::Facsimile { ccitt: Box::new(ccitt), input });
        }
        let size = Limits::current().allocation(layout.bytes(layout.width, rows))?;
        let mut bytes = alloc::try_vec(size)?;
        let scratch = &mut Scratch::default();
        let decoded = self.codec.decompress(&mut input, (layout.width, rows), &mut bytes, scratch);
        decoded.or_else(|damage| self.damaged(damage.error))?;
        Ok(Stream::Whole { bytes, at: 0 })
    }

    fn damaged(&self, error: Error) -> Result<()> {
        if self.fail_on >= FailOn::Error || !is_damage(&error) { Err(error) } else { Ok(()) }
    }
}

impl Stream {
    /// Fills `out`, rows of `row` bytes; what there is not is 0.
    fn read(&mut self, out: &mut [u8], row: usize) -> Result<()> {
        let (filled, result) = match self {
            Self::Bytes { stream, failure } => {
                let (filled, error) = read_full(stream, out);
                failure.check()?;
                (filled, error.map_or(Ok(()), |error| Err(malformed(error))))
            }
            Self::Whole { bytes, at } => {
                let rest = bytes.get(*at..).unwrap_or(&[]);
                let count = rest.len().min(out.len());
                out[..count].copy_from_slice(&rest[..count]);
                *at += count;
                (count, Ok(()))
            }
            Self::Facsimile { ccitt, input } => {
                let (mut filled, mut right) = (0, true);
                for row in out.chunks_exact_mut(row) {
                    match ccitt.row(input, row) {
                        Row::Right => {}
                        Row::Damaged => right = false,
                        Row::End => break,
                    }
                    filled += row.len();
                }
                (filled, if right { Ok(()) } else { Err(malformed("bad code word")) })
            }
            Self::Jpeg(jpeg) => {
                let result = jpeg.read(out, row);
                jpeg.failure.check()?;
                match result {
                    Ok(filled) => (filled, Ok(())),
                    Err(error) => (0, Err(error)),
                }
            }
            Self::End => (0, Ok(())),
        };
        out[filled..].fill(0);
        if filled < out.len() && !matches!(self, Self::End) {
            *self = Self::End;
            return result.and_then(|()| Err(malformed(format!("read error: {filled} bytes"))));
        }
        result
    }
}

/// Reads until `out` is full; how much there was, and what ended it.
fn read_full(stream: &mut dyn Read, out: &mut [u8]) -> (usize, Option<std::io::Error>) {
    let mut filled = 0;
    while filled < out.len() {
        match stream.read(&mut out[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Some(error)),
        }
    }
    (filled, None)
}

/// Rows of a JPEG stream.
struct JpegRows {
    decoder: Decoder<Box<dyn BufRead + Send>>,
    raw: JpegRaw,
    /// Rows that were decoded
    wide: Vec<u8>,
    at: usize,
    failure: Failure,
}

impl JpegRows {
    fn read(&mut self, out: &mut [u8], row: usize) -> Result<usize> {
        let header = self.decoder.header();
        let stride = header.width as usize * header.bands();
        let mut filled = 0;
        for out in out.chunks_exact_mut(row) {
            if self.at >= self.wide.len() {
                self.decoder.read(8, &mut self.raw).map_err(jpeg_error)?;
                self.at = 0;
                self.wide.resize(stride * self.raw.rows(), 0);
                if self.wide.is_empty() {
                    break;
                }
                self.raw.finish(RowsMut::new(&mut self.wide, stride)).map_err(jpeg_error)?;
            }
            let from = &self.wide[self.at..][..stride];
            let common = from.len().min(out.len());
            out[..common].copy_from_slice(&from[..common]);
            out[common..].fill(0);
            self.at += stride;
            filled += out.len();
        }
        Ok(filled)
    }
}

impl Loader for Strips {
    type Session = Session;
    type Raw = Packed;

    fn header(&self) -> &Header {
        &self.header
    }

    fn order(&self) -> Order {
        let layout = self.layout();
        Order::Rows { step: if layout.is_subsampled() { layout.subsampling.1 as i32 } else { 1 } }
    }

    fn needs_caller(&self) -> bool {
        self.source.needs_caller()
    }

    fn open(&self) -> Result<Session> {
        Ok(Session::default())
    }

    fn read(
        &self,
        session: &mut Session,
        rows: Rows,
        packed: &mut Packed,
        tick: &Tick,
    ) -> Result<()> {
        let layout = self.layout();
        let row = layout.row_bytes(layout.width) as usize;
        let planes = if layout.planar { layout.samples as usize } else { 1 };
        packed.planes.resize_with(planes, Vec::new);
        packed.planes.iter_mut().for_each(Vec::clear);
        let (mut top, bottom) = (rows.top as u32, (rows.top + rows.height) as u32);
        while top < bottom {
            tick.check()?;
            let strip = top / layout.chunk.1;
            if session.strip != Some(strip) {
                session.streams = self.open_strip(strip, tick)?;
                session.strip = Some(strip);
            }
            let first = strip * layout.chunk.1;
            let count = (first + layout.rows_at(first)).min(bottom) - top;
            let bytes = row * self.packed_rows(count) as usize;
            for (plane, stream) in packed.planes.iter_mut().zip(&mut session.streams) {
                let start = plane.len();
                alloc::try_reserve(plane, bytes)?;
                plane.resize(start + bytes, 0);
                stream.read(&mut plane[start..], row).or_else(|error| self.damaged(error))?;
            }
            top += count;
        }
        Ok(())
    }

    fn finish(&self, packed: &mut Packed, out: &mut RegionMut<'_>) -> Result<()> {
        let layout = self.layout();
        let row = layout.row_bytes(layout.width) as usize;
        for plane in &mut packed.planes {
            self.codec.finish(plane, row);
        }
        let Packed { planes, joined } = packed;
        let count = planes.len();
        let rows = if let [plane] = &planes[..] {
            plane
        } else {
            joined.resize(planes.iter().map(Vec::len).sum(), 0);
            for (number, plane) in planes.iter().enumerate() {
                interleave(plane, joined, (number, count), layout.bits as usize / 8);
            }
            joined
        };
        let stride = row * count;
        for (at, (_, out)) in out.rows::<u8>().enumerate() {
            match &self.convert.step {
                Step::Chroma(chroma) => chroma.row(rows, stride, at, out),
                _ => self.convert.row(&rows[at * stride..], out),
            }
        }
        Ok(())
    }
}
