//! Operations on the window around each pixel of a `uchar` image.

use super::prepare::bad;
use crate::coding::decoded;
use crate::conversion::{Embed, Extend};
use windlass_core::{
    Ask, BandFormat, Build, Header, Image, Operator, Rect, Region, RegionMut, Result, Traits,
};
use windlass_macros::Operation;

/// Local histogram equalisation.
///
/// Each pixel becomes its rank among the pixels of the window around it. With `max_slope` no bin of
/// a window's histogram is higher than that: contrast is limited.
#[derive(Operation)]
#[operation(family = "histogram", name = "hist_local", sequential)]
pub struct HistLocal {
    /// Input image
    pub input: Image,
    /// Window width in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Window height in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// Maximum slope (CLAHE)
    #[arg(default = 0, min = 0, max = 100)]
    pub max_slope: i32,
}

impl Build for HistLocal {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let window = Window::of(self.width, self.height);
        let wide = window.extended("hist_local", &self.input, Extend::Mirror)?;
        let header = header(&self.input);
        let bands = header.bands as usize;
        let max_slope = self.max_slope as u32;
        Image::area(header, &[&wide], Equalise { window, bands, max_slope })
    }
}

/// Statistical difference.
///
/// Moves the mean and the deviation of the window around each pixel towards `m0` and `s0`: by `a`
/// and by `b`.
#[derive(Operation)]
#[operation(family = "histogram")]
pub struct Stdif {
    /// Input image
    pub input: Image,
    /// Window width in pixels
    #[arg(min = 1, max = 256)]
    pub width: i32,
    /// Window height in pixels
    #[arg(min = 1, max = 256)]
    pub height: i32,
    /// New deviation
    #[arg(default = 50.0)]
    pub s0: f64,
    /// Weight of new deviation
    #[arg(default = 0.5, min = 0.0, max = 2.0)]
    pub b: f64,
    /// New mean
    #[arg(default = 128.0)]
    pub m0: f64,
    /// Weight of new mean
    #[arg(default = 0.5, min = 0.0, max = 1.0)]
    pub a: f64,
}

impl Build for Stdif {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let window = Window::of(self.width, self.height);
        let wide = window.extended("stdif", &self.input, Extend::Copy)?;
        let header = header(&self.input);
        if header.bands > 100 {
            return Err(bad("stdif: too many bands"));
        }
        let Self { a, b, m0, s0, .. } = *self;
        let bands = header.bands as usize;
        Image::area(header, &[&wide], Difference { window, bands, a, b, m0, s0 })
    }
}

/// The size of a window.
#[derive(Clone, Copy)]
struct Window {
    width: i32,
    height: i32,
}

fn header(input: &Image) -> Header {
    Header { xoffset: 0, yoffset: 0, filename: None, ..input.header().clone() }
}

impl Window {
    fn of(width: i32, height: i32) -> Self {
        Self { width, height }
    }

    /// The input with a margin, so that every window lies in it: that of `(x, y)` begins there.
    fn extended(self, operation: &str, input: &Image, extend: Extend) -> Result<Image> {
        let input = decoded(input)?;
        let header = input.header();
        if header.format != BandFormat::U8 {
            return Err(bad(format!("{operation}: image must be VIPS_FORMAT_UCHAR")));
        }
        if self.width > header.width || self.height > header.height {
            return Err(bad(format!("{operation}: window too large")));
        }
        let (width, height) = (header.width + self.width - 1, header.height + self.height - 1);
        let (left, top) = (self.width / 2, self.height / 2);
        Embed::new(&input, left, top, width, height).extend(extend).build()
    }

    fn needs(self, out: Rect, ask: &mut Ask) {
        let (width, height) = (out.width + self.width - 1, out.height + self.height - 1);
        ask.read(0, Rect { width, height, ..out });
    }

    /// Calls `step` for each pixel of row `y`, left to right, with its column, and `change` before
    /// that for each column of `rows` that comes into its window or leaves it.
    fn slide<'a, S>(
        self,
        rows: &[&'a [u8]],
        bands: usize,
        state: &mut S,
        change: impl Fn(&mut S, &'a [u8], bool),
        mut step: impl FnMut(&mut S, usize),
    ) {
        let column = |state: &mut S, x: usize, enters: bool| {
            for row in rows {
                change(state, &row[x * bands..][..bands], enters);
            }
        };
        let width = self.width as usize;
        (0..width - 1).for_each(|x| column(state, x, true));
        for x in 0..rows[0].len() / bands + 1 - width {
            column(state, x + width - 1, true);
            step(state, x);
            column(state, x, false);
        }
    }

    /// The rows of a region that windows at `y` see.
    fn rows<'a>(self, input: &Region<'a>, y: i32) -> Vec<&'a [u8]> {
        (y..y + self.height).map(|y| input.bytes(y)).collect()
    }
}

struct Equalise {
    window: Window,
    bands: usize,
    max_slope: u32,
}

impl Equalise {
    /// How many of a window's pixels are not above `value`, bins limited.
    fn rank(&self, counts: &[u32; 256], value: u8) -> u32 {
        let upto = &counts[..=usize::from(value)];
        if self.max_slope == 0 {
            return upto.iter().sum();
        }
        let excess: u32 = counts.iter().map(|count| count.saturating_sub(self.max_slope)).sum();
        let limited: u32 = upto.iter().map(|count| *count.min(&self.max_slope)).sum();
        limited + ((u64::from(value) + 1) * u64::from(excess) / 256) as u32
    }
}

