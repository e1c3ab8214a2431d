use super::prepare::fresh;
use super::random::{mix, seed};
use std::f64::consts::TAU;
use windlass_core::point::{self, PlaceKernel};
use windlass_core::{BandFormat, Build, Image, Result};
use windlass_macros::Operation;

/// Make a perlin noise image.
///
/// Smooth noise, about -0.7 to 0.7, with `uchar` around 128; 0 at the corners of cells. It can be
/// tiled where the size is a multiple of `cell_size`.
#[derive(Operation)]
#[operation(family = "create")]
pub struct Perlin {
    /// Image width in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// Size of Perlin cells
    #[arg(default = 256, min = 1, max = 100_000_000)]
    pub cell_size: i32,
    /// Output an unsigned char image
    #[arg(default = false)]
    pub uchar: bool,
    /// Random number seed
    #[arg(min = -2_147_483_648.0, max = 2_147_483_647.0)]
    pub seed: Option<i32>,
}

impl Build for Perlin {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let field = Field {
            seed: seed(self.seed),
            size: self.cell_size,
            across: self.width.div_euclid(self.cell_size)
                + i32::from(self.width % self.cell_size > 0),
            down: self.height.div_euclid(self.cell_size)
                + i32::from(self.height % self.cell_size > 0),
        };
        let header = |format| fresh(self.width, self.height, 1, format);
        if self.uchar {
            point::generate(header(BandFormat::U8), Bytes(field))
        } else {
            point::generate(header(BandFormat::F32), field)
        }
    }
}

/// A grid of directions.
struct Field {
    seed: u32,
    size: i32,
    across: i32,
    down: i32,
}

impl Field {
    /// The direction at a corner of cells; beyond the last it is that of the first.
    fn direction(&self, x: i32, y: i32) -> [f32; 2] {
        let x = if x >= self.across { 0 } else { x };
        let y = if y >= self.down { 0 } else { y };
        let hash = mix(mix(self.seed, y), x);
        let turn = (hash ^ hash >> 8 ^ hash >> 16) & 255;
        let angle = (TAU * f64::from(turn) / 256.0) as f32;
        [libm::cosf(angle), libm::sinf(angle)]
    }

    /// Directions at the corners of a cell: the two above, the two below.
    fn corners(&self, x: i32, y: i32) -> [[[f32; 2]; 2]; 2] {
        [y, y + 1].map(|y| [self.direction(x, y), self.direction(x + 1, y)])
    }
}

fn fade(t: f32) -> f32 {
    t * t * t * (t * (t * 6.0 - 15.0) + 10.0)
}

impl PlaceKernel for Field {
    type Out = f32;

    fn row(&self, left: i32, y: i32, output: &mut [f32]) {
        let row = y / self.size;
        let dy = (y - row * self.size) as f32 / self.size as f32;
        let mut column = left / self.size;
        let mut corners = self.corners(column, row);
        for (out, x) in output.iter_mut().zip(left..) {
            if x / self.size != column {
                column = x / self.size;
                corners = self.corners(column, row);
            }
            let dx = (x - column * self.size) as f32 / self.size as f32;
            let slope = |i: usize, j: usize| {
                let [gx, gy] = corners[j][i];
                (i as f32 - dx) * gx + (j as f32 - dy) * gy
            };
            let between = |j| slope(0, j) + fade(dx) * (slope(1, j) - slope(0, j));
            let (above, below) = (between(0), between(1));
            *out = above + fade(dy) * (below - above);
        }
    }
}

struct Bytes(Field);

impl PlaceKernel for Bytes {
    type Out = u8;

    fn row(&self, x: i32, y: i32, output: &mut [u8]) {
        let mut values = vec![0.0; output.len()];
        self.0.row(x, y, &mut values);
        for (out, x) in output.iter_mut().zip(values) {
            *out = (128.0 * x + 128.0) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_of_a_seed() {
        let out = Perlin::new(4, 3).cell_size(3).seed(42).build().unwrap().pixels().unwrap();
        let near = |row: &[f32], expected: [f32; 4]| {
            row.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6)
        };
        assert!(near(out.samples(0), [0.0, -0.397_557_8, -0.399_335_44, 0.0]));
        assert!(near(out.samples(1), [-0.024_085_22, -0.414_048_4, -0.394_829_18, 0.012_100_87]));
    }
}
