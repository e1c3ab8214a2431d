//! Sums of weighted samples of any format: the operator of exact convolutions.

#![expect(clippy::inline_always, reason = "compiled once for each level of instructions")]

use super::mask::{Mask, Tap};
use windlass_core::{Ask, Operator, Real, Rect, Region, RegionMut, Result, Traits};
use windlass_simd::resample::wide;

/// A sample as the number that convolutions calculate with.
pub(super) trait Widen<A>: Real {
    /// The sample, exactly.
    fn widen(self) -> A;
}

macro_rules! widen {
    ($($t:ident $a:ident)*) => {$(
        impl Widen<$a> for $t {
            #[inline(always)]
            fn widen(self) -> $a {
                self as $a
            }
        }
    )*};
}

widen!(u8 f32 u16 f32 u8 f64 i8 f64 u16 f64 i16 f64 u32 f64 i32 f64 f32 f64 f64 f64 u32 i64 i32 i64);

/// A number that sums are made of.
pub(super) trait Number: Copy + Default + Send + Sync + 'static {
    /// `self + weight · x`.
    fn plus(self, weight: Self, x: Self) -> Self;
}

impl Number for f64 {
    #[inline(always)]
    fn plus(self, weight: Self, x: Self) -> Self {
        self + weight * x
    }
}

impl Number for f32 {
    #[inline(always)]
    fn plus(self, weight: Self, x: Self) -> Self {
        self + weight * x
    }
}

impl Number for i64 {
    #[inline(always)]
    fn plus(self, weight: Self, x: Self) -> Self {
        self.wrapping_add(weight.wrapping_mul(x))
    }
}

/// What turns a sum into a sample.
pub(super) trait Finish<A>: Send + Sync + 'static {
    /// The sample.
    type Out: Real;
    /// The sample of `sum`.
    fn store(&self, sum: A) -> Self::Out;
}

/// A convolution that sums in `A`.
pub(super) struct Sums<T, A, F> {
    mask: Mask,
    taps: Vec<Tap<A>>,
    bands: usize,
    finish: F,
    sample: std::marker::PhantomData<fn() -> T>,
}

impl<T: Widen<A>, A: Number, F: Finish<A>> Sums<T, A, F> {
    /// The convolution by `taps` of `mask` of pixels of `bands` samples.
    pub(super) fn new(mask: Mask, taps: Vec<Tap<A>>, bands: usize, finish: F) -> Self {
        Self { mask, taps, bands, finish, sample: std::marker::PhantomData }
    }
}

/// Samples of a row that are worked on at once: inputs and sums stay in the nearest cache.
const CHUNK: usize = 256;

impl<T: Widen<A>, A: Number, F: Finish<A>> Operator for Sums<T, A, F> {
    /// A chunk of all input rows, widened
    type Scratch = Vec<A>;

    fn scratch(&self) -> Vec<A> {
        Vec::new()
    }

    fn traits(&self) -> Traits {
        Traits { cost: 1.0 + self.taps.len() as f32 / 2.0, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        ask.read(0, self.mask.window(out));
    }

    fn compute(
        &self,
        inputs: &[Region<'_>],
        out: &mut RegionMut<'_>,
        plane: &mut Vec<A>,
    ) -> Result<()> {
        let samples = out.rect().width as usize * self.bands;
        for start in (0..samples).step_by(CHUNK) {
            wide(
                #[inline(always)]
                || self.chunk(&inputs[0], start, CHUNK.min(samples - start), out, plane),
            );
        }
        Ok(())
    }
}

impl<T: Widen<A>, A: Number, F: Finish<A>> Sums<T, A, F> {
    #[inline(always)]
    fn chunk(
        &self,
        input: &Region<'_>,
        start: usize,
        length: usize,
        out: &mut RegionMut<'_>,
        plane: &mut Vec<A>,
    ) {
        let span = length + (self.mask.width - 1) * self.bands;
        plane.clear();
        for y in input.rect().top..input.rect().bottom() {
            plane.extend(input.row::<T>(y)[start..start + span].iter().map(|x| x.widen()));
        }
        for (line, (_, row)) in out.rows::<F::Out>().enumerate() {
            let mut sums = [A::default(); CHUNK];
            let sums = &mut sums[..length];
            for tap in &self.taps {
                let first = (line + tap.y) * span + tap.x * self.bands;
                let samples = &plane[first..first + length];
                sums.iter_mut().zip(samples).for_each(|(sum, x)| *sum = sum.plus(tap.weight, *x));
            }
            let row = &mut row[start..start + length];
            row.iter_mut().zip(&*sums).for_each(|(out, sum)| *out = self.finish.store(*sum));
        }
    }
}
