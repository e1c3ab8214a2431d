//! The encoder.
//!
//! It has two halves. [`Encoder::encode`] turns a strip of rows into a [`Piece`] and may run on any
//! number of threads, in any order. [`Writer`] takes the pieces in the order of the picture and
//! joins them by shifting bits, so that the file is the same whatever the heights of the strips.
//!
//! ```
//! use std::sync::Arc;
//! use windlass_jpeg::encode::{Colour, Encoder, Piece, Rows, Segments, Settings, Writer};
//!
//! # fn main() -> windlass_jpeg::Result<()> {
//! let (width, height) = (100, 40);
//! let pixels = vec![128; width * height * 3];
//! let encoder = Arc::new(Encoder::new(100, 40, Colour::Rgb, Settings::default())?);
//! let mut writer = Writer::new(Arc::clone(&encoder), Vec::new(), &Segments::default())?;
//! let mut piece = Piece::default();
//! for top in (0..height).step_by(encoder.rows_per_step()) {
//!     let rows = encoder.rows_per_step().min(height - top);
//!     let strip = Rows { pixels: &pixels[top * 300..], stride: 300, top, rows };
//!     encoder.encode(strip, &mut piece)?;
//!     writer.commit(&mut piece)?;
//! }
//! let file = writer.finish()?;
//! assert_eq!(file[..2], [0xFF, 0xD8]);
//! # Ok(())
//! # }
//! ```

mod bits;
mod convert;
mod dering;
mod frame;
mod huffman;
mod piece;
mod scans;
mod segments;
mod tables;
mod tokens;
mod trellis;
mod writer;

pub use piece::{Piece, Rows};
pub use segments::{Density, DensityUnit, Segments};
pub use writer::Writer;

use crate::{Error, ErrorKind, Result};
use convert::SEGMENT;
use frame::Frame;
use tables::Huffman;
use trellis::Trellis;
use windlass_simd::jpeg_encode::{Codes, Quantiser};

/// Longest side of a JPEG file.
pub const MAX_SIDE: usize = 65_535;

/// What the samples of a pixel are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Colour {
    /// One band.
    Grey,
    /// Three bands; stored as YCbCr.
    Rgb,
    /// Three bands; stored as they are, at full resolution, as TIFF files may have it.
    PlainRgb,
    /// Four bands, 0 is no ink; stored inverted, as Adobe's programs do.
    Cmyk,
}

impl Colour {
    /// Samples of a pixel.
    pub fn bands(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb | Self::PlainRgb => 3,
            Self::Cmyk => 4,
        }
    }
}

/// When to store colour at half the resolution. Only RGB ever is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subsample {
    /// Below quality 90.
    #[default]
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

/// How to encode.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// 1 to 100.
    pub quality: u8,
    /// Colour at half the resolution?
    pub subsample: Subsample,
    /// Base quantisation table, 0 to 8.
    pub quant_table: u8,
    /// Huffman tables made for the picture instead of the standard ones.
    pub optimize_coding: bool,
    /// Several scans, coarse to fine. Implies `optimize_coding`.
    pub progressive: bool,
    /// Choose coefficients by what they cost in bits and error together. Implies `optimize_coding`.
    pub trellis_quant: bool,
    /// Let white bulge over the limit beside dark, where ringing would show.
    pub overshoot_deringing: bool,
    /// Search for the scans that take the fewest bytes. Only with `progressive`.
    pub optimize_scans: bool,
    /// MCUs between restart markers; 0 for none.
    pub restart_interval: u16,
    /// Leave out the tables of [`Encoder::tables`], which the reader has from elsewhere, as in TIFF.
    pub tables_apart: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            quality: 75,
            subsample: Subsample::Auto,
            quant_table: 0,
            optimize_coding: false,
            progressive: false,
            trellis_quant: false,
            overshoot_deringing: false,
            optimize_scans: false,
            restart_interval: 0,
            tables_apart: false,
        }
    }
}

/// The half of the encoder that may run on any thread: settings resolved to tables.
#[derive(Debug)]
pub struct Encoder {
    frame: Frame,
    settings: Settings,
    /// Quantisation tables of luma and chroma in natural order.
    tables: [[u16; 64]; 2],
    quantisers: [Quantiser; 2],
    /// For trellis quantisation of luma and chroma.
    trellis: Option<[Trellis; 2]>,
    /// The standard codes of luma and chroma.
    codes: [Codes; 2],
}

