#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use super::interpolation::{Points, Reach, Sampled, Source};
use super::round_away;
use super::upscale;
use super::warp::Prepared;
use crate::conversion::{Extend, bad};
use windlass_core::{
    Ask, Build, ComplexSample, Header, Image, Interpolator, Operator, Rect, Region, RegionMut,
    Result, Shape, Traits, dispatch,
};
use windlass_macros::{ArgGroup, Operation};

/// By how many pixels a transform displaces.
#[derive(ArgGroup, Clone, Copy, PartialEq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the arguments of the reference")]
pub struct Displacement {
    /// Horizontal output displacement
    #[arg(default = 0.0, min = -10_000_000.0, max = 10_000_000.0)]
    pub odx: f64,
    /// Vertical output displacement
    #[arg(default = 0.0, min = -10_000_000.0, max = 10_000_000.0)]
    pub ody: f64,
    /// Horizontal input displacement
    #[arg(default = 0.0, min = -10_000_000.0, max = 10_000_000.0)]
    pub idx: f64,
    /// Vertical input displacement
    #[arg(default = 0.0, min = -10_000_000.0, max = 10_000_000.0)]
    pub idy: f64,
}

/// Affine transform of an image.
///
/// The pixel `(x, y)` goes to `(a·(x + idx) + b·(y + idy) + odx, c·(x + idx) + d·(y + idy) + ody)`
/// with the matrix `[a, b, c, d]`; pixels of the output are interpolated.
#[derive(Operation)]
#[operation(family = "resample")]
pub struct Affine {
    /// Input image
    pub input: Image,
    /// Transformation matrix
    pub matrix: Vec<f64>,
    /// Interpolate pixels with this
    pub interpolate: Option<Interpolator>,
    /// Area of output to generate
    pub oarea: Option<Vec<i32>>,
    /// How input and output are displaced
    #[arg(flatten)]
    pub displacement: Displacement,
    /// Background value
    pub background: Option<Vec<f64>>,
    /// Images have premultiplied alpha
    #[arg(default = false)]
    pub premultiplied: bool,
    /// How to generate the extra pixels
    #[arg(default = Extend::Background)]
    pub extend: Extend,
}

impl Build for Affine {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let matrix: [f64; 4] = <[f64; 4]>::try_from(&self.matrix[..])
            .map_err(|_| bad("affine: vector must have 4 elements"))?;
        let area = self.area(matrix)?;
        let stays = self.displacement == Displacement::default();
        if matrix == [1.0, 0.0, 0.0, 1.0] && stays && area == self.input.rect() {
            return Ok(self.input.clone());
        }
        let interpolator = self.interpolate.unwrap_or(Interpolator::Bilinear);
        let map = Map::new(self, matrix, area, Reach::of(interpolator))?;
        let background = self.background.as_deref().unwrap_or(&[0.0]);
        let source =
            Prepared::new(&self.input, interpolator, self.extend, background, self.premultiplied)?;
        let header = Header {
            width: area.width,
            height: area.height,
            xoffset: (self.displacement.odx - f64::from(area.left)) as i32,
            yoffset: (self.displacement.ody - f64::from(area.top)) as i32,
            filename: None,
            ..source.image.header().clone()
        };
        let warped = dispatch!(header.format,
            real T => node::<T>(header, &source, interpolator, map),
            complex C => node::<<C as ComplexSample>::Part>(header, &source, interpolator, map))?;
        source.finish(warped)
    }
}

impl Affine {
    /// The part of the plane that the output shows.
    fn area(&self, matrix: [f64; 4]) -> Result<Rect> {
        const LIMIT: i64 = 33_554_431;
        let area = match &self.oarea {
            None => bounds(self.input.header(), matrix),
            Some(area) => <[i32; 4]>::try_from(&area[..])
                .map_err(|_| bad("affine: vector must have 4 elements"))?
                .map(i64::from),
        };
        let [left, top, width, height] = area;
        if left < -LIMIT || top < -LIMIT || left + width > LIMIT || top + height > LIMIT {
            return Err(bad("affine: output coordinates out of range"));
        }
        Ok(Rect::new(left as i32, top as i32, width as i32, height as i32))
    }
}

/// Left, top, width and height of what the corners of an image span after `matrix`.
fn bounds(header: &Header, [a, b, c, d]: [f64; 4]) -> [i64; 4] {
    let (w, h) = (f64::from(header.width), f64::from(header.height));
    let corners = [(0.0, 0.0), (w, 0.0), (0.0, h), (w, h)];
    let span = |p: f64, q: f64| {
        let values = corners.map(|(x, y)| p * x + q * y);
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (round_away(low) as i64, round_away(high - low) as i64)
    };
    let ((left, width), (top, height)) = (span(a, b), span(c, d));
    [left, top, width, height]
}

/// From a pixel of the output to a place in the source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Map {
    /// The inverse matrix
    inverse: [f64; 4],
    /// Added to output coordinates
    before: (f64, f64),
    /// Taken from source coordinates
    after: (f64, f64),
    /// Columns and rows of border, which coordinates of points include
    edge: f64,
}

