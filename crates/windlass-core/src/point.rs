//! Point operations: a sample, pixel or place of the output depends only on the same one of the inputs.
//!
//! The functions here turn a typed row function into a node. They are generic only as far as one
//! function pointer: node and engine are compiled once, whatever the number of formats.

use crate::{Header, Image, Kernel, Run, Sample, Sees};
use windlass_io::Result;

/// What a run of samples turns into. `self` holds the parameters.
///
/// Runs are of whole pixels: `chunks_exact(bands)` pairs samples with constants per band.
pub trait RowKernel<T>: Send + Sync + 'static {
    /// The type of the result.
    type Out: Sample;
    /// What a sample of the result depends on.
    const SEES: Sees = Sees::Sample;
    /// Fills `output`.
    fn row(&self, input: &[T], output: &mut [Self::Out]);
}

/// What two runs of samples turn into.
pub trait RowKernel2<A, B>: Send + Sync + 'static {
    /// The type of the result.
    type Out: Sample;
    /// What a sample of the result depends on.
    const SEES: Sees = Sees::Sample;
    /// Fills `output`.
    fn row(&self, a: &[A], b: &[B], output: &mut [Self::Out]);
}

/// What several runs of samples of one type turn into.
pub trait RowKernels<T>: Send + Sync + 'static {
    /// The type of the result.
    type Out: Sample;
    /// What a sample of the result depends on.
    const SEES: Sees = Sees::Sample;
    /// Fills `output`.
    fn row(&self, inputs: &[&[T]], output: &mut [Self::Out]);
}

/// What the place of a pixel turns into.
pub trait PlaceKernel: Send + Sync + 'static {
    /// The type of the result.
    type Out: Sample;
    /// Fills `output`, pixels from `(x, y)` to the right.
    fn row(&self, x: i32, y: i32, output: &mut [Self::Out]);
}

/// The image `kernel` makes of `input`, whose samples are `T`: as many bands, in the kernel's format.
pub fn rows<T: Sample, K: RowKernel<T>>(input: &Image, kernel: K) -> Result<Image> {
    let header = Header { format: K::Out::FORMAT, filename: None, ..input.header().clone() };
    map(header, input, kernel)
}

/// The image of `header` that `kernel` makes of `input`, whose samples are `T`.
pub fn map<T: Sample, K: RowKernel<T>>(header: Header, input: &Image, kernel: K) -> Result<Image> {
    debug_assert_eq!(input.header().format, T::FORMAT);
    debug_assert_eq!(header.format, K::Out::FORMAT);
    let run: Typed<K> = |kernel, inputs, out, _| {
        kernel.row(bytemuck::cast_slice(inputs[0]), bytemuck::cast_slice_mut(out));
    };
    Image::point(header, &[input], Erased { kernel, sees: K::SEES, run })
}

/// The image of `header` that `kernel` makes of two inputs.
pub fn rows2<A: Sample, B: Sample, K: RowKernel2<A, B>>(
    header: Header,
    a: &Image,
    b: &Image,
    kernel: K,
) -> Result<Image> {
    debug_assert_eq!((a.header().format, b.header().format), (A::FORMAT, B::FORMAT));
    debug_assert_eq!(header.format, K::Out::FORMAT);
    let run: Typed<K> = |kernel, inputs, out, _| {
        let (a, b) = (bytemuck::cast_slice(inputs[0]), bytemuck::cast_slice(inputs[1]));
        kernel.row(a, b, bytemuck::cast_slice_mut(out));
    };
    Image::point(header, &[a, b], Erased { kernel, sees: K::SEES, run })
}

/// The image of `header` that `kernel` makes of several inputs of one format.
pub fn rows_n<T: Sample, K: RowKernels<T>>(
    header: Header,
    inputs: &[&Image],
    kernel: K,
) -> Result<Image> {
    debug_assert!(inputs.iter().all(|input| input.header().format == T::FORMAT));
    debug_assert_eq!(header.format, K::Out::FORMAT);
    let run: Typed<K> = |kernel, inputs, out, _| {
        let inputs: Vec<&[T]> = inputs.iter().map(|run| bytemuck::cast_slice(run)).collect();
        kernel.row(&inputs, bytemuck::cast_slice_mut(out));
    };
    Image::point(header, inputs, Erased { kernel, sees: K::SEES, run })
}

/// The image of `header` that `kernel` makes of nothing but places.
pub fn generate<K: PlaceKernel>(header: Header, kernel: K) -> Result<Image> {
    debug_assert_eq!(header.format, K::Out::FORMAT);
    let run: Typed<K> = |kernel, _, out, at| {
        kernel.row(at.x, at.y, bytemuck::cast_slice_mut(out));
    };
    Image::point(header, &[], Erased { kernel, sees: Sees::Place, run })
}

type Typed<K> = fn(&K, &[&[u8]], &mut [u8], Run);

/// A typed kernel behind one function pointer.
struct Erased<K> {
    kernel: K,
    sees: Sees,
    run: Typed<K>,
}

impl<K: Send + Sync + 'static> Kernel for Erased<K> {
    fn sees(&self) -> Sees {
        self.sees
    }

    fn run(&self, inputs: &[&[u8]], out: &mut [u8], at: Run) {
        (self.run)(&self.kernel, inputs, out, at);
    }
}
