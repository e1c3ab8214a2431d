use windlass_macros::ArgEnum;

/// How to weigh pixels when an image is made smaller.
#[derive(ArgEnum, Clone, Copy, PartialEq, Eq, Debug)]
#[arg_enum(name = "VipsKernel")]
#[non_exhaustive]
pub enum Kernel {
    /// The nearest pixel
    Nearest = 0,
    /// A triangle
    Linear = 1,
    /// Catmull-Rom cubic
    Cubic = 2,
    /// Mitchell-Netravali cubic
    Mitchell = 3,
    /// Sinc in a window of two lobes
    Lanczos2 = 4,
    /// Sinc in a window of three lobes
    Lanczos3 = 5,
    /// Magic kernel sharp, 2013
    Mks2013 = 6,
    /// Magic kernel sharp, 2021
    Mks2021 = 7,
}

impl Kernel {
    /// Taps of the filter that shrinks by `factor`.
    pub(super) fn points(self, factor: f64) -> usize {
        let radius = match self {
            Self::Nearest => return 1,
            Self::Linear => 1.0,
            Self::Cubic | Self::Mitchell | Self::Lanczos2 => 2.0,
            Self::Lanczos3 | Self::Mks2013 => 3.0,
            Self::Mks2021 => 5.0,
        };
        2 * (radius * factor).round_ties_even() as usize + 1
    }

    /// The `points` weights, of sum 1, of the filter that shrinks by `factor` and is centred
    /// `fraction` of a pixel beyond its middle.
    pub(super) fn weights(self, points: usize, factor: f64, fraction: f64, out: &mut Vec<f64>) {
        if self == Self::Nearest {
            return out.push(1.0);
        }
        let start = out.len();
        let centre = fraction + points as f64 / 2.0 - 1.0;
        out.extend((0..points).map(|i| self.at((i as f64 - centre) / factor)));
        let sum: f64 = out[start..].iter().fold(0.0, |sum, weight| sum + weight);
        out[start..].iter_mut().for_each(|weight| *weight /= sum);
    }

    /// The kernel's height at `x`.
    fn at(self, x: f64) -> f64 {
        let a = x.abs();
        match self {
            Self::Nearest => 1.0,
            Self::Linear => (1.0 - a).max(0.0),
            Self::Cubic => cubic(a, 0.0, 0.5),
            Self::Mitchell => cubic(a, 1.0 / 3.0, 1.0 / 3.0),
            Self::Lanczos2 => windowed_sinc(a, 2.0),
            Self::Lanczos3 => windowed_sinc(a, 3.0),
            Self::Mks2013 => magic_2013(a),
            Self::Mks2021 => magic_2021(a),
        }
    }
}

/// The family of Mitchell and Netravali (1988).
fn cubic(a: f64, b: f64, c: f64) -> f64 {
    let (a2, a3) = (a * a, a * a * a);
    if a <= 1.0 {
        ((12.0 - 9.0 * b - 6.0 * c) * a3 + (-18.0 + 12.0 * b + 6.0 * c) * a2 + (6.0 - 2.0 * b))
            / 6.0
    } else if a <= 2.0 {
        ((-b - 6.0 * c) * a3
            + (6.0 * b + 30.0 * c) * a2
            + (-12.0 * b - 48.0 * c) * a
            + (8.0 * b + 24.0 * c))
            / 6.0
    } else {
        0.0
    }
}

fn windowed_sinc(a: f64, lobes: f64) -> f64 {
    if a <= lobes { sinc(a) * sinc(a / lobes) } else { 0.0 }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 {
        return 1.0;
    }
    let x = x * std::f64::consts::PI;
    libm::sin(x) / x
}

/// Costella, "The magic kernel" (2013).
fn magic_2013(a: f64) -> f64 {
    if a >= 2.5 {
        0.0
    } else if a >= 1.5 {
        (a - 2.5) * (a - 2.5) / -8.0
    } else if a >= 0.5 {
        (4.0 * a * a - 11.0 * a + 7.0) / 4.0
    } else {
        17.0 / 16.0 - 7.0 * a * a / 4.0
    }
}

/// Costella, "The magic kernel sharp 2021".
fn magic_2021(a: f64) -> f64 {
    if a >= 4.5 {
        0.0
    } else if a >= 3.5 {
        (4.0 * a * a - 36.0 * a + 81.0) / -1152.0
    } else if a >= 2.5 {
        (4.0 * a * a - 27.0 * a + 45.0) / 144.0
    } else if a >= 1.5 {
        (24.0 * a * a - 113.0 * a + 130.0) / -144.0
    } else if a >= 0.5 {
        (140.0 * a * a - 379.0 * a + 239.0) / 144.0
    } else {
        577.0 / 576.0 - 239.0 * a * a / 144.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(kernel: Kernel, factor: f64, fraction: f64) -> Vec<i32> {
        let mut weights = Vec::new();
        kernel.weights(kernel.points(factor), factor, fraction, &mut weights);
        weights.iter().map(|weight| (weight * 4096.0) as i32).collect()
    }

    #[test]
    fn tables_are_those_of_the_reference() {
        let lanczos = [0, 49, 0, -277, 0, 1248, 2053, 1248, 0, -277, 0, 49, 0];
        assert_eq!(table(Kernel::Lanczos3, 2.0, 0.5), lanczos);
        let lanczos = [15, 61, -139, -272, 555, 1828, 1828, 555, -272, -139, 61, 15, 0];
        assert_eq!(table(Kernel::Lanczos3, 2.0, 0.0), lanczos);
        let cubic = [-14, -150, 186, 1490, 1974, 798, -98, -90, 0];
        assert_eq!(table(Kernel::Cubic, 2.0, 0.25), cubic);
        let magic = [0, -88, -393, 1024, 3012, 1024, -393, -88, 0];
        assert_eq!(table(Kernel::Mks2013, 1.5, 0.5), magic);
    }
}