/// Columns after which the reference's default sink starts a tile, and with it the sums that make
/// coordinates. Where a coordinate lies on the border of two filters this decides.
const TILE: i32 = 128;

impl Map {
    fn new(operation: &Affine, [a, b, c, d]: [f64; 4], area: Rect, reach: Reach) -> Result<Self> {
        let determinant = a * d - b * c;
        if determinant.abs() < 2.0 * f64::MIN_POSITIVE || determinant.is_nan() {
            return Err(bad("vips__transform_calc_inverse: singular or near-singular matrix"));
        }
        let factor = 1.0 / determinant;
        let Displacement { odx, ody, idx, idy } = operation.displacement;
        Ok(Self {
            inverse: [factor * d, -factor * b, -factor * c, factor * a],
            before: (f64::from(area.left) - odx, f64::from(area.top) - ody),
            after: (idx, idy),
            edge: f64::from(reach.before + 1),
        })
    }

    /// Whether rows stay rows and columns columns.
    pub(super) fn is_straight(&self) -> bool {
        self.inverse[1] == 0.0 && self.inverse[2] == 0.0
    }

    /// Where the output pixel `(x, y)` lies, in coordinates of points. The border comes in before
    /// anything is summed along a line, as in the reference.
    pub(super) fn at(&self, x: i32, y: i32) -> (f64, f64) {
        let [a, b, c, d] = self.inverse;
        let (u, w) = (f64::from(x) + self.before.0, f64::from(y) + self.before.1);
        (a * u + b * w - self.after.0 + self.edge, c * u + d * w - self.after.1 + self.edge)
    }

    /// Whether a coordinate lies in a source of `length` pixels, or one pixel before it.
    #[inline(always)]
    pub(super) fn holds(&self, at: f64, length: i32) -> bool {
        at >= self.edge - 1.0 && at < f64::from(length) + self.edge
    }

    /// Columns of points of the first `count` output columns; of a straight map.
    pub(super) fn columns(&self, count: i32) -> Vec<f64> {
        let mut x = self.at(0, 0).0;
        let columns = (0..count).map(|_| {
            let here = x;
            x += self.inverse[0];
            here
        });
        columns.collect()
    }

    /// Source rows and columns that `out` shows, at least.
    fn bounds(&self, out: Rect) -> [f64; 4] {
        let (right, bottom) = (out.right() - 1, out.bottom() - 1);
        let corners = [(out.left, out.top), (right, out.top), (out.left, bottom), (right, bottom)];
        let places = corners.map(|(x, y)| self.at(x, y));
        let low = |of: fn(&(f64, f64)) -> f64| places.iter().map(of).fold(f64::INFINITY, f64::min);
        let high =
            |of: fn(&(f64, f64)) -> f64| places.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
        [low(|p| p.0), low(|p| p.1), high(|p| p.0), high(|p| p.1)]
    }
}

/// Sums along a line differ from products by less than this.
const SLACK: f64 = 0.001;

/// The source pixels, in coordinates of points, that `out` needs; empty where it shows none.
pub(super) fn source_part(map: &Map, out: Rect, width: i32, height: i32, reach: Reach) -> Rect {
    let [left, top, right, bottom] = map.bounds(out);
    let edge = reach.before + 1;
    let range = |low: f64, high: f64, size: i32| {
        let first = (low - SLACK).floor().max(f64::from(edge - 1));
        let last = (high + SLACK).floor().min(f64::from(size - 1 + edge));
        (first <= last).then_some((first as i32, last as i32))
    };
    match (range(left, right, width), range(top, bottom, height)) {
        (Some((left, right)), Some((top, bottom))) => Rect::new(
            left - reach.before,
            top - reach.before,
            right - left + reach.size,
            bottom - top + reach.size,
        ),
        _ => Rect::default(),
    }
}

fn node<T: Sampled>(
    header: Header,
    source: &Prepared,
    interpolator: Interpolator,
    map: Map,
) -> Result<Image> {
    let bands = header.pixel_size() / size_of::<T>();
    let ink: Vec<T> = bytemuck::pod_collect_to_vec(&source.ink);
    if map.is_straight() && interpolator == Interpolator::Bicubic {
        return upscale::node(header, source, &map, bands, ink);
    }
    let columns = map.is_straight().then(|| map.columns(header.width));
    let operator = Warp {
        map,
        columns,
        interpolator,
        reach: Reach::of(interpolator),
        width: source.width,
        height: source.height,
        shift: source.shift,
        bands,
        ink,
    };
    Image::area(header, &[&source.image], operator)
}

struct Warp<T> {
    map: Map,
    /// Source columns, where rows stay rows
    columns: Option<Vec<f64>>,
    interpolator: Interpolator,
    reach: Reach,
    width: i32,
    height: i32,
    shift: i32,
    bands: usize,
    ink: Vec<T>,
}

