//! Conversions between colour spaces on planes of floats.
//!
//! Pixels are taken apart into three planes of [`CHUNK`] samples, go through any number of steps
//! while they stay in the first-level cache, and are put together again. Steps are plain loops,
//! compiled for each set of instructions; all operations are those of IEEE 754, so the results are
//! the same at every level. The formulas are those of the reference, which works with tables of
//! 32-bit floats; where a table only approximates a function, the function is computed.

use fearless_simd::{Level, prelude::*};

/// Samples of a plane.
pub const CHUNK: usize = 128;

/// Three bands of up to [`CHUNK`] pixels.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "three planes, for ever")]
pub struct Planes {
    /// The bands
    pub bands: [[f32; CHUNK]; 3],
}

impl Default for Planes {
    fn default() -> Self {
        Self { bands: [[0.0; CHUNK]; 3] }
    }
}

impl Planes {
    /// Takes pixels of three samples apart; `value` makes a float of each.
    #[inline(always)]
    pub fn read<T: Copy>(&mut self, pixels: &[T], value: impl Fn(T) -> f32) {
        let [a, b, c] = &mut self.bands;
        let planes = a.iter_mut().zip(b).zip(c);
        for (((a, b), c), pixel) in planes.zip(pixels.as_chunks::<3>().0) {
            (*a, *b, *c) = (value(pixel[0]), value(pixel[1]), value(pixel[2]));
        }
    }

    /// Puts pixels of three samples together; `sample` makes one of each float.
    #[inline(always)]
    pub fn write<T: Copy>(&self, pixels: &mut [T], sample: impl Fn(f32) -> T) {
        let [a, b, c] = &self.bands;
        let planes = a.iter().zip(b).zip(c);
        for (((a, b), c), pixel) in planes.zip(pixels.as_chunks_mut::<3>().0) {
            *pixel = [sample(*a), sample(*b), sample(*c)];
        }
    }

    /// Replaces each pixel by a function of it.
    #[inline(always)]
    pub fn each(&mut self, function: impl Fn([f32; 3]) -> [f32; 3]) {
        let [a, b, c] = &mut self.bands;
        for ((a, b), c) in a.iter_mut().zip(b).zip(c) {
            [*a, *b, *c] = function([*a, *b, *c]);
        }
    }
}

/// Reads pixels of three floats.
pub fn read_floats(pixels: &[f32], planes: &mut Planes) {
    fearless_simd::dispatch!(crate::level(), simd => simd.vectorize(
        #[inline(always)]
        || planes.read(pixels, |x| x)
    ));
}

/// Writes pixels of three floats.
pub fn write_floats(planes: &Planes, pixels: &mut [f32]) {
    fearless_simd::dispatch!(crate::level(), simd => simd.vectorize(
        #[inline(always)]
        || planes.write(pixels, |x| x)
    ));
}

/// Three rows that colours are multiplied by.
pub type Matrix = [[f32; 3]; 3];

/// Multiplies each colour by a matrix.
pub fn multiply(planes: &mut Planes, matrix: &Matrix) {
    multiply_at(crate::level(), planes, matrix);
}

fn multiply_at(level: Level, planes: &mut Planes, matrix: &Matrix) {
    fearless_simd::dispatch!(level, simd => simd.vectorize(
        #[inline(always)]
        || multiply_plain(planes, matrix)
    ));
}

#[inline(always)]
fn multiply_plain(planes: &mut Planes, matrix: &Matrix) {
    let row = |[x, y, z]: [f32; 3], r: &[f32; 3]| r[0] * x + r[1] * y + r[2] * z;
    planes.each(
        #[inline(always)]
        |colour| [row(colour, &matrix[0]), row(colour, &matrix[1]), row(colour, &matrix[2])],
    );
}

/// XYZ (Y of white is 100) to CIE Lab relative to `white`.
///
/// Beyond black and white the curve goes on straight, with the slopes of the reference's table of
/// 100,000 floats.
pub fn xyz_to_lab(planes: &mut Planes, white: [f32; 3]) {
    xyz_to_lab_at(crate::level(), planes, white);
}

fn xyz_to_lab_at(level: Level, planes: &mut Planes, white: [f32; 3]) {
    fearless_simd::dispatch!(level, simd => simd.vectorize(
        #[inline(always)]
        || xyz_to_lab_plain(planes, white)
    ));
}

