//! The node that blends layers into a base.

use super::blend::{BlendMode, Number, blend};
use super::{CELL, cells};
use std::marker::PhantomData;
use std::ops::Range;
use windlass_core::{Ask, Operator, Real, Rect, Region, RegionMut, Result, Sample, Traits};

/// Where the layers lie and how they are blended.
pub(super) struct Plan {
    /// The base
    pub(super) all: Rect,
    /// The layers above it
    pub(super) rects: Vec<Rect>,
    /// Their modes
    pub(super) modes: Vec<BlendMode>,
}

impl Plan {
    /// Whether cells that no layer touches stay as they are.
    fn is_local(&self) -> bool {
        self.modes.iter().all(|mode| mode.is_local())
    }

    /// The layers that are blended in a cell.
    fn active(&self, cell: Rect) -> Vec<usize> {
        let cell = cell.intersect(&self.all);
        let touches = |i: &usize| !self.rects[*i].intersect(&cell).is_empty();
        let layers = 0..self.rects.len();
        if self.is_local() { layers.filter(touches).collect() } else { layers.collect() }
    }

    /// Whether nothing is blended in `out`.
    fn is_bare(&self, out: Rect) -> bool {
        self.is_local() && self.active(cells(out)).is_empty()
    }
}

/// Layers of samples `T`, blended in `R`; pixels have `N` bands, or any number where that is zero.
pub(super) struct Layers<T, R, const N: usize> {
    plan: Plan,
    scales: Vec<R>,
    premultiplied: bool,
    samples: PhantomData<T>,
}

impl<T, R: Number, const N: usize> Layers<T, R, N> {
    pub(super) fn new(plan: Plan, scales: &[f64], premultiplied: bool) -> Self {
        let scales = scales.iter().map(|scale| R::rounded(*scale)).collect();
        Self { plan, scales, premultiplied, samples: PhantomData }
    }
}

/// Rows of one cell in work.
#[derive(Default)]
pub(super) struct Work<R> {
    below: Vec<R>,
    layer: Vec<R>,
}

impl<T: Held<R>, R: Number, const N: usize> Operator for Layers<T, R, N> {
    type Scratch = Work<R>;

    fn scratch(&self) -> Work<R> {
        Work::default()
    }

    fn traits(&self) -> Traits {
        Traits { cost: 10.0, ..Traits::DEFAULT }
    }

    fn needs(&self, out: Rect, ask: &mut Ask) {
        if self.plan.is_bare(out) {
            return ask.same(0, 0, 0);
        }
        ask.read(0, out);
        for (i, rect) in self.plan.rects.iter().enumerate() {
            let seen = rect.intersect(&out);
            if !seen.is_empty() {
                ask.read(i + 1, seen.translate(-rect.left, -rect.top));
            }
        }
    }

    fn compute(
        &self,
        inputs: &[Region<'_>],
        out: &mut RegionMut<'_>,
        work: &mut Work<R>,
    ) -> Result<()> {
        let rect = out.rect();
        let Some((base, mut regions)) = inputs.split_first() else { return Ok(()) };
        // the region of each layer that shows in `out`, in the order in which they were asked for
        let mut seen = vec![None; self.plan.rects.len()];
        for (i, place) in self.plan.rects.iter().enumerate() {
            if !place.intersect(&rect).is_empty()
                && let Some((region, rest)) = regions.split_first()
            {
                seen[i] = Some(*region);
                regions = rest;
            }
        }
        let around = cells(rect);
        for top in (around.top..around.bottom()).step_by(CELL as usize) {
            for left in (around.left..around.right()).step_by(CELL as usize) {
                self.cell(Rect::new(left, top, CELL, CELL), base, &seen, out, work);
            }
        }
        Ok(())
    }
}

impl<T: Held<R>, R: Number, const N: usize> Layers<T, R, N> {
    fn bands(&self) -> usize {
        if N == 0 { self.scales.len() } else { N }
    }

