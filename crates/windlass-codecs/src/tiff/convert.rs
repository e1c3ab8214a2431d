//! From the samples of a file to those of an image (`reference/formats/tiff.md`, "Choosing the decoder").

use super::decode::{SPREAD, short_xyz, xyz};
use super::page::{Layout, Page, SampleFormat, is_log};
use super::{malformed, tags, unsupported};
use std::sync::Arc;
use windlass_core::{BandFormat, Coding, Interpretation, Result};

/// What the samples of a page become.
#[derive(Clone, Debug)]
pub(super) struct Convert {
    pub(super) bands: i32,
    pub(super) format: BandFormat,
    pub(super) interpretation: Interpretation,
    pub(super) coding: Coding,
    pub(super) step: Step,
}

/// How a row is converted.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// The bytes as they are
    Copy,
    /// Grey of 1, 2 or 4 bits, spread over 0 to 255
    Bits { bits: u32, invert: bool },
    /// The first band turned round
    Invert,
    /// Indices of up to 8 bits, into pixels of `bands` bytes or twice as many
    Palette { bits: u32, colours: Colours },
    /// Halves to floats
    Half,
    /// Whole numbers of 64 bits to doubles
    Wide { signed: bool },
    /// Lab of 8 bits to signed ones of 16
    Lab8,
    /// The same in the packed form of four bytes
    Labq,
    /// Lab of 16 bits to signed ones
    Lab16,
    /// Logarithmic colours to XYZ, each by this function
    Log(fn(u32) -> [f32; 3]),
    /// Chroma of several pixels at once to RGB with alpha
    Chroma(Box<Chroma>),
}

/// The colours of indices.
#[derive(Clone, Debug)]
pub(super) enum Colours {
    /// One after the other, `bands` samples each
    Bytes(Arc<[u8]>),
    Words(Arc<[u16]>),
}

impl Convert {
    /// What becomes of the samples of a page; the first case of the reference's table that fits.
    pub(super) fn of(page: &Page) -> Result<Self> {
        let layout = &page.layout;
        if layout.planar && layout.samples > 1 && layout.bits < 8 {
            return Err(unsupported(format!("separate planes of {} bit samples", layout.bits)));
        }
        if layout.is_subsampled() {
            return chroma(page);
        }
        let lab = layout.photometric == tags::CIELAB;
        match (layout.photometric, layout.bits) {
            (tags::CIELAB, 8) if layout.samples < 3 => {
                Err(malformed("not at least 3 samples per pixel"))
            }
            (tags::CIELAB, 8) if layout.samples == 3 => Ok(Self {
                coding: Coding::Labq,
                ..Self::new(4, BandFormat::U8, Interpretation::Labq, Step::Labq)
            }),
            (tags::CIELAB, 8 | 16) if lab && layout.format != SampleFormat::Float => {
                let step = if layout.bits == 8 { Step::Lab8 } else { Step::Lab16 };
                Ok(Self::new(layout.samples, BandFormat::I16, Interpretation::Labs, step))
            }
            (tags::LOGLUV, _) if is_log(layout.compression) => {
                let short = layout.compression == tags::SGILOG24;
                let step = Step::Log(if short { short_xyz } else { xyz });
                Ok(Self::new(3, BandFormat::F32, Interpretation::Xyz, step))
            }
            (tags::LOGLUV, _) => Err(malformed("not SGI-compressed LOGLUV")),
            (tags::MIN_IS_WHITE | tags::MIN_IS_BLACK, bits @ (1 | 2 | 4)) => {
                if layout.samples > 1 {
                    return Err(malformed("not 1 bands"));
                }
                let invert = layout.photometric == tags::MIN_IS_WHITE;
                let step = Step::Bits { bits, invert };
                Ok(Self::new(1, BandFormat::U8, Interpretation::BlackWhite, step))
            }
            (tags::PALETTE, 1 | 2 | 4 | 8 | 16) => palette(page),
            _ => plain(layout),
        }
    }

