use super::bands::gather;
use super::{bad, copied, derived};
use windlass_core::{Ask, Build, Header, Image, Operator, Rect, Region, RegionMut, Result, Traits};
use windlass_macros::Operation;

/// Subsample an image.
///
/// Takes the top left pixel of every block of `xfac` by `yfac` pixels.
#[derive(Operation)]
#[operation(family = "conversion")]
pub struct Subsample {
    /// Input image
    #[arg(name = "input")]
    pub input: Image,
    /// Horizontal subsample factor
    #[arg(min = 1, max = 100_000_000)]
    pub xfac: i32,
    /// Vertical subsample factor
    #[arg(min = 1, max = 100_000_000)]
    pub yfac: i32,
    /// Point sample; only the rows that are shown are computed in any case
    #[arg(default = false)]
    pub point: bool,
}

impl Build for Subsample {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let Self { ref input, xfac, yfac, .. } = *self;
        if (xfac, yfac) == (1, 1) {
            return copied(input);
        }
        let old = derived(input);
        let (width, height) = (old.width / xfac, old.height / yfac);
        if width == 0 || height == 0 {
            return Err(bad("subsample: image has shrunk to nothing"));
        }
        Image::area(Header { width, height, ..old }, &[input], Corners { xfac, yfac })
    }
}

/// One pixel of every block.
struct Corners {
    xfac: i32,
    yfac: i32,
}

impl Operator for Corners {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { cost: 1.0, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let width = (out.width - 1) * self.xfac + 1;
        for y in out.top..out.bottom() {
            ask.read(0, Rect::new(out.left * self.xfac, y * self.yfac, width, 1));
        }
    }

    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        let pixel = out.pixel_size();
        for ((y, row), input) in out.rows::<u8>().zip(inputs) {
            gather(pixel, input.bytes(y * self.yfac), pixel * self.xfac as usize, row);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn corners_are_taken() {
        let image = Image::from_memory(5, 2, 1, BandFormat::U8, (0..10).collect::<Vec<u8>>());
        let image = image.unwrap();
        let out = Subsample::new(&image, 2, 1).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [0, 2, 5, 7]);
        assert!(Subsample::new(&image, 6, 1).build().is_err());
    }
}
