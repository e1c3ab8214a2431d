use super::{bad, copied, derived};
use windlass_core::{Build, Header, Image, Pixels, Result, Tick, Whole};
use windlass_macros::{ArgEnum, Operation};

/// Rotate an image by a multiple of 45 degrees.
///
/// For small odd squares such as masks: every ring around the centre is shifted along itself.
#[derive(Operation)]
#[operation(family = "conversion")]
pub struct Rot45 {
    /// Input image
    pub input: Image,
    /// Angle to rotate image
    #[arg(default = Angle45::D45)]
    pub angle: Angle45,
}

/// A clockwise angle.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsAngle45")]
#[non_exhaustive]
pub enum Angle45 {
    /// No rotation
    D0,
    /// 45 degrees clockwise
    D45,
    /// 90 degrees clockwise
    D90,
    /// 135 degrees clockwise
    D135,
    /// 180 degrees
    D180,
    /// 135 degrees anti-clockwise
    D225,
    /// 90 degrees anti-clockwise
    D270,
    /// 45 degrees anti-clockwise
    D315,
}

impl Build for Rot45 {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let header = derived(&self.input);
        if header.width != header.height || header.width % 2 == 0 {
            return Err(bad("rot45: images must be odd and square"));
        }
        if self.angle == Angle45::D0 {
            return copied(&self.input);
        }
        let shift = Shift { header: header.clone(), eighths: self.angle as i32 };
        Image::whole(header, &[&self.input], shift)
    }
}

/// Rings shifted clockwise by some eighths of their length.
struct Shift {
    header: Header,
    eighths: i32,
}

impl Whole for Shift {
    fn run(&self, inputs: &[Pixels], tick: &Tick) -> Result<Pixels> {
        let centre = self.header.width / 2;
        let pixel = self.header.pixel_size();
        tick.check()?;
        Pixels::from_rows(&self.header, |y, row| {
            for (x, out) in (0..).zip(row.chunks_exact_mut(pixel)) {
                let (x, y) = before(x - centre, y - centre, self.eighths);
                let start = (x + centre) as usize * pixel;
                out.copy_from_slice(&inputs[0].row(y + centre)[start..start + pixel]);
            }
        })
    }
}

/// Where the pixel that ends at `(x, y)` from the centre came from.
fn before(x: i32, y: i32, eighths: i32) -> (i32, i32) {
    let ring = x.abs().max(y.abs());
    if ring == 0 {
        return (0, 0);
    }
    // steps along the ring, clockwise from its top left corner
    let steps = if y == -ring && x < ring {
        x + ring
    } else if x == ring && y < ring {
        2 * ring + y + ring
    } else if y == ring && x > -ring {
        4 * ring + ring - x
    } else {
        6 * ring + ring - y
    };
    let steps = (steps - eighths * ring).rem_euclid(8 * ring);
    match steps / (2 * ring) {
        0 => (steps - ring, -ring),
        1 => (ring, steps - 3 * ring),
        2 => (5 * ring - steps, ring),
        _ => (-ring, 7 * ring - steps),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn rings_are_shifted() {
        let image = Image::from_memory(3, 3, 1, BandFormat::U8, (0..9).collect::<Vec<u8>>());
        let out = Rot45::new(image.unwrap()).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [3, 0, 1, 6, 4, 2, 7, 8, 5]);
    }

    #[test]
    fn two_eighths_are_a_quarter() {
        let bytes: Vec<u8> = (0..49).collect();
        let image = Image::from_memory(7, 7, 1, BandFormat::U8, bytes).unwrap();
        let eighths = Rot45::new(&image).angle(Angle45::D90).build().unwrap();
        let quarter = crate::conversion::Rot::new(&image, crate::conversion::Angle::D90);
        assert_eq!(eighths.to_memory().unwrap(), quarter.build().unwrap().to_memory().unwrap());
    }
}
