//! Masks of frequencies: 0 takes a frequency away, 1 leaves it (`reference/ops/create.md` §2).

use super::prepare::{Each, floats};
use windlass_core::{Build, Image, Interpretation, Result};
use windlass_macros::{ArgGroup, Operation};

/// What all masks can be told.
#[derive(ArgGroup, Clone, Debug)]
pub struct MaskOptions {
    /// Output an unsigned char image
    #[arg(default = false)]
    pub uchar: bool,
    /// Remove DC component
    #[arg(default = false)]
    pub nodc: bool,
    /// Invert the sense of the filter
    #[arg(default = false)]
    pub reject: bool,
    /// Rotate quadrants to optical space
    #[arg(default = false)]
    pub optical: bool,
}

impl MaskOptions {
    /// The mask whose value at a frequency, as parts of half the size, is `point`.
    fn mask(
        &self,
        (width, height): (i32, i32),
        point: impl Fn(f64, f64) -> f64 + Send + Sync + 'static,
    ) -> Result<Image> {
        let (middle_x, middle_y) = ((width / 2).max(1), (height / 2).max(1));
        let Self { uchar, nodc, reject, optical } = *self;
        let value = move |x: i32, y: i32| {
            let (x, y) =
                if optical { (x, y) } else { ((x + middle_x) % width, (y + middle_y) % height) };
            let (u, v) = (x - middle_x, y - middle_y);
            if u == 0 && v == 0 && !nodc {
                return 1.0;
            }
            let value =
                point(f64::from(u) / f64::from(middle_x), f64::from(v) / f64::from(middle_y));
            (if reject { 1.0 - value } else { value }) as f32
        };
        let image = floats(width, height, Each(value), uchar.then_some((0.0, 1.0)))?;
        if uchar {
            return Ok(image);
        }
        let header = image.header().clone();
        let interpretation = Interpretation::Fourier;
        image.with_header(windlass_core::Header { interpretation, ..header })
    }
}

fn square(x: f64) -> f64 {
    x * x
}

/// Squared distances from a place and from the place across the middle.
fn from_both(x: f64, y: f64, (px, py): (f64, f64)) -> [f64; 2] {
    [square(x - px) + square(y - py), square(x + px) + square(y + py)]
}

/// Make an ideal filter.
///
/// High frequencies pass: those beyond `frequency_cutoff`.
#[derive(Operation)]
#[operation(family = "create", name = "mask_ideal")]
pub struct MaskIdeal {
    /// Image width in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// Frequency cutoff
    #[arg(min = 0.0, max = 1_000_000.0)]
    pub frequency_cutoff: f64,
    /// Options of all masks
    #[arg(flatten)]
    pub options: MaskOptions,
}

impl Build for MaskIdeal {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let cutoff = square(self.frequency_cutoff);
        self.options.mask((self.width, self.height), move |x, y| {
            if square(x) + square(y) <= cutoff { 0.0 } else { 1.0 }
        })
    }
}

/// Make an ideal ring filter.
///
/// Frequencies in a ring of `ringwidth` around `frequency_cutoff` pass.
#[derive(Operation)]
#[operation(family = "create", name = "mask_ideal_ring")]
pub struct MaskIdealRing {
    /// Image width in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// Frequency cutoff
    #[arg(min = 0.0, max = 1_000_000.0)]
    pub frequency_cutoff: f64,
    /// Ringwidth
    #[arg(min = 0.0, max = 1_000_000.0)]
    pub ringwidth: f64,
    /// Options of all masks
    #[arg(flatten)]
    pub options: MaskOptions,
}

impl Build for MaskIdealRing {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let half = self.ringwidth / 2.0;
        let inner = square(self.frequency_cutoff - half);
        let outer = square(self.frequency_cutoff + half);
        self.options.mask((self.width, self.height), move |x, y| {
            let distance = square(x) + square(y);
            if distance > inner && distance < outer { 1.0 } else { 0.0 }
        })
    }
}

/// Make an ideal band filter.
///
/// Frequencies within `radius` of a place, and of the one across the middle, pass.
#[derive(Operation)]
#[operation(family = "create", name = "mask_ideal_band")]
pub struct MaskIdealBand {
    /// Image width in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// Frequency cutoff x
    #[arg(min = 0.0, max = 1_000_000.0)]
    pub frequency_cutoff_x: f64,
    /// Frequency cutoff y
    #[arg(min = 0.0, max = 1_000_000.0)]
    pub frequency_cutoff_y: f64,
    /// Radius of circle
    #[arg(min = 0.0, max = 1_000_000.0)]
    pub radius: f64,
    /// Options of all masks
    #[arg(flatten)]
    pub options: MaskOptions,
}

impl Build for MaskIdealBand {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let place = (self.frequency_cutoff_x, self.frequency_cutoff_y);
        let radius = square(self.radius);
        self.options.mask((self.width, self.height), move |x, y| {
            if from_both(x, y, place).iter().any(|distance| *distance < radius) { 1.0 } else { 0.0 }
        })
    }
}

