//! Pictures of half the size: each pixel from two by two (`reference/formats/pyramids.md` §2, §4).

use windlass_core::declare::image_operation;
use windlass_core::{
    Ask, Coding, Error, ErrorKind, Header, Image, Operator, Real, Rect, Region, RegionMut, Result,
    Sample, Traits, dispatch,
};
use windlass_macros::ArgEnum;

/// How two by two pixels become one.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsRegionShrink")]
#[non_exhaustive]
pub enum RegionShrink {
    /// Their mean
    Mean = 0,
    /// The smaller of the larger of each row
    Median = 1,
    /// The most frequent value
    Mode = 2,
    /// The largest
    Max = 3,
    /// The smallest
    Min = 4,
    /// The one at the top left
    Nearest = 5,
}

/// What becomes of a last column or row that has no partner.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum Rounding {
    /// It is left out, unless it is the only one
    Down,
    /// It is its own partner
    Up,
}

impl Rounding {
    /// Half of a length, at least 1.
    pub fn half(self, length: i32) -> i32 {
        match self {
            Self::Down => (length / 2).max(1),
            Self::Up => length / 2 + length % 2,
        }
    }
}

/// The image at half its size.
///
/// Pixels with an alpha are weighed by it, whatever `kind` says; packed Lab is averaged unpacked.
pub fn halved(image: &Image, kind: RegionShrink, rounding: Rounding) -> Result<Image> {
    let header = image.header();
    if header.coding == Coding::Labq {
        let lab = image_operation("LabQ2Lab", [("in", image.clone().into())])?;
        let half = halved(&lab, RegionShrink::Mean, rounding)?;
        return image_operation("Lab2LabQ", [("in", half.into())]);
    }
    if header.format.is_complex() {
        let text = format!("{} images can't be shrunk", header.format);
        return Err(Error::new(ErrorKind::Unsupported, text));
    }
    let small = Header {
        width: rounding.half(header.width),
        height: rounding.half(header.height),
        filename: None,
        ..header.clone()
    };
    let bands = header.bands as usize;
    let alpha = header.has_alpha();
    dispatch!(header.format,
        real T => Image::area(small, &[image], Halve { bands, row: row_of::<T>(kind, alpha) }),
        complex C => Err(Error::new(ErrorKind::Unsupported, C::FORMAT.nick())))
}

/// Makes a row of half the width from two rows.
type HalveRow<T> = fn(bands: usize, above: &[T], below: &[T], out: &mut [T]);

struct Halve<T> {
    bands: usize,
    row: HalveRow<T>,
}

impl<T: Sample> Operator for Halve<T> {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { cost: 4.0, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        ask.read(0, Rect::new(2 * out.left, 2 * out.top, 2 * out.width, 2 * out.height));
    }

    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        for (y, row) in out.rows::<T>() {
            (self.row)(self.bands, inputs[0].row(2 * y), inputs[0].row(2 * y + 1), row);
        }
        Ok(())
    }
}

/// A sample that can be averaged with three others.
trait Quarter: Real {
    /// The mean: rounded half up for integers.
    fn mean(a: Self, b: Self, c: Self, d: Self) -> Self;
}

macro_rules! quarters {
    ($($t:ident $sum:ident)*) => {$(
        impl Quarter for $t {
            fn mean(a: Self, b: Self, c: Self, d: Self) -> Self {
                ([a, b, c, d].map($sum::from).iter().sum::<$sum>() + 2 >> 2) as Self
            }
        }
    )*};
}

quarters!(u8 u16 i8 i16 u16 u32 i16 i32 u32 u64 i32 i64);

impl Quarter for f32 {
    fn mean(a: Self, b: Self, c: Self, d: Self) -> Self {
        (a + b + c + d) / 4.0
    }
}

impl Quarter for f64 {
    fn mean(a: Self, b: Self, c: Self, d: Self) -> Self {
        (a + b + c + d) / 4.0
    }
}

fn row_of<T: Quarter>(kind: RegionShrink, alpha: bool) -> HalveRow<T> {
    if alpha {
        return weighted;
    }
    match kind {
        RegionShrink::Mean => |bands, above, below, out| each(bands, above, below, out, T::mean),
        RegionShrink::Median => |bands, above, below, out| {
            each(bands, above, below, out, |a, b, c, d| low(high(a, b), high(c, d)));
        },
        RegionShrink::Mode => |bands, above, below, out| each(bands, above, below, out, mode),
        RegionShrink::Max => |bands, above, below, out| {
            each(bands, above, below, out, |a, b, c, d| high(high(a, b), high(c, d)));
        },
        RegionShrink::Min => |bands, above, below, out| {
            each(bands, above, below, out, |a, b, c, d| low(low(a, b), low(c, d)));
        },
        RegionShrink::Nearest => |bands, above, below, out| {
            each(bands, above, below, out, |a, _, _, _| a);
        },
    }
}

fn high<T: Real>(a: T, b: T) -> T {
    if b > a { b } else { a }
}

fn low<T: Real>(a: T, b: T) -> T {
    if b < a { b } else { a }
}

fn mode<T: Real>(a: T, b: T, c: T, d: T) -> T {
    if a == b {
        a
    } else if b == c || b == d {
        b
    } else if a == d {
        a
    } else {
        c
    }
}

