use super::derived;
use super::tiled::{Tiled, Tiling};
use windlass_core::{Build, Header, Image, Result};
use windlass_macros::Operation;

/// Replicate an image.
///
/// Copies stand side by side and one above the other.
#[derive(Operation)]
#[operation(family = "conversion")]
pub struct Replicate {
    /// Input image
    pub input: Image,
    /// Repeat this many times horizontally
    #[arg(min = 1, max = 1_000_000)]
    pub across: i32,
    /// Repeat this many times vertically
    #[arg(min = 1, max = 1_000_000)]
    pub down: i32,
}

impl Build for Replicate {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let old = derived(&self.input);
        let header = Header {
            width: old.width.saturating_mul(self.across),
            height: old.height.saturating_mul(self.down),
            ..old
        };
        let columns = Tiling { start: 0, size: old.width, mirror: false };
        let rows = Tiling { start: 0, size: old.height, mirror: false };
        Image::area(header, &[&self.input], Tiled { columns, rows })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn copies_stand_side_by_side() {
        let image = Image::from_memory(2, 1, 1, BandFormat::U8, vec![1, 2]).unwrap();
        let out = Replicate::new(&image, 2, 2).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [1, 2, 1, 2, 1, 2, 1, 2]);
        assert!(Replicate::new(&image, 100_000_001, 1).build().is_err());
    }
}
