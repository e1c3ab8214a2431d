#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use super::interpolation::{Points, Reach, Sampled, Source};
use super::warp::Prepared;
use crate::conversion::{Extend, bad};
use windlass_core::{
    Ask, BandFormat, Build, ComplexSample, Header, Image, Interpolator, Operator, Rect, Region,
    RegionMut, Result, Sample, Shape, Traits, dispatch,
};
use windlass_macros::Operation;
use windlass_simd::resample::wide;

/// Resample with a map image.
///
/// Each pixel of `index`, two bands or a complex one, says where in `in` the pixel of the output
/// comes from.
#[derive(Operation)]
#[operation(family = "resample")]
pub struct Mapim {
    /// Input image
    pub input: Image,
    /// Index pixels with this
    pub index: Image,
    /// Interpolate pixels with this
    pub interpolate: Option<Interpolator>,
    /// Background value
    pub background: Option<Vec<f64>>,
    /// Images have premultiplied alpha
    #[arg(default = false)]
    pub premultiplied: bool,
    /// How to generate the extra pixels
    #[arg(default = Extend::Background)]
    pub extend: Extend,
}

impl Build for Mapim {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let index = self.index.header();
        if index.bands != if index.format.is_complex() { 1 } else { 2 } {
            return Err(bad("mapim: image must be two-band or complex"));
        }
        let interpolator = self.interpolate.unwrap_or(Interpolator::Bilinear);
        let background = self.background.as_deref().unwrap_or(&[0.0]);
        let source =
            Prepared::new(&self.input, interpolator, self.extend, background, self.premultiplied)?;
        let header = Header {
            width: index.width,
            height: index.height,
            filename: None,
            ..source.image.header().clone()
        };
        let read = dispatch!(index.format,
            real T => read::<T> as Read,
            complex C => read::<<C as ComplexSample>::Part> as Read);
        let warped = dispatch!(header.format,
            real T => self.node::<T>(header, &source, interpolator, read),
            complex C => self.node::<<C as ComplexSample>::Part>(header, &source, interpolator, read))?;
        source.finish(warped)
    }
}

impl Mapim {
    fn node<T: Sampled>(
        &self,
        header: Header,
        source: &Prepared,
        interpolator: Interpolator,
        read: Read,
    ) -> Result<Image> {
        let operator = Look {
            read,
            frame: Frame {
                edge: f64::from(Reach::of(interpolator).before + 1),
                unsigned: self.index.header().format.is_unsigned(),
                width: f64::from(source.width + 1),
                height: f64::from(source.height + 1),
            },
            whole: source.image.rect().grow(if source.shift > 0 { 4 } else { 0 }),
            interpolator,
            reach: Reach::of(interpolator),
            shift: source.shift,
            bands: header.pixel_size() / size_of::<T>(),
            ink: bytemuck::pod_collect_to_vec::<u8, T>(&source.ink),
        };
        let mut header = header;
        header.metadata.merge(&self.index.header().metadata);
        Image::area(header, &[&source.image, &self.index], operator)
    }
}

/// Where index values lie inside.
struct Frame {
    /// Added to index values to make points
    edge: f64,
    unsigned: bool,
    /// One more than the source has columns
    width: f64,
    /// One more than the source has rows
    height: f64,
}

impl Frame {
    #[inline(always)]
    fn holds(&self, x: f64, y: f64) -> bool {
        let low = if self.unsigned { 0.0 } else { -1.0 };
        x >= low && y >= low && x < self.width && y < self.height
    }
}

/// Makes points of a row of index pixels.
type Read = fn(&Frame, &[u8], &mut Points);

fn read<T: Sample>(frame: &Frame, row: &[u8], points: &mut Points) {
    let row: &[T] = bytemuck::cast_slice(row);
    let count = row.len() / 2;
    points.x.resize(count, 0.0);
    points.y.resize(count, 0.0);
    wide(
        #[inline(always)]
        || locate(frame, row, points),
    );
}

#[inline(always)]
fn locate<T: Sample>(frame: &Frame, row: &[T], points: &mut Points) {
    // the reference adds in single precision where the index is
    let single = T::FORMAT == BandFormat::F32;
    let add = |value: f64| {
        let sum = value + frame.edge;
        if single { f64::from(sum as f32) } else { sum }
    };
    let places = points.x.iter_mut().zip(&mut points.y);
    for ((to_x, to_y), pixel) in places.zip(row.chunks_exact(2)) {
        let (x, y) = (pixel[0].to_f64(), pixel[1].to_f64());
        *to_x = if frame.holds(x, y) { add(x) } else { f64::NAN };
        *to_y = add(y);
    }
}

struct Look<T> {
    read: Read,
    frame: Frame,
    /// All that may be read of the source
    whole: Rect,
    interpolator: Interpolator,
    reach: Reach,
    shift: i32,
    bands: usize,
    ink: Vec<T>,
}

impl<T: Sampled> Operator for Look<T> {
    type Scratch = Points;

