//! A choice between two images, pixel by pixel.
//!
//! The reference passes an input untouched where all of a cell of 128 × 128 pixels chooses it,
//! and mixes elsewhere. That shows for samples that can be negative, overflow or be infinite: for
//! them `blend` looks at whole cells of the condition; unsigned samples of 8 and 16 bits need not.

#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use super::bad;
use windlass_core::{
    Ask, BandFormat, Build, Complex, Header, Image, Kernel, Operator, Rect, Region, RegionMut,
    Result, Run, Sample, Sees, align, cast, dispatch,
};
use windlass_macros::Operation;
use windlass_simd::resample::wide;

/// Choose between two images.
///
/// Where `cond` is not zero the pixel is that of `in1`, elsewhere that of `in2`. A condition of
/// one band chooses whole pixels. With `blend`, values between 0 and 255 mix the two.
#[derive(Operation)]
#[operation(family = "conversion")]
pub struct Ifthenelse {
    /// Condition input image
    pub cond: Image,
    /// Source for TRUE pixels
    pub in1: Image,
    /// Source for FALSE pixels
    pub in2: Image,
    /// Blend smoothly between then and else parts
    #[arg(default = false)]
    pub blend: bool,
}

impl Build for Ifthenelse {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let cond = cast(&self.cond, BandFormat::U8)?;
        let branches = align::formats(&[self.in1.clone(), self.in2.clone()])?;
        let [in1, in2] = &branches[..] else { return Err(bad("ifthenelse: no input images")) };
        let inputs = [in1.clone(), in2.clone(), cond.clone()];
        let single = cond.header().bands == 1;
        let mut images = align::bands("ifthenelse", &inputs, 1)?;
        if single {
            images[2] = cond;
        }
        let images = align::sizes(&images)?;
        let header = Header::inherit(&images).ok_or_else(|| bad("ifthenelse: no input images"))?;
        let repeat = if single { header.bands as usize } else { 1 };
        let inputs = [&images[2], &images[0], &images[1]];
        if self.blend { blended(header, &inputs, repeat) } else { chosen(header, &inputs, repeat) }
    }
}

/// The choice, sample by sample.
fn chosen(header: Header, inputs: &[&Image], repeat: usize) -> Result<Image> {
    let mix = dispatch!(header.format, T => choose::<T> as Mix);
    Image::point(header, inputs, Mixed { repeat, mix })
}

/// The mix, by cells where that shows.
fn blended(header: Header, inputs: &[&Image], repeat: usize) -> Result<Image> {
    let mix = dispatch!(header.format, T => blend::<T> as Mix);
    let mixed = Mixed { repeat, mix };
    if matches!(header.format, BandFormat::U8 | BandFormat::U16) {
        return Image::point(header, inputs, mixed);
    }
    let all = header.rect();
    Image::area(header, inputs, Cells { all, mixed })
}

/// Samples from a condition, the samples of both branches, as bytes.
type Mix = fn(&[u8], &[u8], &[u8], &mut [u8]);

fn choose<T: Sample>(cond: &[u8], a: &[u8], b: &[u8], out: &mut [u8]) {
    let (a, b) = (bytemuck::cast_slice(a), bytemuck::cast_slice(b));
    let out = bytemuck::cast_slice_mut(out);
    wide(
        #[inline(always)]
        || choose_samples::<T>(cond, a, b, out),
    );
}

#[inline(always)]
fn choose_samples<T: Sample>(cond: &[u8], a: &[T], b: &[T], out: &mut [T]) {
    for (((out, cond), a), b) in out.iter_mut().zip(cond).zip(a).zip(b) {
        *out = if *cond == 0 { *b } else { *a };
    }
}

fn blend<T: Blend>(cond: &[u8], a: &[u8], b: &[u8], out: &mut [u8]) {
    let (a, b) = (bytemuck::cast_slice::<_, T>(a), bytemuck::cast_slice::<_, T>(b));
    let out = bytemuck::cast_slice_mut::<_, T>(out);
    for (((out, cond), a), b) in out.iter_mut().zip(cond).zip(a).zip(b) {
        *out = T::blend(*cond, *a, *b);
    }
}

/// A sample that can be mixed with another in 255 steps.
trait Blend: Sample {
    /// `share` 255ths of `a`, the rest of `b`.
    fn blend(share: u8, a: Self, b: Self) -> Self;
}

macro_rules! blends {
    ($($t:ty: $wide:ty, |$v:ident, $a:ident, $b:ident| $mix:expr;)*) => {$(
        impl Blend for $t {
            fn blend(share: u8, a: Self, b: Self) -> Self {
                let ($v, $a, $b) = (<$wide>::from(share), <$wide>::from(a), <$wide>::from(b));
                $mix as Self
            }
        }
    )*};
}

