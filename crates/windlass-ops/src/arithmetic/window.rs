//! A part of an image, for operations that look at one.

use super::prepare::bad;
use windlass_core::{Ask, Header, Image, Operator, Rect, Region, RegionMut, Result};

/// The pixels of `area`.
pub(super) fn window(image: &Image, area: Rect) -> Result<Image> {
    if area.is_empty() || area.intersect(&image.rect()) != area {
        return Err(bad("extract_area: bad extract area"));
    }
    let header = Header { width: area.width, height: area.height, ..image.header().clone() };
    Image::area(header, &[image], Window { left: area.left, top: area.top })
}

struct Window {
    left: i32,
    top: i32,
}

impl Operator for Window {
    type Scratch = ();

    fn scratch(&self) {}

    fn needs(&self, _: Rect, ask: &mut Ask) {
        ask.same(0, self.left, self.top);
    }

    fn compute(&self, _: &[Region<'_>], _: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        Ok(())
    }
}