/// Make a Butterworth filter.
///
/// High frequencies pass; at `frequency_cutoff` the value is `amplitude_cutoff`.
#[derive(Operation)]
#[operation(family = "create", name = "mask_butterworth")]
pub struct MaskButterworth {
    /// Image width in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// Filter order
    #[arg(min = 1.0, max = 1_000_000.0)]
    pub order: f64,
    /// Frequency cutoff
    #[arg(min = 0.0, max = 1_000_000.0)]
    pub frequency_cutoff: f64,
    /// Amplitude cutoff
    #[arg(min = 0.0, max = 1.0)]
    pub amplitude_cutoff: f64,
    /// Options of all masks
    #[arg(flatten)]
    pub options: MaskOptions,
}

impl Build for MaskButterworth {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let fall = butterworth(self.order, self.amplitude_cutoff);
        let cutoff = square(self.frequency_cutoff);
        self.options.mask((self.width, self.height), move |x, y| {
            let distance = square(x) + square(y);
            if distance == 0.0 { 0.0 } else { fall(cutoff / distance) }
        })
    }
}

/// The Butterworth curve of a squared distance in units of the cut-off.
fn butterworth(order: f64, amplitude_cutoff: f64) -> impl Fn(f64) -> f64 + Send + Sync + Copy {
    let steepness = 1.0 / amplitude_cutoff - 1.0;
    move |ratio| 1.0 / (1.0 + steepness * libm::pow(ratio, order))
}

/// Make a Butterworth ring filter.
///
/// Frequencies in a ring around `frequency_cutoff` pass; at its edges the value is
/// `amplitude_cutoff`.
#[derive(Operation)]
#[operation(family = "create", name = "mask_butterworth_ring")]
pub struct MaskButterworthRing {
    /// Image width in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// Filter order
    #[arg(min = 1.0, max = 1_000_000.0)]
    pub order: f64,
    /// Frequency cutoff
    #[arg(min = 0.0, max = 1_000_000.0)]
    pub frequency_cutoff: f64,
    /// Amplitude cutoff
    #[arg(min = 0.0, max = 1.0)]
    pub amplitude_cutoff: f64,
    /// Ringwidth
    #[arg(min = 0.0, max = 1_000_000.0)]
    pub ringwidth: f64,
    /// Options of all masks
    #[arg(flatten)]
    pub options: MaskOptions,
}

impl Build for MaskButterworthRing {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let fall = butterworth(self.order, self.amplitude_cutoff);
        let (cutoff, half) = (self.frequency_cutoff, square(self.ringwidth / 2.0));
        self.options.mask((self.width, self.height), move |x, y| {
            fall(square((square(x) + square(y)).sqrt() - cutoff) / half)
        })
    }
}

/// Make a Butterworth band filter.
///
/// Frequencies near a place, and near the one across the middle, pass; `radius` away the value is
/// about `amplitude_cutoff`.
#[derive(Operation)]
#[operation(family = "create", name = "mask_butterworth_band")]
pub struct MaskButterworthBand {
    /// Image width in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// Filter order
    #[arg(min = 1.0, max = 1_000_000.0)]
    pub order: f64,
    /// Frequency cutoff x
    #[arg(min = 0.0, max = 1_000_000.0)]
    pub frequency_cutoff_x: f64,
    /// Frequency cutoff y
    #[arg(min = 0.0, max = 1_000_000.0)]
    pub frequency_cutoff_y: f64,
    /// Radius of circle
    #[arg(min = 0.0, max = 1_000_000.0)]
    pub radius: f64,
    /// Amplitude cutoff
    #[arg(min = 0.0, max = 1.0)]
    pub amplitude_cutoff: f64,
    /// Options of all masks
    #[arg(flatten)]
    pub options: MaskOptions,
}

impl Build for MaskButterworthBand {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let fall = butterworth(self.order, self.amplitude_cutoff);
        let place = (self.frequency_cutoff_x, self.frequency_cutoff_y);
        self.options.mask((self.width, self.height), band(place, square(self.radius), fall))
    }
}

/// The sum of the curve around two places, divided by what it is at one of them.
fn band(
    (px, py): (f64, f64),
    radius: f64,
    fall: impl Fn(f64) -> f64 + Send + Sync + 'static,
) -> impl Fn(f64, f64) -> f64 + Send + Sync + 'static {
    let scale = 1.0 / (1.0 + fall(4.0 * (square(px) + square(py)) / radius));
    move |x, y| {
        let [here, across] = from_both(x, y, (px, py));
        scale * (fall(here / radius) + fall(across / radius))
    }
}

/// Make a gaussian filter.
///
/// High frequencies pass; at `frequency_cutoff` the value is one less `amplitude_cutoff`.
#[derive(Operation)]
#[operation(family = "create", name = "mask_gaussian")]
pub struct MaskGaussian {
    /// Image width in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// Frequency cutoff
    #[arg(min = 0.0, max = 1_000_000.0)]
    pub frequency_cutoff: f64,
    /// Amplitude cutoff
    #[arg(min = 0.0, max = 1.0)]
    pub amplitude_cutoff: f64,
    /// Options of all masks
    #[arg(flatten)]
    pub options: MaskOptions,
}

