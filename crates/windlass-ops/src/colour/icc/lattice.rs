//! Tables over several dimensions, between whose points one interpolates.

/// A lattice of points over 1 to 15 inputs, 0 to 1.
#[derive(Clone, Debug)]
pub(super) struct Lattice {
    /// Points along each input
    grid: Vec<usize>,
    /// Values of a point
    outputs: usize,
    /// All points, the last input running fastest
    values: Vec<f32>,
    /// Whether three inputs are interpolated by eight points, not by the tetrahedron's four
    pub(super) trilinear: bool,
}

/// Values of a point at most.
pub(super) const MOST: usize = 16;

impl Lattice {
    /// The lattice of `values`, where there are as many as the grid has places.
    pub(super) fn new(grid: Vec<usize>, outputs: usize, values: Vec<f32>) -> Option<Self> {
        let fits = (1..=15).contains(&grid.len())
            && (1..=MOST).contains(&outputs)
            && grid.iter().all(|points| *points >= 2)
            && Self::places(&grid, outputs)? == values.len();
        fits.then_some(Self { grid, outputs, values, trilinear: false })
    }

    /// Values that a grid holds.
    pub(super) fn places(grid: &[usize], outputs: usize) -> Option<usize> {
        grid.iter().try_fold(outputs, |places, points| places.checked_mul(*points))
    }

    /// The value at `point`, which becomes the first samples of `out`.
    pub(super) fn at(&self, point: &[f32], out: &mut [f32; MOST]) {
        self.cut(point, &self.grid, 0, self.places_of_first(), out);
    }

    fn places_of_first(&self) -> usize {
        self.values.len()
    }

    /// The value in the sub-lattice of `grid` that starts at `base` and holds `places` values.
    fn cut(
        &self,
        point: &[f32],
        grid: &[usize],
        base: usize,
        places: usize,
        out: &mut [f32; MOST],
    ) {
        if grid.len() == 3 && !self.trilinear {
            return self.tetrahedron([point[0], point[1], point[2]], grid, base, out);
        }
        let Some((points, rest)) = grid.split_first() else {
            out[..self.outputs].copy_from_slice(&self.values[base..base + self.outputs]);
            return;
        };
        let stride = places / points;
        let (cell, part) = cell(point[0], *points);
        let base = base + cell * stride;
        self.cut(&point[1..], rest, base, stride, out);
        if part > 0.0 {
            let mut next = [0.0; MOST];
            self.cut(&point[1..], rest, base + stride, stride, &mut next);
            out.iter_mut().zip(next).for_each(|(out, next)| *out += (next - *out) * part);
        }
    }

    fn tetrahedron(&self, point: [f32; 3], grid: &[usize], base: usize, out: &mut [f32; MOST]) {
        let n = self.outputs;
        let strides = [grid[1] * grid[2] * n, grid[2] * n, n];
        let mut corner = base;
        let mut ways = [(0.0, 0); 3];
        for (i, way) in ways.iter_mut().enumerate() {
            let (cell, part) = cell(point[i], grid[i]);
            corner += cell * strides[i];
            *way = (part, if part > 0.0 { strides[i] } else { 0 });
        }
        ways.sort_by(|a, b| b.0.total_cmp(&a.0));
        let value = |at: usize| &self.values[at..at + n];
        out[..n].copy_from_slice(value(corner));
        for (part, stride) in ways {
            let next = corner + stride;
            let steps = value(next).iter().zip(value(corner));
            out.iter_mut().zip(steps).for_each(|(out, (next, last))| *out += (next - last) * part);
            corner = next;
        }
    }
}

/// The cell that holds `x` of 0 to 1 and how far it lies into it.
fn cell(x: f32, points: usize) -> (usize, f32) {
    let at = super::curve::limited(x) * (points - 1) as f32;
    let cell = (at as usize).min(points - 1);
    (cell, at - cell as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sums with weights are reproduced exactly by any interpolation.
    #[test]
    fn straight_functions_stay() {
        for dimensions in 1..=5 {
            let grid: Vec<usize> = (0..dimensions).map(|i| 2 + i % 3).collect();
            let places = Lattice::places(&grid, 1).unwrap();
            let value = |mut at: usize| {
                let mut sum = 0.0;
                for (i, points) in grid.iter().enumerate().rev() {
                    sum += (at % points) as f32 / (points - 1) as f32 * (i + 1) as f32;
                    at /= points;
                }
                sum
            };
            let values = (0..places).map(value).collect();
            let mut lattice = Lattice::new(grid.clone(), 1, values).unwrap();
            let point: Vec<f32> = (0..dimensions).map(|i| 0.17 + 0.2 * i as f32).collect();
            let expected: f32 = point.iter().zip(1..).map(|(x, weight)| x * weight as f32).sum();
            for trilinear in [false, true] {
                lattice.trilinear = trilinear;
                let mut out = [0.0; MOST];
                lattice.at(&point, &mut out);
                assert!((out[0] - expected).abs() < 1e-5, "{dimensions}: {} {expected}", out[0]);
            }
        }
    }

    #[test]
    fn the_number_of_values_must_fit() {
        assert!(Lattice::new(vec![2, 2], 3, vec![0.0; 11]).is_none());
        assert!(Lattice::new(vec![1], 3, vec![0.0; 3]).is_none());
        assert!(Lattice::new(vec![usize::MAX, 2], 3, Vec::new()).is_none());
    }
}
