//! From the pixels of a strip or tile to its bytes in the file.

mod ccitt;
mod log;
mod lzw;
mod packbits;
mod zstd;

use super::form::{Change, Form};
use super::{malformed, tags};
use ccitt::Ccitt;
use flate2::{Compress, Compression, FlushCompress, Status};
use lzw::Lzw;
use std::sync::Arc;
use windlass_core::{Error, ErrorKind, Region, Result};
use windlass_io::alloc;
use windlass_jpeg::encode as jpeg;

/// How chunks are compressed.
#[derive(Clone, Debug)]
pub(super) enum Method {
    None,
    PackBits,
    Lzw,
    Group4,
    Deflate(u32),
    /// At this level
    Zstd(i32),
    /// Of this quality, or lossless
    Webp(Option<i32>),
    Log,
    Jpeg(Box<Jpeg>),
}

impl Method {
    /// The number that the file says.
    pub(super) fn tag(&self) -> u16 {
        match self {
            Self::None => tags::NONE,
            Self::PackBits => tags::PACKBITS,
            Self::Lzw => tags::LZW,
            Self::Group4 => tags::CCITT_G4,
            Self::Deflate(_) => tags::DEFLATE,
            Self::Zstd(_) => tags::ZSTD,
            Self::Webp(_) => tags::WEBP,
            Self::Log => tags::SGILOG,
            Self::Jpeg(_) => tags::JPEG,
        }
    }
}

/// JPEG streams that share their tables.
#[derive(Clone, Debug)]
pub(super) struct Jpeg {
    pub(super) settings: jpeg::Settings,
    pub(super) colour: jpeg::Colour,
}

impl Jpeg {
    fn encoder(&self, width: usize, height: usize) -> Result<jpeg::Encoder> {
        jpeg::Encoder::new(width, height, self.colour, self.settings.clone()).map_err(error)
    }

    /// The stream of the tables.
    pub(super) fn tables(&self) -> Result<Vec<u8>> {
        self.encoder(16, 16)?.tables().map_err(error)
    }
}

fn error(error: windlass_jpeg::Error) -> Error {
    super::decode::jpeg_error(error)
}

/// Encodes the chunks of an image.
#[derive(Clone, Debug)]
pub(super) struct Encoder {
    pub(super) form: Form,
    pub(super) method: Method,
    /// 1 (none), 2 (horizontal) or 3 (float)
    pub(super) predictor: u16,
    /// The size of a tile; strips are as wide as the image
    pub(super) tile: Option<(u32, u32)>,
}

/// A chunk, encoded, and the memory for it.
#[derive(Default)]
pub(super) struct Chunk {
    pub(super) bytes: Vec<u8>,
    samples: Vec<u8>,
    line: Vec<u8>,
    deflate: Option<Compress>,
    lzw: Option<Box<Lzw>>,
    zstd: zstd::Compressor,
    jpeg: jpeg::Piece,
    /// The JPEG encoder of chunks of a size
    encoder: Option<((usize, usize), Arc<jpeg::Encoder>)>,
}

impl Encoder {
    /// Encodes the first `rows` rows of a region.
    pub(super) fn encode(&self, region: &Region<'_>, rows: i32, chunk: &mut Chunk) -> Result<()> {
        let rect = region.rect();
        let (width, height) = match self.tile {
            Some((width, height)) => (width as usize, height as usize),
            None => (rect.width as usize, rows as usize),
        };
        chunk.bytes.clear();
        if let Method::Jpeg(jpeg) = &self.method {
            return self.jpeg(jpeg, region, rows, (width, height), chunk);
        }
        let row = self.form.row_bytes(width);
        if matches!(self.method, Method::None) {
            // no predictor, nothing to compress: the samples are the bytes
            return self.samples(region, rows, (row, height), &mut chunk.bytes);
        }
        let mut samples = std::mem::take(&mut chunk.samples);
        self.samples(region, rows, (row, height), &mut samples)?;
        self.predict(&mut samples, row, &mut chunk.line);
        let result = self.compress(&samples, row, width, chunk);
        chunk.samples = samples;
        result
    }

    /// The samples of a chunk as the file has them, what is not in the image 0.
    fn samples(
        &self,
        region: &Region<'_>,
        rows: i32,
        (row, height): (usize, usize),
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let rect = region.rect();
        out.clear();
        alloc::try_reserve(out, row * height)?;
        for y in rect.top..rect.top + rows {
            let start = out.len();
            self.form.append(region.bytes(y), out);
            out.resize(start + row, 0);
        }
        out.resize(row * height, 0);
        Ok(())
    }

