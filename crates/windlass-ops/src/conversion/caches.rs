//! Operations that pass pixels on and say how they will be read. The plan finds that out by
//! itself: they are hints, and cost nothing.

use super::derived;
use windlass_core::{
    Ask, Build, Header, Image, Meta, Operator, Rect, Region, RegionMut, Result, Shape, Traits,
};
use windlass_macros::{ArgEnum, Operation};

/// Cache an image.
#[derive(Operation)]
#[operation(family = "conversion")]
pub struct Cache {
    /// Input image
    pub input: Image,
    /// Maximum number of tiles to cache
    #[arg(default = 250, min = -1, max = 1_000_000)]
    pub max_tiles: i32,
    /// Tile height in pixels
    #[arg(default = 128, min = 1, max = 1_000_000)]
    pub tile_height: i32,
    /// Tile width in pixels
    #[arg(default = 128, min = 1, max = 1_000_000)]
    pub tile_width: i32,
}

impl Build for Cache {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        passed(derived(&self.input), &self.input, Shape::Any)
    }
}

/// Cache an image as a set of tiles.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Tilecache {
    /// Input image
    pub input: Image,
    /// Tile width in pixels
    #[arg(default = 128, min = 1, max = 1_000_000)]
    pub tile_width: i32,
    /// Tile height in pixels
    #[arg(default = 128, min = 1, max = 1_000_000)]
    pub tile_height: i32,
    /// Maximum number of tiles to cache
    #[arg(default = 1000, min = -1, max = 1_000_000)]
    pub max_tiles: i32,
    /// Expected access pattern
    #[arg(default = Access::Random)]
    pub access: Access,
    /// Allow threaded access
    #[arg(default = false)]
    pub threaded: bool,
    /// Keep cache between evaluations
    #[arg(default = false)]
    pub persistent: bool,
}

/// How pixels will be read.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsAccess")]
#[non_exhaustive]
pub enum Access {
    /// In any order
    Random,
    /// From top to bottom
    Sequential,
    /// From top to bottom
    SequentialUnbuffered,
}

impl Build for Tilecache {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let mut header = derived(&self.input);
        header.metadata.set("tile-width", Meta::Int(self.tile_width));
        header.metadata.set("tile-height", Meta::Int(self.tile_height));
        passed(header, &self.input, Shape::Any)
    }
}

/// Cache an image as a set of lines.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Linecache {
    /// Input image
    pub input: Image,
    /// Tile height in pixels
    #[arg(default = 128, min = 1, max = 1_000_000)]
    pub tile_height: i32,
    /// Expected access pattern
    #[arg(default = Access::Random)]
    pub access: Access,
    /// Allow threaded access
    #[arg(default = false)]
    pub threaded: bool,
    /// Keep cache between evaluations
    #[arg(default = false)]
    pub persistent: bool,
}

impl Build for Linecache {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        passed(derived(&self.input), &self.input, Shape::Rows)
    }
}

/// Check sequential access.
#[derive(Operation)]
#[operation(family = "conversion")]
pub struct Sequential {
    /// Input image
    pub input: Image,
    /// Does nothing
    #[arg(deprecated, default = true)]
    pub trace: bool,
    /// Tile height in pixels
    #[arg(default = 1, min = 1, max = 1_000_000)]
    pub tile_height: i32,
    /// Does nothing
    #[arg(deprecated, default = Access::Sequential)]
    pub access: Access,
}

impl Build for Sequential {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        passed(derived(&self.input), &self.input, Shape::Rows)
    }
}

fn passed(header: Header, input: &Image, shape: Shape) -> Result<Image> {
    Image::area(header, &[input], Passed { shape })
}

/// The input as it is.
struct Passed {
    shape: Shape,
}

impl Operator for Passed {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { shape: self.shape, cost: 0.0, ..Traits::DEFAULT }
    }

    fn needs(&self, _: Rect, ask: &mut Ask) {
        ask.same(0, 0, 0);
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
    fn pixels_pass() {
        let image = Image::from_memory(2, 1, 1, BandFormat::U8, vec![1, 2]).unwrap();
        let out = Tilecache::new(&image).tile_width(7).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [1, 2]);
        assert_eq!(out.header().metadata.int("tile-width"), Some(7));
        assert_eq!(Sequential::new(&image).build().unwrap().to_memory().unwrap(), [1, 2]);
    }
}
