//! JPEG streams in strips and tiles, with their tables apart (TIFF Technical Note 2).

use super::super::page::{Layout, Page};
use super::super::{malformed, tags};
use super::Damage;
use bytes::Bytes;
use std::io::{BufRead, Read};
use windlass_core::{Error, ErrorKind, Limits, Result};
use windlass_jpeg as codec;
use windlass_jpeg::decode::{Decoder, FailOn, Options, Raw, RowsMut, Tables, Transform};

/// Rows of units that are decoded at a time.
const UNITS: usize = 8;

/// Decodes the JPEG streams of a page.
#[derive(Clone, Debug)]
pub(in crate::tiff) struct Jpeg {
    /// A start of image and the tables
    tables: Bytes,
    /// The tables, where there is nothing else and nothing wrong with them
    shared: Option<Tables>,
    /// How components become samples
    transform: Transform,
    samples: usize,
    tiled: bool,
    /// Strips of fewer rows may have streams of more: the last one of a picture is cut off
    uncut: u32,
    strict: bool,
}

impl Jpeg {
    pub(super) fn new(page: &Page, strict: bool) -> Self {
        let layout: &Layout = &page.layout;
        let transform = match layout.photometric {
            tags::YCBCR if layout.chunk_samples() == 3 => Transform::YccToRgb,
            _ => Transform::None,
        };
        let tables = match page.jpeg_tables.strip_suffix(&[0xFF, 0xD9]) {
            Some(tables) if tables.starts_with(&[0xFF, 0xD8]) => page.jpeg_tables.slice_ref(tables),
            _ => Bytes::from_static(&[0xFF, 0xD8]),
        };
        let shared = Tables::new(&[&tables[..], &[0xFF, 0xD9]].concat()).ok();
        let samples = layout.chunk_samples() as usize;
        let tiled = layout.tiled;
        let uncut = match layout.grid() {
            _ if tiled => 0,
            (_, 1) => u32::MAX,
            _ => layout.chunk.1,
        };
        Self { tables, shared, transform, samples, tiled, uncut, strict }
    }

    /// A decoder of what follows the start of image in `stream`, with its own copy of the tables, for a
    /// chunk of `size`.
    pub(in crate::tiff) fn into_decoder(
        self,
        stream: impl BufRead + Send + 'static,
        size: (u32, u32),
    ) -> Result<Decoder<Box<dyn BufRead + Send>>> {
        let tables = std::io::Cursor::new(self.tables.clone());
        self.fitting(Decoder::new(Box::new(tables.chain(stream)), self.options()), size)
    }

    fn options(&self) -> Options {
        let mut options = Options::default();
        options.transform = Some(self.transform);
        if self.strict {
            options.fail_on = FailOn::Warning;
        }
        options.max_pixels = Limits::current().pixels;
        options.max_coefficient_bytes = Limits::current().bytes;
        options
    }

    /// A decoder, unless its stream has another number of components than the page, or more pixels than
    /// the chunk: a small file could have as many large streams as there are chunks otherwise.
    fn fitting<R: BufRead>(
        &self,
        decoder: codec::Result<Decoder<R>>,
        (width, height): (u32, u32),
    ) -> Result<Decoder<R>> {
        let decoder = decoder.map_err(error)?;
        let header = decoder.header();
        let (found, wanted) = (header.bands(), self.samples);
        if found != wanted {
            return Err(malformed(format!(
                "Improper JPEG component count {found}, expected {wanted}"
            )));
        }
        let cut = header.width == width && height < self.uncut;
        let larger = header.width > width || header.height > height && !cut;
        let differs = (header.width, header.height) != (width, height);
        if larger || self.strict && !self.tiled && differs {
            return Err(malformed(format!(
                "Improper JPEG strip/tile size, expected {width}x{height}, got {}x{}",
                header.width, header.height
            )));
        }
        Ok(decoder)
    }

