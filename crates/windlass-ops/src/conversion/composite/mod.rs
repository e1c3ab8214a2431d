//! Images blended over each other: `composite` and `composite2`.

mod blend;
mod layers;

pub use blend::BlendMode;

use super::bad;
use crate::coding::decoded;
use crate::colour::Colourspace;
use crate::conversion::Addalpha;
use layers::{Layers, Plan};
use windlass_core::declare::ArgEnum;
use windlass_core::{
    BandFormat, Build, Header, Image, Interpretation, Rect, Result, align, dispatch,
};
use windlass_macros::Operation;

/// Blend an array of images with an array of blend modes.
///
/// Images are blended from the first, the base, upward. The result has the size of the base.
/// Images without alpha get a solid one.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Composite {
    /// Array of input images
    pub input: Vec<Image>,
    /// Array of blend modes to join with, by number: one for all, or one for each image but the base
    pub mode: Vec<i32>,
    /// Array of x coordinates to join at
    pub x: Option<Vec<i32>>,
    /// Array of y coordinates to join at
    pub y: Option<Vec<i32>>,
    /// Composite images in this colour space
    pub compositing_space: Option<Interpretation>,
    /// Images have premultiplied alpha
    #[arg(default = false)]
    pub premultiplied: bool,
}

impl Build for Composite {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let layers = self.input.len().saturating_sub(1);
        if self.input.is_empty() {
            return Err(bad("composite: no input images"));
        }
        let blend = Blending {
            operation: "composite",
            modes: modes(&self.mode, layers)?,
            places: self.places(layers)?,
            space: self.compositing_space,
            premultiplied: self.premultiplied,
        };
        blend.of(&self.input)
    }
}

impl Composite {
    /// Where the layers lie: at the origin unless both coordinates are given.
    fn places(&self, layers: usize) -> Result<Vec<(i32, i32)>> {
        for (name, coordinates) in [("x", &self.x), ("y", &self.y)] {
            if coordinates.as_ref().is_some_and(|list| list.len() != layers) {
                return Err(bad(format!("composite: must be {layers} {name} coordinates")));
            }
        }
        match (&self.x, &self.y) {
            (Some(x), Some(y)) => Ok(x.iter().copied().zip(y.iter().copied()).collect()),
            _ => Ok(vec![(0, 0); layers]),
        }
    }
}

/// The blend modes of so many numbers, one for each layer.
fn modes(numbers: &[i32], layers: usize) -> Result<Vec<BlendMode>> {
    if numbers.len() != 1 && numbers.len() != layers {
        return Err(bad(format!("composite: must be 1 or {layers} blend modes")));
    }
    let mode = |(i, number): (usize, &i32)| {
        BlendMode::from_number(*number)
            .ok_or_else(|| bad(format!("composite: blend mode index {i} ({number}) invalid")))
    };
    let modes = numbers.iter().enumerate().map(mode).collect::<Result<Vec<_>>>()?;
    Ok(if modes.len() == layers { modes } else { vec![modes[0]; layers] })
}

/// Blend a pair of images with a blend mode.
///
/// The result has the size of the base. Images without alpha get a solid one.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Composite2 {
    /// Base image
    pub base: Image,
    /// Overlay image
    pub overlay: Image,
    /// How to blend the overlay with the base
    pub mode: BlendMode,
    /// x position of overlay
    #[arg(default = 0, min = -100_000_000, max = 100_000_000)]
    pub x: i32,
    /// y position of overlay
    #[arg(default = 0, min = -100_000_000, max = 100_000_000)]
    pub y: i32,
    /// Composite images in this colour space
    pub compositing_space: Option<Interpretation>,
    /// Images have premultiplied alpha
    #[arg(default = false)]
    pub premultiplied: bool,
}

impl Build for Composite2 {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let blend = Blending {
            operation: "composite2",
            modes: vec![self.mode],
            places: vec![(self.x, self.y)],
            space: self.compositing_space,
            premultiplied: self.premultiplied,
        };
        blend.of(&[self.base.clone(), self.overlay.clone()])
    }
}

/// How images are to be blended.
struct Blending {
    operation: &'static str,
    modes: Vec<BlendMode>,
    places: Vec<(i32, i32)>,
    space: Option<Interpretation>,
    premultiplied: bool,
}

impl Blending {
    fn of(self, images: &[Image]) -> Result<Image> {
        let images = images.iter().map(with_alpha).collect::<Result<Vec<_>>>()?;
        let space = self.space.unwrap_or_else(|| common_space(&images));
        let images =
            images.iter().map(|image| converted(image, space)).collect::<Result<Vec<_>>>()?;
        let bands = images[0].header().bands;
        if images.iter().any(|image| image.header().bands != bands) {
            return Err(bad(format!(
                "{}: images do not have same numbers of bands",
                self.operation
            )));
        }
        if bands > 64 {
            return Err(bad(format!("{}: too many input bands", self.operation)));
        }
        let Some(scales) = scales(space, bands as usize) else {
            return Err(bad(format!("{}: unsupported compositing space", self.operation)));
        };
        let images = align::formats(&images)?;
        let header = Header::inherit(&images).ok_or_else(|| bad("composite: no input images"))?;
        let rects = images[1..].iter().zip(&self.places);
        let rects = rects.map(|(image, (x, y))| image.rect().translate(*x, *y)).collect();
        let plan = Plan { all: header.rect(), rects, modes: self.modes };
        blended(header, &images, plan, &scales, self.premultiplied)
    }
}

