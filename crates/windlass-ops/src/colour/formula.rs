//! Conversions of one colour, by formula.

use std::sync::LazyLock;
use windlass_simd::colour::Matrix;

/// CIE illuminant D65 as the reference has it.
pub(super) const D65: [f32; 3] = [95.0470, 100.0, 108.8827];

/// Linear light of BT.709 to XYZ, Y of white being 100.
pub(super) const SCRGB_TO_XYZ: Matrix =
    [[41.24, 35.76, 18.05], [21.26, 71.52, 7.22], [1.93, 11.92, 95.05]];

/// XYZ, Y of white being 100, to linear light of BT.709.
pub(super) const XYZ_TO_SCRGB: Matrix = [
    [0.032_406_25, -0.015_372_08, -0.004_986_29],
    [-0.009_689_31, 0.018_757_56, 0.000_415_18],
    [0.000_557_10, -0.002_040_21, 0.010_569_96],
];

/// Lightness, chroma and hue in degrees of two axes.
pub(super) fn polar([l, a, b]: [f32; 3]) -> [f32; 3] {
    [l, (a * a + b * b).sqrt(), hue(a, b)]
}

/// The angle of (a, b) in degrees, 0 to 360.
pub(super) fn hue(a: f32, b: f32) -> f32 {
    if a == 0.0 {
        return match b {
            b if b > 0.0 => 90.0,
            b if b < 0.0 => 270.0,
            _ => 0.0,
        };
    }
    let h = libm::atan2(f64::from(b), f64::from(a)).to_degrees();
    (if h < 0.0 { h + 360.0 } else { h }) as f32
}

/// Two axes of chroma and hue in degrees.
pub(super) fn cartesian([l, c, h]: [f32; 3]) -> [f32; 3] {
    let (sin, cos) = libm::sincos(f64::from(h).to_radians());
    [l, (f64::from(c) * cos) as f32, (f64::from(c) * sin) as f32]
}

/// XYZ to Y, x, y; black has no chromaticity.
pub(super) fn yxy_of([x, y, z]: [f32; 3]) -> [f32; 3] {
    let sum = x + y + z;
    if sum == 0.0 { [y, 0.0, 0.0] } else { [y, x / sum, y / sum] }
}

/// Y, x, y to XYZ.
pub(super) fn xyz_of_yxy([big, x, y]: [f32; 3]) -> [f32; 3] {
    if x == 0.0 || y == 0.0 {
        return [0.0, big, 0.0];
    }
    let total = big / y;
    let big_x = x * total;
    [big_x, big, (big_x - x * big_x - x * big) / x]
}

type Matrix64 = [[f64; 3]; 3];

fn product(matrix: &Matrix64, v: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row[0] * v[0] + row[1] * v[1] + row[2] * v[2])
}

