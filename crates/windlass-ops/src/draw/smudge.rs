use crate::conversion::derived;
use windlass_core::{Build, ComplexSample, Image, Pixels, Real, Rect, Result, dispatch};
use windlass_macros::Operation;

/// Blur a rectangle on an image.
///
/// Every pixel is mixed with its neighbours, of which those above and to the left are smudged
/// already. Pixels at the edge of the image stay.
#[derive(Operation)]
#[operation(family = "draw", nocache)]
pub struct DrawSmudge {
    /// Image to draw on
    #[arg(modify)]
    pub image: Image,
    /// Left edge of the rectangle
    #[arg(min = -1_000_000_000, max = 1_000_000_000)]
    pub left: i32,
    /// Top edge of the rectangle
    #[arg(min = -1_000_000_000, max = 1_000_000_000)]
    pub top: i32,
    /// Width of the rectangle
    #[arg(min = -1_000_000_000, max = 1_000_000_000)]
    pub width: i32,
    /// Height of the rectangle
    #[arg(min = -1_000_000_000, max = 1_000_000_000)]
    pub height: i32,
}

impl Build for DrawSmudge {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let header = self.image.header();
        let pixels = self.image.pixels()?;
        let inner = Rect::new(1, 1, header.width - 2, header.height - 2);
        let area = Rect::new(self.left, self.top, self.width.max(0), self.height.max(0));
        let area = if inner.is_empty() { Rect::default() } else { area.intersect(&inner) };
        let bands = header.bands as usize;
        let smudged = dispatch!(header.format,
            real T => smudge::<T>(&pixels, area, bands),
            complex C => smudge::<<C as ComplexSample>::Part>(&pixels, area, 2 * bands))?;
        Image::from_pixels(derived(&self.image), smudged)
    }
}

fn smudge<T: Real>(pixels: &Pixels, area: Rect, bands: usize) -> Result<Pixels> {
    let mut above: Vec<T> = if area.is_empty() {
        Vec::new()
    } else {
        bytemuck::cast_slice(pixels.row(area.top - 1)).to_vec()
    };
    pixels.with_rows_changed(area, |y, row| {
        let row: &mut [T] = bytemuck::cast_slice_mut(row);
        let below: &[T] = bytemuck::cast_slice(pixels.row(y + 1));
        for i in area.left as usize * bands..area.right() as usize * bands {
            let across = [i - bands, i, i + bands];
            let sum = across.map(|i| above[i].to_f64()).iter().sum::<f64>();
            let sum = across.iter().fold(sum, |sum, i| sum + row[*i].to_f64());
            let sum = across.iter().fold(sum, |sum, i| sum + below[*i].to_f64());
            row[i] = T::from_f64((16.0 * row[i].to_f64() + sum) / 25.0);
        }
        above.copy_from_slice(row);
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use windlass_core::BandFormat;

    #[test]
    fn a_pixel_spreads_to_the_right_and_down() {
        let mut bytes = vec![0; 25];
        bytes[6] = 250;
        let image = Image::from_memory(5, 5, 1, BandFormat::U8, bytes).unwrap();
        let out = DrawSmudge::new(&image, 0, 0, 5, 5).build().unwrap().to_memory().unwrap();
        assert_eq!(out[6..9], [170, 6, 0]);
        assert_eq!(out[11..13], [7, 7]);
        assert_eq!(out[..5], [0; 5]);
    }
}