    fn new(bands: u32, format: BandFormat, interpretation: Interpretation, step: Step) -> Self {
        Self { bands: bands as i32, format, interpretation, coding: Coding::None, step }
    }

    /// Converts a row of `out.len() / pixel` pixels.
    pub(super) fn row(&self, row: &[u8], out: &mut [u8]) {
        let bands = self.bands as usize;
        match &self.step {
            Step::Copy => out.copy_from_slice(&row[..out.len()]),
            Step::Bits { bits, invert } => spread(row, out, *bits, *invert),
            Step::Invert => {
                out.copy_from_slice(&row[..out.len()]);
                let bytes = self.format.size();
                for pixel in out.chunks_exact_mut(bands * bytes) {
                    pixel[..bytes].iter_mut().for_each(|byte| *byte = !*byte);
                }
            }
            Step::Palette { bits, colours } => self.palette(row, out, *bits, colours),
            Step::Half => {
                convert(row, out, |half| f32::to_ne_bytes(from_half(u16::from_ne_bytes(half))));
            }
            Step::Wide { signed: false } => {
                convert(row, out, |wide| f64::to_ne_bytes(u64::from_ne_bytes(wide) as f64));
            }
            Step::Wide { signed: true } => {
                convert(row, out, |wide| f64::to_ne_bytes(i64::from_ne_bytes(wide) as f64));
            }
            Step::Lab8 => {
                for (at, (out, &value)) in
                    out.as_chunks_mut::<2>().0.iter_mut().zip(row).enumerate()
                {
                    *out = lab8(at % bands, value).to_ne_bytes();
                }
            }
            Step::Labq => {
                for (out, lab) in out.as_chunks_mut::<4>().0.iter_mut().zip(row.as_chunks::<3>().0)
                {
                    *out = [lab[0], lab[1], lab[2], 0];
                }
            }
            Step::Lab16 => {
                let samples = row.as_chunks::<2>().0;
                for (at, (out, value)) in
                    out.as_chunks_mut::<2>().0.iter_mut().zip(samples).enumerate()
                {
                    let value = u16::from_ne_bytes(*value);
                    *out = if at % bands == 0 { value >> 1 } else { value }.to_ne_bytes();
                }
            }
            Step::Log(xyz) => convert(row, out, |pixel| {
                let [x, y, z] = xyz(u32::from_ne_bytes(pixel)).map(f64::from);
                let values = [x * 95.047, y * 100.0, z * 108.8827].map(|value| value as f32);
                bytemuck::cast::<_, [u8; 12]>(values)
            }),
            // rows come in units there: see `Chroma::rows`
            Step::Chroma(_) => {}
        }
    }

    /// Looks up the first sample of each pixel; the others stand behind its colour as they are.
    fn palette(&self, row: &[u8], out: &mut [u8], bits: u32, colours: &Colours) {
        match colours {
            Colours::Words(words) => {
                let size = 2 * self.bands as usize;
                let pixels = out.chunks_exact_mut(size);
                let colour = words.len() / 65536;
                let samples = self.bands as usize - colour + 1;
                for (out, pixel) in pixels.zip(row.chunks_exact(2 * samples)) {
                    let index = usize::from(u16::from_ne_bytes([pixel[0], pixel[1]]));
                    let words = &words[index * colour..][..colour];
                    let (place, extra) = out.split_at_mut(2 * colour);
                    for (out, word) in place.as_chunks_mut::<2>().0.iter_mut().zip(words) {
                        *out = word.to_ne_bytes();
                    }
                    extra.copy_from_slice(&pixel[2..]);
                }
            }
            Colours::Bytes(bytes) => {
                let bands = self.bands as usize;
                let colour = bytes.len() >> bits;
                let samples = bands - colour + 1;
                let mut sample = Samples { row, bits, at: 0 };
                for out in out.chunks_exact_mut(bands) {
                    let index = usize::from(sample.next());
                    let (place, extra) = out.split_at_mut(colour);
                    place.copy_from_slice(&bytes[index * colour..][..colour]);
                    debug_assert_eq!(extra.len(), samples - 1);
                    extra.iter_mut().for_each(|out| *out = sample.next() << (8 - bits));
                }
            }
        }
    }
}