/// XYZ to Oklab (B. Ottosson, 2020).
pub(super) fn oklab_of(xyz: [f32; 3]) -> [f32; 3] {
    const TO_CONES: Matrix64 = [
        [0.818_933_010_1, 0.361_866_742_4, -0.128_859_713_7],
        [0.032_984_543_6, 0.929_311_871_5, 0.036_145_638_7],
        [0.048_200_301_8, 0.264_366_269_1, 0.633_851_707_0],
    ];
    const TO_LAB: Matrix64 = [
        [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
        [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
        [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
    ];
    let cones = product(&TO_CONES, xyz.map(|x| f64::from(x) / 100.0));
    product(&TO_LAB, cones.map(libm::cbrt)).map(|x| x as f32)
}

/// Oklab to XYZ.
pub(super) fn xyz_of_oklab(lab: [f32; 3]) -> [f32; 3] {
    const TO_CONES: Matrix64 = [
        [1.0, 0.396_337_79, 0.215_803_76],
        [1.000_000_01, -0.105_561_34, -0.063_854_17],
        [1.000_000_05, -0.089_484_18, -1.291_485_54],
    ];
    const TO_XYZ: Matrix64 = [
        [1.227_013_85, -0.557_799_98, 0.281_256_15],
        [-0.040_580_18, 1.112_256_87, -0.071_676_68],
        [-0.076_381_28, -0.421_481_98, 1.586_163_22],
    ];
    let cones = product(&TO_CONES, lab.map(f64::from));
    product(&TO_XYZ, cones.map(|x| x * x * x)).map(|x| (x * 100.0) as f32)
}

/// `LCh` to the space in which steps of one are one unit of CMC(1:1).
pub(super) fn cmc_of([l, c, h]: [f32; 3]) -> [f32; 3] {
    [cmc_lightness(l), cmc_chroma(c), cmc_hue(c, h)]
}

fn cmc_lightness(l: f32) -> f32 {
    if l < 16.0 { 1.744 * l } else { 21.75 * libm::logf(l) + 0.3838 * l - 38.54 }
}

fn cmc_chroma(c: f32) -> f32 {
    // with this form what is not a number stays so
    let chroma = 0.162 * c + 10.92 * libm::logf(0.638 + 0.07216 * c) + 4.907;
    if chroma < 0.0 { 0.0 } else { chroma }
}

fn cmc_hue(c: f32, h: f32) -> f32 {
    let [k4, k5, k6, k7, k8] = match h {
        h if h < 49.1 => [133.87, -134.5, -0.924, 1.727, 340.0],
        h if h < 110.1 => [11.78, -12.7, -0.218, 2.12, 333.0],
        h if h < 269.6 => [13.87, 10.93, 0.14, 1.0, -83.0],
        _ => [0.14, 5.23, 0.17, 1.61, 233.0],
    };
    let p = libm::cosf((k7 * h + k8).to_radians());
    let d = k4 + k5 * p * libm::powf(p.abs(), k6);
    let fourth = c * c * c * c;
    h + d * (fourth / (fourth + 1900.0)).sqrt()
}

/// The inverse of [`cmc_of`], by tables as the reference has them.
pub(super) fn lch_of_cmc([l, c, h]: [f32; 3]) -> [f32; 3] {
    let tables: &Cmc = &CMC;
    let chroma = looked_up(&tables.chroma, c * 10.0);
    let row = f32::midpoint(chroma, 1.0).clamp(0.0, 99.0) as usize;
    [looked_up(&tables.lightness, l * 10.0), chroma, hue_of(&tables.hue[row], h)]
}

/// Straight between the entries of a table, and beyond its ends.
fn looked_up(table: &[f32], at: f32) -> f32 {
    let k = at.floor().clamp(0.0, (table.len() - 2) as f32) as usize;
    table[k] + (table[k + 1] - table[k]) * (at - k as f32)
}

/// As [`looked_up`], but the last degree leads to entry 0.
fn hue_of(table: &[f32; 361], h: f32) -> f32 {
    let k = h.floor().clamp(0.0, 359.0) as usize;
    table[k] + (table[(k + 1) % 360] - table[k]) * (h - k as f32)
}

struct Cmc {
    /// At L' of 0, 0.1, … 100
    lightness: Vec<f32>,
    /// At C' of 0, 0.1, … 300
    chroma: Vec<f32>,
    /// For C of 0, 2, … at h' of 0, 1, … 360
    hue: Vec<[f32; 361]>,
}

static CMC: LazyLock<Cmc> = LazyLock::new(|| Cmc {
    lightness: inverse_in_tenths(1000, cmc_lightness),
    chroma: inverse_in_tenths(3000, cmc_chroma),
    hue: (0..100).map(|row| inverse_hue(2.0 * row as f32)).collect(),
});

fn inverse_in_tenths(last: usize, curve: fn(f32) -> f32) -> Vec<f32> {
    let samples: Vec<f32> = (0..=last).map(|i| curve(i as f32 / 10.0)).collect();
    let inverse = |i| inverted(&samples, i as f32 / 10.0) / 10.0;
    (0..=last).map(inverse).collect()
}

fn inverse_hue(chroma: f32) -> [f32; 361] {
    let samples: Vec<f32> = (0..=360).map(|h| cmc_hue(chroma, h as f32)).collect();
    std::array::from_fn(|h| inverted(&samples, h as f32))
}

/// The place in `samples` where they pass `value`, straight between them.
fn inverted(samples: &[f32], value: f32) -> f32 {
    let last = samples.len() - 1;
    let next = (1..last).find(|k| samples[*k] > value).unwrap_or(last);
    let (low, high) = (samples[next - 1], samples[next]);
    (next - 1) as f32 + (value - low) / (high - low)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: [f32; 3], b: [f32; 3], error: f32) {
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() <= error), "{a:?} is not {b:?}");
    }

    #[test]
    fn hues_are_degrees() {
        assert_eq!(
            [hue(0.0, 1.0), hue(0.0, -1.0), hue(0.0, 0.0), hue(-1.0, 0.0)],
            [90.0, 270.0, 0.0, 180.0]
        );
        near(cartesian(polar([50.0, -3.0, -4.0])), [50.0, -3.0, -4.0], 1e-5);
    }

    #[test]
    fn red_is_where_the_reference_has_it() {
        let red = [53.232_88, 104.575_51, 40.000_13];
        near(cmc_of(red), [68.339_98, 44.804_27, 43.626_42], 1e-3);
        near(lch_of_cmc(cmc_of(red)), red, 0.2);
        let xyz = [41.24, 21.26, 1.93];
        near(oklab_of(xyz), [0.627_93, 0.224_89, 0.125_80], 1e-5);
        near(xyz_of_oklab(oklab_of(xyz)), xyz, 1e-4);
        near(yxy_of(xyz), [21.26, 0.640_07, 0.329_97], 1e-5);
        near(xyz_of_yxy(yxy_of(xyz)), xyz, 1e-4);
    }

    #[test]
    fn the_last_degree_leads_back_to_the_first_entry() {
        near(lch_of_cmc([0.0, 0.0, 359.5]), [0.0, 0.0, 179.5], 1e-3);
    }
}
