use super::{bad, copied, derived};
use windlass_core::{Ask, Build, Header, Image, Operator, Rect, Region, RegionMut, Result, Traits};
use windlass_macros::Operation;

/// Zoom an image.
///
/// Every pixel becomes a block of `xfac` by `yfac` pixels.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Zoom {
    /// Input image
    #[arg(name = "input")]
    pub input: Image,
    /// Horizontal zoom factor
    #[arg(min = 1, max = 100_000_000)]
    pub xfac: i32,
    /// Vertical zoom factor
    #[arg(min = 1, max = 100_000_000)]
    pub yfac: i32,
}

impl Build for Zoom {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let Self { ref input, xfac, yfac } = *self;
        if (xfac, yfac) == (1, 1) {
            return copied(input);
        }
        let old = derived(input);
        let zoomed = |size: i32, factor: i32| {
            let size = i64::from(size) * i64::from(factor);
            i32::try_from(size).ok().filter(|size| *size <= i32::MAX / 2)
        };
        let (Some(width), Some(height)) = (zoomed(old.width, xfac), zoomed(old.height, yfac))
        else {
            return Err(bad("zoom: zoom factors too large"));
        };
        Image::area(Header { width, height, ..old }, &[input], Blocks { xfac, yfac })
    }
}

/// Every pixel as a block.
struct Blocks {
    xfac: i32,
    yfac: i32,
}

impl Operator for Blocks {
    /// A row of output, for the rows that are like it.
    type Scratch = Vec<u8>;

    fn scratch(&self) -> Vec<u8> {
        Vec::new()
    }

    fn traits(&self) -> Traits {
        Traits { cost: 1.0, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let (left, top) = (out.left / self.xfac, out.top / self.yfac);
        let (right, bottom) = ((out.right() - 1) / self.xfac, (out.bottom() - 1) / self.yfac);
        ask.read(0, Rect::new(left, top, right - left + 1, bottom - top + 1));
    }

    fn compute(
        &self,
        inputs: &[Region<'_>],
        out: &mut RegionMut<'_>,
        scratch: &mut Vec<u8>,
    ) -> Result<()> {
        let (rect, pixel) = (out.rect(), out.pixel_size());
        let mut shown = None;
        for (y, row) in out.rows::<u8>() {
            if shown != Some(y / self.yfac) {
                shown = Some(y / self.yfac);
                scratch.resize(row.len(), 0);
                let input = inputs[0].bytes(y / self.yfac);
                widen(input, rect.left % self.xfac, self.xfac as usize, pixel, scratch);
            }
            row.copy_from_slice(scratch);
        }
        Ok(())
    }
}

/// Every pixel `factor` times; of the first one `skip` copies are left out.
fn widen(input: &[u8], skip: i32, factor: usize, pixel: usize, output: &mut [u8]) {
    let first = ((factor - skip as usize) * pixel).min(output.len());
    let (start, rest) = output.split_at_mut(first);
    let (head, tail) = input.split_at(pixel);
    copies(start, head);
    for (block, x) in rest.chunks_mut(factor * pixel).zip(tail.chunks_exact(pixel)) {
        copies(block, x);
    }
}

fn copies(output: &mut [u8], pixel: &[u8]) {
    match *pixel {
        [value] => output.fill(value),
        _ => output.chunks_exact_mut(pixel.len()).for_each(|out| out.copy_from_slice(pixel)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn pixels_become_blocks() {
        let image = Image::from_memory(2, 1, 1, BandFormat::U8, vec![1, 2]).unwrap();
        let out = Zoom::new(&image, 3, 2).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2]);
        let error = Zoom::new(&image, 100_000_000, 1).build().unwrap_err();
        assert!(error.message().contains("bad dimensions"));
    }

    #[test]
    fn a_row_can_start_and_end_inside_a_block() {
        let mut out = [0; 4];
        widen(&[1, 2, 3], 1, 2, 1, &mut out);
        assert_eq!(out, [1, 2, 2, 3]);
    }
}