/// Samples of 1, 2, 4 or 8 bits, one after the other.
struct Samples<'a> {
    row: &'a [u8],
    bits: u32,
    at: usize,
}

impl Samples<'_> {
    fn next(&mut self) -> u8 {
        let bit = self.at * self.bits as usize;
        self.at += 1;
        let byte = self.row.get(bit / 8).copied().unwrap_or(0);
        byte << (bit % 8) >> (8 - self.bits)
    }
}

fn convert<const IN: usize, const OUT: usize>(
    row: &[u8],
    out: &mut [u8],
    value: impl Fn([u8; IN]) -> [u8; OUT],
) {
    for (out, input) in out.as_chunks_mut::<OUT>().0.iter_mut().zip(row.as_chunks::<IN>().0) {
        *out = value(*input);
    }
}

/// Pixels of few bits, from 0 to 255.
fn spread(row: &[u8], out: &mut [u8], bits: u32, invert: bool) {
    let table = &SPREAD[bits.ilog2() as usize];
    let scale = 255 / ((1 << bits) - 1);
    let mask = if invert { 255 } else { 0 };
    for (out, &byte) in out.chunks_mut(8 / bits as usize).zip(row) {
        let values = &table[usize::from(byte)];
        for (out, value) in out.iter_mut().zip(values) {
            *out = (value * scale) ^ mask;
        }
    }
}

/// A sample of Lab of 8 bits in 16.
fn lab8(band: usize, value: u8) -> i16 {
    match band {
        0 => (i32::from(value) * 32767 / 255) as i16,
        1 | 2 => i16::from(value as i8) << 8,
        _ => (u16::from(value) * 257) as i16,
    }
}

/// A float of 16 bits (IEEE 754 binary16).
fn from_half(half: u16) -> f32 {
    let sign = u32::from(half >> 15) << 31;
    let (exponent, fraction) = (u32::from(half >> 10 & 31), u32::from(half & 0x3FF));
    let bits = match (exponent, fraction) {
        (0, 0) => 0,
        // too small for an exponent: so many times two to the power of -24
        (0, _) => return f32::from_bits(sign | (fraction as f32 * 2.0_f32.powi(-24)).to_bits()),
        (31, _) => 0x7F80_0000 | fraction << 13,
        _ => (exponent + 112) << 23 | fraction << 13,
    };
    f32::from_bits(sign | bits)
}

fn odd_bits() -> windlass_core::Error {
    unsupported("samples_per_pixel not a whole number of bytes")
}

