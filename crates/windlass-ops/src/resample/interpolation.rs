//! Values between pixels: nearest, bilinear and bicubic, in the arithmetic of the reference
//! (`reference/ops/resample.md` §6).

#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use windlass_core::{BandFormat, Interpolator, Real, Region};
use windlass_simd::resample::wide;
use windlass_simd::resample_points::{self, Cubic, Grid, STEPS};

/// Places in the source with its border: the point 0 is the border's first pixel.
#[derive(Debug, Default)]
pub(super) struct Points {
    /// Columns; what is not a number lies outside
    pub(super) x: Vec<f64>,
    /// Rows
    pub(super) y: Vec<f64>,
}

impl Points {
    pub(super) fn clear(&mut self) {
        self.x.clear();
        self.y.clear();
    }

    /// Puts points outside that `holds` says are.
    pub(super) fn keep(&mut self, holds: impl Fn(f64, f64) -> bool) {
        wide(
            #[inline(always)]
            || {
                for (x, y) in self.x.iter_mut().zip(&self.y) {
                    *x = if holds(*x, *y) { *x } else { f64::NAN };
                }
            },
        );
    }
}

/// A place in the source.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Point {
    x: f64,
    y: f64,
}

/// Pixels that an interpolator reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reach {
    /// In a row and in a column
    pub(super) size: i32,
    /// Of them before the point's own
    pub(super) before: i32,
}

impl Reach {
    /// What `interpolator` reads.
    pub(super) fn of(interpolator: Interpolator) -> Self {
        match interpolator {
            Interpolator::Nearest => Self { size: 1, before: 0 },
            Interpolator::Bicubic => Self { size: 4, before: 1 },
            _ => Self { size: 2, before: 0 },
        }
    }
}

/// Catmull-Rom weights of four pixels at every step.
static CUBIC: [[f64; 4]; STEPS + 1] = {
    let mut table = [[0.0; 4]; STEPS + 1];
    let mut step = 0;
    while step <= STEPS {
        table[step] = catmull_rom(step as f64 / STEPS as f64);
        step += 1;
    }
    table
};

/// The same in 12 bits.
static FIXED_CUBIC: [[i32; 4]; STEPS + 1] = {
    let mut table = [[0; 4]; STEPS + 1];
    let mut step = 0;
    while step <= STEPS {
        let mut tap = 0;
        while tap < 4 {
            table[step][tap] = (CUBIC[step][tap] * 4096.0) as i32;
            tap += 1;
        }
        step += 1;
    }
    table
};

/// The same for kernels of bytes.
pub(super) static BYTE_CUBIC: Cubic = Cubic::new(&FIXED_CUBIC);

const fn catmull_rom(t: f64) -> [f64; 4] {
    let u = 1.0 - t;
    let first = -0.5 * t * (u * u);
    let last = -0.5 * (t * t) * u;
    let difference = last - first;
    [first, u - first + difference, t - last - difference, last]
}

/// The step nearest to a fraction of a pixel.
pub(super) fn step_of(fraction: f64) -> usize {
    ((fraction * (2 * STEPS) as f64) as usize).div_ceil(2)
}

/// A sample that can be interpolated.
pub(super) trait Sampled: Real {
    /// The type of bilinear weights.
    type Linear: Copy;
    /// The type of bicubic weights.
    type Cubic: Copy + Send + Sync + 'static;
    /// The sum of a row of four.
    type Row: bytemuck::Pod + Default + Send + Sync;

    /// Weights of the pixels (0,0), (0,1), (1,0), (1,1), row first.
    fn linear(x: f64, y: f64) -> [Self::Linear; 4];
    /// The weighted mean of four.
    fn bilinear(weights: [Self::Linear; 4], samples: [Self; 4]) -> Self;
    /// Weights at a fraction of a pixel.
    fn cubic(fraction: f64) -> [Self::Cubic; 4];
    /// The weighted sum of four in a row.
    fn row(weights: [Self::Cubic; 4], samples: [Self; 4]) -> Self::Row;
    /// The weighted sum of four row sums.
    fn column(weights: [Self::Cubic; 4], rows: [Self::Row; 4]) -> Self;
}

