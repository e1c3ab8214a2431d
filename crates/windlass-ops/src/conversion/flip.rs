use super::derived;
use windlass_core::{Ask, Build, Header, Image, Operator, Rect, Region, RegionMut, Result, Traits};
use windlass_macros::{ArgEnum, Operation};

/// Flip an image.
///
/// Horizontal exchanges left and right, vertical exchanges top and bottom.
#[derive(Operation)]
#[operation(family = "conversion")]
pub struct Flip {
    /// Input image
    pub input: Image,
    /// Direction to flip image
    pub direction: Direction,
}

/// A direction.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsDirection")]
#[non_exhaustive]
pub enum Direction {
    /// Left and right
    Horizontal,
    /// Top and bottom
    Vertical,
}

impl Build for Flip {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let header = derived(&self.input);
        let (width, height) = (header.width, header.height);
        match self.direction {
            Direction::Horizontal => {
                let header = Header { xoffset: width, yoffset: 0, ..header };
                mirrored(header, &self.input, Mirror { across: Some(width), down: None })
            }
            Direction::Vertical => {
                let header = Header { xoffset: 0, yoffset: height, ..header };
                mirrored(header, &self.input, Mirror { across: None, down: Some(height) })
            }
        }
    }
}

pub(super) fn mirrored(header: Header, input: &Image, mirror: Mirror) -> Result<Image> {
    Image::area(header, &[input], mirror)
}

/// Columns, rows or both in reverse order.
pub(super) struct Mirror {
    /// The image's width, where columns are reversed
    pub(super) across: Option<i32>,
    /// The image's height, where rows are reversed
    pub(super) down: Option<i32>,
}

impl Operator for Mirror {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { cost: 1.0, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let left = self.across.map_or(out.left, |width| width - out.right());
        let top = self.down.map_or(out.top, |height| height - out.bottom());
        ask.read(0, Rect { left, top, ..out });
    }

    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        let pixel = out.pixel_size();
        let down = self.down;
        for (y, row) in out.rows::<u8>() {
            let input = inputs[0].bytes(down.map_or(y, |height| height - 1 - y));
            match self.across {
                Some(_) => reverse(pixel, input, row),
                None => row.copy_from_slice(input),
            }
        }
        Ok(())
    }
}

/// Pixels of `pixel` bytes in reverse order.
pub(super) fn reverse(pixel: usize, input: &[u8], output: &mut [u8]) {
    match pixel {
        1 => output.iter_mut().zip(input.iter().rev()).for_each(|(out, x)| *out = *x),
        2 => reverse_pixels::<2>(input, output),
        3 => reverse_pixels::<3>(input, output),
        4 => reverse_pixels::<4>(input, output),
        6 => reverse_pixels::<6>(input, output),
        8 => reverse_pixels::<8>(input, output),
        12 => reverse_pixels::<12>(input, output),
        16 => reverse_pixels::<16>(input, output),
        _ => {
            let pixels = output.chunks_exact_mut(pixel).zip(input.rchunks_exact(pixel));
            pixels.for_each(|(out, x)| out.copy_from_slice(x));
        }
    }
}

fn reverse_pixels<const N: usize>(input: &[u8], output: &mut [u8]) {
    let pixels =
        output.as_chunks_mut::<N>().0.iter_mut().zip(input.as_chunks::<N>().0.iter().rev());
    pixels.for_each(|(out, x)| *out = *x);
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn pixels_of_every_size_are_reversed_whole() {
        for bands in 1..=17 {
            let bytes: Vec<u8> = (0..bands as u8 * 3).collect();
            let image = Image::from_memory(3, 1, bands, BandFormat::U8, bytes.clone()).unwrap();
            let out = Flip::new(image, Direction::Horizontal).build().unwrap();
            let expected: Vec<u8> = bytes.rchunks(bands as usize).flatten().copied().collect();
            assert_eq!(out.to_memory().unwrap(), expected);
        }
    }

    #[test]
    fn rows_are_reversed() {
        let image = Image::from_memory(2, 2, 1, BandFormat::U8, vec![1, 2, 3, 4]).unwrap();
        let out = Flip::new(image, Direction::Vertical).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [3, 4, 1, 2]);
        assert_eq!(out.header().yoffset, 2);
    }
}
