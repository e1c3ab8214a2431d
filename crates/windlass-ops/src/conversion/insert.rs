use super::bad;
use crate::ink::ink;
use windlass_core::{
    Ask, Build, Header, Image, Operator, Rect, Region, RegionMut, Result, Traits, align,
};
use windlass_macros::Operation;

/// Insert an image into another.
///
/// `sub` covers `main` at `x`, `y`. With `expand` the output is large enough for both, and new
/// pixels have the background colour; else `sub` is cropped to `main`.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Insert {
    /// Main input image
    pub main: Image,
    /// Sub-image to insert into main image
    pub sub: Image,
    /// Left edge of sub in main
    #[arg(min = -100_000_000, max = 100_000_000)]
    pub x: i32,
    /// Top edge of sub in main
    #[arg(min = -100_000_000, max = 100_000_000)]
    pub y: i32,
    /// Expand output to hold all of both inputs
    #[arg(default = false)]
    pub expand: bool,
    /// Color for new pixels
    pub background: Option<Vec<f64>>,
}

impl Build for Insert {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        insert("insert", self)
    }
}

/// The insertion, with the name of the operation that wants it in errors.
pub(super) fn insert(operation: &str, insert: &Insert) -> Result<Image> {
    let Insert { main, sub, x, y, expand, background } = insert;
    let (first, second) = (main.header(), sub.header());
    if first.coding != second.coding {
        return Err(bad(format!("{operation}: images must have the same coding")));
    }
    if first.bands != second.bands && first.bands != 1 && second.bands != 1 {
        return Err(bad(format!(
            "{operation}: images must have the same number of bands, or one must be single-band"
        )));
    }
    let images = align::formats(&[main.clone(), sub.clone()])?;
    let images = align::bands(operation, &images, 1)?;
    let header = Header::inherit(&images).ok_or_else(|| bad("no images"))?;
    let sub = sub.rect().translate(*x, *y);
    let canvas = if *expand { main.rect().union(&sub) } else { main.rect() };
    let place = |rect: Rect| rect.translate(-canvas.left, -canvas.top);
    let ink = ink(&header, background.as_deref().unwrap_or(&[0.0]))?;
    let header = Header { width: canvas.width, height: canvas.height, ..header };
    let inserted = Inserted { main: place(main.rect()), sub: place(sub), ink };
    Image::area(header, &images.iter().collect::<Vec<_>>(), inserted)
}

/// One image over another, over a colour.
struct Inserted {
    main: Rect,
    sub: Rect,
    ink: Vec<u8>,
}

impl Inserted {
    /// Where the colour shows.
    fn gaps(&self, out: Rect) -> impl Iterator<Item = Rect> {
        let sub = self.sub;
        out.minus(&self.main).flat_map(move |part| part.minus(&sub))
    }
}

impl Operator for Inserted {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { cost: 0.25, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let (under, over) = (out.intersect(&self.main), out.intersect(&self.sub));
        if over == out {
            return ask.same(1, -self.sub.left, -self.sub.top);
        }
        if over.is_empty() && under == out {
            return ask.same(0, -self.main.left, -self.main.top);
        }
        for part in under.minus(&self.sub) {
            let source = part.translate(-self.main.left, -self.main.top);
            ask.place(0, source, part.left, part.top);
        }
        if !over.is_empty() {
            let source = over.translate(-self.sub.left, -self.sub.top);
            ask.place(1, source, over.left, over.top);
        }
        if self.gaps(out).next().is_none() {
            ask.covered();
        }
    }

    fn compute(&self, _: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        for part in self.gaps(out.rect()) {
            out.fill(part, &self.ink);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn sub_covers_main_and_the_canvas_grows_when_asked() {
        let main = Image::from_memory(3, 1, 1, BandFormat::U8, vec![1, 2, 3]).unwrap();
        let sub = Image::from_memory(2, 1, 1, BandFormat::U8, vec![8, 9]).unwrap();
        let out = Insert::new(&main, &sub, 2, 0).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [1, 2, 8]);
        let out = Insert::new(&main, &sub, -3, 1).expand(true).background(vec![7.0]);
        let expected = [7, 7, 7, 1, 2, 3, 8, 9, 7, 7, 7, 7];
        assert_eq!(out.build().unwrap().to_memory().unwrap(), expected);
    }
}