    fn scratch(&self) -> Points {
        Points::default()
    }

    fn traits(&self) -> Traits {
        let cost = 4.0 + (self.reach.size * self.reach.size) as f32;
        Traits { shape: Shape::Tiles, cost, rounds: 2 }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        ask.read(1, out);
        ask.maybe(0, self.whole);
    }

    fn refine(&self, out: Rect, seen: &[Region<'_>], ask: &mut Ask) {
        let mut points = Points::default();
        let mut part = Part::default();
        for y in out.top..out.bottom() {
            (self.read)(&self.frame, seen[0].bytes(y), &mut points);
            part.add(&points);
        }
        if let Some(part) = part.rect(self.reach) {
            ask.read(0, part.translate(-self.shift, -self.shift));
        }
    }

    fn compute(
        &self,
        inputs: &[Region<'_>],
        out: &mut RegionMut<'_>,
        points: &mut Points,
    ) -> Result<()> {
        let source = match inputs {
            [_, region, ..] => Source::<T>::new(region, self.shift),
            _ => Source::empty(self.bands),
        };
        for (y, row) in out.rows::<T>() {
            (self.read)(&self.frame, inputs[0].bytes(y), points);
            source.sample(self.interpolator, points, &self.ink, row);
        }
        Ok(())
    }
}

/// The pixels that points lie on.
struct Part {
    low: (f64, f64),
    high: (f64, f64),
}

impl Default for Part {
    fn default() -> Self {
        let all = (f64::INFINITY, f64::INFINITY);
        Self { low: all, high: (-all.0, -all.1) }
    }
}

impl Part {
    /// Takes in points that do not lie outside.
    fn add(&mut self, points: &Points) {
        /// Sides that are compared at once.
        const LANES: usize = 8;
        let all = (f64::INFINITY, f64::INFINITY);
        let (mut low, mut high) = ([all; LANES], [(-all.0, -all.1); LANES]);
        wide(
            #[inline(always)]
            || {
                let runs = points.x.chunks(LANES).zip(points.y.chunks(LANES));
                for (x, y) in runs {
                    for (lane, (x, y)) in x.iter().zip(y).enumerate() {
                        let inside = !x.is_nan();
                        let pick = |value: f64, other: f64| if inside { value } else { other };
                        let (low, high) = (&mut low[lane], &mut high[lane]);
                        *low = (low.0.min(*x), low.1.min(pick(*y, all.1)));
                        *high = (high.0.max(*x), high.1.max(pick(*y, -all.1)));
                    }
                }
            },
        );
        for (low, high) in low.into_iter().zip(high) {
            self.low = (self.low.0.min(low.0), self.low.1.min(low.1));
            self.high = (self.high.0.max(high.0), self.high.1.max(high.1));
        }
    }

    /// What interpolation reads at all of them.
    fn rect(&self, reach: Reach) -> Option<Rect> {
        if self.low.0 > self.high.0 {
            return None;
        }
        let (left, top) = (self.low.0 as i32, self.low.1 as i32);
        let (right, bottom) = (self.high.0 as i32, self.high.1 as i32);
        Some(Rect::new(
            left - reach.before,
            top - reach.before,
            right - left + reach.size,
            bottom - top + reach.size,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture() -> Image {
        let pixel = |k: usize| (53 * (k % 5) + 91 * (k / 5) + 7 * (k % 5) * (k / 5)) as u8;
        let bytes: Vec<u8> = (0..25).map(pixel).collect();
        Image::from_memory(5, 5, 1, BandFormat::U8, bytes).unwrap()
    }

    fn looked_up(points: &[f32], interpolator: Interpolator) -> Vec<u8> {
        let bytes = bytemuck::cast_slice::<f32, u8>(points).to_vec();
        let width = points.len() as i32 / 2;
        let index = Image::from_memory(width, 1, 2, BandFormat::F32, bytes).unwrap();
        let mapim = Mapim::new(picture(), index).interpolate(interpolator).extend(Extend::Copy);
        mapim.build().unwrap().to_memory().unwrap()
    }

    #[test]
    fn points_are_sampled_as_in_the_reference() {
        let points = [1.3, 2.6, 0.5, 0.5, 3.25, 1.75, -0.5, 4.25];
        assert_eq!(looked_up(&points, Interpolator::Nearest), [249, 0, 15, 108]);
        assert_eq!(looked_up(&points, Interpolator::Bilinear), [145, 74, 115, 108]);
        assert_eq!(looked_up(&points, Interpolator::Bicubic), [147, 63, 110, 109]);
    }

    #[test]
    fn what_lies_outside_is_background() {
        let points = [f32::NAN, 0.0, -2.0, 0.0, 1e30, 1.0];
        assert_eq!(looked_up(&points, Interpolator::Bilinear), [0, 0, 0]);
    }

    #[test]
    fn an_index_has_two_numbers() {
        let error = Mapim::new(picture(), picture()).build().unwrap_err();
        assert_eq!(error.message(), "mapim: image must be two-band or complex");
    }
}