/// Bilinear weights in 12 bits; their sum is exact.
#[inline(always)]
fn fixed_linear(x: f64, y: f64) -> [i32; 4] {
    let (a, b) = ((4096.0 * x) as i32, (4096.0 * y) as i32);
    let rest = 4096 - b;
    let (c11, c01) = ((b * a) >> 12, (rest * a) >> 12);
    [rest - c01, c01, b - c11, c11]
}

#[inline(always)]
fn real_linear(x: f64, y: f64) -> [f64; 4] {
    let (rest_x, rest_y) = (1.0 - x, 1.0 - y);
    [rest_y * rest_x, rest_y * x, y * rest_x, y * x]
}

#[inline(always)]
fn real_sum(weights: [f64; 4], samples: [f64; 4]) -> f64 {
    weights[0] * samples[0]
        + weights[1] * samples[1]
        + weights[2] * samples[2]
        + weights[3] * samples[3]
}

#[inline(always)]
fn fixed_sum(weights: [i32; 4], samples: [i32; 4]) -> i32 {
    // 12-bit weights of 16-bit samples: the sum fits
    let product = |k: usize| weights[k].wrapping_mul(samples[k]);
    product(0).wrapping_add(product(1)).wrapping_add(product(2)).wrapping_add(product(3))
}

/// A sum in 12 bits, rounded to nearest.
#[inline(always)]
fn rounded(sum: i32) -> i32 {
    sum.wrapping_add(2048) >> 12
}

/// As the reference rounds signed sums.
#[inline(always)]
fn rounded_signed(sum: i32) -> i32 {
    sum.wrapping_add(if sum >= 0 { 2048 } else { -2048 }) >> 12
}

macro_rules! fixed_bilinear {
    ($t:ident) => {
        type Linear = i32;
        #[inline(always)]
        fn linear(x: f64, y: f64) -> [i32; 4] {
            fixed_linear(x, y)
        }
        #[inline(always)]
        fn bilinear(weights: [i32; 4], samples: [Self; 4]) -> Self {
            rounded(fixed_sum(weights, samples.map(i32::from))) as Self
        }
    };
}

macro_rules! real_bilinear {
    ($t:ident) => {
        type Linear = f64;
        #[inline(always)]
        fn linear(x: f64, y: f64) -> [f64; 4] {
            real_linear(x, y)
        }
        #[inline(always)]
        fn bilinear(weights: [f64; 4], samples: [Self; 4]) -> Self {
            real_sum(weights, samples.map(f64::from)) as Self
        }
    };
}

macro_rules! bytes {
    ($($t:ident $rounded:ident)*) => {$(
        impl Sampled for $t {
            fixed_bilinear!($t);
            type Cubic = i32;
            type Row = i16;
            #[inline(always)]
            fn cubic(fraction: f64) -> [i32; 4] {
                FIXED_CUBIC[step_of(fraction)]
            }
            #[inline(always)]
            fn row(weights: [i32; 4], samples: [Self; 4]) -> i16 {
                // at most a quarter more than a byte
                $rounded(fixed_sum(weights, samples.map(i32::from))) as i16
            }
            #[inline(always)]
            fn column(weights: [i32; 4], rows: [i16; 4]) -> Self {
                let value = $rounded(fixed_sum(weights, rows.map(i32::from)));
                value.clamp(i32::from($t::MIN), i32::from($t::MAX)) as Self
            }
        }
    )*};
}

bytes!(u8 rounded i8 rounded_signed);

