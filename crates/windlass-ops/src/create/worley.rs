use super::prepare::fresh;
use super::random::{mix, next, seed};
use windlass_core::point::{self, PlaceKernel};
use windlass_core::{BandFormat, Build, Image, Result};
use windlass_macros::Operation;

/// Make a worley noise image.
///
/// The distance to the nearest of the points that are strewn, one to nine, in each cell. It can be
/// tiled where the size is a multiple of `cell_size`.
#[derive(Operation)]
#[operation(family = "create")]
pub struct Worley {
    /// Image width in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// Size of Worley cells
    #[arg(default = 256, min = 1, max = 100_000_000)]
    pub cell_size: i32,
    /// Random number seed
    #[arg(min = -2_147_483_648.0, max = 2_147_483_647.0)]
    pub seed: Option<i32>,
}

impl Build for Worley {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let cells = |side: i32| side / self.cell_size + i32::from(side % self.cell_size > 0);
        let field = Field {
            seed: seed(self.seed),
            size: self.cell_size,
            across: cells(self.width),
            down: cells(self.height),
        };
        point::generate(fresh(self.width, self.height, 1, BandFormat::F32), field)
    }
}

/// A grid of cells with points in them.
struct Field {
    seed: u32,
    size: i32,
    across: i32,
    down: i32,
}

impl Field {
    /// The points of a cell and of its eight neighbours; beyond the edges cells begin anew.
    fn points(&self, column: i32, row: i32) -> Vec<[i64; 2]> {
        let around =
            (row - 1..=row + 1).flat_map(|j| (column - 1..=column + 1).map(move |i| (i, j)));
        around.flat_map(|(i, j)| self.points_of(i, j)).collect()
    }

    fn points_of(&self, i: i32, j: i32) -> Vec<[i64; 2]> {
        let wrap = |i: i32, n: i32| {
            if i >= n {
                0
            } else if i < 0 {
                n - 1
            } else {
                i
            }
        };
        let mut state = mix(mix(self.seed, wrap(i, self.across)), wrap(j, self.down));
        let count = state % 9 + 1;
        let size = i64::from(self.size);
        let mut along = |cell: i32| {
            state = next(state);
            i64::from(cell) * size + i64::from(state) % size
        };
        (0..count).map(|_| [along(i), along(j)]).collect()
    }
}

impl PlaceKernel for Field {
    type Out = f32;

    fn row(&self, left: i32, y: i32, output: &mut [f32]) {
        let row = y / self.size;
        let furthest = 1.5 * f64::from(self.size);
        let mut column = left / self.size;
        let mut points = self.points(column, row);
        for (out, x) in output.iter_mut().zip(left..) {
            if x / self.size != column {
                column = x / self.size;
                points = self.points(column, row);
            }
            let square = |[px, py]: &[i64; 2]| {
                let (dx, dy) = (px - i64::from(x), py - i64::from(y));
                dx * dx + dy * dy
            };
            let nearest = points.iter().map(square).min().unwrap_or(i64::MAX);
            *out = (nearest as f32).sqrt().min(furthest as f32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_of_a_seed() {
        let out = Worley::new(4, 3).cell_size(3).seed(42).build().unwrap().pixels().unwrap();
        assert_eq!(out.samples::<f32>(0), [1.0, 1.0, 1.0, 1.0]);
        assert_eq!(out.samples::<f32>(1), [0.0, 1.0, 0.0, 1.0]);
        assert_eq!(out.samples::<f32>(2), [1.0, 0.0, 0.0, 1.0]);
    }
}
