use super::flip::{Mirror, mirrored};
use super::{copied, derived};
use windlass_core::{
    Ask, Build, Header, Image, Operator, Rect, Region, RegionMut, Result, Shape, Traits,
};
use windlass_macros::{ArgEnum, Operation};

/// Rotate an image by a multiple of 90 degrees, clockwise.
///
/// Pixels are only moved.
#[derive(Operation)]
#[operation(family = "conversion")]
pub struct Rot {
    /// Input image
    pub input: Image,
    /// Angle to rotate image
    pub angle: Angle,
}

/// A clockwise angle.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsAngle")]
#[non_exhaustive]
pub enum Angle {
    /// No rotation
    D0,
    /// 90 degrees clockwise
    D90,
    /// 180 degrees
    D180,
    /// 90 degrees anti-clockwise
    D270,
}

impl Build for Rot {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = &self.input;
        let old = derived(input);
        let (width, height) = (old.width, old.height);
        let turned = Header { width: height, height: width, ..old.clone() };
        match self.angle {
            Angle::D0 => copied(input),
            Angle::D90 => {
                let header = Header { xoffset: height, yoffset: 0, ..turned };
                Image::area(header, &[input], Turn { width, height, clockwise: true })
            }
            Angle::D180 => {
                let header = Header { xoffset: width, yoffset: height, ..old };
                mirrored(header, input, Mirror { across: Some(width), down: Some(height) })
            }
            Angle::D270 => {
                let header = Header { xoffset: 0, yoffset: width, ..turned };
                Image::area(header, &[input], Turn { width, height, clockwise: false })
            }
        }
    }
}

/// A quarter turn; `width` and `height` are the input's.
struct Turn {
    width: i32,
    height: i32,
    clockwise: bool,
}

impl Operator for Turn {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { shape: Shape::Tiles, cost: 2.0, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let (left, top) = if self.clockwise {
            (out.top, self.height - out.right())
        } else {
            (self.width - out.bottom(), out.left)
        };
        ask.read(0, Rect::new(left, top, out.height, out.width));
    }

    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        match out.pixel_size() {
            1 => turn_pixels::<1>(self.clockwise, &inputs[0], out),
            2 => turn_pixels::<2>(self.clockwise, &inputs[0], out),
            3 => turn_pixels::<3>(self.clockwise, &inputs[0], out),
            4 => turn_pixels::<4>(self.clockwise, &inputs[0], out),
            6 => turn_pixels::<6>(self.clockwise, &inputs[0], out),
            8 => turn_pixels::<8>(self.clockwise, &inputs[0], out),
            12 => turn_pixels::<12>(self.clockwise, &inputs[0], out),
            16 => turn_pixels::<16>(self.clockwise, &inputs[0], out),
            _ => turn_any(self.clockwise, &inputs[0], out),
        }
        Ok(())
    }
}

/// Rows of input that become the columns of a block of output.
const BLOCK: usize = 16;
/// Rows of output whose blocks stay in the innermost cache together.
const TALL: i32 = 128;

/// Turns pixels of `N` bytes in blocks: 16 rows of the input are read along, and become 16
/// neighbouring pixels in each row of the output.
fn turn_pixels<const N: usize>(clockwise: bool, input: &Region<'_>, out: &mut RegionMut<'_>) {
    let rect = out.rect();
    for top in (rect.top..rect.bottom()).step_by(TALL as usize) {
        let bottom = rect.bottom().min(top + TALL);
        for start in (0..rect.width as usize).step_by(BLOCK) {
            let count = BLOCK.min(rect.width as usize - start);
            let mut rows: [&[[u8; N]]; BLOCK] = [&[]; BLOCK];
            for (k, row) in rows[..count].iter_mut().enumerate() {
                *row = input.bytes(source_row(clockwise, input.rect(), start + k)).as_chunks().0;
            }
            for y in top..bottom {
                let column = source_column(clockwise, rect, y);
                let target = &mut out.bytes(y).as_chunks_mut::<N>().0[start..start + count];
                target.iter_mut().zip(&rows).for_each(|(out, row)| *out = row[column]);
            }
        }
    }
}

/// Turns pixels of any size.
fn turn_any(clockwise: bool, input: &Region<'_>, out: &mut RegionMut<'_>) {
    let (rect, pixel) = (out.rect(), out.pixel_size());
    for (y, row) in out.rows::<u8>() {
        let start = source_column(clockwise, rect, y) * pixel;
        for (x, target) in row.chunks_exact_mut(pixel).enumerate() {
            let from = input.bytes(source_row(clockwise, input.rect(), x));
            target.copy_from_slice(&from[start..start + pixel]);
        }
    }
}

/// The row of the region read that becomes column `x` of the output region.
fn source_row(clockwise: bool, read: Rect, x: usize) -> i32 {
    if clockwise { read.bottom() - 1 - x as i32 } else { read.top + x as i32 }
}

/// The column, within the region read, that becomes row `y` of the output.
fn source_column(clockwise: bool, out: Rect, y: i32) -> usize {
    (if clockwise { y - out.top } else { out.bottom() - 1 - y }) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    fn turned(angle: Angle) -> Vec<u8> {
        let image = Image::from_memory(3, 2, 1, BandFormat::U8, vec![1, 2, 3, 4, 5, 6]).unwrap();
        Rot::new(image, angle).build().unwrap().to_memory().unwrap()
    }

    #[test]
    fn angles_are_clockwise() {
        assert_eq!(turned(Angle::D90), [4, 1, 5, 2, 6, 3]);
        assert_eq!(turned(Angle::D180), [6, 5, 4, 3, 2, 1]);
        assert_eq!(turned(Angle::D270), [3, 6, 2, 5, 1, 4]);
    }

    #[test]
    fn four_quarter_turns_are_none_for_every_size_of_pixel() {
        for bands in 1..=17_i32 {
            let bytes: Vec<u8> = (0..37 * 41 * bands).map(|i| (i % 251) as u8).collect();
            let image = Image::from_memory(37, 41, bands, BandFormat::U8, bytes.clone()).unwrap();
            let quarter = |image: Image| Rot::new(image, Angle::D90).build().unwrap();
            let back = Rot::new(quarter(image.clone()), Angle::D270).build().unwrap();
            assert_eq!(back.to_memory().unwrap(), bytes);
            let round = quarter(quarter(quarter(quarter(image))));
            assert_eq!(round.to_memory().unwrap(), bytes);
        }
    }
}
