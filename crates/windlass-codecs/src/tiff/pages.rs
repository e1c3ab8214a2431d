//! Pages below each other.

use windlass_core::{
    Ask, Error, ErrorKind, Header, Image, Operator, Rect, Region, RegionMut, Result,
};

/// The image of `pages`, which have one size and format, below each other.
pub(super) fn stack(header: Header, pages: &[Image]) -> Result<Image> {
    let inputs: Vec<&Image> = pages.iter().collect();
    let height = pages.first().map_or(1, |page| page.header().height);
    Image::area(header, &inputs, Pages { height, pitch: height, count: pages.len() as i32 })
}

/// The same with pages that start at multiples of `step` rows, and how far they are from each other; a
/// single page as it is.
pub(super) fn padded(pages: &[Image], step: i32) -> Result<(Image, i32)> {
    let too_high = || Error::new(ErrorKind::Limit, format!("{} pages are too high", pages.len()));
    let (first, count) = match pages {
        [] => return Err(too_high()),
        [page] => return Ok((page.clone(), page.header().height)),
        [first, ..] => (first, pages.len() as i32),
    };
    let mut header = first.header().clone();
    let height = header.height;
    let pitch = (height + step - 1) / step * step;
    header.height = pitch.checked_mul(count).ok_or_else(too_high)?;
    let inputs: Vec<&Image> = pages.iter().collect();
    Ok((Image::area(header, &inputs, Pages { height, pitch, count })?, pitch))
}

struct Pages {
    /// Rows of a page, and from the start of one to that of the next
    height: i32,
    pitch: i32,
    count: i32,
}

impl Operator for Pages {
    type Scratch = ();

    fn scratch(&self) {}

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let first = (out.top / self.pitch).clamp(0, self.count - 1);
        let last = ((out.bottom() - 1) / self.pitch).clamp(first, self.count - 1);
        let mut rows = 0;
        for page in first..=last {
            let all = Rect::new(out.left, page * self.pitch, out.width, self.height);
            let part = all.intersect(&out);
            if part.is_empty() {
                continue;
            }
            let inside = part.translate(0, -page * self.pitch);
            ask.place(page as usize, inside, part.left, part.top);
            rows += part.height;
        }
        if rows == out.height {
            ask.covered();
        }
    }

    fn compute(&self, _: &[Region<'_>], out: &mut RegionMut<'_>, _: &mut ()) -> Result<()> {
        let outside = out.rows::<u8>().filter(|(y, _)| y % self.pitch >= self.height);
        outside.for_each(|(_, row)| row.fill(0));
        Ok(())
    }
}

/// A page of an image, `height` rows.
pub(super) fn page(image: &Image, number: i32, height: i32) -> Result<Image> {
    let mut header = image.header().clone();
    header.height = height;
    Image::area(header, &[image], Page { top: number * height })
}

struct Page {
    top: i32,
}

impl Operator for Page {
    type Scratch = ();

    fn scratch(&self) {}

    fn needs(&self, _: Rect, ask: &mut Ask) {
        ask.same(0, 0, self.top);
    }

    fn compute(&self, _: &[Region<'_>], _: &mut RegionMut<'_>, _: &mut ()) -> Result<()> {
        Ok(())
    }
}
