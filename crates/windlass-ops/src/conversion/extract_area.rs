use super::{bad, derived};
use windlass_core::{Ask, Build, Header, Image, Operator, Rect, Region, RegionMut, Result, Traits};
use windlass_macros::Operation;

/// Extract an area from an image.
///
/// The area must lie inside the image. Nothing is copied.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct ExtractArea {
    /// Input image
    #[arg(name = "input")]
    pub input: Image,
    /// Left edge of extract area
    #[arg(min = -100_000_000, max = 100_000_000)]
    pub left: i32,
    /// Top edge of extract area
    #[arg(min = -100_000_000, max = 100_000_000)]
    pub top: i32,
    /// Width of extract area
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Height of extract area
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
}

impl Build for ExtractArea {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let Self { ref input, left, top, width, height } = *self;
        if width < 1 || height < 1 || !input.rect().contains(&Rect::new(left, top, width, height)) {
            return Err(bad("extract_area: bad extract area"));
        }
        let header = Header { width, height, xoffset: -left, yoffset: -top, ..derived(input) };
        Image::area(header, &[input], Moved { dx: left, dy: top })
    }
}

/// The input, moved: no pixel is computed.
pub(super) struct Moved {
    /// Column of the input at the output's left edge
    pub(super) dx: i32,
    /// Row of the input at the output's top edge
    pub(super) dy: i32,
}

impl Operator for Moved {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { cost: 0.0, ..Traits::DEFAULT }
    }

    fn needs(&self, _: Rect, ask: &mut Ask) {
        ask.same(0, self.dx, self.dy);
    }

    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        // never called for what is `same`; a copy says the same
        if let [input] = inputs {
            out.copy_from(input);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn an_area_is_cut_out() {
        let image = Image::from_memory(3, 2, 1, BandFormat::U8, vec![0, 1, 2, 3, 4, 5]).unwrap();
        let out = ExtractArea::new(&image, 1, 0, 2, 2).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [1, 2, 4, 5]);
        assert_eq!((out.header().xoffset, out.header().yoffset), (-1, 0));
        let error = ExtractArea::new(&image, 2, 0, 2, 2).build().unwrap_err();
        assert_eq!(error.message(), "extract_area: bad extract area");
    }
}
