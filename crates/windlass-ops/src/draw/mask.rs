use crate::coding::{lab_of, labq_of};
use crate::conversion::{bad, derived};
use crate::ink::ink;
use windlass_core::{
    BandFormat, Build, Coding, Complex, ComplexSample, Image, Result, Sample, dispatch,
};
use windlass_macros::Operation;

/// Draw a mask on an image.
///
/// Blends the ink into the image, as much as the mask says: 0 leaves the image, 255 is ink.
#[derive(Operation)]
#[operation(family = "draw", nocache)]
pub struct DrawMask {
    /// Image to draw on
    #[arg(modify)]
    pub image: Image,
    /// Color for pixels
    pub ink: Vec<f64>,
    /// Mask of pixels to draw
    pub mask: Image,
    /// Draw mask here
    #[arg(min = -1_000_000_000, max = 1_000_000_000)]
    pub x: i32,
    /// Draw mask here
    #[arg(min = -1_000_000_000, max = 1_000_000_000)]
    pub y: i32,
}

impl Build for DrawMask {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let header = self.image.header();
        if !matches!(header.coding, Coding::None | Coding::Labq) {
            return Err(bad("draw_mask_direct: image coding must be 'none' or 'labq'"));
        }
        let mask = self.mask.header();
        if mask.bands != 1 {
            return Err(bad("draw_mask_direct: image must one band"));
        }
        if mask.coding != Coding::None {
            return Err(bad("draw_mask_direct: image must be uncoded"));
        }
        if mask.format != BandFormat::U8 {
            return Err(bad("draw_mask_direct: image must be VIPS_FORMAT_UCHAR"));
        }
        let ink = ink(header, &self.ink)?;
        let pixels = self.image.pixels()?;
        let place = self.mask.rect().translate(self.x, self.y);
        let area = place.intersect(&header.rect());
        if area.is_empty() {
            return Image::from_pixels(derived(&self.image), pixels);
        }
        let mask = self.mask.pixels()?;
        let blend: Blend = if header.coding == Coding::Labq {
            blend_labq
        } else {
            dispatch!(header.format, T => blend::<T>)
        };
        let painted = pixels.with_rows_changed(area, |y, row| {
            let shares = &mask.row(y - place.top)[(area.left - place.left) as usize..];
            let row = &mut row[area.left as usize * ink.len()..];
            for (pixel, share) in
                row.chunks_exact_mut(ink.len()).zip(shares).take(area.width as usize)
            {
                blend(*share, &ink, pixel);
            }
        })?;
        Image::from_pixels(derived(&self.image), painted)
    }
}

type Blend = fn(u8, &[u8], &mut [u8]);

fn blend<T: Mixed>(share: u8, ink: &[u8], pixel: &mut [u8]) {
    let size = size_of::<T>();
    for (ink, pixel) in ink.chunks_exact(size).zip(pixel.chunks_exact_mut(size)) {
        let mixed =
            T::mixed(share, bytemuck::pod_read_unaligned(ink), bytemuck::pod_read_unaligned(pixel));
        pixel.copy_from_slice(bytemuck::bytes_of(&mixed));
    }
}

fn blend_labq(share: u8, ink: &[u8], pixel: &mut [u8]) {
    if let ([a, b, c, d], [e, f, g, h]) = (ink, &mut *pixel) {
        let (ink, old) = (lab_of([*a, *b, *c, *d]), lab_of([*e, *f, *g, *h]));
        let mixed = std::array::from_fn(|i| f32::mixed(share, ink[i], old[i]));
        pixel.copy_from_slice(&labq_of(mixed));
    }
}

/// A sample that can be mixed with ink.
trait Mixed: Sample {
    /// `share` 255ths of `ink`.
    fn mixed(share: u8, ink: Self, old: Self) -> Self;
}

macro_rules! mixed {
    ($($wide:ty: $($t:ty)*;)*) => {$($(
        impl Mixed for $t {
            fn mixed(share: u8, ink: Self, old: Self) -> Self {
                let (share, ink, old) =
                    (<$wide>::from(share), <$wide>::from(ink), <$wide>::from(old));
                let full = <$wide>::from(255_u8);
                ((ink * share + old * (full - share)) / full) as Self
            }
        }
    )*)*};
}

mixed! {
    i32: u8 i8 u16 i16;
    f64: u32 i32 f32 f64;
}

impl Mixed for Complex<f32> {
    fn mixed(share: u8, ink: Self, old: Self) -> Self {
        parts(share, ink, old)
    }
}

impl Mixed for Complex<f64> {
    fn mixed(share: u8, ink: Self, old: Self) -> Self {
        parts(share, ink, old)
    }
}

fn parts<C: ComplexSample>(share: u8, ink: C, old: C) -> C
where
    C::Part: Mixed,
{
    let ([a, b], [c, d]) = (ink.parts(), old.parts());
    C::from_parts([C::Part::mixed(share, a, c), C::Part::mixed(share, b, d)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ink_is_blended_by_the_mask() {
        let image = Image::from_memory(3, 1, 1, BandFormat::U8, vec![10, 20, 30]).unwrap();
        let mask = Image::from_memory(2, 1, 1, BandFormat::U8, vec![255, 128]).unwrap();
        let out = DrawMask::new(&image, vec![200.0], &mask, 1, 0).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [10, 200, 115]);
    }
}
