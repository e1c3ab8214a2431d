use super::tiled::{Tiled, Tiling};
use super::{bad, copied, derived};
use crate::ink::ink;
use windlass_core::{
    Ask, Build, Header, Image, Operator, Rect, Region, RegionMut, Result, Traits, dispatch,
};
use windlass_core::{Complex, Sample};
use windlass_macros::{ArgEnum, Operation};

/// Embed an image in a larger image.
///
/// The opposite of `extract_area`: puts `in` inside an image of `width` by `height` at position
/// `x`, `y`. `extend` says what appears in the new pixels.
#[derive(Operation)]
#[operation(family = "conversion")]
pub struct Embed {
    /// Input image
    pub input: Image,
    /// Left edge of input in output
    #[arg(min = -1_000_000_000, max = 1_000_000_000)]
    pub x: i32,
    /// Top edge of input in output
    #[arg(min = -1_000_000_000, max = 1_000_000_000)]
    pub y: i32,
    /// Image width in pixels
    #[arg(min = 1, max = 1_000_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 1_000_000_000)]
    pub height: i32,
    /// How to generate the extra pixels; a background implies `background`
    pub extend: Option<Extend>,
    /// Color for background pixels
    pub background: Option<Vec<f64>>,
}

/// What to put in pixels that have no input.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsExtend")]
#[non_exhaustive]
pub enum Extend {
    /// All-zero pixels
    Black,
    /// The nearest edge pixel
    Copy,
    /// Tile the image
    Repeat,
    /// Tile the image, mirroring every other copy
    Mirror,
    /// All bits set, or 1 for floats of linear light
    White,
    /// The background colour
    Background,
}

impl Build for Embed {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let old = self.input.rect();
        if self.x == 0 && self.y == 0 && self.width == old.width && self.height == old.height {
            return copied(&self.input);
        }
        let header = Header { width: self.width, height: self.height, ..derived(&self.input) };
        let place = old.translate(self.x, self.y);
        match self.extended() {
            Extend::Repeat => self.tiled(header, false),
            Extend::Mirror => self.tiled(header, true),
            _ if place.intersect(&header.rect()).is_empty() => Err(bad("embed: bad dimensions")),
            Extend::Copy => Image::area(header, &[&self.input], Edges { place }),
            extend => {
                let ink = self.ink(extend, &header)?;
                Image::area(header, &[&self.input], Frame { place, ink })
            }
        }
    }
}

impl Embed {
    fn extended(&self) -> Extend {
        match (self.extend, &self.background) {
            (Some(extend), _) => extend,
            (None, Some(_)) => Extend::Background,
            (None, None) => Extend::Black,
        }
    }

    fn ink(&self, extend: Extend, header: &Header) -> Result<Vec<u8>> {
        match extend {
            Extend::White => Ok(white(header)),
            Extend::Background => ink(header, self.background.as_deref().unwrap_or(&[0.0])),
            _ => Ok(vec![0; header.pixel_size()]),
        }
    }

    fn tiled(&self, header: Header, mirror: bool) -> Result<Image> {
        let Self { x, y, .. } = *self;
        let (width, height) = (self.input.header().width, self.input.header().height);
        let period = if mirror { 2 } else { 1 };
        let header = Header {
            xoffset: tiling_offset(x, period * width),
            yoffset: tiling_offset(y, period * height),
            ..header
        };
        let columns = Tiling { start: x, size: width, mirror };
        let rows = Tiling { start: y, size: height, mirror };
        Image::area(header, &[&self.input], Tiled { columns, rows })
    }
}

/// Where the reference says that the origin of a tiling lies.
fn tiling_offset(start: i32, period: i32) -> i32 {
    if start < 0 { -(start.abs() % period) } else { -(period - start % period) }
}

/// The pixel that the reference calls white: max-alpha in every byte of an integer, and in both
/// parts of a float.
fn white(header: &Header) -> Vec<u8> {
    let alpha = header.interpretation.max_alpha();
    let samples = header.bands as usize;
    dispatch!(header.format,
        integer _I => vec![alpha as i32 as u8; header.pixel_size()],
        float F => bytemuck::bytes_of(&F::from_f64(alpha)).repeat(samples),
        complex C => bytemuck::bytes_of(&C::from_complex(Complex::new(alpha, alpha))).repeat(samples))
}

