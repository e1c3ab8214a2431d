//! Whites and the connection spaces.

/// The white of the connection space.
pub(super) const D50: [f64; 3] = [0.9642, 1.0, 0.8249];

/// XYZ under D50 to XYZ under D65, by Bradford.
pub(super) const TO_D65: [[f64; 3]; 3] = [
    [0.955_513, -0.023_073, 0.063_309],
    [-0.028_325, 1.009_942, 0.021_055],
    [0.012_329, -0.020_536, 1.330_714],
];

/// XYZ under D65 to XYZ under D50, by Bradford.
pub(super) const TO_D50: [[f64; 3]; 3] = [
    [1.047_886, 0.022_919, -0.050_216],
    [0.029_582, 0.990_484, -0.017_079],
    [-0.009_252, 0.015_073, 0.751_678],
];

/// CIE Lab of XYZ under D50.
pub(super) fn lab_of(xyz: [f64; 3]) -> [f64; 3] {
    let f = |t: f64| {
        let limit = 24.0 / 116.0;
        if t <= limit * limit * limit { 841.0 / 108.0 * t + 16.0 / 116.0 } else { libm::cbrt(t) }
    };
    let [x, y, z] = [0, 1, 2].map(|i| f(xyz[i] / D50[i]));
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// XYZ under D50 of CIE Lab.
pub(super) fn xyz_of([l, a, b]: [f64; 3]) -> [f64; 3] {
    let f = |t: f64| {
        if t <= 24.0 / 116.0 { 108.0 / 841.0 * (t - 16.0 / 116.0) } else { t * t * t }
    };
    let y = (l + 16.0) / 116.0;
    [f(y + a / 500.0) * D50[0], f(y) * D50[1], f(y - b / 200.0) * D50[2]]
}

/// The product of two matrices.
pub(super) fn product(a: [[f64; 3]; 3], b: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    a.map(|row| std::array::from_fn(|j| (0..3).map(|k| row[k] * b[k][j]).sum()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lab_comes_back() {
        for lab in [[50.0, 20.0, -30.0], [3.0, 1.0, 2.0], [100.0, 0.0, 0.0]] {
            let back = lab_of(xyz_of(lab));
            assert!(lab.iter().zip(back).all(|(a, b)| (a - b).abs() < 1e-9), "{back:?}");
        }
    }
}
