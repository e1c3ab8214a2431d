//! From an opened image to its thumbnail (`reference/ops/resample.md` §11).

use super::{Options, Size};
use crate::coding::decoded;
use crate::conversion::{Autorot, Interesting, Premultiply, Smartcrop, Unpremultiply};
use crate::resample::Resize;
use windlass_core::declare::{ArgEnum, ArgValue, Value, image_operation};
use windlass_core::{BandFormat, Build, Header, Image, Interpretation, Meta, Result, cast};

impl Options {
    /// By how much an image is shrunk across and down.
    pub(super) fn shrinks(&self, width: i32, header: &Header, page_height: i32) -> (f64, f64) {
        let height = self.height.unwrap_or(width);
        let turned = !self.no_rotate && header.orientation() >= 5;
        let (width, height) = if turned { (height, width) } else { (width, height) };
        let (input_width, input_height) = (f64::from(header.width), f64::from(page_height));
        let (mut across, mut down) =
            (input_width / f64::from(width), input_height / f64::from(height));
        if self.size != Size::Force {
            let both =
                if self.crop == Interesting::None { across.max(down) } else { across.min(down) };
            (across, down) = (both, both);
        }
        match self.size {
            Size::Up => (across, down) = (across.min(1.0), down.min(1.0)),
            Size::Down => (across, down) = (across.max(1.0), down.max(1.0)),
            Size::Both | Size::Force => {}
        }
        (across.min(input_width), down.min(input_height))
    }

    /// The thumbnail of an image, which may have been shrunk as it was loaded.
    pub(super) fn thumbnail(&self, width: i32, image: &Image) -> Result<Image> {
        let page_height = image.header().page_height();
        let pages = image.header().height / page_height;
        let (image, colour) = self.to_working_space(image)?;
        let (across, mut down) = self.shrinks(width, image.header(), page_height);
        let small_page = (f64::from(page_height) / down).round_ties_even();
        if pages > 1 {
            down = f64::from(image.header().height) / (small_page * f64::from(pages));
        }
        let mut image = resized(&image, across, down)?;
        if pages > 1 {
            let mut header = image.header().clone();
            let small_page = (f64::from(page_height) / down).round_ties_even();
            header.metadata.set("page-height", Meta::Int(small_page as i32));
            image = image.with_header(header)?;
        }
        image = self.to_output_space(image, colour)?;
        if !self.no_rotate && image.header().orientation() != 1 {
            image = Autorot::new(image).build()?.out;
        }
        self.cropped(width, image)
    }

    fn cropped(&self, width: i32, image: Image) -> Result<Image> {
        if self.crop == Interesting::None {
            return Ok(image);
        }
        // what looks at the pixels looks more than once
        let looks = matches!(self.crop, Interesting::Entropy | Interesting::Attention);
        let image = if looks { image.hold()? } else { image };
        let all = image.rect();
        let (width, height) = (width.min(all.width), self.height.unwrap_or(width).min(all.height));
        Ok(Smartcrop::new(image, width, height).interesting(self.crop).build()?.out)
    }

    /// The image in the space that it is shrunk in.
    fn to_working_space(&self, image: &Image) -> Result<(Image, Colour)> {
        let has_profile = image.header().metadata.get("icc-profile-data").is_some();
        let known = has_profile || self.input_profile.is_some();
        let image = match image.header().coding {
            windlass_core::Coding::Rad => decoded(image)?,
            _ => image.clone(),
        };
        let grey = image.header().bands < 3;
        if self.linear {
            let format = image.header().format;
            let plain = image.header().coding == windlass_core::Coding::None;
            if plain && matches!(format, BandFormat::U8 | BandFormat::U16) && known {
                return Ok((self.imported(&image)?, Colour::Imported));
            }
            let space = if grey { Interpretation::Grey16 } else { Interpretation::Scrgb };
            return Ok((in_space(&image, space)?, Colour::Linear));
        }
        if self.output_profile.is_some() && known {
            return Ok((image, Colour::Transform));
        }
        let space = if grey { Interpretation::BlackWhite } else { Interpretation::Srgb };
        Ok((in_space(&image, space)?, Colour::Display))
    }

