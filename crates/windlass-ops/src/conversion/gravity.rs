use super::{Embed, Extend};
use windlass_core::{Build, Image, Result};
use windlass_macros::{ArgEnum, Operation};

/// Place an image within a larger image with a certain gravity.
///
/// As `embed`, at an edge, in a corner or in the centre.
#[derive(Operation)]
#[operation(family = "conversion")]
pub struct Gravity {
    /// Input image
    pub input: Image,
    /// Direction to place image within width/height
    pub direction: CompassDirection,
    /// Image width in pixels
    #[arg(min = 1, max = 1_000_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 1_000_000_000)]
    pub height: i32,
    /// How to generate the extra pixels; a background implies `background`
    pub extend: Option<Extend>,
    /// Color for background pixels
    pub background: Option<Vec<f64>>,
}

/// A direction on a compass, or its centre.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsCompassDirection")]
#[non_exhaustive]
pub enum CompassDirection {
    /// The centre
    Centre,
    /// The middle of the top edge
    North,
    /// The middle of the right edge
    East,
    /// The middle of the bottom edge
    South,
    /// The middle of the left edge
    West,
    /// The top right corner
    NorthEast,
    /// The bottom right corner
    SouthEast,
    /// The bottom left corner
    SouthWest,
    /// The top left corner
    NorthWest,
}

impl Build for Gravity {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        use CompassDirection::{
            Centre, East, North, NorthEast, NorthWest, South, SouthEast, SouthWest, West,
        };
        let (across, down) =
            (self.width - self.input.header().width, self.height - self.input.header().height);
        let x = match self.direction {
            West | NorthWest | SouthWest => 0,
            Centre | North | South => across / 2,
            East | NorthEast | SouthEast => across,
        };
        let y = match self.direction {
            North | NorthEast | NorthWest => 0,
            Centre | East | West => down / 2,
            South | SouthEast | SouthWest => down,
        };
        let embed = Embed {
            extend: self.extend,
            background: self.background.clone(),
            ..Embed::new(&self.input, x, y, self.width, self.height)
        };
        embed.build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn centres_are_rounded_towards_zero() {
        let image = Image::from_memory(1, 1, 1, BandFormat::U8, vec![9]).unwrap();
        let row = |direction| {
            let out = Gravity::new(&image, direction, 4, 1).build().unwrap();
            out.to_memory().unwrap()
        };
        assert_eq!(row(CompassDirection::Centre), [0, 9, 0, 0]);
        assert_eq!(row(CompassDirection::SouthEast), [0, 0, 0, 9]);
    }
}