blends! {
    u8: u16, |v, a, b| by_255(v * a + (255 - v) * b + 128);
    i8: i32, |v, a, b| (v * a + (255 - v) * b + 128) / 255;
    u16: u32, |v, a, b| (v * a + (255 - v) * b + 128) / 255;
    i16: i32, |v, a, b| (v * a + (255 - v) * b + 128) / 255;
    u32: u32, |v, a, b| v.wrapping_mul(a).wrapping_add((255 - v).wrapping_mul(b)).wrapping_add(128) / 255;
    i32: i32, |v, a, b| v.wrapping_mul(a).wrapping_add((255 - v).wrapping_mul(b)).wrapping_add(128) / 255;
    f32: f64, |v, a, b| v / 255.0 * a + (1.0 - v / 255.0) * b;
    f64: f64, |v, a, b| v / 255.0 * a + (1.0 - v / 255.0) * b;
}

impl Blend for Complex<f32> {
    fn blend(share: u8, a: Self, b: Self) -> Self {
        Self::new(f32::blend(share, a.re(), b.re()), f32::blend(share, a.im(), b.im()))
    }
}

impl Blend for Complex<f64> {
    fn blend(share: u8, a: Self, b: Self) -> Self {
        Self::new(f64::blend(share, a.re(), b.re()), f64::blend(share, a.im(), b.im()))
    }
}

/// `floor(sum / 255)` of a sum up to 255 × 255 + 128.
fn by_255(sum: u16) -> u16 {
    (sum + 1 + (sum >> 8)) >> 8
}

/// Two branches mixed by a condition, whose samples stand for `repeat` samples each.
struct Mixed {
    repeat: usize,
    mix: Mix,
}

impl Mixed {
    fn row(&self, cond: &[u8], a: &[u8], b: &[u8], out: &mut [u8]) {
        if self.repeat == 1 {
            return (self.mix)(cond, a, b, out);
        }
        let size = out.len() / (cond.len() * self.repeat).max(1);
        let mut wide = [0; 1024];
        let pixels = (wide.len() / self.repeat).max(1);
        let bytes = pixels * self.repeat * size;
        let runs = out.chunks_mut(bytes).zip(a.chunks(bytes)).zip(b.chunks(bytes));
        for (((out, a), b), cond) in runs.zip(cond.chunks(pixels)) {
            self.expanded(cond, a, b, out, &mut wide, size);
        }
    }

    /// A run of pixels, or parts of the one pixel that does not fit.
    fn expanded(
        &self,
        cond: &[u8],
        a: &[u8],
        b: &[u8],
        out: &mut [u8],
        wide: &mut [u8],
        size: usize,
    ) {
        let most = wide.len();
        match self.repeat {
            2 => repeat_each::<2>(cond, wide),
            3 => repeat_each::<3>(cond, wide),
            4 => repeat_each::<4>(cond, wide),
            _ => {
                let pixels = wide.chunks_mut(self.repeat).zip(cond);
                pixels.for_each(|(pixel, cond)| pixel.fill(*cond));
            }
        }
        let parts = out.chunks_mut(most * size).zip(a.chunks(most * size));
        for ((out, a), b) in parts.zip(b.chunks(most * size)) {
            (self.mix)(&wide[..out.len() / size], a, b, out);
        }
    }
}

/// Repeats each sample of `cond` `N` times.
fn repeat_each<const N: usize>(cond: &[u8], wide: &mut [u8]) {
    let pixels = wide.as_chunks_mut::<N>().0.iter_mut().zip(cond);
    pixels.for_each(|(pixel, cond)| *pixel = [*cond; N]);
}

impl Kernel for Mixed {
    fn sees(&self) -> Sees {
        if self.repeat == 1 { Sees::Sample } else { Sees::Pixel }
    }

    fn run(&self, inputs: &[&[u8]], out: &mut [u8], _: Run) {
        self.row(inputs[0], inputs[1], inputs[2], out);
    }
}

/// The same, where cells whose condition is one everywhere pass their branch untouched.
struct Cells {
    all: Rect,
    mixed: Mixed,
}

/// Side of a cell.
const CELL: i32 = 128;

impl Cells {
    /// All cells that `out` touches.
    fn around(&self, out: Rect) -> Rect {
        let (left, top) = (out.left / CELL * CELL, out.top / CELL * CELL);
        let (right, bottom) = (up(out.right()), up(out.bottom()));
        Rect::new(left, top, right - left, bottom - top).intersect(&self.all)
    }
}

fn up(edge: i32) -> i32 {
    edge.div_euclid(CELL).saturating_add(i32::from(edge % CELL != 0)).saturating_mul(CELL)
}

impl Operator for Cells {
    type Scratch = ();

