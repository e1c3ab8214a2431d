use super::prepare::table;
use windlass_core::{BandFormat, Build, Image, Result};
use windlass_macros::Operation;

/// Build a look-up table.
///
/// A curve for the lightness of prints: a straight line with bumps for shadows, middle tones and
/// highlights.
#[derive(Operation)]
#[operation(family = "create")]
pub struct Tonelut {
    /// Size of LUT to build
    #[arg(default = 32767, min = 1, max = 65535)]
    pub in_max: i32,
    /// Maximum value in output LUT
    #[arg(default = 32767, min = 1, max = 65535)]
    pub out_max: i32,
    /// Lowest value in output
    #[arg(name = "Lb", default = 0.0, min = 0.0, max = 100.0)]
    pub lb: f64,
    /// Highest value in output
    #[arg(name = "Lw", default = 100.0, min = 0.0, max = 100.0)]
    pub lw: f64,
    /// Position of shadow
    #[arg(name = "Ps", default = 0.2, min = 0.0, max = 1.0)]
    pub ps: f64,
    /// Position of mid-tones
    #[arg(name = "Pm", default = 0.5, min = 0.0, max = 1.0)]
    pub pm: f64,
    /// Position of highlights
    #[arg(name = "Ph", default = 0.8, min = 0.0, max = 1.0)]
    pub ph: f64,
    /// Adjust shadows by this much
    #[arg(name = "S", default = 0.0, min = -30.0, max = 30.0)]
    pub s: f64,
    /// Adjust mid-tones by this much
    #[arg(name = "M", default = 0.0, min = -30.0, max = 30.0)]
    pub m: f64,
    /// Adjust highlights by this much
    #[arg(name = "H", default = 0.0, min = -30.0, max = 30.0)]
    pub h: f64,
}

impl Build for Tonelut {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let at = |part: f64| self.lb + part * (self.lw - self.lb);
        let [shadow, middle, light] = [self.ps, self.pm, self.ph].map(at);
        let value = |i: i32| {
            let x = 100.0 * f64::from(i) / f64::from(self.in_max);
            let x = x
                + self.s * bump(x, self.lb, shadow, middle)
                + self.m * bump(x, shadow, middle, light)
                + self.h * bump(x, middle, light, self.lw);
            let value = f64::from(self.out_max) / 100.0 * x;
            value.clamp(0.0, f64::from(self.out_max)) as u16
        };
        let values: Vec<u16> = (0..=self.in_max).map(value).collect();
        table(1, BandFormat::U16, &values)
    }
}

/// From 0 at `left` to 1 at `centre` and back at `right`, in cubic curves.
fn bump(x: f64, left: f64, centre: f64, right: f64) -> f64 {
    let curve = |t: f64| 3.0 * t * t - 2.0 * t * t * t;
    if x < left {
        0.0
    } else if x < centre {
        curve((x - left) / (centre - left))
    } else if x < right {
        1.0 - curve((x - centre) / (right - centre))
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bumps_of_a_known_curve() {
        let lut = Tonelut::new().in_max(10).out_max(100).s(10.0).m(-5.0).h(20.0).build().unwrap();
        let expected = [0, 15, 30, 36, 38, 45, 61, 83, 100, 100, 100];
        assert_eq!(lut.pixels().unwrap().samples::<u16>(0), expected);
    }
}
