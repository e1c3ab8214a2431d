use super::{bad, derived};
use windlass_core::point::{self, RowKernel};
use windlass_core::{
    BandFormat, Build, Coding, Float, Header, Image, Real, Result, Sample, Sees, cast, dispatch,
};
use windlass_macros::Operation;

/// Linear recombination with matrix.
///
/// Every pixel, as a vector of bands, is multiplied by the matrix: the output has as many bands as
/// the matrix has rows. The result is `float`, of `double` images `double`.
#[derive(Operation)]
#[operation(family = "conversion", sequential)]
pub struct Recomb {
    /// Input image argument
    pub input: Image,
    /// Matrix of coefficients
    pub m: Image,
}

impl Build for Recomb {
    type Output = Image;

    fn build(&self) -> Result<Image> {
        let input = crate::coding::decoded(&self.input)?;
        if input.header().format.is_complex() {
            return Err(bad("recomb: image must be non-complex"));
        }
        let rows = matrix(&self.m)?;
        let bands = input.header().bands;
        if bands != self.m.header().width {
            return Err(bad("recomb: bands in must equal matrix width"));
        }
        let old = derived(&input);
        let double = old.format == BandFormat::F64;
        let format = if double { BandFormat::F64 } else { BandFormat::F32 };
        let header = Header { bands: self.m.header().height, format, ..old };
        dispatch!(input.header().format,
            integer T => point::map::<T, _>(header, &input, Product::<f32>::new(rows, bands)),
            float T => point::map::<T, _>(header, &input, Product::<T>::new(rows, bands)),
            complex _T => Err(bad("recomb: image must be non-complex")))
    }
}

/// The elements of a matrix, row by row.
fn matrix(image: &Image) -> Result<Vec<f64>> {
    let header = image.header();
    if header.coding != Coding::None {
        return Err(bad("recomb: image must be uncoded"));
    }
    if header.bands != 1 {
        return Err(bad("recomb: image must one band"));
    }
    if header.format.is_complex() {
        return Err(bad("recomb: image must be non-complex"));
    }
    if header.width > 100_000 || header.height > 100_000 {
        return Err(bad("recomb: matrix image too large"));
    }
    let bytes = cast(image, BandFormat::F64)?.to_memory()?;
    Ok(bytemuck::pod_collect_to_vec(&bytes))
}

struct Product<O> {
    rows: Vec<f64>,
    bands: usize,
    out: std::marker::PhantomData<O>,
}

impl<O> Product<O> {
    fn new(rows: Vec<f64>, bands: i32) -> Self {
        Self { rows, bands: bands as usize, out: std::marker::PhantomData }
    }
}

impl<I: Real, O: Float> RowKernel<I> for Product<O> {
    type Out = O;
    const SEES: Sees = Sees::Pixel;

    fn row(&self, input: &[I], output: &mut [O]) {
        if let (3, Ok(rows)) = (self.bands, <&[f64; 9]>::try_from(&self.rows[..])) {
            return three_by_three(rows, input, output);
        }
        let height = self.rows.len() / self.bands;
        for (out, pixel) in output.chunks_exact_mut(height).zip(input.chunks_exact(self.bands)) {
            for (out, row) in out.iter_mut().zip(self.rows.chunks_exact(self.bands)) {
                let products = row.iter().zip(pixel).map(|(m, x)| m * x.to_f64());
                *out = O::from_f64(products.fold(0.0, |sum, product| sum + product));
            }
        }
    }
}

/// Three bands from three, the most frequent case.
fn three_by_three<I: Real, O: Float>(m: &[f64; 9], input: &[I], output: &mut [O]) {
    let pixels = output.as_chunks_mut::<3>().0.iter_mut().zip(input.as_chunks::<3>().0);
    for (out, pixel) in pixels {
        let [r, g, b] = pixel.map(Sample::to_f64);
        let row = |i: usize| O::from_f64(0.0 + m[i] * r + m[i + 1] * g + m[i + 2] * b);
        *out = [row(0), row(3), row(6)];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_multiplied() {
        let image = Image::from_memory(1, 1, 3, BandFormat::U8, vec![1, 2, 3]).unwrap();
        let product = |rows: &[Vec<f64>]| {
            let m = Image::from_matrix(rows).unwrap();
            let out = Recomb::new(&image, m).build()?.to_memory()?;
            Ok::<Vec<f32>, windlass_core::Error>(bytemuck::pod_collect_to_vec(&out))
        };
        assert_eq!(product(&[vec![1.0, 10.0, 100.0]]).unwrap(), [321.0]);
        let rows = [vec![1.0, 0.0, 0.0], vec![0.0, 0.5, 0.0], vec![1.0, 1.0, 1.0]];
        assert_eq!(product(&rows).unwrap(), [1.0, 1.0, 6.0]);
        assert!(product(&[vec![1.0, 2.0]]).is_err());
    }
}