/// Samples that are taken as they are, or nearly so.
fn plain(layout: &Layout) -> Result<Convert> {
    use Interpretation as I;
    use SampleFormat::{Complex, Float, Signed, Unsigned};
    if !layout.bits.is_multiple_of(8) {
        return Err(odd_bits());
    }
    let (format, mut step) = match (layout.bits, layout.format) {
        (8, Signed) => (BandFormat::I8, Step::Copy),
        (8, Unsigned) => (BandFormat::U8, Step::Copy),
        (16, Signed) => (BandFormat::I16, Step::Copy),
        (16, Unsigned) => (BandFormat::U16, Step::Copy),
        (16, Float) => (BandFormat::F32, Step::Half),
        (32, Signed) => (BandFormat::I32, Step::Copy),
        (32, Unsigned) => (BandFormat::U32, Step::Copy),
        (32, Float) => (BandFormat::F32, Step::Copy),
        (64, Float) => (BandFormat::F64, Step::Copy),
        (64, Signed) => (BandFormat::F64, Step::Wide { signed: true }),
        (64, Unsigned) => (BandFormat::F64, Step::Wide { signed: false }),
        (64, Complex) => (BandFormat::C64, Step::Copy),
        (128, Complex) => (BandFormat::C128, Step::Copy),
        _ => return Err(unsupported("unsupported tiff image type")),
    };
    let interpretation = match layout.photometric {
        tags::MIN_IS_WHITE | tags::MIN_IS_BLACK => {
            let whole = layout.format == Unsigned && layout.bits <= 32;
            if layout.photometric == tags::MIN_IS_WHITE && whole {
                step = Step::Invert;
            }
            if layout.bits == 16 { I::Grey16 } else { I::BlackWhite }
        }
        tags::RGB | tags::YCBCR if layout.samples >= 3 => match format {
            BandFormat::U16 => I::Rgb16,
            BandFormat::F32 => I::Scrgb,
            _ => I::Srgb,
        },
        tags::CIELAB if layout.samples >= 3 => I::Lab,
        tags::SEPARATED if layout.samples >= 4 && layout.cmyk => I::Cmyk,
        _ => I::Multiband,
    };
    Ok(Convert::new(layout.samples, format, interpretation, step))
}

/// Indices and their colours.
fn palette(page: &Page) -> Result<Convert> {
    use Interpretation as I;
    let layout = &page.layout;
    if layout.format == SampleFormat::Float || page.palette.is_empty() {
        return Err(unsupported("unsupported tiff image type"));
    }
    let entries = 1 << layout.bits;
    let [red, green, blue] = [0, 1, 2].map(|run| &page.palette[run * entries..][..entries]);
    let grey = red == green && green == blue;
    let runs: &[&[u16]] = if grey { &[red] } else { &[red, green, blue] };
    let words = (0..entries).flat_map(|index| runs.iter().map(move |run| run[index]));
    let extra = layout.samples - 1;
    let bands = runs.len() as u32 + extra;
    if layout.bits == 16 {
        let space = if grey { I::Grey16 } else { I::Rgb16 };
        let step = Step::Palette { bits: 16, colours: Colours::Words(words.collect()) };
        return Ok(Convert::new(bands, BandFormat::U16, space, step));
    }
    // some writers give 8 bits where the standard wants 16
    let small = page.palette.iter().all(|value| *value < 256);
    let bytes = words.map(|word| if small { word as u8 } else { (word >> 8) as u8 }).collect();
    let space = if grey { I::BlackWhite } else { I::Srgb };
    let step = Step::Palette { bits: layout.bits, colours: Colours::Bytes(bytes) };
    Ok(Convert::new(bands, BandFormat::U8, space, step))
}

fn chroma(page: &Page) -> Result<Convert> {
    let layout = &page.layout;
    if layout.bits != 8 || layout.samples != 3 || layout.planar {
        return Err(unsupported("subsampled images not supported"));
    }
    let step = Step::Chroma(Box::new(Chroma::new(page)));
    Ok(Convert::new(4, BandFormat::U8, Interpretation::Srgb, step))
}

/// Luma and chroma to RGB (TIFF 6.0 §21), in the arithmetic of 16 bits behind the point that is usual.
#[derive(Clone, Debug)]
pub(super) struct Chroma {
    across: usize,
    down: usize,
    luma: [i32; 256],
    red: [i32; 256],
    blue: [i32; 256],
    green_red: [i32; 256],
    green_blue: [i32; 256],
}