/// The node: in single precision for three colours of the usual formats, else in double.
fn blended(
    header: Header,
    images: &[Image],
    plan: Plan,
    scales: &[f64],
    premultiplied: bool,
) -> Result<Image> {
    let inputs: Vec<_> = images.iter().collect();
    if header.bands == 4 {
        match header.format {
            BandFormat::U8 => {
                let layers = Layers::<u8, f32, 4>::new(plan, scales, premultiplied);
                return Image::area(header, &inputs, layers);
            }
            BandFormat::U16 => {
                let layers = Layers::<u16, f32, 4>::new(plan, scales, premultiplied);
                return Image::area(header, &inputs, layers);
            }
            BandFormat::F32 => {
                let layers = Layers::<f32, f32, 4>::new(plan, scales, premultiplied);
                return Image::area(header, &inputs, layers);
            }
            _ => {}
        }
    }
    dispatch!(header.format,
        real T => {
            let layers = Layers::<T, f64, 0>::new(plan, scales, premultiplied);
            Image::area(header, &inputs, layers)
        },
        complex _T => Err(bad("composite: image must be non-complex")))
}

/// The image without coding, with an alpha.
fn with_alpha(image: &Image) -> Result<Image> {
    let image = decoded(image)?;
    if image.header().has_alpha() { Ok(image) } else { Addalpha::new(image).build() }
}

/// The space that suits all: of 16 bits where one is, grey where all are.
fn common_space(images: &[Image]) -> Interpretation {
    let wide = |image: &Image| {
        let interpretation = image.header().interpretation;
        matches!(interpretation, Interpretation::Grey16 | Interpretation::Rgb16)
    };
    let grey = images.iter().all(|image| image.header().bands <= 2);
    match (images.iter().any(wide), grey) {
        (true, true) => Interpretation::Grey16,
        (true, false) => Interpretation::Rgb16,
        (false, true) => Interpretation::BlackWhite,
        (false, false) => Interpretation::Srgb,
    }
}

/// The image in `space`.
fn converted(image: &Image, space: Interpretation) -> Result<Image> {
    if image.header().interpretation == space {
        Ok(image.clone())
    } else {
        Colourspace::new(image, space).build()
    }
}

/// The largest value of each band in a space, if one can blend there.
fn scales(space: Interpretation, bands: usize) -> Option<Vec<f64>> {
    use Interpretation as I;
    let colours: &[f64] = match space {
        I::Xyz => &[95.0470, 100.0, 108.8827],
        I::Lab => &[100.0, 128.0, 128.0],
        I::Lch | I::Cmc => &[100.0, 128.0, 360.0],
        I::Scrgb => &[1.0; 3],
        I::Srgb | I::Hsv => &[255.0; 3],
        I::Cmyk => &[255.0; 4],
        I::Rgb16 => &[65535.0; 3],
        I::Grey16 => &[65535.0],
        I::Yxy => &[100.0, 1.0, 1.0],
        I::BlackWhite => &[255.0],
        _ => return None,
    };
    let alphas = std::iter::repeat(space.max_alpha());
    Some(colours.iter().copied().chain(alphas).take(bands).collect())
}

/// Side of the cells in which the reference decides which layers to apply.
const CELL: i32 = 128;

/// The cells that `rect` touches, as one rectangle.
fn cells(rect: Rect) -> Rect {
    let down = |edge: i32| edge.div_euclid(CELL) * CELL;
    let (left, top) = (down(rect.left), down(rect.top));
    let (right, bottom) = (down(rect.right() - 1) + CELL, down(rect.bottom() - 1) + CELL);
    Rect::new(left, top, right - left, bottom - top)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixel(bytes: &[u8]) -> Image {
        let image =
            Image::from_memory(1, 1, bytes.len() as i32, BandFormat::U8, bytes.to_vec()).unwrap();
        let interpretation = Interpretation::Srgb;
        image.with_header(Header { interpretation, ..image.header().clone() }).unwrap()
    }

    #[test]
    fn over_blends_by_alpha() {
        let (base, overlay) = (pixel(&[100, 100, 100]), pixel(&[200, 200, 200, 200]));
        let out = Composite2::new(&base, &overlay, BlendMode::Over).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [178, 178, 178, 255]);
        let out = Composite::new(vec![base, overlay], vec![2]).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [178, 178, 178, 255]);
    }

    #[test]
    fn an_overlay_elsewhere_clears_only_where_the_mode_says_so() {
        let (base, overlay) = (pixel(&[1, 2, 3, 4]), pixel(&[9, 9, 9, 9]));
        let at = |mode| {
            let out = Composite2::new(&base, &overlay, mode).x(500).build().unwrap();
            out.to_memory().unwrap()
        };
        assert_eq!(at(BlendMode::Over), [1, 2, 3, 4]);
        assert_eq!(at(BlendMode::In), [0; 4]);
    }

    #[test]
    fn numbers_of_modes_are_checked() {
        let images = vec![pixel(&[1, 2, 3]); 3];
        let error = Composite::new(images.clone(), vec![2; 3]).build().unwrap_err();
        assert_eq!(error.message(), "composite: must be 1 or 2 blend modes");
        let error = Composite::new(images.clone(), vec![25]).build().unwrap_err();
        assert_eq!(error.message(), "composite: blend mode index 0 (25) invalid");
        let error = Composite::new(images, vec![2]).x(vec![1]).build().unwrap_err();
        assert_eq!(error.message(), "composite: must be 2 x coordinates");
    }
}
