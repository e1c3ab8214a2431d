//! What the operations of this family do before and around their functions on samples
//! (`reference/ops/arithmetic.md` §0).

use super::samples::truncated;
use crate::coding::{all_decoded, decoded};
use windlass_core::point::{self, RowKernel, RowKernel2};
use windlass_core::{BandFormat, Error, ErrorKind, Header, Image, Result, Sample, align};

/// The images decoded and made alike: format, bands, size.
pub(super) fn alike(operation: &str, images: &[Image]) -> Result<Vec<Image>> {
    align::all(operation, &all_decoded(images)?, 1)
}

/// Fails where an image is complex.
pub(super) fn check_real<'a>(
    operation: &str,
    images: impl IntoIterator<Item = &'a Image>,
) -> Result<()> {
    if images.into_iter().any(|image| image.header().format.is_complex()) {
        return Err(bad(format!("{operation}: image must be non-complex")));
    }
    Ok(())
}

/// An error of what a caller said.
pub(super) fn bad(text: impl Into<String>) -> Error {
    Error::new(ErrorKind::BadArgument, text.into())
}

/// The same pixels as another image.
pub(super) fn passed(image: &Image) -> Result<Image> {
    image.with_header(Header { filename: None, ..image.header().clone() })
}

/// Two images made alike.
pub(super) struct Pair {
    left: Image,
    right: Image,
    header: Header,
}

impl Pair {
    pub(super) fn new(operation: &str, left: &Image, right: &Image) -> Result<Self> {
        let mut images = alike(operation, &[left.clone(), right.clone()])?;
        let header = Header::inherit(&images).expect("two images");
        let (right, left) = images.pop().zip(images.pop()).expect("two images");
        Ok(Self { left, right, header })
    }

    /// The common format.
    pub(super) fn format(&self) -> BandFormat {
        self.header.format
    }

    /// The image of what `function` makes of pairs of samples.
    pub(super) fn map<T: Sample, O: Sample>(
        self,
        function: impl Fn(T, T) -> O + Send + Sync + 'static,
    ) -> Result<Image> {
        let header = Header { format: O::FORMAT, ..self.header };
        point::rows2::<T, T, _>(header, &self.left, &self.right, Each(function))
    }

    /// The image of what `row` makes of two runs of samples.
    pub(super) fn rows<T: Sample, O: Sample>(self, row: fn(&[T], &[T], &mut [O])) -> Result<Image> {
        let header = Header { format: O::FORMAT, ..self.header };
        point::rows2::<T, T, _>(header, &self.left, &self.right, Rows(row))
    }
}

/// A function of two runs of samples.
struct Rows<T, O>(fn(&[T], &[T], &mut [O]));

impl<T: Sample, O: Sample> RowKernel2<T, T> for Rows<T, O> {
    type Out = O;

    fn row(&self, a: &[T], b: &[T], output: &mut [O]) {
        (self.0)(a, b, output);
    }
}

/// A function of each sample or pair of samples.
pub(super) struct Each<F>(pub(super) F);

impl<T, O: Sample, F: Fn(T) -> O + Send + Sync + 'static> RowKernel<T> for Each<F>
where
    T: Sample,
{
    type Out = O;

    fn row(&self, input: &[T], output: &mut [O]) {
        for (out, x) in output.iter_mut().zip(input) {
            *out = (self.0)(*x);
        }
    }
}

impl<T, O: Sample, F: Fn(T, T) -> O + Send + Sync + 'static> RowKernel2<T, T> for Each<F>
where
    T: Sample,
{
    type Out = O;

    fn row(&self, a: &[T], b: &[T], output: &mut [O]) {
        for ((out, a), b) in output.iter_mut().zip(a).zip(b) {
            *out = (self.0)(*a, *b);
        }
    }
}

/// An image and a constant for each of its bands, where one stands for all.
pub(super) struct WithConstants<'a> {
    pub(super) image: Image,
    c: &'a [f64],
}

impl<'a> WithConstants<'a> {
    /// The image decoded, with as many bands as there are constants.
    pub(super) fn new(operation: &str, image: &Image, c: &'a [f64]) -> Result<Self> {
        // packed pixels count as four bands here, and so fail
        let bands = image.header().bands;
        check_length(operation, c.len(), bands)?;
        let least = bands.max(c.len() as i32);
        let mut images = align::bands(operation, &[decoded(image)?], least)?;
        Ok(Self { image: images.pop().expect("one image"), c })
    }

    /// The format of the image.
    pub(super) fn format(&self) -> BandFormat {
        self.image.header().format
    }

    /// The constants as 32-bit integers.
    pub(super) fn integers(&self) -> Vec<i32> {
        self.c.iter().map(|c| truncated(*c)).collect()
    }

    /// The constants as given.
    pub(super) fn doubles(&self) -> Vec<f64> {
        self.c.to_vec()
    }

    /// Whether all constants are 32-bit integers.
    pub(super) fn are_integral(&self) -> bool {
        self.c.iter().all(|c| f64::from(truncated(*c)) == *c)
    }

    /// The image of what `function` makes of samples and the constants of their bands.
    pub(super) fn map<T: Sample, C: Constant, O: Sample>(
        &self,
        constants: &[C],
        function: impl Fn(T, C) -> O + Send + Sync + 'static,
    ) -> Result<Image> {
        let constants = repeated(constants);
        point::rows::<T, _>(&self.image, EachWith { constants, function })
    }
}

/// A value that kernels keep for each band.
pub(super) trait Constant: Copy + PartialEq + Send + Sync + 'static {}

impl<C: Copy + PartialEq + Send + Sync + 'static> Constant for C {}

/// Fails unless there is one constant, or one for each of the bands, or the image can be given as
/// many bands as there are constants.
pub(super) fn check_length(operation: &str, length: usize, bands: i32) -> Result<()> {
    if length == 1 || length == bands as usize || (bands == 1 && length > 1) {
        return Ok(());
    }
    Err(bad(match bands {
        1 => format!("{operation}: vector must have 1 element"),
        _ => format!("{operation}: vector must have 1 or {bands} elements"),
    }))
}

/// One constant where all are equal, else as many repetitions as make a chunk worth its loop.
pub(super) fn repeated<C: Constant>(constants: &[C]) -> Vec<C> {
    const CHUNK: usize = 512;
    match constants {
        [first, rest @ ..] if rest.iter().all(|c| c == first) => vec![*first],
        _ => constants.repeat(CHUNK.div_ceil(constants.len().max(1))),
    }
}

/// A function of each sample and the constant of its band.
pub(super) struct EachWith<C, F> {
    pub(super) constants: Vec<C>,
    pub(super) function: F,
}

impl<T, C, O, F> RowKernel<T> for EachWith<C, F>
where
    T: Sample,
    C: Constant,
    O: Sample,
    F: Fn(T, C) -> O + Send + Sync + 'static,
{
    type Out = O;

    fn row(&self, input: &[T], output: &mut [O]) {
        if let [c] = self.constants[..] {
            for (out, x) in output.iter_mut().zip(input) {
                *out = (self.function)(*x, c);
            }
            return;
        }
        let chunk = self.constants.len();
        for (output, input) in output.chunks_mut(chunk).zip(input.chunks(chunk)) {
            for ((out, x), c) in output.iter_mut().zip(input).zip(&self.constants) {
                *out = (self.function)(*x, *c);
            }
        }
    }
}
