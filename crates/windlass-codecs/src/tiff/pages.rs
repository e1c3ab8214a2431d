//! Pages below each other.

use windlass_core::{Ask, Header, Image, Operator, Rect, Region, RegionMut, Result};

/// The image of `pages`, which have one size and format, below each other.
pub(super) fn stack(header: Header, pages: &[Image]) -> Result<Image> {
    let inputs: Vec<&Image> = pages.iter().collect();
    let height = pages.first().map_or(1, |page| page.header().height);
    Image::area(header, &inputs, Pages { height, count: pages.len() as i32 })
}

struct Pages {
    height: i32,
    count: i32,
}

impl Operator for Pages {
    type Scratch = ();

    fn scratch(&self) {}

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let first = (out.top / self.height).clamp(0, self.count - 1);
        let last = ((out.bottom() - 1) / self.height).clamp(first, self.count - 1);
        for page in first..=last {
            let all = Rect::new(out.left, page * self.height, out.width, self.height);
            let part = all.intersect(&out);
            let inside = part.translate(0, -page * self.height);
            ask.place(page as usize, inside, part.left, part.top);
        }
        ask.covered();
    }

    fn compute(&self, _: &[Region<'_>], _: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        Ok(())
    }
}
