use super::flip::Direction;
use super::insert::insert;
use super::{ExtractArea, Insert};
use windlass_core::{Build, Image, Rect, Result};
use windlass_macros::{ArgEnum, Operation};

/// Join two images side by side or one above the other.
///
/// Unless `expand` is set, the result is as high (or as wide) as the smaller of the two.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Join {
    /// First input image
    pub in1: Image,
    /// Second input image
    pub in2: Image,
    /// Join left-right or up-down
    pub direction: Direction,
    /// Expand output to hold all of both inputs
    #[arg(default = false)]
    pub expand: bool,
    /// Pixels between images
    #[arg(default = 0, min = 0, max = 1_000_000)]
    pub shim: i32,
    /// Colour for new pixels
    pub background: Option<Vec<f64>>,
    /// Align on the low, centre or high coordinate edge
    #[arg(default = Align::Low)]
    pub align: Align,
}

/// Where something smaller lies in something larger.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsAlign")]
#[non_exhaustive]
pub enum Align {
    /// At the low coordinate edge
    Low,
    /// In the centre
    Centre,
    /// At the high coordinate edge
    High,
}

impl Build for Join {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let (first, second) = (self.in1.rect(), self.in2.rect());
        let offset = |one: i32, other: i32| match self.align {
            Align::Low => 0,
            Align::Centre => one / 2 - other / 2,
            Align::High => one - other,
        };
        let (x, y) = match self.direction {
            Direction::Horizontal => {
                (first.width.saturating_add(self.shim), offset(first.height, second.height))
            }
            Direction::Vertical => {
                (offset(first.width, second.width), first.height.saturating_add(self.shim))
            }
        };
        let joined = Insert {
            background: self.background.clone(),
            ..Insert::new(&self.in1, &self.in2, x, y).expand(true)
        };
        let joined = insert("join", &joined)?;
        if self.expand {
            return Ok(joined);
        }
        let all = joined.rect();
        // as the reference does: a first image that begins above the second is not cropped there
        let area = match self.direction {
            Direction::Horizontal => {
                Rect::new(0, y.max(0) - y, all.width, first.height.min(second.height))
            }
            Direction::Vertical => {
                Rect::new(x.max(0) - x, 0, first.width.min(second.width), all.height)
            }
        };
        if area == all {
            return Ok(joined);
        }
        ExtractArea::new(&joined, area.left, area.top, area.width, area.height).build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn the_smaller_height_wins() {
        let second = Image::from_memory(1, 3, 1, BandFormat::U8, vec![1, 2, 3]).unwrap();
        let first = Image::from_memory(1, 1, 1, BandFormat::U8, vec![9]).unwrap();
        let join = |align| {
            let join = Join::new(&first, &second, Direction::Horizontal).align(align).shim(1);
            join.build().unwrap().to_memory().unwrap()
        };
        assert_eq!(join(Align::Low), [9, 0, 1]);
        assert_eq!(join(Align::Centre), [9, 0, 2]);
        assert_eq!(join(Align::High), [9, 0, 3]);
    }
}
