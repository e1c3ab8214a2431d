use super::prepare::{bad, matrix, table};
use windlass_core::{BandFormat, Build, Image, Result};
use windlass_macros::Operation;

/// Build an inverted look-up table.
///
/// From a matrix of measurements, all 0 to 1: the first column is what was asked for, the others
/// what came out in each band. The table says what to ask for.
#[derive(Operation)]
#[operation(family = "create")]
pub struct Invertlut {
    /// Matrix of XY coordinates
    pub input: Image,
    /// LUT size to generate
    #[arg(default = 256, min = 1, max = 1_000_000)]
    pub size: i32,
}

impl Build for Invertlut {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let mut rows = matrix("invertlut", &self.input)?;
        if rows[0].len() < 2 {
            return Err(bad("invertlut: bad input matrix"));
        }
        if self.size > 65536 {
            return Err(bad("invertlut: bad size"));
        }
        for (y, row) in rows.iter().enumerate() {
            if let Some(x) = row.iter().position(|value| !(0.0..=1.0).contains(value)) {
                let value = row[x];
                return Err(bad(format!(
                    "invertlut: element ({x}, {y}) is {value}, outside range [0,1]"
                )));
            }
        }
        rows.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let bands = rows[0].len() - 1;
        let columns: Vec<_> = (1..=bands).map(|band| self.inverse(&rows, band)).collect();
        let size = self.size as usize;
        let values: Vec<f64> =
            (0..size).flat_map(|i| columns.iter().map(move |column| column[i])).collect();
        table(bands, BandFormat::F64, &values)
    }
}

impl Invertlut {
    /// The table of one band.
    fn inverse(&self, rows: &[Vec<f64>], band: usize) -> Vec<f64> {
        let (given, got) = (|i: usize| rows[i][0], |i: usize| rows[i][band]);
        let (end, steps) = (rows.len() - 1, f64::from(self.size - 1));
        let (low, high) = ((got(0) * steps) as i32, (got(end) * steps) as i32);
        let value = |k: i32| {
            let x = f64::from(k);
            if k < low.min(high) || (high < low && k < high) {
                return x * (given(0) / f64::from(low));
            }
            if k > high || (high < low && k >= high) {
                let rest = (1.0 - given(end)) / (steps - f64::from(high));
                return given(end) + (x - f64::from(high)) * rest;
            }
            if end == 0 {
                return given(0);
            }
            let wanted = x / steps;
            let j = (0..end).rev().find(|j| got(*j) < wanted).unwrap_or(0);
            given(j) + (given(j + 1) - given(j)) * ((wanted - got(j)) / (got(j + 1) - got(j)))
        };
        (0..self.size).map(value).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_inverse() {
        let rows = [vec![0.1, 0.2, 0.3, 0.1], vec![0.2, 0.4, 0.4, 0.2], vec![0.7, 0.5, 0.6, 0.3]];
        let out = Invertlut::new(Image::from_matrix(&rows).unwrap()).size(11).build().unwrap();
        let pixels = out.pixels().unwrap();
        let first: Vec<f64> = pixels.samples::<f64>(0).iter().step_by(3).copied().collect();
        let expected = [0.0, 0.05, 0.1, 0.15, 0.2, 0.7, 0.76, 0.82, 0.88, 0.94, 1.0];
        assert!(first.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-9), "{first:?}");
    }
}
