use super::spans::Spans;
use windlass_core::{Build, Image, Result};
use windlass_macros::Operation;

/// Draw a circle on an image.
///
/// Filled, or its outline of one pixel.
#[derive(Operation)]
#[operation(family = "draw", nocache)]
pub struct DrawCircle {
    /// Image to draw on
    #[arg(modify)]
    pub image: Image,
    /// Color for pixels
    pub ink: Vec<f64>,
    /// Centre of draw circle
    #[arg(min = -1_000_000_000, max = 1_000_000_000)]
    pub cx: i32,
    /// Centre of draw circle
    #[arg(min = -1_000_000_000, max = 1_000_000_000)]
    pub cy: i32,
    /// Radius in pixels
    #[arg(min = 0, max = 1_000_000_000)]
    pub radius: i32,
    /// Draw a solid object
    #[arg(default = false)]
    pub fill: bool,
}

impl Build for DrawCircle {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let mut spans = Spans::of(&self.image);
        let (mut u, mut v) = (0, i64::from(self.radius));
        let mut decision = 3 - 2 * v;
        while u < v {
            self.rows(u, v, &mut spans);
            if decision < 0 {
                decision += 4 * u + 6;
            } else {
                decision += 4 * (u - v) + 10;
                v -= 1;
            }
            u += 1;
        }
        if u == v {
            self.rows(u, v, &mut spans);
        }
        spans.painted(&self.image, &self.ink)
    }
}

impl DrawCircle {
    /// The four rows of one step along an eighth of the circle.
    fn rows(&self, u: i64, v: i64, spans: &mut Spans) {
        let (cx, cy) = (i64::from(self.cx), i64::from(self.cy));
        for (y, half) in [(cy + v, u), (cy - v, u), (cy + u, v), (cy - u, v)] {
            if self.fill {
                spans.add(y, cx - half, cx + half + 1);
            } else {
                spans.add(y, cx - half, cx - half + 1);
                spans.add(y, cx + half, cx + half + 1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn a_circle_is_round() {
        let image = Image::from_memory(9, 9, 1, BandFormat::U8, vec![0; 81]).unwrap();
        let circle = DrawCircle::new(&image, vec![1.0], 4, 4, 4).build().unwrap();
        let bytes = circle.to_memory().unwrap();
        let row = |y: usize| bytes[9 * y..9 * y + 9].to_vec();
        assert_eq!(row(0), [0, 0, 0, 1, 1, 1, 0, 0, 0]);
        assert_eq!(row(1), [0, 1, 1, 0, 0, 0, 1, 1, 0]);
        assert_eq!(row(2), [0, 1, 0, 0, 0, 0, 0, 1, 0]);
        assert_eq!(row(4), [1, 0, 0, 0, 0, 0, 0, 0, 1]);
        let solid = DrawCircle::new(&image, vec![1.0], 4, 4, 4).fill(true).build().unwrap();
        assert_eq!(solid.to_memory().unwrap()[36..45], [1; 9]);
    }
}
