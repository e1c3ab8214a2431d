use super::counts::{Tally, counted};
use super::prepare::bad;
use crate::coding::decoded;
use std::f64::consts::TAU;
use windlass_core::{BandFormat, Build, Header, Image, Interpretation, Region, Result, cast};
use windlass_macros::Operation;

/// Find hough line transform.
///
/// Each pixel that is not 0 votes for the lines through it: across the result run angles of 0 to
/// 180 degrees, down it distances.
#[derive(Operation)]
#[operation(family = "arithmetic", name = "hough_line", sequential)]
pub struct HoughLine {
    /// Input image
    pub input: Image,
    /// Horizontal size of parameter space
    #[arg(default = 256, min = 1, max = 100_000)]
    pub width: i32,
    /// Vertical size of parameter space
    #[arg(default = 256, min = 1, max = 100_000)]
    pub height: i32,
}

impl Build for HoughLine {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = votes("hough_line", &self.input)?;
        let header = space(self.width, self.height, 1)?;
        let (width, height) = (f64::from(input.header().width), f64::from(input.header().height));
        let turn = |i: i32| libm::sin(TAU * f64::from(i) / f64::from(2 * self.width));
        let lines = Lines {
            width: self.width as usize,
            height: self.height as usize,
            diagonal: (width * width + height * height).sqrt(),
            sines: (0..2 * self.width).map(turn).collect(),
        };
        counted(&input, header, Votes(lines))
    }
}

/// Find hough circle transform.
///
/// Each pixel that is not 0 votes for the circles through it: pixels of the result are centres,
/// bands are radii. Votes are scaled to the circumference of the greatest circle.
#[derive(Operation)]
#[operation(family = "arithmetic", name = "hough_circle", sequential)]
pub struct HoughCircle {
    /// Input image
    pub input: Image,
    /// Scale down dimensions by this factor
    #[arg(default = 1, min = 1, max = 100_000)]
    pub scale: i32,
    /// Smallest radius to search for
    #[arg(default = 10, min = 1, max = 100_000)]
    pub min_radius: i32,
    /// Largest radius to search for
    #[arg(default = 20, min = 1, max = 100_000)]
    pub max_radius: i32,
}

impl Build for HoughCircle {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        if self.max_radius <= self.min_radius {
            return Err(bad("hough_circle: parameters out of range"));
        }
        let input = votes("hough_circle", &self.input)?;
        let bands = 1 + (self.max_radius - self.min_radius) / self.scale;
        let (width, height) = (input.header().width, input.header().height);
        let header = space(width / self.scale, height / self.scale, bands)?;
        let circles = Circles {
            width: header.width,
            height: header.height,
            bands,
            scale: self.scale,
            min_radius: self.min_radius,
            max_radius: self.max_radius,
        };
        counted(&input, header, Votes(circles))
    }
}

/// The image as bytes of one band.
fn votes(operation: &str, input: &Image) -> Result<Image> {
    let input = decoded(input)?;
    if input.header().bands != 1 {
        return Err(bad(format!("{operation}: image must one band")));
    }
    cast(&input, BandFormat::U8)
}

fn space(width: i32, height: i32, bands: i32) -> Result<Header> {
    let interpretation = Interpretation::Matrix;
    let header = Header { interpretation, ..Header::new(width, height, bands, BandFormat::U32) };
    header.check()?;
    Ok(header)
}

/// What a pixel votes for.
trait Vote: Send + Sync + 'static {
    fn vote(&self, x: i32, y: i32, counts: &mut [u32]);
    /// What is done to all counts in the end.
    fn scale(&self, _counts: &mut [u32]) {}
}

/// Each pixel that is not 0 votes.
struct Votes<V>(V);

impl<V: Vote> Tally for Votes<V> {
    fn add(&self, pixels: &Region<'_>, counts: &mut [u32]) {
        for y in pixels.rect().top..pixels.rect().bottom() {
            for (x, value) in (0..).zip(pixels.row::<u8>(y)) {
                if *value != 0 {
                    self.0.vote(x, y, counts);
                }
            }
        }
    }

    fn scale(&self, counts: &mut [u32]) {
        self.0.scale(counts);
    }
}

struct Lines {
    width: usize,
    height: usize,
    diagonal: f64,
    /// Two sides of the result long: a full turn
    sines: Vec<f64>,
}

impl Vote for Lines {
    fn vote(&self, x: i32, y: i32, counts: &mut [u32]) {
        let (x, y) = (f64::from(x) / self.diagonal, f64::from(y) / self.diagonal);
        let cosines = &self.sines[self.width / 2..];
        for (i, (cos, sin)) in cosines.iter().zip(&self.sines).take(self.width).enumerate() {
            let row = ((x * cos + y * sin + 1.0) * (self.height as f64 / 2.0)) as usize;
            if let Some(count) = counts.get_mut(row * self.width + i) {
                *count += 1;
            }
        }
    }
}

struct Circles {
    width: i32,
    height: i32,
    bands: i32,
    scale: i32,
    min_radius: i32,
    max_radius: i32,
}

impl Circles {
    /// Adds one at both ends of four lines of a circle, where they lie in the image.
    fn ends(&self, (x, y): (i32, i32), (dx, dy): (i32, i32), band: i32, counts: &mut [u32]) {
        for (dx, dy) in [(dx, dy), (dx, -dy), (dy, dx), (dy, -dx)] {
            for x in [x - dx, x + dx] {
                let y = y + dy;
                if (0..self.width).contains(&x) && (0..self.height).contains(&y) {
                    let pixel = y as usize * self.width as usize + x as usize;
                    counts[pixel * self.bands as usize + band as usize] += 1;
                }
            }
        }
    }

    /// The circle of Bresenham's algorithm.
    fn circle(&self, centre: (i32, i32), radius: i32, band: i32, counts: &mut [u32]) {
        let (mut x, mut y, mut error) = (0, radius, 3 - 2 * radius);
        while x < y {
            self.ends(centre, (x, y), band, counts);
            if error < 0 {
                error += 4 * x + 6;
            } else {
                error += 4 * (x - y) + 10;
                y -= 1;
            }
            x += 1;
        }
        if x == y {
            self.ends(centre, (x, y), band, counts);
        }
    }
}

impl Vote for Circles {
    fn vote(&self, x: i32, y: i32, counts: &mut [u32]) {
        let centre = (x / self.scale, y / self.scale);
        for band in 0..self.bands {
            self.circle(centre, band + self.min_radius / self.scale, band, counts);
        }
    }

    fn scale(&self, counts: &mut [u32]) {
        let length = |radius: i32| TAU * f64::from(radius);
        let ratio = |band| length(self.max_radius) / length(band * self.scale + self.min_radius);
        let ratios: Vec<f64> = (0..self.bands).map(ratio).collect();
        for pixel in counts.chunks_exact_mut(ratios.len()) {
            for (count, ratio) in pixel.iter_mut().zip(&ratios) {
                *count = (f64::from(*count) * ratio) as u32;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_votes_once_for_each_angle() {
        let image = Image::from_memory(3, 1, 1, BandFormat::U8, vec![1, 0, 200]).unwrap();
        let out = HoughLine::new(image).width(16).height(8).build().unwrap().pixels().unwrap();
        let votes: u32 = (0..8).flat_map(|y| out.samples::<u32>(y).to_vec()).sum();
        assert_eq!(votes, 32);
    }

    #[test]
    fn radii_must_differ() {
        let image = Image::from_memory(3, 1, 1, BandFormat::U8, vec![1, 0, 200]).unwrap();
        assert!(HoughCircle::new(image).min_radius(5).max_radius(5).build().is_err());
    }
}