    /// Turns samples into differences.
    fn predict(&self, samples: &mut [u8], row: usize, line: &mut Vec<u8>) {
        let (bytes, step) = (self.form.bits as usize / 8, self.form.samples as usize);
        for row in samples.chunks_exact_mut(row) {
            match (self.predictor, bytes) {
                (2, 1) => {
                    line.clear();
                    line.extend_from_slice(row);
                    let before = &line[..line.len().saturating_sub(step)];
                    for (value, before) in row[step..].iter_mut().zip(before) {
                        *value = value.wrapping_sub(*before);
                    }
                }
                (2, 2) => {
                    differences(row, step, u16::from_ne_bytes, u16::wrapping_sub, u16::to_ne_bytes);
                }
                (2, 4) => {
                    differences(row, step, u32::from_ne_bytes, u32::wrapping_sub, u32::to_ne_bytes);
                }
                (2, 8) => {
                    differences(row, step, u64::from_ne_bytes, u64::wrapping_sub, u64::to_ne_bytes);
                }
                (3, _) => planes(row, bytes, step, line),
                _ => {}
            }
        }
    }

    fn compress(&self, samples: &[u8], row: usize, width: usize, chunk: &mut Chunk) -> Result<()> {
        let out = &mut chunk.bytes;
        match &self.method {
            Method::PackBits => {
                samples.chunks_exact(row).for_each(|row| packbits::encode(row, out));
            }
            Method::Lzw => chunk.lzw.get_or_insert_default().encode(samples, out),
            Method::Group4 => {
                let mut ccitt = Ccitt::new(width, out);
                samples.chunks_exact(row).for_each(|row| ccitt.row(row));
                ccitt.end();
            }
            Method::Deflate(level) => {
                let new = || Compress::new(Compression::new(*level), true);
                deflate(chunk.deflate.get_or_insert_with(new), samples, out)?;
            }
            Method::Zstd(level) => chunk.zstd.compress(samples, *level, out)?,
            Method::Webp(quality) => {
                let size = (width, samples.len() / row.max(1));
                *out = webp(samples, size, &self.form, *quality)?;
            }
            Method::Log => {
                for row in samples.chunks_exact(row) {
                    let pixels: Vec<u32> = row
                        .as_chunks::<12>()
                        .0
                        .iter()
                        .map(|bytes| log::pixel(bytemuck::cast(*bytes)))
                        .collect();
                    log::row(&pixels, out);
                }
            }
            Method::None | Method::Jpeg(_) => return Err(malformed("not compressed")),
        }
        Ok(())
    }

    /// A JPEG stream; what is not in the image repeats its last column and row.
    fn jpeg(
        &self,
        jpeg: &Jpeg,
        region: &Region<'_>,
        rows: i32,
        (width, height): (usize, usize),
        chunk: &mut Chunk,
    ) -> Result<()> {
        let encoder = match &chunk.encoder {
            Some((size, encoder)) if *size == (width, height) => Arc::clone(encoder),
            _ => {
                let encoder = Arc::new(jpeg.encoder(width, height)?);
                chunk.encoder = Some(((width, height), Arc::clone(&encoder)));
                encoder
            }
        };
        let rect = region.rect();
        let whole = (rect.width as usize, rows as usize) == (width, height);
        let last = rect.top + rows - 1;
        let own = (rect.top..rect.top + height as i32).map(|y| region.bytes(y.min(last)));
        let direct = whole && matches!(self.form.change, Change::None);
        let mut samples = std::mem::take(&mut chunk.samples);
        samples.clear();
        if !direct {
            let row = self.form.row_bytes(width);
            alloc::try_reserve(&mut samples, row * height)?;
            let pixel = self.form.samples as usize;
            for bytes in own.clone() {
                let start = samples.len();
                self.form.append(bytes, &mut samples);
                while samples.len() < start + row {
                    samples.extend_from_within(samples.len() - pixel..);
                }
            }
        }
        let table: Vec<&[u8]> = if direct {
            own.collect()
        } else {
            samples.chunks_exact(self.form.row_bytes(width)).collect()
        };
        encoder.encode_rows(&table, 0, &mut chunk.jpeg).map_err(error)?;
        let out = std::mem::take(&mut chunk.bytes);
        let mut writer =
            jpeg::Writer::new(encoder, out, &jpeg::Segments::default()).map_err(error)?;
        writer.commit(&mut chunk.jpeg).map_err(error)?;
        chunk.bytes = writer.finish().map_err(error)?;
        chunk.samples = samples;
        Ok(())
    }
}

fn differences<const BYTES: usize, T: Copy>(
    row: &mut [u8],
    step: usize,
    from: fn([u8; BYTES]) -> T,
    minus: fn(T, T) -> T,
    to: fn(T) -> [u8; BYTES],
) {
    let samples = row.as_chunks_mut::<BYTES>().0;
    for at in (step..samples.len()).rev() {
        samples[at] = to(minus(from(samples[at]), from(samples[at - step])));
    }
}