    fn cell(
        &self,
        cell: Rect,
        base: &Region<'_>,
        seen: &[Option<Region<'_>>],
        out: &mut RegionMut<'_>,
        work: &mut Work<R>,
    ) {
        let rect = out.rect();
        let part = cell.intersect(&rect);
        let active = self.plan.active(cell);
        let columns = self.samples(part.left - rect.left..part.right() - rect.left);
        for y in part.top..part.bottom() {
            let input = &base.row::<T>(y)[columns.clone()];
            let output = &mut out.row::<T>(y)[columns.clone()];
            if active.is_empty() && self.plan.is_local() {
                output.copy_from_slice(input);
                continue;
            }
            work.below.resize(input.len(), R::default());
            work.layer.resize(input.len(), R::default());
            self.load(input, &mut work.below);
            for i in &active {
                self.layer(*i, seen[*i].as_ref(), part, y, &mut work.layer);
                let mode = self.plan.modes[*i];
                blend::<R, N>(mode, self.bands(), &mut work.below, &work.layer);
            }
            self.store(&work.below, output);
        }
    }

    /// The samples of so many pixels.
    fn samples(&self, pixels: Range<i32>) -> Range<usize> {
        pixels.start as usize * self.bands()..pixels.end as usize * self.bands()
    }

    /// The pixels of a layer in one row of `part`, nothing where it does not lie.
    fn layer(&self, i: usize, region: Option<&Region<'_>>, part: Rect, y: i32, row: &mut [R]) {
        let place = self.plan.rects[i];
        let inside = place.intersect(&Rect { top: y, height: 1, ..part });
        let Some(region) = region.filter(|_| !inside.is_empty()) else {
            return row.fill(R::default());
        };
        let from = inside.left - place.left - region.rect().left;
        let from = self.samples(from..from + inside.width);
        let to = self.samples(inside.left - part.left..inside.right() - part.left);
        row[..to.start].fill(R::default());
        row[to.end..].fill(R::default());
        self.load(&region.row::<T>(y - place.top)[from], &mut row[to]);
    }

    /// Samples as shares of their largest value, premultiplied.
    fn load(&self, input: &[T], output: &mut [R]) {
        let bands = self.bands();
        for (out, pixel) in output.chunks_exact_mut(bands).zip(input.chunks_exact(bands)) {
            for ((out, x), scale) in out.iter_mut().zip(pixel).zip(&self.scales) {
                *out = x.load() / *scale;
            }
            if !self.premultiplied {
                let alpha = out[bands - 1];
                out[..bands - 1].iter_mut().for_each(|x| *x = *x * alpha);
            }
        }
    }

    /// Samples of blended pixels.
    fn store(&self, blended: &[R], output: &mut [T]) {
        let bands = self.bands();
        for (out, pixel) in output.chunks_exact_mut(bands).zip(blended.chunks_exact(bands)) {
            let alpha = pixel[bands - 1];
            for ((out, x), scale) in out[..bands - 1].iter_mut().zip(pixel).zip(&self.scales) {
                let colour = if self.premultiplied {
                    *x
                } else if alpha == R::default() {
                    R::default()
                } else {
                    *x / alpha
                };
                *out = T::store(colour * *scale);
            }
            out[bands - 1] = T::store(alpha * self.scales[bands - 1]);
        }
    }
}

/// A sample that is blended in `R`.
pub(super) trait Held<R>: Real {
    /// The sample as a number.
    fn load(self) -> R;
    /// A number as a sample: clipped, its fraction cut off.
    fn store(value: R) -> Self;
}

macro_rules! held {
    ($number:ty: $($t:ty, |$x:ident| $store:expr;)*) => {$(
        impl Held<$number> for $t {
            fn load(self) -> $number {
                self as $number
            }

            fn store($x: $number) -> Self {
                $store
            }
        }
    )*};
}

held! {
    f32:
    u8, |x| x.clamp(0.0, 255.0) as Self;
    u16, |x| x.clamp(0.0, 65535.0) as Self;
    // as the reference does: three colours of floats are clipped as if they had 16 bits
    f32, |x| x.clamp(0.0, 65535.0);
}

held! {
    f64:
    u8, |x| Self::from_f64(x);
    i8, |x| Self::from_f64(x);
    u16, |x| Self::from_f64(x);
    i16, |x| Self::from_f64(x);
    u32, |x| Self::from_f64(x);
    i32, |x| Self::from_f64(x);
    f32, |x| x as Self;
    f64, |x| x;
}