    /// Decodes a stream into rows of 8-bit samples, `out.len() / height` bytes apart.
    pub(super) fn chunk(
        &self,
        input: &[u8],
        (width, height): (u32, u32),
        out: &mut [u8],
    ) -> std::result::Result<(), Damage> {
        let stride = width as usize * self.samples;
        let (rows, below) = out.split_at_mut((stride * height as usize).min(out.len()));
        below.fill(0);
        let rows = rows.chunks_exact_mut(stride).collect();
        let fatal = self.tiled;
        self.rows(input, width, rows).map_err(|error| Damage { error, fatal })
    }

    /// Decodes a stream into these rows of `width` pixels; what it does not have is 0.
    pub(in crate::tiff) fn rows(
        &self,
        input: &[u8],
        width: u32,
        mut rows: Vec<&mut [u8]>,
    ) -> Result<()> {
        let mut done = 0;
        let result = self.stream(input, width, &mut rows, &mut done);
        rows[done..].iter_mut().for_each(|row| row.fill(0));
        result
    }

    /// The same; `done` counts the rows that are complete.
    fn stream(
        &self,
        input: &[u8],
        width: u32,
        rows: &mut [&mut [u8]],
        done: &mut usize,
    ) -> Result<()> {
        let stream = input.strip_prefix(&[0xFF, 0xD8]).ok_or_else(|| malformed("no JPEG data"))?;
        let size = (width, rows.len() as u32);
        if let Some(tables) = &self.shared {
            let decoder = Decoder::with_tables(input, tables, self.options());
            return self.picture(self.fitting(decoder, size)?, width, rows, done);
        }
        let decoder = Decoder::new(self.tables.chain(stream), self.options());
        self.picture(self.fitting(decoder, size)?, width, rows, done)
    }

    fn picture<R: BufRead>(
        &self,
        mut decoder: Decoder<R>,
        width: u32,
        rows: &mut [&mut [u8]],
        done: &mut usize,
    ) -> Result<()> {
        let found = decoder.header().width;
        let mut raw = Raw::new();
        let direct = found == width;
        let mut wide = Vec::new();
        while *done < rows.len() {
            decoder.read(UNITS, &mut raw).map_err(error)?;
            let count = raw.rows();
            if count == 0 {
                return Ok(());
            }
            let left = &mut rows[*done..];
            if direct && count <= left.len() {
                let rows = left[..count].iter_mut().map(|row| &mut **row).collect();
                raw.finish(RowsMut::from_rows(rows)).map_err(error)?;
                *done += count;
                continue;
            }
            let stride = found as usize * self.samples;
            wide.resize(stride * count, 0);
            raw.finish(RowsMut::new(&mut wide, stride)).map_err(error)?;
            for (row, wide) in left.iter_mut().zip(wide.chunks_exact(stride)) {
                let common = row.len().min(wide.len());
                row[..common].copy_from_slice(&wide[..common]);
                row[common..].fill(0);
                *done += 1;
            }
        }
        Ok(())
    }
}

/// An error of the codec as ours.
pub(in crate::tiff) fn error(error: codec::Error) -> Error {
    let kind = match error.kind() {
        codec::ErrorKind::Io => {
            return error.into_io().map_or_else(
                || Error::new(ErrorKind::Io, "tiff2vips: a JPEG stream can't be read"),
                Error::from,
            );
        }
        codec::ErrorKind::Limit => ErrorKind::Limit,
        codec::ErrorKind::Truncated => ErrorKind::Truncated,
        codec::ErrorKind::Unsupported => ErrorKind::Unsupported,
        _ => ErrorKind::Malformed,
    };
    Error::new(kind, format!("VipsJpeg: {}", error.message()))
}

/// What follows a start of image.
pub(in crate::tiff) fn joined(mut stream: impl BufRead) -> Result<impl BufRead> {
    let mut start = [0; 2];
    stream.read_exact(&mut start).map_err(Error::from)?;
    if start != [0xFF, 0xD8] {
        return Err(malformed("no JPEG data"));
    }
    Ok(stream)
}
