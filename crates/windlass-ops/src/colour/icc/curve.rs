//! Curves of profiles: sampled and parametric (ICC.1:2022 §10.6, §10.18).

use super::bytes::{fixed, u16_at, u32_at};

/// A function of one value, 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Curve {
    /// The value itself
    Identity,
    /// One of the five forms of the standard, with `g a b c d e f`
    Parametric(u16, [f64; 7]),
    /// Samples at equal distances, straight lines between them
    Sampled(Vec<f32>),
}

impl Curve {
    /// The curve at the start of `bytes`, and how many bytes it takes.
    pub(super) fn parse(bytes: &[u8]) -> Option<(Self, usize)> {
        match bytes.get(..4)? {
            b"curv" => Self::sampled(bytes),
            b"para" => Self::parametric(bytes),
            _ => None,
        }
    }

    fn sampled(bytes: &[u8]) -> Option<(Self, usize)> {
        let count = u32_at(bytes, 8)? as usize;
        let samples = bytes.get(12..12_usize.checked_add(count.checked_mul(2)?)?)?;
        let curve = match count {
            0 => Self::Identity,
            1 => {
                let gamma = f64::from(u16_at(bytes, 12)?) / 256.0;
                Self::Parametric(0, [gamma, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0])
            }
            _ => Self::of_words(samples),
        };
        Some((curve, 12 + samples.len()))
    }

    /// Samples of 16 bits.
    pub(super) fn of_words(bytes: &[u8]) -> Self {
        let words = bytes.as_chunks::<2>().0.iter();
        Self::of_samples(words.map(|word| f32::from(u16::from_be_bytes(*word)) / 65535.0).collect())
    }

    /// Samples of 8 bits.
    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        Self::of_samples(bytes.iter().map(|byte| f32::from(*byte) / 255.0).collect())
    }

    fn of_samples(samples: Vec<f32>) -> Self {
        let last = (samples.len().max(2) - 1) as f32;
        let straight = |(i, x): (usize, &f32)| (x - i as f32 / last).abs() < 1e-7;
        if samples.iter().enumerate().all(straight) {
            Self::Identity
        } else {
            Self::Sampled(samples)
        }
    }

    fn parametric(bytes: &[u8]) -> Option<(Self, usize)> {
        let form = u16_at(bytes, 8)?;
        let count = *[1_usize, 3, 4, 5, 7].get(usize::from(form))?;
        let mut parameters = [0.0; 7];
        for (i, parameter) in parameters.iter_mut().take(count).enumerate() {
            *parameter = fixed(bytes, 12 + 4 * i)?;
        }
        Some((Self::Parametric(form, parameters), 12 + 4 * count))
    }

    /// The value at `x`, which is limited to 0 to 1; so is the value.
    pub(super) fn at(&self, x: f32) -> f32 {
        let x = limited(x);
        match self {
            Self::Identity => x,
            Self::Parametric(form, parameters) => {
                limited(power(*form, parameters, f64::from(x)) as f32)
            }
            Self::Sampled(samples) => interpolated(samples, x),
        }
    }

    /// Its values at `count` equal distances from 0 to 1.
    pub(super) fn tabulated(&self, count: usize) -> Vec<f32> {
        let last = (count.max(2) - 1) as f32;
        (0..count).map(|i| self.at(i as f32 / last)).collect()
    }

    /// The curve that takes this one back.
    pub(super) fn inverse(&self) -> Inverse {
        match self {
            Self::Identity => Inverse::Identity,
            Self::Parametric(form, parameters) => Inverse::Parametric(*form, *parameters),
            Self::Sampled(samples) => {
                let falls = samples.first() > samples.last();
                let ordered = samples.iter().copied();
                let mut rising: Vec<f32> =
                    if falls { ordered.rev().collect() } else { ordered.collect() };
                let mut highest = 0.0_f32;
                for sample in &mut rising {
                    highest = highest.max(*sample);
                    *sample = highest;
                }
                Inverse::Sampled { rising, falls }
            }
        }
    }
}

/// The inverse of a curve.
#[derive(Clone, Debug)]
pub(super) enum Inverse {
    /// The value itself
    Identity,
    /// Of a parametric curve
    Parametric(u16, [f64; 7]),
    /// Of a sampled one, made to rise
    Sampled { rising: Vec<f32>, falls: bool },
}