#[inline(always)]
fn xyz_to_lab_plain(planes: &mut Planes, white: [f32; 3]) {
    let scale = white.map(|white| TABLE / white);
    planes.each(
        #[inline(always)]
        |[x, y, z]| {
            let [x, y, z] =
                [lightness(x * scale[0]), lightness(y * scale[1]), lightness(z * scale[2])];
            [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
        },
    );
}

/// Steps of the reference's table between black and white.
const TABLE: f32 = 100_000.0;

/// The curve of Lab at `n` steps of the table. What is not a number stays so.
#[inline(always)]
fn lightness(n: f32) -> f32 {
    const LAST: f32 = TABLE - 2.0;
    const BELOW: f32 = 7.787_347e-5;
    const ABOVE: f32 = 3.337_86e-6;
    let inside = if n > 0.0 { n } else { 0.0 };
    let inside = if inside < LAST { inside } else { LAST };
    let excess = n - inside;
    let t = inside * (1.0 / TABLE);
    let straight = 7.787 * t + 16.0 / 116.0;
    let curved = cube_root(if t < 0.008_856 { 0.008_856 } else { t });
    let value = if t < 0.008_856 { straight } else { curved };
    value + excess * if excess > 0.0 { ABOVE } else { BELOW }
}

/// The cube root of a normal positive number, within 2 units of the last place.
///
/// A guess from the exponent, within 4 %, then two steps of Halley, each of which cubes the error.
#[inline(always)]
fn cube_root(x: f32) -> f32 {
    let mut y = f32::from_bits(x.to_bits() / 3 + 0x2a51_37a0);
    for _ in 0..2 {
        let cube = y * y * y;
        y *= (cube + 2.0 * x) / (2.0 * cube + x);
    }
    y
}

/// CIE Lab to XYZ relative to `white`.
pub fn lab_to_xyz(planes: &mut Planes, white: [f32; 3]) {
    lab_to_xyz_at(crate::level(), planes, white);
}

fn lab_to_xyz_at(level: Level, planes: &mut Planes, white: [f32; 3]) {
    fearless_simd::dispatch!(level, simd => simd.vectorize(
        #[inline(always)]
        || lab_to_xyz_plain(planes, white)
    ));
}

#[inline(always)]
fn lab_to_xyz_plain(planes: &mut Planes, white: [f32; 3]) {
    let [x0, y0, z0] = white;
    planes.each(
        #[inline(always)]
        |[l, a, b]| {
            let dark = l * (1.0 / 903.3);
            let light = (l + 16.0) * (1.0 / 116.0);
            let is_dark = l < 8.0;
            let g = if is_dark { 7.787 * dark + 16.0 / 116.0 } else { light };
            let y = if is_dark { dark } else { light * light * light };
            let x = from_lightness(a * (1.0 / 500.0) + g);
            let z = from_lightness(g - b * (1.0 / 200.0));
            [x * x0, y * y0, z * z0]
        },
    );
}

#[inline(always)]
fn from_lightness(t: f32) -> f32 {
    let straight = (t - 0.13793) * (1.0 / 7.787);
    if t < 0.2069 { straight } else { t * t * t }
}

/// A curve from light to levels, straight between the entries of a table.
#[derive(Debug)]
pub struct Curve {
    last: f32,
    /// A level and the way to the next
    entries: Vec<[f32; 2]>,
}

impl Curve {
    /// The curve through `levels`, which stand at equal distances from 0 to 1.
    pub fn new(levels: &[f32]) -> Self {
        let next = levels.iter().skip(1).chain(levels.last());
        let entries = levels.iter().zip(next).map(|(level, next)| [*level, next - level]).collect();
        Self { last: levels.len().saturating_sub(1) as f32, entries }
    }
}

/// Light to levels, which are whole numbers. A colour of which a part is not a number is black.
pub fn encode(planes: &mut Planes, curve: &Curve) {
    encode_each(planes, [curve; 3]);
}

/// Light to levels by a curve for each band.
pub fn encode_each(planes: &mut Planes, curves: [&Curve; 3]) {
    encode_at(crate::level(), planes, curves);
}

fn encode_at(level: Level, planes: &mut Planes, curves: [&Curve; 3]) {
    fearless_simd::dispatch!(level, simd => simd.vectorize(
        #[inline(always)]
        || encode_plain(planes, curves)
    ));
}

#[inline(always)]
fn encode_plain(planes: &mut Planes, curves: [&Curve; 3]) {
    planes.each(
        #[inline(always)]
        |[r, g, b]| {
            let bad = r.is_nan() | g.is_nan() | b.is_nan();
            [r, g, b].map(
                #[inline(always)]
                |x| if bad { 0.0 } else { x },
            )
        },
    );
    for (plane, curve) in planes.bands.iter_mut().zip(curves) {
        encode_plane(plane, curve);
    }
}

#[inline(always)]
fn encode_plane(plane: &mut [f32; CHUNK], curve: &Curve) {
    let mut indices = [0_u32; CHUNK];
    let last = curve.last;
    for (x, index) in plane.iter_mut().zip(&mut indices) {
        let y = *x * last;
        let y = if y > 0.0 { y } else { 0.0 };
        let y = if y < last { y } else { last };
        let whole = y.trunc();
        *index = bits_of(whole);
        *x = y - whole;
    }
    look_up(&curve.entries, &indices, plane);
    for x in plane {
        *x = x.round_ties_even();
    }
}

/// What lies between entries of a table. Not compiled for wide vectors, whose gathers and scatters
/// are slower.
#[inline(never)]
fn look_up(entries: &[[f32; 2]], indices: &[u32; CHUNK], plane: &mut [f32; CHUNK]) {
    for (x, index) in plane.iter_mut().zip(indices) {
        if let Some([value, slope]) = entries.get(*index as usize) {
            *x = value + slope * *x;
        }
    }
}

/// A whole number of 0 to 2²³ as an integer: `as` would check the range, sample by sample.
#[inline(always)]
pub fn bits_of(whole: f32) -> u32 {
    (whole + 8_388_608.0).to_bits() & 0x007f_ffff
}

/// Writes whole levels of 0 to 255.
pub fn write_bytes(planes: &Planes, pixels: &mut [u8]) {
    fearless_simd::dispatch!(crate::level(), simd => simd.vectorize(
        #[inline(always)]
        || planes.write(pixels, #[inline(always)] |x| bits_of(x) as u8)
    ));
}

/// Writes whole levels of 0 to 65,535.
pub fn write_words(planes: &Planes, pixels: &mut [u16]) {
    fearless_simd::dispatch!(crate::level(), simd => simd.vectorize(
        #[inline(always)]
        || planes.write(pixels, #[inline(always)] |x| bits_of(x) as u16)
    ));
}

/// Pixels that a [`Cube`] takes at once.
const FEW: usize = 32;

/// A table over three or four inputs, all with as many points, between which colours are interpolated
/// by tetrahedra; of four inputs the first is interpolated straight.
#[derive(Debug)]
pub struct Cube {
    inputs: usize,
    outputs: usize,
    /// Places from one point of an input to the next
    strides: [u32; 4],
    /// Points in groups of four outputs
    groups: Vec<Vec<[f32; 4]>>,
}

impl Cube {
    /// The table of `values`: `points` along each of three or four `inputs`, the last running fastest.
    /// Nothing where the number of values does not fit.
    pub fn new(inputs: usize, points: usize, outputs: usize, values: &[f32]) -> Option<Self> {
        let fits = matches!(inputs, 3 | 4) && (2..256).contains(&points) && outputs > 0;
        let places = fits.then(|| points.pow(inputs as u32))?;
        if places.checked_mul(outputs)? != values.len() {
            return None;
        }
        let group = |first: usize| {
            let lane = |point: &[f32], i: usize| point.get(first + i).copied().unwrap_or_default();
            values.chunks_exact(outputs).map(|point| [0, 1, 2, 3].map(|i| lane(point, i))).collect()
        };
        let points = points as u32;
        Some(Self {
            inputs,
            outputs,
            strides: [points * points * points, points * points, points, 1],
            groups: (0..outputs).step_by(4).map(group).collect(),
        })
    }

    /// Samples of a result.
    pub fn outputs(&self) -> usize {
        self.outputs
    }

    /// Interpolates pixels whose samples `part` makes 0 to 1; `sample` makes a sample of a result.
    #[inline(always)]
    fn interpolate<T: Copy, O: Copy + Default>(
        &self,
        pixels: &[T],
        out: &mut [O],
        part: impl Fn(T) -> f32,
        sample: impl Fn(f32) -> O,
    ) {
        let mut levels = [[0.0; FEW]; 4];
        let mut places = Places::default();
        let mut samples = [[O::default(); 4]; FEW];
        let mut values = [[0.0; 4]; FEW];
        let pixels = pixels.chunks(FEW * self.inputs);
        for (pixels, out) in pixels.zip(out.chunks_mut(FEW * self.outputs)) {
            take_apart(pixels, &mut levels[4 - self.inputs..], &part);
            places.fill(&levels, self.strides);
            for (first, group) in self.groups.iter().enumerate() {
                self.values(group, &places, &mut values);
                let all = samples.as_flattened_mut().iter_mut().zip(values.as_flattened());
                for (out, x) in all {
                    *out = sample(*x);
                }
                spread(&samples, out, self.outputs, 4 * first);
            }
        }
    }

    /// The values of pixels. Not compiled for wide vectors, whose gathers are slower.
    #[inline(never)]
    fn values(&self, group: &[[f32; 4]], places: &Places, values: &mut [[f32; 4]; FEW]) {
        if self.inputs == 3 {
            for (i, value) in values.iter_mut().enumerate() {
                *value = places.sum(group, i, 0);
            }
        } else {
            for (i, value) in values.iter_mut().enumerate() {
                let (low, high) = (places.sum(group, i, 0), places.sum(group, i, self.strides[0]));
                *value = mixed(low, high, places.outer[i]);
            }
        }
    }
}

/// Planes of the samples of pixels.
#[inline(always)]
fn take_apart<T: Copy>(pixels: &[T], planes: &mut [[f32; FEW]], part: impl Fn(T) -> f32) {
    let bands = planes.len();
    for (band, plane) in planes.iter_mut().enumerate() {
        let samples = pixels.iter().skip(band).step_by(bands);
        plane.iter_mut().zip(samples).for_each(|(out, x)| *out = part(*x));
    }
}

/// Groups of four samples to pixels of `outputs`, from band `first` on.
#[inline(never)]
fn spread<O: Copy>(samples: &[[O; 4]; FEW], out: &mut [O], outputs: usize, first: usize) {
    let out = out.chunks_exact_mut(outputs).zip(samples);
    match outputs {
        3 => out.for_each(|(out, x)| out.copy_from_slice(&x[..3])),
        4 => out.for_each(|(out, x)| out.copy_from_slice(x)),
        _ => out.for_each(|(out, x)| {
            let some = out.iter_mut().skip(first).zip(x);
            some.for_each(|(out, x)| *out = *x);
        }),
    }
}

/// Where pixels lie between the points of a [`Cube`]: the four corners of their tetrahedra.
#[derive(Default)]
struct Places {
    corners: [[u32; FEW]; 4],
    weights: [[f32; FEW]; 4],
    /// How far between two cubes
    outer: [f32; FEW],
}

impl Places {
    /// The places of pixels, plane by plane; of three inputs the first plane is 0.
    #[inline(always)]
    #[expect(clippy::needless_range_loop, reason = "thirteen planes side by side")]
    fn fill(&mut self, levels: &[[f32; FEW]; 4], strides: [u32; 4]) {
        let [outer, x, y, z] = strides;
        let last = (y - 1) as f32;
        for i in 0..FEW {
            let (base, part) = cell(levels[0][i], last);
            let (a, fa) = cell(levels[1][i], last);
            let (b, fb) = cell(levels[2][i], last);
            let (c, fc) = cell(levels[3][i], last);
            let corner = base * outer + a * x + b * y + c * z;
            let (high, low) = (largest(fa, fb), smallest(fa, fb));
            let (most, least) = (largest(high, fc), smallest(low, fc));
            let middle = largest(low, smallest(high, fc));
            let first = if fa >= most {
                x
            } else if fb >= most {
                y
            } else {
                z
            };
            let third = if fc <= least {
                z
            } else if fb <= least {
                y
            } else {
                x
            };
            let all = x + y + z;
            self.outer[i] = part;
            self.corners[0][i] = corner;
            self.corners[1][i] = corner + first;
            self.corners[2][i] = corner + all - third;
            self.corners[3][i] = corner + all;
            self.weights[0][i] = 1.0 - most;
            self.weights[1][i] = most - middle;
            self.weights[2][i] = middle - least;
            self.weights[3][i] = least;
        }
    }

    /// The value of pixel `i` in the cube that starts at `base`.
    #[inline(always)]
    fn sum(&self, group: &[[f32; 4]], i: usize, base: u32) -> [f32; 4] {
        let mut sum = [0.0; 4];
        for (corners, weights) in self.corners.iter().zip(&self.weights) {
            let value = group.get((corners[i] + base) as usize).copied().unwrap_or_default();
            let weight = weights[i];
            sum = [
                sum[0] + value[0] * weight,
                sum[1] + value[1] * weight,
                sum[2] + value[2] * weight,
                sum[3] + value[3] * weight,
            ];
        }
        sum
    }
}

#[inline(always)]
fn largest(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

#[inline(always)]
fn smallest(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

#[inline(always)]
fn mixed(low: [f32; 4], high: [f32; 4], part: f32) -> [f32; 4] {
    let mix = |i: usize| low[i] + (high[i] - low[i]) * part;
    [mix(0), mix(1), mix(2), mix(3)]
}

/// The cell that holds `part` of 0 to 1, and how far into it; there are `last` cells.
#[inline(always)]
fn cell(part: f32, last: f32) -> (u32, f32) {
    let at = part * last;
    let cell = smallest(at.trunc(), last - 1.0);
    (bits_of(cell), at - cell)
}

/// Samples that pixels of a [`Cube`] can have: bytes and words of full range.
pub trait Levels: Copy {
    /// What the largest level is divided by to make 1.
    const MOST: f32;
    /// The level.
    fn level(self) -> f32;
}

impl Levels for u8 {
    const MOST: f32 = 255.0;

    #[inline(always)]
    fn level(self) -> f32 {
        f32::from(self)
    }
}

impl Levels for u16 {
    const MOST: f32 = 65535.0;

    #[inline(always)]
    fn level(self) -> f32 {
        f32::from(self)
    }
}

/// A level as part of the largest.
#[inline(always)]
fn part<T: Levels>(level: T) -> f32 {
    level.level() / T::MOST
}

/// Levels of `pixels` to bytes, by a table of levels of 0 to 255.
pub fn cube_to_bytes<T: Levels>(cube: &Cube, pixels: &[T], out: &mut [u8]) {
    fearless_simd::dispatch!(crate::level(), simd => simd.vectorize(
        #[inline(always)]
        || cube.interpolate(pixels, out, part, #[inline(always)] |x| bits_of(x.round_ties_even()) as u8)
    ));
}

/// Levels of `pixels` to words, by a table of levels of 0 to 65,535.
pub fn cube_to_words<T: Levels>(cube: &Cube, pixels: &[T], out: &mut [u16]) {
    fearless_simd::dispatch!(crate::level(), simd => simd.vectorize(
        #[inline(always)]
        || cube.interpolate(pixels, out, part, #[inline(always)] |x| bits_of(x.round_ties_even()) as u16)
    ));
}

/// Levels of `pixels` to whole numbers.
pub fn cube_to_floats<T: Levels>(cube: &Cube, pixels: &[T], out: &mut [f32]) {
    fearless_simd::dispatch!(crate::level(), simd => simd.vectorize(
        #[inline(always)]
        || cube.interpolate(pixels, out, part, #[inline(always)] |x: f32| x.round_ties_even())
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHITE: [f32; 3] = [95.0470, 100.0, 108.8827];

    /// Colours from far below black to far above white, and one that is none.
    fn colours() -> Planes {
        let mut planes = Planes::default();
        for (band, plane) in planes.bands.iter_mut().enumerate() {
            for (i, x) in plane.iter_mut().enumerate() {
                *x = (i * (band + 3) % 131) as f32 * 1.7 - 40.0;
            }
        }
        planes.bands[1][77] = f32::NAN;
        planes
    }

    fn bits(planes: &Planes) -> Vec<u32> {
        planes.bands.iter().flatten().map(|x| x.to_bits()).collect()
    }

    /// The steps at this processor's level are those of plain code.
    fn agrees(fast: impl Fn(&mut Planes), plain: impl Fn(&mut Planes)) {
        let (mut a, mut b) = (colours(), colours());
        fast(&mut a);
        plain(&mut b);
        assert_eq!(bits(&a), bits(&b));
    }

    #[test]
    fn every_level_computes_the_same() {
        let matrix = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]];
        let levels: Vec<f32> = (0..=255).map(|i| (i as f32 * 0.9).round()).collect();
        let curve = Curve::new(&levels);
        agrees(|p| multiply(p, &matrix), |p| multiply_plain(p, &matrix));
        agrees(|p| xyz_to_lab(p, WHITE), |p| xyz_to_lab_plain(p, WHITE));
        agrees(|p| lab_to_xyz(p, WHITE), |p| lab_to_xyz_plain(p, WHITE));
        agrees(|p| encode(p, &curve), |p| encode_plain(p, [&curve; 3]));
    }

    #[test]
    fn roots_are_good_to_the_last_bits() {
        for i in 0..100_000 {
            let x = 0.008_856 + i as f32 * 1e-5;
            let root = f64::from(cube_root(x));
            let error = (root * root * root / f64::from(x) - 1.0).abs() / 3.0;
            assert!(error < 2.4e-7, "{x}: {error}");
        }
    }

    #[test]
    fn lab_goes_on_straight_beyond_black_and_white() {
        let mut planes = Planes::default();
        planes.bands[1][..4].copy_from_slice(&[200.0, -10.0, f32::NAN, 50.0]);
        xyz_to_lab(&mut planes, WHITE);
        let l = &planes.bands[0];
        assert!((l[0] - 138.719_18).abs() < 1e-3, "{}", l[0]);
        assert!((l[1] + 90.333_22).abs() < 1e-3, "{}", l[1]);
        assert!(l[2].is_nan());
        assert!((l[3] - 76.069_26).abs() < 1e-4, "{}", l[3]);
    }

    #[test]
    fn cubes_keep_straight_functions() {
        for inputs in [3, 4] {
            let points = 5_usize;
            let value = |place: usize| {
                let digit = |i: u32| (place / points.pow(i) % points) as f32;
                let sum: f32 = (0..inputs as u32).map(|i| digit(i) * (i + 1) as f32).sum();
                [sum, 200.0 - sum, 1.0, 2.0, 3.0]
            };
            let values: Vec<f32> = (0..points.pow(inputs as u32)).flat_map(value).collect();
            let cube = Cube::new(inputs, points, 5, &values).unwrap();
            let pixel = [0_u8, 255, 17, 100];
            let mut out = [0.0; 5];
            cube_to_floats(&cube, &pixel[..inputs], &mut out);
            let weights = (1..=inputs).rev().map(|weight| weight as f32 * 4.0 / 255.0);
            let exact: f32 =
                pixel.iter().zip(weights).map(|(x, weight)| f32::from(*x) * weight).sum();
            assert_eq!(out, [exact.round(), (200.0 - exact).round(), 1.0, 2.0, 3.0]);
            let words: Vec<u16> = pixel[..inputs].iter().map(|x| u16::from(*x) * 257).collect();
            let mut bytes = [0_u8; 5];
            cube_to_bytes(&cube, &words, &mut bytes);
            assert_eq!(bytes.map(f32::from), out);
        }
        assert!(Cube::new(3, 2, 3, &[0.0; 23]).is_none());
    }

    #[test]
    fn pixels_are_taken_apart_and_put_together() {
        let pixels: Vec<f32> = (0..30).map(|i| i as f32).collect();
        let mut planes = Planes::default();
        read_floats(&pixels, &mut planes);
        assert_eq!(planes.bands[1][..3], [1.0, 4.0, 7.0]);
        let (mut floats, mut bytes, mut words) = ([0.0; 30], [0_u8; 30], [0_u16; 30]);
        write_floats(&planes, &mut floats);
        write_bytes(&planes, &mut bytes);
        write_words(&planes, &mut words);
        assert_eq!(floats[..], pixels[..]);
        assert!((0..30_usize).all(|i| usize::from(bytes[i]) == i && usize::from(words[i]) == i));
    }
}
