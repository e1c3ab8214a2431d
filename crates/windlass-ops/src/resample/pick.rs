//! Pixels repeated, or only some of them taken, by integer factors.

use crate::conversion::{bad, derived};
use windlass_core::{Ask, Header, Image, Operator, Rect, Region, RegionMut, Result, Shape, Traits};

/// Each pixel of `image` as `across` by `down` equal ones.
pub(super) fn zoom(image: &Image, across: i32, down: i32) -> Result<Image> {
    let old = image.header();
    let size = |length: i32, factor: i32| {
        length.checked_mul(factor).ok_or_else(|| bad("zoom: zoom factors too large"))
    };
    let (width, height) = (size(old.width, across)?, size(old.height, down)?);
    let header = Header { width, height, ..derived(image) };
    Image::area(header, &[image], Zoom { across, down })
}

/// One of `across` by `down` pixels of `image`, that in the top left corner.
pub(super) fn subsample(image: &Image, across: i32, down: i32) -> Result<Image> {
    let header = derived(image);
    let (width, height) = (header.width / across, header.height / down);
    if width == 0 || height == 0 {
        return Err(bad("subsample: image has shrunk to nothing"));
    }
    Image::area(Header { width, height, ..header }, &[image], Subsample { across, down })
}

struct Zoom {
    across: i32,
    down: i32,
}

impl Operator for Zoom {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { cost: 0.5, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let (left, top) = (out.left / self.across, out.top / self.down);
        let (right, bottom) = ((out.right() - 1) / self.across, (out.bottom() - 1) / self.down);
        ask.read(0, Rect::new(left, top, right - left + 1, bottom - top + 1));
    }

    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        let rect = out.rect();
        let (pixel, left) = (out.pixel_size(), inputs[0].rect().left);
        for (y, row) in out.rows::<u8>() {
            let input = inputs[0].bytes(y / self.down);
            for (x, out) in (rect.left..).zip(row.chunks_exact_mut(pixel)) {
                let from = (x / self.across - left) as usize * pixel;
                out.copy_from_slice(&input[from..from + pixel]);
            }
        }
        Ok(())
    }
}

struct Subsample {
    across: i32,
    down: i32,
}

impl Operator for Subsample {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { shape: Shape::Rows, cost: 0.5, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        for y in out.top..out.bottom() {
            let width = (out.width - 1) * self.across + 1;
            ask.read(0, Rect::new(out.left * self.across, y * self.down, width, 1));
        }
    }

    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        let pixel = out.pixel_size();
        for (input, (y, row)) in inputs.iter().zip(out.rows::<u8>()) {
            let pixels = input.bytes(y * self.down).chunks_exact(pixel);
            let picked = pixels.step_by(self.across as usize);
            row.chunks_exact_mut(pixel).zip(picked).for_each(|(out, x)| out.copy_from_slice(x));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn pixels_are_repeated_and_left_out() {
        let image = Image::from_memory(3, 2, 1, BandFormat::U8, vec![1, 2, 3, 4, 5, 6]).unwrap();
        let large = zoom(&image, 2, 2).unwrap();
        let bytes = large.to_memory().unwrap();
        assert_eq!(bytes[..12], [1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3]);
        let back = subsample(&large, 2, 2).unwrap();
        assert_eq!(back.to_memory().unwrap(), [1, 2, 3, 4, 5, 6]);
    }
}
