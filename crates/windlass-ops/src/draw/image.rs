use crate::conversion::{bad, derived};
use windlass_core::{Build, Coding, Complex, Image, Rect, Result, Sample, align, cast, dispatch};
use windlass_macros::{ArgEnum, Operation};

/// Paint an image into another image.
///
/// `sub` is set into `image` at `x`, `y`, or added to it.
#[derive(Operation)]
#[operation(family = "draw", nocache)]
pub struct DrawImage {
    /// Image to draw on
    #[arg(modify)]
    pub image: Image,
    /// Sub-image to insert into main image
    pub sub: Image,
    /// Draw image here
    #[arg(min = -1_000_000_000, max = 1_000_000_000)]
    pub x: i32,
    /// Draw image here
    #[arg(min = -1_000_000_000, max = 1_000_000_000)]
    pub y: i32,
    /// Combining mode
    #[arg(default = CombineMode::Set)]
    pub mode: CombineMode,
}

/// How pixels are combined.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsCombineMode")]
#[non_exhaustive]
pub enum CombineMode {
    /// The new pixels replace the old ones
    Set,
    /// The new pixels are added
    Add,
}

impl Build for DrawImage {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let header = self.image.header();
        let add = self.mode == CombineMode::Add;
        if header.coding != self.sub.header().coding {
            return Err(bad("draw_image: images must have the same coding"));
        }
        if add && header.coding != Coding::None {
            return Err(bad("draw_image: image must be uncoded"));
        }
        if self.sub.header().bands != 1 && self.sub.header().bands != header.bands {
            return Err(bad(format!("draw_image: image must have 1 or {} bands", header.bands)));
        }
        let pixels = self.image.pixels()?;
        let place = self.sub.rect().translate(self.x, self.y);
        let area = place.intersect(&header.rect());
        if area.is_empty() {
            return Image::from_pixels(derived(&self.image), pixels);
        }
        let sub =
            align::bands("draw_image", std::slice::from_ref(&self.sub), header.bands)?.remove(0);
        let sub = cast(&sub, header.format)?.pixels()?;
        let combine = if add { dispatch!(header.format, T => sum::<T> as Combine) } else { set };
        let size = header.pixel_size();
        let columns = |left: i32, area: Rect| {
            let start = (area.left - left) as usize * size;
            start..start + area.width as usize * size
        };
        let (target, source) = (columns(0, area), columns(place.left, area));
        let painted = pixels.with_rows_changed(area, |y, row| {
            combine(&sub.row(y - place.top)[source.clone()], &mut row[target.clone()]);
        })?;
        Image::from_pixels(derived(&self.image), painted)
    }
}

type Combine = fn(&[u8], &mut [u8]);

fn set(from: &[u8], to: &mut [u8]) {
    to.copy_from_slice(from);
}

fn sum<T: Sum>(from: &[u8], to: &mut [u8]) {
    let from: &[T] = bytemuck::cast_slice(from);
    let to: &mut [T] = bytemuck::cast_slice_mut(to);
    to.iter_mut().zip(from).for_each(|(to, from)| *to = to.sum(*from));
}

/// A sample that can be added as `draw_image` does it.
trait Sum: Sample {
    fn sum(self, other: Self) -> Self;
}

macro_rules! sums {
    ($($t:ty: |$a:ident, $b:ident| $sum:expr;)*) => {$(
        impl Sum for $t {
            fn sum(self, other: Self) -> Self {
                let ($a, $b) = (self, other);
                $sum
            }
        }
    )*};
}

sums! {
    u8: |a, b| a.saturating_add(b);
    i8: |a, b| a.saturating_add(b);
    u16: |a, b| a.saturating_add(b);
    // as the reference does: to the range of 8 bits
    i16: |a, b| (i32::from(a) + i32::from(b)).clamp(-128, 127) as i16;
    u32: |a, b| a.wrapping_add(b);
    i32: |a, b| a.wrapping_add(b);
    f32: |a, b| a + b;
    f64: |a, b| a + b;
    Complex<f32>: |a, b| Complex::new(a.re() + b.re(), a.im() + b.im());
    Complex<f64>: |a, b| Complex::new(a.re() + b.re(), a.im() + b.im());
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn images_are_set_and_added() {
        let image = Image::from_memory(3, 1, 1, BandFormat::U8, vec![1, 250, 3]).unwrap();
        let sub = Image::from_memory(2, 1, 1, BandFormat::U8, vec![10, 20]).unwrap();
        let draw = |x, mode| {
            let out = DrawImage::new(&image, &sub, x, 0).mode(mode).build().unwrap();
            out.to_memory().unwrap()
        };
        assert_eq!(draw(1, CombineMode::Set), [1, 10, 20]);
        assert_eq!(draw(1, CombineMode::Add), [1, 255, 23]);
        assert_eq!(draw(-1, CombineMode::Set), [20, 250, 3]);
        assert_eq!(draw(9, CombineMode::Set), [1, 250, 3]);
    }
}
