use super::prepare::{bad, matrix, table};
use windlass_core::{BandFormat, Build, Image, Result};
use windlass_macros::Operation;

/// Build a look-up table.
///
/// From a matrix whose first column is `x` and whose others are the values of bands there; between
/// the rows values are interpolated.
#[derive(Operation)]
#[operation(family = "create")]
pub struct Buildlut {
    /// Matrix of XY coordinates
    pub input: Image,
}

impl Build for Buildlut {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        const LONGEST: i64 = 100_000;
        const MOST_BANDS: usize = 511;
        let rows = matrix("buildlut", &self.input)?;
        let mut points = Vec::new();
        for (y, row) in rows.iter().enumerate() {
            points.push((abscissa(y, row[0])?, &row[1..]));
        }
        points.sort_by_key(|(x, _)| *x);
        let (first, last) = (&points[0], &points[points.len() - 1]);
        let (bands, length) = (first.1.len(), last.0 - first.0 + 1);
        if bands == 0 || bands > MOST_BANDS || length > LONGEST {
            return Err(bad("buildlut: bad lut size"));
        }
        let mut values = Vec::new();
        for pair in points.windows(2) {
            let ((x1, y1), (x2, y2)) = (pair[0], pair[1]);
            for k in 0..x2 - x1 {
                let between = |(y1, y2): (&f64, &f64)| y1 + k as f64 * (y2 - y1) / (x2 - x1) as f64;
                values.extend(y1.iter().zip(y2).map(between));
            }
        }
        values.extend(last.1);
        table(bands, BandFormat::F64, &values)
    }
}

/// The whole number that `x` of row `y` is near.
fn abscissa(y: usize, x: f64) -> Result<i64> {
    let whole = x.round_ties_even();
    if whole < f64::from(i32::MIN) || whole > f64::from(i32::MAX) {
        return Err(bad("buildlut: x range too large"));
    }
    if (x - whole).abs() < 0.001 {
        Ok(whole as i64)
    } else {
        Err(bad(format!("buildlut: x value row {y} not an int")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_between_rows_lie_on_lines() {
        let rows = [vec![10.0, 0.0, 100.0], vec![12.0, 5.0, 7.0], vec![20.0, 0.5, 0.0]];
        let out = Buildlut::new(Image::from_matrix(&rows).unwrap()).build().unwrap();
        assert_eq!((out.header().width, out.header().bands), (11, 2));
        let pixels = out.pixels().unwrap();
        let expected = [0.0, 100.0, 2.5, 53.5, 5.0, 7.0, 4.4375, 6.125];
        assert_eq!(pixels.samples::<f64>(0)[..8], expected);
    }
}
