use super::window::window;
use crate::coding::decoded;
use windlass_core::{Build, Image, Rect, Result, Sample, dispatch};
use windlass_macros::{Operation, Outputs};

/// Read a point from an image.
///
/// The samples of one pixel as doubles; of complex ones the real part, or with `unpack_complex`
/// both parts.
#[derive(Operation)]
#[operation(family = "arithmetic")]
pub struct Getpoint {
    /// Input image
    pub input: Image,
    /// Point to read
    #[arg(min = 0, max = 100_000_000)]
    pub x: i32,
    /// Point to read
    #[arg(min = 0, max = 100_000_000)]
    pub y: i32,
    /// Complex pixels should be unpacked
    #[arg(default = false)]
    pub unpack_complex: bool,
}

/// The samples of a pixel.
#[derive(Outputs, Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "the one output of the operation")]
pub struct Point {
    /// Array of output values
    pub out_array: Vec<f64>,
}

impl Build for Getpoint {
    type Output = Point;

    fn build(&self) -> Result<Point> {
        let point = window(&decoded(&self.input)?, Rect::new(self.x, self.y, 1, 1))?;
        let pixels = point.pixels()?;
        let out_array = dispatch!(point.header().format,
        real T => pixels.samples::<T>(0).iter().map(|x| x.to_f64()).collect(),
        complex T => {
            let parts = |x: &T| [x.re(), x.im()].map(f64::from);
            let count = if self.unpack_complex { 2 } else { 1 };
            pixels.samples::<T>(0).iter().flat_map(|x| parts(x).into_iter().take(count)).collect()
        });
        Ok(Point { out_array })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn complex_samples_may_be_unpacked() {
        let bytes: Vec<u8> =
            [1.0_f32, 2.0, 3.0, 4.0].iter().flat_map(|x| x.to_ne_bytes()).collect();
        let image = Image::from_memory(2, 1, 1, BandFormat::C64, bytes).unwrap();
        let read = |unpack: bool| Getpoint::new(&image, 1, 0).unpack_complex(unpack).build();
        assert_eq!(read(false).unwrap().out_array, [3.0]);
        assert_eq!(read(true).unwrap().out_array, [3.0, 4.0]);
        assert!(Getpoint::new(&image, 2, 0).build().is_err());
    }
}
