//! Estimates of the coefficients that an incomplete progressive file lacks.
//!
//! A low frequency that no scan has told yet is estimated from the first coefficients of the 5×5 blocks
//! around, as ITU-T T.81, K.8 proposes for 3×3. The weights are those that decoders in use have been seen
//! to apply. If nothing but first coefficients is known, more frequencies are estimated and the first
//! coefficients themselves are smoothed.

use std::collections::VecDeque;

use super::coefficients::Row;
use super::plan::{Plan, Plane};
use crate::markers::NATURAL;

/// The first coefficients and nine others are what estimates touch.
const KNOWN: usize = 10;

/// Weights of the first coefficients of 5×5 blocks, in 256ths.
type Weights = [[i64; 5]; 5];

/// The bits that are open of each coefficient of a component; nothing if no scan has told it.
pub(crate) type OpenBits = [Option<u8>; 64];

/// What the scans have told of the components when the file ended.
#[derive(Debug)]
pub(crate) struct Progress {
    /// For each component, what was open at the end, and before the last scan that it was in.
    pub(crate) open: Vec<OpenBits>,
    pub(crate) before: Vec<OpenBits>,
    /// The last row of units that the last scan got to.
    pub(crate) last_row: usize,
}

/// Estimates what is missing, one row of units after the other.
#[derive(Debug)]
pub(crate) struct Smoother {
    progress: Progress,
    /// For each component, the first coefficients as the file has them, in rows filled up to whole units.
    first: Vec<Vec<i16>>,
    /// Rows of units.
    units_down: usize,
}

impl Smoother {
    /// Nothing, unless something is missing and the file is in a state to estimate it.
    pub(crate) fn new(rows: &VecDeque<Row>, plan: &Plan, progress: Progress) -> Option<Self> {
        let ready = plan.planes.iter().zip(&progress.open).all(|(plane, open)| {
            let tables = (0..KNOWN).all(|k| plane.quantisation[usize::from(NATURAL[k])] != 0);
            open[0].is_some() && tables
        });
        let all = progress.open.len() == plan.planes.len();
        let missing = |open: &OpenBits| open[1..KNOWN].iter().any(|bits| *bits != Some(0));
        if !(ready && all && progress.open.iter().any(missing)) {
            return None;
        }
        let planes = plan.planes.iter().enumerate();
        let first = planes.map(|(index, plane)| first_coefficients(rows, index, plane)).collect();
        Some(Self { progress, first, units_down: rows.len() })
    }

    /// Estimates what row `unit` of units lacks.
    pub(crate) fn smooth(&self, row: &mut Row, plan: &Plan, unit: usize) {
        let Progress { open, before, last_row } = &self.progress;
        let state = if unit > *last_row { before } else { open };
        for (component, plane) in plan.planes.iter().enumerate() {
            let (Some(open), Some(first)) = (state.get(component), self.first.get(component))
            else {
                continue;
            };
            // Only the last row of units ends with the picture; those above look at what fills it up.
            let filled = self.units_down * plane.vertical;
            let height = if unit + 1 < self.units_down { filled } else { plane.blocks_down };
            for y in unit * plane.vertical..((unit + 1) * plane.vertical).min(plane.blocks_down) {
                let line = Line { plane, open, first, y, height };
                line.smooth(row, component);
            }
        }
    }
}

/// The first coefficients of a component, as the file has them, in rows filled up to whole units.
fn first_coefficients(rows: &VecDeque<Row>, component: usize, plane: &Plane) -> Vec<i16> {
    let mut first = Vec::with_capacity(plane.blocks_across * plane.vertical * rows.len());
    for row in rows {
        for line in 0..plane.vertical {
            for x in 0..plane.blocks_across {
                let blocks = row.components.get(component);
                let value = blocks.map(|blocks| blocks.first_value(line * plane.stride + x));
                first.push(value.unwrap_or(0));
            }
        }
    }
    first
}

/// A row of blocks of a component.
struct Line<'a> {
    plane: &'a Plane,
    open: &'a OpenBits,
    first: &'a [i16],
    y: usize,
    /// The rows of blocks that may be looked at.
    height: usize,
}

