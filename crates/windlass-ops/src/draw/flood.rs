use super::spans::Spans;
use crate::conversion::bad;
use crate::ink::ink;
use windlass_core::{Build, Image, Pixels, Rect, Result};
use windlass_macros::{Operation, Outputs};

/// Flood-fill an area.
///
/// Paints from the start on, up to pixels of the colour of the ink, or, with `equal`, as far as
/// pixels are like the start. Pixels are neighbours across their edges, not their corners.
#[derive(Operation)]
#[operation(family = "draw", nocache)]
pub struct DrawFlood {
    /// Image to draw on
    #[arg(modify)]
    pub image: Image,
    /// Color for pixels
    pub ink: Vec<f64>,
    /// Column of the start
    #[arg(min = 0, max = 1_000_000_000)]
    pub x: i32,
    /// Row of the start
    #[arg(min = 0, max = 1_000_000_000)]
    pub y: i32,
    /// Test pixels in this image; by default in the one drawn on
    pub test: Option<Image>,
    /// Flood while pixels are equal to the start
    #[arg(default = false)]
    pub equal: bool,
}

/// The image, and the area that was painted.
#[derive(Outputs)]
#[expect(clippy::exhaustive_structs, reason = "the outputs of the reference")]
pub struct Flooded {
    /// Image that was drawn on
    pub image: Image,
    /// Left edge of modified area
    #[out(optional)]
    pub left: i32,
    /// Top edge of modified area
    #[out(optional)]
    pub top: i32,
    /// Width of modified area
    #[out(optional)]
    pub width: i32,
    /// Height of modified area
    #[out(optional)]
    pub height: i32,
}

impl Build for DrawFlood {
    type Output = Flooded;

    fn build(&self) -> Result<Flooded> {
        let rect = self.image.rect();
        if self.test.as_ref().is_some_and(|test| test.rect() != rect) {
            return Err(bad("draw_flood: images must match in size"));
        }
        if !rect.contains(&Rect::new(self.x, self.y, 1, 1)) {
            return Err(bad("draw_flood: start point out of image"));
        }
        let own = self.image.pixels()?;
        let image = Image::from_pixels(self.image.header().clone(), own.clone())?;
        let mut flood = self.flood(&own)?;
        let mut spans = Spans::of(&image);
        for run in flood.runs(self.x, self.y)? {
            spans.add(i64::from(run.y), i64::from(run.start), i64::from(run.end));
        }
        let Rect { left, top, width, height } = match spans.bounds() {
            bounds if bounds.is_empty() => Rect::new(self.x, self.y, 1, 1),
            bounds => bounds,
        };
        let image = spans.painted(&image, &self.ink)?;
        Ok(Flooded { image, left, top, width, height })
    }
}

impl DrawFlood {
    fn flood<'a>(&self, own: &'a Pixels) -> Result<Flood<'a>> {
        let wet = ink(self.image.header(), &self.ink)?;
        let (test, dry) = match &self.test {
            Some(test) => (test.pixels()?, Some((own, wet))),
            None => (own.clone(), None),
        };
        let header = self.test.as_ref().unwrap_or(&self.image).header();
        let edge = if self.equal {
            pixel(&test, self.x, self.y).to_vec()
        } else {
            ink(header, &self.ink)?
        };
        let (width, height) = (header.width, header.height);
        let size = width as usize * height as usize;
        let painted = windlass_io::alloc::try_vec(size)?;
        let same_as_ink = self.equal && self.test.is_none() && edge == ink(header, &self.ink)?;
        let equal = self.equal;
        Ok(Flood { test, equal, edge, dry, painted, width, height, nothing: same_as_ink })
    }
}

/// A stretch of pixels inside the area.
#[derive(Clone, Copy)]
struct Stretch {
    y: i32,
    start: i32,
    end: i32,
}

/// A flood in progress.
struct Flood<'a> {
    test: Pixels,
    equal: bool,
    edge: Vec<u8>,
    /// Where another image is tested: the one painted, and its ink
    dry: Option<(&'a Pixels, Vec<u8>)>,
    painted: Vec<bool>,
    width: i32,
    height: i32,
    nothing: bool,
}

impl Flood<'_> {
    /// All stretches that are reached from a pixel.
    fn runs(&mut self, x: i32, y: i32) -> Result<Vec<Stretch>> {
        let mut runs = Vec::new();
        if self.nothing || !self.is_inside(x, y) {
            return Ok(runs);
        }
        runs.push(self.run(x, y));
        let mut next = 0;
        while next < runs.len() {
            let Stretch { y, start, end } = runs[next];
            next += 1;
            for y in [y - 1, y + 1] {
                let mut x = start;
                while x < end && (0..self.height).contains(&y) {
                    if self.can_enter(x, y) {
                        windlass_io::alloc::try_reserve(&mut runs, 1)?;
                        runs.push(self.run(x, y));
                    }
                    x += 1;
                }
            }
        }
        Ok(runs)
    }

    fn is_inside(&self, x: i32, y: i32) -> bool {
        (pixel(&self.test, x, y) == self.edge) == self.equal
    }

    fn can_enter(&self, x: i32, y: i32) -> bool {
        let dry = |(own, ink): &(&Pixels, Vec<u8>)| pixel(own, x, y) != ink;
        !self.painted[self.index(x, y)] && self.is_inside(x, y) && self.dry.as_ref().is_none_or(dry)
    }

    /// The whole stretch around a pixel, painted.
    fn run(&mut self, x: i32, y: i32) -> Stretch {
        let start = (0..x).rev().take_while(|x| self.is_inside(*x, y)).last().unwrap_or(x);
        let end = 1 + (x + 1..self.width).take_while(|x| self.is_inside(*x, y)).last().unwrap_or(x);
        let first = self.index(start, y);
        self.painted[first..first + (end - start) as usize].fill(true);
        Stretch { y, start, end }
    }

    fn index(&self, x: i32, y: i32) -> usize {
        y as usize * self.width as usize + x as usize
    }
}

fn pixel(pixels: &Pixels, x: i32, y: i32) -> &[u8] {
    let size = pixels.pixel_size();
    &pixels.row(y)[x as usize * size..][..size]
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn a_flood_stops_at_its_border() {
        let bytes = vec![0, 0, 1, 0, 0, 1, 1, 1, 0];
        let image = Image::from_memory(3, 3, 1, BandFormat::U8, bytes).unwrap();
        let out = DrawFlood::new(&image, vec![1.0], 0, 0).build().unwrap();
        assert_eq!(out.image.to_memory().unwrap(), [1, 1, 1, 1, 1, 1, 1, 1, 0]);
        assert_eq!((out.left, out.top, out.width, out.height), (0, 0, 2, 2));
        let out = DrawFlood::new(&image, vec![9.0], 2, 0).equal(true).build().unwrap();
        assert_eq!(out.image.to_memory().unwrap(), [0, 0, 9, 0, 0, 9, 1, 1, 0]);
        assert!(DrawFlood::new(&image, vec![9.0], 3, 0).build().is_err());
    }
}