/// The bytes of floats in planes, the highest first, each less the one before it.
fn planes(row: &mut [u8], bytes: usize, step: usize, line: &mut Vec<u8>) {
    let count = row.len() / bytes;
    line.clear();
    line.extend_from_slice(row);
    for (at, sample) in line.chunks_exact(bytes).enumerate() {
        for (place, &value) in sample.iter().enumerate() {
            let plane = if cfg!(target_endian = "little") { bytes - 1 - place } else { place };
            row[plane * count + at] = value;
        }
    }
    for at in (step..row.len()).rev() {
        row[at] = row[at].wrapping_sub(row[at - step]);
    }
}

/// A WebP picture of pixels of three or four bytes.
fn webp(
    samples: &[u8],
    size: (usize, usize),
    form: &Form,
    quality: Option<i32>,
) -> Result<Vec<u8>> {
    if form.bits != 8 || form.format != 1 || !matches!(form.samples, 3 | 4) {
        return Err(super::save_error("WEBP compression takes three or four bands of 8 bits"));
    }
    encode_webp(samples, size, form.samples as usize, quality)
}

#[cfg(feature = "webp")]
use crate::webp::encode_tile as encode_webp;

/// What there is without the encoder.
#[cfg(not(feature = "webp"))]
fn encode_webp(_: &[u8], _: (usize, usize), _: usize, _: Option<i32>) -> Result<Vec<u8>> {
    Err(super::save_error("WEBP compression support is not configured"))
}

fn deflate(compress: &mut Compress, input: &[u8], out: &mut Vec<u8>) -> Result<()> {
    compress.reset();
    loop {
        let read = compress.total_in() as usize;
        alloc::try_reserve(out, (input.len() - read) / 2 + 1024)?;
        let status = compress.compress_vec(&input[read..], out, FlushCompress::Finish);
        match status {
            Ok(Status::StreamEnd) => return Ok(()),
            Ok(_) => {}
            Err(error) => return Err(Error::new(ErrorKind::Internal, error.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::decode;
    use super::*;

    /// Bytes with runs, repetitions and noise.
    fn bytes(count: usize) -> Vec<u8> {
        let mut state = 1_u32;
        (0..count)
            .map(|at| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                match at / 300 % 3 {
                    0 => (at / 7) as u8,
                    1 => (state >> 24) as u8,
                    _ => 9,
                }
            })
            .collect()
    }

    #[test]
    fn lzw_is_read_back() {
        let mut lzw = Lzw::default();
        for count in [0, 1, 2, 100, 5000, 300_000] {
            let input = bytes(count);
            let mut packed = Vec::new();
            lzw.encode(&input, &mut packed);
            let mut out = vec![0; count];
            assert_eq!(decode::lzw(&packed, &mut out), (count, true));
            assert!(out == input, "{count}");
            assert_eq!(decode::lzw(&packed, &mut vec![0; count + 1]).0, count);
        }
        let constant = vec![7; 2_000_000];
        let mut packed = Vec::new();
        lzw.encode(&constant, &mut packed);
        let mut out = vec![0; constant.len()];
        assert_eq!(decode::lzw(&packed, &mut out), (out.len(), true));
        assert!(out == constant);
    }

    #[test]
    fn packbits_is_read_back() {
        for count in [1, 2, 3, 127, 128, 129, 130, 5000] {
            for input in [bytes(count), vec![5; count]] {
                let mut packed = Vec::new();
                packbits::encode(&input, &mut packed);
                let mut out = vec![0; count];
                assert_eq!(decode::packbits(&packed, &mut out), (count, true));
                assert!(out == input, "{count}");
            }
        }
    }

    #[test]
    fn group_4_is_read_back() {
        for width in [1_u32, 7, 8, 9, 100, 2561, 6000] {
            let stride = width.div_ceil(8) as usize;
            let mut rows: Vec<Vec<u8>> =
                bytes(stride * 40).chunks(stride).map(<[u8]>::to_vec).collect();
            rows.extend([vec![0; stride], vec![0xFF; stride], vec![0; stride]]);
            let mut packed = Vec::new();
            let mut ccitt = Ccitt::new(width as usize, &mut packed);
            rows.iter().for_each(|row| ccitt.row(row));
            ccitt.end();
            let mut decoder = decode::Ccitt::new(tags::CCITT_G4, 0, width);
            let mut out = vec![0; stride];
            let mask = 0xFF_u8 << ((8 - width % 8) % 8);
            for (number, row) in rows.iter().enumerate() {
                assert_eq!(decoder.row(&packed, &mut out), decode::Row::Right, "{width} {number}");
                let mut row = row.clone();
                row[stride - 1] &= mask;
                assert_eq!(out, row, "{width} {number}");
            }
            assert_eq!(decoder.row(&packed, &mut out), decode::Row::End);
        }
    }
}