impl Line<'_> {
    fn smooth(&self, row: &mut Row, component: usize) {
        let Some(blocks) = row.components.get_mut(component) else {
            return;
        };
        let nothing = self.open[1..KNOWN].iter().all(Option::is_none);
        blocks.grow();
        let weights: &[(usize, Weights)] = if nothing { &FROM_NOTHING } else { &FROM_SOME };
        for x in 0..self.plane.blocks_across {
            let place = self.y % self.plane.vertical * self.plane.stride + x;
            let around = self.around(x);
            if let Some((block, extent)) = blocks.block(place) {
                for (k, weights) in weights {
                    let coefficient = &mut block[usize::from(NATURAL[*k])];
                    if self.open[*k] != Some(0) && *coefficient == 0 {
                        *coefficient = self.estimate(*k, weights, &around);
                    }
                }
                *extent = 64;
            }
            if nothing && let Some(first) = blocks.first(place) {
                *first = self.estimate(0, &FIRST, &around);
            }
        }
    }

    /// The first coefficients of 5×5 blocks; those beyond the edge are those at the edge.
    fn around(&self, x: usize) -> Weights {
        let (width, height) = (self.plane.blocks_across, self.height);
        std::array::from_fn(|j| {
            let y = (self.y + j).saturating_sub(2).min(height - 1);
            std::array::from_fn(|i| {
                let x = (x + i).saturating_sub(2).min(width - 1);
                i64::from(self.first[y * width + x])
            })
        })
    }

    /// The coefficient at zigzag place `k`: no more than its open bits can hold, unless it is the first.
    fn estimate(&self, k: usize, weights: &Weights, around: &Weights) -> i16 {
        let table = |k: usize| i64::from(self.plane.quantisation[usize::from(NATURAL[k])] as u16);
        let terms = weights.as_flattened().iter().zip(around.as_flattened());
        let sum = table(0) * terms.map(|(weight, first)| weight * first).sum::<i64>();
        let mut size = ((table(k) << 7) + sum.abs()) / (table(k) << 8);
        if k > 0
            && let Some(open @ 1..) = self.open[k]
        {
            size = size.min((1 << open) - 1);
        }
        (if sum < 0 { -size } else { size }) as i16
    }
}

/// Of the first coefficient itself, where nothing else is known.
#[rustfmt::skip]
const FIRST: Weights = [
    [-2, -6, -8, -6, -2],
    [-6, 6, 42, 6, -6],
    [-8, 42, 152, 42, -8],
    [-6, 6, 42, 6, -6],
    [-2, -6, -8, -6, -2],
];

const fn turned(weights: Weights) -> Weights {
    let mut out = [[0; 5]; 5];
    let mut y = 0;
    while y < 5 {
        let mut x = 0;
        while x < 5 {
            out[y][x] = weights[x][y];
            x += 1;
        }
        y += 1;
    }
    out
}

/// Of the other coefficients, by zigzag place, where nothing but the first ones is known.
const FROM_NOTHING: [(usize, Weights); 9] = [
    (1, ACROSS),
    (2, turned(ACROSS)),
    (3, turned(ACROSS_TWICE)),
    (4, ASLANT),
    (5, ACROSS_TWICE),
    (6, ACROSS_THRICE),
    (7, turned(ASLANT_TWICE)),
    (8, ASLANT_TWICE),
    (9, turned(ACROSS_THRICE)),
];

/// Of the other coefficients, by zigzag place, where some are known.
const FROM_SOME: [(usize, Weights); 5] = [
    (1, [[0; 5], [0; 5], [-7, 50, 0, -50, 7], [0; 5], [0; 5]]),
    (2, turned([[0; 5], [0; 5], [-7, 50, 0, -50, 7], [0; 5], [0; 5]])),
    (3, turned([[0; 5], [0; 5], [-1, 13, -24, 13, -1], [0; 5], [0; 5]])),
    (4, [[0, -1, 0, 1, 0], [-1, 10, 0, -10, 1], [0; 5], [1, -10, 0, 10, -1], [0, 1, 0, -1, 0]]),
    (5, [[0; 5], [0; 5], [-1, 13, -24, 13, -1], [0; 5], [0; 5]]),
];

#[rustfmt::skip]
const ACROSS: Weights = [
    [-1, -1, 0, 1, 1],
    [-3, 13, 0, -13, 3],
    [-3, 38, 0, -38, 3],
    [-3, 13, 0, -13, 3],
    [-1, -1, 0, 1, 1],
];

#[rustfmt::skip]
const ACROSS_TWICE: Weights = [
    [0, 0, 0, 0, 0],
    [0, 2, -5, 2, 0],
    [1, 7, -14, 7, 1],
    [0, 2, -5, 2, 0],
    [0, 0, 0, 0, 0],
];

#[rustfmt::skip]
const ACROSS_THRICE: Weights = [
    [0, 0, 0, 0, 0],
    [0, 1, 0, -1, 0],
    [0, 2, 0, -2, 0],
    [0, 1, 0, -1, 0],
    [0, 0, 0, 0, 0],
];

#[rustfmt::skip]
const ASLANT: Weights = [
    [-1, 0, 0, 0, 1],
    [0, 9, 0, -9, 0],
    [0, 0, 0, 0, 0],
    [0, -9, 0, 9, 0],
    [1, 0, 0, 0, -1],
];

#[rustfmt::skip]
const ASLANT_TWICE: Weights = [
    [0, 0, 0, 0, 0],
    [0, 1, 0, -1, 0],
    [0, -3, 0, 3, 0],
    [0, 1, 0, -1, 0],
    [0, 0, 0, 0, 0],
];
