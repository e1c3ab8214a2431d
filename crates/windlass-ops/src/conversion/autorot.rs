use super::flip::Direction;
use super::rot::Angle;
use super::{Flip, Rot, derived};
use windlass_core::{Build, Image, Result};
use windlass_macros::{Operation, Outputs};

/// Turn an image upright, as its orientation says.
///
/// The item `orientation` is taken from the result.
#[derive(Operation)]
#[operation(family = "conversion")]
pub struct Autorot {
    /// Input image
    pub input: Image,
}

/// The image, and how it was turned.
#[derive(Outputs)]
#[expect(clippy::exhaustive_structs, reason = "the outputs of the reference")]
pub struct Upright {
    /// Output image
    pub out: Image,
    /// Angle the image was rotated by
    #[out(optional)]
    pub angle: Angle,
    /// Whether the image was flipped
    #[out(optional)]
    pub flip: bool,
}

impl Build for Autorot {
    type Output = Upright;

    fn build(&self) -> Result<Upright> {
        let (angle, flip) = match self.input.header().orientation() {
            2 => (Angle::D0, true),
            3 => (Angle::D180, false),
            4 => (Angle::D180, true),
            5 => (Angle::D90, true),
            6 => (Angle::D90, false),
            7 => (Angle::D270, true),
            8 => (Angle::D270, false),
            _ => (Angle::D0, false),
        };
        let mut out = self.input.clone();
        if angle != Angle::D0 {
            out = Rot::new(out, angle).build()?;
        }
        if flip {
            out = Flip::new(out, Direction::Horizontal).build()?;
        }
        let mut header = derived(&out);
        header.metadata.remove("orientation");
        header.metadata.remove("exif-ifd0-Orientation");
        Ok(Upright { out: out.with_header(header)?, angle, flip })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::{BandFormat, Meta};

    #[test]
    fn orientation_is_applied_and_removed() {
        let image = Image::from_memory(2, 1, 1, BandFormat::U8, vec![1, 2]).unwrap();
        let mut header = image.header().clone();
        header.metadata.set("orientation", Meta::Int(7));
        let upright = Autorot::new(image.with_header(header).unwrap()).build().unwrap();
        assert_eq!((upright.angle, upright.flip), (Angle::D270, true));
        assert_eq!(upright.out.header().height, 2);
        assert_eq!(upright.out.to_memory().unwrap(), [2, 1]);
        assert!(upright.out.header().metadata.get("orientation").is_none());
    }
}