impl Inverse {
    /// The value whose curve is `y`, both limited to 0 to 1.
    pub(super) fn at(&self, y: f32) -> f32 {
        let y = limited(y);
        match self {
            Self::Identity => y,
            Self::Parametric(form, parameters) => {
                limited(root(*form, parameters, f64::from(y)) as f32)
            }
            Self::Sampled { rising, falls } => {
                let x = place(rising, y);
                if *falls { 1.0 - x } else { x }
            }
        }
    }

    /// Its values at `count` equal distances from 0 to 1.
    pub(super) fn tabulated(&self, count: usize) -> Vec<f32> {
        let last = (count.max(2) - 1) as f32;
        (0..count).map(|i| self.at(i as f32 / last)).collect()
    }
}

/// Limited to 0 to 1; what is not a number becomes 0.
pub(super) fn limited(x: f32) -> f32 {
    if x > 0.0 { x.min(1.0) } else { 0.0 }
}

fn interpolated(samples: &[f32], x: f32) -> f32 {
    let last = samples.len() - 1;
    let at = x * last as f32;
    let low = (at as usize).min(last);
    let high = (low + 1).min(last);
    samples[low] + (samples[high] - samples[low]) * (at - low as f32)
}

/// Where rising samples reach `y`, 0 to 1.
fn place(rising: &[f32], y: f32) -> f32 {
    let last = rising.len() - 1;
    let high = rising.partition_point(|sample| *sample < y).min(last);
    if high == 0 {
        // where several samples are as low as this, the last of them
        let same = rising.partition_point(|sample| *sample <= rising[0]).max(1) - 1;
        return if y <= 0.0 || same == last { 0.0 } else { same as f32 / last as f32 };
    }
    let (low, next) = (rising[high - 1], rising[high]);
    let part = if next > low { (y - low) / (next - low) } else { 0.0 };
    (high as f32 - 1.0 + part.min(1.0)) / last as f32
}

fn power(form: u16, &[g, a, b, c, d, e, f]: &[f64; 7], x: f64) -> f64 {
    let curved = || libm::pow((a * x + b).max(0.0), g);
    match form {
        0 => libm::pow(x, g),
        1 => {
            if a * x + b >= 0.0 {
                curved()
            } else {
                0.0
            }
        }
        2 => {
            if a * x + b >= 0.0 {
                curved() + c
            } else {
                c
            }
        }
        3 => {
            if x >= d {
                curved()
            } else {
                c * x
            }
        }
        _ => {
            if x >= d {
                curved() + e
            } else {
                c * x + f
            }
        }
    }
}

fn root(form: u16, &[g, a, b, c, d, e, f]: &[f64; 7], y: f64) -> f64 {
    let over = |x: f64, by: f64| if by == 0.0 { 0.0 } else { x / by };
    let uncurved = |y: f64| over(libm::pow(y.max(0.0), over(1.0, g)) - b, a);
    let knee = libm::pow((a * d + b).max(0.0), g);
    match form {
        0 => libm::pow(y, over(1.0, g)),
        1 => uncurved(y),
        2 => uncurved(y - c),
        3 => {
            if y >= knee {
                uncurved(y)
            } else {
                over(y, c)
            }
        }
        _ => {
            if y >= knee + e {
                uncurved(y - e)
            } else {
                over(y - f, c)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_are_taken_back() {
        let srgb =
            Curve::Parametric(3, [2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045, 0.0, 0.0]);
        let sampled = Curve::Sampled((0..100).map(|i| (i as f32 / 99.0).powi(2)).collect());
        let falling = Curve::Sampled(vec![1.0, 0.3, 0.0]);
        for curve in [srgb, sampled, falling, Curve::Identity] {
            for i in 0..=100 {
                let x = i as f32 / 100.0;
                let back = curve.inverse().at(curve.at(x));
                assert!((back - x).abs() < 1e-4, "{curve:?} at {x}: {back}");
            }
        }
    }

    #[test]
    fn damaged_curves_are_refused() {
        assert!(Curve::parse(b"curv\0\0\0\0\xff\xff\xff\xff").is_none());
        assert!(Curve::parse(b"para\0\0\0\0\0\x09\0\0").is_none());
        assert!(Curve::parse(b"text").is_none());
        let (curve, size) = Curve::parse(b"curv\0\0\0\0\0\0\0\x01\x02\x00").unwrap();
        assert_eq!((curve.at(0.5), size), (0.25, 14));
    }
}
