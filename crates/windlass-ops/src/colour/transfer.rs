//! The transfer curve of sRGB (IEC 61966-2-1) as tables, one for 8 and one for 16 bits.
//!
//! Levels become 32-bit floats; linear light becomes whole levels at as many entries, with straight
//! lines between them, as in the reference: 0.002 is 7 of 255, where the formula says 6.6.

use std::sync::LazyLock;
use windlass_simd::colour::Curve;

/// Linear light of 8-bit levels.
pub(super) fn decode_8() -> &'static [f32; 256] {
    static TABLE: LazyLock<[f32; 256]> =
        LazyLock::new(|| std::array::from_fn(|i| light_of(i, 255)));
    &TABLE
}

/// Linear light of 16-bit levels.
pub(super) fn decode_16() -> &'static [f32; 65536] {
    static TABLE: LazyLock<Box<[f32; 65536]>> = LazyLock::new(|| {
        let table: Vec<f32> = (0..65536).map(|i| light_of(i, 65535)).collect();
        table.try_into().expect("as many as were made")
    });
    &TABLE
}

/// 8-bit levels of linear light.
pub(super) fn encode_8() -> &'static Curve {
    static CURVE: LazyLock<Curve> = LazyLock::new(|| curve(255));
    &CURVE
}

/// 16-bit levels of linear light.
pub(super) fn encode_16() -> &'static Curve {
    static CURVE: LazyLock<Curve> = LazyLock::new(|| curve(65535));
    &CURVE
}

fn light_of(level: usize, last: usize) -> f32 {
    let f = level as f32 / last as f32;
    if f <= 0.04045 { f / 12.92 } else { libm::pow((f64::from(f) + 0.055) / 1.055, 2.4) as f32 }
}

fn curve(last: usize) -> Curve {
    let levels: Vec<f32> = (0..=last).map(|i| level_of(i, last)).collect();
    Curve::new(&levels)
}

fn level_of(i: usize, last: usize) -> f32 {
    let f = i as f32 / last as f32;
    let v = if f <= 0.003_130_8 {
        12.92 * f
    } else {
        (1.055 * libm::pow(f64::from(f), 1.0 / 2.4) - 0.055) as f32
    };
    (last as f32 * v).round_ties_even()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_levels_are_the_references() {
        let levels: Vec<f32> = (0..20).map(|i| level_of(i, 255)).collect();
        let expected = [
            0.0, 13.0, 22.0, 28.0, 34.0, 38.0, 42.0, 46.0, 50.0, 53.0, 56.0, 59.0, 61.0, 64.0,
            66.0, 69.0, 71.0, 73.0, 75.0, 77.0,
        ];
        assert_eq!(levels, expected);
        assert_eq!((decode_8()[255], decode_16()[65535]), (1.0, 1.0));
    }
}