/// The input at `place`, in a frame of one colour.
pub(super) struct Frame {
    pub(super) place: Rect,
    pub(super) ink: Vec<u8>,
}

impl Operator for Frame {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { cost: 0.25, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        let seen = out.intersect(&self.place);
        let (dx, dy) = (-self.place.left, -self.place.top);
        if seen == out {
            ask.same(0, dx, dy);
        } else if !seen.is_empty() {
            ask.place(0, seen.translate(dx, dy), seen.left, seen.top);
        }
    }

    fn compute(&self, _: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        for part in out.rect().minus(&self.place) {
            out.fill(part, &self.ink);
        }
        Ok(())
    }
}

/// The input at `place`; every other pixel is its nearest one.
struct Edges {
    place: Rect,
}

impl Edges {
    /// The pixels of the input that are nearest to some of `out`.
    fn nearest(&self, out: Rect) -> Rect {
        let (left, top) = self.place.nearest(out.left, out.top);
        let (right, bottom) = self.place.nearest(out.right() - 1, out.bottom() - 1);
        Rect::new(left, top, right - left + 1, bottom - top + 1)
            .translate(-self.place.left, -self.place.top)
    }
}

impl Operator for Edges {
    type Scratch = ();

    fn scratch(&self) {}

    fn traits(&self) -> Traits {
        Traits { cost: 0.5, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        if self.place.contains(&out) {
            ask.same(0, -self.place.left, -self.place.top);
        } else {
            ask.read(0, self.nearest(out));
        }
    }

    fn compute(&self, inputs: &[Region<'_>], out: &mut RegionMut<'_>, (): &mut ()) -> Result<()> {
        let (rect, pixel, place) = (out.rect(), out.pixel_size(), self.place);
        let before = (place.left - rect.left).clamp(0, rect.width) as usize * pixel;
        let inside = rect.intersect(&Rect { top: rect.top, height: rect.height, ..place }).width;
        let inside = inside as usize * pixel;
        for (y, row) in out.rows::<u8>() {
            let (_, y) = place.nearest(place.left, y);
            let input = inputs[0].bytes(y - place.top);
            let (left, rest) = row.split_at_mut(before);
            let (middle, right) = rest.split_at_mut(inside);
            let copies = |out: &mut [u8], from: &[u8]| {
                out.chunks_exact_mut(pixel).for_each(|out| out.copy_from_slice(from));
            };
            copies(left, &input[..pixel]);
            middle.copy_from_slice(&input[..inside]);
            copies(right, &input[input.len() - pixel..]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    fn row(width: i32, x: i32, extend: Extend) -> Vec<u8> {
        let image = Image::from_memory(3, 1, 1, BandFormat::U8, vec![1, 2, 3]).unwrap();
        let embed = Embed::new(image, x, 0, width, 1).extend(extend);
        embed.build().unwrap().to_memory().unwrap()
    }

    #[test]
    fn each_extension_fills_its_own_way() {
        assert_eq!(row(7, 2, Extend::Black), [0, 0, 1, 2, 3, 0, 0]);
        assert_eq!(row(7, 2, Extend::White), [255, 255, 1, 2, 3, 255, 255]);
        assert_eq!(row(7, 2, Extend::Copy), [1, 1, 1, 2, 3, 3, 3]);
        assert_eq!(row(7, 2, Extend::Repeat), [2, 3, 1, 2, 3, 1, 2]);
        assert_eq!(row(9, 3, Extend::Mirror), [3, 2, 1, 1, 2, 3, 3, 2, 1]);
        assert_eq!(row(2, -1, Extend::Copy), [2, 3]);
    }

    #[test]
    fn many_copies_are_like_few() {
        let expected: Vec<u8> = (0..1000).map(|i| 1 + ((i + 5) % 3) as u8).collect();
        assert_eq!(row(1000, -5, Extend::Repeat), expected);
    }

    #[test]
    fn a_background_implies_its_extension() {
        let image = Image::from_memory(1, 1, 1, BandFormat::U8, vec![1]).unwrap();
        let out = Embed::new(&image, 1, 0, 2, 1).background(vec![9.0]).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [9, 1]);
        let error = Embed::new(&image, 5, 0, 2, 1).build().unwrap_err();
        assert_eq!(error.message(), "embed: bad dimensions");
    }
}
