//! The pixels: filtered and compressed strip by strip, each on any thread.
//!
//! A strip is compressed with the 32 KiB before it as dictionary, which are made again from rows that
//! come with it, and ends on a byte; so strips join to one stream, whatever their heights.

use super::header::Ihdr;
use super::write::{Prelude, chunk, pack};
use flate2::{Compress, Compression, FlushCompress};
use std::io::Write;
use windlass_core::{Context, Image, Part, Result, Saver, Target, Wants};
use windlass_io::TargetWriter;
use windlass_simd::png_filter::{Adler, Filterer, Filters};

/// How far back a deflate stream refers.
const WINDOW: usize = 32 << 10;

/// How rows become bytes of the stream.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows {
    pub(super) ihdr: Ihdr,
    filters: Filters,
    level: u32,
}

impl Rows {
    pub(super) fn new(ihdr: Ihdr, filters: Filters, level: u32) -> Self {
        Self { ihdr, filters, level }
    }

    /// Bytes of a row with its filter.
    fn stride(&self) -> usize {
        self.ihdr.row_bytes(self.ihdr.width) + 1
    }

    /// Rows that fill the window, and the one that predicts the first of them.
    fn above(&self) -> i32 {
        WINDOW.div_ceil(self.stride()) as i32 + i32::from(self.filters.looks_up())
    }

    pub(super) fn compress(&self, zlib: bool) -> Compress {
        Compress::new(Compression::new(self.level), zlib)
    }

    /// Appends a row to `out`, filtered. `lines` holds the row before and gets this one; it is cleared
    /// at the start of a pass.
    pub(super) fn filter(&self, row: &[u8], lines: &mut Lines, out: &mut Vec<u8>) {
        let Lines { previous, current, filterer } = lines;
        self.packed(row, current);
        previous.resize(current.len(), 0);
        let distance = self.ihdr.pixel_bits().div_ceil(8);
        filterer.row(self.filters, distance, previous, current, out);
        std::mem::swap(previous, current);
    }

    /// The samples of a row as the file has them.
    fn packed(&self, row: &[u8], out: &mut Vec<u8>) {
        out.clear();
        match self.ihdr.depth {
            8 => out.extend_from_slice(row),
            16 => {
                out.extend(
                    row.chunks_exact(2).flat_map(|sample| {
                        u16::from_ne_bytes([sample[0], sample[1]]).to_be_bytes()
                    }),
                );
            }
            // what is too large for one bit is 1, for others it loses its high bits
            1 => out.extend(row.chunks(8).map(|samples| {
                let bits = samples.iter().enumerate();
                bits.fold(0, |byte, (at, &sample)| byte | u8::from(sample != 0) << (7 - at))
            })),
            depth => {
                let mask = (1 << depth) - 1;
                out.extend(row.chunks(8 / usize::from(depth)).map(|samples| {
                    let values = (1_u8..).zip(samples);
                    values.fold(0, |byte, (at, &sample)| byte | (sample & mask) << (8 - at * depth))
                }));
            }
        }
    }
}

/// Two rows as the file has them, and the place to filter them in.
#[derive(Default, Debug)]
pub(super) struct Lines {
    pub(super) previous: Vec<u8>,
    current: Vec<u8>,
    filterer: Filterer,
}

/// A strip, compressed.
#[derive(Default, Debug)]
pub(super) struct Piece {
    /// A chunk
    bytes: Vec<u8>,
    adler: Adler,
    /// Bytes before compression
    length: u64,
    lines: Lines,
    filtered: Vec<u8>,
    packed: Vec<u8>,
    compress: Option<Compress>,
}

/// A file that is being written.
pub(super) struct State {
    writer: TargetWriter,
    adler: Adler,
}

/// Writes rows in order.
pub(super) struct PngSaver {
    pub(super) rows: Rows,
    pub(super) prelude: Prelude,
}

impl Saver for PngSaver {
    type State = State;
    type Piece = Piece;

    fn outputs(&self, image: &Image) -> Result<Vec<Image>> {
        Ok(vec![image.clone()])
    }

    fn wants(&self) -> Wants {
        Wants::Rows { step: 1, above: self.rows.above() }
    }

    fn begin(&self, outputs: &[Image], target: &Target) -> Result<State> {
        let mut writer = target.begin()?.with_tick(Context::current().tick);
        for image in outputs {
            writer.write_all(&self.prelude.bytes(image.header())?)?;
        }
        Ok(State { writer, adler: Adler::default() })
    }

    fn encode(&self, part: &Part<'_>, piece: &mut Piece) -> Result<()> {
        let Piece { bytes, adler, length, lines, filtered, packed, compress } = piece;
        let (rect, rows) = (part.rect, &self.rows);
        let first = part.region.rect().top;
        filtered.clear();
        lines.previous.clear();
        let mut start = 0;
        for y in first..rect.bottom() {
            if y == rect.top {
                start = filtered.len();
            }
            rows.filter(part.region.bytes(y), lines, filtered);
            if y == first && first > 0 && rows.filters.looks_up() {
                // only there to predict the next one: its own predecessor is not known
                filtered.clear();
            }
        }
        let (before, strip) = filtered.split_at(start);
        let compress = compress.get_or_insert_with(|| rows.compress(false));
        compress.reset();
        if !before.is_empty() {
            let window = &before[before.len().saturating_sub(WINDOW)..];
            let _checksum = compress.set_dictionary(window).map_err(|error| {
                windlass_core::Error::new(windlass_core::ErrorKind::Internal, error.to_string())
            })?;
        }
        packed.clear();
        if rect.top == 0 {
            packed.extend(zlib_header(rows.level));
        }
        let last = rect.bottom() as u32 == rows.ihdr.height;
        let flush = if last { FlushCompress::Finish } else { FlushCompress::Sync };
        pack(compress, strip, packed, flush)?;
        (*adler, *length) = (Adler::of(strip), strip.len() as u64);
        bytes.clear();
        chunk(bytes, *b"IDAT", &[packed])
    }

    fn commit(&self, state: &mut State, piece: &mut Piece) -> Result<()> {
        state.adler = state.adler.join(piece.adler, piece.length);
        Ok(state.writer.write_all(&piece.bytes)?)
    }

    fn finish(&self, state: State) -> Result<()> {
        let State { mut writer, adler } = state;
        let mut end = Vec::new();
        chunk(&mut end, *b"IDAT", &[&adler.value().to_be_bytes()])?;
        chunk(&mut end, *b"IEND", &[])?;
        writer.write_all(&end)?;
        writer.commit()
    }
}

/// The two bytes before a deflate stream (RFC 1950 §2.2): a window of 32 KiB, and a hint at the level.
fn zlib_header(level: u32) -> [u8; 2] {
    match level {
        0 | 1 => [0x78, 0x01],
        2..=5 => [0x78, 0x5E],
        6 => [0x78, 0x9C],
        _ => [0x78, 0xDA],
    }
}