    fn scratch(&self) {}

    fn needs(&self, out: Rect, ask: &mut Ask) {
        ask.read(0, self.around(out));
        ask.read(1, out);
        ask.read(2, out);
    }

    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        let [cond, a, b] = inputs else { return Ok(()) };
        let (rect, around) = (out.rect(), self.around(out.rect()));
        for top in (around.top..around.bottom()).step_by(CELL as usize) {
            for left in (around.left..around.right()).step_by(CELL as usize) {
                let cell = Rect::new(left, top, CELL, CELL).intersect(&around);
                let part = cell.intersect(&rect);
                match uniform(cond, cell) {
                    Some(255) => copy(a, part, out),
                    Some(0) => copy(b, part, out),
                    _ => self.mix(cond, a, b, part, out),
                }
            }
        }
        Ok(())
    }
}

impl Cells {
    fn mix(
        &self,
        cond: &Region<'_>,
        a: &Region<'_>,
        b: &Region<'_>,
        part: Rect,
        out: &mut RegionMut<'_>,
    ) {
        let (left, pixel) = (out.rect().left, out.pixel_size());
        for y in part.top..part.bottom() {
            let cond = pixels(cond, y, part);
            self.mixed.row(
                cond,
                pixels(a, y, part),
                pixels(b, y, part),
                columns(out.bytes(y), part, left, pixel),
            );
        }
    }
}

fn copy(from: &Region<'_>, part: Rect, out: &mut RegionMut<'_>) {
    let (left, pixel) = (out.rect().left, out.pixel_size());
    for y in part.top..part.bottom() {
        columns(out.bytes(y), part, left, pixel).copy_from_slice(pixels(from, y, part));
    }
}

/// The value that all of a cell has.
fn uniform(cond: &Region<'_>, cell: Rect) -> Option<u8> {
    let value = pixels(cond, cell.top, cell)[0];
    let row = |y| pixels(cond, y, cell).iter().all(|x| *x == value);
    (cell.top..cell.bottom()).all(row).then_some(value)
}

/// The columns of `part` in a row of a region.
fn pixels<'a>(region: &Region<'a>, y: i32, part: Rect) -> &'a [u8] {
    let start = (part.left - region.rect().left) as usize * region.pixel_size();
    &region.bytes(y)[start..start + part.width as usize * region.pixel_size()]
}

/// The columns of `part` in a row that starts at `left`.
fn columns(row: &mut [u8], part: Rect, left: i32, pixel: usize) -> &mut [u8] {
    &mut row[(part.left - left) as usize * pixel..][..part.width as usize * pixel]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(bands: i32, bytes: &[u8]) -> Image {
        let width = bytes.len() as i32 / bands;
        Image::from_memory(width, 1, bands, BandFormat::U8, bytes.to_vec()).unwrap()
    }

    #[test]
    fn pixels_are_chosen_whole_or_by_band() {
        let (a, b) = (row(2, &[1, 2, 3, 4]), row(2, &[5, 6, 7, 8]));
        let choose =
            |cond: Image| Ifthenelse::new(cond, &a, &b).build().unwrap().to_memory().unwrap();
        assert_eq!(choose(row(1, &[9, 0])), [1, 2, 7, 8]);
        assert_eq!(choose(row(2, &[0, 1, 1, 0])), [5, 2, 3, 8]);
    }

    #[test]
    fn the_division_is_exact() {
        for sum in 0..=255 * 255 + 128_u16 {
            assert_eq!(by_255(sum), sum / 255);
        }
    }

    #[test]
    fn signed_samples_are_mixed_by_cell() {
        let signed = |values: [i8; 3]| {
            let bytes = values.map(|x| x as u8).to_vec();
            Image::from_memory(3, 1, 1, BandFormat::I8, bytes).unwrap()
        };
        let (a, b) = (signed([-1, -5, -9]), signed([7, -3, -9]));
        let blend = |cond: &[u8]| {
            let out = Ifthenelse::new(row(1, cond), &a, &b).blend(true).build().unwrap();
            out.to_memory().unwrap().iter().map(|x| *x as i8).collect::<Vec<_>>()
        };
        assert_eq!(blend(&[255, 0, 128]), [0, -2, -8]);
        assert_eq!(blend(&[255, 255, 255]), [-1, -5, -9]);
    }

    #[test]
    fn pixels_wider_than_the_buffer_are_cut() {
        let bands = 3000;
        let (a, b) = (row(bands, &[1; 6000]), row(bands, &[2; 6000]));
        let out = Ifthenelse::new(row(1, &[0, 1]), a, b).build().unwrap().to_memory().unwrap();
        assert!(out[..3000].iter().all(|x| *x == 2) && out[3000..].iter().all(|x| *x == 1));
    }
}