impl Chroma {
    fn new(page: &Page) -> Self {
        const ONE: f64 = 65536.0;
        let [red, green, blue] = page.luma;
        let reference = &page.reference;
        let fixed = |value: f64| (value * ONE + 0.5) as i32;
        let red_part = (2.0 - 2.0 * red).clamp(0.0, 2.0);
        let blue_part = (2.0 - 2.0 * blue).clamp(0.0, 2.0);
        let green_red = -fixed((red * red_part / green).clamp(0.0, 2.0));
        let green_blue = -fixed((blue * blue_part / green).clamp(0.0, 2.0));
        let (red_part, blue_part) = (fixed(red_part), fixed(blue_part));
        // a code to a value: black and white as the file has them, to a full range
        let value = |code: f64, black: f64, white: f64, full: f64| {
            let range = if white == black { 1.0 } else { white - black };
            ((code - black.trunc()) * full / range).clamp(-512.0, 512.0) as i32
        };
        let mut chroma = Self {
            across: page.layout.subsampling.0 as usize,
            down: page.layout.subsampling.1 as usize,
            luma: [0; 256],
            red: [0; 256],
            blue: [0; 256],
            green_red: [0; 256],
            green_blue: [0; 256],
        };
        for code in 0..256 {
            let from_zero = code as f64 - 128.0;
            let b = value(from_zero, reference[2] - 128.0, reference[3] - 128.0, 127.0);
            let r = value(from_zero, reference[4] - 128.0, reference[5] - 128.0, 127.0);
            chroma.luma[code] = value(code as f64, reference[0], reference[1], 255.0);
            chroma.red[code] = (red_part * r + 32768) >> 16;
            chroma.blue[code] = (blue_part * b + 32768) >> 16;
            chroma.green_red[code] = green_red * r;
            chroma.green_blue[code] = green_blue * b + 32768;
        }
        chroma
    }

    /// Converts row `y` of a chunk, given all its units, `row` bytes for a row of them.
    pub(super) fn row(&self, units: &[u8], row: usize, y: usize, out: &mut [u8]) {
        let size = self.across * self.down + 2;
        let Some(units) = units.chunks_exact(row).nth(y / self.down) else { return };
        let luma = y % self.down * self.across;
        let pixels = out.chunks_mut(4 * self.across);
        for (pixels, unit) in pixels.zip(units.chunks_exact(size)) {
            let (b, r) = (usize::from(unit[size - 2]), usize::from(unit[size - 1]));
            let parts = [self.red[r], (self.green_blue[b] + self.green_red[r]) >> 16, self.blue[b]];
            for (pixel, &luma) in pixels.as_chunks_mut::<4>().0.iter_mut().zip(&unit[luma..]) {
                let luma = self.luma[usize::from(luma)];
                let [red, green, blue] = parts.map(|part| (luma + part).clamp(0, 255) as u8);
                *pixel = [red, green, blue, 255];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_exact() {
        let pairs = [
            (0x3C00, 1.0),
            (0xC000, -2.0),
            (0x0001, 2.0_f32.powi(-24)),
            (0x7BFF, 65504.0),
            (0x0400, 2.0_f32.powi(-14)),
            (0x3555, 0.333_251_95),
        ];
        for (half, float) in pairs {
            assert_eq!(from_half(half), float, "{half:04x}");
        }
        assert!(from_half(0x7E00).is_nan());
        assert_eq!(from_half(0xFC00), f32::NEG_INFINITY);
    }

    #[test]
    fn few_bits_are_spread() {
        let mut out = [0; 5];
        spread(&[0b1010_0000, 0], &mut out, 1, false);
        assert_eq!(out, [255, 0, 255, 0, 0]);
        spread(&[0b0001_1011, 0b1100_0000], &mut out, 2, true);
        assert_eq!(out, [255, 170, 85, 0, 0]);
        spread(&[0x0F, 0xA5, 0x10], &mut out, 4, false);
        assert_eq!(out, [0, 255, 170, 85, 17]);
    }

    #[test]
    fn grey_without_chroma() {
        let mut samples = Samples { row: &[0xE4], bits: 2, at: 0 };
        assert_eq!([0; 4].map(|_: i32| samples.next()), [3, 2, 1, 0]);
    }
}
