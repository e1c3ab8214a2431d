use super::{bad, derived};
use crate::coding::decoded;
use windlass_core::point::{self, PlaceKernel, RowKernel};
use windlass_core::{
    BandFormat, Build, Header, Image, Interpretation, Real, Reducer, Region, Result, dispatch,
};
use windlass_macros::Operation;

/// Scale an image to uchar.
///
/// The smallest value of the image becomes 0, the largest 255. With `log`, the values are raised
/// to the power `exp` and their logarithms are scaled.
#[derive(Operation)]
#[operation(family = "conversion")]
pub struct Scale {
    /// Input image
    pub input: Image,
    /// Exponent for log scale
    #[arg(default = 0.25, min = 0.000_01, max = 10_000.0)]
    pub exp: f64,
    /// Log scale
    #[arg(default = false)]
    pub log: bool,
}

impl Build for Scale {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = decoded(&self.input)?;
        let old = derived(&input);
        let (least, most) = dispatch!(old.format,
            real T => input.reduce(&Extremes::<T>(std::marker::PhantomData))?,
            complex _T => return Err(bad("stats: image must be non-complex")));
        if least == most {
            let header = Header {
                interpretation: Interpretation::Multiband,
                ..Header::new(old.width, old.height, old.bands, BandFormat::U8)
            };
            return point::generate(header, Black);
        }
        let header = Header { format: BandFormat::U8, ..old };
        let double = input.header().format == BandFormat::F64;
        let curve = if self.log {
            let scale = 255.0 / libm::log10(1.0 + libm::pow(most, self.exp));
            Curve { a: scale, b: 0.5, power: Some(self.exp), double }
        } else {
            let a = 255.0 / (most - least);
            Curve { a, b: 0.5 - least * a, power: None, double }
        };
        dispatch!(input.header().format,
            real T => point::map::<T, _>(header, &input, curve),
            complex _T => Err(bad("stats: image must be non-complex")))
    }
}

/// The smallest and the largest sample.
struct Extremes<T>(std::marker::PhantomData<T>);

impl<T: Real> Reducer for Extremes<T> {
    type Part = Option<(T, T)>;
    type Out = (f64, f64);

    fn exact(&self) -> bool {
        true
    }

    fn part(&self) -> Self::Part {
        None
    }

    fn add(&self, part: &mut Self::Part, pixels: &Region<'_>) {
        for y in pixels.rect().top..pixels.rect().bottom() {
            let row = pixels.row::<T>(y);
            let (mut least, mut most) = part.unwrap_or((row[0], row[0]));
            for x in row {
                least = if *x < least { *x } else { least };
                most = if *x > most { *x } else { most };
            }
            *part = Some((least, most));
        }
    }

    fn merge(&self, into: &mut Self::Part, next: Self::Part) {
        *into = match (*into, next) {
            (Some((a, b)), Some((c, d))) => {
                Some((if c < a { c } else { a }, if d > b { d } else { b }))
            }
            (one, other) => one.or(other),
        };
    }

    fn finish(&self, all: Self::Part) -> Result<(f64, f64)> {
        Ok(all.map_or((0.0, 0.0), |(least, most)| (least.to_f64(), most.to_f64())))
    }
}

/// Zeros.
struct Black;

impl PlaceKernel for Black {
    type Out = u8;

    fn row(&self, _: i32, _: i32, output: &mut [u8]) {
        output.fill(0);
    }
}

/// The way from a sample to a byte, rounded after each step as the reference does.
struct Curve {
    a: f64,
    b: f64,
    power: Option<f64>,
    double: bool,
}

impl Curve {
    fn value(&self, x: f64) -> u8 {
        let x = match self.power {
            Some(power) => self.logarithm(x, power),
            None => x,
        };
        let scaled = if self.double {
            (self.a * x + self.b) as f32
        } else {
            self.a as f32 * x as f32 + self.b as f32
        };
        if scaled.is_nan() { 255 } else { scaled as u8 }
    }

    fn logarithm(&self, x: f64, power: f64) -> f64 {
        let rounded = |x: f64| if self.double { x } else { f64::from(x as f32) };
        let raised = if x == 0.0 { 0.0 } else { rounded(libm::pow(x, power)) };
        let more = rounded(raised + 1.0);
        if more == 0.0 { 0.0 } else { rounded(libm::log10(more)) }
    }
}

impl<T: Real> RowKernel<T> for Curve {
    type Out = u8;

    fn row(&self, input: &[T], output: &mut [u8]) {
        output.iter_mut().zip(input).for_each(|(out, x)| *out = self.value(x.to_f64()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_stretched() {
        let image = Image::from_memory(4, 1, 1, BandFormat::U8, vec![3, 7, 100, 50]).unwrap();
        let out = Scale::new(&image).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [0, 11, 255, 124]);
        let out = Scale::new(&image).log(true).build().unwrap();
        assert_eq!(out.to_memory().unwrap(), [150, 173, 255, 232]);
    }
}
