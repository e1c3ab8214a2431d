use super::bad;
use super::join::Align;
use crate::ink::ink;
use windlass_core::{
    Ask, Build, Header, Image, Operator, Rect, Region, RegionMut, Result, Traits, align,
};
use windlass_macros::Operation;

/// Join an array of images into a grid.
///
/// Images are laid out in rows of `across`. Each stands in a cell of `hspacing` by `vspacing`
/// pixels; cells are `shim` pixels apart.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Arrayjoin {
    /// Array of input images
    pub input: Vec<Image>,
    /// Number of images across grid; by default all of them
    #[arg(min = 1, max = 1_000_000)]
    pub across: Option<i32>,
    /// Pixels between images
    #[arg(default = 0, min = 0, max = 1_000_000)]
    pub shim: i32,
    /// Colour for new pixels
    pub background: Option<Vec<f64>>,
    /// Align on the left, centre or right
    #[arg(default = Align::Low)]
    pub halign: Align,
    /// Align on the top, centre or bottom
    #[arg(default = Align::Low)]
    pub valign: Align,
    /// Horizontal spacing between images; by default the largest width
    #[arg(min = 1, max = 1_000_000)]
    pub hspacing: Option<i32>,
    /// Vertical spacing between images; by default the largest height
    #[arg(min = 1, max = 1_000_000)]
    pub vspacing: Option<i32>,
}

impl Build for Arrayjoin {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        if self.input.is_empty() {
            return Err(bad("arrayjoin: no input images"));
        }
        let colours = self.background.as_ref().map_or(1, |colour| colour.len() as i32);
        let images = align::bands("arrayjoin", &align::formats(&self.input)?, colours)?;
        let header = Header::inherit(&images).ok_or_else(|| bad("arrayjoin: no input images"))?;
        let grid = self.grid(&images)?;
        let ink = if grid.is_full(&images) {
            Vec::new()
        } else {
            ink(&header, self.background.as_deref().unwrap_or(&[0.0]))?
        };
        let header = Header { width: grid.size.width, height: grid.size.height, ..header };
        let places = (0..images.len()).map(|i| self.place(&grid, i, images[i].rect())).collect();
        Image::area(header, &images.iter().collect::<Vec<_>>(), Array { grid, places, ink })
    }
}

impl Arrayjoin {
    fn grid(&self, images: &[Image]) -> Result<Grid> {
        let count = images.len() as i32;
        let across = self.across.unwrap_or(count);
        let width = images.iter().map(|image| image.header().width).max().unwrap_or(1);
        let height = images.iter().map(|image| image.header().height).max().unwrap_or(1);
        let cell = (self.hspacing.unwrap_or(width), self.vspacing.unwrap_or(height));
        let rows = (count - 1) / across + 1;
        let length = |cell: i32, cells: i32| {
            let length =
                i64::from(cell) * i64::from(cells) + i64::from(self.shim) * (i64::from(cells) - 1);
            i32::try_from(length).ok().filter(|length| *length <= MOST)
        };
        let (Some(width), Some(height)) = (length(cell.0, across), length(cell.1, rows)) else {
            return Err(bad("image: bad dimensions"));
        };
        let step = (cell.0 + self.shim, cell.1 + self.shim);
        let size = Rect::new(0, 0, width, height);
        Ok(Grid { count, across, rows, cell, step, size })
    }

    /// Where image `i` lies.
    fn place(&self, grid: &Grid, i: usize, image: Rect) -> Rect {
        let offset = |align: Align, cell: i32, size: i32| match align {
            Align::Low => 0,
            Align::Centre => (cell - size) / 2,
            Align::High => cell - size,
        };
        let area = grid.area(i as i32);
        let left = area.left + offset(self.halign, grid.cell.0, image.width);
        let top = area.top + offset(self.valign, grid.cell.1, image.height);
        image.translate(left, top)
    }
}

/// Pixels that an image can be wide or high.
const MOST: i32 = 100_000_000;

/// Cells in rows; the shim to the right and below belongs to a cell.
struct Grid {
    count: i32,
    across: i32,
    rows: i32,
    cell: (i32, i32),
    step: (i32, i32),
    size: Rect,
}

