use super::spans::Spans;
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Paint a rectangle on an image.
///
/// Filled, or its frame of one pixel.
#[derive(Operation)]
#[operation(family = "draw", nocache)]
pub struct DrawRect {
    /// Image to draw on
    #[arg(modify)]
    pub image: Image,
    /// Color for pixels
    pub ink: Vec<f64>,
    /// Left edge of the rectangle
    #[arg(min = -1_000_000_000, max = 1_000_000_000)]
    pub left: i32,
    /// Top edge of the rectangle
    #[arg(min = -1_000_000_000, max = 1_000_000_000)]
    pub top: i32,
    /// Width of the rectangle
    #[arg(min = -1_000_000_000, max = 1_000_000_000)]
    pub width: i32,
    /// Height of the rectangle
    #[arg(min = -1_000_000_000, max = 1_000_000_000)]
    pub height: i32,
    /// Draw a solid object
    #[arg(default = false)]
    pub fill: bool,
}

impl Build for DrawRect {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let mut spans = Spans::of(&self.image);
        let [left, top, width, height] =
            [self.left, self.top, self.width, self.height].map(i64::from);
        let (right, bottom) = (left + width, top + height);
        let solid = self.fill || width <= 2 || height <= 2;
        let visible = top.max(0)..bottom.min(i64::from(self.image.header().height));
        for y in visible.filter(|_| width > 0) {
            if solid || y == top || y == bottom - 1 {
                spans.add(y, left, right);
            } else {
                spans.add(y, left, left + 1);
                spans.add(y, right - 1, right);
            }
        }
        spans.painted(&self.image, &self.ink)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn frames_and_solids_are_clipped_and_the_input_stays() {
        let image = Image::from_memory(4, 4, 1, BandFormat::U8, vec![0; 16]).unwrap();
        let out = DrawRect::new(&image, vec![1.0], 1, 1, 30, 3).build().unwrap();
        let expected = [0, 0, 0, 0, 0, 1, 1, 1, 0, 1, 0, 0, 0, 1, 1, 1];
        assert_eq!(out.to_memory().unwrap(), expected);
        let out = DrawRect::new(&image, vec![1.0], -1, -1, 2, 2).build().unwrap();
        assert_eq!(out.to_memory().unwrap()[..5], [1, 0, 0, 0, 0]);
        assert_eq!(image.to_memory().unwrap(), [0; 16]);
    }
}