impl Encoder {
    /// An encoder for pictures of `width` by `height` pixels.
    ///
    /// Fails where a side is 0 or above [`MAX_SIDE`], or a setting is out of range.
    pub fn new(width: usize, height: usize, colour: Colour, settings: Settings) -> Result<Self> {
        check(width, height, &settings)?;
        let halved = match settings.subsample {
            Subsample::Auto => settings.quality < 90,
            Subsample::On => true,
            Subsample::Off => false,
        };
        let tables = tables::quantisers(settings.quant_table.into(), settings.quality);
        let standard =
            |chroma| huffman::codes(&tables::standard_dc(chroma), &tables::standard_ac(chroma));
        let codes = [standard(false)?, standard(true)?];
        let trellis = || [0, 1].map(|i| Trellis::new(&tables[i], &codes[i]));
        Ok(Self {
            trellis: settings.trellis_quant.then(trellis),
            frame: Frame::new(width, height, colour, halved),
            tables,
            quantisers: [Quantiser::new(&tables[0]), Quantiser::new(&tables[1])],
            codes,
            settings,
        })
    }

    /// The height of a row of MCUs, 8 or 16: every strip but the last has a multiple of it.
    pub fn rows_per_step(&self) -> usize {
        self.frame.mcu_height()
    }

    /// The stream of tables that goes with files written with `tables_apart`: the quantisation tables
    /// and, unless they are made for each picture, the Huffman tables.
    pub fn tables(&self) -> Result<Vec<u8>> {
        let mut out = vec![0xFF, 0xD8];
        writer::tables(self, &mut out)?;
        out.extend([0xFF, 0xD9]);
        Ok(out)
    }

    /// Encode a strip. `piece` may have been used before: its memory is.
    ///
    /// Fails where the strip is not a multiple of [`Self::rows_per_step`] at a multiple of it (but
    /// for the end of the picture), or lacks pixels.
    pub fn encode(&self, strip: Rows<'_>, piece: &mut Piece) -> Result<()> {
        piece.encode(self, piece::Strip::Piece(strip))
    }

    /// Encode a strip whose rows lie anywhere, as [`Self::encode`] does; `top` is the first one's row
    /// of the picture.
    pub fn encode_rows(&self, rows: &[&[u8]], top: usize, piece: &mut Piece) -> Result<()> {
        piece.encode(self, piece::Strip::Table(rows, top))
    }

    /// Whether the coefficients of the whole picture are needed before the first can be coded.
    fn two_passes(&self) -> bool {
        let Settings { optimize_coding, progressive, trellis_quant, .. } = self.settings;
        optimize_coding || progressive || trellis_quant
    }

    /// How many MCUs are transformed at a time: a whole row where the trellis looks at it as one.
    fn segment(&self) -> usize {
        if self.trellis.is_some() {
            self.frame.mcus_across().next_multiple_of(SEGMENT)
        } else {
            SEGMENT
        }
    }

    /// The DC and AC tables of the file, as it has them, for luma and (if there is one) chroma.
    fn standard_tables(&self) -> Vec<[Huffman; 2]> {
        (0..self.frame.table_sets())
            .map(|i| [tables::standard_dc(i == 1), tables::standard_ac(i == 1)])
            .collect()
    }
}

fn check(width: usize, height: usize, settings: &Settings) -> Result<()> {
    let malformed = |message: String| Err(Error::new(ErrorKind::Malformed, message));
    if width == 0 || height == 0 {
        return malformed(format!("{width} x {height} is no picture"));
    }
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(Error::new(
            ErrorKind::Limit,
            format!("{width} x {height} is larger than a JPEG file can be ({MAX_SIDE})"),
        ));
    }
    if !(1..=100).contains(&settings.quality) {
        return malformed(format!("quality {} is not between 1 and 100", settings.quality));
    }
    if settings.quant_table > 8 {
        return malformed(format!("quant_table {} is not between 0 and 8", settings.quant_table));
    }
    Ok(())
}
