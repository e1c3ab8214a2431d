use super::spans::Spans;
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Draw a line on an image.
///
/// One pixel thick, with both its ends.
#[derive(Operation)]
#[operation(family = "draw", nocache)]
pub struct DrawLine {
    /// Image to draw on
    #[arg(modify)]
    pub image: Image,
    /// Color for pixels
    pub ink: Vec<f64>,
    /// Start of draw line
    #[arg(min = -1_000_000_000, max = 1_000_000_000)]
    pub x1: i32,
    /// Start of draw line
    #[arg(min = -1_000_000_000, max = 1_000_000_000)]
    pub y1: i32,
    /// End of draw line
    #[arg(min = -1_000_000_000, max = 1_000_000_000)]
    pub x2: i32,
    /// End of draw line
    #[arg(min = -1_000_000_000, max = 1_000_000_000)]
    pub y2: i32,
}

impl Build for DrawLine {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let mut spans = Spans::of(&self.image);
        let [x1, y1, x2, y2] = [self.x1, self.y1, self.x2, self.y2].map(i64::from);
        let header = self.image.header();
        if (x2 - x1).abs() >= (y2 - y1).abs() {
            steps((x1, y1), (x2, y2), header.width, |x, y| spans.add(y, x, x + 1));
        } else {
            steps((y1, x1), (y2, x2), header.height, |y, x| spans.add(y, x, x + 1));
        }
        spans.painted(&self.image, &self.ink)
    }
}

/// The points from one end to the other, one for each step along the first axis from 0 to `length`.
///
/// The error that accumulates along a line starts at zero, so the second coordinate of step `k` is
/// `floor(k × |rise| / run)` from its start: steps outside need not be walked.
fn steps(one: (i64, i64), other: (i64, i64), length: i32, mut point: impl FnMut(i64, i64)) {
    let (start, end) = if other.0 < one.0 { (other, one) } else { (one, other) };
    let (run, rise) = (end.0 - start.0, end.1 - start.1);
    for at in start.0.max(0)..=end.0.min(i64::from(length) - 1) {
        let risen = if run == 0 { 0 } else { (at - start.0) * rise.abs() / run };
        point(at, start.1 + risen * rise.signum());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn both_directions_give_the_same_line() {
        let image = Image::from_memory(6, 4, 1, BandFormat::U8, vec![0; 24]).unwrap();
        let expected = [1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1];
        let line = |x1: i32, y1: i32, x2: i32, y2: i32| {
            let line = DrawLine::new(&image, vec![1.0], x1, y1, x2, y2);
            line.build().unwrap().to_memory().unwrap()
        };
        assert_eq!(line(0, 0, 5, 3), expected);
        assert_eq!(line(5, 3, 0, 0), expected);
        assert_eq!(line(-1_000_000_000, 9, 1_000_000_000, 9), [0; 24]);
    }
}
