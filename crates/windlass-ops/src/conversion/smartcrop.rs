use super::{ExtractArea, Premultiply, attention, bad};
use crate::arithmetic::HistFind;
use windlass_core::{BandFormat, Build, Image, Rect, Result, cast};
use windlass_macros::{ArgEnum, Operation, Outputs};

/// Extract an area from an image, chosen by what is in it.
///
/// The area has the size asked for; `interesting` says how it is found.
#[derive(Operation)]
#[operation(family = "conversion")]
pub struct Smartcrop {
    /// Input image
    #[arg(name = "input")]
    pub input: Image,
    /// Width of extract area
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Height of extract area
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// How to measure interestingness
    #[arg(default = Interesting::Attention)]
    pub interesting: Interesting,
    /// Input image already has premultiplied alpha
    #[arg(default = false)]
    pub premultiplied: bool,
}

/// How to find what matters in an image.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsInteresting")]
#[non_exhaustive]
pub enum Interesting {
    /// Do nothing: the low coordinates
    None,
    /// Just take the centre
    Centre,
    /// Use an entropy measure
    Entropy,
    /// Look for features likely to draw human attention
    Attention,
    /// Position the crop towards the low coordinate
    Low,
    /// Position the crop towards the high coordinate
    High,
    /// Everything is interesting
    All,
}

/// The area, and where attention was drawn to.
#[derive(Outputs)]
#[expect(clippy::exhaustive_structs, reason = "the outputs of the reference")]
pub struct Cropped {
    /// Output image
    pub out: Image,
    /// Horizontal position of attention centre
    #[out(optional)]
    pub attention_x: i32,
    /// Vertical position of attention centre
    #[out(optional)]
    pub attention_y: i32,
}

impl Build for Smartcrop {
    type Output = Cropped;

    fn build(&self) -> Result<Cropped> {
        let (all, width, height) = (self.input.rect(), self.width, self.height);
        if width > all.width || height > all.height || width < 1 || height < 1 {
            return Err(bad("smartcrop: bad extract area"));
        }
        let (left, top) = match self.interesting {
            Interesting::None | Interesting::Low => (0, 0),
            Interesting::Centre => ((all.width - width) / 2, (all.height - height) / 2),
            Interesting::High => (all.width - width, all.height - height),
            Interesting::All => return cropped(&self.input, all),
            Interesting::Entropy => self.busiest()?,
            Interesting::Attention => return self.attention(),
        };
        cropped(&self.input, Rect::new(left, top, width, height))
    }
}

fn cropped(input: &Image, area: Rect) -> Result<Cropped> {
    let out = ExtractArea::new(input, area.left, area.top, area.width, area.height).build()?;
    Ok(Cropped { out, attention_x: 0, attention_y: 0 })
}

impl Smartcrop {
    /// The image that is searched.
    fn searched(&self) -> Result<Image> {
        if self.input.header().has_alpha() && !self.premultiplied {
            Premultiply::new(&self.input).build()
        } else {
            Ok(self.input.clone())
        }
    }

    /// The area around what draws attention, as far as the image goes.
    fn attention(&self) -> Result<Cropped> {
        let (all, width, height) = (self.input.rect(), self.width, self.height);
        let (x, y) = attention::centre(&self.searched()?, width, height)?;
        let left = (x - width / 2).clamp(0, all.width - width);
        let top = (y - height / 2).clamp(0, all.height - height);
        let cropped = cropped(&self.input, Rect::new(left, top, width, height))?;
        Ok(Cropped { attention_x: x, attention_y: y, ..cropped })
    }

    /// Slices are cut from the sides that say less, an eighth of what is too much at a time.
    fn busiest(&self) -> Result<(i32, i32)> {
        let input = self.searched()?.hold()?;
        let mut window = input.rect();
        let eighth = |too_much: i32| (too_much - 1) / 8 + 1;
        let (excess_x, excess_y) = (window.width - self.width, window.height - self.height);
        let most = eighth(excess_x.max(1)).max(eighth(excess_y.max(1)));
        while window.width > self.width || window.height > self.height {
            let slice = most.min(window.width - self.width);
            if slice > 0 {
                let Rect { left, top, width, height } = window;
                let first = entropy(&input, Rect::new(left, top, slice, height))?;
                let last = entropy(&input, Rect::new(left + width - slice, top, slice, height))?;
                window.width -= slice;
                window.left += if first < last { slice } else { 0 };
            }
            let slice = most.min(window.height - self.height);
            if slice > 0 {
                let Rect { left, top, width, height } = window;
                let first = entropy(&input, Rect::new(left, top, width, slice))?;
                let last = entropy(&input, Rect::new(left, top + height - slice, width, slice))?;
                window.height -= slice;
                window.top += if first < last { slice } else { 0 };
            }
        }
        Ok((window.left, window.top))
    }
}

/// The entropy of an area's histogram in bits, in the steps and with the roundings of the
/// reference's `hist_entropy`.
fn entropy(input: &Image, area: Rect) -> Result<f64> {
    let area = ExtractArea::new(input, area.left, area.top, area.width, area.height).build()?;
    let histogram = HistFind::new(area).build()?;
    let counts = cast(&histogram, BandFormat::F64)?.to_memory()?;
    let counts: Vec<f64> = bytemuck::pod_collect_to_vec(&counts);
    let (pixels, bands) = (histogram.header().width, histogram.header().bands);
    let (pixels, bands) = (f64::from(pixels), f64::from(bands));
    // the mean, and the sum from it again
    let summed = |sum: f64| sum / (pixels * bands) * pixels * bands;
    let total = summed(counts.iter().sum());
    let (share, bits) = ((1.0 / total) as f32, (1.0 / std::f64::consts::LN_2) as f32);
    let term = |count: &f64| {
        let p = share * *count as f32;
        let log = if p == 0.0 { 0.0 } else { libm::log(f64::from(p)) as f32 };
        f64::from(p * (bits * log))
    };
    Ok(-summed(counts.iter().map(term).sum()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busy_side_is_kept() {
        let mut bytes = vec![0; 64];
        for (i, byte) in bytes[40..].iter_mut().enumerate() {
            *byte = (i * 37 % 251) as u8;
        }
        let image = Image::from_memory(8, 8, 1, BandFormat::U8, bytes.clone()).unwrap();
        let crop = Smartcrop::new(&image, 8, 3).interesting(Interesting::Entropy);
        assert_eq!(crop.build().unwrap().out.to_memory().unwrap(), bytes[40..]);
        let crop = Smartcrop::new(&image, 1, 1).interesting(Interesting::High);
        assert_eq!(crop.build().unwrap().out.to_memory().unwrap(), bytes[63..]);
        assert!(Smartcrop::new(&image, 9, 1).build().is_err());
    }
}