impl Operator for Equalise {
    /// A histogram for each band.
    type Scratch = Vec<[u32; 256]>;

    fn scratch(&self) -> Vec<[u32; 256]> {
        vec![[0; 256]; self.bands]
    }

    fn traits(&self) -> Traits {
        Traits { cost: 40.0 + 2.0 * self.window.height as f32, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        self.window.needs(out, ask);
    }

    fn compute(
        &self,
        inputs: &[Region<'_>],
        out: &mut RegionMut<'_>,
        counts: &mut Vec<[u32; 256]>,
    ) -> Result<()> {
        let area = u64::from(self.window.width as u32) * u64::from(self.window.height as u32);
        let middle = (self.window.width / 2) as usize;
        for y in out.rect().top..out.rect().bottom() {
            let rows = self.window.rows(&inputs[0], y);
            let centre = rows[(self.window.height / 2) as usize];
            let output = out.bytes(y);
            for counts in counts.iter_mut() {
                counts.fill(0);
            }
            let change = |counts: &mut Vec<[u32; 256]>, pixel: &[u8], enters: bool| {
                for (counts, value) in counts.iter_mut().zip(pixel) {
                    let count = &mut counts[usize::from(*value)];
                    *count = if enters { *count + 1 } else { *count - 1 };
                }
            };
            self.window.slide(&rows, self.bands, counts, change, |counts, x| {
                for (band, counts) in counts.iter().enumerate() {
                    let value = centre[(x + middle) * self.bands + band];
                    let rank = u64::from(self.rank(counts, value));
                    output[x * self.bands + band] = (255 * rank / area) as u8;
                }
            });
        }
        Ok(())
    }
}

struct Difference {
    window: Window,
    bands: usize,
    a: f64,
    b: f64,
    m0: f64,
    s0: f64,
}

impl Difference {
    fn moved(&self, value: u8, [sum, squares]: [u32; 2]) -> u8 {
        let count = f64::from(self.window.width) * f64::from(self.window.height);
        let mean = f64::from(sum) / count;
        let deviation = (f64::from(squares) / count - mean * mean).sqrt();
        let gain = self.b * self.s0 / (self.s0 + self.b * deviation);
        let out = self.a * self.m0 + (1.0 - self.a) * mean + (f64::from(value) - mean) * gain;
        if out >= 256.0 {
            255
        } else if out >= 0.0 {
            // just below 256 it wraps, as in the reference
            (out + 0.5) as u16 as u8
        } else {
            0
        }
    }
}

impl Operator for Difference {
    /// The sum and the sum of squares of each band.
    type Scratch = Vec<[u32; 2]>;

    fn scratch(&self) -> Vec<[u32; 2]> {
        vec![[0; 2]; self.bands]
    }

    fn traits(&self) -> Traits {
        Traits { cost: 16.0 + 2.0 * self.window.height as f32, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        self.window.needs(out, ask);
    }

    fn compute(
        &self,
        inputs: &[Region<'_>],
        out: &mut RegionMut<'_>,
        sums: &mut Vec<[u32; 2]>,
    ) -> Result<()> {
        // samples, not pixels, to the right, as in the reference: right for one band
        let middle = (self.window.width / 2) as usize;
        for y in out.rect().top..out.rect().bottom() {
            let rows = self.window.rows(&inputs[0], y);
            let centre = rows[(self.window.height / 2) as usize];
            let output = out.bytes(y);
            sums.fill([0; 2]);
            let change = |sums: &mut Vec<[u32; 2]>, pixel: &[u8], enters: bool| {
                for ([sum, squares], value) in sums.iter_mut().zip(pixel) {
                    let value = u32::from(*value);
                    let (more, square) = (value, value * value);
                    if enters {
                        (*sum, *squares) = (*sum + more, *squares + square);
                    } else {
                        (*sum, *squares) = (*sum - more, *squares - square);
                    }
                }
            };
            self.window.slide(&rows, self.bands, sums, change, |sums, x| {
                for (band, sums) in sums.iter().enumerate() {
                    let value = centre[x * self.bands + band + middle];
                    output[x * self.bands + band] = self.moved(value, *sums);
                }
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> Image {
        let value = |i: i32| ((53 * (i % 5) + 91 * (i / 5) + 7 * (i % 5) * (i / 5)) % 256) as u8;
        Image::from_memory(5, 5, 1, BandFormat::U8, (0..25).map(value).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn ranks_in_windows() {
        let out = HistLocal::new(picture(), 3, 3).build().unwrap().pixels().unwrap();
        assert_eq!(out.row(0), [113, 113, 141, 170, 255]);
        assert_eq!(out.row(4), [198, 255, 56, 141, 226]);
        let out = HistLocal::new(picture(), 3, 3).max_slope(1).build().unwrap().pixels().unwrap();
        assert_eq!(out.row(0), [28, 56, 113, 141, 226]);
    }

    #[test]
    fn differences_in_windows() {
        let out = Stdif::new(picture(), 3, 3).build().unwrap().pixels().unwrap();
        assert_eq!(out.row(0), [72, 97, 118, 140, 157]);
        assert_eq!(out.row(4), [117, 140, 94, 116, 145]);
    }
}