macro_rules! integers {
    ($($t:ident $linear:ident $max:expr;)*) => {$(
        impl Sampled for $t {
            $linear!($t);
            type Cubic = f64;
            type Row = f64;
            #[inline(always)]
            fn cubic(fraction: f64) -> [f64; 4] {
                CUBIC[step_of(fraction)]
            }
            #[inline(always)]
            fn row(weights: [f64; 4], samples: [Self; 4]) -> f64 {
                real_sum(weights, samples.map(f64::from))
            }
            #[inline(always)]
            fn column(weights: [f64; 4], rows: [f64; 4]) -> Self {
                real_sum(weights, rows).clamp(f64::from($t::MIN), f64::from($max)) as Self
            }
        }
    )*};
}

integers! {
    u16 fixed_bilinear u16::MAX;
    i16 fixed_bilinear i16::MAX;
    i32 real_bilinear i32::MAX;
    // the reference clips to the signed range
    u32 real_bilinear i32::MAX;
}

impl Sampled for f32 {
    real_bilinear!(f32);
    type Cubic = f64;
    type Row = Self;

    #[inline(always)]
    fn cubic(fraction: f64) -> [f64; 4] {
        CUBIC[step_of(fraction)]
    }

    #[inline(always)]
    fn row(weights: [f64; 4], samples: [Self; 4]) -> Self {
        real_sum(weights, samples.map(f64::from)) as Self
    }

    #[inline(always)]
    fn column(weights: [f64; 4], rows: [Self; 4]) -> Self {
        real_sum(weights, rows.map(f64::from)) as Self
    }
}

impl Sampled for f64 {
    real_bilinear!(f64);
    type Cubic = Self;
    type Row = Self;

    #[inline(always)]
    fn cubic(fraction: Self) -> [Self; 4] {
        catmull_rom(fraction)
    }

    #[inline(always)]
    fn row(weights: [Self; 4], samples: [Self; 4]) -> Self {
        real_sum(weights, samples)
    }

    #[inline(always)]
    fn column(weights: [Self; 4], rows: [Self; 4]) -> Self {
        real_sum(weights, rows)
    }
}

/// The pixels that a row of points is sampled from.
pub(super) struct Source<'a, T> {
    rows: Vec<&'a [T]>,
    /// The same rows, where samples are bytes
    bytes: Vec<&'a [u8]>,
    /// Column of the bordered source where rows begin
    left: i32,
    /// Row of the bordered source where `rows` begins
    top: i32,
    bands: usize,
}

impl<'a, T: Sampled> Source<'a, T> {
    /// The pixels of `region`, whose coordinates are `shift` less than those of points.
    pub(super) fn new(region: &Region<'a>, shift: i32) -> Self {
        let rect = region.rect();
        let is_bytes = T::FORMAT == BandFormat::U8;
        let byte_rows = if is_bytes { rect.top..rect.bottom() } else { 0..0 };
        Self {
            bytes: byte_rows.map(|y| region.bytes(y)).collect(),
            rows: (rect.top..rect.bottom()).map(|y| region.row(y)).collect(),
            left: rect.left + shift,
            top: rect.top + shift,
            bands: region.pixel_size() / size_of::<T>(),
        }
    }

    /// No pixels: all points lie outside.
    pub(super) fn empty(bands: usize) -> Self {
        Self { rows: Vec::new(), bytes: Vec::new(), left: 0, top: 0, bands }
    }

    /// Fills `out` with the source at `points`; those outside become `ink`.
    pub(super) fn sample(
        &self,
        interpolator: Interpolator,
        points: &Points,
        ink: &[T],
        out: &mut [T],
    ) {
        if self.sample_bytes(interpolator, points, ink, out) {
            return;
        }
        match self.bands {
            1 => self.sample_bands::<1>(interpolator, points, ink, out),
            2 => self.sample_bands::<2>(interpolator, points, ink, out),
            3 => self.sample_bands::<3>(interpolator, points, ink, out),
            4 => self.sample_bands::<4>(interpolator, points, ink, out),
            _ => self.sample_bands::<0>(interpolator, points, ink, out),
        }
    }