impl Grid {
    /// The pixels that belong to image `i`. Areas fill the grid: the last one goes to its edge.
    fn area(&self, i: i32) -> Rect {
        let (left, top) = ((i % self.across) * self.step.0, (i / self.across) * self.step.1);
        let width = if i == self.count - 1 { self.size.width } else { self.step.0 };
        Rect::new(left, top, width, self.step.1).intersect(&self.size)
    }

    /// The images whose areas touch `out`.
    fn touched(&self, out: Rect) -> impl Iterator<Item = i32> {
        let cells = |from: i32, to: i32, step: i32, cells: i32| {
            (from / step).min(cells - 1)..=((to - 1) / step).min(cells - 1)
        };
        let rows = cells(out.top, out.bottom(), self.step.1, self.rows);
        let columns = cells(out.left, out.right(), self.step.0, self.across);
        let (across, last) = (self.across, self.count - 1);
        rows.flat_map(move |row| {
            let (first, end) = (row * across + columns.start(), row * across + columns.end());
            first.min(last)..=end.min(last)
        })
    }

    /// Whether no background shows: every image fills its cell, and nothing is between them.
    fn is_full(&self, images: &[Image]) -> bool {
        self.step == self.cell
            && images.len() as i64 == i64::from(self.across) * i64::from(self.rows)
            && images.iter().all(|image| {
                let header = image.header();
                header.width >= self.cell.0 && header.height >= self.cell.1
            })
    }
}

/// Images in a grid over a colour.
struct Array {
    grid: Grid,
    places: Vec<Rect>,
    ink: Vec<u8>,
}

impl Array {
    /// What of image `i` shows in `out`.
    fn seen(&self, i: i32, out: Rect) -> Rect {
        self.places[i as usize].intersect(&self.grid.area(i)).intersect(&out)
    }
}

impl Operator for Array {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { cost: 0.25, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let mut left = out.area();
        for i in self.grid.touched(out) {
            let (place, seen) = (self.places[i as usize], self.seen(i, out));
            if seen == out {
                return ask.same(i as usize, -place.left, -place.top);
            }
            if !seen.is_empty() {
                let source = seen.translate(-place.left, -place.top);
                ask.place(i as usize, source, seen.left, seen.top);
                left -= seen.area();
            }
        }
        if left == 0 {
            ask.covered();
        }
    }

    fn compute(&self, _: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        let rect = out.rect();
        for i in self.grid.touched(rect) {
            let area = self.grid.area(i).intersect(&rect);
            for part in area.minus(&self.seen(i, rect)) {
                out.fill(part, &self.ink);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    fn squares(count: usize) -> Vec<Image> {
        let square = |i| Image::from_memory(1, 1, 1, BandFormat::U8, vec![i as u8]).unwrap();
        (1..=count).map(square).collect()
    }

    #[test]
    fn cells_are_laid_out_in_rows() {
        let out = Arrayjoin::new(squares(3)).across(2).shim(1).background(vec![9.0]);
        assert_eq!(out.build().unwrap().to_memory().unwrap(), [1, 9, 2, 9, 9, 9, 3, 9, 9]);
        let out = Arrayjoin::new(squares(2)).hspacing(3).halign(Align::Centre);
        assert_eq!(out.build().unwrap().to_memory().unwrap(), [0, 1, 0, 0, 2, 0]);
    }

    #[test]
    fn every_part_touches_only_the_images_under_it() {
        let images = squares(10_000);
        let operation = Arrayjoin::new(images.clone()).across(100);
        let grid = operation.grid(&images).unwrap();
        assert_eq!(grid.touched(Rect::new(3, 5, 2, 2)).collect::<Vec<_>>(), [503, 504, 603, 604]);
        let areas: u64 = (0..10_000).map(|i| grid.area(i).area()).sum();
        assert_eq!(areas, grid.size.area());
        assert_eq!(operation.build().unwrap().to_memory().unwrap()[507], 508_i32 as u8);
    }

    #[test]
    fn the_last_image_owns_what_is_left_of_its_row() {
        let operation = Arrayjoin::new(squares(5)).across(3);
        let grid = operation.grid(&squares(5)).unwrap();
        assert_eq!(grid.area(4), Rect::new(1, 1, 2, 1));
        assert_eq!(grid.touched(Rect::new(2, 1, 1, 1)).collect::<Vec<_>>(), [4]);
    }
}
