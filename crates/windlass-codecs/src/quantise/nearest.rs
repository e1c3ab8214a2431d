//! The nearest of a few colours.

use super::Colour;

/// A colour between the steps of samples: red, green, blue and alpha, 0 to 255.
pub(super) type Point = [f32; 4];

/// Bits of a sample that say in which cell it lies.
const BITS: [u32; 4] = [5, 5, 5, 3];
const CELLS: usize = 1 << 18;
/// The same of the larger cells.
const REGION_BITS: [u32; 4] = [2, 2, 2, 1];
const REGIONS: usize = 1 << 7;

/// At most 256 colours. For each cell of a grid over all colours those are noted that are nearest to some
/// point of it, once somebody asks: a handful to compare, and the answer is exact.
pub(super) struct Nearest {
    points: Vec<Point>,
    /// Where the list of a cell starts; 0 where nobody asked yet
    cells: Vec<u32>,
    /// The lists, each with its length less one before it
    lists: Vec<u8>,
    /// What may be nearest in each of larger cells, from which the lists are chosen
    regions: Vec<Vec<u8>>,
    /// What was asked for last, and the answer: areas of one colour are common
    last: (Point, (usize, f32)),
}

impl Nearest {
    pub(super) fn new(points: Vec<Point>) -> Self {
        let (cells, regions) = (vec![0; CELLS], vec![Vec::new(); REGIONS]);
        Self { points, cells, lists: vec![0], regions, last: ([-1.0; 4], (0, 0.0)) }
    }

    pub(super) fn points(&self) -> &[Point] {
        &self.points
    }

    /// The index of the colour that is nearest to `wanted`, whose samples are in 0..=255, and the square of its
    /// distance.
    #[inline]
    pub(super) fn find(&mut self, wanted: Point) -> (usize, f32) {
        if wanted == self.last.0 {
            return self.last.1;
        }
        self.last = (wanted, self.search(wanted));
        self.last.1
    }

    #[inline]
    fn search(&mut self, wanted: Point) -> (usize, f32) {
        let cell = cell_of(wanted, BITS);
        let mut at = self.cells[cell] as usize;
        if at == 0 {
            at = self.list(cell);
        }
        let last = at + 1 + usize::from(self.lists[at]);
        let mut best = (0, f32::MAX);
        for &index in &self.lists[at + 1..=last] {
            let distance = distance(wanted, self.points[usize::from(index)]);
            if distance < best.1 {
                best = (usize::from(index), distance);
            }
        }
        best
    }

    /// Notes what may be nearest in a cell.
    #[cold]
    fn list(&mut self, cell: usize) -> usize {
        let (low, high) = corners(cell, BITS);
        let region = cell_of(low, REGION_BITS);
        if self.regions[region].is_empty() {
            let (low, high) = corners(region, REGION_BITS);
            let all: Vec<u8> = (0_u8..=255).take(self.points.len()).collect();
            self.regions[region] = self.candidates(&all, low, high);
        }
        let list = self.candidates(&self.regions[region], low, high);
        let at = self.lists.len();
        self.lists.push(list.len().saturating_sub(1) as u8);
        self.lists.extend(list);
        self.cells[cell] = at as u32;
        at
    }

    /// Those that may be nearest in a box: all that are not farther from its nearest point than another one
    /// is from its farthest.
    fn candidates(&self, of: &[u8], low: Point, high: Point) -> Vec<u8> {
        let bounds = of.iter().map(|&index| bounds(self.points[usize::from(index)], low, high));
        let bounds: Vec<(f32, f32)> = bounds.collect();
        let most = bounds.iter().map(|&(_, far)| far).fold(f32::MAX, f32::min);
        let near = of.iter().zip(&bounds).filter(|&(_, &(near, _))| near <= most);
        near.map(|(&index, _)| index).collect()
    }
}

/// A colour as a point; what is clear is one point, whatever its colour.
#[inline]
pub(super) fn point(colour: Colour) -> Point {
    if colour[3] == 0 { [0.0; 4] } else { colour.map(f32::from) }
}

/// The square of the distance of two points.
#[inline]
pub(super) fn distance(one: Point, other: Point) -> f32 {
    let [r, g, b, a] = std::array::from_fn(|band| one[band] - other[band]);
    (r * r + g * g) + (b * b + a * a)
}

/// The scalar product of two points.
#[inline]
pub(super) fn dot(one: Point, other: Point) -> f32 {
    (one[0] * other[0] + one[1] * other[1]) + (one[2] * other[2] + one[3] * other[3])
}

/// The cell of a grid with so many bits a band in which a point lies: that of [`corners`].
#[inline]
fn cell_of(point: Point, bits: [u32; 4]) -> usize {
    let (mut cell, mut shift) = (0, 0);
    for (sample, bits) in point.into_iter().zip(bits) {
        cell |= sample as usize >> (8 - bits) << shift;
        shift += bits;
    }
    cell
}

/// The lowest and the highest point of a cell of a grid with so many bits a band.
fn corners(cell: usize, bits: [u32; 4]) -> (Point, Point) {
    let mut corners = ([0.0; 4], [0.0; 4]);
    let mut rest = cell;
    for (band, bits) in bits.into_iter().enumerate() {
        let (step, number) = (256_usize >> bits, rest & ((1 << bits) - 1));
        corners.0[band] = (number * step) as f32;
        corners.1[band] = ((number + 1) * step) as f32;
        rest >>= bits;
    }
    corners
}

/// The squares of the distances to the nearest and to the farthest point of a box.
fn bounds(point: Point, low: Point, high: Point) -> (f32, f32) {
    let nearest = std::array::from_fn(|band| point[band].clamp(low[band], high[band]));
    let farthest = std::array::from_fn(|band| {
        let middle = f32::midpoint(low[band], high[band]);
        if point[band] < middle { high[band] } else { low[band] }
    });
    (distance(point, nearest), distance(point, farthest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grid_finds_what_comparing_with_all_finds() {
        let mut seed = 7_u32;
        let mut colour = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [_, r, g, b] = seed.to_le_bytes();
            let alpha = if b > 200 { g } else { 255 };
            [r, g, b, alpha].map(f32::from)
        };
        for count in [1, 2, 17, 256] {
            let points: Vec<Point> = (0..count).map(|_| colour()).collect();
            let mut nearest = Nearest::new(points.clone());
            for _ in 0..3000 {
                let wanted = colour().map(|sample| (sample + 0.4).min(255.0));
                let least = points.iter().map(|&point| distance(wanted, point));
                let (index, found) = nearest.find(wanted);
                assert_eq!(Some(found), least.min_by(f32::total_cmp));
                assert_eq!(found, distance(wanted, points[index]));
            }
        }
    }
}