/// Each sample from four, the bands on their own.
fn each<T: Sample>(
    bands: usize,
    above: &[T],
    below: &[T],
    out: &mut [T],
    four: impl Fn(T, T, T, T) -> T,
) {
    match bands {
        1 => each_of::<T, 1>(above, below, out, four),
        2 => each_of::<T, 2>(above, below, out, four),
        3 => each_of::<T, 3>(above, below, out, four),
        4 => each_of::<T, 4>(above, below, out, four),
        _ => {
            let pairs = above.chunks_exact(2 * bands).zip(below.chunks_exact(2 * bands));
            for ((above, below), out) in pairs.zip(out.chunks_exact_mut(bands)) {
                for (band, out) in out.iter_mut().enumerate() {
                    let next = band + bands;
                    *out = four(above[band], above[next], below[band], below[next]);
                }
            }
        }
    }
}

/// [`each`] for a number of bands that the compiler knows.
fn each_of<T: Sample, const BANDS: usize>(
    above: &[T],
    below: &[T],
    out: &mut [T],
    four: impl Fn(T, T, T, T) -> T,
) {
    let pairs = above.chunks_exact(2 * BANDS).zip(below.chunks_exact(2 * BANDS));
    for ((above, below), out) in pairs.zip(out.as_chunks_mut::<BANDS>().0) {
        for (band, out) in out.iter_mut().enumerate() {
            *out = four(above[band], above[band + BANDS], below[band], below[band + BANDS]);
        }
    }
}

/// Colours weighed by the alpha, which is the last band; 0 where all is transparent.
fn weighted<T: Real>(bands: usize, above: &[T], below: &[T], out: &mut [T]) {
    let pairs = above.chunks_exact(2 * bands).zip(below.chunks_exact(2 * bands));
    for ((above, below), out) in pairs.zip(out.chunks_exact_mut(bands)) {
        let four = |band: usize| {
            [above[band], above[band + bands], below[band], below[band + bands]].map(T::to_f64)
        };
        let last = bands - 1;
        let alphas = four(last);
        let sum: f64 = alphas.iter().sum();
        for (band, out) in out[..last].iter_mut().enumerate() {
            let colours: f64 =
                four(band).iter().zip(alphas).map(|(value, alpha)| value * alpha).sum();
            *out = T::from_f64(if sum == 0.0 { 0.0 } else { colours / sum });
        }
        out[last] = T::from_f64(sum / 4.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::{BandFormat, Interpretation};

    const KINDS: [RegionShrink; 6] = [
        RegionShrink::Mean,
        RegionShrink::Median,
        RegionShrink::Mode,
        RegionShrink::Max,
        RegionShrink::Min,
        RegionShrink::Nearest,
    ];

    fn grey(width: i32, height: i32, samples: &[u8]) -> Image {
        Image::from_memory(width, height, 1, BandFormat::U8, samples.to_vec()).unwrap()
    }

    #[test]
    fn vectors_of_the_reference() {
        let vectors: [([u8; 4], [u8; 6]); 4] = [
            ([1, 2, 3, 5], [3, 2, 3, 5, 1, 1]),
            ([7, 9, 9, 9], [9, 9, 9, 9, 7, 7]),
            ([10, 0, 0, 0], [3, 0, 0, 10, 0, 10]),
            ([0, 255, 255, 255], [191, 255, 255, 255, 0, 0]),
        ];
        for (samples, wanted) in vectors {
            let got = KINDS.map(|kind| {
                let half = halved(&grey(2, 2, &samples), kind, Rounding::Up).unwrap();
                half.to_memory().unwrap()[0]
            });
            assert_eq!(got, wanted, "{samples:?}");
        }
    }

    #[test]
    fn odd_edges_are_repeated_or_left_out() {
        let image = grey(3, 3, &[10, 20, 31, 40, 50, 60, 70, 80, 91]);
        let up = halved(&image, RegionShrink::Mean, Rounding::Up).unwrap();
        assert_eq!(up.to_memory().unwrap(), [30, 46, 75, 91]);
        let one = halved(&up, RegionShrink::Mean, Rounding::Up).unwrap();
        assert_eq!(one.to_memory().unwrap(), [61]);
        let down = halved(&image, RegionShrink::Mean, Rounding::Down).unwrap();
        assert_eq!(down.to_memory().unwrap(), [30]);
    }

    #[test]
    fn colours_are_weighed_by_alpha() {
        let samples = [100, 100, 100, 255, 50, 50, 50, 0, 10, 10, 10, 0, 20, 20, 20, 0];
        let image = Image::from_memory(2, 2, 4, BandFormat::U8, samples.to_vec()).unwrap();
        let header = Header { interpretation: Interpretation::Srgb, ..image.header().clone() };
        let image = image.with_header(header).unwrap();
        for kind in KINDS {
            let half = halved(&image, kind, Rounding::Up).unwrap();
            assert_eq!(half.to_memory().unwrap(), [100, 100, 100, 63]);
        }
    }

    #[test]
    fn large_integers_do_not_wrap() {
        let bytes: Vec<u8> = [i32::MAX; 4].iter().flat_map(|x| x.to_ne_bytes()).collect();
        let image = Image::from_memory(2, 2, 1, BandFormat::I32, bytes).unwrap();
        let half = halved(&image, RegionShrink::Mean, Rounding::Up).unwrap();
        assert_eq!(half.to_memory().unwrap(), i32::MAX.to_ne_bytes());
    }
}
