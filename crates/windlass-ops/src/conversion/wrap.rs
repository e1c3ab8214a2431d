use super::derived;
use super::tiled::{Tiled, Tiling};
use windlass_core::{Build, Header, Image, Result};
use windlass_macros::Operation;

/// Wrap image origin.
///
/// Pixels that leave at one edge come in at the other; by default the origin moves to the centre.
#[derive(Operation)]
#[operation(family = "conversion")]
pub struct Wrap {
    /// Input image
    pub input: Image,
    /// Left edge of input in output; by default half the width
    #[arg(min = -100_000_000, max = 100_000_000)]
    pub x: Option<i32>,
    /// Top edge of input in output; by default half the height
    #[arg(min = -100_000_000, max = 100_000_000)]
    pub y: Option<i32>,
}

impl Build for Wrap {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let old = derived(&self.input);
        let (x, y) = (self.x.unwrap_or(old.width / 2), self.y.unwrap_or(old.height / 2));
        let offset = |shift: i32, size: i32| {
            if shift < 0 { -shift % size } else { size - shift % size }
        };
        let header =
            Header { xoffset: offset(x, old.width), yoffset: offset(y, old.height), ..old };
        let columns =
            Tiling { start: x.rem_euclid(header.width), size: header.width, mirror: false };
        let rows =
            Tiling { start: y.rem_euclid(header.height), size: header.height, mirror: false };
        Image::area(header, &[&self.input], Tiled { columns, rows })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn pixels_come_in_at_the_other_edge() {
        let image = Image::from_memory(3, 1, 1, BandFormat::U8, vec![1, 2, 3]).unwrap();
        let out = Wrap::new(&image).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [3, 1, 2]);
        let out = Wrap::new(&image).x(-1).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [2, 3, 1]);
        assert_eq!((out.header().xoffset, out.header().yoffset), (1, 1));
    }
}