impl Build for MaskGaussian {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let fall = gaussian(self.amplitude_cutoff);
        let cutoff = square(self.frequency_cutoff);
        self.options.mask((self.width, self.height), move |x, y| {
            1.0 - fall((square(x) + square(y)) / cutoff)
        })
    }
}

/// The gaussian curve of a squared distance in units of the cut-off.
fn gaussian(amplitude_cutoff: f64) -> impl Fn(f64) -> f64 + Send + Sync + Copy {
    let steepness = libm::log(amplitude_cutoff);
    move |ratio| libm::exp(steepness * ratio)
}

/// Make a gaussian ring filter.
///
/// Frequencies in a ring around `frequency_cutoff` pass; at its edges the value is
/// `amplitude_cutoff`.
#[derive(Operation)]
#[operation(family = "create", name = "mask_gaussian_ring")]
pub struct MaskGaussianRing {
    /// Image width in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// Frequency cutoff
    #[arg(min = 0.0, max = 1_000_000.0)]
    pub frequency_cutoff: f64,
    /// Amplitude cutoff
    #[arg(min = 0.0, max = 1.0)]
    pub amplitude_cutoff: f64,
    /// Ringwidth
    #[arg(min = 0.0, max = 1_000_000.0)]
    pub ringwidth: f64,
    /// Options of all masks
    #[arg(flatten)]
    pub options: MaskOptions,
}

impl Build for MaskGaussianRing {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let fall = gaussian(self.amplitude_cutoff);
        let (cutoff, half) = (self.frequency_cutoff, square(self.ringwidth / 2.0));
        self.options.mask((self.width, self.height), move |x, y| {
            fall(square((square(x) + square(y)).sqrt() - cutoff) / half)
        })
    }
}

/// Make a gaussian band filter.
///
/// Frequencies near a place, and near the one across the middle, pass; `radius` away the value is
/// about `amplitude_cutoff`.
#[derive(Operation)]
#[operation(family = "create", name = "mask_gaussian_band")]
pub struct MaskGaussianBand {
    /// Image width in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// Frequency cutoff x
    #[arg(min = 0.0, max = 1_000_000.0)]
    pub frequency_cutoff_x: f64,
    /// Frequency cutoff y
    #[arg(min = 0.0, max = 1_000_000.0)]
    pub frequency_cutoff_y: f64,
    /// Radius of circle
    #[arg(min = 0.0, max = 1_000_000.0)]
    pub radius: f64,
    /// Amplitude cutoff
    #[arg(min = 0.0, max = 1.0)]
    pub amplitude_cutoff: f64,
    /// Options of all masks
    #[arg(flatten)]
    pub options: MaskOptions,
}

impl Build for MaskGaussianBand {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let fall = gaussian(self.amplitude_cutoff);
        let place = (self.frequency_cutoff_x, self.frequency_cutoff_y);
        self.options.mask((self.width, self.height), band(place, square(self.radius), fall))
    }
}

/// Make fractal filter.
///
/// Noise multiplied by it becomes a surface of that fractal dimension.
#[derive(Operation)]
#[operation(family = "create", name = "mask_fractal")]
pub struct MaskFractal {
    /// Image width in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub width: i32,
    /// Image height in pixels
    #[arg(min = 1, max = 100_000_000)]
    pub height: i32,
    /// Fractal dimension
    #[arg(min = 2.0, max = 3.0)]
    pub fractal_dimension: f64,
    /// Options of all masks
    #[arg(flatten)]
    pub options: MaskOptions,
}

impl Build for MaskFractal {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let exponent = (self.fractal_dimension - 4.0) / 2.0;
        self.options
            .mask((self.width, self.height), move |x, y| libm::pow(square(x) + square(y), exponent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(image: &Image, y: i32) -> Vec<f32> {
        image.pixels().unwrap().samples(y).to_vec()
    }

    fn near(row: &[f32], expected: &[f32]) -> bool {
        row.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-4)
    }

    #[test]
    fn curves_of_known_values() {
        let optical = MaskOptions::default().optical(true);
        let mask = MaskButterworth::new(4, 3, 2.0, 0.7, 0.1).options(optical.clone());
        let mask = mask.build().unwrap();
        assert!(near(&row(&mask, 1), &[0.31637, 0.02811, 1.0, 0.02811]));
        let mask = MaskGaussian::new(4, 3, 0.7, 0.1).options(optical.clone()).build().unwrap();
        assert!(near(&row(&mask, 1), &[0.9909, 0.69112, 1.0, 0.69112]));
        let mask = MaskFractal::new(4, 3, 2.5).options(optical).build().unwrap();
        assert!(near(&row(&mask, 0), &[0.5946, 0.8459, 1.0, 0.8459]));
        assert_eq!(mask.header().interpretation, Interpretation::Fourier);
    }
}
