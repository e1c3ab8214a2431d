use super::{bad, derived};
use windlass_core::{Ask, Build, Image, Meta, Operator, Rect, Region, RegionMut, Result, Traits};
use windlass_macros::Operation;

/// Transpose3d an image.
///
/// Pages become lines and lines become pages: line `p` of page `l` of the output is line `l` of
/// page `p` of the input.
#[derive(Operation)]
#[operation(family = "conversion")]
pub struct Transpose3d {
    /// Input image
    pub input: Image,
    /// Height of each input page; by default that of the metadata
    #[arg(min = 0, max = 10_000_000)]
    pub page_height: Option<i32>,
}

impl Build for Transpose3d {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let mut header = derived(&self.input);
        let stored = || header.metadata.int("page-height");
        let Some(lines) = self.page_height.or_else(stored) else {
            return Err(bad("vips_image_get: field \"page-height\" not found"));
        };
        if lines <= 0 || header.height % lines != 0 {
            return Err(bad("transpose3d: bad page_height"));
        }
        let pages = header.height / lines;
        header.metadata.set("page-height", Meta::Int(pages));
        Image::area(header, &[&self.input], Transposed { lines, pages })
    }
}

/// Rows in another order.
struct Transposed {
    lines: i32,
    pages: i32,
}

impl Operator for Transposed {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { cost: 0.25, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let source = |y: i32| (y % self.pages) * self.lines + y / self.pages;
        if out.height == 1 {
            return ask.same(0, 0, source(out.top) - out.top);
        }
        for y in out.top..out.bottom() {
            ask.place(0, Rect { top: source(y), height: 1, ..out }, out.left, y);
        }
        ask.covered();
    }

    fn compute(&self, _: &[Region<'_>], _: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn pages_become_lines() {
        let image = Image::from_memory(1, 6, 1, BandFormat::U8, vec![1, 2, 3, 4, 5, 6]).unwrap();
        let out = Transpose3d::new(&image).page_height(3).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [1, 4, 2, 5, 3, 6]);
        assert_eq!(out.header().metadata.int("page-height"), Some(2));
        assert!(Transpose3d::new(&image).page_height(4).build().is_err());
        assert!(Transpose3d::new(&image).build().is_err());
    }
}