    /// As `sample`, if there is a kernel for it.
    fn sample_bytes(
        &self,
        interpolator: Interpolator,
        Points { x, y }: &Points,
        ink: &[T],
        out: &mut [T],
    ) -> bool {
        let bands = self.bands;
        if T::FORMAT != BandFormat::U8 || !(1..=4).contains(&bands) {
            return false;
        }
        let grid = Grid { rows: &self.bytes, bands, left: self.left, top: self.top };
        let (ink, out) = (bytemuck::cast_slice(ink), bytemuck::cast_slice_mut(out));
        match interpolator {
            Interpolator::Bilinear => resample_points::bilinear(&grid, x, y, ink, out),
            Interpolator::Bicubic => resample_points::bicubic(&BYTE_CUBIC, &grid, x, y, ink, out),
            _ => return false,
        }
        true
    }

    /// As `sample`, `BANDS` samples a pixel where it is not 0.
    fn sample_bands<const BANDS: usize>(
        &self,
        interpolator: Interpolator,
        points: &Points,
        ink: &[T],
        out: &mut [T],
    ) {
        let bands = if BANDS == 0 { self.bands } else { BANDS };
        match interpolator {
            Interpolator::Nearest => each(bands, points, ink, out, |point, out| {
                out.copy_from_slice(
                    &self.row(point.y as i32)[self.column(point.x as i32, bands)..][..bands],
                );
            }),
            Interpolator::Bicubic => each(bands, points, ink, out, |point, out| {
                self.bicubic(bands, point, out);
            }),
            _ => each(bands, points, ink, out, |point, out| self.bilinear(bands, point, out)),
        }
    }

    #[inline(always)]
    fn bilinear(&self, bands: usize, point: Point, out: &mut [T]) {
        let (x, y) = (point.x as i32, point.y as i32);
        let weights = T::linear(point.x - f64::from(x), point.y - f64::from(y));
        let at = self.column(x, bands);
        let above = &self.row(y)[at..at + 2 * bands];
        let below = &self.row(y + 1)[at..at + 2 * bands];
        for (band, out) in out.iter_mut().enumerate() {
            let samples = [above[band], above[bands + band], below[band], below[bands + band]];
            *out = T::bilinear(weights, samples);
        }
    }

    #[inline(always)]
    fn bicubic(&self, bands: usize, point: Point, out: &mut [T]) {
        let (x, y) = (point.x as i32, point.y as i32);
        let across = T::cubic(point.x - f64::from(x));
        let down = T::cubic(point.y - f64::from(y));
        let at = self.column(x - 1, bands);
        let rows: [&[T]; 4] =
            std::array::from_fn(|k| &self.row(y - 1 + k as i32)[at..at + 4 * bands]);
        for (band, out) in out.iter_mut().enumerate() {
            let sums = rows.map(|row| {
                let samples = std::array::from_fn(|k| row[k * bands + band]);
                T::row(across, samples)
            });
            *out = T::column(down, sums);
        }
    }

    #[inline(always)]
    fn row(&self, y: i32) -> &'a [T] {
        self.rows[(y - self.top) as usize]
    }

    #[inline(always)]
    fn column(&self, x: i32, bands: usize) -> usize {
        (x - self.left) as usize * bands
    }
}

/// Fills each pixel of `out` by `fill`, or with `ink`.
#[inline(always)]
fn each<T: Copy>(
    bands: usize,
    points: &Points,
    ink: &[T],
    out: &mut [T],
    fill: impl Fn(Point, &mut [T]),
) {
    let places = points.x.iter().zip(&points.y);
    for ((x, y), out) in places.zip(out.chunks_exact_mut(bands)) {
        if x.is_nan() {
            out.copy_from_slice(ink);
        } else {
            fill(Point { x: *x, y: *y }, out);
        }
    }
}
