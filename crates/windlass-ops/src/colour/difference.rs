//! Differences of colour: CIE76, CIEDE2000, CMC(1:1).

use super::colourspace::converted;
use super::step::scaled_alpha;
use crate::coding::decoded;
use crate::conversion::{Bandjoin, ExtractBand, bad, derived};
use windlass_core::point::{self, RowKernel2};
use windlass_core::{BandFormat, Build, Header, Image, Interpretation, Result, Sees, align, cast};
use windlass_macros::Operation;

/// Calculate dE76.
///
/// The Euclidean distance of two colours in Lab.
#[derive(Operation)]
#[operation(family = "colour", name = "dE76", sequential)]
pub struct De76 {
    /// Left-hand input image
    pub left: Image,
    /// Right-hand input image
    pub right: Image,
}

impl Build for De76 {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        difference("dE76", &self.left, &self.right, Interpretation::Lab, distance)
    }
}

/// Calculate dE00.
///
/// CIEDE2000 (Sharma, Wu, Dalal, 2005), with hues more than half a turn apart as the reference has
/// them.
#[derive(Operation)]
#[operation(family = "colour", name = "dE00", sequential)]
pub struct De00 {
    /// Left-hand input image
    pub left: Image,
    /// Right-hand input image
    pub right: Image,
}

impl Build for De00 {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        difference("dE00", &self.left, &self.right, Interpretation::Lab, ciede2000)
    }
}

/// Calculate dECMC.
///
/// The Euclidean distance of the three numbers of CMC, the hue in degrees as it is.
#[derive(Operation)]
#[operation(family = "colour", name = "dECMC", sequential)]
pub struct DeCmc {
    /// Left-hand input image
    pub left: Image,
    /// Right-hand input image
    pub right: Image,
}

impl Build for DeCmc {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        difference("dECMC", &self.left, &self.right, Interpretation::Cmc, distance)
    }
}

/// A function of two colours.
type Function = fn([f32; 3], [f32; 3]) -> f32;

fn difference(
    operation: &str,
    left: &Image,
    right: &Image,
    space: Interpretation,
    function: Function,
) -> Result<Image> {
    let images = [prepared(left, space)?, prepared(right, space)?];
    if images.iter().any(|image| image.header().bands < 3) {
        return Err(bad(format!("{operation}: image must have at least 3 bands")));
    }
    let images = align::sizes(&images)?;
    let [left, right] = &images[..] else { return Err(bad(format!("{operation}: two images"))) };
    let colour = |image: &Image| ExtractBand::new(image, 0).n(3).build();
    let header = Header {
        bands: 1,
        interpretation: Interpretation::BlackWhite,
        metadata: Header::inherit(&images).map(|header| header.metadata).unwrap_or_default(),
        ..derived(left)
    };
    let out = point::rows2::<f32, f32, _>(header, &colour(left)?, &colour(right)?, Pair(function))?;
    let Some(more) = images.iter().find(|image| image.header().bands > 3) else { return Ok(out) };
    let extra = ExtractBand::new(more, 3).n(more.header().bands - 3).build()?;
    let extra = scaled_alpha(&extra, (space, Interpretation::BlackWhite), BandFormat::F32)?;
    Bandjoin::new(vec![out, extra]).build()
}

/// Floats of the space.
fn prepared(image: &Image, space: Interpretation) -> Result<Image> {
    let image = decoded(image)?;
    if image.header().interpretation == space {
        return cast(&image, BandFormat::F32);
    }
    cast(&converted(&image, space)?, BandFormat::F32)
}

struct Pair(Function);

impl RowKernel2<f32, f32> for Pair {
    type Out = f32;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, a: &[f32], b: &[f32], output: &mut [f32]) {
        let pairs = a.as_chunks().0.iter().zip(b.as_chunks().0);
        output.iter_mut().zip(pairs).for_each(|(out, (a, b))| *out = (self.0)(*a, *b));
    }
}

fn distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    let [l, m, n] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    (l * l + m * m + n * n).sqrt()
}

fn ciede2000(left: [f32; 3], right: [f32; 3]) -> f32 {
    let [l1, a1, b1] = left.map(f64::from);
    let [l2, a2, b2] = right.map(f64::from);
    let mean = f64::midpoint(libm::hypot(a1, b1), libm::hypot(a2, b2));
    let stretch = 1.0 + 0.5 * (1.0 - saturation(mean));
    let (c1, h1) = polar(stretch * a1, b1);
    let (c2, h2) = polar(stretch * a2, b2);
    let (l, c) = (f64::midpoint(l1, l2), f64::midpoint(c1, c2));
    let near = (h1 - h2).abs() < 180.0;
    let h = if near { f64::midpoint(h1, h2) } else { (h1 + h2 - 360.0).abs() / 2.0 };
    let turn = if near { h1 - h2 } else { 360.0 - (h1 - h2) };
    let cos = |degrees: f64| libm::cos(degrees.to_radians());
    let sin = |degrees: f64| libm::sin(degrees.to_radians());
    let off = (h - 275.0) / 25.0;
    let rotation = -sin(2.0 * 30.0 * libm::exp(-off * off)) * 2.0 * saturation(c);
    let t = 1.0 - 0.17 * cos(h - 30.0) + 0.24 * cos(2.0 * h) + 0.32 * cos(3.0 * h + 6.0)
        - 0.20 * cos(4.0 * h - 63.0);
    let square = (l - 50.0) * (l - 50.0);
    let light = (l1 - l2) / (1.0 + 0.015 * square / (20.0 + square).sqrt());
    let chroma = (c1 - c2) / (1.0 + 0.045 * c);
    let hue = 2.0 * (c1 * c2).sqrt() * sin(turn / 2.0) / (1.0 + 0.015 * c * t);
    (light * light + chroma * chroma + hue * hue + rotation * chroma * hue).sqrt() as f32
}

/// How saturated a chroma is, 0 to 1.
fn saturation(chroma: f64) -> f64 {
    let seventh = libm::pow(chroma, 7.0);
    (seventh / (seventh + 6_103_515_625.0)).sqrt()
}

/// Chroma, and hue in degrees, 0 to 360.
fn polar(a: f64, b: f64) -> (f64, f64) {
    let h = libm::atan2(b, a).to_degrees();
    (libm::hypot(a, b), if h < 0.0 { h + 360.0 } else { h })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_the_references() {
        for (a, b, expected) in [
            ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.042_459),
            ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.197_97),
            ([50.0, 2.5, 0.0], [58.0, 24.0, 15.0], 19.453_52),
            ([50.0, 2.49, -0.001], [50.0, -2.49, 0.0011], 7.219_472),
            ([50.0, -30.0, -11.0], [50.0, 30.0, 5.0], 50.496_372),
        ] {
            let found = ciede2000(a, b);
            assert!((found - expected).abs() < 1e-4, "{a:?} {b:?}: {found}, not {expected}");
        }
        assert!(
            (distance([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485]) - 4.001_06).abs() < 1e-4
        );
    }

    #[test]
    fn images_are_converted_and_made_as_large() {
        let large = Image::from_memory(2, 1, 3, BandFormat::U8, vec![255; 6]).unwrap();
        let small = Image::from_memory(1, 1, 3, BandFormat::U8, vec![255; 3]).unwrap();
        let out = De76::new(large, small).build().unwrap();
        let found = out.pixels().unwrap().samples::<f32>(0).to_vec();
        assert_eq!(found[0], 0.0);
        assert!((found[1] - 100.0).abs() < 0.01, "{found:?}");
    }
}
