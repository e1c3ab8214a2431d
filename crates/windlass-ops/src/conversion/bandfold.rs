use super::{bad, derived};
use crate::coding::decoded;
use windlass_core::{Ask, Build, Header, Image, Operator, Rect, Region, RegionMut, Result, Traits};
use windlass_macros::Operation;

/// Fold up x axis into bands.
///
/// `factor` neighbouring pixels become the bands of one.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Bandfold {
    /// Input image
    pub input: Image,
    /// Fold by this factor; 0 folds the whole width
    #[arg(default = 0, min = 0, max = 10_000_000)]
    pub factor: i32,
}

impl Build for Bandfold {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = decoded(&self.input)?;
        let old = derived(&input);
        let factor = if self.factor == 0 { old.width } else { self.factor };
        if old.width % factor != 0 {
            return Err(bad("bandfold: @factor must be a factor of image width"));
        }
        let header =
            Header { width: old.width / factor, bands: old.bands.saturating_mul(factor), ..old };
        Image::area(header, &[&input], Folded { factor })
    }
}

/// Rows of the same bytes, in wider pixels.
struct Folded {
    factor: i32,
}

impl Operator for Folded {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { cost: 0.25, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let (left, width) = (out.left * self.factor, out.width * self.factor);
        ask.read(0, Rect { left, width, ..out });
    }

    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        out.rows::<u8>().for_each(|(y, row)| row.copy_from_slice(inputs[0].bytes(y)));
        Ok(())
    }
}

/// Unfold image bands into x axis.
///
/// The bands of a pixel become `factor` neighbouring pixels.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Bandunfold {
    /// Input image
    pub input: Image,
    /// Unfold by this factor; 0 unfolds all bands
    #[arg(default = 0, min = 0, max = 10_000_000)]
    pub factor: i32,
}

impl Build for Bandunfold {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = decoded(&self.input)?;
        let old = derived(&input);
        let factor = if self.factor == 0 { old.bands } else { self.factor };
        if old.bands % factor != 0 {
            return Err(bad("bandunfold: @factor must be a factor of image bands"));
        }
        let header =
            Header { width: old.width.saturating_mul(factor), bands: old.bands / factor, ..old };
        Image::area(header, &[&input], Unfolded { factor })
    }
}

/// Rows of the same bytes, in narrower pixels.
struct Unfolded {
    factor: i32,
}

impl Operator for Unfolded {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { cost: 0.25, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let left = out.left / self.factor;
        let width = (out.right() - 1) / self.factor - left + 1;
        ask.read(0, Rect { left, width, ..out });
    }

    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        let start = (out.rect().left % self.factor) as usize * out.pixel_size();
        for (y, row) in out.rows::<u8>() {
            row.copy_from_slice(&inputs[0].bytes(y)[start..start + row.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn what_is_folded_unfolds() {
        let bytes: Vec<u8> = (0..12).collect();
        let image = Image::from_memory(6, 1, 2, BandFormat::U8, bytes.clone()).unwrap();
        let folded = Bandfold::new(&image).factor(3).build().unwrap();
        assert_eq!((folded.header().width, folded.header().bands), (2, 6));
        assert_eq!(folded.to_memory().unwrap(), bytes);
        let unfolded = Bandunfold::new(&folded).factor(3).build().unwrap();
        assert_eq!((unfolded.header().width, unfolded.header().bands), (6, 2));
        assert_eq!(unfolded.to_memory().unwrap(), bytes);
        let part = crate::conversion::ExtractArea::new(unfolded, 1, 0, 3, 1).build().unwrap();
        assert_eq!(part.to_memory().unwrap(), [2, 3, 4, 5, 6, 7]);
        assert!(Bandfold::new(&image).factor(4).build().is_err());
    }
}
