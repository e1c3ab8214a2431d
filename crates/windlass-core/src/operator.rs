//! What authors of operations write: the tiers over point operations and compositions.
//!
//! An operator never pulls. It says which pixels it needs and computes from what it is handed.

use crate::{Pixels, Rect, Region, RegionMut};
use std::any::Any;
use windlass_io::{Result, Tick};

/// An area operation: pixels of the output depend on rectangles of the inputs.
///
/// The one law: every split of an output asks consistently and gives the same bytes.
pub trait Operator: Send + Sync + 'static {
    /// One worker's memory for this node; it never changes a result.
    type Scratch: Send + 'static;

    /// Fresh scratch.
    fn scratch(&self) -> Self::Scratch;

    /// What the plan should know.
    fn traits(&self) -> Traits {
        Traits::DEFAULT
    }

    /// Which pixels make `out`: pure geometry.
    fn needs(&self, out: Rect, ask: &mut Ask);

    /// Second round, where [`Traits::rounds`] is 2: what else to read, now that the pixels asked for
    /// first are there; inside what [`Ask::maybe`] bounded. Only `read` counts.
    fn refine(&self, _out: Rect, _seen: &[Region<'_>], _ask: &mut Ask) {}

    /// Pixels of `out` from the regions read, in the order they were asked for (those of `refine`
    /// last). No I/O, no locks.
    fn compute(
        &self,
        inputs: &[Region<'_>],
        out: &mut RegionMut<'_>,
        scratch: &mut Self::Scratch,
    ) -> Result<()>;
}

/// The shape of output that suits an operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Shape {
    /// No matter
    Any,
    /// Full rows
    Rows,
    /// Its rows need columns of the input (rotations, warps): the input should be at hand
    Tiles,
}

/// What the plan should know of an operator.
#[derive(Clone, Copy, PartialEq, Debug)]
#[expect(clippy::exhaustive_structs, reason = "filled by struct update over DEFAULT")]
pub struct Traits {
    /// The shape of output that suits it
    pub shape: Shape,
    /// The work per sample of output, in point operations
    pub cost: f32,
    /// 2 where `refine` asks for more
    pub rounds: u8,
}

impl Traits {
    /// Any shape, four point operations a sample, one round.
    pub const DEFAULT: Self = Self { shape: Shape::Any, cost: 4.0, rounds: 1 };
}

/// Where an operator says what it needs. An input that is not mentioned is not touched.
#[derive(Debug, Default)]
pub struct Ask {
    pub(crate) wants: Vec<Want>,
    pub(crate) covered: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Want {
    Read { input: usize, part: Rect },
    Same { input: usize, dx: i32, dy: i32 },
    Place { input: usize, part: Rect, left: i32, top: i32 },
    Maybe { input: usize, bound: Rect },
}

impl Ask {
    /// Asks for `part` of an input, which may repeat and may stick out: edges are repeated.
    pub fn read(&mut self, input: usize, part: Rect) {
        self.wants.push(Want::Read { input, part });
    }

    /// The output is that input, moved: its pixel `(x, y)` is the input's `(x + dx, y + dy)`. No
    /// compute, no copy; nothing else may be asked for.
    pub fn same(&mut self, input: usize, dx: i32, dy: i32) {
        self.wants.push(Want::Same { input, dx, dy });
    }

    /// `part` of an input goes straight into the output at `(left, top)`, later over earlier,
    /// before `compute`.
    pub fn place(&mut self, input: usize, part: Rect, left: i32, top: i32) {
        self.wants.push(Want::Place { input, part, left, top });
    }

    /// The places fill the output: no compute.
    pub fn covered(&mut self) {
        self.covered = true;
    }

    /// An upper bound of what `refine` may read of an input.
    pub fn maybe(&mut self, input: usize, bound: Rect) {
        self.wants.push(Want::Maybe { input, bound });
    }
}

/// The object-safe twin of [`Operator`].
pub(crate) trait DynOperator: Send + Sync {
    fn scratch(&self) -> Box<dyn Any + Send>;
    fn traits(&self) -> Traits;
    fn needs(&self, out: Rect, ask: &mut Ask);
    fn refine(&self, out: Rect, seen: &[Region<'_>], ask: &mut Ask);
    fn compute(
        &self,
        inputs: &[Region<'_>],
        out: &mut RegionMut<'_>,
        scratch: &mut (dyn Any + Send),
    ) -> Result<()>;
}

impl<O: Operator> DynOperator for O {
    fn scratch(&self) -> Box<dyn Any + Send> {
        Box::new(Operator::scratch(self))
    }

    fn traits(&self) -> Traits {
        Operator::traits(self)
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        Operator::needs(self, out, ask);
    }

    fn refine(&self, out: Rect, seen: &[Region<'_>], ask: &mut Ask) {
        Operator::refine(self, out, seen, ask);
    }

    fn compute(
        &self,
        inputs: &[Region<'_>],
        out: &mut RegionMut<'_>,
        scratch: &mut (dyn Any + Send),
    ) -> Result<()> {
        let scratch = scratch.downcast_mut().expect("scratch was made by this operator");
        Operator::compute(self, inputs, out, scratch)
    }
}

/// What a sample of a point operation's output depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "the engine matches on all")]
pub enum Sees {
    /// The same samples of the inputs, and which band it is
    Sample,
    /// All bands of the same pixel
    Pixel,
    /// Also where the pixel lies
    Place,
}

/// Where a run of pixels lies.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "three numbers, for ever")]
pub struct Run {
    /// Column of the first pixel
    pub x: i32,
    /// Row
    pub y: i32,
    /// Number of pixels
    pub pixels: usize,
}

/// A point operation: every pixel of the output from the same pixel of each input (or of none).
///
/// All inputs have the output's width and height. `point::rows` and its kin make kernels from
/// typed row functions.
pub trait Kernel: Send + Sync + 'static {
    /// What an output sample depends on.
    fn sees(&self) -> Sees;

    /// Computes a run of whole pixels; each slice holds the run's bytes, aligned for its format.
    fn run(&self, inputs: &[&[u8]], out: &mut [u8], at: Run);
}

/// A reduction of all pixels to a value.
pub trait Reducer: Send + Sync + 'static {
    /// A partial result.
    type Part: Send + 'static;
    /// The result.
    type Out;

    /// Whether parts may be merged in any order (integers); else there is one a row, merged in order.
    fn exact(&self) -> bool;
    /// A part of nothing.
    fn part(&self) -> Self::Part;
    /// Adds pixels, full rows, in order within a part.
    fn add(&self, part: &mut Self::Part, pixels: &Region<'_>);
    /// Merges `next` into an earlier part.
    fn merge(&self, into: &mut Self::Part, next: Self::Part);
    /// The result of all.
    fn finish(&self, all: Self::Part) -> Result<Self::Out>;
}

/// An operation that needs complete pixels (labelregions, Fourier transforms, floods).
pub trait Whole: Send + Sync + 'static {
    /// The output from complete inputs; long loops look at `tick`.
    fn run(&self, inputs: &[Pixels], tick: &Tick) -> Result<Pixels>;
}
