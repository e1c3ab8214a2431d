use super::prepare::{Each, bad, fresh};
use windlass_core::{BandFormat, Build, Header, Image, Interpretation, Result, point};
use windlass_macros::{ArgEnum, Operation};

/// A shape with an inside.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsSdfShape")]
#[non_exhaustive]
pub enum Shape {
    /// A circle at `a`, of radius `r`
    Circle,
    /// A box from `a` to `b`
    Box,
    /// A box with corners of given radii
    RoundedBox,
    /// A line from `a` to `b`
    Line,
}

/// Create an SDF image.
///
/// The distance of each pixel from a shape; negative inside.
#[derive(Operation)]
#[operation(family = "create")]
pub struct Sdf {
    /// Image width in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// SDF shape to create
    pub shape: Shape,
    /// Radius
    #[arg(min = 0.0, max = 100_000_000.0)]
    pub r: Option<f64>,
    /// Point a
    pub a: Option<Vec<f64>>,
    /// Point b
    pub b: Option<Vec<f64>>,
    /// Corner radii
    pub corners: Option<Vec<f64>>,
}

impl Build for Sdf {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        match self.shape {
            Shape::Circle => self.circle(),
            Shape::Box => {
                let (a, b) =
                    self.ends("box needs a, b to be set", "box needs 2 values for a, b")?;
                self.boxed(a, b, [0.0; 4])
            }
            Shape::RoundedBox => self.rounded_box(),
            Shape::Line => self.line(),
        }
    }
}

type Point = [f64; 2];

impl Sdf {
    fn image(&self, distance: impl Fn(i32, i32) -> f32 + Send + Sync + 'static) -> Result<Image> {
        let header = fresh(self.width, self.height, 1, BandFormat::F32);
        let interpretation = Interpretation::BlackWhite;
        point::generate(Header { interpretation, ..header }, Each(distance))
    }

    /// Both ends, or what the reference says of their absence or their lengths.
    fn ends(&self, absent: &str, count: &str) -> Result<(Point, Point)> {
        let (Some(a), Some(b)) = (&self.a, &self.b) else {
            return Err(bad(format!("sdf: {absent}")));
        };
        let (Ok(a), Ok(b)) = (Point::try_from(&a[..]), Point::try_from(&b[..])) else {
            return Err(bad(format!("sdf: {count}")));
        };
        Ok((a, b))
    }

    fn circle(&self) -> Result<Image> {
        let (Some(a), Some(r)) = (&self.a, self.r) else {
            return Err(bad("sdf: circle needs a, r to be set"));
        };
        let Ok([ax, ay]) = Point::try_from(&a[..]) else {
            return Err(bad("sdf: rounded-box needs 2 values for a"));
        };
        self.image(move |x, y| {
            let (dx, dy) = ((f64::from(x) - ax) as f32, (f64::from(y) - ay) as f32);
            (f64::from(libm::hypotf(dx, dy)) - r) as f32
        })
    }

    fn rounded_box(&self) -> Result<Image> {
        let (a, b) =
            self.ends("rounded-box needs a, b to be set", "rounded-box needs 2 values for a, b")?;
        let corners = match &self.corners {
            Some(corners) => <[f64; 4]>::try_from(&corners[..])
                .map_err(|_| bad("sdf: rounded-box needs 4 values for corners"))?,
            None => [0.0; 4],
        };
        self.boxed(a, b, corners)
    }

    /// Radii are those of the corners right below, right above, left below and left above.
    fn boxed(&self, a: Point, b: Point, corners: [f64; 4]) -> Result<Image> {
        let corners = corners.map(|r| r as f32);
        let centre = [0, 1].map(|i| f64::midpoint(a[i], b[i]) as f32);
        let size = [0, 1].map(|i| ((b[i] - a[i]) / 2.0) as f32);
        self.image(move |x, y| {
            let place = [x as f32 - centre[0], y as f32 - centre[1]];
            let right = if place[0] > 0.0 { 0 } else { 2 };
            let radius = corners[right + usize::from(place[1] <= 0.0)];
            let [qx, qy] = [0, 1].map(|i| place[i].abs() - size[i] + radius);
            libm::hypotf(qx.max(0.0), qy.max(0.0)) + qx.max(qy).min(0.0) - radius
        })
    }

    fn line(&self) -> Result<Image> {
        let (a, b) = self.ends("line needs sx, sy to be set", "line needs 2 values for a, b")?;
        let a = a.map(|x| x as f32);
        let along = [0, 1].map(|i| b[i] as f32 - a[i]);
        let length = along[0] * along[0] + along[1] * along[1];
        self.image(move |x, y| {
            let place = [x as f32 - a[0], y as f32 - a[1]];
            let part = (place[0] * along[0] + place[1] * along[1]) / length;
            let part = if length == 0.0 { 0.0 } else { part.clamp(0.0, 1.0) };
            libm::hypotf(place[0] - part * along[0], place[1] - part * along[1])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_negative_inside() {
        let circle = Sdf::new(5, 5, Shape::Circle).a(vec![2.0, 2.0]).r(2.0).build().unwrap();
        let pixels = circle.pixels().unwrap();
        assert_eq!(pixels.samples::<f32>(2), [0.0, -1.0, -2.0, -1.0, 0.0]);
        let square = Sdf::new(5, 5, Shape::Box).a(vec![1.0, 1.0]).b(vec![3.0, 3.0]);
        let pixels = square.build().unwrap().pixels().unwrap();
        assert_eq!(pixels.samples::<f32>(2), [1.0, 0.0, -1.0, 0.0, 1.0]);
        assert!(Sdf::new(5, 5, Shape::Circle).r(2.0).build().is_err());
    }
}