    fn to_output_space(&self, image: Image, colour: Colour) -> Result<Image> {
        let grey = image.header().bands < 3;
        match (colour, &self.output_profile) {
            (Colour::Imported, profile) => self.exported(&image, profile.as_deref()),
            (Colour::Transform, Some(profile)) => {
                let args = [
                    ("in", Value::Image(image)),
                    ("output_profile", profile.to_value()),
                    ("intent", self.intent.to_value()),
                    ("embedded", Value::Bool(true)),
                    ("depth", Value::Int(8)),
                ];
                let input = self.input_profile.as_ref().map(|p| ("input_profile", p.to_value()));
                image_operation("icc_transform", args.into_iter().chain(input))
            }
            (_, Some(profile)) => {
                self.exported(&in_space(&image, Interpretation::Xyz)?, Some(profile))
            }
            (Colour::Linear, None) if grey => in_space(&image, Interpretation::BlackWhite),
            (Colour::Linear, None) => in_space(&image, Interpretation::Srgb),
            (Colour::Display | Colour::Transform, None) => Ok(image),
        }
    }

    fn imported(&self, image: &Image) -> Result<Image> {
        let args = [
            ("in", Value::Image(image.clone())),
            ("intent", self.intent.to_value()),
            ("embedded", Value::Bool(true)),
            ("pcs", Value::String("xyz".into())),
        ];
        let input = self.input_profile.as_ref().map(|p| ("input_profile", p.to_value()));
        image_operation("icc_import", args.into_iter().chain(input))
    }

    fn exported(&self, image: &Image, profile: Option<&str>) -> Result<Image> {
        let args = [
            ("in", Value::Image(image.clone())),
            ("intent", self.intent.to_value()),
            ("depth", Value::Int(8)),
        ];
        let output = profile.map(|p| ("output_profile", Value::String(p.into())));
        image_operation("icc_export", args.into_iter().chain(output))
    }
}

/// What happened to the colours before shrinking, and so what must happen after.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Colour {
    /// They are sRGB or grey
    Display,
    /// They are linear light
    Linear,
    /// A profile made them XYZ
    Imported,
    /// They are as the input's profile says
    Transform,
}

/// The image in `space`; bytes that are there already stay as they are.
fn in_space(image: &Image, space: Interpretation) -> Result<Image> {
    let header = image.header();
    let display = matches!(space, Interpretation::Srgb | Interpretation::BlackWhite);
    if display && header.interpretation == space && header.format == BandFormat::U8 {
        return Ok(image.clone());
    }
    let space = Value::String(space.nick().into());
    image_operation("colourspace", [("in", Value::Image(image.clone())), ("space", space)])
}

/// The image shrunk, its alpha multiplied in meanwhile.
fn resized(image: &Image, across: f64, down: f64) -> Result<Image> {
    let resize = |image: &Image| Resize::new(image, 1.0 / across).vscale(1.0 / down).build();
    if !image.header().has_alpha() || across == 1.0 || down == 1.0 {
        return resize(image);
    }
    let format = image.header().format;
    let small = resize(&cast(&Premultiply::new(image).build()?, format)?)?;
    cast(&Unpremultiply::new(small).build()?, format)
}

#[cfg(test)]
mod tests {
    use super::super::ThumbnailImage;
    use super::*;

    fn size(width: i32, height: i32, orientation: i32, options: Options) -> (i32, i32) {
        let image = Image::from_memory(
            width,
            height,
            3,
            BandFormat::U8,
            vec![9; (width * height * 3) as usize],
        );
        let image = image.unwrap();
        let mut header = image.header().clone();
        header.metadata.set("orientation", Meta::Int(orientation));
        let image = image.with_header(header).unwrap();
        let out = ThumbnailImage { input: image, width: 40, options }.build().unwrap();
        (out.header().width, out.header().height)
    }

    #[test]
    fn boxes_are_fitted_as_in_the_reference() {
        let boxed = || Options::default().height(20);
        assert_eq!(size(60, 100, 6, boxed()), (33, 20));
        assert_eq!(size(60, 100, 6, boxed().no_rotate(true)), (12, 20));
        assert_eq!(size(60, 100, 6, boxed().crop(Interesting::Centre)), (40, 20));
        assert_eq!(size(60, 100, 1, boxed().size(Size::Force)), (40, 20));
        assert_eq!(size(30, 10, 1, boxed().size(Size::Down)), (30, 10));
    }

    #[test]
    fn pages_stay_whole() {
        let image = Image::from_memory(40, 90, 3, BandFormat::U8, vec![7; 40 * 90 * 3]).unwrap();
        let mut header = image.header().clone();
        header.metadata.set("page-height", Meta::Int(30));
        header.metadata.set("n-pages", Meta::Int(3));
        let image = image.with_header(header).unwrap();
        let out = ThumbnailImage::new(image, 17).build().unwrap();
        assert_eq!((out.header().width, out.header().height), (17, 39));
        assert_eq!(out.header().metadata.int("page-height"), Some(13));
    }
}
