//! One axis of a reduction: which input pixels make an output pixel, and with which weights.

use super::kernel::Kernel;

/// Positions between two pixels for which there is a filter.
const STEPS: i64 = 64;
/// Lines of output after which the reference's default sink starts a strip, and with it the sum
/// that makes positions. Where a position lies on the border of two filters this decides.
const STRIP: usize = 16;

/// The geometry of a reduction along one axis.
#[derive(Debug)]
pub(super) struct Axis {
    kernel: Kernel,
    /// Input coordinates for an output one
    pub(super) factor: f64,
    /// Taps of a filter
    pub(super) points: usize,
    /// The filter of each output coordinate
    pub(super) places: Vec<Place>,
}

/// Where an output coordinate takes its taps.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The first input coordinate, which may lie before the edge
    pub(super) first: i32,
    /// Its filter of the table
    pub(super) step: u32,
    /// Its position between two pixels
    fraction: f64,
}

/// Whether positions are summed along all of an axis or anew for every strip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Horizontal,
    Vertical,
}

impl Axis {
    /// A reduction by `factor` to `size` pixels; `extra` input pixels are made up at the end.
    pub(super) fn new(
        kernel: Kernel,
        factor: f64,
        size: i32,
        extra: f64,
        direction: Direction,
    ) -> Self {
        let points = kernel.points(factor);
        let before = points.div_ceil(2) as i32 - 1;
        let offset = f64::midpoint(1.0, extra) - 1.0;
        let strip = if direction == Direction::Vertical { STRIP } else { usize::MAX };
        let mut position = 0.0;
        let places = (0..size as usize).map(|x| {
            if x % strip == 0 {
                position = (x as f64 + 0.5) * factor - 0.5 - offset;
            }
            let whole = position as i32;
            let step = (((position * (2 * STEPS) as f64) as i64 % (2 * STEPS)) + 1) >> 1;
            let place = Place {
                first: whole - before,
                step: step as u32,
                fraction: position - f64::from(whole),
            };
            position += factor;
            place
        });
        Self { kernel, factor, points, places: places.collect() }
    }

    /// The filters at every step, one after the other; zeros for steps that no output takes.
    pub(super) fn table(&self) -> Vec<f64> {
        let mut used = [false; STEPS as usize + 1];
        self.places.iter().for_each(|place| used[place.step as usize] = true);
        let mut weights = Vec::with_capacity(used.len() * self.points);
        for (step, used) in used.into_iter().enumerate() {
            if used {
                let fraction = step as f64 / STEPS as f64;
                self.kernel.weights(self.points, self.factor, fraction, &mut weights);
            } else {
                weights.resize(weights.len() + self.points, 0.0);
            }
        }
        weights
    }

    /// The filters at every output coordinate, not rounded to a step.
    pub(super) fn exact_table(&self) -> Vec<f64> {
        let mut weights = Vec::new();
        for place in &self.places {
            self.kernel.weights(self.points, self.factor, place.fraction, &mut weights);
        }
        weights
    }

    /// First input coordinate and number of those that make `length` output ones from `start`.
    pub(super) fn span(&self, start: i32, length: i32) -> (i32, i32) {
        let places = &self.places[start as usize..(start + length) as usize];
        let first = places.first().map_or(0, |place| place.first);
        let last = places.last().map_or(0, |place| place.first) + self.points as i32;
        (first, last - first)
    }
}