impl<T: Sampled> Operator for Warp<T> {
    type Scratch = Points;

    fn scratch(&self) -> Points {
        Points::default()
    }

    fn traits(&self) -> Traits {
        let shape = if self.columns.is_some() { Shape::Any } else { Shape::Tiles };
        let cost = 4.0 + (self.reach.size * self.reach.size) as f32;
        Traits { shape, cost, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let part = source_part(&self.map, out, self.width, self.height, self.reach);
        if !part.is_empty() {
            ask.read(0, part.translate(-self.shift, -self.shift));
        }
    }

    fn compute(
        &self,
        inputs: &[Region<'_>],
        out: &mut RegionMut<'_>,
        points: &mut Points,
    ) -> Result<()> {
        let rect = out.rect();
        let source = match inputs {
            [] => Source::empty(self.bands),
            [region, ..] => Source::<T>::new(region, self.shift),
        };
        // tile by tile: what the rows of a tile show lies close together
        let mut left = rect.left;
        while left < rect.right() {
            let right = rect.right().min(left - left % TILE + TILE);
            let start = (left - rect.left) as usize * self.bands;
            let end = (right - rect.left) as usize * self.bands;
            for (y, row) in out.rows::<T>() {
                let row = &mut row[start..end];
                if self.misses(left, right, y) {
                    row.chunks_exact_mut(self.bands).for_each(|out| out.copy_from_slice(&self.ink));
                    continue;
                }
                points.clear();
                self.locate(left, right, y, points);
                source.sample(self.interpolator, points, &self.ink, row);
            }
            left = right;
        }
        Ok(())
    }
}

impl<T> Warp<T> {
    /// Whether all pixels of row `y` from `left` to `right`, within a tile, lie outside.
    fn misses(&self, left: i32, right: i32, y: i32) -> bool {
        let ((x0, y0), (x1, y1)) = (self.map.at(left, y), self.map.at(right - 1, y));
        let beyond = |a: f64, b: f64, length: i32| {
            a.max(b) + SLACK < self.map.edge - 1.0
                || a.min(b) - SLACK >= f64::from(length) + self.map.edge
        };
        beyond(x0, x1, self.width) || beyond(y0, y1, self.height)
    }

    /// Where the pixels of row `y` from `left` to `right`, within a tile, lie.
    fn locate(&self, left: i32, right: i32, y: i32, points: &mut Points) {
        if let Some(columns) = &self.columns {
            points.x.extend(&columns[left as usize..right as usize]);
            points.y.resize(points.x.len(), self.map.at(0, y).1);
        } else {
            let tile = left - left % TILE;
            let (mut x, mut y) = self.map.at(tile, y);
            let [across, _, down, _] = self.map.inverse;
            for _ in tile..left {
                x += across;
                y += down;
            }
            let count = (right - left) as usize;
            points.x.resize(count, 0.0);
            points.y.resize(count, 0.0);
            for (to_x, to_y) in points.x.iter_mut().zip(&mut points.y) {
                (*to_x, *to_y) = (x, y);
                x += across;
                y += down;
            }
        }
        points.keep(
            #[inline(always)]
            |x, y| self.map.holds(x, self.width) & self.map.holds(y, self.height),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    fn picture() -> Image {
        let pixel = |k: usize| (53 * (k % 5) + 91 * (k / 5) + 7 * (k % 5) * (k / 5)) as u8;
        let bytes: Vec<u8> = (0..25).map(pixel).collect();
        Image::from_memory(5, 5, 1, BandFormat::U8, bytes).unwrap()
    }

    #[test]
    fn interpolators_agree_with_the_vectors_of_the_reference() {
        let skewed = |interpolator| {
            let affine = Affine::new(picture(), [1.5, 0.25, -0.5, 1.25]);
            let affine = affine.interpolate(interpolator).oarea([1, 0, 5, 2]);
            affine.build().unwrap().to_memory().unwrap()
        };
        let nearest = [0, 53, 53, 211, 15, 91, 151, 151, 211, 127];
        assert_eq!(skewed(Interpolator::Nearest), nearest);
        let bilinear = [57, 116, 177, 113, 51, 121, 175, 152, 98, 127];
        assert_eq!(skewed(Interpolator::Bilinear), bilinear);
        let bicubic = [51, 121, 205, 113, 23, 123, 186, 159, 73, 127];
        assert_eq!(skewed(Interpolator::Bicubic), bicubic);
    }

    #[test]
    fn the_identity_is_the_input() {
        let image = picture();
        assert!(Affine::new(&image, [1.0, 0.0, 0.0, 1.0]).build().unwrap().is(&image));
    }

    #[test]
    fn bad_matrices_are_refused() {
        let error = Affine::new(picture(), [1.0, 2.0, 2.0, 4.0]).build().unwrap_err();
        assert!(error.message().contains("singular"));
        assert!(Affine::new(picture(), [1.0, 2.0]).build().is_err());
    }
}
